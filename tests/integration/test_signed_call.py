"""The handbook's signature: what verifies, what is refused with which code, and that a refused call never reaches the system."""
import concurrent.futures
import hashlib
import re
import subprocess
import time

import pytest

from harness.envelope import assert_error, assert_success
from harness.gateway import (API_TOKEN, API_TOKEN_SHA256, PARTNER_KEY, PARTNER_SECRET, Gateway, command, main_config)
from harness.http import chunked, head_of, message
from harness.signing import KEY, SECRET, digest, fresh, now, signed

BODY = '{"externalNo":"E-1","goods":"苹果"}'.encode()
OLD, NEW = "rotating-old-0123456789abcdef", "rotating-new-0123456789abcdef"

ROUTES = {
    "orders": {
        "api": "orders", "base": "/api/{version}/orders", "versions": {"v1": {"released": "2024-01-29"}},
        "defaults": {"auth": {"any": ["signature"]}, "access": {"roles": ["internal", "partner"]}, "http": {"cluster": "oms"}},
        "routes": [
            {"name": "list", "match": {"method": "GET", "path": "/"}, "adapter": {"http": {"path": "/orders"}}},
            {"name": "create", "match": {"method": "POST", "path": "/"}, "adapter": {"http": {"path": "/orders"}}},
            {"name": "cancel", "match": {"methods": ["POST", "DELETE"], "path": "/{id}/cancel"},
             "adapter": {"http": {"path": "/orders/{id}/cancel"}}},
            {"name": "inside", "match": {"method": "POST", "path": "/inside"}, "access": {"roles": ["internal"]},
             "adapter": {"http": {"path": "/inside"}}},
        ]},
    "reports": {
        "api": "reports", "base": "/api/{version}/reports", "versions": {"v1": {"released": "2024-01-29"}},
        "defaults": {"auth": {"any": ["signature", "api_key"]}, "access": {"roles": ["internal"]}, "http": {"cluster": "oms"}},
        "routes": [{"name": "report", "match": {"method": "GET", "path": "/"}, "adapter": {"http": {"path": "/reports"}}}]},
}


def settings(upstream, **more):
    config = main_config({"oms": upstream.address}, **more)
    config["consumers"] += [
        {"name": "rotating", "roles": ["internal"], "keys": [{"id": "rotating-key", "secrets": ["${env:OLD_SECRET}", "${env:NEW_SECRET}"]}]},
        {"name": "reporting", "roles": ["internal"], "api_tokens": [{"sha256": API_TOKEN_SHA256}]},
    ]
    return config, ROUTES


@pytest.fixture(scope="module")
def gateway(upstream, tmp_path_factory):
    config, routes = settings(upstream)
    with Gateway(config, routes, tmp_path_factory.mktemp("gateway"),
                 environment={"OLD_SECRET": OLD, "NEW_SECRET": NEW}) as running:
        yield running


def post(gateway, headers, body=BODY, target="/api/v1/orders", method="POST"):
    return gateway.call(method, target, [*headers, ("Content-Type", "application/json")], body)


def assert_untouched(upstream):
    assert upstream.bytes == 0 and upstream.requests == [], upstream.requests


def test_the_handbooks_java_example_verifies(gateway, upstream):
    # content = timestamp + apiKey + body + secret; DigestUtils.sha256Hex(content)
    timestamp = str(fresh())
    content = timestamp + KEY + BODY.decode("utf-8") + SECRET
    signature = hashlib.sha256(content.encode("utf-8")).hexdigest()
    response = post(gateway, [("Authorization", f"ApiKey {KEY}"), ("X-Signature", signature), ("X-Timestamp", timestamp)])
    assert_success(response, b'{"ok":true}')
    assert upstream.one().body == BODY


def test_the_handbooks_own_timestamp_is_right_but_long_outside_the_window(gateway, upstream):
    assert_error(post(gateway, signed(BODY, timestamp=1706518800000)), 40193)
    assert_untouched(upstream)


