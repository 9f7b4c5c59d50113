"""Loads the plugin, creates a provider and asks for its status with a sealed credential, beside
a process that only loads and initialises libcurl and libsodium, by turns: medians, and the
numbers as JSON.

    bench_start.py RUNS
"""

import json
import statistics
import sys

import start_cost
from harness import Stage

COLUMNS = {"wall_ms": "wall ms", "rss": "resident KB", "anon": "private", "file": "of files",
           "ours": "the plugin", "libraries": "libraries", "heap and stacks": "heap, stacks",
           "host": "the host"}


def main():
    runs = int(sys.argv[1])
    stage = Stage("--approve", "auto", "--interval", "1")
    try:
        stage.sign_in()
        pairs = [(start_cost.of_libraries(), start_cost.of_plugin(stage))
                 for _ in range(runs)]
    finally:
        stage.close()
    print(f"load, create and status; medians of {runs} runs; no connection, no thread left")
    print(f"{'':20}" + "".join(f"{title:>14}" for title in COLUMNS.values()))
    medians = [{key: statistics.median(cost.get(key, 0) for cost in side) for key in COLUMNS}
               for side in zip(*pairs)]
    above = {key: medians[1][key] - medians[0][key] for key in COLUMNS}
    for name, side in zip(("the libraries", "plugin", "plugin above"), (*medians, above)):
        print(f"{name:20}" + "".join(
            f"{value:14.2f}" if key == "wall_ms" else f"{value:14.0f}"
            for key, value in side.items()))
    print(json.dumps([{"libraries": libraries, "plugin": plugin} for libraries, plugin in pairs]))


if __name__ == "__main__":
    main()
