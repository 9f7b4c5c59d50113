"""What a request costs through the plugin and through libcurl alone, in processes of their own,
by turns: 1,000 one after another on a connection that is warm, and single ones of 1 KB to 20 MB.
Medians, and the numbers as JSON.

    bench_requests.py RUNS

Above the same program with a request of two letters: what a single one takes more.  The host's
own copy of the request is not counted.
"""

import json
import os
import statistics
import sys

from bench_site import PLUGIN, Site, measure

EVENTS = 20
IN_A_ROW = 1_000
SMALL = 2
SIZES = {"1 KB": 1_000, "64 KB": 64_000, "1 MB": 1_000_000, "20 MB": 20_000_000}


def one_pair(site, times, prompt_bytes):
    """What so many requests, one after another, cost libcurl alone and the plugin."""
    amount = (times, prompt_bytes)
    curl = measure(os.environ["XAI_CROWD_LIBCURL"], site.url, 1, site.body, *amount)
    ours = measure(os.environ["XAI_CROWD_PLUGIN"], PLUGIN, json.dumps(site.config), 1,
                   site.text, *amount)
    for name, cost in (("libcurl", curl), ("plugin", ours)):
        assert (cost["whole"], cost["broken"]) == (times, 0), f"{name} lost bytes: {cost}"
    return curl, ours


def in_a_row(runs):
    print(f"{IN_A_ROW:,} requests one after another; microseconds of each; medians of {runs} runs")
    print(f"{'':16}{'CPU':>12}{'wall':>12}")
    with Site(EVENTS) as site:
        pairs = [one_pair(site, IN_A_ROW, SMALL) for _ in range(runs)]
    keys = ("cpu_ms", "wall_ms")
    for name, costs in zip(("libcurl alone", "plugin"), zip(*pairs)):
        each = [1e3 * statistics.median(cost[key] for cost in costs) / IN_A_ROW for key in keys]
        print(f"{name:16}" + "".join(f"{value:12.1f}" for value in each))
    print(f"{'ratio':16}" + "".join(
        f"{statistics.median(ours[key] / curl[key] for curl, ours in pairs):12.2f}"
        for key in keys), flush=True)
    return pairs


def above(cost, small, size):
    """CPU ms and KB."""
    return (cost["cpu_ms"] - small["cpu_ms"],
            cost["peak_kb"] - small["peak_kb"] - (size - SMALL) / 1024)


def single(runs):
    print(f"single requests, above one of {SMALL} bytes; medians of {runs} runs")
    print(f"{'':16}{'libcurl alone':>24}{'plugin':>24}")
    print(f"{'':16}" + f"{'CPU ms':>12}{'peak KB':>12}" * 2)
    results = []
    with Site(EVENTS, reads_all=True) as site:
        rounds = [{size: one_pair(site, 1, size) for size in (SMALL, *SIZES.values())}
                  for _ in range(runs)]
    for name, size in SIZES.items():
        sides = [[above(costs[size][side], costs[SMALL][side], size) for costs in rounds]
                 for side in (0, 1)]
        medians = [statistics.median(values) for side in sides for values in zip(*side)]
        print(f"{name:16}" + "".join(f"{value:12.1f}" for value in medians), flush=True)
        results.append({"bytes": size, "libcurl": sides[0], "plugin": sides[1]})
    return results


def main():
    runs = int(sys.argv[1])
    row = [{"libcurl": curl, "plugin": ours} for curl, ours in in_a_row(runs)]
    print(json.dumps({"in_a_row": row, "single": single(runs)}))


if __name__ == "__main__":
    main()
