"""What the tests of this folder share: somebody who is signed in at the simulator, a server
with TLS for the requests, and hosts that are processes of their own (lifecycle-host).
"""

import json
import os
import pathlib
import subprocess

import harness
from certificates import Authority
from chaos_harness import ChaosTest
from chaosd import Chaos
from speaker import Speaker

HOST = os.environ.get("XAI_LIFECYCLE_HOST", "")
LIBRARY = pathlib.Path(harness.PLUGIN) / "lib/xai_grok.so"
# Hosts that leave in the middle leave everything.
NO_LEAKS = {"ASAN_OPTIONS": "detect_leaks=0"} if harness.SANITIZE else {}
# Ten times what is promised of destroy(): this finds what hangs, not what is slow.
HANG_MS = 20_000


class LifecycleTest(ChaosTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.authority = Authority(cls.stage.root / "tls", "127.0.0.1")
        cls.trust = str(cls.authority.file)
        cls.speaker = Speaker()
        cls.chaos = Chaos(cls.speaker, tls=cls.authority.context())
        cls.addClassCleanup(cls.chaos.close)

    def setUp(self):
        super().setUp()
        self.speaker.opened = False

    def tearDown(self):
        # Whatever became of a host, its connections have gone with it.
        harness.wait_for(lambda: self.chaos.open == 0, "the connections to go")
        self.assertEqual(self.chaos.failures, [])

    def argv(self, scenario, *more, library=LIBRARY, **members):
        config = self.toward(self.chaos, ca_file=self.trust, **members)
        return [HOST, scenario, str(library), json.dumps(config), *map(str, more)]

    def live(self, scenario, *more, code=0, env=None, deadline_s=harness.DEADLINE_S,
             preexec_fn=None, prefix=(), **members):
        """Runs a host to its end: what it has printed, as a document."""
        ended = subprocess.run([*prefix, *self.argv(scenario, *more, **members)],
                               capture_output=True, text=True,
                               env=self.stage.environment(**NO_LEAKS, **(env or {})),
                               cwd=self.stage.cwd, stdin=subprocess.DEVNULL,
                               preexec_fn=preexec_fn, timeout=deadline_s, check=False)
        self.stage.keep(ended.stdout, ended.stderr)
        self.assertEqual((ended.returncode, ended.stderr), (code, ""), ended.stdout)
        return json.loads(ended.stdout) if ended.stdout else None
