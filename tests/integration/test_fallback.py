"""What answers when a system does not: `fallback` with answers that were kept, and with one that is always the same."""
import json
import re

import pytest

from harness import jwt
from harness.envelope import assert_error, assert_success
from harness.gateway import PARTNER_KEY, PARTNER_SECRET, SLOW, Gateway, command, main_config
from harness.http import message, until
from harness.signing import signed
from harness.upstream import close, closed_port, hang, raw, reply

CACHED = {"cached": {"max_age": "1h"}}
UNKNOWN = {"static": {"status": "UNKNOWN"}}
TOKENS = jwt.Key("EdDSA")
DOWN = reply(b"down", 503, kind="text/plain")


def route(name, *fallbacks, method="GET", path=None, **more):
    return {"name": name, "match": {"method": method, "path": path or f"/{name}"}, "adapter": {"http": {"path": f"/{name}"}},
            "fallback": list(fallbacks), **more}


def files():
    signed_routes = [
        route("own", CACHED), route("both", CACHED, UNKNOWN), route("shared", {"cached": {"max_age": "1h", "shared": True}}),
        route("item", CACHED, path="/item/{id}"),
    ]
    open_routes = [
        route("plain", CACHED), route("short", {"cached": {"max_age": f"{600 * SLOW}ms"}}), route("few", {"cached": {"max_age": "1h", "entries": 3}}, path="/few/{id}"),
        route("big", {"cached": {"max_age": "1h", "size": "1MiB"}}, path="/big/{id}"),
        route("raw", CACHED, reply="as_is"), route("write", UNKNOWN, method="POST"), route("mixed", CACHED, match={"methods": ["GET", "POST"], "path": "/mixed"}),
        route("full", {"static": {"status": 203, "headers": {"X-Own": "yes"}, "body": {"sku": "{{ $query.sku }}", "price": None}}}),
        route("late", UNKNOWN, adapter={"http": {"path": "/late", "timeout": "300ms"}}),
        route("tripped", CACHED, adapter={"http": {"cluster": "tms", "path": "/tripped"}}),
        route("locked", UNKNOWN, adapter={"http": {"cluster": "wms", "path": "/locked"}}),
        route("told", UNKNOWN, method="POST", publish={"topic": "told", "type": "TOLD"}, adapter={"http": {"cluster": "mes", "path": "/told"}}),
        route("unsent", UNKNOWN, method="POST", adapter={"http": {"cluster": "nobody", "path": "/unsent"}}),
        route("search", UNKNOWN, adapter={"http": {"method": "POST", "path": "/search"}}),
        route("looked-up", UNKNOWN, method="POST", adapter={"http": {"method": "GET", "path": "/looked-up"}}),
        route("shaped", CACHED, plugins=[{"transform": {"response": "{price: .p}"}}]),
        route("languages", CACHED),
    ]
    http = {"http": {"cluster": "oms"}}
    old = {"v1": {"released": "2020-01-01", "deprecated": "2021-01-01"}}
    return {
        "users": {"api": "users", "base": "/users", "defaults": {"auth": {"any": ["oauth"]}, **http}, "routes": [route("me", CACHED)]},
        "signed": {"api": "signed", "base": "/signed", "defaults": {"auth": {"any": ["signature"]}, **http}, "routes": signed_routes},
        "open": {"api": "open", "base": "/open", "defaults": {"auth": "none", **http}, "routes": open_routes},
        "old": {"api": "old", "base": "/{version}/old", "versions": old, "defaults": {"auth": "none", **http}, "routes": [route("aged", UNKNOWN)]},
    }


