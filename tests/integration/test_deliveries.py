"""What a subscription does about every kind of answer, and about dead letters (design: correctness.md, "Deliveries")."""
import json
import signal
import subprocess
import time

import pytest

from harness import http
from harness.events import ROUTES, Admin, Answers, configuration, deliveries, publish, subscription
from harness.gateway import BINARY, SLOW, Gateway
from harness.http import until
from harness.upstream import close, hang, reply


def test_a_delivery_carries_the_event_as_it_was_said(system, start):
    gateway = start()
    body = b'{"eventId":"e-1","timestamp":1706518800000,"data":{"orderId":"O1","price":19.90,"n":123456789012345678901234567890,"e":1e2}}'
    gateway.call("POST", "/events/orders", {"Content-Type": "application/json", "traceparent": "00-" + "a" * 32 + "-" + "b" * 16 + "-01"}, body)
    request = system.wait(1, "/in")[0]
    assert request.body == b'{"eventId":"e-1","eventType":"ORDER_CREATED","timestamp":1706518800000,' + body[body.index(b'"data"'):]
    assert request.header("Idempotency-Key") == "e-1/wms"
    assert request.header("X-Causeway-Sequence") == "1"
    assert request.header("Content-Type") == "application/json"
    assert request.header("traceparent").startswith("00-" + "a" * 32 + "-")
    assert "b" * 16 not in request.header("traceparent")


@pytest.mark.parametrize("answer", [reply(b"", 409), reply(b"", 500), reply(b"", 503), reply(b"", 429), reply(b"", 401), reply(b"", 403),
                                    reply(b"", 404), reply(b"", 405), reply(b"", 408), reply(b"", 425), close, hang],
                         ids=["409", "500", "503", "429", "401", "403", "404", "405", "408", "425", "cut", "hang"])
def test_what_may_pass_is_tried_again_with_the_same_key_and_bytes(system, start, answer):
    http = {"cluster": "wms", "path": "/in", **({"timeout": "500ms"} if answer is hang else {})}
    gateway = start(subscription(deliver={"http": http}, retry={"max_attempts": 100}))
    system.on("/in", Answers(answer, answer, reply(b"")))
    publish(gateway, "e-1")
    Admin(gateway).wait_idle()
    seen = system.wait(3, "/in")
    assert {request.header("Idempotency-Key") for request in seen} == {"e-1/wms"}
    assert len({bytes(request.body) for request in seen}) == 1
    assert Admin(gateway).dead() == []
    assert sum(gateway.metric("causeway_deliveries_total", subscription="wms", result="success").values()) == 1
    assert sum(gateway.metric("causeway_deliveries_total", subscription="wms", result="retry").values()) == len(seen) - 1


@pytest.mark.parametrize("status", [400, 410, 415, 422])
def test_what_cannot_pass_is_a_dead_letter_at_once(system, start, status):
    gateway = start()
    system.on("/in", reply(b'{"why":"no"}', status))
    publish(gateway, "e-1")
    admin = Admin(gateway)
    dead, = admin.wait_dead(1)
    assert (dead["eventId"], dead["attempts"], dead["reason"], dead["key"]) == ("e-1", 1, str(status), "K")
    whole = admin.get(f"/dead-letters/{dead['id']}")
    assert whole["event"]["data"] == {"orderId": "K"}
    attempt, = whole["tried"]
    assert (attempt["number"], attempt["status"], attempt["body"]) == (1, status, '{"why":"no"}')
    assert len(system.seen("/in")) == 1
    assert sum(gateway.metric("causeway_dead_letters", subscription="wms").values()) == 1


def test_attempts_end_and_every_one_is_kept(system, start):
    gateway = start()
    system.on("/in", Answers(close, reply(b"two", 500), reply(b"three", 503)))
    publish(gateway, "e-1")
    admin = Admin(gateway)
    dead, = admin.wait_dead(1)
    tried = admin.get(f"/dead-letters/{dead['id']}")["tried"]
    assert [attempt["number"] for attempt in tried] == [1, 2, 3]
    assert [attempt["status"] for attempt in tried] == [0, 500, 503]
    assert tried[0]["error"] and tried[2]["body"] == "three"
    assert dead["attempts"] == 3


def test_a_connection_that_the_receiver_has_closed_costs_no_attempt(system, start):
    gateway = start()
    publish(gateway, "e-1")
    system.wait(1, "/in")
    Admin(gateway).wait_idle()
    system.on("/in", Answers(close, reply(b"")))
    publish(gateway, "e-2")
    system.wait(3, "/in")
    Admin(gateway).wait_idle()
    assert [event for event, _ in deliveries(system)] == ["e-1", "e-2", "e-2"]
    assert sum(gateway.metric("causeway_deliveries_total", subscription="wms", result="retry").values()) == 0
    assert sum(gateway.metric("causeway_deliveries_total", subscription="wms", result="success").values()) == 2


