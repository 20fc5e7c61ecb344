"""The end of the gateway: what is in flight is finished, nothing new is taken, and it never hangs."""
import os
import selectors
import signal
import subprocess
import threading
import time

import pytest

from harness.envelope import assert_success
from harness.gateway import BINARY, SLOW, THREAD_SANITIZER, Gateway
from harness.http import Broken, Connection, call, message, until
from harness.scenes import OK, settings
from harness.upstream import Gate


def readiness(gateway):
    return call(gateway.admin, "GET", "/readyz", host=f"127.0.0.1:{gateway.admin}").status


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_drain_finishes_what_is_in_flight(upstream, tmp_path, number):
    gate = Gate()
    upstream.on("/x", gate)
    config, routes = settings(upstream)
    with Gateway(config, routes, tmp_path) as gateway:
        assert readiness(gateway) == 200
        idle, busy = gateway.connect(), gateway.connect()
        idle.send(message("GET", "/open/static"))
        assert idle.read().status == 200
        busy.send(message("POST", "/open/x", (), b"{}"))
        assert gate.entered.wait(20)
        gateway.signal(number)
        until(lambda: readiness(gateway) == 503, what="readiness 503")
        assert call(gateway.admin, "GET", "/healthz", host=f"127.0.0.1:{gateway.admin}").status == 200
        idle.assert_closed()
        with pytest.raises((OSError, Broken)):
            with gateway.connect() as late:
                late.send(message("GET", "/open/static"))
                late.read()
        assert gateway.process.poll() is None
        gate.open()
        response = assert_success(busy.read(), OK)
        assert response.header("Connection").lower() == "close"
        busy.assert_closed()
        assert gateway.wait() == 0
    assert len(upstream.seen("/x")) == 1


def test_drain_gives_up_after_its_timeout(upstream, tmp_path):
    gate = Gate()
    upstream.on("/x", gate)
    config, routes = settings(upstream, drain_timeout="500ms")
    with Gateway(config, routes, tmp_path) as gateway, gateway.connect() as busy:
        gateway.exit_codes = {1}  # a call was cut
        busy.send(message("GET", "/open/x"))
        assert gate.entered.wait(20)
        start = time.monotonic()
        gateway.signal(signal.SIGTERM)
        gateway.wait()
        assert 0.4 < time.monotonic() - start < 5 * SLOW
        assert not busy.rest().startswith(b"HTTP/1.1 200")
        gate.open()


def test_a_second_signal_stops_at_once(upstream, tmp_path):
    gate = Gate()
    upstream.on("/x", gate)
    config, routes = settings(upstream, drain_timeout="60s")
    with Gateway(config, routes, tmp_path) as gateway, gateway.connect() as busy:
        gateway.exit_codes = {1}
        busy.send(message("GET", "/open/x"))
        assert gate.entered.wait(20)
        gateway.signal(signal.SIGTERM)
        until(lambda: readiness(gateway) == 503, what="readiness 503")
        start = time.monotonic()
        gateway.signal(signal.SIGTERM)
        gateway.process.wait(20)
        assert time.monotonic() - start < 5 * SLOW
        gate.open()


def test_drain_under_load_breaks_no_call(upstream, tmp_path):
    config, routes = settings(upstream)
    faults, served, stop = [], [0], threading.Event()

    def caller(gateway):
        while not stop.is_set():
            try:
                with gateway.connect() as connection:
                    while True:
                        try:
                            connection.send(message("GET", "/open/x"))
                            response = connection.read()
                        except (Broken, OSError) as broken:
                            if "after b''" in str(broken) or isinstance(broken, OSError):
                                break  # closed between two calls: the caller may send it again
                            raise
                        if response.status != 200:
                            faults.append(response)
                        served[0] += 1
                        if response.header("Connection", "").lower() == "close":
                            break
            except OSError:
                time.sleep(0.01)
            except AssertionError as fault:
                faults.append(fault)
    with Gateway(config, routes, tmp_path) as gateway:
        threads = [threading.Thread(target=caller, args=(gateway,)) for _ in range(8)]
        for thread in threads:
            thread.start()
        until(lambda: served[0] > 200, 60, what="load")
        gateway.signal(signal.SIGTERM)
        code = gateway.wait()
        stop.set()
        for thread in threads:
            thread.join()
    assert code == 0 and faults == []


