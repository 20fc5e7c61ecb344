"""Wrong configurations are refused whole, with every error at its place; right ones are taken without losing a call."""
import json
import re
import signal
import textwrap
import threading

import pytest

from harness.envelope import assert_error, assert_success
from harness.gateway import Gateway, command, main_config
from harness.http import call, message, until
from harness.signing import SECRET
from harness.upstream import Gate, Upstream, reply

OK = b'{"ok":true}'
MAIN = """\
node: {id: causeway-1}
listeners:
  - name: public
    address: 127.0.0.1:0
    limits: {connections: 100, header_timeout: 10s}
admin: {address: "127.0.0.1:0"}
workers: 1
drain_timeout: 5s
consumers:
  - name: oms
    roles: [internal]
    keys:
      - {id: oms-key, secrets: ["${env:OMS_SECRET}"]}
clusters:
  - name: oms
    system: OMS
    endpoints: ["127.0.0.1:9"]
    timeout: 3s
include: [../routes/*.yaml]
"""
ROUTES = """\
api: orders
base: /api/{version}/orders
versions:
  v1: {released: 2024-01-29}
defaults:
  auth: {any: [signature]}
  http: {cluster: oms}
routes:
  - {name: list, match: {method: GET, path: /}, adapter: {http: {path: /orders}}}
  - name: create
    match: {method: POST, path: /}
    plugins:
      - rate_limit: {rate: 100/s}
    adapter: {http: {path: /orders}}
"""


def check(folder, main=MAIN, *more, environment=None, **routes):
    gateway = Gateway(textwrap.dedent(main), {name: textwrap.dedent(text) for name, text in (routes or {"orders": ROUTES}).items()}, folder, start=False)
    return command("check", "-c", "config/causeway.yaml", *more, folder=gateway.folder, environment=environment)


def problems(folder, *arguments, **routes):
    """The rows of `check --json`, and that the text form says the same."""
    code, out, err = check(folder, *(arguments or (MAIN,)), "--json", **routes)
    assert code == 2, (code, out, err)
    return json.loads(out)


def line_of(text, needle, occurrence=1):
    """Line and column (from 1) of a text in a file."""
    at = -1
    for _ in range(occurrence):
        at = text.index(needle, at + 1)
    return text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at)


def test_a_right_configuration_passes(tmp_path):
    code, out, err = check(tmp_path)
    assert code == 0, out + err
    code, out, err = check(tmp_path, MAIN, "--json")
    assert code == 0 and json.loads(out) == [], out + err


