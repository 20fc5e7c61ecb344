"""Several attempts at one call, within the cluster or by its caller: an attempt whose outcome is unknown rules all that follow
(details.md, "After an unknown attempt"). And what callers may say that must not pass for ours."""
import re
import signal

import pytest

from harness import oms
from harness.envelope import assert_error
from harness.gateway import SLOW, Gateway
from harness.guarded import (PUBLISH, SHAPE, UUID7, assert_replayed, events_of, headers, main, milliseconds, on_unknown, order, post, refusal, route, routes,
                             rows, unknown, wait_event)
from harness.http import until
from harness.oms import Held, Oms
from harness.resilience import in_background
from harness.signing import fresh, signed
from harness.unknown import UNCLEAR, done, kill, settled, silently, txid_of
from harness.upstream import closed_port, reply


EAGER = {"on": ["timeout", "reset", "system", "connect_failure"], "max_attempts": 3, "delay": "1ms", "budget": "100%"}


def files():
    def http(cluster):
        return {"http": {"cluster": cluster, "path": "/orders"}}
    return {**routes(
        route("eager", SHAPE, adapter=http("eager"), on_unknown=on_unknown(first="1h", max_delay="1h"), publish=PUBLISH),
        route("eager-open", SHAPE, adapter=http("eager")),
        route("limited", {"rate_limit": {"rate": "1/h", "burst": 1, "per": "consumer"}}, SHAPE, adapter=http("keyed")),
        route("strict", {"validate": {"schema": {"type": "object", "required": ["externalNo"]}}}, SHAPE, adapter=http("keyed")),
        route("two", adapter={"composite": {"calls": {
            "order": {"http": {"method": "POST", "path": "/orders", "body": "{{ $request }}"}},
            "bill": {"http": {"cluster": "nobody", "method": "POST", "path": "/bills/{{ $calls.order.status }}"}}}, "merge": "."}}),
        route("reads", adapter={"http": {"method": "GET", "path": "/tx/x"}}), route("raw", reply="as_is"), route("open", idempotency=None),
        route("signed", SHAPE, auth={"any": ["signature"]}, timeout=milliseconds(1000), on_unknown=on_unknown(), publish=PUBLISH)),
        "any": {"api": "any", "base": "/any", "defaults": {"auth": {"any": ["api_key"]}, "http": {"cluster": "oms"}},
                "routes": [{"name": "any", "match": {"methods": "any", "path": "/{no}"}, "plugins": [{"idempotency": {}}],
                            "adapter": {"http": {"method": "POST", "path": "/orders", "body": "{{ {externalNo: $params.no} }}", "timeout": milliseconds(1000)}}}]}}


def settings(upstream):
    config = main(upstream)
    calm = {"circuit_breaker": {"enabled": False}}
    config["clusters"] += [
        {"name": "eager", "endpoints": [upstream.address], "timeout": f"{5 * SLOW}s", "per_try_timeout": milliseconds(800), "retry": EAGER,
         "idempotency": {"header": "X-Once"}, **calm},
        {"name": "keyed", "endpoints": [upstream.address], "timeout": milliseconds(1000), "idempotency": {"header": "X-Once"}, **calm},
        {"name": "nobody", "endpoints": [f"127.0.0.1:{closed_port()}"], "connect_timeout": "200ms", **calm}]
    return config


@pytest.fixture(scope="module")
def upstream():
    with Oms() as system:
        yield system


@pytest.fixture(scope="module")
def gateway(upstream, tmp_path_factory):
    with Gateway(settings(upstream), files(), tmp_path_factory.mktemp("gateway")) as running:
        yield running


# Attempts within the cluster

FOLLOWING = {"409": oms.answer, "422": oms.refuse, "404": oms.says(reply(b"{}", 404)), "500": oms.fail, "reset": oms.reset}


@pytest.mark.parametrize("following", FOLLOWING.values(), ids=FOLLOWING)
@pytest.mark.parametrize("turn", [oms.execute_then_hang, oms.execute_then_reset, oms.execute_then_fail], ids=lambda turn: turn.__name__)
def test_what_follows_an_unknown_attempt_decides_nothing(gateway, upstream, turn, following):
    """Only a success would; so it is asked, here by the next of the caller's tries."""
    external = f"A-1-{turn.__name__}-{id(following)}"
    upstream.script(external, turn, following)
    upstream.check_says(UNCLEAR)
    first = post(gateway, "/eager", external)
    assert first.code in (50491, 50000), first
    txid = txid_of(upstream, external)
    calls = upstream.calls(external)
    assert len(calls) > 1 and {call.header("X-Causeway-Transaction") for call in calls} == {txid} == {call.header("X-Once") for call in calls}
    assert rows(gateway, "SELECT state FROM idem WHERE key = ?", external) == [(2,)]
    assert rows(gateway, "SELECT state FROM half WHERE txid = ?", txid) == [(0,)]
    upstream.check_says(None)
    done(post(gateway, "/eager", external), upstream, external)
    assert wait_event(gateway, txid)["resolvedBy"] == "check" and len(upstream.done(external)) == 1


