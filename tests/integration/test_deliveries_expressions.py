"""filter, transform, done_when, templates and outcomes of subscriptions (design: correctness.md, "Deliveries"; details.md)."""
import json
import re

from harness import http
from harness.events import Admin, Answers, configuration, deliveries, publish, subscription
from harness.gateway import SLOW
from harness.upstream import reply

DIGITS = b'{"orderId":"K","id":4781320682406083640,"price":19.90,"n":123456789012345678901234567890,"e":1e400}'


def cluster(system, **more):
    return [{"name": "wms", "endpoints": [f"127.0.0.1:{system.port}"], **more}]


def tell(gateway, event_id, data, path="/events/orders"):
    """Publishes bytes as they are."""
    body = b'{"eventId":"' + event_id.encode() + b'","timestamp":1,"data":' + data + b"}"
    answer = gateway.call("POST", path, {"Content-Type": "application/json"}, body)
    assert answer.status == 202, answer


def results(gateway):
    return {result: sum(gateway.metric("causeway_deliveries_total", subscription="wms", result=result).values())
            for result in ("success", "retry", "dead", "filtered")}


def json_reply(text, status=200):
    return reply(text.encode() if isinstance(text, str) else text, status, {"Content-Type": "application/json"})


def test_a_filter_leaves_events_out_and_the_cursor_goes_on(system, start):
    gateway = start(subscription(filter='.data.kind == "new" and $event.eventType == "ORDER_CREATED"'))
    for number, kind in enumerate(["old", "new", None, "new", "old"]):
        publish(gateway, f"e-{number}", kind=kind)
    system.wait(2, "/in")
    admin = Admin(gateway)
    admin.wait_idle()
    assert [event for event, _ in deliveries(system)] == ["e-1", "e-3"]
    assert results(gateway) == {"success": 2, "retry": 0, "dead": 0, "filtered": 3}
    states = {event: gateway.call("GET", f"/events/status/{event}").json["data"]["deliveries"][0]["state"] for event in ("e-0", "e-1")}
    assert states == {"e-0": "filtered", "e-1": "delivered"}
    gateway.stop()
    gateway.start()
    publish(gateway, "e-9", kind="new")
    system.wait(3, "/in")
    assert [event for event, _ in deliveries(system)] == ["e-1", "e-3", "e-9"]


def test_a_filter_does_not_wait_behind_a_dead_letter(system, start):
    gateway = start(subscription(filter=".data.kind"))
    system.on("/in", reply(b"", 422))
    publish(gateway, "e-1", kind=1)
    admin = Admin(gateway)
    admin.wait_dead(1)
    publish(gateway, "e-2")
    http.until(lambda: results(gateway)["filtered"] == 1, 20 * SLOW, what="the filter")
    assert admin.subscription()["held"] == 0


def test_a_transform_makes_the_body_and_keeps_every_digit(system, start):
    gateway = start(subscription(transform='{outboundNo: .eventId, id: .data.id, price: .data.price, n: .data.n, e: .data.e, list: [$event.data.price]}'))
    tell(gateway, "e-1", DIGITS)
    request = system.wait(1, "/in")[0]
    assert request.body == (b'{"outboundNo":"e-1","id":4781320682406083640,"price":19.90,"n":123456789012345678901234567890,'
                            b'"e":1e400,"list":[19.90]}')
    assert request.header("Idempotency-Key") == "e-1/wms"
    assert request.header("Content-Type") == "application/json"
    gateway.wait_log(r'call WMS \| method=wms \| request=\{"outboundNo":"e-1"')


def test_a_retry_and_a_replay_send_the_bytes_of_the_first_attempt(system, start):
    gateway = start(subscription(transform='{v: 1, price: .data.price}', retry={"max_attempts": 2, "delay": "1s"}))
    system.on("/in", reply(b"", 503))
    tell(gateway, "e-1", DIGITS)
    system.wait(1, "/in")
    gateway.reload(configuration(system.port, subscription(transform='{v: 2, price: .data.price}', retry={"max_attempts": 2, "delay": "20ms"})))
    admin = Admin(gateway)
    dead, = admin.wait_dead(1)
    assert dead["reason"] == "attempts exhausted"
    whole = admin.get(f"/dead-letters/{dead['id']}")
    assert whole["body"] == '{"v":1,"price":19.90}'
    assert whole["event"]["data"]["orderId"] == "K"
    gateway.stop()
    gateway.start()
    system.reset()
    system.on("/in", reply(b""))
    admin.post(f"/dead-letters/{dead['id']}/replay", {"reason": "mended"})
    admin.wait_idle()
    assert [bytes(request.body) for request in system.seen("/in")] == [b'{"v":1,"price":19.90}']
    publish(gateway, "e-2")
    system.wait(2, "/in")
    assert system.seen("/in")[1].body == b'{"v":2,"price":null}'


