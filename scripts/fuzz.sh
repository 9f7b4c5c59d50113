#!/usr/bin/env bash
# Feeds the parsers with what libFuzzer makes up, under AddressSanitizer and UBSan.
#
#   scripts/fuzz.sh                    every target, a minute each, one for each core at a time
#   scripts/fuzz.sh SECONDS            the same for so long each
#   scripts/fuzz.sh TARGET [SECONDS]   this one
#   scripts/fuzz.sh --list             what there is
#   scripts/fuzz.sh --help
#
# --junit FILE writes a report as CTest does; FUZZ_SEED is libFuzzer's seed.  A target starts
# from tests/fuzz/corpus and what earlier runs left in build/fuzz/corpus.  An input that breaks
# something ends its target's run, is kept in build/fuzz/findings and tried again by the next
# run; the exit code is 1.
set -uo pipefail
export LC_ALL=C
cd "$(dirname "$0")/.." || exit 2

sources=$PWD/tests/fuzz
build=$PWD/build/fuzz
findings=$build/findings
# A leak counts as well; what was freed is kept for a while, but within the bound below.
export ASAN_OPTIONS=detect_leaks=1:quarantine_size_mb=64
export UBSAN_OPTIONS=print_stacktrace=1

usage() { sed -n '2,13s/^# \{0,1\}//p' "$0"; }
wrong() { echo "fuzz.sh: $* (see --help)" >&2; exit 2; }
every() { sed -n 's/^xai_fuzz_target(\([a-z_]*\) .*/\1/p' "$sources/CMakeLists.txt"; }

target='' seconds=60 junit=''
while [ $# -gt 0 ]; do
  case "$1" in
    --help | -h) usage; exit 0 ;;
    --list) every; exit 0 ;;
    --junit) [ $# -ge 2 ] || wrong "$1 needs a value"; junit=$2; shift ;;
    -*) wrong "unknown argument $1" ;;
    *[!0-9]*) every | grep -qxF "$1" || wrong "no target $1"; target=$1 ;;
    *) seconds=$1 ;;
  esac
  shift
done
mapfile -t targets < <([ -n "$target" ] && echo "$target" || every)
seed=${FUZZ_SEED:-$RANDOM$RANDOM}

mkdir -p "$build"
programs=$([ -n "$target" ] && echo "fuzz-$target" || echo xai_fuzz_programs)
cmake --preset fuzz >"$build/log" 2>&1 &&
  cmake --build --preset fuzz --target "$programs" >"$build/log" 2>&1 ||
  { grep -iE 'error|FAILED' -A 5 "$build/log" | head -60; wrong "cannot build"; }

run() {  # run TARGET
  local own=$build/corpus/$1 kept=$findings/$1 arguments=()
  mkdir -p "$own" "$kept"
  [ ! -f "$sources/dictionaries/$1.dict" ] ||
    arguments+=(-dict="$sources/dictionaries/$1.dict")
  "$build/bin/fuzz-$1" -seed="$seed" -max_total_time="$seconds" -max_len=65536 \
    -rss_limit_mb=512 -timeout=5 -print_final_stats=1 -artifact_prefix="$kept/" \
    "${arguments[@]}" "$own" "$kept" "$sources/corpus/$1" >"$build/$1.log" 2>&1
  echo $? >"$build/$1.rc"
}

echo "seed $seed"
for name in "${targets[@]}"; do
  while [ "$(jobs -rp | wc -l)" -ge "$(nproc)" ]; do wait -n; done
  run "$name" &
done
wait

# What libFuzzer says last, as "cov: 12" says "12".
last() { sed -n "s/.* $2: *\([0-9]*\).*/\1/p" "$build/$1.log" | tail -n 1; }
count() { sed -n "s/^stat::number_of_executed_units: *//p" "$build/$1.log"; }

failed=0 cases='' line='| %-19s | %11s | %7s | %7s | %8s |\n'
# shellcheck disable=SC2059
{
  printf "$line" target executions corpus edges findings
  printf "$line" --- --: --: --: --:
  for name in "${targets[@]}"; do
    # Each run ends with its first finding.
    found=0 status=run
    if [ "$(cat "$build/$name.rc")" -ne 0 ]; then
      failed=$((failed + 1)) found=1 status=fail
    fi
    printf "$line" "\`$name\`" "$(count "$name")" "$(last "$name" corp)" \
      "$(last "$name" cov)" "$found"
    cases+="<testcase name=\"fuzzing.$name\" status=\"$status\"/>"$'\n'
  done
}
[ -z "$junit" ] || printf '<testsuite>\n%s</testsuite>\n' "$cases" >"$junit"
for name in "${targets[@]}"; do
  [ "$(cat "$build/$name.rc")" -eq 0 ] || {
    printf '\n%s:\n' "$name"
    grep -vE '^(#|"|INFO|NOTE|Dict|stat::)|NEW_FUNC|fuzzer::|__libc_start| in (main|_start) ' \
      "$build/$name.log" | cut -c-300 | head -30
  }
done
echo "${#targets[@]} targets, $failed with findings"
[ "$failed" -eq 0 ]
