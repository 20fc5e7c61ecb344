"""Metrics that count what was sent and stay bounded, log lines in two languages and JSON, health."""
import concurrent.futures
import json
import random
import re
import subprocess

import pytest

from harness.envelope import assert_success
from harness.gateway import Gateway, main_config
from harness.http import Broken, call, message, until
from harness.signing import SECRET, signed
from harness.upstream import closed_port, reply, raw

OK = b'{"ok":true}'
ROUTES = {
    "orders": {"api": "orders", "base": "/api/{version}/orders", "versions": {"v1": {"released": "2024-01-29"}},
               "defaults": {"auth": {"any": ["signature"]}, "http": {"cluster": "wms"}}, "routes": [
                   {"name": "create-order", "match": {"method": "POST", "path": "/"}, "adapter": {"http": {"path": "/orders", "operation": "pushOutboundOrder"}}},
                   {"name": "get-order", "match": {"method": "GET", "path": "/{id}"}, "adapter": {"http": {"path": "/orders/{id}"}}},
                   {"name": "limited", "match": {"method": "GET", "path": "/limited/x"}, "plugins": [{"rate_limit": {"rate": "1/h", "burst": 1, "per": "consumer"}}],
                    "adapter": {"http": {"path": "/limited"}}},
               ]},
    "open": {"api": "open", "base": "/open", "defaults": {"auth": "none", "http": {"cluster": "wms"}}, "routes": [
        {"name": "open-x", "match": {"methods": "any", "path": "/x/{id}"}, "adapter": {"http": {"path": "/x/{id}"}}},
        {"name": "open-down", "match": {"methods": "any", "path": "/down"}, "adapter": {"http": {"cluster": "down", "path": "/"}}}]},
}


def settings(upstream, log=None):
    config = main_config({"wms": upstream.address, "down": f"127.0.0.1:{closed_port()}"})
    if log:
        config["telemetry"] = {"log": log}
    return config, ROUTES


def configuration(upstream):
    return settings(upstream)


def start(upstream, folder, log):
    return Gateway(*settings(upstream, log), folder)


def create(gateway, body=b'{"orderId":"O-1"}', headers=()):
    return gateway.call("POST", "/api/v1/orders", [*signed(body), ("Content-Type", "application/json"), *headers], body)


def admin(gateway, path, method="GET"):
    return call(gateway.admin, method, path, host=f"127.0.0.1:{gateway.admin}")


def total(gateway, name, **labels):
    return sum(gateway.metric(name, **labels).values())


# --- health ---

def test_health_needs_no_token(gateway):
    for path in ("/healthz", "/readyz"):
        assert admin(gateway, path).status == 200
        assert admin(gateway, path, "HEAD").status in (200, 405)
    assert admin(gateway, "/nowhere").status == 404
    assert admin(gateway, "/metrics", "POST").status == 405
    assert admin(gateway, "/metrics").header("Content-Type").startswith("text/plain")


def test_health_is_not_on_the_public_port(gateway):
    for path in ("/healthz", "/readyz", "/metrics"):
        assert gateway.call("GET", path).status == 404


# --- metrics ---

def test_promtool_accepts_the_metrics(gateway, upstream):
    create(gateway)
    gateway.call("GET", "/open/down")
    gateway.call("GET", "/nowhere")
    done = subprocess.run(["promtool", "check", "metrics"], input=admin(gateway, "/metrics").body, capture_output=True, timeout=60)
    assert done.returncode == 0 and done.stdout + done.stderr == b"", done


