"""A gateway before clusters that fail, and what it counted. Suites import the fixtures `behind` and `scripted` by name."""
import threading

import pytest

from .envelope import assert_error, assert_upstream_error
from .gateway import SLOW, Gateway, main_config
from .http import until
from .scripted_system import ScriptedSystem
from .upstream import reply

DATA, BODY = b'{"ok":true}', b'{"qty":19.90}'
BROKEN = reply(b"{}", 500)
CLOSED, HALF_OPEN, OPEN = 0, 1, 2
EAGER = {"window": 4, "minimum_calls": 4, "failure_rate": "100%", "open_for": "1h", "half_open_calls": 3}  # opens after four failures
SUBSCRIPTION = {"name": "sync", "topic": "orders", "start": "earliest", "concurrency": 8, "deliver": {"http": {"cluster": "oms", "path": "/in"}},
                "retry": {"max_attempts": 1, "delay": "20ms", "max_age": "1h"}}


def milliseconds(count):
    """Longer where a sanitiser makes all slower."""
    return f"{int(count * SLOW)}ms"


def files(clusters, **more):
    """A route of its name to each cluster: what follows `/oms/` is the path there."""
    made = [{"name": name, "match": {"methods": "any", "path": f"/{name}/{{rest...}}"}, "adapter": {"http": {"cluster": name, "path": "/{rest...}"}}}
            for name in clusters]
    events = [{"name": "publish", "match": {"method": "POST", "path": "/events"}, "adapter": {"publish": {"topic": "orders", "type": "CREATED"}}}]
    return {"open": {"api": "open", "base": "/", "defaults": {"auth": "none"}, "routes": made + (events if "topics" in more else [])}}


@pytest.fixture
def scripted():
    """Makes systems that end with the test: `scripted(turn, …)`."""
    made = []

    def begin(*turns):
        made.append(ScriptedSystem(*turns))
        return made[-1]
    yield begin
    for system in made:
        system.stop()


@pytest.fixture
def behind(tmp_path):
    """Starts a gateway before clusters: `behind(oms={…})`."""
    running = []

    def begin(workers=2, subscriptions=(), **clusters):
        more = {"workers": workers, "drain_timeout": "5s"}
        if subscriptions:
            more |= {"store": {"sqlite": {"path": "data/causeway.db", "min_free": "0B"}}, "bus": {"embedded": {}},
                     "topics": [{"name": "orders", "key": "{{ .orderId }}", "shards": 2}], "subscriptions": list(subscriptions)}
        running.append(Gateway(main_config(clusters, **more), files(clusters, **more), tmp_path))
        return running[-1]
    yield begin
    for gateway in running:
        gateway.stop()


def together(count, call):
    """The results of so many calls that begin at once, in no order; a call that throws makes the test fail."""
    start, results, faults = threading.Barrier(count), [], []

    def run(number):
        start.wait(20)
        try:
            results.append(call(number))
        except BaseException as fault:  # pylint: disable=broad-except
            faults.append(fault)
    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if faults:
        raise faults[0]
    return results


def in_background(call):
    """A thread that makes it, and the list in which its result will be."""
    results = []
    thread = threading.Thread(target=lambda: results.append(call()), daemon=True)
    thread.start()
    return thread, results


def breaker(gateway, cluster="oms"):
    """0 closed, 1 half-open, 2 open."""
    [state] = gateway.metric("causeway_circuit_breaker_state", cluster=cluster).values()
    return state


def retries(gateway, cluster="oms"):
    return {dict(labels)["reason"]: value for labels, value in gateway.metric("causeway_upstream_retries_total", cluster=cluster).items() if value}


def codes(gateway, route="oms"):
    gateway.settle()
    found = {}
    for labels, value in gateway.metric("causeway_requests_total", route=route).items():
        found[int(dict(labels)["code"])] = found.get(int(dict(labels)["code"]), 0) + value
    return found


def guarded(system, retry=None, timeout="10s", **settings):
    """A cluster whose breaker opens soon, for long, but for what is said otherwise."""
    return {"endpoints": [system.address], "timeout": timeout, "circuit_breaker": {**EAGER, **settings}, **({"retry": retry} if retry else {})}


def get(gateway, path="/oms/x"):
    return gateway.call("GET", path)


def assert_refused(response, least, most):
    assert_error(response, 50390)
    assert least <= int(response.header("Retry-After")) <= most, response


def open_it(gateway, count=4):
    """So many calls that fail."""
    for _ in range(count):
        assert breaker(gateway) == CLOSED
        assert_upstream_error(get(gateway), 500)
    assert breaker(gateway) == OPEN


def admitted(gateway):
    """The first answer that is not a refusal: the probe of a breaker whose time is over."""
    def tried():
        response = get(gateway)
        return None if response.status == 503 and response.code == 50390 else response
    return until(tried, 20 * SLOW, what="a probe")
