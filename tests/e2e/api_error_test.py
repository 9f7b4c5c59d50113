"""The error bodies that xAI is known to send, each through the whole product."""

import email.utils
import json
import time

import harness
from harness import SignedInTest

CHAT = "/v1/chat/completions"
FAILED, DENIED, TEMPORARY = 1, 4, 75
NO_PERMISSION = "The caller does not have permission to execute the specified operation"
SPENT = ("permission-denied: Your team 00000000-0000-0000-0000-000000000000 has either used "
         "all available credits or reached its monthly spending limit. To continue making API "
         "requests, please purchase more credits or raise your spending limit.")

# A: words about the token, whatever the status: the request is sent once more.
STALE = (
    (403, {"code": "unauthenticated:bad-credentials",
           "error": "The OAuth2 access token could not be validated."}),
    (403, {"code": NO_PERMISSION,
           "error": "The OAuth2 access token could not be validated. "
                    "[WKE=unauthenticated:bad-credentials]"}),
    (403, {"type": "error", "status": 403,
           "error": {"code": "unauthenticated:bad-credentials", "message": "No."}}),
    (403, {"error": "The OAuth2 access token could not be validated."}),
    (401, {"error": "Invalid or expired credentials (auth_kind=bearer)"}),
    (401, {"code": "unauthenticated", "error": "Authentication required"}),
    (401, {"detail": "Not authenticated"}),
    (400, {"code": "Client specified an invalid argument",
           "error": "Incorrect API key provided: ey***xx."}),
)

# (status, body, error, reason or None, exit code)
REFUSALS = (
    # B: the plan
    (403, {"code": NO_PERMISSION,
           "error": "You have either run out of available resources or do not have an active "
                    "Grok subscription. Manage your subscription at https://grok.com/?_s=usage "
                    "or subscribe at https://grok.com/supergrok."},
     "entitlement_denied", "entitlement", DENIED),
    (403, {"code": "forbidden", "error": "You do not have an active Grok subscription."},
     "entitlement_denied", "entitlement", DENIED),
    (403, {"code": "permission-denied",
           "error": "Access to the chat endpoint is denied. Please ensure you're using the "
                    "correct credentials."}, "entitlement_denied", "entitlement", DENIED),
    (403, {"error": "The model 'grok-build' requires a Grok subscription."},
     "entitlement_denied", "entitlement", DENIED),
    (403, {"code": "permission_denied",
           "error": "model access is not allowed for this account"},
     "entitlement_denied", "entitlement", DENIED),
    # C: money
    (403, {"code": "personal-team-blocked:spending-limit",
           "error": "You have run out of credits or need a Grok subscription. Add credits at "
                    "https://grok.com/?_s=usage or upgrade at https://grok.com/supergrok."},
     "spending_limit", "spending_limit", DENIED),
    (402, {"error": "Payment required"}, "spending_limit", "spending_limit", DENIED),
    (429, {"code": 429, "error": "You ran out of credits. "
                                 "[WKE=personal-team-blocked:spending-limit]"},
     "spending_limit", "spending_limit", DENIED),
    (403, {"error": SPENT}, "spending_limit", "spending_limit", DENIED),
    (429, {"error": SPENT}, "spending_limit", "spending_limit", DENIED),
    # D: rate and quota
    (429, {"code": "subscription:free-usage-exhausted",
           "error": "You've used all the included free usage for model grok-4.5-build-free for "
                    "now. Usage resets over a rolling 24-hour window — tokens (actual/limit): "
                    "1065387/1000000."}, "quota_exhausted", "free_usage_exhausted", FAILED),
    (429, {"error": "Some resource has been exhausted: You are sending requests too quickly."},
     "rate_limited", None, TEMPORARY),
    (429, {"code": "rate_limit", "error": "too many requests"}, "rate_limited", None, TEMPORARY),
    (503, {"error": "The service is temporarily at capacity. Please retry your request shortly."},
     "overloaded", "capacity", TEMPORARY),
    (429, {"error": "The model is currently at capacity due to high demand. Please try again."},
     "overloaded", "capacity", TEMPORARY),
    # E: content
    (403, {"error": "I can't help with that request."}, "request_refused", None, DENIED),
    (403, {"error": "Content violates usage guidelines."}, "content_filter", "safety", DENIED),
    # F: the request
    (404, {"code": "not-found", "error": "The model X does not exist or your team does not have "
                                         "access to it"}, "model_unavailable", None, DENIED),
    (400, {"code": "Client specified an invalid argument", "error": "Invalid request content."},
     "invalid_request", "upstream", FAILED),
    (400, {"code": "invalid-argument", "error": "A tool_choice was set on the request but no "
                                                "tools were specified."},
     "invalid_request", "upstream", FAILED),
    (422, "Failed to deserialize the JSON body into the target type: messages[3].content: "
          "invalid type: null", "invalid_request", "upstream", FAILED),
    (400, {"error": "This model's maximum prompt length is 131072 but the request contains "
                    "200000 tokens."}, "context_length", None, FAILED),
    (413, {"error": "Request entity too large"}, "context_length", None, FAILED),
    # G: the server
    (503, {"code": "The service is currently unavailable",
           "error": "Service temporarily unavailable. The model did not respond to this "
                    "request."}, "overloaded", None, TEMPORARY),
    (500, {"code": 500, "error": "internal server error"}, "upstream", None, TEMPORARY),
    (529, {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}},
     "overloaded", None, TEMPORARY),
    (408, {"error": "Request timeout"}, "timeout", "upstream", TEMPORARY),
    # Shapes that say little
    (400, '"A request may either be streaming or deferred, but not both."',
     "invalid_request", "upstream", FAILED),
    (500, "", "upstream", None, TEMPORARY),
    (400, [{"error": {"message": "array-wrapped", "code": "invalid-argument"}}],
     "invalid_request", "upstream", FAILED),
)


