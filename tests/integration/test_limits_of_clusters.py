"""What a system can bear, shared by calls and deliveries: callers wait a little, then get 50391; deliveries wait."""
import json
import threading
import time

import pytest

from harness.envelope import assert_error, assert_success
from harness.events import Admin
from harness.gateway import SLOW
from harness.http import message, until
from harness.resilience import BODY, DATA, SUBSCRIPTION, behind, breaker, codes, get, in_background, milliseconds, scripted, together
from harness.scripted_system import FINE, steps
from harness.upstream import Gate, close, hang, raw, reply, reset


def cluster(system, **limits):
    return {"endpoints": [system.address], "timeout": "10s", "limits": {"queue_timeout": "0ms", **limits}}


def active(gateway):
    return sum(gateway.metric("causeway_active_requests").values())


class Crowd:
    """A turn that knows how many are at the system at a time, at most."""

    def __init__(self, stay=0.002):
        self.stay, self.now, self.most, self.lock = stay, 0, 0, threading.Lock()

    def __call__(self, request, peer):
        with self.lock:
            self.now += 1
            self.most = max(self.most, self.now)
        time.sleep(self.stay)
        with self.lock:
            self.now -= 1
        FINE(request, peer)


def publish(gateway, *ids):
    for number in ids:
        event = json.dumps({"eventId": f"E{number}", "data": {"orderId": str(number)}}).encode()
        assert gateway.call("POST", "/events", {"Content-Type": "application/json"}, event).status == 202


# ---- concurrent --------------------------------------------------------------------------------------------------------------


def test_exactly_so_many_calls_are_in_flight_over_all_workers(behind, scripted):
    gate = Gate(FINE)
    system = scripted(gate)
    gateway = behind(workers=4, oms=cluster(system, concurrent=3))
    stop, answered, gone = threading.Event(), [], []

    def knock(_):
        while not stop.is_set():
            response = get(gateway)
            if response.status != 503:
                return answered.append(response)
            assert_error(response, 50391)
        return gone.append(1)
    thread, _ = in_background(lambda: together(40, knock))
    system.wait(3)
    for response in together(20, lambda _: get(gateway)):
        assert_error(response, 50391)
    stop.set()
    until(lambda: len(gone) == 37, 20 * SLOW, what="that the others gave up")
    assert len(system.requests) == 3
    gate.open()
    thread.join()
    assert [response.status for response in answered] == [200] * 3
    gateway.settle()
    assert_success(get(gateway), DATA)
    assert breaker(gateway) == 0, "refusals of ours are no failures of the system"


def test_a_caller_waits_for_his_turn_until_queue_timeout(behind, scripted):
    gate = Gate(FINE)
    system = scripted(gate, FINE)
    gateway = behind(oms=cluster(system, concurrent=1, queue_timeout=milliseconds(200)))
    first, answer = in_background(lambda: get(gateway))
    assert gate.entered.wait(20)
    began = time.monotonic()
    assert_error(get(gateway), 50391)
    assert 0.18 * SLOW <= time.monotonic() - began < 0.2 * SLOW + 5
    assert len(system.requests) == 1
    gate.open()
    first.join()
    assert_success(answer[0], DATA)


def test_a_turn_that_comes_in_time_is_taken(behind, scripted):
    gate = Gate(FINE)
    system = scripted(gate, FINE)
    gateway = behind(workers=4, oms=cluster(system, concurrent=1, queue_timeout="30s"))
    first, _ = in_background(lambda: get(gateway))
    assert gate.entered.wait(20)
    waiting, answers = in_background(lambda: together(20, lambda _: get(gateway)))
    until(lambda: active(gateway) == 21, 20 * SLOW, what="20 that wait")
    assert len(system.requests) == 1
    gate.open()
    first.join()
    waiting.join()
    assert [response.status for response in answers[0]] == [200] * 20
    assert len(system.requests) == 21


