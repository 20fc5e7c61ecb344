"""Rate limits, access by role, consumer and address."""
import concurrent.futures
import re
import socket

from harness.envelope import assert_error, assert_success
from harness.gateway import API_TOKEN, API_TOKEN_SHA256, PARTNER_KEY, PARTNER_SECRET, main_config
from harness.http import call, message, until
from harness.signing import signed

OK = b'{"ok":true}'


def configuration(upstream):
    config = main_config({"oms": upstream.address})
    config["listeners"].append({"name": "proxied", "address": "127.0.0.1:0", "trusted_proxies": ["127.0.0.1/32"]})
    config["consumers"].append({"name": "reporting", "roles": ["internal", "reader"], "api_tokens": [{"sha256": API_TOKEN_SHA256}]})
    limited = lambda name, **limit: {"name": name, "match": {"methods": ["GET", "POST"], "path": f"/{name}"}, "plugins": [{"rate_limit": limit}]}
    adapter = {"http": {"cluster": "oms", "path": "/x"}}
    signed_routes = [
        limited("by-consumer", rate="1/h", burst=5, per="consumer"),
        limited("by-route", rate="1/h", burst=3, per="route"),
        limited("by-address", rate="1/h", burst=2, per="address"),
        limited("fast", rate="20/s", burst=1, per="consumer"),
        {"name": "internal", "match": {"method": "GET", "path": "/internal"}, "access": {"roles": ["internal"]}},
        {"name": "only-partner", "match": {"method": "GET", "path": "/only-partner"}, "access": {"consumers": ["partner"]}},
        {"name": "here", "match": {"method": "GET", "path": "/here"}, "access": {"addresses": ["127.0.0.1/32"]}},
        {"name": "elsewhere", "match": {"methods": ["GET", "POST"], "path": "/elsewhere"}, "access": {"addresses": ["10.0.0.0/8", "::1/128"]}},
        {"name": "both", "match": {"method": "GET", "path": "/both"}, "access": {"roles": ["internal"], "addresses": ["127.0.0.0/8"]}},
    ]
    return config, {
        "signed": {"api": "signed", "base": "/s", "defaults": {"auth": {"any": ["signature", "api_key"]}},
                   "routes": [{**route, "adapter": adapter} for route in signed_routes]},
        "narrowed": {"api": "narrowed", "base": "/n", "defaults": {"auth": {"any": ["signature", "api_key"]}, "access": {"roles": ["internal", "partner"]}},
                     "routes": [{"name": "readers", "match": {"method": "GET", "path": "/readers"}, "access": {"roles": ["reader"]}, "adapter": adapter},
                                {"name": "all", "match": {"method": "GET", "path": "/all"}, "adapter": adapter}]},
        "open": {"api": "open", "base": "/o", "defaults": {"auth": "none"}, "routes": [
            {**limited("limited", rate="1/h", burst=2, per="address"), "adapter": adapter},
            {"name": "x", "match": {"method": "GET", "path": "/x"}, "access": {"addresses": ["10.0.0.0/8"]}, "adapter": adapter}]},
    }


def oms(gateway, target, method="GET", body=None):
    return gateway.call(method, target, signed(body or b""), body)


def partner(gateway, target):
    return gateway.call("GET", target, signed(key=PARTNER_KEY, secret=PARTNER_SECRET))


def assert_limited(response):
    limit = response.json["details"].get("limit")
    assert_error(response, 42990, **({"limit": limit} if limit is not None else {}))
    assert 1 <= int(response.header("Retry-After")) <= 3600
    return response


def test_a_consumer_has_a_burst_and_no_more(gateway, upstream):
    for left in range(4, -1, -1):
        response = assert_success(oms(gateway, "/s/by-consumer"), OK)
        assert re.fullmatch(rf'"[^"]+";r={left}(;t=\d+)?', response.header("RateLimit")), response
        assert re.fullmatch(r'"[^"]+";q=\d+(;w=\d+)?', response.header("RateLimit-Policy")), response
    for _ in range(3):
        response = assert_limited(oms(gateway, "/s/by-consumer"))
        assert re.fullmatch(r'"[^"]+";r=0(;t=\d+)?', response.header("RateLimit")), response
    assert_success(partner(gateway, "/s/by-consumer"), OK)
    assert len(upstream.requests) == 6


