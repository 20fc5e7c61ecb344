"""`publish: {when: transaction}`: the call, its record and its event have one outcome, whoever finds it out
(correctness.md, "A call, its key, its half message"; events.md, "Publishing with a call")."""
import itertools
import json
import os
import re
import subprocess

import pytest

from harness import oms
from harness.gateway import SLOW, Gateway
from harness.guarded import (PUBLISH, SHAPE, UUID7, Operator, assert_replayed, events, events_of, headers, main, milliseconds, on_unknown, order, post,
                             route, routes, rows, unknown, wait_event)
from harness.http import Connection, message, until
from harness.oms import Held, Oms
from harness.unknown import UNCLEAR, kill, silently, txid_of
from harness.upstream import reply

SUBSCRIPTION = {"name": "wms", "topic": "orders", "start": "earliest", "deliver": {"http": {"cluster": "oms", "path": "/in"}},
                "retry": {"max_attempts": 5, "delay": "20ms"}}
V1 = {"request": ".items = .goods | del(.goods)", "response": ".number = .orderId | del(.orderId)"}


def publish(**more):
    return {**PUBLISH, **more}


def files(**changes):
    made = {
        "orders": route("orders", SHAPE, timeout=milliseconds(1000), on_unknown=on_unknown(), publish=PUBLISH),
        "barrier": route("barrier", SHAPE, timeout=milliseconds(1000), on_unknown=on_unknown(barrier=True, absent_after=None), publish=PUBLISH),
        "keyless": route("keyless", SHAPE, idempotency=None, timeout=milliseconds(1000), on_unknown=on_unknown(), publish=PUBLISH),
        "late": route("late", SHAPE, timeout=milliseconds(1000), on_unknown=on_unknown(first="1h", max_delay="1h"), publish=PUBLISH),
        "aging": route("aging", SHAPE, timeout=milliseconds(1000), on_unknown=on_unknown(max_age=milliseconds(2500)), publish=PUBLISH),
        "failing": route("failing", SHAPE, timeout=milliseconds(1000), on_unknown=on_unknown(), publish=publish(data="{{ $result.status | tonumber }}")),
        "brief": route("brief", SHAPE, idempotency={"retention": milliseconds(300)}, timeout=milliseconds(1000),
                       on_unknown=on_unknown(first="1h", max_delay="1h"), publish=publish(data="{{ $result.status | tonumber }}")),
        "key_failing": route("key-failing", SHAPE, timeout=milliseconds(1000), on_unknown=on_unknown(), publish=publish(key="{{ $result.status | tonumber }}")),
        "request_only": route("request-only", SHAPE, timeout=milliseconds(1000), on_unknown=on_unknown(),
                              publish=publish(key="{{ $request.externalNo }}", data="{{ {of: $request.externalNo, by: $consumer.name, tx: $txid, q: $query.q} }}")),
        "gone": route("gone", on_unknown=on_unknown(), publish=publish(key=None, data=None), adapter={"http": {"cluster": "nobody", "path": "/orders"}}),
        "broker": route("broker", SHAPE, on_unknown=on_unknown(), publish=publish(acknowledge="broker")),
        "after": route("after", SHAPE, timeout=milliseconds(1000), on_unknown=on_unknown(), publish=publish(when="after_success")),
        "after_failing": route("after-failing", SHAPE, timeout=milliseconds(1000), publish=publish(when="after_success", data="{{ $result.status | tonumber }}")),
    }
    made.update(changes)
    made["gone"]["publish"] = {key: value for key, value in made["gone"]["publish"].items() if value}
    versioned = {"api": "versioned", "base": "/api/{version}/orders", "versions": {"v1": {"released": "2024-01-29"}, "v2": {"released": "2025-01-29"}},
                 "defaults": {"auth": {"any": ["api_key"]}, "http": {"cluster": "oms"}},
                 "routes": [route("versioned", SHAPE, timeout=milliseconds(1000), match={"method": "POST", "path": "/"}, on_unknown=on_unknown(), publish=PUBLISH,
                                  **{"from": {"v1": V1}})]}
    return {**routes(*(one for one in made.values() if one)), "versioned": versioned}


