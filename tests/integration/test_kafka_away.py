"""The broker is away: intake goes on, the store keeps what is due, memory does not grow, and everything follows (docs/kafka.md)."""
import json
import os
import signal
import threading
import time

import pytest

from harness import http
from harness.events import Admin, deliveries, publish
from harness.gateway import SLOW
from harness.kafka import PROPERTIES, scaled

JSON = {"Content-Type": "application/json"}
MIB = 1 << 20
PAGE_CACHE = 72 * MIB  # what the store may keep of its file, and a little


@pytest.fixture
def away(broker):
    """The broker, killed; it is back after the test."""
    broker.kill()
    yield broker
    if not broker.answers():
        broker.start()


def readiness(gateway):
    answer = http.call(gateway.admin, "GET", "/readyz", host=f"127.0.0.1:{gateway.admin}")
    return answer.status, json.loads(answer.body)


def wait_state(gateway, state):
    http.until(lambda: readiness(gateway) == (200, {"status": "ready", "bus": state}), 30 * SLOW, what=f"/readyz says {state}")


def pending(gateway):
    return sum(gateway.metric("causeway_outbox_pending", topic="orders").values())


def oldest(gateway):
    return sum(gateway.metric("causeway_outbox_oldest_seconds", topic="orders").values())


def test_a_start_without_a_broker_takes_events_and_sends_them_when_it_comes(away, scene):
    gateway = scene.start(scene.subscription())
    assert readiness(gateway) == (200, {"status": "ready", "bus": "buffering"})
    assert Admin(gateway).get("/config")["bus"] == "buffering"
    for number in range(50):
        publish(gateway, f"e{number}", f"K{number % 7}", n=number)
    http.until(lambda: pending(gateway) == 50, 20 * SLOW, what="all are pending")
    http.until(lambda: oldest(gateway) > 0.5, 20 * SLOW, what="the oldest is told")
    assert scene.system.seen("/in") == []
    away.start()
    records = scene.records(50)
    assert sorted(record.headers["eventId"] for record in records) == sorted(f"e{number}" for number in range(50))
    for key in {record.key for record in records}:
        numbers = [record.event["data"]["n"] for record in records if record.key == key]
        assert numbers == sorted(numbers)
    scene.system.wait(50, "/in", 30 * SLOW)
    wait_state(gateway, "reachable")
    http.until(lambda: (pending(gateway), oldest(gateway)) == (0, 0), 20 * SLOW, what="nothing is pending")


def test_broker_acknowledgement_says_stored_when_the_bus_is_late(away, scene):
    gateway = scene.start(acknowledge_timeout="300ms")
    began = time.monotonic()
    answer = gateway.call("POST", "/events/known", JSON, b'{"eventId":"late","eventType":"X","data":{"orderId":"K"}}')
    assert (answer.status, answer.json["data"]) == (202, {"eventId": "late", "topic": "orders", "status": "stored"})
    assert answer.header("X-Causeway-Event") == "late; status=stored"
    assert time.monotonic() - began < 5 * SLOW
    status = gateway.call("GET", "/events/status/late").json["data"]
    assert status["status"] == "stored" and "offset" not in status, status
    away.start()
    [record] = scene.records(1)
    http.until(lambda: gateway.call("GET", "/events/status/late").json["data"]["status"] == "published", 20 * SLOW, what="published")
    again = gateway.call("POST", "/events/known", JSON, b'{"eventId":"late","eventType":"X","data":{"orderId":"K"}}')
    assert (again.status, again.json["data"]) == (201, {"eventId": "late", "topic": "orders", "status": "published", "duplicate": True,
                                                        "partition": record.partition, "offset": record.offset})


def test_a_stop_does_not_wait_for_a_broker_that_is_away_and_the_next_start_sends(away, scene):
    gateway = scene.start(scene.subscription())
    publish(gateway, "kept")
    began = time.monotonic()
    gateway.stop()
    assert time.monotonic() - began < 9 * SLOW, "drain_timeout is 10 s"
    gateway.start()
    publish(gateway, "more")
    away.start()
    assert {record.headers["eventId"] for record in scene.records(2)} == {"kept", "more"}
    scene.system.wait(2, "/in", 30 * SLOW)


def test_a_stop_does_not_wait_for_what_clients_have_under_way_with_a_broker_that_died(broker, scene):
    """A commit that its coordinator does not answer keeps a client from ending, not the gateway."""
    gateway = scene.start(scene.subscription())
    for round_ in range(3):
        publish(gateway, f"e{round_}", "K")
        http.until(lambda: f"e{round_}" in {event_id for event_id, _ in deliveries(scene.system)}, 20 * SLOW, what="it is delivered")
        broker.kill()
        publish(gateway, f"away{round_}", "L")
        time.sleep(round_)  # soon after, and later
        began = time.monotonic()
        gateway.stop()
        took = time.monotonic() - began
        broker.start()
        assert took < 5 * SLOW, took  # the bus gives its clients 1.5 s
        gateway.start()
        wait_state(gateway, "reachable")


