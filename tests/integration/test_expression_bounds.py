"""Programs and bodies that mean harm, through the binary: an error soon and within the memory, as the operators' file says."""
import subprocess
import sys
import time

import pytest

from harness.gateway import BINARY, SLOW, Gateway, main_config
from harness.signing import signed
from harness.upstream import reply

JSON = {"Content-Type": "application/json"}
MEBIBYTE = 1024 * 1024

# A child of its own for each, so that what is measured is its alone.
MEASURE = """
import os, sys
child = os.fork()
if child == 0:
    os.dup2(os.open(sys.argv[1], os.O_RDONLY), 0)
    os.execv(sys.argv[2], sys.argv[2:])
_, status, used = os.wait4(child, 0)
print(os.waitstatus_to_exitcode(status), used.ru_utime + used.ru_stime, used.ru_maxrss, file=sys.stderr)
"""


def evaluate(program, body, tmp_path):
    """Exit code, what it said, seconds of CPU, bytes resident at most."""
    file = tmp_path / "body.json"
    file.write_text(body)
    done = subprocess.run([sys.executable, "-I", "-S", "-c", MEASURE, file, BINARY, "eval", program], capture_output=True, text=True, timeout=300)
    *said, measured = done.stderr.rstrip("\n").split("\n")
    code, seconds, kibibytes = measured.split()
    return int(code), done.stdout + "\n".join(said), float(seconds), int(kibibytes) * 1024


@pytest.fixture(scope="module")
def idle(tmp_path_factory):
    """What the command takes for nothing."""
    runs = [evaluate("1", "null", tmp_path_factory.mktemp("idle")) for _ in range(3)]
    assert all(code == 0 for code, *_ in runs)
    return max(seconds for _, _, seconds, _ in runs), max(resident for *_, resident in runs)


X = '"' + "x" * 1_000_000 + '"'
HOSTILE = {
    "def f: f; f": "null",
    "def f: def g: f; g; f": "null",
    "[range(1e9)]": "null",
    "[limit(1e9; repeat(1))]": "null",
    '"a" * 1e9': "null",
    "[.] | tojson * 1e8": "null",
    ".a[1e9] = 1": "null",
    ".[1e9:] = [1]": "null",
    "1e18 | todate": "null",
    "1e999999999 | todate": "null",
    "[range(1e6)] | sort_by(-.)": "null",
    "[range(1e5)] | combinations": "null",
    '[range(1e6)] | join(",")': "null",
    "reduce range(1e9) as $i (0; . + 1)": "null",
    "last(range(1e9))": "null",
    "reduce range(11000) as $i (1; [.]) | walk(.)": "null",
    "reduce range(100) as $i ({}; {a: ., b: .}) | tojson": "null",
    'reduce range(100) as $i ("x"; "\\(.)\\(.)")': "null",
    'last("\\"" | recurse(tojson))': "null",
    '[range(100) | ("A" * 1e6 | @base32d)]': "null",
    'last(range(1e6) as $i | ltrimstr("x"))': X,
    '[match(""; "g")]': X,
    'gsub(""; "x")': X,
    'test("(a?){1000}a{1000}")': X,
    'test("' + "(.*)" * 30 + 'y")': X,
    '[range(1e6) | test("[a-z]{1,200}[0-9a-f]{1,200}\\(.)")]': '"abc"',
    "getpath([range(1e5)])": "[]",
    "1e1000000000 + 1": "null",
    "[range(1e6) as $i | (. + 1)?]": "1" * 100_000,
    ".": "[" * 100_000 + "]" * 100_000,
    "[" * 100_000: "null",
    "-" * 100_000 + "1": "null",
    ".a" * 50_000: "null",
    '"\\(' * 30_000: "null",
}


# Has a result, as in jq, which need not be large.
HARMLESS = {".[1e9:] = [1]", "getpath([range(1e5)])"}


@pytest.mark.parametrize("program", HOSTILE, ids=lambda program: program[:40])
def test_a_hostile_program_is_an_error_soon_and_within_the_memory(program, idle, tmp_path):
    body = HOSTILE[program]
    code, said, seconds, resident = evaluate(program, body, tmp_path)
    if program not in HARMLESS and not program.startswith("-"):  # which is no program for the command line either
        assert code in (1, 2) and said, said[:300]
    if code == 1:
        assert said.startswith("40094: "), said[:300]
    if SLOW > 1:
        return
    # 50 ms on a machine that does nothing else
    assert seconds - idle[0] < 0.5, f"{seconds - idle[0]:.3f} s: {said[:200]}"
    assert resident - idle[1] < 66 * MEBIBYTE + 4 * len(body), f"{(resident - idle[1]) / MEBIBYTE:.1f} MiB: {said[:200]}"


