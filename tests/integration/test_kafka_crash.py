"""The gateway and a real Kafka die in turn while events flow; nothing acknowledged is missing (tests/crash has the parts)."""
import sys

import pytest

from harness.gateway import ROOT, SLOW
from harness.kafka import Record, scaled

sys.path.insert(0, str(ROOT / "tests" / "crash"))
import kafka_conductor  # noqa: E402
from invariants import check_records  # noqa: E402


def test_fifty_thousand_events_over_deaths_of_the_broker_and_the_gateway(tmp_path):
    figures = kafka_conductor.run(tmp_path, events=scaled(50_000), rate=1500)
    print(figures)
    assert figures["broker"] == 2 and figures["stopped"] == figures["gateway"] == figures["both"] == 1
    assert figures["acknowledged"] > 5000 / SLOW


# The judge is judged: each fault in the records is noticed.
ACKNOWLEDGED = {"a1": ("a", 1), "a2": ("a", 2), "b1": ("b", 1)}


def record(event_id, value=None, key=None):
    event = '{"eventId":"%s","data":{"key":"%s","n":%s,"price": 19.9}}' % (event_id, event_id[0], event_id[1:])
    return Record(0, 0, key or event_id[0], value or event, {"eventId": event_id}, 0)


A1, A2, B1 = record("a1"), record("a2"), record("b1")


def test_good_records_pass():
    assert check_records(ACKNOWLEDGED, [A1, A2, B1, A1, A2]) == {"records": 5, "record_doubles": 2}


@pytest.mark.parametrize("records, fault", [
    ([A1, A2], "not on the topic"), ([A2, A1, B1], "out of order"), ([A1, A2, B1, record("c1")], "nobody published"),
    ([A1, A2, B1, record("b1", A1.value)], "two values"), ([A1, record("a2", key="b"), B1], "Record"),
    ([record("a1", A1.value.replace("19.9", "19.90")), A2, B1], "other digits")], ids=lambda value: value if isinstance(value, str) else "")
def test_a_fault_in_the_records_is_noticed(records, fault):
    with pytest.raises(AssertionError, match=fault):
        check_records(ACKNOWLEDGED, records)
