"""The search for secrets finds every piece in every shape, and nothing else."""

import base64
import json
import pathlib
import random
import string
import subprocess
import sys
import tempfile
import unittest
import urllib.parse

import harness
from secret_search import PIECE, Search, random_parts

PROGRAM = pathlib.Path(__file__).resolve().parents[2] / "scripts/search-secrets.py"
LETTERS = string.ascii_letters + string.digits + "-_"
DICE = random.Random(7)


def letters(count):
    return "".join(DICE.choice(LETTERS) for _ in range(count))


def base64url(data):
    return base64.urlsafe_b64encode(data.encode()).decode().rstrip("=")


def jwt(**claims):
    head = {"alg": "ES256", "typ": "JWT", "kid": "5a1f"}
    return ".".join([base64url(json.dumps(head)), base64url(json.dumps(claims)), letters(86)])


OPAQUE = letters(86)
CLAIMS = {"iss": "https://auth.x.ai", "sub": "7d3c8f52-1b6e-4c0a-9f27-5e8a41d06b93",
          "iat": 1790000000, "jti": "0f8fad5b-d9cb-469f-a165-70867728950e", "tier": 4}
JWT = jwt(**CLAIMS)

SHAPES = {
    "raw": str,
    "url": urllib.parse.quote_plus,
    "url, each letter": lambda text: "".join(f"%{ord(c):02x}" for c in text),
    "json": lambda text: json.dumps(text)[1:-1],
    "json, each letter": lambda text: "".join(f"\\u{ord(c):04x}" for c in text),
    "a dump's escapes": lambda text: "".join(f"\\x{ord(c):02x}" for c in text),
    "hex": lambda text: text.encode().hex(),
    "HEX": lambda text: text.encode().hex().upper(),
    "hex after a digit": lambda text: "0" + text.encode().hex(),
    "base64 in json": lambda text: base64.b64encode(text.encode()).decode().replace("/", "\\/"),
    "base64 in a url": lambda text: urllib.parse.quote(base64.b64encode(text.encode()), safe=""),
    **{f"base64 from {shift}": lambda text, shift=shift: base64.b64encode(
        (" {" * shift + text).encode()).decode() for shift in range(3)},
    **{f"base64url from {shift}": lambda text, shift=shift: base64url("?" * shift + text)
       for shift in range(3)},
    **{f"base64 after {count} letters": lambda text, count=count: "x" * count + base64.b64encode(
        text.encode()).decode() for count in range(1, 4)},
}


def pieces(secret, length):
    return [secret[at:at + length] for at in range(len(secret) - length + 1)]


class SecretSearchTest(unittest.TestCase):
    def setUp(self):
        self.search = Search([OPAQUE, JWT])

    def shown(self, piece, shape):
        return self.search.in_line(f"before={SHAPES[shape](piece)}&after".encode())

    def test_every_piece_in_every_shape(self):
        for shape in SHAPES:
            with self.subTest(shape=shape):
                missed = [piece for piece in pieces(OPAQUE, PIECE)
                          if not self.shown(piece, shape)]
                self.assertEqual(missed, [])

    def test_a_shorter_piece_is_none(self):
        for shape in SHAPES:
            with self.subTest(shape=shape):
                found = [piece for piece in pieces(OPAQUE, PIECE - 1)
                         if self.shown(piece, shape)]
                self.assertEqual(found, [])

    def test_one_wrong_letter_in_each_twelve_is_enough(self):
        spoilt = "".join(" " if at % PIECE == 0 else c for at, c in enumerate(OPAQUE))
        other = "".join(LETTERS[LETTERS.index(c) - 1] if at % PIECE == 0 else c
                        for at, c in enumerate(OPAQUE))
        for text in (spoilt, other, OPAQUE.swapcase(), OPAQUE[::-1]):
            self.assertFalse(self.search.in_line(text.encode()), text)

    def test_of_a_jwt_what_is_random(self):
        signature = JWT.split(".")[2]
        jti, last = random_parts(JWT.encode())
        self.assertEqual(last.decode(), signature)
        self.assertGreater(len(jti), 40)
        for piece in pieces(signature, PIECE) + pieces(jti.decode(), PIECE):
            self.assertTrue(self.shown(piece, "raw"), piece)

    def test_what_all_tokens_have_is_no_secret(self):
        # Another token of the same server for the same person at the same time.
        claims = {**CLAIMS, "jti": "7c9e6679-7425-40de-944b-e07fc1f90ae7"}
        other = jwt(**claims)
        self.assertEqual(other[:80], JWT[:80])
        for shape in SHAPES:
            self.assertFalse(self.shown(other, shape), shape)
            self.assertFalse(self.shown(json.dumps(claims), shape), shape)

    def test_a_jwt_without_an_id_of_its_own(self):
        token = jwt(iss="https://auth.x.ai")
        self.assertEqual(random_parts(token.encode()), [token.split(".")[2].encode()])

    def test_two_secrets_with_a_block_in_common(self):
        first, second = letters(40), letters(40)
        second = first[:6] + second[6:]
        search = Search([first, second])
        for secret in (first, second):
            self.assertTrue(search.in_line(secret[:PIECE].encode()))

    def test_the_lines_are_told(self):
        text = f"a\nb {OPAQUE}\nc\n{OPAQUE[5:17]} {JWT}\n"
        self.assertEqual(self.search.lines_of(text.encode().splitlines()), [2, 4])


class ProgramTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.secrets = self.folder / "secrets"
        self.secrets.write_text(f"{OPAQUE}\n{JWT}\n")
        self.left = self.folder / "left" / "deep"
        self.left.mkdir(parents=True)
        (self.left / "harmless").write_bytes(bytes(range(256)) * 100)

    def run_program(self, *paths):
        return subprocess.run([sys.executable, "-B", str(PROGRAM), *map(str, paths)],
                              capture_output=True, text=True, timeout=harness.DEADLINE_S)

    def test_nothing_is_found(self):
        done = self.run_program(self.secrets, self.folder / "left", self.folder / "none")
        self.assertEqual((done.returncode, done.stderr), (0, ""), done.stdout)
        self.assertEqual(done.stdout,
                         "2 secrets were handed out; 0 lines of 1 files show one\n")

    def test_it_says_where_and_not_what(self):
        (self.left / "log").write_text(f"one\ntwo {OPAQUE.encode().hex()}\n")
        done = self.run_program(self.secrets, self.folder / "left")
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn(f"SECRET in line 2 of {self.left / 'log'}\n", done.stdout)
        self.assertFalse(Search([OPAQUE]).lines_of(done.stdout.encode().splitlines()))

    def test_without_secrets_nothing_was_shown(self):
        self.secrets.write_text("")
        self.assertEqual(self.run_program(self.secrets, self.folder / "left").returncode, 1)


if __name__ == "__main__":
    harness.main()
