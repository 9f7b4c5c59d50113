"""The phases of a request in which a host may cancel it, and how to bring one there.

A phase is a context with a `config` for the host and `begin(host)`, which returns when the
newest request of the host is in that phase.
"""

import contextlib
import fcntl
import json
import os
import socket
import subprocess

import harness
from chaosd import Chaos, Gone, chunk, head
from harness import wait_for

HOST = os.environ.get("XAI_BENCH_CANCEL", "")
REQUEST = {"model": "grok-4.3", "max_retries": 0,
           "messages": [{"role": "user", "content": "go"}]}
SYN_SENT = "02"
# Longer than all cancels of a phase take together.
RENEWAL_MS = 600_000
WINDOW_BYTES = 262_144
# So often is looked whether a server still gets rid of something.
QUIET_LOOKS = 10


class CancelHost:
    """The program bench-cancel."""

    def __init__(self, stage, config):
        argv = [HOST, str(stage.plugin), json.dumps({**stage.config, **config})]
        self.process = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        env=stage.environment(), cwd=stage.cwd, text=True)

    def close(self):
        harness.end_process(self.process)

    def tell(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        assert answer, f"the host ended: {line}"
        return json.loads(answer)

    def complete(self, **members):
        self.tell("complete " + json.dumps({**REQUEST, **members}))

    def wait_for_event(self, kind):
        assert self.tell(f"await {kind}")["seen"], f"no {kind}"

    def cancel(self):
        return self.tell("cancel")


class Phase(contextlib.ExitStack):
    """One that is like any other for the sign-in: SIM's options are the simulator's."""

    NAME, SIM = "", ("--approve", "auto", "--interval", "1")

    def __init__(self):
        super().__init__()
        self.config = {}
        self.stage = harness.Stage(*self.SIM)
        self.callback(self.stage.close)
        try:
            self.prepare()
        except BaseException:
            self.close()
            raise

    def prepare(self):
        self.stage.sign_in()

    def cancels(self, count):
        host = CancelHost(self.stage, self.config)
        self.callback(host.close)
        results = []
        for _ in range(count):
            self.begin(host)
            results.append(host.cancel())
        return results

    def toward(self, url):
        self.config = {"endpoints": {**self.stage.sim.endpoints, "api": url}}


class Served(Phase):
    """Requests go to a chaosd; what it has done so far is counted."""

    SCHEME, MEMBERS = "http", {}

    def prepare(self):
        super().prepare()
        self.count = 0
        chaos = Chaos(self.script)
        self.callback(chaos.close)
        self.toward(chaos.url.replace("http", self.SCHEME, 1))

    async def script(self, connection):
        await connection.request()
        self.count += 1
        await connection.hold()

    def begin(self, host):
        before = self.count
        host.complete(**self.MEMBERS)
        wait_for(lambda: self.count > before, self.NAME)


class Connecting(Phase):
    NAME = "connecting: the peer does not answer"

    def prepare(self):
        super().prepare()
        self.listener = self.enter_context(socket.socket())
        self.listener.bind(("127.0.0.1", 0))
        self.listener.listen(0)
        self.port = self.listener.getsockname()[1]
        # The queue is full when one of them hangs.
        while not self.connecting():
            filler = self.enter_context(socket.socket())
            filler.setblocking(False)
            filler.connect_ex(("127.0.0.1", self.port))
        self.toward(f"http://127.0.0.1:{self.port}/v1")

    def connecting(self):
        """The local ports of those that wait for an answer."""
        with open("/proc/net/tcp", encoding="ascii") as table:
            rows = [line.split()[1:4] for line in table][1:]
        return {local for local, remote, state in rows
                if state == SYN_SENT and remote.endswith(f":{self.port:04X}")}

    def begin(self, host):
        before = self.connecting()
        host.complete()
        wait_for(lambda: self.connecting() - before, self.NAME)


class Handshake(Served):
    NAME, SCHEME = "TLS handshake that stalls", "https"

    async def script(self, connection):
        await connection.read()
        self.count += 1
        await connection.hold()


class NoAnswer(Served):
    NAME = "sent, and no answer yet"


class BetweenPieces(Served):
    NAME = "between two pieces of the stream"

    async def script(self, connection):
        await connection.request()
        await connection.send(head() + event("word"))
        await connection.hold()

    def begin(self, host):
        host.complete()
        host.wait_for_event("text")


class Paused(Served):
    NAME = "paused: the host does not read"

    async def script(self, connection):
        await connection.request()
        await connection.send(head())
        piece = event("word " * 1000)
        while True:
            await connection.send(piece)
            self.count += 1

    def begin(self, host):
        before = self.count
        host.complete()
        counts = []

        def blocked():
            counts.append(self.count)
            return (5_000 * (self.count - before) > WINDOW_BYTES
                    and counts[-QUIET_LOOKS:] == QUIET_LOOKS * [self.count])

        wait_for(blocked, self.NAME)


class Retrying(Served):
    NAME, MEMBERS = "between two attempts", {"max_retries": 2}

    async def script(self, connection):
        await connection.request()
        await connection.send(head(429, "application/json", retry_after=30,
                                   content_length=2, connection="close") + b"{}")
        try:
            await connection.hold()
        except Gone:  # it has read the answer, and will come again
            self.count += 1
            raise


class Renewal(Phase):
    """The token has expired, and a first request has begun to renew it."""

    NAME = "waiting for a renewal that another began"

    def prepare(self):
        sim = self.stage.sim
        sim.settings(access_ttl=2)
        super().prepare()
        wait_for(lambda: self.stage.run("status").document["state"] == "expired", "the expiry")
        sim.settings(access_ttl=3600)
        sim.scene("/oauth2/token", status=503, delay_ms=RENEWAL_MS)
        # Its end ends the renewal, for which the host would wait before it goes.
        self.first = False

    def begin(self, host):
        if not self.first:
            host.complete()
            wait_for(lambda: self.stage.sim.stats()["scenes"] == 1, "the renewal")
            self.first = True
        host.complete()
        host.wait_for_event("start")


class Locked(Phase):
    """Somebody else holds the lock of the store."""

    NAME = "waiting for the store's lock"

    def prepare(self):
        super().prepare()
        lock = self.enter_context(open(self.stage.file("lock"), "rb+"))
        fcntl.flock(lock, fcntl.LOCK_EX)
        self.lock_name = os.path.basename(lock.name)

    def begin(self, host):
        host.tell('onboard {"action": "refresh"}')
        wait_for(lambda: self.waits(host.process.pid), self.NAME)

    def waits(self, pid):
        folder = f"/proc/{pid}/fd"
        with contextlib.suppress(FileNotFoundError):
            return any(os.readlink(f"{folder}/{name}").endswith(self.lock_name)
                       for name in os.listdir(folder))
        return False


def event(text):
    data = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "grok-4.3",
            "choices": [{"index": 0, "delta": {"content": text}}]}
    return chunk(b"data: " + json.dumps(data).encode() + b"\n\n")


PHASES = (Connecting, Handshake, NoAnswer, BetweenPieces, Paused, Retrying, Renewal, Locked)


def cancels(phase_class, count):
    """The results of so many cancels in this phase."""
    with phase_class() as phase:
        return phase.cancels(count)
