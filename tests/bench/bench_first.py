"""From the request to the first token, through the plugin and through libcurl alone, by turns:
one stream after another on a connection that is warm, and 500 streams at once.  Medians, and
the numbers as JSON.

    bench_first.py RUNS

nginx has the answer at once, so what is left is the two sides' own.
"""

import json
import os
import statistics
import sys

from bench_site import PLUGIN, Site, measure

EVENTS = 20
# How many at once, and how often: of as many, the first has to connect.
KINDS = {"one at a time": (1, 500), "500 at once": (500, 10)}


def one_run(site, streams, times):
    curl = measure(os.environ["XAI_CROWD_LIBCURL"], site.url, streams, site.body, times)
    ours = measure(os.environ["XAI_CROWD_PLUGIN"], PLUGIN, json.dumps(site.config), streams,
                   site.text, times)
    for name, cost in (("libcurl", curl), ("plugin", ours)):
        assert (cost["whole"], cost["broken"]) == (streams * times, 0), f"{name}: {cost}"
    return curl, ours


def main():
    runs = int(sys.argv[1])
    print(f"milliseconds to the first token, medians of {runs} runs")
    print(f"{'':16}{'libcurl alone':>20}{'plugin':>20}{'plugin above':>20}{'ratio':>16}")
    print(f"{'':16}" + f"{'p50':>10}{'p99':>10}" * 3 + f"{'p50':>8}{'p99':>8}")
    results = []
    with Site(EVENTS) as site:
        for kind, (streams, times) in KINDS.items():
            pairs = [one_run(site, streams, times) for _ in range(runs)]
            curl, ours = ([statistics.median(cost[part] for cost in side)
                           for part in ("first_p50_ms", "first_p99_ms")]
                          for side in zip(*pairs))
            above = [mine - theirs for mine, theirs in zip(ours, curl)]
            ratio = [mine / theirs for mine, theirs in zip(ours, curl)]
            print(f"{kind:16}" + "".join(f"{value:10.2f}" for value in curl + ours + above) +
                  "".join(f"{value:8.2f}" for value in ratio), flush=True)
            results.append({"kind": kind, "runs": [{"libcurl": theirs, "plugin": mine}
                                                   for theirs, mine in pairs]})
    print(json.dumps(results))


if __name__ == "__main__":
    main()
