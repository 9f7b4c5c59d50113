"""What xAI's interfaces send, piece by piece, for scripts of chaosd that spoil it."""

import json

from chaosd import chunk

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


async def spoil(connection, how):
    """Goes on with a stream as a fault does: reset, cut, garbage or stall.  False for others."""
    if how == "reset":
        connection.reset()
    elif how == "cut":
        connection.cut()
    elif how == "garbage":
        await connection.send(chunk(b"data: {]\n\n"))
    elif how == "stall":
        await connection.hold()
    else:
        return False
    return True


def whole(text):
    """A whole stream that says the text."""
    return said(text) + stop() + DONE


def whole_response(text):
    """The same by the other interface."""
    item = {"id": "m1", "type": "message", "role": "assistant", "status": "completed",
            "content": [{"type": "output_text", "text": text, "annotations": []}]}
    response = {"id": "r1", "object": "response", "model": "grok-4-multi-agent"}
    return b"".join(event(document) for document in (
        {"type": "response.created", "response": {**response, "status": "in_progress",
                                                  "output": []}},
        {"type": "response.output_item.added", "output_index": 0,
         "item": {**item, "content": []}},
        {"type": "response.output_text.delta", "output_index": 0, "content_index": 0,
         "delta": text},
        {"type": "response.output_item.done", "output_index": 0, "item": item},
        {"type": "response.completed", "response": {**response, "status": "completed",
                                                    "output": [item]}}))


def answer(text):
    """A whole answer that was not to be streamed."""
    return json.dumps({
        "id": "c1", "object": "chat.completion", "created": 1, "model": "grok-4.3",
        "choices": [{"index": 0, "message": {"role": "assistant", "content": text},
                     "finish_reason": "stop"}]}).encode()
