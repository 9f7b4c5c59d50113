"""Proxies that are dead, refuse, or mean no good: they get to see a name, and nothing else."""

import harness
from answers import CHAT_MODEL
from certificates import Authority
from chaos_harness import ChaosTest
from chaosd import Chaos
from harness import Stage
from xai_names import API, AUTH, REFRESH, TOKEN, Tunnels, Xai

FAILED = 1


class Keeper:
    """A script that answers a CONNECT with these bytes; heard: all that was said to it."""

    def __init__(self, *answers):
        self._answers, self.heard = answers, b""

    async def __call__(self, connection):
        self.heard += await connection.read()
        for answer in self._answers:
            await connection.send(answer)
            self.heard += await connection.read()


class ProxyTest(ChaosTest):
    @classmethod
    def setUpClass(cls):
        cls.stage = Stage(sim=False)
        cls.addClassCleanup(cls.stage.close)
        cls.xai = Xai(cls.stage.root / "xai")
        cls.addClassCleanup(cls.xai.close)
        cls.stage.config["ca_file"] = cls.xai.file
        with Chaos(Tunnels(cls.xai.port)) as proxy:
            cls.stage.run("login", "--auto", config=cls.through(proxy))

    def setUp(self):
        pass

    @staticmethod
    def through(proxy):
        return {"proxy": f"http://127.0.0.1:{proxy.port}"}

    def complete(self, proxy, code=0, **members):
        return self.stage.complete("Hi", config=self.through(proxy), code=code, max_retries=0,
                                   **members)

    # C36
    def test_a_tunnel_shows_names_alone(self):
        tunnels = Tunnels(self.xai.port)
        with Chaos(tunnels) as proxy:
            self.assertEqual(self.complete(proxy).joined("text"), "fine")
            self.stage.run("refresh", config=self.through(proxy))
        self.assertEqual({request.line for request in tunnels.seen},
                         {f"CONNECT {name}:443 HTTP/1.1" for name in (AUTH, API)})
        for request in tunnels.seen:
            self.assertNotIn("authorization", request.headers)

    # C36
    def test_nobody_there(self):
        with Chaos(Keeper()) as proxy:
            pass
        self.check_error(self.complete(proxy, FAILED).result, "proxy", retry=False)
        refresh = self.stage.run("refresh", config=self.through(proxy), code=FAILED)
        self.check_error(refresh.document, "proxy", retry=False)

    # C36
    def test_one_that_refuses(self):
        for status, reason in ((407, "proxy_auth"), (403, None), (502, None)):
            with self.subTest(status=status):
                keeper = Keeper(b"HTTP/1.1 %d No\r\nContent-Length: 0\r\n\r\n" % status)
                with Chaos(keeper) as proxy:
                    result = self.complete(proxy, FAILED).result
                    self.check_error(result, "proxy", reason, retry=False)
                    start = self.stage.run("refresh", config=self.through(proxy), code=FAILED)
                    self.check_error(start.document, "proxy", reason, retry=False)
                self.check_silence(keeper.heard)

    # C36
    def test_one_that_talks_instead(self):
        granted = b"HTTP/1.1 200 Connection established\r\n\r\n"
        for answers in ((granted, b"HTTP/1.1 200 OK\r\n\r\nhello"), (granted + b"{}" * 100,)):
            keeper = Keeper(*answers)
            with Chaos(keeper) as proxy:
                self.check_error(self.complete(proxy, FAILED).result, "tls", retry=False)
            self.check_silence(keeper.heard)

    # C36
    def test_one_that_listens_in(self):
        heard = []

        async def listen(connection):
            heard.append(await connection.read())

        other = Authority(self.stage.root / "other", AUTH, API)
        with Chaos(listen, tls=other.context()) as listener, \
                Chaos(Tunnels(listener.port)) as proxy:
            self.check_error(self.complete(proxy, FAILED).result, "tls", retry=False)
            harness.wait_for(lambda: listener.open == 0, "the end of the connection")
        self.assertEqual(heard, [])

    def check_silence(self, heard):
        self.assertIn(b"CONNECT ", heard)
        for secret in (TOKEN, REFRESH, "Bearer", "Authorization", CHAT_MODEL, "/v1"):
            self.assertNotIn(secret.encode(), heard)


if __name__ == "__main__":
    harness.main()
