"""Keys that a provider publishes: whatever becomes of its server, callers with known keys notice nothing."""
import re
import time

import pytest

from harness import certificates, jwt
from harness.envelope import assert_error, assert_success
from harness.gateway import SLOW, Gateway, command, main_config
from harness.http import until
from harness.identity import Provider, trickle
from harness.upstream import Upstream, close, hang, reply

KEY, NEXT, OTHER = jwt.Key("ES256", kid="first"), jwt.Key("EdDSA", kid="second"), jwt.Key("RS256", kid="third")
ROUTES = {"orders": {"api": "orders", "base": "/orders", "defaults": {"auth": {"any": ["oauth"]}, "http": {"cluster": "oms"}},
                     "routes": [{"name": "list", "match": {"method": "GET", "path": "/"}, "adapter": {"http": {"path": "/orders"}}}]}}


def configuration(upstream, **jwks):
    config = main_config({"oms": upstream.address})
    config["consumers"].append({"name": "market", "oauth": [{"provider": "corp", "client": "marketplace-app"}]})
    config["oauth"] = {"providers": [{"name": "corp", "issuer": "https://idp.test", "audiences": ["causeway"], "jwks": jwks}]}
    return config


@pytest.fixture
def provider():
    with Provider(KEY) as running:
        yield running


@pytest.fixture
def start(upstream, tmp_path):
    running = []

    def begin(environment=None, **jwks):
        running.append(Gateway(configuration(upstream, **jwks), ROUTES, tmp_path, environment=environment))
        return running[-1]
    yield begin
    for gateway in running:
        gateway.stop()


def call(gateway, key=KEY, **header):
    return gateway.call("GET", "/orders", jwt.bearer(jwt.mint(key, header=header)))


def passes(gateway, key=KEY):
    assert_success(call(gateway, key), b'{"ok":true}')


def results(gateway):
    """causeway_jwks_refresh_total by result, without zeros."""
    return {dict(labels)["result"]: count for labels, count in
            gateway.metric("causeway_jwks_refresh_total", provider="corp").items() if count}


def age(gateway):
    (value,) = gateway.metric("causeway_jwks_age_seconds", provider="corp").values()
    return value


def test_keys_are_there_with_the_first_call_and_fetched_once(start, provider, upstream):
    gateway = start(url=provider.url)
    for _ in range(10):
        passes(gateway)
    assert upstream.seen("/orders")[0].header("X-Consumer-Name") == "market"
    assert provider.asked() == 1 and results(gateway) == {"ok": 1}
    request = provider.server.requests[0]
    assert request.method == "GET" and not request.names & {"authorization", "cookie", "x-request-id"}
    assert age(gateway) < 60
    gateway.wait_log(r"keys taken \| provider=corp \| keys=1")


def test_keys_are_fetched_again_every_refresh(start, provider):
    gateway = start(url=provider.url, refresh="100ms")
    until(lambda: provider.asked() >= 4, 20 * SLOW, what="the refresh")
    passes(gateway)
    assert len(gateway.wait_log("keys taken")) == 1


BAD = {
    "closed": (close, "unreachable"),
    "an error": (reply(b"sorry", 503), "status"),
    "no content": (reply(b"", 204), "status"),
    "not JSON": (reply(b"<html>sign in</html>", kind="text/html"), "unusable"),
    "no keys": (reply(b'{"keys":[]}'), "unusable"),
    "doubled names": (reply(jwt.jwks(OTHER)[:-1] + b',"keys":[]}'), "unusable"),
    "a secret": (reply(jwt.jwks({"kty": "oct", "kid": "first", "k": jwt.b64(b"x" * 32), "alg": "HS256"})), "unusable"),
    "a short RSA key": (reply(jwt.jwks(jwt.Key("RS256", kid="first", bits=1024))), "unusable"),
    "2 MiB": (reply(b'{"keys":[' + b" " * (2 << 20) + jwt.jwks(OTHER)[9:]), "too_large"),
    "2 MiB without a length": (trickle(b" " * (1 << 18), 0, 8), "too_large"),
    "cut": (lambda request, peer: (peer.send(b"HTTP/1.1 200 X\r\nContent-Length: 1000\r\n\r\n{"), peer.close()), "unreachable"),
}


