"""The gateway's own token endpoint: a client's secret for a token, the token for a call; every refusal as RFC 6749 has it."""
import base64
import json
import re
import time
import urllib.parse

import pytest

from harness import jwt
from harness.envelope import assert_common, assert_error, assert_success
from harness.gateway import Gateway, command, main_config
from harness.http import chunked

ISSUER = "https://gateway.test/tenant"
SECRET, PLAIN_SECRET = "market-secret-0123456789abcdef", "a+b%20c/d=e:f 0123456789"
ENVIRONMENT = {"MARKET_SECRET": SECRET, "PLAIN_SECRET": PLAIN_SECRET}
SIGNING = jwt.Key("ES256")
FORM = "application/x-www-form-urlencoded"
ROUTES = {"orders": {
    "api": "orders", "base": "/orders", "defaults": {"auth": {"any": ["oauth"]}, "http": {"cluster": "oms"}},
    "routes": [{"name": "list", "match": {"method": "GET", "path": "/"}, "adapter": {"http": {"path": "/orders"}}},
               {"name": "create", "match": {"method": "POST", "path": "/"}, "access": {"scopes": {"partner": ["orders:write"]}},
                "adapter": {"http": {"path": "/orders"}}}]}}


def settings(upstream, folder, key=SIGNING, **endpoint):
    (folder / "config").mkdir(parents=True, exist_ok=True)
    (folder / "config" / "oauth.key").write_bytes(key.private_pem())
    config = main_config({"oms": upstream.address})
    config["consumers"] += [
        {"name": "market", "roles": ["partner"], "scopes": ["orders:read", "orders:write"],
         "oauth": [{"provider": "own", "client": "marketplace", "secret": "${env:MARKET_SECRET}"}]},
        {"name": "plain", "roles": ["partner"], "oauth": [{"provider": "own", "client": "plain app", "secret": "${env:PLAIN_SECRET}"}]},
    ]
    config["oauth"] = {"providers": [{"name": "own", "issuer": ISSUER, "token_endpoint": {"key": "oauth.key", **endpoint}}]}
    return config, ROUTES


@pytest.fixture(scope="module")
def gateway(upstream, tmp_path_factory):
    folder = tmp_path_factory.mktemp("gateway")
    with Gateway(*settings(upstream, folder), folder, environment=ENVIRONMENT) as running:
        yield running


def basic(client="marketplace", secret=SECRET):
    return ("Authorization", "Basic " + base64.b64encode(f"{client}:{secret}".encode()).decode())


def ask(gateway, form, *headers, path="/oauth/token", kind=FORM):
    body = form if isinstance(form, bytes) else urllib.parse.urlencode(form).encode()
    return gateway.call("POST", path, [*headers, *([("Content-Type", kind)] if kind else [])], body)


def credentials(**more):
    return {"grant_type": "client_credentials", "client_id": "marketplace", "client_secret": SECRET, **more}


def granted(response):
    """The token of an answer that is as RFC 6749, 5.1 has it."""
    assert_common(response)
    assert response.status == 200, response
    assert response.header("Content-Type") == "application/json"
    assert response.header("Cache-Control") == "no-store" and response.header("Pragma") == "no-cache"
    answer = response.json
    assert answer.pop("token_type") == "Bearer" and answer.pop("expires_in") == 3600
    return answer.pop("access_token"), answer


def refused(response, status, error, description=None):
    assert_common(response)
    assert response.status == status, response
    assert response.header("Content-Type") == "application/json"
    assert response.header("Cache-Control") == "no-store" and response.header("Pragma") == "no-cache"
    assert set(response.json) == {"error", "error_description"} and response.json["error"] == error, response
    assert description is None or response.json["error_description"] == description
    assert response.header("WWW-Authenticate") == ('Basic realm="causeway"' if status == 401 else None)
    return response


def test_a_token_from_here_opens_a_call_there(gateway, upstream):
    token, rest = granted(ask(gateway, {"grant_type": "client_credentials"}, basic()))
    assert rest == {"scope": "orders:read orders:write"}
    assert_success(gateway.call("GET", "/orders", jwt.bearer(token)), b'{"ok":true}')
    assert_success(gateway.call("POST", "/orders", jwt.bearer(token), b"{}"), b'{"ok":true}')
    assert [request.header("X-Consumer-Name") for request in upstream.requests] == ["market", "market"]


