#!/usr/bin/env bash
# Installs what building, testing and the demo need, from Debian's packages.  What is there
# already is left alone.
#
#   scripts/setup.sh           everything
#   scripts/setup.sh --demo    only what the demo needs: building and running
set -euo pipefail

case "${1:-}" in
  "" | --demo) ;;
  --help | -h) sed -n '2,7s/^# \{0,1\}//p' "$0"; exit 0 ;;
  *) echo "setup.sh: unknown argument $1 (see --help)" >&2; exit 2 ;;
esac

packages=(g++ cmake ninja-build pkg-config ca-certificates python3
          libcurl4-openssl-dev libsodium-dev rapidjson-dev libboost-dev libssl-dev
          libcli11-dev libqrencode-dev libedit-dev)
if [ "${1:-}" != --demo ]; then
  packages+=(git libgtest-dev libgmock-dev libbenchmark-dev libsqlite3-dev binutils strace
             abigail-tools clang libclang-rt-14-dev llvm clang-format clang-tidy
             python3-jsonschema openssl valgrind locales)
  # Another source may have brought Node.js and npm already.
  command -v node >/dev/null || packages+=(nodejs)
  command -v npm >/dev/null || packages+=(npm)
fi

missing=()
for package in "${packages[@]}"; do
  state=$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null || true)
  [ "$state" = installed ] || missing+=("$package")
done
if [ ${#missing[@]} -eq 0 ]; then
  exit 0
fi

echo "installing: ${missing[*]}"
as_root=()
if [ "$(id -u)" -ne 0 ]; then
  command -v sudo >/dev/null || {
    echo "setup.sh: run this as root, or install: ${missing[*]}" >&2
    exit 1
  }
  as_root=(sudo)
fi
export DEBIAN_FRONTEND=noninteractive
"${as_root[@]}" apt-get update -q >/dev/null
"${as_root[@]}" apt-get install -q -y --no-install-recommends "${missing[@]}" >/dev/null
