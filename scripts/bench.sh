#!/usr/bin/env bash
# Measures what streaming through the plugin costs beside libcurl alone on the same bytes,
# in one run: 100,000 events from nginx's static files on loopback.
#
#   scripts/bench.sh [ROUNDS]      prints a table and the numbers as JSON (medians)
#
# Needs nginx (package nginx-light).  docs/performance.md says what the numbers mean.
set -euo pipefail
cd "$(dirname "$0")/.."
case "${1:-}" in --help | -h) sed -n '2,8s/^# \{0,1\}//p' "$0"; exit 0 ;; esac
rounds=${1:-9}
command -v nginx >/dev/null || { echo "bench.sh: nginx is missing: apt-get install nginx-light" >&2; exit 1; }

cmake --preset release >/dev/null
cmake --build --preset release --target bench-stream xai_grok xai_grok_backend sample-host >/dev/null
home=$(mktemp -d "${TMPDIR:-/tmp}/xai-grok-bench.XXXXXX")
server=
finish() {
  [ -z "$server" ] || kill "$server" 2>/dev/null || true
  rm -rf "$home"
}
trap finish EXIT

port=$(python3 - "$home" <<'PYTHON'
import json, os, socket, sys
home = sys.argv[1]
with socket.socket() as s:
    s.bind(("127.0.0.1", 0))
    port = s.getsockname()[1]
os.makedirs(home + "/www/v1/chat")
os.makedirs(home + "/www/oauth2/device")
origin = f"http://127.0.0.1:{port}"
def write(name, data):
    with open(home + "/www/" + name, "w") as file:
        file.write(data if isinstance(data, str) else json.dumps(data))
chunk = {"id": "5d3f0c0e-7a3e-4f57-9d7c-0f2f3f1d2a10", "object": "chat.completion.chunk",
         "created": 1770774058, "model": "grok-4.3"}
lines = []
for i in range(100000):
    delta = {"content": f" word{i % 1000:04d}"}
    if i == 0:
        delta["role"] = "assistant"
    lines.append("data: " + json.dumps({**chunk, "choices": [{"index": 0, "delta": delta}],
                 "system_fingerprint": "fp_2a885414fb"}, separators=(",", ":")) + "\n\n")
end = {**chunk, "choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}
lines.append("data: " + json.dumps(end, separators=(",", ":")) + "\n\ndata: [DONE]\n\n")
write("v1/chat/completions", "".join(lines))
write("v1/models", {"object": "list", "data": [{"id": "grok-4.3", "object": "model"}]})
write("oauth2/device/code", {"device_code": "bench-device-code", "user_code": "BENC-HMRK",
      "verification_uri": origin + "/oauth2/device", "expires_in": 900, "interval": 1})
write("oauth2/token", {"access_token": "bench.access.token", "refresh_token": "benchrefresh",
      "token_type": "Bearer", "expires_in": 21600})
write("oauth2/userinfo", {"sub": "bench"})
with open(home + "/nginx.conf", "w") as file:
    file.write(f"""
{"user root;" if os.geteuid() == 0 else ""}
daemon off; pid {home}/nginx.pid; error_log {home}/error.log; worker_processes 1;
events {{ worker_connections 8192; }}
http {{
  access_log off; client_body_temp_path {home}/body; sendfile on; tcp_nopush on;
  proxy_temp_path {home}/t1; fastcgi_temp_path {home}/t2; uwsgi_temp_path {home}/t3;
  scgi_temp_path {home}/t4;
  server {{
    listen 127.0.0.1:{port}; root {home}/www; default_type application/json;
    error_page 405 =200 $uri;  # a POST to a static file
    location = /v1/chat/completions {{ default_type text/event-stream; }}
  }}
}}
""")
with open(home + "/config.json", "w") as file:
    json.dump({"state_dir": home + "/state", "key_file": home + "/key/key",
               "endpoints": {"auth": origin, "api": origin + "/v1"}}, file)
print(port)
PYTHON
)
nginx -p "$home" -e "$home/error.log" -c "$home/nginx.conf" &
server=$!
for _ in $(seq 100); do
  python3 -c "import socket; socket.create_connection(('127.0.0.1', $port), 1)" 2>/dev/null && break
  sleep 0.05
done
build/release/bin/sample-host --config "@$home/config.json" login --auto --json >"$home/login.json" 2>&1 || { cat "$home/login.json" "$home/error.log"; exit 1; }
build/release/bin/bench-stream --plugin build/release/skill/xai-grok-onboarding \
  --config "$(cat "$home/config.json")" --url "http://127.0.0.1:$port/v1/chat/completions" \
  --rounds "$rounds" >"$home/result.json"
python3 - "$home/result.json" "$home/www/v1/chat/completions" <<'PYTHON'
import json, os, sys
result = json.load(open(sys.argv[1]))
curl, ours = result["libcurl"], result["plugin"]
print(f"100,000 events, {os.path.getsize(sys.argv[2]) / 1e6:.1f} MB of event stream, "
      f"medians of {result['rounds']} rounds")
print(f"{'':16}{'CPU ms':>10}{'wall ms':>10}")
print(f"{'libcurl alone':16}{curl['cpu_ms']:10.1f}{curl['wall_ms']:10.1f}")
print(f"{'plugin':16}{ours['cpu_ms']:10.1f}{ours['wall_ms']:10.1f}")
print(f"{'ratio':16}{ours['cpu_ms'] / curl['cpu_ms']:10.2f}"
      f"{ours['wall_ms'] / curl['wall_ms']:10.2f}")
print(json.dumps(result))
PYTHON