def test_the_token_says_what_rfc_9068_asks_for_and_verifies_by_the_published_key(gateway):
    published = gateway.call("GET", "/.well-known/jwks.json")
    assert published.status == 200 and published.header("Content-Type") == "application/json"
    (jwk,) = published.json["keys"]
    assert set(jwk) == {"kty", "crv", "x", "y", "kid", "use", "alg"} and (jwk["use"], jwk["alg"]) == ("sig", "ES256")
    before = int(time.time())
    token, _ = granted(ask(gateway, credentials(scope="orders:read")))
    header = json.loads(jwt.unb64(token.split(".")[0]))
    assert header == {"alg": "ES256", "typ": "at+jwt", "kid": jwk["kid"]}
    claims = jwt.verify_es256(jwk, token)
    assert before - 2 <= claims.pop("iat") <= time.time() + 2
    assert before + 3598 <= claims.pop("exp") <= time.time() + 3602
    assert len(claims.pop("jti")) >= 16
    assert claims == {"iss": ISSUER, "sub": "marketplace", "client_id": "marketplace", "aud": ISSUER, "scope": "orders:read"}
    other, _ = granted(ask(gateway, credentials(scope="orders:read")))
    assert jwt.verify_es256(jwk, other)["jti"] != jwt.verify_es256(jwk, token)["jti"]


