"""The simulator's sign-in server behind TLS, as the real one is."""

import asyncio
import http.client

from chaosd import head


class Relay:
    """A script for chaosd: hands on each request to `origin`, and the answer back."""

    def __init__(self, origin):
        self._address = origin.removeprefix("http://")

    async def __call__(self, connection):
        while True:
            request = await connection.request()
            status, kind, body = await asyncio.to_thread(self._ask, request)
            await connection.send(head(status, kind, content_length=len(body)) + body)

    def _ask(self, request):
        server = http.client.HTTPConnection(self._address)
        try:
            server.request(request.method, request.path, request.body, request.headers)
            answer = server.getresponse()
            return answer.status, answer.headers.get("Content-Type", ""), answer.read()
        finally:
            server.close()
