#!/usr/bin/env python3
"""Adds up CTest's reports: names what failed or was skipped, prints the totals.

    count-tests.py REPORT.xml...

Exit code 1 if a test failed or none ran.
"""
import sys
import xml.etree.ElementTree as ElementTree


def reason_of(lines):
    """GoogleTest says it after `file:line: Skipped`, ours in a line with SKIPPED, of
    one test or of the whole file.
    """
    for line, after in zip(lines, [*lines[1:], ""]):
        if line.endswith(": Skipped"):
            return after
        if line.startswith("SKIPPED: "):
            return line[len("SKIPPED: "):]
        if line.startswith("SKIPPED "):
            return line.split(": ", 1)[-1]
    return "no reason given"


def main(paths):
    if not paths or "--help" in paths or "-h" in paths:
        print(__doc__.strip())
        return 0 if paths else 2
    passed, failed, skipped = 0, [], []
    for path in paths:
        for case in ElementTree.parse(path).getroot().iter("testcase"):
            status = case.get("status")
            name = case.get("name")
            if status == "run":
                passed += 1
            elif status == "fail":
                failed.append(name)
            else:
                reason = reason_of((case.findtext("system-out") or "").splitlines())
                skipped.append(f"{name}: {reason}")
    for line in skipped:
        print("skipped", line)
    for name in failed:
        print("FAILED", name)
    print(f"{passed} passed, {len(failed)} failed, {len(skipped)} skipped")
    return 1 if failed or passed == 0 else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
