"""Reloads under load are seen by no caller; a kill amid them leaves no half of one."""
import json
import os
import signal
import sqlite3
import threading
import time

from harness.envelope import assert_success
from harness.gateway import SLOW
from harness.http import message, until
from harness.reloads import changes, config, data, post_reload, start, version
from harness.upstream import reply


def generation(upstream, number):
    """A configuration in which everything says the same number."""
    made = config(upstream, workers=2, topics=[{"name": "t", "retention": "7d"}], telemetry={"log": {"calls": {"successes": "0%"}}},
                  subscriptions=[{"name": "s", "topic": "t", "start": "earliest", "transform": f". + {{generation: {number}}}",
                                  "deliver": {"http": {"cluster": "oms", "path": "/events"}}}])
    headers = {"headers": {"request": {"set": {"X-A": str(number)}}, "response": {"set": {"X-B": str(number)}}}}
    post = {"match": {"method": "POST"}}
    files = {"open": {"api": "open", "base": "/open", "defaults": {"auth": "none", "plugins": [headers]}, "routes": [
        {"name": "far", "match": {"method": "GET", "path": "/far"}, "adapter": {"http": {"cluster": "oms", "path": f"/far/{number}"}}},
        {"name": "near", "match": {"method": "GET", "path": "/near"}, "adapter": {"static": {"body": {"n": number}}}},
        {"name": "limited", "match": {"method": "GET", "path": "/limited"}, "plugins": [{"rate_limit": {"rate": "1/h", "burst": LIMIT, "per": "address"}}],
         "adapter": {"static": {"body": {"n": number}}}},
        {"name": "publish", "match": {**post["match"], "path": "/events"}, "adapter": {"publish": {"topic": "t", "type": "T"}}},
        {"name": f"only-{number % 2}", "match": {"method": "GET", "path": f"/only/{number}"}, "adapter": {"static": {"body": {}}}}]}}
    return made, files


LIMIT = 300
SECONDS = float(os.environ.get("RELOAD_STORM", "6"))


def test_a_reload_every_100_ms_under_load_is_seen_by_nobody(start, upstream):
    delivered = []

    def far(request, peer):
        reply(json.dumps({"target": request.target, "a": request.header("X-A")}).encode())(request, peer)

    def event(request, peer):
        delivered.append(json.loads(request.body)["eventId"])
        reply(b"{}")(request, peer)
    for number in range(2000):
        upstream.on(f"/far/{number}", far)
    upstream.on("/events", event)
    gateway = start(*generation(upstream, 0))
    stop, faults, generations, published, counts, admitted = threading.Event(), [], set(), [], [0] * 5, [0]

    def far_call(connection, number):
        connection.send(message("GET", "/open/far"))
        answer = connection.read()
        assert answer.status == 200, answer
        said, n = answer.json["data"], int(answer.header("X-B"))
        assert said == {"target": f"/far/{n}", "a": str(n)}, (n, said)
        generations.add(n)

    def near_call(connection, number):
        connection.send(message("GET", "/open/near"))
        answer = connection.read()
        assert answer.status == 200 and answer.json["data"] == {"n": int(answer.header("X-B"))}, answer

    def limited_call(connection, number):
        connection.send(message("GET", "/open/limited"))
        answer = connection.read()
        admitted[0] += answer.status == 200
        assert answer.status in (200, 429), answer

    def publish_call(connection, number):
        event_id = f"e{number}-{counts[number]}"
        connection.send(message("POST", "/open/events", {"Content-Type": "application/json"},
                                json.dumps({"eventId": event_id, "eventType": "T", "data": {"n": 1}}).encode()))
        assert connection.read().status == 202
        published.append(event_id)

    def caller(number, do):
        try:
            with gateway.connect() as connection:
                while not stop.is_set():
                    do(connection, number)
                    counts[number] += 1
        except (AssertionError, OSError) as fault:
            faults.append(fault)
            stop.set()
    threads = [threading.Thread(target=caller, args=(number, do)) for number, do in
               enumerate((far_call, far_call, near_call, limited_call, publish_call))]
    for thread in threads:
        thread.start()
    began, taken, resident, times = time.monotonic(), 0, [], []
    while not stop.is_set() and (time.monotonic() - began < SECONDS or taken < 30):
        before = time.monotonic()
        gateway.write(*generation(upstream, taken + 1))
        answer = post_reload(gateway)
        times.append(time.monotonic() - before)
        taken += 1
        assert answer["version"] == taken + 1 and f"~subscription s: transform" in changes(answer), answer
        if taken % 10 == 0:
            resident.append(gateway.resident() / 2**20)
        stop.wait(max(0, before + 0.1 - time.monotonic()))
    stop.set()
    for thread in threads:
        thread.join()
    assert not faults, faults[:3]
    until(lambda: set(published) <= set(delivered), 30 * SLOW, what="every event")
    figures = {"reloads": taken, "calls": sum(counts), "generations seen": len(generations), "events": len(published),
               "reload ms": round(1000 * sum(times) / len(times), 1), "MiB": [round(size, 1) for size in resident[::max(1, len(resident) // 8)]]}
    print(figures)
    assert len(published) == len(set(published)) and min(counts) > 20
    assert min(counts[3], LIMIT) <= admitted[0] <= LIMIT + 1, (admitted, counts)
    assert len(generations) > taken / 4
    # Flat once it is warm: a second of calls in flight, and the allocator's noise.
    assert resident[-1] < resident[len(resident) // 3] + 24 * SLOW, resident
    assert_success(gateway.call("GET", f"/open/only/{taken}"), b"{}")
    assert len(data(gateway, "/config/history?limit=500")["items"]) == min(taken + 1, 100)


def test_a_kill_leaves_version_and_cursors_or_neither(start, upstream, tmp_path):
    """Each reload brings a subscription; whatever moment the kill hits, who is in the history has a cursor, and who has one is in it."""
    def with_subscriptions(count):
        return config(upstream, topics=[{"name": "t", "retention": "7d", "shards": 2}],
                      subscriptions=[{"name": f"s{n}", "topic": "t", "deliver": {"http": {"cluster": "oms", "path": "/in"}}} for n in range(count)])
    gateway = start(with_subscriptions(1))
    gateway.exit_codes = {0, -signal.SIGKILL}
    count = 1
    for round_ in range(8):
        for _ in range(2 + round_ % 3):
            count += 1
            gateway.write(with_subscriptions(count))
            gateway.signal(signal.SIGHUP)
            time.sleep(0.01 + 0.013 * round_)
        gateway.process.kill()
        gateway.wait()
        with sqlite3.connect(tmp_path / "data/causeway.db") as store:
            cursors = {name for name, in store.execute("SELECT DISTINCT grp FROM cursor")}
            listed = set()
            for diff, in store.execute("SELECT diff FROM config ORDER BY version"):
                listed |= {one["name"] for one in json.loads(diff)["added"] if one["kind"] == "subscription"}
            versions = [version for version, in store.execute("SELECT version FROM config ORDER BY version")]
        assert cursors == listed, (cursors ^ listed, round_)
        assert versions == list(range(versions[0], versions[0] + len(versions)))
        gateway.start()
        until(lambda: version(gateway) >= len(versions), 20 * SLOW, what="the start")
    gateway.write(with_subscriptions(count + 1))  # whatever the kills left, it goes on
    last = version(gateway)
    assert post_reload(gateway)["version"] == last + 1