def test_a_success_that_follows_decides(gateway, upstream):
    upstream.honours = "X-Once"
    upstream.script("A-2", oms.execute_then_hang, oms.answer)
    first = done(post(gateway, "/eager", "A-2"), upstream, "A-2")
    txid = txid_of(upstream, "A-2")
    assert first.header("X-Causeway-Event") == f"{txid}; status=stored" and len(upstream.calls("A-2")) == 2
    assert [event["resolvedBy"] for event in events_of(gateway, txid)] == ["response"]
    assert_replayed(first, post(gateway, "/eager", "A-2"))


def test_a_refusal_of_the_only_attempt_is_one(gateway, upstream):
    upstream.script("A-3", oms.refuse)
    first = post(gateway, "/eager", "A-3")
    assert first.status == 422 and rows(gateway, "SELECT state FROM half WHERE txid = ?", txid_of(upstream, "A-3")) == [(2,)]
    assert_replayed(first, post(gateway, "/eager", "A-3"))


# Tries of the caller


def test_a_refusal_by_a_step_leaves_an_unknown_call_unknown(gateway, upstream):
    """Its later try is limited before it is sent: the key is not free because of that."""
    upstream.script("B-1", oms.execute_then_hang, oms.answer)
    txid = unknown(post(gateway, "/limited", "B-1"))
    again = post(gateway, "/limited", "B-1")
    assert again.code in (42990, 50491, 40991), again
    assert rows(gateway, "SELECT state, txid FROM idem WHERE key = 'B-1'") == [(2, txid)]
    assert len(upstream.calls("B-1")) == 1


def test_a_composite_that_has_written_is_never_run_again(gateway, upstream):
    first = post(gateway, "/two", "B-2")
    assert first.code == 50491, first
    for _ in range(2):
        assert post(gateway, "/two", "B-2").code == 40991
    assert len(upstream.calls("B-2")) == 1


def test_a_composite_that_has_not_written_leaves_the_key_free(gateway, upstream):
    upstream.script("B-3", oms.refuse)
    first = post(gateway, "/two", "B-3")
    assert first.status == 422, first
    assert_replayed(first, post(gateway, "/two", "B-3"))
    assert len(upstream.calls("B-3")) == 1


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "POST"])
def test_the_method_that_reaches_the_system_counts(gateway, upstream, method):
    """Whatever its caller says: what is a POST to the system may have been carried out."""
    external = f"B-4-{method}"
    upstream.script(external, oms.execute_then_hang, oms.answer)
    answers = [gateway.call(method, f"/any/{external}", headers(external)) for _ in range(2)]
    assert [answer.code for answer in answers] == [50491, 40991], answers
    assert len(upstream.calls(external)) == 1


def test_what_only_reads_leaves_the_key_free(gateway, upstream):
    """A POST of its caller that is a GET to the system."""
    upstream.check_says(oms.fail)
    assert post(gateway, "/reads", "B-5").code == 50000
    upstream.check_says(oms.says(reply(b"7")))
    assert post(gateway, "/reads", "B-5").json["data"] == 7


# Answers of every kind


@pytest.mark.parametrize("status", [300, 301, 303, 304, 307])
def test_a_3xx_is_stored_and_no_event(gateway, upstream, status):
    external = f"C-1-{status}"
    upstream.script(external, oms.says(reply(b"", status, {"Location": "/orders/7"})), oms.answer)
    first = post(gateway, "/raw", external)
    assert (first.status, first.header("Location")) == (status, "/orders/7")
    assert_replayed(first, post(gateway, "/raw", external))
    assert len(upstream.calls(external)) == 1