def settings(upstream, **more):
    config = main(upstream, **more)
    config["clusters"].append({"name": "nobody", "endpoints": ["127.0.0.1:9"], "connect_timeout": "200ms", "circuit_breaker": {"enabled": False}})
    return config


@pytest.fixture(scope="module")
def upstream():
    with Oms() as system:
        yield system


@pytest.fixture(scope="module")
def gateway(upstream, tmp_path_factory):
    with Gateway(settings(upstream), files(), tmp_path_factory.mktemp("gateway")) as running:
        yield running


@pytest.fixture
def own(upstream, tmp_path):
    """A gateway that may be killed."""
    running = Gateway(settings(upstream), files(), tmp_path)
    yield running
    running.stop()


def of(gateway, external_no):
    """Events that are about this order, in whatever they say it."""
    return [event for event in events(gateway) if f'"{external_no}"' in json.dumps(event)]


def assert_one_event(gateway, upstream, txid, resolved_by, external_no=None):
    """One order, one event, with the data of that order."""
    event = wait_event(gateway, txid)
    assert (event["eventType"], event["resolvedBy"]) == ("ORDER_CREATED", resolved_by), event
    [found] = [one for one in upstream.done(external_no) if one["txid"] == txid]
    assert event["data"] == {"orderId": found["order_no"], "status": "CREATED", "items": found["body"].get("items")}, event
    assert len([one for one in events(gateway) if isinstance(one["data"], dict) and one["data"].get("orderId") == found["order_no"]]) == 1
    assert rows(gateway, "SELECT event.key FROM event WHERE event_id = ?", txid) == [(found["order_no"],)]
    assert rows(gateway, "SELECT count(*) FROM half WHERE txid = ?", txid) == [(1,)]
    return event


# The answer decides


def test_a_success_is_one_event_under_the_txid(gateway, upstream):
    first = post(gateway, "/orders", "A-1")
    txid = txid_of(upstream, "A-1")
    assert re.fullmatch(UUID7, txid) and first.status == 201
    assert first.header("X-Causeway-Event") == f"{txid}; status=stored"
    assert_one_event(gateway, upstream, txid, "response", "A-1")
    again = assert_replayed(first, post(gateway, "/orders", "A-1"))
    assert again.header("X-Causeway-Event") == f"{txid}; status=stored"
    assert len(of(gateway, upstream.number("A-1"))) == 1


def test_the_event_is_there_before_the_answer(gateway, upstream):
    """The moment the caller has its answer, whoever looks finds the event."""
    for number in range(5):
        post(gateway, "/orders", f"A-2-{number}")
        assert events_of(gateway, txid_of(upstream, f"A-2-{number}")), "answered before it was stored"


def test_acknowledged_by_the_bus(gateway, upstream):
    first = post(gateway, "/broker", "A-3")
    txid = txid_of(upstream, "A-3")
    assert (first.status, first.header("X-Causeway-Event")) == (201, f"{txid}; status=published")
    assert_one_event(gateway, upstream, txid, "response", "A-3")


def test_a_refusal_is_no_event(gateway, upstream):
    upstream.script("A-4", oms.refuse)
    first = post(gateway, "/orders", "A-4")
    assert first.status == 422 and first.header("X-Causeway-Event") is None
    txid = txid_of(upstream, "A-4")
    assert not events_of(gateway, txid) and Operator(gateway).transaction(txid)["state"] == "rolled_back"
    assert_replayed(first, post(gateway, "/orders", "A-4"))
    assert not events_of(gateway, txid) and len(upstream.calls("A-4")) == 1


def test_what_was_not_sent_is_no_event_and_leaves_nothing(gateway, upstream):
    before = rows(gateway, "SELECT count(*) FROM half")
    assert post(gateway, "/gone", "A-5").code == 50290
    assert rows(gateway, "SELECT count(*) FROM half WHERE state = 0") == [(0,)]
    assert before and not rows(gateway, "SELECT 1 FROM idem WHERE key = 'A-5'")


