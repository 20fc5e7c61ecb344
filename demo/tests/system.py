"""One demo system as its own process, on a free port."""
import http.client
import json
import os
import pathlib
import subprocess

BUILD = pathlib.Path(os.environ.get("CAUSEWAY_BUILD", "build/release"))


class System:
    def __init__(self, name, *arguments):
        self.program = BUILD / f"demo_{name}"
        self.process = subprocess.Popen([self.program, "--port", "0", *arguments], stdout=subprocess.PIPE, text=True)
        self.port = int(self.process.stdout.readline().rsplit(":", 1)[1])

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.kill()

    def ask(self, method, path, body=None, headers=None):
        """-> (status, headers, text); raises what http.client raises when there is no answer."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request(method, path, body, headers or {})
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read().decode()
        finally:
            connection.close()

    def call(self, method, path, body=None, headers=None):
        """-> (status, text)"""
        status, _, text = self.ask(method, path, body, headers)
        return status, text

    def get(self, path):
        return json.loads(self.call("GET", path)[1])

    def fault(self, **fault):
        assert self.call("POST", "/faults", json.dumps(fault).encode())[0] == 200

    def kill(self):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()
