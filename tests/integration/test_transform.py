"""Bodies, header fields and targets in the shape of each system, and of each version of callers (details.md, "Reading and matching")."""
import re
import textwrap

import pytest

from harness import http
from harness.envelope import assert_error, assert_success
from harness.events import Admin
from harness.gateway import Gateway, command, main_config
from harness.upstream import reply

JSON = {"Content-Type": "application/json"}
DIGITS = b'{"id":4781320682406083640,"price":19.90,"huge":1e400,"long":123456789012345678901234567890,"e":1E2,"zero":-0.0,"t":"\\u4e2d"}'
ROUTES = {
    "orders": {
        "api": "orders", "base": "/api/{version}/orders", "versions": {"v1": {"released": "2024-01-29"}, "v2": {"released": "2026-09-01"}},
        "defaults": {"auth": "none", "http": {"cluster": "oms"}},
        "routes": [
            {"name": "create", "match": {"method": "POST", "path": "/"},
             "from": {"v1": {"request": ".items = .goods | del(.goods)", "response": ".goods = .items | del(.items)"}},
             "plugins": [{"transform": {"request": "{order_no: .externalNo, lines: [.items[] | {sku: .skuId, n: .qty}]}",
                                        "response": "{orderId: .order_no, items: .lines}"}}],
             "publish": {"topic": "orders", "type": "ORDER_CREATED", "key": "{{ $result.orderId }}",
                         "data": "{{ $result + {asked: $request.items} }}"},
             "adapter": {"http": {"path": "/create"}}},
            {"name": "event", "match": {"method": "GET", "path": "/event/{eventId}"}, "adapter": {"event_status": {"topic": "orders"}}},
        ]},
    "open": {
        "api": "open", "base": "/", "defaults": {"auth": "none", "http": {"cluster": "oms"}},
        "routes": [
            {"name": "wrap", "match": {"methods": "any", "path": "/wrap"}, "adapter": {"http": {"path": "/x"}},
             "plugins": [{"transform": {"request": "{wrapped: .}", "response": ".wrapped"}}]},
            {"name": "pick", "match": {"method": "POST", "path": "/pick"}, "adapter": {"http": {"path": "/x"}},
             "plugins": [{"transform": {"request": ".items[] | .sku"}}]},
            {"name": "raw", "match": {"methods": "any", "path": "/raw"}, "reply": "as_is", "adapter": {"http": {"path": "/x"}},
             "plugins": [{"transform": {"response": "{was: .}"}}]},
            {"name": "fields", "match": {"methods": "any", "path": "/fields"}, "adapter": {"http": {"path": "/x"}},
             "plugins": [{"headers": {
                 "request": {"set": {"Authorization": "Bearer {{ secret:WMS_TOKEN }}", "X-No": "{{ $request.no }}", "X-Gone": "{{ $query.none }}"},
                             "remove": ["X-Debug"]},
                 "response": {"set": {"Location": "/orders/{{ .id }}", "X-Note": "{{ .note }}"}, "remove": ["X-Powered-By"]}}}]},
            {"name": "target", "match": {"methods": "any", "path": "/target/{id}"},
             "adapter": {"http": {"path": "/x/{id}/by/{{ $request.no }}", "query": {"v": "{{ $query.v }}", "gone": "{{ $query.none }}", "t": "{{ secret:WMS_TOKEN }}"},
                                  "headers": {"X-Kind": "kind {{ $params.id }}"}, "body": {"order": "{{ .no }}", "n": "n {{ 1.50 }}", "who": "{{ $consumer.name }}"}}}},
            {"name": "static", "match": {"methods": "any", "path": "/static"}, "adapter": {"static": {"body": {"echo": "{{ $request }}", "q": "{{ $query.q }}"}}}},
            {"name": "big-event", "match": {"method": "POST", "path": "/publish"}, "adapter": {"http": {"path": "/x"}},
             "publish": {"topic": "orders", "type": "T", "key": "{{ $result.id.no }}"}},
        ]}}


def configuration(upstream):
    return main_config({"oms": {"endpoints": [upstream.address], "timeout": "20s"}},
                       topics=[{"name": "orders"}], secrets={"WMS_TOKEN": "${env:WMS_TOKEN}"},
                       store={"sqlite": {"path": "data/causeway.db", "min_free": "0B"}}), ROUTES


@pytest.fixture(scope="module")
def gateway(upstream, tmp_path_factory):
    config, routes = configuration(upstream)
    with Gateway(config, routes, tmp_path_factory.mktemp("gateway"), environment={"WMS_TOKEN": "the-token-of-wms-123"}) as running:
        yield running


