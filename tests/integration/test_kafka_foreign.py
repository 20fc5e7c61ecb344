"""Topics that others fill reach HTTP systems: our events as they are, everything else wrapped (docs/kafka.md, "Foreign topics")."""
import base64
import json
import signal

import pytest

from harness.events import Admin
from harness.gateway import SLOW
from harness.http import until
from harness.kafka import scaled


@pytest.fixture
def foreign(scene):
    """A topic that exists before anybody reads it, and the gateway's keys for it."""
    scene.broker.create(scene.topic, 3)
    return {"create": False}


def start(scene, foreign, **more):
    gateway = scene.start(scene.subscription(**more), kafka=foreign)
    return gateway, Admin(gateway)


def bodies(scene, count):
    """What was delivered, by eventId, byte for byte."""
    requests = scene.system.wait(count, "/in", 30 * SLOW)
    return {request.header("Idempotency-Key").rsplit("/", 1)[0]: request.body for request in requests}


def wrapped(scene, partition, offset, data, key, headers, timestamp, **more):
    return {"eventId": f"{scene.topic}-{partition}-{offset}", "eventType": "foreign", "timestamp": timestamp, "data": data, "key": key, "headers": headers, **more}


def test_json_is_wrapped_with_its_digits_its_key_and_its_headers(scene, foreign):
    said = b'{"order":4781320682406083640,"price":19.90,"long":123456789012345678901234567890,"u":"\xe4\xb8\xad"}'
    scene.broker.produce(scene.topic, said, key="K1", headers=["origin=erp", "n=7"])
    start(scene, foreign)
    [record] = scene.records(1)
    [(event_id, body)] = bodies(scene, 1).items()
    assert json.loads(body) == wrapped(scene, record.partition, 0, json.loads(said), "K1", {"origin": "erp", "n": "7"}, record.timestamp)
    assert event_id == f"{scene.topic}-{record.partition}-0"
    assert b'"data":' + said in body, "character by character"


@pytest.mark.parametrize("value, data", [(b"3.10", b'"data":3.10'), (b'"text"', b'"data":"text"'), (b"[1, 2]", b'"data":[1, 2]'), (b"null", b'"data":null')])
def test_json_need_not_be_an_object(scene, foreign, value, data):
    scene.broker.produce(scene.topic, value, key="K")
    start(scene, foreign)
    [body] = bodies(scene, 1).values()
    assert data in body and b"encoding" not in body


@pytest.mark.parametrize("value", [b"plain text", b'{"broken":', b'{"a":1,"a":2} x', b"caf\xc3\xa9", b"NaN"])
def test_text_that_is_no_json_travels_as_base64(scene, foreign, value):
    scene.broker.produce(scene.topic, value, key="K")
    start(scene, foreign)
    [record] = scene.records(1)
    [body] = bodies(scene, 1).values()
    assert json.loads(body) == wrapped(scene, record.partition, 0, base64.b64encode(value).decode(), "K", {}, record.timestamp, encoding="base64")


def test_bytes_and_a_tombstone(scene, foreign, tmp_path):
    binary = bytes(range(256)) * 40
    (tmp_path / "binary").write_bytes(binary)
    scene.broker.produce_file(scene.topic, tmp_path / "binary", "image")
    scene.broker.produce(scene.topic, b"", key="gone", more=["-Z"])
    start(scene, foreign)
    found = {json.loads(body)["key"]: json.loads(body) for body in bodies(scene, 2).values()}
    assert (base64.b64decode(found["image"]["data"]), found["image"]["encoding"]) == (binary, "base64")
    assert (found["gone"]["data"], found["gone"].get("encoding")) == (None, None)


def test_no_key_is_null(scene, foreign):
    scene.broker.produce(scene.topic, b'{"n":1}')
    start(scene, foreign)
    [body] = bodies(scene, 1).values()
    assert json.loads(body)["key"] is None


def test_our_own_envelope_is_that_event(scene, foreign):
    said = b'{"eventId":"E-1","eventType":"ORDER_CREATED","timestamp":1706518800000,"data":{"orderId":"O1","price":19.90}}'
    scene.broker.produce(scene.topic, said, key="O1")
    start(scene, foreign)
    assert bodies(scene, 1) == {"E-1": said}


