"""The plugin twice in one process, with one store: its locks keep the two apart."""

import shutil
import unittest

import harness
from harness import SANITIZE
from lifecycle_harness import LifecycleTest

ROUNDS = 5 if SANITIZE else 30


class TwiceTest(LifecycleTest):
    def twice(self, other):
        before = self.sim.stats()
        told = self.live("twice", ROUNDS, other)
        after = self.sim.stats()
        print(told, flush=True)
        self.assertEqual(after["reuse_detected"], before["reuse_detected"])
        self.assertEqual(after["refreshes"] - before["refreshes"], sum(told["refreshed"]))
        # Each takes over what the other has just renewed, or renews.
        self.assertGreaterEqual(sum(told["refreshed"]), ROUNDS)
        # And whoever comes next is still signed in.
        self.assertEqual(self.stage.run("refresh").document["status"], "refreshed")

    # D23
    def test_by_two_paths(self):
        copy = self.stage.root / "copy"
        shutil.copytree(harness.PLUGIN, copy)
        self.twice(copy / "lib/xai_grok.so")

    # D23
    @unittest.skipIf(SANITIZE, "two namespaces were not tested: a sanitizer cannot be there twice")
    def test_in_two_namespaces(self):
        self.twice("namespace")


if __name__ == "__main__":
    harness.main()
