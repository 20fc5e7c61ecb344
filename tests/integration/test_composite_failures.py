"""Composites whose systems fail, hang or are late, and whose callers leave."""
import collections
import random
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from harness.composites import beside, configuration, Hang, held, ORDER
from harness.envelope import assert_error, assert_success
from harness.http import until
from harness.upstream import close, reply, reset


# Failures


@pytest.mark.parametrize("answer", [close, reset, reply(status=500), reply(status=404), reply(b"<html>", kind="text/html"), reply(b"{"), reply(status=302)],
                         ids=["closed", "reset", "500", "404", "page", "no JSON", "redirect"])
def test_an_optional_one_that_fails_is_null(gateway, upstream, answer):
    upstream.on("/orders/7", ORDER)
    upstream.on("/shipments", answer)
    assert_success(gateway.call("GET", "/overview/7"), b'{"order":{"id":7,"price":19.90,"customerId":"C 1"},"shipment":null}')


@pytest.mark.parametrize("answer, code", [(close, 50291), (reply(b"<html>", kind="text/html"), 50292), (reply(b"{"), 50292), (reply(b'{"a":1,"a":2}'), 50292),
                                          (reply(status=302), 50292)], ids=["closed", "page", "no JSON", "doubled", "redirect"])
def test_a_required_one_that_fails_is_the_answer(gateway, upstream, answer, code):
    upstream.on("/orders/7", answer)
    assert_error(gateway.call("GET", "/both/7"), code, call="order")
    assert_error(gateway.call("GET", "/raw/7"), code, call="order")


def test_a_status_of_a_required_one_is_kept(gateway, upstream):
    upstream.on("/orders/7", reply(b'{"why":"no such order"}', status=404))
    assert_error(gateway.call("GET", "/both/7"), 40400, message="Not Found", call="order", upstream={"why": "no such order"})
    upstream.on("/orders/7", reply(b"<html>", status=409, kind="text/html"))
    assert_error(gateway.call("GET", "/both/7"), 40900, message="Conflict", call="order")
    upstream.on("/orders/7", reply(b'{"at":"line 7"}', status=503, headers={"Retry-After": "7"}))
    response = gateway.call("GET", "/both/7")
    assert_error(response, 50300, message="Service Unavailable", call="order")
    assert response.header("Retry-After") == "7"


def test_a_failure_is_the_answer_while_others_hang(gateway, upstream, beside):
    hang, order = Hang(), held(upstream, "/orders/7", reply(status=404))
    upstream.on("/stock/7", hang)
    call = beside(gateway.call, "GET", "/both/7")
    assert hang.entered.wait(20) and order.entered.wait(20)
    order.open()
    response = call.result()
    assert (response.status, response.json["details"]["call"]) == (404, "order")
    assert hang.gone.wait(20), "the other call goes on"
    gateway.wait_log(r"call OMS failed \| method=both\.stock .*error=not needed any more")


def test_a_write_that_was_sent_is_waited_for(gateway, upstream, beside):
    write, order = held(upstream, "/write", reply(b'{"done":true}')), held(upstream, "/orders/7", reply(status=404))
    call = beside(gateway.call, "GET", "/writes/7")
    assert write.entered.wait(20) and order.entered.wait(20)
    order.open()
    gateway.wait_log(r"call OMS \| method=writes\.order ")
    assert not call.done()
    write.open()
    assert_error(call.result(), 50491, call="order", outcome="unknown")  # it was written all the same
    gateway.wait_log(r"call OMS \| method=writes\.write .*status=200")
    assert len(upstream.seen("/write")) == 1


def test_envelopes_of_parts_are_opened(gateway, upstream):
    upstream.on("/a", reply(b'{"code":0,"message":"success","data":{"n":1.50}}'))
    upstream.on("/b", reply(b'{"code":40901,"message":"x","data":null}'))
    assert_success(gateway.call("GET", "/enveloped/7"), b'{"a":{"n":1.50},"b":null}')
    upstream.on("/a", reply('{"code":40901,"message":"运单已存在","data":null,"details":{"waybillNo":"SF1","requestId":"theirs"}}'.encode()))
    assert_error(gateway.call("GET", "/enveloped/7"), 40901, message="运单已存在", call="a", waybillNo="SF1")


def test_outcomes_of_parts_hold(gateway, upstream):
    upstream.on("/a", reply('{"errCode":"SHORT","errMsg":"库存不足","skuId":"S1"}'.encode()))
    gateway.settle()
    before = sum(gateway.metric("causeway_request_outcomes_total", route="busy", outcome="business").values())
    assert_error(gateway.call("GET", "/busy/7"), 40001, message="库存不足", call="a", skuId="S1")
    gateway.settle()
    assert sum(gateway.metric("causeway_request_outcomes_total", route="busy", outcome="business").values()) == before + 1
    assert sum(gateway.metric("causeway_requests_total", route="busy", code="40001").values()) == 1
    upstream.on("/a", reply(b'{"errCode":"BUSY"}'))
    assert_error(gateway.call("GET", "/busy/7"), 50301, message="Service Unavailable", call="a")
    upstream.on("/a", reply(b"1"))
    upstream.on("/b", reply(b'{"errCode":"BUSY"}'))
    assert_success(gateway.call("GET", "/busy/7"), b'{"a":1,"b":null}')


def test_problem_details_name_the_call_too(gateway, upstream):
    upstream.on("/orders/7", reply(b'{"why":"x"}', status=404))
    response = gateway.call("GET", "/both/7", {"Accept": "application/problem+json"})
    assert (response.status, response.header("Content-Type")) == (404, "application/problem+json")
    assert (response.json["title"], response.json["details"]["call"], response.json["details"]["upstream"]) == ("Not Found", "order", {"why": "x"})


