"""TMS alone: HTTP 200 whatever happens; what happened is in its envelope."""
import json

import pytest

from system import System


class Tms(System):
    def __init__(self, *arguments):
        super().__init__("tms", *arguments)

    def book(self, order="ORD1", key="e1/tms-orders", parcels='[{"sku":"SKU001","count":2}]'):
        """-> the envelope, without its timestamp"""
        headers = {"Idempotency-Key": key} if key else {}
        status, text = self.call("POST", "/waybills", f'{{"orderNo":"{order}","parcels":{parcels}}}', headers)
        assert status == 200
        envelope = json.loads(text)
        assert envelope.pop("timestamp") > 1700000000000
        return envelope


@pytest.fixture
def tms():
    with Tms() as system:
        yield system


def test_books_a_waybill_once_for_a_key(tms):
    waybill = {"waybillNo": "SF000001", "orderNo": "ORD1", "status": "BOOKED", "parcels": [{"count": 2, "sku": "SKU001"}]}
    booked = {"code": 0, "message": "success", "data": waybill}
    assert tms.book() == booked
    assert tms.book() == booked
    assert [entry["effect"] for entry in tms.get("/ledger")] == ["waybill_booked"]
    assert tms.get("/tracking/SF000001")["data"] == waybill
    assert tms.get("/waybills")["data"] == {"items": [waybill], "total": 1}


@pytest.mark.parametrize("call, envelope", [
    ({"key": "e2/tms-orders"}, {"code": 40901, "message": "运单已存在", "details": {"waybillNo": "SF000001"}}),
    ({"order": "ORD2", "key": "e3/x", "parcels": '[{"sku":"SKU-GLASS","count":1}]'},
     {"code": 42201, "message": "该商品不可承运", "details": {"sku": "SKU-GLASS"}}),
    ({"order": "ORD2", "key": "e4/x", "parcels": '[{"sku":"SKU001","count":0}]'},
     {"code": 40001, "message": "count must be at least 1", "details": {"sku": "SKU001", "count": 0}}),
    ({"key": ""}, {"code": 40001, "message": "Idempotency-Key missing", "details": None})])
def test_says_in_its_envelope_why_it_did_not(tms, call, envelope):
    tms.book()
    assert tms.book(**call) == {"data": None, **envelope}
    assert len(tms.get("/ledger")) == 1


def test_an_unknown_waybill_is_40401_inside_200(tms):
    envelope = tms.get("/tracking/SF9")
    assert (envelope["code"], envelope["message"], envelope["details"]) == (40401, "运单不存在", {"waybillNo": "SF9"})


def test_a_restart_carries_on_from_the_ledger(tmp_path):
    ledger = tmp_path / "tms.jsonl"
    with Tms("--ledger", ledger) as before:
        first = before.book()
    with Tms("--ledger", ledger) as after:
        assert after.book() == first
        assert after.book(order="ORD2", key="e9/x")["data"]["waybillNo"] == "SF000002"
