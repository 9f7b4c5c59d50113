#!/usr/bin/env python3
"""check_exports.py NAME=LIBRARY...: what our libraries show to the outside.

Each exports exactly one function, NAME, and nothing that would keep it from being unloaded.
The front, which must load everywhere, needs nothing but the system's own libraries.
"""
import subprocess
import sys

FRONT_MAY_NEED = {"libc.so.6", "libm.so.6", "libstdc++.so.6", "libgcc_s.so.1"}


def run(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def exported(library):
    """(name, type) of what a linker could use; a version node is of type A."""
    for line in run("nm", "-D", "--defined-only", library).splitlines():
        _, kind, name = line.split()
        if kind != "A":
            yield name, kind


def dynamic(library):
    """The lines of the dynamic section as (tag, text)."""
    for line in run("readelf", "-dW", library).splitlines():
        if ")" in line and "(" in line:
            tag = line[line.index("(") + 1 : line.index(")")]
            yield tag, line[line.index(")") + 1 :].strip()


def needed(library):
    return {text.split("[")[1].rstrip("]") for tag, text in dynamic(library) if tag == "NEEDED"}


def flags(library):
    return " ".join(text for tag, text in dynamic(library) if tag.startswith("FLAGS"))


def faults(name, library):
    found = list(exported(library))
    if [symbol for symbol, _ in found] != [name]:
        yield f"exports {[symbol for symbol, _ in found]}, not {name} alone"
    # A unique symbol, even a hidden one, makes dlclose do nothing.
    unique = [line.split()[-1] for line in run("nm", library).splitlines() if " u " in line]
    if unique:
        yield f"has unique symbols: {unique[:5]}"
    if "NOW" not in flags(library):
        yield "does not bind at load (-z now)"
    if any(tag == "TEXTREL" for tag, _ in dynamic(library)):
        yield "has text relocations"
    segments = run("readelf", "-lW", library)
    if "GNU_RELRO" not in segments:
        yield "has no read-only relocations (-z relro)"
    if any("GNU_STACK" in line and "RWE" in line for line in segments.splitlines()):
        yield "has an executable stack"
    yield from front_faults(library) if name == "llmp_entry_point" else backend_faults(library)


def front_faults(library):
    extra = {
        lib for lib in needed(library) - FRONT_MAY_NEED if not lib.startswith("ld-linux")
    }
    if extra:
        yield f"needs {sorted(extra)}"
    if "NODELETE" not in flags(library):
        yield "is not -z nodelete"


def backend_faults(library):
    if "NODELETE" in flags(library):
        yield "is -z nodelete"


def main(arguments):
    failed = False
    for argument in arguments:
        name, library = argument.split("=", 1)
        for fault in faults(name, library):
            print(f"{library}: {fault}")
            failed = True
    return 1 if failed or not arguments else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
