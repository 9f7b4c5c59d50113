"""A network and files under /etc of a test's own, in namespaces that need no privileges."""

import os
import pathlib
import socket
import subprocess
import sys
import tempfile
import threading

from harness import SKIPPED

INSIDE = "XAI_CHAOS_INSIDE"
ENTER = ["unshare", "--user", "--map-root-user", "--net", "--mount"]
FILES = ("hosts", "resolv.conf", "nsswitch.conf")
TRY = "ip link set lo up; " + "; ".join(f"mount --bind /dev/null /etc/{name}" for name in FILES)
NO_SUCH_NAME, SERVER_FAILURE = 3, 2


def enter(file):
    """Runs the calling test again, in namespaces; returns only in there."""
    if os.environ.get(INSIDE):
        return
    try:
        tried = subprocess.run([*ENTER, "sh", "-ec", TRY], capture_output=True, text=True,
                               check=False)
        why = tried.stderr.strip() if tried.returncode else ""
    except FileNotFoundError as error:
        why = str(error)
    if why:
        test = os.path.splitext(os.path.basename(file))[0]
        print(f"SKIPPED {test}: it needs namespaces of its own: {why}", flush=True)
        sys.exit(SKIPPED)
    ended = subprocess.run([*ENTER, sys.executable, "-B", file, *sys.argv[1:]],
                           env={**os.environ, INSIDE: "1"}, check=False)
    sys.exit(ended.returncode)


class Names:
    """Who is who: /etc/hosts, and a name server at 127.0.0.1 that answers with `code`, or, if
    that is None, never.  asked: the names that it was asked for.
    """

    def __init__(self):
        subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
        subprocess.run(["mount", "--make-rprivate", "/"], check=True)
        self._folder = tempfile.TemporaryDirectory(prefix="xai-names-")
        self._hosts = self._replace("hosts", "")
        self._replace("resolv.conf", "nameserver 127.0.0.1\n")
        self._replace("nsswitch.conf", "hosts: files dns\n")
        self.code, self.asked = None, []
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 53))
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def _replace(self, name, text):
        path = pathlib.Path(self._folder.name, name)
        path.write_text(text, encoding="ascii")
        subprocess.run(["mount", "--bind", str(path), f"/etc/{name}"], check=True)
        return path

    def are(self, *lines):
        """From now on; the lines are those of /etc/hosts."""
        self._hosts.write_text("".join(line + "\n" for line in lines), encoding="ascii")

    def _serve(self):
        while True:
            question, sender = self._socket.recvfrom(1 << 16)
            if not question:
                return
            self.asked.append(self._name(question))
            if self.code is not None:
                flags = bytes((0x81, 0x80 | self.code))
                self._socket.sendto(question[:2] + flags + question[4:6] + bytes(6) +
                                    question[12:], sender)

    @staticmethod
    def _name(question):
        labels, at = [], 12
        while question[at]:
            labels.append(question[at + 1:at + 1 + question[at]].decode("latin-1"))
            at += 1 + question[at]
        return ".".join(labels)

    def close(self):
        self._socket.sendto(b"", self._socket.getsockname())
        self._thread.join()
        self._socket.close()
        for name in FILES:
            subprocess.run(["umount", f"/etc/{name}"], check=True)
        self._folder.cleanup()
