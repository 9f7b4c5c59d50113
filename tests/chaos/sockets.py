"""Sockets as the kernel sees them, and one that it does not serve."""

import collections
import pathlib
import socket

ESTABLISHED, KEEP_ALIVE_TIMER = "01", "02"

Client = collections.namedtuple("Client", "unread keep_alive")


def clients_of(port):
    """The sockets of this machine that are connected to the port, from /proc/net/tcp."""
    rows = (row.split() for row in pathlib.Path("/proc/net/tcp").read_text().splitlines()[1:])
    return [Client(int(row[4].split(":")[1], 16), row[5].split(":")[0] == KEEP_ALIVE_TIMER)
            for row in rows
            if int(row[2].split(":")[1], 16) == port and row[3] == ESTABLISHED]


class FullQueue:
    """A port that neither accepts nor refuses: its queue is full, and SYNs are dropped."""

    def __init__(self, address="127.0.0.1", port=0):
        self._family = socket.AF_INET6 if ":" in address else socket.AF_INET
        self._listener = socket.socket(self._family)
        self._listener.bind((address, port))
        self._listener.listen(0)
        self._name = self._listener.getsockname()
        self.url = f"http://{address}:{self._name[1]}/v1"
        self._waiting = []

    def __enter__(self):
        for _ in range(16):
            client = socket.socket(self._family)
            client.settimeout(0.2)
            self._waiting.append(client)
            try:
                client.connect(self._name)
            except TimeoutError:
                return self
        raise AssertionError("the queue takes whatever comes")

    def __exit__(self, *_):
        for one in (self._listener, *self._waiting):
            one.close()
