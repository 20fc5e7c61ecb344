"""The plugin `idempotency`: what a key stands for, whose it is, how long, and what frees it (correctness.md, "A call, its
key, its half message"; details.md, "Calls")."""
import json
import threading

import pytest

from harness import jwt, oms
from harness.envelope import assert_error
from harness.gateway import PARTNER_KEY, PARTNER_SECRET, SLOW, Gateway
from harness.guarded import KIOSK, SHOP, assert_replayed, headers, order, post, refusal, rows
from harness.http import chunked, head_of, message, until
from harness.keyed import KEY, settings
from harness.oms import Held, Oms
from harness.resilience import in_background, together
from harness.signing import fresh, signed, signed_v2

@pytest.fixture(scope="module")
def upstream():
    with Oms() as system:
        yield system


@pytest.fixture(scope="module")
def gateway(upstream, tmp_path_factory):
    with Gateway(*settings(upstream), tmp_path_factory.mktemp("gateway")) as running:
        yield running


# What a key stands for


def test_the_answer_comes_again_byte_for_byte_and_the_system_is_called_once(gateway, upstream):
    first = post(gateway, "/orders", "A-1")
    assert first.status == 201 and first.header("Idempotency-Replayed") is None
    for _ in range(3):
        assert_replayed(first, post(gateway, "/orders", "A-1"))
    assert len(upstream.calls("A-1")) == len(upstream.done("A-1")) == 1


def test_the_systems_own_headers_come_again_too(gateway, upstream):
    def tells(system, request, peer):
        system.execute(request)
        oms.reply(b'{"n":19.90}', 200, {"X-Order": "7", "ETag": '"v1"', "Location": "/orders/7"})(request, peer)
    upstream.script("A-2", tells)
    first = post(gateway, "/orders", "A-2")
    again = assert_replayed(first, post(gateway, "/orders", "A-2"))
    assert (again.header("X-Order"), again.header("ETag")) == ("7", '"v1"') and b'"data":{"n":19.90}' in again.body


def test_a_key_in_quotes_is_the_same(gateway, upstream):
    first = post(gateway, "/orders", "A-2b", '"A-2b"')
    assert_replayed(first, post(gateway, "/orders", "A-2b", "A-2b"))


def test_another_key_is_another_call(gateway, upstream):
    upstream.duplicates = "execute"
    post(gateway, "/orders", "A-3", "key-1")
    post(gateway, "/orders", "A-3", "key-2")
    upstream.duplicates = "refuse"
    assert len(upstream.done("A-3")) == 2


def test_without_a_key_a_call_is_not_guarded(gateway, upstream):
    assert post(gateway, "/orders", "A-4", key="").status == 201
    again = post(gateway, "/orders", "A-4", key="")
    assert again.status == 409 and again.header("Idempotency-Replayed") is None
    assert len(upstream.calls("A-4")) == 2
    assert upstream.calls("A-4")[0].header("X-Causeway-Transaction") is None


def test_the_key_of_the_body_guards_callers_who_send_none(gateway, upstream):
    first = post(gateway, "/by-number", "A-5", key="")
    assert_replayed(first, post(gateway, "/by-number", "A-5", key=""))
    assert len(upstream.calls("A-5")) == 1


def test_the_header_wins_over_the_body(gateway, upstream):
    first = post(gateway, "/by-number", "A-6", "mine")
    assert first.status == 201
    assert post(gateway, "/by-number", "A-6", key="").status == 409  # the body's key is free: forwarded, and refused by the system
    assert len(upstream.calls("A-6")) == 2
    assert_replayed(first, post(gateway, "/by-number", "A-6", "mine"))


@pytest.mark.parametrize("body", [b'{"externalNo":null}', b'{"n":1}', b'{"externalNo":""}', b"[1]", b'"text"', b""])
def test_a_body_that_has_no_key_is_told_so(gateway, upstream, body):
    """Never one shared key for everybody who has none."""
    answer = post(gateway, "/by-number", "", key="", body=body)
    assert_error(answer, 40093, "there is no Idempotency-Key, and the request has nothing to make one of")
    assert not upstream.requests


