"""Access tokens run out, are refused or revoked: what the next request does about it."""

import base64
import json

import harness
from harness import StageTest, wait_for

STALE = {"code": "unauthenticated:bad-credentials",
         "error": "The OAuth2 access token could not be validated."}
LONG_S = 3600


class TokensTest(StageTest):
    def setUp(self):
        super().setUp()
        self.before = None

    def count_from_here(self):
        self.before = self.sim.stats()

    def check_counts(self, **expected):
        """How much some counters of the simulator have grown since count_from_here()."""
        after = self.sim.stats()
        grown = {name: after[name] - self.before[name] for name in expected}
        self.assertEqual(grown, expected)
        self.assertEqual(after["reuse_detected"], 0)

    def status(self):
        return self.stage.run("status").document

    def test_an_expired_token_is_renewed_by_the_next_request(self):
        self.sim.settings(access_ttl=2)
        self.stage.sign_in()
        wait_for(lambda: self.status()["state"] == "expired", "the token to expire")
        self.assertIs(self.status()["connected"], True)
        self.sim.settings(access_ttl=LONG_S)
        self.count_from_here()
        run = self.stage.complete("Still there?")
        self.assertTrue(run.joined("text").endswith("Still there?"))
        self.check_counts(refreshes=1, refresh_failures=0, chat=1)
        self.assertEqual(self.status()["state"], "connected")

    def test_a_refused_token_is_renewed_once_and_the_request_sent_once_more(self):
        self.sim.settings(access_ttl=12)
        self.stage.sign_in()
        # A token younger than a quarter of its life is not suspected.
        wait_for(lambda: self.status()["expires_in_seconds"] <= 8, "the token to grow older")
        self.sim.settings(access_ttl=LONG_S)
        self.sim.control("expire-access", {})
        self.count_from_here()
        run = self.stage.complete("Again")
        self.assertTrue(run.joined("text").endswith("Again"))
        self.assertEqual([event["event"] for event in run.events].count("start"), 1)
        self.check_counts(refreshes=1, refresh_failures=0, chat=2)

    def test_a_fresh_token_that_is_refused_is_presented_again(self):
        self.stage.sign_in()
        self.count_from_here()
        self.sim.scene("/v1/chat/completions", status=403, body=STALE)
        self.assertTrue(self.stage.complete("Hi").joined("text").endswith("Hi"))
        self.check_counts(refreshes=0, refresh_failures=0, chat=2)

    def test_a_fresh_token_that_stays_refused_is_the_servers_fault(self):
        self.stage.sign_in()
        self.count_from_here()
        self.sim.scene("/v1/chat/completions", status=403, body=STALE, times=5)
        run = self.stage.complete("Hi", code=75)
        self.check_error(run.result, "upstream", "token_not_accepted", retry=True)
        self.assertEqual(run.result["http_status"], 403)
        self.check_counts(refreshes=0, refresh_failures=0, chat=2)
        self.assertEqual(self.status()["state"], "connected")

    def test_the_action_refresh_always_rotates(self):
        self.sim.settings(access_ttl=600)
        self.stage.sign_in()
        self.count_from_here()
        self.sim.settings(access_ttl=LONG_S)
        document = self.stage.run("refresh").document
        self.assertEqual(document["status"], "refreshed")
        self.assertGreater(document["expires_in_seconds"], 600)
        self.assertEqual(self.status()["expires_at"], document["expires_at"])
        self.stage.run("refresh")
        self.check_counts(refreshes=2, refresh_failures=0)
        self.stage.complete("Hi")

    def test_refresh_without_a_sign_in(self):
        self.check_error(self.stage.run("refresh", code=3).document, "not_connected")

    def test_a_revoked_sign_in_ends_and_is_not_asked_about_again(self):
        self.stage.sign_in()
        self.sim.control("revoke-all", {})
        self.count_from_here()
        document = self.stage.run("refresh", code=3).document
        self.check_error(document, "reauth_required", "grant_revoked", retry=False)
        status = self.status()
        self.assertEqual((status["state"], status["connected"]), ("reauth_required", False))
        self.check_error(self.stage.complete(code=3).result, "reauth_required", "grant_revoked")
        self.check_error(self.stage.run("refresh", code=3).document, "reauth_required")
        self.check_counts(refreshes=0, refresh_failures=1, chat=0)
        # The way out that the hint names.
        self.stage.run("logout")
        self.assertEqual(self.stage.sign_in()["status"], "connected")

    def test_without_a_refresh_token_the_sign_in_ends_with_its_token(self):
        self.sim.settings(refresh_token=False, access_ttl=2)
        self.stage.sign_in()
        self.assertIs(self.status()["refreshable"], False)
        wait_for(lambda: self.stage.complete(code=None).code == 3, "the sign-in to end")
        self.check_error(self.stage.complete(code=3).result, "reauth_required")

    def test_an_outage_of_the_sign_in_server_loses_nothing(self):
        self.stage.sign_in()
        self.count_from_here()
        self.sim.scene("/oauth2/token", status=503, body={"error": "temporarily_unavailable"})
        document = self.stage.run("refresh", code=75).document
        self.check_error(document, "upstream", retry=True)
        self.stage.complete("Hi")
        self.assertEqual(self.stage.run("refresh").document["status"], "refreshed")
        self.check_counts(refreshes=1)

    def test_a_token_of_somebody_else_is_not_kept(self):
        self.stage.sign_in()
        claims = base64.urlsafe_b64encode(json.dumps({"sub": "somebody-else"}).encode())
        token = "e30." + claims.decode().rstrip("=") + ".c2ln"
        self.sim.scene("/oauth2/token", body={
            "access_token": token, "id_token": token, "refresh_token": "another",
            "token_type": "Bearer", "expires_in": LONG_S})
        document = self.stage.run("refresh", code=1).document
        self.check_error(document, "protocol", "account_mismatch")
        self.assertEqual(self.status()["email"], "ada@example.com")
        self.stage.complete("Hi")


if __name__ == "__main__":
    harness.main()
