"""Half messages of systems: prepared, ended, asked about, decided by a person; nothing lost or doubled over a SIGKILL (correctness.md, "Half messages for systems")."""
import base64
import concurrent.futures
import hashlib
import hmac
import json
import signal

import pytest

from harness import http
from harness.events import Admin
from harness.gateway import API_TOKEN, SLOW, Gateway, command
from harness.half_messages import OTHER_TOKEN, OWN_SECRET, PATIENT, SECRET_KEY, SECRETS, Oms, settings
from harness.http import until
from harness.signing import digest, signed_v2
from harness.upstream import close, hang, reply

@pytest.fixture
def oms():
    with Oms() as system:
        yield system


@pytest.fixture
def start(oms, tmp_path):
    running = []

    def begin(transaction=None, **more):
        running.append(Gateway(*settings(oms.address, transaction, **more), tmp_path, environment=SECRETS))
        return running[-1]
    yield begin
    for gateway in running:
        gateway.stop()


def call(gateway, method, rest, body=None, token=API_TOKEN):
    headers = {"X-API-Key": token}
    if body is not None:
        headers["Content-Type"] = "application/json"
    return gateway.call(method, "/events/transactions" + rest, headers, json.dumps(body).encode() if body is not None else None)


def message(transaction, **data):
    return {"transactionId": transaction, "eventType": "ORDER_CREATED", "data": {"orderId": transaction, **data}}


def prepare(gateway, transaction, **data):
    answer = call(gateway, "POST", "", message(transaction, **data))
    assert answer.status == 201, answer
    return answer.json["data"]["messageId"]


def state(gateway, message_id):
    return call(gateway, "GET", "/" + message_id).json["data"]


def wait_state(gateway, message_id, wanted):
    until(lambda: state(gateway, message_id)["state"] == wanted, 20 * SLOW, what=f"{message_id} to be {wanted}")
    return state(gateway, message_id)


def published(gateway):
    """The ids of all events of the topic, by the log of the store."""
    topic = [item for item in Admin(gateway).get("/topics")["items"] if item["name"] == "orders"]
    return topic[0]["stored"]


def event(gateway, event_id):
    return Admin(gateway).get(f"/events/{event_id}")


def alerts(gateway, name):
    return [alert for alert in Admin(gateway).get(f"/alerts?state=firing&name={name}")["items"]]


