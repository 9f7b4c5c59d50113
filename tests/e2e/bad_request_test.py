"""Requests and configurations that are wrong: who says what, and where it is wrong."""

import json

import harness
from harness import SignedInTest, Stage, StageTest

MESSAGES = [{"role": "user", "content": "Hi"}]


class BadRequestTest(SignedInTest):
    def check_request(self, text, reason=None, words=()):
        """The request ends, without being sent, with `reason` and each of the words."""
        before = self.sim.stats()
        run = self.stage.run("complete", "-", stdin=text, code=1)
        self.assertEqual(run.end["status"], -1)
        self.assertEqual([event["event"] for event in run.events], ["start"])
        self.check_error(run.result, "invalid_request", reason, retry=False)
        for word in words:
            self.assertIn(word, run.result["detail"])
        self.assertEqual(self.sim.stats(), before)

    def test_json_that_is_none_names_the_offset(self):
        for text, offset in (("", 0), ("nonsense", 1), ('{"model":"x",}', 13),
                             ('{"model":"x"} trailing', 14), ('{"model":"x"', 12)):
            with self.subTest(text=text):
                self.check_request(text, words=[f"offset {offset}"])

    # E11
    def test_json_that_nobody_should_send(self):
        deep = "[" * 100 + "]" * 100
        for text in ('{"a":"\\ud800"}', '{"a":"\u0001"}', f'{{"model":"x","messages":{deep}}}',
                     '{"model":"a","model":"b"}'):
            with self.subTest(text=text[:40]):
                self.check_request(text, words=["offset"])

    def test_not_an_object(self):
        for text in ("[1]", '"text"', "7", "null"):
            with self.subTest(text=text):
                self.check_request(text, "request")

    # E05
    def test_a_member_of_a_wrong_type_is_named(self):
        for name, value in (
                ("model", 5), ("model", ""), ("messages", {}), ("messages", []),
                ("stream", "yes"), ("stream_tool_calls", 1), ("tools", "lookup"), ("n", "one"),
                ("timeout_ms", 0), ("timeout_ms", "soon"), ("max_retries", 3),
                ("max_retries", -1), ("conversation_id", 5), ("drop_unsupported", "no")):
            with self.subTest(name=name, value=value):
                request = {"model": "grok-4.3", "messages": MESSAGES, name: value}
                self.check_request(json.dumps(request), name, [name])

    def test_more_than_one_answer_is_not_possible(self):
        run = self.stage.complete("Hi", n=2, code=1)
        self.check_error(run.result, "unsupported", "n", retry=False)

    def test_a_message_that_is_wrong_is_named(self):
        for message in ({"role": "user"}, {"role": "user", "content": 5}):
            with self.subTest(message=message):
                request = {"model": "grok-4.3", "messages": [*MESSAGES, message]}
                self.check_request(json.dumps(request), "messages[1].content",
                                   ["messages[1].content"])

    def test_what_only_xai_can_judge_comes_back_as_its_refusal(self):
        run = self.stage.complete("Hi", temperature=9, code=1)
        self.check_error(run.result, "invalid_request", "upstream", retry=False)
        self.assertEqual(run.result["http_status"], 400)
        self.assertIn("temperature", run.result["detail"])

    def test_a_model_that_does_not_exist(self):
        run = self.stage.complete("Hi", model="grok-nobody-has-this", code=4)
        self.check_error(run.result, "model_unavailable", retry=False)
        self.assertEqual(run.result["http_status"], 404)


class BadConfigTest(StageTest):
    """The provider is ready all the same, and each request ends with invalid_config."""

    WRONG = (
        ("state_dir", {"state_dir": "relative/path"}),
        ("state_dir", {"state_dir": 5}),
        ("key_file", {"key_file": "key"}),
        ("key_source", {"key_source": "guess"}),
        ("passphrase_file", {"key_source": "passphrase"}),
        ("profile", {"profile": ""}),
        ("endpoints", {"endpoints": "here"}),
        ("endpoints.auth", {"endpoints": {"auth": "https://example.com"}}),
        ("endpoints.auth", {"endpoints": {"auth": "http://127.0.0.1:1/path"}}),
        ("endpoints.api", {"endpoints": {"api": "https://example.com/v1"}}),
        ("endpoints.api", {"endpoints": {"api": "http://api.x.ai/v1"}}),
        ("endpoints.api", {"endpoints": {"api": "https://api.x.ai.example.com/v1"}}),
        ("endpoints", {"endpoints": {"auth": "http://127.0.0.1:1"}}),
        ("extra_headers", {"extra_headers": {"Authorization": "Bearer x"}}),
        ("extra_headers", {"extra_headers": {"x-a": "line\r\nx-b: 1"}}),
        ("client_id", {"client_id": ""}),
        ("referrer", {"referrer": "hermes"}),
        ("user_agent", {"user_agent": "grok-cli/1.0"}),
        ("tier_table", {"tier_table": "none-such"}),
        ("proxy", {"proxy": "somewhere"}),
        ("window", {"window": 1}),
        ("window", {"window": "big"}),
        ("max_requests", {"max_requests": 0}),
        ("cache_ttl_s", {"cache_ttl_s": -1}),
        ("timeouts", {"timeouts": 5}),
        ("connect_ms", {"timeouts": {"connect_ms": 0}}),
        ("idle_ms", {"timeouts": {"idle_ms": 1.5}}),
    )

    def test_each_wrong_value_is_named(self):
        for member, config in self.WRONG:
            with self.subTest(config=config):
                document = self.stage.run("status", config=config, code=1).document
                self.check_error(document, "invalid_config", member, retry=False)
                self.assertIn(member, document["detail"])
        self.assertEqual(self.stage.files(), [])
        self.assertFalse(self.stage.key.exists())

    def test_every_command_says_so(self):
        wrong = {"window": 1}
        self.assertEqual(self.stage.run("info", config=wrong).document["state"], "ready")
        for command in ("status", "start", "poll", "cancel", "logout", "refresh", "models",
                        "login"):
            with self.subTest(command=command):
                document = self.stage.run(command, config=wrong, code=1).document
                self.check_error(document, "invalid_config", "window")
        self.check_error(self.stage.complete(config=wrong, code=1).result, "invalid_config")

    def test_an_address_in_the_environment_must_be_this_machine(self):
        stage = Stage(sim=False)
        self.addCleanup(stage.close)
        for name in ("XAI_GROK_AUTH_URL", "XAI_GROK_API_URL"):
            with self.subTest(name=name):
                document = stage.run("status", env={name: "https://example.com"},
                                     code=1).document
                self.check_error(document, "invalid_config", name)

    def test_unknown_members_are_ignored(self):
        self.stage.run("status", config={"from_the_future": [1, {"a": None}]})


if __name__ == "__main__":
    harness.main()
