"""Routes with `on_unknown` of every kind before an Oms, and what became of their calls. Suites import the fixtures by name."""
import re
import signal

import pytest

from . import oms
from .gateway import SLOW, Gateway
from .guarded import SHAPE, UUID7, assert_replayed, headers, main, milliseconds, on_unknown, order, post, route, routes, rows
from .http import Connection, message, until
from .oms import Oms
from .resilience import in_background
from .upstream import reply

SECRET = "secret-of-the-system-0123456789"
BARRIER = {"barrier": True, "absent_after": None}
ASK_LATE = on_unknown(first="1h", max_delay="1h")
UNCLEAR = oms.says(reply(b'{"message":"busy"}', 500))


def files(**changes):
    """`changes`: routes that are other than usual, by their name with low lines."""
    made = {
        "orders": route("orders", SHAPE, timeout=milliseconds(1000), on_unknown=on_unknown()),
        "barrier": route("barrier", SHAPE, timeout=milliseconds(1000), on_unknown=on_unknown(**BARRIER)),
        "plain": route("plain", timeout=milliseconds(1000), on_unknown=on_unknown(result=None)),
        "keyless": route("keyless", SHAPE, idempotency=None, timeout=milliseconds(1000), on_unknown=on_unknown()),
        "late": route("late", SHAPE, timeout=milliseconds(1000), on_unknown=ASK_LATE),
        "patient": route("patient", SHAPE, timeout=milliseconds(1000), on_unknown=on_unknown(absent_after=milliseconds(8000))),
        "failing": route("failing", SHAPE, timeout=milliseconds(1000), on_unknown=on_unknown(result=".order_no | tonumber")),
        "aging": route("aging", SHAPE, timeout=milliseconds(1000), on_unknown=on_unknown(max_age=milliseconds(2500))),
        "resent": route("resent", SHAPE, timeout=milliseconds(1000), adapter={"http": {"cluster": "keyed", "path": "/orders", "timeout": milliseconds(1000)}}),
        "both": route("both", SHAPE, on_unknown=on_unknown(check={"http": {"cluster": "keyed", "path": "/orders/by-external/{{ $request.externalNo }}"}}),
                      adapter={"http": {"cluster": "keyed", "path": "/orders", "timeout": milliseconds(1000)}}),
        "asked": route("asked", SHAPE, timeout=milliseconds(1000), on_unknown=on_unknown(
            check={"http": {"cluster": "secured", "method": "POST", "path": "/ask", "query": {"q": "{{ $query.q }}"}, "headers": {"X-For": "{{ $consumer.name }}"},
                            "body": "{{ {no: $request.externalNo, tx: $txid} }}"}}, done_when='.state == "DONE"', absent_when='.state == "NONE"',
            result="{orderId: .id, of: $request.externalNo}")),
        "by_txid": route("by-txid", SHAPE, timeout=milliseconds(1000), on_unknown=on_unknown(check={"http": {"path": "/tx/{{ $txid }}"}})),
    }
    made.update(changes)
    return routes(*(one for one in made.values() if one))


def settings(upstream, **more):
    config = main(upstream, **more)
    config["clusters"].append({"name": "keyed", "endpoints": [upstream.address], "timeout": f"{5 * SLOW}s", "circuit_breaker": {"enabled": False},
                               "idempotency": {"header": "X-Once", "retention": "24h"}})
    config["clusters"].append({"name": "secured", "endpoints": [upstream.address], "circuit_breaker": {"enabled": False},
                               "credentials": {"header": {"name": "X-Secret", "value": SECRET}}})
    return config


@pytest.fixture(scope="module")
def upstream():
    with Oms() as system:
        yield system


@pytest.fixture(scope="module")
def gateway(upstream, tmp_path_factory):
    with Gateway(settings(upstream), files(), tmp_path_factory.mktemp("gateway")) as running:
        yield running


@pytest.fixture
def own(upstream, tmp_path):
    """A gateway that may be killed."""
    running = Gateway(settings(upstream), files(), tmp_path)
    yield running
    running.stop()


def kill(gateway):
    gateway.signal(signal.SIGKILL)
    assert gateway.process.wait(20) == -signal.SIGKILL


def silently(call):
    """The call of a caller whose gateway may die."""
    def run():
        try:
            return call()
        except (AssertionError, OSError) as fault:
            return fault
    return in_background(run)


def txid_of(upstream, external_no):
    txid = upstream.wait_calls(external_no, 1)[0].header("X-Causeway-Transaction")
    assert re.fullmatch(UUID7, txid)
    return txid


def leave(gateway, path, external_no, upstream):
    """A caller who has gone once its call is with the system."""
    with Connection(gateway.port) as connection:
        connection.send(message("POST", path, headers(external_no), order(external_no)))
        upstream.wait_calls(external_no, 1)


def settled(gateway, external_no, state=3):
    """Waits until its record is done, or (None) no more there."""
    def found():
        states = rows(gateway, "SELECT state FROM idem WHERE key = ?", external_no)
        return states == ([] if state is None else [(state,)])
    until(found, 20 * SLOW, 0.03, what=f"{external_no} to be settled")


def done(answer, upstream, external_no):
    """The answer of the one order that the ledger has."""
    [found] = upstream.done(external_no)
    assert answer.status in (200, 201) and answer.json["code"] == 0, answer
    assert answer.json["data"] == {"orderId": found["order_no"], "status": "CREATED"}, answer
    return answer


def finally_done(gateway, path, external_no, upstream, first=None):
    """What the caller does: again with the same key until it knows. Meanwhile it is told nothing but that it is unknown."""
    def again():
        answer = post(gateway, path, external_no)
        assert answer.status < 300 or answer.code in (40990, 40991, 50491), answer
        return answer if answer.status < 300 else None
    answer = first if first is not None and first.status < 300 else until(again, 20 * SLOW, 0.02, what=f"an answer for {external_no}")
    done(answer, upstream, external_no)
    assert_replayed(answer, post(gateway, path, external_no))
    assert len(upstream.calls(external_no)) == len(upstream.done(external_no)) == 1
    return answer
