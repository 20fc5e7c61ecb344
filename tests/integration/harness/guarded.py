"""A gateway before an order system, whose calls must be neither lost nor doubled; its routes, callers and what is stored.

Suites say `configuration(upstream)` with `routes()`; `upstream` is an Oms there.
"""
import hashlib
import json
import re
import sqlite3

from .events import Admin
from .gateway import SLOW, main_config
from .http import TIMEOUT, until
from .resilience import milliseconds

SHOP, KIOSK = "token-of-shop-0123456789abcdef", "token-of-kiosk-0123456789abcdef"
UUID7 = r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"
CHECK = {"http": {"path": "/orders/by-external/{{ $request.externalNo }}"}}
PUBLISH = {"topic": "orders", "type": "ORDER_CREATED", "key": "{{ $result.orderId }}", "data": "{{ $result + {items: $request.items} }}", "when": "transaction"}
SHAPE = {"transform": {"response": "{orderId: .order_no, status}"}}
NEVER = {"first": "1h", "max_delay": "1h"}


def on_unknown(**more):
    """A check that comes soon and is believed after two negatives; `None` leaves a key out."""
    made = {"check": CHECK, "done_when": "$status == 200", "absent_when": "$status == 404", "absent_after": milliseconds(1000),
            "result": "{orderId: .order_no, status}", "first": "50ms", "multiplier": 1.5, "max_delay": "200ms", **more}
    return {key: value for key, value in made.items() if value is not None}


def route(name, *plugins, timeout=None, idempotency=(), **more):
    """POST /orders-of-its-name, forwarded to /orders. `idempotency`: settings of the plugin; None: without."""
    first = [] if idempotency is None else [{"idempotency": dict(idempotency)}]
    http = {"path": "/orders", **({"timeout": timeout} if timeout else {})}
    return {"name": name, "match": {"method": "POST", "path": f"/{name}"}, "plugins": [*first, *plugins], "adapter": {"http": http}, **more}


def routes(*made, **more):
    return {"shop": {"api": "shop", "base": "/", "defaults": {"auth": {"any": ["api_key", "signature"]}, "http": {"cluster": "oms"}},
                     "routes": list(made), **more}}


def sha(token):
    return hashlib.sha256(token.encode()).hexdigest()


def main(upstream, cluster=(), **more):
    clusters = {"oms": {"endpoints": [upstream.address], "timeout": f"{5 * SLOW}s", "circuit_breaker": {"enabled": False}, **dict(cluster)}}
    config = main_config(clusters, **{"store": {"sqlite": {"path": "data/causeway.db", "min_free": "0B"}}, "bus": {"embedded": {}},
                                      "topics": [{"name": "orders", "key": "{{ .orderId }}", "shards": 4}], **more})
    config["consumers"] += [{"name": "shop", "roles": ["internal"], "api_tokens": [{"sha256": sha(SHOP)}]},
                            {"name": "kiosk", "roles": ["internal"], "api_tokens": [{"sha256": sha(KIOSK)}]}]
    return config


def order(external_no, **more):
    return json.dumps({"externalNo": external_no, "items": [{"sku": "A", "qty": 2}], **more}).encode()


def headers(key=None, token=SHOP, **more):
    made = [("X-API-Key", token)] if token else []
    return [*made, ("Content-Type", "application/json"), *([("Idempotency-Key", key)] if key is not None else []), *more.items()]


def post(gateway, path, external_no, key=None, token=SHOP, body=None, more=(), **send):
    """An order, by default under the header key of its externalNo; key="" sends none."""
    key = external_no if key is None else key or None
    return gateway.call("POST", path, [*headers(key, token), *more], order(external_no) if body is None else body, **send)


def assert_replayed(first, again):
    """Byte for byte, with the sign that it is one."""
    assert again.header("Idempotency-Replayed") == "true", again
    assert first.header("Idempotency-Replayed") is None or first.header("Idempotency-Replayed") == "true"
    assert (again.status, again.body) == (first.status, first.body), (first, again)
    own = {"date", "x-request-id", "idempotency-replayed", "connection", "ratelimit", "ratelimit-policy"}
    # X-Causeway-Event says in the record what was known when it was written down, before a bus acknowledged it.
    kept = [[(name.lower(), value.split("; status=")[0]) for name, value in one.headers if name.lower() not in own] for one in (first, again)]
    assert sorted(kept[0]) == sorted(kept[1]), (first, again)
    return again


def refusal(response, code):
    """The details of an error of this code, without the request's id."""
    envelope = response.json
    assert (response.status, envelope["code"], envelope["data"]) == (code // 100, code, None), response
    details = dict(envelope.get("details") or {})
    details.pop("requestId")
    return details


def unknown(response):
    """The txid of a 50491."""
    details = refusal(response, 50491)
    assert details.pop("outcome") == "unknown"
    txid = details.pop("txid")
    assert re.fullmatch(UUID7, txid) and not details, response
    return txid


# What the gateway has written down


def rows(gateway, sql, *values):
    with sqlite3.connect(f"file:{gateway.folder}/data/causeway.db?mode=ro", uri=True, timeout=30) as store:
        return store.execute(sql, values).fetchall()


def events(gateway, topic="orders"):
    """All that is stored, in the order in which it was."""
    found = rows(gateway, "SELECT event.event_id, event.data FROM event JOIN topic ON topic.id = event.topic WHERE topic.name = ? "
                          "ORDER BY event.stored_at, event.place", topic)
    made = [json.loads(data) for _, data in found]
    assert [event["eventId"] for event in made] == [event_id for event_id, _ in found]
    return made


def events_of(gateway, txid):
    return [event for event in events(gateway) if event["eventId"] == txid]


def wait_event(gateway, txid):
    [event] = until(lambda: events_of(gateway, txid), TIMEOUT * SLOW, 0.03, what=f"the event {txid}")
    return event


class Operator(Admin):
    """The admin API, as far as it is about calls that must be settled."""

    def transactions(self, state=None):
        return self.get("/transactions" + (f"?state={state}" if state else ""))["items"]

    def transaction(self, txid):
        return self.get(f"/transactions/{txid}")

    def wait_state(self, txid, state):
        until(lambda: self.transaction(txid)["state"] == state, TIMEOUT * SLOW, 0.03, what=f"{txid} to be {state}")
        return self.transaction(txid)

    def alerts(self, name="transaction_unresolved"):
        return self.get(f"/alerts?state=firing&name={name}")["items"]

    def wait_alert(self, name="transaction_unresolved", **labels):
        def raised():
            return [alert for alert in self.alerts(name) if labels.items() <= alert["labels"].items()]
        return until(raised, TIMEOUT * SLOW, 0.03, what=f"the alert {name}")[0]

    def wait_quiet(self, name="transaction_unresolved"):
        until(lambda: not self.alerts(name), TIMEOUT * SLOW, 0.03, what=f"the end of the alert {name}")

    def commit(self, txid, status=200, **more):
        return self.post(f"/transactions/{txid}/commit", {"reason": "looked it up", **more}, status=status)

    def roll_back(self, txid, status=200, **more):
        return self.post(f"/transactions/{txid}/rollback", {"reason": "looked it up", **more}, status=status)
