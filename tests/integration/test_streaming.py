"""Bodies on their way: as long as they may be, both ways at once, answered early, cut, slow."""
import ssl
import threading
import time
import zlib

import pytest

from harness import certificates
from harness.envelope import assert_success
from harness.gateway import SLOW, Gateway, main_config
from harness.http import Broken, Connection, head_of, message, until
from harness.streams import MEGABYTE, PIECE, ROUTES, StreamingSystem, Watch, chunk, crc_of, head, leave, megabytes, requests, start
from harness.upstream import Upstream, reply

FLAT = 24 * MEGABYTE * SLOW  # what a stream of any length may add to the resident memory


# As long as they may be.

@pytest.mark.parametrize("framing", ["declared", "chunked"])
def test_a_long_download_and_a_long_upload_leave_the_memory_flat(tmp_path, framing):
    size = megabytes("STREAM_MIB", 256)
    pieces, declared = size // len(PIECE), framing == "declared"

    def serve(stream):
        if stream.target == "/up":
            body = b"%d %d" % stream.measure()
            return stream.send(head(len(body)) + body)
        stream.send(head(size if declared else None))
        framed = PIECE if declared else chunk(PIECE)
        for _ in range(pieces):
            stream.send(framed)
        stream.send(b"" if declared else chunk(b""))
    with StreamingSystem(serve) as system, start(system, tmp_path) as gateway:
        gateway.call("POST", "/raw/up", (), b"x")  # what is taken once
        with Watch(gateway) as down, gateway.connect(timeout=300) as caller:
            began = time.monotonic()
            caller.send(message("GET", "/raw/down"))
            assert caller.read_head().status == 200
            crc, got = 0, 0
            if declared:
                left, data = size, caller.buffer
                while True:
                    crc, left = zlib.crc32(data, crc), left - len(data)
                    if left == 0:
                        break
                    data = caller.socket.recv(1 << 20)
                    assert data, "cut"
                got = size
            else:
                while length := int(caller._line(), 16):
                    piece = caller._take(length + 2)[:-2]
                    crc, got = zlib.crc32(piece, crc), got + len(piece)
            assert (got, crc) == (size, crc_of(size))
            down_time = time.monotonic() - began
        with Watch(gateway) as up, gateway.connect(timeout=300) as caller:
            began = time.monotonic()
            caller.send(head_of("POST", "/raw/up", {"Content-Length": str(size)} if declared else {"Transfer-Encoding": "chunked"}))
            framed = PIECE if declared else chunk(PIECE)
            for _ in range(pieces):
                caller.send(framed)
            caller.send(b"" if declared else chunk(b""))
            assert caller.read().body == b"%d %d" % (size, crc_of(size))
            up_time = time.monotonic() - began
    print(f"\n{size // MEGABYTE} MiB {framing}: down {size / down_time / 1e6:.0f} MB/s, +{down.peak / MEGABYTE:.1f} MiB;"
          f" up {size / up_time / 1e6:.0f} MB/s, +{up.peak / MEGABYTE:.1f} MiB")
    assert down.peak < FLAT and up.peak < FLAT


