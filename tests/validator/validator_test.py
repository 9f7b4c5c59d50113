"""provider-validator finds nothing in our plugin, and everything in those that are broken."""

import json
import os
import pathlib
import re
import shutil
import subprocess

import harness
from harness import StageTest

VALIDATOR = os.environ.get("XAI_VALIDATOR", "")
BROKEN = pathlib.Path(os.environ.get("XAI_BROKEN", ""))
CARELESS_HOST = os.environ.get("XAI_CARELESS_HOST", "")
CONTRACT = (pathlib.Path(__file__).parents[2] / "host-api" / "abi.md").read_text()

# What is broken, and the finding that has to say so.
FINDINGS = {
    "second_symbol": "LLMP-IMAGE-002",
    "needs_curl": "LLMP-IMAGE-003",
    "early_thread": "LLMP-SCAN-005",
    "prints": "LLMP-SCAN-006",
    "takes_sigint": "LLMP-SCAN-007",
    "crashes_on_config": "LLMP-ENTRY-009",
    "ends_twice": "LLMP-QUEUE-001",
    "no_nul": "LLMP-QUEUE-003",
    "scribbles": "LLMP-QUEUE-004",
    "writes_past_cap": "LLMP-QUEUE-005",
    "loses_wakes": "LLMP-QUEUE-007",
    "reads_late": "LLMP-REQUEST-003",
    "never_ends": "LLMP-REQUEST-005",
    "leaks_descriptors": "LLMP-PROCESS-005",
}
# The same of those that wrap our plugin, so that a vendor answers.
WRAPPED_FINDINGS = {
    "another_document": "LLMP-UNAVAILABLE-001",
    "inherited_fd": "LLMP-FD-002",
    "crashes_on_nul": "LLMP-INPUT-005",
    "tells_no_models": "LLMP-ONBOARDING-011",
    "plain_token": "LLMP-ONBOARDING-013",
    "loses_bytes": "LLMP-STREAM-001",
    "believes_cuts": "LLMP-FAULT-001",
    "closes_nothing": "LLMP-FAULT-007",
    "calls_nobody": "LLMP-THREAD-002",
    "wakes_itself": "LLMP-THREAD-003",
}
OUTCOMES = {"crashes_on_config": "crashed", "crashes_on_nul": "crashed",
            "calls_nobody": "skipped"}

# How a host is careless, and the rule that it breaks.
CARELESS = {
    "bytes": "LLMP-HOST-001",
    "numbers": "LLMP-HOST-011",
    "afterwards": "LLMP-HOST-012",
    "waiters": "LLMP-HOST-010",
    "kinds": "LLMP-HOST-002",
    "idle": "LLMP-HOST-003",
    "major": "LLMP-HOST-007",
    "null": "LLMP-HOST-008",
    "magic": "LLMP-HOST-009",
}

PYTHON_HOST = """#!/usr/bin/env python3
import sys
sys.path.insert(0, %r)
import llm_provider
with llm_provider.load(sys.argv[1], ("careful-host", "1")) as provider:
    request = {"model": "m", "messages": [{"role": "user", "content": "Hi"}]}
    for event in provider.complete(request):
        if event.kind == "text":
            sys.stdout.write(event.data)
"""


def block(words):
    """The commands of the contract that have these words in them."""
    found = [text for text in re.findall(r"```sh\n(.*?)```", CONTRACT, re.DOTALL) if words in text]
    assert len(found) == 1, f"{words}: {len(found)} blocks"
    return found[0]


class ValidatorStage(StageTest):
    # Tokens of twenty seconds: they get old within the run.
    SIM = ("--interval", "1", "--access-ttl", "20")

    def with_programs(self, **more):
        folders = [str(pathlib.Path(program).parent) for program in (VALIDATOR, harness.HOST)]
        path = ":".join([*folders, os.environ["PATH"]])
        return self.stage.environment(PATH=path, PYTHONDONTWRITEBYTECODE="1", **more)

    def run_validator(self, *arguments, **environment):
        return subprocess.run([VALIDATOR, *arguments], capture_output=True, text=True,
                              env=self.with_programs(**environment),
                              timeout=10 * harness.DEADLINE_S, check=False)

    def findings(self, *arguments, **environment):
        ended = self.run_validator("--json", *arguments, **environment)
        self.assertIn(ended.returncode, (0, 1), ended.stderr)
        report = json.loads(ended.stdout)
        self.assertEqual(ended.returncode == 0,
                         report["failed"] + report["crashed"] + report["timed_out"] == 0)
        return report, {found["id"]: found for found in report["findings"]}


