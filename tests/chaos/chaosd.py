"""chaosd: a server whose connections do what a script says, byte by byte.

Where xai-sim plays a sound xAI, this plays a wire, or a server, that is not: it cuts,
resets, stalls or dribbles at any byte, over TCP or TLS.  It checks nothing.

In a test, a script is a coroutine that is run for each connection:

    async def script(connection):
        await connection.request()
        await connection.send(head() + chunk(b"data: {}\\n\\n"))
        connection.reset()

    with Chaos(script) as chaos:
        stage.complete(config=stage.toward(chaos.url))

A connection whose script ends without saying how is closed like any other.
"""

import asyncio
import json
import os
import socket
import ssl
import struct
import threading

HEAD_BYTES_MAX = 1 << 20
HEARD_MAX = 10_000
LAST = b"0\r\n\r\n"  # the end of a chunked body


def head(status=200, content_type="text/event-stream", **headers):
    """The head of an answer; chunked, unless a content_length is given."""
    fields = {"Content-Type": content_type, "Transfer-Encoding": "chunked"}
    for name, value in headers.items():
        fields[name.replace("_", "-").title()] = str(value)
    if "Content-Length" in fields or fields.get("Connection") == "close":
        del fields["Transfer-Encoding"]
    lines = [f"HTTP/1.1 {status} Whatever", *(f"{name}: {fields[name]}" for name in fields)]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def chunk(data):
    """One chunk of a chunked body.  libcurl hands over each by itself."""
    return b"%x\r\n%b\r\n" % (len(data), data)


def chunks(data, *places):
    """A chunked body, divided at the places, and ended."""
    ends = [*places, len(data)]
    parts = [data[start:end] for start, end in zip([0, *places], ends)]
    return b"".join(chunk(part) for part in parts if part) + LAST


class Request:
    def __init__(self, head_bytes, body):
        self.line, *lines = head_bytes.decode("latin-1").split("\r\n")
        self.method, self.path = self.line.split(" ")[:2]
        pairs = (line.split(":", 1) for line in lines if ":" in line)
        self.headers = {name.strip().lower(): value.strip() for name, value in pairs}
        self.body = body

    @property
    def prompt(self):
        """The text of the first message, by which a test says what it wants."""
        body = json.loads(self.body)
        content = (body.get("messages") or body["input"])[0]["content"]
        return content if isinstance(content, str) else content[0]["text"]


    @property
    def beside_the_token(self):
        """All of it but the value of the one header that a token belongs in."""
        rest = {**self.headers, "authorization": ""}
        return f"{self.line}\n{json.dumps(rest)}\n".encode() + self.body


class Gone(Exception):
    """The client has closed the connection."""


class Connection:
    def __init__(self, reader, writer, heard):
        self._reader, self._writer, self._heard = reader, writer, heard
        # What was sent has left this process before the next thing happens.  With TLS, where
        # asyncio may forget to say that there is room again, it has unless it is much.
        if writer.get_extra_info("ssl_object") is None:
            writer.transport.set_write_buffer_limits(high=0)
        writer.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    async def request(self):
        """The next request, whole; raises Gone if there is none."""
        try:
            head_bytes = await self._reader.readuntil(b"\r\n\r\n")
            request = Request(head_bytes[:-4], b"")
            if request.headers.get("expect") == "100-continue":
                await self.send(b"HTTP/1.1 100 Continue\r\n\r\n")
            length = int(request.headers.get("content-length", "0"))
            request.body = await self._reader.readexactly(length)
            if len(self._heard) < HEARD_MAX:
                self._heard.add(request.beside_the_token)
            return request
        except (asyncio.IncompleteReadError, ConnectionError, ssl.SSLError) as error:
            raise Gone from error

    async def send(self, data):
        try:
            self._writer.write(data)
            await self._writer.drain()
        except (ConnectionError, ssl.SSLError) as error:
            raise Gone from error

    async def dribble(self, data, pause_s, size=1):
        for at in range(0, len(data), size):
            await self.send(data[at:at + size])
            await asyncio.sleep(pause_s)

    async def read(self):
        """What the client says next, whatever it is; raises Gone at its end."""
        try:
            data = await self._reader.read(1 << 16)
        except (ConnectionError, ssl.SSLError) as error:
            raise Gone from error
        if not data:
            raise Gone
        return data

    async def pipe_to(self, writer):
        while True:
            writer.write(await self.read())
            await writer.drain()

    async def until(self, condition):
        while not condition():
            await asyncio.sleep(0.02)

    def send_past_tls(self, data):
        """In the middle of a connection with TLS, bytes that TLS did not make."""
        os.write(self._writer.get_extra_info("socket").fileno(), data)

    def stop_reading(self):
        """What the client sends is left to the kernel, whose room is bounded."""
        self._writer.transport.pause_reading()

    async def hold(self):
        """Says nothing until the client goes."""
        while True:
            await self.read()

    def reset(self):
        """RST instead of FIN, without close_notify.  What was sent may be lost on the way."""
        option = struct.pack("ii", 1, 0)
        sock = self._writer.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, option)
        self._writer.transport.abort()

    def cut(self):
        """FIN; with TLS, without close_notify."""
        self._writer.transport.abort()


class Chaos:
    """The server, on a thread of its own.  tls: an ssl.SSLContext; scheme: of its URL, if it
    is to promise TLS and have none.
    """

    def __init__(self, script, tls=None, port=0, backlog=4096, scheme=None):
        self._script = script
        self._loop = asyncio.new_event_loop()
        self._tasks = set()
        self.accepted = 0
        self.failures = []  # of scripts: a test looks at them in the end
        self.heard = set()  # the requests that differ, without their tokens
        self._server = self._loop.run_until_complete(asyncio.start_server(
            self._serve, "127.0.0.1", port, ssl=tls, backlog=backlog, limit=HEAD_BYTES_MAX))
        self.port = self._server.sockets[0].getsockname()[1]
        self.url = f"{scheme or ('https' if tls else 'http')}://127.0.0.1:{self.port}/v1"
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._thread.start()

    @property
    def open(self):
        """How many connections are served right now."""
        return len(self._tasks)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        asyncio.run_coroutine_threadsafe(self._stop(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _stop(self):
        self._server.close()
        await self._server.wait_closed()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _serve(self, reader, writer):
        task = asyncio.current_task()
        self._tasks.add(task)
        self.accepted += 1
        connection = Connection(reader, writer, self.heard)
        try:
            await self._script(connection)
        except (Gone, asyncio.CancelledError):
            pass
        except Exception as error:  # pylint: disable=broad-except
            self.failures.append(error)
        finally:
            self._tasks.discard(task)
            writer.close()
