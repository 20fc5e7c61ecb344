"""Kills the gateway again and again while events flow through it, and checks what became of them.

    python3 tests/crash/conductor.py [KILLS] [SEED] [plain|hostile|clean]

`hostile`: the receiver fails, hangs up, is slow and refuses; an operator replays what it has refused; retention trims at once.
`clean`: no kills but restarts and reloads as operators make them.
"""
import json
import pathlib
import random
import shutil
import sys
import tempfile
import threading
import time

from gateway import SLOW, SUBSCRIPTION, Gateway, until
from invariants import check, check_store
from operator_on_duty import Operator
from publisher import Publisher
from receiver import Faults, Receiver

PLAIN = {}
CLEAN = {"clean": True}
HOSTILE = {"faults": Faults(fail=0.03, cut=0.02, slow=0.1, refuse=0.02), "retention": "1s"}
EARLY = 0.25  # the share of starts that are killed before, or just as, they are ready


def run(folder, kills, rate=1000, seed=1, faults=Faults(), retention="7d", clean=False, pause=(1.0, 2.0)):
    """Returns the figures; asserts the invariants. `kills` does not count those in the middle of a start."""
    dice = random.Random(seed)
    receiver = Receiver(folder / "deliveries.jsonl", seed, faults)
    gateway = Gateway(folder, receiver.port, retention)
    publisher = Publisher(gateway.public, folder / "acknowledged.jsonl", rate / SLOW, seed, batches=0.1)
    operator = Operator(gateway, folder / "operator.jsonl")
    starts, backs, early = [], [], 0
    try:
        gateway.start()
        publisher.start()
        operator.start()
        began = time.monotonic()
        for _ in range(kills):
            threading.Event().wait(dice.uniform(*pause))  # the moment of the crash, not a wait for something
            if clean:
                gateway.reload()
                threading.Event().wait(dice.uniform(0, 0.1))
                gateway.stop()
            else:
                early += _kill(gateway, dice)
            spawned = time.monotonic()
            starts.append(gateway.start())
            until(lambda: publisher.newest_sent > spawned, 30 * SLOW, "nothing is acknowledged after the start")
            backs.append(time.monotonic() - spawned)
        publisher.stop()
        took = time.monotonic() - began
        until(lambda: _finished(gateway), 60 * SLOW, "the backlog does not end")
        operator.stop()
        gateway.stop()
        figures = check(publisher.acknowledged, receiver.deliveries(), kills + early, SUBSCRIPTION)
        check_store(gateway.database, publisher.acknowledged)
    finally:
        gateway.close()
        receiver.stop()
    figures.update(kills=kills, kills_in_a_start=early, events_per_second=round(len(publisher.acknowledged) / took),
                   arrays=publisher.batched, resent=publisher.resent, replayed=operator.replayed,
                   ready_seconds=_spread(starts), first_acknowledged_seconds=_spread(backs))
    return figures


def _kill(gateway, dice):
    """Once, and then perhaps again and again in the middle of a start: how often that was."""
    gateway.kill()
    early = 0
    while dice.random() < EARLY:
        gateway.spawn()
        threading.Event().wait(dice.uniform(0, 0.06 * SLOW))
        gateway.kill()
        early += 1
    return early


def _finished(gateway):
    subscription = gateway.subscription()
    return subscription["backlog"] == 0 and subscription["deadLetters"] == 0


def _spread(seconds):
    """(median, slowest)"""
    ordered = sorted(seconds)
    return round(ordered[len(ordered) // 2], 3), round(ordered[-1], 3)


if __name__ == "__main__":
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 10
    chosen = int(sys.argv[2]) if len(sys.argv) > 2 else random.SystemRandom().randrange(1 << 30)
    variant = {"plain": PLAIN, "hostile": HOSTILE, "clean": CLEAN}[sys.argv[3] if len(sys.argv) > 3 else "plain"]
    print(f"seed {chosen}", flush=True)
    temporary = tempfile.mkdtemp(prefix="causeway-crash-")  # stays when something does not hold
    print(json.dumps(run(pathlib.Path(temporary), count, seed=chosen, **variant)))
    shutil.rmtree(temporary)
