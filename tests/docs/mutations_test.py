#!/usr/bin/env python3
"""Holds the mutations to the product, to the tests that they name, and to docs/testing.md.

    mutations_test.py SOURCE_DIR

That the tests turn red is for scripts/mutate.sh to show.
"""
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

SOURCE = pathlib.Path(sys.argv[1])
PATCHES = sorted((SOURCE / "tests/mutations").glob("*.patch"))
# A run of all of them must not take an afternoon.
PATCHES_MAX = 60
# A09, or B03, B07; "-" if no row of the fault matrix is about it.
ROWS = re.compile(r"-|[A-Z]\d\d(, [A-Z]\d\d)*")
MATRIX_ROW = re.compile(r"(?m)^\| ([A-H]\d\d) \|")
MATRIX_LINE = re.compile(r"(?m)^\| ([A-H]\d\d) \|.*\| (.*) \|$")
# Why no mutation names the rows that follow.
REASON = re.compile(r"(?m)^\| ([A-H]\d\d(?:, [A-H]\d\d)*) \| (.{20,}) \|$")
DOC_ROW = re.compile(r"(?m)^\| `([\w-]+)` \| (.+?) \| (.+?) \| (.+?) \|$")


def fields(patch):
    head = patch.read_text(encoding="utf-8").split("\n--- ")[0]
    return dict(line.split(": ", 1) for line in head.splitlines() if line)


def files(patch):
    return re.findall(r"(?m)^\+\+\+ b/(\S+)$", patch.read_text(encoding="utf-8"))


def places(patch):
    """Where something is taken away."""
    parts = re.split(r"(?m)^@@ .*\n", patch.read_text(encoding="utf-8"))[1:]
    return [part for part in parts if re.search(r"(?m)^-(?!-- )", part)]


def row_names(test):
    """What the matrix calls Suite.Name of GoogleTest or folder.name of CTest."""
    first, second = test.split(".")
    return {f"`{second}`", f"`{first}/{second}_test.py`"}


def tests_and_targets():
    """What a mutation may name: GoogleTest's Suite.Name and CTest's folder.name; targets."""
    tests, targets = set(), set()
    for path in SOURCE.glob("tests/**/*_test.*"):
        if path.suffix == ".cpp":
            found = re.findall(r"\bTEST(?:_F)?\(\s*(\w+),\s*(\w+)\)", path.read_text(encoding="utf-8"))
            tests |= {f"{suite}.{name}" for suite, name in found}
        elif path.suffix == ".py":
            tests.add(f"{path.parent.name}.{path.stem.removesuffix('_test')}")
    for path in [*SOURCE.glob("tests/**/CMakeLists.txt"), SOURCE / "sample-host/CMakeLists.txt"]:
        text = path.read_text(encoding="utf-8")
        targets |= set(re.findall(r"\b(?:xai_test|add_executable)\(\s*([\w-]+)", text))
        targets |= set(re.findall(r"\blifecycle_preload\(\w+ ([\w-]+)", text))
        targets |= {f"e2e_{name}_test" for name in re.findall(r"\be2e_gtest\((\w+)", text)}
    return tests, targets


class MutationsTest(unittest.TestCase):
    def test_there_are_some_and_not_too_many(self):
        self.assertGreater(len(PATCHES), 0)
        self.assertLessEqual(len(PATCHES), PATCHES_MAX)

    def test_each_still_applies(self):
        with tempfile.TemporaryDirectory() as folder:
            # Git must not take the copy for a part of a work tree around it.
            environment = {**os.environ, "GIT_CEILING_DIRECTORIES": os.path.dirname(folder)}
            for patch in PATCHES:
                for name in files(patch):
                    copy = pathlib.Path(folder, name)
                    copy.parent.mkdir(parents=True, exist_ok=True)
                    shutil.copy(SOURCE / name, copy)
                with self.subTest(mutation=patch.stem):
                    done = subprocess.run(["git", "apply", "--check", str(patch)], cwd=folder,
                                          env=environment, capture_output=True, text=True)
                    self.assertEqual((done.returncode, done.stderr), (0, ""))

    def test_each_changes_the_product_alone(self):
        for patch in PATCHES:
            with self.subTest(mutation=patch.stem):
                self.assertGreater(len(files(patch)), 0)
                for name in files(patch):
                    self.assertTrue(name.startswith("plugin/"), name)

    def test_each_place_can_have_a_test_of_its_own(self):
        for patch in PATCHES:
            with self.subTest(mutation=patch.stem):
                self.assertGreaterEqual(len(fields(patch)["Red"].split()), len(places(patch)))

    def test_each_says_what_it_is_and_names_what_exists(self):
        tests, targets = tests_and_targets()
        for patch in PATCHES:
            with self.subTest(mutation=patch.stem):
                said = fields(patch)
                self.assertLessEqual({"What", "Rows", "Build", "Red"}, set(said))
                self.assertLessEqual(set(said), {"What", "Rows", "Build", "Red", "Slow"})
                self.assertRegex(said["Rows"], f"^({ROWS.pattern})$")
                self.assertLessEqual(set(said["Build"].split()), targets)
                self.assertLessEqual(set(said["Red"].split()), tests)

    def test_the_page_has_them_all(self):
        text = (SOURCE / "docs/testing.md").read_text(encoding="utf-8")
        section = text.split("\n## Mutations\n")[1].split("\n## ")[0]
        told = []
        for patch in PATCHES:
            said = fields(patch)
            red = " ".join(f"`{test}`" for test in said["Red"].split())
            told.append((patch.stem, said["What"], said["Rows"], red))
        self.assertEqual(DOC_ROW.findall(section), told)

    def test_each_row_is_named_or_says_why_not(self):
        text = (SOURCE / "docs/testing.md").read_text(encoding="utf-8")
        matrix = text.split("\n## The fault matrix\n")[1].split("\n## ")[0]
        rest = text.split("\n### Rows that no mutation names\n")[1].split("\n## ")[0]
        named = {row for patch in PATCHES for row in fields(patch)["Rows"].split(", ")} - {"-"}
        excused = [row for rows, _ in REASON.findall(rest) for row in rows.split(", ")]
        self.assertEqual(sorted([*named, *excused]), sorted(MATRIX_ROW.findall(matrix)))

    def test_each_row_has_a_test_of_the_matrix_among_the_red_ones(self):
        text = (SOURCE / "docs/testing.md").read_text(encoding="utf-8")
        matrix = text.split("\n## The fault matrix\n")[1].split("\n## ")[0]
        tests_of = dict(MATRIX_LINE.findall(matrix))
        for patch in PATCHES:
            said = fields(patch)
            red = set().union(*(row_names(test) for test in said["Red"].split()))
            for row in re.findall(r"[A-Z]\d\d", said["Rows"]):
                with self.subTest(mutation=patch.stem, row=row):
                    told = set(re.findall(r"`[^`]+`", tests_of[row]))
                    self.assertTrue(red & told, "none of its red tests is the row's")


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
