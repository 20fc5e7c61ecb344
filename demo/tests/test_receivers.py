"""WMS, ERP and BI alone: an event is done once, whatever comes twice, and a restart remembers it."""
import json

import pytest

from system import System

PATHS = {"wms": "/outbound-orders", "erp": "/entries", "bi": "/rows"}
ITEMS = '[{"skuId":"SKU001","qty":2,"price":19.90},{"skuId":"SKU002","qty":1,"price":0.05}]'


def event(order="ORD1", kind="ORDER_CREATED", number=1, items=ITEMS):
    data = f'{{"orderId":"{order}","status":"PENDING","buyerId":4781320682406083640,"items":{items}}}'
    return f'{{"eventId":"e{number}","eventType":"{kind}","timestamp":1706518800000,"data":{data}}}'


class Receiver(System):
    def __init__(self, name, *arguments):
        super().__init__(name, *arguments)
        self.name, self.path = name, PATHS[name]

    def deliver(self, body, key="e1/orders"):
        """-> (status, answer)"""
        headers = {"Idempotency-Key": key, "X-Causeway-Sequence": "17"} if key else {}
        status, text = self.call("POST", self.path, body, headers)
        return status, json.loads(text)

    def effects(self):
        return [(entry["effect"], entry["subject"]) for entry in self.get("/ledger")]


@pytest.fixture(params=PATHS)
def receiver(request):
    with Receiver(request.param) as system:
        yield system


@pytest.fixture
def wms():
    with Receiver("wms") as system:
        yield system


@pytest.fixture
def erp():
    with Receiver("erp") as system:
        yield system


@pytest.fixture
def bi():
    with Receiver("bi") as system:
        yield system


# ---- What all three have in common -----------------------------------------------------------------------------------


def test_the_same_delivery_again_gets_the_first_answer_and_no_second_effect(receiver):
    first = receiver.deliver(event())
    assert first[0] == 201
    assert receiver.deliver(event()) == first
    assert len(receiver.get("/ledger")) == 1
    assert receiver.get("/stats") == {"requests": 2, "effects": 1}


def test_another_body_under_the_same_key_is_refused(receiver):
    receiver.deliver(event())
    assert receiver.deliver(event(order="ORD2")) == (
        422, {"errCode": "KEY_REUSED", "errMsg": "another body came with this Idempotency-Key"})
    assert len(receiver.get("/ledger")) == 1


def test_another_event_about_an_order_that_is_known_changes_nothing(receiver):
    status, answer = receiver.deliver(event())
    assert receiver.deliver(event(number=2), key="e2/orders") == (200, answer)
    assert len(receiver.get("/ledger")) == 1


def test_the_ledger_has_the_key_the_sequence_and_every_digit(receiver):
    receiver.deliver(event())
    [entry] = receiver.get("/ledger")
    assert entry["headers"]["Idempotency-Key"] == "e1/orders"
    assert entry["headers"]["X-Causeway-Sequence"] == "17"
    assert entry["body"]["data"]["orderId"] == "ORD1"
    text = receiver.call("GET", "/ledger")[1]
    assert "4781320682406083640" in text and "19.90" in text


def test_what_is_not_known_here_is_taken_and_ignored(receiver):
    assert receiver.deliver(event(kind="ORDER_PRAISED")) == (200, {"status": "IGNORED"})
    assert receiver.effects() == []


def test_an_event_without_a_key_is_refused(receiver):
    assert receiver.deliver(event(), key=None) == (
        400, {"errCode": "NO_IDEMPOTENCY_KEY", "errMsg": "an event needs the header Idempotency-Key"})
    assert receiver.effects() == []


@pytest.mark.parametrize("body", ["", "[]", "{}", "oops", event().replace("orderId", "orderNo"),
                                  event().replace('"ORD1"', "7"), event(items='[{"skuId":"SKU001","qty":"two"}]'),
                                  event(items='[{"skuId":"SKU001"}]')])
def test_what_is_not_an_event_is_refused_without_effect(receiver, body):
    status, answer = receiver.deliver(body)
    assert (status, answer["errCode"]) == (422, "BAD_EVENT")
    assert receiver.effects() == []
    assert receiver.deliver(event())[0] == 201, "a refusal does not use up the key"


@pytest.mark.parametrize("name", PATHS)
def test_a_restart_remembers_keys_answers_and_state(tmp_path, name):
    ledger = str(tmp_path / "ledger.jsonl")
    with Receiver(name, "--ledger", ledger) as before:
        created = before.deliver(event())
        cancelled = before.deliver(event(kind="ORDER_CANCELLED", number=2), key="e2/orders")
        state = before.get(before.path)
    with Receiver(name, "--ledger", ledger) as after:
        assert after.get(after.path) == state
        assert after.deliver(event()) == created
        assert after.deliver(event(kind="ORDER_CANCELLED", number=2), key="e2/orders") == cancelled
        assert len(after.get("/ledger")) == 2


