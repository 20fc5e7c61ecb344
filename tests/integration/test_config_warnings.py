"""What is only suspicious is said, and does not fail."""
import re

import pytest

from harness.mistakes import OK, M, R, check, lay, tls

# name: ([(file, before, after)], what is said, without the `ok` line)
WARNINGS = {
    "include that matches nothing": ([(M, "[../routes/*.yaml]", "[../routes/*.yaml, ../flows/*.yaml]")],
        'config/causeway.yaml:53:29: include[1]: warning: no file matches "../flows/*.yaml"\n'),
    "role that nobody has": ([(R, "[internal, partner]", "[internal, partner, publc]")],
        'routes/orders.yaml:8:39: defaults.access.roles[2]: warning: no consumer has the role "publc"\n'),
    "access that nobody meets": ([(R, "[internal, partner]", "[internl]")],
        'routes/orders.yaml:8:20: defaults.access.roles[0]: warning: no consumer has the role "internl" (did you mean "internal"?)\n'),
    "scope that nobody has": ([(R, "[orders:write]", "[orders:writ]")],
        'routes/orders.yaml:16:33: routes[1].access.scopes.partner[0]: warning: no consumer has the scope "orders:writ" (did you mean "orders:write"?)\n'),
    "consumer and role that do not meet": ([(R, "access: {scopes: {partner: [orders:write]}}", "access: {consumers: [oms], scopes: [orders:write]}")],
        'routes/orders.yaml:16:26: routes[1].access.consumers[0]: warning: no consumer can meet this access rule\n'),
    "scheme that nobody can show": ([(R, "[signature, oauth]", "[signature, oauth, api_key]")],
        'routes/orders.yaml:7:34: defaults.auth.any[2]: warning: no consumer has `api_tokens`\n'),
    "certificates that no listener asks for": ([(R, "[signature, oauth]", "[signature, oauth, mtls]")],
        'routes/orders.yaml:7:34: defaults.auth.any[2]: warning: no listener asks for client certificates: set `tls.client_ca`\n'),
    "schemes of others than those admitted": ([(R, "    access: {scopes: {partner: [orders:write]}}\n", "    access: {roles: [partner]}\n    auth: {any: [signature]}\n")],
        'routes/orders.yaml:14:11: routes[1].name: warning: nobody can call this route: no consumer that `access` admits has a credential for signature\n'),
    "access without callers": ([(R, "    access: {scopes: {partner: [orders:write]}}\n", "    auth: none\n"), (R, "per: consumer", "per: route")],
        'routes/orders.yaml:14:11: routes[1].name: warning: access asks who is calling, but `auth: none` lets nobody say it: every call is refused\n'),
    "route for everybody under defaults that ask": ([(R, "  - {name: list,", "  - {name: list, auth: none,"), (R, "  access: {roles: [internal, partner]}\n", "")],
        'routes/orders.yaml:12:18: routes[0].auth: warning: the defaults ask for credentials (routes/orders.yaml:7:16), and this route takes calls from anybody\n'),
    "included file of comments": ([(M, "[../routes/*.yaml]", "[../routes/*.yaml, topics.yaml]")],
        'config/topics.yaml: warning: the file says nothing: it is empty, or all of it is a comment\n'),
    "sunset soon after its successor": ([(R, "sunset: 2027-03-05", "sunset: 2026-12-05")],
        'routes/orders.yaml:4:62: versions.v1.sunset: warning: sooner than 180d after the release of v2 (versioning.minimum_overlap)\n'),
    "sunset soon after its announcement": ([(R, "sunset: 2027-03-05, successor: v2", "sunset: 2026-11-01")],
        'routes/orders.yaml:4:62: versions.v1.sunset: warning: sooner than 90d after "deprecated" (versioning.notice)\n'),
    "code that two systems claim": ([(M, "{name: wms, endpoints", "{name: wms, outcomes: [{when: .x, is: business, code: 40001}], endpoints")],
        'config/causeway.yaml:40:59: clusters[1].outcomes[0].code: warning: "OMS" claims the code 40001 too (config/causeway.yaml:39:65): whoever gets it cannot tell the systems apart\n'),
    "consumer that can never call": ([(M, "oauth:\n  providers", "  - {name: nobody}\noauth:\n  providers")],
        'config/causeway.yaml:26:12: consumers[2].name: warning: this consumer has no credentials, so it can never call\n'),
    "secret that no route names": ([(M, "secrets: {WMS", "secrets: {SPARE: \"${env:OMS_SECRET}\", WMS")],
        'config/causeway.yaml:16:11: secrets.SPARE: warning: no route file names this secret\n'),
    "endpoint without an address": ([(M, '["127.0.0.1:9"]', '["127.0.0.1:9", "nowhere.invalid:80"]')],
        'config/causeway.yaml:36:32: clusters[0].endpoints[1]: warning: the endpoint nowhere.invalid:80 has no address at present\n'),
    "topic's bus that is not used": ([(M, "{name: order-topic,", "{name: order-topic, kafka: {partitions: 4},")],
        'config/causeway.yaml:42:32: topics[0].kafka: warning: not used, the embedded bus carries this topic\n'),
    "answer as it is that becomes an event": ([(R, "    publish:\n", "    reply: as_is\n    publish:\n")],
        "routes/orders.yaml:29:7: routes[1].publish: warning: with `reply: as_is` the answer's body is still gathered whole: the event is made from it\n"),
    "retry that cannot fit": ([(M, "    done_when: '$status < 300'\n", "    done_when: '$status < 300'\n    retry: {max_attempts: 8, delay: 10m, max_age: 1h}\n")],
        'config/causeway.yaml:51:51: subscriptions[0].retry: warning: max_age (1h) is shorter than the waits between max_attempts, so that the last of them are never made\n'),
    "retry that needs longer than the call": ([(M, "    timeout: 3s\n", '    timeout: 3s\n    per_try_timeout: 2s\n    retry: {max_attempts: 3}\n')],
        'config/causeway.yaml:39:12: clusters[0].retry: warning: max_attempts (3) with their waits need 6150ms, and `timeout` is 3s: the last are never made\n'),
    "health check that overlaps": ([(M, "    timeout: 3s\n", '    timeout: 3s\n    health_check: {path: /health, interval: 1s, timeout: 2s}\n')],
        'config/causeway.yaml:38:58: clusters[0].health_check.timeout: warning: longer than `interval`: a check that hangs delays the next\n'),
    "kept answers of a write": ([(R, "    adapter: {http: {path: /orders}}\n    publish", "    fallback: [{cached: {max_age: 1h}}]\n    adapter: {http: {path: /orders}}\n    publish")],
        'routes/orders.yaml:26:17: routes[1].fallback[0].cached: warning: answers of GET are kept, and this route takes none\n'),
    "connection slower than the call": ([(M, "    timeout: 3s\n", "    timeout: 3s\n    connect_timeout: 5s\n")],
        'config/causeway.yaml:38:22: clusters[0].connect_timeout: warning: longer than `timeout`, within which the whole call must fit\n'),
    "step twice": ([(R, "      - validate: {schema: schemas/order.json}\n", "      - validate: {schema: schemas/order.json}\n      - validate: {schema: schemas/order.json}\n")],
        'routes/orders.yaml:21:9: routes[1].plugins[2]: warning: the same step stands at routes/orders.yaml:20:9 already\n'),
    "assignment for a comparison": ([(M, ".eventType == ", ".eventType = ")],
        'config/causeway.yaml:47:25: subscriptions[0].filter: warning: "=" sets a value, which makes this true whatever it is asked about; "==" compares\n'),
}


@pytest.mark.parametrize("name", WARNINGS)
def test_what_is_only_suspicious_is_a_warning(tmp_path, tls, name):
    edits, said = WARNINGS[name]
    lay(tmp_path, tls, edits, {"config/topics.yaml": "# order-topic: to be named\n"})
    code, out = check(tmp_path)
    assert (code, out[:len(said)]) == (0, said)
    assert out[len(said):].startswith("ok: ") and out.count("\n") == said.count("\n") + 1


def test_a_certificate_that_expired_is_a_warning(tmp_path, tls):
    lay(tmp_path, tls, [(M, "tls/server.pem", "tls/authority/expired.pem"), (M, "tls/server.key", "tls/authority/expired.key")])
    code, out = check(tmp_path)
    assert code == 0
    assert re.fullmatch(r"config/causeway\.yaml:5:24: listeners\[0\]\.tls\.certificate: warning: the certificate expired at "
                        r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ\n" + re.escape(OK), out), out