def test_never_more_than_the_limit_under_load_and_nobody_is_forgotten(behind, scripted):
    crowd = Crowd()
    gateway = behind(workers=4, oms=cluster(scripted(crowd), concurrent=4, queue_timeout="30s"))
    results = together(32, lambda _: [get(gateway).status for _ in range(10)])
    assert results == [[200] * 10] * 32
    assert crowd.most <= 4


ENDS = {"reset": reset, "closed": close, "garbage": raw(b"garbage\r\n\r\n"), "late": hang, "500": reply(b"{}", 500), "no JSON": reply(b"no JSON"),
        "cut": raw(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n1", "close")}


@pytest.mark.parametrize("end", ENDS)
def test_a_turn_comes_back_however_the_call_ended(behind, scripted, end):
    system = scripted(*[ENDS[end]] * 4, Gate(FINE))
    timeout = milliseconds(1500) if end == "late" else "10s"
    gateway = behind(oms={**cluster(system, concurrent=2), "timeout": timeout, "circuit_breaker": {"enabled": False}})
    for _ in range(4):
        assert get(gateway).status >= 500
    gate = system.turns[-1]
    let_in = lambda: until(lambda: get(gateway).status == 200, what="a turn")  # one may come back just after its caller has his answer
    threads = [in_background(let_in)[0] for _ in range(2)]
    system.wait(6)
    assert_error(get(gateway), 50391)
    gate.open()
    for thread in threads:
        thread.join()


def test_a_caller_who_leaves_gives_his_turn_and_his_place_in_the_line_back(behind, scripted):
    system = scripted(hang, FINE)
    gateway = behind(workers=1, oms=cluster(system, concurrent=1, queue_timeout="30s"))
    with gateway.connect() as first:
        first.send(message("GET", "/oms/x"))
        system.wait(1)
        with gateway.connect() as second:
            second.send(message("GET", "/oms/x"))
            until(lambda: active(gateway) == 2, 20 * SLOW, what="one that waits")
        until(lambda: active(gateway) == 1, 20 * SLOW, what="that he is gone")
        third, answer = in_background(lambda: get(gateway))
        until(lambda: active(gateway) == 2, 20 * SLOW, what="another that waits")
        assert len(system.requests) == 1
    third.join()
    assert_success(answer[0], DATA)
    assert len(system.requests) == 2, "a call whose caller had left was made"


def test_a_slow_reader_does_not_hold_the_turn_of_an_answer_that_is_whole(behind, scripted):
    system = scripted(reply(b'"' + b"x" * 8_000_000 + b'"'), FINE)
    gateway = behind(oms=cluster(system, concurrent=1, queue_timeout=milliseconds(3000)))
    with gateway.connect(receive_buffer=4096) as slow:
        slow.send(message("GET", "/oms/x"))
        system.wait(1)
        assert_success(get(gateway), DATA)
        assert slow.read().status == 200


def test_what_is_taken_survives_a_reload_and_the_new_limit_holds(behind, scripted):
    gate = Gate(FINE)
    system = scripted(gate)
    gateway = behind(oms=cluster(system, concurrent=2))
    threads = [in_background(lambda: get(gateway))[0] for _ in range(2)]
    system.wait(2)
    text = gateway.config_file.read_text()
    gateway.reload(text.replace("timeout: 10s", "timeout: 9s"))
    assert_error(get(gateway), 50391)
    gateway.reload(text.replace("concurrent: 2", "concurrent: 3"))
    threads.append(in_background(lambda: get(gateway))[0])
    system.wait(3)
    assert_error(get(gateway), 50391)
    gate.open()
    for thread in threads:
        thread.join()
    assert codes(gateway) == {0: 3, 50391: 2}


# ---- rate --------------------------------------------------------------------------------------------------------------------


def test_the_rate_is_shared_by_all_workers_and_callers(behind, scripted):
    system = scripted()
    gateway = behind(workers=4, oms=cluster(system, rate="1/h", burst=10))
    results = together(40, lambda _: get(gateway))
    assert sorted(response.status for response in results) == [200] * 10 + [503] * 30
    for response in results:
        if response.status == 503:
            assert_error(response, 50391)
            assert 1 <= int(response.header("Retry-After")) <= 3600, response
    assert len(system.requests) == 10
    gateway.reload(gateway.config_file.read_text().replace("timeout: 10s", "timeout: 9s"))
    assert_error(get(gateway), 50391)


def test_the_default_burst_is_one_seconds_worth(behind, scripted):
    system = scripted()
    gateway = behind(oms=cluster(system, rate="7200/h"))

    def burst():
        """Three calls within the half second in which one more may be made."""
        began = time.monotonic()
        statuses = [get(gateway).status for _ in range(3)]
        if time.monotonic() - began < 0.45:
            return statuses
        time.sleep(1.1)  # it fills up again
        return None
    assert until(burst, 60 * SLOW, what="three calls at once") == [200, 200, 503]


def test_further_tries_of_a_call_take_nothing_from_the_rate(behind, scripted):
    system = scripted(reset, reset, FINE)
    gateway = behind(oms={**cluster(system, rate="1/h", burst=2), "retry": {"max_attempts": 3, "delay": "1ms"}})
    assert_success(get(gateway), DATA)
    assert_success(get(gateway), DATA)
    assert_error(get(gateway), 50391)
    assert len(system.requests) == 4


# ---- deliveries --------------------------------------------------------------------------------------------------------------


def test_deliveries_wait_for_their_turn_where_callers_are_refused(behind, scripted):
    """The subscription's only attempt would be spent, were a refusal one."""
    gate = Gate(FINE)
    system = scripted(gate, FINE)
    gateway = behind(subscriptions=[SUBSCRIPTION], oms=cluster(system, concurrent=1))
    first, _ = in_background(lambda: get(gateway))
    assert gate.entered.wait(20)
    publish(gateway, 1, 2, 3)
    admin = Admin(gateway)
    until(lambda: admin.subscription("sync")["backlog"] == 3, 20 * SLOW, what="three that wait")
    assert_error(get(gateway), 50391)
    assert len(system.requests) == 1
    gate.open()
    first.join()
    admin.wait_idle("sync")
    assert sorted(request.header("Idempotency-Key") for request in system.seen("/in")) == ["E1/sync", "E2/sync", "E3/sync"]
    assert admin.dead() == []


def test_calls_and_deliveries_together_keep_to_the_limit_and_callers_get_through(behind, scripted):
    crowd = Crowd(0.005)
    system = scripted(crowd)
    gateway = behind(workers=2, subscriptions=[SUBSCRIPTION], oms=cluster(system, concurrent=2, queue_timeout="10s"))
    publish(gateway, *range(60))
    assert together(4, lambda _: [get(gateway).status for _ in range(10)]) == [[200] * 10] * 4
    admin = Admin(gateway)
    admin.wait_idle("sync")
    assert crowd.most <= 2 and len(system.seen("/in")) == 60 and admin.dead() == []


def test_deliveries_take_from_the_rate_and_wait_for_it(behind, scripted):
    times = []
    system = scripted(steps(lambda *_: times.append(time.monotonic()), FINE))
    gateway = behind(subscriptions=[SUBSCRIPTION], oms=cluster(system, rate="20/s", burst=1))
    began = time.monotonic()
    publish(gateway, *range(6))
    admin = Admin(gateway)
    admin.wait_idle("sync")
    assert len(times) == 6 and admin.dead() == []
    assert max(times) - began >= 0.98 * 5 / 20


def test_what_deliveries_took_is_gone_for_callers(behind, scripted):
    system = scripted()
    gateway = behind(subscriptions=[SUBSCRIPTION], oms=cluster(system, rate="1/h", burst=3))
    publish(gateway, 1, 2)
    Admin(gateway).wait_idle("sync")
    assert_success(gateway.call("POST", "/oms/x", (), BODY), DATA)
    assert_error(gateway.call("POST", "/oms/x", (), BODY), 50391)
    assert len(system.requests) == 3
