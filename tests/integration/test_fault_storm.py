"""Everything at once, drawn from a seed: many callers, two endpoints that do anything but what they should, of which one goes and comes, a reload
every moment.

Whatever happens: nobody gets another's answer, a plain write is seen at most once, every call has an answer, and afterwards all is as before.
"""
import collections
import json
import os
import random
import threading

import pytest

from harness.gateway import SLOW
from harness.http import chunked, message, until
from harness.resilience import behind, in_background, milliseconds, scripted
from harness.scripted_system import drip, fin, interim, steps
from harness.upstream import Gate, close, hang, raw, reply, reset

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
STRANGE = HEAD + b'Content-Length: 13\r\n\r\n{"id":"none"}'
PLACES = 12  # calls in flight at a time, for each cluster
CALLERS, CALLS, STORMS = 24, 40, int(os.environ.get("STORMS", 2))


def turns(answer):
    """Everything that a system may do with a request whose right answer this is."""
    length = HEAD + b"Content-Length: %d\r\n\r\n" % len(answer)
    chunks = HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + chunked(*[answer[at:at + 3] for at in range(0, len(answer), 3)])
    return {
        "right": reply(answer), "in chunks": raw(chunks), "dripping": drip(length + answer, 0.0001), "closed behind": reply(answer, then="close"),
        "half-closed behind": steps(reply(answer), fin), "too much": raw(length + answer + STRANGE), "eight 1xx": raw(interim(8) + length + answer),
        "then reset": steps(reply(answer), reset),
        "reset": reset, "closed": close, "garbage": raw(b"\0" * 100, "close"), "cut": raw(length + answer[:5], "close"), "hang": hang,
        "late": drip(length + answer, 0.1 * SLOW), "500": reply(b'{"id":"none"}', 500), "503": reply(b"{}", 503, {"Retry-After": "0"}), "no JSON": reply(b"{" + answer),
        "nine 1xx": raw(interim(9) + length + answer), "bad chunk": raw(chunks.replace(b"\r\n0\r\n", b"\r\nz\r\n")), "reset in head": raw(HEAD[:30], "reset"),
    }


def mischief(seed):
    """A turn that draws what it does from the seed and the call's id: the first time; later it may be better."""
    seen, lock = collections.Counter(), threading.Lock()

    def turn(request, peer):
        name = request.target.rsplit("/", 1)[1]
        with lock:
            seen[name] += 1
            draw = random.Random(f"{seed} {name} {seen[name]}")
        possible = turns(json.dumps({"id": name}).encode())
        possible[draw.choice(list(possible) + ["right"] * 20)](request, peer)
    return turn


@pytest.mark.parametrize("seed", range(1, 1 + STORMS))
def test_a_storm(behind, scripted, seed):
    one, two = scripted(mischief(seed)), scripted(mischief(seed))
    cluster = {"endpoints": [one.address, two.address], "timeout": milliseconds(1500), "circuit_breaker": {"enabled": False},
               "limits": {"concurrent": PLACES, "queue_timeout": "30s"}}
    again = {"max_attempts": 3, "delay": "1ms", "max_delay": "5ms", "on": ["connect_failure", "reset", "timeout", "500", "503"]}
    gateway = behind(workers=2, plain=cluster, retried={**cluster, "retry": again, "per_try_timeout": milliseconds(500)},
                     keyed={**cluster, "retry": again, "per_try_timeout": milliseconds(500), "idempotency": {}})
    answers, faults, over = {}, [], threading.Event()

    def caller(number):
        draw = random.Random(f"{seed} caller {number}")
        connection = gateway.connect()
        try:
            for call in range(CALLS):
                method, route = draw.choice(["GET", "POST", "PUT"]), draw.choice(["plain", "retried", "keyed"])
                name = f"{method}-{route}-{number}-{call}"
                connection.send(message(method, f"/{route}/{name}", {"Idempotency-Key": "mine"}, None if method == "GET" else name.encode()))
                if draw.random() < 0.1:  # leaves, before or while or after the system works
                    connection.silent(draw.random() * 0.02)
                    connection.socket.close()
                    connection = gateway.connect()
                    continue
                answers[name] = connection.read(method)
        except BaseException as fault:  # pylint: disable=broad-except
            faults.append((number, fault))
        finally:
            connection.socket.close()

    def comes_and_goes():
        while not over.wait(0.03):
            two.refuse()
            over.wait(0.02)
            two.listen()

    def reloads():
        text = gateway.config_file.read_text()
        while not over.wait(0.05):
            gateway.reload(text.replace("connect_timeout: 2s", f"connect_timeout: {random.randrange(1000, 3000)}ms"))
    threads = [threading.Thread(target=caller, args=(number,)) for number in range(CALLERS)]
    others = [threading.Thread(target=comes_and_goes), threading.Thread(target=reloads)]
    for thread in [*threads, *others]:
        thread.start()
    for thread in threads:
        thread.join()
    over.set()
    for thread in others:
        thread.join()
    assert faults == [] and len(answers) > CALLERS * CALLS / 2
    check(answers, one.requests + two.requests)
    assert one.broken == two.broken == []
    calm(gateway, one, two)


def check(answers, requests):
    seen = collections.defaultdict(list)
    for request in requests:
        name = request.target.rsplit("/", 1)[1]
        seen[name].append(request)
        assert request.body == (b"" if name.startswith("GET") else name.encode()), "bytes of another call"
    right = 0
    for name, response in answers.items():
        if response.status == 200:
            assert response.json["data"] == {"id": name}, f"{name} got the answer of another call: {response}"
            assert seen[name]
            right += 1
            continue
        write = not name.startswith("GET")
        assert response.code in ((50000, 50300, 50290, 50292, 50491) if write else (50000, 50300, 50290, 50291, 50292, 50490)), (name, response)
        assert response.code != 50290 or not seen[name] or not write, f"{name} was sent and is told to be unsent"
    for name, found in seen.items():
        method, route = name.split("-")[:2]
        # One more for what went down with an idle connection, and one at the other endpoint; then `retry`.
        most = 1 if method == "POST" and route != "keyed" else 3 if route == "plain" else 5
        assert len(found) <= most, f"{name} was seen {len(found)} times"
        keys = {request.header("Idempotency-Key") for request in found}
        assert len(keys) == 1 and "mine" not in keys and (route == "keyed" or keys == {None}), (name, keys)
    assert right > len(answers) / 2, "hardly a call succeeded: that was no test of anything"


def calm(gateway, *systems):
    """Nothing of the storm is left."""
    gateway.settle()
    for system in systems:
        system.play()
    for route in ("plain", "retried", "keyed") * 10:
        response = gateway.call("POST", f"/{route}/x", (), b"{}")
        assert response.status == 200 and response.json["data"] == {"ok": True}
    assert sum(len(system.requests) for system in systems) == 30
    gate = Gate()
    for system in systems:
        system.play(gate)
    for route in ("plain", "retried", "keyed"):  # no place was lost
        threads = [in_background(lambda: gateway.call("GET", f"/{route}/x"))[0] for _ in range(PLACES)]
        until(lambda: sum(len(system.seen("/x")) for system in systems) >= PLACES, 20 * SLOW, what=f"{PLACES} calls at once")
        gate.open()
        for thread in threads:
            thread.join()
        gate.opened.clear()
        for system in systems:
            system.play(gate)
    gate.open()
    for system in systems:
        system.play(reset)
    for _ in range(5):  # nor a place in the budget: three tries, and one at the other endpoint
        gateway.call("GET", "/retried/x")
    assert sum(len(system.requests) for system in systems) == 5 * 4
