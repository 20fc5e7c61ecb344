"""What is published reaches a real Kafka: which record it becomes, what its publisher is told (docs/kafka.md)."""
import json
import random

from harness import http
from harness.events import ROUTES, publish
from harness.gateway import SLOW
from harness.kafka import scaled
from harness.signing import SECRET, signed
from harness.upstream import reply

JSON = {"Content-Type": "application/json"}
TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


def post(gateway, body, path="/events/known", headers=JSON):
    return gateway.call("POST", path, headers, body if isinstance(body, bytes) else json.dumps(body).encode())


def test_the_place_is_told_and_is_the_record_s(scene):
    gateway = scene.start()
    said = b'{"orderId":"O1","price":19.90,"big":4781320682406083640,"long":123456789012345678901234567890,"e":1e2,"u":"\xe4\xb8\xad"}'
    answer = post(gateway, b'{"eventId":"one","eventType":"ORDER_CREATED","timestamp":1706518800000,"data":' + said + b"}", headers={**JSON, "traceparent": TRACE})
    assert answer.status == 201, answer
    data = answer.json["data"]
    assert data == {"eventId": "one", "topic": "orders", "status": "published", "partition": data["partition"], "offset": 0}
    assert answer.header("X-Causeway-Event") == "one; status=published"
    [record] = scene.records(1)
    assert (record.partition, record.offset, record.key) == (data["partition"], 0, "O1")
    assert record.value.encode() == b'{"eventId":"one","eventType":"ORDER_CREATED","timestamp":1706518800000,"data":' + said + b"}"
    store, trace = record.headers.pop("causeway-store"), record.headers.pop("traceparent")
    shard = record.headers.pop("causeway-shard")
    source = record.headers.pop("source")
    assert record.headers == {"eventId": "one", "eventType": "ORDER_CREATED", "causeway-position": "1"}
    assert store and 0 <= int(shard) < 4 and source is not None
    assert trace.split("-")[1] == TRACE.split("-")[1], "the trace goes on"


def test_an_event_without_a_key_and_a_flat_one(scene):
    gateway = scene.start()
    assert post(gateway, {"eventId": "loose", "eventType": "X", "data": {"n": 1}}).status == 201
    [record] = scene.records(1)
    assert record.key is None
    said = b'{"eventId":"flat","timestamp":1706518800000,"warehouseId":"WH1","skuId":"S1","afterQty":118.0}'
    assert post(gateway, said, "/events/stock").status == 202
    [record] = scene.broker.wait_records(f"stock-{scene.number}", 1)
    assert (record.key, json.loads(record.value)) == ("WH1:S1", {**json.loads(said), "eventType": "CHANGED"})
    assert '"afterQty":118.0' in record.value


def test_keys_go_where_kafka_s_own_partitioner_puts_them(scene):
    """As Java's default: murmur2 over the key, also for keys that are no ASCII."""
    gateway = scene.start(kafka={"partitions": 7})
    keys = [f"key-{number}" for number in range(60)] + ["中文", "ключ", "a" * 300, "x y", "0"]
    for number, key in enumerate(keys):
        assert post(gateway, {"eventId": f"e{number}", "eventType": "X", "data": {"orderId": key}}).status == 201
    ours = {record.key: record.partition for record in scene.records(len(keys))}
    theirs = scene.broker.create(f"{scene.topic}-theirs", 7)
    for key in keys:
        scene.broker.produce(theirs, b"x", key=key, more=["-X", "topic.partitioner=murmur2_random"])
    assert ours == {record.key: record.partition for record in scene.broker.records(theirs)}
    assert len(set(ours.values())) == 7


def test_ten_thousand_events_are_all_there_in_the_order_of_their_key(scene):
    gateway = scene.start()
    count, dice = scaled(10_000), random.Random(1)
    keys = [f"K{number}" for number in range(50)]
    sequence, sent = dict.fromkeys(keys, 0), {}
    for first in range(0, count, 500):
        events = []
        for number in range(first, min(first + 500, count)):
            key = dice.choice(keys)
            sequence[key] += 1
            event = {"eventId": f"e{number}", "timestamp": 1706518800000 + number, "data": {"orderId": key, "n": sequence[key]}}
            sent[event["eventId"]] = event
            events.append(event)
        answer = post(gateway, events, "/events/orders")
        assert answer.status == 202, answer
        assert {item["status"] for item in answer.json["data"]["items"]} == {"stored"}
    records = scene.records(count)
    assert len(records) == count, "nothing is there twice"
    seen = dict.fromkeys(keys, 0)
    for record in records:
        event = record.event
        assert event == {**sent.pop(event["eventId"]), "eventType": "ORDER_CREATED"}
        assert (record.key, record.headers["eventId"]) == (event["data"]["orderId"], event["eventId"])
        seen[record.key] += 1
        assert event["data"]["n"] == seen[record.key], f"{record.key} is out of order"
    assert not sent
    http.until(lambda: sum(gateway.metric("causeway_events_published_total", topic="orders", bus="kafka").values()) == count, 20 * SLOW,
               what="all are counted as published")
    for name in ("causeway_outbox_pending", "causeway_outbox_oldest_seconds"):
        http.until(lambda: sum(gateway.metric(name, topic="orders").values()) == 0, 20 * SLOW, what=f"{name} to be 0")


