"""Signing in step by step, each step in a process of its own, as an agent does it."""

import json

import harness
from harness import StageTest, end_process, wait_for

DENIED_CODE = 4
NOT_SIGNED_IN = 3


class DeviceFlowTest(StageTest):
    SIM = ("--approve", "page", "--interval", "1")

    def poll(self, *args, code=0):
        return self.stage.run("poll", *args, code=code).document

    def check_no_flow(self, state="signed_out"):
        self.assertNotIn("pending", self.stage.files())
        self.assertEqual(self.stage.run("status").document["state"], state)
        asked = self.sim.stats()["polls"]
        self.check_error(self.poll(code=NOT_SIGNED_IN), "no_pending_flow", retry=False)
        self.assertEqual(self.sim.stats()["polls"], asked)

    def test_approved(self):
        start = self.stage.start()
        status = self.stage.run("status").document
        self.assertEqual((status["state"], status["next_action"]), ("pending", "poll"))
        self.sim.control("approve", {"user_code": start["user_code"]})
        document = self.stage.poll_until_due()
        self.assertEqual((document["status"], document["email"]),
                         ("connected", "ada@example.com"))
        self.assertNotIn("pending", self.stage.files())
        # A second time, or from another program, nobody is asked.
        self.assertEqual(self.poll()["status"], "connected")
        self.assertEqual(self.poll(start["pending_id"])["status"], "connected")
        self.check_error(self.poll("ABCD-0000", code=NOT_SIGNED_IN), "no_pending_flow")
        self.assertEqual(self.sim.stats()["polls"], 1)

    def test_no_exchange_before_the_interval_has_passed(self):
        self.sim.settings(interval=30)
        start = self.stage.start()
        self.assertEqual(start["interval_seconds"], 30)
        self.sim.control("approve", {"user_code": start["user_code"]})
        for _ in range(3):
            document = self.poll(start["pending_id"])
            self.assertEqual(document["status"], "pending")
            self.assertIn(document["retry_after_seconds"], range(1, 31))
        self.assertEqual(self.sim.stats()["polls"], 0)

    def test_never_approved(self):
        self.stage.start()
        for asked in (1, 2):
            document = self.stage.poll_until_due()
            self.assertEqual(document["status"], "pending")
            self.assertGreaterEqual(document["retry_after_seconds"], 1)
            self.assertEqual(self.sim.stats()["polls"], asked)
        self.assertEqual(self.sim.stats()["slow_downs"], 0)

    def test_denied(self):
        start = self.stage.start()
        self.sim.control("deny", {"user_code": start["user_code"]})
        document = self.stage.poll_until_due(code=DENIED_CODE)
        self.check_error(document, "access_denied", retry=False)
        self.assertIn("subscription", document["hint"])
        self.check_no_flow()

    def test_login_says_denied(self):
        self.sim.settings(approve="deny")
        run = self.stage.run("login", "--auto", code=DENIED_CODE)
        self.check_error(run.lines()[-1], "access_denied")

    def test_the_code_runs_out(self):
        self.sim.settings(expires_in=1)
        self.stage.start()
        document = self.stage.poll_until_due(code=NOT_SIGNED_IN)
        self.check_error(document, "expired", retry=False)
        self.check_no_flow()

    def test_cancel(self):
        self.stage.start()
        self.assertEqual(self.stage.run("cancel").document["status"], "cancelled")
        self.assertEqual(self.stage.run("cancel").document["status"], "no_pending_flow")
        self.check_no_flow()

    def test_start_returns_the_live_flow_unless_forced(self):
        first = self.stage.start()
        again = self.stage.start()
        self.assertEqual(again["user_code"], first["user_code"])
        self.assertEqual(self.sim.stats()["device_codes"], 1)
        forced = self.stage.start("--force")
        self.assertNotEqual(forced["user_code"], first["user_code"])
        self.assertEqual(self.sim.stats()["device_codes"], 2)
        stale = self.poll(first["pending_id"], code=1)
        self.check_error(stale, "invalid_request", "pending_id")
        self.sim.control("approve", {"user_code": forced["user_code"]})
        self.assertEqual(self.stage.poll_until_due()["status"], "connected")

    def test_slow_down_is_remembered_by_the_next_process(self):
        start = self.stage.start()
        self.sim.scene("/oauth2/token", status=400, body={"error": "slow_down"})
        wait_for(lambda: self.poll() and self.sim.stats()["scenes"] == 1, "the first poll")
        document = self.poll()
        self.assertEqual(document["status"], "pending")
        self.assertIn(document["retry_after_seconds"], range(3, 7))
        self.assertEqual(self.stage.start()["interval_seconds"], 6)
        self.sim.control("approve", {"user_code": start["user_code"]})
        self.assertEqual(self.stage.poll_until_due()["status"], "connected")
        self.assertEqual(self.sim.stats()["polls"], 1)

    def test_an_outage_keeps_the_flow(self):
        start = self.stage.start()
        self.sim.control("approve", {"user_code": start["user_code"]})
        self.sim.scene("/oauth2/token", status=502, body="<html>bad gateway</html>",
                       headers={"Content-Type": "text/html"})
        wait_for(lambda: self.poll()["status"] == "pending"
                 and self.sim.stats()["scenes"] == 1, "the poll that fails")
        self.assertEqual(self.stage.poll_until_due()["status"], "connected")

    def test_a_connection_that_is_lost_keeps_the_flow(self):
        start = self.stage.start()
        self.sim.scene("/oauth2/token", status=0, end="reset")
        wait_for(lambda: self.poll()["status"] == "pending"
                 and self.sim.stats()["scenes"] == 1, "the poll that fails")
        self.sim.control("approve", {"user_code": start["user_code"]})
        self.assertEqual(self.stage.poll_until_due()["status"], "connected")

    def test_login_waits_for_the_person(self):
        process = self.stage.popen("login")
        self.addCleanup(end_process, process)
        start = json.loads(process.stdout.readline())
        self.assertEqual(self.sim.stats()["polls"], 0)
        self.sim.control("approve", {"user_code": start["user_code"]})
        process.stdin.write("done\n")
        process.stdin.flush()
        *_, last = [json.loads(line) for line in process.stdout]
        self.assertEqual(last["status"], "connected")
        self.assertEqual(process.wait(harness.DEADLINE_S), 0)

    def test_signing_in_again_replaces_the_account(self):
        self.sim.settings(approve="auto")
        self.stage.sign_in()
        self.sim.settings(email="bob@example.com", sub="another-user", tier=1)
        self.assertEqual(self.stage.sign_in()["email"], "bob@example.com")
        status = self.stage.run("status").document
        self.assertEqual((status["email"], status["tier"], status["tier_label"]),
                         ("bob@example.com", 1, "X Premium"))


if __name__ == "__main__":
    harness.main()
