"""Signature v2: it covers the whole call and works once; an announced body proves the head and streams."""
import concurrent.futures
import hashlib
import re
import subprocess

import pytest

from harness.envelope import assert_error, assert_success
from harness.gateway import PARTNER_KEY, PARTNER_SECRET, Gateway, command, main_config
from harness.http import chunked, head_of, message, until
from harness.signing import KEY, SECRET, now, signed, signed_v2

BODY = '{"externalNo":"E-1","goods":"苹果"}'.encode()
LONG = bytes(range(256)) * 4_000  # a megabyte: not gathered unless somebody needs it whole
TARGET = "/orders/a%2Db?x=1&y="
NEW_KEY, OLD_KEY = "new-key", "old-key"
ROUTES = {"orders": {
    "api": "orders", "base": "/orders",
    "defaults": {"auth": {"any": ["signature", "api_key"]}, "access": {"roles": ["internal", "partner"]}, "http": {"cluster": "oms"}},
    "routes": [{"name": "inside", "match": {"methods": ["POST"], "path": "/inside"}, "access": {"roles": ["internal"]}, "adapter": "http"},
               {"name": "any", "match": {"methods": "any", "path": "/{rest...}"}, "adapter": "http"}]}}


def settings(upstream, **more):
    config = main_config({"oms": upstream.address}, **more)
    config["consumers"] += [
        {"name": "new", "roles": ["internal"], "keys": [{"id": NEW_KEY, "secrets": ["${env:OMS_SECRET}"], "versions": ["v2"]}]},
        {"name": "old", "roles": ["internal"], "keys": [{"id": OLD_KEY, "secrets": ["${env:OMS_SECRET}"], "versions": ["v1"]}]}]
    return config, ROUTES


def configuration(upstream):
    return settings(upstream)


def full(**changed):
    """A call that uses everything that is signed."""
    call = {"content_encoding": "identity", "idempotency_key": "order-1", "accept": "application/json", **changed}
    return signed_v2("POST", TARGET, BODY, **call)


def replaced(headers, name, value):
    """`value` instead; None: without it."""
    return [(key, old if key != name else value) for key, old in headers if key != name or value is not None]


def assert_untouched(upstream):
    assert upstream.bytes == 0 and upstream.requests == [], upstream.requests


@pytest.mark.parametrize("announce", [False, True])
def test_a_signed_call_passes_and_its_credentials_stay_here(gateway, upstream, announce):
    assert_success(gateway.call("POST", TARGET, full(announce=announce), BODY), b'{"ok":true}')
    request = upstream.one()
    assert request.body == BODY and request.header("X-Consumer-Name") == "oms" and request.target == "/orders/a-b?x=1&y="
    assert not request.names & {"authorization", "x-timestamp", "x-nonce", "x-signature", "x-content-sha256"}


@pytest.mark.parametrize("body", [None, b"", b"{}", bytes(range(256)), LONG], ids=["none", "empty", "short", "binary", "long"])
@pytest.mark.parametrize("announce", [False, True])
def test_any_bytes_are_signed_as_they_are(gateway, upstream, body, announce):
    assert_success(gateway.call("POST", "/orders", signed_v2("POST", "/orders", body, announce=announce), body), b'{"ok":true}')
    assert upstream.one().body == (body or b"")


