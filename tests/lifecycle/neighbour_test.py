"""Hosts that have the same libraries as the plugin, in their global scope."""

import json
import os
import subprocess

import harness
from lifecycle_harness import LIBRARY, LifecycleTest

HOST = os.environ.get("XAI_NEIGHBOUR_HOST", "")
NEIGHBOURS = os.environ.get("XAI_NEIGHBOURS", "").split(":")


class NeighbourTest(LifecycleTest):
    # D18, D19
    def test_its_own_libraries_and_the_end_of_its_libcurl(self):
        for path in NEIGHBOURS:
            # They would be in the way of whoever looks for the same names.
            names = subprocess.run(["nm", "-DC", "--defined-only", path], check=True,
                                   capture_output=True, text=True).stdout
            self.assertRegex(names, r"rapidjson::GenericReader<.*Parse")
            self.assertIn("boost::dll::detail::shared_library_impl::load", names)
        config = json.dumps(self.toward(self.chaos, ca_file=self.trust))
        ended = subprocess.run(
            [HOST, str(LIBRARY), config, *NEIGHBOURS, self.chaos.url + "/chat", self.trust],
            capture_output=True, text=True, env=self.stage.environment(), cwd=self.stage.cwd,
            timeout=harness.DEADLINE_S, check=False)
        self.assertEqual((ended.returncode, ended.stdout, ended.stderr), (0, "", ""))

    # D18
    def test_a_libcurl_that_is_too_old_is_told(self):
        run = self.stage.run("status", code=None,
                             env={"LD_PRELOAD": os.environ["XAI_FAKE_CURL"]})
        self.check_error(run.document, "xai_oauth_backend_unavailable", "dependency_too_old",
                         retry=False)


if __name__ == "__main__":
    harness.main()
