"""Streams 100,000 events through the plugin, libcurl alone and the SDKs for Node.js, on each
lane, without and with TLS, a process for each answer, by turns: medians, and the numbers as
JSON.

    bench_sdk.py ROUNDS

The CPU time is that of the whole process, its start included; what an answer of one word costs
says how much that is.  Without Node.js there are no rows of the SDKs.
"""

import json
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import time

from bench_site import LANES, PLUGIN, Site

EVENTS = 100_000
SOURCE = pathlib.Path(__file__).resolve().parent / "sdk"
FOLDER = pathlib.Path(os.environ["XAI_BENCH_SDK"])
SDKS = {"openai": "openai", "ai-sdk-xai": "@ai-sdk/xai"}  # our name, the package's
NODE_MAJOR_MIN = 20
INSTALL_DEADLINE_S = 300
COLUMNS = {"cpu_ms": "CPU ms", "short_cpu_ms": "one word", "peak_kb": "peak KB",
           "wall_ms": "wall ms", "first_ms": "first ms"}


def why_no_sdk():
    """Installs the packages; the reason if that cannot be."""
    for tool in ("node", "npm"):
        if not shutil.which(tool):
            return f"{tool} is missing"
    version = subprocess.run(["node", "--version"], capture_output=True, text=True, check=True)
    if int(version.stdout.lstrip("v").split(".")[0]) < NODE_MAJOR_MIN:
        return f"they need Node.js {NODE_MAJOR_MIN}, and this is {version.stdout.strip()}"
    FOLDER.mkdir(parents=True, exist_ok=True)
    for file in SOURCE.iterdir():
        shutil.copyfile(file, FOLDER / file.name)
    done, lock = FOLDER / "node_modules/.installed", (SOURCE / "package-lock.json").read_text()
    if done.exists() and done.read_text() == lock:
        return None
    ended = subprocess.run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"],
                           cwd=FOLDER, capture_output=True, text=True, check=False,
                           timeout=INSTALL_DEADLINE_S)
    if ended.returncode != 0:
        return f"npm ci: {ended.stderr.strip()[-500:]}"
    done.write_text(lock)
    return None


def sides(site, lane, with_sdks):
    """How one answer is had, by the name of who gets it."""
    model, path = LANES[lane]
    only = [os.environ["XAI_BENCH_STREAM"], "--plugin", PLUGIN, "--config",
            json.dumps(site.config), "--url", f"{site.origin}/v1/{path}", "--model", model,
            *(["--ca", site.certificate] if site.certificate else []), "--only"]
    commands = {"libcurl alone": [*only, "libcurl"], "plugin": [*only, "plugin"]}
    for sdk, package in SDKS.items() if with_sdks else ():
        commands[package] = ["node", FOLDER / "stream.mjs", sdk, lane, f"{site.origin}/v1",
                             model, site.text]
    return commands


def measure(command, site):
    begun = time.monotonic()
    variables = {"NODE_EXTRA_CA_CERTS": str(site.certificate)} if site.certificate else {}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True,
                          env={**os.environ, **variables}) as process:
        line = process.stdout.read()
        _, process.returncode, usage = os.wait4(process.pid, 0)
    wall = time.monotonic() - begun
    assert process.returncode == 0, f"{command} failed"
    return {"cpu_ms": round(1e3 * (usage.ru_utime + usage.ru_stime), 2),
            "wall_ms": round(1e3 * wall, 2), **json.loads(line)}


def one_round(lane, with_sdks, long, short):
    costs = {}
    one_word = sides(short, lane, with_sdks)
    for side, command in sides(long, lane, with_sdks).items():
        costs[side] = measure(command, long)
        costs[side]["short_cpu_ms"] = measure(one_word[side], short)["cpu_ms"]
    text = EVENTS * len(" word0000")
    assert costs["plugin"]["bytes"] == text, f"text was lost: {costs['plugin']}"
    return costs


def show(lane, rounds):
    print(f"{lane:20}" + "".join(f"{title:>10}" for title in COLUMNS.values()) +
          f"{'of plugin':>11}{'less one word':>15}")
    for side in rounds[0]:
        medians = [statistics.median(costs[side][key] for costs in rounds) for key in COLUMNS]
        whole = statistics.median(costs[side]["cpu_ms"] / costs["plugin"]["cpu_ms"]
                                  for costs in rounds)
        stream = statistics.median(
            above_one_word(costs[side]) / above_one_word(costs["plugin"]) for costs in rounds)
        print(f"{side:20}" + "".join(f"{value:10.1f}" for value in medians) +
              f"{whole:11.2f}{stream:15.2f}", flush=True)


def above_one_word(cost):
    return max(cost["cpu_ms"] - cost["short_cpu_ms"], 0.01)


def main():
    reason = why_no_sdk()
    if reason:
        print(f"the SDKs are left out: {reason}", flush=True)
    print(f"{EVENTS:,} events, a process for each answer; medians of {sys.argv[1]} rounds, and "
          "of their ratios of CPU")
    results = []
    for tls in (False, True):
        with Site(EVENTS, tls=tls) as long, Site(1, tls=tls) as short:
            for lane in LANES:
                rounds = [one_round(lane, not reason, long, short)
                          for _ in range(int(sys.argv[1]))]
                show(lane + (" with TLS" if tls else ""), rounds)
                results.append({"lane": lane, "tls": tls, "rounds": rounds})
    print(json.dumps(results))


if __name__ == "__main__":
    main()