def assert_refused(answer, code):
    assert (answer.status, answer.code) == (code // 100, code), answer


def restarted(gateway):
    gateway.process.kill()
    gateway.process.wait()
    gateway.start()


def test_a_message_is_prepared_committed_and_published_once(start, oms):
    gateway = start(PATIENT)
    answer = call(gateway, "POST", "", message("tx-1", price=19.90))
    data = answer.json["data"]
    assert answer.status == 201 and set(data) == {"messageId", "transactionId", "state", "expiresAt"}, answer
    assert (data["transactionId"], data["state"]) == ("tx-1", "prepared")
    message_id = data["messageId"]
    shown = state(gateway, message_id)
    assert data["expiresAt"] == shown["expiresAt"] == shown["createdAt"] + 24 * 3600 * 1000
    assert (shown["checks"], shown["group"], shown["nextCheckAt"]) == (0, "oms-producer", shown["createdAt"] + 3600 * 1000)
    assert published(gateway) == 0
    for _ in range(3):
        ended = call(gateway, "POST", f"/{message_id}/commit")
        assert ended.status == 200, ended
        assert ended.json["data"] == {"messageId": message_id, "transactionId": "tx-1", "state": "committed", "eventId": message_id}
        assert ended.header("X-Causeway-Event") == f"{message_id}; status=stored"
    assert published(gateway) == 1
    found = event(gateway, message_id)
    assert (found["key"], found["source"], found["eventType"]) == ("tx-1", "oms", "ORDER_CREATED")
    assert found["event"] == {"eventId": message_id, "eventType": "ORDER_CREATED", "timestamp": shown["createdAt"],
                              "data": {"orderId": "tx-1", "price": 19.9}}
    assert oms.checks("tx-1") == []


def test_a_rollback_publishes_nothing_and_a_contradiction_is_told(start):
    gateway = start(PATIENT)
    message_id = prepare(gateway, "tx-1")
    for _ in range(2):
        assert call(gateway, "POST", f"/{message_id}/rollback").json["data"] == {"messageId": message_id, "transactionId": "tx-1", "state": "rolled_back"}
    refused = call(gateway, "POST", f"/{message_id}/commit")
    assert_refused(refused, 40993)
    details = {key: refused.json["details"][key] for key in ("messageId", "state", "decidedBy")}
    assert details == {"messageId": message_id, "state": "rolled_back", "decidedBy": "system"}
    assert published(gateway) == 0
    until(lambda: len(alerts(gateway, "transaction_contradiction")) == 1, 20 * SLOW, what="the alert")
    assert call(gateway, "POST", f"/{message_id}/rollback").status == 200


def test_the_same_transaction_again_and_another_payload(start):
    gateway = start(PATIENT)
    message_id = prepare(gateway, "tx-1", n=1)
    again = call(gateway, "POST", "", message("tx-1", n=1))
    assert (again.status, again.json["data"]["messageId"], again.json["data"]["duplicate"]) == (200, message_id, True)
    assert_refused(call(gateway, "POST", "", message("tx-1", n=2)), 42290)
    call(gateway, "POST", f"/{message_id}/commit")
    assert call(gateway, "POST", "", message("tx-1", n=1)).json["data"]["state"] == "committed"
    assert published(gateway) == 1


def test_only_its_creator_sees_and_ends_a_message(start):
    gateway = start(PATIENT)
    message_id = prepare(gateway, "tx-1")
    for method, rest in (("GET", ""), ("POST", "/commit"), ("POST", "/rollback")):
        assert_refused(call(gateway, method, f"/{message_id}{rest}", token=OTHER_TOKEN), 40491)
    other = call(gateway, "POST", "", message("tx-1"), token=OTHER_TOKEN)
    assert other.status == 201 and other.json["data"]["messageId"] != message_id
    assert state(gateway, message_id)["state"] == "prepared"
    assert gateway.call("POST", "/events/transactions", {}, b"{}").status == 401


def test_what_cannot_be_prepared_is_refused(start):
    gateway = start(PATIENT)
    assert_refused(call(gateway, "POST", "", {"eventType": "T", "data": 1}), 40092)
    assert_refused(call(gateway, "POST", "", {**message("tx"), "eventId": "mine"}), 40092)
    assert_refused(call(gateway, "POST", "", {**message("t x")}), 40092)
    assert_refused(call(gateway, "GET", "/no-such-message"), 40491)
    assert_refused(call(gateway, "POST", "/no-such-message/finish"), 40490)
    assert call(gateway, "POST", "/", message("with-a-slash")).status == 201
    head = call(gateway, "HEAD", "/" + prepare(gateway, "tx"))
    assert (head.status, head.body) == (200, b"")
    deep = b'{"transactionId":"deep","eventType":"T","data":' + b"[" * 70 + b"]" * 70 + b"}"
    assert_refused(gateway.call("POST", "/events/transactions", {"X-API-Key": API_TOKEN, "Content-Type": "application/json"}, deep), 40091)
    not_here = call(gateway, "GET", "")
    assert_refused(not_here, 40590)
    assert not_here.header("Allow") == "POST, OPTIONS"


def test_a_hundred_commits_at_once_are_one_event(start):
    gateway = start(PATIENT)
    message_id = prepare(gateway, "tx-1")
    with concurrent.futures.ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda _: call(gateway, "POST", f"/{message_id}/commit"), range(100)))
    assert {answer.status for answer in answers} == {200}
    assert len({answer.json["data"]["state"] for answer in answers}) == 1
    assert published(gateway) == 1


