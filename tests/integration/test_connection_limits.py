"""How many connections a system gets, over all workers, and how many are kept for later calls."""
import threading

from harness.envelope import assert_error, assert_success
from harness.gateway import SLOW
from harness.http import message, until
from harness.resilience import BODY, DATA, behind, breaker, get, in_background, milliseconds, scripted, together
from harness.scripted_system import FINE, steps
from harness.upstream import Gate


def cluster(system, **limits):
    return {"endpoints": [system.address], "timeout": "10s", "limits": limits}


def test_no_more_connections_than_the_system_can_bear(behind, scripted):
    system = scripted(Gate(FINE))
    gate = system.turns[0]
    gateway = behind(workers=4, oms=cluster(system, connections=3))
    threads = [in_background(lambda: get(gateway))[0] for _ in range(3)]
    system.wait(3)
    for response in together(8, lambda _: get(gateway)):
        assert_error(response, 50391)
    assert len(system.idle()) == 3 and system.connections == 3
    gate.open()
    for thread in threads:
        thread.join()
    assert breaker(gateway) == 0
    assert len(system.idle()) <= 3


def test_an_idle_connection_of_another_worker_makes_room(behind, scripted):
    gate = Gate(FINE)
    system = scripted(*[FINE] * 6, gate)
    gateway = behind(workers=2, oms=cluster(system, connections=1))
    with gateway.connect() as one, gateway.connect() as two:  # one to each worker
        for caller in (one, two, one, two, two, one):
            caller.send(message("POST", "/oms/x", (), BODY))
            assert_success(caller.read(), DATA)
            until(lambda: len(system.idle()) <= 1, 20 * SLOW, what="the end of the other")
        one.send(message("GET", "/oms/x"))
        assert gate.entered.wait(20)
        two.send(message("GET", "/oms/x"))
        assert_error(two.read(), 50391)
        gate.open()
        assert_success(one.read(), DATA)
    assert len(system.requests) == 7


def test_idle_connections_are_kept_up_to_their_number_and_time(behind, scripted):
    full = threading.Barrier(4)
    system = scripted(steps(lambda *_: full.wait(20), FINE))
    gateway = behind(workers=1, oms=cluster(system, idle_connections=1, idle_timeout=milliseconds(200)))
    together(4, lambda _: get(gateway))
    until(lambda: len(system.idle()) == 1, 20 * SLOW, what="that the others are closed")
    until(lambda: len(system.idle()) == 0, 20 * SLOW, what="that the last is closed, too")
