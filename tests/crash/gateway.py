"""The gateway over many lives: the same ports and the same data folder, killed and started again."""
import json
import os
import pathlib
import signal
import socket
import subprocess
import threading
import time
import urllib.error
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("CAUSEWAY_BUILD", ROOT / "build" / "release"))
PROGRAM = BUILD / "causeway"
SANITISED = b"__asan_init" in PROGRAM.read_bytes() or b"__tsan_init" in PROGRAM.read_bytes()
SLOW = 4 if SANITISED else 1  # sanitised builds get lower rates and longer hang guards
SUBSCRIPTION = "crash-receiver"
SHARDS = 8

CONFIGURATION = """
listeners: [{{name: public, address: "127.0.0.1:{public}"}}]
admin: {{address: "127.0.0.1:{admin}"}}
workers: 2
store: {{sqlite: {{path: data/causeway.db, min_free: 1MiB}}}}
bus: {bus}
clusters: [{{name: receiver, endpoints: ["127.0.0.1:{receiver}"]}}]
topics: [{{name: moves, key: "{{{{ .key }}}}", shards: {shards}, retention: {retention}}}]
telemetry: {{log: {{calls: {{successes: 0%}}}}}}
include: [routes.yaml, subscriptions.yaml]
"""
SUBSCRIPTIONS = """
subscriptions:
  - name: crash-receiver
    topic: moves
    start: earliest
    deliver: {http: {cluster: receiver, path: /moves, timeout: 5s}}
    retry: {max_attempts: 1000, delay: 20ms, multiplier: 2, max_delay: 200ms, max_age: 1d}
"""
ROUTES = """
api: events
base: /
defaults: {auth: none}
routes:
  - {name: publish, match: {method: POST, path: /events}, adapter: {publish: {topic: moves}}}
  - {name: status, match: {method: GET, path: "/status/{eventId}"}, adapter: {event_status: {topic: moves}}}
"""


def place():
    """A socket that keeps a port for whoever is told it, also while that one is dead: it does not listen."""
    sock = socket.socket()
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sock.bind(("127.0.0.1", 0))
    return sock


def until(done, seconds, what):
    end = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < end, what
        threading.Event().wait(0.005)


class Gateway:
    """`receiver` is the port that takes deliveries; None: nobody subscribes. `bus`: as in the configuration."""

    def __init__(self, folder, receiver=None, retention="7d", bus="{embedded: {}}"):
        self.folder, self.places = folder, [place(), place()]
        self.public, self.admin = (each.getsockname()[1] for each in self.places)
        self.process, self.log = None, open(folder / "log", "ab")
        (folder / "causeway.yaml").write_text(CONFIGURATION.format(public=self.public, admin=self.admin, receiver=receiver or 1, bus=bus,
                                                                   shards=SHARDS, retention=retention))
        (folder / "routes.yaml").write_text(ROUTES)
        (folder / "subscriptions.yaml").write_text(SUBSCRIPTIONS if receiver else "subscriptions: []\n")

    @property
    def database(self):
        return self.folder / "data" / "causeway.db"

    def spawn(self):
        self.process = subprocess.Popen([PROGRAM, "run", "-c", "causeway.yaml"], cwd=self.folder, stdout=self.log, stderr=self.log)

    def start(self):
        """Returns how long it took until it was ready."""
        began = time.monotonic()
        self.spawn()
        until(lambda: self.ready() or self.process.poll() is not None, 30 * SLOW, "the gateway is not ready")
        assert self.process.poll() is None, f"it ended with {self.process.returncode}: {(self.folder / 'log').read_text()[-2000:]}"
        return time.monotonic() - began

    def ready(self):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.admin}/readyz", timeout=10) as answer:
                return answer.status == 200
        except OSError:
            return False

    def operate(self, path, body=None):
        """The data of the admin API's answer; OSError while there is none or it refuses."""
        token = (self.folder / "data" / "admin.token").read_text().strip()
        request = urllib.request.Request(f"http://127.0.0.1:{self.admin}{path}", None if body is None else json.dumps(body).encode(),
                                         {"Authorization": f"Bearer {token}", "Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=10) as answer:
            return json.load(answer)["data"]

    def subscription(self):
        return self.operate(f"/subscriptions/{SUBSCRIPTION}")

    def resident_mib(self):
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmRSS"))) / 1024

    def cpu_seconds(self):
        fields = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def reload(self):
        self.process.send_signal(signal.SIGHUP)

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self):
        """A clean end; a sanitizer's report or a bad exit code fails."""
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(30 * SLOW)
        text = (self.folder / "log").read_text()
        assert "Sanitizer" not in text and "runtime error" not in text, text[-4000:]
        assert code == 0, f"it ended with {code}"

    def close(self):
        if self.process and self.process.poll() is None:
            self.kill()
        self.log.close()
