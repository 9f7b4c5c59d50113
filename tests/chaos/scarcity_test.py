"""Too few descriptors, threads, bytes of memory, random numbers and seconds of processor: what is
asked for ends with an error, and afterwards everything is as it was.
"""

import ctypes
import json
import resource
import shutil
import signal
import subprocess
import time
import unittest

import harness
from answers import CHAT_MODEL
from chaos_harness import ChaosTest
from chaosd import LAST, Chaos, chunk, head
from harness import SANITIZE
from wire import DONE, said, stop

NO_STRACE = shutil.which("strace") is None and ("calls that the kernel refuses were not tested: "
                                             "strace is not installed")
NO_LIMITS = SANITIZE and ("too little of something was not tested: a sanitizer needs memory and "
                          "threads of its own")
PR_CAPBSET_DROP, CAP_IPC_LOCK = 24, 14
ALL_S_MAX = 300


def limited(what, value):
    return lambda: resource.setrlimit(what, (value, value))


@unittest.skipIf(NO_LIMITS, NO_LIMITS)
class ScarcityTest(ChaosTest):
    def ask(self, *args, prefix=(), preexec_fn=None):
        """sample-host, however it ends but by a signal: its output."""
        argv = [*prefix, *self.stage.argv(*args)]
        ended = subprocess.run(argv, input=self.prompt(), capture_output=True, text=True,
                               env=self.stage.environment(), cwd=self.stage.cwd,
                               timeout=harness.DEADLINE_S, preexec_fn=preexec_fn, check=False)
        self.assertGreaterEqual(ended.returncode, 0, ended.stderr)
        return ended

    def prompt(self):
        return json.dumps({"model": CHAT_MODEL,
                           "messages": [{"role": "user", "content": "Hello"}]})

    def injected(self, what, *args):
        return self.ask(*args, prefix=["strace", "-f", "-qq", "-o", "/dev/null", "-e",
                                       f"inject={what}"])

    def tearDown(self):
        self.assertIs(self.stage.run("status").document["connected"], True)
        self.assertIn("Hello", self.stage.complete().joined("text"))

    # F01
    def test_few_descriptors(self):
        well = [number for number in range(4, 44)
                if self.ask("complete", "-", preexec_fn=limited(
                    resource.RLIMIT_NOFILE, number)).returncode == 0]
        self.assertTrue(well and min(well) > 4, well)
        self.assertEqual(well, list(range(min(well), 44)), "with more it works less")

    # F02
    @unittest.skipIf(NO_STRACE, NO_STRACE)
    def test_no_thread(self):
        for number in (1, 2, 3):
            ended = self.injected(f"clone3:error=EAGAIN:when={number}", "complete", "-")
            self.assertIn(ended.returncode, range(128), ended.stderr)

    # F03
    def test_little_memory(self):
        codes = {self.ask("complete", "-", preexec_fn=limited(
            resource.RLIMIT_AS, mebibytes << 20)).returncode for mebibytes in range(24, 200, 8)}
        self.assertIn(0, codes)
        self.assertGreater(len(codes), 1)

    # F04
    def test_no_locked_memory(self):
        libc = ctypes.CDLL(None)

        def poor():
            libc.prctl(PR_CAPBSET_DROP, CAP_IPC_LOCK, 0, 0, 0)
            resource.setrlimit(resource.RLIMIT_MEMLOCK, (0, 0))

        self.assertEqual(self.ask("complete", "-", preexec_fn=poor).returncode, 0)

    # F05
    def test_more_streams_than_descriptors(self):
        async def script(connection):
            await connection.request()
            await connection.send(head() + chunk(said("begun")))
            await connection.hold()

        request = json.loads(self.prompt())
        with Chaos(script) as chaos:
            lines, last = self.crowd(chaos, [request] * 100, 100, ALL_S_MAX, unwanted=100,
                                     prefix=["prlimit", "--nofile=128"])
        self.assertEqual((last["ends"], last["late"]), (100, 0))
        names = [line["result"]["error"] for line in lines]
        self.assertEqual((names.count("cancelled"), names.count("local_limit")), (64, 36))

    # F06
    def test_no_processor(self):
        idle_ms = 1_000

        async def script(connection):
            await connection.request()
            await connection.send(head() + chunk(said("begun")))
            await connection.until(lambda: self.stopped)
            for _ in range(5):
                await connection.send(chunk(said(", more")))
            self.sent = time.monotonic()
            await connection.until(lambda: self.resumed)
            await connection.send(chunk(stop() + DONE) + LAST)

        self.stopped = self.resumed = False
        self.sent = None
        with Chaos(script) as chaos:
            config = self.toward(chaos, timeouts={"idle_ms": idle_ms, "first_byte_ms": idle_ms})
            host = subprocess.Popen(self.host(config, 1), stdin=subprocess.PIPE,
                                    stdout=subprocess.PIPE, text=True, cwd=self.stage.cwd,
                                    env=self.stage.environment())
            self.addCleanup(harness.end_process, host)
            host.stdin.write(self.prompt() + "\n")
            host.stdin.close()
            harness.wait_for(lambda: chaos.accepted == 1, "the request")
            host.send_signal(signal.SIGSTOP)
            self.stopped = True
            # It stands still for three times as long as a server may be silent.
            harness.wait_for(lambda: self.sent and time.monotonic() > self.sent + 3 * idle_ms / 1e3,
                             "time to pass")
            self.resumed = True
            host.send_signal(signal.SIGCONT)
            line = json.loads(host.stdout.readline())
        self.assertEqual((line["status"], line["text"]), (0, "begun" + ", more" * 5), line)

    # F07
    @unittest.skipIf(NO_STRACE, NO_STRACE)
    def test_a_slow_disk(self):
        ended = self.injected("fsync:delay_exit=2000000", "refresh")
        self.assertEqual(json.loads(ended.stdout)["status"], "refreshed", ended.stderr)

    # F09
    @unittest.skipIf(NO_STRACE, NO_STRACE)
    def test_no_random_bytes(self):
        ended = self.injected("getrandom:error=EPERM", "info")
        error = json.loads(ended.stdout)["error"]
        self.assertEqual(error["reason"], "platform_unsupported")
        self.assertIn("getrandom", error["detail"])


if __name__ == "__main__":
    harness.main()
