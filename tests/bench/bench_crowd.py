"""Thousands of paced streams at once, through the plugin and through libcurl alone, in
processes of their own, by turns: medians, and the numbers as JSON.

    bench_crowd.py [RUNS [STREAMS [EVENTS [PER_PIECE [tls]]]]]

nginx sends each stream a piece of PER_PIECE events a second; with tls each begins with a
handshake in full.
"""

import json
import statistics
import sys

from bench_site import Site, event_stream, measure_side

COLUMNS = {"cpu_ms": "CPU ms", "peak_kb": "peak KB", "first_p50_ms": "first p50",
           "first_p99_ms": "first p99", "wall_ms": "wall ms"}


def one_run(site, streams):
    return measure_side("libcurl", site, streams), measure_side("plugin", site, streams)


def main():
    defaults = [5, 4_000, 400, 20]
    tls = "tls" in sys.argv[1:]
    given = [int(argument) for argument in sys.argv[1:] if argument != "tls"]
    runs, streams, events, per_piece = given + defaults[len(given):]
    size = len(event_stream(events))
    with Site(events, size * per_piece // events, tls) as site:
        pairs = [one_run(site, streams) for _ in range(runs)]
    print(f"{streams:,} streams{' with TLS' if tls else ''} of {events} events, {size / 1e3:.0f} kB each, {per_piece} "
          f"events a second each; medians of {runs} runs; every byte came")
    print(f"{'':16}" + "".join(f"{title:>12}" for title in COLUMNS.values()))
    medians = {}
    for name, costs in zip(("libcurl alone", "plugin"), zip(*pairs)):
        medians[name] = [statistics.median(cost[key] for cost in costs) for key in COLUMNS]
        print(f"{name:16}" + "".join(f"{value:12.1f}" for value in medians[name]))
    print(f"{'ratio':16}" + "".join(
        f"{statistics.median(ours[key] / curl[key] for curl, ours in pairs):12.2f}"
        for key in COLUMNS))
    print(json.dumps([{"libcurl": curl, "plugin": ours} for curl, ours in pairs]))


if __name__ == "__main__":
    main()
