"""A system in a process of its own, that can be killed: it writes down every request before it answers."""
import os
import pathlib
import signal
import socket
import subprocess
import sys
import threading


class ProcessSystem:
    def __init__(self, ledger, delay=0.0, port=0):
        self.ledger = pathlib.Path(ledger)
        self.process = subprocess.Popen([sys.executable, __file__, str(port), str(self.ledger), str(delay)], stdout=subprocess.PIPE)
        self.port = int(self.process.stdout.readline())
        self.address = f"127.0.0.1:{self.port}"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.kill()

    def kill(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self.process.stdout.close()

    @property
    def seen(self):
        """What followed the last slash of each target, in the order of arrival."""
        return self.ledger.read_text().split()


def serve(connection, ledger, pause):
    buffer = b""
    while True:
        while b"\r\n\r\n" not in buffer:
            data = connection.recv(65536)
            if not data:
                return
            buffer += data
        head, buffer = buffer.split(b"\r\n\r\n", 1)
        lengths = [int(line.split(b":")[1]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
        while lengths and len(buffer) < lengths[0]:
            buffer += connection.recv(65536)
        buffer = buffer[sum(lengths):]
        os.write(ledger, head.split(b" ", 2)[1].rsplit(b"/", 1)[1] + b"\n")
        pause.wait()
        connection.sendall(b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 11\r\n\r\n{"ok":true}')


class Pause:
    def __init__(self, seconds):
        self.seconds, self.never = seconds, threading.Event()

    def wait(self):
        if self.seconds:
            self.never.wait(self.seconds)


def main(port, path, delay):
    ledger = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    with socket.create_server(("127.0.0.1", int(port)), backlog=256) as listener:
        print(listener.getsockname()[1], flush=True)
        while True:
            connection, _ = listener.accept()
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=serve, args=(connection, ledger, Pause(float(delay))), daemon=True).start()


if __name__ == "__main__":
    main(*sys.argv[1:])
