"""Eight processes renew one sign-in without pause, and every 50 ms one of them is killed.

XAI_MONKEY_SEED repeats a run's choices; the moments are the machine's.
"""

import json
import os
import random
import subprocess
import threading
import time

import harness
from crash_harness import REFRESH, START, STATUS, DriverTest
from harness import end_process, wait_for

PROCESSES = 8
PERIOD_S = 0.05
RUN_S = 11
FOR_EVER = 10**9


class Herd:
    """Processes that renew, each replaced when it ends or is killed."""

    def __init__(self, test):
        self.test, self.stage = test, test.stage
        self.processes = [self._start() for _ in range(PROCESSES)]
        self.failures = []
        test.addCleanup(self.end)

    def _start(self):
        return subprocess.Popen(
            self.stage.driver_argv(REFRESH, times=FOR_EVER), env=self.stage.environment(),
            cwd=self.stage.cwd, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)

    def replace(self, number):
        """Kills one, or finds out why it has ended, and starts another."""
        process = self.processes[number]
        process.kill()
        out, _ = process.communicate()
        if out:  # it had ended by itself
            self.failures.append(json.loads(out)["failure"])
        self.processes[number] = self._start()

    def all_have_ended(self):
        return all(process.poll() is not None for process in self.processes)

    def end(self):
        for process in self.processes:
            process.kill()
            end_process(process)


class KillMonkeyTest(DriverTest):
    def setUp(self):
        super().setUp()
        seed = int(os.environ.get("XAI_MONKEY_SEED") or random.SystemRandom().getrandbits(32))
        print(f"XAI_MONKEY_SEED={seed}", flush=True)
        self.random = random.Random(seed)

    def victim(self):
        return self.random.randrange(PROCESSES)

    def watch_generation(self):
        """Notes every generation that goes down, until the end of the test."""
        lost, done = [], threading.Event()

        def watch():
            newest = 0
            while not done.wait(0.001):
                number = self.stage.generation()
                if number is None or number < newest:
                    lost.append((newest, number))
                newest = max(newest, number or 0)

        watcher = threading.Thread(target=watch)
        watcher.start()
        self.addCleanup(watcher.join)
        self.addCleanup(done.set)
        return lost

    def test_with_a_grace_nothing_is_lost(self):  # N5, G04
        self.sim.settings(rotation_grace=60)
        self.stage.sign_in()
        lost = self.watch_generation()
        herd = Herd(self)
        kills = 0
        end = time.monotonic() + RUN_S
        while time.monotonic() < end:
            threading.Event().wait(PERIOD_S)  # the monkey's pace; nothing is waited for
            herd.replace(self.victim())
            kills += 1
        herd.end()
        self.assertEqual(self.stage.ask(REFRESH, STATUS)[1]["state"], "connected")
        stats = self.sim.stats()
        print(f"{kills} kills, {stats['refreshes']} renewals", flush=True)
        self.assertEqual((lost, herd.failures), ([], []))
        self.assertEqual((stats["reuse_detected"], stats["refresh_failures"]), (0, 0))
        self.assertGreater(stats["refreshes"], kills, "hardly anything was renewed")

    def test_without_a_grace_a_lost_answer_is_told_as_such(self):  # N5, G04
        self.stage.sign_in()
        herd = Herd(self)
        kills = losses = 0
        end = time.monotonic() + RUN_S
        while time.monotonic() < end:
            threading.Event().wait(PERIOD_S)
            herd.replace(self.victim())
            kills += 1
            status = self.stage.ask(STATUS)[0]
            if status["state"] == "connected":
                continue
            self.assertEqual((status["state"], status.get("reason")),
                             ("reauth_required", "refresh_interrupted"), status)
            losses += 1
            # Everybody learns of it before the person signs in again.
            wait_for(herd.all_have_ended, "all processes to see that the sign-in is lost")
            self.stage.ask(START)
            self.stage.finish_sign_in()
            for number in range(PROCESSES):
                herd.replace(number)
        herd.end()
        stats = self.sim.stats()
        print(f"{kills} kills, {losses} sign-ins lost, {stats['refreshes']} renewals, "
              f"{stats['reuse_detected']} spent tokens presented", flush=True)
        for failure in herd.failures:
            self.assertEqual((failure["error"], failure["reason"]),
                             ("reauth_required", "refresh_interrupted"))
        self.assertLessEqual(stats["reuse_detected"], kills)
        self.assertGreaterEqual(stats["reuse_detected"], losses)
        self.assertGreater(stats["refreshes"], kills, "hardly anything was renewed")


if __name__ == "__main__":
    harness.main()
