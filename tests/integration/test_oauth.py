"""Bearer tokens: what verifies, what is refused with which code and reason, and that a refused call never reaches the system."""
import json
import re
import signal
import time

import pytest

from harness import jwt
from harness.envelope import assert_error, assert_success
from harness.gateway import API_TOKEN, API_TOKEN_SHA256, Gateway, command, main_config
from harness.signing import signed

ISSUER, OTHER = "https://idp.test", "https://other.test"
SECRET = b"hs256-secret-hs256-secret-hs256-secret"
KEYS = {name: jwt.Key(name) for name in ("RS256", "PS256", "ES256", "ES384", "EdDSA")}
KEYS["HS256"] = jwt.Key("HS256", secret=SECRET)
OTHER_KEY = jwt.Key("ES256", kid="only-key")
FOREIGN = jwt.Key("RS256", kid="foreign-key")

ROUTES = {
    "orders": {
        "api": "orders", "base": "/orders", "defaults": {"auth": {"any": ["oauth"]}, "access": {"roles": ["partner"]}, "http": {"cluster": "oms"}},
        "routes": [
            {"name": "list", "match": {"method": "GET", "path": "/"}, "adapter": {"http": {"path": "/orders"}}},
            {"name": "create", "match": {"method": "POST", "path": "/"}, "access": {"scopes": {"partner": ["orders:write"]}},
             "adapter": {"http": {"path": "/orders"}}},
            {"name": "inside", "match": {"method": "GET", "path": "/inside"}, "access": {"roles": ["partner"], "consumers": ["plain"]},
             "adapter": {"http": {"path": "/inside"}}},
        ]},
    "both": {
        "api": "both", "base": "/both", "defaults": {"auth": {"any": ["signature", "api_key", "oauth"]}, "http": {"cluster": "oms"}},
        "routes": [{"name": "any", "match": {"method": "POST", "path": "/"}, "adapter": {"http": {"path": "/both"}}}]},
    "signed": {
        "api": "signed", "base": "/signed", "defaults": {"auth": {"any": ["signature"]}, "http": {"cluster": "oms"}},
        "routes": [{"name": "signed-only", "match": {"method": "POST", "path": "/"}, "adapter": {"http": {"path": "/signed"}}}]},
}


def settings(upstream, folder):
    (folder / "config").mkdir(parents=True, exist_ok=True)
    given = [{"kid": "hs256-key", "algorithm": "HS256", "secret": "${env:JWT_SECRET}"}]
    for name, key in KEYS.items():
        if name != "HS256":
            (folder / "config" / f"{name}.pem").write_bytes(key.public_pem())
            given.append({"kid": key.kid, "algorithm": name, "public_key": f"{name}.pem"})
    config = main_config({"oms": upstream.address})
    config["consumers"] += [
        {"name": "market", "roles": ["partner"], "scopes": ["orders:read", "orders:write"],
         "oauth": [{"provider": "corp", "client": "marketplace-app"}, {"provider": "other", "client": "app-of-other"}]},
        {"name": "plain", "roles": ["partner"], "oauth": [{"provider": "corp", "client": "plain-app"}]},
        {"name": "reporting", "roles": ["partner"], "api_tokens": [{"sha256": API_TOKEN_SHA256}]},
    ]
    config["oauth"] = {"providers": [
        {"name": "corp", "issuer": ISSUER, "audiences": ["causeway", "gateway"], "keys": given},
        {"name": "other", "issuer": OTHER, "audiences": ["causeway"], "client_claim": "azp",
         "keys": [{"kid": "only-key", "algorithm": "ES256", "public_key": OTHER_KEY.public_pem().decode()}]},
    ]}
    return config, ROUTES


@pytest.fixture(scope="module")
def gateway(upstream, tmp_path_factory):
    folder = tmp_path_factory.mktemp("gateway")
    with Gateway(*settings(upstream, folder), folder, environment={"JWT_SECRET": SECRET.decode()}) as running:
        yield running


