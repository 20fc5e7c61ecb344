"""Processes that are measured: started, asked what they used, ended. Figures are from /proc, of the process and its children."""
import os
import pathlib
import socket
import subprocess
import time

TICKS = os.sysconf("SC_CLK_TCK")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def machine_seconds():
    """CPU seconds that all processes have used since the machine started."""
    fields = [int(field) for field in pathlib.Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9]]
    idle = fields[3] + fields[4]
    return (sum(fields) - idle) / TICKS


class Process:
    """Its output goes to NAME.log in `folder`, appended to, so that the file may be cut while the process runs."""

    def __init__(self, name, command, folder, environment=None):
        self.name, self.log = name, folder / f"{name}.log"
        self.log.unlink(missing_ok=True)
        with self.log.open("ab") as log:
            self.process = subprocess.Popen([str(word) for word in command], cwd=folder, env={**os.environ, **(environment or {})},
                                            stdin=subprocess.DEVNULL, stdout=log, stderr=log)

    def alive(self):
        return self.process.poll() is None

    def pids(self):
        found, todo = [], [self.process.pid]
        while todo:
            pid = todo.pop()
            found.append(pid)
            for children in pathlib.Path(f"/proc/{pid}/task").glob("*/children"):
                try:
                    todo += [int(child) for child in children.read_text().split()]
                except OSError:  # a thread that has ended meanwhile
                    pass
        return found

    def cpu_seconds(self):
        """User and system time."""
        used = 0
        for pid in self.pids():
            fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
            used += int(fields[11]) + int(fields[12])
        return used / TICKS

    def resident_mib(self):
        size = 0
        for pid in self.pids():
            lines = pathlib.Path(f"/proc/{pid}/status").read_text().splitlines()
            size += sum(int(line.split()[1]) for line in lines if line.startswith("VmRSS"))
        return size / 1024

    def stop(self):
        if self.alive():
            self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def wait_quiet(most_percent, seconds):
    """Until the machine does almost nothing, at most for so long."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        before = machine_seconds()
        time.sleep(1)
        if (machine_seconds() - before) / os.cpu_count() * 100 < most_percent:
            return
