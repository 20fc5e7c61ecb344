"""What a system's answer means, whatever its HTTP status: `outcomes` and `answers: envelope` (details.md, Calls)."""
import json

import pytest

from harness.envelope import assert_error, assert_success
from harness.scenes import settings
from harness.upstream import reply

OUTCOMES = [
    {"when": '.errCode == "STOCK_SHORT"', "is": "business", "code": 40001, "message": "{{ .errMsg }}",
     "details": "{{ {skuId, required, available} }}"},
    {"when": '.errCode == "SYS_BUSY"', "is": "system", "code": 50301},
    {"when": '$status == 409 and .errCode == "EXISTS"', "is": "success"},
]
SHORT = '{"errCode":"STOCK_SHORT","errMsg":"库存不足","skuId":"SKU001","required":10,"available":5}'.encode()
ROUTES = {"open": {"api": "open", "base": "/", "defaults": {"auth": "none", "http": {"cluster": "oms"}}, "routes": [
    {"name": "orders", "match": {"methods": "any", "path": "/orders"}, "adapter": {"http": {"path": "/x"}}},
    {"name": "raw", "match": {"methods": "any", "path": "/raw"}, "reply": "as_is", "adapter": {"http": {"path": "/x"}}},
    {"name": "tracking", "match": {"methods": "any", "path": "/tracking"}, "adapter": {"http": {"cluster": "tms", "path": "/x"}}},
]}}


def configuration(upstream):
    config, _ = settings(upstream)
    config["clusters"][0]["outcomes"] = OUTCOMES
    config["clusters"].append({"name": "tms", "endpoints": [upstream.address], "timeout": "10s", "answers": "envelope"})
    return config, ROUTES


def count(gateway, name, **labels):
    gateway.settle()
    return sum(gateway.metric(name, **labels).values())


def test_a_business_failure_inside_200_has_its_code_message_and_details(gateway, upstream):
    before = count(gateway, "causeway_request_outcomes_total", route="orders", outcome="system")
    business = count(gateway, "causeway_request_outcomes_total", route="orders", outcome="business")
    upstream.on("/x", reply(SHORT, headers={"ETag": '"1"'}))
    response = gateway.call("POST", "/orders", (), b'{"qty":10}')
    assert_error(response, 40001, message="库存不足", skuId="SKU001", required=10, available=5)
    assert b'"details":{"requestId":' in response.body and response.header("ETag") is None
    assert len(upstream.requests) == 1, "it was sent again"
    assert count(gateway, "causeway_request_outcomes_total", route="orders", outcome="system") == before
    assert count(gateway, "causeway_request_outcomes_total", route="orders", outcome="business") == business + 1
    assert count(gateway, "causeway_requests_total", route="orders", code="40001", status="400") == 1
    [line] = gateway.wait_log("code=40001")
    assert "status=400" in line and "ERROR" not in line


def test_a_system_failure_inside_200_is_one(gateway, upstream):
    before = count(gateway, "causeway_request_outcomes_total", route="orders", outcome="system")
    upstream.on("/x", reply(b'{"errCode":"SYS_BUSY"}', headers={"Retry-After": "7"}))
    response = gateway.call("POST", "/orders", (), b"{}")
    assert_error(response, 50301, message="Service Unavailable")
    assert response.header("Retry-After") == "7"
    assert count(gateway, "causeway_request_outcomes_total", route="orders", outcome="system") == before + 1


def test_a_conflict_may_be_a_success(gateway, upstream):
    upstream.on("/x", reply(b'{"errCode":"EXISTS","orderId":4781320682406083640}', status=409))
    assert_success(gateway.call("POST", "/orders", (), b"{}"), b'{"errCode":"EXISTS","orderId":4781320682406083640}')


def test_what_no_outcome_knows_is_what_its_status_says(gateway, upstream):
    upstream.on("/x", reply(b'{"price":19.90}'))
    assert_success(gateway.call("GET", "/orders"), b'{"price":19.90}')
    upstream.on("/x", reply(b"[1]", status=409))
    assert_error(gateway.call("GET", "/orders"), 40900, message="Conflict", upstream=[1])


def test_as_is_passes_the_answer_and_counts_what_it_means(gateway, upstream):
    before = count(gateway, "causeway_request_outcomes_total", route="raw", outcome="business")
    upstream.on("/x", reply(SHORT))
    response = gateway.call("POST", "/raw", (), b"{}")
    assert (response.status, response.body) == (200, SHORT)
    assert count(gateway, "causeway_request_outcomes_total", route="raw", outcome="business") == before + 1


def test_a_caller_who_prefers_problem_details_gets_them(gateway, upstream):
    upstream.on("/x", reply(SHORT))
    response = gateway.call("POST", "/orders", {"Accept": "application/problem+json"}, b"{}")
    assert (response.status, response.header("Content-Type")) == (400, "application/problem+json")
    problem = json.loads(response.body)
    assert (problem["code"], problem["title"], problem["details"]["skuId"]) == (40001, "库存不足", "SKU001")


# ---- answers: envelope -----------------------------------------------------------------------------------------------------


def test_a_system_that_wraps_is_wrapped_anew(gateway, upstream):
    upstream.on("/x", reply(b'{"code":0,"message":"success","data":{"n":1e400,"price":19.90},"timestamp":1}'))
    assert_success(gateway.call("GET", "/tracking"), b'{"n":1e400,"price":19.90}')
    upstream.on("/x", reply(b'{"code":0,"message":"success"}'))
    assert_success(gateway.call("GET", "/tracking"), b"null")


@pytest.mark.parametrize("code", [40901, 42201, 50301])
def test_its_codes_messages_and_details_pass(gateway, upstream, code):
    upstream.on("/x", reply(json.dumps({"code": code, "message": "运单已存在", "data": None, "details": {"waybillNo": "SF1", "requestId": "theirs"}}).encode()))
    assert_error(gateway.call("GET", "/tracking"), code, message="运单已存在", waybillNo="SF1")


@pytest.mark.parametrize("body", [b'{"code":7}', b'{"code":"0"}', b'{"data":1}', b"[]", b'{"code":0.5}', b'{"code":20000}'])
def test_an_envelope_that_is_none_is_nonsense(gateway, upstream, body):
    upstream.on("/x", reply(body))
    assert_error(gateway.call("GET", "/tracking"), 50292)


def test_an_answer_that_is_no_json_passes_as_is(gateway, upstream):
    upstream.on("/x", reply(b"label", kind="application/pdf"))
    response = gateway.call("GET", "/tracking")
    assert (response.status, response.body, response.header("X-Causeway-Envelope")) == (200, b"label", "none; reason=type")


def test_a_plain_4xx_of_such_a_system_keeps_its_status(gateway, upstream):
    upstream.on("/x", reply(b"", status=404))
    assert_error(gateway.call("GET", "/tracking"), 40400, message="Not Found")
