"""The action rekey: the sealing key comes from elsewhere, and the sign-in stays."""

import os

import harness
from crash_harness import CHAT, POLL, REFRESH, START, STATUS, DriverTest
from harness import wait_for

LIST = {"action": "models"}


class RekeyTest(DriverTest):
    def setUp(self):
        super().setUp()
        secrets = self.stage.root / "secrets"
        secrets.mkdir(mode=0o700)
        passphrase = secrets / "passphrase"
        passphrase.write_text("correct horse\n")
        credential = secrets / "xai-grok.key"
        credential.write_bytes(os.urandom(32))
        for path in (passphrase, credential):
            path.chmod(0o600)
        self.environment = {"CREDENTIALS_DIRECTORY": str(secrets)}
        self.key_file = {"key_source": "key_file", "key_file": str(self.stage.key)}
        self.passphrase = {"key_source": "passphrase", "passphrase_file": str(passphrase)}
        self.systemd = {"key_source": "systemd"}
        self.next_key = {"key_source": "key_file", "key_file": str(secrets / "next" / "key")}
        self.sources = (self.key_file, self.passphrase, self.systemd, self.next_key)

    def driver(self, source):
        """A running host whose config names that source."""
        return self.stage.driver(config=source, env=self.environment)

    def rekey(self, driver, source):
        return driver.ask({"action": "rekey", **source})

    def check_only_this_one_opens_it(self, source):
        for other in self.sources:
            status = self.driver(other).ask(STATUS)
            if other is source:
                self.assertEqual(status["state"], "connected", source)
            else:
                self.assertEqual((status["state"], status["reason"]),
                                 ("credential_unreadable", "store_key"), other)

    def test_from_each_source_to_the_next(self):
        self.stage.sign_in()
        used = self.key_file
        for source in (self.passphrase, self.systemd, self.next_key, self.key_file):
            driver = self.driver(used)
            self.assertEqual(self.rekey(driver, source), {"ok": True, "status": "rekeyed"})
            # The same process goes on, and with it who starts with the new config.
            self.assertEqual(driver.ask(STATUS)["state"], "connected")
            self.assertTrue(driver.ask(CHAT)["ok"])
            self.check_only_this_one_opens_it(source)
            self.assertEqual(self.driver(source).ask(REFRESH)["status"], "refreshed")
            self.assertEqual(driver.ask(REFRESH)["status"], "refreshed")
            used = source
        stats = self.sim.stats()
        self.assertEqual((stats["reuse_detected"], stats["refresh_failures"]), (0, 0), stats)
        self.assertEqual(stats["device_codes"], 1, "nobody had to sign in again")

    def test_the_list_is_fetched_again_and_a_flow_ends(self):
        self.stage.sign_in()
        driver = self.driver(self.key_file)
        self.assertEqual(driver.ask({"action": "start", "force": True})["status"], "pending")
        self.rekey(driver, self.passphrase)
        self.assertEqual(driver.ask(POLL)["error"], "no_pending_flow")
        self.assertTrue(driver.ask(LIST)["ok"])
        restarted = self.driver(self.passphrase)
        self.assertEqual(restarted.ask(LIST)["source"], "api")

    def test_without_a_sign_in_the_next_one_uses_it(self):
        driver = self.driver(self.key_file)
        self.assertEqual(self.rekey(driver, self.next_key)["status"], "rekeyed")
        self.assertEqual(driver.ask(START)["status"], "pending")
        wait_for(lambda: driver.ask(POLL).get("status") == "connected", "the sign-in")
        self.check_only_this_one_opens_it(self.next_key)

    def test_a_running_sibling_needs_the_new_source(self):
        self.stage.sign_in()
        sibling = self.driver(self.key_file)
        self.assertEqual(sibling.ask(STATUS)["state"], "connected")
        self.rekey(self.driver(self.key_file), self.passphrase)

        def unreadable():
            status = sibling.ask(STATUS)
            return status if status["state"] == "credential_unreadable" else None

        self.assertEqual(wait_for(unreadable, "the sibling to see it")["reason"], "store_key")
        for request in (REFRESH, CHAT, START):
            self.check_error(sibling.ask(request), "store_key", "key_source", retry=False)
        self.assertEqual(self.driver(self.passphrase).ask(STATUS)["state"], "connected")
        # What it cannot open it cannot seal anew.
        self.check_error(self.rekey(sibling, self.passphrase), "store_key", "key_source")

    def test_a_wrong_member_is_named(self):
        self.stage.sign_in()
        driver = self.driver(self.key_file)
        full = str(self.stage.root / "x")
        for request, member in (
                ({}, "key_source"), ({"key_source": None}, "key_source"),
                ({"key_source": 1}, "key_source"), ({"key_source": "keyring"}, "key_source"),
                ({"key_source": "key_file"}, "key_file"),
                ({"key_source": "key_file", "key_file": "key"}, "key_file"),
                ({"key_source": "key_file", "key_file": ""}, "key_file"),
                ({"key_source": "key_file", "key_file": 7}, "key_file"),
                ({"key_source": "key_file", "key_file": full + "\0x"}, "key_file"),
                ({"key_source": "key_file", "passphrase_file": full}, "key_file"),
                ({"key_source": "passphrase"}, "passphrase_file"),
                ({"key_source": "passphrase", "passphrase_file": "../x"}, "passphrase_file"),
                ({"key_source": "passphrase", "key_file": full}, "passphrase_file")):
            with self.subTest(request=request):
                self.check_error(self.rekey(driver, request), "invalid_request", member)
        self.assertEqual(driver.ask(STATUS)["state"], "connected")

    def test_the_key_file_in_use_is_refused(self):
        self.stage.sign_in()
        driver = self.driver(self.key_file)
        self.check_error(self.rekey(driver, self.key_file), "invalid_request", "key_file")
        self.assertEqual(self.rekey(driver, self.next_key)["status"], "rekeyed")
        self.check_error(self.rekey(driver, self.next_key), "invalid_request", "key_file")
        self.assertEqual(self.rekey(driver, self.key_file)["status"], "rekeyed")

    def test_a_key_that_cannot_be_had_changes_nothing(self):
        self.stage.sign_in()
        driver = self.driver(self.key_file)
        missing = {"key_source": "passphrase", "passphrase_file": str(self.stage.root / "none")}
        self.check_error(self.rekey(driver, missing), "store_key", "key_missing")
        self.check_error(self.rekey(driver, {"key_source": "host"}), "store_key", "key_missing")
        without = self.stage.driver()
        self.check_error(self.rekey(without, self.systemd), "store_key", "key_missing")
        for waiting in (driver, without):
            self.assertEqual(waiting.ask(REFRESH)["status"], "refreshed")
        self.check_only_this_one_opens_it(self.key_file)


if __name__ == "__main__":
    harness.main()
