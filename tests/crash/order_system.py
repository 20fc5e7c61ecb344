"""A system that takes orders, in a process of its own: a ledger of what it has done, on a file, and a bad character.

    POST /barrier, /timed   {"externalNo": …, "n": …}: an order, however often it is asked for
    POST /keyed             one for each X-Once
    GET  /tx/{txid}         200 {"orderNo": …} once it is done, 404 before; having said 404 to a call of /barrier, it
                            refuses that txid from then on

What it does with a call is drawn from the seed and the externalNo, so that a retry of what it refuses is refused again.
"""
import asyncio
import collections
import dataclasses
import json
import multiprocessing
import random
import time
import zlib

from requests_read import Requests, serve

# Seconds after which a call that came is carried out, if it is.
LATEST = 0.25    # of /timed: less than its `absent_after`
MUCH_LATER = 2   # of the others: they know a call again, and refuse or recognise it


@dataclasses.dataclass(frozen=True)
class Character:
    """Shares, 0 to 1; the rest is answered as it should be."""
    refuse: float = 0.08       # of orders: 422, always
    done_hang: float = 0.06    # of calls: carried out, and no answer
    done_cut: float = 0.05     # carried out, and the connection ends
    done_broken: float = 0.03  # carried out, and 500
    cut: float = 0.03          # not carried out, and the connection ends
    broken: float = 0.03       # not carried out, and 500
    late: float = 0.05         # carried out only after a while, without an answer
    slow: float = 0.2          # carried out and answered after up to 50 ms
    unclear: float = 0.15      # of checks: 500, or no answer
    honest: bool = True        # its barrier is one


class _Connection(Requests):
    def __init__(self, owner):
        super().__init__()
        self.owner = owner

    def on_request(self, method, target, headers, body):
        self.owner.take(self, method, target, headers, body)

    def say(self, status, body):
        text = json.dumps(body).encode()
        if not self.transport.is_closing():
            self.transport.write(b"HTTP/1.1 %d x\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s" % (status, len(text), text))


class _Server:
    def __init__(self, path, seed, character):
        self.file, self.seed, self.character = open(path, "w", buffering=1 << 16), seed, character
        self.random, self.done, self.denied, self.orders = random.Random(seed), {}, set(), 0
        self.played = collections.Counter()

    def note(self, **what):
        self.file.write(json.dumps({"at": time.time(), **what}) + "\n")
        self.file.flush()

    def take(self, connection, method, target, headers, body):
        if method == "GET":
            self.check(connection, target.rsplit("/", 1)[1])
        else:
            if target == "/keyed" and headers["x-once"] != headers["x-causeway-transaction"]:
                self.note(fault="another key", headers=headers)
            self.order(connection, target, headers["x-causeway-transaction"], json.loads(body)["externalNo"])

    def check(self, connection, txid):
        if self.random.random() < self.character.unclear:
            if self.random.random() < 0.5:
                connection.say(500, {})
            else:
                connection.transport.abort()
            return
        if txid in self.done:
            connection.say(200, {"orderNo": self.done[txid]})
            return
        self.denied.add(txid)
        connection.say(404, {})

    def carry_out(self, target, txid, external_no):
        """The order's number; None: refused behind the barrier."""
        if target == "/keyed" and txid in self.done:
            return self.done[txid]
        if target == "/barrier" and txid in self.denied and self.character.honest:
            self.note(refused=txid, externalNo=external_no)
            return None
        self.orders += 1
        self.done[txid] = f"O-{self.orders}"
        self.note(done=txid, externalNo=external_no, orderNo=self.done[txid])
        return self.done[txid]

    def order(self, connection, target, txid, external_no):
        def answer():
            number = self.carry_out(target, txid, external_no)
            if number:
                connection.say(201, {"orderNo": number})
            else:
                connection.say(409, {"message": "too late"})

        def without(say, *more):
            return lambda: (self.carry_out(target, txid, external_no), say(*more))
        latest = LATEST if target == "/timed" else MUCH_LATER
        loop, faults, dice = asyncio.get_running_loop(), self.character, self.random.random()
        # A resend that is refused says nothing about the call before it: nobody would ever know.
        if target != "/keyed" and zlib.crc32(f"{self.seed} {external_no}".encode()) < faults.refuse * 2**32:
            self.played["refuse"] += 1
            connection.say(422, {"message": "no"})
            return
        turns = [
            ("done_hang", without(lambda: None)), ("done_cut", without(connection.transport.abort)),
            ("done_broken", without(connection.say, 500, {})), ("cut", connection.transport.abort),
            ("broken", lambda: connection.say(500, {})),
            ("late", lambda: loop.call_later(self.random.uniform(0, latest), self.carry_out, target, txid, external_no)),
            ("slow", lambda: loop.call_later(self.random.uniform(0, 0.05), answer)),
        ]
        for name, turn in turns:
            dice -= getattr(faults, name)
            if dice < 0:
                self.played[name] += 1
                turn()
                return
        self.played["answer"] += 1
        answer()

    async def serve(self, pipe):
        await serve(lambda: _Connection(self), pipe)
        self.file.close()


def _main(pipe, *arguments):
    server = _Server(*arguments)
    asyncio.run(server.serve(pipe))
    pipe.send(dict(server.played))


class OrderSystem:
    def __init__(self, path, seed=1, character=Character()):
        self.path, self.played = path, {}
        self.pipe, theirs = multiprocessing.Pipe()
        self.process = multiprocessing.Process(target=_main, args=(theirs, path, seed, character), daemon=True)
        self.process.start()
        self.port = self.pipe.recv()

    def ledger(self):
        """What it has done, in order: {"done": txid, "externalNo": …, "orderNo": …}."""
        with open(self.path) as lines:
            entries = [json.loads(line) for line in lines]
        faults = [entry for entry in entries if "fault" in entry]
        assert not faults, faults[:5]
        return [entry for entry in entries if "done" in entry]

    def stop(self):
        if self.process.is_alive():
            self.pipe.send("stop")
            self.played = self.pipe.recv()
            self.process.join(10)
            self.process.kill()
