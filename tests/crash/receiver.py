"""A system that takes deliveries: an HTTP server in a process of its own that writes every one of them to a file."""
import asyncio
import collections
import dataclasses
import json
import multiprocessing
import random
import time
import zlib

from requests_read import Requests, serve


@dataclasses.dataclass(frozen=True)
class Faults:
    """Shares, 0 to 1."""
    fail: float = 0.0    # of attempts: 503
    cut: float = 0.0     # of attempts: no answer at all
    slow: float = 0.0    # of attempts: answered only after up to 100 ms
    refuse: float = 0.0  # of events: 422 at their first attempt, always the same ones


class _Connection(Requests):
    def __init__(self, owner):
        super().__init__()
        self.owner = owner

    def on_request(self, method, target, headers, body):
        self.owner.answer(self.transport, headers, body)


class _Server:
    def __init__(self, path, seed, faults):
        self.file, self.seed, self.faults = open(path, "w", buffering=1 << 16), seed, faults
        self.random, self.attempts = random.Random(seed), collections.Counter()

    def status_for(self, event):
        """0: none."""
        faults, dice = self.faults, self.random.random()
        if faults.refuse:
            self.attempts[event] += 1
            if self.attempts[event] == 1 and zlib.crc32(f"{self.seed} {event}".encode()) < faults.refuse * 2**32:
                return 422
        return 503 if dice < faults.fail else 0 if dice < faults.fail + faults.cut else 200

    def answer(self, transport, headers, body):
        status = self.status_for(headers["idempotency-key"])
        # Written before it answers: what the gateway was told has been noted.
        self.file.write(json.dumps({"at": time.time(), "idempotency": headers["idempotency-key"], "status": status,
                                    "sequence": int(headers["x-causeway-sequence"]), "body": body.decode()}) + "\n")
        self.file.flush()
        say = transport.abort if status == 0 else lambda: transport.write(b"HTTP/1.1 %d x\r\nContent-Length: 0\r\n\r\n" % status)
        if self.random.random() < self.faults.slow:
            asyncio.get_running_loop().call_later(self.random.uniform(0, 0.1), say)
        else:
            say()

    async def serve(self, pipe):
        await serve(lambda: _Connection(self), pipe)
        self.file.close()


def _main(pipe, *arguments):
    asyncio.run(_Server(*arguments).serve(pipe))
    pipe.send("ended")


class Receiver:
    def __init__(self, path, seed=1, faults=Faults()):
        self.path = path
        self.pipe, theirs = multiprocessing.Pipe()
        self.process = multiprocessing.Process(target=_main, args=(theirs, path, seed, faults), daemon=True)
        self.process.start()
        self.port = self.pipe.recv()

    def deliveries(self):
        """What has been written so far, in the order of arrival."""
        with open(self.path) as lines:
            return [json.loads(line) for line in lines if line.endswith("\n")]

    def stop(self):
        if self.process.is_alive():
            self.pipe.send("stop")
            self.process.join(10)
            self.process.kill()
