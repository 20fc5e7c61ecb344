"""Callers that leave while their call is under way: what only reads ends, what may have changed something is finished."""
import threading
import time

import pytest

from harness.envelope import assert_success
from harness.http import message, until
from harness.streams import MEGABYTE, PIECE, StreamingSystem, head, leave, requests, start
from harness.upstream import Gate, Upstream, reply


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("how", ["close", "reset"])
def test_a_caller_that_leaves_ends_a_call_that_only_reads(tmp_path, method, how):
    asked, ended = threading.Event(), threading.Event()

    def serve(stream):
        asked.set()
        stream.closed()
        ended.set()
    with StreamingSystem(serve) as system, start(system, tmp_path) as gateway:
        caller = gateway.connect()
        caller.send(message(method, "/wrapped/x"))
        assert asked.wait(20)
        leave(caller, how)
        assert ended.wait(20), "the system still works for nobody"
        until(lambda: requests(gateway, route="wrapped", status="499", code="49990") == 1, what="the record")
        gateway.wait_log(r"the caller left.*status=499 \| code=49990")


@pytest.mark.parametrize("how", ["close", "reset"])
def test_a_caller_that_leaves_does_not_end_a_call_that_changes_something(tmp_path, how):
    with Upstream() as system:
        gate = Gate()
        system.on("/x", gate)
        with start(system, tmp_path, workers=1) as gateway:  # another worker has connections of its own
            caller = gateway.connect()
            caller.send(message("POST", "/wrapped/x", (), b"{}"))
            assert gate.entered.wait(20)
            leave(caller, how)
            time.sleep(0.3)  # longer than a caller that only reads would be waited for
            assert requests(gateway, route="wrapped") == 0
            gate.open()
            until(lambda: requests(gateway, route="wrapped", status="200", code="0") == 1, what="the record")
            if how == "reset":
                gateway.wait_log(r"the caller left before the answer was sent.*status=200 \| code=0")
            system.on("/x", reply())
            assert_success(gateway.call("POST", "/wrapped/x", (), b"{}"), b'{"ok":true}')
            assert system.connections == 1, "the connection of the finished call was not used again"


def test_a_caller_that_only_ends_its_side_still_gets_a_quick_answer(tmp_path):
    with Upstream() as system, start(system, tmp_path) as gateway:
        for method in ("GET", "POST"):
            with gateway.connect() as caller:
                caller.send(message(method, "/wrapped/x", (), b"{}" if method == "POST" else None))
                caller.finish_sending()
                assert_success(caller.read(), b'{"ok":true}')


def test_a_next_request_is_no_leaving(tmp_path):
    with Upstream() as system:
        gate = Gate()
        system.on("/first", gate)
        with start(system, tmp_path) as gateway, gateway.connect() as caller:
            caller.send(message("GET", "/wrapped/first") + message("GET", "/wrapped/second"))
            assert gate.entered.wait(20)
            assert caller.silent(0.3)
            gate.open()
            assert_success(caller.read(), b'{"ok":true}')
            assert_success(caller.read(), b'{"ok":true}')


def test_a_long_answer_ends_at_the_system_when_its_caller_leaves(tmp_path):
    ended = threading.Event()

    def serve(stream):
        stream.send(head(10 * MEGABYTE) + PIECE)
        stream.closed()
        ended.set()
    with StreamingSystem(serve) as system, start(system, tmp_path) as gateway:
        caller = gateway.connect()
        caller.send(message("GET", "/raw/x"))
        assert caller.read_head().status == 200
        leave(caller, "reset")
        assert ended.wait(20)


def test_a_long_answer_to_a_change_is_read_to_its_end_when_its_caller_leaves(tmp_path):
    went = threading.Event()

    def serve(stream):
        stream.measure()
        stream.send(head(4 * MEGABYTE) + PIECE)
        left.wait(20)
        for _ in range(4 * MEGABYTE // len(PIECE) - 1):
            stream.send(PIECE)
        went.set()
    left = threading.Event()
    with StreamingSystem(serve) as system, start(system, tmp_path) as gateway:
        caller = gateway.connect()
        caller.send(message("POST", "/raw/x", (), b"{}"))
        assert caller.read_head().status == 200
        leave(caller, "reset")
        left.set()
        assert went.wait(20)
        gateway.wait_log(r"the caller left before the answer was sent.*status=200")
