"""Answers whose head, or whose framing, is not what HTTP or xAI promise."""

import gzip

import harness
from chaos_harness import FaultTest
from chaosd import LAST, chunk, head
from wire import PAGE, said, whole

FINE = chunk(whole("fine"))
STREAM = b"Content-Type: text/event-stream\r\n"
OK = b"HTTP/1.1 200 OK\r\n"
LENGTH = b"Content-Length: %d\r\n"
BOMB_BYTES = 50_000_000
# The bound of what is kept of an answer is far below; the rest is room for the allocator.
GROWTH_KB_MAX = 8 * 1024


def plays(data, then=b""):
    """A script that answers with these bytes, and ends the connection; with `then`, it says
    that for as long as somebody listens.
    """
    async def script(connection):
        await connection.request()
        await connection.send(data)
        while then:
            await connection.send(then)

    return script


class HeadFaultTest(FaultTest):
    def each(self, error, answers, **members):
        for data in answers:
            with self.subTest(answer=data[:60]):
                self.fails(error, plays(data), **members)

    def peak_kb(self, script, error=None):
        line = self.ask(script)
        self.assertEqual(line["result"].get("error"), error, line)
        return self.last["peak_kb"]

    def check_memory(self, scripts, error):
        if harness.SANITIZE:
            return  # it keeps what was freed
        plain = self.peak_kb(plays(head() + FINE + LAST))
        for script in scripts:
            self.assertLess(self.peak_kb(script, error) - plain, GROWTH_KB_MAX)

    # C28
    def test_a_page_is_left_at_its_head(self):
        endless = plays(head(content_type="text/html"), chunk(PAGE + bytes(65_536)))
        self.fails("protocol", endless)
        self.check_memory([endless], "protocol")

    # C30
    def test_of_a_long_refusal_only_the_beginning_counts(self):
        endless = plays(head(503, "text/html"), chunk(PAGE + b"x" * 65_536))
        page = PAGE + b"\x1b[2J" * 2_500_000
        long = plays(head(503, "text/html") + chunk(page) + LAST)
        for script in (endless, long):
            result = self.fails("overloaded", script)
            self.assertEqual(result["http_status"], 503)
            self.assertNotIn("<", result["detail"])
            self.assertTrue(result["detail"].isprintable())
        self.check_memory([endless, long], "overloaded")

    # C31
    def test_a_redirect_leads_nowhere(self):
        for status in (301, 302, 303, 307, 308):
            with self.subTest(status=status):
                line = b"HTTP/1.1 %d Moved\r\nContent-Length: 0\r\n" % status
                there = b"Location: /v1/elsewhere\r\n\r\n"
                result = self.fails("protocol", plays(line + there), max_retries=2)
                self.assertEqual((result["reason"], result["http_status"]), ("redirect", status))
                self.assertEqual(self.chaos.accepted, 1)

    # C32
    def test_a_flood_of_headers(self):
        many = b"X-Header: abcdefghijklmnop\r\n" * 20_000
        begun = {"one long line": OK + b"X-Header: ", "a status without end": b"HTTP/1.1 200 "}
        for name, data in begun.items():
            with self.subTest(flood=name):
                self.fails("protocol", plays(data, b"x" * 10_000), max_retries=2)
        interim = b"HTTP/1.1 103 Early Hints\r\nX-Header: abc\r\n\r\n" * 1_000
        floods = [plays(OK, many), plays(interim, interim)]
        for script in floods:
            self.fails("protocol", script, max_retries=2)
            self.assertEqual(self.chaos.accepted, 1)
        self.check_memory(floods, "protocol")

    # C33
    def test_nothing_packed_is_unpacked(self):
        bomb = gzip.compress(bytes(BOMB_BYTES))
        encoded = [head(content_encoding=name) + chunk(bomb) + LAST
                   for name in ("gzip", "br", "zstd", "deflate", "gzip, gzip")]
        moved = OK + STREAM + b"Transfer-Encoding: gzip, chunked\r\n\r\n" + chunk(bomb) + LAST
        self.each("protocol", [*encoded, moved])
        self.check_memory([plays(encoded[0]), plays(moved)], "protocol")

    # C34
    def test_what_is_not_http(self):
        self.each("protocol", (
            b"hello there\n", b"SSH-2.0-server\r\n\r\n", bytes(range(256)) * 10,
            b"\0\0\x12\x04" + bytes(23), b"HTTP/1.1 000 OK\r\n\r\n",
            OK + STREAM + b"Content-Length: -5\r\n\r\n" + whole("fine"),
            OK + b"X\0Y: 1\r\n" + STREAM + b"\r\n" + whole("fine")))

    # C34
    def test_a_chunk_that_is_none(self):
        # libcurl does not tell it from a lost connection.
        self.each("network", (head() + bad for bad in (b"zz\r\nabc", b"-5\r\nabc",
                                                       b"f" * 20 + b"\r\nabc")))
        begun = head() + chunk(said("begun"))
        self.each("truncated", (begun + bad for bad in (b"zz\r\nabc", b"f" * 20 + b"\r\nabc")),
                  text="begun")

    # C34
    def test_two_ways_to_say_how_long_it_is(self):
        # The chunks decide, as RFC 9112 says; whatever decides, only a marker makes it whole.
        chunked = b"Transfer-Encoding: chunked\r\n"
        for fields in (LENGTH % 5 + chunked, chunked + LENGTH % 5):
            self.works(plays(OK + STREAM + fields + b"\r\n" + FINE + LAST), "fine")
        body = whole("fine")
        for first, second in ((5, len(body)), (len(body), 5)):
            data = OK + STREAM + LENGTH % first + LENGTH % second + b"\r\n" + body
            line = self.ask(plays(data))
            self.assertIn((line["result"].get("error"), line["text"]),
                          ((None, "fine"), ("truncated", ""), ("protocol", "")), line)

    # C35
    def test_no_answer_at_all(self):
        self.assertIs(self.fails("network", plays(b""))["retry"], True)
        self.assertEqual(self.chaos.accepted, 1)
        self.fails("network", plays(b""), max_retries=1)
        self.assertEqual(self.chaos.accepted, 2)

    # C42
    def test_interim_answers_and_trailers_are_nothing(self):
        early = (b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\n"
                 b"Content-Encoding: gzip\r\nContent-Type: text/html\r\n\r\n")
        late = b"0\r\nContent-Encoding: gzip\r\nX-Late: 1\r\n\r\n"
        self.works(plays(early + head() + FINE + late), "fine")
        self.fails("truncated", plays(head() + chunk(said("begun")) + late), text="begun")


if __name__ == "__main__":
    harness.main()
