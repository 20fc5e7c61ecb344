"""The process dies at every named point on the way of a call (gateway/core/crash_point.h), and starts again.

Whatever it was that died: the caller's retry gets the one outcome, the ledger shows it, and so does the event.
"""
import signal

import pytest

from harness import oms
from harness.envelope import assert_success
from harness.gateway import BINARY, SLOW, Gateway
from harness.guarded import (PUBLISH, SHAPE, Operator, assert_replayed, events, headers, main, milliseconds, on_unknown, order, post, route, routes,
                             rows, wait_event)
from harness.http import Connection, message, until
from harness.oms import Oms
from harness.resilience import in_background

VARIABLE = b"CAUSEWAY_CRASH_AT"
TEST_BUILD = VARIABLE in BINARY.read_bytes()
in_test_builds = pytest.mark.skipif(not TEST_BUILD, reason="crash points are in test builds only")

ON_THE_WAY = ["before-begin", "after-begin-commit", "after-forward", "before-end", "after-end-commit", "before-answer"]
IN_THE_BACKGROUND = ["resolver-claimed", "resolver-asked", "resolver-settled"]


def files():
    """The same with a barrier and without, with a key and without, with an event and without."""
    more = {"timeout": milliseconds(300)}
    barrier = on_unknown(barrier=True, absent_after=None)
    return routes(route("orders", SHAPE, on_unknown=barrier, publish=PUBLISH, **more),
                  route("timed", SHAPE, on_unknown=on_unknown(), publish=PUBLISH, **more),
                  route("silent", SHAPE, on_unknown=barrier, **more),
                  route("only-key", SHAPE, **more))


@pytest.fixture(scope="module")
def upstream():
    with Oms(barrier=True) as system:
        yield system


@pytest.fixture
def gateway(upstream, tmp_path):
    running = Gateway(main(upstream), files(), tmp_path, start=False)
    yield running
    if running.process and running.process.poll() is None:
        running.stop()


def dies_at(gateway, point, path, external, leave=False, upstream=None):
    """Makes the call in a process that dies there; what its caller got: an answer, or None."""
    gateway.environment["CAUSEWAY_CRASH_AT"] = point
    gateway.start()
    del gateway.environment["CAUSEWAY_CRASH_AT"]

    def call():
        try:
            if not leave:
                return post(gateway, path, external)
            with Connection(gateway.port) as connection:
                connection.send(message("POST", path, headers(external), order(external)))
                upstream.wait_calls(external, 1)
        except (AssertionError, OSError):
            return None
    thread, results = in_background(call)
    assert gateway.process.wait(30 * SLOW) == -signal.SIGKILL, f"it does not pass {point}"
    thread.join(30 * SLOW)
    return results[0]


def dies_by_itself(gateway, point):
    """A process that dies there, perhaps before anybody knows that it has started."""
    gateway.environment["CAUSEWAY_CRASH_AT"] = point
    try:
        gateway.start()
    except AssertionError:
        pass
    del gateway.environment["CAUSEWAY_CRASH_AT"]
    assert gateway.process.wait(30 * SLOW) == -signal.SIGKILL, f"it does not pass {point}"


def final(gateway, path, external):
    """The caller's retries, until it knows."""
    def again():
        answer = post(gateway, path, external)
        assert answer.status in (200, 201, 422, 409, 504, 503, 502), answer
        return answer if answer.status in (200, 201, 422) else None
    return until(again, 30 * SLOW, 0.03, what=f"an outcome of {external}")


def assert_one_outcome(gateway, upstream, path, external, first, refused=False):
    answer = final(gateway, path, external)
    if first is not None and first.status in (200, 201, 422):
        assert_replayed(first, answer)
    assert_replayed(answer, post(gateway, path, external))
    done = upstream.done(external)
    about = [event for event in events(gateway) if event["data"].get("orderId") in [found["order_no"] for found in done]]
    assert rows(gateway, "SELECT state FROM idem WHERE key = ?", external) == [(3,)]
    if refused:
        assert answer.status == 422 and not done and not events(gateway)
        return
    assert len(done) == 1, done
    data = {"orderId": done[0]["order_no"], "status": "CREATED"}
    assert_success(answer, data, answer.status)
    if path in ("/orders", "/timed"):
        event = wait_event(gateway, done[0]["txid"])
        about = [one for one in events(gateway) if one["data"].get("orderId") == done[0]["order_no"]]
        assert about == [event] and event["data"] == {**data, "items": [{"sku": "A", "qty": 2}]}, about
    operator = Operator(gateway)
    until(lambda: not operator.transactions("prepared"), 20 * SLOW, what="all to be settled")
    assert not operator.transactions("unresolved") and len(events(gateway)) <= 1


