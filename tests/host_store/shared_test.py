"""Two processes whose host keeps the one sign-in that they share in its database."""

import threading

import harness
from crash_harness import CHAT, FORCED, LOGOUT, POLL, REFRESH, STATUS, in_parallel
from harness import wait_for
from host_store_stage import HostStoreTest

TOKEN = "/oauth2/token"
ALTERNATIONS = 50
ROUNDS = 20 if harness.SANITIZE else 100


class SharedTest(HostStoreTest):
    def setUp(self):
        super().setUp()
        self.one, self.other = self.stage.driver(), self.stage.driver()

    def state_of(self, driver):
        return driver.ask(STATUS)["state"]

    def renew(self, driver, times):
        for _ in range(times):
            self.assertEqual(driver.ask(REFRESH).get("status"), "refreshed")

    def hold(self, driver, **scene):
        """Lets a driver renew, and wait for the answer of the server in the middle of it."""
        before = self.sim.stats()["scenes"]
        self.sim.scene(TOKEN, **scene)
        driver.send(REFRESH)
        wait_for(lambda: self.sim.stats()["scenes"] > before, "the request of the holder")

    def test_what_one_does_the_other_sees(self):
        self.assertEqual(self.state_of(self.other), "signed_out")
        self.stage.sign_in(self.one)
        self.wait_for_notice(self.other, "auth_changed")
        self.assertEqual(self.state_of(self.other), "connected")
        self.assertTrue(self.other.ask(CHAT)["ok"])
        self.assertEqual(self.state_of(self.stage.driver()), "connected")

        self.renew(self.one, 1)
        self.wait_for_notice(self.other, "auth_changed", 2)
        self.assertEqual(self.other.ask(LOGOUT)["status"], "disconnected")
        # One notice for its sign-in and one for its renewal came before.
        self.wait_for_notice(self.one, "auth_changed", 3)
        self.assertEqual(self.state_of(self.one), "signed_out")
        self.assertEqual(self.one.ask(CHAT)["error"], "not_connected")
        self.assertEqual(self.state_of(self.stage.driver()), "signed_out")

    def test_one_finishes_what_the_other_began(self):
        self.assertEqual(self.one.ask(FORCED)["status"], "pending")
        self.stage.finish_sign_in(self.other)
        self.assertEqual(self.one.ask(POLL)["status"], "connected")
        self.assertTrue(self.one.ask(CHAT)["ok"])

    def test_both_renew_in_turns_and_at_once(self):
        self.stage.sign_in(self.one)
        for _ in range(ALTERNATIONS):
            self.renew(self.one, 1)
            self.renew(self.other, 1)
        drivers = (self.one, self.other)
        in_parallel([lambda worker: self.renew(drivers[worker], ROUNDS)] * 2, workers=2)
        self.assertGreaterEqual(self.sim.stats()["refreshes"], 2 * ALTERNATIONS + 2 * ROUNDS)
        self.check_nothing_was_presented_twice()
        self.assertEqual(self.state_of(self.one), "connected")

    def test_one_renewal_serves_both(self):
        self.sim.settings(access_ttl=2)
        self.stage.sign_in(self.one)
        wait_for(lambda: self.state_of(self.other) == "expired", "the token to expire")
        self.sim.settings(access_ttl=3600)
        in_parallel([lambda _: self.assertTrue(self.one.ask(CHAT)["ok"]),
                     lambda _: self.assertTrue(self.other.ask(CHAT)["ok"])], workers=2)
        self.check_nothing_was_presented_twice()

    def test_a_killed_holder_does_not_stop_the_other(self):
        self.stage.sign_in(self.one)
        self.hold(self.one, status=503, delay_ms=60_000, body={"error": "server_error"})
        self.other.send(REFRESH)
        self.one.kill()
        self.assertEqual(self.other.receive().get("status"), "refreshed")
        self.check_nothing_was_presented_twice()

    def test_a_holder_is_waited_for(self):
        self.stage.sign_in(self.one)
        # Longer than the plugin lets the store wait at a time.
        self.hold(self.one, status=503, delay_ms=1000, body={"error": "server_error"})
        self.other.send(REFRESH)
        self.assertTrue(self.one.receive()["retry"])
        self.assertEqual(self.other.receive().get("status"), "refreshed")
        self.check_nothing_was_presented_twice()

    def test_whoever_writes_past_the_lock_wins(self):
        """put() says LLMP_E_INVALID: what was stored meanwhile is newer than ours."""
        self.stage.sign_in(self.one)
        self.hold(self.one, delay_ms=5000,
                  body={"access_token": "not-a-good-one", "refresh_token": "nor-this",
                        "token_type": "Bearer", "expires_in": 3600})
        self.other.ask({"faults": ["lock"]})
        self.assertEqual(self.other.ask(FORCED)["status"], "pending")
        answered = threading.Event()

        def finish(_):
            self.stage.finish_sign_in(self.other)
            self.assertFalse(answered.is_set(), "it came too late to be the first")

        def receive(_):
            self.assertEqual(self.one.receive().get("status"), "refreshed")
            answered.set()

        in_parallel([finish, receive], workers=2)
        self.assertTrue(self.one.ask(CHAT)["ok"])
        self.renew(self.one, 1)
        self.renew(self.other, 1)
        self.check_nothing_was_presented_twice()


if __name__ == "__main__":
    harness.main()
