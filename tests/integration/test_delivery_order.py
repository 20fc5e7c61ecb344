"""What is attempted when: order within a key, how much at a time, the schedule, and what a reload or a dead system changes."""
import json
import signal
import threading

import pytest

from harness import http
from harness.events import ROUTES, Admin, Answers, configuration, deliveries, publish, subscription
from harness.gateway import SLOW
from harness.upstream import Gate, Upstream, close, reply

WINDOW = 256  # details.md, "Events"


class Crowd:
    """Holds every attempt until `open()`; knows how many there were at once, of all and of each key."""

    def __init__(self):
        self.lock, self.opened, self.now, self.most, self.keys, self.doubled = threading.Lock(), threading.Event(), 0, 0, set(), []

    def __call__(self, request, peer):
        key = json.loads(request.body)["data"]["orderId"]
        with self.lock:
            self.now += 1
            self.most = max(self.most, self.now)
            self.doubled += [key] if key in self.keys else []
            self.keys.add(key)
        self.opened.wait(http.TIMEOUT * SLOW)
        with self.lock:
            self.now -= 1
            self.keys.discard(key)
        reply(b"")(request, peer)


def publish_many(gateway, *events):
    body = json.dumps([{"eventId": event_id, "data": {"orderId": key}} for event_id, key in events]).encode()
    answer = gateway.call("POST", "/events/orders", {"Content-Type": "application/json"}, body)
    assert answer.status == 202, answer


def test_of_a_key_one_at_a_time_of_all_as_many_as_allowed(system, start):
    gateway, crowd = start(subscription(concurrency=6)), Crowd()
    system.on("/in", crowd)
    publish_many(gateway, *((f"e{number}", f"K{number % 10}") for number in range(40)))
    http.until(lambda: crowd.now == 6, 20 * SLOW, what="six attempts at once")
    crowd.opened.set()
    Admin(gateway).wait_idle()
    assert (crowd.most, crowd.doubled, len(system.seen("/in"))) == (6, [], 40)
    for key in range(10):
        assert [event for event, _ in deliveries(system) if int(event[1:]) % 10 == key] == [f"e{number}" for number in range(key, 40, 10)]


def test_without_order_a_key_is_no_reason_to_wait(system, start):
    gateway, crowd = start(subscription(order="none", concurrency=5)), Crowd()
    system.on("/in", crowd)
    publish_many(gateway, *((f"e{number}", "K") for number in range(20)))
    http.until(lambda: crowd.now == 5, 20 * SLOW, what="five attempts of one key at once")
    crowd.opened.set()
    Admin(gateway).wait_idle()
    assert len(system.seen("/in")) == 20


