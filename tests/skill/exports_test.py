"""exports.py: what it returns, and what it never does."""

import ast
import http.server
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import threading

import harness
import schemas
from skill_harness import FUNCTIONS, SKILL, SkillTest

NEVER = re.compile(r"\b(print|input|logging|warnings)\b")


class StoryTest(SkillTest):
    def test_each_call_in_an_interpreter_of_its_own(self):
        self.assertEqual(self.call("status()")["state"], "signed_out")
        started = self.call("start()")
        self.assertEqual(self.call("start()")["user_code"], started["user_code"])
        self.assertEqual(self.call("cancel()")["status"], "cancelled")
        self.assertNotEqual(self.call("start()")["user_code"], started["user_code"])
        connected = harness.wait_for(self.poll_connected, "the sign-in")
        self.assertEqual(connected.pop("cache_flush"), "skipped")
        schemas.check("onboarding_result", connected)
        self.assertEqual(self.call("models()")["source"], "cache")
        self.assertEqual(self.call("models(force=True)")["source"], "api")
        self.assertEqual(self.call("refresh()")["status"], "refreshed")
        left = self.call("logout()")
        self.assertEqual((left["status"], left["cache_flush"]), ("disconnected", "skipped"))
        self.assertEqual(self.call("poll()")["error"], "no_pending_flow")

    def test_all_in_one_interpreter(self):
        states = self.call("status()", "start()", "status()", "cancel()", "status()")
        self.assertEqual([states[0]["state"], states[2]["state"], states[4]["state"]],
                         ["signed_out", "pending", "signed_out"])

    def test_wrong_arguments_are_named(self):
        for call in ("start(force='yes')", "poll(pending_id=7)", "models(force=1)",
                     "poll(b'x')", "start(force=object())", "models(force=[])",
                     "models(force=object())", "models(force=10 ** 5000)",
                     "start(force=10 ** 5000)", "poll(float('nan'))", "poll('\\ud800')"):
            with self.subTest(call=call):
                name = "pending_id" if "poll" in call else "force"
                self.check_error(self.call(call), "invalid_request", name)

    def test_no_secret_is_returned(self):
        seen = [self.call("start()"), self.sign_in(),
                *self.call("status()", "refresh()", "models(force=True)", "logout()")]
        text = json.dumps(seen)
        secrets = self.sim.secrets()
        self.assertGreater(len(secrets), 3)
        for secret in secrets:
            self.assertNotIn(secret, text)

    def test_ctrl_c_ends_a_call(self):
        self.sim.scene("/oauth2/device/code", status=503, body="", delay_ms=600_000)
        code = (f"import sys\nsys.path.insert(0, {str(self.skill)!r})\n"
                "from exports import start\nprint('now', flush=True)\nstart()\n")
        process = subprocess.Popen([sys.executable, "-B", "-c", code], text=True,
                                   env=self.environment(), stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE)
        self.addCleanup(harness.end_process, process)
        self.assertEqual(process.stdout.readline(), "now\n")
        harness.wait_for(lambda: self.sim.stats()["scenes"] == 1, "the request")
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=harness.DEADLINE_S)
        self.assertIn("KeyboardInterrupt", err)


