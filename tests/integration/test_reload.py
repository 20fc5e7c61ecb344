"""A configuration is taken whole or not at all, told by name, remembered with its author; every way to offer one."""
import json
import os
import re
import signal
import sqlite3
import ssl
import threading
import time

import pytest
import yaml

from harness import canaries, certificates
from harness.envelope import assert_error, assert_success
from harness.gateway import SLOW, Gateway, command, main_config
from harness.http import call, message, until
from harness.upstream import reply

OK = b'{"ok":true}'
OPERATOR, VIEWER = "operator-0123456789abcdef", "viewer-0123456789abcdef"
USERS = [{"name": "olga", "role": "operator", "token": OPERATOR}, {"name": "vera", "role": "viewer", "token": VIEWER}]
QUICK = {"interval": "50ms"}


def route(name, **more):
    return {"name": name, "match": {"method": "GET", "path": f"/{name}"}, "adapter": {"http": {"path": f"/{name}"}}, **more}


def routes(*names, **more):
    return {"open": {"api": "open", "base": "/open", "defaults": {"auth": "none", "http": {"cluster": "oms"}},
                     "routes": [one if isinstance(one, dict) else route(one) for one in names], **more}}


def config(upstream, **more):
    more.setdefault("reload", {"watch": False})
    made = main_config({"oms": upstream.address}, **more)
    made["admin"]["users"] = USERS
    return made


@pytest.fixture
def start(upstream, tmp_path):
    running = []

    def begin(made, files=None, **more):
        running.append(Gateway(made, files or routes("x"), tmp_path, **more))
        return running[-1]
    yield begin
    for gateway in running:
        gateway.stop()


def api(gateway, method, path, body=None, token=OPERATOR):
    headers = {"Authorization": f"Bearer {token}", "Host": f"127.0.0.1:{gateway.admin}"}
    if body is not None:
        headers["Content-Type"] = "application/json"
    return call(gateway.admin, method, path, headers, None if body is None else json.dumps(body).encode())


def data(gateway, path, token=OPERATOR):
    response = api(gateway, "GET", path, token=token)
    assert response.status == 200, response
    return response.json["data"]


def post_reload(gateway, reason=None):
    response = api(gateway, "POST", "/reload", {"reason": reason} if reason else {})
    assert response.status == 200, response
    return response.json["data"]


def changes(answer):
    """What was taken, one line a thing: `+route open/y`, `~consumer oms: roles`."""
    return ([f"+{one['kind']} {one['name']}" for one in answer["added"]]
            + [f"-{one['kind']} {one['name']}" for one in answer["removed"]]
            + [f"~{one['kind']} {one['name']}" + (f" was {one['was']}" if "was" in one else "")
               + (": " + ", ".join(one["keys"]) if one["keys"] else "") for one in answer["changed"]])


def version(gateway):
    return int(sum(gateway.metric("causeway_config_version").values()))


def reloads(gateway):
    return {dict(labels)["result"]: value for labels, value in gateway.metric("causeway_config_reloads_total").items()}


def taken_by(gateway, number):
    """Author of a version, once it is there."""
    until(lambda: version(gateway) >= number, 30 * SLOW, what=f"version {number}")
    assert version(gateway) == number
    return data(gateway, f"/config/history/{number}")["author"]


# --- by whom ---

