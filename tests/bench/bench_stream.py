"""Streams 100,000 events through the plugin and through libcurl alone, and prints what they
cost: medians, and the numbers as JSON.

    bench_stream.py ROUNDS
"""

import json
import os
import sys

from bench_site import PLUGIN, Site, measure

EVENTS = 100_000


def main():
    with Site(EVENTS) as site:
        result = measure(os.environ["XAI_BENCH_STREAM"], "--plugin", PLUGIN, "--config",
                         json.dumps(site.config), "--url", site.url, "--rounds", sys.argv[1])
        size = site.body.stat().st_size
    curl, ours = result["libcurl"], result["plugin"]
    print(f"{EVENTS:,} events, {size / 1e6:.1f} MB of event stream, "
          f"medians of {result['rounds']} rounds")
    print(f"{'':16}{'CPU ms':>10}{'wall ms':>10}")
    for name, cost in (("libcurl alone", curl), ("plugin", ours)):
        print(f"{name:16}{cost['cpu_ms']:10.1f}{cost['wall_ms']:10.1f}")
    print(f"{'ratio':16}{ours['cpu_ms'] / curl['cpu_ms']:10.2f}"
          f"{ours['wall_ms'] / curl['wall_ms']:10.2f}")
    print(json.dumps(result))


if __name__ == "__main__":
    main()
