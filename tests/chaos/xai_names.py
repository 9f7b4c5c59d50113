"""A plugin that talks to xAI under its own names, which lead to this machine: through a proxy,
or because a namespace says so.  A sign-in at a loopback would not do for these.
"""

import asyncio
import json
import unittest

import namespace
from certificates import Authority
from chaosd import LAST, Chaos, chunk, head
from harness import Stage
from wire import whole

AUTH, API = "auth.x.ai", "api.x.ai"
HERE = [f"127.0.0.1 {name}" for name in (AUTH, API)]
HTTPS = 443
TOKEN = "opaque-access-token-of-nobody"
REFRESH = "opaque-refresh-token-of-nobody"
ANSWERS = {
    "/oauth2/device/code": {
        "device_code": "d" * 40, "user_code": "ABCD-EFGH", "expires_in": 900, "interval": 1,
        "verification_uri": "https://accounts.x.ai/oauth2/device"},
    "/oauth2/token": {"access_token": TOKEN, "refresh_token": REFRESH, "token_type": "Bearer",
                      "expires_in": 3600},
    "/v1/models": {"object": "list", "data": [{"id": "grok-4.3"}]},
}


async def xai(connection):
    """Approves every sign-in, lists one model, and says `fine`."""
    while True:
        request = await connection.request()
        if request.path in ANSWERS:
            body = json.dumps(ANSWERS[request.path]).encode()
            await connection.send(head(content_type="application/json") + chunk(body) + LAST)
        else:
            await connection.send(head() + chunk(whole("fine")) + LAST)


class Xai(Chaos):
    """Both hosts in one, with a certificate for their names; file: what to trust."""

    def __init__(self, folder, port=0):
        authority = Authority(folder, AUTH, API)
        self.file = str(authority.file)
        super().__init__(xai, tls=authority.context(), port=port)


class NamesTest(unittest.TestCase):
    """All tests of the class share one stage in a namespace whose names lead here, on which
    somebody is signed in.  CONFIG: what else the hosts are told.
    """

    CONFIG = {}

    @classmethod
    def setUpClass(cls):
        cls.names = namespace.Names()
        cls.addClassCleanup(cls.names.close)
        cls.stage = Stage(sim=False)
        cls.addClassCleanup(cls.stage.close)
        cls.xai = Xai(cls.stage.root / "xai", HTTPS)
        cls.addClassCleanup(cls.xai.close)
        cls.stage.config.update(ca_file=cls.xai.file, proxy="none", **cls.CONFIG)
        cls.names.are(*HERE)
        cls.stage.run("login", "--auto")

    def setUp(self):
        self.lead_nowhere()

    def lead_nowhere(self):
        """From here on nobody answers who asks for a name."""
        self.names.are()
        self.names.code = None
        self.names.asked.clear()


class Tunnels:
    """A proxy's script: CONNECT leads to that port, whatever the name.  seen: what the
    proxy could read.
    """

    def __init__(self, port):
        self._port, self.seen = port, []

    async def __call__(self, connection):
        self.seen.append(await connection.request())
        await connection.send(b"HTTP/1.1 200 Connection established\r\n\r\n")
        reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
        back = asyncio.ensure_future(self._back(reader, connection))
        try:
            await connection.pipe_to(writer)
        finally:
            back.cancel()
            writer.close()

    @staticmethod
    async def _back(reader, connection):
        while data := await reader.read(1 << 16):
            await connection.send(data)
        connection.cut()