@pytest.mark.parametrize("key", ["", "x" * 256, "a b", "a\tb", "a\xe9b", '""', '"a b"'], ids=["empty", "long", "blank", "tab", "not-ascii", "quotes", "quoted blank"])
def test_a_malformed_key_is_40093(gateway, upstream, key):
    answer = gateway.call("POST", "/orders", [*headers(), ("Idempotency-Key", key)], order("A-7"))
    assert_error(answer, 40093, "an Idempotency-Key has 1 to 255 visible ASCII characters")
    assert not upstream.calls("A-7")


def test_two_keys_are_40093(gateway, upstream):
    answer = gateway.call("POST", "/orders", [*headers("one"), ("Idempotency-Key", "two")], order("A-8"))
    assert_error(answer, 40093, "the Idempotency-Key comes more than once")
    assert not upstream.calls("A-8")


@pytest.mark.parametrize("key", ["x", "k" * 255, '"quoted"', "urn:uuid:9f2c;v=1", "~!@#$%^&*()"])
def test_any_visible_key_is_one(gateway, upstream, key):
    external = f"A-9-{len(key)}-{key[:1]}"
    first = post(gateway, "/orders", external, key)
    assert first.status == 201, first
    assert_replayed(first, post(gateway, "/orders", external, key))


def test_while_it_runs_it_is_40990(gateway, upstream):
    held = Held()
    upstream.script("A-10", held)
    thread, results = in_background(lambda: post(gateway, "/orders", "A-10"))
    assert held.entered.wait(20)
    running = post(gateway, "/orders", "A-10")
    assert refusal(running, 40990) == {"outcome": "running", "txid": upstream.calls("A-10")[0].header("X-Causeway-Transaction")}
    assert running.header("Retry-After")
    held.open()
    thread.join(20)
    assert results[0].status == 201
    assert_replayed(results[0], post(gateway, "/orders", "A-10"))
    assert len(upstream.calls("A-10")) == 1


def test_of_many_at_once_one_is_forwarded(gateway, upstream):
    held = Held()
    upstream.script("A-11", held)
    opener = threading.Timer(0.5, held.open)
    opener.start()
    answers = together(16, lambda _: post(gateway, "/orders", "A-11"))
    opener.join()
    assert len(upstream.calls("A-11")) == 1
    assert sorted({answer.status for answer in answers}) in ([201], [201, 409])
    assert {answer.code for answer in answers if answer.status == 409} <= {40990}
    [first] = [answer for answer in answers if answer.status == 201 and answer.header("Idempotency-Replayed") is None]
    for answer in answers:
        if answer is not first and answer.status == 201:
            assert_replayed(first, answer)


def test_another_request_under_the_same_key_is_42290(gateway, upstream):
    first = post(gateway, "/items/1", "A-12", "k12")
    assert post(gateway, "/items/1", "A-12", "k12", body=order("A-12", more=1)).code == 42290
    assert post(gateway, "/items/1", "A-12", "k12", body=order("A-12") + b" ").code == 42290
    assert post(gateway, "/items/1?x=1", "A-12", "k12").code == 42290
    assert len(upstream.calls("A-12")) == 1
    assert_replayed(first, post(gateway, "/items/1", "A-12", "k12"))


def test_another_request_while_the_first_runs_is_42290(gateway, upstream):
    held = Held()
    upstream.script("A-13", held)
    thread, _ = in_background(lambda: post(gateway, "/orders", "A-13"))
    assert held.entered.wait(20)
    assert_error(post(gateway, "/orders", "A-13", body=order("A-13", more=1)), 42290, "this Idempotency-Key was used before with another request")
    held.open()
    thread.join(20)


# Whose it is