def test_slow_readers_of_long_answers_cost_a_few_pieces_each(tmp_path):
    readers, size = 64, 100 * MEGABYTE

    def serve(stream):
        stream.send(head(size))
        for _ in range(size // len(PIECE)):
            stream.send(PIECE)
    with StreamingSystem(serve) as system, start(system, tmp_path, limits={"buffered_bytes": "32MiB"}) as gateway:
        with Watch(gateway) as watch:
            callers = [Connection(gateway.port, receive_buffer=4096, timeout=60) for _ in range(readers)]
            for caller in callers:
                caller.send(message("GET", "/raw/x"))
            for caller in callers:
                assert caller.read_head().status == 200
            until(lambda: requests(gateway) == 0 and watch.peak > 0, 20, what="all of them wait")
            for _ in range(20):  # they read on, slowly
                for caller in callers:
                    caller.socket.recv(4096)
            for caller in callers:
                caller.close()
            until(lambda: requests(gateway, route="raw") == readers, what="all have ended")
    print(f"\n{readers} slow readers: +{watch.peak / MEGABYTE:.1f} MiB")
    assert watch.peak < 32 * MEGABYTE * SLOW


def test_wrapped_answers_over_the_budget_stream_as_they_are(tmp_path):
    body = b'"' + b"j" * (3 * MEGABYTE) + b'"'

    def serve(stream):  # of unknown length
        stream.send(head(kind="application/json"))
        for at in range(0, len(body), 65536):
            stream.send(chunk(body[at:at + 65536]))
        stream.send(chunk(b""))
    with StreamingSystem(serve) as system, start(system, tmp_path, limits={"buffered_bytes": "24MiB"}) as gateway:
        callers = [Connection(gateway.port, receive_buffer=4096, timeout=60) for _ in range(12)]
        for caller in callers:
            caller.send(message("GET", "/wrapped/x"))
        wrapped = 0
        for caller in callers:
            response = caller.read()
            if response.header("X-Causeway-Envelope") is None:
                wrapped += 1
                assert response.json["data"] == "j" * (3 * MEGABYTE)
            else:
                assert response.header("X-Causeway-Envelope") == "none; reason=size" and response.body == body
            caller.close()
        assert wrapped > 0
        assert_success(gateway.call("GET", "/wrapped/x"), body)  # the budget is given back


def test_an_answer_over_the_limit_of_the_envelope_streams_as_it_is(tmp_path):
    body = b'{"rows":"' + b"r" * (20 * MEGABYTE) + b'"}'
    with Upstream(reply(body)) as declared, start(declared, tmp_path / "declared") as gateway:
        response = gateway.call("GET", "/wrapped/x")
        assert response.header("X-Causeway-Envelope") == "none; reason=size" and response.body == body

    def serve(stream):
        stream.send(head(kind="application/json"))
        for at in range(0, len(body), 50_000):
            stream.send(chunk(body[at:at + 50_000]))
        stream.send(chunk(b""))
    with StreamingSystem(serve) as chunks, start(chunks, tmp_path / "chunked") as gateway:
        response = gateway.call("GET", "/wrapped/x")
        assert response.header("X-Causeway-Envelope") == "none; reason=size" and response.body == body


def test_a_slow_caller_of_a_whole_answer_holds_no_connection_to_the_system(tmp_path):
    with Upstream() as system:
        system.on("/big", reply(b'"' + b"x" * (8 * MEGABYTE) + b'"'))
        with start(system, tmp_path, workers=1) as gateway, Connection(gateway.port, receive_buffer=4096) as slow:
            slow.send(message("GET", "/wrapped/big"))
            slow.read_head()
            for _ in range(5):
                assert_success(gateway.call("GET", "/wrapped/small"), b'{"ok":true}')
            assert system.connections == 1
            until(lambda: requests(gateway, route="wrapped") == 5, what="the records")


# Both ways at once, and early.

def test_an_echo_goes_both_ways_at_once(tmp_path):
    def serve(stream):
        stream.send(head())
        while piece := stream.piece():
            stream.send(chunk(piece))
        stream.send(chunk(b""))
    with StreamingSystem(serve) as system, start(system, tmp_path) as gateway, gateway.connect() as caller:
        caller.send(head_of("POST", "/raw/echo", {"Transfer-Encoding": "chunked"}))
        caller.send(chunk(b"f" * 100_000))  # more than is kept whole
        response = caller.read_head()
        assert response.status == 200 and response.header("Connection") == "close"
        got = b""
        while len(got) < 100_000:
            got += caller._take(int(caller._line(), 16) + 2)[:-2]
        for number in range(20):
            piece = b"piece %d" % number
            caller.send(chunk(piece))
            assert caller._take(int(caller._line(), 16) + 2)[:-2] == piece
        caller.send(chunk(b""))
        assert caller._chunks() == b""
        caller.assert_closed()
        until(lambda: requests(gateway, status="200", code="0") == 1, what="the record")


@pytest.mark.parametrize("status", [401, 413])
def test_an_early_answer_comes_through_and_the_upload_is_dropped(tmp_path, status):
    cut = threading.Event()

    def serve(stream):
        body = b"not that"
        stream.send(head(len(body), "text/plain", status) + body)
        try:
            stream.measure()
        except ConnectionError:
            cut.set()
    with StreamingSystem(serve) as system, start(system, tmp_path) as gateway:
        with gateway.connect() as caller:
            caller.send(head_of("POST", "/raw/x", {"Content-Length": str(100 * MEGABYTE)}))
            caller.send(PIECE)
            response = caller.read()  # with most of the upload still to come
            assert (response.status, response.body, response.header("Connection")) == (status, b"not that", "close")
            assert cut.wait(20), "the system still waits for the rest"
        cut.clear()
        with gateway.connect() as caller:  # one that looks for an answer only at the end
            try:
                caller.send(message("POST", "/raw/x", (), b"x" * (8 * MEGABYTE)))
            except OSError:
                pytest.fail("reset under the answer")
            assert caller.read().status == status


def test_a_system_that_does_not_read_on_holds_the_upload_back(tmp_path):
    go_on = threading.Event()

    def serve(stream):
        go_on.wait(60)
        body = b"%d %d" % stream.measure()
        stream.send(head(len(body)) + body)
    size = 64 * MEGABYTE
    with StreamingSystem(serve) as system, start(system, tmp_path) as gateway, gateway.connect(timeout=60) as caller:
        sent = [0]

        def upload():
            caller.send(head_of("POST", "/raw/x", {"Content-Length": str(size)}))
            for _ in range(size // len(PIECE)):
                caller.send(PIECE)
                sent[0] += len(PIECE)
        with Watch(gateway) as watch:
            thread = threading.Thread(target=upload)
            thread.start()

            def stalled():
                at = sent[0]
                time.sleep(0.5)
                return sent[0] == at
            until(stalled, 60, what="back-pressure")
            assert sent[0] < size // 2, "the upload is buffered somewhere"
            go_on.set()
            assert caller.read().body == b"%d %d" % (size, crc_of(size))
            thread.join()
        assert watch.peak < FLAT


def test_all_of_it_over_tls_on_both_sides(tmp_path):
    folder = tmp_path / "config" / "tls"
    folder.mkdir(parents=True)
    certificate, key = certificates.make(folder)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    trusting, asked, ended = certificates.client(certificate), threading.Event(), threading.Event()
    size = 32 * MEGABYTE

    def serve(stream):
        if stream.target == "/up":
            body = b"%d %d" % stream.measure()
            stream.send(head(len(body)) + body)
        elif stream.target == "/down":
            stream.send(head(size))
            for _ in range(size // len(PIECE)):
                stream.send(PIECE)
        elif stream.target == "/early":
            stream.send(head(3, status=413) + b"big")
            stream.closed()
        elif stream.target == "/echo":
            stream.send(head())
            while piece := stream.piece():
                stream.send(chunk(piece))
            stream.send(chunk(b""))
        else:
            asked.set()
            stream.closed()
            ended.set()
    with StreamingSystem(serve, tls=context) as system:
        config = main_config({"oms": {"endpoints": [system.address], "timeout": "20s", "tls": {"ca": "tls/server.pem"}}})
        config["listeners"][0].update({"tls": {"certificate": "tls/server.pem", "private_key": "tls/server.key"}, "limits": {"request_body": "1GiB"}})
        with Gateway(config, ROUTES, tmp_path) as gateway:
            with gateway.connect(tls=trusting) as caller:
                caller.send(message("GET", "/raw/down"))
                assert zlib.crc32(caller.read().body) == crc_of(size)
                caller.send(head_of("POST", "/raw/up", {"Content-Length": str(size)}))
                for _ in range(size // len(PIECE)):
                    caller.send(PIECE)
                assert caller.read().body == b"%d %d" % (size, crc_of(size))
            with gateway.connect(tls=trusting) as caller:
                caller.send(head_of("POST", "/raw/early", {"Content-Length": str(size)}) + PIECE)
                assert caller.read().status == 413
            with gateway.connect(tls=trusting) as caller:
                caller.send(head_of("POST", "/raw/echo", {"Transfer-Encoding": "chunked"}) + chunk(PIECE))
                assert caller.read_head().status == 200
                got = b""
                while len(got) < len(PIECE):
                    got += caller._take(int(caller._line(), 16) + 2)[:-2]
                for _ in range(200):  # at the caller's pace, piece by piece
                    caller.send(chunk(b"again"))
                    assert caller._take(int(caller._line(), 16) + 2) == b"again\r\n"
                caller.send(chunk(b""))
                assert got == PIECE and caller._chunks() == b""
            caller = gateway.connect(tls=trusting)
            caller.send(message("GET", "/raw/hang"))
            assert asked.wait(20)
            caller.close()
            assert ended.wait(20), "the system still works for nobody"


# Cut.

@pytest.mark.parametrize("headers, begun", [({"Content-Length": "1000000"}, PIECE + PIECE), ({"Transfer-Encoding": "chunked"}, chunk(PIECE) + chunk(PIECE)[:-2])],
                         ids=["length", "chunks"])
@pytest.mark.parametrize("how", ["end", "reset"])
def test_a_cut_upload_is_cut_for_the_system_too(tmp_path, headers, begun, how):
    asked, ends = threading.Event(), []

    def serve(stream):
        asked.set()
        try:
            ends.append(stream.measure())
        except ConnectionError:
            ends.append("cut")
    with StreamingSystem(serve) as system, start(system, tmp_path) as gateway:
        caller = gateway.connect()
        caller.send(head_of("POST", "/raw/x", headers) + begun)
        assert asked.wait(20)
        if how == "reset":
            leave(caller, how)
        else:
            caller.finish_sending()
        until(lambda: ends, what="the end")
        assert ends == ["cut"]
        caller.close()


@pytest.mark.parametrize("answer", [head(1_000_000) + PIECE, head() + chunk(PIECE), head() + chunk(PIECE)[:-100]],
                         ids=["declared", "between chunks", "in a chunk"])
def test_a_cut_answer_is_cut_for_the_caller_too(tmp_path, answer):
    with StreamingSystem(lambda stream: stream.send(answer)) as system, start(system, tmp_path) as gateway, gateway.connect() as caller:
        caller.send(message("GET", "/raw/x"))
        with pytest.raises((Broken, ConnectionError)):
            caller.read()
        gateway.wait_log(r"the answer broke off while it was passed on.*status=200")


# Slow.

def test_a_slow_writer_of_a_long_body_is_cut_in_time_whatever_the_system_does(tmp_path):
    def serve(stream):
        stream.send(head())  # answers before it has read
        stream.closed()
    with StreamingSystem(serve) as system, start(system, tmp_path, limits={"body_timeout": "1s"}) as gateway, gateway.connect() as caller:
        caller.send(head_of("POST", "/raw/x", {"Content-Length": "1000000"}) + PIECE)
        assert caller.read_head().status == 200
        rest = caller.rest()  # the answer has no end
        assert b"0\r\n\r\n" not in rest


def test_a_slow_reader_is_cut_in_time(tmp_path):
    def serve(stream):
        stream.send(head(100 * MEGABYTE))
        try:
            while True:
                stream.send(PIECE)
        finally:
            closed.set()
    closed = threading.Event()
    with StreamingSystem(serve) as system, start(system, tmp_path, limits={"body_timeout": "1s"}) as gateway:
        with Connection(gateway.port, receive_buffer=4096) as caller:
            caller.send(message("GET", "/raw/x"))
            assert closed.wait(20), "it waits for ever"
