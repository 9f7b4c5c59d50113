"""What the end-to-end tests share: a simulated xAI, folders of their own, and the real
sample-host with the real plugin in between.

CMake names the programs in the environment: XAI_E2E_HOST, XAI_E2E_SIM, XAI_E2E_PLUGIN (the
drop-in's folder), XAI_E2E_BUILD (the build tree) and XAI_E2E_SANITIZE (empty in plain builds).
"""

import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.error
import urllib.request

import schemas
import secret_search

HOST = os.environ.get("XAI_E2E_HOST", "")
SIM = os.environ.get("XAI_E2E_SIM", "")
PLUGIN = os.environ.get("XAI_E2E_PLUGIN", "")
BUILD = os.environ.get("XAI_E2E_BUILD", "")
SANITIZE = os.environ.get("XAI_E2E_SANITIZE", "")

# Longer than anything takes on a loaded machine: these only end what hangs.
DEADLINE_S = 60
SKIPPED = 77  # what CTest takes for "skipped"

# How a sanitizer begins to complain, wherever the exit code goes.
SANITIZER_WORDS = re.compile(r"(Address|Leak|Thread|UndefinedBehavior)Sanitizer|runtime error:")


def wait_for(condition, what, deadline_s=DEADLINE_S):
    """The first true value of condition(); fails with `what` if there is none in time."""
    end = time.monotonic() + deadline_s
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() >= end:
            raise AssertionError(f"waited {deadline_s} s for {what}")
        time.sleep(0.02)


def end_process(process):
    """Ends a process that a test started, and waits until it is gone."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(DEADLINE_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
    for pipe in (process.stdin, process.stdout, process.stderr):
        if pipe:
            pipe.close()


def read_anyway(path):
    """A file of a test that may have closed it to everybody; empty if it goes meanwhile."""
    try:
        if not os.access(path, os.R_OK):
            path.chmod(0o600)
        return path.read_bytes()
    except FileNotFoundError:
        return b""


class Simulator:
    """xai-sim on a free port, and its control endpoints."""

    def __init__(self, *options):
        self._process = subprocess.Popen([SIM, "--port", "0", *map(str, options)],
                                         stdout=subprocess.PIPE, text=True)
        line = self._process.stdout.readline()
        if not line:
            end_process(self._process)
            raise AssertionError(f"the simulator did not start: {options}")
        self.urls = json.loads(line)
        self.endpoints = {"auth": self.urls["auth"], "api": self.urls["api"]}
        # In the end: every secret, and the last requests without the secrets that belong there.
        self.handed_out, self.heard = [], b""

    def stop(self):
        if self._process.poll() is None:
            self.handed_out = self.secrets()
            self.heard = json.dumps(self.control("requests")).encode()
        end_process(self._process)

    def control(self, name, body=None, method=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.urls['control']}/{name}", data, method=method)
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(request, timeout=DEADLINE_S) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            text = error.read().decode(errors="replace")
            raise AssertionError(f"control {name}: {error.code} {text}") from error

    def stats(self):
        return self.control("stats")

    def secrets(self):
        """Every token and device code that was handed out."""
        return self.control("secrets")

    def requests(self, path):
        return [request for request in self.control("requests") if request["path"] == path]

    def settings(self, **members):
        self.control("settings", members)

    def scene(self, path, **members):
        """Queues a literal answer; a body that is no text is sent as JSON."""
        if "body" in members and not isinstance(members["body"], str):
            members["body"] = json.dumps(members["body"])
        self.control("scene", {"path": path, **members})

    def clear_scenes(self):
        self.control("scenes", method="DELETE")


class Result:
    """What a run of sample-host left behind."""

    def __init__(self, argv, code, out, err):
        self.argv, self.code, self.out, self.err = argv, code, out, err

    def __str__(self):
        return f"{self.argv[1:]} -> {self.code}\nout: {self.out[-3000:]}\nerr: {self.err[-3000:]}"

    def lines(self):
        return [json.loads(line) for line in self.out.splitlines()]

    @property
    def document(self):
        documents = self.lines()
        assert len(documents) == 1, str(self)
        return documents[0]

    # Of `complete`:
    @property
    def events(self):
        return self.lines()[:-1]

    @property
    def end(self):
        last = self.lines()[-1]
        assert last["event"] == "end", str(self)
        return last

    @property
    def result(self):
        return self.end["result"]

    def joined(self, kind, index=0):
        return "".join(event["data"] for event in self.events
                       if event["event"] == kind and event["index"] == index)


class Stage:
    """Folders of one user, a simulator (unless `sim` is False), and sample-host runs."""

    def __init__(self, *sim_options, sim=True, host=HOST, plugin=PLUGIN):
        self.root = pathlib.Path(tempfile.mkdtemp(prefix="xai-e2e-"))
        self.state = self.root / "state"
        self.key = self.root / "keys" / "key"
        self.home = self.root / "home"
        self.cwd = self.root / "cwd"
        for folder in (self.home, self.cwd):
            folder.mkdir()
        self.host, self.plugin = host, plugin
        self.sim = Simulator(*sim_options) if sim else None
        self.servers = set()  # others that a request may go to, with what they have heard
        self._told = tempfile.TemporaryFile()
        self.config = {"state_dir": str(self.state), "key_file": str(self.key)}
        if self.sim:
            self.config["endpoints"] = self.sim.endpoints

    def close(self):
        """No secret may be in what was printed, left in files, or sent where none belongs."""
        try:
            shown = []
            if self.sim:
                self.sim.stop()
                shown = secret_search.found_in(self.sim.handed_out, self._seen())
            assert not shown, f"a secret is in {shown}"
        finally:
            self._told.close()
            shutil.rmtree(self.root, ignore_errors=True)

    def keep(self, *texts):
        """What a program has printed: close() looks through it."""
        for text in texts:
            self._told.write(text.encode() if isinstance(text, str) else text)
            self._told.write(b"\n")

    def _seen(self):
        self._told.seek(0)
        seen = {"what was printed": self._told.read(), "a request": self.sim.heard}
        for server in self.servers:
            seen[server.url] = b"\n".join(server.heard)
        for path in self.root.rglob("*"):
            if path.is_file() and not path.is_symlink():
                seen[str(path.relative_to(self.root))] = read_anyway(path)
        return seen

    def environment(self, **more):
        """Nothing of the caller's settings: no proxy, no home, no other state."""
        keep = ("PATH", "LANG", "TMPDIR", "ASAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS")
        env = {name: os.environ[name] for name in keep if name in os.environ}
        env.update(HOME=str(self.home), TERM="dumb")
        env.update(more)
        return env

    def argv(self, *args, config=None, json_out=True):
        merged = {**self.config, **(config or {})}
        argv = [self.host]
        if self.plugin:
            argv += ["--plugin", str(self.plugin)]
        argv += ["--config", json.dumps(merged)]
        if json_out:
            argv.append("--json")
        return argv + [str(arg) for arg in args]

    def popen(self, *args, env=None, **options):
        """Starts sample-host and leaves it to the caller, who ends it with end_process."""
        return subprocess.Popen(self.argv(*args, **options), env=self.environment(**(env or {})),
                                cwd=self.cwd, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE, text=True)

    def run(self, *args, code=0, stdin="", env=None, **options):
        """Runs sample-host to its end; `code` is the exit code it must have, None for any."""
        argv = self.argv(*args, **options)
        ended = subprocess.run(argv, input=stdin, env=self.environment(**(env or {})),
                               cwd=self.cwd, capture_output=True, text=True,
                               timeout=DEADLINE_S, check=False)
        self.keep(ended.stdout, ended.stderr)
        result = Result(argv, ended.returncode, ended.stdout, ended.stderr)
        assert not SANITIZER_WORDS.search(result.err), str(result)
        assert result.code >= 0, f"ended by a signal: {result}"
        assert code is None or result.code == code, f"wanted exit code {code}: {result}"
        if options.get("json_out", True) and result.out.startswith("{"):
            for line in result.lines():
                schemas.check_line(args[0], line)
        return result

    def complete(self, text="Hello", code=0, env=None, config=None, **members):
        request = {"model": "grok-4.3", "messages": [{"role": "user", "content": text}],
                   **members}
        run = self.run("complete", "-", code=code, env=env, config=config,
                       stdin=json.dumps(request))
        if run.code == 0:
            schemas.check("complete", request)
        return run

    def sign_in(self):
        """With a simulator that approves: the result of the last poll."""
        return self.run("login", "--auto").lines()[-1]

    def start(self, *args, code=0):
        return self.run("start", *args, code=code).document

    def poll_until_due(self, code=0):
        """Polls until the server has been asked, which it may be once per interval."""
        before = self.sim.stats()["polls"]

        def asked():
            result = self.run("poll", code=None)
            return result if self.sim.stats()["polls"] > before else None

        result = wait_for(asked, "a poll that reaches the server")
        assert result.code == code, f"wanted exit code {code}: {result}"
        return result.document

    def files(self):
        """The names in the state directory, without the 8 digits of the context."""
        if not self.state.exists():
            return []
        return sorted(re.sub(r"-[0-9a-f]{8}", "", path.name) for path in self.state.iterdir())

    def file(self, kind):
        """The path of one file in the state directory."""
        found = [path for path in self.state.iterdir()
                 if re.fullmatch(kind + "-[0-9a-f]{8}", path.name)]
        assert len(found) == 1, f"{kind}: {found}"
        return found[0]


