#!/usr/bin/env python3
"""check_fences.py [--self-test] ROOT: who may include what.

The folders of plugin/ stand in an order, and each third-party library behind a fence.
"""
import pathlib
import re
import sys
import tempfile

# A folder includes itself and those to its right.
LAYERS = ["entry", "abi", "runtime", "grok", "credentials", "oauth", "http", "base"]

# (what is included, where it may be): patterns for the whole name and the whole path.
FENCES = [
    (r"llm_provider\.h|abi/backend_entry\.h", r"plugin/(abi|entry)/.*|host-api/.*|sample-host/.*"),
    (r"curl/.*", r"plugin/(http/curl_[^/]*|runtime/process\.(h|cpp))"),
    (r"sodium(\.h|/.*)",
     r"plugin/(base/(guarded_memory|secret|random)|credentials/(sealed_file|key_source))\.(h|cpp)"),
    (r"rapidjson/.*", r"plugin/base/json_[^/]*|host-api/llm_provider.*"),
    (r"boost/dll.*", r"plugin/entry/.*|host-api/.*"),
    (r"thread|mutex|shared_mutex|atomic|condition_variable|semaphore|latch|barrier|future"
     r"|stop_token|pthread\.h",
     r"plugin/(runtime|abi|entry)/.*|host-api/.*|sample-host/.*"),
]

# A host knows the public headers alone.
SAMPLE_HOST_MAY = re.compile(r"llm_provider\.(h|hpp)|ext/.*|llm_provider/.*")

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.M)


def sources(root):
    for top in ("plugin", "sample-host", "host-api"):
        for path in sorted((root / top).rglob("*")):
            if path.suffix in (".h", ".hpp", ".cpp", ".c"):
                yield path


def layer_fault(folder, name, root):
    target = name.split("/", 1)[0]
    if folder not in LAYERS or "/" not in name or not (root / "plugin" / name).exists():
        return None
    if target in LAYERS and LAYERS.index(target) < LAYERS.index(folder):
        return f"{folder}/ may not include {target}/"
    return None


def faults_of(path, root):
    relative = path.relative_to(root).as_posix()
    top, *rest = relative.split("/")
    folder = rest[0] if top == "plugin" and len(rest) > 1 else ""
    for quote, name in INCLUDE.findall(path.read_text(encoding="utf-8")):
        for what, where in FENCES:
            if re.fullmatch(what, name) and not re.fullmatch(where, relative):
                yield f"{relative}: {name} belongs behind its fence"
        if top == "plugin":
            fault = layer_fault(folder, name, root)
            if fault:
                yield f"{relative}: {fault} ({name})"
            if name.startswith(("sample-host/", "tests/", "support/")):
                yield f"{relative}: {name} is not for the plugin"
        if top == "sample-host" and quote == '"':
            own = (path.parent / name).exists() or (root / "sample-host" / name).exists()
            if not own and not SAMPLE_HOST_MAY.fullmatch(name):
                yield f"{relative}: {name} is not of the host API"
        if top == "host-api" and (root / "plugin" / name).exists():
            yield f"{relative}: {name} is of the plugin"


def check(root):
    return [fault for path in sources(root) for fault in faults_of(path, root)]


def self_test():
    """Each rule finds what it is for, and lets pass what is allowed."""
    good = {
        "plugin/entry/a.cpp": '#include "base/b.h"\n#include <boost/dll.hpp>\n#include <mutex>',
        "plugin/base/b.h": "#include <string>",
        "plugin/base/json_c.cpp": "#include <rapidjson/reader.h>",
        "plugin/base/secret.cpp": "#include <sodium.h>",
        "plugin/http/curl_d.cpp": "#include <curl/curl.h>",
        "plugin/abi/e.cpp": '#include "llm_provider.h"\n#include <atomic>',
        "sample-host/f.cpp": '#include "llm_provider.hpp"\n#include "f.h"',
        "sample-host/f.h": "#include <thread>",
    }
    bad = {
        "plugin/base/x1.cpp": '#include "entry/y.h"',
        "plugin/entry/y.h": "#include <curl/curl.h>",
        "plugin/http/x2.cpp": "# include <curl/curl.h>",
        "plugin/oauth/x3.cpp": "#include <sodium.h>",
        "plugin/grok/x4.cpp": "#include <rapidjson/document.h>",
        "plugin/runtime/x5.cpp": "#include <boost/dll/import.hpp>",
        "plugin/grok/x6.h": "#include <mutex>",
        "plugin/runtime/x7.h": '#include "llm_provider.h"',
        "plugin/grok/x8.h": '#include "abi/backend_entry.h"',
        "sample-host/x9.cpp": '#include "base/b.h"',
    }
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        for name, text in {**good, **bad}.items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        (root / "plugin/abi/backend_entry.h").write_text("", encoding="utf-8")
        (root / "host-api").mkdir()
        found = {fault.split(":")[0] for fault in check(root)}
    return [f"self-test: {name}" for name in sorted(found ^ set(bad))]


def main(arguments):
    faults = self_test() if arguments[0] == "--self-test" else check(pathlib.Path(arguments[0]))
    print("\n".join(faults))
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
