"""The lock of the store, when its holder dies, stops, or loses the file."""

import fcntl
import os
import signal
import subprocess
import time

import harness
from crash_harness import CHAT, REFRESH, STATUS, DriverTest, in_parallel
from harness import wait_for

TOKEN = "/oauth2/token"
# Well below the 30 s that a process waits for the lock: whoever takes this long has waited
# for that to run out.
PROMPT_S = 15
LOCK_WAIT_S = 30
HANG_S = 55
ROUNDS = 50


class LockTest(DriverTest):
    def holder(self, delay_ms):
        """A process that holds the lock while its request waits for an answer, which comes
        after `delay_ms` and says nothing about the token."""
        before = self.sim.stats()["scenes"]
        self.sim.scene(TOKEN, status=503, delay_ms=delay_ms,
                       body={"error": "temporarily_unavailable"})
        holder = self.stage.driver()
        holder.send(REFRESH)
        wait_for(lambda: self.sim.stats()["scenes"] > before, "the request of the holder")
        return holder

    def timed_refresh(self, driver):
        begun = time.monotonic()
        document = driver.ask(REFRESH)
        return document, time.monotonic() - begun

    def check_nothing_was_presented_twice(self):
        stats = self.sim.stats()
        self.assertEqual((stats["reuse_detected"], stats["refresh_failures"]), (0, 0), stats)

    def test_a_killed_holder_frees_it_at_once(self):  # B31
        self.stage.sign_in()
        waiting = self.stage.driver()
        waiting.ask(STATUS)
        holder = self.holder(delay_ms=60_000)
        waiting.send(REFRESH)
        holder.kill()
        begun = time.monotonic()
        self.assertEqual(waiting.receive().get("status"), "refreshed")
        self.assertLess(time.monotonic() - begun, PROMPT_S)
        self.check_nothing_was_presented_twice()

    def test_a_stopped_holder_keeps_it(self):  # B32
        self.stage.sign_in()
        holder = self.holder(delay_ms=10_000)
        os.kill(holder.process.pid, signal.SIGSTOP)
        self.addCleanup(self.resume, holder)
        before = self.sim.stats()["refreshes"]
        others = [self.stage.driver() for _ in range(2)]
        # The token that is still good serves meanwhile, and at once.
        self.assertTrue(others[0].ask(CHAT)["ok"])
        document, took = self.timed_refresh(others[1])
        self.check_error(document, "store_locked", retry=True)
        self.assertTrue(LOCK_WAIT_S - 1 <= took < HANG_S, took)
        self.assertEqual(self.sim.stats()["refreshes"], before, "the lock was broken")
        self.assertTrue(others[0].ask(CHAT)["ok"])

        self.resume(holder)
        # Its answer may have grown too old meanwhile, but nobody is thrown out.
        document = holder.receive()
        self.assertTrue(document.get("retry", True), document)
        for driver in (others[1], holder):
            self.assertEqual(driver.ask(REFRESH).get("status"), "refreshed")
        self.check_nothing_was_presented_twice()

    def resume(self, holder):
        if holder.process.poll() is None:
            os.kill(holder.process.pid, signal.SIGCONT)

    def lock_path(self):
        return next(self.stage.state.glob("lock-*"))

    def test_the_file_is_removed_while_it_is_waited_for(self):  # B33
        self.stage.sign_in()
        with open(self.lock_path(), "rb") as held:
            fcntl.flock(held, fcntl.LOCK_EX)
            waiting = [self.stage.driver() for _ in range(2)]
            for driver in waiting:
                driver.send(REFRESH)
            # What they may lock is the file under the name, not this one.
            self.lock_path().unlink()
            for driver in waiting:
                self.assertEqual(driver.receive().get("status"), "refreshed")
        self.check_nothing_was_presented_twice()

        def renew(_):
            ended = subprocess.run(self.stage.driver_argv(REFRESH, times=ROUNDS),
                                   env=self.stage.environment(), capture_output=True,
                                   text=True, timeout=harness.DEADLINE_S, check=True)
            self.assertIn('"failure":null', ended.stdout)

        in_parallel([renew] * 2, workers=2)
        self.assertEqual(self.sim.stats()["refreshes"], 2 + 2 * ROUNDS)
        self.check_nothing_was_presented_twice()


if __name__ == "__main__":
    harness.main()
