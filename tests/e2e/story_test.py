"""The story of one user: sign in, look around, ask, call a tool, sign out."""

import json

import harness
from harness import SignedInTest, StageTest

PREFIX = "xai-grok/"
ANSWER = "This is a simulated Grok. You said: "
TOOL = {"type": "function",
        "function": {"name": "lookup", "description": "Looks something up",
                     "parameters": {"type": "object",
                                    "properties": {"echo": {"type": "string"}}}}}


class StoryTest(StageTest):
    SIM = ("--approve", "auto", "--approve-after", "1", "--interval", "1", "--tier", "4")

    def test_from_nothing_to_signed_out(self):
        stage = self.stage
        self.assertEqual(stage.run("info").document["state"], "ready")
        before = stage.run("status").document
        self.assertEqual((before["state"], before["next_action"]), ("signed_out", "start"))
        self.assertIs(before["connected"], False)
        self.assertEqual(stage.files(), [], "status wrote something")

        self.check_login(stage.run("login", "--auto").lines())
        after = stage.run("status").document
        self.assertEqual((after["state"], after["email"]), ("connected", "ada@example.com"))
        self.assertEqual((after["tier"], after["tier_label"]), (4, "SuperGrok Heavy"))
        self.assertEqual(after["models_count"], len(after["available_models"]))
        self.assertEqual(oct(stage.state.stat().st_mode & 0o777), "0o700")
        for path in [*stage.state.iterdir(), stage.key]:
            self.assertEqual(oct(path.stat().st_mode & 0o777), "0o600", path)

        answer = stage.run("chat", "Hello").document
        self.assertEqual(answer["message"]["content"], ANSWER + "Hello")

        gone = stage.run("logout").document
        self.assertEqual(gone["status"], "disconnected")
        self.assertIs(gone["removed"], True)
        self.assertIs(gone["revoked"], True)
        self.assertEqual(self.sim.stats()["revocations"], 1)
        self.assertEqual(stage.run("status").document["state"], "signed_out")
        self.assertNotIn("cred", stage.files())
        self.check_error(stage.complete(code=3).result, "not_connected", retry=False)
        self.assertEqual(stage.run("logout").document["status"], "not_connected")

    def check_login(self, lines):
        """`start`, at least one answer that it is pending, and the account."""
        start, *pending, last = lines
        self.assertEqual((start["status"], start["pending_id"]), ("pending", start["user_code"]))
        self.assertTrue(start["verification_url"].startswith("http://127.0.0.1:"))
        self.assertIn(start["user_code"], start["verification_url_with_code"])
        self.assertTrue(start["instructions"])
        self.assertGreaterEqual(len(pending), 1)
        for line in pending:
            self.assertEqual(line["status"], "pending")
            self.assertGreaterEqual(line["retry_after_seconds"], 1)
        self.assertEqual((last["status"], last["tier"]), ("connected", 4))
        self.assertEqual(last["default_model_id"], PREFIX + "grok-4.3")
        self.assertIn(last["default_model_id"], last["available_models"])
        self.assertIn("/model " + PREFIX + "grok-4.3", last["next_step"])


