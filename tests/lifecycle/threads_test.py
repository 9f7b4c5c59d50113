"""The host's threads: cancelled in the middle of a call, with little room, and called back."""

import unittest

import harness
from harness import SANITIZE
from lifecycle_harness import LifecycleTest


class ThreadsTest(LifecycleTest):
    # D13
    @unittest.skipIf(SANITIZE, "cancelled threads were not tested: "
                     "a sanitizer does not follow them")
    def test_threads_that_are_cancelled_in_a_call(self):
        self.live("cancel-threads")

    # D05
    def test_a_queue_is_closed_while_a_request_begins(self):
        self.live("close-while-it-begins", max_requests=1)

    # D22
    @unittest.skipIf(SANITIZE, "stacks of 64 KiB were not tested: a sanitizer needs more")
    def test_threads_with_64_kib(self):
        self.live("small-stacks")

    # D09
    def test_calls_from_within_a_callback(self):
        told = self.live("call-back")
        print(told, flush=True)
        self.assertGreater(told["called"], 0)

    # D08
    def test_destroy_while_a_callback_runs(self):
        self.live("destroy-in-callback")


if __name__ == "__main__":
    harness.main()
