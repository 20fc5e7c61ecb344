"""What the breaker of a cluster counts: calls, by what they came to; and what it does not."""
import threading

import pytest

from harness.envelope import assert_error, assert_success
from harness.gateway import SLOW
from harness.http import Broken, message, until
from harness.resilience import (BROKEN, CLOSED, DATA, OPEN, assert_refused, behind, breaker, get, guarded, milliseconds, open_it, retries, scripted,
                                together)
from harness.scripted_system import FINE, steps
from harness.upstream import hang, raw, reply, reset

LONG = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 4000000\r\n\r\n"


def test_what_is_the_callers_own_does_not_count(behind, scripted):
    answers = [reply(b"{}", status) for status in (400, 401, 404, 409, 422, 429)] + [reply(b'{"errCode":"SHORT"}')]
    system = scripted(*answers * 2)
    gateway = behind(oms={**guarded(system), "outcomes": [{"when": '.errCode == "SHORT"', "is": "business", "code": 40001}]})
    for number in range(14):
        assert get(gateway).status == (400, 401, 404, 409, 422, 429, 400)[number % 7]
    assert breaker(gateway) == CLOSED


def test_a_caller_who_breaks_off_is_no_failure_of_the_system(behind, scripted):
    system = scripted(hang)
    gateway = behind(oms=guarded(system))
    for number in range(8):
        with gateway.connect() as connection:
            if number % 2:
                connection.send(message("POST", "/oms/x", {"Content-Length": "200000"}, b"x" * 100_000))
            else:
                connection.send(message("GET", "/oms/x"))
            system.wait(number // 2 + 1)
    until(lambda: sum(gateway.metric("causeway_active_requests").values()) == 0, 20 * SLOW, what="the end of what was begun")
    assert breaker(gateway) == CLOSED


def test_a_long_answer_that_the_system_cuts_is_its_failure(behind, scripted):
    """It streams: the caller has its status long before anybody knows."""
    system = scripted(raw(LONG + b"x" * 200_000, "close"))
    gateway = behind(oms=guarded(system))
    for _ in range(4):
        assert breaker(gateway) == CLOSED
        with pytest.raises((Broken, ConnectionResetError)):
            get(gateway)
        until(lambda: sum(gateway.metric("causeway_active_requests").values()) == 0, 20 * SLOW, what="the end of the call")
    assert_refused(get(gateway), 3590, 3600)


def test_a_caller_who_leaves_in_the_middle_of_a_long_answer_is_no_failure(behind, scripted):
    system = scripted(*[raw(LONG + b"x" * 4_000_000)] * 8, FINE)
    gateway = behind(oms=guarded(system))
    for _ in range(8):
        with gateway.connect(receive_buffer=4096) as connection:
            connection.send(message("GET", "/oms/x"))
            assert connection.read_head().status == 200
    until(lambda: sum(gateway.metric("causeway_active_requests").values()) == 0, 20 * SLOW, what="the end of all calls")
    assert_success(get(gateway), DATA)
    assert breaker(gateway) == CLOSED


@pytest.mark.parametrize("rate, slow, state", [("100%", 4, OPEN), ("100%", 3, CLOSED), ("50%", 2, OPEN), ("50%", 1, CLOSED)])
def test_slow_calls_open_it_too(behind, scripted, rate, slow, state):
    late = steps(lambda *_: threading.Event().wait(0.66 * SLOW), FINE)
    system = scripted(*[FINE] * (4 - slow), late)
    gateway = behind(oms=guarded(system, slow_call=milliseconds(600), slow_rate=rate))
    for _ in range(4):
        assert_success(get(gateway), DATA)
    assert breaker(gateway) == state


def test_a_call_counts_once_however_often_it_was_tried(behind, scripted):
    system = scripted(*[reset] * 10, reply(DATA, then="close"), *[reset] * 9)
    gateway = behind(oms=guarded(system, retry={"max_attempts": 3, "delay": "1ms", "max_delay": "1ms"}))
    for _ in range(3):
        assert_error(get(gateway), 50291)
    assert_success(get(gateway), DATA)  # one that a second try made good is none
    assert breaker(gateway) == CLOSED
    for _ in range(3):
        assert_error(get(gateway), 50291)
    assert breaker(gateway) == CLOSED
    assert (len(system.requests), retries(gateway)) == (20, {"reset": 13})


def test_clusters_of_one_system_have_breakers_of_their_own(behind, scripted):
    system = scripted(*[BROKEN] * 4, FINE)
    gateway = behind(oms=guarded(system), other=guarded(system))
    open_it(gateway)
    assert_success(get(gateway, "/other/x"), DATA)
    assert_refused(get(gateway), 3590, 3600)


def test_the_calls_of_all_workers_count_together(behind, scripted):
    system = scripted(BROKEN)
    gateway = behind(workers=4, oms=guarded(system, window=40, minimum_calls=40))
    together(39, lambda _: get(gateway))
    assert breaker(gateway) == CLOSED
    get(gateway)
    assert breaker(gateway) == OPEN


def test_it_looks_at_the_last_calls_only(behind, scripted):
    system = scripted(*[BROKEN] * 4, *[FINE] * 10, *[BROKEN] * 5)
    gateway = behind(oms=guarded(system, window=10, minimum_calls=10, failure_rate="50%"))
    for _ in range(18):
        get(gateway)
        assert breaker(gateway) == CLOSED
    get(gateway)
    assert breaker(gateway) == OPEN
