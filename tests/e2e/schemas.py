"""Holds what the plugin says against host-api/schema, in every run of sample-host.

Hosts ignore members that they do not know; here an object may have none that its schema does
not describe.
"""

import json
import pathlib

import jsonschema

FOLDER = pathlib.Path(__file__).resolve().parents[2] / "host-api" / "schema"
EVENTS = {"start": "start", "tool_call": "tool_call", "usage": "usage"}
COMMANDS = {"info": "info", "models": "models"}
ACTIONS = {"status", "start", "poll", "cancel", "logout", "refresh", "login"}


def strict(node):
    """The schema, files put in for references to them, and closed to other members."""
    if isinstance(node, list):
        return [strict(item) for item in node]
    if not isinstance(node, dict):
        return node
    if node.get("$ref", "").endswith(".json"):
        return strict(load(node["$ref"]))
    node = {key: strict(value) for key, value in node.items() if key != "$schema"}
    if "properties" in node and node.get("type") == "object":
        node.setdefault("additionalProperties", False)
    return node


def load(file):
    return json.loads((FOLDER / file).read_text())


_validators = {}


def check(schema, document):
    if schema not in _validators:
        _validators[schema] = jsonschema.Draft202012Validator(strict(load(f"{schema}.json")))
    error = jsonschema.exceptions.best_match(_validators[schema].iter_errors(document))
    if error:
        path = "/".join(map(str, error.absolute_path))
        raise AssertionError(f"{schema}.json, at /{path}: {error.message}: {document}")


def check_line(command, line):
    """One line that `sample-host --json COMMAND` has printed."""
    if line.get("event") == "end":
        check("error" if "error" in line["result"] else "result", line["result"])
    elif line.get("event") in EVENTS:
        check(EVENTS[line["event"]], line["data"])
    elif "event" in line:
        return
    elif command != "info" and line.get("ok") is False and "error" in line:
        check("error", line)
    elif command in COMMANDS:
        check(COMMANDS[command], line)
    elif command in ACTIONS:
        check("onboarding_result", line)
