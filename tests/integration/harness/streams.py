"""Bodies on their way. A system that streams: it has the connection for itself, reads and writes as a test tells it to, and counts."""
import os
import re
import socket
import threading
import zlib

from .gateway import Gateway, main_config
from .http import TIMEOUT

PIECE = bytes(range(256)) * 256  # 64 KiB
MEGABYTE = 1 << 20
ROUTES = {"open": {"api": "open", "base": "/", "defaults": {"auth": "none", "http": {"cluster": "oms"}}, "routes": [
    {"name": "raw", "match": {"methods": "any", "path": "/raw/{rest...}"}, "reply": "as_is", "adapter": {"http": {"path": "/{rest...}"}}},
    {"name": "wrapped", "match": {"methods": "any", "path": "/wrapped/{rest...}"}, "adapter": {"http": {"path": "/{rest...}"}}},
]}}


def start(system, tmp_path, cluster=None, limits=None, **more):
    address = system if isinstance(system, str) else system.address
    config = main_config({"oms": {"endpoints": [address], "timeout": "20s", **(cluster or {})}}, **more)
    config["listeners"][0]["limits"] = {"request_body": "4GiB", "body_timeout": "300s", **(limits or {})}
    return Gateway(config, ROUTES, tmp_path)


def requests(gateway, **labels):
    return sum(gateway.metric("causeway_requests_total", **labels).values())


class Stream:
    """The system's end of one connection, behind the head of a request."""

    def __init__(self, sock):
        self.socket, self.buffer, self.at = sock, b"", 0
        self.head = self._head()
        self.left = int((re.search(rb"(?i)\r\ncontent-length: (\d+)", self.head) or [0, 0])[1])
        self.chunked = re.search(rb"(?i)\r\ntransfer-encoding: chunked", self.head) is not None

    @property
    def target(self):
        return self.head.split(b" ", 2)[1].decode() if self.head else ""

    def _head(self):
        while b"\r\n\r\n" not in self.buffer:
            if not self._more():
                return b""
        head, self.buffer = self.buffer.split(b"\r\n\r\n", 1)
        return head

    def _more(self):
        data = self.socket.recv(1 << 20)
        self.buffer += data
        return data

    def piece(self):
        """The next decoded piece of the body, empty at its end; ConnectionError where it is cut."""
        if not self.chunked:
            if self.left == 0:
                return b""
            if not self.buffer and not self._more():
                raise ConnectionError("cut")
            piece, self.buffer = self.buffer[:self.left], self.buffer[self.left:]
            self.left -= len(piece)
            return piece
        while True:
            end = self.buffer.find(b"\r\n", self.at)
            size = int(self.buffer[self.at:end], 16) if end >= 0 else 0
            if end >= 0 and len(self.buffer) >= end + size + 4:
                break
            self._need()
        self.at = end + size + 4
        return self.buffer[end + 2:self.at - 2]

    def _need(self):
        at, self.at = self.at, 0
        self.buffer = self.buffer[at:]
        if not self._more():
            raise ConnectionError("cut")

    def measure(self):
        """Reads the whole body: (size, crc32)."""
        size = crc = 0
        while piece := self.piece():
            size += len(piece)
            crc = zlib.crc32(piece, crc)
        return size, crc

    def send(self, data):
        self.socket.sendall(data)

    def closed(self):
        """Waits until the gateway has closed or reset its side; what came before counts for nothing."""
        try:
            while self.socket.recv(1 << 20):
                pass
        except ConnectionError:
            pass
        return True


class StreamingSystem:
    """Gives each request, one a connection, to `serve(stream)`; the connection ends with it."""

    def __init__(self, serve, tls=None):
        self.serve, self.tls = serve, tls
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=256)
        self.address = "127.0.0.1:%d" % self.listener.getsockname()[1]
        self.sockets = []
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for sock in (self.listener, *self.sockets):
            try:
                sock.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            sock.close()

    def _accept(self):
        while True:
            try:
                sock, _ = self.listener.accept()
            except OSError:
                return
            sock.settimeout(6 * TIMEOUT)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.sockets.append(sock)
            threading.Thread(target=self._serve, args=(sock,), daemon=True).start()

    def _serve(self, sock):
        try:
            if self.tls:
                sock = self.tls.wrap_socket(sock, server_side=True)
            stream = Stream(sock)
            if stream.head:
                self.serve(stream)
            sock.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        finally:
            sock.close()


def head(length=None, kind="application/octet-stream", status=200, more=""):
    framing = "Transfer-Encoding: chunked" if length is None else f"Content-Length: {length}"
    return f"HTTP/1.1 {status} X\r\nContent-Type: {kind}\r\n{framing}\r\n{more}\r\n".encode()


def chunk(data):
    return b"%x\r\n%s\r\n" % (len(data), data)


def megabytes(name, default):
    """How much a test moves: `default` MiB, or what the environment says (scripts/soak)."""
    return int(os.environ.get(name, default)) << 20


def crc_of(size):
    crc, rest = 0, size
    while rest > 0:
        piece = PIECE[:rest]
        crc = zlib.crc32(piece, crc)
        rest -= len(piece)
    return crc


class Watch:
    """The resident memory of a gateway while something goes on: `peak` over what it was."""

    def __init__(self, gateway):
        self.gateway, self.before = gateway, gateway.resident()
        self.peak, self.stopped = 0, threading.Event()
        self.thread = threading.Thread(target=self._look, daemon=True)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.stopped.set()
        self.thread.join()

    def _look(self):
        while not self.stopped.wait(0.05):
            self.peak = max(self.peak, self.gateway.resident() - self.before)


def leave(caller, how):
    """`close` in order, or `reset`."""
    if how == "reset":
        caller.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    caller.close()