def test_every_call_is_counted_once_where_it_belongs(gateway, upstream):
    upstream.on("/orders/4", reply(b"{}", status=404))
    upstream.on("/orders/5", reply(b"{}", status=503))
    upstream.on("/orders/6", raw(b"nonsense\r\n\r\n"))
    gateway.settle()
    before = gateway.metrics()
    sent = {("200", "0"): 7, ("404", "40400"): 3, ("503", "50300"): 2, ("502", "50292"): 1}
    for _ in range(7):
        assert_success(gateway.call("GET", "/api/v1/orders/1", signed()), OK)
    for count, order in ((3, 4), (2, 5), (1, 6)):
        for _ in range(count):
            gateway.call("GET", f"/api/v1/orders/{order}", signed())
    for _ in range(4):
        gateway.call("GET", "/api/v1/orders/1", signed(secret="wrong-secret-0123456789"))
    for _ in range(5):
        gateway.call("GET", "/nowhere")
    for _ in range(2):
        gateway.call("GET", "/api/v1/orders/limited/x", signed())
    gateway.settle()
    after = gateway.metrics()

    def grew(name, **labels):
        wanted = set(labels.items())
        return sum(value - before[name].get(found, 0) for found, value in after[name].items() if wanted <= found)
    for (status, code), count in sent.items():
        assert grew("causeway_requests_total", route="get-order", method="GET", version="v1", consumer="oms", status=status, code=code) == count
    assert grew("causeway_requests_total", route="get-order", status="401", code="40191") == 4
    assert grew("causeway_requests_total", route="get-order", status="401", consumer="oms") == 0, "not proved to be oms"
    assert grew("causeway_requests_total", status="404", code="40490") == 5
    assert grew("causeway_requests_total", route="limited", status="429", code="42990") == 1
    assert grew("causeway_requests_total") == 7 + 6 + 4 + 5 + 2
    assert grew("causeway_request_duration_seconds_count", route="get-order", version="v1") == 17
    assert grew("causeway_upstream_requests_total", cluster="wms", endpoint=upstream.address) == 14
    assert grew("causeway_upstream_requests_total", cluster="wms", status="200") == 8
    assert grew("causeway_upstream_duration_seconds_count", cluster="wms") == 14
    assert grew("causeway_auth_failures_total", scheme="signature") == 4
    assert grew("causeway_rate_limited_total") == 1
    assert total(gateway, "causeway_active_requests") == 0
    assert total(gateway, "causeway_build_info") == 1


def test_bytes_are_counted(gateway, upstream):
    gateway.settle()
    before = gateway.metrics()
    body = b"x" * 100_000
    create(gateway, body)
    gateway.settle()
    after = gateway.metrics()
    grew = lambda name: sum(after[name].values()) - sum(before[name].values())
    assert 100_000 <= grew("causeway_request_bytes_total") < 102_000
    assert 50 < grew("causeway_response_bytes_total") < 2_000


def test_a_histogram_is_consistent_and_has_a_bucket_at_one_second(gateway, upstream):
    create(gateway)
    gateway.settle()
    buckets = {dict(labels)["le"]: value for labels, value in gateway.metric("causeway_request_duration_seconds_bucket", route="create-order").items()}
    ordered = [value for _, value in sorted(buckets.items(), key=lambda item: float(item[0]))]
    assert ordered == sorted(ordered) and {"0.001", "1", "30", "+Inf"} <= set(buckets)
    assert buckets["+Inf"] == total(gateway, "causeway_request_duration_seconds_count", route="create-order")


def test_open_connections_are_counted_by_state(gateway, upstream):
    held = [gateway.connect() for _ in range(10)]
    until(lambda: total(gateway, "causeway_connections") >= 10, what="ten connections")
    for connection in held:
        connection.close()
    until(lambda: total(gateway, "causeway_connections") < 5, what="their end")


def test_labels_stay_bounded_under_10000_odd_paths_methods_and_codes(upstream, tmp_path):
    with start(upstream, tmp_path, {"calls": {"successes": "0%"}}) as gateway:
        statuses = [*range(200, 204), *range(400, 600)]
        upstream.on("/x/", lambda request, peer: reply(b"{}", status=statuses[int(request.target[3:]) % len(statuses)])(request, peer))
        odd = ["GET", "POST", "PUT", "DELETE", "PATCH", "LINK", "PROPFIND", "get", "FOO", "X" * 60]

        def storm(number):
            part = random.Random(number)
            for call_number in range(625):
                kind = part.randrange(4)
                method = part.choice(odd) if kind else f"M{call_number}X{number}"
                target = [f"/open/x/{part.randrange(10_000)}", f"/p{number}/{call_number}", f"/api/v{call_number}/orders/{number}",
                          f"/api/v1/orders/{call_number}"][part.randrange(4)]
                headers = [("X-Request-Id", f"r{number}-{call_number}"), ("User-Agent", f"u{call_number}")]
                if kind == 2:
                    headers += signed(key=f"key{call_number}", secret="x" * 20)
                if kind == 3:
                    headers += [("Accept", f"application/vnd.company.v{call_number}+json"), ("Host", f"h{call_number}.test")]
                with gateway.connect() as connection:
                    connection.send(message(method, target, headers, b"" if method in ("POST", "PUT", "PATCH") else None))
                    try:
                        connection.read_head()
                    except (Broken, OSError):
                        pass
        with concurrent.futures.ThreadPoolExecutor(16) as pool:
            list(pool.map(storm, range(16)))
        until(lambda: total(gateway, "causeway_active_requests") == 0, what="the end of the storm")
        metrics = gateway.metrics()
        assert sum(metrics["causeway_requests_total"].values()) >= 10_000 * 0.98
        values = {}
        for name, samples in metrics.items():
            for labels in samples:
                for label, value in labels:
                    values.setdefault(label, set()).add(value)
        assert len(values["route"]) <= 8 and len(values["version"]) <= 4 and len(values["consumer"]) <= 4, values
        assert len(values["method"]) <= 12 and len(values["endpoint"]) <= 2, values
        assert len(values["code"]) <= 60, values["code"]
        assert len(values["status"]) <= 80, values["status"]
        assert sum(len(samples) for samples in metrics.values()) < 2500, {name: len(samples) for name, samples in metrics.items()}
        done = subprocess.run(["promtool", "check", "metrics"], input=admin(gateway, "/metrics").body, capture_output=True, timeout=60)
        assert done.returncode == 0, done


