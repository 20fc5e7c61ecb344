"""What operators do with a running gateway: `causeway topics | subscriptions | dead-letters | replay`, and the admin API under them."""
import json
import os
import stat

import pytest

from harness import certificates
from harness.envelope import assert_success
from harness.gateway import SLOW, Gateway, command, main_config
from harness.http import call, until
from harness.upstream import reply

VIEWER, OPERATOR = "viewer-0123456789abcdef", "operator-0123456789abcdef"
ROUTES = {"e": {"api": "e", "base": "/e", "defaults": {"auth": "none"}, "routes": [
    {"name": "publish", "match": {"method": "POST", "path": "/orders"},
     "adapter": {"publish": {"topic": "order-topic", "type": "ORDER_CREATED"}}}]}}


def settings(upstream, folder, **admin):
    config = main_config({"wms": upstream.address},
                         store={"sqlite": {"path": str(folder / "data" / "causeway.db"), "min_free": "1MiB"}},
                         topics=[{"name": "order-topic", "key": "{{ .orderId }}"}],
                         subscriptions=[{"name": "wms-orders", "topic": "order-topic", "start": "earliest",
                                         "deliver": {"http": {"cluster": "wms", "path": "/in"}},
                                         "retry": {"max_attempts": 2, "delay": "50ms"}}])
    config["admin"].update(admin)
    return config, ROUTES


@pytest.fixture
def gateway(upstream, tmp_path):
    with Gateway(*settings(upstream, tmp_path), tmp_path) as running:
        yield running


def publish(gateway, order, price="19.90"):
    body = f'{{"eventId":"e-{order}","eventType":"ORDER_CREATED","data":{{"orderId":"{order}","price":{price}}}}}'
    response = gateway.call("POST", "/e/orders", {"Content-Type": "application/json"}, body.encode())
    assert response.status == 202, response
    return response


def operate(gateway, *arguments, environment=None):
    """(exit code, lines of stdout, stderr)"""
    code, out, err = command(*arguments, "--admin", f"http://127.0.0.1:{gateway.admin}", "-c", gateway.config_file,
                             folder=gateway.folder, environment=environment)
    return code, out.splitlines(), err


def dead(gateway, count):
    """The dead letters once there are so many."""
    def listed():
        code, out, err = operate(gateway, "dead-letters", "--json")
        assert code == 0, err
        return json.loads(out[0])["items"]
    until(lambda: len(listed()) == count, 20 * SLOW, what=f"{count} dead letters")
    return listed()


def api(gateway, method, path, token, body=None, **more):
    headers = {"Authorization": f"Bearer {token}", "Host": f"127.0.0.1:{gateway.admin}"}
    if body is not None:
        headers["Content-Type"] = "application/json"
    return call(gateway.admin, method, path, headers, body and body.encode(), **more)


def test_nothing_is_said_plainly(gateway):
    assert operate(gateway, "dead-letters") == (0, ["no dead letters"], "")
    code, out, err = operate(gateway, "topics")
    assert (code, err) == (0, "")
    assert [line.split() for line in out] == [["TOPIC", "BUS", "SHARDS", "EVENTS", "EVER", "PENDING", "OLDEST", "(UTC)"],
                                              ["order-topic", "embedded", "16", "0", "0", "0", "-"]]
    code, out, err = operate(gateway, "subscriptions")
    assert (code, err) == (0, "")
    assert out[1].split() == ["wms-orders", "order-topic", "running", "0", "0", "0", "0", "0.0s", "POST", "wms", "/in"]


def test_the_token_is_made_once_and_is_nobody_elses(gateway):
    path = gateway.folder / "data" / "admin.token"
    token = path.read_text()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert token.strip() not in gateway.log()
    gateway.stop()
    gateway.start()
    assert path.read_text() == token
    assert api(gateway, "GET", "/config", token.strip()).status == 200
    assert api(gateway, "GET", "/config", token.strip()[:-1] + "x").code == 40191


