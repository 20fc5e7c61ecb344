"""What systems are shown: each form as the system sees it, tokens fetched once and kept fresh, nothing of it anywhere else."""
import base64
import json
import re
import threading
import urllib.parse

import pytest

from harness import certificates, signing
from harness.envelope import assert_error, assert_success
from harness.gateway import SLOW, Gateway, command, main_config
from harness.http import call as send, until
from harness.secure_upstream import TlsUpstream
from harness.upstream import Gate, Upstream, closed_port, reply

SECRET = "wms-secret-of-our-own-0123456789"
SECRETS = {"WMS_TOKEN": "${env:WMS_TOKEN}"}
ENVIRONMENT = {"WMS_TOKEN": SECRET}
ROUTES = {"wms": {"api": "wms", "base": "/wms", "defaults": {"auth": "none", "http": {"cluster": "wms"}}, "routes": [
    {"name": "read", "match": {"method": "GET", "path": "/{rest...}"}, "adapter": {"http": {"path": "/stock/{rest...}"}}},
    {"name": "write", "match": {"method": "POST", "path": "/"}, "adapter": {"http": {"path": "/stock"}}},
    {"name": "odd", "match": {"method": "GET", "path": "/odd"},
     "adapter": {"http": {"path": "/stock", "headers": {"Authorization": "from the route", "X-Wms-Key": "from the route"}}}},
]}}


@pytest.fixture
def start(upstream, tmp_path):
    running = []

    def begin(credentials, folder=None, **more):
        more = {"endpoints": [upstream.address], "circuit_breaker": {"enabled": False}, **more}
        config = main_config({"wms": {"credentials": credentials, **more}}, secrets=SECRETS)
        running.append(Gateway(config, ROUTES, folder or tmp_path, environment=ENVIRONMENT))
        return running[-1]
    yield begin
    for gateway in running:
        gateway.stop()
        said = gateway.log() + gateway.stderr()
        assert SECRET not in said and base64.b64encode(f"causeway:{SECRET}".encode()).decode() not in said


def configuration(upstream):
    """Not used: each test starts its own."""
    return main_config({"wms": upstream.address}), ROUTES


def shown(upstream, gateway, path="/wms/1", headers=()):
    """The fields that the system sees."""
    assert_success(gateway.call("GET", path, headers), b'{"ok":true}')
    return upstream.seen("/stock")[-1]


@pytest.mark.parametrize("credentials, name, value", [
    ({"bearer": "{{ secret:WMS_TOKEN }}"}, "Authorization", f"Bearer {SECRET}"),
    ({"bearer": "${env:WMS_TOKEN}"}, "Authorization", f"Bearer {SECRET}"),
    ({"basic": {"user": "causeway", "password": "{{ secret:WMS_TOKEN }}"}}, "Authorization",
     "Basic " + base64.b64encode(f"causeway:{SECRET}".encode()).decode()),
    ({"header": {"name": "X-Wms-Key", "value": "{{ secret:WMS_TOKEN }}"}}, "X-Wms-Key", SECRET),
    ({"header": {"name": "Authorization", "value": "Token {{ secret:WMS_TOKEN }}"}}, "Authorization", f"Token {SECRET}"),
], ids=["bearer", "environment", "basic", "header", "another scheme"])
def test_the_system_sees_its_own_and_never_a_callers(start, upstream, credentials, name, value):
    gateway = start(credentials)
    mine = [("Authorization", "Bearer of-the-caller"), ("X-Api-Key", "of-the-caller"),
            ("X-Signature", "v2=of-the-caller"), ("X-Nonce", "of-the-caller"), ("X-Timestamp", "of-the-caller")]
    request = shown(upstream, gateway, headers=mine)
    assert request.values(name) == [value]
    assert b"caller" not in request.head
    request = shown(upstream, gateway, "/wms/odd")
    assert request.values(name) == [value], "the route's own field does not stand beside it"


def test_without_credentials_the_system_is_shown_nothing(upstream, tmp_path):
    with Gateway(main_config({"wms": upstream.address}), ROUTES, tmp_path) as gateway:
        request = shown(upstream, gateway, headers=[("Authorization", "Bearer of-the-caller")])
        assert not request.names & {"authorization", "x-api-key", "x-signature"}


