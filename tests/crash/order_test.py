"""The order of a renewal's system calls: what a power cut would show and a kill cannot.

Room is reserved and flushed before the token is sent; the new file is flushed before it
takes the name of the old one, and the folder after that.
"""

import re
import sys
import unittest

import fault_bench
import harness
from crash_harness import REFRESH

CALLS = ("fallocate", "fsync", "connect", "pwrite64", "pread64", "renameat", "flock")
LINE = re.compile(r"^\d+ +(\w+)\((.*)$")


class OrderTest(unittest.TestCase):
    def events(self):
        """(system call, what it touches), in order, of one renewal."""
        bench = fault_bench.Bench()
        self.addCleanup(bench.close)
        bench.rewind(fault_bench.OPERATIONS["refresh"])
        run = bench.strace(CALLS, [REFRESH], "-y")
        self.assertEqual(run.document["status"], "refreshed")
        port = bench.sim.endpoints["auth"].rpartition(":")[2]
        for line in run.log.splitlines():
            match = LINE.match(line)
            if match is None:  # the second half of a call that another thread cut in two
                continue
            call, rest = match.groups()
            if call == "connect":
                if f"htons({port})" in rest:
                    yield call, "server"
                continue
            touched = rest.split("<", 1)[1].split(">", 1)[0]
            if touched.startswith(str(bench.stage.state)):
                name = touched.removeprefix(str(bench.stage.state)).lstrip("/")
                yield call, re.sub(r"-[0-9a-f]{8}", "", name) or "folder"

    def test_of_a_renewal(self):  # B03, B04, R5 to R8
        events = list(self.events())
        wanted = [("flock", "lock"), ("fallocate", ".cred.tmp"), ("fsync", ".cred.tmp"),
                  ("pwrite64", "lock"), ("fsync", "lock"), ("connect", "server"),
                  ("pwrite64", ".cred.tmp"), ("fsync", ".cred.tmp"), ("pread64", ".cred.tmp"),
                  ("renameat", "folder"), ("fsync", "folder")]
        at = 0
        for event in events:
            if at < len(wanted) and event == wanted[at]:
                at += 1
        self.assertEqual(wanted[at:], [], f"missing or out of order in {events}")
        # Not once is the file renamed or the server asked without the step before it.
        self.assertEqual(events.count(("renameat", "folder")), 1)
        self.assertEqual(events.count(("connect", "server")), 1)


if __name__ == "__main__":
    reason = fault_bench.why_not()
    if reason:
        print(f"SKIPPED: the order of a renewal's system calls was not tested: {reason}")
        sys.exit(harness.SKIPPED)
    harness.main()
