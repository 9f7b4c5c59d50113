#!/usr/bin/env python3
"""check_glibc_floor.py MANIFEST LIBRARY...: the C library that ours really need.

The newest version that any of them names must be the manifest's requires.glibc: lower would
promise what we do not hold, higher would refuse systems that work.
"""
import json
import re
import subprocess
import sys


def newest(library):
    text = subprocess.run(
        ["objdump", "-T", library], check=True, capture_output=True, text=True
    ).stdout
    versions = re.findall(r"\bGLIBC_(\d+(?:\.\d+)+)", text)
    return max(tuple(map(int, version.split("."))) for version in versions)


def main(manifest, *libraries):
    with open(manifest, encoding="utf-8") as file:
        promised = tuple(map(int, json.load(file)["requires"]["glibc"].split(".")))
    found = {library: newest(library) for library in libraries}
    if max(found.values()) == promised:
        return 0
    print(f"requires.glibc is {promised}")
    for library, version in found.items():
        print(f"{library} needs {version}")
    return 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
