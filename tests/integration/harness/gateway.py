"""The gateway as a process: its configuration as dictionaries, its log as lines, its signals and ports."""
import collections
import hashlib
import os
import pathlib
import re
import signal
import subprocess
import tempfile
import threading

import yaml

from . import http
from .signing import KEY, SECRET

ROOT = pathlib.Path(__file__).resolve().parents[3]
BUILD = pathlib.Path(os.environ.get("CAUSEWAY_BUILD", ROOT / "build" / "release"))
BINARY = BUILD / "causeway"
_PROGRAM = BINARY.read_bytes()
THREAD_SANITIZER = b"__tsan_init" in _PROGRAM
SLOW = 4 if THREAD_SANITIZER or b"__asan_init" in _PROGRAM else 1  # sanitised builds get longer hang guards

PARTNER_KEY, PARTNER_SECRET = "partner-key", "partner-secret-0123456789abcdef"
API_TOKEN = "token-of-reporting-0123456789abcdef"
API_TOKEN_SHA256 = hashlib.sha256(API_TOKEN.encode()).hexdigest()
ENVIRONMENT = {"OMS_SECRET": SECRET, "PARTNER_SECRET": PARTNER_SECRET}


def main_config(clusters, **more):
    """The operators' file: `clusters` maps names to an endpoint ("127.0.0.1:1") or to the whole cluster."""
    config = {
        "node": {"id": "test-1"},
        "listeners": [{"name": "public", "address": "127.0.0.1:0"}],
        "admin": {"address": "127.0.0.1:0"},
        "workers": 2,
        "drain_timeout": "10s",
        "consumers": [
            {"name": "oms", "roles": ["internal"], "keys": [{"id": KEY, "secrets": ["${env:OMS_SECRET}"]}]},
            {"name": "partner", "roles": ["partner"], "keys": [{"id": PARTNER_KEY, "secrets": ["${env:PARTNER_SECRET}"]}]},
        ],
        "clusters": [cluster(name, value) for name, value in clusters.items()],
        "include": ["../routes/*.yaml"],
    }
    config.update(more)
    return config


def cluster(name, value):
    if isinstance(value, str):
        value = {"endpoints": [value]}
    return {"name": name, "system": name.upper(), "connect_timeout": "2s", "timeout": "10s", **value}


