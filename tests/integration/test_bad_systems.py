"""One system's bad day: it costs no other caller an answer, and no caller gets what was meant for another."""
import socket
import threading
import zlib

import pytest

from harness.envelope import assert_error, assert_success
from harness.gateway import Gateway, main_config
from harness.http import message
from harness.upstream import Gate, Upstream, closed_port, raw, reply, reset

OK = b'{"ok":true}'


def routes(**more):
    return {"open": {"api": "open", "base": "/open", "defaults": {"auth": "none", "http": {"cluster": "oms"}}, "routes": [
        {"name": "any", "match": {"methods": "any", "path": "/{rest...}"}, "adapter": {"http": {"path": "/{rest...}", **more}}}]}}


def test_a_late_answer_never_reaches_another_caller(tmp_path):
    with Upstream() as system:
        late = Gate(reply(b'{"for":"the first"}'))
        system.on("/warm", reply(OK))
        system.on("/late", late)
        system.on("/next", reply(b'{"for":"the second"}'))
        config = main_config({"oms": {"endpoints": [system.address], "timeout": "1s"}}, workers=1)
        with Gateway(config, routes(), tmp_path) as gateway:
            assert_success(gateway.call("GET", "/open/warm"), OK)  # the connection that the next call uses again
            assert_error(gateway.call("GET", "/open/late"), 50490)
            late.open()
            for _ in range(5):
                assert_success(gateway.call("GET", "/open/next"), b'{"for":"the second"}')


def test_a_dead_endpoint_of_two_costs_no_call(tmp_path):
    with Upstream() as system:
        config = main_config({"oms": {"endpoints": [f"127.0.0.1:{closed_port()}", system.address], "timeout": "10s"}})
        with Gateway(config, routes(), tmp_path) as gateway:
            failed = []

            def calls():
                for _ in range(30):
                    response = gateway.call("POST", "/open/x", (), b"{}")
                    if response.status != 200:
                        failed.append(response)
            threads = [threading.Thread(target=calls) for _ in range(12)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            assert failed == []
            assert len(system.seen("/x")) == 12 * 30, "a call was doubled"


def test_a_write_that_was_sent_is_unknown_even_if_nobody_is_there_any_more(tmp_path):
    """The first try dies with a pooled connection, the second finds no listener."""
    system = Upstream()
    config = main_config({"oms": {"endpoints": [system.address], "timeout": "5s"}}, workers=1)
    with Gateway(config, routes(), tmp_path) as gateway:
        system.on("/warm", reply(OK))
        assert_success(gateway.call("GET", "/open/warm"), OK)

        def die(request, peer):
            system.stop()
            reset(request, peer)
        system.on("/x", die)
        assert_error(gateway.call("PUT", "/open/x", (), b"{}"), 50491, outcome="unknown")


def test_an_answer_before_the_end_of_a_long_body_counts(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        def refuse():
            peer, _ = listener.accept()
            head = b""
            while b"\r\n\r\n" not in head:
                head += peer.recv(1024)
            peer.sendall(b'HTTP/1.1 413 X\r\nContent-Type: application/json\r\nContent-Length: 9\r\nConnection: close\r\n\r\n{"max":1}')
            peer.shutdown(socket.SHUT_WR)
            seen = 0
            while seen < 1_000_000:  # reads some of it, then closes
                seen += len(peer.recv(65536))
            peer.close()
        threading.Thread(target=refuse, daemon=True).start()
        config = main_config({"oms": {"endpoints": ["127.0.0.1:%d" % listener.getsockname()[1]], "timeout": "10s"}})
        with Gateway(config, routes(), tmp_path) as gateway:
            with gateway.connect() as connection:
                try:
                    connection.send(message("POST", "/open/x", (), b"x" * 9_000_000))
                except OSError:
                    pass  # answered and closed before all of it was sent
                gateway.wait_log(r"status=413 \| code=41300")


def test_an_error_of_a_system_in_gzip_is_told_in_plain(tmp_path):
    packed = zlib.compress(b'{"no":1}')
    with Upstream() as system:
        system.on("/x", reply(packed, 404, [("Content-Encoding", "gzip"), ("ETag", '"1"')]))
        with Gateway(main_config({"oms": system.address}), routes(), tmp_path) as gateway:
            response = gateway.call("GET", "/open/x")
            assert_error(response, 40400, message="Not Found")
            assert response.header("Content-Encoding") is None and response.header("ETag") is None


def test_a_cut_answer_of_unknown_length_does_not_end_in_order(tmp_path):
    """To an HTTP/1.0 caller the end of the connection is the end of the answer: a cut one is reset."""
    with Upstream() as system:
        system.on("/x", raw(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n"))
        with Gateway(main_config({"oms": system.address}), routes(), tmp_path) as gateway:
            with gateway.connect() as connection:
                connection.send(message("GET", "/open/x", version="1.0"))
                with pytest.raises(ConnectionResetError):
                    while connection.socket.recv(65536):
                        pass
