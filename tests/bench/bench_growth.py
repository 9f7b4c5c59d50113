"""How the cost grows with the number of paced streams, of the plugin and of libcurl alone, in
processes of their own, by turns: medians, and the numbers as JSON.

    bench_growth.py [RUNS] [tls]

What a stream costs is what a process with one stream does not have, divided by the others: what
is needed once is not counted with any.  The time that a stream takes depends on what the caches
of the processor hold, so the instructions of all that is not the kernel are counted as well, once,
by callgrind; that takes a minute.  With tls each stream begins with a handshake in full, and
instructions are not counted: most are OpenSSL's.
"""

import json
import re
import shutil
import statistics
import subprocess
import sys

from bench_site import Site, command, event_stream, measure_side

EVENTS, PER_PIECE = 40, 4  # a piece each second
SIZES = (1, 100, 1_000, 4_000)
SIDES = ("libcurl", "plugin")
COLUMNS = {"cpu_ms": "CPU ms", "peak_kb": "peak KB", "first_p50_ms": "first p50",
           "first_p99_ms": "first p99", "stream_cpu_ms": "CPU ms each",
           "stream_kb": "KB each"}
PER_STREAM = ("stream_cpu_ms", "stream_kb")


def one_run(site):
    """By side, the costs of each size."""
    run = {side: {} for side in SIDES}
    for streams in SIZES:
        for side in SIDES:
            cost = run[side][streams] = measure_side(side, site, streams)
            if streams > 1:
                one = run[side][1]
                cost["stream_cpu_ms"] = (cost["cpu_ms"] - one["cpu_ms"]) / (streams - 1)
                cost["stream_kb"] = (cost["peak_kb"] - one["peak_kb"]) / (streams - 1)
    return run


def show(side, runs):
    print(f"{side:16}" + "".join(f"{title:>12}" for title in COLUMNS.values()))
    each = {key: [] for key in PER_STREAM}
    for streams in SIZES:
        costs = [run[side][streams] for run in runs]
        medians = {key: statistics.median(cost[key] for cost in costs)
                   for key in COLUMNS if key in costs[0]}
        print(f"{streams:<16,}" + "".join(
            f"{value:12.3f}" if key == "stream_cpu_ms" else f"{value:12.1f}"
            for key, value in medians.items()))
        for key in PER_STREAM if streams > 1 else ():
            each[key].append(medians[key])
    apart = [max(values) / min(values) - 1 for values in each.values()]
    print(f"{'most above least':64}" + "".join(f"{part:12.1%}" for part in apart), flush=True)


def instructions(site, side, streams):
    """Of the whole process, as callgrind counts them."""
    counted = subprocess.run(
        ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null",
         "--max-stackframe=8388608", *command(side, site, streams)],
        capture_output=True, text=True, check=True)
    cost = json.loads(counted.stdout)
    assert (cost["whole"], cost["broken"]) == (streams, 0), f"{side} lost bytes: {cost}"
    return int(re.search(r"Collected : (\d+)", counted.stderr)[1])


def show_instructions(site):
    if not shutil.which("valgrind"):
        print("instructions were not counted: valgrind is missing")
        return {}
    print(f"{'instructions each':20}" + "".join(f"{streams:>12,}" for streams in SIZES[1:]) +
          f"{'most above least':>20}")
    counted = {}
    for side in SIDES:
        one, *more = (instructions(site, side, streams) for streams in SIZES)
        each = [(many - one) / (streams - 1) for many, streams in zip(more, SIZES[1:])]
        counted[side] = dict(zip(SIZES[1:], map(round, each)))
        print(f"{side:20}" + "".join(f"{value:12,.0f}" for value in each) +
              f"{max(each) / min(each) - 1:20.1%}", flush=True)
    return counted


def main():
    tls = "tls" in sys.argv[1:]
    given = [argument for argument in sys.argv[1:] if argument != "tls"]
    runs = int(given[0]) if given else 5
    size = len(event_stream(EVENTS))
    print(f"streams{' with TLS' if tls else ''} of {EVENTS} events, {size / 1e3:.0f} kB each, "
          f"{PER_PIECE} events a second; medians of {runs} runs; every byte came")
    with Site(EVENTS, size * PER_PIECE // EVENTS, tls) as site:
        done = [one_run(site) for _ in range(runs)]
        for side in SIDES:
            show(side, done)
        counted = {} if tls else show_instructions(site)
    print(json.dumps({"runs": done, "instructions": counted}))


if __name__ == "__main__":
    main()