def test_a_dead_letter_is_seen_edited_and_delivered(gateway, upstream):
    upstream.on("/in", reply(b'{"why":"price \x1b[31mis odd"}', status=422))
    publish(gateway, "ORD1", "12345678901234567890.10")
    [letter] = dead(gateway, 1)
    assert (letter["eventId"], letter["key"], letter["attempts"], letter["reason"]) == ("e-ORD1", "ORD1", 1, "422")

    code, out, err = operate(gateway, "dead-letters", "--key", "ORD1")
    assert code == 0 and len(out) == 2 and out[1].startswith(letter["id"]), (out, err)
    assert operate(gateway, "dead-letters", "list", "--key", "ORD2") == (0, ["no dead letters"], "")
    code, out, err = operate(gateway, "dead-letters", "show", letter["id"])
    assert code == 0, err
    text = "\n".join(out)
    assert '"price":12345678901234567890.10' in text and "422" in text
    assert "\x1b" not in text and "\\x1b[31mis odd" in text, "what a system says does not steer the terminal"

    upstream.on("/in", reply())
    code, out, err = operate(gateway, "replay", letter["id"], "--body", '{"orderId":"ORD1","price":1.50}', "--reason", "typo")
    assert (code, out) == (0, [f"{letter['id']} is tried again"]), err
    assert "Idempotency-Key" in err
    sent = upstream.wait(2, "/in")[1]
    assert json.loads(sent.body)["replayOf"] == "e-ORD1" and b'"price":1.50' in sent.body
    assert dead(gateway, 0) == []


def test_many_are_counted_then_replayed_and_one_is_given_up(gateway, upstream):
    upstream.on("/in", reply(b"{}", status=422))
    for number in range(5):
        publish(gateway, f"ORD{number}")
    letters = dead(gateway, 5)
    code, out, err = operate(gateway, "dead-letters", "replay", "--all", "--subscription", "wms-orders", "--dry-run")
    assert (code, out) == (0, ["5 dead letters would be replayed"]), err
    code, out, err = operate(gateway, "dead-letters", "discard", letters[0]["id"], "--reason", "a test")
    assert (code, out) == (0, [f"{letters[0]['id']} is given up"]), err
    upstream.on("/in", reply())
    code, out, err = operate(gateway, "replay", "--all")
    assert (code, out) == (0, ["4 dead letters are replayed"]), err
    assert dead(gateway, 0) == []
    code, _, err = operate(gateway, "dead-letters", "show", letters[0]["id"])
    assert code == 1 and "40993" in err


def test_pausing_holds_events_back(gateway, upstream):
    code, out, err = operate(gateway, "subscriptions", "pause", "wms-orders", "--reason", "WMS moves")
    assert (code, out) == (0, ["wms-orders is paused"]), err
    publish(gateway, "ORD1")

    def state():
        [subscription] = json.loads(operate(gateway, "subscriptions", "--json")[1][0])["items"]
        return subscription["state"], subscription["pausedBy"], subscription["backlog"]
    until(lambda: state() == ("paused", "operator", 1), what="a backlog of one")
    gateway.stop()
    gateway.start()
    code, out, _ = operate(gateway, "subscriptions")
    assert "paused (operator)" in out[1]
    assert upstream.seen("/in") == []
    assert operate(gateway, "subscriptions", "resume", "wms-orders")[:2] == (0, ["wms-orders is running"])
    upstream.wait(1, "/in")
    token = (gateway.folder / "data" / "admin.token").read_text().strip()
    rows = api(gateway, "GET", "/audit", token).json["data"]["items"]
    assert [(row["actor"], row["action"], row["reason"], row["code"]) for row in rows] == [
        ("admin", "POST /subscriptions/wms-orders/resume", "", 0),
        ("admin", "POST /subscriptions/wms-orders/pause", "WMS moves", 0)]
    assert (rows[1]["before"]["state"], rows[1]["after"]["state"]) == ("running", "paused")


def test_what_goes_wrong_is_said_with_an_exit_code(gateway, tmp_path):
    code, out, err = operate(gateway, "dead-letters", "show", "wms-orders:0:1")
    assert (code, out) == (1, []) and "40491" in err
    code, out, err = operate(gateway, "topics", environment={"CAUSEWAY_ADMIN_TOKEN": "wrong-0123456789abcdef"})
    assert (code, out) == (1, []) and "40191" in err
    code, out, err = command("topics", "--admin", "http://127.0.0.1:1", folder=tmp_path)
    assert (code, out) == (1, "") and "cannot be reached" in err
    code, out, err = command("topics", "--admin", "http://192.0.2.1:9901", folder=tmp_path)
    assert (code, out) == (1, "") and "https" in err
    for wrong in (["dead-letters", "replay"], ["replay", "--all", "x:0:1"], ["dead-letters", "discard", "x:0:1"],
                  ["subscriptions", "stop", "x"], ["dead-letters", "--no-such"]):
        code, _, err = operate(gateway, *wrong)
        assert code == 2 and err, wrong
    code, _, err = command("topics", "-c", "missing.yaml", folder=tmp_path)
    assert code == 2 and "missing.yaml" in err
    for command_line in (["topics"], ["subscriptions", "pause"], ["dead-letters"], ["dead-letters", "replay"], ["replay"]):
        code, out, _ = command(*command_line, "--help", folder=tmp_path)
        assert code == 0 and "Example: causeway" in out


