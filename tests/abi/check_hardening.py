#!/usr/bin/env python3
"""check_hardening.py COMPILE_COMMANDS BINARY...: that what we ship is compiled and linked to be
hard to misuse.

Read-only relocations that are bound at start, no executable stack, code apart from data, stack
protectors, fortified calls, landing pads for indirect branches (x86), no search path of its own.
Of what is in the code a binary tells only whether it is there at all, so the commands tell
whether it is in each file.  The landing pads are not in force as long as the C runtime and the
C++ library that are linked have none, as Debian's.
"""
import json
import pathlib
import re
import subprocess
import sys


ROOT = pathlib.Path(__file__).resolve().parents[2]
SHIPPED = tuple(f"{ROOT}/{folder}/" for folder in ("plugin", "host-api", "sample-host"))
FLAGS = ["-D_FORTIFY_SOURCE=3", "-fstack-protector-strong", "-fstack-clash-protection",
         "-fcf-protection=full"]
GNU_FLAGS = ["-ftrivial-auto-var-init=zero"]  # clang 14 has it only behind another


def run(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def segments(binary):
    """(type, flags) of each program header."""
    return re.findall(r"(?m)^  ([A-Z]\w+) .* ([R ][W ][E ]) +0x", run("readelf", "-lW", binary))


def segment_faults(binary):
    kinds = segments(binary)
    if not any(kind == "GNU_RELRO" for kind, _ in kinds):
        yield "has no read-only relocations (-z relro)"
    if ("GNU_STACK", "RW ") not in kinds:
        yield "may have an executable stack (-z noexecstack)"
    loads = [flags for kind, flags in kinds if kind == "LOAD"]
    if any("W" in flags and "E" in flags for flags in loads):
        yield "has a segment that is written and executed"
    if loads[0] != "R  " or loads.count("R E") != 1:
        yield f"has code and data in one segment (-z separate-code): {loads}"


def dynamic_faults(binary):
    text = run("readelf", "-dW", binary)
    if "BIND_NOW" not in text and "Flags: NOW" not in text:
        yield "binds its symbols late (-z now)"
    for tag in ("TEXTREL", "RPATH", "RUNPATH"):
        if f"({tag})" in text:
            yield f"has {tag}"


def code_faults(binary):
    undefined = run("nm", "-D", "--undefined-only", binary)
    if "__stack_chk_fail" not in undefined:
        yield "has no stack protector"
    # The programs happen to call nothing that can be fortified.
    if binary.endswith(".so") and not re.search(r"\b__\w+_chk\b", undefined):
        yield "has no fortified call"
    if "X86-64" in run("readelf", "-hW", binary):
        code = run("objdump", "-d", "--no-show-raw-insn", binary)
        if "endbr64" not in code:
            yield "has no landing pads (-fcf-protection)"


def command_faults(commands):
    shipped = [entry for entry in commands if entry["file"].startswith(SHIPPED)]
    if not shipped:
        yield "none of our files is compiled"
    for entry in shipped:
        words = entry["command"].split()
        wanted = FLAGS + ([] if "clang" in words[0] else GNU_FLAGS)
        if "-O0" in words or not any(re.fullmatch("-O[123s]", word) for word in words):
            yield f"{entry['file']}: fortified calls need optimisation"
        for flag in wanted:
            if flag not in words:
                yield f"{entry['file']}: compiled without {flag}"


def main(commands, *binaries):
    failed = False
    for fault in command_faults(json.loads(pathlib.Path(commands).read_text())):
        print(fault)
        failed = True
    for binary in binaries:
        for fault in (*segment_faults(binary), *dynamic_faults(binary), *code_faults(binary)):
            print(f"{binary}: {fault}")
            failed = True
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