def test_no_more_than_the_window_may_come_twice(system, start):
    """However many attempts are allowed, a crash finds at most so many events delivered and not settled."""
    gateway, crowd = start(subscription(concurrency=1000, deliver={"http": {"cluster": "wms", "path": "/in", "timeout": "60s"}})), Crowd()
    system.on("/in", crowd)
    publish_many(gateway, *((f"e{number}", f"K{number}") for number in range(1000)))
    http.until(lambda: crowd.now >= WINDOW // 2, 20 * SLOW, what="a window of attempts")
    gateway.signal(signal.SIGKILL)
    gateway.process.wait()
    assert crowd.most <= WINDOW
    before = {event for event, _ in deliveries(system)}
    crowd.opened.set()
    gateway.start()
    Admin(gateway).wait_idle()
    seen = [event for event, _ in deliveries(system)]
    assert set(seen) == {f"e{number}" for number in range(1000)}
    assert len(seen) - len(set(seen)) <= WINDOW and len(before) <= WINDOW


def test_a_receiver_that_hangs_for_one_key_holds_nobody_else(system, start):
    """Also far more events than the window: what hangs is written down, and the cursor goes on."""
    gateway, gate = start(subscription(concurrency=8, deliver={"http": {"cluster": "wms", "path": "/in", "timeout": "60s"}})), Gate(reply(b""))
    system.on("/in", Answers(gate, only=b'"STUCK"'))
    publish_many(gateway, ("s1", "STUCK"), ("s2", "STUCK"))
    assert gate.entered.wait(http.TIMEOUT * SLOW)
    publish_many(gateway, *((f"e{number}", f"K{number % 50}") for number in range(900)))
    system.wait(901, "/in", 60 * SLOW)
    gate.open()
    Admin(gateway).wait_idle()
    seen = [event for event, _ in deliveries(system)]
    assert len(seen) == 902 and seen.index("s1") < seen.index("s2")


def test_each_wait_is_longer_until_the_longest(system, start):
    gateway = start(subscription(retry={"max_attempts": 6, "delay": "50ms", "multiplier": 2, "max_delay": "200ms"}))
    system.on("/in", reply(b"", 500))
    publish(gateway, "e-1")
    admin = Admin(gateway)
    dead, = admin.wait_dead(1)
    began = [attempt["at"] for attempt in admin.get(f"/dead-letters/{dead['id']}")["tried"]]
    waits = [after - before for before, after in zip(began, began[1:])]
    assert len(waits) == 5
    for waited, least in zip(waits, (50, 100, 200, 200, 200)):
        assert waited >= least - 1, waits


def test_an_answer_that_is_cut_in_its_body_is_none(system, start):
    gateway = start()

    def half(_, peer):
        peer.send(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf")
        peer.close()
    system.on("/in", Answers(half, reply(b"")))
    publish(gateway, "e-1")
    Admin(gateway).wait_idle()
    assert len(system.seen("/in")) == 2


def test_a_failing_event_holds_its_key_and_no_other(system, start):
    gateway = start(subscription(retry={"max_attempts": 1000, "delay": "20ms", "max_delay": "20ms"}))
    system.on("/in", Answers(reply(b"", 503), only=b'"bad": true'))
    publish(gateway, "k-1", bad=True)
    for number in range(2, 5):
        publish(gateway, f"k-{number}")
        publish(gateway, f"other-{number}", key="OTHER")
    http.until(lambda: {event for event, _ in deliveries(system)} >= {"other-2", "other-3", "other-4"}, 20 * SLOW, what="the other key")
    system.wait(8, "/in")
    assert not {"k-2", "k-3", "k-4"} & {event for event, _ in deliveries(system)}
    system.on("/in", reply(b""))
    Admin(gateway).wait_idle()
    order = [event for event, _ in deliveries(system) if event.startswith("k-")]
    assert order[-3:] == ["k-2", "k-3", "k-4"] and set(order[:-3]) == {"k-1"}


def test_two_subscriptions_know_nothing_of_each_other(system, start):
    other = subscription(name="erp", deliver={"http": {"cluster": "wms", "path": "/erp"}})
    gateway = start(subscription(), other)
    system.on("/in", reply(b"", 422))
    for number in range(3):
        publish(gateway, f"e-{number}")
    admin = Admin(gateway)
    admin.wait_idle("erp")
    admin.wait_dead(1)
    assert [json.loads(request.body)["eventId"] for request in system.seen("/erp")] == ["e-0", "e-1", "e-2"]
    assert {request.header("Idempotency-Key") for request in system.seen("/erp")} == {f"e-{number}/erp" for number in range(3)}
    assert admin.subscription("erp")["deadLetters"] == 0 and admin.subscription()["held"] == 2


def test_a_system_that_is_away_gets_everything_once_and_in_order_when_it_is_back(system, start):
    gateway = start(subscription(retry={"max_attempts": 1000, "delay": "20ms", "multiplier": 2, "max_delay": "100ms"}))
    port = system.port
    system.stop()
    for number in range(20):
        publish(gateway, f"e{number}", key=f"K{number % 4}")
    admin = Admin(gateway)
    http.until(lambda: admin.subscription()["retrying"] == 4, 20 * SLOW, what="the first of each key to have failed")
    with Upstream(port=port) as back:
        admin.wait_idle()
        seen = [event for event, _ in deliveries(back)]
    assert sorted(seen) == sorted(f"e{number}" for number in range(20))
    for key in range(4):
        assert [event for event in seen if int(event[1:]) % 4 == key] == [f"e{number}" for number in range(key, 20, 4)]


def test_a_replay_that_is_refused_again_parks_again(system, start):
    gateway = start()
    system.on("/in", Answers(reply(b"", 422), only=b'"bad": true'))
    publish(gateway, "k-1", bad=True)
    admin = Admin(gateway)
    dead, = admin.wait_dead(1)
    publish(gateway, "k-2")
    http.until(lambda: admin.subscription()["held"] == 1, 20 * SLOW, what="the key to be held")
    admin.post(f"/dead-letters/{dead['id']}/replay", {"reason": "try"})
    system.wait(2, "/in")
    again, = admin.wait_dead(1)
    assert again["id"] == dead["id"] and admin.subscription()["held"] == 1
    assert [event for event, _ in deliveries(system)] == ["k-1", "k-1"]
    system.reset()
    admin.post(f"/dead-letters/{dead['id']}/replay", {"reason": "mended"})
    admin.wait_idle()
    assert [event for event, _ in deliveries(system)] == ["k-1", "k-2"]


def test_many_of_a_key_that_are_replayed_at_once_come_in_the_order_of_the_log(system, start):
    gateway = start(subscription(on_dead_letter="skip"))
    system.on("/in", reply(b"", 422))
    for number in range(8):
        publish(gateway, f"k-{number}")
    admin = Admin(gateway)
    admin.wait_dead(8)
    gateway.signal(signal.SIGKILL)
    gateway.process.wait()
    system.reset()
    gateway.start()
    assert admin.post("/dead-letters/replay", {"subscription": "wms", "dry_run": True})["count"] == 8
    assert admin.post("/dead-letters/replay", {"subscription": "wms"})["count"] == 8
    admin.wait_idle()
    assert [event for event, _ in deliveries(system)] == [f"k-{number}" for number in range(8)]


def test_a_reload_changes_the_call_and_keeps_the_place(system, start):
    gateway = start(subscription(retry={"max_attempts": 1000, "delay": "50ms", "max_delay": "50ms"}))
    system.on("/in", reply(b"", 500))
    publish(gateway, "e-1")
    publish(gateway, "e-2")
    system.wait(2, "/in")
    gateway.reload(configuration(system.port, subscription(deliver={"http": {"cluster": "wms", "path": "/moved"}})))
    system.wait(2, "/moved")
    Admin(gateway).wait_idle()
    assert [json.loads(request.body)["eventId"] for request in system.seen("/moved")] == ["e-1", "e-2"]


def test_a_subscription_that_left_and_came_back_goes_on_where_it_was(system, start):
    gateway = start()
    publish(gateway, "e-1")
    Admin(gateway).wait_idle()
    gateway.reload(configuration(system.port, subscriptions=[]))
    publish(gateway, "e-2")
    gateway.reload(configuration(system.port, subscription()))
    publish(gateway, "e-3")
    system.wait(3, "/in")
    Admin(gateway).wait_idle()
    assert [event for event, _ in deliveries(system)] == ["e-1", "e-2", "e-3"]


@pytest.mark.parametrize("answer", [close, reply(b"", 503)], ids=["cut", "503"])
def test_the_place_within_a_key_grows_and_an_attempt_does_not_change_it(system, start, answer):
    gateway = start(subscription(retry={"max_attempts": 1000}))
    system.on("/in", Answers(answer, answer, reply(b"")))
    for number in range(5):
        publish(gateway, f"e-{number}")
    Admin(gateway).wait_idle()
    places = {}
    for event, place in deliveries(system):
        assert places.setdefault(event, place) == place
    assert list(places) == [f"e-{number}" for number in range(5)]
    assert list(places.values()) == sorted(set(places.values()))


def test_a_new_name_takes_over_the_place_and_the_dead_letters(system, start):
    gateway = start()
    system.on("/in", Answers(reply(b"", 422), only=b'"bad": true'))
    publish(gateway, "k-1", bad=True)
    publish(gateway, "k-2")
    publish(gateway, "o-1", key="OTHER")
    admin = Admin(gateway)
    admin.wait_dead(1)
    http.until(lambda: admin.subscription()["backlog"] == 1, 20 * SLOW, what="the other key to be done")
    gateway.reload(configuration(system.port, subscription(name="wms-new", was="wms")))
    publish(gateway, "o-2", key="OTHER")
    http.until(lambda: admin.subscription("wms-new")["backlog"] == 1, 20 * SLOW, what="the new event to be done")
    system.reset()
    dead, = admin.dead()
    admin.post(f"/dead-letters/{dead['id']}/replay", {"reason": "mended"})
    admin.wait_idle("wms-new")
    assert [request.header("Idempotency-Key") for request in system.seen("/in")] == ["k-1/wms-new", "k-2/wms-new"]


def test_large_events_are_not_all_held_in_memory(system, start):
    gateway, gate = start(subscription(deliver={"http": {"cluster": "wms", "path": "/in", "timeout": "60s"}})), Gate(reply(b""))
    system.on("/in", gate)
    before = gateway.resident()
    for number in range(200):
        publish(gateway, f"e{number}", key=f"K{number}", fill="x" * (1 << 20))
    assert gate.entered.wait(http.TIMEOUT * SLOW)
    grown = gateway.resident() - before
    gate.open()
    Admin(gateway).wait_idle()
    assert len({bytes(request.body) for request in system.seen("/in")}) == len(system.seen("/in")) == 200
    assert SLOW > 1 or max(grown, gateway.resident() - before) < 180 << 20, "the store's cache and a window, not everything"
