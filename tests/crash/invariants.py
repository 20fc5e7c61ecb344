"""What must hold after any number of crashes (design: correctness.md, "How it is proved").

Both judge from what was recorded outside the gateway; `check_store` compares the store that it left with that.
"""
import collections
import json
import sqlite3

WINDOW = 256  # events that a subscription may deliver before their cursor is durable; on Kafka:
KAFKA_WINDOW = 1024


def check(acknowledged, deliveries, crashes, subscription, window=WINDOW):
    """`acknowledged`: eventId → (key, number), all of them; `deliveries` in the order of arrival. Returns the figures."""
    first, sequences, doubles, seen = {}, collections.defaultdict(list), 0, {}
    for delivery in deliveries:
        event_id, name = delivery["idempotency"].rsplit("/", 1)
        assert name == subscription, delivery
        same = (delivery["body"], delivery["sequence"])
        assert seen.setdefault(event_id, same) == same, f"{event_id} was delivered with two bodies or positions"
        event = json.loads(delivery["body"])
        assert event["eventId"] == event_id, delivery
        if delivery["status"] != 200:
            continue
        if event_id in first:
            doubles += 1
            continue
        first[event_id] = delivery["sequence"]
        sequences[event["data"]["key"]].append((event["data"]["n"], delivery["sequence"]))

    missing = [event_id for event_id in acknowledged if event_id not in first]
    assert not missing, f"{len(missing)} acknowledged events are missing, such as {missing[:5]}"
    invented = [event_id for event_id in first if event_id not in acknowledged]
    assert not invented, f"nobody published {invented[:5]}"
    for key, numbers in sequences.items():
        assert [number for number, _ in numbers] == list(range(1, len(numbers) + 1)), f"{key} came out of order or with gaps"
        positions = [position for _, position in numbers]
        assert all(before < after for before, after in zip(positions, positions[1:])), f"X-Causeway-Sequence of {key} does not ascend"
    assert doubles <= window * crashes, f"{doubles} doubles after {crashes} crashes"
    return {"acknowledged": len(acknowledged), "delivered": len(first), "doubles": doubles}


def check_store(database, acknowledged):
    """The store after the last, clean end: sound, dense, and with nothing left to do."""
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as store:
        assert store.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        stored = [event_id for event_id, in store.execute("SELECT event_id FROM event")]
        assert len(stored) == len(set(stored)) and set(stored) == set(acknowledged), "the store has other events than were acknowledged"
        for lane, last in store.execute("SELECT id, next_pos - 1 FROM shard").fetchall():
            positions = [place & ((1 << 40) - 1) for place, in
                         store.execute("SELECT place FROM event WHERE place >> 40 = ? ORDER BY place", (lane,))]
            assert positions == list(range(1, last + 1)), f"the positions of lane {lane} are not dense"
        behind = store.execute("SELECT shard.shard FROM shard JOIN topic ON topic.id = shard.topic JOIN cursor "
                               "ON cursor.topic = topic.name AND cursor.shard = shard.shard WHERE low_pos <> next_pos - 1").fetchall()
        assert not behind, f"the cursor is behind in shards {behind}"
        for table in ("delivery", "attempt"):
            assert store.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,), f"{table} is not empty"
    store.close()


def check_records(acknowledged, records):
    """What lies on the topic, by partition and offset, as whoever drops doubles by eventId sees it. Returns the figures."""
    first, last, doubles = {}, {}, 0
    for record in records:
        event_id = record.headers["eventId"]
        if event_id in first:
            assert first[event_id] == record.value, f"{event_id} is there with two values"
            doubles += 1
            continue
        first[event_id] = record.value
        event = json.loads(record.value)
        key, number = event["data"]["key"], event["data"]["n"]
        assert (event["eventId"], record.key) == (event_id, key), record
        assert number == last.get(key, 0) + 1, f"{key} is out of order on the topic: {number} behind {last.get(key, 0)}"
        last[key] = number
        assert record.value.endswith(' 19.9}}'), f"other digits: {record.value}"
    missing = set(acknowledged) - set(first)
    assert not missing, f"{len(missing)} acknowledged events are not on the topic, such as {sorted(missing)[:5]}"
    assert set(first) == set(acknowledged), "the topic has events that nobody published"
    return {"records": len(records), "record_doubles": doubles}


def check_kafka_store(database, acknowledged):
    """The store of a gateway whose topic is on Kafka, after a clean end: sound, dense, all of it relayed, nothing left to do."""
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as store:
        assert store.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        stored = [event_id for event_id, in store.execute("SELECT event_id FROM event")]
        assert len(stored) == len(set(stored)) and set(stored) == set(acknowledged), "the store has other events than were acknowledged"
        behind = store.execute("SELECT shard, next_pos - 1, relay_pos FROM shard WHERE relay_pos <> next_pos - 1").fetchall()
        assert not behind, f"not all is relayed: {behind}"
        for table in ("delivery", "attempt", "refused"):
            assert store.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,), f"{table} is not empty"
    store.close()