# --- log ---

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
TRACEPARENT = ("traceparent", f"00-{TRACE}-00f067aa0ba902b7-01")
BODY = '{"orderId":"O-1","password":"hunter2-7","customer":{"phone":"13800001111","idCard":["310101"],"name":"李雷"}}'.encode()
ANSWER = b'{"bankAccount":"6222-7","status":"NEW"}'
SECRETS = ["hunter2-7", "13800001111", "310101", "6222-7", SECRET]


def one_call(gateway, upstream):
    upstream.on("/orders", reply(ANSWER))
    create(gateway, BODY, [TRACEPARENT, ("X-Request-Id", "req-7")])


def assert_masked(gateway):
    for secret in SECRETS:
        assert secret not in gateway.log(), secret


def test_a_call_is_one_line_in_the_handbooks_form(upstream, tmp_path):
    with start(upstream, tmp_path, None) as gateway:
        one_call(gateway, upstream)
        line, = gateway.wait_log(r"call WMS \|")
        pieces = line.split("call WMS | ")[1].split(" | ")
        fields = dict(piece.split("=", 1) for piece in pieces)
        assert fields["method"] == "pushOutboundOrder" and fields["status"] == "200" and fields["code"] == "0"
        assert fields["consumer"] == "oms" and fields["attempt"] == "1" and fields["trace"] == TRACE
        assert re.fullmatch(r"\d+ms", fields["cost"])
        assert fields["request"].startswith('{"orderId":"O-1","password":"***"') and "李雷" in fields["request"]
        assert fields["response"] == '{"bankAccount":"***","status":"NEW"}'
        assert list(fields)[:7] == ["method", "request", "response", "cost", "status", "code", "consumer"]
        assert_masked(gateway)
        gateway.wait_log(r"listening \| name=public \| address=127\.0\.0\.1:%d" % gateway.port)


def test_the_same_in_chinese(upstream, tmp_path):
    with start(upstream, tmp_path, {"language": "zh"}) as gateway:
        one_call(gateway, upstream)
        line, = gateway.wait_log(r"调用WMS接口 \|")
        assert re.search(r"调用WMS接口 \| method=pushOutboundOrder \| request=\{.*\} \| response=\{.*\} \| cost=\d+ms", line)
        gateway.call("GET", "/open/down")
        line, = gateway.wait_log(r"调用DOWN接口失败 \|")
        assert re.search(r"调用DOWN接口失败 \| method=open-down \| request=.*\| error=\S", line)
        assert_masked(gateway)


def test_the_same_as_json(upstream, tmp_path):
    with start(upstream, tmp_path, {"format": "json"}) as gateway:
        one_call(gateway, upstream)
        line, = gateway.wait_log(r"pushOutboundOrder")
        for other in gateway.log().splitlines():
            assert {"ts", "level", "event"} <= set(json.loads(other)), other
        entry = json.loads(line)
        assert {key: entry[key] for key in ("system", "method", "status", "code", "consumer", "attempt", "route", "trace", "request_id")} == {
            "system": "WMS", "method": "pushOutboundOrder", "status": 200, "code": 0, "consumer": "oms", "attempt": 1,
            "route": "create-order", "trace": TRACE, "request_id": "req-7"}
        assert isinstance(entry["cost_ms"], (int, float)) and "request" in entry and "response" in entry
        assert_masked(gateway)


