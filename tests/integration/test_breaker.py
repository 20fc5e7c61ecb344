"""The circuit breaker of a cluster: a system that fails is left alone, all at once and for all workers, and asked again with care."""
import json
import threading

from harness.envelope import assert_error, assert_success, assert_upstream_error
from harness.events import Admin
from harness.gateway import SLOW
from harness.http import message, until
from harness.resilience import (BODY, BROKEN, CLOSED, DATA, HALF_OPEN, OPEN, SUBSCRIPTION, admitted, assert_refused, behind, breaker, codes, get, guarded,
                                in_background, milliseconds, open_it, scripted, together)
from harness.scripted_system import FINE
from harness.upstream import Gate, hang


def test_it_opens_at_its_rate_and_not_before(behind, scripted):
    system = scripted(*[FINE] * 5, *[BROKEN] * 5)
    gateway = behind(oms=guarded(system, window=10, minimum_calls=10, failure_rate="50%", open_for="30s"))
    for number in range(10):
        assert breaker(gateway) == CLOSED, f"after {number} calls"
        assert get(gateway).status == (200 if number < 5 else 500)
    assert breaker(gateway) == OPEN
    for method in ("GET", "POST", "DELETE"):
        response = gateway.call(method, "/oms/x", (), BODY if method == "POST" else None)
        assert_refused(response, 20, 30)
    assert len(system.requests) == 10, "a refused call reached the system"
    assert codes(gateway) == {0: 5, 50000: 5, 50390: 3}
    assert sum(gateway.metric("causeway_upstream_requests_total", cluster="oms").values()) == 10


def test_the_defaults_are_in_force_where_nothing_is_said(behind, scripted):
    system = scripted()
    system.refuse()
    gateway = behind(oms={"endpoints": [system.address]})
    for _ in range(20):
        assert_error(get(gateway), 50290)
    assert_refused(get(gateway), 20, 30)
    assert breaker(gateway) == OPEN


def test_one_that_is_not_enabled_never_opens(behind, scripted):
    gateway = behind(oms=guarded(scripted(BROKEN), enabled=False))
    for _ in range(12):
        assert_upstream_error(get(gateway), 500)
    assert breaker(gateway) == CLOSED


def test_half_open_lets_exactly_its_probes_through_over_all_workers_and_closes(behind, scripted):
    gate = Gate(FINE)
    system = scripted(*[BROKEN] * 4, gate)
    gateway = behind(workers=4, oms=guarded(system, open_for=milliseconds(150), half_open_calls=3))
    open_it(gateway)
    stop, answered, refused, gone = threading.Event(), [], [], []

    def knock():
        while not stop.is_set():
            response = get(gateway)
            (refused if response.status == 503 else answered).append(response)
            if response.status != 503:
                return
        gone.append(1)
    threads = [threading.Thread(target=knock) for _ in range(50)]
    for thread in threads:
        thread.start()
    until(lambda: len(system.requests) >= 7, 20 * SLOW, what="the probes")
    stop.set()
    until(lambda: len(gone) == 47, 20 * SLOW, what="that the others gave up")
    assert breaker(gateway) == HALF_OPEN
    for response in together(50, lambda _: get(gateway)):
        assert_refused(response, 1, 1)
    assert len(system.requests) == 4 + 3
    gate.open()
    for thread in threads:
        thread.join()
    for response in refused:
        assert_refused(response, 1, 1)
    assert [response.status for response in answered] == [200] * 3
    assert breaker(gateway) == CLOSED
    assert {response.status for response in together(20, lambda _: get(gateway))} == {200}
    assert len(system.requests) == 4 + 3 + 20


def test_it_closes_with_an_empty_memory(behind, scripted):
    system = scripted(*[BROKEN] * 4, *[FINE] * 3, *[BROKEN] * 3, FINE)
    gateway = behind(oms=guarded(system, open_for=milliseconds(50)))
    open_it(gateway)
    for _ in range(3):
        assert_success(admitted(gateway), DATA)
    for _ in range(3):
        assert_upstream_error(get(gateway), 500)  # with those of before they would be seven failures of seven
    assert breaker(gateway) == CLOSED
    assert_success(get(gateway), DATA)