def test_a_key_is_its_consumers(gateway, upstream):
    upstream.duplicates = "execute"
    first = post(gateway, "/orders", "B-1", "same")
    other = post(gateway, "/orders", "B-1", "same", token=KIOSK)
    upstream.duplicates = "refuse"
    assert (first.status, other.status) == (201, 201) and other.header("Idempotency-Replayed") is None
    assert len(upstream.done("B-1")) == 2 and first.json["data"] != other.json["data"]
    assert_replayed(first, post(gateway, "/orders", "B-1", "same"))
    assert_replayed(other, post(gateway, "/orders", "B-1", "same", token=KIOSK))


def test_a_stored_answer_never_crosses_consumers(gateway, upstream):
    """Another consumer under the same key, with the same body, at the same time."""
    held = Held()
    upstream.script("B-2", held)
    thread, _ = in_background(lambda: post(gateway, "/orders", "B-2", "cross"))
    assert held.entered.wait(20)
    upstream.script("B-2", oms.refuse)
    assert post(gateway, "/orders", "B-2", "cross", token=KIOSK).status == 422  # forwarded, its own answer
    held.open()
    thread.join(20)
    assert post(gateway, "/orders", "B-2", "cross", token=KIOSK).status == 422
    assert post(gateway, "/orders", "B-2", "cross", token=SHOP).status == 201


def test_another_path_or_method_is_independent(gateway, upstream):
    upstream.duplicates = "execute"
    made = [post(gateway, path, "B-3", "paths") for path in ("/orders", "/other", "/items/1", "/items/2")]
    put = gateway.call("PUT", "/items/1", headers("paths"), order("B-3"))
    upstream.duplicates = "refuse"
    assert [answer.status for answer in made] == [201] * 4 and put.header("Idempotency-Replayed") is None


def test_the_key_of_a_failed_authentication_is_free(gateway, upstream):
    wrong = signed(order("B-4"), secret="another-secret-0123456789")
    assert post(gateway, "/orders", "B-4", token=None, more=wrong).code == 40191
    assert post(gateway, "/orders", "B-4", token="nobody-0123456789abcdef-0123456789").code == 40191
    assert post(gateway, "/orders", "B-4", token=None).code == 40190
    assert not upstream.calls("B-4") and not rows(gateway, "SELECT 1 FROM idem WHERE key = 'B-4'")
    assert post(gateway, "/orders", "B-4", token=None, more=signed(order("B-4"))).status == 201
    assert post(gateway, "/orders", "B-4", token=None, more=wrong).code == 40191  # a stored answer is not for strangers


def test_who_may_not_call_takes_no_key(gateway, upstream):
    assert post(gateway, "/partners", "B-5").code == 40390
    assert not rows(gateway, "SELECT 1 FROM idem WHERE key = 'B-5'")


def test_the_same_signed_bytes_again_get_the_stored_answer(gateway, upstream):
    proof = signed(order("B-6"), timestamp=fresh())
    first = post(gateway, "/signed-only", "B-6", token=None, more=proof)
    assert first.status == 201, first
    assert_replayed(first, post(gateway, "/signed-only", "B-6", token=None, more=proof))
    assert len(upstream.calls("B-6")) == 1


def test_signed_bytes_that_were_used_elsewhere_are_still_40194(gateway, upstream):
    proof = signed(order("B-7"), timestamp=fresh())
    assert post(gateway, "/signed-only", "B-7", token=None, more=proof).status == 201
    assert_error(post(gateway, "/signed-only", "B-7", "another-key", token=None, more=proof), 40194)
    assert_error(post(gateway, "/orders", "B-7", key="", token=None, more=proof), 40194)
    assert len(upstream.calls("B-7")) == 1


def test_a_nonce_is_used_once_whatever_the_key(gateway, upstream):
    body = order("B-8")
    proof = signed_v2("POST", "/orders", body, idempotency_key="B-8")
    first = gateway.call("POST", "/orders", proof, body)
    assert first.status == 201, first
    assert_error(gateway.call("POST", "/orders", proof, body), 40194)
    anew = gateway.call("POST", "/orders", signed_v2("POST", "/orders", body, idempotency_key="B-8"), body)
    assert_replayed(first, anew)
    assert len(upstream.calls("B-8")) == 1