def test_a_build_for_use_has_no_crash_points(upstream, gateway):
    """Here it is the other way round in a test build."""
    if TEST_BUILD:
        pytest.skip("this is a test build")
    gateway.environment["CAUSEWAY_CRASH_AT"] = "before-begin"
    gateway.start()
    assert post(gateway, "/orders", "U-1").status == 201


TURNS = {"answers": (oms.answer, False), "executes, then hangs": (oms.execute_then_hang, False), "refuses": (oms.refuse, True),
         "hangs": (oms.hang, False), "executes too late": (oms.execute_too_late, False)}


@in_test_builds
@pytest.mark.parametrize("turn", ["answers", "executes, then hangs", "refuses"])
@pytest.mark.parametrize("point", ON_THE_WAY)
def test_dying_on_the_way(gateway, upstream, point, turn):
    played, refused = TURNS[turn]
    external = f"{point}-{turn.replace(', ', '-').replace(' ', '-')}"
    # The first call is taken as said; another one, should the first not have come or be known not to be done, is taken as usual.
    upstream.script(external, played, oms.refuse if refused else oms.answer)
    first = dies_at(gateway, point, "/orders", external)
    gateway.start()
    assert_one_outcome(gateway, upstream, "/orders", external, first, refused)


@in_test_builds
@pytest.mark.parametrize("turn", ["executes, then hangs", "hangs", "executes too late"])
@pytest.mark.parametrize("point", IN_THE_BACKGROUND)
def test_dying_in_the_background(gateway, upstream, point, turn):
    external = f"{point}-{turn.replace(', ', '-').replace(' ', '-')}"
    upstream.script(external, TURNS[turn][0], oms.answer)
    dies_at(gateway, point, "/orders", external, leave=True, upstream=upstream)
    gateway.start()
    assert_one_outcome(gateway, upstream, "/orders", external, None)


@in_test_builds
@pytest.mark.parametrize("path", ["/orders", "/timed", "/silent"])
def test_dying_while_the_caller_waits_for_the_check(gateway, upstream, path):
    external = f"after-check{path.replace('/', '-')}"
    upstream.script(external, oms.execute_then_reset, oms.answer)
    first = dies_at(gateway, "after-check", path, external)
    gateway.start()
    assert_one_outcome(gateway, upstream, path, external, first)


@in_test_builds
@pytest.mark.parametrize("point", ["after-forward", "before-end", "after-begin-commit"])
def test_dying_without_a_barrier(gateway, upstream, point):
    external = f"timed-{point}"
    upstream.script(external, oms.execute_then_hang, oms.answer)
    first = dies_at(gateway, point, "/timed", external)
    gateway.start()
    assert_one_outcome(gateway, upstream, "/timed", external, first)


@in_test_builds
@pytest.mark.parametrize("point, known", [("before-begin", True), ("after-begin-commit", False), ("after-forward", False), ("before-end", False),
                                          ("after-end-commit", True), ("before-answer", True)])
def test_dying_where_nobody_can_be_asked(gateway, upstream, point, known):
    """Only a key: what was begun and not written down stays unknown, and is never run again."""
    external = f"only-key-{point}"
    dies_at(gateway, point, "/only-key", external)
    gateway.start()
    answers = [post(gateway, "/only-key", external) for _ in range(2)]
    if known:
        assert answers[0].status == 201 and assert_replayed(answers[0], answers[1])
        assert len(upstream.done(external)) == 1
    else:
        assert [answer.code for answer in answers] == [40991] * 2
        assert len(upstream.done(external)) == (0 if point == "after-begin-commit" else 1)
        assert len(upstream.calls(external)) == len(upstream.done(external))


@in_test_builds
def test_dying_twice(gateway, upstream):
    """In the call, and then in what settles it."""
    external = "twice"
    upstream.script(external, oms.execute_then_hang, oms.answer)
    first = dies_at(gateway, "after-forward", "/orders", external)
    for point in IN_THE_BACKGROUND[:2]:
        dies_by_itself(gateway, point)
    gateway.start()
    assert_one_outcome(gateway, upstream, "/orders", external, first)
