"""Publishing: what is taken, what is refused, and what a 2xx promises (design: events.md, details.md, "Events")."""
import json
import signal

import pytest

from harness import http
from harness.events import ROUTES, Admin, configuration, publish
from harness.gateway import Gateway
from harness.signing import SECRET, signed
from harness.upstream import Upstream, reply

JSON = {"Content-Type": "application/json"}


@pytest.fixture(scope="module")
def system():
    with Upstream() as running:
        yield running


@pytest.fixture(scope="module")
def gateway(system, tmp_path_factory):
    with Gateway(configuration(system.port), {"events": ROUTES}, tmp_path_factory.mktemp("gateway")) as running:
        yield running


def post(gateway, body, path="/events/orders", headers=JSON):
    return gateway.call("POST", path, headers, body if isinstance(body, bytes) else json.dumps(body).encode())


def stored(gateway, event_id):
    """The event as the admin API shows it, byte for byte."""
    token = Admin(gateway).token
    answer = http.call(gateway.admin, "GET", f"/events/{event_id}", {"Authorization": f"Bearer {token}"}, host=f"127.0.0.1:{gateway.admin}")
    assert answer.status == 200, answer
    body = answer.body
    return body[body.index(b'"event":{') + 8:body.rindex(b'},"timestamp"')]


def test_one_event(gateway):
    answer = post(gateway, {"eventId": "one", "data": {"orderId": "O1"}})
    assert (answer.status, answer.json["data"]) == (202, {"eventId": "one", "topic": "orders", "status": "stored"})
    assert answer.header("X-Causeway-Event") == "one; status=stored"


def test_an_id_is_given_when_there_is_none(gateway):
    data = post(gateway, {"data": {"orderId": "O1"}}).json["data"]
    assert len(data["eventId"]) == 36 and data["eventId"][14] == "7"


def test_broker_says_where_it_lies(gateway):
    answer = post(gateway, {"eventId": "known", "eventType": "X", "data": {"orderId": "O1"}}, "/events/known")
    assert answer.status == 201
    data = answer.json["data"]
    assert (data["status"], type(data["partition"]), type(data["offset"])) == ("published", int, int)


def test_every_digit_stays(gateway):
    said = b'{"orderId":"O1","price":19.90,"big":4781320682406083640,"long":123456789012345678901234567890,"e":1e2,"u":"\xe4\xb8\xad"}'
    assert post(gateway, b'{"eventId":"digits","timestamp":1706518800000,"data":' + said + b"}").status == 202
    assert stored(gateway, "digits") == b'{"eventId":"digits","eventType":"ORDER_CREATED","timestamp":1706518800000,"data":' + said + b"}"


def test_flat_events_have_their_fields_beside_each_other(gateway):
    said = b'{"eventId":"flat","timestamp":1706518800000,"warehouseId":"WH1","skuId":"S1","afterQty":118.0}'
    assert post(gateway, said, "/events/stock").status == 202
    assert json.loads(stored(gateway, "flat")) == {**json.loads(said), "eventType": "CHANGED"}


def test_the_same_again_is_a_duplicate_and_another_payload_a_conflict(gateway):
    publish(gateway, "twice", n=1)
    again = publish(gateway, "twice", n=1)
    assert again.json["data"] == {"eventId": "twice", "topic": "orders", "status": "stored", "duplicate": True}
    other = post(gateway, {"eventId": "twice", "data": {"orderId": "K", "n": 2}})
    assert (other.status, other.code) == (422, 42290)


def test_an_array_is_all_or_nothing(gateway):
    events = [{"eventId": f"a{number}", "data": {"orderId": "A"}} for number in range(3)]
    answer = post(gateway, events)
    assert answer.status == 202
    assert answer.json["data"] == {"items": [{"index": number, "eventId": f"a{number}", "status": "stored"} for number in range(3)]}
    broken = post(gateway, [{"eventId": "b0", "data": {}}, {"eventId": "not good!", "data": {}}, {"eventId": "a0", "data": {"orderId": "other"}}])
    assert broken.status == 422
    assert 1 in {item["index"] for item in broken.json["details"]["items"]}
    assert gateway.call("GET", "/events/status/b0").status == 404
    conflict = post(gateway, [{"eventId": "b1", "data": {}}, {"eventId": "a0", "data": {"orderId": "other"}}])
    assert conflict.status == 422
    assert [(item["index"], item["code"]) for item in conflict.json["details"]["items"]] == [(1, 42290)]
    assert gateway.call("GET", "/events/status/b1").status == 404


def test_a_thousand_and_no_more(gateway):
    events = [{"eventId": f"m{number}", "data": {"orderId": "M"}} for number in range(1001)]
    assert post(gateway, events).code == 40092
    assert len(post(gateway, events[:1000]).json["data"]["items"]) == 1000


@pytest.mark.parametrize("body, code", [(b"{", 40091), (b"[]", 40092), (b'{"data":{},"data":{}}', 40091), (b'{"eventId":"x y","data":{}}', 40092),
                                        (b'{"eventId":"","data":{}}', 40092), (b'{"dta":{}}', 40092), (b'"text"', 40092),
                                        (b'{"timestamp":"soon","data":{}}', 40092), (b'{"eventType":"OTHER","data":{}}', 40092)])
def test_what_is_not_an_event_is_refused(gateway, body, code):
    assert post(gateway, body).code == code


