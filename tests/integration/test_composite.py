"""The adapter `composite`: several calls for one (details.md, Calls; docs/composite.md)."""
import json
import re
import textwrap

import pytest

from harness.composites import beside, configuration, held, http, ORDER, route, ROUTES, SHIPMENT
from harness.envelope import assert_error, assert_success
from harness.gateway import Gateway, command, main_config
from harness.upstream import close, reply


# Side by side


def test_the_answers_are_put_together(gateway, upstream):
    upstream.on("/orders/7", ORDER)
    upstream.on("/shipments", SHIPMENT)
    assert_success(gateway.call("GET", "/overview/7"), b'{"order":{"id":7,"price":19.90,"customerId":"C 1"},"shipment":{"no":"SF1"}}')
    assert_success(gateway.call("GET", "/plain/7"), b'{"order":{"id":7,"price":19.90,"customerId":"C 1"},"shipment":{"items":[{"no":"SF1"},{"no":"SF2"}]}}')
    assert [request.target for request in upstream.seen("/shipments")] == ["/shipments?order=7"] * 2
    raw = gateway.call("GET", "/raw/7")
    assert (raw.status, raw.json["order"]["id"], raw.header("Content-Type")) == (200, 7, "application/json")


def test_all_are_asked_before_one_has_answered(gateway, upstream, beside):
    gates = {path: held(upstream, path, answer) for path, answer in (("/orders/7", ORDER), ("/shipments", SHIPMENT))}
    call = beside(gateway.call, "GET", "/overview/7")
    upstream.wait(2)
    gates["/shipments"].open()
    gates["/orders/7"].open()
    assert_success(call.result(), {"order": {"id": 7, "price": 19.9, "customerId": "C 1"}, "shipment": {"no": "SF1"}})


def test_sixteen_at_once(gateway, upstream, beside):
    gate = held(upstream, "/c/", reply(b"[1]"))
    call = beside(gateway.call, "GET", "/wide/7")
    upstream.wait(16)
    gate.open()
    assert_success(call.result(), {f"c{i}": [1] for i in range(16)})


def test_one_that_needs_another_waits_for_it_alone(gateway, upstream, beside):
    order, slow = held(upstream, "/orders/7", ORDER), held(upstream, "/slow", reply())
    upstream.on("/customers/", reply('{"name":"李"}'.encode()))
    call = beside(gateway.call, "GET", "/chain/7?q=x%20y")
    assert sorted(request.target for request in upstream.wait(2)) == ["/orders/7?q=x%20y", "/slow?q=x%20y"]
    order.open()
    [customer] = upstream.wait(1, "/customers/")
    assert customer.target == "/customers/C%201?q=x%20y&was=200"
    slow.open()
    assert_success(call.result(), {"name": "李", "order": 7, "v": "x y"})


def test_a_chain_to_a_system_that_takes_one_at_a_time(gateway, upstream):
    upstream.on("/a", reply(b'{"n":1}'))
    upstream.on("/b/1", reply(b'{"m":2}'))
    assert_success(gateway.call("GET", "/one-at-a-time/7"), {"a": {"n": 1}, "b": {"m": 2}})


def test_what_another_answer_lacks_is_not_the_callers_fault(gateway, upstream):
    upstream.on("/orders/7", reply(b'{"id":7}'))
    assert_error(gateway.call("GET", "/chain/7"), 50292, call="customer")
    upstream.on("/orders/7", reply(b"[]"))
    assert_error(gateway.call("GET", "/chain/7"), 50292, call="customer")
    assert not upstream.seen("/customers")


def test_a_merge_that_does_not_fit_is_not_the_callers_fault(gateway, upstream):
    upstream.on("/orders/7", ORDER)
    upstream.on("/customers", reply(b"[1]"))
    assert_error(gateway.call("GET", "/chain/7"), 50292)
    gateway.wait_log(r"call COMPOSITE failed \| method=chain .*error=merge: Cannot index array")


def test_large_answers(gateway, upstream):
    text = b'"' + b"x" * (3 << 20) + b'"'
    upstream.on("/", reply(text))
    for _ in range(3):
        assert_success(gateway.call("GET", "/both/7"), b'{"order":' + text + b',"stock":' + text + b"}")
    upstream.on("/stock", reply(b'"' + b"x" * (11 << 20) + b'"'))
    assert_error(gateway.call("GET", "/both/7"), 50292, call="stock")


def test_no_answer_is_null(gateway, upstream):
    upstream.on("/orders/7", reply(status=204))
    upstream.on("/stock/7", reply(b""))
    assert_success(gateway.call("GET", "/both/7"), b'{"order":null,"stock":null}')


# Who asks


