"""Subscriptions on Kafka: cursors, dead letters, pause, lag, restarts, and what the broker's own tools see of it."""
import json
import time

from harness import http
from harness.events import Admin, Answers, deliveries, publish
from harness.gateway import SLOW
from harness.kafka import scaled
from harness.upstream import Gate, reply


def start(scene, **more):
    gateway = scene.start(scene.subscription(**more))
    return gateway, Admin(gateway)


def kill(gateway):
    gateway.process.kill()
    gateway.process.wait()


def wait_committed(scene):
    """The broker's offsets follow the store's cursor."""
    def offsets(found):
        return {partition: offset for partition, offset in found.items() if offset}
    ends = offsets(scene.broker.protocol.end_offsets(scene.topic))
    http.until(lambda: offsets(scene.broker.committed(scene.group, scene.topic)) == ends, 30 * SLOW, 0.1, what=f"the offsets {ends} are committed")


def test_events_are_delivered_once_in_order_with_their_key_and_place(scene):
    gateway, admin = start(scene)
    for number in range(60):
        publish(gateway, f"e{number}", f"K{number % 5}", n=number)
    requests = scene.system.wait(60, "/in", 30 * SLOW)
    admin.wait_idle()
    places = {record.headers["eventId"]: record for record in scene.records(60)}
    for request in requests:
        event_id, subscription = request.header("Idempotency-Key").rsplit("/", 1)
        assert subscription == "wms"
        assert request.body.decode() == places[event_id].value
        assert int(request.header("X-Causeway-Sequence")) == places[event_id].offset + 1
    for key in range(5):
        numbers = [json.loads(request.body)["data"]["n"] for request in requests if json.loads(request.body)["data"]["orderId"] == f"K{key}"]
        assert numbers == list(range(key, 60, 5))
    wait_committed(scene)
    assert sum(gateway.metric("causeway_subscription_backlog", subscription="wms").values()) == 0


def test_a_dead_letter_parks_its_key_and_is_replayed_in_order(scene):
    gateway, admin = start(scene)
    scene.system.on("/in", Answers(reply(b"", 422), only=b'"bad": true'))
    publish(gateway, "poison", "K", bad=True)
    publish(gateway, "behind", "K")
    publish(gateway, "beside", "L")
    [dead] = admin.wait_dead(1)
    http.until(lambda: "beside" in {event_id for event_id, _ in deliveries(scene.system)}, 20 * SLOW, what="another key goes on")
    http.until(lambda: admin.subscription()["held"] == 1, 20 * SLOW, what="its key waits")
    place = next(record for record in scene.records(3) if record.headers["eventId"] == "poison")
    assert dead["id"] == f"wms:{place.partition}:{place.offset + 1}"
    shown = admin.get(f"/dead-letters/{dead['id']}")
    assert shown["event"]["data"]["bad"] is True
    gateway.stop()
    gateway.start()
    admin = Admin(gateway)
    assert [each["id"] for each in admin.wait_dead(1)] == [dead["id"]], "it is kept over a restart"
    scene.system.on("/in", reply(b""))
    admin.post(f"/dead-letters/{dead['id']}/replay", {"reason": "mended"})
    admin.wait_idle()
    done = [event_id for event_id, _ in deliveries(scene.system)]
    assert done.index("behind") > len(done) - 2 and done[-2:] == ["poison", "behind"]
    wait_committed(scene)


def test_an_edited_replay_is_another_event(scene):
    gateway, admin = start(scene)
    scene.system.on("/in", Answers(reply(b"", 422), only=b'"bad": true'))
    publish(gateway, "poison", "K", bad=True)
    [dead] = admin.wait_dead(1)
    data = {"orderId": "K", "bad": False}
    admin.post(f"/dead-letters/{dead['id']}/replay", {"reason": "mended", "body": data})
    admin.wait_idle()
    last = json.loads(scene.system.seen("/in")[-1].body)
    assert last["data"] == data and last["eventId"] != "poison" and last["replayOf"] == "poison"


