"""What a key stands for outlives the process, however it ends, and the configuration (correctness.md, "A call, its key,
its half message")."""
import signal

import pytest

from harness import oms
from harness.gateway import Gateway
from harness.guarded import assert_replayed, post
from harness.keyed import files, settings
from harness.oms import Held, Oms
from harness.resilience import in_background


@pytest.fixture(scope="module")
def upstream():
    with Oms() as system:
        yield system


def test_it_outlives_a_crash_a_clean_stop_and_a_reload(upstream, tmp_path):
    gateway = Gateway(*settings(upstream), tmp_path)
    try:
        first = post(gateway, "/orders", "F-1")
        upstream.script("F-2", oms.execute_then_reset, oms.answer)
        assert post(gateway, "/orders", "F-2").code == 50491
        for _ in range(2):
            gateway.signal(signal.SIGKILL)
            assert gateway.process.wait(20) == -signal.SIGKILL
            gateway.start()
            assert_replayed(first, post(gateway, "/orders", "F-1"))
            assert post(gateway, "/orders", "F-2").code == 40991
        gateway.stop()
        gateway.start()
        assert_replayed(first, post(gateway, "/orders", "F-1"))
        assert post(gateway, "/orders", "F-2").code == 40991
        renamed = files(upstream)
        # The scope is the path's, not the route's; and what was answered is not made anew.
        renamed["shop"]["routes"][0].update(name="orders-by-another-name", plugins=[{"idempotency": {}}, {"transform": {"response": "{other: 1}"}}])
        gateway.reload(routes=renamed)
        assert_replayed(first, post(gateway, "/orders", "F-1"))
        assert len(upstream.calls("F-1")) == len(upstream.calls("F-2")) == 1
    finally:
        gateway.stop()


def test_a_call_that_a_dead_process_left_running_is_unknown(upstream, tmp_path):
    gateway = Gateway(*settings(upstream), tmp_path)
    try:
        upstream.script("F-3", oms.execute_then_hang, oms.answer)
        _, _ = in_background(lambda: _swallow(lambda: post(gateway, "/orders", "F-3")))
        upstream.wait_calls("F-3", 1)
        gateway.signal(signal.SIGKILL)
        gateway.process.wait(20)
        gateway.start()
        assert post(gateway, "/orders", "F-3").code == 40991
        assert len(upstream.calls("F-3")) == 1
    finally:
        gateway.stop()


def _swallow(call):
    try:
        return call()
    except (AssertionError, OSError):
        return None


def test_a_graceful_stop_waits_for_what_runs(upstream, tmp_path):
    gateway = Gateway(*settings(upstream), tmp_path)
    try:
        held = Held()
        upstream.script("F-4", held)
        thread, results = in_background(lambda: post(gateway, "/orders", "F-4"))
        assert held.entered.wait(20)
        gateway.signal(signal.SIGTERM)
        gateway.wait_log("drain|stopping|shutting", 20)
        held.open()
        thread.join(20)
        assert results[0].status == 201
        assert gateway.wait() == 0
        gateway.start()
        assert_replayed(results[0], post(gateway, "/orders", "F-4"))
        assert len(upstream.calls("F-4")) == 1
    finally:
        gateway.stop()
