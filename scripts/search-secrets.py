#!/usr/bin/env python3
"""Looks for secrets in what a test run has printed, written and sent.

    search-secrets.py SECRETS FILE|FOLDER...

SECRETS has one in each line, as `xai-sim --secrets-log` writes them.  Any 12 characters of one
are found, in each of the shapes of tests/e2e/secret_search.py.  A file that is not there was
not written.  Exit code 1 if a secret was found, or if there was nothing to look for.
"""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "tests/e2e"))
from secret_search import Search  # pylint: disable=wrong-import-position


def files_of(paths):
    for path in map(pathlib.Path, paths):
        inside = path.rglob("*") if path.is_dir() else [path]
        yield from (file for file in inside if file.is_file() and not file.is_symlink())


def main(secrets_path, *paths):
    secrets = set(pathlib.Path(secrets_path).read_bytes().splitlines())
    search = Search(secrets)
    files = found = 0
    for path in files_of(paths):
        files += 1
        with path.open("rb") as lines:
            for number in search.lines_of(lines):
                found += 1
                print(f"SECRET in line {number} of {path}")
    print(f"{len(secrets)} secrets were handed out; {found} lines of {files} files show one")
    return 1 if found or not secrets else 0


if __name__ == "__main__":
    if len(sys.argv) < 3 or sys.argv[1] in ("-h", "--help"):
        print(__doc__)
        sys.exit(0 if len(sys.argv) == 2 else 2)
    sys.exit(main(*sys.argv[1:]))
