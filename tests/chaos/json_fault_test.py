"""JSON that nobody should send, in each body that the plugin reads, and from the host."""

import json

import harness
from chaos_harness import FaultTest
from chaosd import LAST, Chaos, chunk, head
from harness import SANITIZE
from wire import answer, choice, event, said, stop, whole

DEPTH, FLAT_BYTES = 100_000, 65_536
NUMBER_OF_DEATH = "1.0000000000000000e-2147483639"  # CVE-2024-38517
GROWTH_KB_MAX = 8 * 1024


def plays(body, status=200, content_type="application/json"):
    async def script(connection):
        await connection.request()
        await connection.send(head(status, content_type) + chunk(body) + LAST)

    return script


def streams(*parts):
    return plays(b"".join(parts), content_type="text/event-stream")


class JsonFaultTest(FaultTest):
    def check_everywhere(self, text, chat="protocol"):
        """The same text as an event, as an answer, and as the words of a refusal."""
        data = text if isinstance(text, bytes) else text.encode()
        self.fails(chat, streams(said("begun"), b"data: " + data + b"\n\n"), text="begun")
        self.fails("protocol", plays(data), stream=False)
        self.fails("upstream", plays(data, 500))

    # E01
    def test_a_million_levels(self):
        for opening in ("[", '{"a":', '[{"choices":'):
            with self.subTest(opening=opening):
                self.check_everywhere(opening * 1_000_000)
        self.check_everywhere("[" * DEPTH + "]" * DEPTH)

    # E02
    def test_a_number_that_breaks_parsers(self):
        for text in (NUMBER_OF_DEATH, f"[{NUMBER_OF_DEATH}]"):
            self.check_everywhere(text)
        usage = {"prompt_tokens": 5, "completion_tokens": 7}
        last = json.dumps(choice({}, "stop", usage=usage)).replace("7", NUMBER_OF_DEATH)
        self.works(streams(said("fine"), event(last), b"data: [DONE]\n\n"), "fine")

    # E03
    def test_numbers_that_are_none(self):
        for text in ("NaN", "Infinity", "-Infinity", '{"choices":NaN}', "01", "1.", "+1"):
            with self.subTest(text=text):
                self.check_everywhere(text)
        body = answer("fine").decode().replace('"created": 1', '"created": 1e400')
        self.assertIn("1e400", body)
        line = self.ask(plays(body.encode()), stream=False)
        self.assertIn(line["result"].get("error"), (None, "protocol"), line)

    # E06
    def test_text_that_is_no_utf8(self):
        for bad in (b"\xff", b"\xc0\xaf", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xe6\x97"):
            with self.subTest(bad=bad):
                body = said("a?b").replace(b"?", bad)
                line = self.ask(streams(body, whole("c")))
                if line["status"] == 0:
                    self.assertRegex(line["text"], "^a\ufffd+bc$")
                else:
                    self.assertEqual((line["result"]["error"], line["text"]), ("protocol", ""))
        for lone in (r"\ud800", r"\udc00", r"\udc00\ud800"):
            with self.subTest(lone=lone):
                body = said("a?b").replace(b"?", lone.encode())
                count = lone.count("u")
                self.works(streams(body, whole("c")), "a" + "\ufffd" * count + "bc")

    # E07
    def test_a_nul_is_a_letter_like_any_other(self):
        self.works(streams(whole("a\0b")), "a\0b")
        self.works(streams(event(choice({"content": "a"}, id="c\0d")), stop(),
                           b"data: [DONE]\n\n"), "a")

    # E08
    def test_what_is_not_one_value(self):
        for text in ("{} {}", "{}x", "{", "", "null null"):
            with self.subTest(text=text):
                self.fails("protocol", plays(text.encode()), stream=False)
                self.fails("upstream", plays(text.encode(), 500))
        for text in ("{} {}", "{}x", "{"):
            with self.subTest(event=text):
                self.fails("protocol", streams(said("begun"), event(text)), text="begun")

    # E09
    def test_many_small_values_cost_little(self):
        bodies = ("[" + "[]," * (FLAT_BYTES // 3) + "[]]",
                  "{" + ",".join(f'"{number:x}":0' for number in range(8_000)) + "}")
        self.works(streams(whole("fine")), "fine")
        plain_kb = self.last["peak_kb"]
        for body in bodies:
            data = b'{"choices":' + body.encode() + b',"more":' + body.encode() + b"}"
            for script, members in ((plays(data), {"stream": False}), (plays(data, 500), {}),
                                    (streams(event(data.decode()), whole("fine")), {})):
                self.ask(script, **members)
                if not SANITIZE:
                    self.assertLess(self.last["peak_kb"] - plain_kb, GROWTH_KB_MAX)


class HostFaultTest(FaultTest):
    # E11
    def test_what_a_host_must_not_send_is_not_sent(self):
        async def script(_):
            raise AssertionError("it was sent")

        messages = [{"role": "user", "content": "x" * 50_000_000}]
        result = self.fails("invalid_request", script, messages=messages)
        self.assertEqual(self.chaos.accepted, 0, result)
        deep = "[" * 100_000 + "]" * 100_000
        for text in (deep, f'{{"model":"grok-4.3","messages":{deep}}}'):
            with Chaos(script) as chaos:
                run = self.stage.run("complete", "-", stdin=text, code=1,
                                     config=self.toward(chaos))
            self.check_error(run.result, "invalid_request")
            self.assertEqual(chaos.accepted, 0)

    # E12
    def test_names_cannot_leave_their_document(self):
        bodies = []

        async def script(connection):
            request = await connection.request()
            bodies.append((request.line, json.loads(request.body)))
            await connection.send(head() + chunk(whole("fine")) + LAST)

        name = 'f\r\nX-Evil: 1\r\n\r\n"quoted"\0end'
        tools = [{"type": "function", "function": {"name": name, "parameters": {}}}]
        self.fails("invalid_request", script, model=f"grok-4.3{name}")
        self.assertEqual(bodies, [])
        self.works(script, "fine", tools=tools, user=name, conversation_id=name)
        (line, body), = bodies
        self.assertEqual(line, "POST /v1/chat/completions HTTP/1.1")
        self.assertEqual(body["user"], name)
        self.assertEqual(body["tools"][0]["function"]["name"], name)


if __name__ == "__main__":
    harness.main()
