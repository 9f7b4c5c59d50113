"""memcheck watches load, create, status, a request over TLS, destroy and dlclose: nothing is lost,
and no memory is used that is not there or has no value.  XAI_MEMCHECK_CYCLES says how often.
"""

import os
import pathlib
import re
import shutil
import unittest
import xml.etree.ElementTree as ElementTree

import harness
from harness import SANITIZE
from lifecycle_harness import LifecycleTest

CYCLES = int(os.environ.get("XAI_MEMCHECK_CYCLES") or 100)
CYCLE_S_MAX, START_S_MAX = 10, 60
SUPPRESSIONS = pathlib.Path(__file__).with_name("memcheck.supp")
# Faults of others, in which none of these has a part, are not ours to judge.
OURS = re.compile(r"/(xai_grok|xai_grok_backend|libcurl[^/]*)\.so")
NOT_TESTED = "leaks and invalid accesses were not tested here, "


class Fault:
    def __init__(self, error):
        self.kind = error.findtext("kind")
        self.what = error.findtext("what") or error.findtext("xwhat/text")
        self.frames = [(frame.findtext("obj", "?"), frame.findtext("fn", "?"))
                       for frame in error.iter("frame")]
        # With a frame that it cannot name, a library may be ours that is no longer there.
        self.ours = any(OURS.search(obj) or obj == "?" for obj, _ in self.frames)

    def __repr__(self):
        return "\n  ".join([f"{self.kind}: {self.what}", *map(" ".join, self.frames)])


@unittest.skipIf(SANITIZE, NOT_TESTED + "which the sanitizer looks for itself")
@unittest.skipUnless(shutil.which("valgrind"), NOT_TESTED + "since valgrind is not installed")
class ValgrindTest(LifecycleTest):
    def faults(self, scenario, *more):
        """What memcheck has to say of the life of a host."""
        report = self.stage.root / "memcheck.xml"
        # A library that was closed keeps the names of its functions.
        self.live(scenario, *more, deadline_s=START_S_MAX + CYCLES * CYCLE_S_MAX, prefix=[
            "valgrind", "--quiet", "--leak-check=full", "--show-leak-kinds=definite",
            "--keep-debuginfo=yes", "--num-callers=40", f"--suppressions={SUPPRESSIONS}",
            "--xml=yes", f"--xml-file={report}"])
        faults = list(map(Fault, ElementTree.parse(report).getroot().iter("error")))
        print(f"{scenario} {more}: {faults}", flush=True)
        return [fault for fault in faults if fault.ours]

    # D16
    def test_nothing_is_lost_and_nothing_else_is_touched(self):
        self.assertEqual(self.faults("cycles", CYCLES), [])

    def test_what_a_host_forgets_is_found(self):
        lost = self.faults("forget")
        self.assertEqual([fault.kind for fault in lost], ["Leak_DefinitelyLost"], lost)
        self.assertIn("Create", str(lost))


if __name__ == "__main__":
    harness.main()
