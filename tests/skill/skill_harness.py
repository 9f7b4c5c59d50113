"""What the tests of the skill share: a copy of it, a simulator, and Python runs of the skill's
user, with nothing of the caller's settings.
"""

import json
import pathlib
import shutil
import subprocess
import sys

import harness
from harness import StageTest

SKILL = pathlib.Path(harness.PLUGIN)
FUNCTIONS = ["status()", "start()", "start(force=True)", "poll()", "poll('ABCD-1234')",
             "cancel()", "logout()", "refresh()", "models()", "models(force=True)"]


class SkillTest(StageTest):
    """A stage of its own for each test, and a copy of the skill in its folder."""

    def setUp(self):
        super().setUp()
        self.skill = self.stage.root / "skills" / "xai-grok-onboarding"
        shutil.copytree(SKILL, self.skill)

    def environment(self, **more):
        """As on a platform, but for the servers: those of the simulator."""
        return self.stage.environment(
            WORKSPACE_DIR=str(self.stage.root / "workspace"),
            XAI_GROK_AUTH_URL=self.sim.urls["auth"], XAI_GROK_API_URL=self.sim.urls["api"],
            **more)

    def run_argv(self, argv, stdin="", env=None):
        ended = subprocess.run(argv, input=stdin, env=self.environment(**(env or {})),
                               cwd=self.stage.cwd, capture_output=True, text=True,
                               timeout=harness.DEADLINE_S, check=False)
        self.stage.keep(ended.stdout, ended.stderr)
        return ended

    def call(self, *calls, env=None):
        """The results of the calls, all in one fresh interpreter that prints nothing else."""
        code = (f"import json, sys\nsys.path.insert(0, {str(self.skill)!r})\n"
                "from exports import *\n"
                + "".join(f"print(json.dumps({call}))\n" for call in calls))
        ended = self.run_argv([sys.executable, "-B", "-"], stdin=code, env=env)
        self.assertEqual((ended.returncode, ended.stderr), (0, ""), ended.stdout)
        results = [json.loads(line) for line in ended.stdout.splitlines()]
        self.assertEqual(len(results), len(calls), ended.stdout)
        return results if len(calls) > 1 else results[0]

    def sign_in(self):
        self.call("start()")
        return harness.wait_for(self.poll_connected, "the sign-in")

    def poll_connected(self):
        result = self.call("poll()")
        return result if result.get("status") == "connected" else None
