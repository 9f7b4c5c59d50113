"""What xAI's chat lane sends, piece by piece, for scripts of chaosd that spoil it."""

import json

DONE = b"data: [DONE]\n\n"
PAGE = b"<!DOCTYPE html><html><head><title>Just a moment...</title></head></html>"


def event(document):
    text = document if isinstance(document, str) else json.dumps(document)
    return b"data: " + text.encode() + b"\n\n"


def choice(delta, finish=None, **members):
    """A chunk of a streamed answer, as a document."""
    return {"id": "c1", "object": "chat.completion.chunk", "created": 1, "model": "grok-4.3",
            "choices": [{"index": 0, "delta": delta, "finish_reason": finish}], **members}


def said(text):
    return event(choice({"content": text}))


def stop(reason="stop"):
    return event(choice({}, reason))


def call(index, **fields):
    return event(choice({"tool_calls": [{"index": index, **fields}]}))


def whole(text):
    """A whole stream that says the text."""
    return said(text) + stop() + DONE


def answer(text):
    """A whole answer that was not to be streamed."""
    return json.dumps({
        "id": "c1", "object": "chat.completion", "created": 1, "model": "grok-4.3",
        "choices": [{"index": 0, "message": {"role": "assistant", "content": text},
                     "finish_reason": "stop"}]}).encode()
