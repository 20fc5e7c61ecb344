"""An HTTP/1.1 client that sends exactly the bytes it is given and reads answers strictly."""
import json
import re
import socket
import time

TIMEOUT = 20.0  # a hang guard, not a measurement


class Broken(AssertionError):
    """The peer sent something that is not a complete, well-formed answer."""


class Response:
    def __init__(self, head, body=b""):
        lines = head.split(b"\r\n")
        match = re.fullmatch(rb"HTTP/1\.([01]) (\d{3})(?: ([\t -~\x80-\xff]*))?", lines[0])
        if not match:
            raise Broken(f"bad status line {lines[0]!r}")
        self.version = "1." + match[1].decode()
        self.status = int(match[2])
        self.reason = (match[3] or b"").decode("latin-1")
        self.headers = []
        for line in lines[1:]:
            field = re.fullmatch(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([\t -~\x80-\xff]*?)[ \t]*", line)
            if not field:
                raise Broken(f"bad header line {line!r}")
            self.headers.append((field[1].decode(), field[2].decode("latin-1")))
        self.head = head
        self.body = body

    def values(self, name):
        return [value for key, value in self.headers if key.lower() == name.lower()]

    def header(self, name, default=None):
        """The only value of a header; more than one is a fault of the sender."""
        found = self.values(name)
        assert len(found) <= 1, f"{name} occurs {len(found)} times: {found}"
        return found[0] if found else default

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def code(self):
        return self.json["code"]

    def __repr__(self):
        return f"<{self.status} {self.headers} {self.body[:400]!r}>"


class Connection:
    """One connection. Not thread safe."""

    def __init__(self, port, host="127.0.0.1", tls=None, server_name=None, timeout=TIMEOUT, receive_buffer=None):
        self.socket = socket.socket()
        if receive_buffer:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.socket.settimeout(timeout)
        self.socket.connect((host, port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if tls:
            self.socket = tls.wrap_socket(self.socket, server_hostname=server_name or "localhost")
        self.buffer = b""
        self.address = self.socket.getsockname()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.socket.close()

    def send(self, data):
        self.socket.sendall(data)
        return self

    def send_split(self, data, step=1):
        for at in range(0, len(data), step):
            self.socket.sendall(data[at:at + step])
        return self

    def finish_sending(self):
        self.socket.shutdown(socket.SHUT_WR)

    def _more(self):
        data = self.socket.recv(65536)
        if not data:
            raise Broken(f"closed in the middle of an answer, after {self.buffer!r}")
        self.buffer += data

    def _take(self, count):
        pieces, missing = [self.buffer], count - len(self.buffer)
        while missing > 0:
            self.buffer = b""
            self._more()
            pieces.append(self.buffer)
            missing -= len(self.buffer)
        taken = b"".join(pieces)
        self.buffer = taken[count:]
        return taken[:count]

    def _line(self):
        while b"\r\n" not in self.buffer:
            self._more()
        line, self.buffer = self.buffer.split(b"\r\n", 1)
        return line

    def read_head(self):
        while b"\r\n\r\n" not in self.buffer:
            self._more()
        head, self.buffer = self.buffer.split(b"\r\n\r\n", 1)
        return Response(head)

    def read(self, method="GET", interim=False):
        """The next answer; 1xx are skipped unless `interim`."""
        response = self.read_head()
        while response.status < 200 and not interim:
            response = self.read_head()
        lengths, codings = response.values("Content-Length"), response.values("Transfer-Encoding")
        assert not (lengths and codings), f"both framings in {response}"
        if method == "HEAD" or response.status in (204, 304) or response.status < 200:
            return response
        if codings:
            assert codings == ["chunked"], response
            response.body = self._chunks()
        elif lengths:
            assert len(lengths) == 1 and re.fullmatch(r"\d+", lengths[0]), response
            response.body = self._take(int(lengths[0]))
        else:
            response.body = self.rest()
        return response

    def _chunks(self):
        body = b""
        while True:
            size = self._line()
            assert re.fullmatch(rb"[0-9a-fA-F]{1,16}", size), f"bad chunk size {size!r}"
            if int(size, 16) == 0:
                while self._line():
                    pass
                return body
            body += self._take(int(size, 16))
            assert self._take(2) == b"\r\n"

    def rest(self):
        """Everything until the peer closes."""
        try:
            while data := self.socket.recv(65536):
                self.buffer += data
        except ConnectionResetError:
            pass
        rest, self.buffer = self.buffer, b""
        return rest

    def assert_closed(self):
        assert self.rest() == b"", "bytes after the last answer"

    def silent(self, seconds):
        """True when nothing comes and nothing closes for so long."""
        self.socket.settimeout(seconds)
        try:
            data = self.socket.recv(1, socket.MSG_PEEK)
        except (socket.timeout, TimeoutError):
            return True
        finally:
            self.socket.settimeout(TIMEOUT)
        return data is None


def head_of(method, target, headers=(), body=None, version="1.1", host="gateway.test"):
    """The bytes of a request's head; Host and Content-Length are added unless given."""
    headers = list(headers.items() if isinstance(headers, dict) else headers)
    names = {name.lower() for name, _ in headers}
    lines = [f"{method} {target} HTTP/{version}"]
    if host is not None and "host" not in names:
        lines.append(f"Host: {host}")
    lines += [f"{name}: {value}" for name, value in headers]
    if body is not None and not names & {"content-length", "transfer-encoding"}:
        lines.append(f"Content-Length: {len(body)}")
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


def message(method, target, headers=(), body=None, **more):
    """The bytes of a whole request."""
    return head_of(method, target, headers, body, **more) + (body or b"")


def chunked(*chunks, trailer=b""):
    return b"".join(b"%x\r\n%s\r\n" % (len(chunk), chunk) for chunk in chunks if chunk) + b"0\r\n" + trailer + b"\r\n"


def call(port, method, target, headers=(), body=None, tls=None, **more):
    """One request on a connection of its own."""
    with Connection(port, tls=tls) as connection:
        connection.send(message(method, target, headers, body, **more))
        return connection.read(method)


def exchange(port, data, timeout=TIMEOUT):
    """Sends bytes, reads until the peer closes."""
    with Connection(port, timeout=timeout) as connection:
        connection.send(data)
        return connection.rest()


def until(condition, timeout=TIMEOUT, interval=0.01, what="the condition"):
    """Polls; for what cannot be waited for otherwise."""
    end = time.monotonic() + timeout
    while True:
        value = condition()
        if value:
            return value
        assert time.monotonic() < end, f"{what} did not hold within {timeout} s"
        time.sleep(interval)
