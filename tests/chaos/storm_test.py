"""Many streams at once of which many fail, each in its own way: every one ends once, and the
others do not notice.
"""

import collections
import random
import resource

import harness
from answers import CHAT_MODEL
from chaos_harness import ChaosTest
from chaosd import LAST, Chaos, chunk, head
from harness import SANITIZE
from wire import DONE, said, spoil, stop, whole

STREAMS = 200 if SANITIZE else 1_000
# Each needs a descriptor here and one there.
AT_ONCE = min(STREAMS, resource.getrlimit(resource.RLIMIT_NOFILE)[0] // 2)
FAULTY = 0.3
IDLE_MS, DEADLINE_S = 10_000, 300
WORDS = [f"word{number} " for number in range(20)]
SLACK = 8  # descriptors that libraries may keep
SEED, RATE_LIMIT = 39, -9


async def storm(connection):
    """Plays what the prompts say: NUMBER how, with the number as the first word."""
    good = True
    while good:  # a connection that was good is used again
        number, how = (await connection.request()).prompt.split(" ")
        if how == "refuse":
            await connection.send(head(500, "application/json", content_length=2) + b"{}")
            continue
        await connection.send(head() + chunk(said(number + " ")))
        for word in WORDS:
            await connection.send(chunk(said(word)))
        good = not await spoil(connection, how)
        if good:
            await connection.send(chunk(stop() + DONE) + LAST)


ENDS = {"well": None, "reset": "truncated", "cut": "truncated", "garbage": "protocol",
        "stall": "timeout", "refuse": "upstream"}


class StormTest(ChaosTest):
    def request(self, prompt):
        return {"model": CHAT_MODEL, "max_retries": 0,
                "messages": [{"role": "user", "content": prompt}]}

    # C39
    def test_each_ends_once_and_as_it_must(self):
        dice = random.Random(SEED)
        bad = [how for how in ENDS if how != "well"]
        hows = [dice.choice(bad) if dice.random() < FAULTY else "well" for _ in range(STREAMS)]
        requests = [self.request(f"{number} {how}") for number, how in enumerate(hows)]
        with Chaos(storm) as chaos:
            lines, last = self.crowd(chaos, requests, AT_ONCE, DEADLINE_S,
                                     timeouts={"idle_ms": IDLE_MS, "connect_ms": 60_000})
            harness.wait_for(lambda: chaos.open == 0, "the connections to be closed")
        self.assertEqual((last["ends"], last["late"]), (STREAMS, 0))
        self.assertEqual(chaos.failures, [])
        self.assertLessEqual(last["descriptors"], last["descriptors_before"] + SLACK)
        for number, (how, line) in enumerate(zip(hows, lines)):
            with self.subTest(number=number, how=how):
                self.check(f"{number} " + "".join(WORDS), how, line)
        print(collections.Counter(hows), flush=True)

    def check(self, text, how, line):
        error = line["result"].get("error")
        if (how, error, line["text"]) == ("reset", "network", ""):
            return  # it overtook the head
        self.assertEqual(error, ENDS[how], line)
        if how == "refuse":
            self.assertEqual(line["text"], "")
        elif how == "reset":
            # A reset may overtake what was sent before.
            self.assertTrue(text.startswith(line["text"]), line)
        else:
            self.assertEqual(line["text"], text, line)

    # D25
    def test_one_too_many_is_told_so_and_costs_the_others_nothing(self):
        async def script(connection):
            await connection.request()
            await connection.send(head() + chunk(said("begun")))
            await connection.hold()

        with Chaos(script) as chaos:
            lines, last = self.crowd(chaos, [self.request(str(number)) for number in range(9)], 9,
                                     DEADLINE_S, unwanted=3, max_requests=3)
        self.assertEqual((last["ends"], last["late"]), (9, 0))
        self.assertLessEqual(chaos.accepted, 3)
        for line in lines[3:]:
            self.check_error(line["result"], "local_limit", retry=True)
            self.assertEqual(line["status"], RATE_LIMIT)
        for line in lines[:3]:
            self.assertEqual(line["result"]["error"], "cancelled")

    # C38
    def test_cancelled_twice_and_in_any_phase(self):
        async def script(connection):
            while (request := await connection.request()).prompt == "quick":
                await connection.send(head() + chunk(whole("fine")) + LAST)
            if request.prompt == "before":
                await connection.hold()
            await connection.send(head() + chunk(said("begun")))
            await connection.hold()

        wanted = [self.request("quick")] * 10
        unwanted = [self.request(prompt) for prompt in ("before", "within") * 20]
        with Chaos(script) as chaos:
            lines, last = self.crowd(chaos, [*unwanted, *wanted], 50, DEADLINE_S,
                                     unwanted=len(unwanted))
            harness.wait_for(lambda: chaos.open == 0, "the connections to be closed")
        self.assertEqual((last["ends"], last["late"]), (50, 0))
        for line in lines[:40]:
            self.assertEqual(line["result"]["error"], "cancelled", line)
        for line in lines[40:]:
            self.assertEqual((line["status"], line["text"]), (0, "fine"), line)
        self.assertLess(last["cancel_ms"], 10_000)


if __name__ == "__main__":
    harness.main()
