"""What is left of tokens, device codes and the key in the memory of a host that has signed in,
asked, renewed, asked, signed out and destroyed its provider, all over TLS.

Pieces of 16 bytes are counted, in what is in use and in what was freed: of a freed copy the
allocator or the next owner may have overwritten a part.  Whose the copies are tells a second
life, in which what others free is wiped and what we free is kept as it is.
"""

import collections
import json
import os
import subprocess
import unittest

import harness
from chaosd import Chaos
from harness import SANITIZE
from lifecycle_harness import LifecycleTest
from relay import Relay

PIECE, MASK = 16, 0xA5
# In the order in which the simulator hands them out, and last what it never sees.
KINDS = ["device code", *["access token", "refresh token", "id token"] * 2, "key"]
# All are libcurl's and OpenSSL's: heads and bodies of requests, which grow, and the answers
# that were read last, by each of the two.
COPIES_MAX = {"device code": 1, "access token": 5, "refresh token": 4, "id token": 2, "key": 0}


def pieces_of(secrets):
    """Pairs of a secret's place and a piece that is in no other: JWTs have much in common."""
    owners = collections.defaultdict(set)
    for place, secret in enumerate(secrets):
        for at in range(len(secret) - PIECE + 1):
            owners[secret[at:at + PIECE]].add(place)
    return [(place, secret[at:at + PIECE]) for place, secret in enumerate(secrets)
            for at in range(0, len(secret) - PIECE + 1, PIECE)
            if owners[secret[at:at + PIECE]] == {place}]


def hidden(piece):
    """As the host takes it, without having it."""
    return bytes(byte ^ MASK for byte in piece).hex()


@unittest.skipIf(SANITIZE, "secrets in freed memory were not tested: "
                 "a sanitizer keeps what was freed")
class ResidueTest(LifecycleTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.auth = Chaos(Relay(cls.sim.urls["auth"]), tls=cls.authority.context())
        cls.addClassCleanup(cls.auth.close)

    def toward(self, chaos, **members):
        # Somebody of the test's own, who signs in.
        config = super().toward(chaos, profile=self._testMethodName, **members)
        config["endpoints"]["auth"] = self.auth.url.removesuffix("/v1")
        return config

    def copies(self, *more, **variables):
        """Of each secret of a life, how often its most frequent piece was found."""
        before = len(self.sim.secrets())
        with subprocess.Popen(self.argv("residue", *more), stdin=subprocess.PIPE,
                              stdout=subprocess.PIPE, text=True, cwd=self.stage.cwd,
                              env={**self.stage.environment(), **variables}) as host:
            self.addCleanup(harness.end_process, host)
            self.assertEqual(host.stdout.readline(), "\n")
            secrets = [secret.encode() for secret in self.sim.secrets()[before:]]
            secrets.append(self.stage.key.read_bytes())
            pieces = pieces_of(secrets)
            asked = "".join(hidden(piece) + "\n" for _, piece in pieces)
            told, _ = host.communicate(asked, timeout=harness.DEADLINE_S)
        self.assertEqual(host.returncode, 0)
        self.assertEqual([secret.startswith(b"eyJ") for secret in secrets],
                         ["token" in kind and "refresh" not in kind for kind in KINDS])
        copies = [0] * len(secrets)
        for (place, _), count in zip(pieces, json.loads(told), strict=True):
            copies[place] = max(copies[place], count)
        self.assertEqual(self.auth.failures, [])
        print(list(zip(KINDS, copies)), flush=True)
        return copies

    def test_few_copies_are_left(self):
        for kind, count in zip(KINDS, self.copies()):
            self.assertLessEqual(count, COPIES_MAX[kind], kind)

    def test_no_copy_is_ours(self):
        for kind, count in zip(KINDS, self.copies(LD_PRELOAD=os.environ["XAI_KEEP_FREED"])):
            self.assertEqual(count, 0, kind)

    def test_what_is_held_is_found(self):
        # Its provider lives on, and so does what it knows: once in the record, once as the
        # token in use, and what its connections hold.
        *_, access, refresh, _, key = self.copies("live")
        self.assertGreater(access, 0)
        self.assertGreater(refresh, 0)
        self.assertGreater(key, 0)


if __name__ == "__main__":
    harness.main()