def test_a_very_long_answer_streams_and_is_not_kept(gateway, upstream):
    def long(system, request, peer):
        system.execute(request)
        peer.send(b"HTTP/1.1 200 X\r\nContent-Type: text/plain\r\nContent-Length: %d\r\n\r\n" % (64 << 20))
        for _ in range(64):
            peer.send(b"z" * (1 << 20))
    upstream.script("C-2", long)
    post(gateway, "/raw", "C-2-warm")
    before = gateway.resident()
    first = post(gateway, "/raw", "C-2")
    assert first.status == 200 and len(first.body) == 64 << 20
    assert gateway.resident() - before < (24 << 20) * SLOW, "it lies in memory"
    assert refusal(post(gateway, "/raw", "C-2"), 40992)["outcome"] == "done"
    assert len(upstream.calls("C-2")) == 1


# What callers say


def test_callers_cannot_say_what_is_ours(gateway, upstream):
    said = [("X-Causeway-Transaction", "00000000-0000-7000-8000-000000000000"), ("X-Once", "mine"), ("Idempotency-Replayed", "true")]
    post(gateway, "/open", "D-1", key="", more=said)
    assert upstream.calls("D-1")[0].values("X-Causeway-Transaction") == []
    post(gateway, "/eager-open", "D-2", more=said)
    [call] = upstream.calls("D-2")
    assert re.fullmatch(UUID7, call.header("X-Causeway-Transaction")) and call.header("X-Once") == call.header("X-Causeway-Transaction")
    assert not call.values("Idempotency-Key")


# The same signed bytes again


def test_signed_bytes_from_before_a_crash_get_the_stored_answer(upstream, tmp_path):
    gateway = Gateway(settings(upstream), files(), tmp_path)
    try:
        proof = signed(order("E-1"), timestamp=fresh())
        first = post(gateway, "/signed", "E-1", token=None, more=proof)
        assert first.status == 201, first
        never = signed(order("E-2"), timestamp=fresh())
        kill(gateway)
        gateway.start()
        assert_replayed(first, post(gateway, "/signed", "E-1", token=None, more=proof))
        # Signed before the start and not known: as everywhere.
        assert_error(post(gateway, "/signed", "E-2", token=None, more=never), 40193)
        assert_error(post(gateway, "/open", "E-1", key="", token=None, more=proof), 40193)
        assert len(upstream.calls("E-1")) == 1 and not upstream.calls("E-2")
    finally:
        gateway.stop()


def test_signed_bytes_of_a_call_that_runs_or_is_unknown(gateway, upstream):
    held = Held()
    upstream.script("E-3", held)
    proof = signed(order("E-3"), timestamp=fresh())
    thread, results = in_background(lambda: post(gateway, "/signed", "E-3", token=None, more=proof))
    assert held.entered.wait(20)
    assert post(gateway, "/signed", "E-3", token=None, more=proof).code == 40990
    held.open()
    thread.join(20)
    assert_replayed(results[0], post(gateway, "/signed", "E-3", token=None, more=proof))

    upstream.script("E-4", oms.execute_then_reset)
    upstream.check_says(UNCLEAR)
    proof = signed(order("E-4"), timestamp=fresh())
    unknown(post(gateway, "/signed", "E-4", token=None, more=proof))
    assert post(gateway, "/signed", "E-4", token=None, more=proof).code == 40991
    upstream.check_says(None)
    settled(gateway, "E-4")
    done(post(gateway, "/signed", "E-4", token=None, more=proof), upstream, "E-4")
    assert len(upstream.calls("E-4")) == 1


def test_signed_bytes_whose_key_is_free_again_are_used_up(gateway, upstream):
    """The call was not executed, that is known: a new call needs a new signature."""
    upstream.script("E-5", oms.reset, oms.answer)
    proof = signed(order("E-5"), timestamp=fresh())
    post(gateway, "/signed", "E-5", token=None, more=proof)
    settled(gateway, "E-5", None)
    assert_error(post(gateway, "/signed", "E-5", token=None, more=proof), 40194)
    assert len(upstream.calls("E-5")) == 1 and not upstream.done("E-5")
    done(post(gateway, "/signed", "E-5", token=None, more=signed(order("E-5"), timestamp=fresh())), upstream, "E-5")


def test_killed_between_two_attempts(upstream, tmp_path):
    gateway = Gateway(settings(upstream), files(), tmp_path)
    try:
        upstream.script("F-1", oms.execute_then_hang, oms.hang)
        silently(lambda: post(gateway, "/eager", "F-1"))
        upstream.wait_calls("F-1", 2)
        gateway.signal(signal.SIGKILL)
        gateway.process.wait(20)
        gateway.start()
        settled(gateway, "F-1")
        until(lambda: events_of(gateway, txid_of(upstream, "F-1")), 20)
        done(post(gateway, "/eager", "F-1"), upstream, "F-1")
    finally:
        gateway.stop()
