"""A data folder on a disk of its own that runs full (design: correctness.md, "Log and order"; details.md, "Events")."""
import os
import subprocess

import pytest

from harness import http
from harness.events import ROUTES, Admin, configuration, deliveries, publish
from harness.gateway import SLOW, Gateway
from harness.upstream import Upstream


@pytest.fixture
def small_disk(tmp_path):
    folder = tmp_path / "gateway" / "data"
    folder.mkdir(parents=True)
    mounted = os.geteuid() == 0 and subprocess.run(["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", folder], capture_output=True).returncode == 0
    if not mounted:
        pytest.skip("needs to mount a tmpfs")
    yield folder
    subprocess.run(["umount", "-l", folder], check=True)


def test_full_refuses_keeps_and_resumes(small_disk):
    with Upstream() as system, Gateway(configuration(system.port), {"events": ROUTES}, small_disk.parent) as gateway:
        admin, acknowledged = Admin(gateway), []
        ready = lambda: http.call(gateway.admin, "GET", "/readyz", host=f"127.0.0.1:{gateway.admin}").status  # noqa: E731
        publish(gateway, "first")
        filler = small_disk / "filler"
        filler.write_bytes(b"x" * (10 << 20))
        refused = None
        for number in range(2000):
            body = b'{"eventId":"e%d","data":{"orderId":"K%d","fill":"%s"}}' % (number, number % 7, b"y" * 20000)
            answer = gateway.call("POST", "/events/orders", {"Content-Type": "application/json"}, body)
            if answer.status != 202:
                refused = answer
                break
            acknowledged.append(f"e{number}")
        assert refused is not None and (refused.status, refused.code) == (503, 50392), refused
        assert refused.header("Retry-After")
        assert len(acknowledged) > 50
        gateway.wait_log("store intake stopped")
        assert ready() == 503
        assert sum(gateway.metric("causeway_store_intake_stopped").values()) == 1

        # Deliveries go on: whatever was acknowledged arrives.
        http.until(lambda: {event for event, _ in deliveries(system)} >= set(acknowledged), 60 * SLOW, what="the deliveries")
        admin.wait_idle()

        filler.unlink()
        http.until(lambda: ready() == 200, 20 * SLOW, what="the store to resume")
        gateway.wait_log("store intake resumed")
        publish(gateway, "after")
        for event in ("first", acknowledged[0], acknowledged[-1], "after"):
            assert gateway.call("GET", f"/events/status/{event}").status == 200