class ValidatorTest(ValidatorStage):
    def plugin(self, broken):
        folder = self.stage.root / broken
        (folder / "lib").mkdir(parents=True)
        shutil.copy(BROKEN / f"broken_{broken}.so", folder / "lib" / "fixture.so")
        (folder / "manifest.json").write_text(json.dumps({
            "manifest_version": 1, "id": "broken", "name": "A fixture", "version": "1.2.3",
            "interface": {"id": "llm.provider", "major_min": 1, "major_max": 1},
            "library": {"linux-x86_64": "lib/fixture.so"}}))
        return str(folder)

    def test_ours_has_no_fault_no_warning_and_no_skip(self):
        # As the contract tells it.
        command = block("--upstream").replace("PORT", self.sim.urls["control"].split(":")[2]
                                              .split("/")[0])
        command = command.replace("build/release/skill/xai-grok-onboarding", harness.PLUGIN)
        command = command[command.index("provider-validator"):].rstrip() + " --json"
        ended = subprocess.run(["sh", "-c", command], capture_output=True, text=True,
                               env=self.with_programs(), timeout=10 * harness.DEADLINE_S,
                               check=False)
        report = json.loads(ended.stdout)
        findings = {found["id"]: found for found in report["findings"]}
        self.assertEqual([f for f in findings.values() if f["outcome"] != "passed"], [])
        self.assertGreater(report["passed"], 90)

    def find_each(self, whole, faults, *arguments, **environment):
        only = [word for finding in faults.values() for word in ("--only", finding)]
        _, findings = self.findings(self.plugin(whole), *only, *arguments, **environment)
        self.assertEqual({f["outcome"] for f in findings.values()}, {"passed"}, findings)
        # Of one who has signed in: a token that lies about.
        environment["BROKEN_SECRET"] = (self.sim.secrets() or [""])[-1]
        for broken, finding in faults.items():
            with self.subTest(broken=broken):
                _, findings = self.findings(self.plugin(broken), "--only", finding, *arguments,
                                            **environment)
                found = findings[finding]
                self.assertEqual(found["outcome"], OUTCOMES.get(broken, "failed"), found)
                self.assertNotEqual(found["detail"], "")

    def test_each_broken_one_is_found(self):
        self.find_each("none", FINDINGS)

    def test_each_that_breaks_ours_is_found(self):
        self.find_each("nothing", WRAPPED_FINDINGS, "--upstream", self.sim.urls["control"],
                       "--config", json.dumps({"endpoints": self.sim.endpoints}),
                       BROKEN_WRAPS=str(pathlib.Path(harness.PLUGIN) / "lib" / "xai_grok.so"))

    def test_without_a_vendor_it_says_what_was_not_tested(self):
        _, findings = self.findings(harness.PLUGIN, "--only", "LLMP-STREAM")
        self.assertEqual(findings.pop("LLMP-SCAN-008")["outcome"], "passed")
        self.assertEqual({f["outcome"] for f in findings.values()}, {"skipped"})
        for found in findings.values():
            self.assertIn("--upstream", found["detail"])

    def test_whatever_does_not_live_costs_one_finding(self):
        _, findings = self.findings(str(self.stage.root))
        self.assertEqual(findings["LLMP-SCAN-008"]["outcome"], "failed")
        self.assertEqual(findings["LLMP-QUEUE-001"]["outcome"], "skipped")

    def test_a_folder_without_a_plugin(self):
        _, findings = self.findings(str(self.stage.root), "--only", "LLMP-SCAN-001")
        self.assertIn("manifest.json", findings["LLMP-SCAN-001"]["detail"])

    def test_wrong_arguments(self):
        for arguments in ((), (harness.PLUGIN, "--only", "LLMP-NOBODY"),
                          (harness.PLUGIN, "--config", "["), (harness.PLUGIN, "--upstream", "x"),
                          (harness.PLUGIN, "--upstream", "http://127.0.0.1:1"),
                          ("--check-host", "/no/such/program")):
            ended = self.run_validator(*arguments)
            self.assertEqual(ended.returncode, 2, arguments)
            self.assertIn("provider-validator: ", ended.stderr)
        for arguments in (("--no-such-option",), (harness.PLUGIN, "--timeout-s", "0")):
            self.assertEqual(self.run_validator(*arguments).returncode, 2, arguments)
        ended = self.run_validator("--only", "LLMP-IMAGE-001", harness.PLUGIN)
        self.assertEqual(ended.returncode, 0, ended.stdout)
        self.assertEqual(self.run_validator("--help").returncode, 0)

    def test_the_contract_names_every_finding(self):
        listed = [line.split("  ", 1) for line in
                  self.run_validator("--list").stdout.splitlines()]
        table = re.findall(r"^\| (LLMP-\w+-\d+) \| (.*) \|$", CONTRACT, re.MULTILINE)
        self.assertEqual([tuple(line) for line in listed], table)
        named = set(re.findall(r"LLMP-\w+-\d+", CONTRACT))
        self.assertEqual(named - {finding for finding, _ in table}, set())


class CheckHostTest(ValidatorStage):
    def host(self, text):
        program = self.stage.root / "host"
        program.write_text(text)
        program.chmod(0o755)
        return str(program)

    def test_hosts_that_keep_the_contract(self):
        for text in (block("#!/bin/sh"), PYTHON_HOST % str(pathlib.Path(harness.PLUGIN) / "lib")):
            _, findings = self.findings("--check-host", self.host(text))
            self.assertEqual([f for f in findings.values() if f["outcome"] != "passed"], [])
        _, findings = self.findings("--check-host", CARELESS_HOST)
        self.assertEqual([f for f in findings.values() if f["outcome"] != "passed"], [])

    def test_each_careless_one_is_found(self):
        for careless, rule in CARELESS.items():
            with self.subTest(careless=careless):
                _, findings = self.findings("--check-host", CARELESS_HOST, CARELESS=careless)
                self.assertIn(findings[rule]["outcome"], ("failed", "crashed"))
                self.assertNotEqual(findings[rule]["detail"], "")

    def test_a_host_that_loads_nothing_is_not_one(self):
        _, findings = self.findings("--check-host", self.host("#!/bin/sh\nexit 0\n"))
        self.assertEqual({f["outcome"] for f in findings.values()}, {"failed", "skipped"})


if __name__ == "__main__":
    harness.main()
