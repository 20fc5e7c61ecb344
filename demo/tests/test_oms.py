"""The demo OMS alone: what it answers, what it remembers, and the faults that can be switched on."""
import http.client
import json
import subprocess

import pytest

from system import System

ORDER = b'{"externalNo": "SHOP-1", "buyerId": 4781320682406083640,\n "items": [{"skuId": "SKU001", "qty": 2, "price": 19.90}]}'


@pytest.fixture
def oms():
    with System("oms") as system:
        yield system


def test_an_order_keeps_every_digit_of_its_numbers(oms):
    status, text = oms.call("POST", "/internal/orders", ORDER)
    assert status == 201
    assert text.startswith('{"orderId":"ORD')
    assert '"status":"PENDING"' in text and "4781320682406083640" in text and "19.90" in text
    assert oms.call("GET", "/orders/" + json.loads(text)["orderId"]) == (200, text)


def test_the_same_external_number_gives_the_same_order_and_one_effect(oms):
    first = oms.call("POST", "/internal/orders", ORDER)
    second = oms.call("POST", "/internal/orders", ORDER)
    assert (first[0], second[0]) == (201, 200)
    assert first[1] == second[1]
    assert len(oms.get("/ledger")) == 1
    assert oms.get("/stats") == {"requests": 2, "effects": 1}


def test_the_ledger_has_the_headers_that_came_with_the_effect(oms):
    oms.call("POST", "/internal/orders", ORDER, {"X-Consumer-Name": "shop", "traceparent": "00-abc"})
    [entry] = oms.get("/ledger")
    assert entry["effect"] == "order_created"
    assert entry["headers"]["X-Consumer-Name"] == "shop"
    assert entry["headers"]["traceparent"] == "00-abc"
    assert "REMOTE_ADDR" not in entry["headers"]
    assert entry["body"]["externalNo"] == "SHOP-1"


def test_a_restart_takes_up_the_ledger_of_a_killed_system(tmp_path):
    ledger = str(tmp_path / "oms.jsonl")
    with System("oms", "--ledger", ledger) as before:
        created = before.call("POST", "/internal/orders", ORDER)[1]
        order = json.loads(created)["orderId"]
        cancelled = before.call("POST", f"/orders/{order}/cancel")
    with System("oms", "--ledger", ledger) as after:
        assert after.call("GET", f"/orders/{order}") == cancelled
        assert "19.90" in cancelled[1] and '"status":"CANCELLED"' in cancelled[1]
        assert [entry["effect"] for entry in after.get("/ledger")] == ["order_created", "order_cancelled"]
        assert after.get("/inventory/SKU001")["available"] == 1_000_000


def test_stock_is_reserved_given_back_and_never_oversold(oms):
    def order(number, quantity):
        body = {"externalNo": number, "items": [{"skuId": "SKU003", "qty": quantity}]}
        return oms.call("POST", "/internal/orders", json.dumps(body))

    status, text = order("A", 4)
    assert status == 201
    status, refusal = order("B", 2)
    assert status == 200  # OMS says so in the body alone
    assert json.loads(refusal) == {
        "errCode": "STOCK_SHORT", "errMsg": "库存不足", "skuId": "SKU003", "required": 2, "available": 1}
    oms.call("POST", f"/orders/{json.loads(text)['orderId']}/cancel")
    assert order("B", 2)[0] == 201


def test_orders_are_listed_by_page_and_status(oms):
    for number in range(5):
        oms.call("POST", "/internal/orders", json.dumps({"externalNo": f"N{number}"}))
    page = oms.get("/orders?page=2&size=2")
    assert [order["externalNo"] for order in page["items"]] == ["N2", "N3"]
    assert (page["page"], page["total"]) == (2, 5)
    assert oms.get("/orders?status=CANCELLED") == {"items": [], "page": 1, "total": 0}


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"externalNo": 7}', b'{"externalNo": "A", "status": "PAID"}',
                                  b'{"externalNo": "A", "items": [{"skuId": "SKU001", "qty": 0}]}'])
def test_a_bad_order_is_refused_without_effect(oms, body):
    status, text = oms.call("POST", "/internal/orders", body)
    assert status == 400 and json.loads(text)["errCode"] == "BAD_ORDER"
    assert oms.get("/ledger") == []


@pytest.mark.parametrize("mode, expected", [("reset", ConnectionResetError), ("garbage", http.client.BadStatusLine)])
def test_a_fault_may_hide_work_that_was_done(oms, mode, expected):
    oms.fault(mode=mode, path="/internal", times=1)
    with pytest.raises(expected):
        oms.call("POST", "/internal/orders", ORDER)
    assert len(oms.get("/ledger")) == 1
    assert oms.call("POST", "/internal/orders", ORDER)[0] == 200


def test_a_fault_may_keep_the_work_from_being_done(oms):
    oms.fault(mode="500", effect=False)
    assert oms.call("POST", "/internal/orders", ORDER)[0] == 500
    assert oms.get("/ledger") == []


def test_broken_json_and_slowness(oms):
    oms.fault(mode="not_json", times=1)
    assert oms.call("GET", "/orders") == (200, '{"orderId": oops')
    oms.fault(mode="slow", duration_ms=1, times=1)
    assert oms.call("GET", "/orders")[0] == 200


def test_refuse_closes_the_port_and_opens_it_again(oms):
    oms.fault(mode="refuse", duration_ms=500)
    with pytest.raises(ConnectionRefusedError):
        while True:
            oms.call("GET", "/health")
    assert oms.process.stdout.readline() == f"listening | name=oms | address=127.0.0.1:{oms.port}\n"
    assert oms.call("GET", "/health")[0] == 200


@pytest.mark.parametrize("mode", ["flood", "200", 600, "42", "4x9"])
def test_an_unknown_fault_is_refused(oms, mode):
    status, text = oms.call("POST", "/faults", json.dumps({"mode": mode}))
    assert (status, json.loads(text)) == (400, {
        "errCode": "BAD_FAULT", "errMsg": "mode: none, refuse, slow, reset, garbage, not_json or a status, 400 to 599"})


def test_any_status_can_be_answered_to_the_calls_that_contain_a_text(oms):
    oms.fault(mode=429, contains="SHOP-1", message="too many", retry_after=7, effect=False)
    assert oms.get("/faults") == {"mode": "429", "duration_ms": 3000, "message": "too many", "retry_after": 7,
                                  "contains": "SHOP-1", "effect": False}
    status, headers, text = oms.ask("POST", "/internal/orders", ORDER)
    assert (status, json.loads(text)) == (429, {"errCode": "REFUSED", "errMsg": "too many"})
    assert headers["Retry-After"] == "7"
    assert oms.call("POST", "/internal/orders", ORDER.replace(b"SHOP-1", b"SHOP-2"))[0] == 201


def test_a_second_copy_on_the_same_port_says_so(oms):
    second = subprocess.run([oms.program, "--port", str(oms.port)], capture_output=True, text=True, timeout=10)
    assert second.returncode == 1
    assert second.stderr == f"oms: cannot listen on 127.0.0.1:{oms.port}: the port is taken\n"
