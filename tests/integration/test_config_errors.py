"""What `causeway check` says, whole: one mistake, one message, at its place. Warnings do not fail."""
import json
import re

import pytest

from harness import certificates
from harness.gateway import command

MAIN = """\
node: {id: causeway-1}
listeners:
  - name: public
    address: 127.0.0.1:0
    tls: {certificate: tls/server.pem, private_key: tls/server.key}
    limits: {connections: 100, header_timeout: 10s}
    trusted_proxies: [10.1.2.3/32]
admin:
  address: 127.0.0.1:0
  users: [{name: ops, role: operator, token: "${env:ADMIN_TOKEN}"}]
workers: 1
drain_timeout: 5s
store: {sqlite: {path: data/causeway.db, min_free: 1MiB}}
signing: {versions: [v2, v1], window: 5m}
versioning: {vendor: company, minimum_overlap: 180d, notice: 90d}
secrets: {WMS_TOKEN: "${env:WMS_TOKEN}"}
consumers:
  - name: oms
    roles: [internal]
    keys:
      - {id: oms-key, secrets: ["${env:OMS_SECRET}"]}
  - name: marketplace
    roles: [partner]
    scopes: [orders:read, orders:write]
    oauth: [{provider: erp, client: marketplace-app}]
oauth:
  providers:
    - name: erp
      issuer: https://erp.internal
      audiences: [causeway]
      client_claim: sub
      keys: [{kid: k1, algorithm: HS256, secret: "${env:JWT_SECRET}"}]
clusters:
  - name: oms
    system: OMS
    endpoints: ["127.0.0.1:9"]
    timeout: 3s
    outcomes:
      - {when: '.errCode == "STOCK_SHORT"', is: business, code: 40001, message: "{{ .errMsg }}"}
  - {name: wms, endpoints: ["127.0.0.1:9"]}
topics:
  - {name: order-topic, owner: OMS, retention: 7d, key: "{{ .orderId }}"}
subscriptions:
  - name: wms-orders
    topic: order-topic
    group: wms-group
    filter: '.eventType == "ORDER_CREATED"'
    transform: '{eventId}'
    deliver: {http: {cluster: wms, path: /outbound}}
    done_when: '$status < 300'
telemetry:
  log: {format: text, calls: {successes: 100%}}
include: [../routes/*.yaml]
"""
ROUTES = """\
api: orders
base: /api/{version}/orders
versions:
  v1: {released: 2024-01-29, deprecated: 2026-09-01, sunset: 2027-03-05, successor: v2}
  v2: {released: 2026-09-01}
defaults:
  auth: {any: [signature, oauth]}
  access: {roles: [internal, partner]}
  plugins:
    - headers: {request: {set: {X-Token: "{{ secret:WMS_TOKEN }}"}}}
  http: {cluster: oms}
routes:
  - {name: list, match: {method: GET, path: /}, adapter: {http: {path: /orders}}}
  - name: create
    match: {method: POST, path: /}
    access: {scopes: {partner: [orders:write]}}
    from: {v1: {request: '.items = .goods', response: '.goods = .items'}}
    plugins:
      - rate_limit: {rate: 100/s, burst: 200, per: consumer}
      - validate: {schema: schemas/order.json}
      - transform:
          request: |
            {order_no: .externalNo,
             lines: [.items[] | {sku: .skuId}]}
          response: '{orderId: .order_no}'
    adapter: {http: {path: /orders}}
    publish:
      topic: order-topic
      type: ORDER_CREATED
      key: "{{ $result.orderId }}"
  - {name: cancel, match: {method: POST, path: "/{id}/cancel"}, adapter: {http: {path: "/orders/{id}/cancel"}}}
"""
SCHEMA = '{"type": "object",\n "properties": {"externalNo": {"type": "string"}}}\n'
FILES = {"config/causeway.yaml": MAIN, "routes/orders.yaml": ROUTES, "routes/schemas/order.json": SCHEMA}
ENVIRONMENT = {"OMS_SECRET": "oms-secret-0123456789abcdef", "ADMIN_TOKEN": "admin-token-0123456789abcdef",
               "WMS_TOKEN": "wms-token-0123456789abcdef", "JWT_SECRET": "jwt-secret-0123456789abcdef-0123456789"}
M, R, S = FILES
OK = "ok: 3 routes, 2 clusters, 2 consumers\n"
KEYS = 'keys: [{kid: k1, algorithm: HS256, secret: "${env:JWT_SECRET}"}]'


@pytest.fixture(scope="module")
def tls(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tls")
    certificates.make(folder)
    certificates.make(folder, "other")
    authority = certificates.Authority(folder / "authority", "authority")
    authority.issue("expired", starts=-3, ends=-1)
    return folder


def lay(folder, tls, edits, more=None):
    """The right files with the edits (file, before, after) made, beside `more` (a path to a text, None: no such file)."""
    files = {**FILES, **(more or {})}
    for name, before, after in edits:
        assert before in files[name], (name, before)
        files[name] = files[name].replace(before, after, 1)
    for name, text in files.items():
        if text is not None:
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text if isinstance(text, bytes) else text.encode())
    (folder / "config/tls").symlink_to(tls)


def check(folder, *arguments, config=("config/causeway.yaml",)):
    named = [part for file in config for part in ("-c", file)]
    code, out, err = command("check", *named, *arguments, folder=folder, environment=ENVIRONMENT)
    assert err == ""
    return code, out


def test_the_files_that_the_mistakes_are_made_in_are_right(tmp_path, tls):
    lay(tmp_path, tls, [])
    assert check(tmp_path) == (0, OK)
    assert check(tmp_path, "--json") == (0, "[]\n")


