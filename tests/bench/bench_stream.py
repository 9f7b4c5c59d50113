"""Streams 100,000 events through the plugin and through libcurl alone, on each lane, without
and with TLS, and prints what they cost: medians, and the numbers as JSON.

    bench_stream.py ROUNDS
"""

import json
import os
import statistics
import sys

from bench_site import LANES, PLUGIN, Site, measure

EVENTS = 100_000


def cost_of(site, lane, rounds):
    model, path = LANES[lane]
    trust = ["--ca", site.certificate] if site.certificate else []
    result = measure(os.environ["XAI_BENCH_STREAM"], "--plugin", PLUGIN, "--config",
                     json.dumps(site.config), "--url", f"{site.origin}/v1/{path}", "--model",
                     model, "--rounds", rounds, *trust)
    curl, ours = result["libcurl"], result["plugin"]
    assert ours["bytes"] == EVENTS * len(" word0000"), f"text was lost: {ours['bytes']}"
    medians = [statistics.median(side[what]) for side in (curl, ours)
               for what in ("cpu_ms", "wall_ms")]
    ratios = [statistics.median(map(float.__truediv__, ours[what], curl[what]))
              for what in ("cpu_ms", "wall_ms")]
    name = lane + (" with TLS" if site.certificate else "")
    print(f"{name:20}" + "".join(f"{value:11.1f}" for value in medians) +
          "".join(f"{value:9.2f}" for value in ratios), flush=True)
    return {"lane": lane, "tls": bool(site.certificate), **result}


def main():
    rounds = int(sys.argv[1])
    print(f"{EVENTS:,} events; medians of {rounds} rounds, and of their ratios")
    print(f"{'':20}{'libcurl alone':>22}{'plugin':>22}{'ratio':>18}")
    print(f"{'':20}" + f"{'CPU ms':>11}{'wall ms':>11}" * 2 + f"{'CPU':>9}{'wall':>9}")
    results = []
    for tls in (False, True):
        with Site(EVENTS, tls=tls) as site:
            results += [cost_of(site, lane, rounds) for lane in LANES]
    print(json.dumps(results))


if __name__ == "__main__":
    main()