@pytest.mark.parametrize("case", BAD)
def test_an_answer_that_is_no_key_set_changes_nothing(start, provider, case):
    answer, result = BAD[case]
    gateway = start(url=provider.url, refresh="100ms")
    passes(gateway)
    provider.answer = answer
    until(lambda: results(gateway).get(result, 0) >= 1, 20 * SLOW, what="the failure")
    for _ in range(5):
        passes(gateway)
    line = gateway.wait_log("keys not fetched")[0]
    assert re.search(rf"keys not fetched \| provider=corp \| reason={result} \| problem=\S", line), line
    provider.answer = None
    before = results(gateway)["ok"]
    until(lambda: results(gateway)["ok"] > before, 20 * SLOW, what="the recovery")
    passes(gateway)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_are_not_followed(start, provider, status):
    gateway = start(url=provider.url, refresh="100ms")
    with Upstream(reply(jwt.jwks(OTHER))) as elsewhere:
        provider.answer = reply(b"", status, {"Location": f"http://127.0.0.1:{elsewhere.port}/keys"})
        until(lambda: results(gateway).get("redirect", 0) >= 1, 20 * SLOW, what="the redirect")
        passes(gateway)
        assert_error(call(gateway, OTHER), 40191)
        assert elsewhere.connections == 0


def test_a_provider_that_is_away_delays_nobody_whose_keys_are_known(start, provider):
    gateway = start(url=provider.url, refresh="100ms")
    passes(gateway)
    provider.stop()
    until(lambda: results(gateway).get("unreachable", 0) >= 2, 20 * SLOW, what="two failures")
    passes(gateway)
    old = age(gateway)
    until(lambda: age(gateway) > old, 20 * SLOW, what="the keys to grow old")
    before = results(gateway)["ok"]
    provider.start()
    until(lambda: results(gateway)["ok"] > before, 20 * SLOW, what="the recovery")
    passes(gateway)


def test_a_slow_provider_is_given_up_and_delays_nobody_whose_keys_are_known(start, provider):
    gateway = start(url=provider.url, refresh="100ms")
    passes(gateway)
    provider.answer = hang
    asked = provider.asked()
    until(lambda: provider.asked() > asked, 20 * SLOW, what="the slow fetch")
    asked = provider.asked()
    began = time.monotonic()
    for _ in range(20):
        passes(gateway)
        assert_error(call(gateway, NEXT), 40191)
    assert time.monotonic() - began < 4 * SLOW
    assert provider.asked() <= asked + 1, "one fetch at a time"
    until(lambda: results(gateway).get("timeout", 0) >= 1, 30 * SLOW, what="the timeout")
    passes(gateway)


def test_a_gateway_starts_without_its_provider_and_takes_the_keys_when_they_come(start, provider):
    provider.stop()
    began = time.monotonic()
    gateway = start(url=provider.url)
    assert time.monotonic() - began < 20 * SLOW
    gateway.wait_log(r"keys not fetched \| provider=corp \| reason=unreachable \| problem=.")
    answer = assert_error(call(gateway), 50391)
    assert answer.header("Retry-After")
    assert age(gateway) == float("inf")
    provider.start()
    until(lambda: call(gateway).status == 200, 30 * SLOW, interval=0.1, what="the keys")


def test_a_gateway_whose_provider_says_nothing_starts_after_a_moment(start, provider):
    provider.answer = hang
    gateway = start(url=provider.url)
    gateway.wait_log(r"keys not there yet \| provider=corp")
    assert_error(call(gateway), 50391)


def test_a_new_key_is_fetched_when_a_token_first_names_it(start, provider):
    gateway = start(url=provider.url)
    passes(gateway)
    provider.keys = [NEXT]
    old = jwt.bearer(jwt.mint(KEY))
    assert_success(gateway.call("GET", "/orders", old), b'{"ok":true}')
    assert_error(call(gateway, NEXT), 40191)
    until(lambda: call(gateway, NEXT).status == 200, 20 * SLOW, what="the new key")
    assert provider.asked() == 2
    assert_error(gateway.call("GET", "/orders", old), 40191)  # its key is gone, so what was remembered of it is too


def test_tokens_with_made_up_keys_do_not_drive_the_fetching(start, provider):
    gateway = start(url=provider.url)
    for number in range(100):
        assert_error(call(gateway, KEY, kid=f"made-up-{number}"), 40191)
    until(lambda: provider.asked() == 2, 20 * SLOW, what="the one fetch that they are worth")
    for number in range(100):
        assert_error(call(gateway, KEY, kid=f"made-up-{number}"), 40191)
    passes(gateway)
    assert provider.asked() == 2


def test_the_servers_certificate_is_checked_against_the_providers_ca(start, tmp_path):
    pair = certificates.make(tmp_path, "idp")
    with Provider(KEY, tls=pair) as provider:
        gateway = start(url=provider.url, ca=str(pair[0]))
        passes(gateway)
        assert results(gateway) == {"ok": 1}


