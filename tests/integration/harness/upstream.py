"""A system behind the gateway: records every byte that reaches it and answers as a test tells it to, however wrong."""
import re
import socket
import struct
import threading

from .http import TIMEOUT, Broken


class Request:
    def __init__(self, head, body, connection):
        lines = head.split(b"\r\n")
        self.method, self.target, self.version = lines[0].decode("latin-1").split(" ")
        self.headers = [tuple(part.strip() for part in line.decode("latin-1").split(":", 1)) for line in lines[1:]]
        self.head = head
        self.body = body
        self.connection = connection

    def values(self, name):
        return [value for key, value in self.headers if key.lower() == name.lower()]

    def header(self, name, default=None):
        found = self.values(name)
        assert len(found) <= 1, f"{name} occurs {len(found)} times: {found}"
        return found[0] if found else default

    @property
    def names(self):
        return {name.lower() for name, _ in self.headers}

    def __repr__(self):
        return f"<{self.method} {self.target} {self.headers} {self.body[:200]!r}>"


class Peer:
    """The gateway's end of one connection, as handed to an answer."""

    def __init__(self, sock, number):
        self.socket, self.number, self.open = sock, number, True

    def send(self, data):
        self.socket.sendall(data)

    def hold(self):
        """What is sent from here on leaves together with the end (or `fin`): nobody can use the connection in between."""
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_CORK, 1)

    def close(self):
        self.open = False
        try:
            self.socket.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self.socket.close()

    def reset(self):
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.open = False
        self.socket.close()

    def wait_closed(self):
        """Waits until the gateway closes; True when it did so without another byte."""
        try:
            return self.socket.recv(1) == b""
        except ConnectionError:
            return True


def reply(body=b'{"ok":true}', status=200, headers=(), kind="application/json", reason="X", then=None):
    """A well-formed answer."""
    lines = [f"HTTP/1.1 {status} {reason}"]
    if kind:
        lines.append(f"Content-Type: {kind}")
    lines += [f"{name}: {value}" for name, value in (headers.items() if isinstance(headers, dict) else headers)]
    bodiless = status in (204, 304)
    if not bodiless:
        lines.append(f"Content-Length: {len(body)}")
    head = ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")

    def answer(request, peer):
        if then == "close":
            peer.hold()
        peer.send(head if bodiless or request.method == "HEAD" else head + body)
        if then:
            getattr(peer, then)()
    return answer


def raw(data, then=None):
    """Bytes as they are, then `close`, `reset` or nothing."""
    def answer(_, peer):
        peer.send(data)
        if then:
            getattr(peer, then)()
    return answer


def close(_, peer):
    peer.close()


def reset(_, peer):
    peer.reset()


def hang(_, peer):
    """Says nothing until the gateway gives up."""
    peer.wait_closed()
    peer.close()


class Gate:
    """An answer that is held until `open()`; `entered` is set when a call has arrived."""

    def __init__(self, answer=None):
        self.answer, self.entered, self.opened = answer or reply(), threading.Event(), threading.Event()

    def open(self):
        self.opened.set()

    def __call__(self, request, peer):
        self.entered.set()
        self.opened.wait(TIMEOUT)
        self.answer(request, peer)


