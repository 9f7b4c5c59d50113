"""Hosts in C, C++ and Python: the same conversation in the same bytes, and the same document
when there is none.
"""

import json
import os
import pathlib
import shutil
import subprocess
import sys
import unittest

import harness
from harness import StageTest

C_HOST = os.environ.get("XAI_HOST_C", "")
CPP_HOST = os.environ.get("XAI_HOST_CPP", "")
NO_SOCKETPAIR = os.environ.get("XAI_NO_SOCKETPAIR", "")
FAKES = os.environ.get("XAI_FAKE_BACKENDS", "").split(":")
FAKE_CURL = os.environ.get("XAI_FAKE_CURL", "")
FAKE_SODIUM = os.environ.get("XAI_FAKE_SODIUM", "")
PYTHON_HOST = pathlib.Path(__file__).parent / "conversation.py"

CHAT, RESPONSES = "/v1/chat/completions", "/v1/responses"
STREAM = {"Content-Type": "text/event-stream"}
TOOL = {"type": "function", "function": {"name": "look", "parameters": {"type": "object"}}}
EVERY_CALL = ["onboarding_action " + json.dumps({"action": action}) for action in (
    "status", "start", "poll", "cancel", "logout", "refresh", "models")]
EVERY_CALL += ["list_models {}", "complete {}", "onboarding_action nonsense"]


def chat_chunk(delta, finish=None, **members):
    document = {"id": "c-1", "object": "chat.completion.chunk", "created": 1, "model": "grok-4.3",
                "choices": [{"index": 0, "delta": delta, "finish_reason": finish}], **members}
    return f"data: {json.dumps(document, ensure_ascii=False)}\n\n"


def ask(text, **members):
    return "complete " + json.dumps({"model": "grok-4.3", **members,
                                     "messages": [{"role": "user", "content": text}]})


class HostsTest(StageTest):
    def setUp(self):
        super().setUp()
        self.plugin = self.stage.root / "plugin"
        shutil.copytree(harness.PLUGIN, self.plugin)

    def hosts(self, config):
        library, text = str(self.plugin / "lib" / "xai_grok.so"), json.dumps(config)
        yield "C", [C_HOST, library, text]
        yield "C++", [CPP_HOST, str(self.plugin), text]
        yield "Python", [sys.executable, "-B", str(PYTHON_HOST),
                         str(pathlib.Path(harness.PLUGIN) / "lib" / "llm_provider.py"),
                         str(self.plugin), text]

    def run_host(self, argv, script, prefix=(), env=None):
        ended = subprocess.run([*prefix, *argv], input="\n".join(script) + "\n",
                               capture_output=True, text=True, cwd=self.stage.cwd,
                               env=self.stage.environment(**(env or {})),
                               timeout=harness.DEADLINE_S, check=False)
        self.stage.keep(ended.stdout, ended.stderr)
        self.assertEqual((ended.returncode, ended.stderr), (0, ""), f"{argv}: {ended.stdout}")
        return ended.stdout


class ConversationTest(HostsTest):
    def queue_scenes(self):
        self.sim.scene(CHAT, headers=STREAM, chunks=[
            chat_chunk({"role": "assistant", "content": ""}),
            *(chat_chunk({"reasoning_content": part}) for part in ("Hm", ", yes.")),
            *(chat_chunk({"content": part}) for part in ("Grüße, ", "日本", "\n😀")),
            chat_chunk({}, "stop", usage={"prompt_tokens": 3, "completion_tokens": 5,
                                          "total_tokens": 8}),
            "data: [DONE]\n\n"])
        self.sim.scene(CHAT, headers=STREAM, chunks=[
            chat_chunk({"tool_calls": [{"index": 0, "id": "call-1", "type": "function",
                                        "function": {"name": "look", "arguments": '{"at":'}}]}),
            chat_chunk({"tool_calls": [{"index": 0, "function": {"arguments": '"ä"}'}}]}),
            chat_chunk({}, "tool_calls"), "data: [DONE]\n\n"])
        self.sim.scene(CHAT, headers=STREAM, chunks=[chat_chunk({"content": "Half"})])

    def test_the_same_bytes(self):
        script = ['onboarding_action {"action":"status"}', ask("Hello"),
                  ask("Use the tool", tools=[TOOL]), ask("Be cut"), ask("", max_retries=9),
                  'onboarding_action {"action":"dance"}', "list_models {}"]
        self.stage.sign_in()
        told = {}
        for name, argv in self.hosts(self.stage.config):
            self.queue_scenes()
            told[name] = self.run_host(argv, script)
        self.assertIn("text 0 Grüße, 日本\n😀\n", told["C"])
        self.assertIn('tool_args 0 {"at":"ä"}\n', told["C"])
        self.assertIn("text 0 Half\nend 0 -15", told["C"])
        self.assertEqual(told["C++"], told["C"])
        self.assertEqual(told["Python"], told["C"])


