"""Finds pieces of secrets, in any shape in which a program may have written them.

Any 12 characters of a secret in a row are found, wherever they begin: raw, escaped as in a
URL or in JSON, in hex, and in both base64s.  Of a JWT only what is random is a secret, its
signature and its `jti`: the other claims are the same for many, and no use to anybody.
"""

import base64
import binascii
import re

PIECE = 12
BLOCK = 6  # whole blocks are looked up: any PIECE characters hold one, wherever they begin

RUN = re.compile(rb"[A-Za-z0-9+/_-]{%d,}" % PIECE)
PLAIN = re.compile(rb"[A-Za-z0-9_-]{%d,}" % PIECE)
HEX = re.compile(rb"[0-9A-Fa-f]{%d,}" % (2 * PIECE))
BASE64_MIN = PIECE * 4 // 3
JTI = re.compile(rb'"jti": ?"([^"]+)"')
IN_URL = re.compile(rb"%([0-9A-Fa-f]{2})")
IN_JSON = re.compile(rb"\\(?:u00|x)([0-9A-Fa-f]{2})|\\/")


def random_parts(secret):
    """What of a secret is secret."""
    parts = secret.split(b".")
    if len(parts) != 3:
        return [secret]
    _, payload, signature = parts
    jti = JTI.search(base64.urlsafe_b64decode(payload + b"=="))
    if not jti:
        return [signature]
    start, end = jti.span(1)
    return [payload[-(-start * 4 // 3):end * 4 // 3], signature]


def unescaped(text):
    """The text, and what it is without its escapes."""
    yield text
    if b"\\" in text:
        text = IN_JSON.sub(lambda found: bytes.fromhex((found[1] or b"2f").decode()), text)
        yield text
    if b"%" in text:
        yield IN_URL.sub(lambda found: bytes.fromhex(found[1].decode()), text)


def decoded(run):
    """All that the run could mean."""
    yield run
    for digits in HEX.findall(run):
        for start in (0, 1):
            even = digits[start:len(digits) - (len(digits) - start) % 2]
            yield bytes.fromhex(even.decode())
    if len(run) >= BASE64_MIN:
        run = run.translate(bytes.maketrans(b"-_", b"+/"))
        for start in range(4):  # where it began is not known
            length = len(run) - start
            text = run[start:-1] if length % 4 == 1 else run[start:]
            yield binascii.a2b_base64(text + b"=" * (-len(text) % 4))


class Search:
    """Looks for the secrets, which are bytes or str."""

    def __init__(self, secrets):
        self._part_of = {}  # of each block: the secret that it is from, or several
        self._clean = set()  # runs without any: most come again and again
        for secret in set(secrets):
            secret = secret if isinstance(secret, bytes) else secret.encode()
            for part in random_parts(secret):
                for at in range(0, len(part) - BLOCK + 1, BLOCK):
                    self._add(part[at:at + BLOCK], part)

    def _add(self, block, part):
        other = self._part_of.get(block)
        self._part_of[block] = part if other is None else other + b" " + part

    def _in_plain(self, text):
        """Of 12 characters in a row, the block that they hold begins after at most 6."""
        part_of = self._part_of
        hits = [at for at in range(len(text) - BLOCK + 1) if text[at:at + BLOCK] in part_of]
        return any(len(piece) == PIECE and piece in part_of[text[at:at + BLOCK]]
                   for at in hits for start in range(max(at - BLOCK, 0), at + 1)
                   for piece in [text[start:start + PIECE]])

    def _in_run(self, run):
        return any(self._in_plain(plain) for meant in decoded(run)
                   for plain in PLAIN.findall(meant))

    def in_line(self, line):
        """Whether it shows a piece of one of the secrets."""
        for text in unescaped(line):
            for run in RUN.findall(text):
                if run in self._clean:
                    continue
                if self._in_run(run):
                    return True
                self._clean.add(run)
        return False

    def lines_of(self, lines):
        """The numbers of the lines, which are bytes, that show one."""
        return [number for number, line in enumerate(lines, 1) if self.in_line(line)]


def found_in(secrets, seen):
    """Where one of the secrets was seen, of {where: bytes}."""
    search = Search(secrets)
    return [where for where, data in seen.items() if search.lines_of(data.splitlines())]
