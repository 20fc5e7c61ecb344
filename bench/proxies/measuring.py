"""One measurement: wrk against a contender for some seconds, and what the contender used meanwhile."""
import dataclasses
import os
import pathlib
import re
import subprocess
import time

from . import causeway
from .processes import machine_seconds, wait_quiet

LUA = pathlib.Path(__file__).resolve().parent / "load.lua"
PATHS = {"post": "/orders", "get64k": "/files/64k"}
UNITS = {"us": 1.0, "ms": 1e3, "s": 1e6, "m": 6e7}


@dataclasses.dataclass
class Sample:
    """A row of the raw file; its fields are the columns."""
    round: int
    load: str
    connections: int
    contender: str
    cpu_us: float          # of the contender and its children, a request
    requests: int
    per_second: float
    p50_us: float
    p99_us: float
    resident_mib: float
    other_percent: float   # of the machine, by processes that do not belong here
    errors: int            # of sockets
    refused: int           # answers that are no 2xx or 3xx


def _microseconds(text):
    number, unit = re.fullmatch(r"([\d.]+)(us|ms|s|m)", text).groups()
    return float(number) * UNITS[unit]


def run_wrk(port, load, connections, seconds, token=None):
    """What wrk says, and the CPU seconds that it took itself."""
    command = ["wrk", "-t1", "-c", str(connections), "-d", f"{seconds}s", "--latency", "--timeout", "10s"]
    if load == "post":
        command += ["-s", str(LUA)]
    environment = {**os.environ, "BENCH_KEY": causeway.KEY, "BENCH_SECRET": causeway.SECRET, **({"BENCH_BEARER": token} if token else {})}
    before = os.times()
    done = subprocess.run([*command, f"http://127.0.0.1:{port}{PATHS[load]}"], capture_output=True, text=True, env=environment)
    after = os.times()
    text = done.stdout

    def found(pattern):
        match = re.search(pattern, text, re.M)
        if not match:
            raise SystemExit(f"wrk said something else:\n{text}{done.stderr}")
        return match[1]

    sockets = re.search(r"Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)", text)
    refused = re.search(r"Non-2xx or 3xx responses: (\d+)", text)
    return {"requests": int(found(r"(\d+) requests in")), "per_second": float(found(r"^Requests/sec:\s+(\S+)")),
            "p50_us": _microseconds(found(r"^\s+50%\s+(\S+)")), "p99_us": _microseconds(found(r"^\s+99%\s+(\S+)")),
            "errors": sum(int(count) for count in sockets.groups()) if sockets else 0, "refused": int(refused[1]) if refused else 0,
            "own_seconds": after.children_user + after.children_system - before.children_user - before.children_system}


class Cell:
    """A contender at one load: measured anew, up to three times, while others disturb."""

    def __init__(self, contender, process, upstream, port, token, noise, patience):
        self.contender, self.process, self.upstream, self.port = contender, process, upstream, port
        self.token, self.noise, self.patience = token if contender.token else None, noise, patience

    def warm(self, load, seconds):
        run_wrk(self.port, load, 64, seconds, self.token)

    def measure(self, number, load, connections, seconds):
        best = None
        for attempt in range(3):
            sample = self._once(number, load, connections, seconds)
            if best is None or sample.other_percent < best.other_percent:
                best = sample
            if best.other_percent <= self.noise:
                break
            wait_quiet(self.noise, self.patience)
        return best

    def _once(self, number, load, connections, seconds):
        mine = self.process or self.upstream
        before = mine.cpu_seconds(), self.upstream.cpu_seconds(), machine_seconds(), time.monotonic()
        said = run_wrk(self.port, load, connections, seconds, self.token)
        time.sleep(0.1)  # for what is written behind: log lines, checkpoints
        after = mine.cpu_seconds(), self.upstream.cpu_seconds(), machine_seconds(), time.monotonic()
        cpu, system, machine, took = (later - earlier for later, earlier in zip(after, before))
        known = said.pop("own_seconds") + system + (cpu if self.process else 0)
        return Sample(round=number, load=load, connections=connections, contender=self.contender.name,
                      cpu_us=cpu * 1e6 / max(1, said["requests"]), resident_mib=mine.resident_mib(),
                      other_percent=max(0.0, (machine - known) / took / os.cpu_count() * 100), **said)