# What the cluster of a part says


def test_breakers_of_parts_hold(gateway, upstream):
    upstream.on("/a", reply(status=500))
    for _ in range(4):
        assert_error(gateway.call("GET", "/broken/7"), 50000, message="Internal Server Error", call="a")
    response = gateway.call("GET", "/broken/7")
    assert_error(response, 50390, call="a")
    assert 3500 < int(response.header("Retry-After")) <= 3600
    assert_success(gateway.call("GET", "/broken-too/7"), {"order": {"ok": True}, "a": None})
    assert len(upstream.seen("/a")) == 4


def test_retries_of_parts_hold(gateway, upstream):
    turns = iter([reply(status=503, headers={"Retry-After": "0"}), reply(b"1")])
    upstream.on("/a", lambda request, peer: next(turns)(request, peer))
    upstream.on("/b", reply(status=503, headers={"Retry-After": "0"}))
    response = gateway.call("GET", "/again/7")
    assert_success(response, {"a": 1, "b": None})
    assert (len(upstream.seen("/a")), len(upstream.seen("/b"))) == (2, 2)
    lines = gateway.wait_log("request_id=" + response.header("X-Request-Id"), count=3)
    assert all("attempt=2" in line for line in lines), lines


def test_a_fallback_stands_around_the_whole(gateway, upstream):
    upstream.on("/a", reply(b'{"n":1}'))
    assert_success(gateway.call("GET", "/degraded/7"), {"a": {"n": 1}})
    for answer in (close, reply(status=500), reply(b"<html>", kind="text/html")):
        upstream.on("/a", answer)
        response = gateway.call("GET", "/degraded/7")
        assert_success(response, {"a": None})
        assert response.header("X-Causeway-Fallback") == "static"
    upstream.on("/a", reply(status=404))
    assert_error(gateway.call("GET", "/degraded/7"), 40400, message="Not Found", call="a", upstream={"ok": True})


# Time


def test_all_share_one_deadline(gateway, upstream):
    upstream.on("/orders/7", Hang())
    assert_error(gateway.call("GET", "/timed/7"), 50490, call="order")
    assert 0 < int(upstream.one("/orders/7").header("X-Request-Timeout-Ms")) <= 1500
    upstream.reset()
    upstream.on("/orders/7", ORDER)
    upstream.on("/after/200", Hang())
    assert_error(gateway.call("GET", "/timed/7"), 50490, call="after")
    assert 0 < int(upstream.one("/after/200").header("X-Request-Timeout-Ms")) <= 1500


def test_a_part_has_its_own_time_within(gateway, upstream):
    upstream.on("/orders/7", ORDER)
    upstream.on("/slow", Hang())
    assert_success(gateway.call("GET", "/own-time/7"), b'{"order":{"id":7,"price":19.90,"customerId":"C 1"},"slow":null}')


def test_a_caller_who_leaves_ends_them(gateway, upstream):
    hangs = [Hang(), Hang()]
    upstream.on("/orders/7", hangs[0])
    upstream.on("/stock/7", hangs[1])
    connection = gateway.connect()
    connection.send(b"GET /both/7 HTTP/1.1\r\nHost: a\r\n\r\n")
    assert all(hang.entered.wait(20) for hang in hangs)
    connection.close()
    assert all(hang.gone.wait(20) for hang in hangs)
    gateway.wait_log(r"call COMPOSITE failed \| method=both .*code=49990")
    until(lambda: sum(gateway.metric("causeway_requests_total", route="both", code="49990").values()) == 1)


def test_what_has_begun_to_write_goes_on_without_its_caller(gateway, upstream):
    write = held(upstream, "/write", reply(b'{"id":1}'))
    connection = gateway.connect()
    connection.send(b"GET /write-chain/7 HTTP/1.1\r\nHost: a\r\n\r\n")
    assert write.entered.wait(20)
    connection.close()
    gateway.call("GET", "/both/7")  # behind the end of the caller
    write.open()
    upstream.wait(1, "/after/1")
    gateway.wait_log(r"call OMS \| method=write-chain\.after .*status=200")


def test_a_storm(gateway, upstream):
    """Callers who leave, systems that fail, chains and writes all at once: every answer is one of those that can be."""
    draw = random.Random(7)
    answers = [reply(b'{"id":7,"customerId":"C"}')] * 4 + [close, reset, reply(status=500), reply(status=404), reply(b"<html>", kind="text/html"), reply(b"{")]
    lock = threading.Lock()

    def answer(request, peer):
        with lock:
            turn = draw.choice(answers)
        turn(request, peer)
    upstream.on("/", answer)

    def caller(seed):
        mine, seen = random.Random(seed), []
        for _ in range(40):
            path = mine.choice(["/both/7", "/overview/7", "/chain/7", "/writes/7", "/write-chain/7", "/wide/7"])
            if mine.random() < 0.2:
                with gateway.connect() as connection:
                    connection.send(f"GET {path} HTTP/1.1\r\nHost: a\r\n\r\n".encode())
            else:
                seen.append(gateway.call("GET", path))
        return seen

    with ThreadPoolExecutor(8) as pool:
        responses = [response for found in pool.map(caller, range(8)) for response in found]
    told = collections.Counter((response.status, response.code) for response in responses)
    assert set(told) <= {(200, 0), (500, 50000), (404, 40400), (502, 50291), (502, 50292), (504, 50491), (502, 50290)}, told
    assert len(told) >= 4, told
    for response in responses:
        assert response.status == 200 or response.json["details"].get("call") or response.code == 50292, response
    upstream.reset()
    assert_success(gateway.call("GET", "/both/7"), {"order": {"ok": True}, "stock": {"ok": True}})
