"""The hot paths take as many instructions as tests/bench/instructions.json says, within 2 %.

    instructions_test.py PROGRAM COMPILER            compares
    instructions_test.py PROGRAM COMPILER --write    writes what it counts into the file

A clock measures the machine as well; callgrind counts the same instructions on each.  The
figures are those of one compiler, C library and processor; another is told to write its own.
"""

import json
import pathlib
import platform
import re
import shutil
import subprocess
import sys

PROGRAM, COMPILER = sys.argv[1:3]
FIGURES = pathlib.Path(__file__).with_name("instructions.json")
TOLERANCE = 0.02
# What comes before the first round and after the last one cancels out.
FEW, MANY = 2, 4
SKIPPED = 77
# The C library chooses its functions by the processor: always those that every one has.
# libsodium cannot be told.
TUNABLES = "glibc.cpu.hwcaps=-AVX2,-AVX_Fast_Unaligned_Load,-SSSE3,-SSE4_1,-ERMS,-FSRM"
PROCESSOR_HAS = "avx2"


def machine():
    return f"{COMPILER}, {' '.join(platform.libc_ver())}, {platform.machine()}"


def instructions(name, rounds):
    counted = subprocess.run(
        ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", PROGRAM, name,
         str(rounds)],
        env={"GLIBC_TUNABLES": TUNABLES, "PATH": "/usr/bin:/bin"}, capture_output=True,
        text=True, timeout=120)
    assert counted.returncode == 0, counted.stderr
    return int(re.search(r"Collected : (\d+)", counted.stderr)[1])


def count():
    """Instructions for each unit of each path."""
    paths = json.loads(subprocess.run([PROGRAM], check=True, capture_output=True).stdout)
    return {name: round((instructions(name, MANY) - instructions(name, FEW)) /
                        ((MANY - FEW) * units)) for name, units in paths.items()}


def skip(why):
    print(f"SKIPPED bench.instructions: instructions were not counted: {why}")
    return SKIPPED


def compare(expected):
    counted = count()
    good = counted.keys() == expected.keys()
    for name, now in counted.items():
        figure = expected.get(name, 0)
        fits = abs(now - figure) <= figure * TOLERANCE
        good = good and fits
        print(f"{name:26}{now:10}{figure:10}  {'' if fits else 'NOT WITHIN 2 %'}")
    if not good:
        print("If that is meant: instructions_test.py PROGRAM COMPILER --write")
    return 0 if good else 1


def main():
    figures = json.loads(FIGURES.read_text(encoding="utf-8"))
    if not shutil.which("valgrind"):
        return skip("valgrind is missing: apt-get install valgrind")
    if PROCESSOR_HAS not in pathlib.Path("/proc/cpuinfo").read_text(encoding="utf-8").split():
        return skip(f"this processor has no {PROCESSOR_HAS}")
    if sys.argv[3:] == ["--write"]:
        figures[machine()] = count()
        FIGURES.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
        return 0
    if machine() not in figures:
        return skip(f"there are no figures of {machine()} in tests/bench/instructions.json")
    return compare(figures[machine()])


if __name__ == "__main__":
    sys.exit(main())
