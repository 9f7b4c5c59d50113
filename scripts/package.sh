#!/usr/bin/env bash
# Makes the packages of this version in build/packages: the drop-in as a .tar.gz, and two .deb,
# plugin with programs and what authors of hosts need.  The same commit gives the same bytes.
#
#   scripts/package.sh
#   scripts/package.sh --help
set -euo pipefail
cd "$(dirname "$0")/.."

case "${1:-}" in
  "") ;;
  --help | -h) sed -n '2,6s/^# \{0,1\}//p' "$0"; exit 0 ;;
  *) echo "package.sh: unknown argument $1 (see --help)" >&2; exit 2 ;;
esac

scripts/setup.sh --demo
mkdir -p build
cmake --preset release -DXAI_BUILD_TESTS=OFF -DXAI_BUILD_TOOLS=OFF -B build/package \
  >build/package.log 2>&1 || { cat build/package.log; exit 1; }
echo "building"
cmake --build build/package -j "$(nproc)" >build/package.log 2>&1 ||
  { grep -E 'error|FAILED' -A 5 build/package.log | head -40; exit 1; }
SOURCE_DATE_EPOCH=$(git log -1 --format=%ct 2>/dev/null || echo 0)
export SOURCE_DATE_EPOCH
for generator in TGZ DEB; do
  cpack --config build/package/CPackConfig.cmake -G "$generator" -B build/packages \
    >build/package.log 2>&1 || { cat build/package.log; exit 1; }
done
rm -rf build/packages/_CPack_Packages
(cd build/packages && sha256sum -- *.tar.gz *.deb)
