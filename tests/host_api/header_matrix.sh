#!/bin/sh
# header_matrix.sh HOST_API_DIR: every public header compiles alone, in every language version
# that a host may use, with both compilers and without a warning.
set -eu
host_api=$1
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
lines=$(wc -l < "$host_api/llm_provider.h")
if [ "$lines" -gt 250 ]; then
  failures=$((failures + 1))
  echo "FAILED: llm_provider.h has $lines lines; 250 fit in the head"
fi
echo "$count compilations, $failures failures"
[ "$failures" -eq 0 ]
