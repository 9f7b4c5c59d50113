"""host-api/python/llm_provider.py: events, loops, ends, and libraries that do not load."""

import asyncio
import gc
import importlib.util
import json
import os
import pathlib
import platform
import shutil
import sys
import threading
from unittest import mock

import harness
from skill_harness import SKILL, SkillTest

PATH = SKILL / "lib" / "llm_provider.py"
_spec = importlib.util.spec_from_file_location("llm_provider", PATH)
llm_provider = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(llm_provider)

HOST = ("binding-test", "1.0")
CHAT = "/v1/chat/completions"


def chat(text, **members):
    return {"model": "grok-4.3", "messages": [{"role": "user", "content": text}], **members}


def descriptors():
    return len(os.listdir("/proc/self/fd"))


def text_of(events):
    return "".join(event.data for event in events if event.kind == "text")


class BindingTest(SkillTest):
    def load(self, **config):
        provider = llm_provider.load(self.skill, HOST, {**self.stage.config, **config})
        self.addCleanup(provider.close)
        return provider

    def signed_in(self):
        self.stage.sign_in()
        return self.load()

    def test_a_sign_in_and_a_conversation(self):
        provider = self.load()
        self.assertTrue(provider.ready)
        self.assertEqual(provider.info["id"], "xai-grok")
        self.assertEqual(provider.onboarding_action("start")["status"], "pending")
        harness.wait_for(
            lambda: provider.onboarding_action("poll").get("status") == "connected", "approval")
        self.assertIn("xai-grok/grok-4.3", provider.list_models()["available_models"])
        events = list(provider.complete(chat("Hello")))
        self.assertEqual((events[0].kind, events[-1].kind), ("start", "end"))
        self.assertEqual(events[-1].status, llm_provider.OK)
        self.assertTrue(text_of(events).endswith("Hello"))
        self.assertEqual(provider.onboarding_action("logout")["status"], "disconnected")

    def test_errors_are_ends(self):
        provider = self.load()
        stream = provider.complete(chat("Hello"))
        self.check_error(stream.finish(), "not_connected")
        self.assertEqual(stream.status, -7)
        self.check_error(provider.complete({"model": 7}).finish(), "invalid_request")
        self.check_error(provider.onboarding_action("dance"), "invalid_request")

    def test_fifty_at_once_in_one_loop(self):
        before = descriptors()
        provider = self.signed_in()

        async def ask(number):
            events = [event async for event in provider.complete(chat(f"number {number}"))]
            return text_of(events)

        async def ask_all():
            return await asyncio.gather(*(ask(number) for number in range(50)))

        threads = threading.active_count()
        for number, text in enumerate(asyncio.run(ask_all())):
            self.assertTrue(text.endswith(f"number {number}"), text)
        self.assertEqual(threading.active_count(), threads, "asyncio needs no thread for it")
        provider.close()
        self.assertEqual(descriptors(), before)

    def test_a_cancelled_task_cancels_its_request(self):
        provider = self.signed_in()
        self.sim.scene(CHAT, chunks=[": slow\n\n"], end="stall")

        async def ask():
            async for _ in provider.complete(chat("Hello")):
                pass

        async def cancel():
            task = asyncio.create_task(ask())
            while self.sim.stats()["scenes"] == 0:
                await asyncio.sleep(0.01)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

        asyncio.run(cancel())
        self.assertTrue(provider.complete(chat("Still here")).finish()["ok"])

    def test_a_walk_ends_when_another_task_closes(self):
        provider = self.signed_in()
        self.sim.scene(CHAT, chunks=[": slow\n\n"], end="stall", times=2)

        async def walk(stream):
            return [event async for event in stream]

        async def close_each():
            for number in (1, 2):
                stream = provider.complete(chat("Hello"))
                task = asyncio.create_task(walk(stream))
                while self.sim.stats()["scenes"] < number:
                    await asyncio.sleep(0.01)
                (stream if number == 1 else provider).close()
                await asyncio.wait_for(task, 5)
                self.check_error(stream.document, "cancelled", "closed")

        asyncio.run(close_each())

    def test_close_while_the_loop_stands_still(self):
        provider = self.signed_in()
        self.sim.scene(CHAT, chunks=[": slow\n\n"], end="stall", times=2)

        async def walk(stream):
            return [event async for event in stream]

        async def scenes(number):
            while self.sim.stats()["scenes"] < number:
                await asyncio.sleep(0.01)

        loop = asyncio.new_event_loop()
        self.addCleanup(loop.close)
        stream = provider.complete(chat("Hello"))
        task = loop.create_task(walk(stream))
        loop.run_until_complete(scenes(1))
        stream.close()
        loop.run_until_complete(asyncio.wait_for(task, 5))
        # The next descriptor has the same number.
        stream = provider.complete(chat("Hello"))
        task = loop.create_task(walk(stream))
        loop.run_until_complete(scenes(2))
        self.assertFalse(task.done())
        loop.set_exception_handler(lambda *_: None)  # of the task that nobody ends
        loop.close()
        stream.close()
        self.check_error(stream.document, "cancelled", "closed")

    def test_a_forked_child_leaves_the_loop_alone(self):
        provider = self.signed_in()
        self.sim.scene(CHAT, chunks=[": slow\n\n"], end="stall", times=2)

        async def walk(stream):
            return [event async for event in stream][-1]

        async def fork(number):
            stream = provider.complete(chat("Hello"))
            task = asyncio.create_task(walk(stream))
            while self.sim.stats()["scenes"] < number:
                await asyncio.sleep(0.01)
            child = os.fork()
            if child == 0:
                if number == 1:
                    task.get_coro().close()  # as when the child's interpreter ends
                provider.close()
                os._exit(0)
            self.assertEqual(os.waitpid(child, 0)[1], 0)
            stream.cancel()
            return await asyncio.wait_for(task, 5)

        for number in (1, 2):
            self.check_error(asyncio.run(fork(number)).data, "cancelled")

    def test_a_backlog_lets_other_tasks_run(self):
        stream = self.load().complete(chat("Hello"))
        text = llm_provider.Event("text", "a", 0, 0, 0)
        batches = [[text] * llm_provider.BATCH for _ in range(20)]
        batches.append([llm_provider.Event("end", {"ok": True}, 0, llm_provider.OK, 0)])
        turns = 0

        def always_ready(_):
            stream._batch, stream._next = batches.pop(0), 0  # pylint: disable=protected-access
            return True

        async def others():
            nonlocal turns
            while True:
                turns += 1
                await asyncio.sleep(0)

        async def walk():
            task = asyncio.create_task(others())
            async for _ in stream:
                pass
            task.cancel()

        stream._wait = always_ready  # pylint: disable=protected-access
        asyncio.run(walk())
        self.assertGreaterEqual(turns, 20)

    def test_a_stream_that_nobody_holds_is_closed(self):
        provider = self.signed_in()
        self.sim.scene(CHAT, chunks=["data: {\"choices\":[{\"delta\":{\"content\":\"a\"}}]}\n\n"],
                       end="stall", times=20)
        before = descriptors()
        for _ in range(20):
            for event in provider.complete(chat("Hello")):
                if event.kind == "text":
                    break
        gc.collect()
        harness.wait_for(lambda: descriptors() <= before + 2, "the connections to go")

    def test_cancel_from_another_thread(self):
        provider = self.signed_in()
        self.sim.scene(CHAT, chunks=[": slow\n\n"], end="stall")
        stream = provider.complete(chat("Hello"))
        threading.Thread(target=stream.cancel).start()
        self.check_error(stream.finish(), "cancelled")

    def test_after_close_everything_is_closed(self):
        provider = self.load()
        stream = provider.complete(chat("Hello"))
        provider.close()
        provider.close()
        for document in (stream.finish(), provider.onboarding_action("status"),
                         provider.list_models()):
            self.check_error(document, "cancelled", "closed")
        self.assertEqual(provider.info["error"], stream.document)
        self.assertFalse(provider.ready)

    def test_what_cannot_be_made_json_is_a_type_error(self):
        provider, circle, deep = self.load(), [], []
        circle.append(circle)
        for _ in range(100_000):
            deep = [deep]
        for value in (circle, deep, object()):
            for call in (lambda: provider.complete({"model": value}),
                         lambda: provider.list_models(value),
                         lambda: provider.onboarding_action("poll", pending_id=value),
                         lambda: llm_provider.load(self.skill, HOST, {"state_dir": value})):
                self.assertRaises(TypeError, call)

    def test_a_host_whose_name_is_not_utf_8(self):
        with llm_provider.load(self.skill, ("a\udcff", "1.\ud800")) as provider:
            self.assertTrue(provider.ready)

    def test_a_forked_child_is_refused_and_harms_nobody(self):
        provider = self.load()
        provider.onboarding_action("status")
        read_end, write_end = os.pipe()
        child = os.fork()
        if child == 0:
            document = provider.onboarding_action("status")
            provider.close()
            os.write(write_end, json.dumps(document).encode())
            os._exit(0)
        os.close(write_end)
        with os.fdopen(read_end, "rb") as answer:
            document = json.loads(answer.read())
        self.assertEqual(os.waitpid(child, 0)[1], 0)
        self.check_error(document, "internal", "forked")
        self.assertTrue(provider.onboarding_action("status")["ok"])