def test_every_start_and_change_has_a_version_an_author_and_a_reason(start, upstream):
    gateway = start(config(upstream))
    assert data(gateway, "/config")["author"] == "start"
    gateway.write(routes=routes("x", "y"))
    answer = post_reload(gateway, "partner needs y")
    assert (answer["taken"], answer["version"], answer["routes"], changes(answer)) == (True, 2, 2, ["+route open/y"])
    gateway.reload(routes=routes("y"))
    assert taken_by(gateway, 3) == "signal"
    page = data(gateway, "/config/history?limit=2")
    assert [(one["version"], one["author"], one["reason"], one["added"], one["removed"], one["changed"]) for one in page["items"]] == [
        (3, "signal", "", 0, 1, 0), (2, "olga", "partner needs y", 1, 0, 0)]
    rest = data(gateway, f"/config/history?limit=2&cursor={page['next']}")
    assert ([(one["version"], one["author"]) for one in rest["items"]], rest["next"]) == ([(1, "start")], None)
    two = data(gateway, "/config/history/2")
    assert two["diff"] == {"counts": {"added": 1, "removed": 0, "changed": 0}, "added": [{"kind": "route", "name": "open/y"}],
                           "removed": [], "changed": []}
    assert "name: y" in two["yaml"] and two["hash"] == answer["hash"]
    assert api(gateway, "GET", "/config/history/2", token=VIEWER).status == 403
    assert api(gateway, "GET", "/config/history/9").status == 404
    assert "yaml" not in data(gateway, "/config", VIEWER) and "name: y" in data(gateway, "/config")["yaml"]
    assert re.search(r"configuration taken \| version=2 \| author=olga \| reason=partner needs y \| routes=2 \| changes=\+route open/y",
                     gateway.log()), gateway.log()


def test_a_restart_is_a_version_only_when_something_has_changed(start, upstream, tmp_path):
    gateway = start(config(upstream))
    gateway.reload(routes=routes("x", "y"))
    before = data(gateway, "/config")
    gateway.stop()
    gateway.start()
    after = data(gateway, "/config")
    assert {**before, "takenAt": 0} == {**after, "takenAt": 0} and after["configVersion"] == 2
    gateway.stop()
    gateway.write(routes=routes("x", "z"))
    gateway.start()
    assert taken_by(gateway, 3) == "start"
    assert changes(data(gateway, "/config/history/3")["diff"]) == ["+route open/z", "-route open/y"]


def test_without_a_store_the_history_lasts_as_long_as_the_process(start, upstream, tmp_path):
    gateway = start(config(upstream, store="none"))
    gateway.reload(routes=routes("x", "y"))
    assert [one["version"] for one in data(gateway, "/config/history")["items"]] == [2, 1]
    assert changes(data(gateway, "/config/history/2")["diff"]) == ["+route open/y"]
    assert data(gateway, "/config")["store"] == "none"
    assert not (tmp_path / "data" / "causeway.db").exists()


def test_topics_without_a_store_are_refused(tmp_path, upstream):
    Gateway(config(upstream, store="none", topics=[{"name": "t"}]), routes("x"), tmp_path, start=False)
    code, out, err = command("check", "-c", "config/causeway.yaml", folder=tmp_path)
    assert code == 2 and re.fullmatch(
        r"config/causeway\.yaml:\d+:\d+: topics\[0\]\.name: topics need a store, and `store: none` says that there is none\n", out), out


# --- when ---

TRIGGERS = {}


def trigger(do):
    TRIGGERS[do.__name__] = do
    return do


@trigger
def a_file_renamed_into_place(folder):
    (folder / "routes/new").write_text(text(routes("x", "y")))
    (folder / "routes/new").rename(folder / "routes/open.yaml")


@trigger
def a_file_written_in_place(folder):
    with open(folder / "routes/open.yaml", "r+b", buffering=0) as file:  # first half, then the rest
        file.truncate()
        whole = text(routes("x", "y")).encode()
        file.write(whole[:40])
        time.sleep(0.15)
        file.write(whole[40:])


@trigger
def a_file_removed_and_made_anew(folder):
    (folder / "routes/open.yaml").unlink()
    time.sleep(0.02)
    (folder / "routes/open.yaml").write_text(text(routes("x", "y")))


@trigger
def a_new_file_where_a_pattern_looks(folder):
    (folder / "routes/more.yaml").write_text(text({"open": {**routes("y")["open"], "api": "more", "base": "/"}}))


@trigger
def a_link_that_leads_elsewhere(folder):
    os.symlink("..new", folder / "routes/..data_tmp")
    os.rename(folder / "routes/..data_tmp", folder / "routes/..data")


def text(files):
    return yaml.safe_dump(files["open"], sort_keys=False)