WRONG_MAIN = """\
node: {id: causeway-1}
listeners:
  - name: public
    address: 127.0.0.1:http
    limits: {connections: many, header_timeout: soon}
admin: {address: "127.0.0.1:0"}
workers: 1
workers: 2
drain_timout: 5s
consumers:
  - name: oms
    roles: [internal]
    keys:
      - {id: oms-key, secrets: ["short-7"]}
      - {id: old-key, secrets: ["${env:NOWHERE_TO_BE_FOUND}"]}
clusters:
  - name: oms
    endpoints: ["127.0.0.1:9"]
    load_balancing: randomly
    retry: {max_attempt: 2}
include: [../routes/*.yaml]
"""
WRONG_ROUTES = """\
api: orders
base: /api/{version}/orders
versions:
  v1: {released: yesterday}
routes:
  - {name: list, match: {method: GET, path: /}, auth: none, adapter: {http: {cluster: omx, path: /orders}}}
  - name: create
    match: {method: POST, path: /}
    auth: none
    plugins:
      - rate_limit: {rate: "fast"}
    adapter: {http: {cluster: oms, path: "/orders/{id}"}}
  - {name: list, match: {method: PUT, path: /}, adapter: {http: {cluster: oms, path: /orders}}}
"""
MISTAKES = [  # file, text at the place, path, what the message says
    ("config/causeway.yaml", "127.0.0.1:http", "listeners[0].address", r'"127\.0\.0\.1:http"'),
    ("config/causeway.yaml", "many", "listeners[0].limits.connections", r'expected .*number.*, got "many"'),
    ("config/causeway.yaml", "soon", "listeners[0].limits.header_timeout", r'expected a duration such as .*, got "soon"'),
    ("config/causeway.yaml", "workers: 2", "workers", r'^duplicate key "workers" \(first at config/causeway\.yaml:7:1\)$'),
    ("config/causeway.yaml", "drain_timout", "drain_timout", r'^unknown key "drain_timout" \(did you mean "drain_timeout"\?\)$'),
    ("config/causeway.yaml", '"short-7"', "consumers[0].keys[0].secrets[0]", r"(?i)short|16 bytes"),
    ("config/causeway.yaml", '"${env:NOWHERE', "consumers[0].keys[1].secrets[0]", r"NOWHERE_TO_BE_FOUND"),
    ("config/causeway.yaml", "randomly", "clusters[0].load_balancing", r'expected .*round_robin.*[,;] got "randomly"'),
    ("config/causeway.yaml", "max_attempt:", "clusters[0].retry.max_attempt", r"did you mean \"max_attempts\""),
    ("routes/orders.yaml", "yesterday", "versions.v1.released", r'expected a date such as .*, got "yesterday"'),
    ("routes/orders.yaml", "omx", "routes[0].adapter.http.cluster", r'"omx".*did you mean "oms"\?'),
    ("routes/orders.yaml", '"fast"', "routes[1].plugins[0].rate_limit.rate", r'^expected a rate such as 100/s, got "fast"$'),
    ("routes/orders.yaml", "{name: list, match: {method: PUT", "routes[2]", r"(?i)auth"),
]


def test_every_mistake_is_shown_at_its_place_and_the_exit_code_is_2(tmp_path):
    code, out, err = check(tmp_path, WRONG_MAIN, orders=WRONG_ROUTES)
    assert code == 2
    text = out + err
    for file, needle, path, says in MISTAKES:
        source = WRONG_MAIN if file.startswith("config") else WRONG_ROUTES
        place = ":".join(map(str, line_of(source, needle)))
        lines = re.findall(rf"^.*{re.escape(file)}:{place}: {re.escape(path)}: (.*)$", text, re.M)
        assert any(re.search(says, line) for line in lines), f"{file}:{place}: {path}: {says}\nnot in\n{text}"
    assert 'routes/orders.yaml:11:28: routes[1].plugins[0].rate_limit.rate: expected a rate such as 100/s, got "fast"\n' in text
    assert "short-7" not in text


def test_the_same_as_json(tmp_path):
    rows = problems(tmp_path, WRONG_MAIN, orders=WRONG_ROUTES)
    assert all(set(row) == {"file", "line", "column", "path", "code", "message", "severity"} for row in rows)
    assert len([row for row in rows if row["severity"] == "error"]) >= len(MISTAKES)
    fast, = [row for row in rows if row["path"].endswith("rate_limit.rate")]
    assert (fast["line"], fast["column"], fast["message"], fast["severity"]) == (11, 28, 'expected a rate such as 100/s, got "fast"', "error")
    assert fast["file"].endswith("routes/orders.yaml")
    assert "short-7" not in json.dumps(rows)


def test_run_refuses_what_check_refuses(tmp_path):
    gateway = Gateway(WRONG_MAIN, {"orders": WRONG_ROUTES}, tmp_path, start=False)
    code, out, err = command("run", "-c", "config/causeway.yaml", folder=gateway.folder)
    assert code == 2
    assert out.count("\n") + err.count("\n") >= len(MISTAKES) and "short-7" not in out + err


def test_a_syntax_error_stops_its_own_file_only(tmp_path):
    rows = problems(tmp_path, MAIN.replace("timeout: 3s", "timeout: never"), orders=ROUTES, broken="api: x\nroutes: [\n  - {a: b\n")
    assert [row for row in rows if row["path"] == "clusters[0].timeout"]
    assert [row for row in rows if row["file"].endswith("routes/broken.yaml") and row["line"] >= 2]


