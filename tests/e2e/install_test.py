"""What is installed works where it lies, and so does a copy of the drop-in."""

import json
import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

import harness
from harness import Stage

CMAKE = os.environ.get("XAI_E2E_CMAKE", "cmake")
INSTALLED = ("bin/sample-host", "lib/xai-grok/manifest.json", "lib/xai-grok/lib/xai_grok.so",
             "lib/xai-grok/lib/xai_grok_backend.so", "include/llm_provider.h",
             "include/llm_provider.hpp")
if not harness.SANITIZE:  # as it is built
    INSTALLED += ("bin/provider-validator", "lib/provider-validator/validator_shim.so",
                  "lib/provider-validator/validator_misbehaving.so")
STAGED = ("manifest.json", "LICENSE", "lib/xai_grok.so", "lib/xai_grok_backend.so")


class InstallTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.prefix = pathlib.Path(tempfile.mkdtemp(prefix="xai-e2e-"))
        cls.addClassCleanup(shutil.rmtree, cls.prefix)
        subprocess.run([CMAKE, "--install", harness.BUILD, "--prefix", str(cls.prefix)],
                       check=True, capture_output=True, text=True)

    def tell_the_story(self, stage):
        self.addCleanup(stage.close)
        self.assertEqual(stage.run("info").document["state"], "ready")
        self.assertEqual(stage.sign_in()["status"], "connected")
        self.assertIn("xai-grok/grok-4.3", stage.run("models").document["available_models"])
        self.assertTrue(stage.complete("Installed").joined("text").endswith("Installed"))
        self.assertEqual(stage.run("refresh").document["status"], "refreshed")
        self.assertIs(stage.run("logout").document["revoked"], True)

    def stage(self, host, plugin):
        return Stage("--approve", "auto", "--interval", "1", host=str(host), plugin=plugin)

    def test_everything_is_there(self):
        for name in INSTALLED:
            self.assertTrue((self.prefix / name).is_file(), name)
        manifest = json.loads((self.prefix / "lib/xai-grok/manifest.json").read_text())
        for library in manifest["library"].values():
            self.assertTrue((self.prefix / "lib/xai-grok" / library).is_file(), library)

    def test_nothing_points_back_to_the_build_tree(self):
        for name in INSTALLED:
            data = (self.prefix / name).read_bytes()
            self.assertNotIn(os.path.realpath(harness.BUILD).encode(), data, name)

    def test_the_installed_host_finds_the_installed_plugin(self):
        stage = self.stage(self.prefix / "bin" / "sample-host", plugin=None)
        self.tell_the_story(stage)
        shown = stage.run("--version", json_out=False).out
        self.assertTrue(shown.strip())

    def test_the_whole_prefix_can_be_moved(self):
        moved = pathlib.Path(tempfile.mkdtemp(prefix="xai-e2e-")) / "elsewhere"
        self.addCleanup(shutil.rmtree, moved.parent)
        shutil.copytree(self.prefix, moved)
        self.tell_the_story(self.stage(moved / "bin" / "sample-host", plugin=None))

    def test_a_copy_of_the_drop_in(self):
        for name in STAGED:
            self.assertTrue((pathlib.Path(harness.PLUGIN) / name).is_file(), name)
        copy = pathlib.Path(tempfile.mkdtemp(prefix="xai-e2e-")) / "skill"
        self.addCleanup(shutil.rmtree, copy.parent)
        shutil.copytree(harness.PLUGIN, copy)
        self.tell_the_story(self.stage(self.prefix / "bin" / "sample-host", plugin=copy))


if __name__ == "__main__":
    harness.main()
