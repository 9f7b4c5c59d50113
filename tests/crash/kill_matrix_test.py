"""SIGKILL at every system call with which an operation touches the store (B01, B02, N3).

A signal that strace injects arrives at the entry of the call, so the state is the one that
the call before it left.  Calls that only read, or that fail, leave it alone and are left
out.  Afterwards the credential is the old one or the new one, and the next process works
with it.
"""

import sys
import unittest

import fault_bench
import harness
from crash_harness import in_parallel
from operations import OPERATIONS

WORKERS = 2
POINTS_MIN = 200
WRITING = (*fault_bench.STORE_CALLS, "openat")  # which may create


class KillMatrixTest(unittest.TestCase):
    def test_every_call_of_every_operation(self):  # B01, B02
        benches = [fault_bench.Bench() for _ in range(WORKERS)]
        for bench in benches:
            self.addCleanup(bench.close)
        points = [(name, call, number) for name in OPERATIONS
                  for call, number, returned in benches[0].calls(name)
                  if call in WRITING and returned != "-1"]
        failures = []

        def kill(point):
            def at(worker):
                name, call, number = point
                try:
                    run, after = benches[worker].inject(name, call, number, "signal=SIGKILL")
                    self.assertTrue(run.killed, run.err)
                    OPERATIONS[name].check(after)
                except AssertionError as error:
                    failures.append(f"{name}, {call} number {number}: {error}")
            return at

        in_parallel([kill(point) for point in points], WORKERS)
        print(f"{len(points)} points, {len(failures)} failures", flush=True)
        self.assertEqual(failures, [], "\n".join(failures))
        self.assertGreaterEqual(len(points), POINTS_MIN)


if __name__ == "__main__":
    reason = fault_bench.why_not()
    if reason:
        print(f"SKIPPED: a kill at each system call of the store was not tested: {reason}")
        sys.exit(harness.SKIPPED)
    harness.main()
