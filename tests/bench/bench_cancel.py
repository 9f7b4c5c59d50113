"""Cancels in every phase of a request, and prints how long the host waited for the END.

    bench_cancel.py CANCELS     of each phase
"""

import json
import sys

import dead_dns
from cancel_phases import PHASES, cancels

PERCENTILES = (50, 90, 99, 100)


def percentile(sorted_values, percent):
    """The nearest rank: a value that was measured."""
    rank = -(-len(sorted_values) * percent // 100)
    return sorted_values[max(rank, 1) - 1]


def row(name, results):
    for result in results:
        assert result["error"] == "cancelled", f"{name}: {result}"
    times = sorted(result["us"] / 1000 for result in results)
    return f"| {name} | {len(times)} | " + " | ".join(
        f"{percentile(times, percent):.2f}" for percent in PERCENTILES) + " |"


def main():
    count = int(sys.argv[1])
    by_phase = {}
    if dead_dns.can_have_networks():
        by_phase[dead_dns.NAME] = dead_dns.in_a_network_of_its_own(count)
    else:
        print(f"left out, for want of unshare: {dead_dns.NAME}", file=sys.stderr)
    for phase in PHASES:
        by_phase[phase.NAME] = cancels(phase, count)
    print("| cancelled while | cancels | p50 ms | p90 ms | p99 ms | most ms |")
    print("| --- | --- | --- | --- | --- | --- |")
    for name, results in by_phase.items():
        print(row(name, results))
    every = [result for results in by_phase.values() for result in results]
    print(row("all", every))
    print(json.dumps({"cancels": len(every)}))


if __name__ == "__main__":
    main()
