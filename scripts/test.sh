#!/usr/bin/env bash
# Builds everything and runs every test, on loopback only.  About 30 minutes on two cores.
#
#   scripts/test.sh            release, then AddressSanitizer and UBSan, then ThreadSanitizer,
#                              then each fuzz target for ten seconds (FUZZ_SEED), then five
#                              mutations by chance (MUTATION_SEED: these again)
#   scripts/test.sh release    only these presets, in this order
#   scripts/test.sh --long     what is shown once, an hour or two: a million courses of the
#                              simulation, ten thousand cycles of load and unload, the
#                              failure of each allocation on a thread, two thousand hosts
#                              that leave at any moment, ten minutes of three hundred
#                              streams, every mutation
#   scripts/test.sh --help
#
# The last line is "N passed, N failed, N skipped"; the exit code is 0 if nothing failed.  A
# skipped test says what was not tested and why.
set -uo pipefail
cd "$(dirname "$0")/.."

long=
case "${1:-}" in
  --help | -h) sed -n '2,16s/^# \{0,1\}//p' "$0"; exit 0 ;;
  --long) long=1; shift ;;
  -*) echo "test.sh: unknown argument $1 (see --help)" >&2; exit 2 ;;
esac
presets=("$@") mutations=0 fuzz_s=0
[ ${#presets[@]} -gt 0 ] || { presets=(release asan tsan) mutations=5 fuzz_s=10; }
export RECORDED_DIR="${RECORDED_DIR:-}"
jobs=$(nproc)

step() { printf '\n== %s (%s)\n' "$*" "$(date -u +%H:%M:%S)"; }
fail() { printf '%s\n0 passed, 1 failed, 0 skipped\n' "$*"; exit 1; }

step "installing what is missing"
scripts/setup.sh || fail "setup.sh did not succeed"

build() {  # build PRESET TARGET
  cmake --preset "$1" >"build/$1.log" 2>&1 || { cat "build/$1.log"; fail "configuring $1"; }
  cmake --build --preset "$1" -j "$jobs" --target "$2" >"build/$1.log" 2>&1 ||
    { grep -E 'error|warning|FAILED' -A 5 "build/$1.log" | head -60; fail "building $1"; }
}

mkdir -p build
if [ -n "$long" ]; then
  step "building release"
  build release all
  step "a million courses of the simulation"
  build/release/tests/simulation/account_simulation --first 1 --seeds 1000000 ||
    fail "a course went wrong"
  step "ten thousand cycles of load and unload"
  XAI_LIFECYCLE_CYCLES=10000 ctest --preset release -R '^lifecycle\.cycles$' ||
    fail "something grew"
  step "each allocation on a thread of the plugin"
  XAI_EACH_ALLOCATION=1 ctest --preset release -V --timeout 3600 -R '^lifecycle\.no_memory$' ||
    fail "one was not survived"
  step "two thousand hosts that leave at any moment"
  RANDOM_DESTROYS=2000 ctest --preset release -V -R '^lifecycle\.random_destroy$' ||
    fail "one did not leave well"
  step "ten minutes of three hundred streams"
  SOAK_S=600 ctest --preset release -V -R '^chaos\.soak$' || fail "something grew"
  step "every mutation"
  scripts/mutate.sh || fail "a mutation was not seen"
  echo "6 passed, 0 failed, 0 skipped"
  exit 0
fi
reports=() logs=()
# Every simulator appends what it hands out and what it is asked; and what tests in C++ let the
# plugin write is kept.  Those in Python look through it themselves.
export XAI_SIM_SECRETS_LOG=$PWD/build/secrets.txt
export XAI_SIM_REQUESTS_LOG=$PWD/build/requests.txt XAI_LEFT_FILES=$PWD/build/left
requests=$XAI_SIM_REQUESTS_LOG left=$XAI_LEFT_FILES
rm -rf "$XAI_SIM_SECRETS_LOG" "$requests" "$left"
for preset in "${presets[@]}"; do
  # The simulator is built once, in release, and used by every preset.
  if [ "$preset" != release ] && [ ! -x build/release/bin/xai-sim ]; then
    step "building the simulator"
    build release xai-sim
  fi
  step "building $preset"
  target=all
  [ "$preset" != tsan ] || target=xai_thread_tests
  build "$preset" "$target"
  step "testing $preset"
  report=$PWD/build/$preset-tests.xml
  rm -f "$report"
  # Two at a time: a test must not depend on having the machine to itself.
  ctest --preset "$preset" -j "$jobs" --output-junit "$report" </dev/null
  [ -s "$report" ] || fail "no test of $preset ran"
  reports+=("$report")
  logs+=("build/$preset/Testing/Temporary/LastTest.log")
done

if [ "$fuzz_s" -gt 0 ]; then
  step "fuzzing"
  report=$PWD/build/fuzzing.xml
  rm -f "$report"
  scripts/fuzz.sh --junit "$report" "$fuzz_s"
  [ -s "$report" ] || fail "nothing was fuzzed"
  reports+=("$report")
fi

# What a mutation writes and sends is wrong by intention.
unset XAI_SIM_REQUESTS_LOG XAI_LEFT_FILES
if [ "$mutations" -gt 0 ]; then
  step "testing the tests"
  report=$PWD/build/mutations.xml
  rm -f "$report"
  scripts/mutate.sh --random "$mutations" --seed "${MUTATION_SEED:-$RANDOM}" --junit "$report"
  [ -s "$report" ] || fail "no mutation was tried"
  reports+=("$report")
fi

step "looking for secrets in what was printed, written and sent"
found=0
python3 scripts/search-secrets.py "$XAI_SIM_SECRETS_LOG" "${reports[@]}" "${logs[@]}" \
  "$requests" "$left" || found=1
rm -rf "$XAI_SIM_SECRETS_LOG" "$requests" "$left"

step "result"
python3 scripts/count-tests.py "${reports[@]}" && [ "$found" -eq 0 ]
