#!/usr/bin/env bash
# Do the tests see it?  Takes one protection, or those of one kind, out of the product at a
# time, as a patch in tests/mutations/ says, and expects each test that it names to fail.
#
#   scripts/mutate.sh                  all of them
#   scripts/mutate.sh NAME...          these
#   scripts/mutate.sh --random N       N of the fast ones, by chance; with --seed S the same again
#   scripts/mutate.sh --list           what there is
#   scripts/mutate.sh --help
#
# --junit FILE writes a report as CTest does.  Everything happens in a copy of the tree under
# build/mutants, which is kept: the next run builds only what changed.  Ends with a table; the
# exit code is 1 if a mutation survived, did not apply or did not build.
set -uo pipefail
export LC_ALL=C
cd "$(dirname "$0")/.." || exit 2

patches=$PWD/tests/mutations
home=$PWD/build/mutants
tree=$home/tree
build=$home/build
jobs=$(nproc)

usage() { sed -n '2,13s/^# \{0,1\}//p' "$0"; }
wrong() { echo "mutate.sh: $* (see --help)" >&2; exit 2; }
field() { sed -n "s/^$2: //p" "$patches/$1.patch"; }  # field NAME MEMBER
every() { (cd "$patches" && printf '%s\n' *.patch | sed 's/\.patch$//'); }
union() { for name in "${names[@]}"; do field "$name" "$1"; done | tr ' ' '\n' | sort -u; }
is_fast() { [ -z "$(field "$1" Slow)" ]; }

# By hash: the same seed chooses the same ones on every machine.
choose() {  # choose N SEED
  every | while read -r name; do
    ! is_fast "$name" || echo "$(printf '%s %s' "$2" "$name" | sha256sum | cut -c1-16) $name"
  done | sort | head -n "$1" | cut -d' ' -f2
}

list() {
  every | while read -r name; do
    printf '%-32s %s%s\n' "$name" "$(field "$name" What)" "$(is_fast "$name" || echo ' (slow)')"
  done
}

names=() random='' seed='' junit=''
while [ $# -gt 0 ]; do
  case "$1" in
    --help | -h) usage; exit 0 ;;
    --list) list; exit 0 ;;
    --random | --seed | --junit)
      [ $# -ge 2 ] || wrong "$1 needs a value"
      declare "${1#--}=$2"
      shift ;;
    -*) wrong "unknown argument $1" ;;
    *) [ -f "$patches/$1.patch" ] || wrong "no mutation $1"; names+=("$1") ;;
  esac
  shift
done
if [ -n "$random" ]; then
  [[ $random =~ ^[0-9]+$ ]] || wrong "--random needs a number"
  seed=${seed:-$RANDOM}
  echo "mutations by chance, seed $seed"
  mapfile -t names < <(choose "$random" "$seed")
elif [ ${#names[@]} -eq 0 ]; then
  mapfile -t names < <(every)
fi

# By content and with a new time: what a mutation left behind must not look up to date.
copy_tree() {
  local file
  mkdir -p "$tree"
  git ls-files -z --cached --others --exclude-standard >"$home/files.new"
  while IFS= read -r -d '' file; do
    [ -f "$file" ] && ! cmp -s "$file" "$tree/$file" || continue
    mkdir -p "$tree/$(dirname "$file")"
    cp --remove-destination "$file" "$tree/$file"
  done <"$home/files.new"
  # Gone from here, so gone from there.
  [ ! -f "$home/files" ] || while IFS= read -r -d '' file; do
    [ -f "$file" ] || rm -f "$tree/$file"
  done <"$home/files"
  mv "$home/files.new" "$home/files"
}

# The copy is no work tree of git, and the one around it is none of its business.
patch_tree() { GIT_CEILING_DIRECTORIES=$home git -C "$tree" apply "$@"; }

configure() {
  local tools=ON
  # Slow to build, and no mutation touches it.
  [ ! -x build/release/bin/xai-sim ] || tools=OFF
  cmake -S "$tree" -B "$build" -G Ninja -DCMAKE_CXX_FLAGS=-O1 -DCMAKE_C_FLAGS=-O1 \
    -DXAI_BUILD_TOOLS=$tools -DXAI_TOOLS_DIR="$PWD/build/release/bin" >"$home/log" 2>&1
}

compile() {  # compile TARGET...
  cmake --build "$build" -j "$jobs" --target "$@" >"$home/log" 2>&1
}

# Runs the tests and puts what CTest calls them into "verdicts": one line each, its name and
# "run" or "fail".
run_tests() {  # run_tests TEST...
  local report=$home/tests.xml any
  any=$(printf '%s|' "$@" | sed 's/\./\\./g; s/|$//')
  rm -f "$report"
  ctest --test-dir "$build" -j "$jobs" -R "^($any)\$" --output-on-failure --timeout 120 \
    --output-junit "$report" >"$home/log" 2>&1 </dev/null
  verdicts=$(sed -n 's/.*<testcase name="\([^"]*\)".*status="\([a-z]*\)".*/\1 \2/p' "$report")
}

not_all() {  # not_all VERDICT TEST...: the first test with another verdict
  local verdict=$1 test
  shift
  for test in "$@"; do
    grep -qxF "$test $verdict" <<<"$verdicts" || { echo "$test"; return 0; }
  done
  return 1
}

# Prints nothing if all went as it should, else what did not.
try_mutation() {  # try_mutation NAME
  local targets tests other
  read -ra targets <<<"$(field "$1" Build)"
  read -ra tests <<<"$(field "$1" Red)"
  patch_tree "$patches/$1.patch" 2>"$home/log" || { echo "does not apply"; return; }
  if ! compile "${targets[@]}"; then
    echo "does not build"
  else
    run_tests "${tests[@]}"
    ! other=$(not_all fail "${tests[@]}") || echo "survives $other"
  fi
  patch_tree -R "$patches/$1.patch"
}

stop() { tail -n "$1" "$home/log"; echo "mutate.sh: $2" >&2; exit 1; }  # stop LINES WHAT

mkdir -p "$home"
exec 9>"$home/lock"
flock -n 9 || wrong "another run is under way"
copy_tree
configure || stop 30 "cannot configure"

# A test that fails anyway shows nothing.
start=$SECONDS
mapfile -t targets < <(union Build)
mapfile -t tests < <(union Red)
compile "${targets[@]}" || stop 30 "cannot build"
run_tests "${tests[@]}"
! other=$(not_all run "${tests[@]}") || stop 60 "$other does not pass without a mutation"
printf '%-32s %4d s  %d tests pass\n' "no mutation" $((SECONDS - start)) ${#tests[@]}

failed=0 table='' cases=''
for name in "${names[@]}"; do
  start=$SECONDS
  fault=$(try_mutation "$name")
  status=run
  if [ -n "$fault" ]; then
    failed=$((failed + 1)) status=fail
    tail -20 "$home/log"
  fi
  printf '%-32s %4d s  %s\n' "$name" $((SECONDS - start)) "${fault:-red}"
  red=$(field "$name" Red | sed 's/[^ ]*/`&`/g')
  table+="| \`$name\` | $(field "$name" What) | $(field "$name" Rows) | ${fault:-$red} |"$'\n'
  cases+="<testcase name=\"mutation.$name\" status=\"$status\"/>"$'\n'
done
[ -z "$junit" ] || printf '<testsuite>\n%s</testsuite>\n' "$cases" >"$junit"
printf '\n| mutation | what it removes | rows | red |\n| --- | --- | --- | --- |\n%s' "$table"
printf '\n%d mutations, %d not seen\n' ${#names[@]} "$failed"
[ "$failed" -eq 0 ]
