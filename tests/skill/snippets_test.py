"""Every block of SKILL.md, word for word but for the path of the skills, signs in and out."""

import json
import re

import harness
from skill_harness import SKILL, SkillTest

PATH = "/data/workspace/skills/xai-grok-onboarding"


def blocks():
    return re.findall(r"```bash\n(.*?)```", (SKILL / "SKILL.md").read_text(), re.S)


def block_of(function):
    found = [block for block in blocks() if re.search(rf"print\(json.dumps\({function}\(", block)]
    assert len(found) == 1, f"{function}: {len(found)} blocks"
    return found[0]


class SnippetsTest(SkillTest):
    def run_block(self, function):
        block = block_of(function)
        self.assertIn(PATH, block)
        ended = self.run_argv(["bash", "-c", block.replace(PATH, str(self.skill))])
        self.assertEqual((ended.returncode, ended.stderr), (0, ""), function)
        documents, text = [], ended.stdout.strip()
        while text:
            document, end = json.JSONDecoder().raw_decode(text)
            documents.append(document)
            text = text[end:].lstrip()
        return documents

    def test_they_tell_the_whole_story(self):
        started, = self.run_block("start")
        self.assertIn(started["user_code"], started["verification_url_with_code"])

        def connected():
            polled, = self.run_block("poll")
            return polled if polled["status"] == "connected" else None

        polled = harness.wait_for(connected, "the sign-in")
        self.assertEqual(polled["default_model_id"], "xai-grok/grok-4.3")
        self.assertIn("refresh the browser page", polled["next_step"])
        status, models = self.run_block("status")
        self.assertEqual((status["state"], status["tier_label"]), ("connected", "SuperGrok Heavy"))
        self.assertEqual(models["available_models"], status["available_models"])
        self.assertEqual(self.run_block("refresh")[0]["status"], "refreshed")
        self.assertIs(self.run_block("logout")[0]["revoked"], True)
        self.assertEqual(self.run_block("status")[0]["state"], "signed_out")

    def test_each_is_run(self):
        story = {"start", "poll", "status", "refresh", "logout"}
        self.assertEqual({block_of(function) for function in story}, set(blocks()))


if __name__ == "__main__":
    harness.main()
