"""A system that takes deliveries: an HTTP server in a process of its own that writes every one of them to a file."""
import asyncio
import json
import multiprocessing
import random
import time


class _Connection(asyncio.Protocol):
    def __init__(self, owner):
        self.owner, self.buffer = owner, b""

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
            self.owner.answer(self.transport, headers, body)


class _Server:
    """`fail` is the share of attempts that get a 503, `cut` the share that get no answer at all."""

    def __init__(self, path, seed, fail, cut):
        self.file = open(path, "w", buffering=1 << 16)
        self.random, self.fail, self.cut = random.Random(seed), fail, cut

    def answer(self, transport, headers, body):
        dice = self.random.random()
        status = 503 if dice < self.fail else 0 if dice < self.fail + self.cut else 200
        self.file.write(json.dumps({"at": time.time(), "idempotency": headers["idempotency-key"], "status": status,
                                    "sequence": int(headers["x-causeway-sequence"]), "body": body.decode()}) + "\n")
        self.file.flush()
        if status == 0:
            transport.abort()
        else:
            transport.write(b"HTTP/1.1 %d x\r\nContent-Length: 0\r\n\r\n" % status)

    async def serve(self, pipe):
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: _Connection(self), "127.0.0.1", 0, backlog=1024)
        pipe.send(server.sockets[0].getsockname()[1])
        await loop.run_in_executor(None, pipe.recv)
        server.close()
        self.file.close()


def _main(pipe, *arguments):
    asyncio.run(_Server(*arguments).serve(pipe))
    pipe.send("ended")


class Receiver:
    def __init__(self, path, seed=1, fail=0.0, cut=0.0):
        self.path = path
        self.pipe, theirs = multiprocessing.Pipe()
        self.process = multiprocessing.Process(target=_main, args=(theirs, path, seed, fail, cut), daemon=True)
        self.process.start()
        self.port = self.pipe.recv()

    def deliveries(self):
        """What has been written so far, in the order of arrival."""
        found = []
        with open(self.path) as lines:
            for line in lines:
                if line.endswith("\n"):
                    found.append(json.loads(line))
        return found

    def stop(self):
        if self.process.is_alive():
            self.pipe.send("stop")
            self.process.join(10)
            self.process.kill()