def test_a_filter_and_a_transform_see_the_wrapped_record(scene, foreign):
    scene.broker.produce(scene.topic, *(b'{"n":%d,"price":1.10}' % number for number in range(6)), key="K")
    start(scene, foreign, filter=".data.n % 2 == 0", transform="{n: .data.n, price: .data.price, from: .key}")
    assert sorted(bodies(scene, 3).values()) == [b'{"n":%d,"price":1.10,"from":"K"}' % number for number in (0, 2, 4)]


def test_in_order_and_at_least_once_over_kills(scene, foreign):
    """Killed with -9 while it delivers: nothing is missing, what comes again is the same, and a key never goes back."""
    gateway, admin = start(scene, foreign, concurrency=8)
    count, keys, parts = scaled(3000), 20, 3
    for part in range(parts):
        before = len(scene.system.seen("/in"))
        for key in range(keys):
            first = part * count // parts // keys
            scene.broker.produce(scene.topic, *(b'{"key":%d,"n":%d}' % (key, number) for number in range(first, (part + 1) * count // parts // keys)), key=f"K{key}")
        until(lambda: len(scene.system.seen("/in")) > before + 20 / SLOW, 30 * SLOW, what="deliveries go on")
        if part < parts - 1:
            gateway.signal(signal.SIGKILL)
            gateway.process.wait()
            gateway.start()
            admin = Admin(gateway)
    total = scene.broker.count(scene.topic)
    until(lambda: len({request.header("Idempotency-Key") for request in scene.system.seen("/in")}) == total, 60 * SLOW, what="everything is delivered")
    admin.wait_idle()
    first, bodies_by_id = {}, {}
    for request in scene.system.seen("/in"):
        said = json.loads(request.body)
        assert bodies_by_id.setdefault(said["eventId"], request.body) == request.body, "what comes again is byte for byte the same"
        if said["eventId"] not in first:
            first[said["eventId"]] = said["data"]
    for key in range(keys):
        numbers = [data["n"] for data in first.values() if data["key"] == key]
        assert numbers == list(range(len(numbers))), "first deliveries of a key come in order"
    doubles = len(scene.system.seen("/in")) - total
    assert doubles <= 1024 * (parts - 1), doubles
    gateway.stop()
    assert scene.broker.committed(scene.group, scene.topic) == scene.broker.protocol.end_offsets(scene.topic)


def test_what_the_broker_deleted_unread_is_counted_as_lost(scene, foreign):
    """Retention on the broker's side may take what a group has not had: said, counted, and gone on behind it."""
    gateway, admin = start(scene, foreign)
    scene.broker.produce(scene.topic, b'{"n":1}', key="K")
    bodies(scene, 1)
    admin.wait_idle()
    gateway.stop()
    scene.broker.produce(scene.topic, *(b'{"n":%d}' % number for number in range(2, 7)), key="K")
    partition = scene.records(6)[0].partition
    scene.broker.protocol.delete_records(scene.topic, {partition: 4})
    gateway.start()
    requests = scene.system.wait(3, "/in", 30 * SLOW)
    assert [json.loads(request.body)["data"]["n"] for request in requests] == [1, 5, 6]
    until(lambda: sum(gateway.metric("causeway_events_lost_total", subscription="wms").values()) == 3, 20 * SLOW, what="three are counted as lost")
    gateway.wait_log("lost")
    assert Admin(gateway).subscription()["lost"] == 3


def test_latest_begins_at_the_end(scene, foreign):
    scene.broker.produce(scene.topic, b'{"n":"old"}', key="K")
    gateway, admin = start(scene, foreign, start="latest")
    # New cursors are asked of the broker after the start; what comes once they are there is delivered.
    until(lambda: admin.subscription()["state"] == "running" and scene.broker.committed(scene.group, scene.topic), 30 * SLOW, what="the group's place")
    scene.broker.produce(scene.topic, b'{"n":"new"}', key="K")
    [body] = bodies(scene, 1).values()
    assert json.loads(body)["data"] == {"n": "new"}
