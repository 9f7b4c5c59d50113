"""Holds host-api/json.md, host-api/schema and llm_provider.h against each other.

json_examples_test.py HOST_API_DIR
"""

import copy
import json
import os
import re
import sys
import unittest

import jsonschema

HOST_API = os.path.abspath(sys.argv[1])


def read(*path):
    with open(os.path.join(HOST_API, *path), encoding="utf-8") as file:
        return file.read()


def with_files(node):
    """A schema with its references to other files replaced by those."""
    if isinstance(node, list):
        return [with_files(item) for item in node]
    if not isinstance(node, dict):
        return node
    reference = node.get("$ref", "")
    if reference.endswith(".json"):
        other = with_files(json.loads(read("schema", reference)))
        return {key: value for key, value in other.items() if key not in ("$schema", "$defs")}
    return {key: with_files(value) for key, value in node.items()}


def schema(name):
    return with_files(json.loads(read("schema", name + ".json")))


def validator(name):
    return jsonschema.Draft202012Validator(schema(name))


def examples():
    pattern = r"<!-- schema: (\w+) -->\n```json\n(.*?)```"
    return [(name, json.loads(text)) for name, text in re.findall(pattern, read("json.md"), re.S)]


def valid(name, document):
    return not list(validator(name).iter_errors(document))


def changed(document, **members):
    copied = copy.deepcopy(document)
    copied.update(members)
    return copied


def without(document, member):
    return {key: value for key, value in document.items() if key != member}


class JsonDocumentation(unittest.TestCase):
    def test_every_schema_is_a_schema(self):
        for file in os.listdir(os.path.join(HOST_API, "schema")):
            jsonschema.Draft202012Validator.check_schema(json.loads(read("schema", file)))

    def test_every_example_is_valid(self):
        for name, document in examples():
            with self.subTest(schema=name):
                validator(name).validate(document)

    def test_every_schema_has_an_example_but_those_that_are_parts(self):
        files = {file[:-5] for file in os.listdir(os.path.join(HOST_API, "schema"))}
        self.assertEqual(files - {name for name, _ in examples()}, {"usage"})

    def test_every_json_block_is_an_example(self):
        self.assertEqual(read("json.md").count("```json"), len(examples()))

    def test_required_members_are_required(self):
        for name, document in examples():
            for member in schema(name).get("required", []):
                with self.subTest(schema=name, member=member):
                    self.assertFalse(valid(name, without(document, member)))

    def test_members_of_wrong_types_are_refused(self):
        for name, document in examples():
            properties = schema(name).get("properties", {})
            for member in document:
                wrong = {"not": ["what", "was", "asked", "for"]}
                if isinstance(document[member], dict):
                    wrong = [wrong]
                with self.subTest(schema=name, member=member):
                    self.assertIn(member, properties or document)
                    self.assertFalse(valid(name, changed(document, **{member: wrong})))

    def test_unknown_members_are_accepted_everywhere(self):
        for name, document in examples():
            with self.subTest(schema=name):
                self.assertTrue(valid(name, changed(document, member_of_a_later_version=[1])))

    def test_the_manifest_may_not_lead_out_of_its_folder(self):
        manifest = dict(examples())["manifest"]
        for path in ("/usr/lib/x.so", "../x.so", "lib/../../x.so", ""):
            self.assertFalse(valid("manifest", changed(manifest, library={"linux-x86_64": path})))

    def test_a_new_key_source_comes_with_its_path(self):
        for source, path in (("key_file", "key_file"), ("passphrase", "passphrase_file")):
            rekey = {"action": "rekey", "key_source": source}
            self.assertFalse(valid("onboarding", rekey))
            self.assertTrue(valid("onboarding", {**rekey, path: "/etc/key"}))
            self.assertFalse(valid("onboarding", {**rekey, path: "etc/key"}))
        for source in ("host", "systemd"):
            self.assertTrue(valid("onboarding", {"action": "rekey", "key_source": source}))
        self.assertFalse(valid("onboarding", {"action": "rekey"}))

    def test_the_shipped_manifest_is_valid(self):
        with open(os.path.join(HOST_API, "..", "manifest.json"), encoding="utf-8") as file:
            validator("manifest").validate(json.load(file))


class ErrorNames(unittest.TestCase):
    def setUp(self):
        section = read("json.md").split("\n## Errors\n")[1].split("\n## ")[0]
        self.rows = re.findall(r"(?m)^\| `(\w+)` \| (yes|no) \| (.*) \| (.*) \|$", section)
        self.names = [row[0] for row in self.rows]

    def test_the_page_and_the_schema_have_the_same_names(self):
        self.assertEqual(sorted(self.names), sorted(schema("error")["properties"]["error"]["enum"]))
        self.assertEqual(len(set(self.names)), len(self.names))

    def test_every_status_of_an_end_has_names(self):
        statuses = set(re.findall(r"\b(LLMP_E_\w+)\b", read("llm_provider.h")))
        headed = set(re.findall(r"(?m)^(`LLMP_E_.*`)$", read("json.md")))
        named = set(re.findall(r"LLMP_E_\w+", " ".join(headed)))
        self.assertEqual(statuses - named, {"LLMP_E_CLOSED", "LLMP_E_FORKED"})

    def test_every_name_says_what_it_means_and_what_to_do(self):
        for name, _, meaning, action in self.rows:
            self.assertGreater(min(len(meaning), len(action)), 5, name)

    def test_the_page_and_the_schema_have_the_same_reasons_to_be_unavailable(self):
        section = read("json.md").split("\n## Unavailable\n")[1].split("\n## ")[0]
        cells = re.findall(r"(?m)^\| (`\w+`(?:, `\w+`)*) \|", section)
        page = re.findall(r"`(\w+)`", " ".join(cells))
        enum = schema("error")["then"]["properties"]["reason"]["enum"]
        self.assertEqual(sorted(page), sorted(enum))


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
