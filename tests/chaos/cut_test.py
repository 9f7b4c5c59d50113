"""Stored answers, cut at each byte: what was delivered is a true prefix, and nobody calls
half an answer whole.
"""

import unittest

import harness
from answers import places
from chaos_harness import NOT_RECORDED, RECORDED, VECTORS, StoredTest
from chaosd import LAST, chunk, head
from harness import SANITIZE

# Longer answers are cut at so many places.
EACH_BYTE_UP_TO, PLACES = (0, 40) if SANITIZE else (4_000, 2_000)
OK, PROTOCOL, TRUNCATED = 0, -11, -15


class Cutter:
    """Plays what the prompt says: NAME whole; NAME cut PLACE, and the connection ends; NAME
    stop PLACE, and the answer ends in good order.
    """

    def __init__(self, stored):
        self._stored = {answer.name: answer for answer in stored}

    async def __call__(self, connection):
        while True:
            name, how, *place = (await connection.request()).prompt.split(" ")
            answer = self._stored[name]
            body = answer.body[:int(place[0])] if place else answer.body
            begin = head(content_type=answer.content_type) + (chunk(body) if body else b"")
            if how == "cut":
                await connection.send(begin)
                connection.cut()
                return
            await connection.send(begin + LAST)


class Cut:
    PLAYER = Cutter

    # C05
    def test_the_connection_is_cut(self):
        self.cut("cut")

    # C06
    def test_the_answer_stops(self):
        self.cut("stop")

    def cut(self, how):
        prompts = []
        for stored in self.stored:
            prompts.append((stored, f"{stored.name} whole"))
            prompts += ((stored, f"{stored.name} {how} {place}")
                        for place in places(len(stored.body), EACH_BYTE_UP_TO, PLACES))
        lines = self.play(prompts, max_retries=0)
        whole = None
        for (stored, prompt), line in zip(prompts, lines):
            if prompt.endswith(" whole"):
                whole = line
                self.assertEqual(whole["status"], OK, whole)
                continue
            line["prompt"] = prompt
            self.check_prefix(line, whole)
            self.check_end(stored, how, int(prompt.rsplit(" ", 1)[1]), line, whole)

    def check_prefix(self, line, whole):
        for kind in ("text", "reasoning"):
            self.assertTrue(whole[kind].startswith(line[kind]), line)
        # A call is told when it is complete, and then it is complete.
        self.assertEqual(line["tools"], whole["tools"][:len(line["tools"])])

    def check_end(self, stored, how, place, line, whole):
        if place >= stored.end and (stored.streamed or how == "stop"):
            self.assertEqual(line["status"], OK, line)
            self.assertEqual(line["text"], whole["text"], line)
            return
        if how == "stop" and line["status"] == OK:
            # A chat that has said why it ends may leave out the rest.
            self.assertTrue(stored.chat and stored.streamed, line)
            self.assertIn(b'"finish_reason":"', stored.body[:place])
            self.assertEqual(line["text"], whole["text"])
            return
        # Half a document that ends in good order is whole for HTTP, and not for JSON.
        half = how == "stop" and not stored.streamed
        self.assertEqual(line["status"], PROTOCOL if half else TRUNCATED, line)
        told = line["text"] + line["reasoning"] + "".join(
            tool["arguments"] for tool in line["tools"])
        self.assertEqual(line["result"]["bytes_delivered"], len(told.encode()))


class OwnVectors(Cut, StoredTest):
    FOLDER = VECTORS


@unittest.skipUnless(RECORDED, NOT_RECORDED)
class RecordedAnswers(Cut, StoredTest):
    FOLDER = RECORDED


if __name__ == "__main__":
    harness.main()
