"""kill -9 under load: nothing that was acknowledged is lost, and the order of a key holds (tests/crash has the parts)."""
import json
import sqlite3
import sys

import pytest

from harness.gateway import ROOT, SLOW

sys.path.insert(0, str(ROOT / "tests" / "crash"))
import conductor  # noqa: E402
import million  # noqa: E402
from invariants import WINDOW, check, check_store  # noqa: E402


def test_ten_kills_under_a_thousand_events_a_second(tmp_path):
    figures = conductor.run(tmp_path, kills=10)
    print(figures)
    assert figures["acknowledged"] > 2000 / SLOW and figures["arrays"] > 50 / SLOW


def test_kills_while_the_system_behind_fails_and_dead_letters_are_replayed(tmp_path):
    figures = conductor.run(tmp_path, kills=8, seed=2, **conductor.HOSTILE)
    print(figures)
    assert figures["acknowledged"] > 1500 / SLOW and figures["replayed"] > 10 / SLOW


def test_restarts_and_reloads_under_load_lose_nothing(tmp_path):
    figures = conductor.run(tmp_path, kills=5, seed=3, pause=(0.3, 0.8), **conductor.CLEAN)
    print(figures)
    assert figures["acknowledged"] > 500 / SLOW


def test_fifty_thousand_stored_events(tmp_path):
    """Wide guards against what grows with the number of events; scripts/soak reports a million."""
    figures = million.run(tmp_path, 50_000)
    print(figures)
    assert figures["started_mib"] < figures["empty_mib"] + 30 * SLOW


# The judge is judged: each fault in the records is noticed.
ACKNOWLEDGED = {"a1": ("a", 1), "a2": ("a", 2), "b1": ("b", 1)}


def delivery(event_id, sequence, status=200, number=None, **more):
    body = {"eventId": event_id, "data": {"key": event_id[0], "n": number or int(event_id[1:])}, **more}
    return {"idempotency": f"{event_id}/s", "sequence": sequence, "status": status, "body": json.dumps(body)}


A1, A2, B1 = delivery("a1", 1), delivery("a2", 2), delivery("b1", 1)


def test_good_records_pass():
    records = [delivery("a1", 1, 503), A1, B1, A1, A2, A2]
    assert check(ACKNOWLEDGED, records, 1, "s") == {"acknowledged": 3, "delivered": 3, "doubles": 2}


@pytest.mark.parametrize("records, fault", [
    ([A1, A2], "missing"), ([A1, A2, delivery("b1", 1, 503)], "missing"),
    ([A1, A2, B1, delivery("c1", 1)], "nobody published"),
    ([A2, A1, B1], "out of order"), ([delivery("a1", 1, 503), A2, A1, B1], "out of order"),
    ([A1, delivery("a2", 2, number=3), B1], "gaps"),
    ([delivery("a1", 2), A2, B1], "does not ascend"),
    ([A1, delivery("a1", 1, extra=1), A2, B1], "two bodies"), ([A1, delivery("a1", 2), A2, B1], "two bodies or positions"),
    ([A1, A2, B1] + [B1] * (WINDOW + 1), "doubles"),
    ([A1, A2, {**B1, "idempotency": "b1/other"}], "other")], ids=lambda value: value if isinstance(value, str) else "")
def test_a_fault_in_the_records_is_noticed(records, fault):
    with pytest.raises(AssertionError, match=fault):
        check(ACKNOWLEDGED, records, 1, "s")


def store(path, *changes):
    with sqlite3.connect(path) as database:
        database.executescript("""
            CREATE TABLE topic(id, name); CREATE TABLE shard(id, topic, shard, next_pos); CREATE TABLE event(place, event_id);
            CREATE TABLE cursor(topic, shard, low_pos); CREATE TABLE delivery(pos); CREATE TABLE attempt(pos);
            INSERT INTO topic VALUES (1, 't'); INSERT INTO shard VALUES (1, 1, 0, 4); INSERT INTO cursor VALUES ('t', 0, 3);
            INSERT INTO event VALUES ((1 << 40) + 1, 'a1'), ((1 << 40) + 2, 'a2'), ((1 << 40) + 3, 'b1');""" + "".join(changes))
    database.close()
    return path


@pytest.mark.parametrize("change, fault", [
    ("DELETE FROM event WHERE event_id = 'a1'", "other events"), ("INSERT INTO event VALUES ((1 << 40) + 4, 'a1')", "other events"),
    ("UPDATE event SET place = place + 1 WHERE event_id = 'b1'", "not dense"), ("UPDATE shard SET next_pos = 5", "not dense"),
    ("UPDATE cursor SET low_pos = 2", "behind"), ("INSERT INTO delivery VALUES (1)", "delivery is not empty"),
    ("INSERT INTO attempt VALUES (1)", "attempt is not empty")], ids=lambda value: value.split(" ")[0])
def test_a_fault_in_the_store_is_noticed(tmp_path, change, fault):
    check_store(store(tmp_path / "good"), ACKNOWLEDGED)
    with pytest.raises(AssertionError, match=fault):
        check_store(store(tmp_path / "bad", change), ACKNOWLEDGED)
