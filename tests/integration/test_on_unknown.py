"""`on_unknown`: a call whose outcome nobody knows is found out by asking the system, and never guessed or run again
(correctness.md, "A call, its key, its half message"; details.md, "After an unknown attempt")."""
import statistics
import threading
import time

import pytest

from harness import oms
from harness.gateway import SLOW, Gateway
from harness.guarded import assert_replayed, headers, order, post, refusal, rows, unknown
from harness.http import Connection, message, until
from harness.oms import Held
from harness.resilience import in_background, together
from harness.unknown import SECRET, UNCLEAR, done, files, finally_done, gateway, leave, settings, settled, txid_of, upstream
from harness.upstream import raw, reply


# Done, and said so by the check

WITHOUT_ANSWER = [oms.execute_then_reset, oms.execute_then_half, oms.execute_then_hang, oms.execute_then_fail, oms.execute_then_nonsense]


@pytest.mark.parametrize("turn", WITHOUT_ANSWER, ids=lambda turn: turn.__name__)
def test_executed_without_an_answer(gateway, upstream, turn):
    """The caller waits for the check within its deadline, or gets 50491; a retry gets the original answer; one order."""
    external = f"A-1-{turn.__name__}"
    upstream.script(external, turn, oms.answer)
    first = post(gateway, "/orders", external)
    if first.status >= 300:
        assert unknown(first) == txid_of(upstream, external)
    finally_done(gateway, "/orders", external, upstream, first)
    assert {check.header("X-Causeway-Transaction") for check in upstream.checks(external)} == {txid_of(upstream, external)}


def test_a_caller_with_time_left_gets_the_answer_of_the_check(gateway, upstream):
    upstream.script("A-2", oms.execute_then_reset)
    first = done(post(gateway, "/orders", "A-2"), upstream, "A-2")
    assert first.header("Idempotency-Replayed") is None
    assert_replayed(first, post(gateway, "/orders", "A-2"))
    assert len(upstream.checks("A-2")) == 1


def test_without_result_the_answer_is_the_checks(gateway, upstream):
    upstream.script("A-3", oms.execute_then_reset)
    answer = post(gateway, "/plain", "A-3")
    assert answer.json["data"] == {"order_no": upstream.number("A-3"), "status": "CREATED", "externalNo": "A-3"}, answer
    assert_replayed(answer, post(gateway, "/plain", "A-3"))


def test_without_a_key_the_caller_waits_as_well(gateway, upstream):
    upstream.script("A-4", oms.execute_then_reset)
    done(post(gateway, "/keyless", "A-4", key=""), upstream, "A-4")
    assert [check.header("X-Causeway-Transaction") for check in upstream.checks("A-4")] == [txid_of(upstream, "A-4")]


def test_the_check_may_ask_by_the_txid(gateway, upstream):
    upstream.script("A-5", oms.execute_then_reset)
    done(post(gateway, "/by-txid", "A-5"), upstream, "A-5")
    [check] = upstream.checks()
    assert check.target == f"/tx/{txid_of(upstream, 'A-5')}"


def test_the_check_is_a_call_as_any_other(gateway, upstream):
    """Method, query, headers and body are rendered when the call comes; what the system is shown of us is added when it is sent."""
    external = "A-5b"
    upstream.script(external, oms.execute_then_hang)
    upstream.on("/ask", reply(b'{"state":"WAIT"}'))
    unknown(post(gateway, "/asked?q=a%20b", external))
    txid = txid_of(upstream, external)
    upstream.on("/ask", reply(b'{"state":"DONE","id":"O-7"}'))
    settled(gateway, external)
    answer = post(gateway, "/asked?q=a%20b", external)
    assert answer.json["data"] == {"orderId": "O-7", "of": external}, answer
    for check in upstream.seen("/ask"):
        assert (check.method, check.target, check.body) == ("POST", "/ask?q=a%20b", b'{"no":"A-5b","tx":"%s"}' % txid.encode())
        assert (check.header("X-For"), check.header("X-Secret"), check.header("X-Causeway-Transaction")) == ("shop", SECRET, txid)
        assert not {"x-api-key", "idempotency-key"} & check.names
    assert not rows(gateway, "SELECT 1 FROM half WHERE instr(CAST(check_request AS TEXT), ?)", SECRET)
    assert SECRET not in gateway.log()