@pytest.mark.parametrize("version", ["v2", "v1"])
def test_another_causeway_takes_the_signature(start, upstream, tmp_path, version):
    behind = {"wms": {"api": "stock", "base": "/stock", "defaults": {"auth": {"any": ["signature"]}, "http": {"cluster": "wms"}},
                      "routes": [{"name": "any", "match": {"method": "any", "path": "/{rest...}"},
                                  "adapter": {"http": {"path": "/behind"}}}]}}
    (tmp_path / "behind").mkdir()
    (tmp_path / "front").mkdir()
    other = main_config({"wms": upstream.address}, signing={"audience": "warehouse"})
    other["consumers"] = [{"name": "front", "roles": ["internal"], "keys": [{"id": "front-key", "secrets": [SECRET]}]}]
    with Gateway(other, behind, tmp_path / "behind") as second:
        signature = {"key": "front-key", "secret": "{{ secret:WMS_TOKEN }}", "version": version}
        if version == "v2":
            signature["audience"] = "warehouse"
        gateway = start({"signature": signature}, tmp_path / "front", endpoints=[f"127.0.0.1:{second.port}"])
        for target in ("/wms/1", "/wms/a%20b?x=1&y=%2F", "/wms/2?"):
            assert gateway.call("GET", target).status == 200, target
        for body in (b'{"sku":1}', b'{"rows":["' + b"x" * 300_000 + b'"]}', b'{"sku":1}' + b" " * 5):
            for _ in range(2):
                response = gateway.call("POST", "/wms", {"Content-Type": "application/json", "Accept": "application/json"}, body)
                assert response.status == 200, response
                assert upstream.seen("/behind")[-1].body == body
        assert upstream.seen("/behind")[-1].header("X-Consumer-Name") == "front"
        # A signature for another gateway is none for this one.
        if version == "v2":
            gateway.reload(main_config({"wms": {"endpoints": [f"127.0.0.1:{second.port}"], "credentials":
                                                {"signature": {**signature, "audience": "causeway"}}}}, secrets=SECRETS))
            assert gateway.call("GET", "/wms/1").status == 401


# --- OAuth ---

class TokenEndpoint:
    """Gives tokens numbered from 1; `answer` replaces what it says."""

    def __init__(self, server=None, lifetime=3600):
        self.lifetime, self.answer, self.given = lifetime, None, 0
        self.server = server or Upstream()
        self.server.default = self._serve

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.stop()

    def _serve(self, request, peer):
        if self.answer:
            return self.answer(request, peer)
        self.given += 1
        body = {"access_token": self.token(self.given), "token_type": "bearer", "expires_in": self.lifetime}
        return reply(json.dumps(body).encode())(request, peer)

    @staticmethod
    def token(number):
        return f"token-for-wms-{number:08}"

    def asked(self):
        return len(self.server.seen("/token"))

    def settings(self, **more):
        return {"oauth": {"token_url": f"http://127.0.0.1:{self.server.port}/token", "client": "gate way:1",
                          "secret": "{{ secret:WMS_TOKEN }}", "scope": "stock:read stock:write", **more}}


@pytest.fixture
def endpoint():
    with TokenEndpoint() as running:
        yield running


def bearer(request):
    return request.header("Authorization")


def test_a_token_is_fetched_as_the_standard_says_and_shown(start, upstream, endpoint):
    gateway = start(endpoint.settings(audience="https://wms"))
    assert bearer(shown(upstream, gateway)) == f"Bearer {endpoint.token(1)}"
    request = endpoint.server.one("/token")
    assert request.method == "POST" and request.header("Content-Type") == "application/x-www-form-urlencoded"
    assert urllib.parse.parse_qs(request.body.decode()) == {
        "grant_type": ["client_credentials"], "scope": ["stock:read stock:write"], "audience": ["https://wms"]}
    user, _, password = base64.b64decode(request.header("Authorization").removeprefix("Basic ")).decode().partition(":")
    assert (urllib.parse.unquote_plus(user), urllib.parse.unquote_plus(password)) == ("gate way:1", SECRET)
    gateway.wait_log(r"token taken \| cluster=wms")
    assert endpoint.token(1) not in gateway.log()