def test_who_waits_for_the_broker_gets_an_answer_when_the_gateway_stops(away, scene):
    gateway = scene.start(acknowledge_timeout="3s")
    with gateway.connect() as waiting:
        waiting.send(http.message("POST", "/events/known", JSON, b'{"eventId":"late","eventType":"X","data":{}}'))
        http.until(lambda: sum(gateway.metric("causeway_events_stored_total", topic="orders").values()) == 1, 20 * SLOW, what="it is stored")
        gateway.signal(signal.SIGTERM)
        answer = waiting.read("POST")
    assert (answer.status, answer.json["data"]["status"]) == (202, "stored")
    gateway.stop()


def test_a_stop_sends_what_was_acknowledged(broker, scene):
    gateway = scene.start()
    wait_state(gateway, "reachable")
    gateway.wait_log(r"topic on the bus \| topic=orders")  # a broker that was just started takes its time to make it
    count = scaled(5000)
    for first in range(0, count, 1000):
        events = [{"eventId": f"e{number}", "data": {"orderId": f"K{number % 9}"}} for number in range(first, min(first + 1000, count))]
        assert gateway.call("POST", "/events/orders", JSON, json.dumps(events).encode()).status == 202
    gateway.stop()
    assert broker.count(scene.topic) == count


def test_seconds_without_a_broker_under_five_hundred_events_a_second(broker, scene):
    """Stopped (SIGSTOP) past the timeouts: it looks alive, and answers nothing. scripts/soak: for a minute."""
    gateway = scene.start(scene.subscription(concurrency=16), workers=2)
    rate, seconds = 500 * min(1, 2 / SLOW), int(os.environ.get("KAFKA_AWAY", 10))
    stopping, acknowledged, worst = threading.Event(), [], [0.0]

    def caller(index, callers=8):
        sequence, due = 0, time.monotonic()
        with gateway.connect() as connection:
            while not stopping.is_set():
                sequence += 1
                began = time.monotonic()
                event_id = f"k{index}-{sequence}"
                body = json.dumps({"eventId": event_id, "data": {"orderId": f"k{index}", "n": sequence, "text": "x" * 500}}).encode()
                connection.send(http.message("POST", "/events/orders", JSON, body))
                assert connection.read("POST").status == 202
                acknowledged.append(event_id)
                worst[0] = max(worst[0], time.monotonic() - began)
                due += callers / rate
                stopping.wait(max(0, due - time.monotonic()))
    callers = [threading.Thread(target=caller, args=(index,), daemon=True) for index in range(8)]
    for each in callers:
        each.start()
    http.until(lambda: broker.count(scene.topic) > 300 / SLOW, 30 * SLOW, what="events flow")
    broker.pause()
    try:
        http.until(lambda: pending(gateway) > 500 / SLOW, 30 * SLOW, what="the outbox fills")
        before = gateway.resident()
        time.sleep(seconds)  # the length of the absence, not a wait for something
        wait_state(gateway, "buffering")
        grown = gateway.resident() - before
        waiting, age = pending(gateway), oldest(gateway)
    finally:
        broker.resume()
    stopping.set()
    for each in callers:
        each.join(30 * SLOW)
        assert not each.is_alive()
    print({"acknowledged": len(acknowledged), "pending": waiting, "oldest": age, "grown_mib": grown / MIB, "slowest_answer": worst[0]})
    assert waiting > rate * seconds / 2 / SLOW and age > seconds / 2
    if SLOW == 1:  # what a sanitizer has freed stays resident
        assert grown < (PAGE_CACHE if seconds > 10 else 24 * MIB)  # the next test has the exact proof
    scene.records(len(acknowledged))
    records = broker.records(scene.topic)
    seen = {}
    for record in records:
        seen.setdefault(record.headers["eventId"], record)
    assert set(seen) == set(acknowledged)
    for key in {record.key for record in seen.values()}:
        numbers = [record.event["data"]["n"] for record in seen.values() if record.key == key]
        assert numbers == list(range(1, len(numbers) + 1)), "in order, apart from doubles"
    wait_state(gateway, "reachable")
    scene.system.wait(len(acknowledged), "/in", 60 * SLOW)
    Admin(gateway).wait_idle()
    keys = [request.header("Idempotency-Key") for request in scene.system.seen("/in")]
    assert len(keys) == len(set(keys)) == len(acknowledged), "our own groups see no doubles"
    http.until(lambda: pending(gateway) == 0, 20 * SLOW, what="nothing is pending")