CHANGED = {
    "method": lambda h: ("PUT", TARGET, h, BODY),
    "path": lambda h: ("POST", "/orders/a%2Dc?x=1&y=", h, BODY),
    "path, another spelling of the same": lambda h: ("POST", "/orders/a-b?x=1&y=", h, BODY),
    "path, case of an escape": lambda h: ("POST", "/orders/a%2db?x=1&y=", h, BODY),
    "query": lambda h: ("POST", "/orders/a%2Db?x=2&y=", h, BODY),
    "query, its order": lambda h: ("POST", "/orders/a%2Db?y=&x=1", h, BODY),
    "query, longer": lambda h: ("POST", TARGET + "&", h, BODY),
    "query, none": lambda h: ("POST", "/orders/a%2Db", h, BODY),
    "query, empty": lambda h: ("POST", "/orders/a%2Db?", h, BODY),
    "body": lambda h: ("POST", TARGET, h, BODY[:-1] + b"]"),
    "body, longer": lambda h: ("POST", TARGET, h, BODY + b" "),
    "body, shorter": lambda h: ("POST", TARGET, h, BODY[:-1]),
    "body, none": lambda h: ("POST", TARGET, h, b""),
    "key": lambda h: ("POST", TARGET, replaced(h, "Authorization", f"ApiKey {NEW_KEY}"), BODY),
    "timestamp": lambda h: ("POST", TARGET, replaced(h, "X-Timestamp", str(int(dict(h)["X-Timestamp"]) + 1)), BODY),
    "nonce": lambda h: ("POST", TARGET, replaced(h, "X-Nonce", dict(h)["X-Nonce"][:-1] + "_"), BODY),
    "signature": lambda h: ("POST", TARGET, replaced(h, "X-Signature", dict(h)["X-Signature"][:-1] + ("0" if dict(h)["X-Signature"][-1] != "0" else "1")), BODY),
    "content type": lambda h: ("POST", TARGET, replaced(h, "Content-Type", "text/plain"), BODY),
    "content type, blanks inside": lambda h: ("POST", TARGET, replaced(h, "Content-Type", "application/json "[:-1] + "; a=b"), BODY),
    "content type, none": lambda h: ("POST", TARGET, replaced(h, "Content-Type", None), BODY),
    "content encoding": lambda h: ("POST", TARGET, replaced(h, "Content-Encoding", "gzip"), BODY),
    "content encoding, none": lambda h: ("POST", TARGET, replaced(h, "Content-Encoding", None), BODY),
    "idempotency key": lambda h: ("POST", TARGET, replaced(h, "Idempotency-Key", "order-2"), BODY),
    "idempotency key, none": lambda h: ("POST", TARGET, replaced(h, "Idempotency-Key", None), BODY),
    "accept": lambda h: ("POST", TARGET, replaced(h, "Accept", "*/*"), BODY),
    "accept, none": lambda h: ("POST", TARGET, replaced(h, "Accept", None), BODY),
}


@pytest.mark.parametrize("announce", [False, True])
@pytest.mark.parametrize("case", CHANGED)
def test_a_changed_byte_of_anything_that_is_signed_is_40191(gateway, upstream, case, announce):
    headers = full(announce=announce)
    assert_error(gateway.call(*CHANGED[case](headers)), 40191)
    assert_untouched(upstream)
    assert_success(gateway.call("POST", TARGET, headers, BODY), b'{"ok":true}')  # it did not use up the nonce


def test_every_byte_of_every_signed_header_counts(gateway, upstream):
    headers = full()
    with gateway.connect() as connection:
        for name in ("X-Nonce", "Content-Type", "Content-Encoding", "Idempotency-Key", "Accept"):
            value = dict(headers)[name]
            for at in range(len(value)):
                other = value[:at] + ("x" if value[at] != "x" else "y") + value[at + 1:]
                connection.send(message("POST", TARGET, replaced(headers, name, other), BODY))
                assert_error(connection.read(), 40191)
    assert_untouched(upstream)


