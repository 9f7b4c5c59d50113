"""A thousand streams at once, of which chance resets, cuts or stalls three in ten: the others
do not notice, and nothing is left behind.
"""

import asyncio
import collections
import json
import os
import random
import resource
import unittest

import harness
from chaos_harness import ChaosTest
from chaosd import LAST, Chaos, chunk, head
from harness import SANITIZE

# About a minute: a broken stream makes room for the next one.
AT_ONCE, REQUESTS, PIECES = (100, 200, 20) if SANITIZE else (1_000, 2_000, 60)
PAUSE_S = 0.5
BROKEN = 0.3
# Ten pauses and more, for a server that is kept from its work.
TIMEOUTS = {"first_byte_ms": 20_000, "idle_ms": 8_000}
ALL_S_MAX = 600
DESCRIPTORS = 2 * AT_ONCE + 256  # both ends, and the rest of this process

OK = 0


def piece(number, place):
    """The text of a stream is a function of its number."""
    return f"{number}·{place} "


def text_of(number, pieces=PIECES):
    return "".join(piece(number, place) for place in range(pieces))


def event(number, **choice):
    data = {"id": f"chat-{number}", "object": "chat.completion.chunk", "created": 1,
            "model": "grok-4.3", "choices": [{"index": 0, "delta": {}, **choice}]}
    return b"data: " + json.dumps(data, ensure_ascii=False).encode() + b"\n\n"


class Crowd:
    """Plays what the prompt says: NUMBER FAULT PLACE.  At its place the fault happens in the
    middle of an event, and at 0 before there is an answer at all.
    """

    def __init__(self):
        self.under_way = self.most_under_way = 0

    async def __call__(self, connection):
        while True:
            number, fault, place = (await connection.request()).prompt.split(" ")
            self.under_way += 1
            self.most_under_way = max(self.most_under_way, self.under_way)
            try:
                await self._answer(connection, number, int(place))
                if fault != "none":
                    await self._break(connection, number, fault, int(place))
                    return
            finally:
                self.under_way -= 1
            end = event(number, finish_reason="stop") + b"data: [DONE]\n\n"
            await connection.send(chunk(end) + LAST)

    @staticmethod
    async def _answer(connection, number, pieces):
        for place in range(pieces):
            data = chunk(event(number, delta={"content": piece(number, place)}))
            await connection.send(data if place else head() + data)
            await asyncio.sleep(PAUSE_S)

    @staticmethod
    async def _break(connection, number, fault, place):
        if place:
            data = chunk(event(number, delta={"content": piece(number, place)}))
            await connection.send(data[:len(data) // 2])
        if fault == "stall":
            await connection.hold()
        elif fault == "cut":
            connection.cut()
        else:
            connection.reset()


def plan(chance):
    """The prompts of all requests."""
    for number in range(REQUESTS):
        broken = chance.random() < BROKEN
        fault = chance.choice(("reset", "cut", "stall")) if broken else "none"
        yield f"{number} {fault} {chance.randrange(PIECES) if broken else PIECES}"


def allow_descriptors(wanted):
    """For this process, which is the server, and for those that it starts."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < wanted:
        raise unittest.SkipTest(f"{wanted} descriptors are needed, and {hard} allowed")
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


class CrowdTest(ChaosTest):
    def test_three_in_ten_break_and_the_others_do_not_notice(self):  # C39
        allow_descriptors(DESCRIPTORS)
        seed = int(os.environ.get("CROWD_SEED") or random.SystemRandom().randrange(1 << 32))
        print(f"CROWD_SEED={seed}", flush=True)
        prompts = list(plan(random.Random(seed)))
        requests = [{"model": "grok-4.3", "max_retries": 0,
                     "messages": [{"role": "user", "content": prompt}]} for prompt in prompts]
        crowd = Crowd()
        with Chaos(crowd) as chaos:
            lines, last = self.crowd(chaos, requests, AT_ONCE, ALL_S_MAX, timeouts=TIMEOUTS)
            self.assertEqual(chaos.failures, [])
        self.assertEqual([line["line"] for line in lines], list(range(REQUESTS)))
        self.assertEqual((last["ends"], last["late"]), (REQUESTS, 0))
        self.assertEqual(last["descriptors"], last["descriptors_before"])
        print(collections.Counter(line["result"].get("error", "ok") for line in lines),
              f"at most {crowd.most_under_way} at once", flush=True)
        self.assertGreater(crowd.most_under_way, 0.9 * AT_ONCE)
        for line, prompt in zip(lines, prompts):
            number, fault, place = prompt.split(" ")
            with self.subTest(prompt=prompt, detail=line["result"].get("detail")):
                self.check(line, number, fault, int(place))

    def check(self, line, number, fault, place):
        text = line["text"]
        if fault == "none":
            self.assertEqual((line["status"], text), (OK, text_of(number)))
            return
        error = line["result"]["error"]
        self.assertEqual(line["result"]["bytes_delivered"], len(text.encode()))
        if fault == "reset":  # which may overtake what was sent before
            self.assertTrue(text_of(number, place).startswith(text))
            self.assertIn(error, ("truncated",) if text else ("truncated", "network"))
            return
        self.assertEqual(text, text_of(number, place))
        if fault == "stall":
            self.assertEqual(error, "timeout")
        else:
            self.assertEqual(error, "truncated" if place else "network")


if __name__ == "__main__":
    harness.main()