def test_parts_are_gets_without_conditions_and_bodies(gateway, upstream):
    upstream.on("/orders/7", ORDER)
    headers = {"If-None-Match": '"1"', "If-Modified-Since": "Sat, 01 Jan 2000 00:00:00 GMT", "Range": "bytes=0-1", "Accept-Encoding": "gzip", "X-Shop": "s1"}
    assert_success(gateway.call("GET", "/both/7", headers), {"order": {"id": 7, "price": 19.9, "customerId": "C 1"}, "stock": {"ok": True}})
    seen = upstream.wait(2)
    assert len({request.header("X-Request-Id") for request in seen}) == 1
    for request in seen:
        assert request.method == "GET" and request.header("X-Shop") == "s1" and not request.body
        assert not request.names & {"if-none-match", "if-modified-since", "range", "accept-encoding", "content-type", "content-length"}


def test_head_asks_for_the_same(gateway, upstream):
    upstream.on("/orders/7", ORDER)
    response = gateway.call("HEAD", "/both/7")
    assert (response.status, response.body) == (200, b"")
    assert {request.method for request in upstream.wait(2)} == {"GET"}


def test_bodies_go_where_they_are_put(gateway, upstream):
    response = gateway.call("POST", "/posted/7", {"Content-Type": "application/json", "Content-Language": "zh"}, b'{"skuId":"S1","who":"me","n":1.50}')
    assert_success(response, {"check": {"ok": True}, "all": {"ok": True}, "read": {"ok": True}})
    check, whole, read = upstream.one("/check"), upstream.one("/all"), upstream.one("/read")
    assert (check.method, json.loads(check.body), check.header("Content-Type")) == ("POST", {"sku": "S1", "who": "me"}, "application/json")
    assert (whole.method, whole.body) == ("PUT", b'{"who":"me","n":1.50,"sku":"S1"}')
    assert (read.method, read.body, read.header("Content-Type"), read.header("Content-Language")) == ("GET", b"", None, None)


def test_a_body_that_is_no_json_is_the_callers_fault(gateway, upstream):
    response = gateway.call("POST", "/posted/7", {"Content-Type": "application/json"}, b"{")
    assert (response.status, response.code, "call" in response.json["details"]) == (400, 40091, False)
    assert not upstream.requests


def test_steps_on_the_way_out_see_what_was_put_together(gateway, upstream):
    upstream.on("/a", reply(b'{"n":1.50}'))
    assert_success(gateway.call("GET", "/shaped/7"), b'{"was":1.50,"status":200}')


# What is seen of it


def test_each_call_has_its_line(gateway, upstream):
    upstream.on("/shipments", close)
    response = gateway.call("GET", "/overview/7")
    mine = "request_id=" + response.header("X-Request-Id")
    lines = [next(line for line in gateway.wait_log(mine, count=3) if word in line) for word in ("call OMS |", "call TMS failed |", "call COMPOSITE |")]
    assert re.search(r"method=overview\.order \| request= \| response=\{\"ok\":true\} \| cost=\d+ms \| status=200 \| code=0 .*attempt=1", lines[0]), lines[0]
    assert re.search(r"method=overview\.shipment .*status=502 \| code=50291", lines[1]), lines[1]
    assert re.search(r'method=overview \| .*response=\{"order":\{"ok":true\},"shipment":null\} .*status=200 \| code=0', lines[2]), lines[2]
    gateway.call("POST", "/posted/7", (), b"{}")
    gateway.wait_log(r"method=lookUp ")


def test_explain_shows_the_calls(gateway):
    code, out, err = command("explain", "GET", "/chain/7?q=x", "-c", gateway.config_file, folder=gateway.folder)
    assert code == 0, err
    assert re.search(r"^call order to oms\n  GET /orders/7\?q=x\n", out, re.M), out
    assert "call customer to oms: waits for order\n" in out
    assert re.search(r"order\.path +/orders/\{id\}", out) and re.search(r"order\.cluster +oms", out), out
    code, out, err = command("explain", "GET", "/plain/7", "--json", "-c", gateway.config_file, folder=gateway.folder)
    calls = json.loads(out)["calls"]
    assert [(call["part"], call["cluster"], call["method"], call["target"]) for call in calls] == [
        ("order", "oms", "GET", "/orders/7"), ("shipment", "tms", "GET", "/shipments?order=7")]
    code, out, err = command("routes", "-c", gateway.config_file, folder=gateway.folder)
    assert re.search(r"/plain/\{id\} .*composite +oms, tms +plain", out), out


def test_it_can_be_tried_out(gateway):
    (gateway.folder / "routes" / "a.test.yaml").write_text(textwrap.dedent("""\
        tests:
          - name: an overview
            request: {path: /overview/7}
            upstream:
              - {expect: {cluster: oms, method: GET, path: /orders/7}, answer: {body: {id: 7}}}
              - {expect: {cluster: tms}, fault: refused}
            answer: {status: 200, data: {order: {id: 7}, shipment: null}}
          - name: a chain
            request: {path: "/chain/7?q=x"}
            upstream:
              - {expect: {cluster: oms, path: "/orders/7?q=x"}, answer: {body: {id: 7, customerId: C1}}}
              - {expect: {cluster: oms, path: "/slow?q=x"}, answer: {body: 1}}
              - {expect: {cluster: oms, path: "/customers/C1?q=x&was=200"}, answer: {body: {name: Li}}}
            answer: {data: {name: Li, order: 7, v: x}}
        """))
    code, out, err = command("test", "-c", gateway.config_file, gateway.folder / "routes" / "a.test.yaml", folder=gateway.folder)
    assert code == 0, out + err


