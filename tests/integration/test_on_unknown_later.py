"""`on_unknown` when time has passed: after a crash, by another process, and what nobody can say and a person decides
(correctness.md, "A call, its key, its half message"; test_on_unknown.py has the rest)."""
import signal
import threading

from harness import oms
from harness.gateway import SLOW, Gateway
from harness.guarded import Operator, assert_replayed, post, route, rows, unknown
from harness.http import until
from harness.oms import Held
from harness.unknown import (ASK_LATE, SHAPE, UNCLEAR, done, files, finally_done, gateway, kill, own, settings, settled, silently, txid_of, upstream)


# After a crash, and by another process


def test_killed_while_the_call_is_with_the_system(own, upstream):
    upstream.script("F-1", oms.execute_then_hang)
    silently(lambda: post(own, "/orders", "F-1"))
    txid = txid_of(upstream, "F-1")
    until(lambda: upstream.done("F-1"), 20)
    kill(own)
    own.start()
    settled(own, "F-1")  # nobody has come back yet
    finally_done(own, "/orders", "F-1", upstream)
    assert {check.header("X-Causeway-Transaction") for check in upstream.checks("F-1")} == {txid}


def test_killed_before_the_system_did_anything(own, upstream):
    upstream.script("F-2", oms.hang, oms.answer)
    silently(lambda: post(own, "/orders", "F-2"))
    upstream.wait_calls("F-2", 1)
    kill(own)
    own.start()
    settled(own, "F-2", None)
    done(post(own, "/orders", "F-2"), upstream, "F-2")


def test_killed_while_it_is_unknown(own, upstream):
    upstream.script("F-3", oms.execute_then_hang)
    upstream.check_says(UNCLEAR)
    txid = unknown(post(own, "/orders", "F-3"))
    for _ in range(3):
        kill(own)
        own.start()
        before = len(upstream.checks("F-3"))
        upstream.wait_checks(before + 1, "F-3")
    kill(own)
    upstream.check_says(None)
    own.start()
    settled(own, "F-3")
    finally_done(own, "/orders", "F-3", upstream)
    assert {check.header("X-Causeway-Transaction") for check in upstream.checks("F-3")} == {txid}


def test_a_clean_stop_leaves_what_is_unknown_to_the_next_process(own, upstream):
    upstream.script("F-4", oms.execute_then_hang)
    upstream.check_says(UNCLEAR)
    unknown(post(own, "/orders", "F-4"))
    own.stop()
    upstream.check_says(None)
    own.start()
    settled(own, "F-4")
    finally_done(own, "/orders", "F-4", upstream)


def test_another_process_takes_the_data_folder_over(upstream, tmp_path):
    """Another gateway, elsewhere, of another name, on the data of one that died."""
    first = Gateway(settings(upstream), files(), tmp_path / "first")
    upstream.script("F-5", oms.execute_then_hang)
    upstream.check_says(UNCLEAR)
    unknown(post(first, "/orders", "F-5"))
    upstream.script("F-6", oms.execute_then_hang)
    silently(lambda: post(first, "/orders", "F-6"))
    until(lambda: upstream.done("F-6"), 20)
    (tmp_path / "second").mkdir()
    data = {"sqlite": {"path": str(tmp_path / "first" / "data" / "causeway.db"), "min_free": "0B"}}
    second = Gateway(settings(upstream, store=data, node={"id": "test-2"}), files(), tmp_path / "second", start=False)
    kill(first)
    upstream.check_says(None)
    second.start()
    try:
        for external in ("F-5", "F-6"):
            settled(first, external)
            finally_done(second, "/orders", external, upstream)
    finally:
        second.stop()


def test_a_stop_that_does_not_wait_any_longer(upstream, tmp_path):
    held = Held()
    gateway = Gateway(settings(upstream, drain_timeout="300ms"), files(late=route("late", SHAPE, timeout="20s", on_unknown=ASK_LATE)), tmp_path)
    try:
        upstream.script("F-7", held)
        silently(lambda: post(gateway, "/late", "F-7"))
        assert held.entered.wait(20)
        gateway.signal(signal.SIGTERM)
        gateway.process.wait(20 * SLOW)
        held.open()
        gateway.start()
        finally_done(gateway, "/late", "F-7", upstream)
    finally:
        gateway.stop()


