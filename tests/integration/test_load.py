"""Idle connections, slow senders and slow readers do not slow a normal caller. Times are compared generously and printed."""
import resource
import statistics
import threading
import time

import pytest

from harness.envelope import assert_success
from harness.gateway import SLOW, main_config
from harness.http import Connection, head_of, message, until
from harness.upstream import reply

IDLE = 2000
OK = b'{"ok":true}'


@pytest.fixture(scope="module", autouse=True)
def many_files():
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 65536), hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def configuration(upstream):
    # Of thousands that connect at once, those that the system's queue has no room for try again after seconds.
    config = main_config({"oms": {"endpoints": [upstream.address], "connect_timeout": "60s", "timeout": "90s"}})
    config["listeners"][0]["limits"] = {"connections": 5000, "header_timeout": "120s", "body_timeout": "120s", "idle_timeout": "300s"}
    return config, {"open": {"api": "open", "base": "/open", "defaults": {"auth": "none", "http": {"cluster": "oms"}}, "routes": [
        {"name": "x", "match": {"methods": "any", "path": "/x"}, "adapter": {"http": {"path": "/x"}}},
        {"name": "big", "match": {"method": "GET", "path": "/big"}, "reply": "as_is", "adapter": {"http": {"path": "/big"}}}]}}


def median_latency(gateway, calls=400):
    took = []
    with gateway.connect() as connection:
        for _ in range(calls):
            start = time.perf_counter()
            connection.send(message("POST", "/open/x", (), b'{"n":1}'))
            response = connection.read()
            took.append(time.perf_counter() - start)
            assert response.status == 200
    return statistics.median(took)


def connections(gateway):
    return sum(gateway.metric("causeway_connections").values())


def test_idle_and_slow_callers_do_not_slow_a_normal_one(gateway, upstream):
    upstream.on("/big", reply(b"x" * 50_000_000, kind="text/plain"))
    alone = min(median_latency(gateway) for _ in range(3))
    before = gateway.resident()
    idle = [gateway.connect() for _ in range(IDLE)]
    until(lambda: connections(gateway) >= IDLE, 60, 0.2, "all connections counted")
    fresh = gateway.resident() - before
    for connection in idle:
        connection.send(message("GET", "/open/x"))
    for connection in idle:
        assert_success(connection.read(), OK)
    time.sleep(1.5)  # an idle connection gives its buffer back after a second
    used = gateway.resident() - before
    print(f"\nmemory per idle connection: {fresh / IDLE / 1024:.1f} KiB fresh, {used / IDLE / 1024:.1f} KiB after one call")

    stop = threading.Event()
    slow_head, slow_body = gateway.connect(), gateway.connect()
    slow_body.send(head_of("POST", "/open/x", {"Content-Length": "1000000"}))

    def drip():
        head = head_of("GET", "/open/x", [("X-Slow", "v" * 1000)])
        for byte in head:
            slow_head.send(bytes([byte]))
            slow_body.send(b"x")
            if stop.wait(1):
                return
    dripping = threading.Thread(target=drip)
    dripping.start()
    reader = Connection(gateway.port, receive_buffer=4096)
    reader.send(message("GET", "/open/big"))
    upstream.wait(1, "/big")
    limit, loaded = alone * 5 + 0.005 * SLOW, float("inf")
    for _ in range(10):  # what these callers cost does not pass; what else goes on on the machine does
        loaded = min(loaded, median_latency(gateway))
        if loaded < limit:
            break
    stop.set()
    dripping.join()
    print(f"median of a normal call: {alone * 1e6:.0f} µs alone, {loaded * 1e6:.0f} µs beside them")
    assert loaded < limit
    assert gateway.resident() - before - used < 60_000_000 * SLOW  # the slow reader's 50 MB are not gathered twice over
    for connection in (*idle, slow_head, slow_body, reader):
        connection.close()
    until(lambda: connections(gateway) < 50, 60, 0.2, "closed connections forgotten")


def test_a_slow_reader_holds_the_system_back_not_the_memory(gateway, upstream):
    sent = [0]

    def endless(_, peer):
        peer.send(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 1000000000\r\n\r\n")
        while True:
            peer.send(b"x" * 65536)
            sent[0] += 65536
    upstream.on("/big", endless)
    before = gateway.resident()
    with Connection(gateway.port, receive_buffer=4096) as reader:
        reader.send(message("GET", "/open/big"))
        reader.read_head()

        def stalled():
            at = sent[0]
            time.sleep(0.5)
            return sent[0] == at
        until(stalled, 60, what="backpressure")
        assert sent[0] < 64_000_000, "the answer is buffered somewhere"
        assert gateway.resident() - before < 64_000_000 * SLOW


def test_a_thousand_calls_at_once_all_succeed(gateway, upstream):
    callers = [gateway.connect() for _ in range(500)]
    for _ in range(2):
        for connection in callers:
            connection.send(message("POST", "/open/x", (), b"{}"))
        for connection in callers:
            assert_success(connection.read(), OK)
    for connection in callers:
        connection.close()
    assert len(upstream.requests) == 1000
