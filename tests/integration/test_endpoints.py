"""Several endpoints of one system: who gets a call, who gets none any more, and what it costs when one dies."""
import itertools
import threading

import pytest

from harness.envelope import assert_error, assert_success
from harness.gateway import SLOW
from harness.http import message, until
from harness.process_system import ProcessSystem
from harness.resilience import BODY, BROKEN, DATA, behind, breaker, get, in_background, milliseconds, retries, scripted
from harness.scripted_system import FINE
from harness.upstream import Gate, Upstream, hang, reply, reset

OFF = {"enabled": False}


def cluster(*systems, **more):
    return {"endpoints": [system if isinstance(system, dict) else system.address for system in systems], "timeout": "10s", "circuit_breaker": OFF, **more}


@pytest.fixture
def pair():
    """Two systems whose answers are by path."""
    with Upstream() as one, Upstream() as two:
        yield one, two


def calls_of(gateway, systems, count=10):
    """Where so many calls go, which must all succeed."""
    before = [len(system.seen("/x")) for system in systems]
    for _ in range(count):
        assert_success(get(gateway), DATA)
    return [len(system.seen("/x")) - earlier for system, earlier in zip(systems, before)]


def states(gateway):
    """How many endpoints are well, unhealthy and ejected."""
    found = {dict(labels)["state"]: value for labels, value in gateway.metric("causeway_upstream_endpoints", cluster="oms").items()}
    return found["well"], found["unhealthy"], found["ejected"]


# ---- balancing ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("balancing", ["round_robin", "least_request"])
def test_idle_endpoints_share_by_their_weights(behind, scripted, balancing):
    systems = [scripted() for _ in range(3)]
    endpoints = [{"address": system.address, "weight": weight} for system, weight in zip(systems, (1, 3, 4))]
    gateway = behind(workers=1, oms=cluster(*endpoints, load_balancing=balancing))
    for _ in range(80):
        assert_success(get(gateway), DATA)
    counts = [len(system.requests) for system in systems]
    if balancing == "round_robin":
        assert counts == [10, 30, 40]
    else:
        assert sum(counts) == 80 and counts[2] > 0  # nobody is busy: any choice is right


def test_least_request_leaves_a_slow_endpoint_alone(behind, scripted):
    gate = Gate(FINE)
    slow, quick = scripted(gate), scripted()
    gateway = behind(workers=1, oms=cluster(slow, quick, load_balancing="least_request"))
    held, _ = in_background(lambda: until(lambda: get(gateway) and gate.entered.is_set(), what="a call at the slow one"))
    assert gate.entered.wait(20)
    before = len(quick.requests)
    for _ in range(20):
        assert_success(get(gateway), DATA)
    assert len(slow.requests) <= 1 and len(quick.requests) == before + 20
    gate.open()
    held.join()


def test_least_request_weighs_what_is_in_flight(behind, scripted):
    gate = Gate(FINE)
    small, large = scripted(gate), scripted(gate)
    gateway = behind(workers=1, oms=cluster({"address": small.address, "weight": 1}, {"address": large.address, "weight": 3}, load_balancing="least_request"))
    threads = [in_background(lambda: get(gateway))[0] for _ in range(16)]
    until(lambda: len(small.requests) + len(large.requests) == 16, 20 * SLOW, what="all calls")
    assert (len(small.requests), len(large.requests)) == (4, 12)
    gate.open()
    for thread in threads:
        thread.join()


# ---- one dies ----------------------------------------------------------------------------------------------------------------


def test_one_of_two_that_is_killed_under_load_costs_its_unsafe_calls_in_flight_and_no_other(behind, tmp_path):
    callers, killed, stop = 8, threading.Event(), threading.Event()
    numbers, failed, served, lock = itertools.count(), [], [0], threading.Lock()
    with ProcessSystem(tmp_path / "one", 0.004) as one, ProcessSystem(tmp_path / "two", 0.004) as two:
        gateway = behind(workers=2, oms=cluster(one, two, retry={"max_attempts": 3, "delay": "1ms"}, circuit_breaker={}))

        def caller(method):
            with gateway.connect() as connection:
                while not stop.is_set():
                    number = next(numbers)
                    connection.send(message(method, f"/oms/{method}-{number}", (), BODY if method == "POST" else None))
                    response = connection.read()
                    with lock:
                        served[0] += 1
                        if response.status != 200:
                            failed.append((method, number, response))
        threads = [threading.Thread(target=caller, args=(method,)) for method in ("GET", "POST") for _ in range(callers)]
        for thread in threads:
            thread.start()
        until(lambda: served[0] > 200, 60 * SLOW, what="load")
        one.kill()
        killed.set()
        after = served[0]
        until(lambda: served[0] > after + 300, 60 * SLOW, what="more load")
        stop.set()
        for thread in threads:
            thread.join()
        seen, survived = one.seen + two.seen, set(two.seen)
    assert len(failed) <= callers, "more calls failed than were in flight"
    for method, _, response in failed:
        assert method == "POST"
        assert_error(response, 50491, outcome="unknown")
    writes = [target for target in seen if target.startswith("POST")]
    assert len(writes) == len(set(writes)), "a write was doubled"
    assert not {f"POST-{number}" for _, number, _ in failed} & survived, "a call failed that the living one had carried out"
    assert breaker(gateway) == 0