def test_a_route_has_one_limit_for_all(gateway, upstream):
    for answer in (oms(gateway, "/s/by-route"), partner(gateway, "/s/by-route"), oms(gateway, "/s/by-route", "POST", b"{}")):
        assert_success(answer, OK)
    for answer in (oms(gateway, "/s/by-route"), partner(gateway, "/s/by-route")):
        assert_limited(answer)


def test_a_strangers_calls_do_not_use_up_a_consumers_limit(gateway, upstream):
    for _ in range(20):
        assert_error(gateway.call("GET", "/s/fast", signed(secret="wrong-secret-0123456789")), 40191)
    assert_success(oms(gateway, "/s/fast"), OK)


def test_a_limit_fills_up_again(gateway, upstream):
    assert until(lambda: oms(gateway, "/s/fast").status == 429, what="the limit")
    assert until(lambda: oms(gateway, "/s/fast").status == 200, timeout=20, interval=0.06, what="a new call")


def from_address(gateway, address, target):
    with socket.socket() as other:
        other.bind((address, 0))
        other.settimeout(20)
        other.connect(("127.0.0.1", gateway.port))
        other.sendall(message("GET", target, {"Connection": "close"}))
        return int(other.recv(12)[9:])


def test_a_limit_by_address(gateway, upstream):
    assert [from_address(gateway, "127.0.0.5", "/o/limited") for _ in range(3)] == [200, 200, 429]
    assert from_address(gateway, "127.0.0.6", "/o/limited") == 200


def test_an_address_behind_a_trusted_proxy_is_the_callers(gateway, upstream):
    through = lambda forwarded: call(gateway.ports["proxied"], "GET", "/o/limited", [("X-Forwarded-For", forwarded)]).status
    assert [through("7.7.7.7") for _ in range(3)] == [200, 200, 429]
    assert [through(f"{number}.1.1.1, 7.7.7.7") for number in range(3)] == [429, 429, 429]  # only the nearest is believed
    assert through("8.8.8.8") == 200
    direct = lambda: gateway.call("GET", "/o/limited", [("X-Forwarded-For", "9.9.9.9")]).status
    assert [direct() for _ in range(4)].count(429) >= 2  # nobody vouches for this one


def test_64_parallel_calls_share_one_burst(gateway, upstream):

    with concurrent.futures.ThreadPoolExecutor(32) as pool:
        answers = list(pool.map(lambda _: from_address(gateway, "127.0.0.9", "/o/limited"), range(64)))
    assert answers.count(200) == 2 and answers.count(429) == 62


def test_roles(gateway, upstream):
    assert_success(oms(gateway, "/s/internal"), OK)
    assert_success(gateway.call("GET", "/s/internal", {"X-API-Key": API_TOKEN}), OK)
    assert_error(partner(gateway, "/s/internal"), 40390)


def test_consumers(gateway, upstream):
    assert_success(partner(gateway, "/s/only-partner"), OK)
    assert_error(oms(gateway, "/s/only-partner"), 40390)


def test_addresses(gateway, upstream):
    assert_success(oms(gateway, "/s/here"), OK)
    assert_success(oms(gateway, "/s/both"), OK)
    assert_error(partner(gateway, "/s/both"), 40390)
    assert_error(oms(gateway, "/s/elsewhere"), 40391)
    assert_error(gateway.call("GET", "/o/x"), 40391)
    assert len(upstream.requests) == 2


def test_a_route_only_narrows_the_access_of_its_file(gateway, upstream):
    assert_success(gateway.call("GET", "/n/readers", {"X-API-Key": API_TOKEN}), OK)
    assert_error(oms(gateway, "/n/readers"), 40390)
    assert_success(partner(gateway, "/n/all"), OK)