@pytest.mark.parametrize("name", TRIGGERS)
def test_a_change_of_the_files_is_taken_by_itself(start, upstream, tmp_path, name):
    linked = TRIGGERS[name] is a_link_that_leads_elsewhere
    if linked:  # as Kubernetes mounts a ConfigMap
        for folder, files in (("..old", routes("x")), ("..new", routes("x", "y"))):
            (tmp_path / "routes" / folder).mkdir(parents=True)
            (tmp_path / "routes" / folder / "open.yaml").write_text(text(files))
        os.symlink("..old", tmp_path / "routes/..data")
        os.symlink("..data/open.yaml", tmp_path / "routes/open.yaml")
    gateway = start(config(upstream, reload=QUICK), {"unused": {"api": "u", "base": "/u", "routes": []}} if linked else None)
    assert_success(gateway.call("GET", "/open/x"), OK)
    TRIGGERS[name](tmp_path)
    assert taken_by(gateway, 2) == "file"
    assert_success(gateway.call("GET", "/y" if name == "a_new_file_where_a_pattern_looks" else "/open/y"), OK)
    assert_success(gateway.call("GET", "/open/x"), OK)
    assert reloads(gateway)["refused"] == 0, gateway.log()


def test_a_file_that_goes_takes_its_routes_along(start, upstream, tmp_path):
    gateway = start(config(upstream, reload=QUICK), {**routes("x"), "more": {**routes("y")["open"], "api": "more", "base": "/m"}})
    (tmp_path / "routes/more.yaml").unlink()
    assert taken_by(gateway, 2) == "file"
    assert changes(data(gateway, "/config/history/2")["diff"]) == ["-api more", "-route more/y"]
    assert_error(gateway.call("GET", "/m/y"), 40490)


def test_a_main_file_that_goes_is_refused_once_and_taken_when_it_is_back(start, upstream, tmp_path):
    gateway = start(config(upstream, reload=QUICK))
    whole = gateway.config_file.read_text()
    gateway.config_file.unlink()
    until(lambda: reloads(gateway)["refused"] == 1, 30 * SLOW, what="the refusal")
    time.sleep(0.5)
    assert reloads(gateway) == {"taken": 0, "refused": 1}
    assert_success(gateway.call("GET", "/open/x"), OK)
    assert sum(gateway.metric("causeway_config_last_reload_successful").values()) == 0
    gateway.config_file.write_text(whole)
    until(lambda: reloads(gateway)["taken"] == 1, 30 * SLOW, what="the reload")
    assert version(gateway) == 1
    assert sum(gateway.metric("causeway_config_last_reload_successful").values()) == 1


def test_a_watch_that_is_off_waits_for_a_signal(start, upstream):
    gateway = start(config(upstream))
    gateway.write(routes=routes("x", "y"))
    time.sleep(1.5)
    assert (version(gateway), reloads(gateway)) == (1, {"taken": 0, "refused": 0})
    gateway.reload()
    assert version(gateway) == 2


def test_whatever_the_configuration_names_is_watched(start, upstream, tmp_path):
    """A schema, a secret in a file: each a change of whoever refers to it."""
    (tmp_path / "schemas").mkdir()
    (tmp_path / "schemas/x.json").write_text('{"type": "object"}')
    (tmp_path / "secret").write_text("first-secret-0123456789abcdef\n")
    made = config(upstream, reload=QUICK, secrets={"S": "${file:../secret}"})
    made["consumers"][0]["keys"][0]["secrets"] = ["${file:../secret}"]
    files = routes(route("x", plugins=[{"validate": {"schema": "../schemas/x.json"}}], match={"method": "POST", "path": "/x"}))
    gateway = start(made, files)
    (tmp_path / "schemas/x.json").write_text('{"type": "array"}')
    assert taken_by(gateway, 2) == "file"
    assert changes(data(gateway, "/config/history/2")["diff"]) == ["~route open/x: plugins[0].validate.schema"]
    assert_success(gateway.call("POST", "/open/x", {"Content-Type": "application/json"}, b"[]"), OK)
    hash_before = data(gateway, "/config")["hash"]
    (tmp_path / "new").write_text("other-secret-0123456789abcdef\n")
    (tmp_path / "new").rename(tmp_path / "secret")
    assert taken_by(gateway, 3) == "file"
    assert changes(data(gateway, "/config/history/3")["diff"]) == ["~consumer oms: keys[0].secrets", "~secret S: value"]
    assert data(gateway, "/config")["hash"] == hash_before  # nothing that could be guessed by
    whole = json.dumps([data(gateway, "/config"), data(gateway, "/config/history/3"), gateway.log()])
    assert "other-secret" not in whole and "first-secret" not in whole


