"""An operators' file with every key that takes a scalar, and a way to put something else in the place of each."""
import copy

import yaml

# Right in its syntax; names of files and systems lead nowhere, which is what `check` then says.
_MAIN = """\
node: {id: n}
listeners:
  - name: public
    address: 127.0.0.1:0
    tls: {certificate: a.pem, private_key: b.pem, client_ca: c.pem, client_certificate: optional}
    limits: {request_body: 1MiB, header_timeout: 5s, minimum_rate: 1KiB/s, connections: 5}
    trusted_proxies: [10.0.0.0/8]
admin: {address: "127.0.0.1:0", hosts: [h], users: [{name: ops, role: admin, token: 0123456789abcdef0123}]}
workers: 1
drain_timeout: 5s
store: {sqlite: {path: data/c.db, min_free: 0B}}
signing: {audience: x, versions: [v2], window: 5m, replay_memory: 1MiB}
versioning: {vendor: company, minimum_overlap: 1d}
secrets: {A: 0123456789abcdef0123}
oauth:
  providers:
    - {name: erp, issuer: i, audiences: [a], client_claim: azp, keys: [{kid: k1, algorithm: HS256, secret: 0123456789abcdef0123456789abcdef}]}
    - {name: rem, issuer: j, audiences: [a], algorithms: [RS256], jwks: {url: "https://h/x", refresh: 10m, ca: ca.pem}}
    - {name: f, issuer: kk, audiences: [a], jwks: {file: j.json}}
    - {name: pk, issuer: kz, audiences: [a], keys: [{kid: k1, algorithm: ES256, public_key: own.pub}]}
    - {name: own, issuer: k, audiences: [a], token_endpoint: {path: /oauth/token, lifetime: 1h, algorithm: ES256, key: own.key}}
consumers:
  - name: shop
    roles: [internal]
    contact: c
    scopes: [s]
    keys: [{id: shop-key, secrets: [0123456789abcdef0123], versions: [v2]}]
    api_tokens: [{sha256: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa}]
    oauth: [{provider: erp, client: x}]
    certificates: [a.b]
    webhook:
      hmac_sha256:
        header: X-S
        encoding: hex
        prefix: p=
        secret: 0123456789abcdef0123
        timestamp: {header: X-T, tolerance: 5m}
        id: X-I
        signed: "{timestamp}.{body}"
  - {name: p2, webhook: {standard_webhooks: {secret: whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=, tolerance: 5m}}}
clusters:
  - name: oms
    system: S
    kind: internal
    endpoints: [{address: "127.0.0.1:1", weight: 2}, "127.0.0.1:2"]
    load_balancing: round_robin
    connect_timeout: 1s
    timeout: 3s
    per_try_timeout: 1s
    retry: {max_attempts: 2, delay: 1ms, multiplier: 2, max_delay: 5ms, jitter: 5%, on: [reset, "503"], budget: 20%}
    circuit_breaker: {enabled: true, failure_rate: 50%, slow_call: 2s, slow_rate: 100%, window: 100, minimum_calls: 20, open_for: 30s, half_open_calls: 5}
    limits: {rate: 10/s, burst: 5, concurrent: 6, queue_timeout: 1s, connections: 7, idle_connections: 8, idle_timeout: 9s}
    health_check: {path: /health, interval: 5s, timeout: 1s, healthy: 2, unhealthy: 3}
    outlier_detection: {consecutive_failures: 5, ejection: 30s, max_ejected: 50%}
    idempotency: {header: Idempotency-Key, retention: 24h}
    tls: {ca: ca.pem, server_name: oms.internal, certificate: own.pem, private_key: own.key}
    credentials: {bearer: token-0123456789abcdef}
    answers: raw
    outcomes: [{when: .a, is: business, code: 40001, message: m, details: "{{ {a} }}"}]
  - {name: wms, endpoints: ["127.0.0.1:3"], credentials: {basic: {user: u, password: password-0123456789}}}
  - {name: tms, endpoints: ["unix:/run/tms.sock"], credentials: {header: {name: X-Key, value: key-0123456789abcdef}}}
  - {name: erp, endpoints: ["127.0.0.1:4"], credentials: {signature: {key: k, secret: key-0123456789abcdef, audience: a, version: v2}}}
  - name: crm
    endpoints: ["127.0.0.1:5"]
    credentials: {oauth: {grant: client_credentials, token_url: "https://127.0.0.1:1/t", client: c, secret: key-0123456789abcdef, scope: s, audience: a, ca: ca.pem}}
bus:
  kafka:
    brokers: ["127.0.0.1:9"]
    properties: {client.id: x, linger.ms: "5", compression.codec: none, security.protocol: PLAINTEXT, sasl.mechanism: PLAIN, ssl.ca.location: x.pem}
topics:
  - {name: t, owner: o, retention: 7d, shape: nested, key: "{{ .a }}", shards: 4, bus: embedded}
  - {name: t2, kafka: {topic: tt, partitions: 2, create: true}}
subscriptions:
  - name: s
    topic: t
    group: g
    start: latest
    filter: .a
    transform: .b
    done_when: .c
    order: none
    on_dead_letter: skip
    concurrency: 2
    deliver: {http: {cluster: oms, method: POST, path: "/x/{{ .a }}", query: {a: b}, headers: {X-A: b}, body: "{{ . }}", timeout: 1s, operation: op}}
    retry: {max_attempts: 2, delay: 1s, multiplier: 2, jitter: 5%}
server: {limits: {expressions: {steps: 2000000, memory: 32MiB, output: 8MiB, depth: 500, pattern: 2KiB}}}
telemetry: {log: {format: text, language: en, calls: {successes: 5%, bodies: {limit: 1KiB, mask: [a]}}}}
reload: {watch: true, interval: 1s}
include: [../routes/*.yaml]
"""


def _places(value, path=()):
    if isinstance(value, dict):
        for key, each in value.items():
            yield from _places(each, (*path, key))
    elif isinstance(value, list):
        for index, each in enumerate(value):
            yield from _places(each, (*path, index))
    else:
        yield path


def replaced_by(text):
    """For each scalar: its path, and the file with this text in its place."""
    main = yaml.safe_load(_MAIN)
    for path in _places(main):
        changed = copy.deepcopy(main)
        below = changed
        for step in path[:-1]:
            below = below[step]
        below[path[-1]] = text
        yield ".".join(map(str, path)), yaml.safe_dump(changed, sort_keys=False)
