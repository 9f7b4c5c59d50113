"""Odd surroundings: they do not matter, and the plugin leaves them as they are.

That nothing is written to stdout or stderr is checked of every host in this folder.
"""

import subprocess
import unittest

import harness
from harness import SANITIZE
from lifecycle_harness import LifecycleTest

ALARMS_MIN = 20
# German, and what can be made of it where there are no sources of locales.
LOCALES = {"de_XX": ["-i", "de_DE", "-f", "UTF-8"], "comma": ["-i", "./source"]}
COMMA = """comment_char %
escape_char /
LC_NUMERIC
decimal_point ","
thousands_sep "."
grouping 3;3
END LC_NUMERIC
"""


class SurroundingsTest(LifecycleTest):
    # D21
    def test_a_time_zone_that_is_none(self):
        for zone in ("<+99>-99:59:59", ":/dev/zero", "Nowhere/Nothing"):
            with self.subTest(zone=zone):
                self.live("surroundings", "zone", env={"TZ": zone})

    # D21
    def test_a_working_directory_that_is_gone(self):
        self.live("surroundings", "cwd")

    # D21
    @unittest.skipIf(SANITIZE, "closed descriptors 0 to 2 were not tested: a sanitizer writes to 2")
    def test_without_the_first_three_descriptors(self):
        told = self.stage.root / "told"
        self.live("surroundings", "descriptors", told)
        self.assertEqual(told.read_text(), "fine")

    # D21
    def test_locales_with_a_comma(self):
        folder = self.stage.root / "locales"
        folder.mkdir()
        made = [name for name, how in LOCALES.items() if self.make_locale(folder, name, how)]
        if not made:
            self.skipTest("a locale with a comma was not tested: localedef makes none")
        for name in made:
            with self.subTest(name=name):
                self.live("surroundings", "locale", env={"LOCPATH": str(folder), "LC_ALL": name})
                self.assertIn(b'"temperature":0.25', self.speaker.seen[-1])

    @staticmethod
    def make_locale(folder, name, how):
        """False if this machine cannot."""
        (folder / "source").write_text(COMMA, encoding="ascii")
        try:
            subprocess.run(["localedef", "--no-archive", "-c", *how, str(folder / name)],
                           cwd=folder, capture_output=True, timeout=harness.DEADLINE_S,
                           check=False)
            # It complains of much, and says little about whether what it made can be used.
            used = subprocess.run(["locale", "decimal_point"], capture_output=True, text=True,
                                  env={"LOCPATH": str(folder), "LC_ALL": name, "PATH": "/usr/bin"},
                                  timeout=harness.DEADLINE_S, check=False)
        except OSError:
            return False
        return used.stdout.strip() == "," and "Cannot set" not in used.stderr

    # D20
    def test_storms_of_signals(self):
        told = self.live("signals")
        print(told, flush=True)
        self.assertGreater(told["alarms"], ALARMS_MIN)
        self.assertGreater(told["children"], 0)
        self.assertEqual(told["elsewhere"], 0)


if __name__ == "__main__":
    harness.main()