def test_a_certificate_that_is_renewed_in_place_is_shown_to_new_connections(start, upstream, tmp_path):
    (tmp_path / "config").mkdir()
    certificate, key = certificates.make(tmp_path / "config")
    made = config(upstream, reload=QUICK)
    made["listeners"][0]["tls"] = {"certificate": "server.pem", "private_key": "server.key"}
    gateway = start(made)

    def shown():
        return ssl.get_server_certificate(("127.0.0.1", gateway.port)).strip()
    assert shown() == certificate.read_text().strip()
    (tmp_path / "made").mkdir()
    fresh, fresh_key = certificates.make(tmp_path / "made")
    key.write_text(fresh_key.read_text())  # for a moment the pair does not fit: refused, if it is looked at
    certificate.write_text(fresh.read_text())
    assert taken_by(gateway, 2) == "file"
    assert shown() == fresh.read_text().strip()
    assert changes(data(gateway, "/config/history/2")["diff"]) == ["~listener public: tls.certificate, tls.private_key"]


# --- what is said ---

def test_the_difference_is_told_by_name(start, upstream):
    made = config(upstream, drain_timeout="10s", secrets={"OLD": "old-secret-0123456789abcdef"},
                  topics=[{"name": "t", "retention": "7d"}, {"name": "gone"}],
                  subscriptions=[{"name": "s", "topic": "t", "deliver": {"http": {"cluster": "oms", "path": "/in"}}},
                                 {"name": "old", "topic": "t", "deliver": {"http": {"cluster": "oms", "path": "/old"}}}])
    gateway = start(made, routes("x", "y", "z"))
    made["drain_timeout"] = "9s"
    made["telemetry"] = {"log": {"format": "text", "calls": {"successes": "50%"}}}
    made["secrets"] = {"NEW": "new-secret-0123456789abcdef"}
    made["clusters"][0]["timeout"] = "9s"
    made["clusters"].append({"name": "wms", "endpoints": ["127.0.0.1:9"]})
    made["consumers"][0]["roles"] = ["internal", "more"]
    made["consumers"][1]["keys"][0]["secrets"] = ["literal-secret-0123456789abcdef"]
    made["topics"] = [{"name": "t", "retention": "168h"}, {"name": "fresh"}]
    made["subscriptions"] = [{"name": "s", "topic": "t", "deliver": {"http": {"cluster": "oms", "path": "/out"}}},
                             {"name": "renamed", "was": "old", "topic": "t", "deliver": {"http": {"cluster": "oms", "path": "/old"}}}]
    gateway.write(made, routes("x", route("y", adapter={"http": {"path": "/other"}}), "new"))
    answer = post_reload(gateway)
    assert sorted(changes(answer)) == sorted([
        "+cluster wms", "+route open/new", "+secret NEW", "+setting telemetry.log.calls.successes", "+topic fresh",
        "-route open/z", "-secret OLD", "-topic gone",
        "~cluster oms: timeout", "~consumer oms: roles", "~consumer partner: keys[0].secrets",
        "~route open/y: adapter.http.path", "~setting drain_timeout",
        "~subscription renamed was old", "~subscription s: deliver.http.path"]), changes(answer)
    assert answer["restart"] == [] and answer["counts"] == {"added": 5, "removed": 3, "changed": 7}


