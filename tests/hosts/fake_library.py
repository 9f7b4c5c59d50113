"""fake_library.py BACKEND LIBRARY SPECIAL OUT: C code for a library that has every function of
LIBRARY (libcurl or libsodium) that the backend wants.

Those that matter stand in the file SPECIAL; OUT gets the others, which do nothing.  Beside it a
version script is written, OUT.map: the loader wants the names with their versions.
"""

import pathlib
import re
import subprocess
import sys

PREFIXES = {"libcurl": ("curl_",), "libsodium": ("sodium_", "crypto_", "randombytes_")}


def main(backend, library, special, out):
    listed = subprocess.run(["nm", "-D", "--undefined-only", backend], check=True,
                            capture_output=True, text=True).stdout
    symbols = [line.split()[-1].split("@") for line in listed.splitlines()]
    wanted = [symbol for symbol in symbols if symbol[0].startswith(PREFIXES[library])]
    if not wanted:
        sys.exit(f"{backend} wants nothing of {library}")
    code = pathlib.Path(special).read_text(encoding="utf-8")
    special_names = set(re.findall(r"^\w.*\b(\w+)\(", code, re.M))
    rest = "".join(f"void {name}(void);\nvoid {name}(void) {{}}\n" for name, *_ in wanted
                   if name not in special_names)
    pathlib.Path(out).write_text(rest, encoding="utf-8")
    node = next((f"{version} " for _, *versions in wanted for version in versions), "")
    names = " ".join(f"{name};" for name, *_ in wanted)
    pathlib.Path(f"{out}.map").write_text(f"{node}{{ global: {names} local: *; }};\n",
                                          encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