def test_a_retry_asks_at_once_and_gets_the_answer(gateway, upstream):
    """Here nothing asks by itself for an hour."""
    upstream.script("A-6", oms.execute_then_hang)
    upstream.check_says(UNCLEAR)
    first = post(gateway, "/late", "A-6")
    unknown(first)
    assert refusal(post(gateway, "/late", "A-6"), 40991) == {"outcome": "unknown", "txid": txid_of(upstream, "A-6")}
    upstream.check_says(None)
    answer = done(post(gateway, "/late", "A-6"), upstream, "A-6")
    assert_replayed(answer, post(gateway, "/late", "A-6"))
    assert len(upstream.calls("A-6")) == 1


def test_many_retries_at_once_get_one_answer(gateway, upstream):
    upstream.script("A-7", oms.execute_then_hang)
    upstream.check_says(UNCLEAR)
    unknown(post(gateway, "/late", "A-7"))
    upstream.check_says(None)
    answers = together(12, lambda _: post(gateway, "/late", "A-7"))
    good = [answer for answer in answers if answer.status < 300]
    assert good and {answer.code for answer in answers if answer.status >= 300} <= {40991}
    assert len({answer.body for answer in good}) == 1
    final = done(post(gateway, "/late", "A-7"), upstream, "A-7")
    assert final.body == good[0].body and len(upstream.calls("A-7")) == 1


def test_an_answer_that_comes_while_a_retry_asks(gateway, upstream):
    """Running: the retry is told so, and asks nobody."""
    held = Held()
    upstream.script("A-8", held)
    thread, results = in_background(lambda: post(gateway, "/barrier", "A-8"))
    assert held.entered.wait(20)
    assert refusal(post(gateway, "/barrier", "A-8"), 40990) == {"outcome": "running", "txid": txid_of(upstream, "A-8")}
    held.open()
    thread.join(20)
    finally_done(gateway, "/barrier", "A-8", upstream, results[0])


# In the background


def test_nobody_needs_to_come_back(gateway, upstream):
    upstream.script("B-1", oms.execute_then_hang)
    leave(gateway, "/orders", "B-1", upstream)
    settled(gateway, "B-1")
    asked = len(upstream.checks("B-1"))
    assert asked >= 1
    done(post(gateway, "/orders", "B-1"), upstream, "B-1")
    assert len(upstream.checks("B-1")) == asked, "what is settled is not asked again"


def test_it_asks_again_more_and_more_rarely(gateway, upstream):
    times = []

    def note(system, request, peer):
        times.append(time.monotonic())
        UNCLEAR(system, request, peer)
    upstream.script("B-2", oms.execute_then_hang)
    upstream.check_says(note)
    leave(gateway, "/orders", "B-2", upstream)
    until(lambda: len(times) >= 7, 20 * SLOW, what="seven checks")
    gaps = [after - before for before, after in zip(times, times[1:])]
    # One that is noted late makes one gap longer and the next one shorter: the middle one of three is what was meant.
    assert 0.04 < statistics.median(gaps[:3]) < statistics.median(gaps[3:]), gaps
    assert statistics.median(gaps[3:]) > 0.1, gaps
    upstream.check_says(None)
    settled(gateway, "B-2")
    finally_done(gateway, "/orders", "B-2", upstream)


def test_a_check_that_is_away_decides_nothing(gateway, upstream):
    upstream.script("B-3", oms.execute_then_reset)
    upstream.check_says(oms.says(lambda request, peer: peer.reset()))
    unknown(post(gateway, "/orders", "B-3"))
    for other in (reply(b"{}", 403), reply(b"", 301, {"Location": "/x"}), reply(b"{}", 503), raw(b"nonsense", "close")):
        before = len(upstream.checks("B-3"))
        upstream.check_says(oms.says(other))
        upstream.wait_checks(before + 2, "B-3")
        assert rows(gateway, "SELECT state FROM idem WHERE key = 'B-3'") == [(2,)]
    upstream.check_says(None)
    finally_done(gateway, "/orders", "B-3", upstream)


@pytest.mark.parametrize("lie", [reply(b"<html>maintenance</html>", 200, kind="text/html"), reply(b'{"order_no":"O-', 200), reply(b"", 200)],
                         ids=["html", "half a document", "nothing"])
