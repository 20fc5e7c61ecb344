"""Many callers on keep-alive connections: a process of its own, so that its memory is not in anybody's figures.

Reads orders from standard input, one a line, answers each with one line when it is done:
  open COUNT    so many more connections, each after one call; one call at a time
  burst         a call on every connection at once, then all answers
  end
"""
import resource
import socket
import ssl
import sys

REQUEST = b"GET /orders HTTP/1.1\r\nHost: gateway\r\n\r\n"
OF_ADDRESS = 5000  # connections that one source address makes, well below the ports that it has


class Callers:
    def __init__(self, port, certificate):
        self.port, self.connections = port, []
        self.context = ssl.create_default_context(cafile=certificate) if certificate else None

    def open(self, count):
        for _ in range(count):
            source = f"127.0.0.{1 + len(self.connections) // OF_ADDRESS}"
            connection = socket.create_connection(("127.0.0.1", self.port), timeout=30, source_address=(source, 0))
            if self.context:
                connection = self.context.wrap_socket(connection, server_hostname="localhost")
            self.connections.append(connection)
            connection.sendall(REQUEST)
            self.answer(connection)

    def burst(self):
        for connection in self.connections:
            connection.sendall(REQUEST)
        for connection in self.connections:
            self.answer(connection)

    @staticmethod
    def answer(connection):
        data = b""
        while b"\r\n\r\n" not in data:
            piece = connection.recv(4096)
            if not piece:
                raise SystemExit("the other side closed a connection")
            data += piece
        head, _, body = data.partition(b"\r\n\r\n")
        if head[9:12] != b"200":
            raise SystemExit(f"refused: {data!r}")
        length = next(int(line[15:]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:"))
        while len(body) < length:
            body += connection.recv(4096)


def main():
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    callers = Callers(int(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else None)
    for line in sys.stdin:
        order, *count = line.split()
        if order == "end":
            return
        callers.open(int(count[0])) if order == "open" else callers.burst()
        print("done", flush=True)


if __name__ == "__main__":
    main()
