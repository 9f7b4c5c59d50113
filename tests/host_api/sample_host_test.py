"""Drives the sample-host process against the echo plugin, as a person and as a script would.

sample_host_test.py SAMPLE_HOST PLUGIN_LIBRARY
"""

import json
import os
import platform
import pty
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest

SAMPLE_HOST, PLUGIN_LIBRARY = (os.path.abspath(path) for path in sys.argv[1:3])
DEADLINE_S = 30

MANIFEST = {
    "manifest_version": 1, "id": "echo", "name": "A fixture", "version": "1.2.3",
    "interface": {"id": "llm.provider", "major_min": 1, "major_max": 1},
    "library": {"linux-" + platform.machine(): "lib/fixture.so"},
}


class Result:
    def __init__(self, code, out, err):
        self.code, self.out, self.err = code, out, err

    def lines(self):
        return [json.loads(line) for line in self.out.splitlines()]

    def document(self):
        documents = self.lines()
        assert len(documents) == 1, self.out
        return documents[0]


class Terminal:
    """The program on a terminal: what it shows is collected, and a test waits for it."""

    def __init__(self, argv, environment):
        self.shown = ""
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.execve(argv[0], argv, environment)

    def wait_for(self, text):
        deadline = time.monotonic() + DEADLINE_S
        while text not in self.shown:
            left = deadline - time.monotonic()
            if left <= 0 or not self.read(left):
                raise AssertionError(f"waited for {text!r}, got {self.shown!r}")

    def read(self, timeout):
        if not select.select([self.fd], [], [], timeout)[0]:
            return False
        try:
            chunk = os.read(self.fd, 65536)
        except OSError:  # The program has left.
            return False
        self.shown += chunk.decode("utf-8", "replace")
        return bool(chunk)

    def type(self, text):
        os.write(self.fd, text.encode())

    def code(self):
        """Collects what is left and gives the exit code."""
        while self.read(DEADLINE_S):
            pass
        os.close(self.fd)
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])


class SampleHostTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.plugin = os.path.join(folder.name, "plugin")
        self.state = os.path.join(folder.name, "state")
        os.makedirs(os.path.join(self.plugin, "lib"))
        os.mkdir(self.state)
        shutil.copy(PLUGIN_LIBRARY, os.path.join(self.plugin, "lib/fixture.so"))
        self.write_manifest(MANIFEST)
        self.environment = {"PATH": os.environ["PATH"], "TERM": "xterm", "LC_ALL": "C.UTF-8"}
        for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS"):
            if name in os.environ:
                self.environment[name] = os.environ[name]

    def write_manifest(self, manifest):
        with open(os.path.join(self.plugin, "manifest.json"), "w") as file:
            json.dump(manifest, file)

    def argv(self, *arguments):
        return [SAMPLE_HOST, "--plugin", self.plugin, "--state-dir", self.state, *arguments]

    def run_host(self, *arguments, stdin="", argv=None, environment=None):
        done = subprocess.run(argv or self.argv(*arguments), input=stdin, text=True,
                              capture_output=True, timeout=DEADLINE_S,
                              env=environment or self.environment)
        return Result(done.returncode, done.stdout, done.stderr)

    def terminal(self, *arguments):
        return Terminal(self.argv(*arguments), self.environment)

    def sign_in(self):
        self.assertEqual(self.run_host("start").code, 0)
        self.assertEqual(self.run_host("poll").code, 0)

    # The provider and its absence.

    def test_info_shows_the_plugin(self):
        result = self.run_host("info")
        self.assertEqual(result.code, 0)
        self.assertRegex(result.out, r"(?m)^id +echo$")
        self.assertEqual(self.run_host("--json", "info").document()["version"], "1.2.3")

    def test_every_command_exits_69_without_a_plugin(self):
        for command in (["info"], ["status"], ["login"], ["start"], ["poll"], ["cancel"],
                        ["logout"], ["refresh"], ["models"], ["chat", "Hi"], ["complete"]):
            for options in ([], ["--json"]):
                argv = [SAMPLE_HOST, "--plugin", "/no/such", *options, *command]
                result = self.run_host(argv=argv, stdin="{}")
                self.assertEqual(result.code, 69, (command, result.err))
                if options:
                    document = result.document()
                    document = document.get("result", document)
                    if command == ["info"]:
                        document = document["error"]
                    self.assertEqual(document["error"], "backend_unavailable")
                    self.assertEqual(document["reason"], "manifest_missing")
                elif command != ["complete"]:
                    self.assertIn("manifest_missing", result.err)
                    self.assertIn("looked at /no/such/manifest.json", result.err)
                    self.assertIn("hint: ", result.err)

    def test_the_environment_names_the_plugin(self):
        environment = dict(self.environment, LLM_PROVIDER_DIR=self.plugin)
        result = self.run_host(argv=[SAMPLE_HOST, "info"], environment=environment)
        self.assertEqual(result.code, 0, result.err)

    def test_the_option_wins_over_the_environment(self):
        environment = dict(self.environment, LLM_PROVIDER_DIR=self.plugin)
        result = self.run_host(argv=[SAMPLE_HOST, "--plugin", "/no/such", "info"],
                               environment=environment)
        self.assertEqual(result.code, 69)

    def test_a_damaged_library_is_told_not_run(self):
        os.truncate(os.path.join(self.plugin, "lib/fixture.so"), 4096)
        result = self.run_host("status")
        self.assertEqual(result.code, 69)
        self.assertIn("truncated", result.err)

    # Usage.

    def test_wrong_usage_exits_2(self):
        for arguments in ([], ["no-such-command"], ["models", "--no-such-option"],
                          ["--config", "not JSON", "status"], ["--config", "[]", "status"],
                          ["--config", "@/no/such/file", "status"],
                          ["complete", "/no/such/file"], ["--json", "chat"]):
            result = self.run_host(*arguments)
            self.assertEqual(result.code, 2, arguments)
            self.assertNotEqual(result.err, "")

    def test_an_unknown_word_is_named(self):
        for word in ("no-such-command", "--no-such-option"):
            self.assertIn(f'"{word}"', self.run_host(word).err)

    def test_output_that_cannot_be_written_is_a_failure(self):
        with open("/dev/full", "w") as full:
            done = subprocess.run(self.argv("info"), stdout=full, stderr=subprocess.PIPE,
                                  text=True, timeout=DEADLINE_S, env=self.environment)
        self.assertEqual(done.returncode, 1)
        self.assertIn("could not be written", done.stderr)

    def test_help_names_the_exit_codes_and_gives_examples(self):
        result = self.run_host("--help")
        self.assertEqual(result.code, 0)
        for code in ("0", "1", "2", "3", "4", "69", "75", "130"):
            self.assertRegex(result.out, rf"(?m)^ +{code}  ")
        self.assertIn("Examples:", result.out)
        for command in ("login", "chat", "complete", "models", "poll"):
            help_text = self.run_host(command, "--help")
            self.assertEqual(help_text.code, 0, command)

    def test_config_comes_from_the_line_or_from_a_file(self):
        path = os.path.join(self.state, "config.json")
        with open(path, "w") as file:
            file.write('{"outcome":"access_denied"}')
        for config in ('{"outcome":"access_denied"}', "@" + path):
            self.assertEqual(self.run_host("start").code, 0)
            self.assertEqual(self.run_host("--config", config, "poll").code, 4)

    # Signing in.

    def test_status_of_a_stranger(self):
        result = self.run_host("status")
        self.assertEqual(result.code, 0)
        self.assertRegex(result.out, r"State +signed_out\nNext +start\nHint +sign in first\n")
        self.assertEqual(self.run_host("--json", "status").document()["state"], "signed_out")

    def test_start_poll_and_logout_one_by_one(self):
        config = ["--config", '{"approve_after":2}']
        start = self.run_host("--json", "start").document()
        self.assertEqual(start["user_code"], "ECHO-1234")
        pending = self.run_host(*config, "--json", "poll", start["pending_id"])
        self.assertEqual((pending.code, pending.document()["status"]), (0, "pending"))
        done = self.run_host(*config, "poll")
        self.assertEqual(done.code, 0)
        self.assertIn("Signed in.", done.out)
        self.assertIn("refresh the page", done.out)
        self.assertRegex(self.run_host("status").out, r"Account +echo@example.org")
        self.assertIn("expires in 6 h", self.run_host("refresh").out)
        self.assertIn("Signed out", self.run_host("logout").out)
        self.assertIn("not signed in", self.run_host("logout").out)

    def test_cancel_drops_what_is_pending(self):
        self.assertIn("no sign-in", self.run_host("cancel").out)
        self.run_host("start")
        self.assertEqual(self.run_host("--json", "cancel").document()["status"], "cancelled")
        self.assertEqual(self.run_host("poll").code, 3)

    def test_login_auto_prints_the_start_first_and_the_account_last(self):
        result = self.run_host("--json", "--config", '{"approve_after":2}', "login", "--auto")
        self.assertEqual(result.code, 0, result.err)
        lines = result.lines()
        self.assertEqual(lines[0]["user_code"], "ECHO-1234")
        self.assertEqual(lines[-1]["status"], "connected")

    def test_login_auto_ends_with_what_the_vendor_decides(self):
        for outcome, code in (("access_denied", 4), ("expired", 3)):
            result = self.run_host("--config", json.dumps({"outcome": outcome}), "login", "--auto")
            self.assertEqual(result.code, code)
            self.assertIn("error: " + outcome, result.err)
            self.assertIn("hint: ", result.err)

    def test_login_waits_for_the_person(self):
        terminal = self.terminal("login")
        terminal.wait_for("https://echo.example/device?user_code=ECHO-1234")
        terminal.wait_for("\u2580")  # The QR code.
        terminal.wait_for("Type \"done\"")
        with open(os.path.join(self.state, "echo-state.json")) as file:
            self.assertEqual(json.load(file)["polls"], 0)
        terminal.type("done\n")
        terminal.wait_for("Signed in.")
        self.assertEqual(terminal.code(), 0)

    def test_login_from_a_pipe_has_no_qr_code_and_takes_enter(self):
        result = self.run_host("login", stdin="\n")
        self.assertEqual(result.code, 0, result.err)
        self.assertNotIn("\u2580", result.out)
        self.assertNotIn("\x1b", result.out + result.err)

    def test_login_can_be_left_and_taken_up_again(self):
        terminal = self.terminal("login")
        terminal.wait_for("Type \"done\"")
        terminal.type("\x03")
        self.assertEqual(terminal.code(), 130)
        self.assertEqual(self.run_host("poll").code, 0)

    # Models and talking.

    def test_models_are_a_table_without_control_characters(self):
        self.sign_in()
        result = self.run_host("models")
        self.assertRegex(result.out, r"(?m)^\* +echo/plain +1 000 000 +65 536 +low high +says it")
        self.assertNotIn("\x1b", result.out)
        document = self.run_host("--json", "models", "--force").document()
        self.assertEqual(document["default_model_id"], "echo/plain")

    def test_without_a_sign_in_everything_says_so(self):
        for command in (["models"], ["chat", "Hi"], ["chat", "-m", "echo/plain", "Hi"],
                        ["refresh"]):
            self.assertEqual(self.run_host(*command).code, 3, command)

    def test_chat_answers_one_prompt(self):
        self.sign_in()
        result = self.run_host("chat", "hello")
        self.assertEqual((result.code, result.out), (0, "you said: hello\n"))
        document = self.run_host("--json", "chat", "-m", "echo/loud", "hello").document()
        self.assertEqual(document["message"]["content"], "you said: hello")
        self.assertEqual(document["model"], "echo/loud")

    def test_exit_codes_tell_failures_apart(self):
        self.sign_in()
        for name, code in (("access_denied", 4), ("rate_limited", 75), ("protocol", 1)):
            result = self.run_host("chat", "fail " + name)
            self.assertEqual(result.code, code)
            self.assertIn("error: " + name, result.err)

    def test_chat_never_passes_control_characters_on(self):
        self.sign_in()
        result = self.run_host("chat", "escape")
        self.assertEqual(result.out, "a]0;ownedb[2Jc31myou said: escape\n")

    def test_chat_holds_a_conversation_from_a_pipe(self):
        self.sign_in()
        result = self.run_host("chat", stdin="one\n\n/model echo/loud\ntwo\n/new\nfail protocol\n"
                                             "/nothing\n/quit\nthree\n")
        self.assertEqual(result.out, "you said: one\nyou said: two\n")
        self.assertIn("The model is echo/loud.", result.err)
        self.assertIn("There is no /nothing.", result.err)
        self.assertEqual(result.code, 1)

    def test_chat_on_a_terminal_edits_lines_and_dims_reasoning(self):
        self.sign_in()
        terminal = self.terminal("chat")
        terminal.wait_for("> ")
        terminal.type("hellp\x7fo\n")
        terminal.wait_for("\x1b[2mhm\x1b[0m")
        terminal.wait_for("you said: hello")
        terminal.wait_for("tokens in")
        terminal.type("/status\n")
        terminal.wait_for("echo@example.org")
        terminal.type("/models\n")
        terminal.wait_for("echo/loud")
        terminal.type("/quit\n")
        self.assertEqual(terminal.code(), 0)

    def test_ctrl_c_cancels_the_answer_and_then_ends_the_prompt(self):
        self.sign_in()
        terminal = self.terminal("chat")
        terminal.wait_for("> ")
        terminal.type("slow\n")
        terminal.wait_for("tick tick")
        terminal.type("\x03")
        terminal.wait_for("error: cancelled")
        terminal.type("still here\n")
        terminal.wait_for("you said: still here")
        terminal.wait_for("tokens in")
        terminal.type("\x03")
        self.assertEqual(terminal.code(), 130)

    def test_a_second_ctrl_c_ends_a_request_that_does_not_end(self):
        self.sign_in()
        terminal = self.terminal("chat", "stubborn")
        terminal.wait_for("tick tick")
        terminal.type("\x03")
        seen = terminal.shown.count("tick")
        while terminal.shown.count("tick") < seen + 20:  # The first has been noticed.
            self.assertTrue(terminal.read(DEADLINE_S))
        terminal.type("\x03")
        self.assertEqual(terminal.code(), 130)

    def test_ctrl_c_cancels_a_single_request(self):
        self.sign_in()
        process = subprocess.Popen(self.argv("chat", "slow"), stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, env=self.environment)
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.stderr.close)
        self.assertEqual(process.stdout.read(5), b"tick ")
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=DEADLINE_S)
        self.assertEqual(process.returncode, 130)
        self.assertTrue(out.endswith(b"\n"))
        self.assertIn(b"error: cancelled", err)

    # Raw requests.

    def test_complete_prints_every_event_as_a_line(self):
        self.sign_in()
        request = {"model": "echo/plain", "messages": [{"role": "user", "content": "tool"}]}
        result = self.run_host("complete", stdin=json.dumps(request))
        self.assertEqual(result.code, 0, result.err)
        lines = result.lines()
        self.assertEqual([line["event"] for line in lines],
                         ["start", "reasoning", "tool_call", "tool_args", "text", "text", "usage",
                          "end"])
        self.assertEqual(lines[0], {"event": "start", "index": 0,
                                    "data": {"model": "echo/plain", "lane": "chat_completions"}})
        self.assertEqual(lines[2]["data"], {"id": "call_1", "name": "look"})
        self.assertEqual(lines[3]["data"], '{"where":"here"}')
        self.assertEqual(lines[-1]["status"], 0)
        self.assertTrue(lines[-1]["result"]["ok"])
        self.assertEqual(set(lines[-1]), {"event", "status", "result"})

    def test_complete_reads_a_file_and_fails_with_a_line(self):
        path = os.path.join(self.state, "request.json")
        with open(path, "w") as file:
            file.write("{not JSON")
        result = self.run_host("complete", path)
        self.assertEqual(result.code, 1)
        self.assertEqual(result.lines()[-1]["result"]["error"], "invalid_request")

    def test_the_log_is_shown_on_demand(self):
        self.assertEqual(self.run_host("status").err, "")
        self.assertEqual(self.run_host("--verbose", "status").err, "[info] a request begins\n")


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