def main(upstream):
    never = {"circuit_breaker": {"enabled": False}}
    config = main_config({
        "oms": {"endpoints": [upstream.address], **never},
        "tms": {"endpoints": [upstream.address], "circuit_breaker": {"window": 4, "minimum_calls": 2, "open_for": "1h"}},
        "mes": {"endpoints": [upstream.address], "circuit_breaker": {"window": 4, "minimum_calls": 2, "open_for": "1h"}},
        "nobody": {"endpoints": [f"127.0.0.1:{closed_port()}"], **never},
        "wms": {"endpoints": [upstream.address], **never, "outcomes": [{"when": '.error == "LOCKED"', "is": "system", "code": 50001, "message": "locked"},
                                                                       {"when": '.error == "SHORT"', "is": "business", "code": 40001, "message": "short"}]},
    })
    config["store"] = {"sqlite": {"path": "data/causeway.db", "min_free": "0B"}}
    config["topics"] = [{"name": "told"}]
    config["consumers"].append({"name": "market", "scopes": ["orders:read", "stock:read"], "oauth": [{"provider": "idp", "client": "marketplace-app"}]})
    config["oauth"] = {"providers": [{"name": "idp", "issuer": "https://idp.test", "audiences": ["causeway"], "client_claim": "client_id",
                                      "keys": [{"kid": TOKENS.kid, "algorithm": "EdDSA", "public_key": TOKENS.public_pem().decode()}]}]}
    return config


def configuration(upstream):
    return main(upstream), files()


PARTNER = {"key": PARTNER_KEY, "secret": PARTNER_SECRET}


def get(gateway, target, **caller):
    """Signed by oms, or by another."""
    return gateway.call("GET", target, signed(b"", **caller))


def fallbacks(gateway, **labels):
    return sum(gateway.metric("causeway_fallbacks_total", **labels).values())


def kept(gateway):
    return sum(gateway.metric("causeway_fallback_kept_answers").values()), sum(gateway.metric("causeway_fallback_kept_bytes").values())


def assert_cached(response, data):
    """The success envelope around what was kept, and the mark."""
    age = re.fullmatch(r"cached; age=(\d+)", response.header("X-Causeway-Fallback") or "")
    assert age and response.header("Age") == age[1], response
    return assert_success(response, data)


def assert_static(response, data=b'{"status":"UNKNOWN"}', status=200):
    assert response.header("X-Causeway-Fallback") == "static", response
    return assert_success(response, data, status)


# --- who gets what ---

def test_what_was_answered_last_is_answered_again_and_marked(gateway, upstream):
    upstream.on("/own", reply(b'{"price":19.90}', headers={"ETag": '"1"', "Set-Cookie": "s=1"}))
    first = get(gateway, "/signed/own")
    assert_success(first, b'{"price":19.90}')
    assert first.header("X-Causeway-Fallback") is None
    gateway.settle()
    before = fallbacks(gateway, route="own", kind="cached")
    system = sum(gateway.metric("causeway_request_outcomes_total", route="own", outcome="system").values())
    upstream.on("/own", DOWN)
    response = assert_cached(get(gateway, "/signed/own"), b'{"price":19.90}')
    assert (response.header("ETag"), response.header("Set-Cookie"), response.header("Retry-After")) == ('"1"', None, None)
    gateway.settle()
    assert fallbacks(gateway, route="own", kind="cached") == before + 1
    assert sum(gateway.metric("causeway_request_outcomes_total", route="own", outcome="system").values()) == system + 1
    assert sum(gateway.metric("causeway_requests_total", route="own", status="200", code="0").values()) >= 2
    [line] = gateway.wait_log(f"request_id={response.header('X-Request-Id')}")
    assert "ERROR" in line and "status=200" in line and "the system answered 503; answered by the fallback cached" in line, line


def test_two_consumers_never_see_each_others(gateway, upstream):
    upstream.on("/item", lambda request, peer: reply(json.dumps({"of": request.header("X-Consumer-Name")}).encode())(request, peer))
    assert_success(get(gateway, "/signed/item/1"), {"of": "oms"})
    assert_success(get(gateway, "/signed/item/2", **PARTNER), {"of": "partner"})
    upstream.on("/item", DOWN)
    assert_cached(get(gateway, "/signed/item/1"), {"of": "oms"})
    assert_cached(get(gateway, "/signed/item/2", **PARTNER), {"of": "partner"})
    for target, caller in [("/signed/item/2", {}), ("/signed/item/1", PARTNER)]:
        response = get(gateway, target, **caller)
        assert response.status == 503 and b'"of"' not in response.body, response


