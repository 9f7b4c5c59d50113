#!/usr/bin/env python3
"""Adds up CTest's reports: names what failed or was skipped, prints the totals.

    count-tests.py REPORT.xml...

Exit code 1 if a test failed or none ran.
"""
import sys
import xml.etree.ElementTree as ElementTree


def main(paths):
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
                words = (case.findtext("system-out") or "").strip().splitlines()
                reason = next((w for w in words if "skip" in w.lower()), "no reason given")
                skipped.append(f"{name}: {reason}")
    for line in skipped:
        print("skipped", line)
    for name in failed:
        print("FAILED", name)
    print(f"{passed} passed, {len(failed)} failed, {len(skipped)} skipped")
    return 1 if failed or passed == 0 else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