def test_a_check_that_says_done_and_not_what_decides_nothing(gateway, upstream, lie):
    """`done_when` looks at the status only, and there is nothing to make `result` of."""
    external = f"B-3b-{id(lie)}"
    upstream.script(external, oms.execute_then_reset)
    upstream.check_says(oms.says(lie))
    unknown(post(gateway, "/orders", external))
    upstream.wait_checks(3, external)
    assert rows(gateway, "SELECT state FROM idem WHERE key = ?", external) == [(2,)]
    upstream.check_says(None)
    finally_done(gateway, "/orders", external, upstream)


def test_the_check_outlives_a_reload_that_knows_it_no_more(upstream, tmp_path):
    with Gateway(settings(upstream), files(), tmp_path) as gateway:
        upstream.script("B-4", oms.execute_then_hang)
        upstream.check_says(UNCLEAR)
        leave(gateway, "/orders", "B-4", upstream)
        upstream.wait_checks(1, "B-4")
        gateway.reload(routes=files(orders=None))
        upstream.check_says(None)
        settled(gateway, "B-4")
        gateway.reload(routes=files())
        done(post(gateway, "/orders", "B-4"), upstream, "B-4")
        assert len(upstream.calls("B-4")) == 1


# Not done


def test_under_the_barrier_one_no_is_final_and_a_late_call_is_refused(gateway, upstream):
    upstream.barrier = True
    upstream.script("C-1", oms.execute_too_late, oms.answer)
    first = post(gateway, "/barrier", "C-1")
    assert first.code in (50490, 50491), first
    old = upstream.calls("C-1")[0].header("X-Causeway-Transaction")
    settled(gateway, "C-1", None)
    assert len(upstream.checks("C-1")) == 1
    again = post(gateway, "/barrier", "C-1")
    upstream.barrier = False
    done(again, upstream, "C-1")
    assert upstream.done("C-1")[0]["txid"] == upstream.calls("C-1")[1].header("X-Causeway-Transaction") != old
    assert_replayed(again, post(gateway, "/barrier", "C-1"))
    assert len(upstream.calls("C-1")) == 2


def test_without_a_barrier_a_no_counts_only_once_the_call_must_be_over_and_then_twice(gateway, upstream):
    """The system does it later than the first checks ask; absent_after is 8 s."""
    held = Held(late=True)
    upstream.script("C-2", held)
    leave(gateway, "/patient", "C-2", upstream)
    upstream.wait_checks(3, "C-2")
    assert rows(gateway, "SELECT count(*) FROM idem WHERE key = 'C-2'") == [(1,)], "three early noes have freed the key"
    held.open()
    until(lambda: upstream.done("C-2"), 20)
    settled(gateway, "C-2")
    finally_done(gateway, "/patient", "C-2", upstream)


def test_two_late_noes_are_final(gateway, upstream):
    upstream.script("C-3", oms.reset, oms.answer)
    began = time.monotonic()
    first = post(gateway, "/orders", "C-3")
    assert first.code in (50490, 50491), first
    settled(gateway, "C-3", None)
    assert time.monotonic() - began > 0.95 * SLOW and len(upstream.checks("C-3")) >= 2
    done(post(gateway, "/orders", "C-3"), upstream, "C-3")
    assert len({call.header("X-Causeway-Transaction") for call in upstream.calls("C-3")}) == 2, "a new call has a new txid"


def test_a_failure_that_did_nothing_is_shown_once_that_is_known(gateway, upstream):
    upstream.script("C-4", oms.fail, oms.answer)
    first = post(gateway, "/barrier", "C-4")
    assert (first.status, first.code) == (500, 50000), first
    settled(gateway, "C-4", None)
    done(post(gateway, "/barrier", "C-4"), upstream, "C-4")


def test_what_cannot_be_asked_yet_is_50491_and_never_run_again(gateway, upstream):
    upstream.script("C-5", oms.reset, oms.answer)
    upstream.check_says(UNCLEAR)
    txid = unknown(post(gateway, "/late", "C-5"))
    for _ in range(3):
        assert refusal(post(gateway, "/late", "C-5"), 40991) == {"outcome": "unknown", "txid": txid}
    assert len(upstream.calls("C-5")) == 1 and not upstream.done("C-5")


# A 4xx after an unknown attempt decides nothing


