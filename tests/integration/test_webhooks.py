"""Partners' own signatures: Shopify, GitHub, Standard Webhooks, Stripe, Slack: who is let in as whom, and what is refused with which code."""
import base64
import concurrent.futures
import hashlib
import hmac
import time

import pytest

from harness.envelope import assert_error, assert_success
from harness.gateway import API_TOKEN, Gateway, command, main_config
from harness.http import chunked, head_of
from harness.signing import signed

BODY = '{"id":820982911946154508,"total":"19.90","note":"苹果"}'.encode()
OK = b'{"ok":true}'
SHOP, OTHER_SHOP, GITHUB, SLACK, STRIPE = ("shop-secret-0123456789", "other-shop-secret-01234", "It's a Secret to Everybody",
                                           "slack-secret-0123456789", "whsec_stripe-0123456789")
STANDARD_KEY, STANDARD_NEW_KEY = b"standard webhooks secret", b"another secret, its next"
STANDARD, STANDARD_NEW = ("whsec_" + base64.b64encode(key).decode() for key in (STANDARD_KEY, STANDARD_NEW_KEY))
ENVIRONMENT = {"SHOP": SHOP, "STANDARD": STANDARD}


def configuration(upstream):
    config = main_config({"oms": upstream.address})
    config["consumers"] += [
        {"name": "shop", "roles": ["partner"], "webhook": {"hmac_sha256": {
            "header": "X-Shopify-Hmac-Sha256", "encoding": "base64", "secret": "${env:SHOP}"}}},
        {"name": "other-shop", "roles": ["partner"], "webhook": {"shopify": {"secret": OTHER_SHOP}}},
        {"name": "github", "roles": ["source"], "webhook": {"github": {"secrets": [GITHUB, "the-next-secret-of-github"]}}},
        {"name": "slack", "roles": ["partner"], "webhook": {"hmac_sha256": {
            "header": "X-Slack-Signature", "encoding": "hex", "prefix": "v0=", "secret": SLACK,
            "timestamp": {"header": "X-Slack-Request-Timestamp", "tolerance": "2m"}, "signed": "v0:{timestamp}:{body}"}}},
        {"name": "standard", "roles": ["partner"], "webhook": {"standard_webhooks": {"secrets": ["${env:STANDARD}", STANDARD_NEW]}}},
        {"name": "stripe", "roles": ["partner"], "webhook": {"stripe": {"secret": STRIPE}}},
    ]
    return config, {"hooks": {
        "api": "hooks", "base": "/hooks", "defaults": {"auth": {"any": ["webhook"]}, "http": {"cluster": "oms"}}, "routes": [
            {"name": "any", "match": {"methods": ["GET", "POST"], "path": "/"}, "adapter": {"http": {"path": "/hooks"}}},
            {"name": "partners", "match": {"method": "POST", "path": "/partners"}, "access": {"roles": ["partner"]},
             "adapter": {"http": {"path": "/partners"}}},
            {"name": "mixed", "match": {"method": "POST", "path": "/mixed"}, "auth": {"any": ["webhook", "signature", "api_key"]},
             "adapter": {"http": {"path": "/mixed"}}},
            {"name": "small", "match": {"method": "POST", "path": "/small"}, "limits": {"request_body": "1KiB"},
             "adapter": {"http": {"path": "/small"}}},
            {"name": "signed", "match": {"method": "POST", "path": "/signed"}, "auth": {"any": ["signature"]},
             "adapter": {"http": {"path": "/signed"}}}]}}


@pytest.fixture(scope="module")
def gateway(upstream, tmp_path_factory):
    config, routes = configuration(upstream)
    with Gateway(config, routes, tmp_path_factory.mktemp("gateway"), environment=ENVIRONMENT) as running:
        yield running


def code(secret, content, algorithm=hashlib.sha256):
    return hmac.new(secret if isinstance(secret, bytes) else secret.encode(), content, algorithm)


def base64_of(secret, content):
    return base64.b64encode(code(secret, content).digest()).decode()


def shopify(body=BODY, secret=SHOP):
    return [("X-Shopify-Hmac-Sha256", base64_of(secret, body))]


def github(body=BODY, secret=GITHUB):
    return [("X-Hub-Signature-256", "sha256=" + code(secret, body).hexdigest())]


