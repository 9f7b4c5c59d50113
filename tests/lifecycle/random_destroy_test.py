"""A host that leaves at any moment: within a handshake, a lookup, a renewal or an answer.

RANDOM_DESTROYS is how often (scripts/test.sh --long: 2000), DESTROY_SEED chooses the moments again.
"""

import json
import os
import random

import harness
from harness import SANITIZE
from lifecycle_harness import HANG_MS, LifecycleTest

TIMES = int(os.environ.get("RANDOM_DESTROYS", 25 if SANITIZE else 150))
SEED = int(os.environ.get("DESTROY_SEED", random.randrange(1 << 30)))
DESCRIPTORS = 32
DEADLINE_S = 60 + TIMES


class RandomDestroyTest(LifecycleTest):
    # D07, D16
    def test_at_any_moment(self):
        endpoints = dict(self.sim.endpoints)
        endpoints["api"] = endpoints["api"].replace("127.0.0.1", "localhost")  # to be looked up
        other = {**self.stage.config, "endpoints": endpoints}
        before = self.sim.stats()
        told = self.live("random-destroy", TIMES, SEED, json.dumps(other), deadline_s=DEADLINE_S)
        print(f"{TIMES} times, seed {SEED}: {told}", flush=True)
        self.assertLess(told["longest_ms"], HANG_MS)
        # A lookup may outlive its provider; it ends by itself.
        self.assertLess(told["descriptors"], DESCRIPTORS)
        for what in ("renewal", "models", "lookup_or_handshake", "stream"):
            # Of a few it may be none, by chance.
            self.assertGreaterEqual(told[what], 1 if TIMES >= 100 else 0, what)
        stats = self.sim.stats()
        self.assertGreater(stats["refreshes"], before["refreshes"])
        self.assertEqual(stats["reuse_detected"], 0)
        self.assertIs(self.stage.run("status").document["connected"], True)


if __name__ == "__main__":
    harness.main()