def test_comments_order_and_spelling_are_no_change(start, upstream, tmp_path):
    gateway = start(config(upstream, drain_timeout="10s"))
    before = data(gateway, "/config")
    made = config(upstream, drain_timeout="10000ms", bus={"embedded": {}})
    made["clusters"] = [dict(reversed(one.items())) for one in made["clusters"]]
    del made["bus"]
    gateway.write("# a comment\n" + yaml.safe_dump(dict(reversed(made.items())), sort_keys=False), None)
    inner = routes("x")["open"]
    moved = {**inner, "defaults": {"auth": "none"}, "routes": [route("x", adapter={"http": {"cluster": "oms", "path": "/x"}})]}
    gateway.write(routes={"open": moved})
    answer = post_reload(gateway, "only tidied up")
    assert (answer["taken"], answer["version"], changes(answer)) == (True, 1, [])
    assert data(gateway, "/config") == before
    assert_success(gateway.call("GET", "/open/x"), OK)


def test_what_needs_a_restart_is_in_the_answer(start, upstream):
    gateway = start(config(upstream))
    made = config(upstream, workers=1)
    made["listeners"][0]["address"] = "127.0.0.2:0"
    made["node"]["id"] = "another"
    gateway.write(made)
    answer = post_reload(gateway)
    assert answer["restart"] == ["listeners[].address", "workers", "node.id"]
    assert sorted(changes(answer)) == ["~listener public: address", "~setting node.id", "~setting workers"]
    for key in answer["restart"]:
        assert gateway.wait_log(r"restart needed \| key=" + re.escape(key))


def test_a_refused_one_changes_nothing(start, upstream):
    gateway = start(config(upstream))
    before = data(gateway, "/config")
    gateway.write(routes={"open": {**routes("y")["open"], "routes": [{**route("y"), "adapter": {"http": {"cluster": "omz", "path": "/"}}}]}})
    response = api(gateway, "POST", "/reload", {"reason": "a try"})
    assert response.status == 400
    details = response.json["details"]
    assert details["errors"] == 1
    assert [(one["path"], one["message"], one["severity"]) for one in details["problems"]] == [
        ("routes[0].adapter.http.cluster", 'unknown cluster "omz" (did you mean "oms"?)', "error")]
    assert response.json["message"] == "the configuration was refused"
    assert data(gateway, "/config") == before and len(data(gateway, "/config/history")["items"]) == 1
    assert_success(gateway.call("GET", "/open/x"), OK)
    assert_error(gateway.call("GET", "/open/y"), 40490)
    audit = data(gateway, "/audit")["items"][0]
    assert (audit["actor"], audit["action"], audit["reason"], audit["after"], audit["code"]) == (
        "olga", "POST /reload", "a try", {"errors": 1}, 40092)
    gateway.reload()
    audit = data(gateway, "/audit")["items"][0]
    assert (audit["actor"], audit["action"], audit["after"]["errors"], audit["code"]) == ("signal", "reload", 1, 40092)


def test_what_the_store_refuses_has_its_place(start, upstream):
    made = config(upstream, topics=[{"name": "t", "shards": 4}],
                  subscriptions=[{"name": "one", "topic": "t", "deliver": {"http": {"cluster": "oms"}}},
                                 {"name": "two", "topic": "t", "deliver": {"http": {"cluster": "oms"}}}])
    gateway = start(made, {**routes("x"), "e": {"api": "e", "base": "/e", "defaults": {"auth": "none"}, "routes": [
        {"name": "publish", "match": {"method": "POST", "path": "/"}, "adapter": {"publish": {"topic": "t", "type": "T"}}}]}})
    published = gateway.call("POST", "/e", {"Content-Type": "application/json"}, b'{"eventId":"e1","eventType":"T","data":{}}')
    assert published.status == 202, published
    made["topics"][0]["shards"] = 8
    gateway.write(made)
    response = api(gateway, "POST", "/reload", {})
    problems = response.json["details"]["problems"]
    assert [(one["file"].endswith("config/causeway.yaml"), one["line"] > 1, one["path"], one["message"]) for one in problems] == [
        (True, True, "topics[0].name", 'shards: 4 cannot become 8, "t" has had events')]
    made["topics"][0]["shards"] = 4
    made["subscriptions"] = [{"name": "two", "was": "one", "topic": "t", "deliver": {"http": {"cluster": "oms"}}}]
    gateway.write(made)
    problems = api(gateway, "POST", "/reload", {}).json["details"]["problems"]
    assert [(one["line"] > 1, one["path"], one["message"]) for one in problems] == [
        (True, "subscriptions[0].was", 'the group "one" cannot become "two", which topic "t" already has')]
    assert version(gateway) == 1
    assert "\\n" not in gateway.wait_log("configuration refused", count=2)[0]


