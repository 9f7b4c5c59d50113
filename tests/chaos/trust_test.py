"""Who is trusted when the config names a ca_file: those in it, and no folder beside it.

The system's certificates are files of the machine, so the test that changes them has file
systems of its own (unshare).
"""

import ssl
import subprocess
import sys
import tempfile
import unittest

import harness
from chaos_harness import ChaosTest
from chaosd import LAST, Chaos, chunk, head

UNSHARE = ["unshare", "--map-root-user", "--mount"]
INSIDE = "inside"  # the first argument there
ANSWER = (b'data: {"id":"c","object":"chat.completion.chunk","created":1,"model":"grok-4.3",'
          b'"choices":[{"index":0,"delta":{"content":"hi"},"finish_reason":"stop"}]}\n\n'
          b"data: [DONE]\n\n")


def certificate(folder, name):
    """For this machine, signed by itself: a file with it and its key."""
    path = f"{folder}/{name}.pem"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
                    "-subj", f"/CN={name}", "-addext", "subjectAltName=IP:127.0.0.1",
                    "-keyout", path, "-out", path], check=True, capture_output=True)
    return path


def may_mount():
    try:
        return subprocess.run([*UNSHARE, "true"], capture_output=True, check=False,
                              timeout=harness.DEADLINE_S).returncode == 0
    except OSError:
        return False


async def script(connection):
    while True:
        await connection.request()
        await connection.send(head() + chunk(ANSWER) + LAST)


@unittest.skipUnless(sys.argv[1:] == [INSIDE], "not tested here but by TrustTest, in file systems of its own: it changes /etc")
class Inside(ChaosTest):
    def test_only_the_file_counts(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        theirs = certificate(folder.name, "theirs")
        ours = certificate(folder.name, "ours")
        hashed = subprocess.run(["openssl", "x509", "-hash", "-noout", "-in", theirs],
                                check=True, capture_output=True, text=True).stdout.strip()
        subprocess.run(["mount", "-t", "tmpfs", "none", "/etc/ssl/certs"], check=True)
        for name in (f"{hashed}.0", "ca-certificates.crt"):
            subprocess.run(["cp", theirs, f"/etc/ssl/certs/{name}"], check=True)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(theirs)
        with Chaos(script, context) as chaos:
            for members, code in (({}, 0), ({"ca_file": theirs}, 0), ({"ca_file": ours}, None)):
                run = self.stage.complete(config=self.toward(chaos, **members), code=code,
                                          max_retries=0)
                with self.subTest(**members):
                    self.assertEqual(run.result.get("error"), None if code == 0 else "tls")


class TrustTest(unittest.TestCase):
    def test_only_the_file_counts(self):
        if not may_mount():
            self.skipTest("that ca_file replaces the system's certificates was not tested: no file systems "
                          "of our own (unshare)")
        ended = subprocess.run([*UNSHARE, sys.executable, "-B", __file__, INSIDE],
                               capture_output=True, text=True, check=False,
                               timeout=harness.DEADLINE_S)
        self.assertEqual(ended.returncode, 0, ended.stderr)


if __name__ == "__main__":
    if sys.argv[1:] == [INSIDE]:
        unittest.main(argv=sys.argv[:1], defaultTest="Inside")
    harness.main()