ONE_MISTAKE = {
    "unknown key in a route": ("match: {method: POST, path: /}", "mach: {method: POST, path: /}", r'did you mean "match"'),
    "unknown plugin": ("rate_limit:", "rate_limt:", r'did you mean "rate_limit"'),
    "unknown adapter": ("adapter: {http: {path: /orders}}}", "adapter: {htpp: {path: /orders}}}", r'did you mean "http"'),
    "two adapters": ("adapter: {http: {path: /orders}}}", "adapter: {http: {path: /orders}, static: {}}}", r"(?i)one"),
    "unknown scheme": ("[signature]", "[signatur]", r'did you mean "signature"'),
    "later key of an adapter": ("{http: {path: /orders}}}", "{static: {faults: {}}}}", r"not in this version"),
    "later key of a route": ("  - name: create\n", "  - name: create\n    shadow: {}\n", r"not in this version"),
    "no auth": ("  auth: {any: [signature]}\n", "", r"(?i)auth"),
    "no scheme": ("[signature]", "[]", r"(?i)expected|one"),
    "bad method": ("method: GET", "method: get", r'"get"'),
    "unknown parameter": ("{path: /orders}}}", '{path: "/orders/{id}"}}}', r"id"),
    "bad template": ("path: /}, adapter", 'path: "/{id"}, adapter', r"\{|brace|parameter"),
    "path without a slash": ("path: /}, adapter", "path: orders}, adapter", r"/"),
    "same parameter twice": ("path: /}, adapter", 'path: "/{id}/{id}"}, adapter', r"id"),
    "rest not at the end": ("path: /}, adapter", 'path: "/{rest...}/x"}, adapter', r"rest|last|end"),
    "reserved dots": ("path: /}, adapter", 'path: "/../x"}, adapter', r"\.\."),
    "rate of zero": ("rate: 100/s", "rate: 0/s", r"expected a rate"),
    "rate of a day and a half": ("rate: 100/s", "rate: 100/1.5d", r"expected a rate"),
    "burst of zero": ("rate: 100/s", "rate: 100/s, burst: 0", r"burst|expected|at least"),
    "unknown default version": ("versions:\n", "default_version: v7\nversions:\n", r"v7"),
    "unknown successor": ("{released: 2024-01-29}", "{released: 2024-01-29, deprecated: 2025-01-01, successor: v7}", r"v7"),
    "sunset before deprecation": ("{released: 2024-01-29}", "{released: 2024-01-29, deprecated: 2026-01-01, sunset: 2025-01-01}", r"(?i)sunset|after"),
    "impossible date": ("2024-01-29", "2024-02-30", r"expected a date"),
    "environment in a route file": ("path: /orders", 'path: "/${env:OMS_SECRET}"', r"(?i)secret|env"),
    "negative size": ("rate: 100/s}", "rate: 100/s}\n    limits: {request_body: -1KiB}", r"expected a size"),
    "tab": ("    match: {method: POST", "\tmatch: {method: POST", r"."),
    "list for a mapping": ("match: {method: POST, path: /}", "match: [POST, /]", r"expected"),
    "framing in a canned answer": ("adapter: {http: {path: /orders}}}", 'adapter: {static: {headers: {Content-Length: "5"}}}}', r"Content-Length"),
    "line break in a canned header": ("adapter: {http: {path: /orders}}}", 'adapter: {static: {headers: {X-A: "b\\r\\nc"}}}}', r"X-A"),
    "no adapter": (", adapter: {http: {path: /orders}}}", "}", r'missing "adapter"'),
    "null": ("match: {method: POST, path: /}", "match:", r"."),
}


@pytest.mark.parametrize("case", ONE_MISTAKE)
def test_one_mistake_in_a_route_file(tmp_path, case):
    before, after, says = ONE_MISTAKE[case]
    assert before in ROUTES
    rows = [row for row in problems(tmp_path, MAIN, orders=ROUTES.replace(before, after, 1)) if row["severity"] == "error"]
    assert any(re.search(says, row["message"]) for row in rows), rows
    assert all(row["file"].endswith("routes/orders.yaml") and row["line"] > 0 for row in rows), rows


