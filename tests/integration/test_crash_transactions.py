"""kill -9 under load: of every call there is one outcome, and its caller, the system's ledger and the events agree on it."""
import json
import sqlite3
import sys

import pytest

from harness.gateway import BINARY, ROOT, SLOW

sys.path.insert(0, str(ROOT / "tests" / "crash"))
import transactions  # noqa: E402
from order_system import Character  # noqa: E402
from outcomes import check, check_store  # noqa: E402


def test_ten_kills_under_load(tmp_path):
    figures = transactions.run(tmp_path, kills=10)
    print(figures)
    assert figures["orders"] > 600 / SLOW and figures["heard_again"] > 100 / SLOW and figures["resolved_by"]["check"] > 20 / SLOW


@pytest.mark.skipif(b"CAUSEWAY_CRASH_AT" not in BINARY.read_bytes(), reason="crash points are in test builds only")
def test_deaths_at_named_points_under_load(tmp_path):
    figures = transactions.run(tmp_path, kills=8, seed=4, pause=(0.2, 0.5), points=True)
    print(figures)
    assert sum(figures["died_at"].values()) >= 4


def test_a_system_without_the_barrier_that_it_promises_is_found_out(tmp_path):
    """What the guarantee asks of a system is needed: the same proof fails without it."""
    with pytest.raises(AssertionError, match="carried out twice|no event"):
        transactions.run(tmp_path, kills=2, character=Character(late=0.4, unclear=0.0, honest=False))


# The judge is judged: each fault in the records is noticed.


def known(number, status=201, path="/barrier"):
    return path, status, json.dumps({"code": 0, "data": {"orderNo": f"O-{number}"}} if status < 300 else {"code": 42200, "data": None})


def entry(key, number, txid=None):
    return {"done": txid or f"t{number}", "externalNo": key, "orderNo": f"O-{number}"}


def event(key, number, txid=None, by="check"):
    return {"eventId": txid or f"t{number}", "eventType": "ORDER_CREATED", "resolvedBy": by, "data": {"orderNo": f"O-{number}", "externalNo": key}}


KNOWN = {"a": known(1), "b": known(2), "c": known(0, 422)}
LEDGER = [entry("a", 1), entry("b", 2)]
EVENTS = [event("a", 1), event("b", 2, by="response")]


def test_good_records_pass():
    assert check(KNOWN, LEDGER, EVENTS) == {"orders": 3, "refused": 1, "events": 2, "resolved_by": {"check": 1, "response": 1}}


@pytest.mark.parametrize("heard, ledger, events, fault", [
    (KNOWN, LEDGER + [entry("a", 3)], EVENTS, "carried out twice"),
    (KNOWN, LEDGER + [entry("d", 3)], EVENTS + [event("d", 3)], "nobody knows"),
    (KNOWN, LEDGER + [entry("c", 3)], EVENTS + [event("c", 3)], "was refused"),
    (KNOWN, LEDGER[:1], EVENTS[:1], "does not know it"),
    ({**KNOWN, "a": known(2)}, LEDGER, EVENTS, "says the ledger"),
    (KNOWN, LEDGER, EVENTS[:1], "no event"),
    (KNOWN, LEDGER, EVENTS + [event("a", 1, "t9")], "not done"),
    (KNOWN, LEDGER, EVENTS + EVENTS[:1], "two events"),
    (KNOWN, LEDGER, [event("a", 2, "t1"), EVENTS[1]], "O-1"),
    (KNOWN, LEDGER, [event("a", 1, by="operator"), EVENTS[1]], "operator")], ids=lambda value: value if isinstance(value, str) else "")
def test_a_fault_in_the_records_is_noticed(heard, ledger, events, fault):
    with pytest.raises(AssertionError, match=fault):
        check(heard, ledger, events)


def store(path, *changes):
    with sqlite3.connect(path) as database:
        database.executescript("""
            CREATE TABLE idem(key, state); CREATE TABLE half(txid, state, reason); CREATE TABLE event(data);
            INSERT INTO idem VALUES ('a', 3), ('b', 3), ('c', 3); INSERT INTO half VALUES ('t1', 1, ''), ('t2', 1, ''), ('t0', 2, '');
            INSERT INTO event VALUES ('{"eventId":"t1"}');""" + "".join(changes))
    database.close()
    return path


@pytest.mark.parametrize("change, fault", [
    ("UPDATE half SET state = 0 WHERE txid = 't1'", "are open"), ("UPDATE half SET state = 3 WHERE txid = 't1'", "are open"),
    ("DELETE FROM idem WHERE key = 'a'", "is missing"), ("UPDATE idem SET state = 2 WHERE key = 'a'", "not done"),
    ("INSERT INTO idem VALUES ('a', 3)", "a")], ids=range(5))
def test_a_fault_in_the_store_is_noticed(tmp_path, change, fault):
    assert check_store(store(tmp_path / "good"), KNOWN) == [{"eventId": "t1"}]
    with pytest.raises(AssertionError, match=fault):
        check_store(store(tmp_path / "bad", change), KNOWN)