@pytest.mark.skipif(SLOW > 1, reason="the pages of so many events take too long with sanitizers")
def test_memory_does_not_grow_with_what_waits(broker, scene):
    """Once the store's page cache is full: 40,000 more events, 28 MB, wait in its file and nowhere else."""
    gateway = scene.start(scene.subscription())
    wait_state(gateway, "reachable")

    def send(first, last):
        for start in range(first, last, 1000):
            events = [{"eventId": f"e{number}", "data": {"orderId": f"K{number % 20}", "text": "x" * 500}} for number in range(start, start + 1000)]
            assert gateway.call("POST", "/events/orders", JSON, json.dumps(events).encode()).status == 202
    broker.pause()
    try:
        send(0, 90_000)
        before = gateway.resident()
        send(90_000, 130_000)
        grown = gateway.resident() - before
    finally:
        broker.resume()
    print({"resident_mib": before / MIB, "grown_mib": grown / MIB})
    assert grown < 8 * MIB


def test_a_broker_killed_in_the_middle_of_it(broker, scene):
    gateway = scene.start(scene.subscription(concurrency=16))
    count = scaled(6000)

    def send(first, last):
        for start in range(first, last, 200):
            events = [{"eventId": f"e{number}", "data": {"orderId": f"K{number % 31}", "n": number}} for number in range(start, min(start + 200, last))]
            assert gateway.call("POST", "/events/orders", JSON, json.dumps(events).encode()).status == 202
    send(0, count // 2)
    broker.kill()
    send(count // 2, count)
    broker.start()
    records = scene.records(count)
    assert len(records) == count, "idempotent: nothing twice over the broker's death"
    for key in {record.key for record in records}:
        numbers = [record.event["data"]["n"] for record in records if record.key == key]
        assert numbers == sorted(numbers)
    scene.system.wait(count, "/in", 60 * SLOW)
    Admin(gateway).wait_idle()
    keys = [request.header("Idempotency-Key") for request in scene.system.seen("/in")]
    assert len(keys) == len(set(keys)) == count


def test_brokers_that_change_need_a_restart(broker, scene):
    gateway = scene.start()
    assert readiness(gateway)[1]["status"] == "ready"
    config = scene.configuration()
    config["bus"]["kafka"]["properties"] = {**PROPERTIES, "linger.ms": "1"}
    config["topics"].append({"name": "later", "kafka": {"topic": f"later-{scene.number}"}})
    gateway.reload(config)
    gateway.wait_log(r"restart needed.*bus\.kafka")
    config["bus"] = {"embedded": {}}
    config["topics"] = [{key: value for key, value in topic.items() if key != "kafka"} for topic in config["topics"]]
    publish(gateway, "one")
    scene.records(1)
    gateway.reload(config)
    gateway.wait_log(r'bus: kafka cannot become embedded, "orders" has had events')


def test_an_embedded_process_becomes_one_with_kafka(broker, scene):
    """Topics that have had events stay where they are; the others are taken by the new bus, without a restart."""
    embedded = scene.configuration(topics=[{"name": "quiet"}])
    embedded["bus"] = {"embedded": {}}
    embedded["topics"] = [{key: value for key, value in topic.items() if key != "kafka"} for topic in embedded["topics"]]
    gateway = scene.start()
    gateway.stop()
    gateway.write(embedded)
    gateway.start()
    assert readiness(gateway) == (200, {"status": "ready"})
    assert publish(gateway, "stays", path="/events/stock").status == 202
    both = scene.configuration()
    gateway.reload(both)
    gateway.wait_log(r'bus: embedded cannot become kafka, "stock" has had events')
    both["topics"][1]["bus"] = "embedded"
    del both["topics"][1]["kafka"]
    gateway.reload(both)
    wait_state(gateway, "reachable")
    publish(gateway, "first")
    assert [record.headers["eventId"] for record in scene.records(1)] == ["first"]


def test_killed_with_nine_while_the_broker_is_away(away, scene):
    gateway = scene.start(scene.subscription())
    for number in range(30):
        publish(gateway, f"e{number}", "K", n=number)
    gateway.signal(signal.SIGKILL)
    gateway.process.wait()
    gateway.start()
    publish(gateway, "e30", "K", n=30)
    away.start()
    assert [record.event["data"]["n"] for record in scene.records(31)] == list(range(31))
    requests = scene.system.wait(31, "/in", 30 * SLOW)
    assert [json.loads(request.body)["data"]["n"] for request in requests] == list(range(31))