def post(gateway, path, body, headers=JSON):
    return gateway.call("POST", path, headers, body)


def event(gateway, event_id):
    """The event as the admin API shows it, byte for byte."""
    answer = http.call(gateway.admin, "GET", f"/events/{event_id}", {"Authorization": f"Bearer {Admin(gateway).token}"},
                       host=f"127.0.0.1:{gateway.admin}")
    body = answer.body
    return body[body.index(b'"event":{') + 8:body.rindex(b'},"timestamp"')]


# ---- transform -------------------------------------------------------------------------------------------------------------


def test_digits_pass_untouched_both_ways(gateway, upstream):
    upstream.on("/x", reply(b'{"wrapped":' + DIGITS + b"}", headers={"ETag": '"1"', "Content-MD5": "x"}))
    response = post(gateway, "/wrap", DIGITS, {"Content-Type": "application/vnd.x+json", "Content-MD5": "y", "Accept-Encoding": "gzip"})
    assert_success(response, DIGITS)
    assert response.header("ETag") is None and response.header("Content-MD5") is None
    [request] = upstream.requests
    assert request.body == b'{"wrapped":' + DIGITS + b"}"
    assert request.header("Content-Type") == "application/json"
    assert not {"content-md5", "accept-encoding"} & request.names


def test_large_bodies_pass(gateway, upstream):
    items = b",".join(b'{"sku":"S%d","qty":%d.50}' % (number, number) for number in range(100_000))
    body = b'{"items":[' + items + b"]}"
    upstream.on("/x", lambda request, peer: reply(request.body)(request, peer))
    assert_success(post(gateway, "/wrap", body), body)
    [request] = upstream.requests
    assert request.body == b'{"wrapped":' + body + b"}"


def test_an_empty_body_is_null(gateway, upstream):
    upstream.on("/x", reply(b"", status=204, kind=None))
    assert_success(post(gateway, "/wrap", b""), b"null")
    [request] = upstream.requests
    assert request.body == b'{"wrapped":null}'
    assert_success(gateway.call("GET", "/wrap"), b"null")
    assert upstream.requests[-1].body == b"" and "content-type" not in upstream.requests[-1].names


@pytest.mark.parametrize("body, what", [(b"a=b", "a value was expected at byte 0"), (b'{"a":1,"\\u0061":2}', "a name comes twice in one object at byte 7")])
def test_a_body_that_is_not_json_never_reaches_the_system(gateway, upstream, body, what):
    assert_error(post(gateway, "/wrap", body), 40091, message="the body is not JSON: " + what)
    assert not upstream.requests


def test_a_body_that_is_too_deep_is_refused(gateway, upstream):
    assert post(gateway, "/wrap", b"[" * 64 + b"]" * 64).status == 200
    assert upstream.requests[0].body == b'{"wrapped":' + b"[" * 64 + b"]" * 64 + b"}"
    assert post(gateway, "/wrap", b"[" * 65 + b"]" * 65).code == 40091


@pytest.mark.parametrize("body", [b'{"items":7}', b'{"items":[]}', b'{"items":[{"sku":1},{"sku":2}]}'])
def test_a_program_that_fails_is_the_callers_fault(gateway, upstream, body):
    response = post(gateway, "/pick", body)
    message = response.json["message"]
    assert message.startswith("cannot ") and len(message) < 200, message
    assert_error(response, 40094, message=message)
    assert not upstream.requests


@pytest.mark.parametrize("answer", [reply(b"ok", kind="text/plain"), reply(b'{"wrapped":'), reply(b'{"wrapped":1,"wrapped":2}'), reply(b"7"),
                                    reply(b"{}", headers={"Content-Encoding": "gzip"}), reply(b'"' + b"x" * (10 << 20) + b'"')])
def test_an_answer_that_cannot_be_transformed_is_nonsense(gateway, upstream, answer):
    upstream.on("/x", answer)
    assert_error(post(gateway, "/wrap", b"{}"), 50292)


def test_only_a_success_is_transformed(gateway, upstream):
    upstream.on("/x", reply(b'{"why":1}', status=409))
    assert_error(post(gateway, "/wrap", b"{}"), 40900, message="Conflict", upstream={"why": 1})