def test_the_scope_holds_over_a_consumers_schemes(gateway, upstream):
    """The principal is the consumer, whichever of its keys signed; another consumer's signature is another's."""
    first = post(gateway, "/orders", "B-9", token=None, more=signed(order("B-9")))
    assert_replayed(first, post(gateway, "/orders", "B-9", token=None, more=signed(order("B-9"))))
    other = post(gateway, "/orders", "B-9", token=None, more=signed(order("B-9"), key=PARTNER_KEY, secret=PARTNER_SECRET))
    assert other.status == 409 and other.header("Idempotency-Replayed") is None
    assert len(upstream.calls("B-9")) == 2


def test_a_key_is_a_tokens_subjects(gateway, upstream):
    """Of one consumer: another subject, or the same of another issuer, is somebody else; another token of the same is not."""
    def token(subject, issuer="corp"):
        return jwt.bearer(jwt.mint(KEY, issuer=f"https://{issuer}.test", client="market-app", sub=subject, jti=str(fresh())))
    upstream.duplicates = "execute"
    first = post(gateway, "/tokens", "B-10", token=None, more=token("ann"))
    assert first.status == 201, first
    for other in (token("bob"), token("ann", "other")):
        assert post(gateway, "/tokens", "B-10", token=None, more=other).header("Idempotency-Replayed") is None
    assert len(upstream.done("B-10")) == 3
    assert_replayed(first, post(gateway, "/tokens", "B-10", token=None, more=token("ann")))


# How long


def test_it_is_kept_for_its_retention_from_its_end(gateway, upstream):
    held = Held()
    upstream.script("C-1", held)
    thread, results = in_background(lambda: post(gateway, "/short", "C-1"))
    assert held.entered.wait(20)
    threading.Event().wait(1.7 * SLOW)  # longer than the retention: what runs does not expire
    assert post(gateway, "/short", "C-1").code == 40990
    held.open()
    thread.join(20)
    assert_replayed(results[0], post(gateway, "/short", "C-1"))
    until(lambda: post(gateway, "/short", "C-1").header("Idempotency-Replayed") is None, 30 * SLOW, 0.1, what="the key to be free")
    assert len(upstream.calls("C-1")) == 2


def test_what_is_unknown_does_not_expire(gateway, upstream):
    upstream.script("C-2", oms.execute_then_reset, oms.answer)
    assert post(gateway, "/short", "C-2").code == 50491
    threading.Event().wait(1.7 * SLOW)
    assert post(gateway, "/short", "C-2").code == 40991
    assert len(upstream.calls("C-2")) == 1


# What frees it, and what does not


def test_what_is_not_valid_leaves_the_key_free(gateway, upstream):
    assert post(gateway, "/validated", "D-1", body=b'{"externalNo":"D-1"}').code == 40092
    assert post(gateway, "/validated", "D-1").status == 201


def test_what_is_no_json_leaves_the_key_free(gateway, upstream):
    assert post(gateway, "/validated", "D-2", body=b'{"externalNo":').code == 40091
    assert post(gateway, "/validated", "D-2").status == 201


def test_what_is_limited_leaves_the_key_free_and_a_replay_costs_no_call(gateway, upstream):
    first = post(gateway, "/limited", "D-3")
    assert first.status == 201
    assert post(gateway, "/limited", "D-4").code == 42990
    assert not rows(gateway, "SELECT 1 FROM idem WHERE key = 'D-4'")
    assert_replayed(first, post(gateway, "/limited", "D-3"))
    assert len(upstream.calls("D-3")) == 1


def test_what_provably_was_not_sent_leaves_the_key_free(gateway, upstream):
    for _ in range(2):
        answer = post(gateway, "/gone", "D-5")
        assert answer.code == 50290 and answer.header("Idempotency-Replayed") is None
    assert not rows(gateway, "SELECT 1 FROM idem WHERE key = 'D-5'")