# --- from the command line ---

def operate(gateway, *arguments):
    return command(*arguments, "--admin", f"http://127.0.0.1:{gateway.admin}", "-c", gateway.config_file,
                   folder=gateway.folder, environment={"CAUSEWAY_ADMIN_TOKEN": OPERATOR})


def test_the_commands(start, upstream):
    gateway = start(config(upstream))
    made = config(upstream, drain_timeout="9s", workers=1)
    gateway.write(made, routes("x", "y"))
    code, out, err = operate(gateway, "reload", "--reason", "more of it")
    assert (code, err) == (0, "")
    assert out.splitlines() == ["+ route open/y", "~ setting drain_timeout", "~ setting workers", "needs a restart: workers",
                                "taken as version 2: 2 routes"]
    code, out, err = operate(gateway, "reload")
    assert (code, out, err) == (0, "needs a restart: workers\nnothing has changed, version 2: 2 routes\n", "")
    gateway.write(routes={"open": "api: open\nbase: /open\nroutes: [{name: x, mach: {}}]\n"})
    code, out, err = operate(gateway, "reload")
    assert (code, err) == (2, "refused: what ran goes on\n") and re.search(
        r'routes/open\.yaml:3:20: routes\[0\]\.mach: unknown key "mach" \(did you mean "match"\?\)', out), out
    code, out, err = operate(gateway, "reload", "--json")
    assert code == 2 and json.loads(out)["errors"] >= 1
    code, out, err = operate(gateway, "config", "history")
    rows = [line.split() for line in out.splitlines()]
    assert code == 0 and rows[0] == ["VERSION", "TAKEN", "BY", "CHANGES", "HASH", "REASON"]
    assert [(row[0], row[3], row[4:7], row[8:]) for row in rows[1:]] == [
        ("2", "olga", ["+1", "-0", "~2"], ["more", "of", "it"]), ("1", "start", rows[2][4:7], [])]
    code, out, err = operate(gateway, "config", "show", "1")
    assert code == 0 and out.startswith("# version 1, taken 2") and "drain_timeout: 10s" in out and "name: y" not in out
    code, out, err = operate(gateway, "config")
    assert code == 0 and "drain_timeout: 9s" in out and "--- # " in out and OPERATOR not in out and "${env:OMS_SECRET}" in out
    code, out, err = operate(gateway, "config", "show", "9")
    assert (code, err) == (1, "causeway: 40491 no such thing\n")


# --- under load ---

def generation(upstream, number):
    """A configuration in which everything says the same number."""
    made = config(upstream, workers=2, topics=[{"name": "t", "retention": "7d"}], telemetry={"log": {"calls": {"successes": "0%"}}},
                  subscriptions=[{"name": "s", "topic": "t", "start": "earliest", "transform": f". + {{generation: {number}}}",
                                  "deliver": {"http": {"cluster": "oms", "path": "/events"}}}])
    headers = {"headers": {"request": {"set": {"X-A": str(number)}}, "response": {"set": {"X-B": str(number)}}}}
    post = {"match": {"method": "POST"}}
    files = {"open": {"api": "open", "base": "/open", "defaults": {"auth": "none", "plugins": [headers]}, "routes": [
        {"name": "far", "match": {"method": "GET", "path": "/far"}, "adapter": {"http": {"cluster": "oms", "path": f"/far/{number}"}}},
        {"name": "near", "match": {"method": "GET", "path": "/near"}, "adapter": {"static": {"body": {"n": number}}}},
        {"name": "limited", "match": {"method": "GET", "path": "/limited"}, "plugins": [{"rate_limit": {"rate": "1/h", "burst": LIMIT, "per": "address"}}],
         "adapter": {"static": {"body": {"n": number}}}},
        {"name": "publish", "match": {**post["match"], "path": "/events"}, "adapter": {"publish": {"topic": "t", "type": "T"}}},
        {"name": f"only-{number % 2}", "match": {"method": "GET", "path": f"/only/{number}"}, "adapter": {"static": {"body": {}}}}]}}
    return made, files


