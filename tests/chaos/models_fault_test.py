"""Model lists that are huge, odd or not to be had: a good list is never lost to a bad one."""

import json

import harness
from chaos_harness import TEMPORARY, ChaosTest
from chaosd import LAST, Chaos, chunk, head
from harness import wait_for
from wire import PAGE

FAILED = 1
GOOD = ["grok-4.3", "grok-4.20-multi-agent-0309"]
MODELS_MAX = 256


def listed(*entries):
    return json.dumps({"object": "list", "data": entries}).encode()


def plays(*parts, status=200, content_type="application/json"):
    async def script(connection):
        await connection.request()
        await connection.send(head(status, content_type))
        for part in parts:
            await connection.send(chunk(part))
        await connection.send(LAST)

    return script


GOOD_LIST = plays(listed(*({"id": name} for name in GOOD)))


async def hangs_up(connection):
    await connection.request()
    connection.cut()


async def breaks_off(connection):
    await connection.request()
    await connection.send(head(content_type="application/json"))
    await connection.send(chunk(listed({"id": "grok-of-half-a-list"})))
    connection.cut()


class ModelsFaultTest(ChaosTest):
    def models(self, script, code=0, force=True):
        arguments = ["models", "--force"] if force else ["models"]
        with Chaos(script) as chaos:
            document = self.stage.run(*arguments, config=self.toward(chaos), code=code).document
        self.assertEqual(chaos.failures, [])
        return document

    def kept(self):
        return list(self.stage.state.glob("models-*"))

    def forget(self):
        for path in self.kept():
            path.unlink()

    def keep(self, script):
        """Has that list and no other on the disk: a process may end before it is written."""
        self.forget()

        def fetched():
            document = self.models(script)
            return self.kept() and document

        return wait_for(fetched, "a list on the disk")

    def fails(self, error, script, code=FAILED):
        """Without a good list it is an error; beside one, it is that one."""
        self.forget()
        self.check_error(self.models(script, code), error, retry=code == TEMPORARY)
        self.assertEqual(self.names(self.keep(GOOD_LIST)), GOOD)
        kept = self.models(script)
        self.assertEqual(self.names(kept), GOOD)
        self.assertEqual((kept["source"], kept["stale"]), ("cache", True))
        # And it is still there for the next process.
        self.assertEqual(self.names(self.models(script, force=False)), GOOD)

    @staticmethod
    def names(document):
        return [model["name"] for model in document["models"]]

    # C44
    def test_a_list_without_end(self):
        async def script(connection):
            await connection.request()
            await connection.send(head(content_type="application/json") + chunk(b'{"data":['))
            while True:
                await connection.send(chunk(b'{"id":"grok-4.3"},' * 3_000))

        self.fails("too_large", script)

    # C44
    def test_ten_thousand_models(self):
        script = plays(listed(*({"id": f"grok-{number}"} for number in range(10_000))))
        document = self.keep(script)
        self.assertEqual(document["count"], MODELS_MAX)
        self.assertEqual(self.names(document)[-1], f"grok-{MODELS_MAX - 1}")
        self.assertEqual(self.names(self.models(GOOD_LIST)), GOOD)

    # C44
    def test_entries_of_wrong_types(self):
        odd = [7, None, "grok", [], {}, {"id": 5}, {"id": None}, {"id": ["grok"]}, {"id": ""},
               {"id": "a b"}, {"id": "line\r\nbreak"}, {"id": "\u0000"}, {"id": "x" * 1_000},
               {"name": "grok"}]
        good = {"id": "grok-4.3", "created": "soon", "owned_by": 5, "hidden": "no",
                "context_window": [], "aliases": {}}
        self.assertEqual(self.names(self.keep(plays(listed(*odd, good, *odd)))), ["grok-4.3"])
        # Of odd ones alone nothing is left, and that must not replace a good list.
        self.assertEqual(self.names(self.models(plays(listed(*odd)))), ["grok-4.3"])

    # C44
    def test_what_is_no_list(self):
        for body in (b"", b"{", b"[]", b"null", b'{"data":5}', b'{"data":[]} x',
                     b'{"data":' + b"[" * 1_000_000, b'{"data":[1e400,"\xff"]}', PAGE):
            with self.subTest(body=body[:40]):
                self.fails("protocol", plays(body))

    # C45
    def test_nobody_there_and_no_answer_that_is_one(self):
        refusal = plays(b'{"error":"internal server error"}', status=500)
        for error, script in (("network", hangs_up), ("network", breaks_off),
                              ("upstream", refusal)):
            with self.subTest(error=error):
                self.fails(error, script, TEMPORARY)
        self.fails("protocol", plays(PAGE, content_type="text/html"))


if __name__ == "__main__":
    harness.main()