def test_an_array_is_published_item_by_item(scene):
    gateway = scene.start()
    events = [{"eventId": f"a{number}", "eventType": "X", "data": {"orderId": f"K{number}"}} for number in range(5)]
    answer = post(gateway, events)
    assert answer.status == 201, answer
    places = {record.headers["eventId"]: (record.partition, record.offset) for record in scene.records(5)}
    assert answer.json["data"] == {"items": [
        {"index": number, "eventId": f"a{number}", "status": "published", "partition": places[f"a{number}"][0], "offset": places[f"a{number}"][1]}
        for number in range(5)]}


def test_the_same_again_is_answered_with_its_first_place(scene):
    gateway = scene.start()
    event = {"eventId": "twice", "eventType": "X", "data": {"orderId": "K"}}
    first = post(gateway, event).json["data"]
    again = post(gateway, event)
    assert (again.status, again.json["data"]) == (201, {**first, "duplicate": True})
    gateway.stop()
    gateway.start()
    again = post(gateway, event)
    assert (again.status, again.json["data"]) == (201, {**first, "duplicate": True}), "also after a restart"
    assert len(scene.records(1)) == 1


def test_a_call_that_succeeds_is_a_record(scene):
    routes = {**ROUTES, "routes": [*ROUTES["routes"], {
        "name": "create-known", "match": {"method": "POST", "path": "/create-known"}, "adapter": {"http": {"path": "/create"}},
        "publish": {"topic": "orders", "type": "ORDER_CREATED", "when": "after_success", "acknowledge": "broker"}}]}
    gateway = scene.start(routes={"events": routes})
    scene.system.on("/create", reply(b'{"orderId":"C1","price":19.90}', 201))
    answer = gateway.call("POST", "/events/create-known", JSON, b"{}")
    assert (answer.status, answer.json["data"]) == (201, {"orderId": "C1", "price": 19.9})
    event_id, status = answer.header("X-Causeway-Event").split("; ")
    assert status == "status=published"
    [record] = scene.records(1)
    assert (record.key, record.headers["eventId"]) == ("C1", event_id)
    assert record.value.endswith('"data":{"orderId":"C1","price":19.90}}')
    answer = gateway.call("POST", "/events/create", JSON, b"{}")
    assert answer.header("X-Causeway-Event").endswith("; status=stored")
    assert len(scene.records(2)) == 2


def test_what_is_too_large_for_the_topic_is_refused_before_it_is_stored(scene):
    scene.broker.create(scene.topic, 4, max_message_bytes=20_000)
    gateway = scene.start()
    http.until(lambda: post(gateway, {"eventId": "small", "eventType": "X", "data": {"orderId": "K"}}).status == 201, 20 * SLOW,
               what="the topic is known")
    large = {"eventId": "large", "eventType": "X", "data": {"orderId": "K", "text": "x" * 30_000}}
    answer = post(gateway, large)
    assert (answer.status, answer.code) == (413, 41390), answer
    assert "30" in answer.json["message"] or "limit" in json.dumps(answer.json.get("details", {})), answer
    assert gateway.call("GET", "/events/status/large").status == 404
    answer = post(gateway, [{"eventId": "beside", "eventType": "X", "data": {}}, large])
    assert [(item["index"], item["code"]) for item in answer.json["details"]["items"]] == [(1, 41390)]
    assert gateway.call("GET", "/events/status/beside").status == 404
    assert {record.headers["eventId"] for record in scene.records(1)} == {"small"}


def test_a_topic_with_other_partitions_keeps_the_broker_s(scene):
    scene.broker.create(scene.topic, 3)
    gateway = scene.start(kafka={"partitions": 8})
    for number in range(30):
        assert post(gateway, {"eventId": f"e{number}", "eventType": "X", "data": {"orderId": f"K{number}"}}).status == 201
    assert {record.partition for record in scene.records(30)} == {0, 1, 2}
    gateway.wait_log(r"orders.*\b3\b.*\b8\b|orders.*\b8\b.*\b3\b")


