"""Callers that publish at a steady rate and remember, outside the gateway, what was acknowledged.

The events of one key are sent strictly one after the other: the next only once the one before has its 2xx. What was not
acknowledged is unknown, and is sent again with the same eventId until it is.
"""
import json
import socket
import threading
import time


class Publisher:
    def __init__(self, port, path, rate, threads=16, keys=48):
        self.port, self.rate, self.threads, self.keys = port, rate, threads, keys
        self.file, self.lock = open(path, "w", buffering=1 << 16), threading.Lock()
        self.acknowledged, self.resent, self.refused = {}, 0, []
        self.stopping = threading.Event()
        self.running = [threading.Thread(target=self._publish, args=(index,), daemon=True) for index in range(threads)]

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
        assert not self.refused, self.refused[:5]

    def _publish(self, index):
        own = range(index, self.keys, self.threads)
        sequence = dict.fromkeys(own, 0)
        connection, began, count = None, time.monotonic(), 0
        while not self.stopping.is_set():
            for key in own:
                due = began + count * self.threads / self.rate
                # Open loop, but what a dead gateway has held up is not made good all at once.
                began = max(began, time.monotonic() - 1 - count * self.threads / self.rate)
                self.stopping.wait(max(0, due - time.monotonic()))
                count += 1
                sequence[key] += 1
                event_id = f"k{key}-{sequence[key]}"
                body = json.dumps({"eventId": event_id, "eventType": "MOVED",
                                   "data": {"key": f"k{key}", "n": sequence[key], "price": 19.90}}).encode()
                connection = self._send_until_acknowledged(connection, event_id, body)
                with self.lock:
                    self.acknowledged[event_id] = (key, sequence[key])
                    self.file.write(json.dumps({"eventId": event_id, "at": time.time()}) + "\n")
        if connection:
            connection.close()

    def _send_until_acknowledged(self, connection, event_id, body):
        first = True
        while True:
            if not first:
                with self.lock:
                    self.resent += 1
            first = False
            try:
                if connection is None:
                    connection = socket.create_connection(("127.0.0.1", self.port), 20)
                    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                status = self._call(connection, body)
                if status in (200, 201, 202):
                    return connection
                if status != 503:
                    self.refused.append((event_id, status))
                    return connection
            except OSError:
                pass
            if connection:
                connection.close()
            connection = None
            threading.Event().wait(0.02)  # the gateway is away: ask again soon

    @staticmethod
    def _call(connection, body):
        connection.sendall(b"POST /events HTTP/1.1\r\nHost: gateway\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
                           % len(body) + body)
        answer = b""
        while b"\r\n\r\n" not in answer:
            piece = connection.recv(4096)
            if not piece:
                raise ConnectionError("closed")
            answer += piece
        head, rest = answer.split(b"\r\n\r\n", 1)
        size = next(int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length"))
        while len(rest) < size:
            piece = connection.recv(4096)
            if not piece:
                raise ConnectionError("closed")
            rest += piece
        return int(head.split(b" ", 2)[1])
