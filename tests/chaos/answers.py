"""Stored answers: NAME.body with the bytes, NAME.meta.json with lane and kind, and
NAME.expected.json with what a correct client makes of it.  tests/vectors/grok has ours;
RECORDED_DIR names a folder with answers that were recorded at api.x.ai.
"""

import json
import pathlib

CHAT_MODEL, RESPONSES_MODEL = "grok-4.3", "grok-4.20-multi-agent-0309"


class Stored:
    def __init__(self, body_path):
        self.name = body_path.name[:-len(".body")]
        beside = body_path.with_name
        meta = json.loads(beside(f"{self.name}.meta.json").read_text())
        self.expected = json.loads(beside(f"{self.name}.expected.json").read_text())
        self.body = body_path.read_bytes()
        self.chat = meta["endpoint"] == "chat"
        self.streamed = meta["kind"] == "stream"
        self.content_type = "text/event-stream" if self.streamed else "application/json"

    def request(self, prompt):
        """A request whose answer it could be; the prompt is for the server."""
        return {"model": CHAT_MODEL if self.chat else RESPONSES_MODEL, "stream": self.streamed,
                "messages": [{"role": "user", "content": prompt}]}

    @property
    def end(self):
        """With so many bytes it is whole: a stream, without the line end after its marker."""
        if not self.streamed:
            return len(self.body.rstrip())
        return self.body.index(b"\n", self.body.rindex(b"data: "))


def places(size, every_up_to, count):
    """Each place within a short answer, and so many within a long one."""
    return range(1, size, 1 if size <= every_up_to else max(1, size // count))


def read_folder(folder):
    stored = [Stored(path) for path in sorted(pathlib.Path(folder).glob("*.body"))]
    assert stored, f"{folder} holds no answers"
    return stored


def with_cr_lf(body):
    return body.replace(b"\n", b"\r\n")


def with_cr(body):
    return body.replace(b"\n", b"\r")


def with_comments(body):
    """A comment, and an empty event, before each event."""
    return b": keep-alive\n\n" + body.replace(b"\n\n", b"\n\n: keep-alive\n\n\n")


def got(text, reasoning, tools, result):
    """What a host got, in the words of an expected.json."""
    usage = result.get("usage") or {}
    wire = usage.get("wire", {})
    message = result.get("message") or {}
    if message:
        text, reasoning = message.get("content") or "", message.get("reasoning") or ""
        tools = [{"id": call["id"], **call["function"]}
                 for call in message.get("tool_calls") or []]
    return {
        "id": result["id"], "model": result["model"], "text": text, "reasoning": reasoning,
        "tool_calls": tools, "finish_reason": result["finish_reason"],
        "usage": usage and {
            "prompt_tokens": usage.get("input_tokens", -1),
            "completion_tokens": usage.get("output_tokens", -1),
            "reasoning_tokens": usage.get("reasoning_tokens", -1),
            "cached_tokens": usage.get("cached_tokens", -1),
            "total_tokens": usage.get("total_tokens", -1),
            "completion_tokens_wire": wire.get("completion_tokens", wire.get("output_tokens")),
        },
        "citations": result["citations"], "annotations": result["annotations"],
        "refusal": result["refusal"], "server_tool_calls": result["server_tool_calls"],
        "encrypted_reasoning": [{"id": item["id"], "len": len(item["encrypted_content"])}
                                for item in result["encrypted_reasoning"]],
    }