def test_one_failed_probe_opens_it_again_whatever_the_others_say(behind, scripted):
    slow = Gate(FINE)
    system = scripted(*[BROKEN] * 4, slow, FINE, BROKEN, FINE)
    gateway = behind(oms=guarded(system, open_for=milliseconds(100)))
    open_it(gateway)
    thread, first = in_background(lambda: admitted(gateway))
    assert slow.entered.wait(20)
    assert_success(get(gateway), DATA)
    assert breaker(gateway) == HALF_OPEN
    gateway.reload(oms_for_an_hour(gateway))
    assert breaker(gateway) == HALF_OPEN
    assert_upstream_error(get(gateway), 500)
    assert breaker(gateway) == OPEN
    assert_refused(get(gateway), 3590, 3600)
    slow.open()
    thread.join()
    assert_success(first[0], DATA)  # who asked gets his answer, which says nothing about the system any more
    assert breaker(gateway) == OPEN
    assert_refused(get(gateway), 3590, 3600)
    assert len(system.requests) == 4 + 3


def oms_for_an_hour(gateway):
    return gateway.config_file.read_text().replace(f"open_for: {milliseconds(100)}", "open_for: 1h")


def test_a_probe_that_says_nothing_gives_its_place_to_another(behind, scripted):
    """Its caller left: that is no answer of the system."""
    system = scripted(*[BROKEN] * 4, hang, FINE)
    gateway = behind(oms=guarded(system, open_for=milliseconds(50), half_open_calls=1))
    open_it(gateway)

    def left():
        with gateway.connect() as connection:
            connection.send(message("GET", "/oms/x"))
            connection.silent(0.05)
            return len(system.requests) >= 5  # or another was let in, because this one said nothing
    until(left, 20 * SLOW, what="a probe")
    assert_success(admitted(gateway), DATA)
    assert breaker(gateway) == CLOSED


def test_it_survives_a_reload_and_its_settings_change(behind, scripted):
    system = scripted(*[BROKEN] * 4, FINE)
    gateway = behind(oms=guarded(system), other=guarded(system))
    open_it(gateway)
    text = gateway.config_file.read_text()
    gateway.reload(text.replace("timeout: 10s", "timeout: 9s").replace("workers: 2", "workers: 2\nsigning: {window: 6m}"))
    assert breaker(gateway) == OPEN
    assert_refused(get(gateway), 3590, 3600)
    assert len(system.requests) == 4
    gateway.reload(text.replace("open_for: 1h", f"open_for: {milliseconds(50)}"))
    for _ in range(3):
        assert_success(admitted(gateway), DATA)
    assert breaker(gateway) == CLOSED
    assert breaker(gateway, "other") == CLOSED


def test_failures_of_before_a_reload_count(behind, scripted):
    gateway = behind(oms=guarded(scripted(BROKEN)))
    for _ in range(3):
        get(gateway)
    gateway.reload(gateway.config_file.read_text().replace("timeout: 10s", "timeout: 9s"))
    assert breaker(gateway) == CLOSED
    get(gateway)
    assert breaker(gateway) == OPEN


def test_deliveries_wait_while_it_is_open_and_no_attempt_of_theirs_counts(behind, scripted):
    """One attempt is all that this subscription has: were it made, or counted, the event would be a dead letter."""
    system = scripted(*[BROKEN] * 4, FINE)
    gateway = behind(subscriptions=[SUBSCRIPTION], oms=guarded(system, open_for=milliseconds(4000)))
    open_it(gateway)
    event = json.dumps({"eventId": "E1", "data": {"orderId": "1"}}).encode()
    assert gateway.call("POST", "/events", {"Content-Type": "application/json"}, event).status == 202
    admin = Admin(gateway)
    until(lambda: admin.subscription("sync")["backlog"] == 1, 20 * SLOW, what="the event")
    assert_refused(get(gateway), 1, 4 * SLOW)
    assert (len(system.requests), admin.dead()) == (4, [])
    [delivered] = system.wait(1, "/in")
    assert delivered.header("Idempotency-Key") == "E1/sync"
    admin.wait_idle("sync")
    assert (len(system.seen("/in")), admin.dead()) == (1, [])


def test_failed_deliveries_open_it(behind, scripted):
    system = scripted(BROKEN)
    gateway = behind(subscriptions=[{**SUBSCRIPTION, "retry": {"max_attempts": 100, "delay": "5ms", "multiplier": 1}}], oms=guarded(system))
    event = json.dumps({"eventId": "E1", "data": {"orderId": "1"}}).encode()
    assert gateway.call("POST", "/events", {"Content-Type": "application/json"}, event).status == 202
    until(lambda: breaker(gateway) == OPEN, 20 * SLOW, what="the breaker to open")
    assert_refused(get(gateway), 3590, 3600)
    assert len(system.requests) == 4
