"""dlclose() while the name of the server is being looked up.  In namespaces of its own; skipped
where there are none.
"""

import json
import subprocess

import harness
import namespace
from harness import wait_for
from lifecycle_harness import HOST, LIBRARY, NO_LEAKS
from xai_names import API, NamesTest


class LookupTest(NamesTest):
    CONFIG = {"timeouts": {"connect_ms": 300_000}}

    # D15
    def test_dlclose_during_a_lookup(self):
        for how in ("destroy", "stay"):
            with self.subTest(how=how):
                self.lead_nowhere()
                host = subprocess.Popen(
                    [HOST, "dlclose-in-lookup", str(LIBRARY), json.dumps(self.stage.config), how],
                    stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                    text=True, env=self.stage.environment(**NO_LEAKS), cwd=self.stage.cwd)
                self.addCleanup(harness.end_process, host)
                wait_for(lambda: API in self.names.asked, "the question for the name")
                host.stdin.write("\n")
                host.stdin.flush()
                self.assertEqual(host.stdout.readline(), "{}\n", host.poll())
                # Whoever asks again is answered.
                self.names.code = namespace.NO_SUCH_NAME
                out, err = host.communicate(timeout=2 * harness.DEADLINE_S)
                self.assertEqual((host.returncode, out, err), (0, "", ""))


if __name__ == "__main__":
    namespace.enter(__file__)
    harness.main()
