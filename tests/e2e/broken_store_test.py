"""A state directory or a key that is damaged, missing, or somebody else's."""

import os
import re
import shutil
import unittest

import harness
from harness import StageTest

FAILED = 1
QUARANTINED_MAX = 3
COMMANDS = ("start", "poll", "refresh", "models")


class BrokenStoreTest(StageTest):
    def damage(self, kind="cred"):
        """Flips one bit in the middle of a sealed file."""
        path = self.stage.file(kind)
        data = bytearray(path.read_bytes())
        data[len(data) // 2] ^= 1
        path.write_bytes(data)

    def check_unreadable(self, error, reason=None):
        """Every action says what is wrong, and status says it without failing."""
        status = self.stage.run("status").document
        self.assertEqual(status["state"], "credential_unreadable")
        self.assertEqual(status["reason"], error)
        self.assertIs(status["connected"], False)
        self.assertTrue(status["hint"])
        for command in COMMANDS:
            document = self.stage.run(command, code=FAILED).document
            self.check_error(document, error, reason, retry=False)
        self.check_error(self.stage.complete("Hi", code=FAILED).result, error, reason)

    def quarantined(self):
        return [name for name in os.listdir(self.stage.state)
                if re.fullmatch(r"cred-[0-9a-f]{8}\.corrupt\.\d+", name)]

    def test_a_corrupt_credential(self):
        self.stage.sign_in()
        codes = self.sim.stats()["device_codes"]
        self.damage()
        self.check_unreadable("store_corrupt")
        self.assertEqual(self.sim.stats()["device_codes"], codes, "start asked the server")
        # The way out that the hint names.
        self.assertEqual(self.stage.start("--force")["status"], "pending")
        self.assertEqual(len(self.quarantined()), 1)
        self.assertEqual(self.stage.poll_until_due()["status"], "connected")
        self.stage.complete("Hi")

    def test_only_the_last_few_damaged_files_are_kept(self):
        self.stage.sign_in()
        good = self.stage.file("cred").read_bytes()
        path = self.stage.file("cred")
        for count in range(1, QUARANTINED_MAX + 3):
            path.write_bytes(good[:-1])
            self.stage.start("--force")
            self.assertEqual(len(self.quarantined()), min(count, QUARANTINED_MAX))

    def test_damage_of_every_kind_is_damage(self):
        self.stage.sign_in()
        path = self.stage.file("cred")
        good = path.read_bytes()
        for bad in (b"", good[:20], good[:-1], good + b"x", b"\0" * len(good), b"{}",
                    good * 3000):
            with self.subTest(size=len(bad)):
                path.write_bytes(bad)
                status = self.stage.run("status").document
                self.assertEqual(status["state"], "credential_unreadable", status)
        path.write_bytes(good)
        self.assertEqual(self.stage.run("status").document["state"], "connected")

    def test_logout_removes_what_cannot_be_read(self):
        self.stage.sign_in()
        self.damage()
        document = self.stage.run("logout").document
        self.assertEqual((document["status"], document["removed"], document["revoked"]),
                         ("disconnected", True, False))
        self.assertEqual(self.stage.run("status").document["state"], "signed_out")

    def test_a_corrupt_pending_sign_in(self):
        self.stage.start()
        self.damage("pending")
        self.check_error(self.stage.run("poll", code=FAILED).document, "store_corrupt")
        self.assertEqual(self.stage.start("--force")["status"], "pending")

    def test_a_corrupt_model_list_is_fetched_again(self):
        self.stage.sign_in()
        self.damage("models")
        document = self.stage.run("models").document
        self.assertEqual(document["source"], "api")

    def test_a_missing_key_is_not_made_anew(self):
        self.stage.sign_in()
        kept = self.stage.key.read_bytes()
        self.stage.key.unlink()
        self.check_unreadable("store_key", "key_missing")
        self.assertFalse(self.stage.key.exists())
        self.stage.key.write_bytes(kept)
        self.stage.key.chmod(0o600)
        self.assertEqual(self.stage.run("status").document["state"], "connected")

    def test_another_key(self):
        self.stage.sign_in()
        self.stage.key.write_bytes(os.urandom(32))
        self.check_unreadable("store_key", "wrong_key")
        self.stage.key.write_bytes(b"short")
        self.check_unreadable("store_key", "key_size")

    def test_start_force_begins_anew_without_the_key(self):
        self.stage.sign_in()
        self.stage.key.unlink()
        self.assertEqual(self.stage.start("--force")["status"], "pending")
        self.assertEqual(self.stage.poll_until_due()["status"], "connected")

    def test_a_folder_that_others_can_write(self):
        self.stage.sign_in()
        self.stage.state.chmod(0o777)
        self.check_unreadable("store_permission", "mode")
        self.stage.state.chmod(0o700)
        self.assertEqual(self.stage.run("status").document["state"], "connected")

    def test_a_file_that_others_can_read_is_closed_to_them(self):
        self.stage.sign_in()
        self.stage.file("cred").chmod(0o644)
        self.assertEqual(self.stage.run("status").document["state"], "connected")
        self.assertEqual(self.stage.file("cred").stat().st_mode & 0o777, 0o600)

    def test_a_link_in_place_of_a_file(self):
        self.stage.sign_in()
        path = self.stage.file("cred")
        elsewhere = self.stage.root / "elsewhere"
        shutil.move(path, elsewhere)
        path.symlink_to(elsewhere)
        status = self.stage.run("status").document
        self.assertEqual(status["state"], "credential_unreadable")
        self.assertIn(status["reason"], ("store_permission", "store_io"))
        path.unlink()
        os.link(elsewhere, path)
        self.assertEqual(self.stage.run("status").document["reason"], "store_permission")

    @unittest.skipUnless(os.geteuid() == 0, "a folder of another user was not tested: not root")
    def test_a_folder_of_another_user(self):
        self.stage.sign_in()
        os.chown(self.stage.state, 12345, -1)
        self.check_unreadable("store_permission", "owner")

    def test_a_folder_that_cannot_be_made(self):
        in_the_way = self.stage.root / "file"
        in_the_way.write_text("not a folder")
        config = {"state_dir": str(in_the_way / "state")}
        document = self.stage.run("start", config=config, code=FAILED).document
        self.assertIn(document["error"], ("store_io", "store_permission"), document)
        self.assertEqual(self.sim.stats()["device_codes"], 0)

    @unittest.skipIf(os.geteuid() == 0, "a read-only folder was not tested: root may write")
    def test_a_folder_that_cannot_be_written(self):
        self.stage.state.mkdir(mode=0o500)
        document = self.stage.start(code=FAILED)
        self.assertIn(document["error"], ("store_io", "store_permission"), document)
        self.assertEqual(self.sim.stats()["device_codes"], 0)


if __name__ == "__main__":
    harness.main()