def test_tokens_of_one_consumer_do_not_share_what_was_said_to_one_of_them(gateway, upstream):
    def me(**claims):
        return gateway.call("GET", "/users/me", jwt.bearer(jwt.mint(TOKENS, **claims)))
    upstream.on("/me", reply(b'{"name":"Anna"}'))
    assert_success(me(sub="anna", scope="orders:read"), b'{"name":"Anna"}')
    upstream.on("/me", DOWN)
    for claims in ({"sub": "bert", "scope": "orders:read"}, {"sub": None, "scope": "orders:read"}, {"sub": "anna", "scope": "stock:read"}, {"sub": "anna"}):
        response = me(**claims)
        assert response.status == 503 and b"Anna" not in response.body, (claims, response)
    assert_cached(me(sub="anna", scope="orders:read", jti="another"), b'{"name":"Anna"}')


def test_a_stranger_gets_nothing(gateway, upstream):
    upstream.on("/own", reply(b'{"secret":1}'))
    get(gateway, "/signed/own")
    upstream.on("/own", DOWN)
    assert_error(gateway.call("GET", "/signed/own"), 40190)
    assert_error(gateway.call("GET", "/signed/own", signed(b"", signature="0" * 64)), 40191)


def test_shared_answers_are_for_all_who_may_call(gateway, upstream):
    upstream.on("/shared", reply(b'{"rate":7.1}'))
    get(gateway, "/signed/shared")
    upstream.on("/shared", DOWN)
    assert_cached(get(gateway, "/signed/shared", **PARTNER), b'{"rate":7.1}')
    assert_error(gateway.call("GET", "/signed/shared"), 40190)


def test_query_accept_and_language_are_parts_of_the_question(gateway, upstream):
    upstream.on("/languages", lambda request, peer: reply(json.dumps([request.target, request.header("Accept-Language")]).encode(), headers={"Vary": "Accept-Language"})(request, peer))
    first = gateway.call("GET", "/open/languages?a=1", {"Accept-Language": "de"})
    upstream.on("/languages", DOWN)
    assert gateway.call("GET", "/open/languages?a=1", {"Accept-Language": "en"}).status == 503
    assert gateway.call("GET", "/open/languages?a=2", {"Accept-Language": "de"}).status == 503
    assert gateway.call("GET", "/open/languages?a=1", {"Accept-Language": "de", "Accept": "text/csv"}).status == 503
    assert_cached(gateway.call("GET", "/open/languages?a=1", {"Accept-Language": "de"}), first.json["data"])


# --- what is kept ---

@pytest.mark.parametrize("headers", [{"Cache-Control": "no-store"}, {"Cache-Control": "max-age=60, private"}, {"Vary": "*"}])
def test_what_must_not_be_kept_is_not(gateway, upstream, headers):
    target = "/open/plain?" + next(iter(headers.values())).replace(" ", "").replace("*", "star")
    upstream.on("/plain", reply(b'{"mine":1}', headers=headers))
    assert_success(gateway.call("GET", target), b'{"mine":1}')
    upstream.on("/plain", DOWN)
    assert gateway.call("GET", target).status == 503


def test_a_caller_who_wants_nothing_stored_is_heard(gateway, upstream):
    upstream.on("/plain", reply(b'{"mine":1}'))
    gateway.call("GET", "/open/plain?quiet", {"Cache-Control": "no-store"})
    upstream.on("/plain", DOWN)
    assert gateway.call("GET", "/open/plain?quiet").status == 503


def test_private_answers_are_kept_for_their_caller(gateway, upstream):
    upstream.on("/item", reply(b'{"mine":1}', headers={"Cache-Control": "private"}))
    get(gateway, "/signed/item/private")
    upstream.on("/item", DOWN)
    assert_cached(get(gateway, "/signed/item/private"), b'{"mine":1}')