def test_the_metadata_names_what_is_there(gateway):
    response = gateway.call("GET", "/.well-known/oauth-authorization-server")
    assert response.status == 200 and response.header("Content-Type") == "application/json"
    assert response.json == {
        "issuer": ISSUER, "token_endpoint": "https://gateway.test/oauth/token", "jwks_uri": "https://gateway.test/.well-known/jwks.json",
        "scopes_supported": ["orders:read", "orders:write"], "response_types_supported": [], "grant_types_supported": ["client_credentials"],
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"]}
    assert gateway.call("HEAD", "/.well-known/jwks.json").status == 200
    assert_error(gateway.call("POST", "/.well-known/jwks.json", (), b""), 40590)
    assert_error(gateway.call("GET", "/oauth/token"), 40590)


def test_fewer_scopes_than_the_consumers_may_be_asked_for(gateway, upstream):
    token, rest = granted(ask(gateway, credentials(scope="orders:read")))
    assert rest == {"scope": "orders:read"}
    assert_success(gateway.call("GET", "/orders", jwt.bearer(token)), b'{"ok":true}')
    assert_error(gateway.call("POST", "/orders", jwt.bearer(token), b"{}"), 40390)
    _, rest = granted(ask(gateway, credentials(scope="orders:write orders:read orders:write")))
    assert rest == {"scope": "orders:write orders:read"}
    _, rest = granted(ask(gateway, credentials(scope="")))
    assert rest == {"scope": "orders:read orders:write"}
    assert len(upstream.requests) == 1


WAYS = {
    "basic": lambda: ({"grant_type": "client_credentials"}, [basic()]),
    "basic, the client named again": lambda: ({"grant_type": "client_credentials", "client_id": "marketplace"}, [basic()]),
    "basic in another case": lambda: ({"grant_type": "client_credentials"}, [("Authorization", basic()[1].replace("Basic", "bASIC"))]),
    "in the form": lambda: (credentials(), []),
    "with unknown parameters": lambda: (credentials(resource="https://x", audience="y"), []),
    "an empty parameter": lambda: (credentials(scope=""), []),
    "a charset": lambda: (credentials(), []),
    "encoded basic": lambda: ({"grant_type": "client_credentials"}, [basic(urllib.parse.quote_plus("plain app"), urllib.parse.quote_plus(PLAIN_SECRET))]),
    "basic as it is": lambda: ({"grant_type": "client_credentials"}, [basic("plain app", PLAIN_SECRET)]),
    "odd characters in the form": lambda: (credentials(client_id="plain app", client_secret=PLAIN_SECRET), []),
}


@pytest.mark.parametrize("way", WAYS)
def test_a_client_proves_itself(gateway, upstream, way):
    form, headers = WAYS[way]()
    kind = FORM + "; charset=UTF-8" if way == "a charset" else FORM
    token, _ = granted(ask(gateway, form, *headers, kind=kind))
    assert_success(gateway.call("GET", "/orders", jwt.bearer(token)), b'{"ok":true}')


def test_a_client_without_scopes_gets_a_token_without(gateway):
    _, rest = granted(ask(gateway, credentials(client_id="plain app", client_secret=PLAIN_SECRET)))
    assert rest == {}


def encoded(**form):
    return urllib.parse.urlencode(form).encode()


REFUSED = {
    "wrong secret": (lambda: (credentials(client_secret=SECRET + "x"), []), 401, "invalid_client"),
    "wrong secret by basic": (lambda: ({"grant_type": "client_credentials"}, [basic(secret="x" * 30)]), 401, "invalid_client"),
    "unknown client": (lambda: (credentials(client_id="nobody"), []), 401, "invalid_client"),
    "a consumer's name": (lambda: (credentials(client_id="market"), []), 401, "invalid_client"),
    "another client's secret": (lambda: (credentials(client_id="plain app"), []), 401, "invalid_client"),
    "no client": (lambda: ({"grant_type": "client_credentials"}, []), 401, "invalid_client"),
    "no secret": (lambda: ({"grant_type": "client_credentials", "client_id": "marketplace"}, []), 401, "invalid_client"),
    "empty secret": (lambda: (credentials(client_secret=""), []), 401, "invalid_client"),
    "bearer": (lambda: ({"grant_type": "client_credentials"}, [("Authorization", "Bearer x")]), 401, "invalid_client"),
    "basic without colon": (lambda: ({"grant_type": "client_credentials"}, [("Authorization", "Basic bWFya2V0")]), 401, "invalid_client"),
    "basic that is not base64": (lambda: ({"grant_type": "client_credentials"}, [("Authorization", "Basic ***")]), 401, "invalid_client"),
    "an assertion": (lambda: ({"grant_type": "client_credentials", "client_assertion": "a.b.c"}, []), 401, "invalid_client"),
    "both forms": (lambda: (credentials(), [basic()]), 400, "invalid_request"),
    "two clients": (lambda: ({"grant_type": "client_credentials", "client_id": "plain app"}, [basic()]), 400, "invalid_request"),
    "two authorizations": (lambda: ({"grant_type": "client_credentials"}, [basic(), basic()]), 400, "invalid_request"),
    "no grant type": (lambda: ({"client_id": "marketplace", "client_secret": SECRET}, []), 400, "invalid_request"),
    "a doubled parameter": (lambda: (encoded(**credentials()) + b"&scope=orders%3Aread&scope=orders%3Awrite", []), 400, "invalid_request"),
    "a doubled secret": (lambda: (encoded(**credentials()) + b"&client_secret=x", []), 400, "invalid_request"),
    "a doubled name in disguise": (lambda: (encoded(**credentials()) + b"&client%5fsecret=x", []), 400, "invalid_request"),
    "a broken escape": (lambda: (encoded(**credentials()) + b"&scope=%zz", []), 400, "invalid_request"),
    "empty": (lambda: (b"", []), 400, "invalid_request"),
    "too long": (lambda: (credentials(x="y" * 17_000), []), 400, "invalid_request"),
    "much too long": (lambda: (credentials(x="y" * 170_000), []), 400, "invalid_request"),
    "another grant": (lambda: (credentials(grant_type="password", username="a", password="b"), []), 400, "unsupported_grant_type"),
    "a refresh": (lambda: (credentials(grant_type="refresh_token", refresh_token="a"), []), 400, "unsupported_grant_type"),
    "a scope too many": (lambda: (credentials(scope="orders:read admin"), []), 400, "invalid_scope"),
    "another's scope": (lambda: (credentials(client_id="plain app", client_secret=PLAIN_SECRET, scope="orders:read"), []), 400, "invalid_scope"),
    "part of a scope": (lambda: (credentials(scope="orders:rea"), []), 400, "invalid_scope"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refused(gateway, upstream, case):
    make, status, error = REFUSED[case]
    form, headers = make()
    refused(ask(gateway, form, *headers), status, error)
    log = gateway.log()
    for secret in (SECRET, PLAIN_SECRET, base64.b64encode(f"marketplace:{SECRET}".encode()).decode()):
        assert secret not in log


@pytest.mark.parametrize("kind", [None, "application/json", "text/plain", "multipart/form-data; boundary=x", FORM + "x"])
def test_only_a_form_is_read(gateway, kind):
    refused(ask(gateway, credentials(), kind=kind), 400, "invalid_request", "the body must be application/x-www-form-urlencoded")


def test_a_chunked_form_is_a_form(gateway):
    body = encoded(**credentials())
    with gateway.connect() as connection:
        connection.send(b"POST /oauth/token HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Type: " + FORM.encode() + b"\r\n\r\n"
                        + chunked(body[:7], body[7:]))
        granted(connection.read())


def test_credentials_in_the_query_count_for_nothing(gateway):
    query = encoded(**credentials()).decode()
    refused(ask(gateway, b"", path=f"/oauth/token?{query}"), 400, "invalid_request")
    assert SECRET not in gateway.log()


def test_an_address_that_keeps_failing_is_told_to_wait_and_right_credentials_are_taken_all_the_same(upstream, tmp_path):
    with Gateway(*settings(upstream, tmp_path), tmp_path, environment=ENVIRONMENT) as gateway:
        for _ in range(30):
            refused(ask(gateway, credentials(client_secret="wrong")), 401, "invalid_client")
        late = ask(gateway, credentials(client_secret="wrong"))
        assert 1 <= int(late.header("Retry-After")) <= 60
        refused(late, 429, "invalid_client", "too many failed attempts")
        gateway.wait_log(r"refused POST /oauth/token \| status=429 \| .*reason=too_many_attempts")
        granted(ask(gateway, credentials()))
        gateway.reload()
        refused(ask(gateway, credentials(client_secret="wrong")), 429, "invalid_client")


def test_a_client_that_goes_takes_its_tokens_along(upstream, tmp_path):
    config, routes = settings(upstream, tmp_path)
    with Gateway(config, routes, tmp_path, environment=ENVIRONMENT) as gateway:
        token, _ = granted(ask(gateway, credentials()))
        assert_success(gateway.call("GET", "/orders", jwt.bearer(token)), b'{"ok":true}')
        gateway.reload()
        assert_success(gateway.call("GET", "/orders", jwt.bearer(token)), b'{"ok":true}')
        gateway.reload({**config, "consumers": [each for each in config["consumers"] if each["name"] != "market"]})
        assert_error(gateway.call("GET", "/orders", jwt.bearer(token)), 40191)
        refused(ask(gateway, credentials()), 401, "invalid_client")


@pytest.mark.parametrize("algorithm", ["RS256", "PS256", "ES384", "EdDSA"])
def test_the_endpoint_signs_as_it_is_told(upstream, tmp_path, algorithm):
    config, routes = settings(upstream, tmp_path, jwt.Key(algorithm), algorithm=algorithm, path="/tokens", lifetime="5m")
    with Gateway(config, routes, tmp_path, environment=ENVIRONMENT) as gateway:
        answer = ask(gateway, credentials(), path="/tokens").json
        assert answer["expires_in"] == 300
        assert json.loads(jwt.unb64(answer["access_token"].split(".")[0]))["alg"] == algorithm
        assert_success(gateway.call("GET", "/orders", jwt.bearer(answer["access_token"])), b'{"ok":true}')


def check(upstream, folder, routes=None, **endpoint):
    config, own = settings(upstream, folder, **endpoint)
    gateway = Gateway(config, {**own, **(routes or {})}, folder, start=False)
    code, out, _ = command("check", "-c", gateway.config_file, environment=ENVIRONMENT)
    return code, out


def test_a_route_on_the_path_of_the_endpoint_is_a_conflict(upstream, tmp_path):
    route = {"api": "more", "base": "/oauth", "defaults": {"auth": "none"},
             "routes": [{"name": "mine", "match": {"method": "POST", "path": "/token"}, "adapter": {"static": {}}}]}
    code, out = check(upstream, tmp_path, {"more": route})
    assert code == 2 and re.search(r"more.yaml:6:3: routes\[0\]: also matches POST /oauth/token, which \S+/causeway.yaml:\d+:\d+ takes\n$", out), out


def test_a_key_that_does_not_fit_is_an_error_at_its_place(upstream, tmp_path):
    code, out = check(upstream, tmp_path, key=jwt.Key("RS256"))
    assert code == 2 and "oauth.providers[0].token_endpoint.key: " in out and "PRIVATE" not in out, out
