#!/usr/bin/env bash
# Measures what the plugin costs: prints a table, and the numbers as JSON.
#
#   scripts/bench.sh [stream] [ROUNDS]    100,000 events through the plugin and through
#                                         libcurl alone, on each lane, without and with TLS
#   scripts/bench.sh crowd [RUNS [STREAMS [EVENTS [PER_PIECE [tls]]]]]
#                                         4,000 paced streams at once, likewise
#   scripts/bench.sh first [RUNS]         the time to the first token, of one stream at a time
#                                         and of 500 at once, likewise, and through libcurl on a
#                                         thread of its own
#   scripts/bench.sh sdk [ROUNDS]         100,000 events through the plugin, libcurl alone, the
#                                         openai SDK and @ai-sdk/xai, on each lane, without and
#                                         with TLS
#   scripts/bench.sh growth [RUNS] [tls]  1, 100, 1,000 and 4,000 paced streams, through the
#                                         plugin and libcurl alone: what each stream costs
#   scripts/bench.sh start [RUNS]         load, create and status with a sealed credential:
#                                         the time, and what is resident
#   scripts/bench.sh requests [RUNS]      1,000 requests one after another, and single ones of
#                                         1 KB to 20 MB, through the plugin and libcurl alone;
#                                         the 1,000 through libcurl on a thread of its own too
#   scripts/bench.sh parts [OPTION...]    parser, decoders, queue and other hot paths by
#                                         themselves; the options are Google Benchmark's
#   scripts/bench.sh cancel [EACH]        from cancel() to the end of a request, in every
#                                         phase that it can be in
#
# Everything stays on loopback.  All but start, parts and cancel need nginx (package
# nginx-light), sdk Node.js 20 and npm, which fetches the SDKs into build/bench-sdk, and
# cancel the right to make network namespaces for one of its phases.
# docs/performance.md says what the numbers mean.
set -euo pipefail
cd "$(dirname "$0")/.."
what=stream
case "${1:-}" in
  --help | -h) sed -n '2,30s/^# \{0,1\}//p' "$0"; exit 0 ;;
  stream | crowd | first | sdk | growth | start | requests | parts | cancel) what=$1; shift ;;
esac
[ $# -gt 0 ] || case "$what" in
  stream) set -- 9 ;;
  crowd | first | sdk | growth | requests) set -- 5 ;;
  start) set -- 21 ;;
  cancel) set -- 112 ;;
esac
if [ "$what" = parts ]; then
  cmake --preset release >/dev/null
  cmake --build --preset release --target bench-parts >/dev/null ||
    { echo "bench.sh: is Google Benchmark missing? apt-get install libbenchmark-dev" >&2; exit 1; }
  exec build/release/bin/bench-parts "$@"
fi
if [ "$what" != cancel ] && [ "$what" != start ]; then
  command -v nginx >/dev/null || { echo "bench.sh: nginx is missing: apt-get install nginx-light" >&2; exit 1; }
fi

cmake --preset release >/dev/null
cmake --build --preset release --target xai_grok xai_grok_backend sample-host xai-sim \
  bench-stream bench-cancel bench-start crowd-libcurl crowd-handed crowd-plugin >/dev/null
bin=$PWD/build/release/bin
export XAI_E2E_HOST=$bin/sample-host XAI_E2E_SIM=$bin/xai-sim
export XAI_E2E_PLUGIN=$PWD/build/release/skill/xai-grok-onboarding
export XAI_BENCH_STREAM=$bin/bench-stream XAI_BENCH_CANCEL=$bin/bench-cancel
export XAI_CROWD_LIBCURL=$bin/crowd-libcurl XAI_CROWD_PLUGIN=$bin/crowd-plugin
export XAI_CROWD_HANDED=$bin/crowd-handed
export XAI_BENCH_START=$bin/bench-start XAI_BENCH_SDK=$PWD/build/bench-sdk
export PYTHONPATH=$PWD/tests/e2e:$PWD/tests/chaos
exec python3 -B "tests/bench/bench_$what.py" "$@"