class AnswersTest(SignedInTest):
    def test_models_come_from_the_cache_unless_forced(self):
        asked = self.sim.stats()["models"]
        cached = self.stage.run("models").document
        self.assertEqual((cached["source"], cached["stale"]), ("cache", False))
        self.assertEqual(self.sim.stats()["models"], asked)
        live = self.stage.run("models", "--force").document
        self.assertEqual((live["source"], live["stale"]), ("api", False))
        self.assertEqual(self.sim.stats()["models"], asked + 1)
        self.assertEqual(live["available_models"], cached["available_models"])
        self.assertEqual(live["count"], len(live["models"]))
        by_id = {model["id"]: model for model in live["models"]}
        self.assertEqual(by_id[PREFIX + "grok-4.3"]["lane"], "chat_completions")
        self.assertEqual(by_id[PREFIX + "grok-4.20-multi-agent-0309"]["lane"], "responses")

    def test_a_stale_list_is_better_than_none(self):
        stale = {"cache_ttl_s": 0}
        self.sim.scene("/v1/models", status=500, body={"code": 500, "error": "internal"})
        document = self.stage.run("models", config=stale).document
        self.assertEqual((document["source"], document["stale"]), ("cache", True))
        self.assertIn(PREFIX + "grok-4.3", document["available_models"])

    def test_a_streamed_answer_has_all_its_events(self):
        run = self.stage.complete("Grüße 😀 [not:a mark]")
        kinds = [event["event"] for event in run.events]
        self.assertEqual(kinds[0], "start")
        self.assertEqual(kinds.count("start"), 1)
        for kind in ("reasoning", "text", "usage"):
            self.assertIn(kind, kinds)
        self.assertLess(kinds.index("reasoning"), kinds.index("text"))
        self.assertEqual(run.joined("text"), ANSWER + "Grüße 😀 [not:a mark]")
        self.assertEqual(run.events[0]["data"]["model"], "grok-4.3")
        self.assertEqual((run.end["status"], run.result["ok"]), (0, True))
        self.assertEqual(run.result["finish_reason"], "stop")
        self.assertEqual(run.result["lane"], "chat_completions")
        self.assertNotIn("message", run.result)
        usage = run.result["usage"]
        self.assertEqual(usage["total_tokens"], usage["input_tokens"] + usage["output_tokens"])
        self.assertGreater(usage["output_tokens"], usage["reasoning_tokens"])

    def test_a_long_answer_arrives_whole(self):
        words = ["alpha", "beta", "beta", "gamma", "delta", "naïve", "日本", "😀"]
        run = self.stage.complete("[words:20000]")
        self.assertEqual(run.joined("text"), " ".join(words * 2500))

    def test_without_streaming_the_answer_is_in_the_result(self):
        run = self.stage.complete("Hi", stream=False)
        self.assertEqual([event["event"] for event in run.events], ["start"])
        message = run.result["message"]
        self.assertEqual((message["role"], message["content"]), ("assistant", ANSWER + "Hi"))
        self.assertEqual(message["tool_calls"], [])

    def round_trip(self, model):
        """Lets the model call a tool, and hands the tool's result back."""
        ask = {"role": "user", "content": "[tool:lookup] rivers"}
        call = self.stage.complete(model=model, messages=[ask], tools=[TOOL])
        self.assertEqual(call.result["finish_reason"], "tool_calls")
        announced = [event for event in call.events if event["event"] == "tool_call"]
        self.assertEqual(len(announced), 1)
        self.assertEqual(announced[0]["data"]["name"], "lookup")
        arguments = call.joined("tool_args")
        self.assertEqual(json.loads(arguments), {"echo": "[tool:lookup] rivers"})
        call_id = announced[0]["data"]["id"]
        assistant = {"role": "assistant", "content": None, "tool_calls": [
            {"id": call_id, "type": "function",
             "function": {"name": "lookup", "arguments": arguments}}]}
        tool = {"role": "tool", "tool_call_id": call_id, "content": "Elbe"}
        answer = self.stage.complete(model=model, messages=[ask, assistant, tool], tools=[TOOL])
        self.assertEqual(answer.joined("text"),
                         "This is a simulated Grok. The tool said: Elbe")
        return call

    def test_a_tool_call_and_its_result(self):
        self.round_trip("grok-4.3")

    def test_a_tool_call_without_streaming(self):
        run = self.stage.complete("[tool:lookup] hills", tools=[TOOL], stream=False)
        calls = run.result["message"]["tool_calls"]
        self.assertEqual(calls[0]["function"]["name"], "lookup")
        self.assertEqual(json.loads(calls[0]["function"]["arguments"]),
                         {"echo": "[tool:lookup] hills"})

    def test_a_multi_agent_model_answers_through_responses(self):
        before = self.sim.stats()
        run = self.stage.complete("Hi", model=PREFIX + "grok-4.20-multi-agent-0309")
        self.assertEqual(run.result["lane"], "responses")
        self.assertEqual(run.joined("text"), ANSWER + "Hi")
        self.assertTrue(run.result["encrypted_reasoning"])
        after = self.sim.stats()
        self.assertEqual((after["responses"], after["chat"]),
                         (before["responses"] + 1, before["chat"]))

    def test_chat_has_a_conversation(self):
        run = self.stage.run("chat", "-m", "grok-4.5", json_out=False,
                             stdin="one\n/model\ntwo\n/quit\n")
        self.assertIn(ANSWER + "one", run.out)
        self.assertIn(ANSWER + "two", run.out)
        bodies = [request["body"] for request in self.sim.requests("/v1/chat/completions")]
        self.assertIn("one", str(bodies[-1]))
        self.assertIn("two", str(bodies[-1]))


if __name__ == "__main__":
    harness.main()
