"""A gateway over a real Kafka, and everything dies in turn while events flow: what callers, the topic and a system saw must agree.

    python3 tests/crash/kafka_conductor.py [EVENTS] [SEED] [ROUNDS]

A round kills the gateway (-9), kills the broker (-9), stops the broker past its timeouts (SIGSTOP), and kills the gateway while
the broker is stopped, in an order of dice.
"""
import json
import pathlib
import random
import shutil
import sys
import tempfile
import threading
import time

from gateway import ROOT, SLOW, SUBSCRIPTION, Gateway, until
from invariants import KAFKA_WINDOW, check, check_kafka_store, check_records
from publisher import Publisher
from receiver import Faults, Receiver

sys.path.insert(0, str(ROOT / "tests" / "integration"))
from harness.kafka import Broker  # noqa: E402

# Short, so that a broker that hangs is noticed within the test; the defaults are a minute.
BUS = ("{{kafka: {{brokers: [\"{address}\"], properties: {{socket.timeout.ms: 2000, reconnect.backoff.max.ms: 500, "
       "session.timeout.ms: 6000}}}}}}")
STOPPED = 5.0  # seconds; more than twice socket.timeout.ms
TOPIC = "moves"


def run(folder, events=50_000, rate=1000, seed=1, rounds=1, faults=Faults()):
    """Until so many events are acknowledged and every death was died. Returns the figures; asserts the invariants."""
    dice = random.Random(seed)
    broker = Broker(folder / "broker")
    receiver = Receiver(folder / "deliveries.jsonl", seed, faults)
    gateway = Gateway(folder, receiver.port, bus=BUS.format(address=broker.address))
    publisher = Publisher(gateway.public, folder / "acknowledged.jsonl", rate / SLOW, seed, batches=0.1)
    deaths = {"gateway": 0, "broker": 0, "stopped": 0, "both": 0}
    try:
        gateway.start()
        publisher.start()
        began = time.monotonic()
        plan = [death for _ in range(rounds) for death in dice.sample(list(deaths), len(deaths))]
        plan.append("broker")  # twice at least
        for death in plan:
            _flow(publisher, dice.uniform(1.0, 2.0))
            {"gateway": _kill_gateway, "broker": _kill_broker, "stopped": _stop_broker, "both": _kill_gateway_without_broker}[death](
                gateway, broker, dice)
            deaths[death] += 1
        until(lambda: len(publisher.acknowledged) >= events, 600 * SLOW, "the events are not acknowledged")
        publisher.stop()
        took = time.monotonic() - began
        until(lambda: _has_all(receiver, publisher), 120 * SLOW, "not all is delivered")
        until(lambda: gateway.subscription()["backlog"] == 0, 60 * SLOW, "the backlog does not end")
        gateway.stop()
        crashes = deaths["gateway"] + deaths["both"]
        figures = check(publisher.acknowledged, receiver.deliveries(), crashes, SUBSCRIPTION, KAFKA_WINDOW)
        figures.update(check_records(publisher.acknowledged, broker.records(TOPIC)))
        check_kafka_store(gateway.database, publisher.acknowledged)
        committed, ends = broker.committed(SUBSCRIPTION, TOPIC), broker.protocol.end_offsets(TOPIC)
        assert {lane: committed.get(lane, 0) for lane in ends} == ends, f"committed {committed}, ends {ends}"
    finally:
        gateway.close()
        receiver.stop()
        broker.kill()
    figures.update(deaths, events_per_second=round(len(publisher.acknowledged) / took), resent=publisher.resent)
    return figures


def _has_all(receiver, publisher):
    threading.Event().wait(0.5)  # reading all of them is work
    done = {delivery["idempotency"] for delivery in receiver.deliveries() if delivery["status"] == 200}
    return len(done) >= len(publisher.acknowledged)


def _flow(publisher, seconds):
    """Intake goes on, for about so long."""
    before = len(publisher.acknowledged)
    threading.Event().wait(seconds)  # the moment of the next death, not a wait for something
    until(lambda: len(publisher.acknowledged) > before, 20 * SLOW, "intake stands still")


def _kill_gateway(gateway, _broker, _dice):
    gateway.kill()
    gateway.start()


def _kill_broker(_gateway, broker, dice):
    broker.kill()
    threading.Event().wait(dice.uniform(0, 1))
    broker.start()


def _stop_broker(_gateway, broker, _dice):
    broker.pause()
    threading.Event().wait(STOPPED)
    broker.resume()


def _kill_gateway_without_broker(gateway, broker, dice):
    """While the relay has sent what nobody has acknowledged."""
    broker.pause()
    try:
        threading.Event().wait(dice.uniform(0, STOPPED))
        gateway.kill()
        gateway.start()
        threading.Event().wait(dice.uniform(0, 1))
    finally:
        broker.resume()


if __name__ == "__main__":
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 50_000
    chosen = int(sys.argv[2]) if len(sys.argv) > 2 else random.SystemRandom().randrange(1 << 30)
    times = int(sys.argv[3]) if len(sys.argv) > 3 else 1
    print(f"seed {chosen}", flush=True)
    temporary = tempfile.mkdtemp(prefix="causeway-kafka-")  # stays when something does not hold
    print(json.dumps(run(pathlib.Path(temporary), count, seed=chosen, rounds=times)))
    shutil.rmtree(temporary)
