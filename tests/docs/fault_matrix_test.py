#!/usr/bin/env python3
"""Holds the fault matrix of docs/testing.md to the tests that it names.

    fault_matrix_test.py SOURCE_DIR
"""
import pathlib
import re
import sys
import unittest

SOURCE = pathlib.Path(sys.argv[1])
NUMBERS = (("A", range(1, 46)), ("B", range(1, 41)), ("C", range(1, 47)), ("D", range(1, 27)),
           ("E", range(1, 19)), ("F", range(1, 13)), ("G", range(1, 13)), ("H", range(1, 11)))
ROWS = [f"{group}{number:02}" for group, numbers in NUMBERS for number in numbers]
ROW = re.compile(r"(?m)^\| ([A-Z]\d\d) \| (.+?) \| (.*?) ?\|$")
# `file` `test` `test`, as often as one likes.
HELD_BY = re.compile(r"`([\w/.]+/[\w.]+)`((?: `\w+`)+)")


def section():
    text = (SOURCE / "docs/testing.md").read_text(encoding="utf-8")
    return text.split("\n## The fault matrix\n")[1].split("\n## ")[0]


def has_test(file, text, name):
    # A fuzz target is the test that is called like its file.
    if file.parent.name == "fuzz":
        return name == file.stem and "LLVMFuzzerTestOneInput" in text
    cpp = rf"\bTEST(?:_F|_P)?\(\s*\w+,\s*{name}\)"
    return re.search(cpp + rf"|\bdef {name}\(", text) is not None


class FaultMatrixTest(unittest.TestCase):
    def setUp(self):
        self.rows = ROW.findall(section())

    def test_every_row_is_there_once_and_in_order(self):
        self.assertEqual([row for row, _, _ in self.rows], ROWS)

    def test_every_row_says_what_holds_it_or_why_nothing_does(self):
        for row, _, held_by in self.rows:
            with self.subTest(row=row):
                if not HELD_BY.search(held_by):
                    self.assertGreater(len(held_by), 20, "neither a test nor a reason")

    def test_every_test_that_is_named_exists(self):
        for row, _, held_by in self.rows:
            for path, names in HELD_BY.findall(held_by):
                file = SOURCE / "tests" / path
                text = file.read_text(encoding="utf-8") if file.is_file() else ""
                for name in re.findall(r"\w+", names):
                    with self.subTest(row=row, file=path, test=name):
                        self.assertTrue(has_test(file, text, name))

    def test_nothing_else_is_in_a_cell_of_tests(self):
        for row, _, held_by in self.rows:
            with self.subTest(row=row):
                if HELD_BY.search(held_by):
                    self.assertRegex(HELD_BY.sub("", held_by), r"^[ ,]*$")


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