MAIN_MISTAKE = {
    "no listener": ('listeners:\n  - name: public\n    address: 127.0.0.1:0\n    limits: {connections: 100, header_timeout: 10s}\n', "", r"listeners"),
    "two listeners of one name": ("admin:", "  - {name: public, address: '127.0.0.1:0'}\nadmin:", r"public"),
    "two clusters of one name": ("include:", "  - {name: oms, endpoints: ['127.0.0.1:9']}\ninclude:", r"oms"),
    "two consumers of one name": ("clusters:", "  - {name: oms}\nclusters:", r"oms"),
    "two keys of one id": ("clusters:", '  - {name: wms, keys: [{id: oms-key, secrets: ["${env:OMS_SECRET}"]}]}\nclusters:', r"oms-key"),
    "port out of range": ('["127.0.0.1:9"]', '["127.0.0.1:99999"]', r"99999"),
    "no endpoint": ('["127.0.0.1:9"]', "[]", r"endpoint"),
    "missing include": ("../routes/*.yaml", "../routes/missing.yaml", r"missing\.yaml"),
    "missing certificate": ("    limits: {conn", "    tls: {certificate: no.pem, private_key: no.key}\n    limits: {conn", r"no\.pem"),
    "bad token hash": ("clusters:", "    api_tokens: [{sha256: 9f86}]\nclusters:", r"(?i)sha256|64|hex"),
    "bad network": ("    limits: {conn", "    trusted_proxies: [10.0.0.0/33]\n    limits: {conn", r"10\.0\.0\.0/33"),
    "later: PostgreSQL": ("include:", "store: {postgres: {url: x}}\ninclude:", r"not in this version"),
    "later: RocketMQ": ("include:", "bus: {rocketmq: {}}\ninclude:", r"not in this version"),
    "later: batch": ("include:", "topics: [{name: t}]\nsubscriptions: [{name: s, topic: t, deliver: {http: {cluster: oms}}, "
                      "batch: {size: 5}}]\ninclude:", r"not in this version"),
    "unknown topic": ("include:", "topics: [{name: orders}]\nsubscriptions: [{name: s, topic: order, deliver: {http: {cluster: oms}}}]"
                      "\ninclude:", r'no topic is called "order" \(did you mean "orders"\?\)'),
    "public admin port": ('admin: {address: "127.0.0.1:0"}', "admin: {address: 0.0.0.0:9901}", r"not loopback needs `tls`"),
    "later: jobs": ("include:", "jobs: []\ninclude:", r"not in this version"),
    "later: alerts": ("include:", "alerts: {}\ninclude:", r"not in this version"),
    "no version of the signature": ("include:", "signing: {versions: []}\ninclude:", r"an empty list would refuse every signature"),
    "merge of nothing": ("workers: 1", "<<: *nothing", r"."),
    "an anchor bomb": ("include:", "x: &a [" + ", ".join("1" * 9) + "]\ny: &b [" + "*a, " * 50 + "1]\nz: &c [" + "*b, " * 50 + "1]\nw: &d [" + "*c, " * 50 + "1]\nv: [" + "*d, " * 50 + "1]\ninclude:", r"."),
    "binary": ("include:", "\x01\ninclude:", r"."),
    "deep": ("include:", "deep: " + "[" * 5000 + "]" * 5000 + "\ninclude:", r"."),
}


@pytest.mark.parametrize("case", MAIN_MISTAKE)
def test_one_mistake_in_the_main_file(tmp_path, case):
    before, after, says = MAIN_MISTAKE[case]
    assert before in MAIN
    rows = [row for row in problems(tmp_path, MAIN.replace(before, after, 1)) if row["severity"] == "error"]
    assert any(re.search(says, f"{row['path']}: {row['message']}") for row in rows), rows
    assert all(row["file"].endswith("causeway.yaml") for row in rows), rows


