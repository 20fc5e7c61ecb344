"""What a failing system leaves alone: the calls of all others, the end of the gateway, and the people who look after it once only."""
import signal
import threading
import time

import pytest

from harness.envelope import assert_error, assert_success
from harness.events import Admin
from harness.gateway import SLOW
from harness.http import Broken, message, until
from harness.resilience import BODY, BROKEN, DATA, SUBSCRIPTION, behind, get, in_background, milliseconds, scripted
from harness.scripted_system import FINE
from harness.upstream import Gate, hang, reply, reset

OFF = {"enabled": False}


def cluster(system, **more):
    return {"endpoints": [system.address], "timeout": "10s", "circuit_breaker": OFF, **more}


def percentile(times, share):
    return sorted(times)[int(len(times) * share)]


def test_a_hanging_system_leaves_the_others_alone(behind, scripted, record_property):
    """300 calls hang; those to another system take no longer. The times are reported, the bound is a guard against a standstill."""
    hanging, fine = scripted(hang), scripted()
    gateway = behind(oms=cluster(fine), wms=cluster(hanging, timeout="60s"))

    def measured(count=400):
        times = []
        with gateway.connect() as connection:
            for _ in range(count):
                began = time.monotonic()
                connection.send(message("GET", "/oms/x"))
                assert connection.read().status == 200
                times.append(time.monotonic() - began)
        return times
    measured(50)
    before = measured()
    held = [gateway.connect() for _ in range(300)]
    for connection in held:
        connection.send(message("GET", "/wms/x"))
    hanging.wait(300)
    during = measured()
    for connection in held:
        connection.socket.close()
    for name, times in (("before", before), ("while 300 calls hang", during)):
        told = f"p50 {percentile(times, 0.5) * 1000:.2f} ms, p99 {percentile(times, 0.99) * 1000:.2f} ms"
        record_property(name, told)
        print(f"other routes {name}: {told}")
    assert percentile(during, 0.99) < percentile(before, 0.99) * 20 + 0.5 * SLOW
    hanging.stop()


def test_a_system_that_cannot_be_reached_leaves_deliveries_to_others_alone(behind, scripted):
    dead, fine = scripted(), scripted()
    dead.refuse()
    to = lambda name: {**SUBSCRIPTION, "name": name, "deliver": {"http": {"cluster": name, "path": "/in"}}, "retry": {"max_attempts": 1000, "delay": "10ms"}}
    gateway = behind(subscriptions=[to("oms"), to("wms")], oms={"endpoints": [dead.address]}, wms={"endpoints": [fine.address]})
    for number in range(40):
        body = b'{"eventId":"E%d","data":{"orderId":"%d"}}' % (number, number)
        assert gateway.call("POST", "/events", {"Content-Type": "application/json"}, body).status == 202
    admin = Admin(gateway)
    admin.wait_idle("wms")
    assert len(fine.seen("/in")) == 40 and admin.subscription("oms")["backlog"] == 40
    dead.listen()


# ---- people ------------------------------------------------------------------------------------------------------------------


def test_calls_that_fail_raise_one_alert_however_many_they_are(behind, scripted):
    system = scripted(reset)
    gateway = behind(subscriptions=[SUBSCRIPTION], oms=cluster(system, retry={"max_attempts": 2, "delay": "1ms"}), wms=cluster(scripted(reply(b"{}", 422))))
    for _ in range(10):
        assert_error(get(gateway), 50291)
        assert gateway.call("GET", "/wms/x").status == 422
    admin = Admin(gateway)
    [alert] = until(lambda: admin.get("/alerts")["items"], 20 * SLOW, what="an alert")
    assert alert["name"] == "calls_failing" and alert["labels"] == {"cluster": "oms"}
    assert "OMS" in alert["message"] and "50291" in alert["message"] and system.address not in alert["message"]


def test_a_try_that_is_made_good_raises_none(behind, scripted):
    gateway = behind(subscriptions=[SUBSCRIPTION], oms=cluster(scripted(*[reset, FINE] * 10), retry={"max_attempts": 2, "delay": "1ms"}))
    for _ in range(10):
        assert_success(get(gateway), DATA)
    assert Admin(gateway).get("/alerts")["items"] == []


# ---- the end -----------------------------------------------------------------------------------------------------------------


def ends_well(gateway, threads):
    gateway.signal(signal.SIGTERM)
    for thread in threads:
        thread.join(30 * SLOW)
        assert not thread.is_alive(), "a call that was accepted has no answer"
    assert gateway.wait() == 0


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_call_between_two_tries_is_finished_before_the_end(behind, scripted, method):
    system = scripted(reset, FINE)
    gateway = behind(oms=cluster(system, idempotency={}, retry={"max_attempts": 2, "delay": milliseconds(300), "jitter": "0%"}))
    thread, answer = in_background(lambda: gateway.call(method, "/oms/x", (), BODY if method == "POST" else None))
    system.wait(1)
    ends_well(gateway, [thread])
    assert_success(answer[0], DATA)
    assert len(system.requests) == 2


def test_calls_that_wait_for_their_turn_are_made_before_the_end(behind, scripted):
    gate = Gate(FINE)
    system = scripted(gate)
    gateway = behind(oms=cluster(system, limits={"concurrent": 1, "queue_timeout": "20s"}))
    calls = [in_background(lambda: get(gateway)) for _ in range(6)]
    until(lambda: sum(gateway.metric("causeway_active_requests").values()) == 6, 20 * SLOW, what="all calls")
    opener = threading.Thread(target=lambda: (time.sleep(0.1), gate.open()))
    opener.start()
    ends_well(gateway, [thread for thread, _ in calls])
    opener.join()
    for _, answer in calls:
        assert_success(answer[0], DATA)
    assert len(system.requests) == 6


def test_sigterm_under_load_before_a_system_that_fails_breaks_no_call(behind, scripted):
    """Every call whose bytes were taken has an answer, 200 or an honest error; only between two answers may a connection end."""
    system = scripted(*[FINE, reset, FINE, BROKEN] * 500, FINE)
    gateway = behind(oms=cluster(system, retry={"max_attempts": 3, "delay": "2ms", "max_delay": "5ms"}))
    faults, served, stop = [], [0], threading.Event()

    def caller():
        while not stop.is_set():
            try:
                with gateway.connect() as connection:
                    while True:
                        connection.send(message("GET", "/oms/x"))
                        response = connection.read()
                        served[0] += 1
                        if response.status not in (200, 500, 502):  # 502: reset three times, or once above the budget
                            faults.append(response)
                        if response.header("Connection", "").lower() == "close":
                            break
            except Broken as broken:
                if "after b''" not in str(broken):
                    faults.append(broken)
            except OSError:
                time.sleep(0.01)
    threads = [threading.Thread(target=caller) for _ in range(12)]
    for thread in threads:
        thread.start()
    until(lambda: served[0] > 300, 60 * SLOW, what="load")
    gateway.signal(signal.SIGTERM)
    code = gateway.wait()
    stop.set()
    for thread in threads:
        thread.join()
    assert (code, faults) == (0, [])
