"""`causeway test`: routes are tried out offline, and each way in which they can be wrong is told with its place."""
import json
import re
import textwrap
import xml.etree.ElementTree

import pytest

from harness.gateway import ROOT, Gateway, command, main_config

ROUTES = """\
api: orders
base: /api/{version}/orders
versions:
  v1: {released: 2024-01-29, deprecated: 2026-09-01, sunset: 2030-03-01, successor: v2}
  v2: {released: 2026-09-01}
defaults: {auth: {any: [signature]}, http: {cluster: oms}}
routes:
  - {name: list, match: {method: GET, path: /}, adapter: {http: {path: /orders}}}
  - name: create
    match: {method: POST, path: /}
    plugins:
      - rate_limit: {rate: 1/h, burst: 1}
      - transform: {request: '{order_no: .no, lines: [.items[] | {sku, n: .qty}]}'}
    adapter: {http: {path: /internal/orders}}
    publish: {topic: orders, type: CREATED, key: "{{ .orderId }}", when: after_success}
  - {name: slow, match: {method: POST, path: /slow}, adapter: {static: {delay: 5m, body: {ok: true}}}}
  - {name: raw, match: {method: GET, path: /raw}, reply: as_is, adapter: {http: {path: /raw}}}
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    subscriptions = [{"name": "wms-orders", "topic": "orders", "filter": '.eventType == "CREATED"', "transform": "{no: .data.orderId}",
                      "done_when": ".taken", "deliver": {"http": {"cluster": "wms", "path": "/told"}}}]
    config = main_config({"oms": "127.0.0.1:9", "wms": "127.0.0.1:9"}, topics=[{"name": "orders", "key": "{{ .orderId }}"}], subscriptions=subscriptions)
    return Gateway(config, {"orders": ROUTES}, tmp_path_factory.mktemp("tested"), start=False).folder


def try_out(folder, tests, *more, expect=None):
    """Runs one file of tests: its output, with the time left out."""
    (folder / "routes" / "a.test.yaml").write_text("tests:\n" + textwrap.indent(textwrap.dedent(tests), "  "))
    code, out, err = command("test", "-c", "config/causeway.yaml", "routes/a.test.yaml", *more, folder=folder)
    if expect is not None:
        assert code == expect, out + err
    return out.rpartition(" in ")[0] + "\n" if " in " in out and "--json" not in more else out or err


def told(folder, test):
    """What is told of one test that fails, without its first line and the summary."""
    lines = try_out(folder, test, expect=1).splitlines()
    assert lines[0] == "FAIL  it (routes/a.test.yaml:2)" and lines[-1] == "0 passed, 1 failed"
    return lines[1:-1]


CREATE = "request: {method: POST, path: /api/v2/orders, body: {no: X1, items: [{sku: A, qty: 2}]}}"


# What is shipped

def test_what_is_shipped_passes_in_a_shell_without_secrets():
    environment = {name: "" for name in ("OMS_SECRET", "WMS_SECRET", "SHOP_SECRET", "REPORTING_TOKEN_SHA256", "CAUSEWAY_OAUTH_KEY")}
    code, out, err = command("test", "-c", "config/causeway.yaml", folder=ROOT, environment=environment)
    assert (code, err) == (0, "") and " 0 failed in " in out, out
    assert len(list(ROOT.glob("routes/*.test.yaml"))) >= 4


# What passes

def test_a_call_is_signed_sent_answered_and_published(folder):
    out = try_out(folder, f"""\
        - name: an order
          consumer: oms
          {CREATE}
          upstream:
            - expect:
                cluster: oms
                method: POST
                path: /internal/orders
                headers: {{X-Consumer-Name: oms, authorization: null, traceparent: $any}}
                body: {{order_no: X1, lines: [{{sku: A, n: 2}}]}}
              answer: {{status: 201, headers: {{X-Note: hello}}, body: {{orderId: ORD1, price: 19.90}}}}
          answer: {{status: 201, code: 0, message: success, headers: {{X-Note: hello}}, data: {{price: 19.90, orderId: ORD1}}}}
          event: {{topic: orders, type: CREATED, key: ORD1, source: create, data: {{orderId: ORD1, price: 19.90}}}}
        - name: tests do not wear off each other's limits
          consumer: oms
          {CREATE}
          upstream: [{{answer: {{body: {{orderId: ORD2}}}}}}]
          answer: {{status: 200, headers: {{X-Causeway-Event: $any}}}}
          event: {{key: ORD2}}
        """, "-v", expect=0)
    assert out == ("ok    an order (routes/a.test.yaml:2)\n"
                   "ok    tests do not wear off each other's limits (routes/a.test.yaml:15)\n"
                   "2 passed, 0 failed\n")


def test_time_is_the_tests_own(folder):
    try_out(folder, """\
        - name: v1 before its sunset
          at: 2030-02-28T23:59:59Z
          consumer: oms
          request: {path: /api/v1/orders}
          upstream: [{answer: {body: []}}]
          answer: {status: 200, headers: {Sunset: "Fri, 01 Mar 2030 00:00:00 GMT", Deprecation: $any}}
        - name: v1 at its sunset
          at: 2030-03-01
          consumer: oms
          request: {path: /api/v1/orders}
          upstream: []
          answer: {status: 410, code: 41090}
        - name: five minutes take no time
          consumer: oms
          request: {method: POST, path: /api/v2/orders/slow}
          answer: {status: 200, data: {ok: true}}
        """, expect=0)


@pytest.mark.parametrize("fault, status, code", [("refused", 502, 50290), ("broken", 502, 50291), ("timeout", 504, 50490)])
def test_systems_fail_as_they_do(folder, fault, status, code):
    try_out(folder, f"""\
        - name: it
          consumer: oms
          request: {{path: /api/v2/orders}}
          upstream: [{{expect: {{cluster: oms}}, fault: {fault}}}]
          answer: {{status: {status}, code: {code}}}
        """, expect=0)


def test_raw_requests_show_refusals(folder):
    try_out(folder, """\
        - name: a made-up signature
          request: {path: /api/v2/orders, headers: {Authorization: ApiKey nobody, X-Timestamp: "1", X-Signature: v2=00}}
          upstream: []
          answer: {status: 401}
        - name: a body that is no JSON
          consumer: oms
          request: {method: POST, path: /api/v2/orders, body: "{no"}
          upstream: []
          answer: {status: 400, code: 40091}
          event: none
        - name: a text as it is
          consumer: oms
          request: {path: /api/v2/orders/raw}
          upstream: [{answer: {headers: {Content-Type: text/plain}, body: "a;b\\n"}}]
          answer: {body: "a;b\\n", headers: {content-type: text/plain}}
        """, expect=0)


def test_nothing_is_left_behind(folder):
    before = sorted(path.name for path in folder.rglob("*"))
    try_out(folder, f"- {{name: it, consumer: oms, {CREATE}, upstream: [{{answer: {{body: {{orderId: A}}}}}}], answer: {{status: 200}}}}\n", expect=0)
    assert sorted({path.name for path in folder.rglob("*")} - {"a.test.yaml"}) == sorted(set(before) - {"a.test.yaml"})


DELIVER = "deliver: {subscription: wms-orders, event: {id: e-1, type: CREATED, data: {orderId: A}}}"


def test_events_are_delivered(folder):
    try_out(folder, f"""\
        - name: taken
          {DELIVER}
          upstream:
            - expect: {{cluster: wms, method: POST, path: /told, headers: {{Idempotency-Key: e-1/wms-orders, X-Causeway-Sequence: $any}}, body: {{no: A}}}}
              answer: {{body: {{taken: true}}}}
          delivery: delivered
        - name: left out
          deliver: {{subscription: wms-orders, event: {{type: CHANGED}}}}
          upstream: []
          delivery: filtered
        - name: not taken
          {DELIVER}
          upstream: [{{answer: {{body: {{taken: false}}}}}}]
          delivery: retrying
        - name: never answered
          {DELIVER}
          upstream: [{{fault: timeout}}]
          delivery: retrying
        """, expect=0)
    assert told(folder, f"""\
        - name: it
          {DELIVER}
          upstream: [{{expect: {{body: {{no: B}}}}, fault: broken}}]
          delivery: delivered
        """) == [
        '  routes/a.test.yaml:4:37: upstream[0].expect.body.no: expected "B", got "A"',
        '    the call was: POST wms /told {"no":"A"}',
        "  routes/a.test.yaml:5:15: delivery: expected delivered, got retrying",
        "    because of: 127.0.0.1:9: closed before it answered"]


# What fails

def test_an_answer_that_is_another(folder):
    lines = told(folder, """\
        - name: it
          consumer: oms
          request: {path: /api/v2/orders}
          upstream: [{answer: {body: {items: [{id: 1, price: 19.90}, {id: 2}], total: 2}}}]
          answer:
            status: 201
            code: 1
            message: done
            headers: {X-Missing: here, Content-Type: null}
            data: {items: [{id: 2, price: 19.9}], page: 1}
        """)
    assert lines[:-1] == [
        "  routes/a.test.yaml:7:15: answer.status: expected 201, got 200",
        "  routes/a.test.yaml:8:13: answer.code: expected 1, got 0",
        "  routes/a.test.yaml:9:16: answer.message: expected done, got success",
        "  routes/a.test.yaml:10:48: answer.headers.Content-Type: expected nothing, got application/json",
        "  routes/a.test.yaml:10:28: answer.headers.X-Missing: expected here, got nothing",
        "  routes/a.test.yaml:11:27: answer.data.items[0].id: expected 2, got 1",
        "  routes/a.test.yaml:11:37: answer.data.items[0].price: expected 19.9, got 19.90",
        '  routes/a.test.yaml:11:21: answer.data.items[1]: expected nothing, got {"id":2}',
        "  routes/a.test.yaml:11:45: answer.data.page: expected 1, got nothing",
        "  routes/a.test.yaml:11:13: answer.data.total: expected nothing, got 2"]
    assert re.fullmatch(r'    the answer was: 200 \{"code":0,"message":"success","data":\{"items":\[\{"id":1,"price":19\.90\},\{"id":2\}\],'
                        r'"total":2\},"timestamp":\d+\}', lines[-1])


def test_a_refusal_says_why(folder):
    lines = told(folder, """\
        - name: it
          request: {path: /api/v2/orders}
          upstream: []
          answer: {status: 200}
        """)
    assert lines[0] == "  routes/a.test.yaml:5:22: answer.status: expected 200, got 401"
    assert lines[1].startswith('    the answer was: 401 {"code":40190,')
    assert lines[2:] == ["    because of: no_credentials"]


def test_a_call_that_is_another(folder):
    assert told(folder, f"""\
        - name: it
          consumer: oms
          {CREATE}
          upstream:
            - expect: {{cluster: oms, method: PUT, path: '/orders?a=1', headers: {{X-Consumer-Name: wms}}, body: {{order_no: X2, lines: $any}}}}
              answer: {{body: {{orderId: A}}}}
        """) == [
        "  routes/a.test.yaml:6:40: upstream[0].expect.method: expected PUT, got POST",
        "  routes/a.test.yaml:6:51: upstream[0].expect.path: expected /orders?a=1, got /internal/orders",
        "  routes/a.test.yaml:6:93: upstream[0].expect.headers.X-Consumer-Name: expected wms, got oms",
        '  routes/a.test.yaml:6:116: upstream[0].expect.body.order_no: expected "X2", got "X1"',
        '    the call was: POST oms /internal/orders {"order_no":"X1","lines":[{"sku":"A","n":2}]}']


def test_a_call_that_is_not_expected(folder):
    assert told(folder, f"""\
        - name: it
          consumer: oms
          {CREATE}
          upstream: []
          answer: {{status: 200}}
        """) == [
        '  routes/a.test.yaml:5:15: a call to oms that the test does not expect: POST oms /internal/orders {"order_no":"X1","lines":[{"sku":"A","n":2}]}']


def test_a_call_that_is_never_made(folder):
    assert told(folder, """\
        - name: it
          consumer: oms
          request: {path: /api/v2/orders}
          upstream:
            - {expect: {cluster: oms}, answer: {body: []}}
            - {expect: {cluster: wms}, answer: {body: []}}
            - {answer: {body: []}}
            - {expect: {cluster: wms}, fault: refused}
          answer: {status: 200}
        """) == [
        "  routes/a.test.yaml:7:9: upstream[1]: the call to wms was never made",
        "  routes/a.test.yaml:8:9: upstream[2]: the call to any system was never made",
        "  routes/a.test.yaml:9:9: upstream[3]: the call to wms was never made"]


def test_events_that_are_others(folder):
    upstream = "upstream: [{answer: {body: {orderId: A}}}]"
    assert told(folder, f"""\
        - name: it
          consumer: oms
          {CREATE}
          {upstream}
          event: {{topic: orders, type: CHANGED, key: B, data: {{orderId: B}}}}
        """) == [
        "  routes/a.test.yaml:6:34: event.type: expected CHANGED, got CREATED",
        "  routes/a.test.yaml:6:48: event.key: expected B, got A",
        '  routes/a.test.yaml:6:67: event.data.orderId: expected "B", got "A"',
        '    the event was: orders CREATED key A {"orderId":"A"}']
    assert told(folder, f"""\
        - name: it
          consumer: oms
          {CREATE}
          {upstream}
          event: none
        """) == ['  routes/a.test.yaml:6:12: an event that the test does not expect: orders CREATED key A {"orderId":"A"}']
    assert told(folder, f"""\
        - name: it
          consumer: oms
          {CREATE}
          {upstream}
          event: [{{key: A}}, {{key: B}}]
        """) == ["  routes/a.test.yaml:6:23: event[1]: there was no such event"]


# What is no test

@pytest.mark.parametrize("test, problem", [
    ("- {name: it, request: {path: /a}}", '2:5: tests[0]: nothing is expected: say `answer`, `upstream` or `event`'),
    ("- {name: it, answer: {status: 200}}", '2:5: tests[0]: expected exactly one of "request" and "deliver"'),
    ("- {name: it, deliver: {subscription: wms-orderz, event: {type: A}}, delivery: dead}",
     '2:40: tests[0].deliver.subscription: unknown subscription "wms-orderz" (did you mean "wms-orders"?)'),
    ("- {name: it, deliver: {subscription: wms-orders, event: {type: A}}, answer: {status: 200}}", "2:79: tests[0].answer: answer goes with `request`"),
    ("- {name: it, request: {path: /a}, delivery: dead}", "2:47: tests[0].delivery: delivery goes with `deliver`"),
    ("- {request: {path: /a}, answer: {status: 200}}", '2:5: tests[0]: missing "name" (what is expected, in a sentence)'),
    ("- {name: it, request: {path: /a}, answer: {statu: 200}}", '2:46: tests[0].answer.statu: unknown key "statu" (did you mean "status"?)'),
    ("- {name: it, consumer: omz, request: {path: /a}, answer: {status: 200}}", '2:26: tests[0].consumer: unknown consumer "omz" (did you mean "oms"?)'),
    ("- {name: it, request: {path: /a}, upstream: [{expect: {cluster: omz}}]}", '2:67: tests[0].upstream[0].expect.cluster: unknown cluster "omz" (did you mean "oms"?)'),
    ("- {name: it, request: {path: /a}, event: {topic: order}}", '2:52: tests[0].event.topic: unknown topic "order" (did you mean "orders"?)'),
    ("- {name: it, by: magic, consumer: oms, request: {path: /a}, event: none}", '2:20: tests[0].by: expected one of signature, api_key, oauth, webhook, mtls; got "magic"'),
    ("- {name: it, by: oauth, request: {path: /a}, event: none}", "2:20: tests[0].by: who proves it? Say `consumer`"),
    ("- {name: it, from: here, request: {path: /a}, event: none}", '2:22: tests[0].from: expected an address such as 10.0.0.7, got "here"'),
    ("- {name: it, at: soon, request: {path: /a}, event: none}", '2:20: tests[0].at: expected a date such as 2027-03-01 or 2027-03-01T08:00:00Z, got "soon"'),
    ("- {name: it, request: {path: /a}, upstream: [{expect: {path: /b}, fault: refused}]}",
     "2:57: tests[0].upstream[0].expect: nobody sees the call that `fault: refused` keeps away: only `cluster` can be expected"),
])
def test_a_file_that_is_wrong_is_not_run(folder, test, problem):
    assert try_out(folder, test + "\n", expect=2) == f"routes/a.test.yaml:{problem}\n"


def test_a_configuration_that_is_wrong_is_not_tried_out(tmp_path):
    folder = Gateway(main_config({"oms": "127.0.0.1:9"}), {"orders": ROUTES.replace("cluster: oms", "cluster: omz")}, tmp_path, start=False).folder
    code, out, err = command("test", "-c", "config/causeway.yaml", folder=folder)
    assert code == 2 and out == "" and 'unknown cluster "omz"' in err


def test_files_are_found(folder):
    code, out, err = command("test", "-c", "config/causeway.yaml", "nowhere.test.yaml", folder=folder)
    assert (code, out, err) == (2, "", 'there is no file "nowhere.test.yaml"\n')
    for name in ("a", "b"):
        (folder / "routes" / f"{name}.test.yaml").write_text(f"tests: [{{name: {name}, request: {{path: /}}, answer: {{status: 404}}}}]\n")
    for patterns in ([], ["routes/?.test.yaml"], ["routes/b.test.yaml", "routes/*.test.yaml"]):
        code, out, err = command("test", "-c", "config/causeway.yaml", *patterns, folder=folder)
        assert code == 0 and out.startswith("2 passed, 0 failed in "), out + err
    (folder / "routes" / "b.test.yaml").unlink()


def test_a_filter_takes_some(folder):
    tests = "".join(f"- {{name: it is {name}, request: {{path: /}}, answer: {{status: 404}}}}\n" for name in ("one", "two"))
    assert try_out(folder, tests, "--filter", "two", "-v", expect=0) == "ok    it is two (routes/a.test.yaml:3)\n1 passed, 0 failed\n"
    assert try_out(folder, tests, "--filter", "three", expect=2) == 'no test has "three" in its name\n'


# For programs

def test_results_for_programs(folder):
    tests = """\
        - {name: "good <&>", request: {path: /}, answer: {status: 404}}
        - {name: bad, request: {path: /}, answer: {status: 200}}
        """
    rows = json.loads(try_out(folder, tests, "--json", "--junit", "results.xml", expect=1))
    assert [(row["file"], row["line"], row["name"], row["passed"]) for row in rows] == [
        ("routes/a.test.yaml", 2, "good <&>", True), ("routes/a.test.yaml", 3, "bad", False)]
    (failure,) = rows[1]["failures"]
    assert (failure["file"], failure["line"], failure["column"], failure["message"]) == (
        "routes/a.test.yaml", 3, 54, "answer.status: expected 200, got 404")
    assert failure["notes"][0].startswith('the answer was: 404 {"code":40490,')
    suite = xml.etree.ElementTree.parse(folder / "results.xml").getroot().find("testsuite")
    assert (suite.get("name"), suite.get("tests"), suite.get("failures")) == ("routes/a.test.yaml", "2", "1")
    assert [case.get("name") for case in suite] == ["good <&>", "bad"]
    assert suite[1].find("failure").get("message") == "answer.status: expected 200, got 404"
    (folder / "results.xml").unlink()


def test_what_is_wrong_with_tests_is_told_programs_in_the_rows_of_check(folder):
    (folder / "routes" / "a.test.yaml").write_text("tests: []\n")
    code, out, err = command("test", "-c", "config/causeway.yaml", "routes/a.test.yaml", "--json", folder=folder)
    assert (code, err) == (2, "")
    assert json.loads(out) == [{"file": "routes/a.test.yaml", "line": 1, "column": 8, "path": "tests", "code": "missing",
                                "message": "no test is here: at least one is needed", "severity": "error"}]
    code, out, err = command("test", "-c", "config/causeway.yaml", "nowhere.test.yaml", "--json", folder=folder)
    assert code == 2 and json.loads(out)[0]["message"] == 'there is no file "nowhere.test.yaml"' and err == ""


def test_a_secret_that_stands_in_the_file_is_starred_in_what_does_not_fit(tmp_path):
    secret = 'written/here "0123456789'
    config = main_config({"oms": "127.0.0.1:9"}, secrets={"OMS": secret})
    routes = {"api": "orders", "base": "/orders", "defaults": {"auth": "none", "http": {"cluster": "oms"}},
              "routes": [{"name": "list", "match": {"method": "GET", "path": "/"},
                          "adapter": {"http": {"path": "/", "headers": {"X-Key": "{{ secret:OMS }}"}, "query": {"key": "{{ secret:OMS }}"}}}}]}
    folder = Gateway(config, {"orders": routes}, tmp_path, start=False).folder
    (folder / "routes" / "a.test.yaml").write_text(
        "tests:\n  - name: it\n    request: {path: /orders}\n    upstream: [{expect: {path: '/?key=x', headers: {X-Key: x}}}]\n")
    for more in ([], ["--json"], ["--junit", "results.xml"]):
        code, out, err = command("test", "-c", "config/causeway.yaml", *more, folder=folder)
        assert code == 1, out + err
        told = out + err + ((folder / "results.xml").read_text() if "--junit" in more else "")
        assert "***" in told and "written" not in told and "0123456789" not in told, told