def test_two_routes_that_match_the_same_call_name_each_other(tmp_path):
    other = "api: other\nbase: /api/{version}\nversions: {v1: {released: 2024-01-29}}\ndefaults: {auth: none, http: {cluster: oms}}\n" \
            "routes:\n  - {name: twin, match: {method: GET, path: /orders}, adapter: {http: {path: /}}}\n"
    rows = [row for row in problems(tmp_path, MAIN, orders=ROUTES, other=other) if row["severity"] == "error"]
    text = " ".join(f"{row['file']}:{row['line']}: {row['message']}" for row in rows)
    assert re.search(r"orders\.yaml:9\b", text) and re.search(r"other\.yaml:6\b", text), rows


def test_no_file_and_no_command(tmp_path):
    code, out, err = command("check", "-c", "missing.yaml", folder=tmp_path)
    assert code == 2 and "missing.yaml" in out + err
    code, out, err = command("frobnicate", folder=tmp_path)
    assert code not in (0, -6, -11) and out + err
    code, out, _ = command("--version")
    assert code == 0 and re.search(r"causeway \d+\.\d+\.\d+", out)
    code, out, _ = command("--help")
    assert code == 0 and "check" in out and "sign" in out


def test_traps_of_yaml(tmp_path):
    main = MAIN.replace("workers: 1", "workers: 01").replace("name: oms\n    roles", "name: no\n    roles").replace("id: oms-key", "id: 012")
    code, out, err = check(tmp_path, main)
    assert code == 0, out + err


def test_anchors_and_merge_keys_work(tmp_path):
    main = MAIN.replace("  - name: oms\n    system: OMS\n", "  - &base\n    name: oms\n    system: OMS\n").replace(
        "include:", "  - {<<: *base, name: wms, timeout: 1s}\ninclude:")
    code, out, err = check(tmp_path, main, wms=ROUTES.replace("cluster: oms", "cluster: wms"))
    assert code == 0, out + err


def test_secrets_by_file_and_by_name(tmp_path):
    (tmp_path / "wms.secret").write_text("secret-of-a-file-0123456789\n")
    main = MAIN.replace('"${env:OMS_SECRET}"', f'"${{file:{tmp_path}/wms.secret}}", "${{env:UNSET_7:-default-secret-0123456789}}"')
    code, out, err = check(tmp_path, main)
    assert code == 0, out + err
    rows = problems(tmp_path, MAIN.replace("${env:OMS_SECRET}", "${env:UNSET_7:?ask the OMS team}"))
    assert any("ask the OMS team" in row["message"] for row in rows), rows
    rows = problems(tmp_path, MAIN.replace("${env:OMS_SECRET}", "${file:/nowhere/secret}"))
    assert any("/nowhere/secret" in row["message"] for row in rows), rows


# --- the running gateway ---

def routes_with(extra=()):
    return {"open": {"api": "open", "base": "/open", "defaults": {"auth": "none", "http": {"cluster": "oms"}}, "routes": [
        {"name": "x", "match": {"methods": "any", "path": "/x"}, "adapter": {"http": {"path": "/x"}}},
        *[{"name": name, "match": {"method": "GET", "path": f"/{name}"}, "adapter": {"http": {"path": f"/{name}"}}} for name in extra]]}}


@pytest.fixture
def live(upstream, tmp_path):
    with Gateway(main_config({"oms": upstream.address}), routes_with(), tmp_path) as gateway:
        yield gateway


def test_a_reload_takes_a_new_route_and_keeps_connections(live, upstream):
    with live.connect() as connection:
        connection.send(message("GET", "/open/new"))
        assert_error(connection.read(), 40490)
        live.reload(routes=routes_with(["new"]))
        connection.send(message("GET", "/open/new"))
        assert_success(connection.read(), OK)
        live.reload(routes=routes_with())
        connection.send(message("GET", "/open/new"))
        assert_error(connection.read(), 40490)