def test_hundreds_of_calls_are_settled_after_a_crash(own, upstream):
    upstream.check_says(UNCLEAR)
    names = [f"F-8-{number}" for number in range(200 // SLOW)]
    for name in names:
        upstream.script(name, oms.execute_then_hang)
    threads = [silently(lambda name=name: post(own, "/orders", name))[0] for name in names]
    until(lambda: len(upstream.done()) == len(names), 30 * SLOW, what="all to be carried out")
    kill(own)
    for thread in threads:
        thread.join(20 * SLOW)
    upstream.check_says(None)
    own.start()
    until(lambda: rows(own, "SELECT count(*) FROM idem WHERE state = 3") == [(len(names),)], 30 * SLOW, what="all to be settled")
    for name in names[::10]:
        done(post(own, "/orders", name), upstream, name)
    assert len(upstream.done()) == len(names)


def test_a_check_whose_cluster_has_gone_waits_for_it(own, upstream):
    upstream.script("F-9", oms.execute_then_hang)
    upstream.check_says(UNCLEAR)
    unknown(post(own, "/both", "F-9"))
    usual = settings(upstream)
    less = settings(upstream)
    less["clusters"] = [cluster for cluster in less["clusters"] if cluster["name"] != "keyed"]
    own.reload(config=less, routes=files(both=None, resent=None))
    upstream.check_says(None)
    asked = len(upstream.checks("F-9"))
    threading.Event().wait(0.5 * SLOW)
    assert len(upstream.checks("F-9")) <= asked + 1 and rows(own, "SELECT state FROM idem WHERE key = 'F-9'") == [(2,)]
    own.reload(config=usual, routes=files())
    settled(own, "F-9")
    done(post(own, "/both", "F-9"), upstream, "F-9")


# What nobody can say


def test_a_result_that_fails_is_unresolved_and_a_person_decides(gateway, upstream):
    operator = Operator(gateway)
    upstream.script("G-1", oms.execute_then_reset)
    first = post(gateway, "/failing", "G-1")
    txid = unknown(first)
    assert operator.wait_state(txid, "unresolved")["txid"] == txid
    alert = operator.wait_alert(route="failing")
    assert alert["labels"] == {"route": "failing"} and alert["message"]
    assert txid in [one["txid"] for one in operator.transactions("unresolved")]
    assert post(gateway, "/failing", "G-1").code == 40991
    operator.commit(txid, result={"orderId": "by hand"})
    answer = post(gateway, "/failing", "G-1")
    assert answer.status in (200, 201) and answer.json["data"] == {"orderId": "by hand"}, answer
    assert_replayed(answer, post(gateway, "/failing", "G-1"))
    operator.wait_quiet()
    assert len(upstream.calls("G-1")) == 1
    assert operator.transaction(txid)["state"] == "committed"
    assert operator.roll_back(txid, status=409)["code"] == 40993


def test_what_is_too_old_is_unresolved_and_may_be_rolled_back(gateway, upstream):
    operator = Operator(gateway)
    upstream.script("G-2", oms.reset, oms.answer)
    upstream.check_says(UNCLEAR)
    txid = unknown(post(gateway, "/aging", "G-2"))
    operator.wait_state(txid, "unresolved")
    operator.wait_alert(route="aging")
    asked = len(upstream.checks("G-2"))
    threading.Event().wait(0.5 * SLOW)
    assert len(upstream.checks("G-2")) == asked, "it is asked no more by itself"
    operator.roll_back(txid)
    assert operator.transaction(txid)["state"] == "rolled_back"
    operator.wait_quiet()
    done(post(gateway, "/aging", "G-2"), upstream, "G-2")
    assert len({call.header("X-Causeway-Transaction") for call in upstream.calls("G-2")}) == 2


def test_a_retry_may_still_settle_what_is_unresolved(gateway, upstream):
    operator = Operator(gateway)
    upstream.script("G-3", oms.execute_then_reset)
    upstream.check_says(UNCLEAR)
    txid = unknown(post(gateway, "/aging", "G-3"))
    operator.wait_state(txid, "unresolved")
    upstream.check_says(None)
    done(post(gateway, "/aging", "G-3"), upstream, "G-3")
    assert operator.transaction(txid)["state"] == "committed"
    operator.wait_quiet()


def test_an_operator_may_decide_what_is_unknown_before_its_time(gateway, upstream):
    operator = Operator(gateway)
    upstream.script("G-4", oms.execute_then_reset)
    upstream.check_says(UNCLEAR)
    txid = unknown(post(gateway, "/late", "G-4"))
    assert operator.transaction(txid)["state"] == "prepared"
    operator.commit(txid, result={"orderId": upstream.number("G-4"), "status": "CREATED"})
    done(post(gateway, "/late", "G-4"), upstream, "G-4")