@pytest.mark.parametrize("ca", ["other", None], ids=["another CA", "the system's CAs"])
def test_a_server_that_nobody_vouches_for_is_not_believed(start, tmp_path, ca):
    pair = certificates.make(tmp_path, "idp")
    more = {"ca": str(certificates.make(tmp_path, "other")[0])} if ca else {}
    with Provider(KEY, tls=pair) as provider:
        gateway = start(url=provider.url, **more)
        gateway.wait_log("keys not fetched .*reason=tls")
        assert_error(call(gateway), 50391)
        assert provider.asked() == 0


def test_proxies_of_the_environment_are_not_used(start, provider):
    away = "http://127.0.0.1:9"
    gateway = start({name: away for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY")},
                    url=provider.url)
    passes(gateway)


def test_a_file_is_looked_at_again(start, tmp_path):
    file = tmp_path / "keys.json"
    file.write_bytes(jwt.jwks(KEY))
    gateway = start(file=str(file), refresh="100ms")
    passes(gateway)
    file.write_bytes(b"{}")
    until(lambda: results(gateway).get("unusable", 0) >= 1, 20 * SLOW, what="the broken file")
    passes(gateway)
    file.write_bytes(jwt.jwks(KEY, NEXT))
    until(lambda: call(gateway, NEXT).status == 200, 20 * SLOW, what="the new key")
    passes(gateway)
    file.unlink()
    until(lambda: results(gateway).get("unreachable", 0) >= 1, 20 * SLOW, what="the missing file")
    passes(gateway, NEXT)


def test_a_file_is_read_when_a_configuration_is_taken(start, upstream, tmp_path):
    file = tmp_path / "keys.json"
    file.write_bytes(jwt.jwks(KEY))
    gateway = start(file=str(file))
    assert_error(call(gateway, NEXT), 40191)
    file.write_bytes(jwt.jwks(NEXT))
    gateway.reload()
    passes(gateway, NEXT)
    assert_error(call(gateway), 40191)
    file.write_bytes(b"no keys")
    gateway.reload()
    gateway.wait_log("configuration refused")
    passes(gateway, NEXT)


def test_a_file_without_keys_is_an_error_at_its_place(upstream, tmp_path):
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "keys.json").write_text('{"keys": []}')
    for name, words in (("keys.json", "keys.json: "), ("missing.json", "config/missing.json cannot be read: ")):
        gateway = Gateway(configuration(upstream, file=name), ROUTES, tmp_path, start=False)
        code, out, _ = command("check", "-c", gateway.config_file)
        assert code == 2 and "oauth.providers[0].jwks.file: " in out and words in out, out


def test_a_reload_keeps_the_keys_and_asks_nobody(start, provider, upstream):
    gateway = start(url=provider.url)
    passes(gateway)
    provider.stop()
    gateway.reload()
    passes(gateway)
    assert provider.asked() == 1


def test_keys_of_another_address_are_others(start, provider, upstream):
    gateway = start(url=provider.url)
    passes(gateway)
    with Provider(NEXT) as elsewhere:
        gateway.reload(configuration(upstream, url=elsewhere.url))
        passes(gateway, NEXT)
        assert_error(call(gateway), 40191)


def test_a_provider_that_goes_is_asked_no_more(start, provider, upstream):
    gateway = start(url=provider.url, refresh="100ms")
    until(lambda: provider.asked() >= 2, 20 * SLOW, what="the refresh")
    with Provider(NEXT) as other:
        gateway.reload(configuration(upstream, url=other.url, refresh="100ms"))
        asked = provider.asked()
        until(lambda: other.asked() >= 4, 20 * SLOW, what="the other's refreshes")
        assert provider.asked() <= asked + 1
        config = configuration(upstream)
        del config["oauth"], config["consumers"][-1]["oauth"]
        gateway.reload(config, {"orders": {**ROUTES["orders"], "defaults": {"auth": "none", "http": {"cluster": "oms"}}}})
        assert not gateway.metric("causeway_jwks_age_seconds")


@pytest.mark.parametrize("answer", [hang, trickle(b" ", 0.05, 200)], ids=["silent", "trickling"])
def test_a_stop_does_not_wait_for_a_fetch(upstream, provider, tmp_path, answer):
    gateway = Gateway(configuration(upstream, url=provider.url, refresh="100ms"), ROUTES, tmp_path)
    asked = provider.asked()
    provider.answer = answer
    until(lambda: provider.asked() > asked, 20 * SLOW, what="the fetch")
    began = time.monotonic()
    gateway.stop()
    assert time.monotonic() - began < 3 * SLOW


def test_http_off_the_loopback_is_refused(upstream, tmp_path):
    gateway = Gateway(configuration(upstream, url="http://idp.example.com/keys"), ROUTES, tmp_path, start=False)
    code, out, _ = command("check", "-c", gateway.config_file)
    assert code == 2 and "oauth.providers[0].jwks.url: keys over http can be replaced on the way" in out, out