def test_what_the_event_is_made_of(gateway, upstream):
    assert post(gateway, "/request-only?q=7", "A-6").status == 201
    txid = txid_of(upstream, "A-6")
    [event] = events_of(gateway, txid)
    assert event["data"] == {"of": "A-6", "by": "shop", "tx": txid, "q": "7"}
    assert rows(gateway, "SELECT key FROM event WHERE event_id = ?", txid) == [("A-6",)]


def test_without_a_key_a_call_is_an_event_all_the_same(gateway, upstream):
    first = post(gateway, "/keyless", "A-7", key="")
    txid = txid_of(upstream, "A-7")
    assert first.status == 201 and first.header("X-Causeway-Event") == f"{txid}; status=stored"
    assert_one_event(gateway, upstream, txid, "response", "A-7")


def test_the_event_has_the_newest_shape_whatever_the_caller_speaks(gateway, upstream):
    body = json.dumps({"externalNo": "A-8", "goods": [{"sku": "A", "qty": 2}]}).encode()
    first = post(gateway, "/api/v1/orders", "A-8", body=body)
    assert first.status == 201 and first.json["data"] == {"number": upstream.number("A-8"), "status": "CREATED"}, first
    assert_one_event(gateway, upstream, txid_of(upstream, "A-8"), "response", "A-8")
    assert_replayed(first, post(gateway, "/api/v1/orders", "A-8", body=body))
    assert len(upstream.calls("A-8")) == 1


def test_another_version_is_another_request(gateway, upstream):
    body = json.dumps({"externalNo": "A-9", "goods": []}).encode()
    assert post(gateway, "/api/v1/orders", "A-9", body=body).status == 201
    other = post(gateway, "/api/v2/orders", "A-9", body=body)
    assert other.header("Idempotency-Replayed") is None  # another path: its key is free
    accepted = [gateway.call("POST", "/api/orders", [*headers("A-9b"), ("Accept", f"application/vnd.company.{version}+json")], order("A-9b"))
                for version in ("v1", "v2")]
    assert accepted[1].code in (42290, 40690) and accepted[0].status in (201, 406), accepted


# The check decides

WITHOUT_ANSWER = [oms.execute_then_reset, oms.execute_then_half, oms.execute_then_hang, oms.execute_then_fail, oms.execute_then_nonsense]


@pytest.mark.parametrize("path", ["/orders", "/barrier", "/keyless"])
@pytest.mark.parametrize("turn", WITHOUT_ANSWER, ids=lambda turn: turn.__name__)
def test_executed_without_an_answer_is_one_event(gateway, upstream, turn, path):
    external = f"B-1-{turn.__name__}-{path[1:]}"
    upstream.script(external, turn, oms.answer)
    first = post(gateway, path, external, key="" if path == "/keyless" else None)
    txid = txid_of(upstream, external)
    assert first.status < 300 or unknown(first) == txid
    assert_one_event(gateway, upstream, txid, "check", external)
    if path != "/keyless":
        answer = until(lambda: (lambda got: got if got.status < 300 else None)(post(gateway, path, external)), 20 * SLOW, what="the answer")
        assert answer.json["data"] == {"orderId": upstream.done(external)[0]["order_no"], "status": "CREATED"}
        assert_replayed(answer, post(gateway, path, external))
    assert len(events_of(gateway, txid)) == len(upstream.calls(external)) == 1


def test_not_executed_is_no_event_and_the_retry_is_one(gateway, upstream):
    upstream.script("B-2", oms.reset, oms.answer)
    post(gateway, "/barrier", "B-2")
    first = txid_of(upstream, "B-2")
    operator = Operator(gateway)
    assert operator.wait_state(first, "rolled_back")["decidedBy"] == "check"
    assert post(gateway, "/barrier", "B-2").status == 201
    [_, second] = [call.header("X-Causeway-Transaction") for call in upstream.calls("B-2")]
    assert_one_event(gateway, upstream, second, "response", "B-2")
    assert second != first and not events_of(gateway, first)


def test_a_late_execution_under_the_barrier_is_refused_and_no_event(gateway, upstream):
    upstream.barrier = True
    upstream.script("B-3", oms.execute_too_late, oms.answer)
    post(gateway, "/barrier", "B-3")
    first = txid_of(upstream, "B-3")
    Operator(gateway).wait_state(first, "rolled_back")
    assert post(gateway, "/barrier", "B-3").status == 201
    upstream.barrier = False
    [found] = upstream.done("B-3")
    assert_one_event(gateway, upstream, found["txid"], "response", "B-3")
    assert not events_of(gateway, first)


