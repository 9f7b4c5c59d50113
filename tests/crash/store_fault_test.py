"""What a user, an administrator or a disk may do to the store."""

import os
import resource
import shutil
import stat
import unittest

import fault_bench
import harness
from crash_harness import CHAT, FORCED, POLL, REFRESH, START, STATUS, DriverTest
from harness import wait_for

STRACE_FAULT = fault_bench.why_not()
NO_OVERRIDE = ["setpriv", "--bounding-set", "-dac_override,-dac_read_search,-fowner"]
NOBODY = 65534


def mode(path):
    return stat.S_IMODE(os.lstat(path).st_mode)


class UnwritableTest(DriverTest):
    def check_refused(self, driver, request, errors=("store_io", "store_permission")):
        document = driver.ask(request)
        self.assertIn(document.get("error"), errors, document)
        self.check_error(document, document["error"], retry=False)

    @unittest.skipUnless(os.geteuid() != 0 or shutil.which("setpriv"),
                         "a folder without the right to write was not tested: root may write, "
                         "and setpriv is missing")
    def test_a_folder_that_may_not_be_written(self):  # B08
        self.stage.sign_in()
        before = self.sim.stats()
        self.stage.state.chmod(0o500)
        self.addCleanup(self.stage.state.chmod, 0o700)
        prefix = NO_OVERRIDE if os.geteuid() == 0 else ()
        driver = self.stage.driver(prefix=prefix)
        for request in (FORCED, REFRESH):
            self.check_refused(driver, request)
        # Nobody was sent to a browser, no token was spent, and the one that is there works.
        self.assertEqual(self.delta(before, "device_codes", "refreshes"), (0, 0))
        self.assertTrue(driver.ask(CHAT)["ok"])

    def test_a_process_that_may_write_no_byte(self):  # B11
        def no_bytes():
            resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))

        driver = self.stage.driver(before_exec=no_bytes)
        self.check_refused(driver, START, ("store_io",))
        self.assertEqual(self.sim.stats()["device_codes"], 0)
        self.stage.sign_in()
        driver = self.stage.driver(before_exec=no_bytes)
        self.check_refused(driver, REFRESH, ("store_io",))
        self.assertTrue(driver.ask(CHAT)["ok"])
        self.assertEqual(self.sim.stats()["refreshes"], 0)
        # SIGXFSZ ended neither of them.
        self.assertIsNone(driver.process.poll())


class InTheWayTest(DriverTest):
    def setUp(self):
        super().setUp()
        self.stage.sign_in()
        self.temporary = self.stage.state / f".{self.stage.credential().name}.tmp"
        self.elsewhere = self.stage.root / "elsewhere"
        self.elsewhere.write_bytes(b"untouched")

    def check_renewed(self):
        self.assertEqual(self.stage.ask(REFRESH)[0].get("status"), "refreshed")
        self.assertFalse(os.path.lexists(self.temporary))
        self.assertEqual(self.elsewhere.read_bytes(), b"untouched")

    def test_a_link_in_place_of_the_credential(self):  # B12
        path = self.stage.credential()
        kept = path.read_bytes()
        target = self.stage.root / "target"
        shutil.move(path, target)
        path.symlink_to(target)
        for request in (REFRESH, POLL):
            self.check_error(self.stage.ask(request)[0], "store_permission", retry=False)
        self.assertTrue(path.is_symlink())
        self.assertEqual(target.read_bytes(), kept)
        self.assertEqual(self.sim.stats()["refreshes"], 0)

    def test_a_link_under_the_temporary_name(self):  # B13
        self.temporary.symlink_to(self.elsewhere)
        self.check_renewed()

    def test_a_hard_link_under_the_temporary_name(self):  # B13
        os.link(self.elsewhere, self.temporary)
        self.check_renewed()

    def test_a_pipe_under_the_temporary_name(self):  # B13
        os.mkfifo(self.temporary)
        self.check_renewed()

    def test_a_folder_under_the_temporary_name(self):  # B13
        self.temporary.mkdir()
        document = self.stage.ask(REFRESH)[0]
        self.assertIn(document.get("error"), ("store_io", "store_permission"), document)
        self.assertEqual(self.sim.stats()["refreshes"], 0)
        self.temporary.rmdir()
        self.check_renewed()

    def test_what_a_crash_left_is_removed(self):  # B37
        self.temporary.write_bytes(b"half a credential")
        self.check_renewed()
        self.assertEqual([path.name for path in self.stage.state.iterdir()
                          if path.name.startswith(".")], [])


