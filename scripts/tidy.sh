#!/usr/bin/env bash
# clang-tidy over the product code.
#
#   scripts/tidy.sh          files changed since the last commit, or in it if nothing is
#   scripts/tidy.sh --all    every file: takes an hour on two cores
#   scripts/tidy.sh FILE...  these files
set -euo pipefail
cd "$(dirname "$0")/.."

case "${1:-}" in
  --help | -h) sed -n '2,6s/^# \{0,1\}//p' "$0"; exit 0 ;;
  --all) mapfile -t files < <(git ls-files 'plugin/*.cpp' 'sample-host/*.cpp') ;;
  "")
    changed=$(git diff --name-only HEAD -- 'plugin/*.cpp' 'sample-host/*.cpp')
    [ -n "$changed" ] || changed=$(git diff --name-only --diff-filter=d HEAD~1 -- \
      'plugin/*.cpp' 'sample-host/*.cpp')
    mapfile -t files <<<"$changed"
    ;;
  *) files=("$@") ;;
esac
if [ -z "${files[*]}" ]; then
  echo "tidy.sh: no changed file"
  exit 0
fi
cmake --preset dev >/dev/null
# clang refuses what only g++ knows.
mkdir -p build/tidy
sed -E 's/ -(fno-gnu-unique|ftrivial-auto-var-init=zero|Wno-restrict)//g' \
  build/dev/compile_commands.json >build/tidy/compile_commands.json
printf '%s\n' "${files[@]}" | xargs -P 2 -n 1 clang-tidy -p build/tidy --quiet
