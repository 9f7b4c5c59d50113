"""Answers of which one value is of another type than it should be, each value in turn."""

import json

import harness
from answers import read_folder
from chaos_harness import VECTORS, ChaosTest
from chaosd import LAST, Chaos, chunk, head
from harness import SANITIZE
from wire import event

OTHER_TYPES = (None, True, -1, 1.5, 10 ** 30, "text", "", [], [1, [2]], {}, {"a": {"b": None}})
ERRORS = (None, "protocol", "truncated", "upstream", "overloaded", "content_filter",
          "request_refused")


def places(value, path=()):
    """The path of each value within a document."""
    yield path
    if isinstance(value, (dict, list)):
        items = value.items() if isinstance(value, dict) else enumerate(value)
        for name, child in items:
            yield from places(child, (*path, name))


def replaced(value, path, new):
    if not path:
        return new
    copy = value.copy()
    copy[path[0]] = replaced(value[path[0]], path[1:], new)
    return copy


def frames(body):
    """The documents of a stored stream, and the marker."""
    return [line[6:] for line in body.decode().splitlines() if line.startswith("data: ")]


class Spoiler:
    """Plays NAME FRAME PLACE TYPE: the answer with one value of one event replaced."""

    def __init__(self, stored):
        self._stored = {one.name: one for one in stored}

    def prompts(self):
        for one in self._stored.values():
            for number, document in enumerate(self.documents(one)):
                for place, _ in enumerate(places(document)):
                    for kind, _ in enumerate(OTHER_TYPES):
                        yield one, f"{one.name} {number} {place} {kind}"

    @staticmethod
    def documents(one):
        if not one.streamed:
            return [json.loads(one.body)]
        return [json.loads(text) for text in frames(one.body) if text != "[DONE]"]

    async def __call__(self, connection):
        while True:
            name, *numbers = (await connection.request()).prompt.split(" ")
            number, place, kind = map(int, numbers)
            one = self._stored[name]
            documents = self.documents(one)
            path = list(places(documents[number]))[place]
            documents[number] = replaced(documents[number], path, OTHER_TYPES[kind])
            body = json.dumps(documents[0]).encode()
            if one.streamed:
                marker = ["[DONE]"] if b"[DONE]" in one.body else []
                body = b"".join(map(event, documents + marker))
            await connection.send(head(content_type=one.content_type) + chunk(body) + LAST)


class WrongTypesTest(ChaosTest):
    # E05
    def test_each_value_of_each_wrong_type(self):
        spoiler = Spoiler(read_folder(VECTORS))
        prompts = list(spoiler.prompts())
        prompts = prompts[::100] if SANITIZE else prompts
        requests = [{**one.request(prompt), "max_retries": 0} for one, prompt in prompts]
        with Chaos(spoiler) as chaos:
            lines, last = self.crowd(chaos, requests, 8, 600, timeouts={"idle_ms": 60_000})
        self.assertEqual((last["ends"], last["late"]), (len(prompts), 0))
        self.assertEqual(chaos.failures, [])
        print(f"{len(lines)} answers", flush=True)
        for (_, prompt), line in zip(prompts, lines):
            self.assertIn(line["result"].get("error"), ERRORS, f"{prompt}: {line}")


if __name__ == "__main__":
    harness.main()