def test_cloud_events_binary_and_structured(gateway):
    binary = post(gateway, b'{"orderId":"C","n":1.50}', headers={**JSON, "ce-specversion": "1.0", "ce-id": "ce-1", "ce-source": "/oms", "ce-type": "ORDER_CREATED",
                                                              "ce-time": "2024-01-29T09:00:00Z"})
    assert (binary.status, binary.json["data"]["eventId"]) == (202, "ce-1")
    assert b'"timestamp":1706518800000,"data":{"orderId":"C","n":1.50}' in stored(gateway, "ce-1")
    structured = post(gateway, {"specversion": "1.0", "id": "ce-2", "source": "/oms", "type": "ORDER_CREATED", "data": {"orderId": "C"}},
                      headers={"Content-Type": "application/cloudevents+json"})
    assert structured.status == 202
    batch = post(gateway, [{"specversion": "1.0", "id": f"ce-{number}", "source": "/oms", "type": "ORDER_CREATED", "data": {}} for number in (3, 4)],
                 headers={"Content-Type": "application/cloudevents-batch+json"})
    assert [item["eventId"] for item in batch.json["data"]["items"]] == ["ce-3", "ce-4"]


def test_a_call_that_succeeds_is_an_event(gateway, system):
    system.on("/create", reply(b'{"orderId":"C1","price":19.90}', 201))
    answer = gateway.call("POST", "/events/create", JSON, b"{}")
    assert (answer.status, answer.json["data"]) == (201, {"orderId": "C1", "price": 19.9})
    event_id, status = answer.header("X-Causeway-Event").split("; ")
    assert status == "status=stored"
    assert stored(gateway, event_id).endswith(b'"data":{"orderId":"C1","price":19.90}}')


def test_a_call_that_fails_is_none(gateway, system):
    before = sum(gateway.metric("causeway_events_stored_total", topic="orders").values())
    system.on("/create", reply(b"{}", 409))
    answer = gateway.call("POST", "/events/create", JSON, b"{}")
    assert answer.status == 409 and answer.header("X-Causeway-Event") is None
    assert sum(gateway.metric("causeway_events_stored_total", topic="orders").values()) == before


def test_what_was_acknowledged_is_there_after_kill_nine(system, tmp_path):
    with Gateway(configuration(system.port), {"events": ROUTES}, tmp_path) as gateway:
        for number in range(20):
            publish(gateway, f"e{number}")
            gateway.signal(signal.SIGKILL) if number == 19 else None
        gateway.process.wait()
        gateway.start()
        for number in range(20):
            assert gateway.call("GET", f"/events/status/e{number}").status == 200


def test_a_publisher_signs_and_an_id_belongs_to_who_said_it_first(system, tmp_path):
    config = configuration(system.port, consumers=[{"name": name, "roles": ["internal"], "keys": [{"id": f"{name}-key", "secrets": [SECRET]}]}
                                                   for name in ("oms", "wms")])
    routes = {**ROUTES, "defaults": {**ROUTES["defaults"], "auth": {"any": ["signature"]}, "access": {"consumers": ["oms", "wms"]}}}
    body = b'{"eventId":"mine","data":{"orderId":"O1","price":19.90}}'

    def sign(consumer, said=body):
        return post(gateway, said, headers=[*JSON.items(), *signed(said, key=f"{consumer}-key")])
    with Gateway(config, {"events": routes}, tmp_path) as gateway:
        assert post(gateway, body).code == 40190
        assert gateway.call("GET", "/events/status/mine").code == 40190
        assert sign("nobody").code == 40191
        assert sign("oms").json["data"] == {"eventId": "mine", "topic": "orders", "status": "stored"}
        assert sign("oms").json["data"]["duplicate"] is True
        other = sign("wms")
        assert (other.status, other.code) == (422, 42290)
        assert sign("wms", body.replace(b"mine", b"own")).status == 202
        gateway.stop()
        gateway.start()
        assert sign("oms").json["data"]["duplicate"] is True, "an id is remembered over a restart"
        assert sign("wms").code == 42290


def test_duplicates_in_an_array_are_told_one_by_one(gateway):
    publish(gateway, "d0", n=1)
    again = post(gateway, [{"eventId": "d0", "data": {"orderId": "K", "n": 1}}, {"eventId": "d1", "data": {"orderId": "K"}},
                           {"eventId": "d1", "data": {"orderId": "K"}}])
    assert again.status == 202
    assert again.json["data"] == {"items": [{"index": 0, "eventId": "d0", "status": "stored", "duplicate": True},
                                            {"index": 1, "eventId": "d1", "status": "stored"},
                                            {"index": 2, "eventId": "d1", "status": "stored", "duplicate": True}]}
    inside = post(gateway, [{"eventId": "d2", "data": {"n": 1}}, {"eventId": "d2", "data": {"n": 2}}])
    assert [(item["index"], item["code"]) for item in inside.json["details"]["items"]] == [(1, 42290)]
    assert gateway.call("GET", "/events/status/d2").status == 404


def test_digits_decide_whether_it_is_the_same(gateway):
    """19.9 and 19.90 are not the same bytes, so it is not the same event: nobody guesses what the publisher meant."""
    assert post(gateway, b'{"eventId":"money","data":{"price":19.90}}').status == 202
    assert post(gateway, b'{"eventId":"money","data":{"price":19.90}}').json["data"]["duplicate"] is True
    assert post(gateway, b'{"eventId":"money","data":{"price":19.9}}').code == 42290
