"""A configuration is taken whole or not at all, told by name, remembered with its author."""
import json
import re

import yaml

from harness.envelope import assert_error, assert_success
from harness.gateway import Gateway, command
from harness.reloads import OK, OPERATOR, VIEWER, api, changes, config, data, post_reload, route, routes, start, taken_by, version

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
    gateway.wait_log(r"configuration taken \| version=2 \| author=olga \| reason=partner needs y \| routes=2 \| changes=\+route open/y")


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


def test_the_command_says_why_when_warnings_are_all_that_the_files_have(start, upstream, tmp_path):
    gateway = start(config(upstream, store="none"))
    (tmp_path / "no-folder").write_text("")
    gateway.write(config(upstream, store={"sqlite": {"path": "no-folder/causeway.db"}}, include=["../routes/*.yaml", "../flows/*.yaml"]))
    code, out, err = operate(gateway, "reload")
    assert code == 2 and re.fullmatch(r'config/causeway\.yaml:\d+:\d+: include\[1\]: warning: no file matches "\.\./flows/\*\.yaml"\n',
                                      out.replace(f"{tmp_path}/", "")), out
    assert re.fullmatch(r"causeway: \d{5} .*no-folder.*\nrefused: what ran goes on\n", err), err