def routes(deadline="100ms"):
    return {"open": {"api": "open", "base": "/", "defaults": {"auth": "none", "http": {"cluster": "oms"}}, "routes": [
        {"name": "count", "match": {"method": "POST", "path": "/count"}, "adapter": {"static": {"body": {"n": "{{ [range(.n)] | length }}"}}}},
        {"name": "transform", "match": {"method": "POST", "path": "/transform"}, "adapter": {"http": {"path": "/echo"}},
         "plugins": [{"transform": {"request": "{n: .a}"}}]},
        {"name": "validate", "match": {"method": "POST", "path": "/validate"}, "adapter": {"http": {"path": "/echo"}},
         "plugins": [{"validate": {"schema": {"type": "object"}}}]},
        {"name": "key", "match": {"method": "POST", "path": "/key"}, "auth": {"any": ["signature"]}, "adapter": {"http": {"path": "/echo"}},
         "plugins": [{"idempotency": {"key": "{{ $request.a }}"}}]},
        {"name": "publish", "match": {"method": "POST", "path": "/publish"}, "adapter": {"publish": {"topic": "things", "type": "SEEN"}}},
        {"name": "answer", "match": {"method": "GET", "path": "/answer"}, "adapter": {"http": {"path": "/answer"}}},
        {"name": "shaped", "match": {"method": "GET", "path": "/shaped"}, "adapter": {"http": {"path": "/answer"}},
         "plugins": [{"transform": {"response": "{n: .a}"}}]},
        {"name": "late", "match": {"method": "POST", "path": "/late"},
         "adapter": {"composite": {"timeout": deadline, "calls": {"one": {"http": {"method": "POST", "path": "/echo", "body": "{{ last(range($request.n)) }}"}}}}}},
    ]}}


def config(upstream, **limits):
    more = {"server": {"limits": {"expressions": limits}}} if limits else {}
    return main_config(
        {"oms": {"endpoints": [upstream.address], "outcomes": [{"when": ".failed == true", "is": "business", "code": 40001}]}},
        topics=[{"name": "things", "key": "{{ .a }}"}], store={"sqlite": {"path": "data/causeway.db", "min_free": "0B"}}, **more)


@pytest.fixture(scope="module")
def gateway(upstream, tmp_path_factory):
    upstream.on("/echo", reply(b'{"ok":true}'))
    with Gateway(config(upstream), routes(), tmp_path_factory.mktemp("bounds")) as running:
        yield running


TWICE = b'{"a":"x1","a":"x2"}'
DEEP = b'{"a":' + b"[" * 64 + b"]" * 64 + b"}"


@pytest.mark.parametrize("path", ["/transform", "/validate", "/key", "/publish"])
def test_a_body_with_a_name_twice_or_too_deep_is_refused_where_it_is_read(gateway, upstream, path):
    for body, what in ((TWICE, "twice"), (DEEP, "nested too deep")):
        before = len(upstream.requests)
        answer = gateway.call("POST", path, [*signed(body), *JSON.items()], body)
        assert (answer.status, answer.json["code"]) == (400, 40091), answer
        assert what in answer.json["message"], answer
        assert len(upstream.requests) == before
    body = b'{"eventId":"e1","data":{"a":"1"}}' if path == "/publish" else b'{"a":"x1"}'
    assert gateway.call("POST", path, [*signed(body), *JSON.items()], body).status < 300


def test_an_answer_with_a_name_twice_is_nonsense_where_it_is_read(gateway, upstream):
    upstream.on("/answer", reply(TWICE))
    for path in ("/answer", "/shaped"):
        answer = gateway.call("GET", path)
        assert (answer.status, answer.json["code"]) == (502, 50292), answer


def test_limits_are_those_of_the_operators_file_and_change_with_it(upstream, tmp_path):
    with Gateway(config(upstream, steps=5000), routes(), tmp_path) as gateway:
        assert gateway.call("POST", "/count", JSON, b'{"n":100}').json["data"] == {"n": 100}
        answer = gateway.call("POST", "/count", JSON, b'{"n":10000}')
        assert (answer.status, answer.json["code"]) == (400, 40094)
        assert "more than 5000 steps" in answer.json["message"]
        gateway.reload(config(upstream, steps=100000))
        assert gateway.call("POST", "/count", JSON, b'{"n":10000}').json["data"] == {"n": 10000}
        gateway.reload(config(upstream, memory="1MiB"))
        answer = gateway.call("POST", "/count", JSON, b'{"n":200000}')
        assert (answer.status, answer.json["code"]) == (400, 40094)
        assert "more than 1 MiB of memory" in answer.json["message"]


def test_a_program_of_a_call_ends_with_its_deadline(upstream, tmp_path):
    with Gateway(config(upstream, steps=1_000_000_000), routes("200ms"), tmp_path) as gateway:
        began = time.monotonic()
        answer = gateway.call("POST", "/late", JSON, b'{"n":1e9}')
        took = time.monotonic() - began
        assert answer.json["code"] == 40094 and "ran past the deadline" in answer.json["message"], answer
        assert 0.15 < took < 5 * SLOW, took

