"""No token and no device code shows up in output, logs or files, whatever happens."""

import base64
import json
import os
import urllib.error
import urllib.parse
import urllib.request

import harness
from harness import StageTest, wait_for
from secret_search import PIECE, found_in

CHAT = "/v1/chat/completions"
EVENTS = "text/event-stream"
ANSWER = {"id": "c1", "object": "chat.completion.chunk", "created": 1, "model": "grok-4.3",
          "choices": [{"index": 0, "delta": {"content": "Hi"}, "finish_reason": "stop"}]}
# As JSON or not.  With sanitizers each run takes a second.
VIEWS = (True,) if harness.SANITIZE else (True, False)


class Heard:
    """Another server."""

    url = "http://elsewhere"

    def has(self, text):
        self.heard = [text.encode()]
        return self


class SecretsTest(StageTest):
    SIM = ("--approve", "auto", "--approve-after", "1", "--interval", "1")

    def setUp(self):
        super().setUp()
        self.seen = {}  # where: bytes

    def run_host(self, *args, stdin=""):
        """For a machine and for a person, each with the plugin's log."""
        for json_out in VIEWS:
            run = self.stage.run("--verbose", *args, code=None, json_out=json_out, stdin=stdin)
            name = f"{' '.join(args)} json={json_out} #{len(self.seen)}"
            self.seen[name] = (run.out + run.err).encode()
        self.look_at_files()

    def look_at_files(self):
        """State, keys, home and working directory, as they are at this moment."""
        for path in self.stage.root.rglob("*"):
            if path.is_file():
                name = f"{path.relative_to(self.stage.root)} #{len(self.seen)}"
                self.seen[name] = path.name.encode() + b"\n" + path.read_bytes()

    def ask(self):
        self.run_host("complete", "-", stdin=json.dumps(
            {"model": "grok-4.3", "messages": [{"role": "user", "content": "Hi"}],
             "max_retries": 0}))

    def reflect(self, path, status, times=2, **headers):
        """Lets the server throw back every secret that it knows."""
        secrets = " ".join(self.sim.secrets()[-6:])
        self.sim.scene(path, status=status, times=times, headers=headers, body={
            "error": secrets, "code": secrets[:200], "message": secrets,
            "error_description": secrets})

    def wait_until_connected(self):
        wait_for(lambda: self.stage.run("poll", code=None).document.get("status") == "connected",
                 "the sign-in")

    def tell_the_story(self):
        self.run_host("status")
        self.run_host("start")
        self.run_host("poll")
        self.wait_until_connected()
        self.run_host("status")
        self.run_host("models", "--force")
        self.run_host("chat", "Hello")
        self.ask()
        self.run_host("refresh")

    def tell_what_goes_wrong(self):
        for status in (400, 401, 403, 404, 429, 500, 503):
            self.reflect(CHAT, status)
            self.ask()
            self.sim.clear_scenes()
        self.reflect("/v1/models", 400)
        self.run_host("models", "--force")
        for status in (400, 401, 403, 500):
            self.reflect("/oauth2/token", status)
            self.run_host("refresh")
            self.sim.clear_scenes()
        self.reflect("/oauth2/device/code", 400)
        self.run_host("start", "--force")
        # In headers that are shown, and within a stream.
        secret = self.sim.secrets()[-1]
        self.sim.scene(CHAT, status=400, headers={"xai-request-id": secret}, times=2,
                       body={"error": "see the header"})
        self.ask()
        self.sim.scene(CHAT, headers={"xai-request-id": secret, "Content-Type": EVENTS},
                       times=2, body="data: " + json.dumps(ANSWER) + "\n\ndata: [DONE]\n\n")
        self.ask()
        frame = "data: " + json.dumps({"error": {"message": secret, "code": "x"}}) + "\n\n"
        self.sim.scene(CHAT, chunks=[frame], times=2,
                       headers={"Content-Type": EVENTS})
        self.ask()
        self.sim.control("expire-access", {})
        self.ask()

    def tell_the_end(self):
        self.sim.control("revoke-all", {})
        self.run_host("refresh")
        self.run_host("status")
        self.run_host("start", "--force")
        self.run_host("cancel")
        self.run_host("logout")
        self.run_host("status")

    def test_nothing_shows(self):
        self.tell_the_story()
        self.tell_what_goes_wrong()
        self.tell_the_end()
        secrets = self.sim.secrets()
        self.assertGreaterEqual(len(secrets), 6)
        self.assertGreater(len(self.seen), 100)
        self.assertEqual(found_in(secrets, self.seen), [])

    # E14
    def test_the_owner_is_not_named_by_a_token(self):
        self.stage.start()
        tokens = {"access_token": "0paque-access", "refresh_token": "0paque-refresh"}
        self.sim.scene("/oauth2/token",
                       body={**tokens, "token_type": "Bearer", "expires_in": 900})
        self.sim.scene("/oauth2/userinfo", body={"sub": f"of-{'a' * 40} 0paque-access",
                                                 "email": tokens["refresh_token"]})
        self.wait_until_connected()
        run = self.stage.run("status")
        self.assertEqual((run.document["email"], run.document["account_id"]),
                         (None, "[masked] [masked]"))
        self.assertNotIn("0paque", run.out + run.err)

    def test_the_search_finds_what_is_there(self):
        self.stage.sign_in()
        secret = self.sim.secrets()[0]
        shapes = {
            "raw": secret, "part": secret[3:3 + PIECE],
            "base64": base64.b64encode(f"x{secret}".encode()).decode(),
        }
        for form, text in shapes.items():
            with self.subTest(form=form):
                self.seen = {}
                planted = self.stage.cwd / "planted"
                planted.write_text(f"before {text} after")
                self.look_at_files()
                planted.unlink()  # the harness looks as well
                found = found_in(self.sim.secrets(), self.seen)
                self.assertEqual([where.split(" ")[0] for where in found], ["cwd/planted"])

    def check_close_complains(self, where, plant):
        # What is planted here is not for the search through the whole run.
        stage = harness.Stage(*self.SIM, "--requests-log", os.devnull)
        try:
            stage.start()
            plant(stage, stage.sim.secrets()[0][7:7 + PIECE])
        finally:
            with self.assertRaisesRegex(AssertionError, rf"a secret is in \[.*{where}"):
                stage.close()
        self.assertFalse(stage.root.exists())

    def test_after_each_test_the_harness_looks(self):
        def ask(stage, path, **members):
            url = urllib.parse.urljoin(stage.sim.urls["auth"], path)
            try:
                urllib.request.urlopen(urllib.request.Request(url, **members), timeout=60).close()
            except urllib.error.HTTPError as refused:
                refused.close()

        def header(name, value):
            return {"headers": {name: value}}

        other = Heard()
        for where, plant in (
                ("state/note", lambda stage, piece: (stage.state / "note").write_text(piece)),
                ("what was printed", lambda stage, piece: stage.keep(f"token {piece}")),
                (other.url, lambda stage, piece: stage.servers.add(other.has(piece))),
                ("a request", lambda stage, piece: ask(stage, f"/v1/models?token={piece}")),
                ("a request", lambda stage, piece: ask(
                    stage, "/v1/models", **header("Cookie", piece))),
                ("a request", lambda stage, piece: ask(
                    stage, "/oauth2/device/code", data=f"device_code={piece}".encode())),
                ("a request", lambda stage, piece: ask(
                    stage, "/oauth2/device", **header("Authorization", f"Bearer {piece}")))):
            with self.subTest(where=where):
                self.check_close_complains(where, plant)


if __name__ == "__main__":
    harness.main()