def test_commit_and_rollback_at_once_agree_on_one_end(start):
    gateway = start(PATIENT)
    for number in range(20):
        message_id = prepare(gateway, f"tx-{number}")
        verbs = ["commit", "rollback"] * 4
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(lambda verb: (verb, call(gateway, "POST", f"/{message_id}/{verb}").status), verbs))
        winners = {verb for verb, status in answers if status == 200}
        assert len(winners) == 1 and {status for _, status in answers} <= {200, 409}, answers
        ended = "committed" if winners == {"commit"} else "rolled_back"
        assert state(gateway, message_id)["state"] == ended
        assert len([1 for verb, status in answers if status == 200]) == 4
    committed = [item for item in Admin(gateway).get("/transactions?state=committed&limit=100")["items"]]
    assert published(gateway) == len(committed)


def verified(request):
    """As a system checks a Standard Webhook, with a library's rules."""
    signed = f"{request.header('webhook-id')}.{request.header('webhook-timestamp')}.".encode() + request.body
    wanted = "v1," + base64.b64encode(hmac.new(SECRET_KEY, signed, hashlib.sha256).digest()).decode()
    return hmac.compare_digest(wanted, request.header("webhook-signature"))


@pytest.mark.parametrize("word, ended, events", [("COMMIT", "committed", 1), ("ROLLBACK", "rolled_back", 0)])
def test_after_a_kill_the_system_is_asked_and_its_word_settles_it(start, oms, word, ended, events):
    gateway = start({"first": "3s", "every": "50ms"})
    message_id = prepare(gateway, "tx-1")
    gateway.process.send_signal(signal.SIGKILL)
    gateway.process.wait()
    assert oms.checks("tx-1") == []
    oms.ledger["tx-1"] = word
    gateway.start()
    shown = wait_state(gateway, message_id, ended)
    assert (shown["decidedBy"], published(gateway)) == ("check", events)
    check = oms.checks("tx-1")[0]
    assert check.method == "POST" and json.loads(check.body) == {"messageId": message_id, "transactionId": "tx-1"}
    assert check.header("Content-Type") == "application/json"
    assert (check.header("X-Causeway-Transaction"), check.header("webhook-id")) == (message_id, message_id)
    assert verified(check)
    assert len(oms.checks("tx-1")) == 1
    for verb, status in (("commit", 200 if events else 409), ("rollback", 409 if events else 200)):
        assert call(gateway, "POST", f"/{message_id}/{verb}").status == status
    assert published(gateway) == events


def signed_v1(check):
    timestamp = check.header("X-Timestamp")
    return check.header("Authorization") == "ApiKey gateway-key" and check.header("X-Signature") == digest(timestamp, "gateway-key", check.body, OWN_SECRET)


def in_v2(check):
    wanted = dict(signed_v2("POST", check.target, check.body, "gateway-key", OWN_SECRET, audience="oms", timestamp=check.header("X-Timestamp"),
                            nonce=check.header("X-Nonce"), accept=check.header("Accept", "")))
    return check.header("X-Signature") == wanted["X-Signature"]


@pytest.mark.parametrize("credentials, proves", [
    ({"bearer": OWN_SECRET}, lambda check: check.header("Authorization") == f"Bearer {OWN_SECRET}"),
    ({"signature": {"key": "gateway-key", "secret": OWN_SECRET, "version": "v1"}}, signed_v1),
    ({"signature": {"key": "gateway-key", "secret": OWN_SECRET, "version": "v2", "audience": "oms"}}, in_v2)], ids=["bearer", "v1", "v2"])
def test_the_credentials_of_the_cluster_sign_a_check_too(start, oms, credentials, proves):
    config, _ = settings(oms.address)
    gateway = start({"webhook": None}, clusters=[{**config["clusters"][0], "credentials": credentials}])
    oms.ledger["tx-1"] = "COMMIT"
    wait_state(gateway, prepare(gateway, "tx-1"), "committed")
    check = oms.checks("tx-1")[0]
    assert proves(check), check
    assert "webhook-signature" not in check.names