def test_fifty_calls_at_once_are_one_fetch(start, upstream, endpoint):
    gate = Gate(reply(json.dumps({"access_token": "late-token", "token_type": "Bearer", "expires_in": 3600}).encode()))
    endpoint.answer = gate
    gateway = start(endpoint.settings())
    answers = []
    threads = [threading.Thread(target=lambda: answers.append(gateway.call("GET", "/wms/1"))) for _ in range(50)]
    for thread in threads:
        thread.start()
    assert gate.entered.wait(20 * SLOW)
    assert not upstream.seen("/stock")
    gate.open()
    for thread in threads:
        thread.join()
    for answer in answers:
        assert_success(answer, b'{"ok":true}')
    assert {bearer(request) for request in upstream.seen("/stock")} == {"Bearer late-token"}
    assert len(upstream.seen("/stock")) == 50 and endpoint.asked() == 1


def test_a_token_is_renewed_before_it_ends_and_no_call_notices(start, upstream, endpoint):
    endpoint.lifetime = 3
    gateway = start(endpoint.settings())
    shown(upstream, gateway)
    until(lambda: endpoint.asked() >= 3, 20 * SLOW, what="the renewals")
    for _ in range(20):
        shown(upstream, gateway)
    tokens = [bearer(request) for request in upstream.seen("/stock")]
    assert tokens == sorted(tokens) and tokens[-1] >= f"Bearer {endpoint.token(2)}", tokens


def test_the_last_good_token_is_used_until_its_end(start, upstream, endpoint):
    endpoint.lifetime = 8
    gateway = start(endpoint.settings())
    shown(upstream, gateway)
    endpoint.answer = reply(b'{"error":"temporarily_unavailable"}', 503)
    gateway.wait_log(r"token not fetched \| cluster=wms \| reason=status \| problem=status 503 temporarily_unavailable")
    assert bearer(shown(upstream, gateway)) == f"Bearer {endpoint.token(1)}"
    until(lambda: gateway.call("GET", "/wms/1").status == 502, 20 * SLOW, what="the end of the token")
    response = gateway.call("GET", "/wms/1")
    assert_error(response, 50290)
    gateway.wait_log(r"no token: status 503 temporarily_unavailable")
    endpoint.answer = None
    until(lambda: gateway.call("GET", "/wms/1").status == 200, 90 * SLOW, what="another token")


@pytest.mark.parametrize("answer, why", [
    (reply(b'{"error":"invalid_client"}', 401), "status 401 invalid_client"),
    (reply(b"no json", 200), "the answer is no JSON object"),
    (reply(b'{"token_type":"bearer"}'), "the answer has no access_token"),
    (reply(b'{"access_token":"x y","token_type":"bearer"}'), "the access_token cannot be sent"),
    (reply(b'{"access_token":"x\\r\\nEvil: 1","token_type":"bearer"}'), "the access_token cannot be sent"),
    (reply(b'{"access_token":"x","token_type":"mac"}'), "another type than Bearer"),
    (reply(b'{"access_token":"x","expires_in":0}'), "no time left"),
    (reply(b'{"access_token":"' + b"x" * 100_000 + b'"}'), "more than 64 KiB"),
    (reply(b"", 302, [("Location", "http://127.0.0.1:1/")]), "status 302"),
], ids=["refused", "no json", "no token", "blank", "line break", "type", "ended", "large", "redirect"])
def test_without_a_token_calls_fail_at_once_and_the_log_says_why(start, upstream, endpoint, answer, why):
    endpoint.answer = answer
    gateway = start(endpoint.settings())
    for _ in range(3):
        assert_error(gateway.call("GET", "/wms/1"), 50290)
    assert not upstream.seen("/stock")
    gateway.wait_log(re.escape(why))
    gateway.wait_log(r"error=.*no token: .*code=50290")
    assert endpoint.asked() < 4, "a failing endpoint is asked by schedule, not by calls"


def test_an_endpoint_that_is_away_at_the_start_is_asked_again(start, upstream):
    port = closed_port()
    gateway = start({"oauth": {"token_url": f"http://127.0.0.1:{port}/token", "client": "c", "secret": "{{ secret:WMS_TOKEN }}"}})
    assert_error(gateway.call("GET", "/wms/1"), 50290)
    with TokenEndpoint(Upstream(port=port)):
        until(lambda: gateway.call("GET", "/wms/1").status == 200, 60 * SLOW, what="the token")


