"""Reading HTTP requests off a connection: as much of HTTP as the gateway speaks to the systems of these tests."""
import asyncio


async def serve(protocol, pipe):
    """On a port of its own, which `pipe` is told, until something comes from there."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(protocol, "127.0.0.1", 0, backlog=1024)
    pipe.send(server.sockets[0].getsockname()[1])
    await loop.run_in_executor(None, pipe.recv)
    server.close()


class Requests(asyncio.Protocol):
    """Each whole request goes to `on_request(method, target, headers, body)`; names of headers in lower case."""

    def __init__(self):
        self.buffer = b""

    def connection_made(self, transport):
        self.transport = transport

    def data_received(self, data):
        self.buffer += data
        while True:
            end = self.buffer.find(b"\r\n\r\n")
            if end < 0:
                return
            head = self.buffer[:end].decode("latin-1").split("\r\n")
            headers = {name.lower(): value.strip() for name, value in (line.split(":", 1) for line in head[1:])}
            size = int(headers.get("content-length", 0))
            if len(self.buffer) < end + 4 + size:
                return
            body = self.buffer[end + 4:end + 4 + size]
            self.buffer = self.buffer[end + 4 + size:]
            method, target, _ = head[0].split(" ")
            self.on_request(method, target, headers, body)
