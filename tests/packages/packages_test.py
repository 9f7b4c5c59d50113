"""The packages: the same bytes each time, and they work on a system that has no compiler."""

import hashlib
import json
import os
import pathlib
import shutil
import subprocess
import tarfile
import unittest

import bare_system
import harness
from harness import StageTest

CPACK = os.environ.get("XAI_CPACK", "cpack")
DRIVER = os.environ.get("XAI_E2E_DRIVER", "")
FAKE_BACKEND = os.environ.get("XAI_FAKE_BACKEND", "")  # of version 0.2.0
CMAKE = os.environ.get("XAI_E2E_CMAKE", "cmake")
EPOCH = "1700000000"
SKILL = "xai-grok-onboarding"
SKILL_FILES = {"LICENSE", "SKILL.md", "exports.py", "manifest.json", "lib/llm_provider.py",
               "lib/xai_grok.so", "lib/xai_grok_backend.so"}
PACKAGE_MINUTES = 3


def pack(generator, folder):
    config = pathlib.Path(harness.BUILD) / "CPackConfig.cmake"
    subprocess.run([CPACK, "--config", str(config), "-G", generator, "-B", str(folder)],
                   env={**os.environ, "SOURCE_DATE_EPOCH": EPOCH}, check=True,
                   capture_output=True, timeout=PACKAGE_MINUTES * 60)
    return sorted(path for path in folder.iterdir() if path.suffix in (".gz", ".deb"))


def digests(paths):
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in paths}