def test_what_is_too_old_is_not_given(gateway, upstream):
    upstream.on("/short", reply(b"1"))
    assert_success(gateway.call("GET", "/open/short"), b"1")
    upstream.on("/short", DOWN)
    until(lambda: gateway.call("GET", "/open/short").status == 503, 20 * SLOW, what="the end of max_age")


def test_the_latest_answer_is_given(gateway, upstream):
    for body in (b"1", b"2", b"3"):
        upstream.on("/plain", reply(body))
        assert_success(gateway.call("GET", "/open/plain?latest"), body)
    upstream.on("/plain", close)
    assert_cached(gateway.call("GET", "/open/plain?latest"), b"3")


def test_a_post_is_never_kept(gateway, upstream):
    upstream.on("/mixed", reply(b'{"done":1}'))
    assert_success(gateway.call("POST", "/open/mixed", (), b"{}"), b'{"done":1}')
    upstream.on("/mixed", DOWN)
    for method, body in (("POST", b"{}"), ("GET", None), ("HEAD", None)):
        assert gateway.call(method, "/open/mixed", (), body).status == 503


def test_head_is_answered_from_what_get_was(gateway, upstream):
    upstream.on("/raw", reply(b"12345", kind="text/plain"))
    gateway.call("GET", "/open/raw?head")
    upstream.on("/raw", DOWN)
    response = gateway.call("HEAD", "/open/raw?head")
    assert (response.status, response.header("Content-Length"), response.header("Content-Type")) == (200, "5", "text/plain")
    assert response.header("X-Causeway-Fallback").startswith("cached; age=")
    upstream.on("/plain", reply(b'{"a":1}'))
    gateway.call("GET", "/open/plain?head")
    upstream.on("/plain", DOWN)
    response = gateway.call("HEAD", "/open/plain?head")
    assert (response.status, response.header("Content-Length")) == (200, None)  # that of the envelope is not known


def test_the_number_of_kept_answers_is_bounded(gateway, upstream):
    upstream.on("/few", reply(b"1"))
    for number in range(10):
        gateway.call("GET", f"/open/few/{number}")
    upstream.on("/few", DOWN)
    found = [number for number in range(10) if gateway.call("GET", f"/open/few/{number}").status == 200]
    assert found == [7, 8, 9]


def test_the_memory_of_kept_answers_is_bounded(gateway, upstream):
    upstream.on("/big", reply(json.dumps("x" * 100_000).encode()))
    _, before = kept(gateway)
    for number in range(40):
        assert gateway.call("GET", f"/open/big/{number}").status == 200
    _, after = kept(gateway)
    assert 500_000 < after - before <= 1 << 20
    upstream.on("/big", reply(json.dumps("x" * (1 << 20)).encode()))  # longer than any that is kept
    assert gateway.call("GET", "/open/big/huge").status == 200
    upstream.on("/big", DOWN)
    assert gateway.call("GET", "/open/big/39").status == 200
    assert gateway.call("GET", "/open/big/0").status == gateway.call("GET", "/open/big/huge").status == 503


def test_a_streamed_answer_is_kept_while_it_goes_by_and_a_cut_one_is_not(gateway, upstream):
    body = bytes(range(256)) * 1000
    pieces = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in (body[:100_000], body[100_000:]))
    head = b"HTTP/1.1 200 OK\r\nContent-Type: image/png\r\nTransfer-Encoding: chunked\r\n\r\n"
    upstream.on("/raw", raw(head + pieces + b"0\r\n\r\n"))
    assert gateway.call("GET", "/open/raw?png").body == body
    upstream.on("/raw", raw(head + pieces, then="close"))
    with gateway.connect() as connection:  # it had begun to go out: nothing takes its place
        connection.send(message("GET", "/open/raw?cut"))
        assert not connection.rest().endswith(b"0\r\n\r\n")
    upstream.on("/raw", DOWN)
    response = gateway.call("GET", "/open/raw?png")
    assert (response.status, response.header("Content-Type"), response.body) == (200, "image/png", body)
    assert response.header("X-Causeway-Fallback").startswith("cached; age=")
    assert (gateway.call("GET", "/open/raw?cut").status, gateway.call("GET", "/open/raw?cut").body) == (503, b"down")