class OwnerTest(DriverTest):
    def check_unreadable(self, reason):
        status, refreshed = self.stage.ask(STATUS, REFRESH)
        self.assertEqual((status["state"], status["reason"]),
                         ("credential_unreadable", "store_permission"), status)
        self.check_error(refreshed, "store_permission", reason, retry=False)
        self.assertEqual(self.sim.stats()["refreshes"], 0)

    def test_a_folder_that_a_group_may_write(self):  # B14
        self.stage.sign_in()
        self.stage.state.chmod(0o770)
        self.check_unreadable("mode")

    @unittest.skipUnless(os.geteuid() == 0, "files of another user were not tested: not root")
    def test_a_credential_of_another_user(self):  # B15
        self.stage.sign_in()
        os.chown(self.stage.credential(), NOBODY, -1)
        self.check_unreadable("owner")

    def test_no_umask_changes_the_modes(self):  # B16
        for mask in (0o000, 0o777):
            with self.subTest(umask=oct(mask)):
                shutil.rmtree(self.stage.state, ignore_errors=True)
                shutil.rmtree(self.stage.key.parent, ignore_errors=True)
                driver = self.stage.driver(before_exec=lambda mask=mask: os.umask(mask) and None)
                self.assertEqual(driver.ask(START).get("status"), "pending")
                wait_for(lambda: driver.ask(POLL).get("status") == "connected", "the sign-in")
                self.assertEqual(mode(self.stage.state), 0o700)
                files = [*self.stage.state.iterdir(), self.stage.key]
                self.assertGreaterEqual(len(files), 3)
                self.assertEqual({mode(path) for path in files}, {0o600}, files)


@unittest.skipIf(STRACE_FAULT, f"a disk that fails after the exchange was not tested: "
                               f"{STRACE_FAULT}")
class FailsAfterwardsTest(DriverTest):
    # The first write is the note in the lock file; then the disk is full for some attempts.
    FULL = ["strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=pwrite64",
            "-e", "inject=pwrite64:error=ENOSPC:when=2..4"]

    def test_the_new_token_is_kept_until_the_disk_takes_it(self):  # B05
        self.stage.sign_in()
        old = self.stage.generation()
        driver = self.stage.driver(prefix=self.FULL)
        self.assertEqual(driver.ask(REFRESH).get("status"), "refreshed")
        status = driver.ask(STATUS)
        self.assertEqual(status["state"], "connected")
        self.assertIn("persist_pending", str(status.get("warnings")))
        self.assertEqual(self.stage.generation(), old)
        self.assertTrue(driver.ask(CHAT)["ok"])
        # A peer has the token that is still good; it must not present the one that is spent.
        peer = self.stage.driver()
        self.assertTrue(peer.ask(CHAT)["ok"])
        document = peer.ask(REFRESH)
        self.assertIn(document.get("error"), (None, "store_locked"), document)
        wait_for(lambda: self.stage.generation() > old, "the disk to take the new token")
        for each in (peer, driver):
            self.assertEqual(each.ask(REFRESH).get("status"), "refreshed")
        stats = self.sim.stats()
        self.assertEqual((stats["reuse_detected"], stats["refresh_failures"]), (0, 0))

    def test_the_end_of_the_process_is_the_last_attempt(self):  # B05
        self.stage.sign_in()
        old = self.stage.generation()
        full_once = [*self.FULL[:-1], "inject=pwrite64:error=ENOSPC:when=2"]
        driver = self.stage.driver(prefix=full_once)
        self.assertEqual(driver.ask(REFRESH).get("status"), "refreshed")
        driver.close()
        self.assertEqual(self.stage.generation(), old + 1)
        self.assertEqual(self.stage.ask(REFRESH)[0].get("status"), "refreshed")
        self.assertEqual(self.sim.stats()["reuse_detected"], 0)


if __name__ == "__main__":
    harness.main()