class UnavailableTest(SkillTest):
    def check_all(self, reason, env=None):
        documents = self.call(*FUNCTIONS, env=env)
        for document in documents:
            document.pop("cache_flush", None)
        self.assertEqual(documents, documents[:1] * len(FUNCTIONS))
        document = documents[0]
        self.check_error(document, "xai_oauth_backend_unavailable", reason, retry=False)
        for word in ("Do not retry", "platform image", "byok-custom-model"):
            self.assertIn(word, document["hint"])
        self.assertIsInstance(document["checked_paths"], list)
        return document

    def test_without_the_backend(self):
        (self.skill / "lib" / "xai_grok_backend.so").unlink()
        document = self.check_all("backend_missing")
        self.assertIn(str(self.skill / "lib" / "xai_grok_backend.so"), document["checked_paths"])

    def test_without_anything_else(self):
        shutil.rmtree(self.skill / "lib")
        self.check_all("platform_unsupported")  # not even the binding

    def test_with_a_binding_that_fails(self):
        binding = self.skill / "lib" / "llm_provider.py"
        for text, word in (("def load(*_): raise OSError('not today')\n", "not today"),
                           ("", "load"), ("\0", "null bytes")):
            with self.subTest(text=text):
                binding.unlink()
                binding.write_text(text)
                self.assertIn(word, self.check_all("platform_unsupported")["detail"])

    def test_without_the_libraries(self):
        (self.skill / "lib" / "xai_grok.so").unlink()
        document = self.check_all("library_not_loadable")
        self.assertIn("xai_grok.so", document["detail"])

    def test_without_the_manifest(self):
        (self.skill / "manifest.json").unlink()
        document = self.check_all("manifest_missing")
        self.assertEqual(document["checked_paths"], [str(self.skill / "manifest.json")])

    def test_with_a_truncated_backend(self):
        backend = self.skill / "lib" / "xai_grok_backend.so"
        os.truncate(backend, backend.stat().st_size // 2)
        self.assertIn("truncated", self.check_all("backend_not_loadable")["detail"])

    def test_without_ctypes(self):
        shadow = self.stage.root / "shadow"
        shadow.mkdir()
        (shadow / "ctypes.py").write_text("raise ImportError('no ctypes here')\n")
        document = self.check_all("platform_unsupported", env={"PYTHONPATH": str(shadow)})
        self.assertIn("no ctypes here", document["detail"])

    def test_the_hint_is_that_of_the_plugin(self):
        (self.skill / "lib" / "xai_grok_backend.so").unlink()
        hint = self.check_all("backend_missing")["hint"]
        (self.skill / "manifest.json").unlink()
        self.assertEqual(self.check_all("manifest_missing")["hint"], hint)


class Platform(http.server.BaseHTTPRequestHandler):
    """The running platform's end of the cache flush."""

    def do_POST(self):  # pylint: disable=invalid-name
        self.server.paths.append(self.path)
        self.send_response(self.server.status)
        self.end_headers()

    def log_message(self, *_):  # pylint: disable=arguments-differ
        pass


class CacheFlushTest(SkillTest):
    def serve(self, status):
        server = http.server.HTTPServer(("127.0.0.1", 0), Platform)
        server.paths, server.status = [], status
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        self.addCleanup(thread.join)
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        return server

    def logout(self, port):
        proxy = {"HTTP_PROXY": "http://127.0.0.1:9", "http_proxy": "http://127.0.0.1:9"}
        return self.call("logout()", env={"PORT": str(port), **proxy})["cache_flush"]

    def test_the_platform_is_told(self):
        server = self.serve(200)
        self.assertEqual(self.logout(server.server_port), "flushed")
        self.assertEqual(server.paths, ["/internal/runtime/flush_agent_cache"])

    def test_after_a_sign_in_too(self):
        server = self.serve(204)
        self.call("start()")

        def connected():
            result = self.call("poll()", env={"PORT": str(server.server_port)})
            return result if result["status"] == "connected" else None

        self.assertEqual(harness.wait_for(connected, "the sign-in")["cache_flush"], "flushed")
        self.assertEqual(len(server.paths), 1)

    def test_what_goes_wrong_is_said_and_nothing_more(self):
        self.assertEqual(self.logout(self.serve(500).server_port), "failed")
        for port, outcome in ((1, "failed"), (70000, "failed"), ("x", "skipped"), ("", "skipped"),
                              ("9" * 5000, "skipped"),
                              ("\u00b2", "skipped")):
            with self.subTest(port=port):
                self.assertEqual(self.logout(port), outcome)


class SourceTest(SkillTest):
    def test_python_3_8_and_nothing_printed(self):
        for path in (SKILL / "exports.py", SKILL / "lib" / "llm_provider.py"):
            tree = ast.parse(path.read_text(), feature_version=(3, 8))
            names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
            self.assertFalse({name for name in names if NEVER.fullmatch(name)}, path)
            for node in ast.walk(tree):
                if isinstance(node, ast.Import):
                    for alias in node.names:
                        self.assertIn(alias.name.split(".")[0], sys.stdlib_module_names)

    def test_the_version_is_that_of_the_manifest(self):
        manifest = json.loads((SKILL / "manifest.json").read_text())
        front_matter = (SKILL / "SKILL.md").read_text().split("---")[1]
        self.assertIn(f"\nversion: {manifest['version']}\n", front_matter)
        for line in ("name: xai-grok-onboarding", "delivery: script"):
            self.assertIn(f"\n{line}\n", front_matter)


if __name__ == "__main__":
    harness.main()
