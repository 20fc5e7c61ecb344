"""Kills the gateway again and again while events flow through it, and checks what became of them."""
import json
import os
import pathlib
import random
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request

from invariants import check
from publisher import Publisher
from receiver import Receiver

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("CAUSEWAY_BUILD", ROOT / "build" / "release"))
PROGRAM = BUILD / "causeway"
SANITISED = b"__asan_init" in PROGRAM.read_bytes() or b"__tsan_init" in PROGRAM.read_bytes()
SLOW = 4 if SANITISED else 1
SUBSCRIPTION = "crash-receiver"

CONFIGURATION = """
listeners: [{{name: public, address: "127.0.0.1:{public}"}}]
admin: {{address: "127.0.0.1:{admin}"}}
workers: 2
store: {{sqlite: {{path: data/causeway.db, min_free: 1MiB}}}}
clusters: [{{name: receiver, endpoints: ["127.0.0.1:{receiver}"]}}]
topics: [{{name: moves, key: "{{{{ .key }}}}", shards: 8}}]
subscriptions:
  - name: crash-receiver
    topic: moves
    start: earliest
    deliver: {{http: {{cluster: receiver, path: /moves, timeout: 5s}}}}
    retry: {{max_attempts: 1000, delay: 20ms, multiplier: 2, max_delay: 200ms, max_age: 1d}}
telemetry: {{log: {{calls: {{successes: 0%}}}}}}
include: [routes.yaml]
"""
ROUTES = """
api: events
base: /
defaults: {auth: none}
routes:
  - {name: publish, match: {method: POST, path: /events}, adapter: {publish: {topic: moves}}}
"""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Gateway:
    """The same ports and data folder over all its lives."""

    def __init__(self, folder, receiver):
        self.folder, self.public, self.admin = folder, free_port(), free_port()
        self.process, self.log = None, open(folder / "log", "ab")
        (folder / "causeway.yaml").write_text(CONFIGURATION.format(public=self.public, admin=self.admin, receiver=receiver))
        (folder / "routes.yaml").write_text(ROUTES)

    def start(self):
        """Returns how long it took until it was ready."""
        began = time.monotonic()
        self.process = subprocess.Popen([PROGRAM, "run", "-c", "causeway.yaml"], cwd=self.folder, stdout=self.log, stderr=self.log)
        until(lambda: self.ready() or self.process.poll() is not None, 30 * SLOW, "the gateway is not ready")
        assert self.process.poll() is None, f"it ended with {self.process.returncode}: {(self.folder / 'log').read_text()[-2000:]}"
        return time.monotonic() - began

    def get(self, path):
        with urllib.request.urlopen(f"http://127.0.0.1:{self.admin}{path}", timeout=10) as answer:
            return answer.read().decode()

    def ready(self):
        try:
            return "ready" in self.get("/readyz")
        except OSError:
            return False

    def metric(self, name):
        return sum(float(line.rsplit(" ", 1)[1]) for line in self.get("/metrics").splitlines() if line.startswith(name))

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(30 * SLOW)
        self.log.close()
        text = (self.folder / "log").read_text()
        assert "Sanitizer" not in text and "runtime error" not in text, text[-4000:]
        assert code == 0, f"it ended with {code}"


def until(done, seconds, what):
    end = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < end, what
        threading.Event().wait(0.005)


def run(folder, kills, rate=1000, seed=1, fail=0.0, cut=0.0, pause=(1.0, 2.0)):
    """Returns the figures; asserts the invariants."""
    dice = random.Random(seed)
    receiver = Receiver(folder / "deliveries.jsonl", seed, fail, cut)
    gateway = Gateway(folder, receiver.port)
    publisher = Publisher(gateway.public, folder / "acknowledged.jsonl", rate / SLOW)
    starts = []
    try:
        gateway.start()
        publisher.start()
        began = time.monotonic()
        for _ in range(kills):
            threading.Event().wait(dice.uniform(*pause))  # the moment of the crash, not a wait for something
            gateway.kill()
            starts.append(gateway.start())
        publisher.stop()
        took = time.monotonic() - began
        wanted = len(publisher.acknowledged)
        until(lambda: len({delivery["idempotency"] for delivery in receiver.deliveries() if delivery["status"] == 200}) >= wanted
              and gateway.metric("causeway_subscription_backlog") == 0, 60 * SLOW, "the backlog does not end")
        gateway.stop()
        figures = check(publisher.acknowledged, receiver.deliveries(), kills, SUBSCRIPTION)
    finally:
        if gateway.process and gateway.process.poll() is None:
            gateway.process.kill()
            gateway.process.wait()
        receiver.stop()
    figures.update(kills=kills, resent=publisher.resent, events_per_second=round(wanted / took),
                   slowest_start=round(max(starts, default=0), 3), median_start=round(sorted(starts)[len(starts) // 2], 3))
    return figures


if __name__ == "__main__":
    import tempfile
    with tempfile.TemporaryDirectory(prefix="causeway-crash-") as temporary:
        count = int(sys.argv[1]) if len(sys.argv) > 1 else 10
        chosen = int(sys.argv[2]) if len(sys.argv) > 2 else random.SystemRandom().randrange(1 << 30)
        print(f"seed {chosen}", flush=True)
        print(json.dumps(run(pathlib.Path(temporary), count, seed=chosen)))
