"""Servers that say nothing, or hardly anything, or do not listen: who waits how long."""

import harness
from chaos_harness import FaultTest
from chaosd import LAST, chunk, head
from sockets import FullQueue, clients_of
from wire import said, whole

# What is waited for here, and for how long it may take on a busy machine.
SHORT_MS, HANG_MS = 400, 30_000
LONG_MS = 60_000
COMMENT = b": keep-alive\n\n"


def timeouts(**names):
    return {"timeouts": {f"{name}_ms": value for name, value in names.items()}}


class StallTest(FaultTest):
    def check_time(self, result, at_least_ms, reason):
        self.assertEqual(result.get("reason"), reason, result)
        self.assertIs(result["retry"], True)
        self.assertGreaterEqual(result["timings"]["total_ms"], at_least_ms)
        self.assertLess(result["timings"]["total_ms"], HANG_MS)

    # C03
    def test_nobody_answers_the_call(self):
        with FullQueue() as nobody:
            lines, _ = self.crowd(nobody, [{"model": "grok-4.3", "max_retries": 0, "messages": [
                {"role": "user", "content": "Hi"}]}], 1, harness.DEADLINE_S,
                **timeouts(connect=SHORT_MS))
        self.assertEqual(lines[0]["result"]["error"], "timeout", lines)
        self.check_time(lines[0]["result"], SHORT_MS, None)

    # C18
    def test_signs_of_life_are_no_content(self):
        async def script(connection):
            await connection.request()
            await connection.send(head() + chunk(said("begun")))
            while True:
                await connection.dribble(chunk(COMMENT), 0.02, 100)

        config = timeouts(idle=LONG_MS, content_idle=SHORT_MS)
        result = self.fails("timeout", script, text="begun", config=config)
        self.check_time(result, SHORT_MS, "content_idle")

    # C19
    def test_a_pause_that_is_allowed_is_waited_for(self):
        async def script(connection):
            await connection.request()
            await connection.dribble(head() + chunk(whole("fine")) + LAST, 0.5, 200)

        self.works(script, "fine", config=timeouts(first_byte=LONG_MS, idle=LONG_MS))

    # C20, C40
    def test_silence_ends_it_and_nothing_is_sent_again(self):
        async def script(connection):
            await connection.request()
            await connection.send(head() + chunk(said("begun")))
            await connection.hold()

        config = timeouts(idle=SHORT_MS)
        result = self.fails("timeout", script, text="begun", config=config, max_retries=2)
        self.check_time(result, SHORT_MS, "idle")
        self.assertEqual(self.chaos.accepted, 1)

    # C20
    def test_silence_before_the_answer(self):
        async def script(connection):
            await connection.request()
            await connection.hold()

        config = timeouts(first_byte=SHORT_MS)
        result = self.fails("timeout", script, config=config, max_retries=2)
        self.check_time(result, SHORT_MS, "first_byte")
        self.assertEqual(self.chaos.accepted, 1)

    # C21
    def test_byte_by_byte(self):
        async def script(connection):
            await connection.request()
            await connection.dribble(head() + chunk(whole("fine")) + LAST, 0.01)

        result = self.works(script, "fine", config=timeouts(idle=LONG_MS))
        took = result["timings"]["total_ms"]
        self.assertGreater(took, 2_000)
        if not harness.SANITIZE:
            self.assertLess(self.last["cpu_ms"], took / 3)

    # C40
    def test_whoever_has_vanished_is_looked_for(self):
        def is_looked_for():
            return any(client.keep_alive for client in clients_of(self.chaos.port))

        async def script(connection):
            await connection.request()
            await connection.send(head() + chunk(said("begun")))
            await connection.until(is_looked_for)
            connection.cut()

        self.fails("truncated", script, text="begun", config=timeouts(idle=LONG_MS))

    # C43
    def test_a_prompt_that_nobody_reads(self):
        async def script(connection):
            connection.stop_reading()
            await connection.until(lambda: False)

        config = timeouts(first_byte=SHORT_MS)
        result = self.fails("timeout", script, config=config, messages=[
            {"role": "user", "content": "x" * 20_000_000}])
        self.check_time(result, SHORT_MS, "first_byte")


if __name__ == "__main__":
    harness.main()