def test_what_a_fallback_answered_leaves_the_key_free(gateway, upstream):
    for _ in range(2):
        answer = post(gateway, "/fallen", "D-6")
        assert answer.status == 200 and answer.header("X-Causeway-Fallback") and answer.header("Idempotency-Replayed") is None
    assert not rows(gateway, "SELECT 1 FROM idem WHERE key = 'D-6'")


def test_a_clean_refusal_is_stored(gateway, upstream):
    upstream.script("D-7", oms.refuse, oms.answer)
    first = post(gateway, "/orders", "D-7")
    assert (first.status, first.code) == (422, 42200)
    assert_replayed(first, post(gateway, "/orders", "D-7"))
    assert len(upstream.calls("D-7")) == 1 and not upstream.done("D-7")


UNKNOWN = {"executed, then reset": oms.execute_then_reset, "executed, half an answer": oms.execute_then_half, "reset": oms.reset,
           "hangs": oms.hang, "executed, then hangs": oms.execute_then_hang}


@pytest.mark.parametrize("turn", UNKNOWN.values(), ids=UNKNOWN)
def test_a_call_without_an_answer_is_unknown_and_never_run_again(gateway, upstream, turn):
    external = f"D-8-{turn.__name__}"
    upstream.script(external, turn, oms.answer)
    first = post(gateway, "/slow", external)
    details = refusal(first, 50491)
    assert details["outcome"] == "unknown" and details["txid"] == upstream.calls(external)[0].header("X-Causeway-Transaction")
    for _ in range(2):
        assert refusal(post(gateway, "/slow", external), 40991) == details
    assert len(upstream.calls(external)) == 1


@pytest.mark.parametrize("turn", [oms.fail, oms.execute_then_fail], ids=["failed", "executed, then failed"])
def test_a_5xx_is_shown_once_and_is_unknown_from_then_on(gateway, upstream, turn):
    external = f"D-9-{turn.__name__}"
    upstream.script(external, turn, oms.answer)
    first = post(gateway, "/orders", external)
    assert (first.status, first.code) == (500, 50000)
    assert refusal(post(gateway, "/orders", external), 40991)["outcome"] == "unknown"
    assert len(upstream.calls(external)) == 1


def test_nonsense_is_unknown(gateway, upstream):
    upstream.script("D-10", oms.execute_then_nonsense, oms.answer)
    assert post(gateway, "/orders", "D-10").code == 50292
    assert post(gateway, "/orders", "D-10").code == 40991
    assert len(upstream.calls("D-10")) == 1


def test_an_answer_over_a_mebibyte_is_not_kept_but_the_call_is_not_run_again(gateway, upstream):
    def large(system, request, peer):
        system.execute(request)
        oms.reply(b'"' + b"x" * (1 << 20) + b'"')(request, peer)
    upstream.script("D-11", large)
    first = post(gateway, "/orders", "D-11")
    assert first.status == 200 and len(first.body) > 1 << 20
    assert refusal(post(gateway, "/orders", "D-11"), 40992)["outcome"] == "done"
    assert len(upstream.calls("D-11")) == 1


def test_an_answer_of_just_under_a_mebibyte_is_kept(gateway, upstream):
    def large(system, request, peer):
        system.execute(request)
        oms.reply(b'"' + b"x" * ((1 << 20) - 4096) + b'"')(request, peer)
    upstream.script("D-12", large)
    assert_replayed(post(gateway, "/orders", "D-12"), post(gateway, "/orders", "D-12"))


def test_a_streamed_answer_comes_whole_and_again(gateway, upstream):
    def chunks(system, request, peer):
        system.execute(request)
        peer.send(b"HTTP/1.1 200 X\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n")
        for _ in range(8):
            peer.send(b"1000\r\n" + b"y" * 4096 + b"\r\n")
        peer.send(b"0\r\n\r\n")
    upstream.script("D-13", chunks)
    first = post(gateway, "/raw", "D-13")
    assert (first.status, first.body) == (200, b"y" * 8 * 4096)
    assert_replayed(first, post(gateway, "/raw", "D-13"))
    assert len(upstream.calls("D-13")) == 1