# name: ([(file, before, after)], what is said, without the `ok` line of warnings)
ERRORS = {
    "unknown key with a near one": ([(R, "    match: {method: POST, path: /}\n", "    mach: {method: POST, path: /}\n")],
        'routes/orders.yaml:15:5: routes[1].mach: unknown key "mach" (did you mean "match"?)\n'),
    "unknown key with none near": ([(M, "workers: 1", "wheels: 4\nworkers: 1")],
        'config/causeway.yaml:11:1: wheels: unknown key "wheels"\n'),
    "duplicate key": ([(M, "workers: 1", "workers: 1\nworkers: 2")],
        'config/causeway.yaml:12:1: workers: duplicate key "workers" (first at config/causeway.yaml:11:1)\n'),
    "missing key": ([(R, "{name: cancel, ", "{")],
        'routes/orders.yaml:31:5: routes[2]: missing "name" (what logs and metrics call it)\n'),
    "list for a mapping": ([(R, "    match: {method: POST, path: /}\n", "    match: [POST, /]\n")],
        'routes/orders.yaml:15:12: routes[1].match: expected a mapping, got a list\n'),
    "mapping for a list": ([(R, "[signature, oauth]", "{signature: yes}")],
        'routes/orders.yaml:7:15: defaults.auth.any: expected a list, got a mapping\n'),
    "nothing for a mapping": ([(R, "    match: {method: POST, path: /}\n", "    match:\n")],
        'routes/orders.yaml:15:5: routes[1].match: missing "path" (below the file\'s base: /, /{id}/cancel, /raw/{rest...})\n'),
    "duration without a unit": ([(M, "drain_timeout: 5s", "drain_timeout: 5")],
        'config/causeway.yaml:12:16: drain_timeout: expected a duration such as 5s or 250ms, got "5"\n'),
    "duration with a blank": ([(M, "drain_timeout: 5s", "drain_timeout: 5 s")],
        'config/causeway.yaml:12:16: drain_timeout: expected a duration such as 5s or 250ms, got "5 s"\n'),
    "negative duration": ([(M, "drain_timeout: 5s", "drain_timeout: -1s")],
        'config/causeway.yaml:12:16: drain_timeout: expected a duration such as 5s or 250ms, got "-1s"\n'),
    "duration out of bounds": ([(M, "window: 5m", "window: 2d")],
        'config/causeway.yaml:14:39: signing.window: expected a duration from 1s to 1d, got "2d"\n'),
    "size in another spelling": ([(M, "min_free: 1MiB", "min_free: 10mb")],
        'config/causeway.yaml:13:52: store.sqlite.min_free: expected a size such as 16KiB or 10MiB, got "10mb"\n'),
    "rate without a period": ([(R, "rate: 100/s", "rate: 100")],
        'routes/orders.yaml:19:28: routes[1].plugins[0].rate_limit.rate: expected a rate such as 100/s, got "100"\n'),
    "percentage above 100": ([(M, "successes: 100%", "successes: 150%")],
        'config/causeway.yaml:52:42: telemetry.log.calls.successes: expected a percentage from 0% to 100%, got "150%"\n'),
    "impossible date": ([(R, "released: 2026-09-01}", "released: 2026-09-31}")],
        'routes/orders.yaml:5:18: versions.v2.released: expected a date such as 2027-03-01 or 2027-03-01T08:00:00Z, got "2026-09-31"\n'),
    "number out of bounds": ([(M, "workers: 1", "workers: 1000")],
        'config/causeway.yaml:11:10: workers: expected a whole number from 1 to 256, got "1000"\n'),
    "yes and no": ([(M, "{name: order-topic,", "{name: order-topic, kafka: {create: maybe},")],
        'config/causeway.yaml:42:41: topics[0].kafka.create: expected true or false, got "maybe"\n'),
    "word of a few": ([(M, "role: operator", "role: operater")],
        'config/causeway.yaml:10:29: admin.users[0].role: expected one of viewer, operator, admin; got "operater" (did you mean "operator"?)\n'),
    "address range with bits beyond": ([(M, "10.1.2.3/32", "10.1.2.3/8")],
        'config/causeway.yaml:7:23: listeners[0].trusted_proxies[0]: expected an address or a range such as 10.0.0.0/8 (no bits set beyond the prefix), got "10.1.2.3/8"\n'),
    "address without a port": ([(M, "address: 127.0.0.1:0\n    tls", "address: 127.0.0.1\n    tls")],
        'config/causeway.yaml:4:14: listeners[0].address: expected an address to listen on such as 0.0.0.0:8080, got "127.0.0.1"\n'),
    "endpoint that is a URL": ([(M, '["127.0.0.1:9"]', '["http://oms:80/"]')],
        'config/causeway.yaml:36:17: clusters[0].endpoints[0]: expected an address such as 10.0.0.11:8080, got "http://oms:80/"\n'),
    "no endpoint": ([(M, '["127.0.0.1:9"]', "[]")],
        'config/causeway.yaml:36:16: clusters[0].endpoints: a cluster needs at least one endpoint\n'),
    "unknown cluster": ([(R, "http: {cluster: oms}", "http: {cluster: omx}")],
        'routes/orders.yaml:11:19: defaults.http.cluster: unknown cluster "omx" (did you mean "oms"?)\n'),
    "unknown cluster of a subscription": ([(M, "cluster: wms, path", "cluster: wmz, path")],
        'config/causeway.yaml:49:31: subscriptions[0].deliver.http.cluster: no cluster is called "wmz" (did you mean "wms"?)\n'),
    "unknown topic": ([(R, "topic: order-topic", "topic: order-topik")],
        'routes/orders.yaml:28:14: routes[1].publish.topic: unknown topic "order-topik" (did you mean "order-topic"?)\n'),
    "unknown topic of a subscription": ([(M, "topic: order-topic\n    group", "topic: orders\n    group")],
        'config/causeway.yaml:45:12: subscriptions[0].topic: no topic is called "orders"\n'),
    "unknown consumer": ([(R, "access: {roles: [internal, partner]}", "access: {consumers: [omss]}")],
        'routes/orders.yaml:8:24: defaults.access.consumers[0]: unknown consumer "omss" (did you mean "oms"?)\n'),
    "unknown provider": ([(M, "provider: erp", "provider: erq")],
        'config/causeway.yaml:25:24: consumers[1].oauth[0].provider: unknown provider "erq" (did you mean "erp"?)\n'),
    "unknown secret": ([(R, "secret:WMS_TOKEN", "secret:WMS_TOKN")],
        'routes/orders.yaml:10:46: defaults.plugins[0].headers.request.set.X-Token: no secret is called "WMS_TOKN"\n'),
    "unknown version of a route": ([(R, "{name: cancel, ", "{name: cancel, versions: [v9], ")],
        'routes/orders.yaml:31:31: routes[2].versions[0]: "v9" is not a version of the API "orders" (did you mean "v1"?)\n'),
    "unknown version of a shape": ([(R, "from: {v1", "from: {v7")],
        'routes/orders.yaml:17:12: routes[1].from.v7: unknown version "v7" (did you mean "v1"?)\n'),
    "unknown successor": ([(R, "successor: v2", "successor: v7")],
        'routes/orders.yaml:4:85: versions.v1.successor: expected one of v1, v2; got "v7" (did you mean "v1"?)\n'),
    "unknown adapter": ([(R, "adapter: {http: {path: /orders}}}", "adapter: {htp: {path: /orders}}}")],
        'routes/orders.yaml:13:59: routes[0].adapter: unknown adapter "htp" (did you mean "http"?)\n'),
    "two adapters": ([(R, "adapter: {http: {path: /orders}}}", "adapter: {http: {path: /orders}, static: {}}}")],
        'routes/orders.yaml:13:82: routes[0].adapter: expected one name with its settings, got "http" and "static"\n'),
    "unknown plugin": ([(R, "- validate:", "- validat:")],
        'routes/orders.yaml:20:9: routes[1].plugins[1]: unknown plugin "validat" (did you mean "validate"?)\n'),
    "unknown scheme": ([(R, "[signature, oauth]", "[signatur, oauth]")],
        'routes/orders.yaml:7:16: defaults.auth.any[0]: expected one of signature, api_key, oauth, mtls, webhook; got "signatur" (did you mean "signature"?)\n'),
    "scheme twice": ([(R, "[signature, oauth]", "[signature, signature]")],
        'routes/orders.yaml:7:27: defaults.auth.any[1]: "signature" is listed twice\n'),
    "no scheme": ([(R, "{any: [signature, oauth]}", "{any: []}")],
        'routes/orders.yaml:7:15: defaults.auth.any: expected a list of schemes such as [signature], got an empty list\n'),
    "scheme in another form": ([(R, "{any: [signature, oauth]}", "signature")],
        'routes/orders.yaml:7:9: defaults.auth: expected none or {any: [signature, api_key]}, got "signature"\n'),
    "all for any": ([(R, "{any: [signature, oauth]}", "{all: [signature]}")],
        'routes/orders.yaml:7:10: defaults.auth.all: unknown key "all"; the schemes are listed under "any"\n'),
    "no word about callers": ([(R, "  auth: {any: [signature, oauth]}\n", "")],
        'routes/orders.yaml:12:5: routes[0]: missing "auth": say who may call, or `auth: none`; 2 more of this file lack it, `defaults` would serve them all\n'),
    "without of nothing": ([(R, "{name: cancel, ", "{name: cancel, without: [header], ")],
        'routes/orders.yaml:31:30: routes[2].without[0]: the defaults have no plugin "header" (did you mean "headers"?)\n'),
    "envelope twice": ([(R, "    plugins:\n      - rate_limit", "    plugins:\n      - envelope\n      - envelope\n      - rate_limit")],
        'routes/orders.yaml:20:9: routes[1].plugins[1]: a second envelope, the first at routes/orders.yaml:19:9; `without: [envelope]` leaves out that of the defaults\n'),
    "envelope of an answer as it is": ([(R, "{name: list, ", "{name: list, reply: as_is, plugins: [envelope], ")],
        'routes/orders.yaml:13:42: routes[0].plugins[0]: `reply: as_is` sends the answer without an envelope; say one or the other\n'),
    "later key": ([(M, "    timeout: 3s\n", "    timeout: 3s\n    retry: {max_attempts: 2}\n")],
        'config/causeway.yaml:38:5: clusters[0].retry: "retry" is not in this version\n'),
    "later section": ([(M, "telemetry:\n", "jobs: []\ntelemetry:\n")],
        'config/causeway.yaml:51:1: jobs: "jobs" is not in this version\n'),
    "later plugin": ([(R, "- validate:", "- idempotency: {}\n      - validate:")],
        'routes/orders.yaml:20:9: routes[1].plugins[1]: "idempotency" is not in this version\n'),
    "later adapter": ([(R, "adapter: {http: {path: /orders}}}", "adapter: {composite: {}}}")],
        'routes/orders.yaml:13:59: routes[0].adapter: "composite" is not in this version\n'),
    "expression in a block": ([(R, "{sku: .skuId}]}", "{sku: .skuId]}")],
        'routes/orders.yaml:24:45: routes[1].plugins[2].transform.request: unexpected "]"; expected "}" behind the last member\n'),
    "expression in quotes": ([(R, "'{orderId: .order_no}'", "'{orderId: lenght(.order_no)}'")],
        'routes/orders.yaml:25:32: routes[1].plugins[2].transform.response: no function is called lenght/1 (did you mean length?)\n'),
    "expression behind letters of several bytes": ([(R, "'{orderId: .order_no}'", "'{\"订单\": $reqest}'")],
        'routes/orders.yaml:25:29: routes[1].plugins[2].transform.response: $reqest is not a variable here (did you mean $request?)\n'),
    "expression behind an escape": ([(R, "'{orderId: .order_no}'", '"{\\"n\\": .a,\\n x y}"')],
        'routes/orders.yaml:25:38: routes[1].plugins[2].transform.response: unexpected "y"; expected "}" behind the last member\n'),
    "expression in a folded block": ([(R, "request: |\n            {order_no: .externalNo,\n             lines", "request: >-\n            {order_no: .externalNo,\n            lines: $lines,\n             more")],
        'routes/orders.yaml:24:20: routes[1].plugins[2].transform.request: $lines is not a variable here\n'),
    "variable of a subscription": ([(M, "$status < 300", "$stauts < 300")],
        'config/causeway.yaml:50:17: subscriptions[0].done_when: $stauts is not a variable here (did you mean $status?)\n'),
    "outcome": ([(M, '.errCode == "STOCK_SHORT"', '.errCode == "STOCK_SHORT')],
        'config/causeway.yaml:39:41: clusters[0].outcomes[0].when: the string is never closed; expected a quote\n'),
    "template left open": ([(R, "{{ $result.orderId }}", "{{ $result.orderId }")],
        'routes/orders.yaml:30:13: routes[1].publish.key: "{{" is never closed; expected "}}", or "{{ "{{" }}" for the braces themselves\n'),
    "template of a topic": ([(M, "{{ .orderId }}", "{{ .orderId | foo }}")],
        'config/causeway.yaml:42:72: topics[0].key: no function is called foo/0\n'),
    "path without a slash": ([(R, "path: /}, adapter", "path: orders}, adapter")],
        'routes/orders.yaml:13:45: routes[0].match.path: expected a path that starts with "/", got "orders"\n'),
    "brace left open in a path": ([(R, '"/{id}/cancel"}, a', '"/{id/cancel"}, a')],
        'routes/orders.yaml:31:50: routes[2].match.path: a parameter takes a whole segment, such as "/{id}/", got "/{id/cancel"\n'),
    "parameter twice": ([(R, '"/{id}/cancel"}, a', '"/{id}/{id}"}, a')],
        'routes/orders.yaml:31:56: routes[2].match.path: the parameter "id" is used twice, got "/{id}/{id}"\n'),
    "unknown parameter": ([(R, '"/orders/{id}/cancel"}', '"/orders/{idd}/cancel"}')],
        'routes/orders.yaml:31:97: routes[2].adapter.http.path: {idd} is not a parameter of "/api/{version}/orders/{id}/cancel" (did you mean "id"?)\n'),
    "parameter in a base": ([(R, "/api/{version}/orders", "/api/{version}/{tenant}")],
        'routes/orders.yaml:2:7: base: the only parameter that may stand in a base is {version}\n'),
    "method in small letters": ([(R, "method: GET", "method: get")],
        'routes/orders.yaml:13:34: routes[0].match.method: expected one of GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS; got "get"\n'),
    "two routes for one call": ([(R, "  - {name: cancel,", "  - {name: again, match: {method: POST, path: \"/{no}/cancel\"}, adapter: {static: {}}}\n  - {name: cancel,")],
        'routes/orders.yaml:32:5: routes[3]: also matches POST /api/v1/orders/{id}/cancel, which routes/orders.yaml:31:5 takes\n'),
    "the same route twice": ([(R, "  - {name: cancel,", "  - {name: list, match: {method: GET, path: /}, adapter: {static: {}}}\n  - {name: cancel,")],
        'routes/orders.yaml:31:5: routes[2]: also matches GET /api/v1/orders/, which routes/orders.yaml:13:5 takes\n'),
    "name of another route": ([(R, "{name: cancel,", "{name: list,")],
        'routes/orders.yaml:31:5: routes[2].name: "list" is taken by routes/orders.yaml:13:5\n'),
    "name of another listener": ([(M, "admin:\n", "  - {name: public, address: 127.0.0.1:0}\nadmin:\n")],
        'config/causeway.yaml:8:12: listeners[1].name: two listeners are called "public", the first at config/causeway.yaml:3:11\n'),
    "name of the admin's listener": ([(M, "name: public", "name: admin")],
        'config/causeway.yaml:3:11: listeners[0].name: "admin" is what the listener of `admin` is called\n'),
    "name of another consumer": ([(M, "name: marketplace", "name: oms")],
        'config/causeway.yaml:22:11: consumers[1].name: the consumer name "oms" is used twice; first at config/causeway.yaml:18:11\n'),
    "key of another consumer": ([(M, "    scopes:", "    keys: [{id: oms-key, secrets: [\"${env:JWT_SECRET}\"]}]\n    scopes:")],
        'config/causeway.yaml:24:17: consumers[1].keys[0].id: the key id "oms-key" is used twice; first at config/causeway.yaml:21:14\n'),
    "name of another cluster": ([(M, "topics:\n", "  - {name: oms, endpoints: [\"127.0.0.1:9\"]}\ntopics:\n")],
        'config/causeway.yaml:41:12: clusters[2].name: cluster "oms" is already at config/causeway.yaml:34:11\n'),
    "name of another topic": ([(M, "subscriptions:\n", "  - {name: order-topic}\nsubscriptions:\n")],
        'config/causeway.yaml:43:12: topics[1].name: two topics are called "order-topic", the first in config/causeway.yaml:42:12\n'),
    "name of another subscription": ([(M, "telemetry:\n", "  - {name: wms-orders, topic: order-topic, deliver: {http: {cluster: wms}}}\ntelemetry:\n")],
        'config/causeway.yaml:51:12: subscriptions[1].name: two subscriptions are called "wms-orders", the first in config/causeway.yaml:44:11\n'),
    "group of another subscription": ([(M, "telemetry:\n", "  - {name: more, group: wms-group, topic: order-topic, deliver: {http: {cluster: wms}}}\ntelemetry:\n")],
        'config/causeway.yaml:51:25: subscriptions[1].group: two subscriptions are the group "wms-group" of topic "order-topic", the first in config/causeway.yaml:46:12\n'),
    "group that is still in use": ([(M, "group: wms-group", "group: wms-group\n    was: wms-group")],
        'config/causeway.yaml:47:10: subscriptions[0].was: the group "wms-group" is still in use\n'),
    "code of the gateway": ([(M, "code: 40001", "code: 40190")],
        "config/causeway.yaml:39:65: clusters[0].outcomes[0].code: codes that end in 90 to 99 are the gateway's own; a system's end in 00 to 89\n"),
    "code of another class": ([(M, "code: 40001", "code: 50301")],
        'config/causeway.yaml:39:65: clusters[0].outcomes[0].code: expected a code from 40000 to 49989: a business failure is the caller\'s, got "50301"\n'),
    "access for a role beyond the defaults'": ([(R, "access: {scopes: {partner: [orders:write]}}", "access: {roles: [partner]}"), (R, "[internal, partner]", "[internal]")],
        'routes/orders.yaml:16:22: routes[1].access.roles[0]: a route only narrows the access of its defaults (routes/orders.yaml:8:20), which do not admit any consumer with the role "partner"\n'),
    "access for a consumer beyond the defaults'": ([(R, "access: {scopes: {partner: [orders:write]}}", "access: {consumers: [oms, marketplace]}"), (R, "[internal, partner]", "[internal]")],
        'routes/orders.yaml:16:31: routes[1].access.consumers[1]: a route only narrows the access of its defaults (routes/orders.yaml:8:20), which do not admit "marketplace"\n'),
    "access for addresses beyond the defaults'": ([(R, "access: {scopes: {partner: [orders:write]}}", "access: {addresses: [10.1.0.0/16, 0.0.0.0/0]}"), (R, "{roles: [internal, partner]}", "{addresses: [10.0.0.0/8]}")],
        'routes/orders.yaml:16:39: routes[1].access.addresses[1]: a route only narrows the access of its defaults (routes/orders.yaml:8:24), which do not admit all of 0.0.0.0/0\n'),
    "limit beyond the defaults'": ([(R, "{name: cancel, ", "{name: cancel, limits: {request_body: 2MiB, body_timeout: 5s}, "), (R, "  http: {cluster: oms}\n", "  http: {cluster: oms}\n  limits: {request_body: 1MiB, body_timeout: 10s}\n")],
        'routes/orders.yaml:32:43: routes[2].limits.request_body: a route only narrows the limits of its defaults, which are 1MiB\n'),
    "access for nobody": ([(R, "{roles: [internal, partner]}", "{roles: []}")],
        'routes/orders.yaml:8:19: defaults.access.roles: an empty list would admit nobody; leave the key out to admit everybody\n'),
    "limit by consumer of a route for everybody": ([(R, "    access: {scopes: {partner: [orders:write]}}\n", "    auth: none\n"), (R, "  access: {roles: [internal, partner]}\n", "")],
        'routes/orders.yaml:18:9: routes[1].plugins[0].rate_limit: per: consumer needs callers that prove who they are; this route has auth: none\n'),
    "sunset before its announcement": ([(R, "deprecated: 2026-09-01", "deprecated: 2027-09-01")],
        'routes/orders.yaml:4:62: versions.v1.sunset: must be after "deprecated" (2027-09-01)\n'),
    "publish to a topic on a bus that is not there": ([(M, "{name: order-topic,", "{name: order-topic, bus: kafka,")],
        'config/causeway.yaml:42:30: topics[0].bus: this process has no Kafka: say `bus: {kafka: {brokers: [...]}}`\n'),
    "schema that is missing": ([(R, "schemas/order.json", "schemas/ordr.json")],
        'routes/orders.yaml:20:28: routes[1].plugins[1].validate.schema: routes/schemas/ordr.json: there is no such file\n'),
    "schema that is no JSON": ([(S, '"string"}', '"string"')],
        'routes/orders.yaml:20:28: routes[1].plugins[1].validate.schema: routes/schemas/order.json:3:1: not JSON: a comma or } was expected\n'),
    "schema with a wrong type": ([(S, '"string"', '"strng"')],
        'routes/orders.yaml:20:28: routes[1].plugins[1].validate.schema: routes/schemas/order.json:2:40: /properties/externalNo/type: expected null, boolean, object, array, number, integer, string, or a list of them, got "strng"\n'),
    "schema with a broken pattern": ([(S, '"string"', '"string", "pattern": "(a"')],
        'routes/orders.yaml:20:28: routes[1].plugins[1].validate.schema: routes/schemas/order.json:2:61: /properties/externalNo/pattern: this pattern cannot be used: missing ): (a\n'),
    "schema with an unknown keyword": ([(S, '"string"', '"string", "patern": "a"')],
        'routes/orders.yaml:20:28: routes[1].plugins[1].validate.schema: routes/schemas/order.json:2:60: /properties/externalNo/patern: unknown keyword "patern" (did you mean "pattern"?)\n'),
    "certificate that is missing": ([(M, "tls/server.pem", "tls/no.pem")],
        'config/causeway.yaml:5:24: listeners[0].tls.certificate: config/tls/no.pem cannot be read: No such file or directory\n'),
    "certificate that is none": ([(M, "tls/server.pem", "causeway.yaml")],
        'config/causeway.yaml:5:24: listeners[0].tls.certificate: config/causeway.yaml holds no certificate in PEM\n'),
    "key that is missing": ([(M, "tls/server.key", "tls/no.key")],
        'config/causeway.yaml:5:53: listeners[0].tls.private_key: config/tls/no.key cannot be read: No such file or directory\n'),
    "key of another certificate": ([(M, "tls/server.key", "tls/other.key")],
        'config/causeway.yaml:5:53: listeners[0].tls.private_key: config/tls/other.key does not belong to the certificate\n'),
    "authorities that are missing": ([(M, "tls: {cert", "tls: {client_ca: tls/no.pem, cert")],
        'config/causeway.yaml:5:22: listeners[0].tls.client_ca: config/tls/no.pem cannot be read: No such file or directory\n'),
    "certificate of the admin's listener": ([(M, "admin:\n", "admin:\n  tls: {certificate: tls/no.pem, private_key: tls/server.key}\n")],
        'config/causeway.yaml:9:22: admin.tls.certificate: config/tls/no.pem cannot be read: No such file or directory\n'),
    "admin for everybody to read": ([(M, "admin:\n  address: 127.0.0.1:0", "admin:\n  address: 0.0.0.0:9901")],
        'config/causeway.yaml:9:12: admin.address: an address that is not loopback needs `tls`: tokens would be readable on the way\n'),
    "variable that is not set": ([(M, "${env:OMS_SECRET}", "${env:OMS_SECRT}")],
        'config/causeway.yaml:21:33: consumers[0].keys[0].secrets[0]: environment variable OMS_SECRT is not set\n'),
    "variable that is not set, with its message": ([(M, "${env:OMS_SECRET}", "${env:OMS_SECRT:?ask the OMS team}")],
        'config/causeway.yaml:21:33: consumers[0].keys[0].secrets[0]: environment variable OMS_SECRT is not set: ask the OMS team\n'),
    "secret file that is missing": ([(M, "${env:OMS_SECRET}", "${file:oms.secret}")],
        'config/causeway.yaml:21:33: consumers[0].keys[0].secrets[0]: file oms.secret cannot be read: No such file or directory\n'),
    "reference that is none": ([(M, "${env:OMS_SECRET}", "${evn:OMS_SECRET}")],
        'config/causeway.yaml:21:33: consumers[0].keys[0].secrets[0]: expected ${env:NAME} or ${file:path}; a literal ${ is written $${\n'),
    "secret that is short": ([(M, "${env:OMS_SECRET}", "hunter2")],
        'config/causeway.yaml:21:33: consumers[0].keys[0].secrets[0]: a secret needs at least 16 bytes\n'),
    "secret that is short for its algorithm": ([(M, "${env:JWT_SECRET}", "hunter2-hunter2-hunter2")],
        'config/causeway.yaml:32:50: oauth.providers[0].keys[0].secret: HS256 needs a secret of at least 32 bytes\n'),
    "secret that is no list": ([(M, '["${env:OMS_SECRET}"]', "hunter2-hunter2-hunter2")],
        'config/causeway.yaml:21:32: consumers[0].keys[0].secrets: expected a list, got "***"\n'),
    "secret under a misspelt key": ([(M, "secrets: [", "secert: [")],
        'config/causeway.yaml:21:23: consumers[0].keys[0].secert: unknown key "secert" (did you mean "secrets"?)\n'),
    "key without a secret": ([(M, ', secret: "${env:JWT_SECRET}"', "")],
        'config/causeway.yaml:32:14: oauth.providers[0].keys[0]: a key needs exactly one of "secret", "secret_base64url" and "public_key"\n'),
    "unknown algorithm": ([(M, "HS256", "HS25")],
        'config/causeway.yaml:32:35: oauth.providers[0].keys[0].algorithm: expected one of HS256, HS384, HS512, RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384, ES512, EdDSA; got "HS25" (did you mean "HS256"?)\n'),
    "keys over plain http": ([(M, KEYS, 'jwks: {url: "http://idp.example.com/keys"}')],
        'config/causeway.yaml:32:19: oauth.providers[0].jwks.url: keys over http can be replaced on the way: https, or http on the loopback\n'),
    "keys in a file that is missing": ([(M, KEYS, "jwks: {file: keys.json}")],
        'config/causeway.yaml:32:20: oauth.providers[0].jwks.file: config/keys.json cannot be read: No such file or directory\n'),
    "authorities of keys that are missing": ([(M, KEYS, 'jwks: {url: "https://idp.example.com/keys", ca: no.pem}')],
        'config/causeway.yaml:32:55: oauth.providers[0].jwks.ca: config/no.pem cannot be read: No such file or directory\n'),
    "public key of another kind": ([(M, KEYS, "keys: [{kid: k, algorithm: RS256, public_key: tls/server.pem}]")],
        'config/causeway.yaml:32:53: oauth.providers[0].keys[0].public_key: RS256 needs a key of type RSA\n'),
    "template in a body": ([(R, "adapter: {http: {path: /orders}}\n", "adapter: {http: {path: /orders, body: {lines: [\"{{ .lines | foo }}\"]}}}\n")],
        'routes/orders.yaml:26:65: routes[1].adapter.http.body.lines[0]: no function is called foo/0\n'),
    "template in a header": ([(R, "{{ secret:WMS_TOKEN }}", "{{ $reqest.id }}")],
        'routes/orders.yaml:10:46: defaults.plugins[0].headers.request.set.X-Token: $reqest is not a variable here (did you mean $request?)\n'),
    "method that is none": ([(R, "adapter: {http: {path: /orders}}\n", "adapter: {http: {path: /orders, method: FETCH}}\n")],
        'routes/orders.yaml:26:45: routes[1].adapter.http.method: expected a method such as GET or POST, got "FETCH"\n'),
    "header of the gateway's own": ([(R, "X-Token", "Content-Length")],
        "routes/orders.yaml:10:49: defaults.plugins[0].headers.request.set.Content-Length: the header Content-Length is the gateway's own\n"),
    "property of Kafka that is not to be set": ([(M, "topics:\n", "bus: {kafka: {brokers: [\"kafka:9092\"], properties: {acks: 1}}}\ntopics:\n")],
        'config/causeway.yaml:41:53: bus.kafka.properties.acks: "acks" is not to be set: no event may be lost, doubled or put out of order on its way\n'),
    "reference in a route file": ([(R, "path: /orders}}}", "path: '/${env:OMS_SECRET}'}}}")],
        'routes/orders.yaml:13:72: routes[0].adapter.http.path: route files name secrets of config/ by {{ secret:NAME }}; a literal ${ is written $${\n'),
    "include without such a file": ([(M, "../routes/*.yaml", "../routes/ordrs.yaml")],
        'config/causeway.yaml:53:11: include[0]: there is no file "../routes/ordrs.yaml"\n'),
    "include of a folder": ([(M, "../routes/*.yaml", "../routes")],
        'config/causeway.yaml:53:11: include[0]: "../routes" is a folder; a pattern such as routes/*.yaml takes its files\n'),
    "include that is no list": ([(M, "[../routes/*.yaml]", "../routes/*.yaml")],
        'config/causeway.yaml:53:10: include: expected a list of files, got "../routes/*.yaml"\n'),
    "quote left open": ([(M, "ADMIN_TOKEN}\"", "ADMIN_TOKEN}")],
        'config/causeway.yaml:10:46: this quote is closed only on line 16, where text goes on behind it: is its own end missing?\n'),
    "bracket left open": ([(R, "[signature, oauth]", "[signature, oauth")],
        'routes/orders.yaml:7:32: this bracket closes nothing that is open here: look for one that was left open, or one too many\n'),
    "colon left out": ([(M, "workers: 1", "workers 1")],
        'config/causeway.yaml:12:14: this ":" belongs to no key: look at the indentation, and for a missing ":" on the line before; a text that holds ": " is put in quotes\n'),
    "tab": ([(M, "    system: OMS", "\tsystem: OMS")],
        'config/causeway.yaml:35:1: a tab in the indentation; YAML indents by blanks only\n'),
    "indented too far": ([(M, "    system: OMS", "     system: OMS")],
        'config/causeway.yaml:35:12: this ":" belongs to no key: look at the indentation, and for a missing ":" on the line before; a text that holds ": " is put in quotes\n'),
    "alias without an anchor": ([(M, "workers: 1", "workers: *many")],
        'config/causeway.yaml:11:10: this alias names an anchor that is not defined before it; a text that begins with "*" is put in quotes\n'),
    "second document": ([(M, "telemetry:\n", "---\ntelemetry:\n")],
        'config/causeway.yaml:51:1: a second document starts here; a file holds one\n'),
}

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
    "connection slower than the call": ([(M, "    timeout: 3s\n", "    timeout: 3s\n    connect_timeout: 5s\n")],
        'config/causeway.yaml:38:22: clusters[0].connect_timeout: warning: longer than `timeout`, within which the whole call must fit\n'),
    "step twice": ([(R, "      - validate: {schema: schemas/order.json}\n", "      - validate: {schema: schemas/order.json}\n      - validate: {schema: schemas/order.json}\n")],
        'routes/orders.yaml:21:9: routes[1].plugins[2]: warning: the same step stands at routes/orders.yaml:20:9 already\n'),
    "assignment for a comparison": ([(M, ".eventType == ", ".eventType = ")],
        'config/causeway.yaml:47:25: subscriptions[0].filter: warning: "=" sets a value, which makes this true whatever it is asked about; "==" compares\n'),
}


