"""Configurations of Causeway as a contender, from a bare proxy to the whole job. One worker each."""
import yaml

KEY, SECRET = "bench-key", "an-example-secret-never-use-it"
TRANSFORM = {"request": "{order_no: .orderId, lines: [.items[] | {sku, n: .qty}], total, currency}",
             "response": "{orderNo: .orderId, status, lines: [.items[] | {sku, n: .qty}], total}"}
LINES = {"format": "json", "calls": {"successes": "100%", "bodies": {"limit": "0B"}}}
LINES_WITH_BODIES = {"format": "json", "calls": {"successes": "100%"}}
SILENT = {"calls": {"successes": "0%"}}


def bare():
    """The system's answer as it is, nobody is asked who he is, no line for a success."""
    return SILENT, {"reply": "as_is", "defaults": {"auth": "none"}}


def signed(transform=True, log=LINES, publish=False):
    route = {"defaults": {"auth": {"any": ["signature"]}, "access": {"roles": ["internal"]}}}
    if transform:
        route["plugins"] = [{"transform": TRANSFORM}]
    if publish:
        route["publish"] = {"topic": "orders", "type": "ORDER_CREATED", "key": "{{ $request.orderId }}", "when": "after_success",
                            "acknowledge": "stored"}
    return log, route


def token():
    log, route = signed()
    route["defaults"]["auth"] = {"any": ["oauth"]}
    return log, route


def write(folder, port, upstream, log, route, public_key=None, listener=None):
    """Writes the files into `folder` and returns the path of the main one."""
    route = dict(route)
    defaults = {**route.pop("defaults"), "http": {"cluster": "system"}}
    route.setdefault("adapter", {"http": {"path": "/{rest...}"}})
    consumer = {"name": "oms", "roles": ["internal"], "keys": [{"id": KEY, "secrets": [SECRET]}]}
    main = {
        "listeners": [{"name": "public", "address": f"127.0.0.1:{port}", **(listener or {})}], "admin": {"address": "127.0.0.1:0"},
        "workers": 1, "telemetry": {"log": log}, "consumers": [consumer],
        # Every signature is remembered as long as its timestamp is valid: at the rates of a benchmark that takes more than 64 MiB.
        "signing": {"replay_memory": "256MiB"},
        "clusters": [{"name": "system", "system": "SYSTEM", "endpoints": [f"127.0.0.1:{upstream}"], "connect_timeout": "3s", "timeout": "30s"}],
        "include": ["routes.yaml"],
    }
    if public_key:
        (folder / "provider.pem").write_bytes(public_key)
        consumer["oauth"] = [{"provider": "idp", "client": "marketplace-app"}]
        main["oauth"] = {"providers": [{"name": "idp", "issuer": "https://idp.test", "audiences": ["causeway"],
                                        "keys": [{"kid": "es256-key", "algorithm": "ES256", "public_key": "provider.pem"}]}]}
    if "publish" in route:
        main["store"] = {"sqlite": {"path": "data/causeway.db", "min_free": "64MiB"}}
        main["topics"] = [{"name": "orders"}]
    routes = {"api": "bench", "base": "/", "defaults": defaults,
              "routes": [{"name": "everything", "match": {"methods": "any", "path": "/{rest...}"}, **route}]}
    for name, content in (("causeway.yaml", main), ("routes.yaml", routes)):
        (folder / name).write_text(yaml.safe_dump(content, sort_keys=False, width=1000))
    return folder / "causeway.yaml"