def test_a_409_of_a_resend_is_not_the_outcome(gateway, upstream):
    """The system is said to honour our key and does not: it answers 409 duplicate to the resend."""
    upstream.script("D-1", oms.execute_then_hang, oms.answer)
    txid = unknown(post(gateway, "/resent", "D-1"))
    for count in (2, 3):
        again = post(gateway, "/resent", "D-1")
        assert again.code in (40991, 50491), again
        assert len(upstream.calls("D-1")) == count
    assert {call.header("X-Causeway-Transaction") for call in upstream.calls("D-1")} == {txid}
    assert rows(gateway, "SELECT state FROM idem WHERE key = 'D-1'") == [(2,)]
    assert len(upstream.done("D-1")) == 1


def test_a_409_of_a_resend_does_not_stop_the_check_from_finding_it(gateway, upstream):
    upstream.script("D-2", oms.execute_then_hang, oms.answer)
    upstream.check_says(UNCLEAR)
    first = post(gateway, "/both", "D-2")
    assert first.code == 50491, first
    again = post(gateway, "/both", "D-2")
    assert again.code in (40991, 50491), again
    upstream.check_says(None)
    settled(gateway, "D-2")
    done(post(gateway, "/both", "D-2"), upstream, "D-2")


@pytest.mark.parametrize("status", [400, 401, 404, 409, 410, 422, 429])
def test_no_4xx_of_a_resend_frees_the_key(gateway, upstream, status):
    external = f"D-3-{status}"
    upstream.script(external, oms.execute_then_hang, oms.says(reply(b"{}", status)), oms.answer)
    unknown(post(gateway, "/resent", external))
    assert post(gateway, "/resent", external).code in (40991, 50491)
    assert rows(gateway, "SELECT state FROM idem WHERE key = ?", external) == [(2,)]


def test_a_system_that_honours_our_key_is_asked_by_sending_it_again(gateway, upstream):
    upstream.honours = "X-Once"
    upstream.script("D-4", oms.execute_then_hang, oms.answer)
    txid = unknown(post(gateway, "/resent", "D-4"))
    answer = done(post(gateway, "/resent", "D-4"), upstream, "D-4")
    upstream.honours = None
    assert_replayed(answer, post(gateway, "/resent", "D-4"))
    calls = upstream.calls("D-4")
    assert [call.header("X-Once") for call in calls] == [txid] * 2 == [call.header("X-Causeway-Transaction") for call in calls]
    assert not any(call.header("Idempotency-Key") for call in calls), "the caller's key went to the system"


# A caller who leaves


def test_an_answer_that_has_begun_is_finished_for_a_caller_who_left(gateway, upstream):
    began, go = threading.Event(), threading.Event()

    def halves(system, request, peer):
        said = b'{"order_no":"%s","status":"CREATED"}' % system.execute(request)["order_no"].encode()
        peer.send(b"HTTP/1.1 201 X\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s" % (len(said), said[:5]))
        began.set()
        go.wait(20)
        peer.send(said[5:])
    upstream.script("E-1", halves)
    upstream.check_says(UNCLEAR)
    with Connection(gateway.port) as connection:
        connection.send(message("POST", "/late", headers("E-1"), order("E-1")))
        assert began.wait(20)
    threading.Event().wait(0.05 * SLOW)  # for the gateway to see that the caller has gone; either order is right
    go.set()
    settled(gateway, "E-1")
    answer = done(post(gateway, "/late", "E-1"), upstream, "E-1")
    assert answer.header("Idempotency-Replayed") == "true" and not upstream.checks("E-1")


def test_a_caller_who_left_before_the_answer_finds_the_outcome_when_it_comes_back(gateway, upstream):
    held = Held()
    upstream.script("E-2", held)
    leave(gateway, "/orders", "E-2", upstream)
    held.open()
    finally_done(gateway, "/orders", "E-2", upstream)


def test_a_caller_who_left_while_its_call_waits_for_the_check(gateway, upstream):
    upstream.script("E-3", oms.execute_then_reset)
    upstream.check_says(UNCLEAR)
    with Connection(gateway.port) as connection:
        connection.send(message("POST", "/orders", headers("E-3"), order("E-3")))
        upstream.wait_checks(1, "E-3")
    upstream.check_says(None)
    settled(gateway, "E-3")
    finally_done(gateway, "/orders", "E-3", upstream)
