"""Who may call a route: roles, consumers, addresses, scopes, and how a route narrows the defaults of its file."""
import pytest

from harness import jwt
from harness.envelope import assert_error, assert_success
from harness.gateway import Gateway, command, main_config
from harness.signing import signed, signed_v2

SECRETS = {name: f"secret-of-{name}-0123456789abcdef" for name in ("oms", "wms", "shop", "outlet", "guest")}
TOKENS = jwt.Key("HS256", secret=b"hs256-secret-hs256-secret-hs256-secret")
INSIDE, OUTSIDE, NEAR = "10.1.2.3", "198.51.100.7", "10.2.0.1"


def route(name, prefix="", **access):
    return {"name": f"{prefix}{name}", "match": {"methods": ["GET", "POST"], "path": f"/{name}"}, "adapter": {"http": {"path": f"/{name}"}},
            **({"access": access} if access else {})}


ROUTES = {
    "open": {"api": "open", "base": "/open", "defaults": {"auth": {"any": ["signature", "oauth"]}, "http": {"cluster": "oms"}},
             "routes": [route("anybody"), route("partners", roles=["partner"]), route("either", roles=["stock", "partner"]),
                        route("wms", consumers=["wms"]), route("both", roles=["internal"], consumers=["wms", "shop"]),
                        route("inside", addresses=["10.0.0.0/8"]), route("scoped", scopes=["orders:read"]),
                        route("by-role", scopes={"partner": ["orders:read", "orders:write"], "stock": ["stock:read"]})]},
    "narrow": {"api": "narrow", "base": "/narrow",
               "defaults": {"auth": {"any": ["signature", "oauth"]}, "http": {"cluster": "oms"},
                            "access": {"roles": ["partner", "stock"], "addresses": ["10.0.0.0/8"], "scopes": {"partner": ["orders:read"]}}},
               "routes": [route("as-is"), route("roles", roles=["partner", "internal"]), route("consumer", consumers=["wms"]),
                          route("addresses", addresses=["10.1.0.0/16", "10.3.0.1"]),
                          route("scopes", scopes={"partner": ["orders:write"]}), route("all-scopes", scopes=["stock:read"])]},
    "nobody": {"api": "nobody", "base": "/nobody", "defaults": {"auth": "none", "http": {"cluster": "oms"}},
               "routes": [route("free"), route("inside", "nobody-", addresses=["10.0.0.0/8"])]},
}


def settings(upstream):
    config = main_config({"oms": upstream.address})
    config["listeners"][0]["trusted_proxies"] = ["127.0.0.1"]
    config["consumers"] = [
        {"name": name, "roles": roles, "scopes": scopes, "keys": [{"id": name, "secrets": [f"${{env:{name.upper()}_KEY}}"]}],
         "oauth": [{"provider": "corp", "client": name}]}
        for name, roles, scopes in (("oms", ["internal"], []), ("wms", ["internal", "stock"], ["stock:read"]),
                                    ("shop", ["partner"], ["orders:write", "orders:read"]), ("outlet", ["partner"], ["orders:read"]),
                                    ("guest", [], []))]
    config["oauth"] = {"providers": [{"name": "corp", "issuer": "https://idp.test", "audiences": ["causeway"],
                                      "keys": [{"kid": TOKENS.kid, "algorithm": "HS256", "secret": "${env:JWT_SECRET}"}]}]}
    return config, ROUTES


ENVIRONMENT = {f"{name.upper()}_KEY": secret for name, secret in SECRETS.items()} | {"JWT_SECRET": TOKENS.secret.decode()}


@pytest.fixture(scope="module")
def gateway(upstream, tmp_path_factory):
    with Gateway(*settings(upstream), tmp_path_factory.mktemp("gateway"), environment=ENVIRONMENT) as running:
        yield running


def call(gateway, name, path, address=INSIDE, **more):
    headers = signed_v2("GET", path, key=name, secret=SECRETS[name], **more) if name else []
    return gateway.call("GET", path, [*headers, ("X-Forwarded-For", address)])


def judge(gateway, upstream, response, code):
    """`code` is None for a call that passes, or the error; then the system has seen nothing."""
    if code is None:
        assert_success(response, b'{"ok":true}')
        upstream.one()
    else:
        assert_error(response, code)
        assert upstream.requests == [] and upstream.bytes == 0


TABLE = {  # route: who passes
    "/open/anybody": "oms wms shop outlet guest", "/open/partners": "shop outlet", "/open/either": "wms shop outlet", "/open/wms": "wms",
    "/open/both": "wms", "/open/scoped": "shop outlet", "/open/by-role": "oms wms shop guest",
    "/narrow/as-is": "wms shop outlet", "/narrow/roles": "wms shop outlet", "/narrow/consumer": "wms", "/narrow/scopes": "wms shop",
    "/narrow/all-scopes": "wms",
}


@pytest.mark.parametrize("name", SECRETS)
@pytest.mark.parametrize("path", TABLE)
def test_roles_consumers_and_scopes(gateway, upstream, path, name):
    judge(gateway, upstream, call(gateway, name, path), None if name in TABLE[path].split() else 40390)


