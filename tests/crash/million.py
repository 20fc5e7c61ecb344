"""A store with many events: how long a start takes, how much memory it needs, how fast one event is found.

    python3 tests/crash/million.py [EVENTS]
"""
import http.client
import json
import pathlib
import random
import sys
import tempfile
import time

import conductor
from receiver import Receiver

ROUTES = conductor.ROUTES + """  - {name: status, match: {method: GET, path: "/status/{eventId}"}, adapter: {event_status: {topic: moves}}}
"""
BATCH = 1000


def fill(gateway, count):
    connection = http.client.HTTPConnection("127.0.0.1", gateway.public, timeout=60)
    for start in range(0, count, BATCH):
        events = [{"eventId": f"e{number}", "eventType": "MOVED", "data": {"key": f"k{number % 5000}", "n": number, "note": "x" * 200}}
                  for number in range(start, min(start + BATCH, count))]
        connection.request("POST", "/events", json.dumps(events), {"Content-Type": "application/json"})
        answer = connection.getresponse()
        body = answer.read()
        assert answer.status == 202, body[:500]


def find(gateway, count, times=500):
    """Milliseconds of each look-up."""
    connection = http.client.HTTPConnection("127.0.0.1", gateway.public, timeout=60)
    dice, took = random.Random(1), []
    for _ in range(times):
        event_id = f"e{dice.randrange(count)}"
        began = time.monotonic()
        connection.request("GET", f"/status/{event_id}")
        answer = connection.getresponse()
        data = json.loads(answer.read())["data"]
        took.append((time.monotonic() - began) * 1000)
        assert data["eventId"] == event_id, data
    return sorted(took)


def resident(gateway):
    status = pathlib.Path(f"/proc/{gateway.process.pid}/status").read_text()
    return int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmRSS"))) // 1024


def run(folder, count):
    receiver = Receiver(folder / "deliveries.jsonl")
    gateway = conductor.Gateway(folder, receiver.port)
    (folder / "routes.yaml").write_text(ROUTES)
    # Nobody subscribes: this is about what is stored.
    text = (folder / "causeway.yaml").read_text()
    (folder / "causeway.yaml").write_text(text.split("subscriptions:")[0] + "include: [routes.yaml]\n")
    figures = {"events": count, "empty_mib": None}
    try:
        gateway.start()
        figures["empty_mib"] = resident(gateway)
        began = time.monotonic()
        fill(gateway, count)
        figures["filled_seconds"] = round(time.monotonic() - began, 1)
        figures["full_mib"] = resident(gateway)
        gateway.kill()
        figures["start_seconds"] = round(gateway.start(), 3)
        figures["started_mib"] = resident(gateway)
        took = find(gateway, count)
        figures["find_p50_ms"], figures["find_p99_ms"] = round(took[len(took) // 2], 2), round(took[int(len(took) * 0.99)], 2)
        figures["file_mib"] = (folder / "data" / "causeway.db").stat().st_size >> 20
        gateway.stop()
    finally:
        if gateway.process and gateway.process.poll() is None:
            gateway.process.kill()
            gateway.process.wait()
        receiver.stop()
    return figures


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="causeway-million-") as temporary:
        print(json.dumps(run(pathlib.Path(temporary), int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)))