def slack(body=BODY, at=None, secret=SLACK):
    at = str(at or fresh())
    return [("X-Slack-Request-Timestamp", at), ("X-Slack-Signature", "v0=" + code(secret, f"v0:{at}:".encode() + body).hexdigest())]


def standard(body=BODY, at=None, identity=None, keys=(STANDARD_KEY,)):
    at, identity = str(at or after_start()), identity or fresh_id()
    content = f"{identity}.{at}.".encode() + body
    return [("webhook-id", identity), ("webhook-timestamp", at),
            ("webhook-signature", " ".join("v1," + base64_of(key, content) for key in keys))]


def stripe(body=BODY, at=None):
    at = str(at or fresh())
    return [("Stripe-Signature", f"t={at},v1={code(STRIPE, f'{at}.'.encode() + body).hexdigest()},v0=ignored")]


_counter = iter(range(1, 1000))


def fresh():
    """Milliseconds that no other message of this process has: the same bytes at the same time would be a replay."""
    return int(time.time() * 1000) + next(_counter)


def after_start():
    """Seconds that no gateway of these tests can have started in: what was signed before that is refused."""
    return int(time.time()) + 2


def fresh_id():
    return f"msg_{next(_counter)}"


def post(gateway, headers, body=BODY, target="/hooks"):
    return gateway.call("POST", target, [*headers, ("Content-Type", "application/json")], body)


def assert_untouched(upstream):
    assert upstream.bytes == 0 and upstream.requests == [], upstream.requests


SENDERS = {"shop": shopify, "other-shop": lambda: shopify(secret=OTHER_SHOP), "github": github, "slack": slack, "standard": standard,
           "stripe": stripe}


@pytest.mark.parametrize("consumer", SENDERS)
def test_the_partner_is_known_by_its_signature(gateway, upstream, consumer):
    assert_success(post(gateway, SENDERS[consumer]()), OK)
    request = upstream.one()
    assert request.body == BODY and request.header("X-Consumer-Name") == consumer
    assert not [name for name in request.names if "signature" in name or "hmac" in name or name.startswith("webhook-")]
    gateway.wait_log(rf"consumer={consumer}( |$)|\"consumer\":\"{consumer}\"")


@pytest.mark.parametrize("body", [b"", b"{}", bytes(range(256)), b"x" * 300_000], ids=["empty", "short", "binary", "long"])
def test_any_bytes_are_signed_as_they_are(gateway, upstream, body):
    assert_success(post(gateway, shopify(body), body), OK)
    assert upstream.one().body == body


def test_the_body_may_be_chunked(gateway, upstream):
    with gateway.connect() as connection:
        connection.send(head_of("POST", "/hooks", [*github(), ("Transfer-Encoding", "chunked")]))
        connection.send(chunked(BODY[:1], BODY[1:30], BODY[30:]))
        assert_success(connection.read(), OK)
    assert upstream.one().body == BODY


def changed(headers, name, value):
    return [(key, value if key == name else old) for key, old in headers]