def test_a_dead_one_costs_no_call_without_any_retry(behind, scripted):
    dead, alive = scripted(), scripted()
    dead.refuse()
    gateway = behind(oms=cluster(dead, alive))
    for number in range(20):
        method = ("GET", "POST")[number % 2]
        assert_success(gateway.call(method, "/oms/x", (), BODY if method == "POST" else None), DATA)
    assert len(alive.requests) == 20
    assert set(retries(gateway)) == {"connect_failure"}


@pytest.mark.parametrize("caller", ["GET", "PUT", "keyed", "POST"])
def test_what_dies_with_its_endpoint_goes_to_another_once_if_it_may_come_twice(behind, scripted, caller):
    """Without any `retry`: an endpoint that is taken down costs nobody a call that may be sent again."""
    systems = one, two = scripted(reset), scripted(reset)
    gateway = behind(workers=1, oms=cluster(*systems, **({"idempotency": {}} if caller == "keyed" else {})))
    method = "POST" if caller == "keyed" else caller
    call = lambda: gateway.call(method, "/oms/x", (), BODY if method != "GET" else None)
    response = call()
    assert_error(response, 50291) if method == "GET" else assert_error(response, 50491, outcome="unknown")
    assert [len(system.requests) for system in systems] in ([[1, 0], [0, 1]] if caller == "POST" else [[1, 1]])
    two.play()
    codes = [call().status for _ in range(4)]
    assert codes.count(200) == (2 if caller == "POST" else 4)
    keys = {request.header("Idempotency-Key") for system in systems for request in system.requests}
    assert len(keys) == (5 if caller == "keyed" else 1), "one a call, and no more"


def test_another_try_goes_to_another_endpoint(behind, scripted):
    broken, fine = scripted(BROKEN), scripted()
    gateway = behind(workers=1, oms=cluster(broken, fine, retry={"max_attempts": 2, "delay": "1ms", "on": ["500"]}))
    for _ in range(10):
        assert_success(get(gateway), DATA)
    assert len(fine.requests) == 10 and 1 <= len(broken.requests) <= 10


# ---- health checks -----------------------------------------------------------------------------------------------------------

CHECK = {"path": "/health", "interval": "30ms", "timeout": milliseconds(1000), "healthy": 2, "unhealthy": 2}


@pytest.mark.parametrize("bad", [reply(b"", 503), reply(b"", 404), hang, reply(b"", 302)], ids=["503", "404", "hangs", "302"])
def test_a_health_check_takes_an_endpoint_out_and_back(behind, pair, bad):
    one, two = pair
    gateway = behind(workers=1, oms=cluster(one, two, health_check=CHECK))
    one.wait(2, "/health")
    assert calls_of(gateway, pair) == [5, 5]
    one.on("/health", bad)
    until(lambda: calls_of(gateway, pair) == [0, 10], 20 * SLOW, what="that nobody asks the sick one")
    assert calls_of(gateway, pair, 20) == [0, 20]
    assert states(gateway) == (1, 1, 0)
    one.on("/health", reply(b""))
    until(lambda: calls_of(gateway, pair) == [5, 5], 20 * SLOW, what="that the well one is asked again")
    assert states(gateway) == (2, 0, 0)


def test_one_failed_check_is_none(behind, pair):
    one, two = pair
    gateway = behind(workers=1, oms=cluster(one, two, health_check={**CHECK, "unhealthy": 3}))
    answers = itertools.cycle([reply(b"", 500), reply(b"", 500), reply(b"")])
    one.on("/health", lambda request, peer: next(answers)(request, peer))
    one.wait(12, "/health")
    assert calls_of(gateway, pair) == [5, 5]


def test_where_nobody_is_well_everybody_is_asked(behind, pair):
    """The check may be wrong; the calls will show."""
    one, two = pair
    for system in pair:
        system.on("/health", reply(b"", 500))
    gateway = behind(workers=1, oms=cluster(one, two, health_check=CHECK))
    for system in pair:
        system.wait(6, "/health")
    assert sum(calls_of(gateway, pair)) == 10


