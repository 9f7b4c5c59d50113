"""Disks that do not take what has to be kept: full, or read-only.

Needs root, to mount small file systems of its own; without it the file is skipped.
"""

import os
import subprocess
import tempfile
import unittest

import harness
from harness import StageTest, wait_for

FAILED = 1


def mount(folder, options):
    subprocess.run(["mount", "-t", "tmpfs", "-o", options, "xai-e2e", str(folder)],
                   check=True, capture_output=True)


def unmount(folder):
    subprocess.run(["umount", str(folder)], check=True, capture_output=True)


def can_mount():
    if os.geteuid() != 0:
        return False
    folder = tempfile.mkdtemp(prefix="xai-e2e-")
    try:
        mount(folder, "size=64k")
        unmount(folder)
        return True
    except (OSError, subprocess.CalledProcessError):
        return False
    finally:
        os.rmdir(folder)


@unittest.skipUnless(can_mount(), "full and read-only disks were not tested: cannot mount a "
                                  "tmpfs here (needs root)")
class FullDiskTest(StageTest):
    SIM = ("--approve", "auto", "--interval", "1")

    def setUp(self):
        super().setUp()
        self.stage.state.mkdir(mode=0o700)
        mount(self.stage.state, "size=256k,mode=0700")
        # Cleanups run backwards: this one before the folder is removed.
        self.addCleanup(unmount, self.stage.state)
        self.ballast = self.stage.state / "ballast"

    def fill(self):
        with open(self.ballast, "wb", buffering=0) as file:
            try:
                while True:
                    file.write(b"\0" * 4096)
            except OSError:
                pass

    def free(self):
        self.ballast.unlink()

    def remount(self, option):
        subprocess.run(["mount", "-o", f"remount,{option}", str(self.stage.state)],
                       check=True, capture_output=True)

    def check_store_io(self, document):
        self.check_error(document, "store_io", retry=False)
        self.assertIn("space", document["hint"])

    def test_start_asks_nobody(self):
        self.fill()
        self.check_store_io(self.stage.start(code=FAILED))
        self.assertEqual(self.sim.stats()["device_codes"], 0)
        self.assertEqual(self.stage.run("status").document["state"], "signed_out")
        self.free()
        self.assertEqual(self.stage.sign_in()["status"], "connected")

    def test_poll_exchanges_nothing_and_keeps_the_flow(self):
        start = self.stage.start()
        self.fill()
        document = wait_for(lambda: self.stage.run("poll", code=None).document.get("error")
                            and self.stage.run("poll", code=FAILED).document,
                            "the interval to pass")
        self.check_store_io(document)
        stats = self.sim.stats()
        self.assertEqual((stats["polls"], stats["tokens_issued"]), (0, 0))
        status = self.stage.run("status").document
        self.assertEqual(status["state"], "pending")

        self.free()
        self.assertEqual(self.stage.start()["user_code"], start["user_code"])
        self.assertEqual(self.stage.poll_until_due()["status"], "connected")
        self.assertEqual(self.sim.stats()["device_codes"], 1)

    def test_refresh_presents_nothing(self):
        self.stage.sign_in()
        self.fill()
        self.check_store_io(self.stage.run("refresh", code=FAILED).document)
        stats = self.sim.stats()
        self.assertEqual((stats["refreshes"], stats["refresh_failures"]), (0, 0))
        # What is signed in goes on working.
        self.assertTrue(self.stage.complete("Hi").result["ok"])
        self.free()
        self.assertEqual(self.stage.run("refresh").document["status"], "refreshed")

    def test_logout_needs_no_room(self):
        self.stage.sign_in()
        self.fill()
        self.assertEqual(self.stage.run("logout").document["status"], "disconnected")
        self.assertNotIn("cred", self.stage.files())

    def test_a_read_only_disk(self):
        self.stage.sign_in()
        self.remount("ro")
        for command in (("start", "--force"), ("refresh",), ("logout",)):
            with self.subTest(command=command):
                document = self.stage.run(*command, code=FAILED).document
                self.assertIn(document["error"], ("store_io", "store_permission"), document)
        self.assertEqual(self.sim.stats()["refreshes"], 0)
        self.assertTrue(self.stage.complete("Hi").result["ok"])
        self.remount("rw")
        self.assertEqual(self.stage.run("refresh").document["status"], "refreshed")


if __name__ == "__main__":
    harness.main()