REFUSED = {
    "wrong secret": (lambda: full(secret="another-secret-0123456789"), 40191),
    "another's secret": (lambda: full(secret=PARTNER_SECRET), 40191),
    "another audience": (lambda: full(audience="causeway-2"), 40191),
    "unknown key": (lambda: full(key="nobody"), 40191),
    "6 minutes old": (lambda: full(timestamp=now() - 6 * 60_000), 40193),
    "2 minutes ahead": (lambda: full(timestamp=now() + 2 * 60_000), 40193),
    "old and wrong": (lambda: full(timestamp=now() - 6 * 60_000, secret="another-secret-0123456789"), 40191),
    "no nonce": (lambda: replaced(full(), "X-Nonce", None), 40191),
    "nonce too short": (lambda: full(nonce="a" * 15), 40191),
    "nonce too long": (lambda: full(nonce="a" * 65), 40191),
    "nonce of other characters": (lambda: full(nonce="0123456789abcde+"), 40191),
    "no timestamp": (lambda: replaced(full(), "X-Timestamp", None), 40191),
    "no authorization": (lambda: replaced(full(), "Authorization", None), 40191),
    "upper-case hex": (lambda: replaced(full(), "X-Signature", "v2=" + dict(full())["X-Signature"][3:].upper()), 40191),
    "upper-case version": (lambda: replaced(full(), "X-Signature", "V2=" + dict(full())["X-Signature"][3:]), 40191),
    "another version": (lambda: replaced(full(), "X-Signature", "v3=" + dict(full())["X-Signature"][3:]), 40191),
    "no version: it is no signature v1": (lambda: replaced(full(), "X-Signature", dict(full())["X-Signature"][3:]), 40191),
    "signature too short": (lambda: replaced(full(), "X-Signature", "v2=" + "ab" * 31), 40191),
    "announced hash of another form": (lambda: replaced(full(announce=True), "X-Content-SHA256", "ab" * 31), 40191),
    "announced hash in upper case": (lambda: replaced(full(announce=True), "X-Content-SHA256", dict(full(announce=True))["X-Content-SHA256"].upper()), 40191),
    "announced hash of another body": (lambda: replaced(full(announce=True), "X-Content-SHA256", "ab" * 32), 40191),
    "a v1 signature behind v2=": (lambda: replaced(full(), "X-Signature", "v2=" + dict(signed(BODY))["X-Signature"]), 40191),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refused(gateway, upstream, case):
    make, code = REFUSED[case]
    assert_error(gateway.call("POST", TARGET, make(), BODY), code)
    assert_untouched(upstream)


@pytest.mark.parametrize("name", ["X-Nonce", "X-Content-SHA256", "X-Signature", "X-Timestamp", "Content-Type", "Content-Encoding",
                                  "Idempotency-Key", "Accept"])
@pytest.mark.parametrize("value", ["same", "another"])
@pytest.mark.parametrize("first", [False, True])
def test_a_signed_header_that_comes_twice_is_malformed(gateway, upstream, name, value, first):
    headers = full(announce=True)
    second = [(name, dict(headers)[name] if value == "same" else "other")]
    assert_error(gateway.call("POST", TARGET, second + headers if first else headers + second, BODY), 40090)
    assert_untouched(upstream)


@pytest.mark.parametrize("name", ["Content_Type", "content.type", "Idempotency_Key", "Content_Encoding"])
def test_nor_may_it_come_in_the_spelling_of_a_system_behind(gateway, upstream, name):
    assert_error(gateway.call("POST", TARGET, [*full(), (name, "x")], BODY), 40090)
    assert_untouched(upstream)


@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
def test_a_nonce_works_once_on_every_method(gateway, upstream, method):
    body = BODY if method == "POST" else None
    headers = signed_v2(method, "/orders", body, nonce=f"once-{method:-<5}-{now()}")
    assert_success(gateway.call(method, "/orders", headers, body), b'{"ok":true}')
    assert_error(gateway.call(method, "/orders", headers, body), 40194)
    again = signed_v2("POST", "/orders/other", b"other", nonce=dict(headers)["X-Nonce"], timestamp=now() + 50_000)
    assert_error(gateway.call("POST", "/orders/other", again, b"other"), 40194)
    other_key = signed_v2(method, "/orders", body, key=NEW_KEY, nonce=dict(headers)["X-Nonce"])
    assert_success(gateway.call(method, "/orders", other_key, body), b'{"ok":true}')
    assert len(upstream.requests) == 2


def test_64_parallel_copies_make_exactly_one_call(gateway, upstream):
    data = message("POST", TARGET, full(), BODY)
    connections = [gateway.connect() for _ in range(64)]
    for connection in connections:
        connection.send(data[:-1])
    with concurrent.futures.ThreadPoolExecutor(64) as pool:
        answers = list(pool.map(lambda c: c.send(data[-1:]).read(), connections))
    for connection in connections:
        connection.close()
    assert sorted(answer.status for answer in answers) == [200] + [401] * 63
    for answer in answers:
        if answer.status != 200:
            assert_error(answer, 40194)
    assert len(upstream.requests) == 1


def test_a_restart_does_not_open_the_door_to_a_replay(upstream, tmp_path):
    config, routes = settings(upstream)
    with Gateway(config, routes, tmp_path) as first:
        headers = signed_v2("GET", "/orders")
        assert_success(first.call("GET", "/orders", headers), b'{"ok":true}')
    with Gateway(config, routes, tmp_path) as second:
        assert_error(second.call("GET", "/orders", headers), 40194)
        assert_success(second.call("GET", "/orders", signed_v2("GET", "/orders")), b'{"ok":true}')
    assert len(upstream.requests) == 2


def test_a_key_takes_the_versions_that_it_says(gateway, upstream):
    assert_success(gateway.call("POST", "/orders", signed_v2("POST", "/orders", BODY, NEW_KEY), BODY), b'{"ok":true}')
    assert_error(gateway.call("POST", "/orders", signed(BODY, NEW_KEY), BODY), 40191)
    assert_success(gateway.call("POST", "/orders", signed(BODY, OLD_KEY), BODY), b'{"ok":true}')
    assert_error(gateway.call("POST", "/orders", signed_v2("POST", "/orders", BODY, OLD_KEY), BODY), 40191)
    assert_success(gateway.call("POST", "/orders", signed(BODY), BODY), b'{"ok":true}')
    assert len(upstream.requests) == 3


@pytest.mark.parametrize("versions, v1, v2", [(["v1"], True, False), (["v2"], False, True)])
def test_the_default_of_all_keys_can_be_said(upstream, tmp_path, versions, v1, v2):
    config, routes = settings(upstream, signing={"versions": versions, "audience": "gateway-7"})
    with Gateway(config, routes, tmp_path) as gateway:
        for headers, passes in ((signed(BODY), v1), (signed_v2("POST", "/orders", BODY, audience="gateway-7"), v2)):
            response = gateway.call("POST", "/orders", headers, BODY)
            assert_success(response, b'{"ok":true}') if passes else assert_error(response, 40191)
        assert_error(gateway.call("POST", "/orders", signed_v2("POST", "/orders", BODY), BODY), 40191)
    assert len(upstream.requests) == 1


@pytest.mark.parametrize("headers, code", [
    (lambda: full(announce=True, secret="another-secret-0123456789"), 40191),
    (lambda: full(announce=True, timestamp=now() - 6 * 60_000), 40193),
    (lambda: signed_v2("POST", "/orders", BODY, announce=True), 40191)], ids=["secret", "old", "path"])
def test_an_announced_body_is_not_read_when_the_head_is_wrong(gateway, upstream, headers, code):
    with gateway.connect() as connection:
        connection.send(head_of("POST", TARGET, [*headers(), ("Content-Length", "1000000"), ("Expect", "100-continue")]))
        response = connection.read(interim=True)
        assert_error(response, code)
        assert response.header("Connection", "").lower() == "close"
        connection.assert_closed()
    assert_untouched(upstream)


def test_access_is_decided_before_the_body(gateway, upstream):
    headers = signed_v2("POST", "/orders/inside", LONG, PARTNER_KEY, PARTNER_SECRET, announce=True)
    with gateway.connect() as connection:
        connection.send(head_of("POST", "/orders/inside", [*headers, ("Content-Length", str(len(LONG))), ("Expect", "100-continue")]))
        assert_error(connection.read(interim=True), 40390)
    assert_untouched(upstream)


@pytest.mark.parametrize("framing", ["length", "chunked"])
def test_an_announced_body_streams_before_it_has_arrived(gateway, upstream, framing):
    headers = signed_v2("POST", "/orders", LONG, announce=True)
    with gateway.connect() as connection:
        if framing == "length":
            connection.send(message("POST", "/orders", headers, LONG)[:-100_000])
            rest = LONG[-100_000:]
        else:
            sent = chunked(*(LONG[at:at + 10_000] for at in range(0, len(LONG), 10_000)))
            connection.send(head_of("POST", "/orders", [*headers, ("Transfer-Encoding", "chunked")]) + sent[:-100_000])
            rest = sent[-100_000:]
        until(lambda: upstream.bytes > 500_000, what="half of the body")
        assert upstream.requests == []
        assert_success(connection.send(rest).read(), b'{"ok":true}')
    assert upstream.one().body == LONG


@pytest.mark.parametrize("framing", ["length", "chunked"])
@pytest.mark.parametrize("at", [0, len(LONG) // 2, len(LONG) - 1], ids=["first", "middle", "last"])
def test_an_announced_body_that_is_another_never_reaches_the_system_whole(gateway, upstream, framing, at):
    headers = signed_v2("POST", "/orders", LONG, announce=True)
    other = LONG[:at] + bytes([LONG[at] ^ 1]) + LONG[at + 1:]
    with gateway.connect() as connection:
        if framing == "length":
            connection.send(message("POST", "/orders", headers, other))
        else:
            connection.send(head_of("POST", "/orders", [*headers, ("Transfer-Encoding", "chunked")]) + chunked(other[:300_000], other[300_000:]))
        assert_error(connection.read(), 40191)
    until(lambda: upstream.broken, what="the end of the request that breaks off")
    assert upstream.requests == []
    assert_error(gateway.call("POST", "/orders", headers, LONG), 40194)  # the head was right: it is used up


def test_without_an_announcement_a_body_is_whole_before_the_system_sees_it(gateway, upstream):
    headers = signed_v2("POST", "/orders", LONG)
    assert_error(gateway.call("POST", "/orders", headers, LONG[:-1] + b"!"), 40191)
    assert_untouched(upstream)
    assert_success(gateway.call("POST", "/orders", headers, LONG), b'{"ok":true}')


def test_a_call_with_a_token_streams_where_signatures_are_allowed_too(upstream, tmp_path):
    # Who is gathered depends on the call, not on the route.
    config, routes = settings(upstream)
    config["consumers"].append({"name": "bi", "roles": ["internal"], "api_tokens": [{"sha256": hashlib.sha256(b"a-token-of-bi-0123456789").hexdigest()}]})
    with Gateway(config, routes, tmp_path) as gateway, gateway.connect() as connection:
        connection.send(message("POST", "/orders", [("X-API-Key", "a-token-of-bi-0123456789")], LONG)[:-1])
        until(lambda: upstream.bytes > 500_000, what="half of the body")
        assert_success(connection.send(LONG[-1:]).read(), b'{"ok":true}')


def test_the_metric_says_why(gateway):
    def count(reason):
        return sum(gateway.metric("causeway_auth_failures_total", scheme="signature", reason=reason).values())
    cases = {"missing_nonce": replaced(full(), "X-Nonce", None), "bad_nonce_form": full(nonce="short"),
             "bad_content_hash_form": [*full(), ("X-Content-SHA256", "x")], "doubled_signed_header": [*full(), ("Accept", "b")],
             "version_not_allowed": full(key=OLD_KEY), "wrong_signature": full(audience="other")}
    for reason, headers in cases.items():
        before = count(reason)
        gateway.call("POST", TARGET, headers, BODY)
        assert count(reason) == before + 1, reason
    before = count("wrong_content_hash")
    gateway.call("POST", TARGET, full(announce=True), BODY + b" ")
    assert count("wrong_content_hash") == before + 1


@pytest.mark.parametrize("arguments, sends", [
    (["POST", "/orders?a=1&b=%20", "--body", '{"a":"it\'s"}', "--idempotency-key", "o-1"], b'{"a":"it\'s"}'),
    (["POST", "/orders/a%5B1%5D", "--body", "x", "--content-type", "text/plain", "--announce"], b"x"),
    (["POST", "/orders", "--body", "x", "--content-type", "", "--accept", ""], b"x"),
    (["GET", "/orders?"], b""), (["DELETE", "/orders/7"], b""),
    (["POST", "/orders", "--body", "x", "--version", "v1"], b"x"),
    (["POST", "/orders", "--body", "x", "--version", "v2", "--nonce", "a-nonce-of-my-own-0001"], b"x")], ids=str)
def test_causeway_sign_prints_a_call_that_works(gateway, upstream, arguments, sends):
    code, out, err = command("sign", "--consumer", "oms", *arguments, "-c", gateway.config_file,
                             "--url", f"http://127.0.0.1:{gateway.port}")
    assert code == 0, err
    assert SECRET not in out + err
    assert ("v2=" in out) == ("v1" not in arguments)
    done = subprocess.run(["sh", "-c", out], capture_output=True, timeout=30)
    assert b'"code":0' in done.stdout, (out, done)
    request = upstream.one()
    assert request.body == sends and request.target == re.search(r"/orders\S*", arguments[1])[0]


def test_causeway_sign_takes_the_newest_version_that_the_key_takes(gateway):
    def sign(consumer, *arguments):
        return command("sign", "--consumer", consumer, "GET", "/orders", "-c", gateway.config_file, *arguments)
    assert "X-Signature: v2=" in sign("new")[1] and "X-Signature: v2=" in sign("oms")[1]
    assert re.search(r"X-Signature: [0-9a-f]{64}'", sign("old")[1])
    for consumer, version, key in (("old", "v2", OLD_KEY), ("new", "v1", NEW_KEY)):
        code, out, err = sign(consumer, "--version", version)
        assert (code, out) == (2, "") and f'the key "{key}" does not take version {version}' in err
    for wrong in (["--version", "v3"], ["--nonce", "short"]):
        assert sign("oms", *wrong)[0] == 2


def test_causeway_sign_reproduces_a_signature_of_someone_else(gateway):
    timestamp, nonce = str(now()), "a-nonce-to-compare-01"
    headers = signed_v2("POST", "/orders?x", b"{}", timestamp=timestamp, nonce=nonce, audience="other", accept="*/*", idempotency_key="k")
    _, out, _ = command("sign", "--consumer", "oms", "POST", "/orders?x", "--body", "{}", "-c", gateway.config_file, "--timestamp",
                        timestamp, "--nonce", nonce, "--audience", "other", "--idempotency-key", "k")
    assert f"X-Signature: {dict(headers)['X-Signature']}'" in out
