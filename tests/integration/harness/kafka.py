"""A real Kafka broker of the test's own (scripts/kafka), what lies on it as kcat sees it, and a gateway in front of it."""
import dataclasses
import itertools
import json
import os
import pathlib
import subprocess

from . import kafka_protocol
from .events import ROUTES, configuration, subscription
from .gateway import ROOT, SLOW, Gateway
from .http import until
from .upstream import place

# What a client notices soon when a broker is away; the defaults are minutes.
PROPERTIES = {"socket.timeout.ms": "2000", "reconnect.backoff.max.ms": "500", "session.timeout.ms": "6000"}
SCALE = float(os.environ.get("KAFKA_SCALE", 1 if SLOW == 1 else 0.1))  # of the counts of events
PORTS = ("port", "controller_port", "extra_port")  # files in which scripts/kafka finds them
_numbers = itertools.count(1)


def scaled(count):
    return max(1, int(count * SCALE))


@dataclasses.dataclass(frozen=True)
class Record:
    partition: int
    offset: int
    key: str | None
    value: str | None
    headers: dict
    timestamp: int

    @property
    def event(self):
        return json.loads(self.value)


class Broker:
    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.places = [place() for _ in PORTS]  # so that nobody takes a port while the broker is dead
        for name, each in zip(PORTS, self.places):
            (self.folder / name).write_text(f"{each.getsockname()[1]}\n")
        self.address = self.start()

    def start(self):
        return self._script("start").stdout.strip()

    def _script(self, verb):
        done = subprocess.run([ROOT / "scripts" / "kafka", verb, self.folder], capture_output=True, text=True, timeout=300)
        assert done.returncode == 0, done.stderr
        return done

    def stop(self):
        self._script("stop")

    def kill(self):
        self._script("kill")

    def pause(self):
        self._script("pause")

    def resume(self):
        self._script("resume")

    def answers(self):
        return subprocess.run([ROOT / "scripts" / "kafka", "ready", self.folder]).returncode == 0

    @property
    def protocol(self):
        return kafka_protocol.Client(self.address)

    def create(self, topic, partitions=4, **settings):
        self.protocol.create_topic(topic, partitions, settings)
        return topic

    def kcat(self, *arguments, given=None, timeout=60):
        done = subprocess.run(["kcat", "-b", self.address, "-q", *map(str, arguments)], input=given, capture_output=True,
                              timeout=timeout * SLOW)
        assert done.returncode == 0, done.stderr.decode()
        return done.stdout

    def produce(self, topic, *values, key=None, headers=(), partition=None, more=()):
        """One record a value, which holds no line feed. A key holds no tab."""
        lines = b"".join((key.encode() + b"\t" if key is not None else b"") + value + b"\n" for value in values)
        self.kcat("-P", "-t", topic, *(["-K", "\t"] if key is not None else []), *(["-p", partition] if partition is not None else []),
                  *itertools.chain.from_iterable(("-H", header) for header in headers), *more, given=lines)

    def produce_file(self, topic, path, key):
        """The whole of a file as one record."""
        self.kcat("-P", "-t", topic, "-k", key, path)

    def records(self, topic):
        """Everything that lies there, by partition and offset."""
        lines = self.kcat("-C", "-t", topic, "-o", "beginning", "-e", "-J").splitlines()
        found = [_record(json.loads(line)) for line in lines]
        return sorted(found, key=lambda record: (record.partition, record.offset))

    def wait_records(self, topic, count, timeout=30):
        """The records once there are so many."""
        until(lambda: self.count(topic) >= count, timeout * SLOW, 0.05, what=f"{count} records of {topic}")
        return self.records(topic)

    def count(self, topic):
        """How many offsets are taken, 0 while there is no such topic."""
        return sum(self.protocol.end_offsets(topic).values())

    def committed(self, group, topic):
        """As the broker's own tools show it: {partition: offset}."""
        return self.protocol.committed(group, topic)


def _record(line):
    headers = line.get("headers") or []
    assert len(headers[::2]) == len(set(headers[::2])), f"doubled headers {headers}"
    return Record(line["partition"], line["offset"], line["key"], line["payload"], dict(zip(headers[::2], headers[1::2])), line["ts"])


class Scene:
    """Names that nobody else on this broker has, and a gateway that knows them."""

    def __init__(self, broker, system, folder):
        self.broker, self.system, self.folder = broker, system, folder
        self.number = next(_numbers)
        self.topic, self.group = f"orders-{self.number}", f"wms-{self.number}"
        self.gateway = None

    def subscription(self, **more):
        return subscription(**{"group": self.group, **more})

    def configuration(self, *subscriptions, kafka=None, properties=(), topics=(), acknowledge_timeout=f"{5 * SLOW}s", **more):
        """`kafka`: keys of the topic's `kafka`; `topics`: further topics."""
        topic = {"name": "orders", "key": "{{ .orderId }}", "shards": 4, "retention": "1h",
                 "kafka": {"topic": self.topic, "partitions": 4, **(kafka or {})}, "acknowledge_timeout": acknowledge_timeout}
        stock = {"name": "stock", "shape": "flat", "key": "{{ .warehouseId }}:{{ .skuId }}",
                 "kafka": {"topic": f"stock-{self.number}", "partitions": 4}}
        bus = {"kafka": {"brokers": [self.broker.address], "properties": {**PROPERTIES, **dict(properties)}}}
        config = configuration(self.system.port, *subscriptions, bus=bus, topics=[topic, stock, *topics], **more)
        if not subscriptions:
            config["subscriptions"] = []
        return config

    def start(self, *subscriptions, routes=None, **more):
        self.gateway = Gateway(self.configuration(*subscriptions, **more), routes or {"events": ROUTES}, self.folder)
        return self.gateway

    def records(self, count):
        return self.broker.wait_records(self.topic, count)
