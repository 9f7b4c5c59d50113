"""A host's store that fails, and one without a key that goes with it."""

import os
import stat

import harness
from crash_harness import CHAT, POLL, REFRESH, START, STATUS
from host_store_stage import HostStoreTest

MODELS = {"action": "models", "force": True}
LIST = {"action": "models"}


class FailingTest(HostStoreTest):
    def check_nothing_was_sent(self, before):
        after = self.sim.stats()
        for name in ("refreshes", "refresh_failures", "device_codes", "polls"):
            self.assertEqual(after[name], before[name], name)

    def test_a_store_that_cannot_be_read(self):
        driver = self.stage.driver()
        self.stage.sign_in(driver)
        before = self.sim.stats()
        driver.ask({"faults": ["get"]})
        status = driver.ask(STATUS)
        self.assertEqual((status["state"], status["warnings"]),
                         ("connected", ["store_unreadable"]))
        for request in (REFRESH, START, POLL):
            self.check_error(driver.ask(request), "store_io", "host_store")
        self.assertTrue(driver.ask(CHAT)["ok"], "the token in memory is good")
        self.check_nothing_was_sent(before)
        driver.ask({"faults": []})
        self.assertEqual(driver.ask(STATUS)["state"], "connected")
        self.assertEqual(driver.ask(REFRESH)["status"], "refreshed")
        self.check_nothing_was_presented_twice()

    def test_a_store_that_cannot_be_written(self):
        driver = self.stage.driver()
        self.stage.sign_in(driver)
        before = self.sim.stats()
        driver.ask({"faults": ["put"]})
        self.check_error(driver.ask(REFRESH), "store_io", "host_store")
        self.check_nothing_was_sent(before)
        self.assertTrue(driver.ask(CHAT)["ok"], "the token that is there is good")
        driver.ask({"faults": []})
        self.assertEqual(driver.ask(REFRESH)["status"], "refreshed")
        self.check_nothing_was_presented_twice()

    def test_a_sign_in_that_is_not_written_is_none(self):
        driver = self.stage.driver()
        driver.ask({"faults": ["put"]})
        self.check_error(driver.ask(START), "store_io", "host_store")
        driver.ask({"faults": []})
        self.assertEqual(driver.ask(STATUS)["state"], "signed_out")
        self.stage.sign_in(driver)

    def test_no_key_is_made_for_it(self):
        driver = self.stage.driver(key=False, config={"key_source": "key_file"})
        for request in (STATUS, START, POLL, REFRESH, LIST, MODELS, CHAT):
            self.check_error(driver.ask(request), "invalid_config", "key_source", retry=False)
        self.assertEqual(self.sim.stats()["device_codes"], 0)

    def test_a_host_without_the_key_that_it_promised(self):
        driver = self.stage.driver(key=False)
        self.check_error(driver.ask(START), "store_key", "key_missing")
        self.assertEqual(self.sim.stats()["device_codes"], 0)

    def write_secret(self, name, data):
        path = self.stage.database.parent / name
        path.write_bytes(data)
        path.chmod(stat.S_IRUSR | stat.S_IWUSR)
        return path

    def test_each_key_source_goes_with_it(self):
        passphrase = self.write_secret("passphrase", b"correct horse\n")
        key = self.write_secret("key_file", os.urandom(32))
        self.write_secret("xai-grok.key", os.urandom(32))
        environment = {"CREDENTIALS_DIRECTORY": str(self.stage.database.parent)}
        for config in ({"key_source": "passphrase", "passphrase_file": str(passphrase)},
                       {"key_source": "systemd"},
                       {"key_source": "key_file", "key_file": str(key)}):
            with self.subTest(config=config):
                config = {**config, "profile": config["key_source"]}
                driver = self.stage.driver(key=False, config=config, env=environment)
                self.stage.sign_in(driver)
                sibling = self.stage.driver(key=False, config=config, env=environment)
                self.assertEqual(sibling.ask(STATUS)["state"], "connected")
                # The host's own key does not fit, and is not tried.
                other = self.stage.driver(config={"profile": config["profile"]})
                self.assertEqual(other.ask(STATUS)["reason"], "store_key")


if __name__ == "__main__":
    harness.main()
