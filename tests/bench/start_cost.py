"""A process that loads the plugin and asks for the status, looked at from outside: how long it
took, what is resident, which connections and threads there are.
"""

import collections
import json
import os
import pathlib
import re
import subprocess

import harness
from harness import wait_for

PROGRAM = os.environ["XAI_BENCH_START"]
# Whose memory it is, by the name of the file; what the plugin needs is libcurl, libsodium
# and all that these need.
OURS = re.compile(r"/xai_grok(_backend)?\.so$")
HOSTS = re.compile(r"/(bench-start|libstdc\+\+|libgcc_s|libm\.so|libc\.so|ld-linux)[^/]*$")


def resident(process):
    """KB, by kind: of private memory (RssAnon) and of files (RssFile), and of each owner."""
    kb = collections.Counter()
    owner = ""
    for line in pathlib.Path(f"/proc/{process.pid}/smaps").read_text().splitlines():
        words = line.split()
        if not words[0].endswith(":"):
            path = words[5] if len(words) > 5 else ""
            owner = ("ours" if OURS.search(path) else "host" if HOSTS.search(path) else
                     "libraries" if path.startswith("/") else "heap and stacks")
        elif words[0] == "Rss:":
            kb[owner] += int(words[1])
            kb["rss"] += int(words[1])
        elif words[0] == "Anonymous:":
            kb["anon"] += int(words[1])
    kb["file"] = kb["rss"] - kb["anon"]
    return dict(kb)


def connections(process):
    """How many sockets of the internet the process has."""
    folder = pathlib.Path(f"/proc/{process.pid}")
    inodes = {line.split()[9] for name in ("tcp", "tcp6", "udp", "udp6")
              if (folder / "net" / name).exists()
              for line in (folder / "net" / name).read_text().splitlines()[1:]}
    links = [os.readlink(path) for path in (folder / "fd").iterdir()]
    return sum(link[8:-1] in inodes for link in links if link.startswith("socket:["))


def threads(process):
    return len(os.listdir(f"/proc/{process.pid}/task"))


def run(*arguments):
    """What one run cost.  Fails if a thread is left when the provider is destroyed."""
    process = subprocess.Popen([PROGRAM, *arguments], stdin=subprocess.PIPE,
                               stdout=subprocess.PIPE, text=True)

    def go_on():
        print("go", file=process.stdin, flush=True)

    try:
        assert json.loads(process.stdout.readline()) == {}
        before = threads(process)  # a sanitizer may have one of its own
        go_on()
        cost = json.loads(process.stdout.readline())
        cost.update(resident(process), connections=connections(process),
                    threads=threads(process) - before)
        go_on()
        assert json.loads(process.stdout.readline()) == {}
        # One that has been joined may be seen a moment longer.
        wait_for(lambda: threads(process) == before, "the last thread to go")
        go_on()
        assert process.wait(harness.DEADLINE_S) == 0, arguments
        return cost
    finally:
        harness.end_process(process)


def of_plugin(stage):
    """With the credential that is sealed there, and not a word to the server."""
    asked = len(stage.sim.control("requests"))
    cost = run("plugin", str(stage.plugin), json.dumps(stage.config))
    assert cost["document"].get("state") == "connected", cost
    assert cost["connections"] == 0, cost
    assert len(stage.sim.control("requests")) == asked, "it asked the server"
    return cost


def of_libraries():
    cost = run("libraries")
    assert cost["document"] == {"ok": True}, cost
    return cost
