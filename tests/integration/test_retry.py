"""Calls that are tried again: how often, after how long, within which budget and deadline, and which never are."""
import threading
import time

import pytest

from harness.envelope import assert_error, assert_success, assert_upstream_error
from harness.gateway import SLOW, Gateway, command, main_config
from harness.http import head_of, message, until
from harness.resilience import BODY, BROKEN, DATA, behind, files, get, in_background, milliseconds, retries, scripted, together
from harness.scripted_system import FINE, steps
from harness.upstream import Gate, hang, reply, reset

QUICK = {"delay": "1ms", "multiplier": 1, "max_delay": "1ms"}


def cluster(system, timeout="10s", per_try_timeout=None, **retry):
    made = {"endpoints": [system.address], "timeout": timeout, "retry": {**QUICK, **retry}, "circuit_breaker": {"enabled": False}}
    return made | ({"per_try_timeout": per_try_timeout} if per_try_timeout else {})


class Clocked:
    """A turn that notes when it was played."""

    def __init__(self, turn=reset):
        self.turn, self.at = turn, []

    def __call__(self, request, peer):
        self.at.append(time.monotonic())
        self.turn(request, peer)

    @property
    def waits(self):
        return [later - earlier for earlier, later in zip(self.at, self.at[1:])]


@pytest.mark.parametrize("most", [1, 2, 3, 10])
def test_max_attempts_counts_all_tries(behind, scripted, most):
    system = scripted(reset)
    gateway = behind(oms=cluster(system, max_attempts=most))
    assert_error(get(gateway), 50291)
    assert len(system.requests) == most
    assert retries(gateway) == ({"reset": most - 1} if most > 1 else {})
    [line] = gateway.wait_log("code=50291")
    assert f"attempt={most} " in line


@pytest.mark.parametrize("method, times", [("GET", 3), ("HEAD", 3), ("PUT", 3), ("DELETE", 3), ("POST", 1), ("PATCH", 1)])
def test_only_what_may_come_twice_is_sent_twice(behind, scripted, method, times):
    system = scripted(reset)
    gateway = behind(oms=cluster(system, max_attempts=3))
    body = BODY if method in ("PUT", "POST", "PATCH") else None
    with gateway.connect() as connection:
        connection.send(message(method, "/oms/x", (), body))
        response = connection.read(method)
    if method == "HEAD":
        assert response.status == 502
    elif method == "GET":
        assert_error(response, 50291)
    else:
        assert_error(response, 50491, outcome="unknown")
    assert [request.body for request in system.requests] == [body or b""] * times


def test_a_connection_that_was_refused_sent_nothing_and_any_call_may_go_again(behind, scripted):
    system = scripted()
    system.refuse()
    gateway = behind(oms=cluster(system, max_attempts=10, delay="300ms", max_delay="300ms", jitter="0%"))
    thread, results = in_background(lambda: gateway.call("POST", "/oms/x", (), BODY))
    until(lambda: retries(gateway), 20 * SLOW, what="another try")
    system.listen()
    thread.join()
    assert_success(results[0], DATA)
    assert [request.body for request in system.requests] == [BODY]
    assert set(retries(gateway)) == {"connect_failure"}


def test_the_waits_grow_and_jitter_only_shortens_them(behind, scripted):
    clock = Clocked()
    gateway = behind(oms=cluster(scripted(clock), max_attempts=5, delay="20ms", multiplier=3, max_delay="100ms", jitter="50%"))
    assert_error(get(gateway), 50291)
    least, most = [0.010, 0.030, 0.050, 0.050], [0.020, 0.060, 0.100, 0.100]
    for wait, low, high in zip(clock.waits, least, most):
        assert 0.9 * low <= wait < high + 2 * SLOW, clock.waits


def test_retry_after_is_obeyed_up_to_max_delay(behind, scripted):
    clock = Clocked(reply(b"{}", 503, {"Retry-After": "60"}))
    gateway = behind(oms=cluster(scripted(clock), max_attempts=3, delay="1ms", max_delay="80ms"))
    response = get(gateway)
    assert_upstream_error(response, 503)
    assert response.header("Retry-After") == "60"
    assert len(clock.waits) == 2 and all(0.9 * 0.08 <= wait < 2 * SLOW for wait in clock.waits), clock.waits


def test_retry_after_in_the_past_does_not_shorten_the_wait(behind, scripted):
    clock = Clocked(reply(b"{}", 503, {"Retry-After": "Thu, 01 Jan 2026 00:00:00 GMT"}))
    gateway = behind(oms=cluster(scripted(clock), max_attempts=2, delay="40ms", max_delay="80ms", jitter="0%"))
    assert_upstream_error(get(gateway), 503)
    assert len(clock.waits) == 1 and clock.waits[0] >= 0.9 * 0.04