class PackagesTest(StageTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.folder = pathlib.Path(harness.tempfile.mkdtemp(prefix="xai-packages-"))
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        cls.archive, = pack("TGZ", cls.folder / "tgz")
        cls.debs = pack("DEB", cls.folder / "deb")

    def bare(self, *names):
        reason = bare_system.why_not()
        if reason:
            self.skipTest(f"the packages were not tried on a bare system: {reason}")
        root = self.stage.root / "bare"
        bare_system.make(root, names)
        for compiler in ("gcc", "g++", "cc", "clang", "cmake"):
            self.assertFalse((root / "usr/bin" / compiler).exists(), compiler)
        return root

    def inside(self, root, *argv, stdin=""):
        env = {"PATH": "/usr/bin", "HOME": "/root", "WORKSPACE_DIR": "/root/workspace",
               "XAI_GROK_AUTH_URL": self.sim.urls["auth"],
               "XAI_GROK_API_URL": self.sim.urls["api"]}
        return subprocess.run([bare_system.CHROOT, str(root), *argv], input=stdin, env=env, text=True,
                              capture_output=True, timeout=harness.DEADLINE_S, check=False)

    def call(self, root, function):
        ended = self.inside(root, "/usr/bin/python3", "-", stdin=(
            f"import json, sys\nsys.path.insert(0, '/skills/{SKILL}')\n"
            f"import exports\nprint(json.dumps(exports.{function}))\n"))
        self.assertEqual((ended.returncode, ended.stderr), (0, ""), ended.stdout)
        return json.loads(ended.stdout)

    def tell_the_story(self, root):
        self.assertEqual(self.call(root, "status()")["state"], "signed_out")
        self.assertEqual(self.call(root, "start()")["status"], "pending")
        harness.wait_for(lambda: self.call(root, "poll()").get("status") == "connected",
                         "the sign-in")
        self.assertIn("xai-grok/grok-4.3", self.call(root, "models()")["available_models"])
        self.assertIs(self.call(root, "logout()")["revoked"], True)

    def test_the_same_bytes_each_time(self):
        for generator, first in (("TGZ", [self.archive]), ("DEB", self.debs)):
            again = pack(generator, self.stage.root / generator)
            self.assertEqual(digests(again), digests(first))

    def test_the_archive_holds_one_folder(self):
        with tarfile.open(self.archive) as archive:
            names = {member.name for member in archive if member.isfile()}
        self.assertEqual(names, {f"{SKILL}/{name}" for name in SKILL_FILES})

    def test_the_skill_on_a_bare_system(self):
        # First without libcurl, then, with the skill untouched, with it.
        root = self.bare(*bare_system.PYTHON, *bare_system.BASICS, *bare_system.RUNTIME)
        with tarfile.open(self.archive) as archive:
            archive.extractall(root / "skills")
        for function in ("status()", "start()", "poll()", "cancel()", "logout()", "refresh()",
                         "models()"):
            document = self.call(root, function)
            document.pop("cache_flush", None)
            self.check_error(document, "xai_oauth_backend_unavailable", "backend_not_loadable")
            self.assertIn("libcurl.so.4", document["detail"])
        bare_system.add(root, bare_system.LIBCURL)
        subprocess.run(["ldconfig", "-r", str(root)], check=True, capture_output=True)
        self.tell_the_story(root)

    def test_the_plugins_package_on_a_bare_system(self):
        root = self.bare(*bare_system.BASICS, *bare_system.RUNTIME, *bare_system.LIBCURL,
                         *bare_system.HOST)
        plugin, = (path for path in self.debs if path.name.startswith("xai-grok_"))
        subprocess.run(["dpkg-deb", "-x", str(plugin), str(root)], check=True)
        config = json.dumps({"endpoints": self.sim.endpoints})
        host = ["/usr/bin/sample-host", "--config", config, "--json"]
        login = self.inside(root, *host, "login", "--auto")
        self.assertEqual((login.returncode, login.stderr), (0, ""))
        chat = self.inside(root, *host, "complete", "-", stdin=json.dumps(
            {"model": "grok-4.3", "messages": [{"role": "user", "content": "Installed"}]}))
        self.assertIn("You said: Installed", "".join(
            line.get("data", "") for line in map(json.loads, chat.stdout.splitlines())
            if line["event"] == "text"))
        self.assertEqual(self.inside(root, *host, "logout").returncode, 0)
        # It needs /proc to do more, and here is none.
        listed = self.inside(root, "/usr/bin/provider-validator", "--list")
        self.assertIn("LLMP-QUEUE-001", listed.stdout, listed.stderr)

    def test_the_package_names_all_that_it_needs(self):
        plugin, = (path for path in self.debs if path.name.startswith("xai-grok_"))
        depends = subprocess.run(["dpkg-deb", "-f", str(plugin), "Depends"], check=True,
                                 capture_output=True, text=True).stdout
        named = {choice.split()[0] for choice in depends.split(",")}
        unpacked = self.stage.root / "unpacked"
        subprocess.run(["dpkg-deb", "-x", str(plugin), str(unpacked)], check=True)
        needed = set()
        programs = (unpacked / "usr" / "bin").iterdir()
        for path in (*unpacked.rglob("*.so"), *programs):
            shown = subprocess.run(["readelf", "-d", str(path)], check=True, capture_output=True,
                                   text=True).stdout
            needed |= {line.split("[")[1].rstrip("]") for line in shown.splitlines()
                       if "(NEEDED)" in line}
        owners = {"libc.so.6": "libc6", "libm.so.6": "libc6", "ld-linux-x86-64.so.2": "libc6",
                  "ld-linux-aarch64.so.1": "libc6",
                  "libcurl.so.4": "libcurl4", "libedit.so.2": "libedit2",
                  "libgcc_s.so.1": "libgcc-s1", "libqrencode.so.4": "libqrencode4",
                  "libsodium.so.23": "libsodium23", "libstdc++.so.6": "libstdc++6"}
        self.assertEqual({owners[name] for name in needed}, named)

    def test_the_development_package_is_found(self):
        development, = (path for path in self.debs if path.name.startswith("llm-provider-dev_"))
        root = self.stage.root / "dev"
        subprocess.run(["dpkg-deb", "-x", str(development), str(root)], check=True)
        project = self.stage.root / "project"
        project.mkdir()
        (project / "CMakeLists.txt").write_text(
            "cmake_minimum_required(VERSION 3.25)\nproject(host LANGUAGES CXX)\n"
            "find_package(llm_provider 0.1 REQUIRED)\nadd_executable(host host.cpp)\n"
            "target_link_libraries(host PRIVATE llm_provider::cpp)\n")
        (project / "host.cpp").write_text(
            '#include "llm_provider.hpp"\n#include <cstdio>\nint main(int, char** argv) {\n'
            '  const auto p = llmp::load(argv[1], {"host", "1"});\n'
            '  std::puts(std::string(p.info()).c_str());\n}\n')
        build = project / "build"
        for argv in ([CMAKE, "-G", "Ninja", "-S", project, "-B", build,
                      f"-DCMAKE_PREFIX_PATH={root}/usr"],
                     [CMAKE, "--build", build]):
            subprocess.run(list(map(str, argv)), check=True, capture_output=True,
                           timeout=PACKAGE_MINUTES * 60)
        told = subprocess.run([str(build / "host"), harness.PLUGIN], check=True,
                              capture_output=True, text=True).stdout
        self.assertEqual(json.loads(told)["state"], "ready")
        flags = subprocess.run(["pkg-config", "--cflags", "llm_provider"], check=True, text=True,
                               capture_output=True,
                               env={**os.environ, "PKG_CONFIG_PATH": f"{root}/usr/share/pkgconfig",
                                    "PKG_CONFIG_ALLOW_SYSTEM_CFLAGS": "1"}).stdout
        self.assertTrue(os.path.samefile(flags.strip()[len("-I"):], root / "usr/include"), flags)


class UpgradeTest(StageTest):
    def ask(self, driver, request):
        driver.stdin.write(json.dumps(request) + "\n")
        driver.stdin.flush()
        return json.loads(driver.stdout.readline())

    def test_in_place_while_a_host_runs(self):
        """tar over a running skill: the host goes on, the next start uses what is there now."""
        skill = self.stage.root / SKILL
        shutil.copytree(harness.PLUGIN, skill)
        self.stage.plugin = skill
        self.stage.sign_in()
        chat = {"model": "grok-4.3", "messages": [{"role": "user", "content": "Hi"}]}
        driver = subprocess.Popen([DRIVER, str(skill), json.dumps(self.stage.config)], text=True,
                                  env=self.stage.environment(), stdin=subprocess.PIPE,
                                  stdout=subprocess.PIPE)
        self.addCleanup(harness.end_process, driver)
        self.assertTrue(self.ask(driver, chat)["ok"])
        archive = self.stage.root / "skill.tar"
        for argv in (["-cf", str(archive), SKILL], ["-xf", str(archive)]):
            subprocess.run(["tar", "-C", str(skill.parent), *argv], check=True)
        self.assertTrue(self.ask(driver, chat)["ok"])
        self.assertEqual(self.ask(driver, {"action": "refresh"})["status"], "refreshed")
        self.assertEqual(self.stage.run("status").document["state"], "connected")
        self.assertTrue(self.stage.run("refresh").document["ok"])
        self.assertTrue(self.ask(driver, chat)["ok"], "the credential is read by both")

    def test_half_an_upgrade_is_said(self):
        skill = self.stage.root / SKILL
        shutil.copytree(harness.PLUGIN, skill)
        self.stage.plugin = skill
        shutil.copy(FAKE_BACKEND, skill / "lib" / "xai_grok_backend.so")
        told = self.stage.run("status", code=None).document
        self.check_error(told, "xai_oauth_backend_unavailable", "backend_version", retry=False)


if __name__ == "__main__":
    harness.main()
