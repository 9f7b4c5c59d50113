#!/usr/bin/env bash
# The whole story with the real plugin and the sample host, against a simulated xAI on this
# machine: sign in, list models, stream an answer, answer after the token has expired, sign
# out.
#
#   scripts/demo.sh          run the story and clean up
#   scripts/demo.sh --keep   leave the simulator running and say how to go on by hand
#   scripts/demo.sh --live   the same with xAI itself and your own account: you approve the
#                            sign-in in your browser
set -euo pipefail
cd "$(dirname "$0")/.."

keep=no
live=no
case "${1:-}" in
  "") ;;
  --keep) keep=yes ;;
  --live) live=yes ;;
  --help | -h) sed -n '2,9s/^# \{0,1\}//p' "$0"; exit 0 ;;
  *) echo "demo.sh: unknown argument $1 (see --help)" >&2; exit 2 ;;
esac

step() { printf '\n== %s\n' "$*"; }

step "Preparing"
scripts/setup.sh --demo
if [ ! -f build/release/build.ninja ]; then
  echo "configuring ..."
  # Whoever configures again, as test.sh does, gets the tests as well.
  cmake --preset release -DXAI_BUILD_TESTS=OFF >/dev/null
fi
targets=(xai_grok xai_grok_backend sample-host)
[ $live = yes ] || targets+=(xai-sim)
echo "building (the first time takes some minutes) ..."
cmake --build --preset release --target "${targets[@]}" | grep -v '^\[' || true
host=$PWD/build/release/bin/sample-host

# State and key of the demo's own: a real sign-in on this machine is not touched.
home=$(mktemp -d "${TMPDIR:-/tmp}/xai-grok-demo.XXXXXX")
simulator=
finish() {
  [ -z "$simulator" ] || kill "$simulator" 2>/dev/null || true
  rm -rf "$home"
}
trap finish EXIT

config() {  # config ENDPOINTS_MEMBER
  printf '{"state_dir":"%s/state","key_file":"%s/config/key"%s}\n' "$home" "$home" "$1" \
    >"$home/config.json"
}
run() {
  printf '$ sample-host %s\n' "$*"
  "$host" --config "@$home/config.json" "$@"
  echo
}

if [ $live = yes ]; then
  config ""
  login=(login)
else
  step "Starting a simulated xAI on this machine"
  # Tokens live for 4 seconds, so that one runs out before our eyes.
  build/release/bin/xai-sim --approve auto --interval 1 --tier 4 --access-ttl 4 \
    --chunk-delay-ms 40 >"$home/simulator.json" &
  simulator=$!
  for _ in $(seq 100); do
    [ -s "$home/simulator.json" ] && break
    kill -0 "$simulator" || { echo "demo.sh: the simulator did not start" >&2; exit 1; }
    sleep 0.1
  done
  cat "$home/simulator.json"
  config ",\"endpoints\":$(python3 -c '
import json, sys
urls = json.load(open(sys.argv[1]))
print(json.dumps({"auth": urls["auth"], "api": urls["api"]}))' "$home/simulator.json")"
  login=(login --auto)
fi

step "The plugin, and what it found on this system"
run info
step "Nobody is signed in yet"
run status
step "Signing in with the device flow"
run "${login[@]}"
step "Signed in"
run status
step "The models of this subscription"
run models
step "A streamed answer"
run chat "Tell me in one sentence what a plugin is."
if [ $live = no ]; then
  step "Another answer, after the access token has expired"
  while run status --json | grep -q '"state":"\(connected\|expiring\)"'; do sleep 0.5; done
  run chat "Are you still there?"
  echo "(the plugin renewed the token by itself)"
fi

if [ $keep = yes ]; then
  step "The simulator goes on running (process $simulator)"
  cat <<END
Go on by hand:
  $host --config @$home/config.json chat
  $host --config @$home/config.json --help
Then clean up:
  kill $simulator; rm -rf $home
END
  disown "$simulator"
  trap - EXIT
  exit 0
fi

step "Signing out"
run logout
run status
step "Done"