def test_steps_on_the_way_out_run_over_what_was_kept(gateway, upstream):
    upstream.on("/shaped", reply(b'{"p":19.90}'))
    assert_success(gateway.call("GET", "/open/shaped"), b'{"price":19.90}')
    upstream.on("/shaped", DOWN)
    assert_cached(gateway.call("GET", "/open/shaped"), b'{"price":19.90}')


# --- when ---

FAILURES = {"503": DOWN, "500": reply(b"{}", 500), "closed": close, "nonsense": raw(b"HTTP/1.1 abc\r\n\r\n", then="close"),
            "cut": raw(b"HTTP/1.1 200 X\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n{", then="close"),
            "no JSON": reply(b"{oops")}


@pytest.mark.parametrize("failure", FAILURES)
def test_every_failure_of_the_system_is_stood_in_for(gateway, upstream, failure):
    upstream.on("/both", FAILURES[failure])
    assert_static(get(gateway, f"/signed/both?{failure.replace(' ', '')}"))


def test_a_timeout_too(gateway, upstream):
    upstream.on("/late", hang)
    assert_static(gateway.call("GET", "/open/late"))
    gateway.wait_log("no answer in time; answered by the fallback static")


def test_an_outcome_that_is_the_systems_is_and_a_business_failure_is_not(gateway, upstream):
    upstream.on("/locked", reply(b'{"error":"LOCKED"}'))
    response = assert_static(gateway.call("GET", "/open/locked"))
    [line] = gateway.wait_log(f"request_id={response.header('X-Request-Id')}")
    assert "the system said that it failed: locked; answered by the fallback static" in line, line
    upstream.on("/locked", reply(b'{"error":"SHORT"}'))
    assert_error(gateway.call("GET", "/open/locked"), 40001, message="short")
    upstream.on("/locked", reply(b'{"none":1}', 404))
    assert_error(gateway.call("GET", "/open/locked"), 40400, message="Not Found", upstream={"none": 1})


def test_a_write_of_which_nobody_knows_is_not_hidden(gateway, upstream):
    upstream.on("/write", close)
    assert_error(gateway.call("POST", "/open/write", (), b"{}"), 50491, outcome="unknown")
    assert_static(gateway.call("POST", "/open/unsent", (), b"{}"))  # not a byte was sent


@pytest.mark.parametrize("method, target", [("POST", "/open/write"), ("GET", "/open/search")])
def test_nor_is_one_that_the_system_has_seen_whatever_the_caller_says(gateway, upstream, method, target):
    path, body = target.removeprefix("/open"), b"{}" if method == "POST" else None
    upstream.on(path, DOWN)
    assert_error(gateway.call(method, target, (), body), 50300, message="Service Unavailable")
    upstream.on(path, raw(b"HTTP/1.1 abc\r\n\r\n", then="close"))
    assert_error(gateway.call(method, target, (), body), 50292)
    upstream.on(path, close)
    assert_error(gateway.call(method, target, (), body), 50491, outcome="unknown")


def test_a_post_that_only_reads_is_stood_in_for(gateway, upstream):
    upstream.on("/looked-up", DOWN)
    assert_static(gateway.call("POST", "/open/looked-up", (), b"{}"))


def test_behind_an_open_breaker_it_answers_at_once(gateway, upstream):
    upstream.on("/tripped", reply(b'{"n":1}'))
    assert_success(gateway.call("GET", "/open/tripped"), b'{"n":1}')
    upstream.on("/tripped", DOWN)

    def asked_nobody():
        before = len(upstream.seen("/tripped"))
        assert_cached(gateway.call("GET", "/open/tripped"), b'{"n":1}')
        return len(upstream.seen("/tripped")) == before
    until(asked_nobody, 20 * SLOW, what="the breaker")
    assert asked_nobody()
    assert_error(gateway.call("GET", "/open/tripped?new"), 50390)


