#!/usr/bin/env python3
"""check_sources.py format ROOT CLANG_FORMAT | sizes ROOT: how our sources look.

format: C and C++ are as clang-format lays them out.  sizes: past 300 lines (500 in tests/) a
file has more than one idea.  Files that git does not know yet count as well.
"""
import pathlib
import subprocess
import sys

C_SUFFIXES = {".h", ".hpp", ".c", ".cpp"}
SCRIPT_SUFFIXES = {".py", ".sh", ".js", ".mjs"}
LINES_MAX = {"plugin": 300, "host-api": 300, "sample-host": 300, "tests": 500}
FILES_PER_CALL = 40

# Hosts copy it: the loader, the binding and its types have to be one file.
LINES_MAX_OF = {"host-api/python/llm_provider.py": 700}

# Aligned in columns by hand, as far as its first comment.
FORMAT_EXEMPT = {"host-api/llm_provider.h", "tests/abi/frozen/1.0/llm_provider.h"}


def sources(root, suffixes):
    listed = subprocess.run(
        ["git", "-C", root, "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    for name in sorted(filter(None, listed.split("\0"))):
        path = pathlib.Path(root) / name
        if path.suffix in suffixes and path.is_file():
            yield name, path


def format_faults(root, clang_format):
    names = [name for name, _ in sources(root, C_SUFFIXES) if name not in FORMAT_EXEMPT]
    for at in range(0, len(names), FILES_PER_CALL):
        result = subprocess.run(
            [clang_format, "--dry-run", "--Werror", "--ferror-limit=1"]
            + names[at : at + FILES_PER_CALL],
            capture_output=True,
            text=True,
            cwd=root,
        )
        yield from (line for line in result.stderr.splitlines() if "error:" in line)
        if result.returncode != 0 and "error:" not in result.stderr:
            yield f"{clang_format} failed with {result.returncode}: {result.stderr}"


def size_faults(root):
    for name, path in sources(root, C_SUFFIXES | SCRIPT_SUFFIXES):
        limit = LINES_MAX_OF.get(name, LINES_MAX.get(name.split("/")[0]))
        lines = len(path.read_text(encoding="utf-8").splitlines())
        if limit is not None and lines > limit:
            yield f"{name}: {lines} lines, more than {limit}"


def main(what, *arguments):
    check = {"format": format_faults, "sizes": size_faults}[what]
    faults = list(check(*arguments))
    print("\n".join(faults))
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
