"""What a host's database gets is sealed, and nothing else is written anywhere."""

import contextlib
import sqlite3

import harness
from crash_harness import CHAT, FORCED, LOGOUT, MAGIC, REFRESH, START, STATUS
from host_store_stage import HostStoreTest
from secret_search import found_in

MODELS = {"action": "models", "force": True}
CANCEL = {"action": "cancel"}


class SealingTest(HostStoreTest):
    def setUp(self):
        super().setUp()
        self.seen = {}  # where: bytes
        self.driver = self.stage.driver()

    def look(self):
        """At every file as it is now, the database's own among them."""
        for path in self.stage.root.rglob("*"):
            if path.is_file():
                name = f"{path.relative_to(self.stage.root)} #{len(self.seen)}"
                # The journal of the database, while the lock is given back.
                with contextlib.suppress(FileNotFoundError):
                    self.seen[name] = path.read_bytes()

    def ask(self, request):
        document = self.driver.ask(request)
        self.look()
        return document

    def records(self):
        database = sqlite3.connect(f"file:{self.stage.database}?mode=ro", uri=True)
        try:
            return dict(database.execute("SELECT key, bytes FROM records"))
        finally:
            database.close()

    def test_nothing_shows(self):
        self.ask(START)
        self.stage.finish_sign_in(self.driver)
        for request in (STATUS, MODELS, CHAT, REFRESH, FORCED, CANCEL):
            self.assertIsNot(self.ask(request).get("ok"), False)
        # A renewal without an answer leaves its note.
        self.sim.scene("/oauth2/token", body="{", end="reset", times=2)
        self.assertIs(self.ask(REFRESH).get("ok"), False)
        self.ask(LOGOUT)
        secrets = self.sim.secrets()
        self.assertGreaterEqual(len(secrets), 6)
        self.assertGreater(len(self.seen), 10)
        self.assertEqual(found_in(secrets, self.seen), [])

    def test_records_have_the_format_of_files(self):
        self.stage.sign_in(self.driver)
        records = self.records()
        self.assertEqual({key.rpartition("-")[0] for key in records},
                         {"xai-grok/cred", "xai-grok/models"})
        for key, data in records.items():
            self.assertEqual(data[:len(MAGIC)], MAGIC, key)
        self.driver.ask(LOGOUT)
        self.assertEqual(self.records(), {})

    def test_the_search_finds_what_is_there(self):
        self.stage.sign_in(self.driver)
        database = sqlite3.connect(self.stage.database)
        with database:
            database.execute("INSERT INTO records(key, bytes) VALUES('planted', ?)",
                             (self.sim.secrets()[0].encode(),))
        database.close()
        self.look()
        self.assertEqual([where.split(" ")[0] for where in
                          found_in(self.sim.secrets(), self.seen)], ["host/records.db"])
        self.stage.database.unlink()  # the harness looks as well


if __name__ == "__main__":
    harness.main()
