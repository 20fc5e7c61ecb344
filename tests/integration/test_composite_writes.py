"""Composites that write: when the whole fails, nobody may think that nothing was done. And what may be kept of composites."""
import json

import pytest

from harness.composites import beside, held, http, route
from harness.envelope import assert_error, assert_success
from harness.gateway import main_config
from harness.http import until
from harness.upstream import close, closed_port, reply

UNKNOWN = [{"static": {"body": {"written": False}}}]
CACHED = [{"cached": {"max_age": "1h"}}]


def write(path="/write", **more):
    return http(path, method="POST", body={"x": 1}, **more)


def posted(name, calls, **more):
    return route(name, calls, method="POST", path=f"/{name}", **more)


def configuration(upstream):
    patient = {"endpoints": [upstream.address], "circuit_breaker": {"enabled": False}}
    clusters = {"oms": patient, "dead": {"endpoints": [f"127.0.0.1:{closed_port()}"], "circuit_breaker": {"enabled": False}},
                "narrow": {**patient, "limits": {"rate": "1/h", "burst": 1, "queue_timeout": "50ms"}},
                "short": {**patient, "outcomes": [{"when": '.error == "SHORT"', "is": "business", "code": 40001, "message": "short"}]}}
    behind = "/r/{{ $calls.w.status }}"
    return main_config(clusters), {"writes": {"api": "writes", "base": "/", "defaults": {"auth": "none", "http": {"cluster": "oms"}}, "routes": [
        posted("beside", {"w": write(), "r": http("/read", cluster="dead")}),
        posted("before", {"r": http("/read", cluster="dead"), "w": write()}, fallback=UNKNOWN),
        posted("behind", {"w": write(), "r": http(behind, cluster="dead")}, fallback=UNKNOWN),
        posted("limited", {"w": write(), "r": http(behind, cluster="narrow")}),
        posted("refused", {"w": write(), "r": http("/read/{{ $calls.w.status }}")}, fallback=UNKNOWN),
        posted("merged", {"w": write()}, merge=".w.id.none"),
        posted("optional", {"w": write(optional=True), "r": http("/read")}),
        posted("two", {"a": write(), "b": write("/other/{{ $calls.a.status }}", cluster="short")}, fallback=UNKNOWN),
        posted("unsent", {"w": write(cluster="dead"), "r": http("/read")}),
        posted("degraded", {"w": write(cluster="dead"), "r": http("/read")}, fallback=UNKNOWN),
        posted("late", {"r": http("/slow"), "w": write()}, timeout="1500ms"),
        route("kept", {"a": http("/a"), "b": http("/b")}, path="/kept/{id}", fallback=CACHED),
        route("shared", {"a": http("/a"), "b": http("/b")}, path="/shared/{id}", fallback=[{"cached": {"max_age": "1h", "shared": True}}]),
    ]}}


def post(gateway, name):
    return gateway.call("POST", f"/{name}", {"Content-Type": "application/json"}, b"{}")


def assert_unknown(response, call):
    assert_error(response, 50491, call=call, outcome="unknown")
    assert (response.header("Retry-After"), response.header("X-Causeway-Fallback")) == (None, None), response


@pytest.mark.parametrize("end", [reply(b"{}"), reply(status=500), close, reply(b"<html>", kind="text/html")], ids=["done", "500", "closed", "page"])
@pytest.mark.parametrize("name", ["beside", "before"])
def test_a_failure_beside_a_write_that_was_sent(gateway, upstream, beside, name, end):
    gate = held(upstream, "/write", end)
    call = beside(post, gateway, name)
    # What has failed may have ended the write before a byte of it was sent: then nothing was written, and it is told so.
    until(lambda: gate.entered.is_set() or call.done())
    gate.open()
    response = call.result()
    if upstream.seen("/write"):
        assert_unknown(response, "r")
    elif name == "beside":
        assert_error(response, 50290, call="r")
    else:
        assert response.header("X-Causeway-Fallback") == "static"


@pytest.mark.parametrize("name", ["behind", "limited"])
def test_a_failure_behind_a_write_that_is_done(gateway, upstream, name):
    upstream.on("/r", reply(b"{}"))
    if name == "limited":
        post(gateway, name)  # takes what the rate allows
        upstream.reset()
    response = post(gateway, name)
    assert_unknown(response, "r")
    assert len(upstream.seen("/write")) == 1
    gateway.wait_log(r"call COMPOSITE failed \| method=" + name + r" .*error=r: .*; w may have been carried out")


