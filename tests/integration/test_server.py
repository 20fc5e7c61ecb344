"""The listener: connections, pipelining, slow callers, limits, TLS."""
import socket
import ssl
import time

import pytest

from harness import certificates
from harness.envelope import assert_common, assert_error, assert_success
from harness.gateway import SLOW, Gateway
from harness.http import Broken, Connection, call, chunked, exchange, head_of, message, until
from harness.scenes import OK, settings
from harness.signing import signed
from harness.upstream import Gate, raw, reply


def configuration(upstream):
    return settings(upstream)


@pytest.fixture(scope="module")
def impatient(upstream, tmp_path_factory):
    config, routes = settings(upstream, {"header_timeout": "600ms", "body_timeout": "700ms", "idle_timeout": "600ms"})
    with Gateway(config, routes, tmp_path_factory.mktemp("impatient")) as running:
        yield running


# --- connections ---

def test_a_connection_serves_many_requests(gateway, upstream):
    with gateway.connect() as connection:
        for number in range(50):
            connection.send(message("POST", f"/open/x?{number}", (), b"x" * number))
            response = assert_success(connection.read(), OK)
            assert response.header("Connection", "keep-alive").lower() == "keep-alive"
    assert [request.target for request in upstream.requests] == [f"/x?{number}" for number in range(50)]


def test_pipelined_requests_are_answered_in_order(gateway, upstream):
    upstream.default = lambda request, peer: reply(b'"%s"' % request.target.encode())(request, peer)
    try:
        with gateway.connect() as connection:
            data = b""
            for number in range(100):
                data += message("POST", f"/open/x?{number}", (), b"b" * (number % 7)) if number % 3 else message("GET", f"/open/x?{number}")
            connection.send(data)
            for number in range(100):
                assert_success(connection.read(), b'"/x?%d"' % number)
    finally:
        upstream.default = reply()
    assert len(upstream.requests) == 100


def test_pipelined_errors_keep_their_place(gateway, upstream):
    with gateway.connect() as connection:
        connection.send(message("GET", "/open/x") + message("GET", "/nowhere") + message("PUT", "/open/static", (), b"{}") + message("HEAD", "/open/x") +
                        message("GET", "/open/x") + b"BAD\r\n\r\n" + message("GET", "/open/x?never"))
        assert_success(connection.read(), OK)
        assert_error(connection.read(), 40490)
        assert_error(connection.read(), 40590)
        assert connection.read("HEAD").status == 200
        assert_success(connection.read(), OK)
        assert_error(connection.read(), 40090)
        connection.assert_closed()
    assert not upstream.seen("/x?never")


def test_a_request_may_arrive_byte_by_byte(gateway, upstream):
    with gateway.connect() as connection:
        data = message("POST", "/open/x", {"Transfer-Encoding": "chunked"}) + chunked(b"hello", b" world")
        connection.send_split(data + message("GET", "/open/x"))
        assert_success(connection.read(), OK)
        assert_success(connection.read(), OK)
    assert [request.body for request in upstream.requests] == [b"hello world", b""]


@pytest.mark.parametrize("version, sent, kept", [("1.1", None, True), ("1.1", "close", False), ("1.1", "Close", False), ("1.1", "x, close", False),
                                                 ("1.0", None, False), ("1.0", "keep-alive", True), ("1.0", "close", False)])
def test_who_keeps_the_connection(gateway, upstream, version, sent, kept):
    with gateway.connect() as connection:
        connection.send(message("GET", "/open/x", [("Connection", sent)] if sent else [], version=version))
        response = assert_success(connection.read(), OK)
        said = response.header("Connection", "").lower()
        if kept and (version == "1.1" or said == "keep-alive"):
            assert said in ("", "keep-alive")
            connection.send(message("GET", "/open/x"))
            assert_success(connection.read(), OK)
        else:
            assert said == "close" or version == "1.0"
            connection.assert_closed()


