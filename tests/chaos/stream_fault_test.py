"""Streams that are framed well and say something wrong, and connections that are used again."""

import json

import harness
from answers import RESPONSES_MODEL
from chaos_harness import FaultTest
from chaosd import LAST, chunk, head
from wire import DONE, call, choice, event, said, stop, whole

MIB = 1 << 20
EVENT_BYTES_MAX = 16 * MIB
AT_CAPACITY = {"error": {"message": "The model is currently at capacity.", "code": "capacity"}}
TOOLS = [{"type": "function", "function": {"name": name, "parameters": {"type": "object"}}}
         for name in ("f", "g")]


def streams(*parts, then="end"):
    """A script that streams the parts, each in a chunk, and then: end, cut or hold."""
    async def script(connection):
        await connection.request()
        await connection.send(head() + b"".join(map(chunk, parts)))
        if then == "end":
            await connection.send(LAST)
        elif then == "hold":
            await connection.hold()
        else:
            connection.cut()

    return script


class StreamFaultTest(FaultTest):
    # C17
    def test_an_event_that_is_too_large(self):
        long_line = b"data: " + b"x" * (EVENT_BYTES_MAX + 1)
        line = b"data: " + b"x" * MIB + b"\n"
        for parts in ([said("begun"), long_line], [said("begun"), *[line] * 17]):
            self.fails("too_large", streams(*parts, then="hold"), text="begun")
            if not harness.SANITIZE:
                peak_kb = self.last["peak_kb"]
                self.works(streams(whole("fine")), "fine")
                # Its buffer doubles as it grows: both are there for a moment.
                self.assertLess(peak_kb - self.last["peak_kb"], 4 * EVENT_BYTES_MAX // 1024)

    # C22
    def test_an_event_that_is_no_json(self):
        for bad in (b"data: {\"id\":\n\n", b"data: nonsense\n\n", b"data: []\n\n",
                    b"data: {} {}\n\n"):
            with self.subTest(bad=bad):
                self.fails("protocol", streams(said("begun"), bad, then="hold"), text="begun")

    # C23
    def test_an_error_ends_it_though_the_connection_stays(self):
        script = streams(said("begun"), event(AT_CAPACITY), then="hold")
        result = self.fails("overloaded", script, text="begun")
        self.assertEqual(result["reason"], "capacity")
        failed = {"type": "response.failed", "response": {
            "id": "r1", "status": "failed",
            "error": {"code": "server_error", "message": "The model failed."}}}
        self.fails("upstream", streams(event(failed), then="hold"), model=RESPONSES_MODEL)

    # C24
    def test_an_answer_that_ran_into_its_length_is_whole(self):
        result = self.works(streams(said("long"), stop("length"), DONE), "long")
        self.assertEqual(result["finish_reason"], "length")

    # C25
    def test_a_reason_to_stop_will_do_without_a_marker(self):
        result = self.works(streams(said("all"), stop()), "all")
        self.assertEqual(result["finish_reason"], "stop")
        self.fails("truncated", streams(said("all"), stop(), then="cut"), text="all")

    # C06
    def test_a_clean_end_is_no_end(self):
        self.fails("truncated", streams(said("begun")), text="begun")
        self.fails("truncated", streams())

    # C27
    def test_a_call_that_is_cut_is_none(self):
        function = {"name": "f", "arguments": "{\"n\":1}"}
        first = call(0, id="a", type="function", function=function)
        second = call(1, id="b", type="function",
                      function={"name": "g", "arguments": "{\"path\":\"/\""})
        for then in ("end", "cut"):
            line = self.ask(streams(first, second, then=then), tools=TOOLS)
            self.assertEqual(line["result"]["error"], "truncated")
            self.assertNotIn("g", [tool["name"] for tool in line["tools"]], line)
            for tool in line["tools"]:
                json.loads(tool["arguments"])

    # C46
    def test_names_and_numbers_that_do_not_fit(self):
        other = {"id": "another", "model": "grok-of-another", "created": -1}
        body = (event(choice({"content": "a"})), event(choice({"content": "b"}, **other)),
                event(choice({"content": "b"}, **other)), stop(), DONE)
        self.works(streams(*body), "abb")
        many = {"index": 7, "delta": {"content": "x"}, "finish_reason": None}
        line = self.ask(streams(event({**choice({}), "choices": [many, many]}), stop(), DONE))
        self.assertIn(line["result"].get("error"), (None, "protocol"), line)


class PoolTest(FaultTest):
    # C26
    def test_what_comes_after_the_end_is_nobodys(self):
        forged = head() + chunk(whole("forged")) + LAST

        async def script(connection):
            while True:
                await connection.request()
                await connection.send(head() + chunk(said("fine") + stop() + DONE + said("more")))
                await connection.send(chunk(said("and more")) + LAST + forged)

        for line in self.ask(script, count=5):
            self.assertEqual((line["status"], line["text"]), (0, "fine"), line)

    # C26
    def test_a_connection_that_does_not_end_is_not_used_again(self):
        async def script(connection):
            await connection.request()
            await connection.send(head() + chunk(whole("fine")))
            while True:
                await connection.dribble(chunk(said("more")), 0.01, 100)

        for line in self.ask(script, count=3):
            self.assertEqual((line["status"], line["text"]), (0, "fine"), line)
        self.assertEqual(self.chaos.accepted, 3)

    # C13
    def test_a_connection_that_was_closed_meanwhile_is_not_noticed(self):
        async def script(connection):
            await connection.request()
            await connection.send(head() + chunk(whole("fine")) + LAST)

        # If it closes at the very moment, the server may have read the request: then it counts.
        for line in self.ask(script, count=10, max_retries=1):
            self.assertEqual((line["status"], line["text"]), (0, "fine"), line)

    # C13
    def test_a_request_that_was_read_is_sent_once(self):
        asked = []

        async def script(connection):
            asked.append((await connection.request()).prompt)
            await connection.send(head() + chunk(whole("fine")) + LAST)
            asked.append((await connection.request()).prompt)
            connection.cut()

        first, second = self.ask(script, count=2)
        self.assertEqual((first["status"], len(asked)), (0, 2))
        self.assertEqual(second["result"]["error"], "network")


if __name__ == "__main__":
    harness.main()
