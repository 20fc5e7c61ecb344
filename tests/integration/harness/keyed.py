"""Routes whose calls have keys, of every kind, over an OMS with a ledger."""
from . import jwt
from .guarded import main, milliseconds, route, routes

KEY = jwt.Key("EdDSA")
BY_NUMBER = {"key": "{{ $request.externalNo }}"}
SCHEMA = {"type": "object", "required": ["externalNo", "items"]}


def files(upstream):
    return routes(
        route("orders"), route("by-number", idempotency=BY_NUMBER), route("short", idempotency={"retention": milliseconds(1500)}),
        route("other"), route("renamed"), route("slow", timeout=milliseconds(300)),
        route("validated", {"validate": {"schema": SCHEMA}}),
        route("limited", {"rate_limit": {"rate": "1/h", "burst": 1, "per": "consumer"}}),
        route("items", match={"methods": ["POST", "PUT", "GET", "DELETE"], "path": "/items/{id}"}),
        route("raw", reply="as_is"),
        route("gone", adapter={"http": {"cluster": "nobody", "path": "/orders"}}),
        route("shaped", {"transform": {"request": '{externalNo, lines: .items, note: "shaped"}', "response": "{orderId: .order_no, status}"}}),
        route("static", adapter={"static": {"status": 200, "body": {"requestOf": "{{ $request.externalNo }}"}}}),
        route("publish", adapter={"publish": {"topic": "orders", "type": "MOVED"}}),
        route("composite", adapter={"composite": {"calls": {"order": {"http": {"method": "POST", "path": "/orders", "body": "{{ $request }}"}}, "again": {"http": {"method": "GET", "path": "/tx/x"}, "optional": True}},
                                                  "merge": "{order: .order.order_no}"}}),
        route("partners", access={"roles": ["partner"]}),
        route("fallen", fallback=[{"static": {"status": "UNKNOWN"}}], adapter={"http": {"cluster": "nobody", "path": "/orders"}}),
        route("signed-only", auth={"any": ["signature"]}),
        route("tokens", auth={"any": ["oauth"]}),
        route("dressed", {"transform": {"response": "{n: 1}"}}, {"headers": {"response": {"set": {"X-Own": "{{ $request.externalNo }}"}, "remove": ["X-Order"]}}}),
    )


def settings(upstream):
    nobody = {"endpoints": ["127.0.0.1:9"], "connect_timeout": "200ms", "circuit_breaker": {"enabled": False}}
    config = main(upstream)
    config["clusters"].append({"name": "nobody", **nobody})
    config["consumers"].append({"name": "market", "roles": ["partner"], "oauth": [{"provider": "corp", "client": "market-app"}, {"provider": "other", "client": "market-app"}]})
    config["oauth"] = {"providers": [
        {"name": name, "issuer": f"https://{name}.test", "audiences": ["causeway"], "client_claim": "client_id",
         "keys": [{"kid": KEY.kid, "algorithm": "EdDSA", "public_key": KEY.public_pem().decode()}]} for name in ("corp", "other")]}
    return config, files(upstream)
