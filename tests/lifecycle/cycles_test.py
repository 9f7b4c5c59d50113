"""Load, create, status, a request over TLS, destroy, dlclose, again and again: nothing grows.
XAI_LIFECYCLE_CYCLES in the environment says how often.
"""

import os
import unittest

import harness
from harness import SANITIZE
from lifecycle_harness import LifecycleTest

CYCLES = int(os.environ.get("XAI_LIFECYCLE_CYCLES") or 300)
CYCLE_S_MAX = 2
# What two hundred cycles, or ten thousand, may add to what was held after a hundred.
HEAP_SLACK, RESIDENT_SLACK = 64 << 10, 2 << 20


class CyclesTest(LifecycleTest):
    # D16
    @unittest.skipIf(SANITIZE, "growth over many cycles was not tested: a sanitizer keeps memory")
    def test_nothing_grows(self):
        told = self.live("cycles", CYCLES, deadline_s=CYCLES * CYCLE_S_MAX)
        print(f"{CYCLES} cycles: {told}", flush=True)
        before, after = told["before"], told["after"]
        self.assertEqual(after["descriptors"], before["descriptors"])
        self.assertEqual(after["threads"], before["threads"])
        self.assertLess(after["heap"], before["heap"] + HEAP_SLACK)
        self.assertLess(after["resident"], before["resident"] + RESIDENT_SLACK)


if __name__ == "__main__":
    harness.main()
