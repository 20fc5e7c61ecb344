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

from gateway import Gateway

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
    """Milliseconds of each look-up, ascending."""
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


def run(folder, count):
    """Nobody subscribes: this is about what is stored."""
    gateway = Gateway(folder)
    figures = {"events": count}
    try:
        gateway.start()
        figures["empty_mib"] = round(gateway.resident_mib())
        began = time.monotonic()
        fill(gateway, count)
        figures["filled_seconds"] = round(time.monotonic() - began, 1)
        figures["full_mib"] = round(gateway.resident_mib())
        gateway.kill()
        figures["start_seconds"] = round(gateway.start(), 3)
        figures["started_mib"] = round(gateway.resident_mib())
        took = find(gateway, count)
        figures["find_p50_ms"], figures["find_p99_ms"] = round(took[len(took) // 2], 2), round(took[int(len(took) * 0.99)], 2)
        figures["file_mib"] = gateway.database.stat().st_size >> 20
        gateway.stop()
    finally:
        gateway.close()
    return figures


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="causeway-million-") as temporary:
        print(json.dumps(run(pathlib.Path(temporary), int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)))