def test_a_stop_under_load_answers_every_request_that_it_has_taken(upstream, tmp_path):
    """64 callers that keep their connections and send the next request with the answer to the last: whatever was sent
    before the gateway said `Connection: close`, or did not listen any more, is answered."""
    config, routes = settings(upstream)
    request = message("GET", "/open/x")
    with Gateway(config, routes, tmp_path) as gateway:
        waiting, answered, faults = selectors.DefaultSelector(), 0, []

        def begin():
            caller = gateway.connect()
            caller.socket.setblocking(False)
            waiting.register(caller.socket, selectors.EVENT_READ, [caller, b""])
            caller.socket.send(request)
        for _ in range(64):
            begin()
        stopping = None
        while waiting.get_map():
            if answered > 1000 and stopping is None:
                gateway.signal(signal.SIGTERM)
                stopping = time.monotonic()
            for key, _ in waiting.select(20):
                caller, got = key.data
                try:
                    data = caller.socket.recv(65536)
                except ConnectionError:
                    data = b""
                key.data[1] = got = got + data
                if not data:
                    faults.append(f"closed without an answer, after {got!r}")
                if data and not got.endswith(b"}"):
                    continue
                if data:
                    assert got.startswith(b"HTTP/1.1 200 "), got
                    answered += 1
                    if b"Connection: close" not in got:
                        key.data[1] = b""
                        try:
                            caller.socket.send(request)
                            continue
                        except OSError as fault:
                            faults.append(str(fault))
                waiting.unregister(caller.socket)
                caller.close()
        assert gateway.wait() == 0
    print(f"\n{answered} answered, all connections ended after {time.monotonic() - stopping:.2f} s")
    assert faults == []
    assert len(upstream.seen("/x")) == answered


def test_who_has_connected_when_the_stop_comes_is_still_served(upstream, tmp_path):
    config, routes = settings(upstream)
    with Gateway(config, routes, tmp_path) as gateway:
        callers = [gateway.connect() for _ in range(32)]
        gateway.signal(signal.SIGTERM)
        for caller in callers:
            caller.send(message("GET", "/open/x"))
        for caller in callers:
            response = assert_success(caller.read(), OK)
            assert (response.header("Connection") or "close").lower() == "close"  # some may be answered before the signal is heard
            caller.close()
        assert gateway.wait() == 0


@pytest.mark.skipif(THREAD_SANITIZER, reason="its _exit flushes stdout first, which hangs on a pipe that nobody reads")
def test_a_log_that_nobody_reads_does_not_hinder_calls_or_the_end(upstream, tmp_path):
    config, routes = settings(upstream, drain_timeout="1s")
    gateway = Gateway(config, routes, tmp_path, start=False)
    reader, writer = os.pipe()
    ports = tmp_path / "ports"
    process = subprocess.Popen([BINARY, "run", "-c", gateway.config_file, "--port-file", ports], stdout=writer, stderr=subprocess.DEVNULL,
                               cwd=tmp_path, env=gateway.environment)
    os.close(writer)
    try:
        until(ports.exists, 20 * SLOW, what="the start")
        with Connection(int(ports.read_text().split()[1].rsplit(":", 1)[1])) as connection:
            for _ in range(500):  # more than a pipe holds
                connection.send(message("POST", "/open/x", (), b"x" * 1000))
                assert_success(connection.read(), OK)
        process.send_signal(signal.SIGTERM)
        assert process.wait(20 * SLOW) in (0, 1)
    finally:
        process.kill()
        process.wait()
        os.close(reader)


def test_two_gateways_cannot_take_one_port(upstream, tmp_path):
    config, routes = settings(upstream)
    with Gateway(config, routes, tmp_path / "one") as first:
        config["listeners"][0]["address"] = f"127.0.0.1:{first.port}"
        second = Gateway(config, routes, tmp_path / "two", start=False)
        with pytest.raises(AssertionError, match=str(first.port)):
            second.start()
        assert second.process.returncode not in (0, -6, -11)
        assert_success(first.call("GET", "/open/x"), OK)


def test_it_starts_and_stops_cleanly_every_time(upstream, tmp_path):
    config, routes = settings(upstream)
    for number in range(25):
        with Gateway(config, routes, tmp_path) as gateway:
            for _ in range(number % 4):
                assert_success(gateway.call("GET", "/open/x"), OK)
            if number % 3 == 0:
                gateway.reload()


@pytest.mark.parametrize("delay", [0.0, 0.002, 0.005, 0.01, 0.02, 0.04])
def test_a_signal_during_the_start_ends_it(upstream, tmp_path, delay):
    config, routes = settings(upstream)
    gateway = Gateway(config, routes, tmp_path, start=False)
    for _ in range(5):
        process = subprocess.Popen([BINARY, "run", "-c", gateway.config_file], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                   cwd=tmp_path, env=gateway.environment)
        time.sleep(delay)
        process.send_signal(signal.SIGTERM)
        assert process.wait(20 * SLOW) in (0, -signal.SIGTERM)  # ours, or the system's before we handle it
