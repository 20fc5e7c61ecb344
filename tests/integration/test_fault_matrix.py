"""Whatever a system does wrong: how often it saw the call, what the caller got, when, and what was counted.

One row a fault; what it says holds for a GET, for a POST, and for a POST to a system with declared `idempotency` ("keyed"), without
`retry`, with its defaults, and with `on` that lists everything (design: details.md, Calls and After an unknown attempt).
"""
import re
from dataclasses import dataclass

import pytest

from harness.envelope import assert_error, assert_success
from harness.fault_matrix import ATTEMPTS, BODY, CALLERS, MODES, OUTCOMES, TRY, WHOLE_CALL, Matrix
from harness.gateway import SLOW, Gateway, main_config
from harness.http import chunked
from harness.scripted_system import FINE, ScriptedSystem, drip, fin, interim, steps, unread
from harness.upstream import close, hang, raw, reply, reset

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
CUT = HEAD + b"Content-Length: 100\r\n\r\n{\"ok\":"
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
DATA = b'{"ok":true}'
BYTES = chunked(*[DATA[at:at + 1] for at in range(len(DATA))])
WHOLE = HEAD + b"Content-Length: 11\r\n\r\n" + DATA
BUSY = {"Retry-After": "1"}


@dataclass
class Fault:
    name: str
    turn: object
    get: object              # what the caller of a GET gets: a code, or a function of the answer
    post: object = None      # of a POST, keyed or not, if anything else: None
    status: str = "none"     # of the attempt in causeway_upstream_requests_total
    reason: str = None       # the item of `retry.on` that it is
    always: bool = False     # `on` contains it by default
    unsent: bool = False     # no byte left: any call may go again
    late: bool = False       # it is known by its time
    what: str = "system"     # the class of the call
    seen: int = 1            # requests that the system reads in an attempt


def ok(data=DATA):
    return lambda response: assert_success(response, data)


