"""A plugin that cannot work says so: the same document from every command, exit code 69."""

import json
import os
import pathlib
import shutil
import struct
import unittest

import harness
from harness import Stage

UNAVAILABLE = 69
LOADER = "backend_unavailable"
PLUGIN = "xai_oauth_backend_unavailable"
COMMANDS = ("status", "login", "start", "poll", "cancel", "logout", "refresh", "models")
if harness.SANITIZE:
    COMMANDS = COMMANDS[:2]  # where each run takes a second
E_MACHINE_AT = 18
AARCH64, X86_64 = 183, 62
PT_LOAD = 1
SYSTEM_FOLDERS = ("/usr/local/lib/xai-grok", "/usr/lib/xai-grok")


def loaded_bytes(path):
    """How much of a library is mapped; what follows is for debuggers."""
    data = path.read_bytes()
    table, = struct.unpack_from("<Q", data, 32)
    size, count = struct.unpack_from("<HH", data, 54)
    ends = [0]
    for at in range(table, table + size * count, size):
        kind, _, offset, _, _, length = struct.unpack_from("<IIQQQQ", data, at)
        if kind == PT_LOAD:
            ends.append(offset + length)
    return max(ends)


class UnavailableTest(unittest.TestCase):
    def setUp(self):
        self.stage = Stage(sim=False)
        self.addCleanup(self.stage.close)
        self.plugin = self.stage.root / "plugin"
        shutil.copytree(harness.PLUGIN, self.plugin)
        self.stage.plugin = self.plugin
        self.manifest = self.plugin / "manifest.json"
        self.front = self.plugin / "lib" / "xai_grok.so"
        self.backend = self.plugin / "lib" / "xai_grok_backend.so"

    def check_document(self, document, error, reason, words):
        self.assertEqual((document["ok"], document["error"], document["reason"]),
                         (False, error, reason), document)
        self.assertIs(document["retry"], False)
        self.assertIsInstance(document["checked_paths"], list)
        for word in words:
            self.assertIn(word, document["detail"])
        self.assertTrue(document["hint"])
        if error == PLUGIN:
            self.assertIn("byok-custom-model", document["hint"])

    def check(self, error, reason, *words, **run):
        """Every command ends with this document, and info shows it."""
        info = self.stage.run("info", code=UNAVAILABLE, **run).document
        self.assertEqual(info["state"], "unavailable")
        expected = info["error"]
        self.check_document(expected, error, reason, words)
        for command in COMMANDS:
            with self.subTest(command=command):
                document = self.stage.run(command, code=UNAVAILABLE, **run).document
                self.assertEqual(document, expected)
        chat = self.stage.run("chat", "Hi", code=UNAVAILABLE, **run).document
        self.assertEqual(chat, expected)
        complete = self.stage.complete("Hi", code=UNAVAILABLE, **run)
        self.assertEqual(complete.end["status"], -4)
        self.assertEqual(complete.result, expected)
        # For a person: the name and the way out, on stderr.
        shown = self.stage.run("status", code=UNAVAILABLE, json_out=False, **run)
        self.assertIn(reason, shown.err)
        self.assertIn("hint:", shown.err)
        self.assertEqual(shown.out, "")
        self.assertEqual(self.stage.files(), [])
        return expected

    def edit_manifest(self, **members):
        document = json.loads(self.manifest.read_text())
        document.update(members)
        self.manifest.write_text(json.dumps(document))

    def test_it_works_before_it_is_broken(self):
        self.assertEqual(self.stage.run("status").document["state"], "signed_out")

    def test_no_folder(self):
        self.stage.plugin = self.stage.root / "nowhere"
        document = self.check(LOADER, "manifest_missing", "nowhere")
        self.assertEqual(document["checked_paths"],
                         [str(self.stage.root / "nowhere" / "manifest.json")])

    def test_a_manifest_that_is_not_json(self):
        self.manifest.write_text('{"manifest_version": 1,')
        self.check(LOADER, "manifest_invalid", "manifest.json")

    def test_a_manifest_with_a_wrong_type(self):
        self.edit_manifest(library="lib/xai_grok.so")
        self.check(LOADER, "manifest_invalid", "library")

    def test_a_manifest_from_the_future(self):
        self.edit_manifest(manifest_version=99)
        self.check(LOADER, "manifest_version_unsupported", "99")

    def test_a_manifest_of_another_version(self):
        self.edit_manifest(version="9.9.9")
        self.check(LOADER, "manifest_mismatch", "9.9.9")

    def test_no_library_for_this_system(self):
        self.edit_manifest(library={"plan9-vax": "lib/xai_grok.so"})
        self.check(LOADER, "platform_unsupported")

    def test_a_library_that_is_text(self):
        self.front.write_text("not a library")
        self.check(LOADER, "library_not_loadable", str(self.front))

    def test_a_truncated_library(self):
        os.truncate(self.front, loaded_bytes(self.front) - 1)
        self.check(LOADER, "library_not_loadable", "truncated")

    @unittest.skipIf(any(map(os.path.exists, SYSTEM_FOLDERS)),
                     "a missing backend was not tested: one is installed on this system")
    def test_no_backend_beside_the_plugin(self):
        self.backend.unlink()
        document = self.check(PLUGIN, "backend_missing")
        self.assertEqual(document["checked_paths"][0], str(self.backend))
        for path in document["checked_paths"][1:]:
            self.assertTrue(path.startswith(SYSTEM_FOLDERS), path)

    def test_no_backend_where_the_config_says(self):
        nowhere = str(self.stage.root / "backend.so")
        document = self.check(PLUGIN, "backend_missing", config={"backend": nowhere})
        self.assertEqual(document["checked_paths"], [nowhere])

    def test_no_backend_where_the_environment_says(self):
        nowhere = str(self.stage.root / "backend.so")
        document = self.check(PLUGIN, "backend_missing", env={"XAI_GROK_BACKEND": nowhere})
        self.assertEqual(document["checked_paths"], [nowhere])

    def test_a_truncated_backend(self):
        loaded = loaded_bytes(self.backend)
        for keep in (loaded - 1, loaded // 2, 4096, 30, 0):
            with self.subTest(bytes=keep):
                os.truncate(self.backend, keep)
                self.check(PLUGIN, "backend_not_loadable", str(self.backend))

    def test_a_backend_for_another_machine(self):
        data = bytearray(self.backend.read_bytes())
        here = int.from_bytes(data[E_MACHINE_AT:E_MACHINE_AT + 2], "little")
        other = X86_64 if here == AARCH64 else AARCH64
        data[E_MACHINE_AT:E_MACHINE_AT + 2] = other.to_bytes(2, "little")
        self.backend.write_bytes(data)
        self.check(PLUGIN, "backend_not_loadable", "built for")

    def test_a_backend_that_is_something_else(self):
        shutil.copyfile(self.front, self.backend)
        self.check(PLUGIN, "backend_entry_missing")

    @unittest.skipIf(harness.SANITIZE, "hiding libcurl was not tested: not with sanitizers")
    def test_a_library_that_the_backend_needs_is_broken(self):
        for library in ("libcurl.so.4", "libsodium.so.23"):
            with self.subTest(library=library):
                folder = pathlib.Path(self.stage.root / f"hides-{library}")
                folder.mkdir()
                (folder / library).write_text("not a library")
                self.check(PLUGIN, "backend_not_loadable", library,
                           env={"LD_LIBRARY_PATH": str(folder)})


if __name__ == "__main__":
    harness.main()
