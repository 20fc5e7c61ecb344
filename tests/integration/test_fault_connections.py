"""What happens to connections between calls, and to answers that stream: nobody gets what was not meant for him."""
import re
import socket
import threading

import pytest

from harness.envelope import assert_error, assert_success
from harness.gateway import Gateway, main_config
from harness.http import Broken, chunked, head_of, message, until
from harness.scripted_system import FINE, ScriptedSystem, fin, steps
from harness.upstream import close, hang, raw, reset

DATA = b'{"ok":true}'
STRANGE = b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 15\r\n\r\n{"stolen":true}'
BODY = b'{"qty":19.90}'


@pytest.fixture(scope="module")
def scene(tmp_path_factory):
    """A system behind two clusters, one with a declared key; one worker, so that a call finds the connection of the one before."""
    with ScriptedSystem() as system:
        same = {"endpoints": [system.address], "timeout": "10s", "circuit_breaker": {"enabled": False}}
        config = main_config({"plain": same, "keyed": {**same, "idempotency": {}}}, workers=1)
        files = {cluster: {"api": cluster, "base": f"/{cluster}", "defaults": {"auth": "none", "http": {"cluster": cluster}}, "routes": [
            {"name": f"{cluster}-raw", "match": {"methods": "any", "path": "/raw"}, "reply": "as_is", "adapter": {"http": {"path": "/x"}}},
            {"name": cluster, "match": {"methods": "any", "path": "/"}, "adapter": {"http": {"path": "/x"}}}]} for cluster in ("plain", "keyed")}
        with Gateway(config, files, tmp_path_factory.mktemp("connections")) as gateway:
            yield gateway, system


def call(gateway, caller):
    cluster, method = ("keyed", "POST") if caller == "keyed" else ("plain", caller)
    return gateway.call(method, f"/{cluster}", (), None if method == "GET" else BODY)


def retries(gateway):
    """(cluster, reason) -> how often."""
    return {(dict(labels)["cluster"], dict(labels)["reason"]): value for labels, value in gateway.metric("causeway_upstream_retries_total").items()}


def rise(before, after):
    return {key: value - before.get(key, 0) for key, value in after.items() if value != before.get(key, 0)}


CALLERS = ["GET", "POST", "PUT", "keyed"]
LATE = b"HTTP/1.1 408 Timeout\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
IDLE = {"closed": lambda system, peer: peer.close(), "reset": ScriptedSystem.reset_idle,
        "half-closed": lambda system, peer: peer.socket.shutdown(socket.SHUT_WR), "a byte": lambda system, peer: peer.send(b"\r"),
        "an answer that nobody asked for": lambda system, peer: peer.send(STRANGE),
        "a 408 and the end": lambda system, peer: (peer.send(LATE), peer.close())}


@pytest.mark.parametrize("caller", CALLERS)
@pytest.mark.parametrize("what", IDLE)
def test_an_idle_connection_that_is_not_quiet_is_not_used(scene, what, caller):
    gateway, system = scene
    system.play(FINE)
    assert_success(call(gateway, caller), DATA)
    before = retries(gateway)
    [peer] = system.idle()
    IDLE[what](system, peer)
    assert_success(call(gateway, caller), DATA)
    assert (len(system.requests), system.connections, system.broken) == (2, 2, [])
    assert rise(before, retries(gateway)) == {}


def test_a_quiet_connection_is_used_again(scene):
    gateway, system = scene
    system.play(FINE)
    for caller in ("GET", "POST", "PUT"):
        assert_success(call(gateway, caller), DATA)
    assert (len(system.requests), system.connections) == (3, 1)


