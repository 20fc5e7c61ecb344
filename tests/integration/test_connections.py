"""The connections to a system: how many there may be, how long they are kept, where names lead."""
import threading

import pytest

from harness.envelope import assert_error, assert_success
from harness.gateway import SLOW
from harness.http import until
from harness.resilience import DATA, behind, in_background, milliseconds, together
from harness.upstream import Gate, Upstream, reply

OFF = {"enabled": False}


def cluster(*systems, **limits):
    return {"endpoints": [getattr(system, "address", system) for system in systems], "timeout": "10s", "circuit_breaker": OFF, "limits": limits}


def get(gateway, path="/oms/x"):
    return gateway.call("GET", path)


@pytest.fixture
def one():
    with Upstream() as system:
        yield system


@pytest.fixture
def other():
    with Upstream() as system:
        yield system


def test_a_call_without_a_free_connection_is_turned_away_at_once(behind, one):
    gate = Gate(reply())
    one.on("/slow", gate)
    gateway = behind(workers=1, oms=cluster(one, connections=1))  # another worker would open a connection of its own
    slow, answers = in_background(lambda: get(gateway, "/oms/slow"))
    assert gate.entered.wait(20)
    assert_error(get(gateway), 50391)
    gate.open()
    slow.join()
    assert_success(answers[0], DATA)
    assert_success(get(gateway), DATA)
    assert one.connections == 1


def test_a_call_goes_to_an_endpoint_that_has_a_free_connection(behind, one, other):
    gates = [Gate(reply()), Gate(reply())]
    for system, gate in zip((one, other), gates):
        system.on("/slow", gate)
    gateway = behind(oms=cluster(one, other, connections=1))
    calls = [in_background(lambda: get(gateway, "/oms/slow")) for _ in range(2)]
    assert all(gate.entered.wait(20) for gate in gates)
    assert_error(get(gateway), 50391)
    for gate in gates:
        gate.open()
    for thread, answers in calls:
        thread.join()
        assert_success(answers[0], DATA)


def test_an_idle_connection_of_another_worker_makes_room(behind, one):
    """Callers come over many connections, so both workers have calls; never more than one goes to the system."""
    most, inside, lock = 0, 0, threading.Lock()

    def count(request, peer):
        nonlocal most, inside
        with lock:
            inside += 1
            most = max(most, inside)
        threading.Event().wait(0.001)
        with lock:
            inside -= 1  # before the answer: whoever has it may come again at once
        reply()(request, peer)
    one.on("/", count)
    gateway = behind(workers=2, oms=cluster(one, connections=1))
    for _ in range(40):
        assert_success(get(gateway), DATA)
    assert most == 1
    assert 2 <= one.connections <= 40


def test_a_limit_holds_under_load(behind, one):
    one.on("/", lambda request, peer: (threading.Event().wait(0.002), reply()(request, peer)))
    gateway = behind(workers=2, oms=cluster(one, connections=4))
    codes = [code for found in together(24, lambda _: [get(gateway).json["code"] for _ in range(10)]) for code in found]
    assert set(codes) == {0, 50391}
    until(lambda: len(one.peers) <= 4, 20 * SLOW, what="the end of those that made room")


def test_none_is_kept_where_none_may_be(behind, one):
    gateway = behind(oms=cluster(one, idle_connections=0))
    for _ in range(3):
        assert_success(get(gateway), DATA)
    assert one.connections == 3


def test_one_that_was_idle_too_long_is_closed(behind, one):
    gateway = behind(workers=1, oms=cluster(one, idle_timeout=milliseconds(100)))
    assert_success(get(gateway), DATA)
    until(lambda: not one.peers, 20 * SLOW, what="that the idle connection is closed")
    assert_success(get(gateway), DATA)
    assert one.connections == 2


def test_a_reload_keeps_connections_unless_their_limits_change(behind, one):
    gateway = behind(workers=1, oms=cluster(one, connections=3))
    text = gateway.config_file.read_text()
    assert_success(get(gateway), DATA)
    gateway.reload(text.replace("timeout: 10s", "timeout: 9s"))
    assert_success(get(gateway), DATA)
    assert one.connections == 1
    gateway.reload(text.replace("connections: 3", "connections: 2"))
    assert_success(get(gateway), DATA)
    assert one.connections == 2
    until(lambda: len(one.peers) == 1, 20 * SLOW, what="that the connection of before is closed")


def test_clusters_do_not_share_connections(behind, one):
    gateway = behind(workers=1, oms=cluster(one), wms=cluster(one))
    assert_success(get(gateway), DATA)
    assert_success(get(gateway, "/wms/x"), DATA)
    assert one.connections == 2


def test_a_name_leads_to_the_system(behind, one):
    gateway = behind(oms=cluster(f"localhost:{one.port}"))
    for _ in range(4):
        assert_success(get(gateway), DATA)
    assert {request.header("Host") for request in one.seen("/x")} == {f"localhost:{one.port}"}


def test_a_name_that_nobody_knows_stops_nobody(behind, one):
    """The start waits for it, but not for long; other systems are served."""
    gateway = behind(oms=cluster(one), wms=cluster("nowhere.invalid:80"))
    assert_success(get(gateway), DATA)
    assert_error(get(gateway, "/wms/x"), 50290)
