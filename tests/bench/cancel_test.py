"""Whatever a request is doing when it is cancelled, it ends as cancelled."""

import unittest

import dead_dns
import harness
from cancel_phases import PHASES, cancels

CANCELS = 3


class CancelTest(unittest.TestCase):
    def check(self, results):
        self.assertEqual([result["error"] for result in results], CANCELS * ["cancelled"])

    def test_in_every_phase(self):
        for phase in PHASES:
            with self.subTest(phase=phase.NAME):
                self.check(cancels(phase, CANCELS))

    def test_while_a_name_is_looked_up(self):
        if not dead_dns.can_have_networks():
            self.skipTest("a cancel while a name is looked up was not tested: no network of our own "
                          "(unshare)")
        self.check(dead_dns.in_a_network_of_its_own(CANCELS))


if __name__ == "__main__":
    harness.main()
