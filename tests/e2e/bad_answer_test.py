"""Servers that do not answer as xAI does: pages, redirects, packed bodies, nothing at all."""

import base64
import gzip
import socket

import harness
from harness import SignedInTest, Stage, StageTest, wait_for

PAGE = "<!DOCTYPE html><html><head><title>Just a moment...</title></head></html>"
HTML = {"Content-Type": "text/html; charset=utf-8"}
CHALLENGE = {**HTML, "cf-mitigated": "challenge"}
CHAT = "/v1/chat/completions"
FAILED, TEMPORARY = 1, 75


def closed_port():
    """A port on which nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


class BadAnswerTest(SignedInTest):
    def check_signed_in(self):
        """No answer of that kind may cost the sign-in."""
        self.sim.clear_scenes()
        self.assertEqual(self.stage.run("status").document["state"], "connected")
        self.assertTrue(self.stage.complete("Hi").result["ok"])

    def chat(self, error, reason=None, code=FAILED, **scene):
        self.sim.scene(CHAT, **scene)
        run = self.stage.complete("Hi", code=code, max_retries=0)
        self.check_error(run.result, error, reason, retry=code == TEMPORARY)
        self.assertEqual(run.result["bytes_delivered"], 0)
        self.assertNotIn("<", run.result["detail"])
        return run.result

    # C28
    def test_a_page_instead_of_an_answer(self):
        self.chat("protocol", body=PAGE, headers=HTML)
        self.chat("protocol", status=404, body=PAGE, headers=HTML)
        self.chat("edge_blocked", status=403, body=PAGE, headers=HTML, code=TEMPORARY)
        self.chat("edge_blocked", status=503, body=PAGE, headers=CHALLENGE, code=TEMPORARY)
        self.chat("edge_blocked", status=522, body=PAGE, headers=HTML, code=TEMPORARY)
        self.chat("overloaded", status=502, body=PAGE, headers=HTML, code=TEMPORARY)
        self.chat("upstream", status=500, body=PAGE, headers=HTML, code=TEMPORARY)
        self.chat("protocol", "portal", status=511, body=PAGE, headers=HTML)
        self.chat("upstream", status=407, body=PAGE, headers=HTML, code=TEMPORARY)
        self.check_signed_in()

    def forget_models(self):
        """Without the last good list, which would do."""
        for path in self.stage.state.glob("models-*"):
            path.unlink()

    def models(self, error, code=FAILED, **scene):
        self.sim.scene("/v1/models", **scene)
        document = self.stage.run("models", "--force", code=code).document
        self.check_error(document, error, retry=code == TEMPORARY)

    def test_a_page_instead_of_the_models(self):
        self.forget_models()
        self.models("protocol", body=PAGE, headers=HTML)
        self.models("protocol", body='{"data":5}')
        self.models("protocol", body='["grok-4.3"]')
        self.models("protocol", status=302, headers={"Location": "/elsewhere"})
        self.models("edge_blocked", status=403, body=PAGE, headers=CHALLENGE, code=TEMPORARY)
        self.stage.run("models")
        self.check_signed_in()

    def refresh(self, error, reason=None, code=FAILED, **scene):
        # Twice: a refresh without a usable answer is presented once more.
        self.sim.scene("/oauth2/token", times=2, **scene)
        document = self.stage.run("refresh", code=code).document
        self.check_error(document, error, reason, retry=code == TEMPORARY)
        self.sim.clear_scenes()
        self.assertEqual(self.stage.run("refresh").document["status"], "refreshed")

    def test_a_page_instead_of_a_token(self):
        self.refresh("protocol", body=PAGE, headers=HTML)
        self.refresh("edge_blocked", status=403, body=PAGE, headers=CHALLENGE, code=TEMPORARY)
        self.refresh("upstream", status=500, body=PAGE, headers=HTML, code=TEMPORARY)
        self.refresh("protocol", "portal", status=511, body=PAGE, headers=HTML)
        # A page that is longer than any answer with a token says no less.
        asked = self.sim.stats()["scenes"]
        self.refresh("upstream", status=503, body=PAGE + "x" * 100_000, headers=HTML,
                     code=TEMPORARY)
        self.assertEqual(self.sim.stats()["scenes"], asked + 1)
        self.check_signed_in()

    # E04
    def test_a_token_answer_without_a_token(self):
        self.refresh("protocol", "token_response", body={"token_type": "Bearer"})
        self.refresh("protocol", "token_response", body={"access_token": 5})
        # A member named twice could be read one way here and another way there.
        self.refresh("protocol", body='{"access_token":"a","access_token":"b"}')
        self.check_signed_in()

    # C31
    def test_a_redirect_is_not_followed(self):
        elsewhere = {"Location": self.sim.urls["api"] + "/models"}
        for status in (301, 302, 303, 307, 308):
            with self.subTest(status=status):
                result = self.chat("protocol", "redirect", status=status, headers=elsewhere)
                self.assertEqual(result["http_status"], status)
        asked = self.sim.stats()["models"]
        self.refresh("protocol", "redirect", status=307, headers=elsewhere)
        self.assertEqual(self.sim.stats()["models"], asked)
        self.check_signed_in()

    def test_a_packed_answer_is_refused(self):
        packed = base64.b64encode(gzip.compress(b'{"data":[]}')).decode()
        headers = {"Content-Type": "application/json", "Content-Encoding": "gzip"}
        self.chat("protocol", body_base64=packed, headers=headers)
        self.forget_models()
        self.models("protocol", body_base64=packed, headers=headers)
        self.stage.run("models")
        self.check_signed_in()
        for request in self.sim.requests(CHAT):
            names = {name.lower() for name, _ in request["headers"]}
            self.assertNotIn("accept-encoding", names)

    def test_json_that_is_no_answer(self):
        headers = {"Content-Type": "application/json"}
        for body in ("{}", "[]", '{"choices":[]}', '{"choices":[{"message":', "nonsense"):
            with self.subTest(body=body):
                self.chat("protocol", body=body, headers=headers)
        self.check_signed_in()


class BadDeviceAnswerTest(StageTest):
    def start(self, error, reason=None, code=FAILED, **scene):
        self.sim.scene("/oauth2/device/code", **scene)
        document = self.stage.start(code=code)
        self.check_error(document, error, reason, retry=code == TEMPORARY)
        self.assertNotIn("<", document["detail"])
        self.assertNotIn("pending", self.stage.files())

    def test_a_page_instead_of_a_code(self):
        self.start("protocol", body=PAGE, headers=HTML)
        self.start("edge_blocked", status=403, body=PAGE, headers=CHALLENGE, code=TEMPORARY)
        self.start("edge_blocked", status=520, body=PAGE, headers=HTML, code=TEMPORARY)
        self.start("upstream", "transient", status=500, body=PAGE, headers=HTML, code=TEMPORARY)
        self.start("protocol", "redirect", status=302, headers={"Location": "/"})
        self.start("upstream", "device_flow_unavailable", status=404, body={}, code=TEMPORARY)
        self.start("upstream", "client_not_accepted", status=400,
                   body={"error": "invalid_client"}, code=TEMPORARY)
        self.assertEqual(self.stage.start()["status"], "pending")

    def test_a_code_that_cannot_be_shown_or_trusted(self):
        page = self.sim.urls["auth"] + "/oauth2/device"
        good = {"device_code": "d" * 40, "user_code": "ABCD-EFGH", "verification_uri": page,
                "expires_in": 900, "interval": 5}
        for wrong in ({"device_code": ""}, {"device_code": None}, {"user_code": "\x1b[2Jgone"},
                      {"user_code": 5}, {"verification_uri": "https://example.com/device"},
                      {"verification_uri": "javascript:alert(1)"}):
            with self.subTest(wrong=wrong):
                self.start("protocol", "device_response", body={**good, **wrong})
        # An address that belongs to somebody else is not shown, even beside a good one.
        self.sim.scene("/oauth2/device/code", body={
            **good, "verification_uri_complete": "https://example.com/?user_code=ABCD-EFGH"})
        shown = self.stage.start()["verification_url_with_code"]
        self.assertEqual(shown, page + "?user_code=ABCD-EFGH")

    def test_a_page_while_polling_keeps_the_flow(self):
        self.stage.start()
        for asked, status in enumerate((403, 520, 429, 200), start=1):
            self.sim.scene("/oauth2/token", status=status, body=PAGE, headers=CHALLENGE)
            wait_for(lambda: self.stage.run("poll").document["status"] == "pending"
                     and self.sim.stats()["scenes"] == asked, "the poll that fails")
        self.assertEqual(self.stage.poll_until_due()["status"], "connected")


class NobodyThereTest(StageTest):
    # C03
    def test_a_closed_port(self):
        self.stage.sign_in()
        closed = f"http://127.0.0.1:{closed_port()}"
        api = {"endpoints": {**self.sim.endpoints, "api": closed + "/v1"}}
        run = self.stage.complete("Hi", config=api, code=TEMPORARY, max_retries=1)
        self.check_error(run.result, "network", retry=True)
        self.assertNotIn("http_status", run.result)
        # Of the models the last good list is known.
        self.assertIs(self.stage.run("models", "--force", config=api).document["stale"], True)

        stage = Stage(sim=False)
        self.addCleanup(stage.close)
        stage.config["endpoints"] = {"auth": closed, "api": closed + "/v1"}
        self.check_error(stage.start(code=TEMPORARY), "network", retry=True)
        self.assertEqual(stage.run("status").document["state"], "signed_out")

    def test_a_server_that_leaves_does_not_keep_anybody_signed_in(self):
        self.stage.sign_in()
        self.sim.stop()
        self.check_error(self.stage.run("refresh", code=TEMPORARY).document, "network")
        gone = self.stage.run("logout").document
        self.assertEqual((gone["status"], gone["removed"], gone["revoked"]),
                         ("disconnected", True, False))
        self.assertEqual(self.stage.run("status").document["state"], "signed_out")


if __name__ == "__main__":
    harness.main()
