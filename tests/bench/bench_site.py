"""A site of static files on loopback that passes for xAI: nginx, which costs little, with a
sign-in that always succeeds and one long answer on each lane.
"""

import json
import os
import pathlib
import shutil
import socket
import subprocess
import tempfile

import harness
from certificates import Authority
from harness import wait_for

PLUGIN = harness.PLUGIN
DESCRIPTORS = 20_000
# Of each lane: the model that is on it, and where its answer is.
LANES = {"chat": ("grok-4.3", "chat/completions"),
         "responses": ("grok-4.20-multi-agent-0309", "responses")}
CHUNK = {"id": "5d3f0c0e-7a3e-4f57-9d7c-0f2f3f1d2a10", "object": "chat.completion.chunk",
         "created": 1770774058, "model": "grok-4.3"}
TEXT_DELTA = {"type": "response.output_text.delta", "output_index": 0, "content_index": 0,
              "item_id": "msg_5d3f0c0e-7a3e-4f57-9d7c-0f2f3f1d2a10", "logprobs": []}
CONF = """
{user}
daemon off; pid {home}/nginx.pid; error_log {home}/error.log; worker_processes 1;
worker_rlimit_nofile {descriptors};
events {{ worker_connections {descriptors}; }}
http {{
  access_log off; client_body_temp_path {home}/body; sendfile on; tcp_nopush on;
  client_max_body_size 0;
  proxy_temp_path {home}/t1; fastcgi_temp_path {home}/t2; uwsgi_temp_path {home}/t3;
  scgi_temp_path {home}/t4;
  server {{
    listen 127.0.0.1:{port} {tls} backlog=8192; root {home}/www; default_type application/json;
    ssl_certificate {certificate}; ssl_certificate_key {key};
    error_page 405 =200 $uri;  # a POST to a static file
    location = /v1/chat/completions {{ default_type text/event-stream; {answers} }}
    location = /v1/responses {{ default_type text/event-stream; {answers} }}
    location = /whole {{ internal; return 204; }}
  }}
}}
"""


def word(place):
    return f" word{place % 1000:04d}"


def compact(data):
    return json.dumps(data, separators=(",", ":"))


def responses_stream(events):
    """The same answer on the other lane."""
    deltas = ({"sequence_number": place, **TEXT_DELTA, "delta": word(place)}
              for place in range(events))
    end = {"sequence_number": events, "type": "response.completed",
           "response": {"id": "r", "model": "grok", "status": "completed", "output": []}}
    return "".join(f"event: {event['type']}\ndata: {compact(event)}\n\n"
                   for event in (*deltas, end))


