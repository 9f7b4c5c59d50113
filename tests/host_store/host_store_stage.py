"""Two or more processes of a host that keeps the credentials in its own database.

XAI_E2E_DRIVER is the host's program, host_store_driver.cpp.
"""

import os

import crash_harness
import harness
from crash_harness import POLL, START
from harness import wait_for


class HostStoreStage(crash_harness.DriverStage):
    """Beside the folders of every stage one with the database and the host's key."""

    def __init__(self, *sim_options):
        super().__init__(*sim_options)
        self.database = self.root / "host" / "records.db"
        self.host_key = self.root / "host" / "key"
        self.database.parent.mkdir()
        self.host_key.write_bytes(os.urandom(32))
        # All folders that the plugin may think of are there, and empty.
        self.state.mkdir(mode=0o700)
        self.xdg = self.root / "xdg"
        self.xdg.mkdir()
        self.config = {"state_dir": str(self.state), "key_source": "host",
                       "endpoints": self.sim.endpoints}

    def environment(self, **more):
        folders = {f"XDG_{name}": str(self.xdg) for name in
                   ("STATE_HOME", "CONFIG_HOME", "CACHE_HOME", "DATA_HOME", "RUNTIME_DIR")}
        return super().environment(**folders, TMPDIR=str(self.xdg), **more)

    def driver(self, key=True, **options):
        """A running host; with `key` it offers the sealing key."""
        arguments = [str(self.database), *([str(self.host_key)] if key else [])]
        return super().driver(arguments=arguments, **options)

    def sign_in(self, driver=None):
        driver = driver or self.driver()
        started = driver.ask(START)
        assert started.get("status") == "pending", started
        return self.finish_sign_in(driver)

    def finish_sign_in(self, driver):
        def connected():
            document = driver.ask(POLL)
            assert document.get("ok", True) is not False, document
            return document if document["status"] == "connected" else None
        return wait_for(connected, "the sign-in")

    def on_disk(self):
        """Every file that is not the host's own."""
        return [path for path in self.root.rglob("*")
                if path.is_file() and self.database.parent not in path.parents]


class HostStoreTest(harness.StageTest):
    def setUp(self):
        self.stage = HostStoreStage()
        self.addCleanup(self.stage.close)
        self.sim = self.stage.sim

    def tearDown(self):
        self.assertEqual(self.stage.on_disk(), [], "something was written to disk")

    def check_nothing_was_presented_twice(self):
        stats = self.sim.stats()
        self.assertEqual((stats["reuse_detected"], stats["refresh_failures"]), (0, 0), stats)

    def wait_for_notice(self, driver, name, count=1):
        """Until the running host has been told so often."""
        wait_for(lambda: driver.ask({"notices": True})[name] >= count, f"{name} {count} times")

