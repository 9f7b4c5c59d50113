"""Without descriptors, threads, mappings or locks: for each call of the C interface the n-th is
refused, for every n, and all from the n-th on.  What was taken ends, as a success or with an
error that fits; afterwards the same works, the sign-in is still there, and after destroy() no
descriptor and no thread is left.
"""

import os
import unittest

import harness
from harness import SANITIZE
from lifecycle_harness import LifecycleTest

ALL_S_MAX = 250
# What the interface does with the store, and by TLS, and what it has a thread for.
ON_DISK = ("refresh", "rekey", "start", "cancel", "poll", "logout")
BY_TLS = ("complete", "complete by responses", "list_models", "models")
WITHOUT_THREADS = {"queue", "cancel", "logout", "cancel request", "destroy"}
ALL = {"create", "queue", "status", *BY_TLS, *ON_DISK, "cancel request", "refused", "destroy"}
# At least so many of a call, which takes more.
DESCRIPTORS_MIN, TLS_LOCKS_MIN = 10, 10


@unittest.skipIf(SANITIZE, "refused descriptors, threads, mappings and locks were not tested: "
                 "a sanitizer stands before the same calls")
class NoResourceTest(LifecycleTest):
    maxDiff = None

    def without(self, family, errors=True):
        """How many calls of the family each call of the interface makes."""
        told = self.live("no-resource", family, deadline_s=ALL_S_MAX,
                         env={"LD_PRELOAD": os.environ["XAI_FAIL_CALLS"]})
        for call, found in told.items():
            print(family, call, found, flush=True)
        self.assertEqual(set(told), ALL)
        if not errors:
            self.assertEqual({call: found["errors"] for call, found in told.items()},
                             dict.fromkeys(told, []))
        return {call: found["one"] for call, found in told.items()}

    # F01
    def test_descriptors(self):
        made = self.without("descriptors")
        for call in (*BY_TLS, *ON_DISK):
            self.assertGreaterEqual(made[call], DESCRIPTORS_MIN, call)
        self.assertGreater(made["create"], 0)
        self.assertGreater(made["queue"], 0)

    # F02
    def test_threads(self):
        made = self.without("threads")
        self.assertEqual({call for call in made if not made[call]}, WITHOUT_THREADS)

    # D11: secrets have pages of their own, or ordinary memory.
    def test_mappings(self):
        made = self.without("mappings", errors=False)
        for call in (*BY_TLS, *ON_DISK):
            self.assertGreater(made[call], 0, call)

    # F10
    def test_locks(self):
        made = self.without("locks")
        for call in ON_DISK:
            self.assertGreater(made[call], 0, call)
        # Those of OpenSSL, for each connection.
        for call in BY_TLS:
            self.assertGreaterEqual(made[call], TLS_LOCKS_MIN, call)


if __name__ == "__main__":
    harness.main()