def test_paused_keeps_its_place_and_tells_its_backlog(scene):
    gateway, admin = start(scene)
    publish(gateway, "before", "K")
    scene.system.wait(1, "/in", 20 * SLOW)
    admin.post("/subscriptions/wms/pause", {"reason": "WMS moves"})
    for number in range(20):
        publish(gateway, f"e{number}", "K", n=number)
    scene.records(21)
    http.until(lambda: admin.subscription()["backlog"] == 20, 30 * SLOW, what="a backlog of 20")
    http.until(lambda: sum(gateway.metric("causeway_subscription_backlog", subscription="wms").values()) == 20, 20 * SLOW, what="and in the metrics")
    http.until(lambda: sum(gateway.metric("causeway_sync_delay_seconds", subscription="wms").values()) > 0, 20 * SLOW, what="a delay")
    assert len(scene.system.seen("/in")) == 1
    admin.post("/subscriptions/wms/resume", {"reason": "it has moved"})
    admin.wait_idle()
    assert [event_id for event_id, _ in deliveries(scene.system)] == ["before", *(f"e{number}" for number in range(20))]


def test_retries_come_back_after_a_restart_without_doubling_the_others(scene):
    gateway, admin = start(scene, retry={"max_attempts": 100, "delay": "200ms"})
    scene.system.on("/in", Answers(reply(b"", 503), only=b'"down": true'))
    for number in range(40):
        publish(gateway, f"e{number}", f"K{number}", down=number == 7)

    def told():
        return [event_id for event_id, _ in deliveries(scene.system)]

    http.until(lambda: len(set(told())) == 40 and admin.subscription()["backlog"] == 1, 60 * SLOW, what="one is tried again")
    gateway.stop()
    tries = told().count("e7")
    scene.system.on("/in", reply(b""))
    gateway.start()
    admin = Admin(gateway)
    http.until(lambda: told().count("e7") > tries, 60 * SLOW, what="another try")  # a backlog of 0 may be of before the group has joined
    admin.wait_idle()
    counts = {}
    for event_id, _ in deliveries(scene.system):
        counts[event_id] = counts.get(event_id, 0) + 1
    assert {event_id for event_id, count in counts.items() if count > 1} <= {"e7"}, "a clean restart doubles nothing"
    assert len(counts) == 40
    wait_committed(scene)


def test_killed_and_started_again_it_has_its_partitions_at_once(scene):
    """A static member: the broker gives the place of the one that died to who comes under its name, whatever the session timeout."""
    gateway = scene.start(scene.subscription(), properties={"session.timeout.ms": "60000"})
    publish(gateway, "before", "K")
    scene.system.wait(1, "/in", 20 * SLOW)
    Admin(gateway).wait_idle()
    wait_committed(scene)
    for round_ in range(2):
        kill(gateway)
        gateway.start()
        began = time.monotonic()
        publish(gateway, f"after{round_}", "K")
        http.until(lambda: f"after{round_}" in {event_id for event_id, _ in deliveries(scene.system)}, 40 * SLOW, what="it is delivered")
        assert time.monotonic() - began < 15 * SLOW
    assert "FENCED" not in gateway.log()


def test_stopped_and_started_again_it_has_its_partitions_at_once(scene):
    gateway = scene.start(scene.subscription(), properties={"session.timeout.ms": "60000"})
    publish(gateway, "before", "K")
    scene.system.wait(1, "/in", 20 * SLOW)
    gateway.stop()
    gateway.start()
    began = time.monotonic()
    publish(gateway, "after", "K")
    scene.system.wait(2, "/in", 40 * SLOW)
    assert time.monotonic() - began < 15 * SLOW