class StageTest(unittest.TestCase):
    """Each test has a stage of its own.  SIM: options of the simulator."""

    SIM = ("--approve", "auto", "--interval", "1")

    def setUp(self):
        self.stage = Stage(*self.SIM)
        self.addCleanup(self.stage.close)
        self.sim = self.stage.sim

    def check_error(self, document, error, reason=None, retry=None):
        """An error document as host-api/json.md describes it."""
        self.assertIs(document.get("ok"), False, document)
        self.assertEqual(document.get("error"), error, document)
        self.assertTrue(document.get("detail"), document)
        self.assertTrue(document.get("hint"), document)
        self.assertIsInstance(document.get("retry"), bool, document)
        if reason is not None:
            self.assertEqual(document.get("reason"), reason, document)
        if retry is not None:
            self.assertEqual(document["retry"], retry, document)


class SignedInTest(StageTest):
    """All tests of the class share one stage on which somebody is signed in."""

    @classmethod
    def setUpClass(cls):
        cls.stage = Stage(*cls.SIM)
        cls.addClassCleanup(cls.stage.close)
        cls.sim = cls.stage.sim
        cls.stage.sign_in()

    def setUp(self):
        self.sim.clear_scenes()


def main():
    """Runs the tests of the calling file; exit code 77 if each of them was skipped."""
    program = unittest.main(module="__main__", exit=False, verbosity=2)
    result = program.result
    for test, reason in result.skipped:
        print(f"SKIPPED {test.id()}: {reason}", flush=True)
    if not result.wasSuccessful():
        sys.exit(1)
    total = program.test.countTestCases()
    sys.exit(SKIPPED if total and len(result.skipped) == total else 0)