def test_the_secret_lies_nowhere_in_the_store(start, oms, tmp_path):
    gateway = start(PATIENT)
    prepare(gateway, "tx-1")
    gateway.stop()
    for path in (tmp_path / "data").iterdir():
        data = path.read_bytes() if path.is_file() else b""
        assert SECRET_KEY not in data and SECRETS["TX_SECRET"].encode() not in data, path
    gateway.start()


def test_unknown_fifteen_times_is_for_a_person_to_decide(start, oms):
    gateway = start()
    message_id = prepare(gateway, "tx-1")
    shown = wait_state(gateway, message_id, "unresolved")
    assert (shown["checks"], len(oms.checks("tx-1"))) == (15, 15)
    assert "nextCheckAt" not in shown and shown["reason"]
    until(lambda: [alert["labels"] for alert in alerts(gateway, "transaction_unresolved")] == [{"route": "order-transactions"}], 20 * SLOW,
          what="the alert")
    admin = Admin(gateway)
    listed = admin.get("/transactions?state=unresolved")["items"]
    assert [(item["txid"], item["kind"], item["transactionId"]) for item in listed] == [(message_id, "message", "tx-1")]
    decided = admin.post(f"/transactions/{message_id}/commit", {"reason": "booked at OMS"})
    assert (decided["state"], decided["decidedBy"], decided["reason"]) == ("committed", "operator", "booked at OMS")
    assert admin.get("/transactions?state=unresolved")["items"] == []
    assert published(gateway) == 1 and event(gateway, message_id)["key"] == "tx-1"
    until(lambda: not alerts(gateway, "transaction_unresolved"), 20 * SLOW, what="the alert to end")
    assert call(gateway, "POST", f"/{message_id}/commit").status == 200
    assert published(gateway) == 1 and len(oms.checks("tx-1")) == 15


def test_an_unresolved_one_is_still_its_systems_to_end(start, oms):
    gateway = start({"times": 2})
    message_id = prepare(gateway, "tx-1")
    wait_state(gateway, message_id, "unresolved")
    assert call(gateway, "POST", f"/{message_id}/rollback").json["data"]["state"] == "rolled_back"
    admin = Admin(gateway)
    refused = admin.post(f"/transactions/{message_id}/commit", {"reason": "too late"}, status=409)
    assert refused["code"] == 40993
    assert published(gateway) == 0


@pytest.mark.parametrize("answer", [reply(b'{"state":"COMMIT"}', status=500), reply(b'{"state":"committed"}'), reply(b"[]"), reply(b"COMMIT", kind="text/plain"),
                                    reply(b'{"state":"COMMIT"'), reply(b"", status=204, kind=""), close],
                         ids=["a failure that says COMMIT", "another word", "a list", "text", "cut JSON", "nothing", "a cut connection"])
def test_what_is_no_clear_word_decides_nothing(start, oms, answer):
    gateway = start({"times": 2})
    oms.ledger["tx-1"] = answer
    message_id = prepare(gateway, "tx-1")
    assert wait_state(gateway, message_id, "unresolved")["checks"] == 2
    assert published(gateway) == 0


def test_a_word_that_contradicts_the_end_of_a_moment_ago_is_told(start, oms):
    gateway = start({"first": "50ms"})

    def commits_and_says_rollback(request, peer):
        assert call(gateway, "POST", f"/{json.loads(request.body)['messageId']}/commit").status == 200
        reply(b'{"state":"ROLLBACK"}')(request, peer)
    oms.ledger["tx-1"] = commits_and_says_rollback
    message_id = prepare(gateway, "tx-1")
    until(lambda: alerts(gateway, "transaction_contradiction"), 20 * SLOW, what="the alert")
    assert (state(gateway, message_id)["state"], published(gateway)) == ("committed", 1)


def test_a_late_word_counts(start, oms):
    gateway = start({"times": 100})
    message_id = prepare(gateway, "tx-1")
    until(lambda: len(oms.checks("tx-1")) >= 3, 20 * SLOW, what="three checks")
    oms.ledger["tx-1"] = "COMMIT"
    wait_state(gateway, message_id, "committed")
    assert published(gateway) == 1