def test_a_wait_that_does_not_fit_into_the_deadline_is_not_begun(behind, scripted):
    system = scripted(reply(b"{}", 503, {"Retry-After": "20"}))
    gateway = behind(oms=cluster(system, timeout="10s", max_attempts=3, max_delay="30s"))
    began = time.monotonic()
    response = get(gateway)
    assert time.monotonic() - began < 9, "it waited for nothing"
    assert_upstream_error(response, 503)
    assert response.header("Retry-After") == "20" and len(system.requests) == 1


def test_the_deadline_holds_through_all_tries(behind, scripted):
    clock = Clocked(hang)
    system = scripted(clock)
    gateway = behind(oms=cluster(system, timeout=milliseconds(1500), per_try_timeout=milliseconds(600), max_attempts=10, on=["timeout"]))
    began = time.monotonic()
    assert_error(get(gateway), 50490)
    took = time.monotonic() - began
    assert 1.35 * SLOW <= took < 1.5 * SLOW + 2
    assert len(system.requests) == 3
    left = [int(request.header("X-Request-Timeout-Ms")) for request in system.requests]
    assert all(some <= 600 * SLOW for some in left[:2]) and left[2] < 450 * SLOW, left  # what is left of each try, then of the call


def test_the_timeout_of_a_route_bounds_all_tries_too(scripted, tmp_path):
    system = scripted(hang)
    made = files(["oms"])
    made["open"]["routes"][0]["adapter"]["http"]["timeout"] = milliseconds(300)
    config = main_config({"oms": cluster(system, per_try_timeout=milliseconds(200), max_attempts=10, on=["timeout"])})
    with Gateway(config, made, tmp_path) as gateway:
        began = time.monotonic()
        assert_error(get(gateway), 50490)
        assert 0.27 * SLOW <= time.monotonic() - began < 0.3 * SLOW + 2
        assert len(system.requests) <= 2


@pytest.mark.parametrize("on, times", [(None, 1), (["reset", "503"], 1), (["timeout"], 2)])
def test_what_is_late_is_tried_again_only_where_that_is_listed(behind, scripted, on, times):
    system = scripted(hang, FINE)
    gateway = behind(oms=cluster(system, per_try_timeout=milliseconds(700), **({"on": on} if on else {})))
    response = get(gateway)
    if times == 1:
        assert_error(response, 50490)
    else:
        assert_success(response, DATA)
    assert len(system.requests) == times
    assert retries(gateway) == ({"timeout": 1} if times == 2 else {})


@pytest.mark.parametrize("on, status, times", [
    (None, 503, 1), (None, 502, 1), (["503"], 503, 2), (["503"], 502, 1), (["502", "504"], 502, 2), (["reset"], 503, 1), (["429"], 429, 2), (["404"], 404, 2),
    (["reset"], "reset", 2), (["503"], "reset", 1), (["system"], "failure", 2), (["system"], 500, 2), (["system"], 404, 1), (["500"], "failure", 1)])
def test_on_says_after_what(behind, scripted, on, status, times):
    turn = {"reset": reset, "failure": reply(b'{"errCode":"BUSY"}')}.get(status) or reply(b"{}", status)
    system = scripted(turn, FINE)
    made = cluster(system, **({"on": on} if on else {}))
    made["outcomes"] = [{"when": '.errCode == "BUSY"', "is": "system", "code": 50301}]
    gateway = behind(oms=made)
    response = get(gateway)
    assert (response.status == 200) == (times == 2)
    assert len(system.requests) == times
    assert retries(gateway) == ({on[0] if on[0] in ("reset", "system") else "status": 1} if times == 2 else {})


@pytest.mark.parametrize("second", [400, 404, 409, 422])
def test_a_refusal_after_an_unknown_attempt_is_not_its_outcome(behind, scripted, second):
    """The first try may have been carried out, and this may be its echo (409: "exists already")."""
    system = scripted(reset, reply(b'{"why":1}', second))
    gateway = behind(oms={**cluster(system), "idempotency": {}})
    assert_error(gateway.call("POST", "/oms/x", (), BODY), 50491, outcome="unknown")
    system.play(reset, reply(b'{"why":1}', second))
    assert_upstream_error(get(gateway), second, upstream={"why": 1})  # of a read there is nothing to know


def test_a_refusal_after_a_try_that_never_left_is_one(behind, scripted):
    system = scripted(reply(b'{"why":1}', 409))
    system.refuse()
    gateway = behind(oms=cluster(system, max_attempts=10, delay="300ms", max_delay="300ms"))
    thread, results = in_background(lambda: gateway.call("POST", "/oms/x", (), BODY))
    until(lambda: retries(gateway), 20 * SLOW, what="another try")
    system.listen()
    thread.join()
    assert_upstream_error(results[0], 409, upstream={"why": 1})


def test_a_failure_that_was_answered_makes_a_later_refusal_unknown_too(behind, scripted):
    system = scripted(reply(b"{}", 503, {"Retry-After": "0"}), reply(b"{}", 409))
    gateway = behind(oms={**cluster(system), "idempotency": {}})
    assert_error(gateway.call("POST", "/oms/x", (), BODY), 50491, outcome="unknown")
    assert len(system.requests) == 2