def test_a_topic_is_made_as_its_settings_say(scene):
    gateway = scene.start(kafka={"partitions": 5})
    assert post(gateway, {"eventId": "e", "eventType": "X", "data": {}}).status == 201
    assert scene.broker.protocol.partitions(scene.topic) == 5


def test_a_topic_that_may_not_be_made_is_waited_for_and_holds_up_no_other(scene):
    gateway = scene.start(kafka={"create": False})
    publish(gateway, "early")
    gateway.wait_log(scene.topic)
    assert scene.broker.protocol.partitions(scene.topic) == 0
    assert publish(gateway, "beside", path="/events/stock").status == 202
    scene.broker.wait_records(f"stock-{scene.number}", 1)
    scene.broker.create(scene.topic, 2)
    assert [record.headers["eventId"] for record in scene.records(1)] == ["early"]
    assert len([line for line in gateway.lines if scene.topic in line]) < 6, "said once, not at every try"


def test_a_signed_publisher_is_the_source(scene):
    routes = {**ROUTES, "defaults": {**ROUTES["defaults"], "auth": {"any": ["signature"]}, "access": {"consumers": ["oms"]}}}
    gateway = scene.start(routes={"events": routes}, consumers=[{"name": "oms", "roles": ["internal"], "keys": [{"id": "oms-key", "secrets": [SECRET]}]}])
    body = b'{"eventId":"mine","eventType":"X","data":{"orderId":"O1"}}'
    assert post(gateway, body, headers=[*JSON.items(), *signed(body, key="oms-key")]).status == 201
    assert scene.records(1)[0].headers["source"] == "oms"


def test_where_an_event_is(scene):
    """The status route over an event's life: stored, on the bus, delivered."""
    hold = {"deliver": {"http": {"cluster": "wms", "path": "/in", "timeout": "1s"}}}
    gateway = scene.start(scene.subscription(**hold))
    place = post(gateway, {"eventId": "one", "eventType": "X", "data": {"orderId": "K"}}).json["data"]

    def status():
        answer = gateway.call("GET", "/events/status/one")
        assert answer.status == 200, answer
        return answer.json["data"]
    http.until(lambda: [each["state"] for each in status().get("deliveries", status().get("subscriptions", []))] == ["delivered"], 20 * SLOW, what="delivered")
    said = status()
    assert (said["status"], said["partition"], said["offset"]) == ("published", place["partition"], place["offset"]), said


def test_a_mixed_process(scene):
    """`bus: embedded` of one topic beside Kafka's."""
    gateway = scene.start(scene.subscription(), {**scene.subscription(), "name": "bi", "topic": "local", "group": f"bi-{scene.number}"},
                          topics=[{"name": "local", "bus": "embedded", "key": "{{ .orderId }}"}],
                          routes={"events": {**ROUTES, "routes": [*ROUTES["routes"], {
                              "name": "local", "match": {"method": "POST", "path": "/local"}, "adapter": {"publish": {"topic": "local", "type": "X", "acknowledge": "broker"}}}]}})
    assert post(gateway, {"eventId": "here", "data": {"orderId": "K"}}, "/events/local").status == 201
    assert post(gateway, {"eventId": "there", "eventType": "X", "data": {"orderId": "K"}}).status == 201
    scene.system.wait(2, "/in", 20 * SLOW)
    assert {request.header("Idempotency-Key") for request in scene.system.seen("/in")} == {"here/bi", "there/wms"}
    assert [record.headers["eventId"] for record in scene.records(1)] == ["there"]
    assert len(gateway.metric("causeway_events_published_total", bus="embedded")) == 1


def test_partitions_that_come_later_are_used(scene):
    gateway = scene.start(scene.subscription(), kafka={"partitions": 2})
    for number in range(20):
        assert post(gateway, {"eventId": f"a{number}", "eventType": "X", "data": {"orderId": f"K{number}", "n": 1}}).status == 201
    scene.broker.protocol.grow(scene.topic, 6)
    gateway.stop()
    gateway.start()  # or within a minute
    for number in range(60):
        assert post(gateway, {"eventId": f"b{number}", "eventType": "X", "data": {"orderId": f"L{number}", "n": 2}}).status == 201
    assert {record.partition for record in scene.records(80)} == set(range(6))
    scene.system.wait(80, "/in", 90 * SLOW)
    assert len({request.header("Idempotency-Key") for request in scene.system.seen("/in")}) == 80


