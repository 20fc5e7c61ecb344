"""A data folder on a disk of its own that runs full (design: correctness.md, "Log and order"; details.md, "Events")."""
import os
import signal
import subprocess

import pytest

from harness import http
from harness.events import ROUTES, Admin, configuration, deliveries, publish, subscription
from harness.gateway import SLOW, Gateway
from harness.upstream import reply

JSON = {"Content-Type": "application/json"}
MIB = 1 << 20


@pytest.fixture
def small_disk(tmp_path):
    folder = tmp_path / "gateway" / "data"
    folder.mkdir(parents=True)
    mounted = os.geteuid() == 0 and subprocess.run(["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", folder], capture_output=True).returncode == 0
    if not mounted:
        pytest.skip("needs to mount a tmpfs")
    yield folder
    subprocess.run(["umount", "-l", folder], check=True)


class Full:
    """A gateway on a small disk of which a part is taken by something else."""

    def __init__(self, system, disk, *subscriptions, filler=10 * MIB, **more):
        self.system, self.filler, self.acknowledged = system, disk / "filler", []
        self.gateway = Gateway(configuration(system.port, *subscriptions, **more), {"events": ROUTES}, disk.parent)
        self.admin = Admin(self.gateway)
        self.filler.write_bytes(b"x" * filler)

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.gateway.__exit__(*error)

    def ready(self):
        return http.call(self.gateway.admin, "GET", "/readyz", host=f"127.0.0.1:{self.gateway.admin}").status

    def publish(self, number):
        body = b'{"eventId":"e%d","data":{"orderId":"K%d","fill":"%s"}}' % (number, number % 7, b"y" * 20000)
        return self.gateway.call("POST", "/events/orders", JSON, body)

    def fill(self, first=0):
        """Publishes until it is refused; the refusal."""
        for number in range(first, first + 2000):
            answer = self.publish(number)
            if answer.status != 202:
                return answer
            self.acknowledged.append(f"e{number}")
        raise AssertionError("the disk does not run full")

    def wait_delivered(self):
        http.until(lambda: {event for event, _ in deliveries(self.system)} >= set(self.acknowledged), 60 * SLOW, what="the deliveries")
        self.admin.wait_idle()

    def make_room(self):
        self.filler.unlink()
        http.until(lambda: self.ready() == 200, 20 * SLOW, what="the store to resume")
        publish(self.gateway, "after")
        for event in (*self.acknowledged, "after"):
            assert self.gateway.call("GET", f"/events/status/{event}").status == 200, event


def assert_refused(answer):
    assert (answer.status, answer.code) == (503, 50392), answer
    assert answer.header("Retry-After")


def test_full_refuses_keeps_and_resumes(system, small_disk):
    with Full(system, small_disk) as full:
        assert_refused(full.fill())
        assert len(full.acknowledged) > 50
        full.gateway.wait_log("store intake stopped")
        assert full.ready() == 503
        assert sum(full.gateway.metric("causeway_store_intake_stopped").values()) == 1
        full.wait_delivered()
        full.make_room()
        full.gateway.wait_log("store intake resumed")
        assert full.ready() == 200
        assert sum(full.gateway.metric("causeway_store_intake_stopped").values()) == 0


def test_min_free_stops_before_the_disk_is_full(system, small_disk):
    store = {"sqlite": {"path": "data/causeway.db", "min_free": "6MiB"}}
    with Full(system, small_disk, store=store) as full:
        assert_refused(full.fill())
        assert "reason=min_free" in full.gateway.wait_log("store intake stopped")[0]
        disk = os.statvfs(small_disk)
        assert disk.f_bavail * disk.f_frsize > MIB, "the rest is for cursors and dead letters"
        full.wait_delivered()
        full.make_room()


def test_killed_on_a_full_disk_it_comes_back_on_a_full_disk(system, small_disk):
    with Full(system, small_disk) as full:
        full.admin.post("/subscriptions/wms/pause", {"reason": "so that there is something left to do"})
        assert_refused(full.fill())
        for life in range(1, 4):
            full.gateway.signal(signal.SIGKILL)
            full.gateway.process.wait()
            full.gateway.start()
            assert_refused(full.fill(5000 * life))  # what the log of the last life took may be used again
            assert full.ready() == 503
        assert deliveries(system) == []
        full.admin.post("/subscriptions/wms/resume")
        full.wait_delivered()
        full.make_room()


def test_failures_that_cannot_be_written_down_wait_for_room(system, small_disk):
    """A failing event and those held behind it need rows; without room for them the subscription stands still, and loses nothing."""
    failing = subscription(retry={"max_attempts": 2, "delay": "20ms"})
    with Full(system, small_disk, failing, filler=13 * MIB) as full:  # what is freed has room for every row
        full.admin.post("/subscriptions/wms/pause", {"reason": "so that there is something left to do"})
        assert_refused(full.fill())
        system.on("/in", reply(b"", 500))
        full.admin.post("/subscriptions/wms/resume")
        system.wait(7, "/in")
        full.gateway.signal(signal.SIGKILL)
        full.gateway.process.wait()
        full.gateway.start()
        full.make_room()
        dead = full.admin.wait_dead(8)  # the first of each key, and the one that has come since; the others are held
        assert {letter["attempts"] for letter in dead} == {2}
        system.reset()
        assert full.admin.post("/dead-letters/replay", {"subscription": "wms"})["count"] == 8
        full.wait_delivered()
        seen = [event for event, _ in deliveries(system)]
        assert len(seen) == len(full.acknowledged) + 1
        for key in range(7):
            mine = [event for event in seen if event != "after" and int(event[1:]) % 7 == key]
            assert mine == sorted(mine, key=lambda event: int(event[1:]))


def test_a_call_whose_event_cannot_be_stored_is_refused_before_it_is_done(system, small_disk):
    system.on("/create", reply(b'{"orderId":"C1"}', 201))
    with Full(system, small_disk) as full:
        assert full.gateway.call("POST", "/events/create", JSON, b"{}").status == 201
        assert_refused(full.fill())
        answer = full.gateway.call("POST", "/events/create", JSON, b"{}")
        assert_refused(answer)
        assert answer.json["details"].keys() == {"requestId"}, "refused before the system was asked"
        assert len(system.seen("/create")) == 1
        full.make_room()