REFUSED = {
    "nothing": (lambda: [], 40190),
    "an unknown header": (lambda: [("X-Other-Signature", "x")], 40190),
    "another secret": (lambda: shopify(secret="not-a-secret-of-anybody"), 40191),
    "another body": (lambda: shopify(BODY + b" "), 40191),
    "a secret of another header": (lambda: [("X-Shopify-Hmac-Sha256", base64_of(GITHUB, BODY))], 40191),
    "hex for base64": (lambda: [("X-Shopify-Hmac-Sha256", code(SHOP, BODY).hexdigest())], 40191),
    "no padding": (lambda: [("X-Shopify-Hmac-Sha256", base64_of(SHOP, BODY).rstrip("="))], 40191),
    "an empty code": (lambda: [("X-Shopify-Hmac-Sha256", "")], 40191),
    "no prefix": (lambda: [("X-Hub-Signature-256", code(GITHUB, BODY).hexdigest())], 40191),
    "SHA-1": (lambda: [("X-Hub-Signature-256", "sha256=" + code(GITHUB, BODY, hashlib.sha1).hexdigest())], 40191),
    "half a code": (lambda: [("X-Hub-Signature-256", "sha256=" + code(GITHUB, BODY).hexdigest()[:32])], 40191),
    "without its time": (lambda: slack()[1:], 40191),
    "another time": (lambda: changed(slack(), "X-Slack-Request-Timestamp", str(fresh() + 7)), 40191),
    "a time that is none": (lambda: changed(slack(), "X-Slack-Request-Timestamp", "soon"), 40191),
    "another id": (lambda: changed(standard(), "webhook-id", "msg_x"), 40191),
    "no id": (lambda: standard()[1:], 40191),
    "an id with a point": (lambda: standard(identity="msg.1"), 40191),
    "version 2": (lambda: changed(standard(), "webhook-signature", "v2," + base64_of(STANDARD_KEY, BODY)), 40191),
    "an old one": (lambda: slack(at=fresh() - 121_000), 40193),
    "one ahead": (lambda: slack(at=fresh() + 125_000), 40193),
    "an old one of Standard Webhooks": (lambda: standard(at=int(time.time()) - 301), 40193),
    "old and wrong": (lambda: slack(at=fresh() - 121_000, secret="not-a-secret-of-anybody"), 40191),
    "one header twice": (lambda: shopify() * 2, 40090),
    "two times": (lambda: [*slack(), ("X-Slack-Request-Timestamp", "1")], 40090),
    "with an API key": (lambda: [*shopify(), ("X-API-Key", API_TOKEN)], 40090),
    "with a signature": (lambda: [*shopify(), *signed(BODY)], 40090),
    "with a token": (lambda: [*shopify(), ("Authorization", "Bearer x")], 40090),
    "a signature alone": (lambda: signed(BODY), 40191),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refused(gateway, upstream, case):
    make, expected = REFUSED[case]
    response = assert_error(post(gateway, make()), expected)
    if response.status == 401:
        assert response.header("WWW-Authenticate") == "Webhook"
    assert_untouched(upstream)


def test_a_message_with_a_time_is_taken_once(gateway, upstream):
    for headers in (slack(), stripe(), standard()):
        upstream.reset()
        assert_success(post(gateway, headers), OK)
        assert_error(post(gateway, headers), 40194)
        assert len(upstream.requests) == 1


def test_a_partner_sends_a_message_again_with_a_new_time(gateway, upstream):
    first = after_start()
    assert_success(post(gateway, standard(at=first, identity="again")), OK)
    assert_success(post(gateway, standard(at=first + 1, identity="again")), OK)
    assert len(upstream.requests) == 2


def test_without_a_time_a_message_may_come_again(gateway, upstream):
    for _ in range(2):
        assert_success(post(gateway, shopify()), OK)
    assert len(upstream.requests) == 2


def test_either_secret_of_a_rotation_serves_and_both_make_one_message(gateway, upstream):
    assert_success(post(gateway, github(secret="the-next-secret-of-github")), OK)
    at = after_start()
    assert_success(post(gateway, standard(at=at, identity="both", keys=(STANDARD_KEY, STANDARD_NEW_KEY))), OK)
    assert_error(post(gateway, standard(at=at, identity="both", keys=(STANDARD_NEW_KEY,))), 40194)
    assert len(upstream.requests) == 2


def test_32_parallel_copies_make_exactly_one_call(gateway, upstream):
    headers = slack()
    with concurrent.futures.ThreadPoolExecutor(32) as pool:
        answers = list(pool.map(lambda _: post(gateway, headers), range(32)))
    won = [answer for answer in answers if answer.status == 200]
    assert len(won) == 1, [answer.status for answer in answers]
    for answer in answers:
        if answer is not won[0]:
            assert_error(answer, 40194)
    assert len(upstream.requests) == 1


def test_access_is_decided_once_it_is_known_who_calls(gateway, upstream):
    assert_error(post(gateway, github(), target="/hooks/partners"), 40390)
    assert_error(post(gateway, github(secret="not-a-secret-of-anybody"), target="/hooks/partners"), 40191)
    assert_untouched(upstream)
    assert_success(post(gateway, shopify(), target="/hooks/partners"), OK)
    assert upstream.one().header("X-Consumer-Roles") == "partner"


def test_beside_other_schemes_it_is_chosen_by_its_header(gateway, upstream):
    assert_success(post(gateway, github(), target="/hooks/mixed"), OK)
    assert_success(post(gateway, signed(BODY), target="/hooks/mixed"), OK)
    assert [request.header("X-Consumer-Name") for request in upstream.requests] == ["github", "oms"]
    assert_error(post(gateway, github(secret="not-a-secret-of-anybody"), target="/hooks/mixed"), 40191)
    assert_error(post(gateway, [*github(), *signed(BODY)], target="/hooks/mixed"), 40090)
    assert_error(post(gateway, github(), target="/hooks/signed"), 40190)
    assert len(upstream.requests) == 2


def test_a_bad_form_and_a_long_body_are_refused_before_the_body(gateway, upstream):
    for headers, target, expected in (([("X-Shopify-Hmac-Sha256", "odd")], "/hooks", 40191), (shopify(), "/hooks/small", 41390)):
        with gateway.connect() as connection:
            connection.send(head_of("POST", target, [*headers, ("Content-Length", "1000000"), ("Expect", "100-continue")]))
            assert_error(connection.read(interim=True), expected)
            connection.assert_closed()
    assert_untouched(upstream)


def test_a_get_may_be_signed_too(gateway, upstream):
    assert_success(gateway.call("GET", "/hooks", shopify(b"")), OK)
    assert upstream.one().header("X-Consumer-Name") == "shop"


def test_a_reload_brings_and_takes_partners_and_keeps_what_was_seen(upstream, tmp_path):
    config, routes = configuration(upstream)
    with Gateway(config, routes, tmp_path, environment=ENVIRONMENT) as gateway:
        message = slack()
        assert_success(post(gateway, message), OK)
        config["consumers"][5]["webhook"]["hmac_sha256"]["timestamp"]["tolerance"] = "20m"
        del config["consumers"][3]
        gateway.reload(config)
        response = post(gateway, message)
        assert response.status == 401 and response.code in (40193, 40194), response
        assert_error(post(gateway, shopify(secret=OTHER_SHOP)), 40191)
        assert_success(post(gateway, shopify()), OK)
    assert len(upstream.requests) == 2


def test_failures_are_counted_by_reason(gateway):
    def failures(reason):
        return sum(gateway.metric("causeway_auth_failures_total", scheme="webhook", reason=reason).values())
    before = failures("wrong_signature")
    assert_error(post(gateway, shopify(BODY + b"x")), 40191)
    assert failures("wrong_signature") == before + 1
    assert_error(post(gateway, standard(identity="a b")), 40191)
    assert failures("bad_message_id") >= 1


WRONG = {
    "two ways": ({"github": {"secret": SHOP}, "shopify": {"secret": SHOP}}, "webhook: needs exactly one of"),
    "a short secret": ({"github": {"secret": "short"}}, "webhook.github.secret: a secret needs at least 16 bytes"),
    "no base64": ({"standard_webhooks": {"secret": "whsec_no-base64-at-all"}}, "expected whsec_ and base64"),
    "a secret of two": ({"shopify": {"secret": OTHER_SHOP}}, 'the consumer "other-shop" has this secret'),
    "a time that is not signed": ({"hmac_sha256": {"header": "X-S", "encoding": "hex", "secret": SHOP, "timestamp": {"header": "X-T"}}},
                                  "{timestamp} must be in the text that is signed"),
    "our own header": ({"hmac_sha256": {"header": "X-Signature", "encoding": "hex", "secret": SHOP}},
                       "X-Signature means something else to the gateway"),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_configuration_is_refused_where_it_is_wrong(upstream, tmp_path, case):
    webhook, message = WRONG[case]
    config, routes = configuration(upstream)
    config["consumers"].append({"name": "wrong", "webhook": webhook})
    written = Gateway(config, routes, tmp_path, environment=ENVIRONMENT, start=False)
    exit_code, out, err = command("check", "-c", written.config_file, environment=ENVIRONMENT)
    assert exit_code == 2 and message in out and "consumers[8].webhook" in out, (out, err)
    for secret in (SHOP, OTHER_SHOP, "no-base64-at-all"):
        assert secret not in out + err


def test_a_route_for_partners_without_a_partner_is_a_warning(upstream, tmp_path):
    _, routes = configuration(upstream)
    written = Gateway(main_config({"oms": upstream.address}), routes, tmp_path, start=False)
    exit_code, out, err = command("check", "-c", written.config_file)
    assert exit_code == 0 and "auth.any[0]: warning: no consumer has a `webhook`" in out, (out, err)
