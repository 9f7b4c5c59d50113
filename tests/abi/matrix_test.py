"""Hosts and plugins of different versions meet: 1.0 as it was published, the next minor, and
other majors; our own plugin, our loader in C++ and in Python.
"""

import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

import harness

BIN = pathlib.Path(os.environ.get("XAI_ABI_BIN", ""))
SOURCE = pathlib.Path(os.environ.get("XAI_ABI_SOURCE", ""))
BINDING = SOURCE / "host-api/python/llm_provider.py"
CONVERSATION = SOURCE / "tests/hosts/conversation.py"
SKILL = pathlib.Path(harness.PLUGIN)

MINORS = ("1.0", "1.1")
OURS = "xai_oauth_backend_unavailable"
REQUEST = json.dumps({"model": "m", "messages": [{"role": "user", "content": "Hi"}]})
SCRIPT = f'complete {REQUEST}\nonboarding_action {{"action":"status"}}\n'


class MatrixTest(unittest.TestCase):
    def setUp(self):
        temporary = tempfile.TemporaryDirectory(prefix="xai-abi-")
        self.addCleanup(temporary.cleanup)
        self.folder = pathlib.Path(temporary.name)
        self.mark = self.folder / "destroyed"

    def run_host(self, argv, stdin=""):
        home = {"HOME": str(self.folder), "PATH": os.environ["PATH"]}
        ended = subprocess.run([*map(str, argv)], input=stdin, capture_output=True, text=True,
                               cwd=self.folder, env=home, timeout=harness.DEADLINE_S,
                               check=False)
        self.assertEqual((ended.returncode, ended.stderr), (0, ""), f"{argv}: {ended.stdout}")
        return ended.stdout

    def config(self, **members):
        return json.dumps({"state_dir": str(self.folder / "state"), "mark": str(self.mark),
                           "key_file": str(self.folder / "key"), **members})

    def frozen_folder(self, name):
        """A plugin's folder as a loader wants it; the majors are those of `name`."""
        folder = self.folder / f"plugin-{name}"
        (folder / "lib").mkdir(parents=True)
        shutil.copy(BIN / f"frozen-plugin-{name}.so", folder / "lib/frozen.so")
        major = int(name[0]) if name[0].isdigit() else 1
        machine = os.uname().machine
        (folder / "manifest.json").write_text(json.dumps({
            "manifest_version": 1, "id": "frozen", "name": "Frozen", "version": "1.0.0",
            "interface": {"id": "llm.provider", "major_min": major, "major_max": major},
            "library": {f"linux-{machine}": "lib/frozen.so"}}))
        return folder

    def python(self, major=1):
        """The binding, as if it were of that major."""
        text, count = re.subn(r"(?m)^ABI_MAJOR, ABI_MINOR = 1,",
                              f"ABI_MAJOR, ABI_MINOR = {major},",
                              BINDING.read_text(encoding="utf-8"))
        self.assertEqual(count, 1)
        path = self.folder / f"binding_{major}.py"
        path.write_text(text, encoding="utf-8")
        return [sys.executable, "-B", CONVERSATION, path]

    def loaders(self):
        """Today's loaders, and that of C++ beside the header of the next minor."""
        yield "C++ today", [os.environ["XAI_HOST_CPP"]]
        yield "C++ 1.1", [BIN / "loader-host-1.1"]
        yield "Python", self.python()

    def documents(self, told):
        """What a conversation has printed of ends: pairs of a status and a document."""
        return [(int(status), json.loads(text or "null")) for status, text in
                re.findall(r"(?m)^end (?:0 )?(-?\d+) ?(\{.*\})?$", told)]