class LoaderTest(SkillTest):
    """What does not load is told in the words of the C++ loader, whose document this is."""

    def check_same(self, reason):
        self.stage.plugin = self.skill
        provider = llm_provider.load(self.skill, HOST)
        self.assertFalse(provider.ready)
        mine = provider.onboarding_action("status")
        theirs = self.stage.run("status", code=None, config={}, env=None).document
        self.assertEqual(mine, theirs)
        self.check_error(mine, "backend_unavailable", reason, retry=False)
        self.assertEqual(provider.info["error"], mine)
        self.assertEqual(list(provider.complete(chat("Hello"))),
                         [llm_provider.Event("end", mine, 0, llm_provider.UNAVAILABLE, 0)])
        return mine

    def change(self, **members):
        path = self.skill / "manifest.json"
        manifest = json.loads(path.read_text())
        path.write_text(json.dumps({**manifest, **members}))

    def test_manifests(self):
        path = self.skill / "manifest.json"
        path.unlink()
        self.check_same("manifest_missing")
        path.mkdir()
        self.check_same("manifest_invalid")
        path.rmdir()
        shutil.copy(SKILL / "manifest.json", path)
        for members, reason in (
                ({"manifest_version": 2}, "manifest_version_unsupported"),
                ({"manifest_version": "1"}, "manifest_invalid"), ({"id": ""}, "manifest_invalid"),
                ({"interface": {"id": "other"}}, "manifest_invalid"),
                ({"interface": {"id": "llm.provider", "major_min": 2, "major_max": 1}},
                 "manifest_invalid"),
                ({"library": []}, "manifest_invalid"),
                ({"library": {"linux-x86_64": "../x.so"}}, "manifest_invalid"),
                ({"library": {}}, "platform_unsupported"),
                ({"library": {"beos-x86": "x.so"}}, "platform_unsupported"),
                ({"version": "9.9.9"}, "manifest_mismatch"),
                ({"id": "another"}, "manifest_mismatch"),
                ({"interface": {"id": "llm.provider", "major_min": 1, "major_max": 2}},
                 "manifest_mismatch")):
            with self.subTest(members=members):
                shutil.copy(SKILL / "manifest.json", path)
                self.change(**members)
                self.check_same(reason)

    def test_folders_that_cannot_be_looked_into(self):
        good, long_name = self.skill, self.stage.root / ("long" * 100)
        loop = self.stage.root / "loop"
        loop.symlink_to(loop)
        for self.skill in (loop, long_name):
            self.check_same("manifest_invalid")
        self.skill = good / "manifest.json" / "no folder"
        self.check_same("manifest_missing")
        broken = self.stage.root / "broken"
        broken.mkdir()
        (broken / "manifest.json").write_text("{")
        for folders, reason, checked in (([long_name, good], "manifest_invalid", 1),
                                         ([self.skill, broken], "manifest_invalid", 2),
                                         (["a\0b", "\ud800"], "manifest_missing", 2),
                                         ([], "manifest_missing", 0)):
            with self.subTest(folders=folders):
                document = llm_provider.load(folders, HOST).onboarding_action("status")
                self.check_error(document, "backend_unavailable", reason)
                self.assertEqual(len(document["checked_paths"]), checked)
        with llm_provider.load(["a\0b", "\ud800", self.skill, good], HOST) as provider:
            self.assertTrue(provider.ready)

    def test_a_working_directory_that_is_gone(self):
        self.addCleanup(os.chdir, os.getcwd())
        gone = self.stage.root / "gone"
        gone.mkdir()
        os.chdir(gone)
        gone.rmdir()
        document = llm_provider.load("skill", HOST).onboarding_action("status")
        self.check_error(document, "backend_unavailable", "manifest_missing")

    def test_every_kind_of_path(self):
        deep = self.stage.root / "a" / "deep"
        deep.mkdir(parents=True)
        link = self.stage.root / "link"
        link.symlink_to(deep)
        (deep.parent / "skill").symlink_to(self.skill)
        for path in (bytes(self.skill), self.skill / "manifest.json", link / ".." / "skill",
                     os.path.relpath(self.skill)):
            with self.subTest(path=path), llm_provider.load(path, HOST) as provider:
                self.assertTrue(provider.ready)

    def test_a_path_that_is_not_utf_8(self):
        self.skill = self.skill.rename(os.fsdecode(bytes(self.skill) + b"\xff"))
        library = self.skill / "lib" / "xai_grok.so"
        library.unlink()
        document = self.check_same("library_not_loadable")
        json.dumps(document, ensure_ascii=False).encode()
        # Here the dynamic linker speaks, and names the path.
        shutil.copy(SKILL / "lib" / "xai_grok.so", library)
        data = library.read_bytes()
        library.write_bytes(data.replace(b"\0GLIBC_2.", b"\0GLIBC_9."))
        if sys.version_info >= (3, 11):
            self.assertIn("GLIBC_9.", self.check_same("library_not_loadable")["detail"])
        with mock.patch("ctypes.CDLL", side_effect=OSError()):  # what an older one raises
            document = llm_provider.load(self.skill, HOST).onboarding_action("status")
        self.assertIn("xai_grok.so: cannot be loaded", document["detail"])

    def test_library_paths_that_no_file_has(self):
        for path in ("lib/\0.so", "lib/\ud800.so", "lib/\udcff.so"):
            with self.subTest(path=path):
                self.change(library={"linux-" + platform.machine(): path})
                document = llm_provider.load(self.skill, HOST).onboarding_action("status")
                self.check_error(document, "backend_unavailable", "manifest_invalid")
        self.change(library={"linux-" + platform.machine(): "long" * 100})
        self.check_same("library_not_loadable")

    def test_a_library_whose_name_the_locale_does_not_have(self):
        self.change(library={"linux-" + platform.machine(): "lib/\u00fc.so"})
        code = ("import sys; sys.path.insert(0, sys.argv[1]); import llm_provider\n"
                "print(llm_provider.load(sys.argv[2], ('test', '1')).info['error']['reason'])")
        ended = self.run_argv([sys.executable, "-B", "-X", "utf8=0", "-c", code, PATH.parent,
                               self.skill], env={"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0"})
        self.assertEqual((ended.stdout, ended.stderr), ("library_not_loadable\n", ""))

    def test_built_in_manifests_that_are_no_object(self):
        beside = json.loads((SKILL / "manifest.json").read_text())
        for text in (b"[]", b"[" * 100_000, b"\xff"):
            with self.subTest(text=text[:20]):
                entry = llm_provider._Entry(manifest=text)  # pylint: disable=protected-access
                self.assertTrue(llm_provider._manifest_difference(beside, entry))

    def test_manifests_that_are_no_json(self):
        # The parsers have words of their own for where it goes wrong.
        path = self.skill / "manifest.json"
        for text in ("", "{", '{"id":1,"id":2}', "\xff", "[" * 100_000, "x" * 70_000):
            with self.subTest(text=text[:20]):
                path.write_bytes(text.encode("latin-1"))
                document = llm_provider.load(self.skill, HOST).onboarding_action("status")
                self.check_error(document, "backend_unavailable", "manifest_invalid")

    def test_libraries(self):
        library = self.skill / "lib" / "xai_grok.so"
        good = library.read_bytes()
        foreign = good[:18] + (183).to_bytes(2, "little") + good[20:]
        narrow = good[:4] + b"\x01" + good[5:]
        for name, data in (("empty", b""), ("text", b"#!/bin/sh\necho no library\n" * 10),
                           ("truncated", good[:len(good) // 2]), ("head only", good[:64]),
                           ("foreign", foreign), ("32 bits", narrow)):
            with self.subTest(name=name):
                library.unlink()
                library.write_bytes(data)
                self.check_same("library_not_loadable")
        library.unlink()
        self.check_same("library_not_loadable")
        library.mkdir()
        self.check_same("library_not_loadable")

    def test_a_library_without_the_entry(self):
        library = self.skill / "lib" / "xai_grok.so"
        library.unlink()
        shutil.copy(pathlib.Path(SKILL) / "lib" / "xai_grok_backend.so", library)
        self.check_same("entry_missing")


if __name__ == "__main__":
    if sys.platform != "linux":
        print("SKIPPED: the Python binding was not tested: it is for Linux")
        sys.exit(harness.SKIPPED)
    harness.main()