class Upstream:
    def __init__(self, answer=None, port=0):
        self.default = answer or reply()
        self._listen(port)
        self.changed = threading.Condition()
        self.peers = []
        self.closed = False
        self.connections = 0
        self.reset()
        threading.Thread(target=self._accept, daemon=True).start()

    def _listen(self, port):
        self.place = place(port)  # so that nobody takes the port while this one is away
        self.port = self.place.getsockname()[1]
        self.listener = place(self.port)
        self.listener.listen(1024)
        self.address = f"127.0.0.1:{self.port}"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def stop(self):
        self.closed = True
        try:
            self.listener.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self.listener.close()
        for peer in list(self.peers):
            try:
                peer.close()
            except OSError:
                pass

    def reset(self):
        """Forgets what was recorded and how to answer."""
        with self.changed:
            self.requests, self.broken, self.bytes, self.answers = [], [], 0, []

    def on(self, path, answer):
        """Answers requests whose target starts with `path` so; the latest rule wins."""
        self.answers.insert(0, (path, answer))

    def seen(self, path):
        with self.changed:
            return [request for request in self.requests if request.target.startswith(path)]

    def wait(self, count, path="", timeout=TIMEOUT):
        """The requests to `path` once there are at least `count`."""
        with self.changed:
            ok = self.changed.wait_for(lambda: len(self.seen_locked(path)) >= count, timeout)
            found = self.seen_locked(path)
        assert ok, f"{len(found)} of {count} requests arrived"
        return found

    def seen_locked(self, path):
        return [request for request in self.requests if request.target.startswith(path)]

    def one(self, path=""):
        """The only request to `path`."""
        found = self.seen(path)
        assert len(found) == 1, f"{len(found)} requests arrived: {found}"
        return found[0]

    def _accept(self):
        while not self.closed:
            try:
                sock, _ = self.listener.accept()
            except OSError:
                return
            if sock.family != socket.AF_UNIX:
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with self.changed:
                self.connections += 1
                peer = Peer(sock, self.connections)
                self.peers.append(peer)
            threading.Thread(target=self._serve, args=(peer,), daemon=True).start()

    def _serve(self, peer):
        reader = _Reader(peer.socket, self)
        try:
            while peer.open:
                request = reader.request(peer.number)
                if request is None:
                    break
                with self.changed:
                    self.requests.append(request)
                    rules = list(self.answers)
                    self.changed.notify_all()
                answer = next((found for path, found in rules if request.target.startswith(path)), self.default)
                answer(request, peer)
        except Broken as broken:
            with self.changed:
                self.broken.append(str(broken))
        except OSError:
            pass
        finally:
            with self.changed:
                self.peers.remove(peer)
            if peer.open:
                peer.close()


class _Reader:
    """Reads requests as strictly as a system could wish; anything odd from the gateway is recorded as broken."""

    def __init__(self, sock, owner):
        self.socket, self.owner, self.buffer = sock, owner, b""

    def _more(self):
        data = self.socket.recv(65536)
        with self.owner.changed:
            self.owner.bytes += len(data)
        self.buffer += data
        return data

    def _take(self, count):
        pieces, missing = [self.buffer], count - len(self.buffer)
        while missing > 0:
            self.buffer = b""
            if not self._more():
                raise Broken(f"request cut in its body, {missing} of {count} bytes are missing")
            pieces.append(self.buffer)
            missing -= len(self.buffer)
        taken = b"".join(pieces)
        self.buffer = taken[count:]
        return taken[:count]

    def _line(self):
        while b"\r\n" not in self.buffer:
            if not self._more():
                raise Broken("request cut in a chunk")
        line, self.buffer = self.buffer.split(b"\r\n", 1)
        return line

    def request(self, number):
        while b"\r\n\r\n" not in self.buffer:
            if not self._more():
                if self.buffer:
                    raise Broken(f"request cut in its head: {self.buffer!r}")
                return None
        head, self.buffer = self.buffer.split(b"\r\n\r\n", 1)
        lines = head.split(b"\r\n")
        if not re.fullmatch(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+ [!-~]+ HTTP/1\.1", lines[0]):
            raise Broken(f"bad request line {lines[0]!r}")
        for line in lines[1:]:
            if not re.fullmatch(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+: ?[\t -~\x80-\xff]*", line):
                raise Broken(f"bad header line {line!r}")
        request = Request(head, b"", number)
        lengths, codings = request.values("Content-Length"), request.values("Transfer-Encoding")
        if len(lengths) + len(codings) > 1:
            raise Broken(f"ambiguous framing in {head!r}")
        if codings:
            if codings != ["chunked"]:
                raise Broken(f"transfer coding {codings}")
            request.body = self._chunks()
        elif lengths:
            if not re.fullmatch(r"\d+", lengths[0]):
                raise Broken(f"content length {lengths}")
            request.body = self._take(int(lengths[0]))
        return request

    def _chunks(self):
        body = b""
        while True:
            size = self._line()
            if not re.fullmatch(rb"[0-9a-fA-F]{1,16}", size):
                raise Broken(f"bad chunk size {size!r}")
            if int(size, 16) == 0:
                if self._line():
                    raise Broken("a trailer was forwarded")
                return body
            body += self._take(int(size, 16))
            if self._take(2) != b"\r\n":
                raise Broken("chunk without its end")


def place(port=0):
    """A socket with a port of loopback, on which it does not listen: as long as it is there, only who asks for this port gets it."""
    sock = socket.socket()
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sock.bind(("127.0.0.1", port))
    return sock


_closed = []


def closed_port():
    """A port of loopback on which nothing listens, nor will while this process lasts, unless it is asked for."""
    _closed.append(place())
    return _closed[-1].getsockname()[1]