class Gateway:
    """Starts on entering, drains on leaving; a crash, a sanitizer's report or a bad exit code fails the test."""

    def __init__(self, config, routes, folder=None, environment=None, start=True):
        self.folder = pathlib.Path(folder or tempfile.mkdtemp(prefix="causeway-"))
        self.environment = {**os.environ, **ENVIRONMENT, **(environment or {})}
        self.process, self.ports, self.lines = None, {}, collections.deque()
        self.exit_codes = {0}
        self.changed = threading.Condition()
        self.write(config, routes)
        if start:
            self.start()

    def write(self, config=None, routes=None):
        """Writes the files: a dictionary as YAML, text as it is."""
        for folder in ("config", "routes"):
            (self.folder / folder).mkdir(parents=True, exist_ok=True)
        if config is not None:
            _write(self.folder / "config" / "causeway.yaml", config)
        for name, content in (routes or {}).items():
            _write(self.folder / "routes" / f"{name}.yaml", content)

    @property
    def config_file(self):
        return self.folder / "config" / "causeway.yaml"

    def start(self):
        ports = self.folder / "ports"
        ports.unlink(missing_ok=True)
        self.errors = open(self.folder / "stderr", "a+b")
        self.process = subprocess.Popen([BINARY, "run", "-c", self.config_file, "--port-file", ports], cwd=self.folder,
                                        env=self.environment, stdout=subprocess.PIPE, stderr=self.errors)
        threading.Thread(target=self._read_log, args=(self.process.stdout,), daemon=True).start()
        http.until(lambda: ports.exists() or self.process.poll() is not None, 30 * SLOW, what="the start")
        assert self.process.poll() is None, f"the gateway ended with {self.process.returncode}: {self.stderr()} {self.log()}"
        for line in ports.read_text().splitlines():
            name, address = line.split()
            self.ports[name] = int(address.rsplit(":", 1)[1])
        return self

    def _read_log(self, stream):
        for line in stream:
            with self.changed:
                self.lines.append(line.decode("utf-8", "replace").rstrip("\n"))
                self.changed.notify_all()

    @property
    def port(self):
        return self.ports["public"]

    @property
    def admin(self):
        return self.ports["admin"]

    def log(self):
        with self.changed:
            return "\n".join(self.lines)

    def wait_log(self, pattern, timeout=20, count=1):
        """The lines that match `pattern`, once there are `count`."""
        def found():
            return [line for line in self.lines if re.search(pattern, line)]
        with self.changed:
            assert self.changed.wait_for(lambda: len(found()) >= count, timeout * SLOW), \
                f"no line matches {pattern}:\n" + "\n".join(list(self.lines)[-30:])
            return found()

    def stderr(self):
        return (self.folder / "stderr").read_text("utf-8", "replace")

    def signal(self, number):
        self.process.send_signal(number)

    def wait(self, timeout=30):
        code = self.process.wait(timeout * SLOW)
        report = self.stderr()
        assert "Sanitizer" not in report and "runtime error" not in report, report[-8000:]
        return code

    def stop(self):
        if self.process and self.process.poll() is None:
            self.signal(signal.SIGTERM)
        try:
            assert self.wait() in self.exit_codes, f"the gateway ended with {self.process.returncode}: {self.stderr()[-4000:]}"
        finally:
            if self.process.poll() is None:
                self.process.kill()
                self.process.wait()
            self.errors.close()

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        if kind is None:
            self.stop()
        elif self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    def call(self, method, target, headers=(), body=None, **more):
        return http.call(self.port, method, target, headers, body, **more)

    def connect(self, **more):
        return http.Connection(self.port, **more)

    def reload(self, config=None, routes=None):
        """Writes and sends SIGHUP; returns when the gateway has decided, whether it took it or not."""
        before = sum(self.metric("causeway_config_reloads_total").values())
        self.write(config, routes)
        self.signal(signal.SIGHUP)
        http.until(lambda: sum(self.metric("causeway_config_reloads_total").values()) > before, 20 * SLOW, what="the reload")

    def metrics(self):
        """Every sample: {name: {frozenset of (label, value): number}}."""
        response = http.call(self.admin, "GET", "/metrics", host=f"127.0.0.1:{self.admin}")
        assert response.status == 200, response
        samples = collections.defaultdict(dict)
        for line in response.body.decode().splitlines():
            if line and not line.startswith("#"):
                name, labels, value = re.fullmatch(r"([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)", line).groups()
                pairs = re.findall(r'(\w+)="((?:[^"\\]|\\.)*)"', labels or "")
                samples[name][frozenset(pairs)] = float(value)
        return samples

    def metric(self, name, /, **labels):
        """The samples of `name` that carry these labels."""
        wanted = set(labels.items())
        return {found: value for found, value in self.metrics()[name].items() if wanted <= found}

    def settle(self):
        """Returns once every call is over: a caller may have its answer a moment before it is counted."""
        http.until(lambda: sum(self.metric("causeway_active_requests").values()) == 0, 20 * SLOW, what="the end of every call")

    def resident(self):
        """Resident memory in bytes."""
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+) kB", status)[1]) * 1024


def _write(path, content):
    if not isinstance(content, str):
        content = yaml.safe_dump(content, allow_unicode=True, sort_keys=False, width=1000)
    temporary = path.with_suffix(".new")
    temporary.write_text(content, "utf-8")
    temporary.rename(path)


def command(*arguments, folder=None, environment=None, timeout=60):
    """Runs `causeway …` to its end: (exit code, stdout, stderr)."""
    done = subprocess.run([BINARY, *arguments], cwd=folder, env={**os.environ, **ENVIRONMENT, **(environment or {})},
                          capture_output=True, timeout=timeout * SLOW)
    return done.returncode, done.stdout.decode("utf-8", "replace"), done.stderr.decode("utf-8", "replace")
