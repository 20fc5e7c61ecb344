"""Callers who want each order once: they ask with its key again and again until they know what became of it.

What they were told is written down outside the gateway, answer by answer. Some hang up before they are answered, some ask
twice at the same time, some come back later to hear it again.
"""
import json
import random
import socket
import threading
import time

from publisher import _more

KNOWN = (200, 201, 422)
# What may be said as long as it is not known. Everything else is a fault.
NOT_YET = {40990, 40991, 50000, 50290, 50291, 50292, 50391, 50392, 50393, 50490, 50491}


class Buyers:
    def __init__(self, port, token, path, rate, seed=1, threads=24, again=0.2, leave=0.1, twice=0.1):
        self.port, self.token, self.rate, self.threads = port, token, rate, threads
        self.again, self.leave, self.twice = again, leave, twice  # shares, 0 to 1
        self.file, self.lock = open(path, "w", buffering=1 << 16), threading.Lock()
        self.known, self.first, self.calls, self.left, self.replayed, self.wrong, self.codes = {}, set(), 0, 0, 0, [], {}
        self.newest_sent = 0.0  # when the last call that got to know something was sent
        self.stopping = threading.Event()
        self.running = [threading.Thread(target=self._buy, args=(index, random.Random(seed * 1000 + index)), daemon=True) for index in range(threads)]

    def start(self):
        for thread in self.running:
            thread.start()

    def stop(self, seconds):
        """Lets everybody get to know what became of their last order."""
        self.stopping.set()
        for thread in self.running:
            thread.join(seconds)
            assert not thread.is_alive(), "a caller does not get to know what became of its order"
        self.file.close()
        assert not self.wrong, self.wrong[:5]

    def _buy(self, index, dice):
        caller, other = _Caller(self, random.Random(dice.random())), _Caller(self, random.Random(dice.random()))
        number, period = 0, self.threads / self.rate
        due, mine = time.monotonic() + dice.random() * period, []
        while not self.stopping.is_set():
            due = max(due, time.monotonic() - 1)
            self.stopping.wait(max(0, due - time.monotonic()))
            due += period
            if mine and dice.random() < self.again:
                self._hear_again(caller, dice.choice(mine))
                continue
            number += 1
            key = (dice.choice(["/barrier", "/timed", "/keyed"]), f"b{index}-{number}")
            beside = threading.Thread(target=self._hear, args=(other, key)) if dice.random() < self.twice else None
            if beside:
                beside.start()
            self._hear(caller, key)
            if beside:
                beside.join()
            mine.append(key)
        for key in mine[-20:]:
            self._hear_again(caller, key)
        caller.close()
        other.close()

    def _hear(self, caller, key):
        status, body = caller.until_known(*key)
        with self.lock:
            if self.known.setdefault(key[1], (key[0], status, body))[1:] != (status, body):
                self.wrong.append(("two answers", key, self.known[key[1]], status, body))

    def _hear_again(self, caller, key):
        status, body = caller.until_known(*key)
        with self.lock:
            self.replayed += 1
            if self.known[key[1]][1:] != (status, body):
                self.wrong.append(("another answer", key, self.known[key[1]], status, body))

    def heard(self, key, status, replayed, body, sent):
        with self.lock:
            self.calls += 1
            code = json.loads(body).get("code") if body else None
            self.codes[code] = self.codes.get(code, 0) + 1
            self.file.write(json.dumps({"at": time.time(), "key": key, "status": status, "replayed": replayed, "body": body.decode()}) + "\n")
            if status in KNOWN:
                self.newest_sent = max(self.newest_sent, sent)
                if not replayed and key in self.first:
                    self.wrong.append(("not a replay", key, status, body))
                if not replayed:
                    self.first.add(key)
            elif code not in NOT_YET:
                self.wrong.append(("unexpected", key, status, body))


class _Caller:
    def __init__(self, owner, dice):
        self.owner, self.dice, self.connection, self.pause = owner, dice, None, threading.Event()

    def close(self):
        if self.connection:
            self.connection.close()
        self.connection = None

    def until_known(self, path, key):
        body = json.dumps({"externalNo": key, "n": len(key)}).encode()
        while True:
            sent = time.monotonic()
            try:
                if self.connection is None:
                    self.connection = socket.create_connection(("127.0.0.1", self.owner.port), 20)
                    self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                leaves = self.dice.random() < self.owner.leave
                self.connection.settimeout(self.dice.choice([0.003, 0.03, 0.3]) * self.dice.uniform(0.1, 1) if leaves else 20)
                status, replayed, answer = self._call(path, key, body)
                self.owner.heard(key, status, replayed, answer, sent)
                if status in KNOWN:
                    return status, answer.decode()
                self.pause.wait(0.02)
            except OSError as fault:  # the gateway is away, or the caller has left: it asks again soon
                self.close()
                self.owner.left += isinstance(fault, TimeoutError)
                self.pause.wait(0.02)

    def _call(self, path, key, body):
        self.connection.sendall(b"POST %s HTTP/1.1\r\nHost: gateway\r\nX-API-Key: %s\r\nIdempotency-Key: %s\r\nContent-Type: application/json\r\n"
                                b"Content-Length: %d\r\n\r\n%s" % (path.encode(), self.owner.token.encode(), key.encode(), len(body), body))
        answer = b""
        while b"\r\n\r\n" not in answer:
            answer += _more(self.connection)
        head, rest = answer.split(b"\r\n\r\n", 1)
        fields = {name.strip().lower(): value.strip() for name, value in (line.split(b":", 1) for line in head.split(b"\r\n")[1:])}
        while len(rest) < int(fields[b"content-length"]):
            rest += _more(self.connection)
        if fields.get(b"connection", b"").lower() == b"close":
            self.close()
        return int(head.split(b" ", 2)[1]), fields.get(b"idempotency-replayed") == b"true", rest