def test_as_is_has_the_body_alone(gateway, upstream):
    upstream.on("/x", reply(DIGITS, headers={"Content-Digest": "x"}))
    response = gateway.call("GET", "/raw", {"Accept-Encoding": "gzip", "Range": "bytes=0-1"})
    assert (response.status, response.body) == (200, b'{"was":' + DIGITS + b"}")
    assert response.header("Content-Length") == str(len(DIGITS) + 8) and response.header("Content-Digest") is None
    assert not {"accept-encoding", "range"} & upstream.requests[0].names
    assert gateway.call("HEAD", "/raw").status == 200


# ---- from ------------------------------------------------------------------------------------------------------------------


def test_v1_and_v2_get_their_own_shapes_and_the_event_is_in_the_newest(gateway, upstream):
    upstream.on("/create", reply(b'{"order_no":"A1","lines":[{"sku":"S","n":4781320682406083640}],"internal":true}', status=201))
    goods = b'[{"skuId":"S","qty":1.50}]'
    first = post(gateway, "/api/v1/orders/", b'{"externalNo":"E1","goods":' + goods + b"}")
    second = post(gateway, "/api/v2/orders/", b'{"externalNo":"E1","items":' + goods + b"}")
    assert_success(first, b'{"orderId":"A1","goods":[{"sku":"S","n":4781320682406083640}]}', status=201)
    assert_success(second, b'{"orderId":"A1","items":[{"sku":"S","n":4781320682406083640}]}', status=201)
    assert [request.body for request in upstream.requests] == [b'{"order_no":"E1","lines":[{"sku":"S","n":1.50}]}'] * 2
    for response in (first, second):
        event_id = response.header("X-Causeway-Event").split(";")[0]
        text = event(gateway, event_id)
        assert text.endswith(b'"data":{"orderId":"A1","items":[{"sku":"S","n":4781320682406083640}],"asked":' + goods + b"}}"), text


def test_each_version_is_refused_in_its_own_words(gateway, upstream):
    assert post(gateway, "/api/v1/orders/", b'{"externalNo":"E1"}').code == 40094  # no goods: null cannot be iterated over
    assert post(gateway, "/api/v1/orders/", b"7").code == 40094
    assert post(gateway, "/api/v1/orders/", b"x").code == 40091
    assert not upstream.requests


# ---- publish ---------------------------------------------------------------------------------------------------------------


def test_an_event_that_cannot_be_made_is_said(gateway, upstream):
    upstream.on("/x", reply(b'{"id":"not an object"}'))
    response = post(gateway, "/publish", b"{}")
    assert response.header("Retry-After") == "1"
    assert_error(response, 50392, message="the event could not be taken, try again later", outcome="done_unpublished")
    gateway.wait_log("the system succeeded, its event is missing")


def test_broken_json_is_no_event(gateway, upstream):
    before = sum(gateway.metric("causeway_events_stored_total", topic="orders").values())
    upstream.on("/x", reply(b'{"id":'))
    assert_error(post(gateway, "/publish", b"{}"), 50292, outcome="done_unpublished")
    assert sum(gateway.metric("causeway_events_stored_total", topic="orders").values()) == before


# ---- headers, target, body -------------------------------------------------------------------------------------------------


def test_fields_are_set_and_removed(gateway, upstream):
    upstream.on("/x", reply(b'{"id":4781320682406083640}', status=201, headers={"X-Powered-By": "PHP", "Location": "/theirs"}))
    response = post(gateway, "/fields", b'{"no":19.90}', {**JSON, "Authorization": "Bearer theirs", "X-Debug": "1", "x_debug": "2", "X-Gone": "theirs"})
    assert_success(response, b'{"id":4781320682406083640}', status=201)
    assert (response.values("Location"), response.header("X-Powered-By"), response.header("X-Note")) == (["/orders/4781320682406083640"], None, None)
    [request] = upstream.requests
    assert (request.header("Authorization"), request.header("X-No")) == ("Bearer the-token-of-wms-123", "19.90")
    assert not {"x-debug", "x_debug", "x-gone"} & request.names
    assert "the-token-of-wms-123" not in gateway.log()


def test_a_value_never_becomes_another_field(gateway, upstream):
    assert_error(post(gateway, "/fields", b'{"no":"1\\r\\nX-Evil: 1"}'), 40094,
                 message="cannot transform: the value for the header X-No has control characters")
    assert not upstream.requests
    upstream.on("/x", reply(b'{"id":1,"note":"a\\nSet-Cookie: b"}'))
    assert_error(post(gateway, "/fields", b'{"no":1}'), 50292)