def busy(code, **details):
    """An answer of the system that says when to come again."""
    message = {503: "Service Unavailable", 429: "Too Many Requests"}[code // 100]

    def check(response):
        assert_error(response, code, message=message, **details)
        assert response.header("Retry-After") == "1", response
    return check


def said(code, message, **details):
    return lambda response: assert_error(response, code, message=message, **details)


def unknown(response):
    return assert_error(response, 50491, outcome="unknown")


def fine(name, turn, status="200", get=None):
    return Fault(name, turn, get or ok(), status=status, what="success")


FAULTS = [
    # ---- connections ---------------------------------------------------------------------------------------------------------
    Fault("refused", None, 50290, 50290, reason="connect_failure", always=True, unsent=True, seen=0),
    Fault("reset, nothing read", unread(reset), 50291, unknown, reason="reset", always=True, seen=0),
    Fault("reset before the head", reset, 50291, unknown, reason="reset", always=True),
    Fault("closed before the head", close, 50291, unknown, reason="reset", always=True),
    Fault("half-closed before the head", steps(fin, hang), 50291, unknown, reason="reset", always=True),
    Fault("reset in the head", raw(HEAD[:40], "reset"), 50291, unknown),
    Fault("closed in the head", raw(HEAD, "close"), 50291, unknown),
    Fault("reset in the body", raw(CUT, "reset"), 50291, unknown, status="200"),
    Fault("closed in the body", raw(CUT, "close"), 50291, unknown, status="200"),
    # ---- time ----------------------------------------------------------------------------------------------------------------
    Fault("hangs", hang, 50490, unknown, reason="timeout", late=True),
    Fault("slow head", drip(WHOLE, 0.05 * SLOW), 50490, unknown, reason="timeout", late=True),
    Fault("slow body", steps(raw(CUT), drip(b" " * 94, 0.05 * SLOW)), 50490, unknown, status="200", reason="timeout", late=True),
    Fault("hangs before its last chunk", steps(raw(CHUNKED + BYTES[:-5]), hang), 50490, unknown, status="200", reason="timeout", late=True),
    fine("drips, but in time", drip(WHOLE, 0.0005)),
    # ---- nonsense ------------------------------------------------------------------------------------------------------------
    Fault("garbage", raw(b"\x16\x03\x01 this is no HTTP\r\n\r\n", "close"), 50292),
    Fault("a head without end", raw(HEAD + b"X-Long: " + b"x" * 300_000), 50292),
    Fault("bare line feeds", raw(HEAD.replace(b"\r", b"") + b"Content-Length: 2\n\n{}"), 50292),
    Fault("two lengths", raw(HEAD + b"Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}"), 50292),
    Fault("length and chunks", raw(HEAD + b"Content-Length: 16\r\nTransfer-Encoding: chunked\r\n\r\n" + chunked(DATA)), 50292),
    Fault("no JSON", reply(b'{"ok":tru'), 50292, status="200"),
    # ---- statuses ------------------------------------------------------------------------------------------------------------
    Fault("500", reply(b'{"stack":1}', 500), said(50000, "Internal Server Error"), status="500", reason="status"),
    Fault("503", reply(b"{}", 503), said(50300, "Service Unavailable"), status="503", reason="status"),
    Fault("503 with Retry-After", reply(b"{}", 503, BUSY), busy(50300), status="503", reason="status", always=True),
    Fault("429", reply(b'{"n":1}', 429, BUSY), busy(42900, upstream={"n": 1}), status="429", reason="status", what="business"),
    Fault("business failure in 200", reply(b'{"errCode":"SHORT"}'), said(40001, "short"), status="200", what="business"),
    Fault("failure in 200", reply(b'{"errCode":"BUSY"}'), said(50301, "Service Unavailable"), status="200", reason="system"),
    # ---- odd, and right ------------------------------------------------------------------------------------------------------
    fine("half-closed behind its answer", steps(lambda _, peer: peer.hold(), FINE, fin)),
    fine("closed behind its answer", reply(then="close")),
    fine("more than its answer", raw(WHOLE + WHOLE)),
    fine("204 with bytes", raw(b"HTTP/1.1 204 No Content\r\n\r\n" + WHOLE), "204", ok(None)),
    fine("eight 1xx", raw(interim(8) + WHOLE)),
    Fault("nine 1xx", raw(interim(9) + WHOLE), 50292),
    Fault("101", raw(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n"), 50292),
    # ---- chunks --------------------------------------------------------------------------------------------------------------
    fine("chunks of a byte", raw(CHUNKED + BYTES)),
    fine("chunks over many segments", steps(raw(CHUNKED), drip(BYTES, 0.0005))),
    fine("chunks with a trailer", raw(CHUNKED + chunked(DATA, trailer=b"X-T: 1\r\n"))),
    Fault("chunk with an extension", raw(CHUNKED + b"2;a=b\r\n{}\r\n0\r\n\r\n"), 50292, status="200"),
    Fault("chunk of no size", raw(CHUNKED + b"x\r\n{}\r\n0\r\n\r\n"), 50292, status="200"),
    Fault("chunk without its end", raw(CHUNKED + b"2\r\n{}0\r\n\r\n"), 50292, status="200"),
    Fault("closed before its last chunk", raw(CHUNKED + BYTES[:-5], "close"), 50291, unknown, status="200"),
]


@pytest.fixture(scope="module")
def matrix(tmp_path_factory):
    made = Matrix(tmp_path_factory.mktemp("matrix"))
    yield made
    made.stop()


def goes_again(fault, mode, caller):
    """May this call be sent again, and shall it?"""
    wanted = {"plain": False, "retry": fault.always, "listed": fault.reason is not None}[mode]
    return wanted and (fault.unsent or caller != "POST")


def check_caller(fault, caller, response):
    """(status, code as a label) of what the caller got, after it has been looked at."""
    expected = fault.get if caller == "GET" or fault.post is None else fault.post
    if callable(expected):
        expected(response)
    else:
        assert_error(response, expected)
    return str(response.status), str(response.json["code"])


def check_requests(requests, caller):
    """Every time the same bytes, under a key that stays the same and is not the caller's."""
    for request in requests:
        assert (request.method, request.target) == ("GET" if caller == "GET" else "POST", "/x")
        assert request.body == (b"" if caller == "GET" else BODY)
    if caller == "keyed" and requests:
        assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", requests[0].header("Idempotency-Key"))
    for header in ("Idempotency-Key", "X-Request-Id", "Content-Type"):
        assert len({request.header(header) for request in requests}) <= 1, header


@pytest.mark.parametrize("caller", CALLERS)
@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_fault_that_stays(matrix, fault, mode, caller):
    cell = matrix.play(fault, fault.turn)[mode, caller]
    attempts = ATTEMPTS[mode] if goes_again(fault, mode, caller) else 1
    label = check_caller(fault, caller, cell.response)
    assert (len(cell.requests), cell.broken) == (attempts * fault.seen, [])
    check_requests(cell.requests, caller)
    assert cell.attempts == {fault.status: attempts}
    assert cell.retries == ({fault.reason: attempts - 1} if attempts > 1 else {})
    assert (cell.codes, cell.classes, cell.breaker) == ({label: 1}, {fault.what: 1}, 0)
    least = (min(TRY * attempts, WHOLE_CALL) if mode == "listed" else WHOLE_CALL) if fault.late else 0
    assert 0.9 * least <= cell.took < least + 5 * SLOW


AGAIN = [(fault, mode, caller) for fault in FAULTS for mode in MODES for caller in CALLERS if fault.seen and goes_again(fault, mode, caller)]


@pytest.mark.parametrize("fault, mode, caller", AGAIN, ids=lambda value: getattr(value, "name", value))
def test_a_fault_that_passes_is_nobodys_business(matrix, fault, mode, caller):
    cell = matrix.play(fault, fault.turn, FINE)[mode, caller]
    assert_success(cell.response, DATA)
    assert (len(cell.requests), cell.broken) == (2, [])
    check_requests(cell.requests, caller)
    assert (cell.attempts, cell.retries) == ({"200": 2} if fault.status == "200" else {fault.status: 1, "200": 1}, {fault.reason: 1})
    assert (cell.codes, cell.classes, cell.breaker) == ({("200", "0"): 1}, {"success": 1}, 0)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_body_that_streamed_is_gone_and_not_sent_again_whatever_is_declared(matrix, fault):
    system, long = matrix.systems["listed", "keyed"], b"x" * 1_000_000
    system.play(fault.turn)
    if fault.turn is None:
        system.refuse()
    pace = "late" if fault.late else "patient"
    response = matrix.gateway.call("PUT", f"/{pace}/listed-keyed", {"Content-Type": "application/octet-stream"}, long)
    check_caller(fault, "PUT", response)
    assert [request.body == long for request in system.requests] == [True] * fault.seen
    if fault.turn is None:
        system.listen()


@pytest.fixture(scope="module")
def breakers(tmp_path_factory):
    """A cluster a fault, whose breaker opens when all of four calls fail."""
    systems = {fault.name: ScriptedSystem(fault.turn) for fault in FAULTS}
    clusters = {f"c{number}": {"endpoints": [system.address], "timeout": f"{int(300 * SLOW)}ms" if FAULTS[number].late else "10s", "outcomes": OUTCOMES,
                               "circuit_breaker": {"window": 4, "minimum_calls": 4, "failure_rate": "100%", "open_for": "1h"}}
                for number, system in enumerate(systems.values())}
    route = {"match": {"methods": "any", "path": "/"}, "adapter": {"http": {"path": "/x"}}}
    files = {name: {"api": name, "base": f"/{name}", "defaults": {"auth": "none", "http": {"cluster": name}}, "routes": [{"name": name, **route}]}
             for name in clusters}
    systems["refused"].refuse()
    with Gateway(main_config(clusters), files, tmp_path_factory.mktemp("breakers")) as gateway:
        yield gateway, systems
    for system in systems.values():
        system.stop()


@pytest.mark.parametrize("number", range(len(FAULTS)), ids=[fault.name for fault in FAULTS])
def test_what_is_the_systems_fault_opens_its_breaker_and_nothing_else(breakers, number):
    gateway, systems = breakers
    fault, name = FAULTS[number], f"c{number}"
    fails = fault.what == "system"
    for call, method in enumerate(["GET", "POST", "GET", "POST", "GET"]):
        response = gateway.call(method, f"/{name}", (), BODY if method == "POST" else None)
        if call == 4 and fails:
            assert_error(response, 50390)
            assert re.fullmatch(r"3600|35[5-9]\d", response.header("Retry-After")), response
        else:
            check_caller(fault, method, response)
    assert len(systems[fault.name].requests) == fault.seen * (4 if fails else 5)
    assert gateway.metric("causeway_circuit_breaker_state", cluster=name) == {frozenset({("cluster", name)}): 2 if fails else 0}