def test_retry_after_is_waited_for(system, start):
    gateway = start()
    answers, came = Answers(reply(b"", 429, {"Retry-After": "1"}), reply(b"")), []
    system.on("/in", lambda request, peer: (came.append(time.monotonic()), answers(request, peer)))
    publish(gateway, "e-1")
    until(lambda: len(came) == 2, 20 * SLOW, what="the second attempt")
    assert came[1] - came[0] > 0.95


def test_an_event_that_is_too_old_is_a_dead_letter(system, start):
    gateway = start(subscription(retry={"max_attempts": 1000, "delay": "100ms", "max_age": "2s"}))
    system.on("/in", reply(b"", 500))
    publish(gateway, "e-1")
    dead, = Admin(gateway).wait_dead(1)
    assert dead["reason"] == "max_age" and 1 < dead["attempts"] < 100


def test_a_dead_letter_parks_its_key_alone_and_a_replay_drains_it_in_order(system, start):
    gateway = start()
    system.on("/in", Answers(reply(b"", 422), only=b'"bad": true'))
    publish(gateway, "k-1", bad=True)
    admin = Admin(gateway)
    dead, = admin.wait_dead(1)
    for number in range(2, 6):
        publish(gateway, f"k-{number}")
        publish(gateway, f"other-{number}", key="OTHER")
    system.wait(5, "/in")
    http.until(lambda: admin.subscription()["held"] == 4, 20 * SLOW, what="the key to be held")
    assert [event for event, _ in deliveries(system)] == ["k-1"] + [f"other-{number}" for number in range(2, 6)]
    assert admin.get(f"/dead-letters/{dead['id']}")["heldBehind"] == 4
    http.until(lambda: admin.subscription()["backlog"] == 4, 20 * SLOW, what="the cursor to have passed the others")

    system.reset()
    admin.post(f"/dead-letters/{dead['id']}/replay", {"reason": "mended"})
    admin.wait_idle()
    assert [event for event, _ in deliveries(system)] == [f"k-{number}" for number in range(1, 6)]
    positions = [position for _, position in deliveries(system)]
    assert positions == sorted(positions)
    assert system.seen("/in")[0].header("Idempotency-Key") == "k-1/wms"
    assert admin.dead() == []
    assert [row["action"] for row in admin.get("/audit")["items"]] == [f"POST /dead-letters/{dead['id']}/replay"]


def test_a_discard_lets_the_key_go_on(system, start):
    gateway = start()
    system.on("/in", Answers(reply(b"", 422), only=b'"bad": true'))
    publish(gateway, "k-1", bad=True)
    admin = Admin(gateway)
    dead, = admin.wait_dead(1)
    publish(gateway, "k-2")
    http.until(lambda: admin.subscription()["held"] == 1, 20 * SLOW, what="the key to be held")
    assert admin.post(f"/dead-letters/{dead['id']}/discard", {}, status=400)["code"] == 40092
    admin.post(f"/dead-letters/{dead['id']}/discard", {"reason": "cancelled by phone"})
    admin.wait_idle()
    assert [event for event, _ in deliveries(system)] == ["k-1", "k-2"]
    assert admin.post(f"/dead-letters/{dead['id']}/discard", {"reason": "again"}, status=409)["code"] == 40993


def test_skip_lets_the_key_go_on_by_itself(system, start):
    gateway = start(subscription(on_dead_letter="skip"))
    system.on("/in", Answers(reply(b"", 422), only=b'"bad": true'))
    publish(gateway, "k-1", bad=True)
    publish(gateway, "k-2")
    Admin(gateway).wait_idle()
    assert [event for event, _ in deliveries(system)] == ["k-1", "k-2"]
    assert len(Admin(gateway).dead()) == 1


def test_twenty_dead_keys_in_a_row_pause_the_subscription(system, start):
    gateway = start()
    system.on("/in", reply(b"", 422))
    for number in range(40):
        publish(gateway, f"e-{number}", key=f"K{number}")
    admin = Admin(gateway)
    http.until(lambda: admin.subscription()["state"] == "paused", 20 * SLOW, what="the pause")
    assert admin.subscription()["pausedBy"] == "dead_letters"
    http.until(lambda: len(admin.dead()) >= 20, 20 * SLOW, what="the letters to be written down")
    assert len(admin.dead()) <= 24
    gateway.wait_log("subscription paused")


def test_a_paused_subscription_keeps_everything_also_over_a_restart(system, start):
    gateway = start()
    admin = Admin(gateway)
    admin.post("/subscriptions/wms/pause", {"reason": "maintenance"})
    publish(gateway, "e-1")
    http.until(lambda: admin.subscription()["backlog"] == 1, 20 * SLOW, what="the backlog")
    gateway.stop()
    gateway.start()
    assert admin.subscription()["state"] == "paused"
    assert system.seen("/in") == []
    admin.post("/subscriptions/wms/resume")
    system.wait(1, "/in")


