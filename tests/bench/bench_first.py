"""From the request to the first token, through the plugin, through libcurl alone, and through
libcurl on a thread of its own, by turns: one stream after another on a connection that is warm,
and 500 streams at once.  Medians, and the numbers as JSON.

    bench_first.py RUNS

nginx has the answer at once, so what is left is the sides' own; of the last 500 it sends a piece
each second, as a model that is under way.
"""

import json
import statistics
import sys

from bench_site import SIDES, Site, event_stream, measure_side

EVENTS, PER_PIECE = 20, 4
# How many at once, how often (of as many, the first has to connect), and whether paced.
KINDS = {"one at a time": (1, 500, False), "500 at once": (500, 10, False),
         "500, paced": (500, 2, True)}
PERCENTILES = ("first_p50_ms", "first_p99_ms")


def measured(kind, runs):
    """By run, what each side cost."""
    streams, times, paced = KINDS[kind]
    pace = len(event_stream(EVENTS)) * PER_PIECE // EVENTS if paced else None
    with Site(EVENTS, pace) as site:
        return [{side: measure_side(side, site, streams, times) for side in SIDES}
                for _ in range(runs)]


def main():
    count = int(sys.argv[1])
    print(f"milliseconds to the first token, medians of {count} runs; ratios to libcurl alone")
    print(f"{'':16}{'':12}{'p50':>10}{'p99':>10}{'above':>10}{'':>10}{'ratio':>8}")
    results = []
    for kind in KINDS:
        runs = measured(kind, count)
        medians = {side: [statistics.median(run[side][part] for run in runs)
                          for part in PERCENTILES] for side in SIDES}
        alone = medians["libcurl"]
        for side, values in medians.items():
            above = [value - least for value, least in zip(values, alone)]
            ratio = [value / least for value, least in zip(values, alone)]
            print(f"{kind:16}{side:12}" + "".join(f"{value:10.2f}" for value in values + above) +
                  "".join(f"{value:8.2f}" for value in ratio), flush=True)
        results.append({"kind": kind, "runs": runs})
    print(json.dumps(results))


if __name__ == "__main__":
    main()
