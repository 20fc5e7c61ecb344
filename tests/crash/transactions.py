"""Kills the gateway again and again while calls go through it whose outcome must be one, and checks what became of them.

    python3 tests/crash/transactions.py [KILLS] [SEED] [points]

The system behind hangs, breaks off, fails and is late; its ledger, its callers' log and the events are compared. `points`: a
test build dies by itself at the crash points of gateway/core/crash_point.h, at the n-th pass that the seed says.
"""
import collections
import hashlib
import json
import os
import pathlib
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

from buyers import Buyers
from conductor import _kill, _spread
from gateway import PROGRAM, SLOW, Gateway, until
from order_system import LATEST, Character, OrderSystem
from outcomes import check, check_store

POINTS = ["before-begin", "after-begin-commit", "after-forward", "after-check", "before-end", "after-end-commit", "before-answer",
          "resolver-claimed", "resolver-asked", "resolver-settled"]
TOKEN = "token-of-buyers-0123456789abcdef"
CONFIGURATION = """
listeners: [{{name: public, address: "127.0.0.1:{public}"}}]
admin: {{address: "127.0.0.1:{admin}"}}
workers: 2
store: {{sqlite: {{path: data/causeway.db, min_free: 1MiB}}}}
bus: {{embedded: {{}}}}
clusters:
  - {{name: oms, endpoints: ["127.0.0.1:{system}"], timeout: 10s, circuit_breaker: {{enabled: false}}}}
  - {{name: keyed, endpoints: ["127.0.0.1:{system}"], timeout: 10s, circuit_breaker: {{enabled: false}}, idempotency: {{header: X-Once}}}}
topics: [{{name: orders, shards: 8}}]
consumers: [{{name: buyers, api_tokens: [{{sha256: {token}}}]}}]
telemetry: {{log: {{calls: {{successes: 0%}}}}}}
include: [routes.yaml]
"""
ROUTES = """
api: orders
base: /
defaults: {{auth: {{any: [api_key]}}, http: {{cluster: oms}}}}
routes:
  - name: barrier
    match: {{method: POST, path: /barrier}}
    plugins: [{{idempotency: {{}}}}]
    adapter: {{http: {{path: /barrier, timeout: {timeout}ms}}}}
    on_unknown: {{check: {{http: {{path: "/tx/{{{{ $txid }}}}", timeout: {timeout}ms}}}}, done_when: $status == 200, absent_when: $status == 404,
                 barrier: true, result: "{{orderNo}}", first: 20ms, multiplier: 2, max_delay: 300ms}}
    publish: &publish {{topic: orders, type: ORDER_CREATED, key: "{{{{ $request.externalNo }}}}", data: "{{{{ $result + {{externalNo: $request.externalNo}} }}}}",
                       when: transaction}}
  - name: timed
    match: {{method: POST, path: /timed}}
    plugins: [{{idempotency: {{}}}}]
    adapter: {{http: {{path: /timed, timeout: {timeout}ms}}}}
    on_unknown: {{check: {{http: {{path: "/tx/{{{{ $txid }}}}", timeout: {timeout}ms}}}}, done_when: $status == 200, absent_when: $status == 404,
                 absent_after: {absent}ms, result: "{{orderNo}}", first: 20ms, multiplier: 2, max_delay: 300ms}}
    publish: *publish
  - name: keyed                # nobody to ask: it is sent again
    match: {{method: POST, path: /keyed}}
    plugins: [{{idempotency: {{}}}}]
    adapter: {{http: {{cluster: keyed, path: /keyed, timeout: {timeout}ms}}}}
    publish: *publish
"""


class Guarded(Gateway):
    def __init__(self, folder, system):
        super().__init__(folder)
        token = hashlib.sha256(TOKEN.encode()).hexdigest()
        (folder / "causeway.yaml").write_text(CONFIGURATION.format(public=self.public, admin=self.admin, system=system, token=token))
        self.dies_at = None
        # A call that has reached the system is carried out within LATEST, even if the gateway is gone by then.
        (folder / "routes.yaml").write_text(ROUTES.format(timeout=250 * SLOW, absent=round(LATEST * 1000 * 3 * SLOW)))


    def spawn(self):
        environment = {**os.environ, **({"CAUSEWAY_CRASH_AT": self.dies_at} if self.dies_at else {})}
        self.process = subprocess.Popen([PROGRAM, "run", "-c", "causeway.yaml"], cwd=self.folder, stdout=self.log, stderr=self.log, env=environment)

    def die_at(self, point, passes, seconds):
        """A life that ends there; False: it did not come to that in so many seconds, and was killed."""
        self.dies_at = f"{point}:{passes}"
        self.spawn()
        self.dies_at = None
        try:
            assert self.process.wait(seconds) == -signal.SIGKILL, (self.folder / "log").read_text()[-2000:]
        except subprocess.TimeoutExpired:
            self.kill()
            return False
        return True


def run(folder, kills, rate=300, seed=1, pause=(0.5, 1.2), character=Character(), points=False):
    """Returns the figures; asserts the invariants. `kills` does not count those in the middle of a start, nor the deaths at
    `points`, of which there is one before each kill."""
    dice = random.Random(seed)
    system = OrderSystem(folder / "ledger.jsonl", seed, character)
    gateway = Guarded(folder, system.port)
    buyers = Buyers(gateway.public, TOKEN, folder / "answers.jsonl", rate / SLOW, seed)
    starts, backs, early, died = [], [], 0, collections.Counter()
    try:
        gateway.start()
        buyers.start()
        began = time.monotonic()
        for _ in range(kills):
            threading.Event().wait(dice.uniform(*pause))  # the moment of the crash, not a wait for something
            if dice.random() < 0.3:
                gateway.reload()
                threading.Event().wait(dice.uniform(0, 0.1))
            early += _kill(gateway, dice)
            if points:
                point = dice.choice(POINTS)
                died[point] += gateway.die_at(point, dice.randrange(1, 60), 3 * SLOW)
            spawned = time.monotonic()
            starts.append(gateway.start())
            until(lambda: buyers.newest_sent > spawned, 30 * SLOW, "nothing is known after the start")
            backs.append(time.monotonic() - spawned)
        threading.Event().wait(dice.uniform(*pause))
        buyers.stop(60 * SLOW)
        took = time.monotonic() - began
        until(lambda: not gateway.operate("/transactions?state=prepared")["items"], 60 * SLOW, "not all is settled")
        gateway.stop()
        system.stop()
        figures = check(buyers.known, system.ledger(), check_store(gateway.database, buyers.known))
    finally:
        gateway.close()
        system.stop()
    figures.update(kills=kills, kills_in_a_start=early, died_at=dict(died), calls=buyers.calls, left=buyers.left, calls_per_second=round(buyers.calls / took), heard_again=buyers.replayed,
                   codes={str(code): count for code, count in sorted(buyers.codes.items())}, system=system.played,
                   ready_seconds=_spread(starts), first_known_seconds=_spread(backs))
    return figures


if __name__ == "__main__":
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 10
    chosen = int(sys.argv[2]) if len(sys.argv) > 2 else random.SystemRandom().randrange(1 << 30)
    print(f"seed {chosen}", flush=True)
    temporary = tempfile.mkdtemp(prefix="causeway-transactions-")  # stays when something does not hold
    print(json.dumps(run(pathlib.Path(temporary), count, seed=chosen, points="points" in sys.argv)))
    shutil.rmtree(temporary)