@pytest.mark.parametrize("caller", CALLERS)
@pytest.mark.parametrize("dies", [reset, close, steps(fin, hang)], ids=["reset", "closed", "half-closed"])
def test_a_call_that_dies_with_a_connection_of_before_is_tried_once_more_if_that_is_safe(scene, dies, caller):
    gateway, system = scene
    system.play(FINE, dies, FINE)
    assert_success(call(gateway, caller), DATA)
    before = retries(gateway)
    response = call(gateway, caller)
    if caller == "POST":
        assert_error(response, 50491, outcome="unknown")
    else:
        assert_success(response, DATA)
    bodies = [request.body for request in system.requests]
    assert bodies == [b"" if caller == "GET" else BODY] * (2 if caller == "POST" else 3)
    assert rise(before, retries(gateway)) == ({} if caller == "POST" else {("keyed" if caller == "keyed" else "plain", "connection"): 1})
    if caller == "keyed":
        first, second, third = [request.header("Idempotency-Key") for request in system.requests]
        assert first != second == third


@pytest.mark.parametrize("caller", CALLERS)
def test_it_is_tried_once_more_and_not_twice(scene, caller):
    gateway, system = scene
    system.play(FINE, reset)
    assert_success(call(gateway, caller), DATA)
    response = call(gateway, caller)
    if caller == "GET":
        assert_error(response, 50291)
    else:
        assert_error(response, 50491, outcome="unknown")
    assert len(system.requests) == (2 if caller == "POST" else 3)


def test_dead_connections_by_the_dozen_cost_one_more_try(scene):
    """They all died, each with the call that it carries: the second try is on a connection of its own."""
    gateway, system = scene
    full = threading.Barrier(12)
    system.play(*[steps(lambda *_: full.wait(20), FINE)] * 12, FINE)
    threads = [threading.Thread(target=call, args=(gateway, "GET")) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(system.idle()) == 12
    system.turns = [reset, FINE]
    system.played = 0
    assert_success(call(gateway, "GET"), DATA)
    assert len(system.requests) == 14


@pytest.mark.parametrize("status", [204, 304])
def test_the_body_of_an_answer_that_has_none_reaches_nobody(scene, status):
    gateway, system = scene
    system.play(raw(b"HTTP/1.1 %d X\r\n\r\n" % status + STRANGE), FINE)
    assert call(gateway, "GET").status == (200 if status == 204 else 304)
    assert_success(call(gateway, "GET"), DATA)
    assert system.connections == 2


@pytest.mark.parametrize("caller", ["plain", "keyed"])
def test_the_body_of_an_answer_to_head_reaches_nobody(scene, caller):
    gateway, system = scene
    system.play(raw(STRANGE), FINE)
    with gateway.connect() as connection:
        connection.send(head_of("HEAD", f"/{caller}"))
        assert connection.read("HEAD").status == 200
        connection.send(head_of("GET", f"/{caller}"))
        assert_success(connection.read(), DATA)
    assert system.connections == 2


HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"
CUTS = {"by length": HEAD + b"Content-Length: 200000\r\n\r\n" + b"x" * 70_000,
        "by chunks": HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + chunked(b"x" * 70_000)[:-5],
        "with a chunk of no size": HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + chunked(b"x" * 70_000)[:-5] + b"!\r\n"}


def failures(gateway):
    return sum(gateway.metric("causeway_request_outcomes_total", route="plain-raw", outcome="system").values())


def broken_off(gateway):
    return re.findall("error=the answer broke off while it was passed on", gateway.log())


@pytest.mark.parametrize("end", ["close", "reset"])
@pytest.mark.parametrize("framing", CUTS)
def test_a_cut_answer_that_streams_cuts_ours(scene, framing, end):
    gateway, system = scene
    system.play(raw(CUTS[framing], end))
    before, failed = len(broken_off(gateway)), failures(gateway)
    with gateway.connect() as connection:
        connection.send(message("POST", "/plain/raw", (), BODY))
        head = connection.read_head()
        assert head.status == 200
        with pytest.raises((Broken, ConnectionResetError)):
            if head.header("Content-Length"):
                connection._take(200_000)
            else:
                connection._chunks()
    assert len(system.requests) == 1
    until(lambda: len(broken_off(gateway)) == before + 1, what="the line in the log")
    until(lambda: failures(gateway) == failed + 1, what="the count")
