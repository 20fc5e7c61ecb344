"""The columns of the fault matrix: how often a call is tried, by whom; and what a call through one of them came to."""
import threading
import time
from dataclasses import dataclass

from .gateway import SLOW, Gateway, main_config
from .scripted_system import ScriptedSystem

ALL = ["connect_failure", "reset", "timeout", "system", "429", "500", "503"]
ATTEMPTS = {"plain": 1, "retry": 3, "listed": 2}  # max_attempts of each cluster: no `retry`, its defaults, ALL
CALLERS, MODES = ["GET", "POST", "keyed"], list(ATTEMPTS)
TRY, WHOLE_CALL = 0.75 * SLOW, 1.8 * SLOW         # seconds: one attempt where ALL is listed, a call to a system that is late
NO_RATE = {"minimum_rate": "0B/s"}                # else a body that stalls ends 5 s behind its head, before a call of 1.8 * 4 s
BODY = b'{"qty":19.90}'
OUTCOMES = [{"when": '.errCode == "SHORT"', "is": "business", "code": 40001, "message": "short"},
            {"when": '.errCode == "BUSY"', "is": "system", "code": 50301}]


@dataclass
class Cell:
    """What one call came to."""
    response: object
    took: float
    requests: list
    broken: list
    attempts: dict   # by status
    retries: dict    # by reason
    codes: dict      # of callers, by status and code
    classes: dict
    breaker: float


class Matrix:
    """A cluster, a route and a system for each column, so that all cells of a row are played side by side."""

    def __init__(self, folder):
        self.columns = [(mode, caller) for mode in MODES for caller in CALLERS]
        self.systems = {column: ScriptedSystem() for column in self.columns}
        routes = [{"name": f"{name(column)}-{pace}", "match": {"methods": "any", "path": f"/{pace}/{name(column)}"},
                   "adapter": {"http": {"cluster": name(column), "path": "/x", "timeout": f"{int(seconds * 1000)}ms"}}}
                  for column in self.columns for pace, seconds in (("late", WHOLE_CALL), ("patient", 10))]
        config = main_config({name(column): self.cluster(column) for column in self.columns},
                             listeners=[{"name": "public", "address": "127.0.0.1:0", "limits": NO_RATE}])
        self.gateway = Gateway(config, {"matrix": {"api": "matrix", "base": "/", "defaults": {"auth": "none"}, "routes": routes}}, folder)
        self.played = {}

    def cluster(self, column):
        mode, caller = column
        made = {"endpoints": [self.systems[column].address], "timeout": "10s", "outcomes": OUTCOMES,
                "circuit_breaker": {"window": 1000, "minimum_calls": 1000}}
        if mode != "plain":
            made["retry"] = {"max_attempts": ATTEMPTS[mode], "delay": "5ms", "multiplier": 1, "max_delay": "20ms"}
        if mode == "listed":
            made["retry"]["on"] = ALL
            made["per_try_timeout"] = f"{int(TRY * 1000)}ms"
        if caller == "keyed":
            made["idempotency"] = {}
        return made

    def play(self, fault, *turns):
        """The whole row; each is played once."""
        key = (fault.name, len(turns))
        if key not in self.played:
            self.played[key] = self._play(fault, turns)
        return self.played[key]

    def _play(self, fault, turns):
        answers, pace = {}, "late" if fault.late else "patient"

        def call(column):
            method = "GET" if column[1] == "GET" else "POST"
            headers = [("Idempotency-Key", "the callers own"), ("Content-Type", "application/json")] if method == "POST" else []
            began = time.monotonic()
            response = self.gateway.call(method, f"/{pace}/{name(column)}", headers, BODY if method == "POST" else None)
            answers[column] = response, time.monotonic() - began
        for column, system in self.systems.items():
            system.play(*turns)
            if turns == (None,):
                system.refuse()
        self.gateway.settle()
        before = self.gateway.metrics()
        threads = [threading.Thread(target=call, args=(column,)) for column in self.columns]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.gateway.settle()
        after = self.gateway.metrics()
        if turns == (None,):
            for system in self.systems.values():
                system.listen()
        return {column: self.cell(column, pace, answers[column], before, after) for column in self.columns}

    def cell(self, column, pace, answer, before, after):
        system, cluster, route = self.systems[column], {("cluster", name(column))}, {("route", f"{name(column)}-{pace}")}
        return Cell(*answer, list(system.requests), list(system.broken),
                    moved(before, after, "causeway_upstream_requests_total", cluster | {("endpoint", system.address)}, "status"),
                    moved(before, after, "causeway_upstream_retries_total", cluster, "reason"),
                    moved(before, after, "causeway_requests_total", route, "status", "code"),
                    moved(before, after, "causeway_request_outcomes_total", route, "outcome"),
                    sum(value for labels, value in after["causeway_circuit_breaker_state"].items() if cluster <= labels))

    def stop(self):
        self.gateway.stop()
        for system in self.systems.values():
            system.stop()


def name(column):
    return "-".join(column).lower()


def moved(before, after, metric, labels, *by):
    """What a counter rose by, by these labels."""
    rise = {}
    for found, value in after[metric].items():
        more = value - before[metric].get(found, 0)
        if labels <= found and more:
            key = tuple(dict(found)[label] for label in by)
            rise[key[0] if len(key) == 1 else key] = more
    return rise