def test_a_409_of_a_resend_is_no_rollback(gateway, upstream, tmp_path):
    """A system that is said to honour our key, and answers 409 duplicate to what it did."""
    config = settings(upstream)
    config["clusters"][0]["idempotency"] = {"header": "X-Once"}
    with Gateway(config, files(), tmp_path) as own:
        upstream.script("B-4", oms.execute_then_reset, oms.answer)
        upstream.check_says(UNCLEAR)
        txid = unknown(post(own, "/orders", "B-4"))
        for _ in range(3):
            assert post(own, "/orders", "B-4").code in (40991, 50491)
        assert len(upstream.calls("B-4")) > 1, "it is sent again"
        assert rows(own, "SELECT state FROM half WHERE txid = ?", txid) == [(0,)]
        upstream.check_says(None)
        assert_one_event(own, upstream, txid, "check", "B-4")
        assert len(upstream.done("B-4")) == 1


def test_a_success_of_a_resend_is_the_same_event(gateway, upstream, tmp_path):
    config = settings(upstream)
    config["clusters"][0]["idempotency"] = {"header": "X-Once"}
    with Gateway(config, files(), tmp_path) as own:
        upstream.honours = "X-Once"
        upstream.script("B-5", oms.execute_then_reset, oms.answer)
        upstream.check_says(UNCLEAR)
        txid = unknown(post(own, "/orders", "B-5"))
        answer = post(own, "/orders", "B-5")
        upstream.honours = None
        assert answer.status == 201, answer
        assert_one_event(own, upstream, txid, "response", "B-5")
        assert_replayed(answer, post(own, "/orders", "B-5"))
        assert len(events_of(own, txid)) == 1


def test_a_caller_who_left_gets_its_event_all_the_same(gateway, upstream):
    upstream.script("B-6", oms.execute_then_hang)
    with Connection(gateway.port) as connection:
        connection.send(message("POST", "/orders", headers("B-6"), order("B-6")))
        upstream.wait_calls("B-6", 1)
    assert_one_event(gateway, upstream, txid_of(upstream, "B-6"), "check", "B-6")


def test_the_event_is_made_as_was_said_when_the_call_came(own, upstream):
    """A reload in between that publishes something else, elsewhere, or nothing."""
    upstream.script("B-7", oms.execute_then_hang)
    upstream.check_says(UNCLEAR)
    txid = unknown(post(own, "/orders", "B-7"))
    own.reload(routes=files(orders=route("orders", SHAPE, timeout=milliseconds(1000), on_unknown=on_unknown(),
                                         publish=publish(type="OTHER", data="{{ {other: true} }}"))))
    upstream.check_says(None)
    assert_one_event(own, upstream, txid, "check", "B-7")


# After a crash


def test_killed_with_the_call_at_the_system(own, upstream):
    upstream.script("C-1", oms.execute_then_hang)
    silently(lambda: post(own, "/orders", "C-1"))
    txid = txid_of(upstream, "C-1")
    until(lambda: upstream.done("C-1"), 20)
    kill(own)
    assert not events_of(own, txid)
    own.start()
    assert_one_event(own, upstream, txid, "check", "C-1")
    answer = post(own, "/orders", "C-1")
    assert answer.status < 300 and answer.header("X-Causeway-Event") == f"{txid}; status=stored"
    assert len(upstream.calls("C-1")) == 1


def test_killed_again_and_again_while_it_is_unknown(own, upstream):
    upstream.script("C-2", oms.execute_then_hang)
    upstream.check_says(UNCLEAR)
    txid = unknown(post(own, "/orders", "C-2"))
    for _ in range(3):
        kill(own)
        own.start()
    kill(own)
    upstream.check_says(None)
    own.start()
    assert_one_event(own, upstream, txid, "check", "C-2")


