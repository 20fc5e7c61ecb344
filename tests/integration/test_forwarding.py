"""What the system gets of a call and what the caller gets of its answer."""
import json
import re

import pytest

from harness.envelope import assert_common, assert_error, assert_success, assert_upstream_error
from harness.gateway import main_config
from harness.http import call, chunked, head_of
from harness.signing import KEY, SECRET, signed
from harness.upstream import raw, reply

JSON = ("Content-Type", "application/json")


def configuration(upstream):
    config = main_config({"oms": {"endpoints": [upstream.address], "timeout": "5s"}})
    config["listeners"].append({"name": "proxied", "address": "127.0.0.1:0", "trusted_proxies": ["127.0.0.1/32"]})
    open_route = {"auth": "none", "http": {"cluster": "oms"}}
    return config, {
        "orders": {
            "api": "orders", "base": "/api/{version}/orders", "versions": {"v1": {"released": "2024-01-29"}},
            "defaults": {"auth": {"any": ["signature"]}, "access": {"roles": ["internal"]}, "http": {"cluster": "oms"}},
            "routes": [
                {"name": "list", "match": {"method": "GET", "path": "/"}, "adapter": {"http": {"path": "/orders"}}},
                {"name": "create", "match": {"method": "POST", "path": "/"},
                 "adapter": {"http": {"path": "/internal/orders", "operation": "createOrder", "timeout": "2s"}}},
                {"name": "overview", "match": {"method": "GET", "path": "/{id}/items/{item}"},
                 "adapter": {"http": {"path": "/o/{item}/of/{id}", "query": {"order": "{id}", "fixed": "a b&c"}}}},
                {"name": "one", "match": {"method": "GET", "path": "/{id}"}, "adapter": {"http": {"path": "/orders/{id}"}}},
                {"name": "as-put", "match": {"method": "POST", "path": "/{id}/put"},
                 "adapter": {"http": {"method": "PUT", "path": "/orders/{id}"}}},
            ]},
        "open": {
            "api": "open", "base": "/open", "defaults": open_route,
            "routes": [
                {"name": "raw", "match": {"methods": "any", "path": "/raw/{rest...}"}, "reply": "as_is",
                 "adapter": {"http": {"path": "/{rest...}"}}},
                {"name": "wrapped", "match": {"methods": "any", "path": "/{rest...}"}, "adapter": {"http": {"path": "/{rest...}"}}},
            ]},
    }


def create(gateway, body=b'{"a":1}', headers=()):
    return gateway.call("POST", "/api/v1/orders", [*signed(body), JSON, *headers], body)


def test_the_system_gets_exactly_the_body_and_who_called(gateway, upstream):
    body = '{ "externalNo" : "E-1",\n\t"price":19.90, "dup":1,"dup":2, "名":"苹果" }\r\n'.encode()
    assert_success(create(gateway, body), b'{"ok":true}')
    request = upstream.one()
    assert (request.method, request.target, request.body) == ("POST", "/internal/orders", body)
    assert request.header("Content-Type") == "application/json"
    assert request.header("Content-Length") == str(len(body)) and "transfer-encoding" not in request.names
    assert request.header("X-Consumer-Name") == "oms" and request.header("X-Consumer-Roles") == "internal"
    assert len(request.values("Host")) == 1


def test_credentials_stop_at_the_gateway(gateway, upstream):
    create(gateway)
    request = upstream.one()
    assert not request.names & {"authorization", "x-signature", "x-timestamp", "x-nonce", "x-api-key"}
    assert KEY not in request.head.decode("latin-1") and SECRET not in request.head.decode("latin-1")


SPOOFED = [
    "X-Consumer-Name", "X_Consumer_Name", "x.consumer.name", "X-CONSUMER_NAME", "X_Consumer-Roles", "X-Consumer-Anything",
    "X-Causeway-Transaction", "x_causeway_transaction", "X-Forwarded-User", "X_Forwarded_For", "Forwarded", "X-Real-IP",
    "X_Real_IP", "X-Original-URL", "X-Original.Host", "X-Rewrite-URL", "X-HTTP-Method-Override", "X-HTTP-Method",
    "X-Method-Override", "X-Request-Timeout-Ms", "X_Request_Timeout_Ms", "webhook-id", "Webhook_Signature",
]


def test_headers_that_only_the_gateway_may_set_are_dropped_however_they_are_spelt(gateway, upstream):
    assert_success(create(gateway, headers=[(name, "spoofed-7") for name in SPOOFED]), b'{"ok":true}')
    assert "spoofed-7" not in upstream.one().head.decode("latin-1")
    assert upstream.one().header("X-Consumer-Name") == "oms"