def test_an_empty_answer_comes_again(gateway, upstream):
    upstream.script("D-14", lambda system, request, peer: oms.reply(status=204)(request, peer))
    first = post(gateway, "/raw", "D-14")
    assert (first.status, first.body) == (204, b"")
    assert_replayed(first, post(gateway, "/raw", "D-14"))


def test_safe_methods_may_have_a_key_too(gateway, upstream):
    for method in ("GET", "HEAD", "DELETE"):
        answers = [gateway.call(method, "/items/9", headers(f"safe-{method}")) for _ in range(2)]
        assert answers[0].status == answers[1].status, answers


def test_a_long_body_and_the_same_in_chunks(gateway, upstream):
    body = order("D-15", fill="x" * 3_000_000)
    first = post(gateway, "/orders", "D-15", body=body)
    assert first.status == 201 and len(upstream.calls("D-15")[0].body) == len(body)
    with gateway.connect() as connection:
        connection.send(head_of("POST", "/orders", [*headers("D-15"), ("Transfer-Encoding", "chunked")]))
        connection.send(chunked(body[:5], body[5:1_000_000], body[1_000_000:]))
        assert_replayed(first, connection.read())
    assert post(gateway, "/orders", "D-15", body=body[:-3] + b'y"}').code == 42290
    assert len(upstream.calls("D-15")) == 1


def test_twice_on_one_connection_without_waiting(gateway, upstream):
    once = message("POST", "/orders", headers("D-16"), order("D-16"))
    with gateway.connect() as connection:
        connection.send(once + once)
        assert_replayed(connection.read(), connection.read())
    assert len(upstream.calls("D-16")) == 1


def test_what_the_routes_steps_added_comes_again(gateway, upstream):
    def tells(system, request, peer):
        system.execute(request)
        oms.reply(b"{}", 200, {"X-Order": "7", "X-Kept": "8"})(request, peer)
    upstream.script("D-17", tells)
    first = post(gateway, "/dressed", "D-17")
    again = assert_replayed(first, post(gateway, "/dressed", "D-17"))
    assert (again.header("X-Own"), again.header("X-Kept"), again.header("X-Order"), again.json["data"]) == ("D-17", "8", None, {"n": 1})


# Whatever is called


def test_with_a_shape_on_both_sides(gateway, upstream):
    first = post(gateway, "/shaped", "E-1")
    assert first.json["data"]["orderId"].startswith("O-") and json.loads(upstream.calls("E-1")[0].body)["note"] == "shaped"
    assert_replayed(first, post(gateway, "/shaped", "E-1"))
    assert len(upstream.calls("E-1")) == 1


def test_static(gateway, upstream):
    first = post(gateway, "/static", "E-2")
    assert first.json["data"] == {"requestOf": "E-2"}
    assert_replayed(first, post(gateway, "/static", "E-2"))
    assert post(gateway, "/static", "E-2", body=order("E-2b")).code == 42290


def test_publish(gateway, upstream):
    body = json.dumps({"data": {"orderId": "E-3"}}).encode()
    first = post(gateway, "/publish", "", "e3", body=body)
    assert first.status == 202, first
    again = assert_replayed(first, post(gateway, "/publish", "", "e3", body=body))
    assert again.json["data"]["eventId"] == first.json["data"]["eventId"]
    assert len(rows(gateway, "SELECT 1 FROM event WHERE event_id = ?", first.json["data"]["eventId"])) == 1
    assert len(rows(gateway, "SELECT 1 FROM event WHERE key = 'E-3'")) == 1


def test_composite(gateway, upstream):
    first = post(gateway, "/composite", "E-4")
    assert first.status == 200 and first.json["data"]["order"].startswith("O-"), first
    assert_replayed(first, post(gateway, "/composite", "E-4"))
    assert len(upstream.calls("E-4")) == len(upstream.done("E-4")) == 1