class ApiErrorTest(SignedInTest):
    def test_words_about_the_token_send_the_request_once_more(self):
        for status, body in STALE:
            with self.subTest(status=status, body=body):
                before = self.sim.stats()
                self.sim.scene(CHAT, status=status, body=body)
                self.assertTrue(self.stage.complete("Hi").result["ok"])
                after = self.sim.stats()
                self.assertEqual(after["chat"], before["chat"] + 2)
                self.assertEqual(after["refreshes"], before["refreshes"])

    def test_each_refusal_has_its_name(self):
        for status, body, error, reason, code in REFUSALS:
            with self.subTest(status=status, body=body):
                before = self.sim.stats()
                self.sim.scene(CHAT, status=status, body=body,
                               headers={"xai-request-id": "req-7"})
                run = self.stage.complete("Hi", code=code, max_retries=0)
                self.check_error(run.result, error, reason, retry=code == TEMPORARY)
                self.assertEqual(run.result["http_status"], status)
                self.assertEqual(run.result["request_id"], "req-7")
                self.assertLessEqual(len(run.result["detail"]), 280)
                after = self.sim.stats()
                # None of them is a reason to renew, to try again or to sign out.
                self.assertEqual(after["chat"], before["chat"] + 1)
                self.assertEqual(after["refreshes"], before["refreshes"])
        self.assertEqual(self.stage.run("status").document["state"], "connected")

    # E14
    def test_no_error_quotes_the_request(self):
        prompt = "Whom did the physician see on Monday?"
        error = {"error": f"Invalid message '{prompt}' for max_completion_tokens"}
        shown = "Invalid message '...' for max_completion_tokens"
        frame = f"data: {json.dumps({'error': {'message': error['error']}})}\n\n"
        for scene in ({"status": 400, "body": error},
                      {"chunks": [frame], "headers": {"Content-Type": "text/event-stream"}}):
            with self.subTest(scene=scene):
                self.sim.scene(CHAT, **scene)
                run = self.stage.complete(prompt, code=None, max_retries=0,
                                          max_completion_tokens=7)
                self.assertEqual(run.result["detail"], shown)
                self.assertNotIn("physician", run.out + run.err)

    def test_the_wrong_lane_is_left_once(self):
        before = self.sim.stats()
        self.sim.scene(CHAT, status=400,
                       body='"Multi Agent requests are not allowed on chat completions"')
        run = self.stage.complete("Hi")
        self.assertEqual(run.result["lane"], "responses")
        after = self.sim.stats()
        self.assertEqual(after["responses"], before["responses"] + 1)

    def limited(self, code, retry_after, **members):
        self.sim.scene(CHAT, status=429, body={"error": "too many requests"},
                       headers={"Retry-After": retry_after})
        return self.stage.complete("Hi", code=code, **members)

    # C29
    def test_how_long_to_wait_is_passed_on(self):
        result = self.limited(TEMPORARY, "7", max_retries=0).result
        self.check_error(result, "rate_limited", retry=True)
        self.assertEqual(result["retry_after_ms"], 7000)
        # Longer than anybody would like to wait within a request.
        before = self.sim.stats()["chat"]
        result = self.limited(TEMPORARY, "3600").result
        self.assertEqual(result["retry_after_ms"], 3_600_000)
        self.assertEqual(self.sim.stats()["chat"], before + 1)

    # C29
    def test_a_date_to_wait_for_is_left_to_the_reader(self):
        date = email.utils.formatdate(time.time() + 600, usegmt=True)
        result = self.limited(TEMPORARY, date, max_retries=0).result
        self.check_error(result, "rate_limited", retry=True)
        self.assertNotIn("retry_after_ms", result)  # two clocks would have to agree

    def test_a_short_wait_is_waited(self):
        before = self.sim.stats()["chat"]
        begun = time.monotonic()
        self.assertTrue(self.limited(0, "1").result["ok"])
        self.assertGreaterEqual(time.monotonic() - begun, 1)
        self.assertEqual(self.sim.stats()["chat"], before + 2)

    def test_markup_and_control_characters_are_not_shown(self):
        self.sim.scene(CHAT, status=400, body={"error": "bad \x1b[2J\x07 thing\r\nhere"})
        detail = self.stage.complete("Hi", code=FAILED).result["detail"]
        self.assertTrue(detail.isprintable(), detail)
        self.sim.scene(CHAT, status=400, body={"error": "x" * 5000})
        self.assertLessEqual(len(self.stage.complete("Hi", code=FAILED).result["detail"]), 280)


if __name__ == "__main__":
    harness.main()