def test_hop_by_hop_headers_are_not_passed_on(gateway, upstream):
    hops = [("Connection", "keep-alive, X-Mine"), ("X-Mine", "dropped-7"), ("Keep-Alive", "dropped-7"), ("TE", "trailers"),
            ("Upgrade", "dropped-7"), ("HTTP2-Settings", "dropped-7"), ("Proxy-Connection", "dropped-7"),
            ("Proxy-Authorization", "dropped-7"), ("X-Kept", "kept"), ("Cookie", "a=1")]
    assert_success(create(gateway, headers=hops), b'{"ok":true}')
    request = upstream.one()
    assert "dropped-7" not in request.head.decode("latin-1") and "te" not in request.names
    assert request.header("X-Kept") == "kept" and request.header("Cookie") == "a=1"


@pytest.mark.parametrize("name", ["Host", "Content-Length", "Transfer-Encoding", "Authorization", "X-Consumer-Name",
                                  "X_Consumer_Name", "X-Signature", "X-Forwarded-For", "x-timestamp"])
def test_a_connection_header_that_names_a_protected_header_is_malformed(gateway, upstream, name):
    assert_error(create(gateway, headers=[("Connection", f"close, {name}")]), 40090)
    assert upstream.requests == []


def test_a_trace_starts_or_continues(gateway, upstream):
    create(gateway)
    first = upstream.one().header("traceparent")
    assert re.fullmatch(r"00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}", first)
    upstream.reset()
    create(gateway, headers=[("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"), ("tracestate", "a=1,b=2")])
    request = upstream.one()
    continued = request.header("traceparent")
    assert re.fullmatch(r"00-4bf92f3577b34da6a3ce929d0e0e4736-(?!00f067aa0ba902b7)[0-9a-f]{16}-01", continued)
    assert request.header("tracestate") == "a=1,b=2"


@pytest.mark.parametrize("bad", [
    "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01", "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
    "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01", "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
    "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-extra", "garbage", ""])
def test_a_bad_trace_starts_anew(gateway, upstream, bad):
    assert_success(create(gateway, headers=[("traceparent", bad), ("tracestate", "a=1")]), b'{"ok":true}')
    fresh = upstream.one().header("traceparent")
    assert re.fullmatch(r"00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}", fresh)
    assert "4bf92f3577b34da6a3ce929d0e0e4736" not in fresh and "tracestate" not in upstream.one().names


def test_the_request_id_is_the_callers_if_it_is_harmless(gateway, upstream):
    response = create(gateway, headers=[("X-Request-Id", "Order.7_a-b")])
    assert response.header("X-Request-Id") == "Order.7_a-b" == upstream.one().header("X-Request-Id")
    for bad in ("a b", "x" * 65, "a/b", "<script>", ""):
        upstream.reset()
        response = create(gateway, headers=[("X-Request-Id", bad)])
        assert_success(response, b'{"ok":true}')
        assert response.header("X-Request-Id") not in (bad, "", None)
        assert response.header("X-Request-Id") == upstream.one().header("X-Request-Id")


def test_forwarded_headers_come_from_the_connection(gateway, upstream):
    create(gateway, headers=[("X-Forwarded-For", "6.6.6.6"), ("X-Forwarded-Proto", "https"), ("X-Forwarded-Host", "evil")])
    request = upstream.one()
    assert request.header("X-Forwarded-For") == "127.0.0.1"
    assert request.header("X-Forwarded-Proto") == "http" and request.header("X-Forwarded-Host") == "gateway.test"


def test_a_trusted_proxy_may_say_for_whom_it_calls(gateway, upstream):
    call(gateway.ports["proxied"], "GET", "/open/x", [("X-Forwarded-For", "6.6.6.6, 7.7.7.7")])
    forwarded = [part.strip() for part in upstream.one().header("X-Forwarded-For").split(",")]
    assert forwarded[-2:] == ["7.7.7.7", "127.0.0.1"] or forwarded == ["7.7.7.7"], forwarded


def test_the_deadline_is_passed_on(gateway, upstream):
    create(gateway)
    assert 0 < int(upstream.one().header("X-Request-Timeout-Ms")) <= 2000
    upstream.reset()
    gateway.call("GET", "/open/x")
    assert 2000 < int(upstream.one().header("X-Request-Timeout-Ms")) <= 5000