def event_stream(events):
    """An answer of so many words, as xAI would send it."""
    lines = []
    for place in range(events):
        delta = {"content": word(place)}
        if place == 0:
            delta["role"] = "assistant"
        lines.append({**CHUNK, "choices": [{"index": 0, "delta": delta}],
                      "system_fingerprint": "fp_2a885414fb"})
    lines.append({**CHUNK, "choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]})
    texts = [*map(compact, lines), "[DONE]"]
    return "".join(f"data: {text}\n\n" for text in texts)


class Site:
    """A context.  bytes_per_s: nginx sends so much each second and then waits; None sends
    all at once.  certificate: made for this site if it speaks TLS.  reads_all: it answers when
    it has the whole request, which it otherwise may do before.
    """

    def __init__(self, events, bytes_per_s=None, tls=False, reads_all=False):
        assert shutil.which("nginx"), "nginx is missing: apt-get install nginx-light"
        self.home = pathlib.Path(tempfile.mkdtemp(prefix="xai-grok-bench."))
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        authority = Authority(self.home / "tls", "127.0.0.1")
        self.certificate = authority.file if tls else None
        self.origin = f"{'https' if tls else 'http'}://127.0.0.1:{self.port}"
        self.url = f"{self.origin}/v1/chat/completions"
        self.body = self.home / "www/v1/chat/completions"
        self.text = self.home / "text"
        self.config = {"state_dir": f"{self.home}/state", "key_file": f"{self.home}/key/key",
                       "endpoints": {"auth": self.origin, "api": f"{self.origin}/v1"}}
        if tls:
            self.config["ca_file"] = str(self.certificate)
        self._write(self.text, "".join(map(word, range(events))))
        self._write(self.body, event_stream(events))
        self._write(self.home / "www/v1/responses", responses_stream(events))
        self._write_sign_in()
        # The head is no part of the first piece.
        pace = f"limit_rate {bytes_per_s}; limit_rate_after 512;" if bytes_per_s else ""
        whole = "mirror /whole;" if reads_all else ""
        self._write(self.home / "nginx.conf", CONF.format(
            home=self.home, port=self.port, answers=pace + whole, descriptors=DESCRIPTORS,
            tls="ssl" if tls else "", certificate=authority.file, key=authority.key,
            user="user root;" if os.geteuid() == 0 else ""))

    @staticmethod
    def _write(path, data):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(data if isinstance(data, str) else json.dumps(data))

    def _write_sign_in(self):
        www = self.home / "www"
        self._write(www / "v1/models",
                    {"object": "list", "data": [{"id": "grok-4.3", "object": "model"}]})
        self._write(www / "oauth2/device/code", {
            "device_code": "bench-device-code", "user_code": "BENC-HMRK", "interval": 1,
            "verification_uri": f"{self.origin}/oauth2/device", "expires_in": 900})
        self._write(www / "oauth2/token", {
            "access_token": "bench.access.token", "refresh_token": "benchrefresh",
            "token_type": "Bearer", "expires_in": 21600})
        self._write(www / "oauth2/userinfo", {"sub": "bench"})

    def __enter__(self):
        self._server = subprocess.Popen(["nginx", "-p", self.home, "-e",
                                         self.home / "error.log", "-c",
                                         self.home / "nginx.conf"])
        try:
            wait_for(self._answers, "nginx")
            subprocess.run([harness.HOST, "--plugin", PLUGIN, "--config",
                            json.dumps(self.config), "login", "--auto", "--json"],
                           check=True, stdout=subprocess.DEVNULL)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        harness.end_process(self._server)
        shutil.rmtree(self.home, ignore_errors=True)

    def _answers(self):
        assert self._server.poll() is None, (self.home / "error.log").read_text()
        with socket.socket() as client:
            return client.connect_ex(("127.0.0.1", self.port)) == 0


def measure(program, *arguments):
    """The line of JSON that a program prints."""
    ended = subprocess.run([program, *map(str, arguments)], stdout=subprocess.PIPE, text=True,
                           check=True)
    return json.loads(ended.stdout)


# libcurl alone, on a thread of its own, and the plugin.
SIDES = ("libcurl", "own thread", "plugin")


def command(side, site, streams, times=1, prompt_bytes=2):
    """The program, with its arguments, that has so many streams at once, so many times."""
    if side == "plugin":
        beginning = [os.environ["XAI_CROWD_PLUGIN"], PLUGIN, json.dumps(site.config)]
    else:
        name = "XAI_CROWD_HANDED" if side == "own thread" else "XAI_CROWD_LIBCURL"
        beginning = [os.environ[name], site.url]
    whole = site.text if side == "plugin" else site.body
    trust = [] if side == "plugin" or not site.certificate else [site.certificate]
    return [*map(str, [*beginning, streams, whole, times, prompt_bytes, *trust])]


def measure_side(side, site, streams, times=1, prompt_bytes=2):
    """What they cost.  Fails if one of them did not get every byte."""
    cost = measure(*command(side, site, streams, times, prompt_bytes))
    assert (cost["whole"], cost["broken"]) == (streams * times, 0), f"{side}: {cost}"
    return cost