def test_a_failed_call_says_so(upstream, tmp_path):
    with start(upstream, tmp_path, None) as gateway:
        gateway.call("GET", "/open/down")
        line, = gateway.wait_log(r"call DOWN failed \|")
        assert re.search(r"\| error=\S.*\| status=502 \| code=50290 \|", line), line
        upstream.on("/x/5", reply(b'{"stack":"at com.wms"}', status=500))
        gateway.call("GET", "/open/x/5")
        line, = gateway.wait_log(r"call WMS failed \|")
        assert "com.wms" in line, "the body of a 5xx is only in the log"


def test_a_refused_call_says_why(upstream, tmp_path):
    with start(upstream, tmp_path, None) as gateway:
        headers = signed(b"{}", secret="wrong-secret-0123456789")
        gateway.call("POST", "/api/v1/orders?token=query-7", [*headers, ("X-Request-Id", "req-8")], b"{}")
        line, = gateway.wait_log(r"refused POST /api/v1/orders \|")
        assert re.search(r"\| status=401 \| code=40191 \| reason=\S.* \| consumer=\S* ?\| request_id=req-8$", line), line
        assert "query-7" not in gateway.log() and headers[2][1] not in gateway.log()


def test_nothing_a_caller_sends_can_forge_a_line(upstream, tmp_path):
    with start(upstream, tmp_path, None) as gateway:
        body = '{"a":"x\\ny | status=999 | error=z","b":"\u202e\u0085\u2028"}\n2026-01-01 ERROR forged call\r\nforged'.encode() + b"\x1b[31m\xff"
        create(gateway, body)
        gateway.call("GET", "/open/x/%0Aforged%1b%7c")
        gateway.call("GET", "/nowhere/%0Aforged | status=200")
        upstream.on("/x/7", reply(b"forged\n\x1b[2Jforged", status=500, kind="text/plain"))
        gateway.call("GET", "/open/x/7")
        gateway.wait_log(r"call WMS failed \|")
        for line in gateway.log().splitlines():
            assert not line.startswith("forged") and not re.search(r"[\x00-\x08\x0b-\x1f\x7f\u0085\u2028\u202e]", line), line
            assert line.count(" | status=") <= 1, line


def test_long_bodies_are_cut_before_the_log(upstream, tmp_path):
    with start(upstream, tmp_path, {"calls": {"bodies": {"limit": "64B", "mask": ["orderId"]}}}) as gateway:
        body = b'{"orderId":"secret-order-7","rest":"' + b"x" * 5_000 + b'"}'
        create(gateway, body)
        line, = gateway.wait_log(r"call WMS \|")
        assert "secret-order-7" not in line and "x" * 100 not in line and len(line) < 1000


def test_a_secret_at_the_cut_is_still_masked(upstream, tmp_path):
    with start(upstream, tmp_path, {"calls": {"bodies": {"limit": "40B", "mask": ["password"]}}}) as gateway:
        for width in range(0, 40):
            create(gateway, b'{"a":"' + b"y" * width + b'","password":"hunter2-7-hunter2-7"}')
        gateway.wait_log(r"call WMS \|", count=40)
        assert "hunter" not in gateway.log()


def test_successes_can_be_left_out_and_failures_never(upstream, tmp_path):
    with start(upstream, tmp_path, {"calls": {"successes": "0%"}}) as gateway:
        for _ in range(20):
            create(gateway)
        gateway.call("GET", "/open/down")
        gateway.wait_log(r"call DOWN failed \|")
        assert "call WMS |" not in gateway.log()


@pytest.mark.parametrize("field, value", [("password", '"hunter2-7"'), ("PassWord", '"hunter2-7"'), ("pass\\u0077ord", '"hunter2-7"'),
                                          ("password", '{"deep":["hunter2-7"]}'), ("password", "70077007"), ("password", '"\\u0068unter2-7 \\" hunter2-7"')])
def test_masking_is_not_fooled(upstream, tmp_path, field, value):
    with start(upstream, tmp_path, None) as gateway:
        create(gateway, f'[{{"{field}" : {value} , "kept":1}}]'.encode())
        line, = gateway.wait_log(r"call WMS \|")
        assert "hunter" not in line and "70077007" not in line and '"kept"' in line
