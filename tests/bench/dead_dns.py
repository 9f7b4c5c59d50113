"""The phase of a request in which its server's name is looked up, and nobody answers.

The plugin asks for names only of xAI's hosts.  So this needs a network and files of its own:

    unshare --map-root-user --net --mount python3 dead_dns.py COUNT

prints the results of so many cancels, as a list.  There, an auth.x.ai that is ours lets a
person sign in, and api.x.ai is asked of a name server that never answers.
"""

import fcntl
import json
import socket
import ssl
import struct
import subprocess
import sys
import tempfile
import threading

import harness
from cancel_phases import Phase
from chaosd import Chaos, head
from harness import wait_for

NAME = "looking up a name: no name server answers"
UNSHARE = ["unshare", "--map-root-user", "--net", "--mount"]
FILES = {"resolv.conf": "nameserver 127.0.0.1\noptions timeout:5 attempts:1\n",
         "hosts": "127.0.0.1 localhost auth.x.ai\n", "nsswitch.conf": "hosts: files dns\n"}
SIOCGIFFLAGS, SIOCSIFFLAGS, IFF_UP = 0x8913, 0x8914, 1
SIGN_IN = {
    "/oauth2/device/code": {
        "device_code": "bench-device-code", "user_code": "BENC-HMRK", "interval": 1,
        "verification_uri": "https://accounts.x.ai/oauth2/device", "expires_in": 900},
    "/oauth2/token": {
        "access_token": "bench.access.token", "refresh_token": "bench-refresh-token",
        "token_type": "Bearer", "expires_in": 21600},
}


def can_have_networks():
    """If this user may make such a place at all."""
    try:
        return subprocess.run([*UNSHARE, "true"], capture_output=True, check=False,
                              timeout=harness.DEADLINE_S).returncode == 0
    except OSError:
        return False


def in_a_network_of_its_own(count):
    """The results of so many cancels."""
    argv = [*UNSHARE, sys.executable, "-B", __file__, str(count)]
    ended = subprocess.run(argv, stdout=subprocess.PIPE, text=True, check=True, timeout=600)
    return json.loads(ended.stdout)


def move_in(folder):
    for name, text in FILES.items():
        with open(f"{folder}/{name}", "w", encoding="utf-8") as file:
            file.write(text)
        subprocess.run(["mount", "--bind", file.name, f"/etc/{name}"], check=True)
    with socket.socket() as any_socket:
        request = struct.pack("16sh22x", b"lo", 0)
        flags = struct.unpack_from("h", fcntl.ioctl(any_socket, SIOCGIFFLAGS, request), 16)[0]
        fcntl.ioctl(any_socket, SIOCSIFFLAGS, struct.pack("16sh22x", b"lo", flags | IFF_UP))


def certificate(folder):
    """For auth.x.ai: a file with it and its key."""
    path = f"{folder}/auth.pem"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
                    "-subj", "/CN=auth.x.ai", "-addext", "subjectAltName=DNS:auth.x.ai",
                    "-keyout", path, "-out", path], check=True, capture_output=True)
    return path


async def sign_in(connection):
    while True:
        path = (await connection.request()).path
        body = json.dumps(SIGN_IN.get(path, {"sub": "bench"})).encode()
        await connection.send(
            head(content_type="application/json", content_length=len(body)) + body)


class DeadNameServer:
    def __init__(self):
        self.queries = 0
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 53))
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self):
        while self._socket.recv(512):
            self.queries += 1


class Resolving(Phase):
    NAME = NAME

    def __init__(self, folder):
        self.folder = folder
        super().__init__()

    def prepare(self):
        self.server = DeadNameServer()
        path = certificate(self.folder)
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(path)
        self.callback(Chaos(sign_in, tls, port=443).close)
        del self.stage.config["endpoints"]
        self.stage.config["ca_file"] = path
        self.stage.sign_in()

    def begin(self, host):
        before = self.server.queries
        host.complete()
        wait_for(lambda: self.server.queries > before, self.NAME)


def main():
    with tempfile.TemporaryDirectory() as folder:
        move_in(folder)
        with Resolving(folder) as phase:
            print(json.dumps(phase.cancels(int(sys.argv[1]))))


if __name__ == "__main__":
    main()