def test_a_static_answer_has_the_keys_of_the_adapter(gateway, upstream):
    upstream.on("/full", DOWN)
    response = assert_static(gateway.call("GET", "/open/full?sku=A7"), b'{"sku":"A7","price":null}', 203)
    assert response.header("X-Own") == "yes"


def test_a_fallback_is_not_an_event(gateway, upstream):
    upstream.on("/told", reply(b'{"id":1}'))
    assert gateway.call("POST", "/open/told", {"Content-Type": "application/json"}, b"{}").header("X-Causeway-Event")
    upstream.on("/told", DOWN)

    def told():
        return gateway.call("POST", "/open/told", {"Content-Type": "application/json"}, b"{}")
    until(lambda: told().header("X-Causeway-Fallback"), 20 * SLOW, what="the breaker")
    assert assert_static(told()).header("X-Causeway-Event") is None
    assert sum(gateway.metric("causeway_events_stored_total", topic="told").values()) == 1


def test_the_headers_of_an_old_version_stay(gateway, upstream):
    upstream.on("/aged", DOWN)
    assert assert_static(gateway.call("GET", "/v1/old/aged")).header("Deprecation") == "@1609459200"


# --- configuration ---

def start(upstream, folder, *routes):
    main_file = main(upstream)
    return Gateway(main_file, {"open": {"api": "open", "base": "/open", "defaults": {"auth": "none", "http": {"cluster": "oms"}}, "routes": list(routes)}}, folder)


def test_a_reload_keeps_the_answers_unless_the_route_has_changed(upstream, tmp_path):
    upstream.on("/x", reply(b"1"))
    with start(upstream, tmp_path, route("x", CACHED)) as gateway:
        assert_success(gateway.call("GET", "/open/x"), b"1")
        upstream.on("/x", DOWN)
        made = {"api": "open", "base": "/open", "defaults": {"auth": "none", "http": {"cluster": "oms"}}}
        gateway.reload(routes={"open": {**made, "routes": [route("x", {"cached": {"max_age": "2h"}}), route("y", CACHED)]}})
        assert gateway.call("GET", "/open/y").status == 200  # the new one is there
        assert_cached(gateway.call("GET", "/open/x"), b"1")
        gateway.reload(routes={"open": {**made, "routes": [route("x", {"cached": {"max_age": "1ms"}})]}})
        until(lambda: gateway.call("GET", "/open/y").status == 404, what="the reload")
        assert gateway.call("GET", "/open/x").status == 503
        upstream.on("/x", reply(b"2"))
        gateway.reload(routes={"open": {**made, "routes": [route("x", CACHED)]}})
        assert_success(gateway.call("GET", "/open/x"), b"2")
        upstream.on("/", DOWN)
        gateway.reload(routes={"open": {**made, "routes": [route("x", CACHED, adapter={"http": {"path": "/z"}})]}})
        assert gateway.call("GET", "/open/x").status == 503


def check(upstream, folder, *routes):
    """What is said, without places."""
    Gateway(main(upstream), {"open": {"api": "open", "base": "/open", "defaults": {"auth": "none", "http": {"cluster": "oms"}}, "routes": list(routes)}}, folder, start=False)
    code, out, _ = command("check", "-c", "config/causeway.yaml", folder=folder)
    return code, re.findall(r"routes/open\.yaml:\d+:\d+: (.*)", out)


