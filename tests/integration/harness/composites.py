"""Routes of composites and what their systems do, for the suites about them."""
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from .gateway import main_config
from .upstream import Gate, reply


def route(name, calls, method="GET", path=None, **more):
    keys = {key: more.pop(key) for key in ("merge", "timeout") if key in more}
    return {"name": name, "match": {"method": method, "path": path or f"/{name}/{{id}}"}, "adapter": {"composite": {"calls": calls, **keys}}, **more}


def http(path, **more):
    optional = {"optional": more.pop("optional")} if "optional" in more else {}
    return {"http": {"path": path, **more}, **optional}


SIDE_BY_SIDE = {"order": http("/orders/{id}"), "shipment": http("/shipments", cluster="tms", query={"order": "{id}"}, optional=True)}
OUTCOMES = [{"when": '.errCode == "SHORT"', "is": "business", "code": 40001, "message": "{{ .errMsg }}", "details": "{{ {skuId} }}"},
            {"when": '.errCode == "BUSY"', "is": "system", "code": 50301}]

ROUTES = {"orders": {"api": "orders", "base": "/", "defaults": {"auth": "none", "http": {"cluster": "oms"}}, "routes": [
    route("overview", SIDE_BY_SIDE, merge="{order, shipment: (.shipment.items[0] // null)}"),
    route("plain", SIDE_BY_SIDE),
    route("raw", SIDE_BY_SIDE, reply="as_is"),
    route("both", {"order": http("/orders/{id}"), "stock": http("/stock/{id}")}),
    route("chain", {"customer": http("/customers/{{ $calls.order.body.customerId }}", query={"was": "{{ $calls.order.status }}", "q": "{{ $query.q }}"}),
                    "order": http("/orders/{id}"), "slow": http("/slow")}, merge="{name: .customer.name, order: .order.id, v: $query.q}"),
    route("timed", {"order": http("/orders/{id}"), "after": http("/after/{{ $calls.order.status }}")}, timeout="1500ms"),
    route("own-time", {"order": http("/orders/{id}"), "slow": http("/slow", timeout="300ms", optional=True)}),
    route("enveloped", {"a": http("/a", cluster="crm"), "b": http("/b", cluster="crm", optional=True)}),
    route("busy", {"a": http("/a", cluster="stock"), "b": http("/b", cluster="stock", optional=True)}),
    route("posted", {"check": http("/check", method="POST", body={"sku": "{{ .sku }}", "who": "{{ $request.who }}"}),
                     "all": http("/all", method="PUT", body="{{ . }}"), "read": http("/read", operation="lookUp")},
          method="POST", plugins=[{"transform": {"request": ".sku = .skuId | del(.skuId)"}}]),
    route("writes", {"order": http("/orders/{id}"), "write": http("/write", method="POST", body={"a": 1})}),
    route("write-chain", {"write": http("/write", method="POST", body={"a": 1}), "after": http("/after/{{ $calls.write.body.id }}")}),
    route("shaped", {"a": http("/a")}, plugins=[{"transform": {"response": "{was: .a.n, status: $status}"}}]),
    route("wide", {f"c{i}": http(f"/c/{i}") for i in range(16)}),
    route("broken", {"order": http("/orders/{id}"), "a": http("/a", cluster="frail")}),
    route("broken-too", {"order": http("/orders/{id}"), "a": http("/a", cluster="frail", optional=True)}),
    route("again", {"a": http("/a", cluster="again"), "b": http("/b", cluster="again", optional=True)}),
    route("degraded", {"a": http("/a")}, fallback=[{"static": {"body": {"a": None}}}]),
    route("one-at-a-time", {"a": http("/a", cluster="narrow"), "b": http("/b/{{ $calls.a.body.n }}", cluster="narrow")}),
]}}


def configuration(upstream):
    patient = {"endpoints": [upstream.address], "circuit_breaker": {"failure_rate": "100%", "minimum_calls": 100}}
    return main_config({
        "oms": patient, "tms": patient,
        "crm": {"endpoints": [upstream.address], "answers": "envelope"}, "stock": {"endpoints": [upstream.address], "outcomes": OUTCOMES},
        "frail": {"endpoints": [upstream.address], "circuit_breaker": {"window": 4, "minimum_calls": 4, "failure_rate": "100%", "open_for": "1h"}},
        "again": {"endpoints": [upstream.address], "retry": {"max_attempts": 2, "delay": "1ms", "on": ["503"]}},
        "narrow": {"endpoints": [upstream.address], "limits": {"concurrent": 1, "queue_timeout": "5s"}}}), ROUTES


@pytest.fixture
def beside():
    """Runs a call while the test looks at the system: `beside(gateway.call, "GET", "/x").result()`."""
    with ThreadPoolExecutor() as pool:
        yield pool.submit


ORDER = reply(b'{"id":7,"price":19.90,"customerId":"C 1"}')
SHIPMENT = reply(b'{"items":[{"no":"SF1"},{"no":"SF2"}]}')


def held(upstream, path, answer):
    """The path answers once its gate is opened."""
    gate = Gate(answer)
    upstream.on(path, gate)
    return gate


class Hang:
    """Never answers; `gone` is set when the gateway has closed."""

    def __init__(self):
        self.entered, self.gone = threading.Event(), threading.Event()

    def __call__(self, _, peer):
        self.entered.set()
        peer.wait_closed()
        self.gone.set()
        peer.close()
