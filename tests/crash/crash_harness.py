"""What the tests of the store share: the driver, a look at the sealed file's header, and
prepared folders that a test copies instead of making them anew.

Beside the names of tests/e2e/harness.py, CMake gives XAI_E2E_DRIVER, the store driver.
"""

import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import tempfile
import threading

import harness
from harness import Stage, end_process, wait_for

DRIVER = os.environ.get("XAI_E2E_DRIVER", "")
MAGIC = b"\x89XGC\r\n\x1a\n"
GENERATION = slice(56, 64)  # docs/credential-file.md

STATUS = {"action": "status"}
START = {"action": "start"}
FORCED = {"action": "start", "force": True}
POLL = {"action": "poll"}
REFRESH = {"action": "refresh"}
LOGOUT = {"action": "logout"}
CHAT = {"model": "grok-4.3", "messages": [{"role": "user", "content": "Hi"}]}


def generation(path):
    """The generation in the header of a sealed file; None if there is no file."""
    try:
        data = pathlib.Path(path).read_bytes()
    except FileNotFoundError:
        return None
    assert data[:8] == MAGIC, f"{path} does not begin as a sealed file: {data[:8]!r}"
    return int.from_bytes(data[GENERATION], "little")


class Driver:
    """A store driver that answers one request after the other."""

    def __init__(self, stage, before_exec=None, prefix=(), config=None, arguments=(), env=None):
        self._stage = stage
        self._log = tempfile.TemporaryFile()
        self.process = subprocess.Popen(
            [*prefix, DRIVER, str(stage.plugin), json.dumps({**stage.config, **(config or {})}),
             *arguments],
            env=stage.environment(**(env or {})), cwd=stage.cwd, stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=self._log, text=True, preexec_fn=before_exec)

    def send(self, request):
        self.process.stdin.write(json.dumps(request) + "\n")
        self.process.stdin.flush()

    def receive(self):
        line = self.process.stdout.readline()
        assert line, f"the driver has ended: {self.process.wait(harness.DEADLINE_S)}"
        self._stage.keep(line)
        return json.loads(line)

    def ask(self, request):
        self.send(request)
        return self.receive()

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(harness.DEADLINE_S)
        self.close()

    def close(self):
        """Lets it end by itself: the end of its input is the end of its work."""
        try:
            self.process.stdin.close()
            self.process.wait(harness.DEADLINE_S)
        except (BrokenPipeError, subprocess.TimeoutExpired):
            pass
        end_process(self.process)
        if not self._log.closed:
            self._log.seek(0)
            self._stage.keep(self._log.read())
            self._log.close()


class DriverStage(Stage):
    """A stage with store drivers on it."""

    def __init__(self, *sim_options, sim=True):
        super().__init__("--approve", "auto", "--interval", "1", *sim_options, sim=sim)
        self._drivers = []

    def close(self):
        for driver in self._drivers:
            driver.close()
        super().close()

    def driver(self, **options):
        driver = Driver(self, **options)
        self._drivers.append(driver)
        return driver

    def driver_argv(self, *requests, times=None, config=None):
        return [DRIVER, str(self.plugin), json.dumps({**self.config, **(config or {})}),
                *(["--times", str(times)] if times else []), *map(json.dumps, requests)]

    def ask(self, *requests, config=None):
        """The documents of requests to one new process."""
        ended = subprocess.run(self.driver_argv(*requests, config=config),
                               env=self.environment(),
                               cwd=self.cwd, capture_output=True, text=True,
                               timeout=harness.DEADLINE_S, check=False)
        self.keep(ended.stdout, ended.stderr)
        assert ended.returncode == 0, f"{requests}: {ended.returncode} {ended.stderr[-2000:]}"
        documents = [json.loads(line) for line in ended.stdout.splitlines()]
        assert len(documents) == len(requests), f"{requests}: {ended.stdout}"
        return documents

    def sign_in(self):
        self.ask(START)
        return self.finish_sign_in()

    def finish_sign_in(self):
        """Polls a flow that the simulator has approved until it is connected."""
        def connected():
            document = self.ask(POLL)[0]
            assert document.get("ok", True) is not False, document
            return document if document["status"] == "connected" else None
        return wait_for(connected, "the sign-in")

    def credential(self):
        """Where the credential is, or None."""
        found = [path for path in self.state.glob("cred-*")
                 if re.fullmatch("cred-[0-9a-f]{8}", path.name)]
        return found[0] if found else None

    def generation(self):
        path = self.credential()
        return None if path is None else generation(path)


class DriverTest(harness.StageTest):
    """Each test has a driver stage of its own."""

    SIM = ()

    def setUp(self):
        self.stage = DriverStage(*self.SIM)
        self.addCleanup(self.stage.close)
        self.sim = self.stage.sim

    def delta(self, before, *names):
        """How far the simulator's counters have moved."""
        now = self.sim.stats()
        return tuple(now[name] - before[name] for name in names)


def copy_folders(stage, copy):
    """Brings state and key back to what they were when `copy` was taken."""
    for name in ("state", "keys"):
        shutil.rmtree(stage.root / name, ignore_errors=True)
        if (copy / name).exists():
            shutil.copytree(copy / name, stage.root / name, symlinks=True)


def take_copy(stage, name):
    copy = stage.root / f"copy-{name}"
    for folder in ("state", "keys"):
        if (stage.root / folder).exists():
            shutil.copytree(stage.root / folder, copy / folder, symlinks=True)
    copy.mkdir(exist_ok=True)
    return copy


def in_parallel(tasks, workers):
    """Runs the tasks, each of which gets its worker's number; the first failure is raised."""
    tasks = list(tasks)
    lock = threading.Lock()
    failures = []

    def work(number):
        while True:
            with lock:
                if not tasks or failures:
                    return
                task = tasks.pop(0)
            try:
                task(number)
            except BaseException as failure:  # pylint: disable=broad-except
                failures.append(failure)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(workers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]
