"""Stored answers, played to the real plugin: whole, in pieces, with other line ends, and
with comments in between.  It must not matter.
"""

import unittest

import harness
from answers import got, places, read_folder, with_comments, with_cr, with_cr_lf
from chaos_harness import NOT_RECORDED, RECORDED, VECTORS, StoredTest, steady
from chaosd import chunks, head
from harness import SANITIZE

# Longer answers are divided at so many places.
EACH_BYTE_UP_TO, PLACES = (0, 40) if SANITIZE else (4_000, 2_000)
FORMS = {"crlf": with_cr_lf, "cr": with_cr, "comments": with_comments}


class Player:
    """Plays the answer that the prompt names: NAME, NAME at PLACE, NAME bytes, NAME crlf."""

    def __init__(self, stored):
        self._stored = {answer.name: answer for answer in stored}

    async def __call__(self, connection):
        while True:
            name, *how = (await connection.request()).prompt.split(" ")
            answer = self._stored[name]
            await connection.send(head(content_type=answer.content_type) +
                                  self._body(answer.body, how))

    @staticmethod
    def _body(body, how):
        if not how:
            return chunks(body)
        if how[0] == "at":
            return chunks(body, int(how[1]))
        if how[0] == "bytes":
            return chunks(body, *range(1, len(body)))
        return chunks(FORMS[how[0]](body))


def forms(stored):
    """The prompts of all forms in which the answer is played."""
    yield stored.name
    yield f"{stored.name} bytes"
    if stored.streamed:
        yield from (f"{stored.name} {form}" for form in FORMS)
    yield from (f"{stored.name} at {place}"
               for place in places(len(stored.body), EACH_BYTE_UP_TO, PLACES))


class Replay:
    PLAYER = Player

    def test_each_is_told_as_it_is_meant(self):
        for stored in self.stored:
            with self.subTest(answer=stored.name):
                request = stored.request(stored.name)
                run = self.stage.complete(config=self.toward(self.chaos), **request)
                tools = [{"id": event["data"]["id"], "name": event["data"]["name"],
                          "arguments": run.joined("tool_args", event["index"])}
                         for event in run.events if event["event"] == "tool_call"]
                self.check(stored, got(run.joined("text"), run.joined("reasoning"), tools,
                                       run.result))

    def check(self, stored, mine):
        expected = stored.expected
        for name, value in mine.items():
            wanted = expected[name]
            if name == "finish_reason" and wanted is None:
                continue  # not judged
            if name == "encrypted_reasoning":  # the stored one has a checksum as well
                wanted = [{"id": item["id"], "len": item["len"]} for item in wanted]
            self.assertEqual(value, wanted, name)

    # C14, C15, C16
    def test_how_it_comes_does_not_matter(self):
        prompts = [(stored, prompt) for stored in self.stored for prompt in forms(stored)]
        lines = self.play(prompts)
        whole = {}
        for (stored, prompt), line in zip(prompts, lines):
            self.assertEqual(line["status"], 0, f"{prompt}: {line}")
            first = whole.setdefault(stored.name, steady(line))
            self.assertEqual(steady(line), first, prompt)


class OwnVectors(Replay, StoredTest):
    FOLDER = VECTORS


@unittest.skipUnless(RECORDED, NOT_RECORDED)
class RecordedAnswers(Replay, StoredTest):
    FOLDER = RECORDED


if __name__ == "__main__":
    harness.main()
