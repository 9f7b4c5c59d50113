"""Hosts that end with streams under way: by destroy(), by dlclose(), or by leaving."""

import unittest

import harness
from crowd_test import allow_descriptors
from harness import SANITIZE
from lifecycle_harness import HANG_MS, LifecycleTest

MANY = 100 if SANITIZE else 1_000
DESCRIPTORS = 2 * MANY + 256
TIMES = 3 if SANITIZE else 20
LEFT, ABORTED = 7, -6
# Eight handshakes take about as long.
MOMENTS, LAST_MOMENT_US = (10, 100_000) if SANITIZE else (100, 20_000)


class DestroyTest(LifecycleTest):
    # D07
    def test_a_thousand_live_streams_are_cancelled_once_each(self):
        allow_descriptors(DESCRIPTORS)
        told = self.live("cancel-all", MANY)
        print(told, flush=True)
        self.assertEqual(told["ends"], MANY)
        self.assertLess(told["cancel_ms"], HANG_MS)

    # D07
    def test_destroy_with_a_thousand_live_streams(self):
        allow_descriptors(DESCRIPTORS)
        told = self.live("destroy-live", MANY)
        print(told, flush=True)
        self.assertLess(told["destroy_ms"], HANG_MS)


class DlcloseTest(LifecycleTest):
    # D14
    def test_dlclose_with_live_streams_and_without_destroy(self):
        self.live("dlclose-live")


class LeaveTest(LifecycleTest):
    """TLS bytes arrive all the time, and another thread waits in queue_wait()."""

    # D24
    def test_exit_without_destroy(self):
        for how in ("exit", "quick_exit", "exit elsewhere"):
            with self.subTest(how=how):
                for _ in range(TIMES):
                    self.live("leave-live", how, code=LEFT)

    # D24: OpenSSL has taken down what a handshake needs before our threads are gone.
    def test_exit_within_a_handshake(self):
        for moment_us in range(0, LAST_MOMENT_US, LAST_MOMENT_US // MOMENTS):
            self.live("leave-soon", moment_us, code=LEFT)

    # D24: whoever waits for events is told that there are no more.
    def test_who_waits_for_events_is_let_go(self):
        for _ in range(TIMES):
            self.live("leave-joined", code=LEFT)

    # D24: nobody would ever answer.
    def test_a_request_after_the_end_is_refused(self):
        self.live("leave-late", code=LEFT)

    # D24
    @unittest.skipIf(SANITIZE, "abort() with streams was not tested: "
                     "a sanitizer has its own idea of it")
    def test_abort_in_another_thread(self):
        for _ in range(TIMES):
            self.live("leave-live", "abort", code=ABORTED)


if __name__ == "__main__":
    harness.main()