def get(gateway, token, target="/orders"):
    return gateway.call("GET", target, jwt.bearer(token))


def post(gateway, token, target="/orders", headers=()):
    return gateway.call("POST", target, [*jwt.bearer(token), *headers, ("Content-Type", "application/json")], b"{}")


def assert_untouched(upstream):
    assert upstream.bytes == 0 and upstream.requests == [], upstream.requests


@pytest.mark.parametrize("algorithm", KEYS)
def test_a_token_of_each_algorithm_passes_and_stays_at_the_gateway(gateway, upstream, algorithm):
    token = jwt.mint(KEYS[algorithm])
    for _ in range(2):  # the second from the cache
        assert_success(get(gateway, token), b'{"ok":true}')
    for request in upstream.seen("/orders"):
        assert request.header("X-Consumer-Name") == "market" and request.header("X-Consumer-Roles") == "partner"
        assert "authorization" not in request.names and token.encode() not in request.head
    assert len(upstream.requests) == 2


ACCEPTED = {
    "the scheme in lower case": lambda: [("Authorization", "bearer " + jwt.mint(KEYS["ES256"]))],
    "the scheme in capitals": lambda: [("Authorization", "BEARER " + jwt.mint(KEYS["ES256"]))],
    "several audiences": lambda: jwt.bearer(jwt.mint(KEYS["ES256"], aud=["elsewhere", "gateway"])),
    "an access token's type": lambda: jwt.bearer(jwt.mint(KEYS["ES256"], header={"typ": "at+jwt"})),
    "no type": lambda: jwt.bearer(jwt.mint(KEYS["ES256"], header={"typ": None})),
    "expired within the leeway": lambda: jwt.bearer(jwt.mint(KEYS["ES256"], exp=int(time.time()) - 30)),
    "a clock that is ahead": lambda: jwt.bearer(jwt.mint(KEYS["ES256"], iat=int(time.time()) + 30, nbf=int(time.time()) + 30)),
    "no kid, one key": lambda: jwt.bearer(jwt.mint(OTHER_KEY, issuer=OTHER, client="x", azp="app-of-other", header={"kid": None})),
}


@pytest.mark.parametrize("case", ACCEPTED)
def test_passes(gateway, upstream, case):
    assert_success(gateway.call("GET", "/orders", ACCEPTED[case]()), b'{"ok":true}')
    assert upstream.one().header("X-Consumer-Name") == "market"


def changed(token, part, at=3):
    """One character of a part replaced."""
    parts = token.split(".")
    text = parts[part]
    parts[part] = text[:at] + ("A" if text[at] != "A" else "B") + text[at + 1:]
    return ".".join(parts)


def unsigned(**header):
    return f"{jwt.compact({'typ': 'JWT', **header})}.{jwt.compact(jwt.claims())}."


def es256():
    return jwt.mint(KEYS["ES256"])


def with_payload(token, payload):
    header, _, signature = token.split(".")
    return f"{header}.{payload}.{signature}"


def confused():
    """HS256 with the RSA public key as its secret: what a naive verifier takes (RFC 8725, 2.1)."""
    key = jwt.Key("HS256", kid="rs256-key", secret=KEYS["RS256"].public_pem())
    return jwt.mint(key)


def doubled_header():
    key = KEYS["ES256"]
    return jwt.sign(key, jwt.compact(b'{"alg":"none","typ":"JWT","kid":"es256-key","alg":"ES256"}'), jwt.compact(jwt.claims()))