@pytest.mark.parametrize("answer", [reply(b'{"why":"x"}', status=404), reply(status=503, headers={"Retry-After": "7"}), close, reply(b"{")],
                         ids=["404", "503", "closed", "no JSON"])
def test_whatever_fails_behind_it(gateway, upstream, answer):
    upstream.on("/read", answer)
    assert_unknown(post(gateway, "refused"), "r")


def test_a_merge_that_fails_over_what_was_written(gateway, upstream):
    upstream.on("/write", reply(b'{"id":[1]}'))
    response = post(gateway, "merged")
    assert_error(response, 50491, outcome="unknown")
    assert len(upstream.seen("/write")) == 1


def test_a_write_that_is_cut_is_unknown_itself(gateway, upstream):
    upstream.on("/write", close)
    assert_unknown(post(gateway, "refused"), "w")
    assert_success(post(gateway, "optional"), {"w": None, "r": {"ok": True}})


def test_a_write_that_fails_is_not_told_as_if_it_could_be_tried_again(gateway, upstream):
    upstream.on("/write", reply(status=503, headers={"Retry-After": "7"}))
    assert_unknown(post(gateway, "refused"), "w")


def test_a_deadline_beside_a_write_that_is_done(gateway, upstream):
    gate = held(upstream, "/slow", reply())
    assert_unknown(post(gateway, "late"), "r")
    gate.open()


def test_a_write_that_is_refused_has_written_nothing(gateway, upstream):
    upstream.on("/write", reply(b'{"why":"sold"}', status=409))
    assert_error(post(gateway, "refused"), 40900, message="Conflict", call="w", upstream={"why": "sold"})
    assert_error(post(gateway, "two"), 40900, message="Conflict", call="a", upstream={"why": "sold"})
    upstream.reset()
    upstream.on("/other", reply(b'{"error":"SHORT"}'))
    assert_unknown(post(gateway, "two"), "b")  # the first is written
    upstream.on("/other", reply(status=409))
    assert_unknown(post(gateway, "two"), "b")


def test_a_write_that_was_not_sent_keeps_its_code(gateway):
    assert_error(post(gateway, "unsent"), 50290, call="w")
    response = post(gateway, "degraded")
    assert response.header("X-Causeway-Fallback") == "static"


# --- what may be kept ---

FIELDS = {"no-store": {"Cache-Control": "no-store"}, "private": {"Cache-Control": "max-age=9, private"}, "anything": {"Vary": "*"}}


@pytest.mark.parametrize("fields", FIELDS)
def test_what_a_part_forbids_to_keep_is_not_kept(gateway, upstream, fields):
    upstream.on("/a", reply(b"1", headers=FIELDS[fields]))
    upstream.on("/b", reply(b"2", headers={"Cache-Control": "max-age=60"}))
    for target in (f"/kept/{fields}", f"/shared/{fields}"):
        upstream.on("/b", reply(b"2", headers={"Cache-Control": "max-age=60"}))
        response = gateway.call("GET", target)
        assert_success(response, {"a": 1, "b": 2})
        assert response.header("Cache-Control") == ("private" if fields == "private" else "no-store")
        upstream.on("/b", reply(status=500))
        assert_error(gateway.call("GET", target), 50000, message="Internal Server Error", call="b")


def test_what_parts_vary_by_is_told_apart(gateway, upstream):
    def of(name):
        return lambda request, peer: reply(json.dumps(request.header(name)).encode(), headers={"Vary": name})(request, peer)
    upstream.on("/a", of("X-Shop"))
    upstream.on("/b", of("Accept-Language"))
    first = gateway.call("GET", "/kept/varied", {"X-Shop": "s1", "Accept-Language": "de"})
    assert_success(first, {"a": "s1", "b": "de"})
    assert (first.header("Vary"), first.header("Cache-Control")) == ("X-Shop, Accept-Language", None)
    upstream.on("/b", reply(status=500))
    for shop, language in (("s2", "de"), ("s1", "en")):
        assert gateway.call("GET", "/kept/varied", {"X-Shop": shop, "Accept-Language": language}).status == 500
    again = gateway.call("GET", "/kept/varied", {"X-Shop": "s1", "Accept-Language": "de"})
    assert_success(again, {"a": "s1", "b": "de"})
    assert again.header("X-Causeway-Fallback").startswith("cached; age=")
