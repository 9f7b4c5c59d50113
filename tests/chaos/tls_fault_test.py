"""What goes wrong on a connection with TLS: handshakes that stall, ends that are not said."""

import harness
from certificates import Authority
from chaos_harness import FaultTest
from chaosd import LAST, chunk, head
from sockets import clients_of
from wire import DONE, said, stop, whole

SHORT_MS, HANG_MS = 400, 30_000
HALF = chunk(said("lost")).partition(b"st")[0]


class TlsFaultTest(FaultTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.authority = Authority(cls.stage.root / "tls", "127.0.0.1")

    def tls(self, **members):
        return {"tls": self.authority.context(),
                "config": {"ca_file": str(self.authority.file), **members}}

    def all_is_read(self):
        return not any(client.unread for client in clients_of(self.chaos.port))

    def test_it_works_before_it_is_broken(self):
        async def script(connection):
            while True:
                await connection.request()
                await connection.send(head() + chunk(whole("fine")) + LAST)

        for line in self.ask(script, count=2, **self.tls()):
            self.assertEqual((line["status"], line["text"]), (0, "fine"), line)
        self.assertEqual(self.chaos.accepted, 1)
        # Without its authority it is told nothing.
        self.assertIs(self.fails("tls", script, tls=self.authority.context())["retry"], False)

    # C04
    def test_a_handshake_that_stalls(self):
        async def script(connection):
            await connection.hold()

        members = self.tls(timeouts={"connect_ms": SHORT_MS})
        result = self.fails("timeout", script, scheme="https", config=members["config"],
                            max_retries=2)
        self.assertEqual(self.chaos.accepted, 1)
        self.assertGreaterEqual(result["timings"]["total_ms"], SHORT_MS)
        self.assertLess(result["timings"]["total_ms"], HANG_MS)

    def test_plain_text_instead_of_a_handshake(self):
        async def script(connection):
            await connection.send(b"HTTP/1.1 400 Bad Request\r\n\r\n")

        self.fails("tls", script, scheme="https", config=self.tls()["config"])

    # C07
    def test_an_end_without_goodbye(self):
        def until_it_ends(*parts):
            async def script(connection):
                await connection.request()
                await connection.send(head(connection="close") + b"".join(parts))
                connection.cut()

            return script

        self.fails("truncated", until_it_ends(said("begun")), text="begun", **self.tls())
        # These have said it all.
        for parts in ([stop(), DONE], [stop()]):
            self.works(until_it_ends(said("all"), *parts), "all", **self.tls())

    # C05
    def test_a_cut_within_a_chunk(self):
        async def script(connection):
            await connection.request()
            await connection.send(head() + chunk(said("begun")) + HALF)
            connection.cut()

        self.fails("truncated", script, text="begun", **self.tls())

    # C08
    def test_a_reset(self):
        async def script(connection):
            await connection.request()
            await connection.send(head() + chunk(said("begun")) + HALF)
            await connection.until(self.all_is_read)
            connection.reset()

        self.fails("truncated", script, text="begun", **self.tls())

    def test_bytes_that_are_no_record(self):
        async def script(connection):
            await connection.request()
            await connection.send(head() + chunk(said("begun")))
            await connection.until(self.all_is_read)
            connection.send_past_tls(b"this is no record at all")
            await connection.hold()

        self.fails("truncated", script, text="begun", **self.tls())


if __name__ == "__main__":
    harness.main()
