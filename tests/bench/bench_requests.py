"""What a request costs through the plugin and through libcurl alone, in processes of their own,
by turns: 1,000 one after another on a connection that is warm, these also through libcurl on a
thread of its own, and single ones of 1 KB to 20 MB.  Medians, and the numbers as JSON.

    bench_requests.py RUNS

Above the same program with a request of two letters: what a single one takes more.  The host's
own copy of the request is not counted.
"""

import json
import statistics
import sys

from bench_site import SIDES, Site, measure_side

EVENTS = 20
IN_A_ROW = 1_000
SMALL = 2
ROW = ("cpu_ms", "wall_ms")
PAIR = ("libcurl", "plugin")
SIZES = {"1 KB": 1_000, "64 KB": 64_000, "1 MB": 1_000_000, "20 MB": 20_000_000}


def in_a_row(runs):
    print(f"{IN_A_ROW:,} requests one after another; microseconds of each; medians of {runs} runs;"
          " ratios to libcurl alone")
    print(f"{'':16}{'CPU':>12}{'wall':>12}{'ratio':>12}")
    with Site(EVENTS) as site:
        costs = [{side: measure_side(side, site, 1, IN_A_ROW) for side in SIDES}
                 for _ in range(runs)]
    for side in SIDES:
        each = [1e3 * statistics.median(cost[side][key] for cost in costs) / IN_A_ROW
                for key in ROW]
        ratio = [statistics.median(cost[side][key] / cost["libcurl"][key] for cost in costs)
                 for key in ROW]
        print(f"{side:16}" + "".join(f"{value:12.1f}" for value in each) +
              "".join(f"{value:12.2f}" for value in ratio), flush=True)
    return costs


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
        rounds = [{size: [measure_side(side, site, 1, prompt_bytes=size) for side in PAIR]
                   for size in (SMALL, *SIZES.values())} for _ in range(runs)]
    for name, size in SIZES.items():
        sides = [[above(costs[size][place], costs[SMALL][place], size) for costs in rounds]
                 for place in range(len(PAIR))]
        medians = [statistics.median(values) for side in sides for values in zip(*side)]
        print(f"{name:16}" + "".join(f"{value:12.1f}" for value in medians), flush=True)
        results.append({"bytes": size, "libcurl": sides[0], "plugin": sides[1]})
    return results


def main():
    runs = int(sys.argv[1])
    print(json.dumps({"in_a_row": in_a_row(runs), "single": single(runs)}))


if __name__ == "__main__":
    main()
