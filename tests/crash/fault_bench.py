"""Runs one operation with one system call of it killed or refused, by strace.

Each bench has a simulator of its own, which takes back what it was told (control/rewind)
whenever the folders are brought back to a copy.
"""

import collections
import json
import re
import shutil
import subprocess
import tempfile

import harness
from crash_harness import (FORCED, START, DriverStage, copy_folders, generation,
                           take_copy)
from operations import NEXT_KEY, OPERATIONS, PASSPHRASE, After, in_folder

# Nothing but the store uses these; neither the loader nor libcurl does.
STORE_CALLS = ("flock", "fallocate", "fsync", "fdatasync", "ftruncate", "pwrite64", "fchmod",
               "chmod", "mkdir", "renameat", "renameat2", "unlinkat")
# These are used all over: only those calls count that touch our paths.  fstat and close are
# left out: they leave the disk as the call before them did.
SHARED_CALLS = ("openat", "newfstatat", "pread64", "fcntl", "getdents64")
# With a second thread at work, a call may be cut in two lines.
RESUMED = re.compile(r"^(\d+) +<\.\.\. (\w+) resumed>.*\) += (-?\d+)")
CALL = re.compile(r"^(\d+) +(\w+)\((.*?)(?:\) += (-?\d+).*| <unfinished \.\.\.>)$")


def why_not():
    """Why strace cannot be used here; None if it can."""
    if not shutil.which("strace"):
        return "strace is not installed"
    probe = subprocess.run(["strace", "-f", "-qq", "-o", "/dev/null", "-e",
                            "inject=fsync:error=EIO:when=1", "true"],
                           capture_output=True, text=True, check=False)
    return None if probe.returncode == 0 else f"strace failed: {probe.stderr.strip()[-200:]}"


def fingerprint(stage):
    path = stage.credential()
    return path.read_bytes() if path else None


def read_calls(log):
    """(system call, its number in its thread, what it returned) of strace's log."""
    counts = collections.Counter()
    for line in log.splitlines():
        match = RESUMED.match(line)
        if match:
            yield match[2], counts[match[1], match[2]], match[3]
            continue
        match = CALL.match(line)
        assert match, f"strace wrote: {line}"
        thread, call, arguments, returned = match.groups()
        counts[thread, call] += 1
        # O_PATH is glibc's own way to change a mode.
        if returned is not None and "O_PATH" not in arguments:
            yield call, counts[thread, call], returned


class Run:
    """What an operation under strace left behind."""

    def __init__(self, code, out, err, log):
        self.code, self.out, self.err, self.log = code, out, err, log
        self.killed = code == -9
        self.injected = self.killed or "INJECTED" in log

    @property
    def document(self):
        """That of the first request."""
        assert self.code == 0 and self.out, f"{self.code}: {self.out} {self.err[-500:]}"
        return json.loads(self.out.splitlines()[0])


class Bench:
    def __init__(self):
        self.stage = DriverStage()
        self.sim = self.stage.sim
        self.copies = {}
        self._prepare()

    def close(self):
        self.stage.close()

    def _keep(self, name):
        self.copies[name] = take_copy(self.stage, name.replace(" ", "-"))

    def _prepare(self):
        passphrase = self.stage.root / PASSPHRASE["passphrase_file"]
        passphrase.parent.mkdir(mode=0o700)
        passphrase.write_text("correct horse\n")
        passphrase.chmod(0o600)
        self._keep("nothing")
        self.stage.ask(START)
        self._keep("pending")
        # Whoever goes on with a copy finds that its interval has passed.
        self.stage.finish_sign_in()
        self._keep("signed in")
        self.stage.ask(FORCED)
        self._keep("signed in and pending")
        self.stage.finish_sign_in()
        copy_folders(self.stage, self.copies["signed in"])
        path = self.stage.credential()
        self._tag = path.name.removeprefix("cred-")
        damaged = bytearray(path.read_bytes())
        damaged[len(damaged) // 2] ^= 1
        path.write_bytes(damaged)
        self._keep("damaged")

    def _only_ours(self, call):
        """Options that leave out a call on somebody else's files."""
        if call in STORE_CALLS:
            return []
        return [word for path in self._paths() for word in ("-P", str(path))]

    def _paths(self):
        state, tag = self.stage.state, self._tag
        yield from (state, self.stage.key.parent, self.stage.key)
        yield from (self.stage.root / NEXT_KEY["key_file"],
                    self.stage.root / PASSPHRASE["passphrase_file"])
        for kind in ("cred", "pending", "models", "lock"):
            yield state / f"{kind}-{tag}"
            yield state / f".{kind}-{tag}.tmp"

    def rewind(self, operation):
        """Everything is as it was before the operation."""
        copy_folders(self.stage, self.copies[operation.begins_from])
        self.sim.control("rewind", {})
        self.begun_with = fingerprint(self.stage)
        path = self.stage.credential()
        self.begun_generation = generation(path) if path else None

    def strace(self, calls, requests, *options):
        """A run of the driver with some requests, traced."""
        with tempfile.NamedTemporaryFile("r", dir=self.stage.root) as log:
            requests = [in_folder(self.stage, request) for request in requests]
            ended = subprocess.run(
                ["strace", "-f", "-qq", "-o", log.name,
                 "-e", "trace=" + ",".join(calls), "-e", "signal=none", *options,
                 *self.stage.driver_argv(*requests)],
                env=self.stage.environment(), cwd=self.stage.cwd, stdin=subprocess.DEVNULL,
                capture_output=True, text=True, timeout=harness.DEADLINE_S, check=False)
            self.stage.keep(ended.stdout, ended.stderr)
            return Run(ended.returncode, ended.stdout, ended.stderr, log.read())

    def calls(self, name):
        """[(system call, its number, what it returned)] of an undisturbed operation.

        strace counts for each thread, and one thread alone works on the store.
        """
        operation = OPERATIONS[name]
        found = set()
        for calls in (STORE_CALLS, SHARED_CALLS):
            self.rewind(operation)
            run = self.strace(calls, operation.requests, *self._only_ours(calls[0]))
            assert run.document.get("ok") is not False, f"{name}: {run.document}"
            found.update(read_calls(run.log))
        return sorted(found)

    def inject(self, name, call, number, what):
        """Runs the operation with one call tampered with, and checks what is left."""
        operation = OPERATIONS[name]
        self.rewind(operation)
        before = self.sim.stats()
        options = ["-e", f"inject={call}:{what}:when={number}", *self._only_ours(call)]
        if not what.startswith("signal="):
            options.append("--seccomp-bpf")  # twice as fast, but it delivers no signals
        run = self.strace([call], operation.requests, *options)
        assert run.injected, f"{call} number {number} did not happen: {run.out} {run.err}"
        return run, After(self, before, run)
