#!/bin/sh
# header_matrix.sh HOST_API_DIR INSTALLED_EXT_DIR: every public header compiles alone, in every
# language version that a host may use, with both compilers and without a warning.  So do the
# headers as they are installed, and the examples of abi.md.
set -eu
host_api=$1
installed_ext=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failures=0
count=0

# compile COMPILER LANGUAGE STANDARD HEADER FLAGS...
compile() {
  compiler=$1 language=$2 standard=$3 header=$4
  shift 4
  printf '#include "%s"\n#include "%s"\nint host_uses(void);\nint host_uses(void) { return 0; }\n' \
    "$header" "$header" > "$work/unit"
  count=$((count + 1))
  if ! "$compiler" -x "$language" "-std=$standard" -Wall -Wextra -Wpedantic -Werror "$@" \
      -I"$host_api" -fsyntax-only "$work/unit" 2> "$work/errors"; then
    failures=$((failures + 1))
    echo "FAILED: $compiler -std=$standard $header"
    head -n 5 "$work/errors"
  fi
}

headers="llm_provider.h $(cd "$host_api" && ls ext/*.h)"
for compiler in gcc clang; do
  for header in $headers; do
    for standard in c89 c99 c11 c17; do
      compile "$compiler" c "$standard" "$header" -Wpadded
    done
    for standard in c++98 c++11 c++14 c++17 c++20; do
      compile "$compiler" c++ "$standard" "$header" -Wpadded
    done
  done
done
for compiler in g++ clang++; do
  for standard in c++17 c++20; do
    compile "$compiler" c++ "$standard" llm_provider.hpp
  done
done

# The installed tree: the extensions lie one folder deeper there.
mkdir -p "$work/include/llm_provider/ext"
cp "$host_api/llm_provider.h" "$host_api/llm_provider.hpp" "$work/include"
cp "$host_api"/llm_provider/*.hpp "$work/include/llm_provider"
cp "$installed_ext"/*.h "$work/include/llm_provider/ext"
sources=$host_api
host_api=$work/include
for header in $(cd "$host_api" && ls llm_provider/ext/*.h); do
  compile gcc c c99 "$header"
done
compile g++ c++ c++17 llm_provider.hpp
host_api=$sources

# example LANGUAGE FILE: the first fenced block of abi.md in that language.
example() {
  awk -v start="\`\`\`$1" '$0 == start {on = 1; next} on && /^```$/ {exit} on' \
    "$host_api/abi.md" > "$2"
  test -s "$2"
}
example c "$work/example.h"
example cpp "$work/example.hpp"
for compiler in gcc clang; do
  printf '#include "%s"\n' "$work/example.h" > "$work/unit.c"
  count=$((count + 1))
  "$compiler" -std=c99 -Wall -Wextra -Wpedantic -Werror -I"$host_api" -fsyntax-only \
    "$work/unit.c" || failures=$((failures + 1))
done
count=$((count + 1))
g++ -x c++ -std=c++17 -Wall -Wextra -Werror -I"$host_api" -fsyntax-only "$work/example.hpp" ||
  failures=$((failures + 1))

lines=$(wc -l < "$host_api/llm_provider.h")
if [ "$lines" -gt 250 ]; then
  failures=$((failures + 1))
  echo "FAILED: llm_provider.h has $lines lines; 250 fit in the head"
fi
echo "$count compilations, $failures failures"
[ "$failures" -eq 0 ]