def test_checks_are_no_calls_and_say_who_asks(behind, pair):
    one, two = pair
    gateway = behind(oms=cluster(one, two, health_check=CHECK, limits={"rate": "1/h", "burst": 1}))
    for request in one.wait(5, "/health"):
        assert (request.method, request.target, request.body) == ("GET", "/health", b"")
        assert request.header("User-Agent") == "causeway-health" and request.header("Host") == one.address
    assert gateway.metric("causeway_upstream_requests_total", cluster="oms") == {}
    assert_success(get(gateway), DATA)
    assert_error(get(gateway), 50391)


def test_what_checks_found_survives_a_reload_and_they_end_with_their_configuration(behind, pair):
    one, two = pair
    one.on("/health", reply(b"", 500))
    gateway = behind(workers=1, oms=cluster(one, two, health_check={**CHECK, "interval": "200ms", "healthy": 100}))
    until(lambda: calls_of(gateway, pair) == [0, 10], 20 * SLOW, what="that nobody asks the sick one")
    one.on("/health", reply(b""))
    text = gateway.config_file.read_text()
    gateway.reload(text.replace("timeout: 10s", "timeout: 9s"))
    assert calls_of(gateway, pair) == [0, 10]
    gateway.reload(text[:text.index("  health_check:")] + text[text.index("include:"):])
    count = len(one.seen("/health"))
    assert sum(calls_of(gateway, pair, 40)) == 40
    threading.Event().wait(0.2)
    assert len(one.seen("/health")) <= count + 1


# ---- ejection ----------------------------------------------------------------------------------------------------------------


def where(gateway, systems, count):
    """How many of so many calls, whatever they come to, went to each."""
    before = [len(system.requests) for system in systems]
    for _ in range(count):
        get(gateway)
    return [len(system.requests) - earlier for system, earlier in zip(systems, before)]


def test_an_endpoint_that_fails_in_a_row_is_ejected_and_comes_back(behind, scripted):
    systems = broken, _ = scripted(*[BROKEN] * 3, FINE), scripted()
    gateway = behind(workers=1, oms=cluster(*systems, outlier_detection={"consecutive_failures": 3, "ejection": milliseconds(4000)}))
    assert where(gateway, systems, 6) == [3, 3]
    assert where(gateway, systems, 6) == [0, 6]
    [total] = gateway.metric("causeway_upstream_ejections_total", cluster="oms", endpoint=broken.address).values()
    assert (total, states(gateway)) == (1, (1, 0, 1))
    until(lambda: where(gateway, systems, 2)[0] == 1, 20 * SLOW, what="the return")
    assert where(gateway, systems, 10) == [5, 5]
    assert states(gateway) == (2, 0, 0)


def test_a_success_between_failures_keeps_it(behind, scripted):
    systems = scripted(*[BROKEN, BROKEN, FINE] * 4), scripted()
    gateway = behind(workers=1, oms=cluster(*systems, outlier_detection={"consecutive_failures": 3, "ejection": "1h"}))
    assert where(gateway, systems, 24) == [12, 12]


def test_no_more_than_their_share_are_ejected(behind, scripted):
    systems = [scripted(BROKEN) for _ in range(4)]
    gateway = behind(workers=1, oms=cluster(*systems, outlier_detection={"consecutive_failures": 2, "ejection": "1h", "max_ejected": "50%"}))
    where(gateway, systems, 24)
    counts = where(gateway, systems, 20)
    assert sorted(count > 0 for count in counts) == [False, False, True, True], counts


def test_the_only_endpoint_is_never_ejected(behind, scripted):
    system = scripted(*[BROKEN] * 10, FINE)
    gateway = behind(oms=cluster(system, outlier_detection={"consecutive_failures": 2, "ejection": "1h", "max_ejected": "100%"}))
    assert where(gateway, [system], 10) == [10]
    assert_success(get(gateway), DATA)


def test_failures_of_callers_eject_nobody(behind, scripted):
    systems = scripted(reply(b"{}", 404), reply(b"{}", 422), reply(b'{"errCode":"SHORT"}')), scripted()
    outcomes = [{"when": '.errCode == "SHORT"', "is": "business", "code": 40001}]
    gateway = behind(workers=1, oms=cluster(*systems, outcomes=outcomes, outlier_detection={"consecutive_failures": 2, "ejection": "1h"}))
    assert where(gateway, systems, 20) == [10, 10]


def test_an_ejection_counts_over_all_workers_and_survives_a_reload(behind, scripted):
    systems = scripted(BROKEN), scripted()
    gateway = behind(workers=4, oms=cluster(*systems, outlier_detection={"consecutive_failures": 5, "ejection": "1h"}))
    until(lambda: where(gateway, systems, 12)[0] == 0, 20 * SLOW, what="the ejection")
    assert len(systems[0].requests) == 5
    gateway.reload(gateway.config_file.read_text().replace("timeout: 10s", "timeout: 9s"))
    assert where(gateway, systems, 12) == [0, 12]