def test_an_edited_replay_is_transformed_by_the_configuration_of_now(system, start):
    gateway = start(subscription(transform='{v: 1, price: .data.price}'))
    system.on("/in", reply(b"", 422))
    tell(gateway, "e-1", DIGITS)
    admin = Admin(gateway)
    dead, = admin.wait_dead(1)
    gateway.reload(configuration(system.port, subscription(transform='{v: 2, price: .data.price, of: .replayOf}')))
    system.reset()
    replayed = admin.post(f"/dead-letters/{dead['id']}/replay", {"reason": "price", "body": {"orderId": "K", "price": 20.5}})
    request = system.wait(1, "/in")[0]
    assert request.body == b'{"v":2,"price":20.5,"of":"e-1"}'
    assert request.header("Idempotency-Key") == replayed["eventId"] + "/wms" != "e-1/wms"


def test_done_when_takes_a_409_for_a_success(system, start):
    gateway = start(subscription(done_when='$status < 300 or .code == 40901'))
    system.on("/in", json_reply('{"code":40901,"message":"已存在"}', 409))
    publish(gateway, "e-1")
    Admin(gateway).wait_idle()
    assert len(system.seen("/in")) == 1
    assert results(gateway) == {"success": 1, "retry": 0, "dead": 0, "filtered": 0}
    gateway.wait_log(r"call WMS \| .*status=409")


def test_done_when_takes_no_200_that_says_something_else(system, start):
    gateway = start(subscription(done_when='.code == 0 and $answer.code == 0'))
    system.on("/in", Answers(json_reply('{"code":1}'), reply(b"<html>"), json_reply('{"code":0}')))
    publish(gateway, "e-1")
    Admin(gateway).wait_idle()
    assert len(system.seen("/in")) == 3
    assert results(gateway) == {"success": 1, "retry": 2, "dead": 0, "filtered": 0}


def test_a_business_failure_inside_a_200_is_a_dead_letter_with_code_message_and_details(system, start):
    gateway = start(clusters=cluster(system, outcomes=[
        {"when": '.errCode == "STOCK_SHORT"', "is": "business", "code": 40001, "message": "{{ .errMsg }}",
         "details": "{{ {skuId, required, available} }}"},
        {"when": '.errCode == "SYS_BUSY"', "is": "system", "code": 50301}]))
    short = '{"errCode":"STOCK_SHORT","errMsg":"库存不足","skuId":"A","required":10,"available":5.0}'
    system.on("/in", Answers(json_reply('{"errCode":"SYS_BUSY"}'), json_reply(short)))
    publish(gateway, "e-1")
    admin = Admin(gateway)
    dead, = admin.wait_dead(1)
    assert (dead["reason"], dead["attempts"]) == ("40001 库存不足", 2)
    busy, last = admin.get(f"/dead-letters/{dead['id']}")["tried"]
    assert (busy["status"], busy["code"]) == (200, 50301)
    assert (last["status"], last["code"], last["message"]) == (200, 40001, "库存不足")
    assert last["details"] == {"skuId": "A", "required": 10, "available": 5.0}
    line, = gateway.wait_log(r"call WMS failed \| .*code=40001")
    assert re.search(r"\| error=库存不足 \|", line)
    assert len(system.seen("/in")) == 2
    assert results(gateway) == {"success": 0, "retry": 1, "dead": 1, "filtered": 0}


def test_a_success_inside_a_4xx_is_done(system, start):
    gateway = start(clusters=cluster(system, outcomes=[{"when": '$status == 422 and .state == "known"', "is": "success"}]))
    system.on("/in", json_reply('{"state":"known"}', 422))
    publish(gateway, "e-1")
    Admin(gateway).wait_idle()
    assert len(system.seen("/in")) == 1 and results(gateway)["success"] == 1