@pytest.mark.parametrize("name", ERRORS)
def test_a_mistake_is_one_error_at_its_place(tmp_path, tls, name):
    edits, said = ERRORS[name]
    lay(tmp_path, tls, edits)
    assert check(tmp_path) == (2, said)


@pytest.mark.parametrize("name", WARNINGS)
def test_what_is_only_suspicious_is_a_warning(tmp_path, tls, name):
    edits, said = WARNINGS[name]
    lay(tmp_path, tls, edits)
    code, out = check(tmp_path)
    assert (code, out[:len(said)]) == (0, said)
    assert out[len(said):].startswith("ok: ") and out.count("\n") == said.count("\n") + 1


def test_a_certificate_that_expired_is_a_warning(tmp_path, tls):
    lay(tmp_path, tls, [(M, "tls/server.pem", "tls/authority/expired.pem"), (M, "tls/server.key", "tls/authority/expired.key")])
    code, out = check(tmp_path)
    assert code == 0
    assert re.fullmatch(r"config/causeway\.yaml:5:24: listeners\[0\]\.tls\.certificate: warning: the certificate expired at "
                        r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ\n" + re.escape(OK), out), out


def test_all_mistakes_of_all_files_are_said_at_once(tmp_path, tls):
    lay(tmp_path, tls, [(M, "workers: 1", "workers: many"), (R, "rate: 100/s", "rate: fast"), (S, '"string"', '"strng"'),
                        (M, "provider: erp", "provider: erq"), (R, "$result.orderId", "$reslt.orderId")])
    assert check(tmp_path) == (2, """\
config/causeway.yaml:11:10: workers: expected a whole number from 1 to 256, got "many"
config/causeway.yaml:25:24: consumers[1].oauth[0].provider: unknown provider "erq" (did you mean "erp"?)
routes/orders.yaml:19:28: routes[1].plugins[0].rate_limit.rate: expected a rate such as 100/s, got "fast"
routes/orders.yaml:20:28: routes[1].plugins[1].validate.schema: routes/schemas/order.json:2:40: /properties/externalNo/type: expected null, boolean, object, array, number, integer, string, or a list of them, got "strng"
routes/orders.yaml:30:16: routes[1].publish.key: $reslt is not a variable here (did you mean $result?)
""")


def test_rows_for_programs(tmp_path, tls):
    lay(tmp_path, tls, [(M, "drain_timeout", "drain_timout"), (R, "released: 2026-09-01}", "released: 2026-09-31}"),
                        (R, "access: {roles: [internal, partner]}", "access: {roles: [internal, partner, public]}")])
    code, out = check(tmp_path, "--json")
    assert code == 2
    assert json.loads(out) == [
        {"file": "config/causeway.yaml", "line": 12, "column": 1, "path": "drain_timout", "code": "unknown_key",
         "message": 'unknown key "drain_timout" (did you mean "drain_timeout"?)', "severity": "error"},
        {"file": "routes/orders.yaml", "line": 5, "column": 18, "path": "versions.v2.released", "code": "expected",
         "message": 'expected a date such as 2027-03-01 or 2027-03-01T08:00:00Z, got "2026-09-31"', "severity": "error"},
        {"file": "routes/orders.yaml", "line": 8, "column": 39, "path": "defaults.access.roles[2]", "code": "reference",
         "message": 'no consumer has the role "public"', "severity": "warning"}]


# --- files that are missing, doubled or broken ---

def test_what_stands_in_a_broken_file_is_not_blamed_on_those_who_name_it(tmp_path, tls):
    """No route is told that its cluster, topic or consumer is unknown: the one mistake is elsewhere."""
    clusters = MAIN[MAIN.index("clusters:"):MAIN.index("topics:")]
    main = MAIN.replace(clusters, "").replace("include: [", "include: [clusters.yaml, ")
    lay(tmp_path, tls, [], {M: main, "config/clusters.yaml": clusters.replace("endpoints: [", "endpoints: [[", 1)})
    assert check(tmp_path) == (2, 'config/clusters.yaml:5:5: a "[" is open here: a "," or its "]" is missing\n')
    (tmp_path / "config/clusters.yaml").unlink()
    assert check(tmp_path) == (2, 'config/causeway.yaml:45:11: include[0]: there is no file "clusters.yaml"\n')


@pytest.mark.parametrize("section", ["consumers", "clusters", "topics", "oauth"])
def test_a_section_that_cannot_be_read_is_the_only_error(tmp_path, tls, section):
    lay(tmp_path, tls, [(M, f"\n{section}:\n", f"\n{section}: 5\nx-rest:\n")])
    code, out = check(tmp_path)
    line = MAIN[:MAIN.index(f"\n{section}:")].count("\n") + 2
    what = '"***"' if section in ("consumers", "oauth") else '"5"'
    expected = "a mapping" if section == "oauth" else "a list"
    assert (code, out) == (2, f"config/causeway.yaml:{line}:{len(section) + 3}: {section}: expected {expected}, got {what}\n"
                              f'config/causeway.yaml:{line + 1}:1: ["x-rest"]: unknown key "x-rest"\n'.replace('["x-rest"]', "x-rest"))


def test_overlays(tmp_path, tls):
    lay(tmp_path, tls, [], {"production.yaml": "workers: 2\nnode: {id: causeway-9}\nclusters:\n  - {name: oms, endpoints: [\"10.0.0.1:80\"]}\n"
                                               "  - {name: wms, endpoints: [\"10.0.0.2:80\"]}\n"})
    assert check(tmp_path, config=("config/causeway.yaml", "production.yaml")) == (0, OK)
    (tmp_path / "production.yaml").write_text("workers: many\nnode: {ident: x}\ntopics: [{name: order-topic, retention: 5 d}]\n")
    assert check(tmp_path, config=("config/causeway.yaml", "production.yaml")) == (2, """\
production.yaml:1:10: workers: expected a whole number from 1 to 256, got "many"
production.yaml:2:8: node.ident: unknown key "ident"
production.yaml:3:41: topics[0].retention: expected a duration such as 5s or 250ms, got "5 d"
""")
    assert check(tmp_path, config=("config/causeway.yaml", "prodution.yaml")) == \
        (2, "prodution.yaml: cannot be read: No such file or directory\n")
    assert check(tmp_path, config=("config/causeway.yaml", "config/causeway.yaml")) == \
        (0, "config/causeway.yaml: warning: given twice; the second time changes nothing\n" + OK)
    assert check(tmp_path, config=("config/causeway.yaml", "routes/orders.yaml")) == \
        (2, "routes/orders.yaml:1:1: a route file: give the operators' file, which includes it\n")


def test_an_overlay_wins_over_what_the_first_file_includes(tmp_path, tls):
    clusters = MAIN[MAIN.index("clusters:"):MAIN.index("topics:")]
    main = MAIN.replace(clusters, "").replace("include: [", "include: [clusters.yaml, ")
    lay(tmp_path, tls, [], {M: main, "config/clusters.yaml": clusters,
                            "test.yaml": 'clusters: [{name: oms, endpoints: ["127.0.0.1:7"]}]\n'})
    code, out = check(tmp_path, config=("config/causeway.yaml", "test.yaml"))
    assert (code, out) == (2, 'config/causeway.yaml:41:31: subscriptions[0].deliver.http.cluster: no cluster is called "wms" (did you mean "oms"?)\n')


def test_merge_keys_and_anchors_bring_their_places_with_them(tmp_path, tls):
    lay(tmp_path, tls, [(M, "  - name: oms\n    system: OMS\n", "  - &base\n    name: oms\n    system: OMS\n    connect_timeout: soon\n"),
                        (M, "  - {name: wms, endpoints", "  - {<<: *base, name: wms, endpoints")])
    assert check(tmp_path) == (2, 'config/causeway.yaml:37:22: clusters[0].connect_timeout: expected a duration such as 5s or 250ms, got "soon"\n'
                                  'config/causeway.yaml:37:22: clusters[1].connect_timeout: expected a duration such as 5s or 250ms, got "soon"\n')


def test_run_refuses_with_the_same_words(tmp_path, tls):
    lay(tmp_path, tls, [(R, "rate: 100/s", "rate: fast")])
    code, out, err = command("run", "-c", "config/causeway.yaml", folder=tmp_path, environment=ENVIRONMENT)
    assert code == 2
    assert 'routes/orders.yaml:19:28: routes[1].plugins[0].rate_limit.rate: expected a rate such as 100/s, got "fast"\n' in out + err