def test_numbers_keep_their_digits(gateway, upstream):
    body = b'{"price":19.90,"id":4781320682406083640,"big":123456789012345678901234567890,"e":1e400,"z":-0.0,"n":1E+2}'
    upstream.default = reply(body)
    try:
        assert_success(create(gateway, body), body)
    finally:
        upstream.default = reply()
    assert upstream.one().body == body


JSON_BODIES = [b"null", b"true", b"0", b'"text"', b"[]", b"{}", b' \r\n\t{"a" : [1, 2]} \n', '{"名":"\\u82f9果"}'.encode(), b"[" * 200 + b"]" * 200]


@pytest.mark.parametrize("body", JSON_BODIES, ids=range(len(JSON_BODIES)))
def test_the_answer_is_wrapped_byte_for_byte(gateway, upstream, body):
    upstream.on("/x", reply(body))
    response = gateway.call("GET", "/open/x")
    assert_common(response)
    assert response.body.startswith(b'{"code":0,"message":"success","data":' + body + b',"timestamp":')
    envelope = json.loads(response.body)
    assert envelope["data"] == json.loads(body) and list(envelope) == ["code", "message", "data", "timestamp"]
    assert body.strip() in response.body


@pytest.mark.parametrize("framing", ["length", "chunked", "close", "1.0"])
def test_every_framing_of_an_answer_is_understood(gateway, upstream, framing):
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
    answers = {"length": raw(head + b"Content-Length: 8\r\n\r\n{\"a\": 1}"),
               "chunked": raw(head + b"Transfer-Encoding: chunked\r\n\r\n" + chunked(b'{"a"', b": 1}", trailer=b"X-T: 1\r\n")),
               "close": raw(head + b"Connection: close\r\n\r\n{\"a\": 1}", then="close"),
               "1.0": raw(b"HTTP/1.0 200 OK\r\nContent-Type: application/json\r\n\r\n{\"a\": 1}", then="close")}
    upstream.on("/x", answers[framing])
    for _ in range(2):
        assert_success(gateway.call("GET", "/open/x"), b'{"a": 1}')


def test_path_parameters_are_encoded_for_where_they_go(gateway, upstream):
    get = lambda target: gateway.call("GET", target, signed())
    assert_success(get("/api/v1/orders/a%20b/items/%E8%8B%B9%3A%26x"), b'{"ok":true}')
    target = upstream.one().target
    path, query = target.split("?")
    assert path == "/o/%E8%8B%B9:&x/of/a%20b" or path.replace("%3A", ":").replace("%26", "&") == "/o/%E8%8B%B9:&x/of/a%20b", target
    assert set(re.sub(r"\+", "%20", query).split("&")) == {"order=a%20b", "fixed=a%20b%26c"}, target


def test_unreserved_characters_are_one_and_the_same_path(gateway, upstream):
    assert_success(gateway.call("GET", "/api/v1/%6frders/%41%2D1", signed()), b'{"ok":true}')
    assert upstream.one().target == "/orders/A-1"


def test_the_query_is_passed_on_as_it_is(gateway, upstream):
    assert_success(gateway.call("GET", "/api/v1/orders?page=2&q=%E8%8B%B9+x&q=&empty", signed()), b'{"ok":true}')
    assert upstream.one().target == "/orders?page=2&q=%E8%8B%B9+x&q=&empty"


def test_the_rest_of_a_path_keeps_its_segments(gateway, upstream):
    for called, sent in (("/open/raw/a/b%20c/d", "/a/b%20c/d"), ("/open/raw/", "/"), ("/open/raw", "/"), ("/open/raw/a/", "/a/")):
        upstream.reset()
        assert gateway.call("GET", called).status == 200
        assert upstream.one().target == sent, called


@pytest.mark.parametrize("target", ["/open/raw/%2f", "/open/raw/a%2Fb", "/open/raw/%5c", "/open/raw/a\\b", "/open/raw/%00", "/open/raw/%23",
                                    "/open/raw/%3f", "/open/raw/%25", "/open/raw/%252e", "/open/raw/;a", "/open//raw/x", "/open/raw/../x",
                                    "/open/raw/./x", "/open/raw/%2e%2e/x", "/open/raw/%2E/x", "/open/raw/..", "/open/raw/%zz", "/open/raw/%2",
                                    "/open/raw/a#b", '/open/raw/"', "/open/raw/<", "/open/raw/{x}", "/open/raw/^", "/open/raw/`", "/open/raw/|",
                                    "open/raw/x", "*", "//open/raw/x", "http://other.test/open/raw/x", "/open/raw/x?a=|", "/open/raw/x?a=\\"])