def test_users_have_roles_and_change_with_a_reload(upstream, tmp_path):
    users = [{"name": "vera", "role": "viewer", "token": "${env:VIEWER}"},
             {"name": "olga", "role": "operator", "token": "${env:OPERATOR}"}]
    environment = {"VIEWER": VIEWER, "OPERATOR": OPERATOR}
    config, routes = settings(upstream, tmp_path, users=users)
    with Gateway(config, routes, tmp_path, environment) as gateway:
        assert not (tmp_path / "data" / "admin.token").exists()
        publish(gateway, "ORD1")
        event = api(gateway, "GET", "/events/e-ORD1", OPERATOR)
        assert b'"data":{"orderId":"ORD1","price":19.90}' in event.body, event
        assert "event" not in api(gateway, "GET", "/events/e-ORD1", VIEWER).json["data"]
        assert api(gateway, "POST", "/reload", VIEWER).code == 40390
        gateway.wait_log(r"admin refused \| user=vera .*action=POST /reload")
        config["admin"]["users"] = users[:1]
        gateway.write(config)
        taken = api(gateway, "POST", "/reload", OPERATOR, "{}").json["data"]
        assert (taken["taken"], taken["removed"]) == (True, [{"kind": "admin_user", "name": "olga"}])
        assert api(gateway, "GET", "/config", OPERATOR).code == 40191
        assert api(gateway, "GET", "/config", VIEWER).status == 200
        assert VIEWER not in gateway.log() and OPERATOR not in gateway.log()


def test_a_wrong_configuration_is_refused_with_every_error(gateway, upstream, tmp_path):
    config, _ = settings(upstream, tmp_path)
    config["drain_timeout"] = "soon"
    gateway.write(config)
    token = (tmp_path / "data" / "admin.token").read_text().strip()
    refused = api(gateway, "POST", "/reload", token)
    assert (refused.status, refused.code) == (400, 40092)
    [problem] = [row for row in refused.json["details"]["problems"] if row["severity"] == "error"]
    assert problem["path"] == "drain_timeout" and problem["line"] > 0
    publish(gateway, "ORD1")


def test_a_drain_is_answered_and_ends_the_process(gateway, tmp_path):
    token = (tmp_path / "data" / "admin.token").read_text().strip()
    assert_success(api(gateway, "POST", "/drain", token), b'{"draining":true}')
    assert gateway.wait() == 0


def test_off_loopback_it_speaks_tls_only(upstream, tmp_path):
    (tmp_path / "config").mkdir()
    certificate, key = certificates.make(tmp_path / "config")
    config, routes = settings(upstream, tmp_path, address="0.0.0.0:0")
    written = Gateway(config, routes, tmp_path, start=False)
    code, out, _ = command("check", "-c", written.config_file)
    assert code == 2 and "admin.address: an address that is not loopback needs `tls`" in out
    config["admin"]["tls"] = {"certificate": certificate.name, "private_key": key.name}
    with Gateway(config, routes, tmp_path) as gateway:
        arguments = ["topics", "--admin", f"https://localhost:{gateway.admin}", "-c", gateway.config_file]
        code, out, err = command(*arguments, environment={"SSL_CERT_FILE": str(certificate)})
        assert code == 0 and "order-topic" in out, err
        code, _, err = command(*arguments, environment={"SSL_CERT_FILE": os.devnull})
        assert code == 1 and "cannot be reached" in err, "a certificate that nobody vouches for"


def test_the_document_names_every_path(gateway, tmp_path):
    token = (tmp_path / "data" / "admin.token").read_text().strip()
    document = api(gateway, "GET", "/openapi.json", token).json
    assert document["openapi"] == "3.1.0"
    for path, operations in document["paths"].items():
        if "get" in operations and "{" not in path:
            assert api(gateway, "GET", path, token).status == 200, path