def test_killed_after_the_answer(own, upstream):
    first = post(own, "/orders", "C-3")
    kill(own)
    own.start()
    assert_one_event(own, upstream, txid_of(upstream, "C-3"), "response", "C-3")
    assert_replayed(first, post(own, "/orders", "C-3"))
    assert len(events_of(own, txid_of(upstream, "C-3"))) == 1


def test_a_subscriber_gets_it_once(upstream, tmp_path):
    with Gateway(settings(upstream, subscriptions=[SUBSCRIPTION]), files(), tmp_path) as own:
        delivered = []

        def take(request, peer):
            delivered.append(json.loads(request.body))
            reply(b"")(request, peer)
        upstream.on("/in", take)
        upstream.script("C-4", oms.execute_then_reset)
        post(own, "/orders", "C-4")
        post(own, "/orders", "C-5")
        until(lambda: len(delivered) >= 2, 20 * SLOW, what="the deliveries")
        assert sorted(event["eventId"] for event in delivered) == sorted(txid_of(upstream, name) for name in ("C-4", "C-5"))
        assert sorted(event["resolvedBy"] for event in delivered) == ["check", "response"]


# A success of which no event can be made


@pytest.mark.parametrize("path", ["/failing", "/key-failing"])
def test_an_expression_that_fails_is_unresolved_and_never_a_rollback(gateway, upstream, path):
    operator, external = Operator(gateway), f"D-1-{path[1:]}"
    first = post(gateway, path, external)
    txid = txid_of(upstream, external)
    assert (first.status, first.json["code"]) == (201, 0) and first.json["data"]["orderId"] == upstream.done(external)[0]["order_no"], first
    half = operator.wait_state(txid, "unresolved")
    assert half["reason"] and half["route"] == path[1:]
    assert operator.wait_alert(route=path[1:])["labels"] == {"route": path[1:]}
    assert txid in [one["txid"] for one in operator.transactions("unresolved")]
    assert_replayed(first, post(gateway, path, external))
    assert not events_of(gateway, txid) and len(upstream.calls(external)) == 1
    assert operator.commit(txid, status=400 if path else 200)["code"] // 100 in (400, 422, 409)
    operator.roll_back(txid)
    operator.wait_quiet()
    assert not events_of(gateway, txid)
    assert_replayed(first, post(gateway, path, external))


def test_an_operator_gives_the_result_of_which_the_event_is_made(gateway, upstream):
    operator = Operator(gateway)
    post(gateway, "/failing", "D-2")
    txid = txid_of(upstream, "D-2")
    operator.wait_state(txid, "unresolved")
    operator.commit(txid, result={"status": "7"})
    event = wait_event(gateway, txid)
    assert (event["resolvedBy"], event["data"]) == ("operator", 7)
    again = operator.commit(txid, result={"status": "7"})
    assert again["state"] == "committed" and len(events_of(gateway, txid)) == 1
    assert operator.roll_back(txid, status=409)["code"] == 40993
    operator.wait_quiet()


def test_what_nobody_can_say_is_decided_by_a_person(gateway, upstream):
    operator = Operator(gateway)
    upstream.script("D-3", oms.execute_then_reset)
    upstream.check_says(UNCLEAR)
    txid = unknown(post(gateway, "/aging", "D-3"))
    operator.wait_state(txid, "unresolved")
    operator.wait_alert(route="aging")
    assert not events_of(gateway, txid)
    known = {"orderId": upstream.number("D-3"), "status": "CREATED"}
    operator.commit(txid, result=known)
    assert_one_event(gateway, upstream, txid, "operator", "D-3")
    answer = post(gateway, "/aging", "D-3")
    assert answer.status < 300 and answer.json["data"] == known
    operator.wait_quiet()


def test_what_is_decided_about_a_call_says_nothing_about_the_next_one_under_its_key(gateway, upstream):
    """The record of the first has expired, and its place is taken by that of the second, whose outcome is unknown."""
    operator = Operator(gateway)
    assert post(gateway, "/brief", "D-4").status == 201
    first = txid_of(upstream, "D-4")
    operator.wait_state(first, "unresolved")
    upstream.script("D-4", oms.reset)
    upstream.check_says(UNCLEAR)
    again = until(lambda: (lambda got: got if got.header("Idempotency-Replayed") is None else None)(post(gateway, "/brief", "D-4")), 20 * SLOW,
                  what="the key to be free")
    second = unknown(again)
    assert second != first
    operator.commit(first, result={"status": "7"})
    assert rows(gateway, "SELECT txid, state FROM idem WHERE key = 'D-4'") == [(second, 2)]
    assert post(gateway, "/brief", "D-4").code == 40991
    operator.roll_back(second)
    operator.wait_quiet()


