"""How the cost grows with the number of paced streams, of the plugin and of libcurl alone, in
processes of their own, by turns: medians, and the numbers as JSON.

    bench_growth.py RUNS

What a stream costs is what a process with one stream does not have, divided by the others: what
is needed once is not counted with any.
"""

import json
import os
import statistics
import sys

from bench_site import PLUGIN, Site, event_stream, measure

EVENTS, PER_PIECE = 40, 4  # a piece each second
SIZES = (1, 100, 1_000, 4_000)
SIDES = ("libcurl alone", "plugin")
COLUMNS = {"cpu_ms": "CPU ms", "peak_kb": "peak KB", "first_p50_ms": "first p50",
           "first_p99_ms": "first p99", "stream_cpu_ms": "CPU ms each",
           "stream_kb": "KB each"}
PER_STREAM = ("stream_cpu_ms", "stream_kb")


def cost_of(site, side, streams):
    if side == "plugin":
        cost = measure(os.environ["XAI_CROWD_PLUGIN"], PLUGIN, json.dumps(site.config), streams,
                       site.text)
    else:
        cost = measure(os.environ["XAI_CROWD_LIBCURL"], site.url, streams, site.body)
    assert (cost["whole"], cost["broken"]) == (streams, 0), f"{side} lost bytes: {cost}"
    return cost


def one_run(site):
    """By side, the costs of each size."""
    run = {side: {} for side in SIDES}
    for streams in SIZES:
        for side in SIDES:
            cost = run[side][streams] = cost_of(site, side, streams)
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


def main():
    runs = int(sys.argv[1])
    size = len(event_stream(EVENTS))
    print(f"streams of {EVENTS} events, {size / 1e3:.0f} kB each, {PER_PIECE} events a second; "
          f"medians of {runs} runs; every byte came")
    with Site(EVENTS, size * PER_PIECE // EVENTS) as site:
        done = [one_run(site) for _ in range(runs)]
    for side in SIDES:
        show(side, done)
    print(json.dumps(done))


if __name__ == "__main__":
    main()
