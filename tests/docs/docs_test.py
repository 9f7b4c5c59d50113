#!/usr/bin/env python3
"""Holds the documents to what they say.

    docs_test.py SOURCE_DIR CXX

Compiles the C++ example of the README, checks that every link to a file has its file, and
that the scripts that are named exist, run and explain themselves.
"""
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

SOURCE = pathlib.Path(sys.argv[1])
CXX = sys.argv[2]
DOCUMENTS = sorted([*SOURCE.glob("*.md"), *SOURCE.glob("docs/**/*.md"),
                    *SOURCE.glob("host-api/*.md")])


class DocumentsTest(unittest.TestCase):
    def test_the_readme_example_compiles(self):
        examples = re.findall(r"```cpp\n(.*?)```", (SOURCE / "README.md").read_text(), re.S)
        self.assertEqual(len(examples), 1)
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "example.cpp"
            path.write_text(examples[0])
            for standard in ("c++17", "c++20"):
                done = subprocess.run(
                    [CXX, f"-std={standard}", "-Wall", "-Wextra", "-Werror", "-fsyntax-only",
                     f"-I{SOURCE}/host-api", "-DBOOST_DLL_USE_STD_FS", str(path)],
                    capture_output=True, text=True)
                self.assertEqual(done.returncode, 0, done.stderr[-2000:])

    def test_links_to_files_lead_somewhere(self):
        for document in DOCUMENTS:
            for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", document.read_text()):
                with self.subTest(document=document.name, target=target):
                    self.assertTrue((document.parent / target).exists())

    def test_scripts_that_are_named_exist_and_explain_themselves(self):
        named = set()
        for document in DOCUMENTS:
            named |= set(re.findall(r"\bscripts/[a-z-]+\.(?:sh|py)", document.read_text()))
        self.assertIn("scripts/demo.sh", named)
        self.assertIn("scripts/test.sh", named)
        for name in sorted(named):
            with self.subTest(script=name):
                done = subprocess.run([str(SOURCE / name), "--help"], capture_output=True,
                                      text=True, timeout=20)
                self.assertEqual(done.returncode, 0)
                self.assertIn(name.rsplit("/", 1)[1], done.stdout)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
