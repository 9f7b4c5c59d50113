"""What the tests against chaosd share: a person who is signed in at the simulator, and
whose requests go to chaosd.

Beside the names of tests/e2e/harness.py, CMake gives XAI_CHAOS_HOST, the stream host, and
XAI_CHAOS_VECTORS, the folder of our own answers.
"""

import json
import os
import subprocess

import harness
from answers import CHAT_MODEL, read_folder
from chaosd import Chaos
from harness import SignedInTest

STREAM_HOST = os.environ.get("XAI_CHAOS_HOST", "")
VECTORS = os.environ.get("XAI_CHAOS_VECTORS", "")
RECORDED = os.environ.get("RECORDED_DIR", "")
TEMPORARY = 75  # sample-host's exit code for what may pass


AT_ONCE, ALL_S_MAX = 8, 600
NOT_RECORDED = ("RECORDED_DIR is not set: the answers recorded at api.x.ai are not part of this "
                "project and were not played")


def steady(line):
    """What a run of the stream host says, without what differs between two runs."""
    result = {name: value for name, value in line["result"].items() if name != "timings"}
    return {**line, "line": 0, "result": result}


class ChaosTest(SignedInTest):
    def toward(self, chaos, **members):
        """The config of a host whose requests go there."""
        if isinstance(chaos, Chaos):  # not one that never listens
            self.stage.servers.add(chaos)
        endpoints = {**self.sim.endpoints, "api": chaos.url}
        return {**self.stage.config, "endpoints": endpoints, **members}

    def host(self, config, at_once):
        """How the stream host is started."""
        return [STREAM_HOST, str(self.stage.plugin), json.dumps(config), str(at_once)]

    def crowd(self, chaos, requests, at_once, deadline_s, unwanted=0, prefix=(), **members):
        """Runs the stream host: its lines in the order of the requests, and the last.  So many
        of the first are cancelled when the others have ended.
        """
        argv = [*prefix, *self.host(self.toward(chaos, **members), at_once)]
        text = "".join("!" * (number < unwanted) + json.dumps(request) + "\n"
                       for number, request in enumerate(requests))
        ended = subprocess.run(argv, input=text, capture_output=True, text=True,
                               env=self.stage.environment(), cwd=self.stage.cwd,
                               timeout=deadline_s, check=False)
        return self.told(ended.returncode, ended.stdout, ended.stderr)

    def told(self, code, out, err):
        """What it has said, in the order of the requests, and its last line."""
        self.stage.keep(out, err)
        self.assertFalse(harness.SANITIZER_WORDS.search(err), err)
        self.assertEqual(code, 0, err)
        *lines, last = map(json.loads, out.splitlines())
        return sorted(lines, key=lambda line: line["line"]), last


class FaultTest(ChaosTest):
    """Tests whose script answers a chat request, badly."""

    def ask(self, script, *, count=1, tls=None, scheme=None, deadline_s=harness.DEADLINE_S, 
            config=None, **members):
        """The line of the stream host, or a list of `count` lines, one after the other; self.last
        is its last line, and self.chaos the server.
        """
        request = {"model": CHAT_MODEL, "max_retries": 0,
                   "messages": [{"role": "user", "content": "Hi"}], **members}
        with Chaos(script, tls=tls, scheme=scheme) as self.chaos:
            lines, self.last = self.crowd(self.chaos, [request] * count, 1, deadline_s,
                                          **(config or {}))
        self.assertEqual(self.chaos.failures, [])
        self.assertEqual((self.last["ends"], self.last["late"]), (count, 0))
        return lines[0] if count == 1 else lines

    def fails(self, error, script, text="", **members):
        """It ends with that error, having said the text."""
        line = self.ask(script, **members)
        self.assertEqual((line["result"].get("error"), line["text"]), (error, text), line)
        self.check_error(line["result"], error)
        return line["result"]

    def works(self, script, text, **members):
        line = self.ask(script, **members)
        self.assertEqual((line["status"], line["text"]), (0, text), line)
        return line["result"]


class StoredTest(ChaosTest):
    """Tests with the stored answers of FOLDER, played by a PLAYER."""

    FOLDER = PLAYER = None

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.stored = read_folder(cls.FOLDER)
        cls.chaos = Chaos(cls.PLAYER(cls.stored))
        cls.addClassCleanup(cls.chaos.close)

    def play(self, prompts, **members):
        """Pairs of a stored answer and a prompt: the lines of the stream host for each."""
        requests = [{**stored.request(prompt), **members} for stored, prompt in prompts]
        lines, last = self.crowd(self.chaos, requests, AT_ONCE, ALL_S_MAX)
        print(f"{len(lines)} answers", flush=True)
        self.assertEqual(len(lines), len(prompts))
        self.assertEqual((last["ends"], last["late"]), (len(prompts), 0))
        self.assertEqual(self.chaos.failures, [])
        return lines
