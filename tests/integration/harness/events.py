"""A gateway with a topic, a subscription to it, and the admin API, for the suites about events."""
import json

from . import http
from .gateway import SLOW
from .upstream import reply

SUBSCRIPTION = {"name": "wms", "topic": "orders", "start": "earliest", "concurrency": 4,
                "deliver": {"http": {"cluster": "wms", "path": "/in"}},
                "retry": {"max_attempts": 3, "delay": "20ms", "multiplier": 1, "max_delay": "2s", "max_age": "1h"}}
ROUTES = {
    "api": "events", "base": "/events", "defaults": {"auth": "none", "http": {"cluster": "wms"}},
    "routes": [
        {"name": "publish", "match": {"method": "POST", "path": "/orders"}, "adapter": {"publish": {"topic": "orders", "type": "ORDER_CREATED"}}},
        {"name": "publish-broker", "match": {"method": "POST", "path": "/known"},
         "adapter": {"publish": {"topic": "orders", "acknowledge": "broker"}}},
        {"name": "publish-stock", "match": {"method": "POST", "path": "/stock"}, "adapter": {"publish": {"topic": "stock", "type": "CHANGED"}}},
        {"name": "status", "match": {"method": "GET", "path": "/status/{eventId}"}, "adapter": {"event_status": {"topic": "orders"}}},
        {"name": "create", "match": {"method": "POST", "path": "/create"}, "adapter": {"http": {"path": "/create"}},
         "publish": {"topic": "orders", "type": "ORDER_CREATED", "when": "after_success", "acknowledge": "stored"}},
    ],
}


def configuration(system, *subscriptions, **more):
    config = {
        "listeners": [{"name": "public", "address": "127.0.0.1:0"}], "admin": {"address": "127.0.0.1:0"}, "workers": 2, "drain_timeout": "10s",
        "store": {"sqlite": {"path": "data/causeway.db", "min_free": "0B"}}, "bus": {"embedded": {}},
        "clusters": [{"name": "wms", "endpoints": [f"127.0.0.1:{system}"], "timeout": "10s", "circuit_breaker": {"enabled": False}}],
        "topics": [{"name": "orders", "key": "{{ .orderId }}", "shards": 4},
                   {"name": "stock", "shape": "flat", "key": "{{ .warehouseId }}:{{ .skuId }}"}],
        "subscriptions": list(subscriptions) or [SUBSCRIPTION], "include": ["../routes/*.yaml"]}
    config.update(more)
    return config


def subscription(**more):
    return {**SUBSCRIPTION, **more, "retry": {**SUBSCRIPTION["retry"], **more.get("retry", {})}}


def publish(gateway, event_id, key="K", path="/events/orders", **data):
    body = json.dumps({"eventId": event_id, "data": {"orderId": key, **data}}).encode()
    answer = gateway.call("POST", path, {"Content-Type": "application/json"}, body)
    assert answer.status == 202, answer
    return answer


class Answers:
    """Answers in turn, the last one for ever; `only` for bodies that hold this text."""

    def __init__(self, *answers, only=b"", otherwise=None):
        self.answers, self.only, self.otherwise = list(answers), only, otherwise or reply(b"")

    def __call__(self, request, peer):
        if self.only not in request.body:
            return self.otherwise(request, peer)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return answer(request, peer)


class Admin:
    """The admin API with the generated token."""

    def __init__(self, gateway):
        self.gateway = gateway
        self.token = (gateway.folder / "data" / "admin.token").read_text().strip()

    def call(self, method, path, body=None, status=200, token=None):
        headers = {"Authorization": f"Bearer {token or self.token}"}
        if body is not None:
            headers["Content-Type"] = "application/json"
        answer = http.call(self.gateway.admin, method, path, headers, json.dumps(body).encode() if body is not None else None,
                           host=f"127.0.0.1:{self.gateway.admin}")
        assert answer.status == status, answer
        return answer.json["data"] if status == 200 else answer.json

    def get(self, path, **more):
        return self.call("GET", path, **more)

    def post(self, path, body=None, **more):
        return self.call("POST", path, body, **more)

    def dead(self):
        return self.get("/dead-letters")["items"]

    def wait_dead(self, count):
        http.until(lambda: len(self.dead()) == count, 20 * SLOW, what=f"{count} dead letters")
        return self.dead()

    def subscription(self, name="wms"):
        return self.get(f"/subscriptions/{name}")

    def wait_idle(self, name="wms"):
        http.until(lambda: self.subscription(name)["backlog"] == 0, 30 * SLOW, what="the backlog to end")


def deliveries(system):
    """(eventId, sequence) of every attempt, in the order of arrival."""
    return [(request.header("Idempotency-Key").rsplit("/", 1)[0], int(request.header("X-Causeway-Sequence"))) for request in system.seen("/in")]