def test_a_refused_token_is_dropped_and_the_call_made_once_more(start, upstream, endpoint):
    def picky(request, peer):
        good = bearer(request) != f"Bearer {endpoint.token(1)}"
        (reply() if good else reply(b'{"error":"expired"}', 401))(request, peer)
    upstream.on("/stock", picky)
    gateway = start(endpoint.settings())
    assert_success(gateway.call("GET", "/wms/1"), b'{"ok":true}')
    assert [bearer(request) for request in upstream.seen("/stock")] == [f"Bearer {endpoint.token(n)}" for n in (1, 2)]
    assert endpoint.asked() == 2
    shown(upstream, gateway)
    assert endpoint.asked() == 2


def test_a_write_that_was_refused_is_not_sent_again(start, upstream, endpoint):
    upstream.on("/stock", reply(b'{"error":"expired"}', 401))
    gateway = start(endpoint.settings())
    response = gateway.call("POST", "/wms", {"Content-Type": "application/json"}, b"{}")
    assert response.status == 401 and len(upstream.seen("/stock")) == 1
    assert "WWW-Authenticate" not in response.body.decode()


def test_a_system_that_refuses_every_token_does_not_make_a_storm(start, upstream, endpoint):
    upstream.on("/stock", reply(b"{}", 401))
    gateway = start(endpoint.settings())
    for _ in range(20):
        assert gateway.call("GET", "/wms/1").status == 401
    assert endpoint.asked() <= 2 and len(upstream.seen("/stock")) == 21, (endpoint.asked(), len(upstream.seen("/stock")))


def test_a_reload_keeps_the_token_unless_its_request_has_changed(start, upstream, endpoint):
    gateway = start(endpoint.settings())
    shown(upstream, gateway)
    changed = {"endpoints": [upstream.address], "timeout": "5s"}
    gateway.reload(main_config({"wms": {**changed, "credentials": endpoint.settings()}}, secrets=SECRETS))
    assert bearer(shown(upstream, gateway)) == f"Bearer {endpoint.token(1)}" and endpoint.asked() == 1
    gateway.reload(main_config({"wms": {**changed, "credentials": endpoint.settings(scope="other")}}, secrets=SECRETS))
    assert bearer(shown(upstream, gateway)) == f"Bearer {endpoint.token(2)}" and endpoint.asked() == 2
    metric = gateway.metric("causeway_upstream_token_fetches_total", cluster="wms", result="ok")
    assert sum(metric.values()) == 2
    (left,) = gateway.metric("causeway_upstream_token_seconds", cluster="wms").values()
    assert 3000 < left <= 3600


def test_an_endpoint_over_tls_proves_itself(start, upstream, tmp_path):
    authority = certificates.Authority(tmp_path / "authority", "root")
    pair = authority.issue("idp", "DNS:localhost", usage="serverAuth")
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    with TokenEndpoint(TlsUpstream(pair)) as endpoint:
        url = f"https://localhost:{endpoint.server.port}/token"
        gateway = start(endpoint.settings(token_url=url, ca=str(authority.certificate)), tmp_path / "a")
        assert bearer(shown(upstream, gateway)) == f"Bearer {endpoint.token(1)}"
        stranger = start(endpoint.settings(token_url=url), tmp_path / "b")
        assert_error(stranger.call("GET", "/wms/1"), 50290)
        stranger.wait_log(r"token not fetched \| cluster=wms \| reason=tls")
        assert endpoint.asked() == 1


# --- what is refused, and what is shown ---

def problems(folder, credentials, **more):
    config = main_config({"wms": {"endpoints": ["127.0.0.1:9"], "credentials": credentials}}, **{"secrets": SECRETS, **more})
    gateway = Gateway(config, ROUTES, folder, start=False)
    code, out, err = command("check", "--json", "-c", "config/causeway.yaml", folder=gateway.folder, environment={
        **ENVIRONMENT, "OMS_SECRET": signing.SECRET, "PARTNER_SECRET": "y" * 32})
    assert SECRET not in out + err and signing.SECRET not in out + err
    return code, [(row["path"], row["message"]) for row in json.loads(out)]


