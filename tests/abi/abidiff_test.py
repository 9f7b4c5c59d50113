#!/usr/bin/env python3
"""Compares the header of today with the frozen one of 1.0, by abidiff and by its words.

    abidiff_test.py SOURCE_DIR CC

While LLMP_ABI_MINOR is 0 nothing may differ; later llmp_host and llmp_provider may have
grown at their ends, and nothing else.  That the gate would close is tried with headers that
break what is promised.
"""
import hashlib
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

SOURCE, CC = pathlib.Path(sys.argv[1]), sys.argv[2]
FROZEN = SOURCE / "tests/abi/frozen"
OLD, TODAY = FROZEN / "1.0/llm_provider.h", SOURCE / "host-api/llm_provider.h"
DEADLINE_S = 60
SKIPPED = 77

# Of the header as it was published: its copy may not follow today's.
OLD_SHA256 = "8767a4ee4be2ee5d18dbb1056ae917a8163e077d502f0a78dacce5804c487983"

MAY_GROW = {"llmp_host", "llmp_provider"}
# On the way to what has changed: the change itself has a line of its own below them.
ON_THE_WAY = re.compile(
    r"Functions changes summary: 0 Removed, \d+ Changed.*, 0 Added functions?"
    r"|Variables changes summary: 0 Removed, 0 Changed, 0 Added variables?"
    r"|\d+ functions? with some indirect sub-type change:"
    r"|\[C\] 'function const llmp_entry\* llmp_entry_point\(\)'.* some indirect sub-type changes:"
    r"|return type changed:|in pointed to type '.*'(?: at .*)?:"
    r"|in unqualified underlying type '.*'(?: at .*)?:|type of '.*' changed:"
    r"|parameter \d+ of type '.*' has sub-type changes:"
    r"|\d+ data member changes?( \(\d+ filtered\))?:|no data member changes \(\d+ filtered\);"
    r"|type size hasn't changed|details (?:are being|were) reported.*|")
STRUCT = re.compile(r"underlying type 'struct (\w+)' at .* changed:")
GROWN = re.compile(r"type size changed from (\d+) to (\d+) \(in bits\)")
INSERTIONS = re.compile(r"\d+ data member insertions?:")
INSERTED = re.compile(r"'.*', at offset (\d+) \(in bits\) at .*")


def report(old, new, folder):
    """abidiff's exit code and its words."""
    libraries = []
    for number, header in enumerate((old, new)):
        library = pathlib.Path(folder) / f"{number}.so"
        subprocess.run([CC, "-g", "-shared", "-fPIC", f"-I{header.parent}",
                        str(SOURCE / "tests/abi/abidiff_subject.c"), "-o", str(library)], check=True)
        libraries.append(str(library))
    ended = subprocess.run(["abidiff", "--headers-dir1", str(old.parent), "--headers-dir2",
                            str(new.parent), *libraries], capture_output=True, text=True,
                           timeout=DEADLINE_S, check=False)
    return ended.returncode, ended.stdout + ended.stderr


def minor_of(header):
    return int(re.search(r"#define LLMP_ABI_MINOR (\d+)", header.read_text()).group(1))


def faults(code, words, minor):
    """The lines that the minor does not allow."""
    if code == 0:
        return []
    if minor == 0 or code & 3:  # an error, or a wrong call, of abidiff itself
        return words.splitlines()
    found, struct, old_size = [], None, 0
    for line in map(str.strip, words.splitlines()):
        if named := STRUCT.fullmatch(line):
            struct, old_size = named.group(1), None
        elif (grown := GROWN.fullmatch(line)) and struct in MAY_GROW:
            old_size = int(grown.group(1))
        elif inserted := INSERTED.fullmatch(line):
            if old_size is None or int(inserted.group(1)) < old_size:
                found.append(line)
        elif not INSERTIONS.fullmatch(line) and not ON_THE_WAY.fullmatch(line):
            found.append(line)
    return found


def declarations(header):
    """Its lines of code, without comments and the commas at their ends."""
    text = re.sub(r"/\*.*?\*/", "", header.read_text(encoding="utf-8"), flags=re.S)
    lines = [" ".join(line.split()).removesuffix(",").rstrip() for line in text.splitlines()]
    return [line for line in lines if line and not line.startswith("#define LLMP_ABI_MINOR")]


class AbidiffTest(unittest.TestCase):
    def setUp(self):
        temporary = tempfile.TemporaryDirectory(prefix="xai-abi-")
        self.addCleanup(temporary.cleanup)
        self.folder = pathlib.Path(temporary.name)

    def varied(self, how):
        header = self.folder / how / "llm_provider.h"
        subprocess.run([sys.executable, "-B", str(SOURCE / "tests/abi/vary_header.py"), how, str(OLD),
                        str(header)], check=True)
        return header

    def test_what_is_frozen_was_not_touched(self):
        self.assertEqual(hashlib.sha256(OLD.read_bytes()).hexdigest(), OLD_SHA256)

    def test_every_declaration_of_1_0_is_still_there_in_its_order(self):
        rest = iter(declarations(TODAY))
        for line in declarations(OLD):
            self.assertIn(line, rest, "gone, changed or moved since 1.0")

    @unittest.skipUnless(shutil.which("abidiff"), "abidiff is not installed: the header of "
                         "today was compared with that of 1.0 by its words and layout alone")
    def test_the_types_of_today_are_those_of_1_0(self):
        code, words = report(OLD, TODAY, self.folder)
        print(f"abidiff, 1.0 and today: exit code {code}\n{words}", flush=True)
        self.assertEqual(faults(code, words, minor_of(TODAY)), [])

    @unittest.skipUnless(shutil.which("abidiff"), "that the gate closes was not tested: "
                         "abidiff is not installed")
    def test_what_a_next_minor_may_do(self):
        header = self.varied("next")
        code, words = report(OLD, header, self.folder)
        self.assertEqual(faults(code, words, minor_of(header)), [])
        self.assertNotEqual(faults(code, words, 0), [], "not without a new minor")

    @unittest.skipUnless(shutil.which("abidiff"), "that the gate closes was not tested: "
                         "abidiff is not installed")
    def test_what_no_minor_may_do(self):
        for how in ("moved", "inserted", "retyped", "removed", "grown-event"):
            with self.subTest(how=how):
                code, words = report(OLD, self.varied(how), self.folder)
                self.assertNotEqual(faults(code, words, 1), [], words)


if __name__ == "__main__":
    program = unittest.main(argv=sys.argv[:1], exit=False, verbosity=2)
    for test, reason in program.result.skipped:
        print(f"SKIPPED {test.id()}: {reason}", flush=True)
    if not program.result.wasSuccessful():
        sys.exit(1)
    sys.exit(SKIPPED if program.result.skipped else 0)