REFUSED = {
    "none": (lambda: unsigned(alg="none"), 40191, "algorithm_not_allowed"),
    "none in capitals": (lambda: unsigned(alg="NONE", kid="rs256-key"), 40191, "algorithm_not_allowed"),
    "a right header without signature": (lambda: unsigned(alg="RS256", kid="rs256-key"), 40191, "wrong_signature|bad_token_form"),
    "HS256 with the RSA public key": (confused, 40191, "algorithm_not_allowed"),
    "another algorithm of the same key": (lambda: jwt.mint(KEYS["RS256"], header={"alg": "PS256"}), 40191, "algorithm_not_allowed"),
    "another issuer": (lambda: jwt.mint(KEYS["ES256"], issuer="https://idp.test/"), 40191, "unknown_issuer"),
    "no issuer": (lambda: jwt.mint(KEYS["ES256"], iss=None), 40191, "unknown_issuer"),
    "a key of another provider": (lambda: jwt.mint(KEYS["ES256"], issuer=OTHER, azp="app-of-other"), 40191, "unknown_key_id"),
    "another audience": (lambda: jwt.mint(KEYS["ES256"], aud="elsewhere"), 40191, "wrong_audience"),
    "no audience": (lambda: jwt.mint(KEYS["ES256"], aud=None), 40191, "wrong_audience"),
    "expired": (lambda: jwt.mint(KEYS["ES256"], exp=int(time.time()) - 61), 40192, "token_expired"),
    "expired and changed": (lambda: changed(jwt.mint(KEYS["ES256"], exp=int(time.time()) - 61), 2), 40191, "wrong_signature"),
    "not valid yet": (lambda: jwt.mint(KEYS["ES256"], nbf=int(time.time()) + 120), 40191, "not_yet_valid"),
    "issued in the future": (lambda: jwt.mint(KEYS["ES256"], iat=int(time.time()) + 120), 40191, "not_yet_valid"),
    "no end": (lambda: jwt.mint(KEYS["ES256"], exp=None), 40191, "bad_claims"),
    "an end beyond all numbers": (lambda: jwt.mint(KEYS["ES256"], json.dumps(jwt.claims(exp="?")).replace('"exp": "?"', '"exp": 1e400').encode()),
                                  40191, "bad_claims"),
    "a foreign key": (lambda: jwt.mint(FOREIGN), 40191, "unknown_key_id"),
    "a foreign key under a known name": (lambda: jwt.mint(FOREIGN, header={"kid": "rs256-key"}), 40191, "wrong_signature"),
    "no kid, many keys": (lambda: jwt.mint(KEYS["ES256"], header={"kid": None}), 40191, "unknown_key_id"),
    "a critical extension": (lambda: jwt.mint(KEYS["ES256"], header={"crit": ["exp"]}), 40191, "critical_header"),
    "an embedded key": (lambda: jwt.mint(FOREIGN, header={"jwk": FOREIGN.jwk()}), 40191, "key_in_header"),
    "a key by address": (lambda: jwt.mint(FOREIGN, header={"jku": "http://127.0.0.1:1/"}), 40191, "key_in_header"),
    "9 KiB": (lambda: jwt.mint(KEYS["ES256"], padding="x" * 9216), 40191, "token_too_long"),
    "a doubled header": (doubled_header, 40191, "bad_token_form"),
    "a doubled claim": (lambda: jwt.mint(KEYS["ES256"], json.dumps(jwt.claims())[:-1].encode() + b',"client_id":"plain-app"}'), 40191,
                        "bad_token_form"),
    "an identity token's type": (lambda: jwt.mint(KEYS["ES256"], header={"typ": "logout+jwt"}), 40191, "wrong_token_type"),
    "an unknown client": (lambda: jwt.mint(KEYS["ES256"], client="nobody"), 40191, "unknown_client"),
    "the client of another provider": (lambda: jwt.mint(KEYS["ES256"], client="app-of-other"), 40191, "unknown_client"),
    "a changed header": (lambda: changed(es256(), 0, 15), 40191, ".*"),
    "a changed payload": (lambda: with_payload(es256(), jwt.compact(jwt.claims(client="plain-app"))), 40191, "wrong_signature"),
    "a changed signature": (lambda: changed(es256(), 2), 40191, "wrong_signature"),
    "a signature of zeros": (lambda: es256().rsplit(".", 1)[0] + "." + jwt.b64(b"\0" * 64), 40191, "wrong_signature"),
    "padding": (lambda: es256() + "==", 40191, "bad_token_form"),
    "two parts": (lambda: es256().rsplit(".", 1)[0], 40191, "bad_token_form"),
    "five parts": (lambda: es256() + ".a.b", 40191, "bad_token_form"),
    "nothing": (lambda: "", 40191, "bad_token_form"),
    "no token": (lambda: "token", 40191, "bad_token_form"),
    "two tokens": (lambda: es256() + " " + es256(), 40191, "bad_token_form"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refused(gateway, upstream, case):
    make, code, reason = REFUSED[case]
    token = make()
    response = assert_error(get(gateway, token), code)
    assert response.header("WWW-Authenticate") == "Bearer"
    assert_untouched(upstream)
    line = gateway.wait_log(f"request_id={response.header('X-Request-Id')}")[0]
    assert re.search(rf"status=401 \| code={code} \| reason=({reason}) ", line), line
    for secret in [part for part in token.split(".") if len(part) > 20]:
        assert secret not in gateway.log()


def test_refusals_are_counted_by_reason(gateway):
    before = sum(gateway.metric("causeway_auth_failures_total", scheme="oauth", reason="wrong_audience").values())
    assert_error(get(gateway, jwt.mint(KEYS["ES256"], aud="elsewhere")), 40191)
    assert sum(gateway.metric("causeway_auth_failures_total", scheme="oauth", reason="wrong_audience").values()) == before + 1
    assert not gateway.metric("causeway_auth_failures_total", scheme="oauth", reason="other")


AMBIGUOUS = {
    "two tokens": lambda: [*jwt.bearer(es256()), *jwt.bearer(es256())],
    "the same token twice": lambda: jwt.bearer(es256()) * 2,
    "a token and an API key": lambda: [*jwt.bearer(es256()), ("X-API-Key", API_TOKEN)],
    "a token and a signature": lambda: [*jwt.bearer(es256()), *signed(b"{}")[1:]],
}


@pytest.mark.parametrize("case", AMBIGUOUS)
@pytest.mark.parametrize("target", ["/orders", "/both"])
def test_two_kinds_of_credentials_or_a_doubled_header_are_malformed(gateway, upstream, case, target):
    assert_error(gateway.call("POST", target, AMBIGUOUS[case](), b"{}"), 40090)
    assert_untouched(upstream)


def test_a_route_takes_the_schemes_that_it_lists(gateway, upstream):
    assert_success(post(gateway, es256(), "/both"), b'{"ok":true}')
    assert_success(gateway.call("POST", "/both", signed(b"{}"), b"{}"), b'{"ok":true}')
    assert_success(gateway.call("POST", "/both", [("X-API-Key", API_TOKEN)], b"{}"), b'{"ok":true}')
    assert [request.header("X-Consumer-Name") for request in upstream.requests] == ["market", "oms", "reporting"]
    assert_error(post(gateway, es256(), "/signed"), 40191)
    refused = assert_error(gateway.call("GET", "/orders"), 40190)
    assert refused.header("WWW-Authenticate") == "Bearer"
    assert assert_error(gateway.call("POST", "/both", (), b"{}"), 40190).header("WWW-Authenticate") == "ApiKey, X-API-Key, Bearer"
    assert len(upstream.requests) == 3


@pytest.mark.parametrize("scopes, code", [
    ({"scope": "orders:write"}, None), ({"scope": "orders:read orders:write openid"}, None), ({"scp": ["orders:write"]}, None),
    ({}, None), ({"scope": "orders:read"}, 40390), ({"scope": ""}, 40390), ({"scope": "admin"}, 40390), ({"scp": []}, 40390)], ids=str)
def test_a_caller_has_the_scopes_of_its_consumer_that_the_token_names(gateway, upstream, scopes, code):
    token = jwt.mint(KEYS["ES256"], **scopes)
    for _ in range(2):
        response = post(gateway, token)
        if code:
            assert_error(response, code)
        else:
            assert_success(response, b'{"ok":true}')
    assert len(upstream.requests) == (0 if code else 2)


def test_access_is_decided_by_the_consumer_that_the_token_speaks_for(gateway, upstream):
    assert_error(get(gateway, es256(), "/orders/inside"), 40390)
    assert_success(get(gateway, jwt.mint(KEYS["ES256"], client="plain-app"), "/orders/inside"), b'{"ok":true}')
    assert upstream.one().header("X-Consumer-Name") == "plain"


def test_a_strangers_body_is_never_read(gateway, upstream):
    with gateway.connect() as connection:
        connection.send(b"POST /orders HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer x.y.z\r\nContent-Length: 1000000\r\nExpect: 100-continue\r\n\r\n")
        assert_error(connection.read(interim=True), 40191)
        connection.assert_closed()
    assert_untouched(upstream)


def test_a_token_of_a_removed_consumer_dies_with_the_reload(upstream, tmp_path):
    config, routes = settings(upstream, tmp_path)
    with Gateway(config, routes, tmp_path, environment={"JWT_SECRET": SECRET.decode()}) as gateway:
        token, other = es256(), jwt.mint(KEYS["ES256"], client="plain-app")
        for _ in range(4):  # with both workers, so that it is in their caches
            assert_success(get(gateway, token), b'{"ok":true}')
        removed = {**config, "consumers": [each for each in config["consumers"] if each["name"] != "market"]}
        gateway.reload(removed)
        for _ in range(4):
            assert_error(get(gateway, token), 40191)
        assert_success(get(gateway, other), b'{"ok":true}')
        gateway.reload(config)
        assert_success(get(gateway, token), b'{"ok":true}')


def test_a_key_that_a_reload_takes_away_verifies_no_more(upstream, tmp_path):
    config, routes = settings(upstream, tmp_path)
    with Gateway(config, routes, tmp_path, environment={"JWT_SECRET": SECRET.decode()}) as gateway:
        token = jwt.mint(KEYS["RS256"])
        assert_success(get(gateway, token), b'{"ok":true}')
        keys = config["oauth"]["providers"][0]["keys"]
        config["oauth"]["providers"][0]["keys"] = [key for key in keys if key["kid"] != "rs256-key"]
        gateway.reload(config)
        assert_error(get(gateway, token), 40191)


def check(folder, config, routes=ROUTES, secret=SECRET.decode()):
    gateway = Gateway(config, routes, folder, start=False)
    code, out, _ = command("check", "-c", gateway.config_file, environment={"JWT_SECRET": secret})
    return code, out


def test_oauth_without_a_provider_is_an_error_at_its_place(upstream, tmp_path):
    config, _ = settings(upstream, tmp_path)
    del config["oauth"]
    for consumer in config["consumers"]:
        consumer.pop("oauth", None)
    code, out = check(tmp_path, config, {"orders": "api: orders\nbase: /orders\nroutes:\n"
                                         "  - {name: a, match: {method: GET, path: /a}, auth: {any: [oauth]}, adapter: {static: {}}}\n"})
    assert code == 2
    assert out.endswith("routes/orders.yaml:4:60: routes[0].auth.any[0]: no provider can vouch for tokens: `oauth.providers` is empty\n"), out


def test_mistakes_of_providers_are_found_together_and_show_no_secret(upstream, tmp_path):
    config, _ = settings(upstream, tmp_path)
    config["consumers"][2]["oauth"] = [{"provider": "crop", "client": "a"}]
    config["oauth"]["providers"][1]["keys"][0]["public_key"] = "missing.pem"
    code, out = check(tmp_path, config)
    assert code == 2 and '"crop" (did you mean "corp"?)' in out and "missing.pem" in out, out
    code, out = check(tmp_path, settings(upstream, tmp_path)[0], secret="a-short-secret-of-HS256")
    assert code == 2 and "HS256 needs a secret of at least 32 bytes" in out and "a-short-secret" not in out, out