def test_what_was_delivered_does_not_come_again_after_a_clean_restart(system, start):
    gateway = start()
    for number in range(20):
        publish(gateway, f"e-{number}", key=f"K{number % 3}")
    Admin(gateway).wait_idle()
    gateway.stop()
    gateway.start()
    publish(gateway, "last", key="K0")
    system.wait(21, "/in")
    assert len(deliveries(system)) == 21


def test_retrying_held_and_dead_survive_kill_nine(system, start):
    gateway = start(subscription(retry={"max_attempts": 1000, "delay": "100ms"}))
    system.on("/in", Answers(reply(b"", 422), only=b'"bad": true', otherwise=reply(b"", 500)))
    publish(gateway, "k-1", bad=True)
    admin = Admin(gateway)
    admin.wait_dead(1)
    publish(gateway, "k-2")
    publish(gateway, "retried", key="R")
    http.until(lambda: (admin.subscription()["held"], admin.subscription()["retrying"]) == (1, 1), 20 * SLOW, what="rows")
    gateway.signal(signal.SIGKILL)
    gateway.process.wait()
    system.reset()
    gateway.start()
    system.wait(1, "/in")
    http.until(lambda: admin.subscription()["retrying"] == 0, 20 * SLOW, what="the retried one to be done")
    view = admin.subscription()
    assert (view["held"], view["deadLetters"]) == (1, 1)
    assert {event for event, _ in deliveries(system)} == {"retried"}


def test_earliest_and_latest_of_a_subscription_that_a_reload_adds(system, start):
    gateway = start()
    publish(gateway, "before")
    Admin(gateway).wait_idle()
    late = [subscription(name=name, group=name, start=name, deliver={"http": {"cluster": "wms", "path": f"/{name}"}}) for name in ("earliest", "latest")]
    gateway.reload(configuration(system.port, subscription(), *late))
    publish(gateway, "after")
    for name in ("earliest", "latest"):
        Admin(gateway).wait_idle(name)
    assert [json.loads(request.body)["eventId"] for request in system.seen("/earliest")] == ["before", "after"]
    assert [json.loads(request.body)["eventId"] for request in system.seen("/latest")] == ["after"]


def test_a_second_process_on_the_data_folder_says_so_and_ends(start):
    gateway = start()
    second = subprocess.run([BINARY, "run", "-c", gateway.config_file], cwd=gateway.folder, env=gateway.environment,
                            capture_output=True, text=True, timeout=30 * SLOW)
    assert second.returncode != 0
    assert "another process uses this data folder" in second.stderr


def test_status_tells_where_an_event_is(system, start):
    gateway = start()
    system.on("/in", Answers(reply(b"", 422), only=b'"bad": true'))
    publish(gateway, "good")
    Admin(gateway).wait_idle()
    publish(gateway, "bad", key="B", bad=True)
    Admin(gateway).wait_dead(1)

    def states(event):
        data = gateway.call("GET", f"/events/status/{event}").json["data"]
        return data["topic"], [(row["subscription"], row["state"]) for row in data["deliveries"]]
    assert states("good") == ("orders", [("wms", "delivered")])
    assert states("bad") == ("orders", [("wms", "dead")])
    assert gateway.call("GET", "/events/status/none").code == 40491


def test_a_group_cannot_be_taken_over_by_one_that_has_a_cursor_of_its_own(system, start):
    old, new = subscription(name="old", group="old"), subscription(name="new", group="new", deliver={"http": {"cluster": "wms", "path": "/new"}})
    gateway = start(old, new)
    gateway.reload(configuration(system.port, new))
    gateway.reload(configuration(system.port, {**new, "was": "old"}))
    gateway.wait_log(r'subscriptions\[0\]\.was: the group .*old.* cannot become .*new')
    publish(gateway, "e-1")
    assert system.wait(1, "/new")[0].header("Idempotency-Key") == "e-1/new"


def test_a_reload_may_bring_the_first_topics(system, tmp_path):
    config = configuration(system.port)
    plain = {key: value for key, value in config.items() if key not in ("store", "bus", "topics", "subscriptions")}
    plain["store"] = "none"
    health = {"api": "events", "base": "/", "defaults": {"auth": "none"},
              "routes": [{"name": "health", "match": {"method": "GET", "path": "/up"}, "adapter": {"static": {"body": "up"}}}]}
    with Gateway(plain, {"events": health}, tmp_path) as gateway:
        assert not (tmp_path / "data" / "causeway.db").exists()
        gateway.reload(config, {"events": ROUTES})
        publish(gateway, "e-1")
        system.wait(1, "/in")
        Admin(gateway).wait_idle()