@pytest.mark.parametrize("credentials, path, message", [
    ({}, "", 'credentials are exactly one of "bearer", "basic", "header", "signature" and "oauth"'),
    ({"bearer": "a", "header": {"name": "X-K", "value": "b"}}, "",
     'credentials are exactly one of "bearer", "basic", "header", "signature" and "oauth"'),
    ({"bearer": "{{ secret:WMS_TOKEN"}, ".bearer", "expected the secret itself, or {{ secret:NAME }} of `secrets`"),
    ({"bearer": "{{ secret:OTHER }}"}, ".bearer", 'no secret is called "OTHER"'),
    ({"bearer": "{{ .token }}"}, ".bearer", "expected the secret itself, or {{ secret:NAME }} of `secrets`"),
    ({"bearer": "a\nb"}, ".bearer", "a line break, a control character or a blank at its end cannot be sent"),
    ({"bearer": "${env:OMS_SECRET}"}, ".bearer",
     "callers of the gateway prove themselves with this secret: a system is shown one of its own"),
    ({"basic": {"user": "a:b", "password": "c"}}, ".basic.user", "a user's name is not empty and has no colon"),
    ({"header": {"name": "Host", "value": "c"}}, ".header.name", "the gateway writes this field itself, or never sends it"),
    ({"header": {"name": "X Y", "value": "c"}}, ".header.name", "expected the name of a field such as X-Api-Key"),
    ({"signature": {"key": "a b", "secret": "c"}}, ".signature.key",
     "expected a key id of 1 to 128 letters, digits and !#$%&'*+-.^_`|~"),
    ({"signature": {"key": "k", "secret": "${env:PARTNER_SECRET}"}}, ".signature.secret",
     "callers of the gateway prove themselves with this secret: a system is shown one of its own"),
    ({"signature": {"key": "k", "secret": "c", "version": "v1", "audience": "a"}}, ".signature.audience",
     "a signature of version v1 covers no audience"),
    ({"oauth": {"token_url": "http://idp.internal/token", "client": "c", "secret": "s"}}, ".oauth.token_url",
     "the client's secret would be read on the way: https, or http on the loopback"),
    ({"oauth": {"token_url": "token", "client": "c", "secret": "s"}}, ".oauth.token_url",
     "expected a URL such as https://idp.example.com/token"),
    ({"oauth": {"token_url": "https://idp.internal/token", "client": "c", "secret": "s", "ca": "none.pem"}}, ".oauth.ca",
     "config/none.pem cannot be read: No such file or directory"),
    ({"oauth": {"token_url": "https://idp.internal/token", "client": "", "secret": "s"}}, ".oauth.client", "the client is empty"),
])
def test_what_cannot_be_is_an_error_at_its_place(tmp_path, credentials, path, message):
    code, found = problems(tmp_path, credentials)
    assert code == 2 and ("clusters[0].credentials" + path, message) in found, found


def test_a_secret_that_a_cluster_names_counts_as_used(tmp_path):
    assert problems(tmp_path, {"bearer": "{{ secret:WMS_TOKEN }}"}) == (0, [])
    code, found = problems(tmp_path, {"bearer": "literal"})
    assert code == 0 and found == [("secrets.WMS_TOKEN", "no route file names this secret")]


def test_the_admin_api_shows_none_of_it(start, upstream):
    gateway = start({"basic": {"user": "causeway", "password": "${env:WMS_TOKEN}"}})
    shown(upstream, gateway)
    token = (gateway.folder / "data" / "admin.token").read_text().strip()
    said = b""
    for path in ("/config", "/config/history", "/routes", "/clusters", "/metrics"):
        said += send(gateway.admin, "GET", path, {"Authorization": f"Bearer {token}"}, host=f"127.0.0.1:{gateway.admin}").body
    gateway.reload(main_config({"wms": {"endpoints": [upstream.address], "credentials": {"bearer": "${env:WMS_TOKEN}"}}}, secrets=SECRETS))
    said += send(gateway.admin, "GET", "/config/history", {"Authorization": f"Bearer {token}"}, host=f"127.0.0.1:{gateway.admin}").body
    assert SECRET.encode() not in said and base64.b64encode(f"causeway:{SECRET}".encode()) not in said