def test_an_envelope_is_understood_and_one_that_is_none_is_a_failure_of_the_system(system, start):
    gateway = start(clusters=cluster(system, answers="envelope"))
    system.on("/in", Answers(json_reply('{"code":40002,"message":"no such sku","data":null,"details":{"skuId":"A"}}'), only=b'"bad": true',
                             otherwise=json_reply('{"code":0,"message":"ok","data":{"n":1}}')))
    publish(gateway, "bad", key="A", bad=True)
    publish(gateway, "good", key="B")
    admin = Admin(gateway)
    dead, = admin.wait_dead(1)
    assert dead["reason"] == "40002 no such sku"
    assert admin.get(f"/dead-letters/{dead['id']}")["tried"][0]["details"] == {"skuId": "A"}
    admin.wait_idle()
    system.on("/in", reply(b'{"state":"fine"}', 200, {"Content-Type": "application/json"}))
    publish(gateway, "odd", key="C")
    dead = [row for row in admin.wait_dead(2) if row["eventId"] == "odd"][0]
    assert (dead["reason"], dead["attempts"]) == ("attempts exhausted", 3)
    assert "envelope" in admin.get(f"/dead-letters/{dead['id']}")["tried"][0]["error"]


def test_an_expression_that_fails_is_a_dead_letter_that_says_why(system, start):
    gateway = start(subscription(transform='{n: (.data.n + "x")}'))
    publish(gateway, "e-1", n=5)
    admin = Admin(gateway)
    dead, = admin.wait_dead(1)
    assert dead["reason"].startswith("transform: ") and dead["attempts"] == 0
    assert admin.get(f"/dead-letters/{dead['id']}")["tried"] == []
    gateway.wait_log(r"dead letter \| subscription=wms .*reason=transform: ")
    publish(gateway, "e-2", n="a")
    http.until(lambda: admin.subscription()["held"] == 1, 20 * SLOW, what="its key to wait")
    assert system.seen("/in") == []
    gateway.reload(configuration(system.port, subscription(transform="{n: .data.n}")))
    admin.post(f"/dead-letters/{dead['id']}/replay", {"reason": "mended"})
    admin.wait_idle()
    assert [request.body for request in system.seen("/in")] == [b'{"n":5}', b'{"n":"a"}']


def test_templates_make_path_query_headers_and_body(system, start):
    path = "/in/a%2F..%2Fb%20%3F%23/4781320682406083640"
    gateway = start(subscription(transform=".data", deliver={"http": {
        "cluster": "wms", "method": "PUT", "path": "/in/{{ $event.data.orderId }}/{{ .id }}", "query": {"type": "{{ $event.eventType }}", "a": "b c"},
        "headers": {"X-Order": "no {{ $event.data.orderId }}"}, "body": "{{ {id, price} }}"}}))
    tell(gateway, "e-1", DIGITS.replace(b'"K"', b'"a/../b ?#"'))
    request = system.wait(1, path)[0]
    assert (request.method, request.target) == ("PUT", path + "?a=b%20c&type=ORDER_CREATED")
    assert request.header("X-Order") == "no a/../b ?#"
    assert json.loads(request.body, parse_float=str) == {"id": 4781320682406083640, "price": "19.90"}
    tell(gateway, "e-2", b'{"orderId":null,"id":1}')
    dead, = Admin(gateway).wait_dead(1)
    assert dead["reason"].startswith("path: ")


def test_a_header_cannot_be_ended_by_a_value(system, start):
    gateway = start(subscription(deliver={"http": {"cluster": "wms", "path": "/in", "headers": {"X-Name": "{{ .data.name }}"}}}))
    publish(gateway, "e-1", name="a\r\nX-Consumer-Name: root")
    dead, = Admin(gateway).wait_dead(1)
    assert dead["reason"] == "headers.X-Name: an inserted value has control characters"
    assert system.seen("/in") == []


def test_what_does_not_compile_is_refused_with_its_place(system, start):
    gateway = start()
    gateway.reload(configuration(system.port, subscription(filter=".data |", done_when="$request")))
    for key in ("filter", "done_when"):
        gateway.wait_log(rf"subscriptions\[0\]\.{key}: ")
    publish(gateway, "e-1")
    system.wait(1, "/in")
