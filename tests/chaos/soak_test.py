"""Three hundred streams at once, of which one in a hundred fails, for as long as SOAK_S says
(scripts/test.sh --long: 600): what the host holds does not grow.  SOAK_SEED breaks the same ones
again.
"""

import asyncio
import contextlib
import json
import os
import random
import subprocess
import threading
import time

import harness
from answers import CHAT_MODEL
from chaos_harness import ChaosTest
from chaosd import LAST, Chaos, chunk, head
from crowd_test import allow_descriptors
from harness import SANITIZE
from wire import DONE, said, spoil, stop

AT_ONCE = 50 if SANITIZE else 300
SECONDS = int(os.environ.get("SOAK_S", 20))
SEED = int(os.environ.get("SOAK_SEED", random.randrange(1 << 30)))
FAULTY = 0.01
PIECES, PAUSE_S = 12, 0.2
TIMEOUTS = {"first_byte_ms": 20_000, "idle_ms": 8_000}
DRAIN_S = 120
# What two thirds of the time may add to what was held after the first.
GROWTH_KB = 4096
DESCRIPTORS = 2 * AT_ONCE + 256

STALE = json.dumps({"code": "unauthenticated:bad-credentials",
                    "error": "The OAuth2 access token could not be validated."}).encode()
# How a stream fails, and the names that its end may have.
FAULTS = {"reset": ("truncated", "network"), "cut": ("truncated",), "garbage": ("protocol",),
          "stall": ("timeout",), "refuse": ("upstream",), "busy": ("rate_limited",),
          "page": ("protocol",), "silent": ("network",),
          # A renewal, and a second attempt that is well; or the token was minted just now.
          "stale": (None, "upstream")}


class Soak:
    """Plays what the prompt says: NUMBER HOW."""

    def __init__(self):
        self.renewed = set()

    async def __call__(self, connection):
        while True:
            number, how = (await connection.request()).prompt.split(" ")
            if how == "stale" and number not in self.renewed:
                self.renewed.add(number)
                await self.refuse(connection, 403, STALE)
                continue
            if how in ("refuse", "busy"):
                await self.refuse(connection, 500 if how == "refuse" else 429, b"{}")
                continue
            if how == "silent":
                connection.reset()
                return
            if how == "page":
                # Kept open: to close it would be another fault, of whoever uses it next.
                await connection.send(head(content_type="text/html") + chunk(b"<p>") + LAST)
                continue
            if not await self.answer(connection, number, how):
                return

    @staticmethod
    async def refuse(connection, status, body):
        await connection.send(head(status, "application/json", content_length=len(body)) + body)

    @staticmethod
    async def answer(connection, number, how):
        """False if the connection is over."""
        await connection.send(head())
        for place in range(PIECES):
            await connection.send(chunk(said(f"{number}.{place} ")))
            await asyncio.sleep(PAUSE_S)
            if place == PIECES // 2 and await spoil(connection, how):
                return False
        await connection.send(chunk(stop() + DONE) + LAST)
        return True


def held_by(process):
    """Resident KiB, descriptors and threads of a process."""
    with open(f"/proc/{process}/status", encoding="utf-8") as file:
        status = dict(line.split(":", 1) for line in file)
    return (int(status["VmRSS"].split()[0]), len(os.listdir(f"/proc/{process}/fd")),
            int(status["Threads"]))


class SoakTest(ChaosTest):
    # Tokens of a minute: renewals are a part of it.
    SIM = ("--approve", "auto", "--interval", "1", "--access-ttl", "60")

    def feed(self, host, until, hows):
        """Requests as long as there is time; `hows` says how each will end."""
        dice = random.Random(SEED)
        with contextlib.suppress(BrokenPipeError):  # it was ended, by a failure
            while time.monotonic() < until:
                how = dice.choice(list(FAULTS)) if dice.random() < FAULTY else "well"
                hows.append(how)
                request = {"model": CHAT_MODEL, "max_retries": 0,
                           "messages": [{"role": "user", "content": f"{len(hows) - 1} {how}"}]}
                host.stdin.write(json.dumps(request) + "\n")
                host.stdin.flush()
        with contextlib.suppress(BrokenPipeError):
            host.stdin.close()

    def check(self, line, how):
        error, text = line["result"].get("error"), line["text"]
        self.assertIn(error, FAULTS.get(how, (None,)), line)
        whole = "".join(f"{line['line']}.{place} " for place in range(PIECES))
        self.assertTrue(whole.startswith(text), line)
        if error is None:
            self.assertEqual(text, whole)

    # F12
    def test_it_stays_flat(self):
        allow_descriptors(DESCRIPTORS)
        print(f"{SECONDS} s, seed {SEED}", flush=True)
        with Chaos(Soak()) as chaos:
            argv = self.host(self.toward(chaos, timeouts=TIMEOUTS), AT_ONCE)
            host = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                                    env=self.stage.environment(), cwd=self.stage.cwd)
            hang = threading.Timer(SECONDS + DRAIN_S, host.kill)
            hang.start()
            self.addCleanup(hang.cancel)
            begun = time.monotonic()
            hows, samples, ends = [], [], 0
            feeder = threading.Thread(target=self.feed, args=(host, begun + SECONDS, hows))
            feeder.start()
            self.addCleanup(feeder.join)
            self.addCleanup(harness.end_process, host)
            for text in host.stdout:
                line = json.loads(text)
                if "ends" in line:
                    break
                ends += 1
                self.check(line, hows[line["line"]])
                if host.poll() is None and time.monotonic() < begun + SECONDS:
                    samples.append((time.monotonic() - begun, *held_by(host.pid)))
            feeder.join()
            self.assertEqual(host.wait(DRAIN_S), 0)
            self.assertEqual(chaos.failures, [])
        self.assertEqual((ends, line["ends"], line["late"]), (len(hows), len(hows), 0))
        self.flat(samples)
        faulty = sum(how != "well" for how in hows)
        renewals = self.sim.stats()["refreshes"]
        print(f"{ends} streams, {faulty} of them faulty, {renewals} renewals", flush=True)
        self.assertEqual(self.sim.stats()["reuse_detected"], 0)

    def flat(self, samples):
        early = [held for at, *held in samples if at < SECONDS / 3]
        late = [held for at, *held in samples if at > SECONDS * 2 / 3]
        before, after = (tuple(map(max, zip(*part))) for part in (early, late))
        print(f"resident KiB, descriptors and threads: {before}, later {after}", flush=True)
        if not SANITIZE:
            self.assertLess(after[0], before[0] + GROWTH_KB)
        self.assertLessEqual(after[1], before[1] + AT_ONCE // 10)
        self.assertLessEqual(after[2], before[2] + 1)


if __name__ == "__main__":
    harness.main()
