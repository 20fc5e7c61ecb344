"""A configuration that is right, to make mistakes in, and what `causeway check` says of it. Suites import the fixture `tls` by name."""
import pytest

from . import certificates
from .gateway import command

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
