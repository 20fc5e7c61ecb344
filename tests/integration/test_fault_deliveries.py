"""The rows of the fault matrix on deliveries: what the system broke is tried again with the same bytes and key, once."""
import json

import pytest

from harness.events import Admin
from harness.fault_matrix import OUTCOMES
from harness.gateway import SLOW, Gateway, main_config
from harness.http import until
from harness.scripted_system import FINE, ScriptedSystem
from test_fault_matrix import FAULTS

BODY = {"orderId": "1", "price": 19.90}
SEEN = [fault for fault in FAULTS if fault.turn]


@pytest.fixture(scope="module")
def scene(tmp_path_factory):
    """One event, and a subscription to a system of its own for each fault, which plays it once."""
    systems = [ScriptedSystem(fault.turn, FINE) for fault in SEEN]
    clusters = {f"c{number}": {"endpoints": [system.address], "timeout": f"{int(1000 * SLOW)}ms" if SEEN[number].late else "10s", "outcomes": OUTCOMES}
                for number, system in enumerate(systems)}
    subscriptions = [{"name": name, "topic": "orders", "start": "earliest", "deliver": {"http": {"cluster": name, "path": "/in"}},
                      "retry": {"max_attempts": 5, "delay": "5ms", "multiplier": 1, "max_delay": "20ms", "max_age": "1h"}} for name in clusters]
    config = main_config(clusters, store={"sqlite": {"path": "data/causeway.db", "min_free": "0B"}}, bus={"embedded": {}},
                         topics=[{"name": "orders", "key": "{{ .orderId }}"}], subscriptions=subscriptions)
    routes = {"api": "events", "base": "/", "defaults": {"auth": "none"}, "routes": [
        {"name": "publish", "match": {"method": "POST", "path": "/events"}, "adapter": {"publish": {"topic": "orders", "type": "CREATED"}}}]}
    with Gateway(config, {"events": routes}, tmp_path_factory.mktemp("deliveries")) as gateway:
        body = json.dumps({"eventId": "E1", "data": BODY}).encode()
        assert gateway.call("POST", "/events", {"Content-Type": "application/json"}, body).status == 202
        yield gateway, systems
    for system in systems:
        system.stop()


def results(gateway, name):
    found = gateway.metric("causeway_deliveries_total", subscription=name)
    return {dict(labels)["result"]: value for labels, value in found.items() if value}


@pytest.mark.parametrize("number", range(len(SEEN)), ids=[fault.name for fault in SEEN])
def test_a_delivery(scene, number):
    gateway, systems = scene
    fault, system, name = SEEN[number], systems[number], f"c{number}"
    admin = Admin(gateway)
    dead = fault.what == "business" and fault.status == "200"
    again = not dead and fault.what != "success" and fault.name != "no JSON"  # a 2xx is all that a delivery wants
    expected = {"dead": 1} if dead else {"retry": 1, "success": 1} if again else {"success": 1}
    until(lambda: sum(results(gateway, name).values()) == sum(expected.values()), 30 * SLOW, what=f"{expected}")
    assert results(gateway, name) == expected
    assert [one["subscription"] for one in admin.dead() if one["subscription"] == name] == [name] * dead
    assert len(system.requests) == (fault.seen + 1 if again else 1) and system.broken == []
    assert {request.header("Idempotency-Key") for request in system.requests} == {f"E1/{name}"}
    assert len({request.body for request in system.requests}) == 1
    event = json.loads(system.requests[0].body)
    assert (event["eventId"], event["data"]) == ("E1", BODY)
