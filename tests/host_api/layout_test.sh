#!/bin/sh
# layout_test.sh PROGRAM GOLDEN: what PROGRAM prints must begin with every line of GOLDEN, in
# order.  Old lines may never change; new members only follow.
set -eu
printed=$("$1")
old=$(printf '%s\n' "$printed" | grep -Fx -f "$2" || true)
if [ "$old" != "$(cat "$2")" ]; then
  echo "the layout of the ABI has changed:"
  printf '%s\n' "$printed" | diff -u "$2" - || true
  exit 1
fi