def test_a_reload_tells_a_part_by_its_name(tmp_path, upstream):
    config, _ = configuration(upstream)
    routes = {"orders": {**ROUTES["orders"], "routes": [route("both", {"order": http("/orders/{id}"), "stock": http("/stock/{id}")})]}}
    with Gateway(config, routes, tmp_path) as gateway:
        upstream.on("/new/7", reply(b"2"))
        routes["orders"]["routes"][0]["adapter"]["composite"]["calls"]["stock"]["http"]["path"] = "/new/{id}"
        gateway.reload(routes=routes)
        assert_success(gateway.call("GET", "/both/7"), {"order": {"ok": True}, "stock": 2})


# What check says

WRONG = {
    "nothing": ("{}", 'routes[0].adapter.composite: missing "calls"'),
    "no calls": ("{calls: {}}", "routes[0].adapter.composite.calls: expected calls by their names"),
    "a list": ("{calls: [a]}", "routes[0].adapter.composite.calls: expected calls by their names"),
    "a name": ("{calls: {a-b: {http: {path: /x}}}}", ':27: routes[0].adapter.composite.calls.a-b: a call\'s name has letters, digits and _ only, got "a-b"'),
    "no adapter": ("{calls: {a: {optional: true}}}", 'routes[0].adapter.composite.calls.a: missing "http"'),
    "another adapter": ("{calls: {a: {sql: {}}}}", '"sql" is not in this version'),
    "an unknown key": ("{calls: {a: {http: {path: /x}, optinal: true}}}", 'unknown key "optinal" (did you mean "optional"?)'),
    "an unknown cluster": ("{calls: {a: {http: {cluster: omx, path: /x}}}}", 'unknown cluster "omx" (did you mean "oms"?)'),
    "an unknown parameter": ('{calls: {a: {http: {path: "/{no}"}}}}', '{no} is not a parameter of "/x/{id}"'),
    "a body of a GET": ("{calls: {a: {http: {body: {a: 1}}}}}", "GET has no body"),
    "$calls in merge": ("{calls: {a: {http: {path: /x}}}, merge: $calls.a}", '"$calls" has no value here'),
    "a merge that does not compile": ("{calls: {a: {http: {path: /x}}}, merge: '{a'}", "routes[0].adapter.composite.merge: "),
    "a merge of nobody": ("{calls: {order: {http: {path: /x}}}, merge: '{order: .ordr.id}'}", '8:71: routes[0].adapter.composite.merge: no call is called "ordr" (did you mean "order"?)'),
    "too many": ("{calls: {%s}}" % ", ".join(f"c{i}: {{http: {{path: /x}}}}" for i in range(17)), "a composite has at most 16 calls"),
}


@pytest.mark.parametrize("settings, said", WRONG.values(), ids=WRONG)
def test_what_is_wrong_is_told_at_its_place(tmp_path, settings, said):
    text = textwrap.dedent(f"""\
        api: orders
        base: /
        defaults: {{auth: none, http: {{cluster: oms}}}}
        routes:
          - name: x
            match: {{method: GET, path: "/x/{{id}}"}}
            adapter:
              composite: {settings}
        """)
    Gateway(main_config({"oms": "127.0.0.1:9"}), {"orders": text}, tmp_path, start=False)
    code, out, _ = command("check", "-c", "config/causeway.yaml", folder=tmp_path)
    assert code == 2 and said in out, out
    assert len([line for line in out.splitlines() if line.startswith("routes/")]) == 1 or "sql" in out, out


def test_calls_are_nothing_that_other_routes_see(tmp_path):
    routes = {"orders": {"api": "orders", "base": "/", "defaults": {"auth": "none", "http": {"cluster": "oms"}}, "routes": [
        {"name": "x", "match": {"method": "GET", "path": "/x"}, "adapter": {"http": {"path": "/{{ $calls.a.body }}"}}}]}}
    Gateway(main_config({"oms": "127.0.0.1:9"}), routes, tmp_path, start=False)
    code, out, _ = command("check", "-c", "config/causeway.yaml", folder=tmp_path)
    assert code == 2 and '"$calls" has no value here' in out, out


def test_a_call_that_may_take_longer_than_the_whole_is_told(tmp_path):
    routes = {"orders": {"api": "orders", "base": "/", "defaults": {"auth": "none", "http": {"cluster": "oms"}}, "routes": [
        route("x", {"a": http("/a", timeout="5s")}, timeout="2s")]}}
    Gateway(main_config({"oms": "127.0.0.1:9"}), routes, tmp_path, start=False)
    code, out, _ = command("check", "-c", "config/causeway.yaml", folder=tmp_path)
    assert code == 0 and "calls.a.http.timeout: warning: the whole has only 2s" in out, out
