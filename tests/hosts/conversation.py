"""conversation.py BINDING FOLDER CONFIG <SCRIPT: a host in Python.  conversation.c says what it
does.
"""

import importlib.util
import json
import sys

JOINS = {"text", "reasoning", "tool_args"}
UNAVAILABLE = -4


def print_stream(stream):
    last = None
    for event in stream:
        part = (event.kind, event.index)
        if event.kind not in JOINS or part != last:
            if last is not None:
                print()
            print(event.kind, event.index, end=" ")
        last = part
        end = event.kind == "end"
        if end:
            print(event.status, end=" ")
        if not end or event.status == UNAVAILABLE:
            data = event.data
            print(data if isinstance(data, str) else dump(data), end="")
    print()


def dump(document):
    """As the plugin writes it: without spaces, and not escaped."""
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"))


def main(path, folder, config):
    spec = importlib.util.spec_from_file_location("llm_provider", path)
    llm_provider = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(llm_provider)
    with llm_provider.load(folder, ("conversation", "1.0"), json.loads(config)) as provider:
        for line in sys.stdin:
            call, text = line.split(" ", 1)
            print_stream(llm_provider.Stream(provider, call, text.strip().encode()))


if __name__ == "__main__":
    main(*sys.argv[1:])
