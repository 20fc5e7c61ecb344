"""What must hold after any number of crashes (design: correctness.md, "How it is proved")."""
import collections
import json

WINDOW = 256  # events that a subscription may deliver before their cursor is durable


def check(acknowledged, deliveries, crashes, subscription):
    """`acknowledged`: eventId → (key, number), all of them; `deliveries` in the order of arrival. Returns the figures."""
    first, sequences, doubles, bodies = {}, collections.defaultdict(list), 0, {}
    for delivery in deliveries:
        event_id, name = delivery["idempotency"].rsplit("/", 1)
        assert name == subscription, delivery
        assert bodies.setdefault(event_id, delivery["body"]) == delivery["body"], f"{event_id} was delivered with two bodies"
        event = json.loads(delivery["body"])
        assert event["eventId"] == event_id, delivery
        if delivery["status"] != 200:
            continue
        if event_id in first:
            doubles += 1
            assert first[event_id] == delivery["sequence"], f"{event_id} has two positions"
            continue
        first[event_id] = delivery["sequence"]
        sequences[event["data"]["key"]].append((event["data"]["n"], delivery["sequence"]))

    missing = [event_id for event_id in acknowledged if event_id not in first]
    assert not missing, f"{len(missing)} acknowledged events are missing, such as {missing[:5]}"
    invented = [event_id for event_id in first if event_id not in acknowledged]
    assert not invented, f"nobody published {invented[:5]}"
    for key, numbers in sequences.items():
        assert numbers == sorted(numbers), f"{key} came out of order"
        assert [number for number, _ in numbers] == list(range(1, len(numbers) + 1)), f"{key} has gaps"
        positions = [position for _, position in numbers]
        assert positions == sorted(set(positions)), f"X-Causeway-Sequence of {key} does not ascend"
    assert doubles <= WINDOW * crashes, f"{doubles} doubles after {crashes} crashes"
    return {"acknowledged": len(acknowledged), "delivered": len(first), "doubles": doubles}