class MinorsTest(MatrixTest):
    def test_hosts_in_c_meet_plugins_in_c(self):
        seen = {("1.0", "1.0"): ("of 1.0", []), ("1.1", "1.0"): ("of 1.0", ["no pause"]),
                ("1.0", "1.1"): ("no is_metered", []), ("1.1", "1.1"): ("metered", ["pause 0"])}
        for (host, plugin), (metered, pause) in seen.items():
            with self.subTest(host=host, plugin=plugin):
                told = self.run_host([BIN / f"frozen-host-{host}",
                                      BIN / f"frozen-plugin-{plugin}.so", self.config(), REQUEST])
                self.assertEqual(told.splitlines(), [
                    "majors 1 to 1", f"provider {plugin} state 1", *pause,
                    f"text plugin {plugin}, host {host}: {metered}",
                    'end 0 {"ok":true}', 'end 0 {"ok":true}', "destroyed"])
                self.assertTrue(self.mark.exists())
                self.mark.unlink()

    # D02
    def test_hosts_in_c_meet_our_plugin(self):
        for host in MINORS:
            with self.subTest(host=host):
                told = self.run_host([BIN / f"frozen-host-{host}", SKILL / "lib/xai_grok.so",
                                      self.config(), REQUEST]).splitlines()
                ends = self.documents("\n".join(told))
                self.assertEqual(told[1], "provider 1.0 state 1")
                self.assertEqual("no pause" in told, host == "1.1")
                self.assertEqual(ends[0][1]["error"], "not_connected")
                self.assertEqual((ends[1][0], ends[1][1]["state"]), (0, "signed_out"))
                self.assertEqual(told[-1], "destroyed")

    def test_our_loaders_meet_plugins_in_c(self):
        for plugin in MINORS:
            folder = self.frozen_folder(plugin)
            for name, loader in self.loaders():
                with self.subTest(loader=name, plugin=plugin):
                    host = "1.1" if name == "C++ 1.1" else "1.0"
                    metered = "no is_metered" if plugin == "1.1" else "of 1.0"
                    told = self.run_host([*loader, folder, self.config()], SCRIPT)
                    self.assertIn(f"text 0 plugin {plugin}, host {host}: {metered}\n", told)
                    self.assertEqual(self.documents(told), [(0, None), (0, None)])
                    self.assertTrue(self.mark.exists())
                    self.mark.unlink()

    def test_the_next_loader_meets_our_plugin(self):
        told = self.run_host([BIN / "loader-host-1.1", SKILL, self.config()], SCRIPT)
        self.assertEqual([status for status, _ in self.documents(told)], [-7, 0])


class MajorsTest(MatrixTest):
    REASONS = {0: "host_too_old", 2: "host_too_new"}

    def check(self, document, error, reason, host, plugin):
        self.assertEqual((document["ok"], document["error"], document["reason"],
                          document["retry"]), (False, error, reason, False), document)
        detail = document["detail"]
        self.assertRegex(detail, rf"host[^;,]* {host}\b", detail)
        self.assertRegex(detail, rf"plugin[^;,]* {plugin} to {plugin}\b", detail)

    # D03
    def test_hosts_in_c_of_other_majors_meet_our_plugin(self):
        for major, reason in self.REASONS.items():
            with self.subTest(major=major):
                told = self.run_host([BIN / f"frozen-host-{major}", SKILL / "lib/xai_grok.so",
                                      self.config(), REQUEST]).splitlines()
                self.assertEqual((told[0], told[1]), ("majors 1 to 1", "provider 1.0 state 2"))
                info = json.loads(told[2].removeprefix("info "))
                self.check(info["error"], OURS, reason, major, 1)
                self.assertEqual(told[3:], ["destroyed"])

    # D03
    def test_loaders_of_other_majors_meet_our_plugin(self):
        for major, reason in self.REASONS.items():
            for name, loader in (("C++", [BIN / f"loader-host-{major}"]),
                                 ("Python", self.python(major))):
                with self.subTest(loader=name, major=major):
                    told = self.run_host([*loader, SKILL, self.config()], SCRIPT)
                    ends = self.documents(told)
                    self.assertEqual([status for status, _ in ends], [-4, -4])
                    for _, document in ends:
                        self.check(document, OURS, reason, major, 1)

    # D03
    def test_our_loaders_meet_plugins_of_other_majors(self):
        for plugin, reason in (("0", "host_too_new"), ("2", "host_too_old")):
            folder = self.frozen_folder(plugin)
            for name, loader in self.loaders():
                for silent in (False, True):
                    with self.subTest(loader=name, plugin=plugin, silent=silent):
                        error = "backend_unavailable" if silent else "frozen_backend_unavailable"
                        more = {"silent": True} if silent else {}
                        told = self.run_host([*loader, folder, self.config(**more)], SCRIPT)
                        ends = self.documents(told)
                        self.assertEqual([status for status, _ in ends], [-4, -4])
                        for _, document in ends:
                            self.check(document, error, reason, 1, plugin)
                        self.assertTrue(self.mark.exists(), "it was not destroyed")
                        self.mark.unlink()

    def test_our_loaders_meet_a_plugin_without_magic(self):
        folder = self.frozen_folder("magic")
        for name, loader in self.loaders():
            with self.subTest(loader=name):
                ends = self.documents(self.run_host([*loader, folder, self.config()], SCRIPT))
                self.assertEqual([status for status, _ in ends], [-4, -4])
                self.assertEqual(ends[0][1]["reason"], "entry_missing")
                self.assertIn("magic", ends[0][1]["detail"])
                self.assertFalse(self.mark.exists(), "its create() was called")


if __name__ == "__main__":
    harness.main()
