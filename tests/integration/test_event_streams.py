"""Answers without an end (text/event-stream): they go on event by event, end with their caller, and no time cuts them."""
import threading
import time

import pytest

from harness.gateway import SLOW
from harness.http import message, until
from harness.streams import StreamingSystem, chunk, head, requests, start


class Events:
    """A stream of events that the test lets go on one by one; `ended` when the gateway has closed it."""

    def __init__(self):
        self.turns, self.ended, self.streams = threading.Semaphore(0), threading.Event(), 0

    def __call__(self, stream):
        self.streams += 1
        stream.send(head(kind="text/event-stream; charset=utf-8"))
        watching = threading.Thread(target=lambda: stream.closed() and self.ended.set(), daemon=True)
        watching.start()
        number = 0
        while not self.ended.is_set():
            if self.turns.acquire(timeout=0.05):
                stream.send(chunk(b"data: %d\n\n" % number))
                number += 1


def next_event(caller):
    return caller._take(int(caller._line(), 16) + 2)[:-2]


@pytest.mark.parametrize("route", ["raw", "wrapped"])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_events_go_on_at_once_and_are_not_cut_by_time(tmp_path, route, method):
    system_events = Events()
    with StreamingSystem(system_events) as system:
        limits = {"body_timeout": "1s", "minimum_rate": "1MiB/s"}
        with start(system, tmp_path, cluster={"timeout": "1500ms"}, limits=limits) as gateway, gateway.connect() as caller:
            caller.send(message(method, f"/{route}/events", (), b"{}" if method == "POST" else None))
            response = caller.read_head()  # before the first event
            assert response.status == 200 and response.header("Content-Type") == "text/event-stream; charset=utf-8"
            assert response.header("X-Causeway-Envelope") == ("none; reason=type" if route == "wrapped" else None)
            for number in range(4):
                assert number == 0 or caller.silent(0.7)
                system_events.turns.release()
                assert next_event(caller) == b"data: %d\n\n" % number
            caller.close()
            assert system_events.ended.wait(20), "the stream goes on although nobody listens"
            until(lambda: requests(gateway, status="200", code="0") == 1, what="the record")
            assert not [line for line in gateway.log().splitlines() if "ERROR" in line or "the caller left" in line]


def test_events_end_with_the_drain_timeout(tmp_path):
    system_events = Events()
    with StreamingSystem(system_events) as system, start(system, tmp_path, drain_timeout="3s") as gateway, gateway.connect() as caller:
        gateway.exit_codes = {1}  # something was cut
        caller.send(message("GET", "/raw/events"))
        caller.read_head()
        began = time.monotonic()
        gateway.signal(15)
        system_events.turns.release()
        assert next_event(caller) == b"data: 0\n\n"  # meanwhile they come
        gateway.wait()
        assert 2.9 < time.monotonic() - began < 8 * SLOW
        assert system_events.ended.wait(20)


def test_events_that_the_system_ends_end_in_order(tmp_path):
    def serve(stream):
        stream.send(head(kind="text/event-stream") + chunk(b"data: last\n\n") + chunk(b""))
    with StreamingSystem(serve) as system, start(system, tmp_path) as gateway:
        assert gateway.call("GET", "/raw/events").body == b"data: last\n\n"