class UnavailableTest(HostsTest):
    """Each row of the table for which the front or the backend speaks, for real."""

    def check(self, reason, *words, prefix=(), env=None, config=None, hosts=("C", "C++", "Python")):
        config = {**self.stage.config, **(config or {})}
        told = {}
        for name, argv in self.hosts(config):
            if name in hosts:
                told[name] = self.run_host(argv, EVERY_CALL, prefix, env)
        first = told[hosts[0]]
        lines = first.splitlines()
        self.assertEqual(len(lines), len(EVERY_CALL), first)
        self.assertEqual(set(lines), {lines[0]})
        head, document = lines[0].split("{", 1)
        self.assertEqual(head, "end 0 -4 ")
        document = json.loads("{" + document)
        self.check_error(document, "xai_oauth_backend_unavailable", reason, retry=False)
        for word in words:
            self.assertIn(word, document["detail"])
        for name in hosts:
            self.assertEqual(told[name], first, name)

    @property
    def backend(self):
        return self.plugin / "lib" / "xai_grok_backend.so"

    def fake(self, name):
        path, = (path for path in FAKES if pathlib.Path(path).stem == name)
        shutil.copy(path, self.backend)

    def test_no_backend(self):
        self.backend.unlink()
        self.check("backend_missing")

    def test_a_truncated_backend(self):
        os.truncate(self.backend, 100_000)
        self.check("backend_not_loadable", "truncated")

    def test_a_backend_for_another_machine(self):
        data = bytearray(self.backend.read_bytes())
        data[18:20] = (183 if data[18] != 183 else 62).to_bytes(2, "little")
        self.backend.write_bytes(data)
        self.check("backend_not_loadable", "built for")

    def test_backends_of_other_versions(self):
        for name, word in (("fake_wrong_abi", "2"), ("fake_version_0_2_0", "0.2.0")):
            with self.subTest(name=name):
                self.fake(name)
                self.check("backend_version", word)

    def test_a_backend_without_its_entry(self):
        self.fake("fake_no_entry")
        self.check("backend_entry_missing")

    # D03
    def test_a_libcurl_that_is_none(self):
        folder = self.stage.root / "hides"
        folder.mkdir()
        (folder / "libcurl.so.4").write_text("not a library")
        self.check("backend_not_loadable", "libcurl.so.4", env={"LD_LIBRARY_PATH": str(folder)})

    def with_library(self, path, name):
        folder = self.stage.root / f"has-{name}"
        folder.mkdir()
        shutil.copy(path, folder / name)
        return {"LD_LIBRARY_PATH": str(folder)}

    # D03
    def test_a_libcurl_that_is_too_old(self):
        self.check("dependency_too_old", "7.60", env=self.with_library(FAKE_CURL, "libcurl.so.4"))

    # D03
    def test_a_libsodium_that_does_not_start(self):
        self.check("dependency_init_failed", "libsodium",
                   env=self.with_library(FAKE_SODIUM, "libsodium.so.23"))

    # D03
    def test_a_kernel_that_refuses_socketpair(self):
        # Python's own start needs none either.
        self.check("platform_unsupported", "socketpair", prefix=[NO_SOCKETPAIR])


if __name__ == "__main__":
    harness.main()