def test_checks_that_cannot_be_sent_do_not_count(oms, tmp_path):
    config, routes = settings("127.0.0.1:9", {"times": 3})
    with Gateway(config, routes, tmp_path, environment=SECRETS) as gateway:
        message_id = prepare(gateway, "tx-1")
        gateway.wait_log(r"order-transactions\.check", count=5)
        shown = state(gateway, message_id)
        assert (shown["state"], shown["checks"]) == ("prepared", 0)
        oms.ledger["tx-1"] = "COMMIT"
        gateway.reload(*settings(oms.address, {"times": 3}))
        wait_state(gateway, message_id, "committed")


def test_max_age_bounds_what_cannot_be_asked(tmp_path):
    config, routes = settings("127.0.0.1:9", {"max_age": "500ms"})
    with Gateway(config, routes, tmp_path, environment=SECRETS) as gateway:
        message_id = prepare(gateway, "tx-1")
        assert wait_state(gateway, message_id, "unresolved")["checks"] == 0


def test_an_answer_that_hangs_is_a_check_that_was_sent(start, oms):
    oms.ledger["tx-1"] = hang
    gateway = start({"times": 2, "check": {"http": {"cluster": "oms", "path": "/tx/check", "timeout": "100ms"}}})
    message_id = prepare(gateway, "tx-1")
    assert wait_state(gateway, message_id, "unresolved")["checks"] == 2


def test_a_signature_that_cannot_be_made_any_more_is_not_left_out(start, oms):
    gateway = start({"first": "1s"})
    message_id = prepare(gateway, "tx-1")
    config, routes = settings(oms.address)
    del routes["events"]["routes"][0]["adapter"]["transaction"]["webhook"]
    gateway.reload(config, routes)
    gateway.wait_log(r"transaction_unasked \| route=order-transactions \| txid=" + message_id + ".*has no webhook secret any more")
    assert oms.checks("tx-1") == []
    oms.ledger["tx-1"] = "COMMIT"
    gateway.reload(*settings(oms.address))
    wait_state(gateway, message_id, "committed")
    assert all(verified(check) for check in oms.checks("tx-1"))


def test_kills_between_prepare_and_end_lose_and_double_nothing(start, oms):
    gateway = start({"first": "5ms", "every": "5ms", "times": 1000})
    ids = {}
    for round_ in range(4):
        for number in range(5):
            name = f"tx-{round_}-{number}"
            oms.ledger[name] = ("COMMIT", "ROLLBACK")[number % 2]
            ids[name] = prepare(gateway, name)
        restarted(gateway)
    for name, message_id in ids.items():
        wait_state(gateway, message_id, {"COMMIT": "committed", "ROLLBACK": "rolled_back"}[oms.ledger[name]])
    assert published(gateway) == len([1 for word in oms.ledger.values() if word == "COMMIT"])


def test_kills_while_messages_are_ended_keep_every_promise(start, oms):
    """What was answered stays so; what was not answered is asked again by its system, and is one event or none."""
    gateway = start(PATIENT)
    wanted, answered = {}, {}

    def end(name):
        verb = ("commit", "rollback")[len(name) % 2]
        try:
            prepared = call(gateway, "POST", "", message(name))
            if prepared.status not in (200, 201):
                return
            wanted[name] = (prepared.json["data"]["messageId"], verb)
            ended = call(gateway, "POST", f"/{wanted[name][0]}/{verb}")
            if ended.status == 200:
                answered[name] = ended.json["data"]["state"]
        except (OSError, AssertionError):
            pass  # the gateway is gone
    for round_ in range(5):
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            calls = [pool.submit(end, f"tx-{round_}-{'x' * (number % 2)}{number}") for number in range(60)]
            until(lambda: sum(each.done() for each in calls) > 5 + 8 * round_, 20 * SLOW, interval=0.0005, what="some calls")
            gateway.process.kill()
        gateway.process.wait()
        gateway.start()
    assert len(answered) > 25 and len(answered) < 300
    for name, (message_id, verb) in wanted.items():
        if name in answered:
            assert state(gateway, message_id)["state"] == answered[name]
        ended = call(gateway, "POST", f"/{message_id}/{verb}")
        assert (ended.status, ended.json["data"]["state"]) == (200, {"commit": "committed", "rollback": "rolled_back"}[verb]), ended
    assert published(gateway) == sum(verb == "commit" for _, verb in wanted.values())


