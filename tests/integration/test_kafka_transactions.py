"""Calls whose event goes to a real Kafka: one record each, however the call was settled, also after kill -9."""
import json
import signal

import pytest

from harness import oms
from harness.gateway import SLOW, Gateway
from harness.guarded import PUBLISH, SHAPE, assert_replayed, main, milliseconds, on_unknown, post, route, routes
from harness.http import until
from harness.kafka import PROPERTIES
from harness.oms import Oms
from harness.resilience import in_background


@pytest.fixture
def upstream():
    with Oms() as system:
        yield system


def settings(scene, upstream, acknowledge):
    topic = {"name": "orders", "shards": 4, "kafka": {"topic": scene.topic, "partitions": 4}, "acknowledge_timeout": f"{5 * SLOW}s"}
    config = main(upstream, bus={"kafka": {"brokers": [scene.broker.address], "properties": PROPERTIES}}, topics=[topic])
    return config, routes(route("orders", SHAPE, timeout=milliseconds(1000), on_unknown=on_unknown(), publish={**PUBLISH, "acknowledge": acknowledge}))


def txid_of(upstream, external_no):
    return upstream.wait_calls(external_no, 1)[0].header("X-Causeway-Transaction")


@pytest.mark.parametrize("acknowledge", ["stored", "broker"])
def test_one_record_for_each_call(scene, upstream, tmp_path, acknowledge):
    with Gateway(*settings(scene, upstream, acknowledge), tmp_path / "gateway") as gateway:
        upstream.script("A-2", oms.execute_then_reset)
        upstream.script("A-3", oms.refuse)
        answers = {name: post(gateway, "/orders", name) for name in ("A-1", "A-2", "A-3")}
        words = {"stored": "stored", "broker": "published"}[acknowledge]
        assert answers["A-1"].header("X-Causeway-Event") == f"{txid_of(upstream, 'A-1')}; status={words}"
        for name in answers:
            assert_replayed(answers[name], post(gateway, "/orders", name))
        records = scene.records(2)
        assert {record.headers["eventId"]: json.loads(record.value)["resolvedBy"] for record in records} == {
            txid_of(upstream, "A-1"): "response", txid_of(upstream, "A-2"): "check"}
        assert sorted(record.key for record in records) == ["O-1", "O-2"]
        assert not upstream.done("A-3")


def test_killed_in_between(scene, upstream, tmp_path):
    gateway = Gateway(*settings(scene, upstream, "broker"), tmp_path / "gateway")
    try:
        upstream.script("B-1", oms.execute_then_hang)

        def call():
            try:
                return post(gateway, "/orders", "B-1")
            except (AssertionError, OSError):
                return None
        in_background(call)
        txid = txid_of(upstream, "B-1")
        until(lambda: upstream.done("B-1"), 20)
        gateway.signal(signal.SIGKILL)
        gateway.process.wait(20)
        gateway.start()
        [record] = scene.records(1)
        assert (record.headers["eventId"], record.key) == (txid, "O-1")
        event = json.loads(record.value)
        assert (event["resolvedBy"], event["data"]) == ("check", {"orderId": "O-1", "status": "CREATED", "items": [{"sku": "A", "qty": 2}]})
        answer = post(gateway, "/orders", "B-1")
        assert answer.status < 300 and len(upstream.calls("B-1")) == 1
    finally:
        gateway.stop()
    assert scene.broker.count(scene.topic) == 1