def test_a_topic_that_grows_after_a_restart_is_read_from_all_its_partitions(scene):
    """Whoever comes back under its name leads the group and does not know it at once."""
    gateway = scene.start(scene.subscription(), properties={"topic.metadata.refresh.interval.ms": "1000"})
    publish(gateway, "before", "K")
    scene.system.wait(1, "/in", 20 * SLOW)
    kill(gateway)
    gateway.start()
    publish(gateway, "again", "K")
    scene.system.wait(2, "/in", 20 * SLOW)
    scene.broker.protocol.grow(scene.topic, 8)
    for partition in range(8):
        scene.broker.produce(scene.topic, b'{"eventId":"p%d","eventType":"X","timestamp":1,"data":{}}' % partition, partition=partition)
    http.until(lambda: {f"p{n}" for n in range(8)} <= {event_id for event_id, _ in deliveries(scene.system)}, 60 * SLOW, what="all eight")


def test_two_groups_have_their_own_places(scene):
    second = {**scene.subscription(), "name": "bi", "group": f"bi-{scene.number}", "deliver": {"http": {"cluster": "wms", "path": "/bi", "timeout": "5s"}}}
    gateway = scene.start(scene.subscription(), second)
    gate = Gate()
    scene.system.on("/bi", gate)
    for number in range(10):
        publish(gateway, f"e{number}", "K")
    scene.system.wait(10, "/in", 30 * SLOW)
    Admin(gateway).wait_idle("wms")
    assert len(scene.system.seen("/bi")) <= 1
    gate.open()
    scene.system.wait(10, "/bi", 30 * SLOW)
    Admin(gateway).wait_idle("bi")


def test_a_subscription_that_comes_with_a_reload_reads_from_its_start(scene):
    gateway = scene.start()
    for number in range(5):
        publish(gateway, f"old{number}", "K")
    scene.records(5)
    gateway.reload(scene.configuration(scene.subscription()))
    scene.system.wait(5, "/in", 30 * SLOW)
    Admin(gateway).wait_idle()
    gateway.reload(scene.configuration(scene.subscription(concurrency=8)))
    publish(gateway, "new", "K")
    scene.system.wait(6, "/in", 30 * SLOW)
    assert [event_id for event_id, _ in deliveries(scene.system)] == [*(f"old{number}" for number in range(5)), "new"]


def test_a_slow_system_bounds_what_is_in_flight(scene):
    """The window: at most 1,024 events are read and not yet finished, whatever lies on the topic."""
    gateway, admin = start(scene, concurrency=4)
    gate = Gate()
    scene.system.on("/in", gate)
    count = scaled(4000)
    for first in range(0, count, 500):
        events = [{"eventId": f"e{number}", "data": {"orderId": f"K{number}", "text": "x" * 2000}} for number in range(first, min(first + 500, count))]
        assert gateway.call("POST", "/events/orders", {"Content-Type": "application/json"}, json.dumps(events).encode()).status == 202
    scene.records(count)
    http.until(lambda: admin.subscription()["backlog"] == count, 30 * SLOW, what="all of it is the backlog")
    assert len(scene.system.seen("/in")) <= 4
    gate.open()
    admin.wait_idle()
    assert len({event_id for event_id, _ in deliveries(scene.system)}) == count
    wait_committed(scene)


def test_kafka_s_own_figures_are_metrics(scene):
    gateway, admin = start(scene)
    publish(gateway, "one")
    scene.system.wait(1, "/in", 20 * SLOW)
    admin.wait_idle()
    http.until(lambda: any(name.startswith("causeway_kafka_") for name in gateway.metrics()), 30 * SLOW, what="metrics of Kafka")
    metrics = gateway.metrics()
    names = {name for name in metrics if name.startswith("causeway_kafka_")}
    assert "causeway_kafka_brokers_connected" in names, names
    topics = admin.get("/topics")["items"]
    assert {topic["name"]: (topic["bus"], topic["partitions"], topic["pending"]) for topic in topics} == {"orders": ("kafka", 4, 0), "stock": ("kafka", 4, 0)}
    place = scene.records(1)[0]
    shown = admin.get("/events/one")
    assert (shown["partition"], shown["offset"]) == (place.partition, place.offset)