LIMIT = 300
SECONDS = float(os.environ.get("RELOAD_STORM", "6"))


def test_a_reload_every_100_ms_under_load_is_seen_by_nobody(start, upstream):
    delivered = []

    def far(request, peer):
        reply(json.dumps({"target": request.target, "a": request.header("X-A")}).encode())(request, peer)

    def event(request, peer):
        delivered.append(json.loads(request.body)["eventId"])
        reply(b"{}")(request, peer)
    for number in range(2000):
        upstream.on(f"/far/{number}", far)
    upstream.on("/events", event)
    gateway = start(*generation(upstream, 0))
    stop, faults, generations, published, counts, admitted = threading.Event(), [], set(), [], [0] * 5, [0]

    def far_call(connection, number):
        connection.send(message("GET", "/open/far"))
        answer = connection.read()
        assert answer.status == 200, answer
        said, n = answer.json["data"], int(answer.header("X-B"))
        assert said == {"target": f"/far/{n}", "a": str(n)}, (n, said)
        generations.add(n)

    def near_call(connection, number):
        connection.send(message("GET", "/open/near"))
        answer = connection.read()
        assert answer.status == 200 and answer.json["data"] == {"n": int(answer.header("X-B"))}, answer

    def limited_call(connection, number):
        connection.send(message("GET", "/open/limited"))
        answer = connection.read()
        admitted[0] += answer.status == 200
        assert answer.status in (200, 429), answer

    def publish_call(connection, number):
        event_id = f"e{number}-{counts[number]}"
        connection.send(message("POST", "/open/events", {"Content-Type": "application/json"},
                                json.dumps({"eventId": event_id, "eventType": "T", "data": {"n": 1}}).encode()))
        assert connection.read().status == 202
        published.append(event_id)

    def caller(number, do):
        try:
            with gateway.connect() as connection:
                while not stop.is_set():
                    do(connection, number)
                    counts[number] += 1
        except (AssertionError, OSError) as fault:
            faults.append(fault)
            stop.set()
    threads = [threading.Thread(target=caller, args=(number, do)) for number, do in
               enumerate((far_call, far_call, near_call, limited_call, publish_call))]
    for thread in threads:
        thread.start()
    began, taken, resident, times = time.monotonic(), 0, [], []
    while not stop.is_set() and time.monotonic() - began < SECONDS:
        before = time.monotonic()
        gateway.write(*generation(upstream, taken + 1))
        answer = post_reload(gateway)
        times.append(time.monotonic() - before)
        taken += 1
        assert answer["version"] == taken + 1 and f"~subscription s: transform" in changes(answer), answer
        if taken % 10 == 0:
            resident.append(gateway.resident() / 2**20)
        stop.wait(max(0, before + 0.1 - time.monotonic()))
    stop.set()
    for thread in threads:
        thread.join()
    assert not faults, faults[:3]
    until(lambda: set(published) <= set(delivered), 30 * SLOW, what="every event")
    figures = {"reloads": taken, "calls": sum(counts), "generations seen": len(generations), "events": len(published),
               "reload ms": round(1000 * sum(times) / len(times), 1), "MiB": [round(size, 1) for size in resident[::max(1, len(resident) // 8)]]}
    print(figures)
    assert len(published) == len(set(published)) and min(counts) > 20
    assert min(counts[3], LIMIT) <= admitted[0] <= LIMIT + 1, (admitted, counts)
    assert len(generations) > taken / 4
    # Flat once it is warm: a second of calls in flight, and the allocator's noise.
    assert resident[-1] < resident[len(resident) // 3] + 24 * SLOW, resident
    assert_success(gateway.call("GET", f"/open/only/{taken}"), b"{}")
    assert len(data(gateway, "/config/history?limit=500")["items"]) == min(taken + 1, 100)


def test_a_kill_leaves_version_and_cursors_or_neither(start, upstream, tmp_path):
    """Each reload brings a subscription; whatever moment the kill hits, who is in the history has a cursor, and who has one is in it."""
    def with_subscriptions(count):
        return config(upstream, topics=[{"name": "t", "retention": "7d", "shards": 2}],
                      subscriptions=[{"name": f"s{n}", "topic": "t", "deliver": {"http": {"cluster": "oms", "path": "/in"}}} for n in range(count)])
    gateway = start(with_subscriptions(1))
    gateway.exit_codes = {0, -signal.SIGKILL}
    count, seen = 1, []
    for round_ in range(8):
        for _ in range(2 + round_ % 3):
            count += 1
            gateway.write(with_subscriptions(count))
            gateway.signal(signal.SIGHUP)
            time.sleep(0.01 + 0.013 * round_)
        gateway.process.kill()
        gateway.wait()
        with sqlite3.connect(tmp_path / "data/causeway.db") as store:
            cursors = {name for name, in store.execute("SELECT DISTINCT grp FROM cursor")}
            listed = set()
            for diff, in store.execute("SELECT diff FROM config ORDER BY version"):
                listed |= {one["name"] for one in json.loads(diff)["added"] if one["kind"] == "subscription"}
            versions = [version for version, in store.execute("SELECT version FROM config ORDER BY version")]
        assert cursors == listed, (cursors ^ listed, round_)
        assert versions == list(range(versions[0], versions[0] + len(versions)))
        seen.append(len(versions))
        gateway.start()
        until(lambda: version(gateway) >= len(versions), 20 * SLOW, what="the start")
    assert seen[-1] > seen[0]


# --- no secret is told ---

@pytest.mark.parametrize("form", ["literal", "environment", "file", "default"])
def test_no_secret_is_dumped_compared_logged_or_remembered(tmp_path, form):
    laid = canaries.right(form)
    canaries.lay(laid, tmp_path)
    gateway = Gateway(None, None, tmp_path, environment=laid.environment, start=False)
    operator = laid.values[0]
    gateway.start()
    said = [data(gateway, "/config", operator)]
    # Every secret becomes another one; then the keys are mistyped.
    main = gateway.config_file.read_text()
    gateway.config_file.write_text(main.replace("Zk9x", "Zk9y"))
    for hidden in (tmp_path / "config").glob("hidden-*"):
        hidden.write_text(hidden.read_text().replace("Zk9x", "Zk9y"))
    operator = operator.replace("Zk9x", "Zk9y") if form != "environment" else operator
    gateway.reload()
    answer = api(gateway, "POST", "/reload", {}, operator)
    said += [data(gateway, "/config", operator), answer.body.decode(), data(gateway, "/config/history", operator)]
    latest = data(gateway, "/config", operator)["configVersion"]
    said += [data(gateway, f"/config/history/{n}", operator) for n in range(1, latest + 1)]
    assert latest == (1 if form == "environment" else 2)
    gateway.config_file.write_text(main.replace("secrets:", "secerts:").replace("token:", "tokne:"))
    refused = api(gateway, "POST", "/reload", {}, operator)
    assert refused.status == 400, refused
    said += [refused.body.decode(), data(gateway, "/audit", operator), dict(map(str, item) for item in gateway.metrics().items())]
    gateway.stop()
    said += [gateway.log(), gateway.stderr()]
    whole = json.dumps(said, default=str)
    assert canaries.found(whole) == [], sorted(set(canaries.found(whole)))
    assert not [line for line in canaries.private_lines() if line in whole]
    for file in (tmp_path / "data").iterdir():
        if file.name != "admin.token":
            content = file.read_bytes().decode("latin-1")
            assert canaries.found(content) == [], (file.name, canaries.found(content)[:5])