def test_a_wrong_reload_keeps_the_old_configuration_and_says_why(live, upstream):
    before = sum(live.metric("causeway_config_hash").values()) or None
    live.reload(routes={"open": "api: open\nbase: /open\nroutes: [{name: x, mach: {}}]\n"})
    assert_success(live.call("GET", "/open/x"), OK)
    assert live.wait_log(r'open\.yaml:3:\d+: routes\[0\].*did you mean "match"')
    live.reload(main_config({"oms": "127.0.0.1:banana"}), routes_with())
    assert_success(live.call("GET", "/open/x"), OK)
    live.reload(": : :", routes_with())
    assert_success(live.call("GET", "/open/x"), OK)
    assert before == (sum(live.metric("causeway_config_hash").values()) or None)
    live.reload(main_config({"oms": upstream.address}), routes_with(["back"]))
    assert_success(live.call("GET", "/open/back"), OK)


def test_a_reload_changes_consumers_clusters_and_limits(live, upstream):
    with Upstream(reply(b'"other"')) as other:
        config = main_config({"oms": other.address})
        config["listeners"][0]["limits"] = {"request_body": "1KiB"}
        live.reload(config)
        assert_success(live.call("GET", "/open/x"), b'"other"')
        assert_error(live.call("POST", "/open/x", (), b"x" * 1025), 41390)


def test_what_is_in_flight_ends_by_the_rules_it_began_with(live, upstream):
    gate = Gate()
    upstream.on("/x", gate)
    with live.connect() as connection:
        connection.send(message("GET", "/open/x"))
        assert gate.entered.wait(20)
        live.reload(main_config({"gone": "127.0.0.1:9"}), {"open": {**routes_with()["open"], "defaults": {"auth": "none", "http": {"cluster": "gone"}}}})
        gate.open()
        assert_success(connection.read(), OK)


def test_a_listeners_address_needs_a_restart_and_says_so(live, upstream):
    config = main_config({"oms": upstream.address})
    config["listeners"][0]["address"] = "127.0.0.2:0"
    live.reload(config)
    assert_success(live.call("GET", "/open/x"), OK)
    assert live.wait_log(r"(?i)restart")


@pytest.mark.parametrize("kept", [True, False], ids=["kept connections", "a connection a call"])
def test_a_reload_every_200_ms_under_load_fails_no_request(live, upstream, kept):
    stop, faults, counts = threading.Event(), [], [0] * 6

    def caller(number):
        try:
            connection = live.connect()
            while not stop.is_set():
                connection.send(message("POST", "/open/x", (), b'{"n":1}'))
                assert_success(connection.read(), OK)
                counts[number] += 1
                if not kept:
                    connection.close()
                    connection = live.connect()
            connection.close()
        except (AssertionError, OSError) as fault:
            faults.append(fault)
            stop.set()
    threads = [threading.Thread(target=caller, args=(number,)) for number in range(len(counts))]
    for thread in threads:
        thread.start()
    for number in range(20):
        wrong = number % 5 == 4
        live.write(routes=routes_with([f"r{number}"]) if not wrong else {"open": "api: [\n"})
        live.signal(signal.SIGHUP)
        if stop.wait(0.2):
            break
    stop.set()
    for thread in threads:
        thread.join()
    assert not faults, faults[:3]
    assert min(counts) > 10, counts
    assert len(upstream.requests) == sum(counts)
    live.reload(routes=routes_with(["last"]))  # the one before may still have been under way
    until(lambda: live.call("GET", "/open/last").status == 200, 20, what="the last configuration")
    assert_success(live.call("GET", "/open/last"), OK)


def test_no_secret_is_ever_printed(upstream, tmp_path):
    config = main_config({"oms": upstream.address}, secrets={"WMS_TOKEN": "${env:WMS_TOKEN}"})
    environment = {"WMS_TOKEN": "wms-token-0123456789abcdef"}
    with Gateway(config, routes_with(), tmp_path, environment=environment) as gateway:
        gateway.reload(routes={"open": "api: open\n"})
        gateway.reload(routes=routes_with(["new"]))
        for path in ("/metrics", "/healthz", "/readyz", "/config", "/"):
            body = call(gateway.admin, "GET", path, host=f"127.0.0.1:{gateway.admin}").body
            assert SECRET.encode() not in body and environment["WMS_TOKEN"].encode() not in body
    assert SECRET not in gateway.log() + gateway.stderr() and environment["WMS_TOKEN"] not in gateway.log() + gateway.stderr()