def test_operators_see_audit_and_decide(start, oms):
    config_admin = {"address": "127.0.0.1:0", "users": [{"name": "vera", "role": "viewer", "token": "${env:VIEWER}"},
                                                        {"name": "olga", "role": "operator", "token": "operator-0123456789abcdef"}]}
    gateway = start(PATIENT, admin=config_admin)

    def ask(method, path, body=None, token="operator-0123456789abcdef"):
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        return http.call(gateway.admin, method, path, headers, json.dumps(body).encode() if body is not None else None, host=f"127.0.0.1:{gateway.admin}")
    message_id = prepare(gateway, "tx-1")
    other = prepare(gateway, "tx-2")
    assert ask("GET", f"/transactions/{message_id}").json["data"]["document"]["data"] == {"orderId": "tx-1"}
    assert "document" not in ask("GET", f"/transactions/{message_id}", token=SECRETS["VIEWER"]).json["data"]
    assert ask("POST", f"/transactions/{message_id}/commit", {"reason": "x"}, token=SECRETS["VIEWER"]).status == 403
    assert ask("POST", f"/transactions/{message_id}/commit", {}).code == 40092
    assert ask("POST", f"/transactions/{message_id}/commit", {"reason": "x", "result": {}}).code == 40092
    assert ask("POST", "/transactions/none/rollback", {"reason": "x"}).code == 40491
    first = ask("GET", "/transactions?limit=1").json["data"]
    assert [item["txid"] for item in first["items"]] == [other]
    second = ask("GET", f"/transactions?limit=1&cursor={first['next']}").json["data"]
    assert [item["txid"] for item in second["items"]] == [message_id] and second["next"] is None
    assert ask("GET", "/transactions?state=open").code == 40092
    assert ask("POST", f"/transactions/{message_id}/rollback", {"reason": "never booked"}).json["data"]["decidedBy"] == "operator"
    row = ask("GET", "/audit?limit=1").json["data"]["items"][0]
    assert (row["actor"], row["action"], row["reason"]) == ("olga", f"POST /transactions/{message_id}/rollback", "never booked")
    assert (row["before"]["state"], row["after"]["state"]) == ("prepared", "rolled_back")


def test_the_command_line_lists_shows_and_decides(start):
    gateway = start(PATIENT)
    ids = [prepare(gateway, f"tx-{number}") for number in range(2)]

    def run(*arguments):
        code, out, err = command("transactions", *arguments, "--admin", f"http://127.0.0.1:{gateway.admin}", "-c", gateway.config_file,
                                 folder=gateway.folder, environment=SECRETS)
        return code, out, err
    code, out, err = run()
    assert code == 0 and all(message_id in out for message_id in ids) and "tx-0 of oms-producer" in out, (out, err)
    assert ids[0] in run("list", "--state", "prepared")[1]
    code, out, err = run("show", ids[0])
    assert code == 0 and "transaction  tx-0" in out and '"orderId": "tx-0"' in out, (out, err)
    assert run("commit", ids[0], "--reason", "booked") == (0, f"{ids[0]} is committed\n", "")
    assert run("rollback", ids[1], "--reason", "never booked") == (0, f"{ids[1]} is rolled back\n", "")
    code, out, err = run("rollback", ids[0], "--reason", "no")
    assert code != 0 and "40993" in err, (out, err)
    assert run("commit", ids[0])[0] != 0
    assert published(gateway) == 1