def test_a_target_that_two_servers_could_read_differently_is_refused(gateway, upstream, target):
    assert_error(gateway.call("GET", target), 40090)
    assert upstream.requests == [] and upstream.bytes == 0


def test_the_absolute_form_is_fine_where_it_agrees_with_host(gateway, upstream):
    assert gateway.call("GET", "http://gateway.test/open/raw/x?y=1").status == 200
    assert upstream.one().target == "/x?y=1"


def test_the_method_can_be_another(gateway, upstream):
    body = b'{"a":1}'
    assert_success(gateway.call("POST", "/api/v1/orders/7/put", signed(body), body), b'{"ok":true}')
    assert (upstream.one().method, upstream.one().target) == ("PUT", "/orders/7")


def test_range_and_encoding_are_not_asked_for_on_wrapped_routes(gateway, upstream):
    gateway.call("GET", "/open/x", [("Range", "bytes=0-1"), ("Accept-Encoding", "gzip"), ("If-Range", "x")])
    assert not upstream.one().names & {"range", "accept-encoding"}


def test_204_becomes_200_with_null(gateway, upstream):
    upstream.on("/x", reply(status=204, kind=None))
    assert_success(gateway.call("DELETE", "/open/x"), None)
    response = gateway.call("DELETE", "/open/raw/x")
    assert response.status == 204 and response.body == b""


def test_201_stays_201(gateway, upstream):
    upstream.on("/x", reply(b'{"id":1}', status=201, headers={"Location": "/orders/1"}))
    response = assert_success(gateway.call("POST", "/open/x", (), b"{}"), b'{"id":1}', status=201)
    assert response.header("Location") == "/orders/1"


@pytest.mark.parametrize("kind, body", [("text/plain", b"plain"), ("application/octet-stream", bytes(range(256))),
                                        ("text/csv; charset=utf-8", b"a,b\r\n"), ("application/xml", b"<a/>")])
def test_what_is_not_json_passes_and_says_so(gateway, upstream, kind, body):
    upstream.on("/x", reply(body, kind=kind))
    response = gateway.call("GET", "/open/x")
    assert_common(response)
    assert (response.status, response.header("Content-Type"), response.body) == (200, kind, body)
    assert response.header("X-Causeway-Envelope") == "none; reason=type"


@pytest.mark.parametrize("kind", ["application/json", "application/json; charset=utf-8", "APPLICATION/JSON", "application/vnd.oms+json"])
def test_json_by_any_of_its_names_is_wrapped(gateway, upstream, kind):
    upstream.on("/x", reply(b"[1]", kind=kind))
    response = gateway.call("GET", "/open/x")
    assert response.json["data"] == [1] and response.header("X-Causeway-Envelope") is None


NO_JSON = [b" ", b"{", b"{]", b'{"a":1}x', b"nul", b"{'a':1}", b'"\xff"', b'{"a":01}', b'{"a":1,}', b"NaN", b'"\x01"', b"\xef\xbb\xbf{}",
                                  b'{"code":0,"message":"success"},"data":1', b"[" * 100_000]


@pytest.mark.parametrize("status", [200, 201, 202])
def test_an_empty_answer_is_null(gateway, upstream, status):
    upstream.on("/x", reply(b"", status=status))
    assert_success(gateway.call("POST", "/open/x", (), b"{}"), b"null", status=status)


@pytest.mark.parametrize("body", NO_JSON, ids=range(len(NO_JSON)))
def test_json_that_is_none_is_nonsense(gateway, upstream, body):
    upstream.on("/x", reply(body))
    assert_error(gateway.call("GET", "/open/x"), 50292)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 409, 410, 418, 422, 429, 451, 499])
def test_a_4xx_of_the_system_keeps_its_status_and_shows_its_body(gateway, upstream, status):
    upstream.on("/x", reply(b'{"errCode":"STOCK_SHORT","n":19.90}', status=status))
    response = gateway.call("POST", "/open/x", (), b"{}")
    assert_upstream_error(response, status, upstream={"errCode": "STOCK_SHORT", "n": 19.90})
    assert b'{"errCode":"STOCK_SHORT","n":19.90}' in response.body