def test_a_call_of_its_own_shape(gateway, upstream):
    response = post(gateway, "/target/7%20a?v=1%262", b'{"no":"a/b?c"}')
    assert response.status == 200, response
    [request] = upstream.requests
    assert request.target == "/x/7%20a/by/a%2Fb%3Fc?t=the-token-of-wms-123&v=1%262"
    assert request.header("X-Kind") == "kind 7 a"
    assert request.body == b'{"order":"a/b?c","n":"n 1.50","who":null}'
    for no in (b'""', b'"."', b'".."', b"null"):
        refused = post(gateway, "/target/7", b'{"no":' + no + b"}")
        assert_error(refused, 40094, message=refused.json["message"])
    assert len(upstream.requests) == 1


def test_a_canned_answer_may_have_values(gateway):
    assert_success(post(gateway, "/static?q=%22", b'{"n":19.90}'), b'{"echo":{"n":19.90},"q":"\\""}')


# ---- configuration ---------------------------------------------------------------------------------------------------------

MAIN = """\
listeners: [{name: public, address: "127.0.0.1:0"}]
clusters: [{name: oms, endpoints: ["127.0.0.1:9"]}]
topics:
  - {name: orders, key: "{{ .id | lenght }}"}
include: [../routes/*.yaml]
"""
WRONG = """\
api: orders
base: /api/{version}/orders
versions:
  v1: {released: 2024-01-29}
  v2: {released: 2026-09-01}
defaults: {auth: none, http: {cluster: oms}}
routes:
  - name: create
    match: {method: POST, path: /}
    from:
      v11: {request: .a}
      v1: {request: '.a |'}
    plugins:
      - transform:
          request: '{a: $answer}'
          response: '.a | lenght'
      - headers: {request: {set: {X-Consumer-Name: root, X-A: "{{ $reqest }}"}}}
    adapter: {http: {path: "/x/{{ .a }}/{no}", body: "text"}}
    publish: {topic: orders, type: T, data: "x{{ . }}"}
"""
EXPECTED = [
    r"config/causeway\.yaml:4:\d+: topics\[0\]\.key: .*lenght.*did you mean .length",
    r'routes/orders\.yaml:11:7: routes\[0\]\.from\.v11: unknown version "v11" \(did you mean "v1"\?\)',
    r"routes/orders\.yaml:12:\d+: routes\[0\]\.from\.v1\.request: ",
    r'routes/orders\.yaml:15:\d+: routes\[0\]\.plugins\[0\]\.transform\.request: "\$answer" has no value here',
    r"routes/orders\.yaml:16:\d+: routes\[0\]\.plugins\[0\]\.transform\.response: .*lenght.*did you mean .length",
    r"routes/orders\.yaml:17:52: routes\[0\]\.plugins\[1\]\.headers\.request\.set\.X-Consumer-Name: the header X-Consumer-Name is the gateway's own",
    r'routes/orders\.yaml:17:\d+: routes\[0\]\.plugins\[1\]\.headers\.request\.set\.X-A: unknown variable "\$reqest"; did you mean "\$request"\?',
    r"routes/orders\.yaml:18:41: routes\[0\]\.adapter\.http\.path: \{no\} is not a parameter",
    r'routes/orders\.yaml:18:54: routes\[0\]\.adapter\.http\.body: expected one \{\{ expression \}\}, or a mapping or list, got "text"',
    r"routes/orders\.yaml:19:45: routes\[0\]\.publish\.data: expected one \{\{ expression \}\} and nothing around it",
]


def test_every_error_has_its_place(tmp_path):
    gateway = Gateway(MAIN, {"orders": WRONG}, tmp_path, start=False)
    code, text, _ = command("check", "-c", "config/causeway.yaml", folder=gateway.folder)
    assert code == 2
    lines = text.strip().splitlines()
    for pattern in EXPECTED:
        assert any(re.match(pattern, line) for line in lines), f"{pattern}\n{text}"


def test_from_needs_versions_and_those_of_the_route(tmp_path):
    routes = textwrap.dedent("""\
        api: orders
        base: /orders
        defaults: {auth: none}
        routes:
          - {name: a, match: {method: GET, path: /}, from: {v1: {request: .}}, adapter: {static: {status: 200}}}
        """)
    gateway = Gateway(MAIN.replace("lenght", "length"), {"orders": routes}, tmp_path, start=False)
    code, text, _ = command("check", "-c", "config/causeway.yaml", folder=gateway.folder)
    assert (code, text.strip()) == (2, "routes/orders.yaml:5:53: routes[0].from.v1: the file has no versions")
