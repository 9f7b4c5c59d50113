"""docs/skill-coverage.md: each statement stands where it says."""

import json
import pathlib
import re
import unittest

import harness
from skill_harness import SKILL

TABLE = pathlib.Path(__file__).resolve().parents[2] / "docs" / "skill-coverage.md"
STATEMENTS_MIN = 100


def one_line(text):
    return " ".join(text.split())


def sections():
    """Heading: what stands under it, without the headings below."""
    guide = (SKILL / "SKILL.md").read_text()
    parts = re.split(r"^#+ (.*)$", guide, flags=re.M)
    return dict(zip(parts[1::2], map(one_line, parts[2::2])))


def rows():
    for line in TABLE.read_text().splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if len(cells) == 3 and cells[0] not in ("statement", "---"):
            yield cells


class CoverageTest(unittest.TestCase):
    def test_each_statement_stands_under_its_heading(self):
        guide = sections()
        count = 0
        for statement, heading, words in rows():
            count += 1
            with self.subTest(statement=statement):
                self.assertIn(heading, guide)
                at = 0
                for part in words.lower().replace("¦", "|").split(" … "):
                    at = guide[heading].lower().find(part, at)
                    self.assertGreaterEqual(at, 0, f"{part} is not there, or not in its place")
        self.assertGreaterEqual(count, STATEMENTS_MIN)

    def test_the_head_says_what_an_agent_platform_reads(self):
        head = (SKILL / "SKILL.md").read_text().split("---\n")[1]
        manifest = json.loads((SKILL / "manifest.json").read_text())
        members = dict(line.split(": ", 1) for line in head.splitlines())
        self.assertEqual((members["name"], members["version"], members["delivery"]),
                         ("xai-grok-onboarding", manifest["version"], "script"))
        self.assertIn("X Premium, X Premium+, SuperGrok, SuperGrok Heavy", members["description"])
        self.assertTrue({"xai", "grok", "oauth"} <= set(members["tags"].strip("[]").split(", ")))

    def test_each_heading_carries_something(self):
        carried = {heading for _, heading, _ in rows()}
        self.assertEqual(set(sections()) - carried, {"The sign-in"})


if __name__ == "__main__":
    harness.main()