@pytest.mark.parametrize("status", [500, 501, 502, 503, 504, 599])
def test_a_5xx_of_the_system_keeps_its_status_and_hides_its_body(gateway, upstream, status):
    upstream.on("/x", reply(b'{"stack":"at com.oms.Secret"}', status=status))
    for method in ("GET", "POST"):
        response = gateway.call(method, "/open/x", (), b"{}" if method == "POST" else None)
        assert_upstream_error(response, status)
        assert b"Secret" not in response.body
    assert len(upstream.requests) == 2, "a call was sent twice"


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_passes_and_is_not_followed(gateway, upstream, status):
    upstream.on("/x", reply(b"moved", status=status, headers={"Location": f"http://{upstream.address}/elsewhere"}, kind="text/plain"))
    response = gateway.call("GET", "/open/x")
    assert (response.status, response.header("Location"), response.body) == (status, f"http://{upstream.address}/elsewhere", b"moved")
    assert len(upstream.requests) == 1


def test_304_passes(gateway, upstream):
    upstream.on("/x", raw(b"HTTP/1.1 304 Not Modified\r\nETag: \"7\"\r\n\r\n"))
    response = gateway.call("GET", "/open/x", {"If-None-Match": '"7"'})
    assert (response.status, response.header("ETag"), response.body) == (304, '"7"', b"")
    assert upstream.one().header("If-None-Match") == '"7"'


def test_headers_of_the_system_that_do_not_belong_to_callers_are_dropped(gateway, upstream):
    upstream.on("/x", reply(headers=[("Set-Cookie", "s=1"), ("Access-Control-Allow-Origin", "*"), ("Alt-Svc", "h3"),
                                     ("Clear-Site-Data", "*"), ("X-Consumer-Name", "x"), ("X_Causeway_Event", "x"),
                                     ("X-Causeway-Envelope", "x"), ("Keep-Alive", "timeout=5"), ("Connection", "keep-alive, X-Hop"),
                                     ("X-Hop", "x"), ("X-Request-Id", "theirs"), ("ETag", '"1"'), ("X-Own", "kept")]))
    for target in ("/open/x", "/open/raw/x"):
        response = gateway.call("GET", target)
        names = {name.lower().replace("_", "-") for name, _ in response.headers}
        assert not names & {"set-cookie", "access-control-allow-origin", "alt-svc", "clear-site-data", "x-consumer-name",
                            "x-causeway-event", "x-causeway-envelope", "keep-alive", "x-hop"}, (target, response)
        assert response.header("X-Own") == "kept" and response.header("X-Request-Id") != "theirs"
        assert len(response.values("Date")) == 1


def test_as_is_changes_nothing_of_the_body(gateway, upstream):
    for status in (200, 201, 400, 404):
        upstream.on("/x", reply(b'{"a": 1}', status=status))
        response = gateway.call("GET", "/open/raw/x")
        assert (response.status, response.body) == (status, b'{"a": 1}')
        assert_common(response)


def test_head_is_a_get_without_the_body(gateway, upstream):
    response = gateway.call("HEAD", "/api/v1/orders", signed())
    assert_common(response)
    assert response.status == 200 and response.body == b""
    assert upstream.one().method == "HEAD"
    with gateway.connect() as connection:
        connection.send(head_of("HEAD", "/open/x") + head_of("GET", "/open/x"))
        assert connection.read("HEAD").status == 200
        assert_success(connection.read(), b'{"ok":true}')


@pytest.mark.parametrize("size", [1, 100, 8191, 8192, 8193, 65536, 1_000_000])
def test_bodies_of_every_size_pass_both_ways(gateway, upstream, size):
    body = b'"' + b"x" * size + b'"'
    upstream.on("/x", lambda request, peer: reply(request.body)(request, peer))
    assert_success(gateway.call("POST", "/open/x", (), body), body)
    response = gateway.call("POST", "/open/raw/x", (), body)
    assert response.status == 200 and response.body == body


def test_a_chunked_body_arrives_whole(gateway, upstream):
    with gateway.connect() as connection:
        connection.send(head_of("POST", "/open/raw/x", {"Transfer-Encoding": "chunked"}))
        connection.send_split(chunked(b"hello", b" world", b"x" * 300, trailer=b"X-Trailer: dropped-7\r\n"), 7)
        assert connection.read().status == 200
    request = upstream.one()
    assert request.body == b"hello world" + b"x" * 300 and "trailer" not in request.names


def test_problem_json_for_who_asks_for_it(gateway, upstream):
    response = gateway.call("GET", "/nowhere", {"Accept": "application/problem+json"})
    assert response.status == 404 and response.header("Content-Type") == "application/problem+json"
    problem = response.json
    assert problem["status"] == 404 and problem["code"] == 40490 and problem["title"]