def test_http_1_0_needs_no_host_and_gets_no_chunks(gateway, upstream):
    upstream.on("/big", raw(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n" + chunked(b"x" * 70_000)))
    for target, size in (("/open/x", None), ("/open/raw/big", 70_000)):
        answer = exchange(gateway.port, head_of("GET", target, version="1.0", host=None))
        head, body = answer.split(b"\r\n\r\n", 1)
        assert head.startswith(b"HTTP/1.1 200") and b"transfer-encoding" not in head.lower(), head
        assert size is None or body == b"x" * size


def test_blank_lines_before_a_request_are_few_and_harmless(gateway, upstream):
    with gateway.connect() as connection:
        connection.send(message("GET", "/open/x") + b"\r\n" + message("GET", "/open/x"))
        assert_success(connection.read(), OK)
        try:
            response = connection.read()
        except Broken:
            return
        assert response.status in (200, 400)


def test_the_caller_may_finish_sending_first(gateway, upstream):
    with gateway.connect() as connection:
        connection.send(message("GET", "/open/x"))
        connection.finish_sending()
        assert_success(connection.read(), OK)
        connection.assert_closed()


def test_expect_100_continue(gateway, upstream):
    with gateway.connect() as connection:
        connection.send(head_of("POST", "/open/x", {"Expect": "100-continue"}, b"body"))
        assert connection.read(interim=True).status == 100
        assert upstream.requests == []
        connection.send(b"body")
        assert_success(connection.read(interim=True), OK)
        connection.send(message("POST", "/open/x", {"Expect": "100-Continue"}, b"body"))  # sent without waiting: no 100 is needed
        assert_success(connection.read(), OK)
    assert [request.body for request in upstream.requests] == [b"body", b"body"]


def test_no_100_for_http_1_0(gateway, upstream):
    answer = exchange(gateway.port, message("POST", "/open/x", {"Expect": "100-continue"}, b"body", version="1.0"))
    assert b" 100 " not in answer.split(b"\r\n")[0]


def test_options_and_static(gateway, upstream):
    assert_success(gateway.call("GET", "/open/static"), {"hello": "world"})
    response = gateway.call("OPTIONS", "/open/static")
    assert set(response.header("Allow").replace(" ", "").split(",")) == {"GET", "HEAD", "OPTIONS"}
    response = gateway.call("OPTIONS", "*")
    assert response.status in (200, 204, 400, 404)
    assert upstream.bytes == 0


def test_a_large_answer_reaches_a_slow_reader_whole(gateway, upstream):
    upstream.on("/big", reply(b"x" * 8_000_000, kind="text/plain"))
    with Connection(gateway.port, receive_buffer=16384) as connection:
        connection.send(message("GET", "/open/raw/big"))
        response = connection.read()
    assert response.status == 200 and len(response.body) == 8_000_000


# --- slow callers ---

@pytest.mark.parametrize("begun", [b"G", b"GET /open/x HT", b"GET /open/x HTTP/1.1\r\nHost: a\r\n", b"GET /open/x HTTP/1.1\r\nHost: a\r\n\r"])
def test_a_slow_head_is_408(impatient, upstream, begun):
    with impatient.connect() as connection:
        connection.send(begun)
        response = assert_error(connection.read(), 40890)
        assert response.header("Connection").lower() == "close"
        connection.assert_closed()
    assert upstream.bytes == 0


def test_a_head_that_drips_does_not_stretch_its_deadline(impatient, upstream):
    with impatient.connect() as connection:
        start = time.monotonic()
        try:
            for byte in head_of("GET", "/open/x", [("X-Slow", "v" * 200)]):
                connection.send(bytes([byte]))
                time.sleep(0.02)
        except (BrokenPipeError, ConnectionResetError):
            pass
        assert time.monotonic() - start < 2 * SLOW
        try:
            assert connection.read().status == 408
        except (Broken, ConnectionResetError):
            pass  # the answer may be lost to a caller that goes on sending
    assert upstream.bytes == 0


@pytest.mark.parametrize("headers, begun", [({"Content-Length": "10"}, b""), ({"Content-Length": "10"}, b"123456789"),
                                            ({"Transfer-Encoding": "chunked"}, b"5\r\nhel"), ({"Transfer-Encoding": "chunked"}, b"5\r\nhello\r\n0\r\n")])
def test_a_slow_body_is_408_and_reaches_no_system(impatient, upstream, headers, begun):
    with impatient.connect() as connection:
        connection.send(head_of("POST", "/open/x", headers) + begun)
        response = assert_error(connection.read(), 40890)
        assert response.header("Connection").lower() == "close"
        connection.assert_closed()
    assert upstream.requests == []


def test_an_idle_connection_is_closed_without_a_word(impatient, upstream):
    with impatient.connect() as connection:
        assert connection.rest() == b""
    with impatient.connect() as connection:
        connection.send(message("GET", "/open/x"))
        assert_success(connection.read(), OK)
        assert connection.rest() == b""


def test_the_idle_timeout_does_not_cut_a_call(impatient, upstream):
    gate = Gate()
    upstream.on("/x", gate)
    with impatient.connect() as connection:
        connection.send(message("GET", "/open/x"))
        assert gate.entered.wait(20)
        assert connection.silent(1.0)
        gate.open()
        assert_success(connection.read(), OK)


def test_a_caller_below_the_minimum_rate_is_408(upstream, tmp_path):
    config, routes = settings(upstream, {"minimum_rate": "10KiB/s", "body_timeout": "60s"})
    with Gateway(config, routes, tmp_path) as gateway, gateway.connect() as connection:
        connection.send(head_of("POST", "/open/x", {"Content-Length": "1000"}))
        start = time.monotonic()
        try:
            while time.monotonic() - start < 15 * SLOW and connection.silent(0.2):
                connection.send(b"x")
        except (BrokenPipeError, ConnectionResetError):
            pass
        assert 4 < time.monotonic() - start < 12 * SLOW  # the rate counts after 5 s
        assert_error(connection.read(), 40890)
    assert upstream.requests == []


# --- limits ---

def test_over_the_connection_limit_is_503_and_closed(upstream, tmp_path):
    config, routes = settings(upstream, {"connections": 8})
    with Gateway(config, routes, tmp_path) as gateway:
        kept = [gateway.connect() for _ in range(8)]
        for connection in kept:
            connection.send(message("GET", "/open/x"))
            assert_success(connection.read(), OK)
        for _ in range(3):
            with gateway.connect() as refused:
                response = assert_error(refused.read(), 50391)
                assert response.header("Connection").lower() == "close"
                refused.assert_closed()
        kept.pop().close()

        def served():
            try:
                return gateway.call("GET", "/open/x").status == 200
            except (OSError, Broken):
                return False
        until(served, what="a free place")
        for connection in kept:
            connection.send(message("GET", "/open/x"))
            assert_success(connection.read(), OK)
            connection.close()


def test_one_address_cannot_take_all_connections(upstream, tmp_path):
    config, routes = settings(upstream, {"connections": 100, "connections_per_address": 4})
    with Gateway(config, routes, tmp_path) as gateway:
        kept = [gateway.connect() for _ in range(4)]
        for connection in kept:
            connection.send(message("GET", "/open/x"))
            assert_success(connection.read(), OK)
        with gateway.connect() as refused:
            assert_error(refused.read(), 50391)
        other = socket.socket()
        other.bind(("127.0.0.2", 0))
        other.settimeout(20)
        other.connect(("127.0.0.1", gateway.port))
        other.sendall(message("GET", "/open/x", {"Connection": "close"}))
        assert other.recv(12) == b"HTTP/1.1 200"
        other.close()
        for connection in kept:
            connection.close()


def test_gathered_bodies_share_a_budget(upstream, tmp_path):
    """Signed bodies are gathered; what does not fit beside the others is refused, and what was taken is given back."""
    config, routes = settings(upstream, {"buffered_bytes": "4MiB", "request_body": "1MiB"})
    routes = {**routes, "signed": {"api": "signed", "base": "/signed", "defaults": {"auth": {"any": ["signature"]}}, "routes": [
        {"name": "s", "match": {"method": "POST", "path": "/"}, "adapter": {"http": {"cluster": "oms", "path": "/s"}}}]}}
    body = b"x" * 1_000_000
    with Gateway(config, routes, tmp_path) as gateway:
        for _ in range(2):
            callers = [gateway.connect() for _ in range(16)]
            for connection in callers:
                connection.send(head_of("POST", "/signed", signed(body), body) + body[:-1])
            answers = []
            for connection in callers:
                try:
                    connection.send(body[-1:])
                    answers.append(connection.read())
                except (Broken, OSError):
                    answers.append(None)  # refused while it was sending
                connection.close()
            taken = [answer for answer in answers if answer and answer.status == 200]
            assert 1 <= len(taken) <= 8, answers
            for answer in answers:
                if answer and answer.status != 200:
                    assert_error(answer, 50391)
        response = gateway.call("POST", "/signed", signed(body), body)
        assert_success(response, OK)
        assert gateway.resident() < 200_000_000 * SLOW


# --- TLS ---

@pytest.fixture(scope="module")
def secure(upstream, tmp_path_factory):
    folder = tmp_path_factory.mktemp("secure")
    (folder / "config" / "tls").mkdir(parents=True)
    certificates.make(folder / "config" / "tls")
    config, routes = settings(upstream, {"header_timeout": "2s"})
    config["listeners"][0]["tls"] = {"certificate": "tls/server.pem", "private_key": "tls/server.key"}
    with Gateway(config, routes, folder) as running:
        running.tls = certificates.client(folder / "config" / "tls" / "server.pem")
        yield running


def test_tls_serves_like_plain(secure, upstream):
    upstream.on("/echo", lambda request, peer: reply(request.body, kind="text/plain")(request, peer))
    with secure.connect(tls=secure.tls) as connection:
        assert connection.socket.version() in ("TLSv1.2", "TLSv1.3")
        connection.send(b"".join(message("GET", f"/open/x?{number}") for number in range(20)))
        for _ in range(20):
            assert_success(connection.read(), OK)
        body = b"y" * 3_000_000
        connection.send(message("POST", "/open/raw/echo", (), body))
        assert connection.read().body == body
    assert upstream.seen("/x")[0].header("X-Forwarded-Proto") == "https"
    assert_error(call(secure.port, "GET", "/nowhere", tls=secure.tls), 40490)


def test_tls_in_small_pieces(secure, upstream):
    with secure.connect(tls=secure.tls) as connection:
        connection.send_split(message("POST", "/open/x", (), b"hello"))
        assert_success(connection.read(), OK)
    assert upstream.one().body == b"hello"


def test_tls_refuses_the_old_and_the_plain(secure, upstream):
    old = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    old.check_hostname, old.verify_mode = False, ssl.CERT_NONE
    old.set_ciphers("ALL:@SECLEVEL=0")
    old.minimum_version = old.maximum_version = ssl.TLSVersion.TLSv1_1
    with pytest.raises((ssl.SSLError, ConnectionError)):
        secure.connect(tls=old)
    answer = exchange(secure.port, message("GET", "/open/x"))
    assert not answer.startswith(b"HTTP/1.1 200")
    assert upstream.bytes == 0


def test_a_handshake_that_never_ends_holds_nothing(secure, upstream):
    with secure.connect() as connection:
        connection.send(b"\x16\x03\x01\x02\x00")
        assert connection.rest()[:1] in (b"", b"\x15")  # nothing or an alert
    assert_success(call(secure.port, "GET", "/open/x", tls=secure.tls), OK)


def test_tls_ends_with_a_close_notify(secure, upstream):
    with secure.connect(tls=secure.tls) as connection:
        connection.send(message("GET", "/open/x", {"Connection": "close"}))
        assert_success(connection.read(), OK)
        assert connection.socket.recv(1) == b""  # an end without close_notify raises SSLEOFError


def test_a_common_answer_is_complete(gateway, upstream):
    assert_common(gateway.call("GET", "/open/raw/x"))
    assert_common(gateway.call("GET", "/open/static"))
