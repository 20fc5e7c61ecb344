"""Two public corpora of HTTP/1.1 requests, through the gateway to a recording system: nothing ambiguous may arrive there.

Verdicts: PASS; LENIENT (should be refused, but the system saw a request, clean or cut); WARN (no answer, nothing forwarded);
FAIL (ambiguous bytes or extra requests reached the system, a 5xx, or a valid request refused)."""
import base64
import collections
import contextlib
import json
import queue
import re
import threading
import time

import pytest

from harness.envelope import assert_error
from harness.gateway import ROOT, SLOW, Gateway, main_config
from harness.upstream import Upstream, reply

LANES = 6                 # gateways side by side, each with a system of its own: most of a case is waiting
FIRST, IDLE = 10.0, 0.3   # seconds until the first byte of an answer, and after its last


def corpora():
    for name in ("llhttp_requests", "http11probe"):
        path, = (ROOT / "tests" / "conformance").rglob(f"{name}.json")
        yield name, json.loads(path.read_text())["cases"]


def steps_of(case):
    if "steps" in case:
        return [base64.b64decode(step) for step in case["steps"]]
    if "raw" in case:
        return [base64.b64decode(case["raw"])]
    if "raw_rle" in case:
        before, character, count, after = case["raw_rle"]
        return [base64.b64decode(before) + character.encode("latin-1") * count + base64.b64decode(after)]
    return [b"GET / HTTP/1.1\r\nHost: 127.0.0.1:8080\r\n" + b"".join(b"X-%d: v\r\n" % i for i in range(10_000)) + b"\r\n"]


@contextlib.contextmanager
def lane(folder):
    with Upstream(reply(b"ok", kind="text/plain")) as system:
        config = main_config({"oms": system.address}, workers=1)
        config["listeners"][0]["limits"] = {"header_timeout": "1s", "body_timeout": "1s"}
        routes = {"all": {"api": "all", "base": "/", "defaults": {"auth": "none"}, "routes": [
            {"name": "all", "match": {"methods": "any", "path": "/{rest...}"}, "reply": "as_is",
             "adapter": {"http": {"cluster": "oms", "path": "/{rest...}"}}}]}}
        with Gateway(config, routes, folder) as gateway:
            yield gateway, system


def send(gateway, steps, split):
    """Everything that came back, and whether the gateway closed."""
    answer, closed = b"", False
    with gateway.connect() as connection:
        for step in steps:
            try:
                connection.send_split(step) if split and len(step) < 4096 else connection.send(step)
            except OSError:
                pass  # refused early; the answer may still be there
            connection.socket.settimeout(FIRST * SLOW)
            try:
                while not closed:
                    data = connection.socket.recv(65536)
                    closed = not data
                    answer += data
                    connection.socket.settimeout(IDLE * SLOW)
            except TimeoutError:
                pass
            except OSError:
                closed = True
            if closed:
                break
    return answer, closed


def statuses(answer):
    return [int(status) for status in re.findall(rb"HTTP/1\.[01] (\d{3})", answer) if status != b"100"]


def judge(case, answer, closed, requests, broken):
    found = statuses(answer)
    first = found[0] if found else None
    expect = case["expect"]
    refused = closed if first is None else 400 <= first <= 599 and first not in (502, 503, 504)
    ambiguous = [fault for fault in broken if "cut" not in fault]
    arrived = [f"{request.method} {request.target}" for request in requests] + [fault for fault in broken if "cut" in fault]
    if ambiguous:
        return "FAIL", f"the system saw: {ambiguous[0]}"
    if first in (502, 503, 504) and expect != "accept":
        return "WARN", f"status {first}"
    if expect == "reject":
        if len(arrived) > max(1, len(steps_of(case))):
            return "FAIL", f"{len(arrived)} requests arrived"
        if arrived:
            return "LENIENT", f"arrived: {arrived[0]}; status {first}"
        if refused:
            return "PASS", ""
        return ("WARN", "no answer") if first is None else ("FAIL", f"status {first}")
    if expect == "accept":
        return ("PASS", "") if first and first < 300 else ("FAIL", f"status {first}, closed {closed}")
    if expect == "incomplete":
        return ("FAIL", f"status {first}") if first and first < 300 else ("PASS", "")
    if expect == "sequence":
        sent = len(steps_of(case))
        if len(requests) > sent or len(found) > sent:
            return "FAIL", f"{len(requests)} requests and {len(found)} answers for {sent} sends"
        return "PASS", ""
    assert expect == "either", case
    return ("FAIL", f"status {first}") if first and first >= 500 and first not in (501, 505) else ("PASS", "")


@pytest.mark.parametrize("split", [False, True], ids=["at once", "byte by byte"])
def test_corpora(tmp_path, split):
    work, verdicts, faults = queue.Queue(), [], []
    for name, cases in corpora():
        for case in cases:
            work.put((name, case))
    total = work.qsize()

    def run(number):
        try:
            with lane(tmp_path / str(number)) as (gateway, system):
                while True:
                    try:
                        name, case = work.get_nowait()
                    except queue.Empty:
                        break
                    system.reset()
                    answer, closed = send(gateway, steps_of(case), split)
                    time.sleep(0.03)  # what the gateway forwarded without being asked would arrive now
                    verdicts.append((name, case, *judge(case, answer, closed, system.requests, system.broken)))
                assert_error(gateway.call("GET", "/%2f"), 40090)  # alive
        except BaseException as fault:  # a thread's failure is the test's
            faults.append(fault)
    threads = [threading.Thread(target=run, args=(number,)) for number in range(LANES)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not faults, faults
    assert len(verdicts) == total
    counts = collections.Counter((name, verdict) for name, _, verdict, _ in verdicts)
    print("\n" + "\n".join(f"{name} {verdict} {count}" for (name, verdict), count in sorted(counts.items())))
    odd = [f"{verdict} {case['id']} ({case['expect']}): {why} {steps_of(case)[0][:300]!r}" for _, case, verdict, why in verdicts if verdict != "PASS"]
    print("\n".join(odd))
    assert not [line for line in odd if not line.startswith("LENIENT")], "\n".join(odd)
    assert len(odd) < 15, "\n".join(odd)
