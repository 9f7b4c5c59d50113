"""Many processes, one sign-in: nobody presents a token twice, and nobody is thrown out."""

import json
import os
import signal
import threading
import time

import harness
from harness import StageTest, end_process, wait_for

PROCESSES = 4
ROUNDS = 6


class MultiProcessTest(StageTest):
    def at_once(self, *tasks):
        """Runs the tasks in parallel; each starts a process of its own."""
        failures = []

        def run(task):
            try:
                task()
            except Exception as error:  # pylint: disable=broad-except
                failures.append(error)

        threads = [threading.Thread(target=run, args=(task,)) for task in tasks]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual([str(failure) for failure in failures], [])

    def check_still_signed_in(self):
        stats = self.sim.stats()
        self.assertEqual((stats["reuse_detected"], stats["refresh_failures"]), (0, 0), stats)
        self.assertIs(self.stage.run("status").document["connected"], True)
        self.assertTrue(self.stage.complete("Hi").result["ok"])

    def test_all_renew_by_themselves(self):
        # So short a life that almost every request has to renew.
        self.sim.settings(access_ttl=1)
        self.stage.sign_in()

        def ask():
            for _ in range(ROUNDS):
                self.assertTrue(self.stage.complete("Hi").result["ok"])

        # On a fast machine one round fits into the life of two tokens: go on until a few
        # have been renewed.
        deadline = time.monotonic() + 30
        while self.sim.stats()["refreshes"] < 3 and time.monotonic() < deadline:
            self.at_once(*[ask] * PROCESSES)
        self.check_still_signed_in()
        self.assertGreaterEqual(self.sim.stats()["refreshes"], 3)

    def test_all_use_the_action_refresh(self):
        self.stage.sign_in()
        self.at_once(*[lambda: [self.stage.run("refresh") for _ in range(ROUNDS)]] * PROCESSES)
        self.assertEqual(self.sim.stats()["refreshes"], PROCESSES * ROUNDS)
        self.check_still_signed_in()

    def test_one_renewal_serves_all(self):
        self.sim.settings(access_ttl=2)
        self.stage.sign_in()
        wait_for(lambda: self.stage.run("status").document["state"] == "expired",
                 "the token to expire")
        self.sim.settings(access_ttl=3600)
        before = self.sim.stats()["refreshes"]
        self.at_once(*[lambda: self.stage.complete("Hi")] * PROCESSES)
        self.assertEqual(self.sim.stats()["refreshes"], before + 1)
        self.check_still_signed_in()

    def test_all_start_and_poll_one_flow(self):
        started = []
        self.at_once(*[lambda: started.append(self.stage.start())] * PROCESSES)
        self.assertEqual(len({start["user_code"] for start in started}), 1)
        self.assertEqual(self.sim.stats()["device_codes"], 1)

        def poll():
            """Until it is connected, whoever has finished the flow."""
            wait_for(lambda: self.stage.run("poll").document["status"] == "connected",
                     "the sign-in")

        self.at_once(*[poll] * PROCESSES)
        self.assertEqual(self.sim.stats()["polls"], 1)
        self.check_still_signed_in()

    def kill_in_the_middle(self, path, *command):
        """Kills a process that has sent a request whose answer takes its time."""
        before = self.sim.stats()["scenes"]
        self.sim.scene(path, status=503, body={"error": "temporarily_unavailable"},
                       delay_ms=60000)
        process = self.stage.popen(*command)
        self.addCleanup(end_process, process)
        wait_for(lambda: self.sim.stats()["scenes"] > before, f"{command} to be on the wire")
        os.kill(process.pid, signal.SIGKILL)
        process.wait(harness.DEADLINE_S)

    def test_one_that_is_killed_in_a_refresh_does_not_stop_the_others(self):
        self.stage.sign_in()
        self.kill_in_the_middle("/oauth2/token", "refresh")
        self.at_once(*[lambda: self.stage.run("refresh")] * PROCESSES)
        self.check_still_signed_in()

    def test_one_that_is_killed_in_a_start_does_not_stop_the_others(self):
        self.kill_in_the_middle("/oauth2/device/code", "start")
        self.assertEqual(self.stage.sign_in()["status"], "connected")

    def test_one_that_is_killed_in_a_poll_keeps_the_flow(self):
        self.stage.start()
        before = self.sim.stats()["scenes"]
        self.sim.scene("/oauth2/token", status=503, delay_ms=60000)
        # `login` goes on with the flow, and polls when the interval has passed.
        process = self.stage.popen("login", "--auto")
        self.addCleanup(end_process, process)
        wait_for(lambda: self.sim.stats()["scenes"] > before, "the poll to be on the wire")
        os.kill(process.pid, signal.SIGKILL)
        process.wait(harness.DEADLINE_S)
        self.assertEqual(self.stage.poll_until_due()["status"], "connected")
        self.check_still_signed_in()

    def test_some_are_killed_at_any_moment(self):
        # Whoever is killed between the answer and the disk takes the new token along: only
        # a server that takes the old one a little longer can make up for that.
        self.sim.settings(access_ttl=1, rotation_grace=600)
        self.stage.sign_in()
        request = json.dumps({"model": "grok-4.3",
                              "messages": [{"role": "user", "content": "Hi"}]})

        def victim():
            """Killed as soon as it has shown that it works, while others renew."""
            for _ in range(ROUNDS):
                process = self.stage.popen("complete", "-")
                process.stdin.write(request)
                process.stdin.close()
                process.stdout.readline()
                os.kill(process.pid, signal.SIGKILL)
                process.wait(harness.DEADLINE_S)
                process.stdout.close()
                process.stderr.close()

        def survivor():
            for _ in range(ROUNDS):
                self.assertTrue(self.stage.complete("Hi").result["ok"])

        self.at_once(victim, survivor, survivor)
        self.check_still_signed_in()


if __name__ == "__main__":
    harness.main()