@pytest.mark.parametrize("path, address, code", [
    ("/open/inside", INSIDE, None), ("/open/inside", NEAR, None), ("/open/inside", OUTSIDE, 40391),
    ("/narrow/as-is", INSIDE, None), ("/narrow/as-is", OUTSIDE, 40391),
    ("/narrow/addresses", INSIDE, None), ("/narrow/addresses", NEAR, 40391), ("/narrow/addresses", "192.168.0.1", 40391),
    ("/nobody/free", OUTSIDE, None), ("/nobody/inside", INSIDE, None), ("/nobody/inside", OUTSIDE, 40391)])
def test_addresses(gateway, upstream, path, address, code):
    judge(gateway, upstream, call(gateway, None if path.startswith("/nobody") else "shop", path, address), code)


def test_an_address_is_refused_before_anybody_asks_who_it_is(gateway, upstream):
    judge(gateway, upstream, call(gateway, "guest", "/narrow/as-is", OUTSIDE), 40391)


@pytest.mark.parametrize("claims, code", [
    ({}, None), ({"scope": "orders:read orders:write"}, None), ({"scope": "orders:write orders:read other"}, None),
    ({"scp": ["orders:read", "orders:write"]}, None), ({"scope": "orders:read"}, 40390), ({"scope": "orders:write"}, 40390),
    ({"scope": ""}, 40390), ({"scope": "orders:read orders:writes"}, 40390)], ids=str)
def test_a_token_narrows_what_its_consumer_may_do(gateway, upstream, claims, code):
    token = jwt.mint(TOKENS, client="shop", **claims)
    response = gateway.call("GET", "/narrow/scopes", [("Authorization", f"Bearer {token}"), ("X-Forwarded-For", INSIDE)])
    judge(gateway, upstream, response, code)
    assert response.header("WWW-Authenticate") == (
        None if code is None else 'Bearer error="insufficient_scope", scope="orders:read orders:write"')


def test_a_token_gives_no_scope_that_its_consumer_lacks(gateway, upstream):
    token = jwt.mint(TOKENS, client="outlet", scope="orders:read orders:write")
    response = gateway.call("GET", "/narrow/scopes", [("Authorization", f"Bearer {token}"), ("X-Forwarded-For", INSIDE)])
    judge(gateway, upstream, response, 40390)


def test_only_a_token_is_told_which_scopes_it_lacks(gateway):
    assert call(gateway, "outlet", "/narrow/scopes").header("WWW-Authenticate") is None


def test_the_log_says_that_a_scope_was_missing(gateway):
    response = call(gateway, "outlet", "/narrow/scopes")
    assert_error(response, 40390)
    assert gateway.wait_log(rf"code=40390 \| reason=scope_missing \|.*request_id={response.header('X-Request-Id')}")


def test_a_wrong_signature_is_wrong_whatever_the_scopes(gateway, upstream):
    body = b"{}"
    headers = [*signed(body, key="shop", secret=SECRETS["oms"]), ("X-Forwarded-For", INSIDE)]
    assert_error(gateway.call("POST", "/narrow/scopes", headers, body), 40191)
    assert upstream.requests == []


def test_a_reload_takes_scopes_away(upstream, tmp_path):
    config, routes = settings(upstream)
    with Gateway(config, routes, tmp_path, environment=ENVIRONMENT) as running:
        assert_success(call(running, "shop", "/narrow/scopes"), b'{"ok":true}')
        config["consumers"][2]["scopes"] = ["orders:read"]
        running.reload(config)
        assert_error(call(running, "shop", "/narrow/scopes"), 40390)


@pytest.mark.parametrize("access, said", [
    ({"scopes": ["orders:raed"]}, 'warning: no consumer has the scope "orders:raed" (did you mean "orders:read"?)'),
    ({"scopes": {"partnr": ["orders:read"]}}, 'warning: no consumer has the role "partnr" (did you mean "partner"?)'),
    ({"roles": ["intern"]}, 'warning: no consumer has the role "intern"'),
    ({"roles": ["internal"], "scopes": ["orders:read"]}, "warning: no consumer can meet this access rule"),
    ({"scopes": ["orders:read", "a b"]}, "a scope is 1 to 128 visible ASCII characters without blanks, quotes and backslashes"),
    ({"scopes": []}, "an empty list asks for nothing; leave the key out"),
    ({"consumers": ["shopp"]}, 'unknown consumer "shopp" (did you mean "shop"?)')], ids=str)
def test_check_says_what_is_wrong_with_an_access_rule(upstream, tmp_path, access, said):
    config, routes = settings(upstream)
    routes = {"open": {**routes["open"], "routes": [route("one", **access)]}}
    gateway = Gateway(config, routes, tmp_path, start=False)
    code, out, err = command("check", "-c", gateway.config_file, environment=ENVIRONMENT)
    text = out + err
    assert said in text, text
    assert code == (0 if "warning" in said else 2), text


def test_scopes_where_nobody_says_who_calls_refuse_everything(upstream, tmp_path):
    config, routes = settings(upstream)
    routes = {"nobody": {**routes["nobody"], "routes": [route("one", scopes=["orders:read"])]}}
    with Gateway(config, routes, tmp_path, environment=ENVIRONMENT) as running:
        assert_error(call(running, None, "/nobody/one"), 40390)
    assert "access asks who is calling, but `auth: none` lets nobody say it: every call is refused" in "".join(
        command("check", "-c", running.config_file, environment=ENVIRONMENT)[1:])