@pytest.mark.parametrize("body", [b"", b"{}", bytes(range(256)), b"x" * 300_000], ids=["empty", "short", "binary", "long"])
def test_any_bytes_are_signed_as_they_are(gateway, upstream, body):
    assert_success(post(gateway, signed(body), body), b'{"ok":true}')
    assert upstream.one().body == body


def test_the_body_may_be_chunked(gateway, upstream):
    with gateway.connect() as connection:
        connection.send(head_of("POST", "/api/v1/orders", [*signed(BODY), ("Transfer-Encoding", "chunked")]))
        connection.send(chunked(BODY[:3], BODY[3:17], BODY[17:]))
        assert_success(connection.read(), b'{"ok":true}')
    assert upstream.one().body == BODY


REFUSED = {
    "wrong secret": (lambda: signed(BODY, secret="another-secret-0123456789"), 40191),
    "another's secret": (lambda: signed(BODY, secret=PARTNER_SECRET), 40191),
    "another's key": (lambda: [("Authorization", f"ApiKey {PARTNER_KEY}"), *signed(BODY)[1:]], 40191),
    "changed body": (lambda: signed(BODY + b" "), 40191),
    "no body signed": (lambda: signed(b""), 40191),
    "unknown key": (lambda: signed(BODY, key="nobody"), 40191),
    "6 minutes old": (lambda: signed(BODY, timestamp=now() - 6 * 60_000), 40193),
    "2 minutes ahead": (lambda: signed(BODY, timestamp=now() + 2 * 60_000), 40193),
    "old and wrong": (lambda: signed(BODY, timestamp=now() - 6 * 60_000, secret="another-secret-0123456789"), 40191),
    "timestamp changed": (lambda: [*signed(BODY)[:1], ("X-Timestamp", str(fresh())), signed(BODY, timestamp=now() - 5)[2]], 40191),
    "upper-case hex": (lambda: [*signed(BODY, timestamp=now() - 1)[:2], ("X-Signature", digest(now(), KEY, BODY, SECRET).upper())], 40191),
    "no credentials": (lambda: [], 40190),
    "only the signature headers": (lambda: signed(BODY)[1:], (40190, 40191)),
    "no timestamp": (lambda: [h for h in signed(BODY) if h[0] != "X-Timestamp"], 40191),
    "no signature": (lambda: signed(BODY)[:2], 40191),
    "empty key": (lambda: [("Authorization", "ApiKey "), *signed(BODY, key="")[1:]], 40191),
    "key with a blank": (lambda: [("Authorization", f"ApiKey {KEY} {KEY}"), *signed(BODY)[1:]], 40191),
    "another scheme": (lambda: [("Authorization", f"Bearer {KEY}")], (40190, 40191)),
    "basic": (lambda: [("Authorization", "Basic b21zOm9tcw==")], (40190, 40191)),
    "api key where only a signature counts": (lambda: [("X-API-Key", API_TOKEN)], (40190, 40191)),
    "signature too short": (lambda: [*signed(BODY)[:2], ("X-Signature", "ab" * 31)], 40191),
    "signature too long": (lambda: [*signed(BODY)[:2], ("X-Signature", "ab" * 33)], 40191),
    "signature not hex": (lambda: [*signed(BODY)[:2], ("X-Signature", "zz" * 32)], 40191),
    "signature empty": (lambda: [*signed(BODY)[:2], ("X-Signature", "")], 40191),
    "signature v2": (lambda: [*signed(BODY)[:2], ("X-Signature", "v2=" + "ab" * 32)], 40191),
    "12 digits": (lambda: signed(BODY, timestamp=str(now())[:12]), 40191),
    "14 digits": (lambda: signed(BODY, timestamp="0" + str(now())), 40191),
    "seconds": (lambda: signed(BODY, timestamp=str(now() // 1000)), 40191),
    "signed timestamp": (lambda: signed(BODY, timestamp="+" + str(now())[1:]), 40191),
    "negative timestamp": (lambda: signed(BODY, timestamp="-" + str(now())[1:]), 40191),
    "timestamp with a point": (lambda: signed(BODY, timestamp="170651880000."), 40191),
    "13 nines": (lambda: signed(BODY, timestamp="9" * 13), 40193),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refused(gateway, upstream, case):
    make, expected = REFUSED[case]
    response = post(gateway, make())
    code = response.code if isinstance(expected, tuple) and response.code in expected else expected
    assert_error(response, code)
    assert_untouched(upstream)


def test_the_right_signature_in_upper_case_is_wrong(gateway, upstream):
    headers = signed(BODY)
    assert_error(post(gateway, [*headers[:2], ("X-Signature", headers[2][1].upper())]), 40191)
    assert_untouched(upstream)
    assert_success(post(gateway, headers), b'{"ok":true}')


AMBIGUOUS = {
    "two signatures": lambda: [*signed(BODY), ("X-Signature", "ab" * 32)],
    "the same signature twice": lambda: (lambda h: [*h, h[2]])(signed(BODY)),
    "two timestamps": lambda: [*signed(BODY), ("X-Timestamp", str(now()))],
    "two authorizations": lambda: [*signed(BODY), ("Authorization", f"ApiKey {PARTNER_KEY}")],
    "authorization in another case": lambda: [*signed(BODY), ("authorization", f"ApiKey {KEY}")],
    "signature and bearer": lambda: [("Authorization", f"Bearer {KEY}"), *signed(BODY)[1:]],
    "signature and api key": lambda: [*signed(BODY), ("X-API-Key", API_TOKEN)],
    "two api keys": lambda: [("X-API-Key", API_TOKEN), ("X-API-Key", API_TOKEN)],
}


@pytest.mark.parametrize("case", AMBIGUOUS)
@pytest.mark.parametrize("target, method", [("/api/v1/orders", "POST"), ("/api/v1/reports", "GET")])
def test_two_kinds_of_credentials_or_a_doubled_header_are_malformed(gateway, upstream, case, target, method):
    body = BODY if method == "POST" else None
    assert_error(gateway.call(method, target, AMBIGUOUS[case](), body), 40090)
    assert_untouched(upstream)


@pytest.mark.parametrize("skew, code", [(-4 * 60_000, None), (50_000, None), (70_000, 40193), (-5 * 60_000 - 5_000, 40193)])
def test_the_window_is_five_minutes_back_and_one_ahead(gateway, upstream, skew, code):
    response = gateway.call("GET", "/api/v1/orders", signed(b"", timestamp=now() + skew))
    if code:
        assert_error(response, code)
        assert_untouched(upstream)
    else:
        assert_success(response, b'{"ok":true}')


def test_the_same_post_again_is_a_replay(gateway, upstream):
    headers = signed(BODY)
    assert_success(post(gateway, headers), b'{"ok":true}')
    for target, method in (("/api/v1/orders", "POST"), ("/api/v1/orders/7/cancel", "POST"), ("/api/v1/orders/7/cancel", "DELETE")):
        assert_error(post(gateway, headers, target=target, method=method), 40194)
    assert len(upstream.requests) == 1


def test_a_wrong_signature_does_not_use_up_the_right_one(gateway, upstream):
    headers = signed(BODY)
    assert_error(post(gateway, headers, BODY + b"x"), 40191)
    assert_success(post(gateway, headers), b'{"ok":true}')
    assert len(upstream.requests) == 1


def test_64_parallel_copies_make_exactly_one_call(gateway, upstream):
    for _ in range(3):
        upstream.reset()
        data = message("POST", "/api/v1/orders", signed(BODY), BODY)
        connections = [gateway.connect() for _ in range(64)]
        for connection in connections:
            connection.send(data[:-1])
        with concurrent.futures.ThreadPoolExecutor(64) as pool:
            answers = list(pool.map(lambda c: c.send(data[-1:]).read(), connections))
        for connection in connections:
            connection.close()
        won = [answer for answer in answers if answer.status == 200]
        assert len(won) == 1, [answer.status for answer in answers]
        assert_success(won[0], b'{"ok":true}')
        for answer in answers:
            if answer is not won[0]:
                assert_error(answer, 40194)
        assert len(upstream.requests) == 1


def test_a_get_may_be_repeated_but_its_signature_is_dead_for_a_post(gateway, upstream):
    headers = signed(b"")
    for _ in range(3):
        assert_success(gateway.call("GET", "/api/v1/orders", headers), b'{"ok":true}')
    assert len(upstream.requests) == 3
    assert_error(gateway.call("POST", "/api/v1/orders", headers, b""), 40194)
    assert len(upstream.requests) == 3


def test_a_restart_does_not_open_the_door_to_a_replay(upstream, tmp_path):
    config, routes = settings(upstream)
    environment = {"OLD_SECRET": OLD, "NEW_SECRET": NEW}
    headers = signed(BODY)
    with Gateway(config, routes, tmp_path, environment=environment) as first:
        headers = signed(BODY)
        assert_success(post(first, headers), b'{"ok":true}')
    with Gateway(config, routes, tmp_path, environment=environment) as second:
        response = post(second, headers)
        assert response.status == 401 and response.code in (40193, 40194), response
    assert len(upstream.requests) == 1


@pytest.mark.parametrize("ahead", [0, 30_000])
@pytest.mark.parametrize("signing", [{"window": "10m"}, {"window": "4m"}, {"replay_memory": "1MiB"}, {}], ids=str)
def test_a_reload_does_not_either(upstream, tmp_path, signing, ahead):
    config, routes = settings(upstream)
    with Gateway(config, routes, tmp_path, environment={"OLD_SECRET": OLD, "NEW_SECRET": NEW}) as gateway:
        headers = signed(BODY, timestamp=fresh() + ahead)
        assert_success(post(gateway, headers), b'{"ok":true}')
        gateway.reload({**config, "signing": signing})
        response = post(gateway, headers)
        assert response.status == 401 and response.code in (40193, 40194), response
        assert_success(post(gateway, signed(BODY)), b'{"ok":true}')
    assert len(upstream.requests) == 2


@pytest.mark.parametrize("secret", [OLD, NEW])
def test_every_active_secret_verifies(gateway, upstream, secret):
    assert_success(post(gateway, signed(BODY, key="rotating-key", secret=secret)), b'{"ok":true}')
    assert upstream.one().header("X-Consumer-Name") == "rotating"


def test_a_retired_secret_is_refused_after_the_reload_and_a_new_one_taken(upstream, tmp_path):
    config, routes = settings(upstream)
    environment = {"OLD_SECRET": OLD, "NEW_SECRET": NEW}
    with Gateway(config, routes, tmp_path, environment=environment) as gateway:
        config["consumers"][2]["keys"][0]["secrets"] = ["${env:NEW_SECRET}"]
        gateway.reload(config)
        assert_error(post(gateway, signed(BODY, key="rotating-key", secret=OLD)), 40191)
        assert_success(post(gateway, signed(BODY, key="rotating-key", secret=NEW)), b'{"ok":true}')
    assert len(upstream.requests) == 1


def test_an_empty_secret_of_a_rotation_is_dropped(upstream, tmp_path):
    config, routes = settings(upstream)
    config["consumers"][2]["keys"][0]["secrets"] = ["${env:NEW_SECRET}", "${env:NOT_SET_ANYWHERE:-}"]
    with Gateway(config, routes, tmp_path, environment={"NEW_SECRET": NEW}) as gateway:
        assert_success(post(gateway, signed(BODY, key="rotating-key", secret=NEW)), b'{"ok":true}')
        assert_error(post(gateway, signed(BODY, key="rotating-key", secret="")), 40191)
    assert len(upstream.requests) == 1


def test_a_strangers_body_is_never_read(gateway, upstream):
    for headers, code in ((signed(BODY, key="nobody"), 40191), ([], 40190), (signed(BODY)[:2], 40191)):
        with gateway.connect() as connection:
            connection.send(head_of("POST", "/api/v1/orders", [*headers, ("Content-Length", "1000000"), ("Expect", "100-continue")]))
            response = connection.read(interim=True)
            assert_error(response, code)
            assert response.header("Connection", "").lower() == "close"
            connection.assert_closed()
    assert_untouched(upstream)


def test_access_is_decided_before_the_body(gateway, upstream):
    with gateway.connect() as connection:
        connection.send(head_of("POST", "/api/v1/orders/inside", [
            *signed(BODY, key=PARTNER_KEY, secret=PARTNER_SECRET), ("Content-Length", "1000000"), ("Expect", "100-continue")]))
        assert connection.read(interim=True).status != 100
    assert_untouched(upstream)


def test_100_continue_comes_after_authentication(gateway, upstream):
    with gateway.connect() as connection:
        connection.send(head_of("POST", "/api/v1/orders", [*signed(BODY), ("Expect", "100-continue")], BODY))
        assert connection.read(interim=True).status == 100
        assert_untouched(upstream)
        connection.send(BODY)
        assert_success(connection.read(interim=True), b'{"ok":true}')
    request = upstream.one()
    assert request.body == BODY and "expect" not in request.names


def test_a_role_that_is_missing_is_40390(gateway, upstream):
    assert_error(post(gateway, signed(BODY, key=PARTNER_KEY, secret=PARTNER_SECRET), target="/api/v1/orders/inside"), 40390)
    assert_untouched(upstream)
    assert_success(post(gateway, signed(BODY), target="/api/v1/orders/inside"), b'{"ok":true}')


def test_an_api_token_serves_where_the_route_says_so_and_a_signing_key_never_does(gateway, upstream):
    assert_success(gateway.call("GET", "/api/v1/reports", [("X-API-Key", API_TOKEN)]), b'{"ok":true}')
    request = upstream.one()
    assert request.header("X-Consumer-Name") == "reporting" and "x-api-key" not in request.names
    for token in (KEY, SECRET, API_TOKEN_SHA256, API_TOKEN[:-1], API_TOKEN + "0", API_TOKEN.upper(), "", "x" * 8000):
        assert_error(gateway.call("GET", "/api/v1/reports", [("X-API-Key", token)]), 40191)
    assert_error(gateway.call("GET", "/api/v1/reports"), 40190)
    assert len(upstream.requests) == 1


def test_the_window_can_be_configured(upstream, tmp_path):
    config, routes = settings(upstream, signing={"window": "1s", "future_skew": "2s"})
    with Gateway(config, routes, tmp_path, environment={"OLD_SECRET": OLD, "NEW_SECRET": NEW}) as gateway:
        assert_error(gateway.call("GET", "/api/v1/orders", signed(timestamp=now() - 1_500)), 40193)
        assert_error(gateway.call("GET", "/api/v1/orders", signed(timestamp=now() + 4_000)), 40193)
        assert_success(gateway.call("GET", "/api/v1/orders", signed(timestamp=now() + 500)), b'{"ok":true}')
    assert len(upstream.requests) == 1


def test_causeway_sign_prints_a_curl_command_that_works(gateway, upstream, tmp_path):
    body = tmp_path / "o.json"
    body.write_bytes(BODY)
    environment = {"OLD_SECRET": OLD, "NEW_SECRET": NEW}
    time.sleep(0.002)  # another millisecond than the call before: the same bytes would be a replay
    for given, sent in ((f"@{body}", BODY), ('{"a":"it\'s $HOME `x` \\" 1"}', b'{"a":"it\'s $HOME `x` \\" 1"}')):
        code, out, err = command("sign", "--consumer", "oms", "POST", "/api/v1/orders", "--body", given, "-c",
                                 gateway.config_file, "--url", f"http://127.0.0.1:{gateway.port}", environment=environment)
        assert code == 0, err
        assert SECRET not in out + err
        done = subprocess.run(["sh", "-c", re.sub(r"^\$ ", "", out)], capture_output=True, timeout=30, cwd=tmp_path)
        assert b'"code":0' in done.stdout, (out, done)
        assert upstream.requests[-1].body == sent
    code, out, err = command("sign", "--consumer", "oms", "GET", "/api/v1/orders", "-c", gateway.config_file,
                             "--url", f"http://127.0.0.1:{gateway.port}", environment=environment)
    assert code == 0, err
    assert b'"code":0' in subprocess.run(["sh", "-c", out], capture_output=True, timeout=30).stdout, out
    code, out, err = command("sign", "--consumer", "nobody", "GET", "/x", "-c", gateway.config_file, environment=environment)
    assert code != 0 and "nobody" in err, (code, out, err)