MISTAKES = {
    "queue": ([{"queue": {"max_age": "2d"}}], 'routes[0].fallback[0]: "queue" is not in this version'),
    "unknown": ([{"cache": {}}], 'routes[0].fallback[0]: unknown fallback "cache" (did you mean "cached"?)'),
    "no max_age": (["cached"], 'routes[0].fallback[0].cached: missing "max_age"'),
    "none": ([], "routes[0].fallback: expected a list such as [{cached: {max_age: 6h}}], got an empty list"),
    "twice": ([CACHED, CACHED], 'routes[0].fallback[1]: "cached" is listed twice'),
    "bad static": ([{"static": {"status": 700}}], "routes[0].fallback[0].static.status: expected"),
    "unknown key of static": ([{"static": {"status": 200, "boddy": {}}}], 'routes[0].fallback[0].static.boddy: unknown key "boddy"'),
    "a write": ([CACHED], 'routes[0].fallback[0].cached: what was kept cannot stand in for a write, and its system is called with POST',
                {"adapter": {"http": {"path": "/x", "method": "POST"}}}),
    "a write among others": ([CACHED], 'routes[0].fallback[0].cached: what was kept cannot stand in for a write, and its call "w" is a PUT',
                             {"adapter": {"composite": {"calls": {"r": {"http": {"path": "/r"}}, "w": {"http": {"path": "/w", "method": "PUT"}}}}}}),
    "too much memory": ([{"cached": {"max_age": "1h", "size": "1GiB"}}], "routes[0].fallback[0].cached.size: expected"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_mistakes_are_told(upstream, tmp_path, mistake):
    fallback, expected, *more = MISTAKES[mistake]
    code, [said] = check(upstream, tmp_path, route("x", *fallback, **(more[0] if more else {})))
    assert code == 2 and said.startswith(expected), said


WARNINGS = {
    "no GET": (route("x", CACHED, method="POST"), "routes[0].fallback[0].cached: warning: answers of GET are kept, and this route takes none"),
    "nobody called": (route("x", UNKNOWN, adapter={"static": {"body": "x"}}),
                      "routes[0].fallback[0].static: warning: never gets its turn: the route's adapter calls no system that could fail"),
    "never its turn": (route("x", UNKNOWN, CACHED), "routes[0].fallback[1].cached: warning: never gets its turn: the `static` before it always answers"),
    "header fields": (route("x", CACHED, adapter={"http": {"path": "/x/{{ $headers.shop }}"}}),
                      "routes[0].fallback[0].cached: warning: the route looks at $headers: what is kept answers only calls whose header fields are all the same"),
    "callers": (route("x", {"cached": {"max_age": "1h", "shared": True}}, adapter={"http": {"path": "/x/{{ $consumer.name }}"}}),
                "routes[0].fallback[0].cached: warning: the route looks at $consumer, and `shared: true` gives one caller what another was answered"),
}


@pytest.mark.parametrize("warning", WARNINGS)
def test_what_is_suspicious_is_told(upstream, tmp_path, warning):
    one, expected = WARNINGS[warning]
    assert check(upstream, tmp_path, one) == (0, [expected])


def test_explain_and_routes_know_it(gateway):
    code, out, err = command("explain", "GET", "/open/full?sku=1", "-c", gateway.config_file, folder=gateway.folder)
    assert code == 0 and re.search(r"fallback +static 203", out) and "call to oms" in out and "GET /full" in out, out + err
    code, out, err = command("explain", "GET", "/open/few/1", "-c", gateway.config_file, folder=gateway.folder)
    assert code == 0 and re.search(r"fallback +cached for 1h", out), out + err


def test_route_tests_know_it(gateway):
    tests = gateway.folder / "tests"
    tests.mkdir(exist_ok=True)
    (tests / "fallback.test.yaml").write_text(json.dumps({"tests": [
        {"name": "degraded", "request": {"path": "/open/full?sku=7"}, "upstream": [{"expect": {"cluster": "oms", "path": "/full"}, "answer": {"status": 503}}],
         "answer": {"status": 203, "headers": {"X-Causeway-Fallback": "static"}, "data": {"sku": "7", "price": None}}},
        {"name": "kept answers are not those of another test", "request": {"path": "/open/plain"}, "upstream": [{"answer": {"body": {"a": 1}}}], "answer": {"status": 200}},
        {"name": "so there are none here", "request": {"path": "/open/plain"}, "upstream": [{"fault": "refused"}], "answer": {"code": 50290}}]}))
    code, out, err = command("test", tests / "fallback.test.yaml", "-c", gateway.config_file, folder=gateway.folder)
    assert code == 0, out + err