def test_an_answer_that_was_lost_is_given_again(receiver):
    receiver.fault(mode="reset", path=receiver.path, times=1)
    with pytest.raises(ConnectionResetError):
        receiver.deliver(event())
    assert receiver.deliver(event())[0] == 201
    assert len(receiver.get("/ledger")) == 1


def test_one_poisoned_order_can_be_refused_until_the_system_is_mended(receiver):
    receiver.fault(mode=422, contains='"ORD2"', message="SKU009 is not kept here", effect=False)
    assert receiver.deliver(event())[0] == 201
    poisoned = event(order="ORD2", number=2)
    for _ in range(2):
        assert receiver.deliver(poisoned, key="e2/orders") == (
            422, {"errCode": "REFUSED", "errMsg": "SKU009 is not kept here"})
    receiver.fault(mode="none")
    assert receiver.deliver(poisoned, key="e2/orders")[0] == 201


# ---- What each of them does ------------------------------------------------------------------------------------------


def test_wms_makes_an_outbound_order_and_cancels_it(wms):
    created = {"outboundNo": "OUT000001", "orderId": "ORD1", "status": "CREATED",
               "lines": [{"skuId": "SKU001", "qty": 2}, {"skuId": "SKU002", "qty": 1}]}
    assert wms.deliver(event()) == (201, created)
    assert wms.get("/outbound-orders/OUT000001") == created
    cancelled = {**created, "status": "CANCELLED"}
    assert wms.deliver(event(kind="ORDER_CANCELLED", number=2), key="e2/orders") == (200, cancelled)
    assert wms.get("/outbound-orders") == {"items": [cancelled], "total": 1}
    assert wms.effects() == [("outbound_created", "OUT000001"), ("outbound_cancelled", "OUT000001")]
    assert wms.call("GET", "/outbound-orders/OUT000002")[0] == 404


def test_wms_shows_when_a_cancellation_overtakes_its_order(wms):
    assert wms.deliver(event(kind="ORDER_CANCELLED")) == (
        422, {"errCode": "ORDER_UNKNOWN", "errMsg": "no outbound order for ORD1"})
    assert wms.effects() == []


def test_erp_books_what_the_customer_owes_and_reverses_it(erp):
    receivable = {"entryNo": "AR000001", "kind": "RECEIVABLE", "orderId": "ORD1", "amount": 39.85}
    reversal = {"entryNo": "AR000002", "kind": "REVERSAL", "orderId": "ORD1", "amount": -39.85}
    assert erp.deliver(event()) == (201, receivable)
    assert erp.deliver(event(kind="ORDER_CANCELLED", number=2), key="e2/orders") == (201, reversal)
    assert erp.deliver(event(kind="ORDER_CANCELLED", number=3), key="e3/orders") == (200, reversal)
    assert erp.deliver(event(order="ORD2", number=4, items='[{"skuId":"SKU003","qty":3,"price":0.10}]'), key="e4/orders")[0] == 201
    text = erp.call("GET", "/entries")[1]
    assert '"amount":0.30' in text and text.endswith('"total":3,"balance":0.30}')
    assert erp.effects() == [("receivable_booked", "AR000001"), ("receivable_reversed", "AR000002"),
                             ("receivable_booked", "AR000003")]


@pytest.mark.parametrize("price", ["1e300", "-1e300"])
def test_erp_refuses_what_its_books_cannot_hold(erp, price):
    status, answer = erp.deliver(event(items=f'[{{"skuId":"SKU001","qty":1,"price":{price}}}]'))
    assert (status, answer["errCode"]) == (422, "AMOUNT_TOO_LARGE")
    assert erp.effects() == []


def test_bi_has_a_row_for_every_event_and_knows_what_was_sold(bi):
    bi.deliver(event())
    bi.deliver(event(order="ORD2", number=2, items='[{"skuId":"SKU001","qty":5}]'), key="e2/orders")
    bi.deliver(event(kind="ORDER_CANCELLED", number=3), key="e3/orders")
    row = {"at": 1706518800000}
    assert bi.get("/rows") == {"total": 3, "items": [
        {**row, "rowId": "ROW000001", "eventType": "ORDER_CREATED", "orderId": "ORD1", "units": 3},
        {**row, "rowId": "ROW000002", "eventType": "ORDER_CREATED", "orderId": "ORD2", "units": 5},
        {**row, "rowId": "ROW000003", "eventType": "ORDER_CANCELLED", "orderId": "ORD1", "units": 3}]}
    assert bi.get("/sales") == {"items": [{"skuId": "SKU001", "units": 5}, {"skuId": "SKU002", "units": 0}]}
