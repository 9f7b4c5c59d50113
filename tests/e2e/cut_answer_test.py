"""Answers that stop in the middle: what came is a true prefix, and nobody calls it whole."""

import base64
import json

import harness
from harness import SignedInTest

CHAT = "/v1/chat/completions"
RESPONSES = "/v1/responses"
MULTI_AGENT = "grok-4.20-multi-agent-0309"
STREAM = {"Content-Type": "text/event-stream"}
TEMPORARY = 75


def frame(document):
    return f"data: {json.dumps(document, ensure_ascii=False)}\n\n"


def chat_chunk(delta, finish=None):
    return frame({"id": "c1", "object": "chat.completion.chunk", "created": 1,
                  "model": "grok-4.3",
                  "choices": [{"index": 0, "delta": delta, "finish_reason": finish}]})


def response_delta(text):
    document = {"type": "response.output_text.delta", "item_id": "m1", "output_index": 0,
                "content_index": 0, "delta": text, "sequence_number": 4}
    return f"event: {document['type']}\n{frame(document)}"


TEXT = ["Einsam ", "steht ", "日本", "😀"]
CHAT_FRAMES = [chat_chunk({"role": "assistant", "content": ""}),
               *(chat_chunk({"content": part}) for part in TEXT)]


class CutAnswerTest(SignedInTest):
    def check_cut(self, run, text):
        self.check_error(run.result, "truncated", retry=True)
        self.assertEqual(run.end["status"], -15)
        self.assertEqual(run.joined("text"), text)
        self.assertEqual(run.result["bytes_delivered"], len(text.encode()))
        self.assertEqual(run.result["http_status"], 200)

    def cut(self, chunks, text, end, path=CHAT, **members):
        asked = self.sim.stats()
        self.sim.scene(path, chunks=chunks, headers=STREAM, end=end)
        run = self.stage.complete("Hi", code=TEMPORARY, **members)
        self.check_cut(run, text)
        # Something was delivered: it must not be sent again behind the host's back.
        lane = path.rsplit("/", 1)[-1].replace("completions", "chat")
        self.assertEqual(self.sim.stats()[lane], asked[lane] + 1)

    def test_ends_without_its_end_marker(self):
        self.cut(CHAT_FRAMES, "".join(TEXT), "clean")

    def test_the_connection_is_closed(self):
        self.cut(CHAT_FRAMES, "".join(TEXT), "cut")

    # C08
    def test_the_connection_is_reset(self):
        # A reset may overtake bytes that were not read yet; a delay lets them be read.
        self.sim.scene(CHAT, chunks=[*CHAT_FRAMES, ": goodbye\n\n"], headers=STREAM,
                       end="reset", chunk_delay_ms=50)
        self.check_cut(self.stage.complete("Hi", code=TEMPORARY), "".join(TEXT))

    # C08
    def test_cut_within_an_event(self):
        last = CHAT_FRAMES[-1][: len(CHAT_FRAMES[-1]) // 2]
        self.cut([*CHAT_FRAMES[:-1], last], "".join(TEXT[:-1]), "clean")

    # C15
    def test_cut_within_a_letter(self):
        data = "".join(CHAT_FRAMES).encode()
        at = data.index("日".encode()) + 1
        self.sim.scene(CHAT, chunks_base64=[base64.b64encode(data[:at]).decode()],
                       headers=STREAM, end="cut")
        self.check_cut(self.stage.complete("Hi", code=TEMPORARY), "Einsam steht ")

    def test_a_length_that_is_not_kept(self):
        body = "".join(CHAT_FRAMES)
        self.sim.scene(CHAT, body=body, end="cut",
                       headers={**STREAM, "Content-Length": str(len(body.encode()) + 100)})
        self.check_cut(self.stage.complete("Hi", code=TEMPORARY), "".join(TEXT))

    def test_an_answer_that_was_not_to_be_streamed(self):
        half = '{"id":"c1","choices":[{"index":0,"message":{"role":"assistant","content":"Ha'
        self.sim.scene(CHAT, chunks=[half], end="cut",
                       headers={"Content-Type": "application/json"})
        run = self.stage.complete("Hi", code=TEMPORARY, stream=False)
        self.check_error(run.result, "truncated", retry=True)

    def test_the_other_lane(self):
        created = {"type": "response.created", "sequence_number": 0,
                   "response": {"id": "r1", "object": "response", "status": "in_progress",
                                "model": MULTI_AGENT, "output": []}}
        frames = [f"event: {created['type']}\n{frame(created)}", *map(response_delta, TEXT)]
        for end in ("clean", "cut"):
            with self.subTest(end=end):
                self.cut(frames, "".join(TEXT), end, path=RESPONSES, model=MULTI_AGENT)

    # C27
    def test_only_complete_tool_calls_survive_a_cut(self):
        def call(index, fields):
            return chat_chunk({"tool_calls": [{"index": index, **fields}]})

        tool = {"type": "function", "function": {"name": "f", "parameters": {"type": "object"}}}
        self.sim.scene(CHAT, headers=STREAM, end="cut", chunks=[
            call(0, {"id": "a", "type": "function", "function": {"name": "f",
                                                               "arguments": '{"n":1'}}),
        ])
        run = self.stage.complete("Hi", code=TEMPORARY, tools=[tool])
        self.check_error(run.result, "truncated")
        self.assertEqual([event["event"] for event in run.events], ["start"])

    # C35
    def test_nothing_at_all_is_sent_again(self):
        self.sim.scene(CHAT, status=0, end="reset")
        asked = self.sim.stats()["chat"]
        run = self.stage.complete("Once more")
        self.assertTrue(run.joined("text").endswith("Once more"))
        self.assertEqual(self.sim.stats()["chat"], asked + 2)

    def test_an_error_within_the_stream(self):
        error = frame({"error": {"message": "The model is currently at capacity.",
                                 "type": "server_error", "code": "capacity"}})
        self.sim.scene(CHAT, chunks=[*CHAT_FRAMES, error], headers=STREAM)
        run = self.stage.complete("Hi", code=TEMPORARY)
        self.check_error(run.result, "overloaded", retry=True)
        self.assertEqual(run.joined("text"), "".join(TEXT))

    # C20
    def test_a_server_that_falls_silent(self):
        self.sim.scene(CHAT, chunks=CHAT_FRAMES, headers=STREAM, end="stall")
        run = self.stage.complete("Hi", code=TEMPORARY, config={"timeouts": {"idle_ms": 300}})
        self.check_error(run.result, "timeout", retry=True)
        self.assertEqual(run.joined("text"), "".join(TEXT))


if __name__ == "__main__":
    harness.main()