def test_an_answer_that_is_thrown_away_leaves_its_connection_to_the_next_try(behind, scripted):
    system = scripted(*[reply(b"{}", 503, {"Retry-After": "0"})] * 2, FINE)
    gateway = behind(workers=1, oms=cluster(system, max_attempts=3))
    assert_success(get(gateway), DATA)
    assert (len(system.requests), system.connections) == (3, 1)


def test_a_long_answer_that_is_thrown_away_is_not_read_to_its_end(behind, scripted):
    """Its connection cannot be used again: closing it is cheaper than reading 10 MB that nobody wants."""
    system = scripted(reply(b"x" * 10_000_000, 503, {"Retry-After": "0"}, kind="text/plain"), FINE)
    gateway = behind(workers=1, oms=cluster(system))
    assert_success(get(gateway), DATA)
    assert (len(system.requests), system.connections) == (2, 2)


def test_of_many_calls_that_fail_at_once_few_are_tried_again_at_a_time(behind, scripted):
    """100 in flight: 20 of them may be further tries, whatever fails."""
    first, again = Gate(BROKEN), Gate(BROKEN)
    system = scripted(*[first] * 100, again)
    gateway = behind(workers=4, oms=cluster(system, timeout="30s", max_attempts=2, on=["500"], budget="20%"))

    def when_all_are_there(_):
        system.wait(100)
        first.open()
    results = together(101, lambda number: when_all_are_there(number) if number == 100 else count_tries(gateway, system, again))
    assert sum(isinstance(result, tuple) for result in results) == 100
    for status, _ in filter(None, results):
        assert status == 500
    assert 100 + 3 <= len(system.requests) <= 100 + 20, "more were tried again at a time than the budget allows"
    assert retries(gateway) == {"status": len(system.requests) - 100}


def count_tries(gateway, system, again):
    """The tries that hang hold the budget until all others have their answer."""
    response = get(gateway)
    with system.changed:
        system.answered = getattr(system, "answered", 0) + 1
        if system.answered >= 80:
            again.open()
    return response.status, response.code


def test_three_may_always_be_tried_again(behind, scripted):
    again = Gate(BROKEN)
    all_there = threading.Barrier(3)
    system = scripted(*[steps(lambda *_: all_there.wait(20), BROKEN)] * 3, again)
    gateway = behind(oms=cluster(system, timeout="30s", max_attempts=2, on=["500"], budget="1%"))
    threads = [in_background(lambda: get(gateway))[0] for _ in range(3)]
    system.wait(6)
    system.turns = (BROKEN,)
    assert_upstream_error(get(gateway), 500)
    assert len(system.requests) == 7, "a fourth was tried again"
    again.open()
    for thread in threads:
        thread.join()


def test_a_budget_that_was_given_back_is_there_again(behind, scripted):
    system = scripted(BROKEN)
    gateway = behind(oms=cluster(system, max_attempts=3, on=["500"], budget="0%"))
    for _ in range(20):
        assert_upstream_error(get(gateway), 500)
    assert len(system.requests) == 60


def test_a_long_body_that_streams_is_not_tried_again(behind, scripted):
    """It is gone: nobody kept it."""
    system = scripted(reset)
    gateway = behind(oms={**cluster(system, max_attempts=3), "idempotency": {}})
    body = b"x" * 3_000_000
    with gateway.connect() as connection:
        connection.send(head_of("PUT", "/oms/x", {"Content-Type": "application/octet-stream"}, body))
        connection.send(body)
        response = connection.read("PUT")
    assert_error(response, 50491, outcome="unknown")
    assert [len(request.body) for request in system.requests] == [len(body)]


def test_a_retry_that_cannot_fit_is_warned_of(scripted, tmp_path):
    made = cluster(scripted(), timeout="1s", per_try_timeout="600ms", max_attempts=3)
    gateway = Gateway(main_config({"oms": made}), files(["oms"]), tmp_path, start=False)
    code, out, err = command("check", "-c", gateway.config_file)
    assert code == 0 and "never made" in out + err


def test_nothing_of_an_answer_that_did_not_count_is_taken_for_the_next(behind, scripted):
    """Both are as long, so that the second lies where the first lay."""
    system = scripted(reply(b'{"busy":true,"v":null }'), reply(b'{"busy":null,"v":12345}'))
    made = cluster(system, on=["system"]) | {"outcomes": [{"when": ".busy == true", "is": "system", "code": 50301}]}
    assert_success(get(behind(oms=made)), b'{"busy":null,"v":12345}')
    assert len(system.requests) == 2


def test_an_answer_that_is_no_json_is_not_taken_for_the_one_before(behind, scripted):
    system = scripted(reply(b'{"busy":true,"v":null }'), reply(b'{"busy":null,"v":12345]'))
    made = cluster(system, on=["system"]) | {"outcomes": [{"when": ".busy == true", "is": "system", "code": 50301}]}
    assert_error(get(behind(oms=made)), 50292)