# After success, without a half message


def test_after_success_an_event_follows_the_answer(gateway, upstream):
    first = post(gateway, "/after", "E-1")
    assert first.status == 201
    event_id = first.header("X-Causeway-Event").split(";")[0]
    [event] = events_of(gateway, event_id)
    assert event["data"]["items"] == [{"sku": "A", "qty": 2}]
    again = assert_replayed(first, post(gateway, "/after", "E-1"))
    assert again.header("X-Causeway-Event") == first.header("X-Causeway-Event") and len(events_of(gateway, event_id)) == 1


def test_after_success_what_cannot_be_published_is_said(gateway, upstream):
    first = post(gateway, "/after-failing", "E-2")
    assert first.code == 50392 and first.json["details"]["outcome"] == "done_unpublished", first
    again = post(gateway, "/after-failing", "E-2")
    assert len(upstream.calls("E-2")) == len(upstream.done("E-2")) == 1, "what was done was run again"
    assert again.status == 503 and again.json["details"]["outcome"] == "done_unpublished" or again.code == 40991, again


# The store takes nothing


@pytest.fixture
def small_disk(tmp_path):
    folder = tmp_path / "full" / "data"
    folder.mkdir(parents=True)
    if os.geteuid() != 0 or subprocess.run(["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", folder], capture_output=True).returncode != 0:
        pytest.skip("needs to mount a tmpfs")
    yield folder
    subprocess.run(["umount", "-l", folder], check=True)


def take_all(path):
    with open(path, "wb", buffering=0) as file:
        try:
            while True:
                file.write(b"x" * 4096)
        except OSError:
            pass


def test_a_disk_that_runs_full_while_the_system_works_loses_nothing(upstream, small_disk):
    """Whatever its caller is told; once there is room again, the event is there."""
    with Gateway(settings(upstream), files(), small_disk.parent) as own:
        held = [Held() for _ in range(4)]
        for number, one in enumerate(held):
            upstream.script(f"F-{number}", one)
        calls = [silently(lambda number=number: post(own, "/broker", f"F-{number}")) for number in range(4)]
        assert all(one.entered.wait(20) for one in held)
        take_all(small_disk / "filler")
        for one in held:
            one.open()
        for thread, _ in calls:
            thread.join(30 * SLOW)
        answers = [results[0] for _, results in calls]
        assert all(answer.status == 201 for answer in answers), answers  # the true success
        (small_disk / "filler").unlink()
        for number in range(4):
            assert_one_event(own, upstream, txid_of(upstream, f"F-{number}"), "response", f"F-{number}")
            assert_replayed(answers[number], until(lambda number=number: (lambda got: got if got.status == 201 else None)(
                post(own, "/broker", f"F-{number}")), 20 * SLOW, what="the replay"))
            assert len(upstream.calls(f"F-{number}")) == 1


def test_what_cannot_be_written_down_is_not_sent(upstream, small_disk):
    with Gateway(settings(upstream), files(), small_disk.parent) as own:
        take_all(small_disk / "filler")
        numbers = itertools.count()

        def refused():
            external = f"F-9-{next(numbers)}"
            answer = post(own, "/orders", external, body=order(external, fill="x" * 200000))
            return (external, answer) if answer.status == 503 else None
        external, answer = until(refused, 30 * SLOW, what="a refusal")
        assert answer.code == 50392 and answer.header("Retry-After"), answer
        assert not upstream.calls(external)
        (small_disk / "filler").unlink()
        again = until(lambda: (lambda got: got if got.status == 201 else None)(post(own, "/orders", external)), 30 * SLOW, what="room")
        assert again.header("Idempotency-Replayed") is None and len(upstream.calls(external)) == 1
