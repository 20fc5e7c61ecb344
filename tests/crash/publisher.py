"""Callers that publish at a steady rate and remember, outside the gateway, what was acknowledged.

The events of one key are sent strictly one after the other: the next only once the one before has its 2xx, or with it in one
array. What was not acknowledged is unknown, and is sent again with the same eventIds until it is.
"""
import json
import random
import socket
import threading
import time


class Publisher:
    """`batches` is the share of requests that are arrays: the next two events of each of a caller's keys."""

    def __init__(self, port, path, rate, seed=1, batches=0.0, threads=16, keys=48):
        self.port, self.rate, self.threads, self.keys, self.batches = port, rate, threads, keys, batches
        self.file, self.lock = open(path, "w", buffering=1 << 16), threading.Lock()
        self.acknowledged, self.resent, self.batched, self.wrong = {}, 0, 0, []
        self.newest_sent = 0.0  # when the last request that was acknowledged was sent
        self.stopping = threading.Event()
        self.running = [threading.Thread(target=self._publish, args=(index, random.Random(seed * 1000 + index)), daemon=True)
                        for index in range(threads)]

    def start(self):
        for thread in self.running:
            thread.start()

    def stop(self):
        """Lets everybody get the answer to what they have sent."""
        self.stopping.set()
        for thread in self.running:
            thread.join(60)
            assert not thread.is_alive(), "a publisher got no answer"
        self.file.close()
        assert not self.wrong, self.wrong[:5]

    def _publish(self, index, dice):
        own = range(index, self.keys, self.threads)
        sequence = dict.fromkeys(own, 0)
        connection, period = None, self.threads / self.rate
        due = time.monotonic() + dice.random() * period

        def next_event(key):
            sequence[key] += 1
            return {"eventId": f"k{key}-{sequence[key]}", "eventType": "MOVED", "data": {"key": f"k{key}", "n": sequence[key], "price": 19.90}}
        while not self.stopping.is_set():
            # Open loop, but what a dead gateway has held up is not made good all at once.
            due = max(due, time.monotonic() - 1)
            self.stopping.wait(max(0, due - time.monotonic()))
            if dice.random() < self.batches:
                events = [next_event(key) for key in own for _ in range(2)]
            else:
                events = [next_event(dice.choice(own))]
            due += period * len(events)
            connection = self._send_until_acknowledged(connection, events)
            with self.lock:
                for event in events:
                    self.acknowledged[event["eventId"]] = (event["data"]["key"], event["data"]["n"])
                    self.file.write(json.dumps({"at": time.time(), "eventId": event["eventId"], **event["data"]}) + "\n")
        if connection:
            connection.close()

    def _send_until_acknowledged(self, connection, events):
        body = json.dumps(events if len(events) > 1 else events[0]).encode()
        tries = 0
        while True:
            tries += 1
            sent = time.monotonic()
            try:
                if connection is None:
                    connection = socket.create_connection(("127.0.0.1", self.port), 20)
                    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                status, answer = _call(connection, body)
                if status != 503:
                    with self.lock:
                        self.newest_sent = max(self.newest_sent, sent)
                        self.resent += tries - 1
                        self.batched += len(events) > 1
                        self.wrong += _faults(events, status, answer, tries)
                    return connection
            except OSError:
                pass
            if connection:
                connection.close()
            connection = None
            threading.Event().wait(0.02)  # the gateway is away: ask again soon


def _faults(events, status, answer, tries):
    """What is wrong with an answer: it names what was sent, duplicates only what was sent before, and an array is whole."""
    if status != 202:
        return [(status, answer)]
    data = json.loads(answer)["data"]
    items = data["items"] if len(events) > 1 else [data]
    duplicates = {item.get("duplicate", False) for item in items}
    if [item["eventId"] for item in items] != [event["eventId"] for event in events]:
        return [("other events", answer)]
    if len(duplicates) > 1:
        return [("half an array was stored", answer)]
    if tries == 1 and True in duplicates:
        return [("a duplicate that was sent once", answer)]
    return []


def _call(connection, body):
    connection.sendall(b"POST /events HTTP/1.1\r\nHost: gateway\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
                       % len(body) + body)
    answer = b""
    while b"\r\n\r\n" not in answer:
        answer += _more(connection)
    head, rest = answer.split(b"\r\n\r\n", 1)
    size = next(int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length"))
    while len(rest) < size:
        rest += _more(connection)
    return int(head.split(b" ", 2)[1]), rest


def _more(connection):
    piece = connection.recv(65536)
    if not piece:
        raise ConnectionError("closed")
    return piece
