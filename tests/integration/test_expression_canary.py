"""Programs that fail on masked fields: what the fields hold is nowhere in answers, log, metrics and the admin API."""
import json
import re

import pytest

from harness import http
from harness.events import Admin
from harness.gateway import API_TOKEN, API_TOKEN_SHA256, Gateway, command, main_config
from harness.upstream import reply

HEADERS = {"Content-Type": "application/json", "X-API-Key": API_TOKEN}
# Of every type, hard to recognise when written as JSON, and one that is no pattern; `pin` is masked by this
# configuration alone.
ORDER = {"no": "ORD-1", "items": [{"qty": 2}],
         "phone": "CANARY-phone-1", "idCard": 770012345678901, "PassWord": "CANARY\"pa\\ss\nword/中", "pin": "CANARY(pin",
         "buyer": {"bankAccount": {"no": "CANARY-bank", "all": ["CANARY-one", "CANARY-two"], "sum": 7700123.45}},
         "note": "{\"phone\":\"CANARY-note\"}"}
MASK = ["password", "idCard", "phone", "bankAccount", "pin"]
CANARY = re.compile(r"canary|7700123|Q0FOQVJZ", re.IGNORECASE)

# What fails on the document `@`, in every way in which a message could name a value.
PROGRAMS = [
    "@.phone + 1", "1 - @.phone", "@.idCard + {}", "{} * @.idCard", "@.phone / 2", "@.idCard / 0", "@.idCard % 0",
    "-@.phone", "@.phone.x", "@.phone[0]", "@.phone[]", "@.idCard[2:]", "@.items[@.phone]", "@.items.x", "{a: 1}[@.idCard]",
    "@.phone | tonumber", "@.pin | test(.)", "@.no | test(@.pin)", "@.no | test(\"x\"; @.phone)", "@.no | sub(@.pin; \"\")",
    "@.phone | fromjson", "@.PassWord | fromjson", "@.phone | strptime(\"%Y\")", "@.no | strptime(@.phone)", "@.phone | mktime",
    "@.phone | todate", "@.idCard * 1000000 | todate", "@.phone | @base64d", "@.phone | implode", "@.idCard | explode",
    "@.idCard | ltrimstr(1) | split(\",\")", "@.idCard | ascii_downcase", "@.idCard | startswith(\"7\")",
    "@.phone | keys", "@.phone | has(1)", "@.items | has(@.phone)", "@.buyer.bankAccount | has(1)", "@.phone | contains(1)",
    "@.phone | sort", "@.buyer.bankAccount | sort_by(.no)", "@.idCard | join(\",\")", "[@.buyer] | join(\",\")", "[@.buyer] | @csv",
    "@.buyer.bankAccount | @tsv", "[@.buyer] | @sh", "@.phone | flatten", "@.items | flatten(@.phone)", "[range(@.phone)]",
    "@.phone | add", "@.phone | from_entries", "[@.phone] | from_entries", "@.phone | to_entries", "[[@.buyer]] | implode",
    "{(@.idCard | tostring | tonumber): 1}", "{(@.buyer.bankAccount): 1}", "@ | setpath([\"phone\", \"x\"]; 1)",
    "@ | getpath([\"phone\", \"x\"])", "@ | delpaths([[\"phone\", \"x\"]])", "@ | delpaths(@.phone)", "@ | .phone.x = 1",
    "@ | .phone |= keys", "@ | .idCard += \"x\"", "@ | path(.phone | tostring | .x)", "@ as {phone: [$a]} | $a",
    "@.phone as [$a] | $a", "reduce @.phone[] as $x (0; . + $x)", "@.idCard | length | error", "@.phone | tojson | .x",
    "@.buyer.bankAccount.all | .[0] + .[1] + 1", "@.buyer.bankAccount.sum + 100000000000000000000000000000000000.25",
    "@.phone | @text \"\\(.)\" | tonumber", "@.phone | error", "@ | error", "@.buyer | error", "error(\"bad phone \\(@.phone)!\")",
    "error({reason: @.PassWord})", "error(@.PassWord)", "error(@ | tojson)", "error(@ | tojson | tojson)", "error([@.buyer])",
    "error(@.phone[3:])", "error(@.phone | ascii_upcase)", "error(@.phone | @base64)", "error(@.PassWord | @uri)",
    "error(@.idCard | tostring)", "error(\"a\" * 5000 + @.phone)", "error(@.note)", "error(@.note | fromjson)",
    "try (@.phone + 1) catch error(.)", "try error(@.pin) catch error({was: .})", "try (@.pin | test(.)) catch error(.)",
    "@.buyer.bankAccount | tojson | error", "error({pin: (\"CAN\" + \"ARY\" + (@.no | ascii_downcase))})",
    "[@.phone, 1] | max_by(.x)", "@.phone | ltrimstr(\"CAN\") | .x", "@.phone | test(\"[\" + .)", "label $out | @.phone | .x",
    "[limit(@.phone; 1)]", "@.phone | splits(1)", "@.phone | indices(1)", "@.idCard | tojson | fromjson | .x",
    "@.idCard | gsub(\"7\"; \"8\")", "@.phone | walk(.x)", "@.phone | map(.)", "@.phone | with_entries(.)",
    "@.buyer.bankAccount | map(.x)", "@.phone | first", "@.phone | min_by(.)", "@.phone | unique", "@.phone | group_by(.)",
    "@.phone | any", "@.phone | paths(.x) , .x", "@.phone | recurse(.x)", "@.idCard | @json \"\\(.)\" | keys",
    "@.phone | floor", "@.phone | pow(.; 2)", "@.phone | significand", "@.phone | tojson | @csv", "@.phone | ltrimstr(1) | @csv",
]


def on(program, document):
    """The program with `document` in the place of `@`; formats keep theirs."""
    return re.sub(r"@(?![a-z])", document, program).replace("..", ".")


def files(upstream):
    """A route a place and program; each place is where an expression of a configuration may stand."""
    def made(place, more, document="$request", template=False):
        for number, program in enumerate(PROGRAMS):
            text = on(program, document)
            yield {"name": f"{place}-{number}", "match": {"method": "POST", "path": f"/{place}/{number}"},
                   "adapter": {"http": {"path": "/x"}}, **more(f"{{{{ {text} }}}}" if template else text, number)}

    places = {
        "request": made("request", lambda text, _: {"plugins": [{"transform": {"request": text}}]}, "."),
        "response": made("response", lambda text, _: {"plugins": [{"transform": {"response": text}}]}, "."),
        "result": made("result", lambda text, _: {"plugins": [{"transform": {"response": f"$request | {text}"}}]}),
        "headers": made("headers", lambda text, _: {"plugins": [{"headers": {"request": {"set": {"X-No": text}}}}]}, template=True),
        "answer-headers": made("answer-headers", lambda text, _: {"plugins": [{"headers": {"response": {"set": {"X-No": text}}}}]}, ".", True),
        "path": made("path", lambda text, _: {"adapter": {"http": {"path": f"/x/{text}"}}}, template=True),
        "query": made("query", lambda text, _: {"adapter": {"http": {"path": "/x", "query": {"q": text}}}}, template=True),
        "body": made("body", lambda text, _: {"adapter": {"http": {"path": "/x", "body": {"b": text}}}}, template=True),
        "static": made("static", lambda text, _: {"adapter": {"static": {"body": {"b": f"no {text}"}}}}, template=True),
        "merge": made("merge", lambda text, _: {"adapter": {"composite": {
            "calls": {"one": {"http": {"method": "GET", "path": "/x"}}}, "merge": f".one | {text}"}}}, "."),
        "key": made("key", lambda text, _: {"plugins": [{"idempotency": {"key": text}}]}, template=True),
        "event-key": made("event-key", lambda text, _: {"publish": {"topic": "orders", "type": "T", "key": text}}, "$request", True),
        "event-data": made("event-data", lambda text, _: {"publish": {"topic": "orders", "type": "T", "key": "k", "data": text}}, "$result", True),
        "outcome": made("outcome", lambda _, number: {"adapter": {"http": {"cluster": f"oms-{number}", "path": "/x"}}}),
    }
    return {place: {"api": place, "base": "/", "defaults": {"auth": {"any": ["api_key"]}, "http": {"cluster": "oms"}}, "routes": list(routes)}
            for place, routes in places.items()}


def configuration(upstream):
    breaker = {"circuit_breaker": {"enabled": False}}
    clusters = {"oms": {"endpoints": [upstream.address], **breaker}}
    for number, program in enumerate(PROGRAMS):
        clusters[f"oms-{number}"] = {"system": "OMS", "endpoints": [upstream.address], **breaker,
                                     "outcomes": [{"when": on(program, "."), "is": "business", "code": 40001, "message": "{{ .phone + 1 }}"}]}
    told = {"filter": ("filter", ".data"), "shape": ("transform", ".data"), "done": ("done_when", ".")}
    subscriptions = [{"name": f"{kind}-{number}", "topic": "told", "start": "earliest", "retry": {"max_attempts": 1},
                      key: on(program, document), "deliver": {"http": {"cluster": "oms", "path": "/x"}}}
                     for number, program in enumerate(PROGRAMS) for kind, (key, document) in told.items()]
    return main_config(clusters, topics=[{"name": "orders"}, {"name": "told"}], subscriptions=subscriptions,
                       consumers=[{"name": "shop", "api_tokens": [{"sha256": API_TOKEN_SHA256}]}],
                       telemetry={"log": {"calls": {"bodies": {"mask": MASK, "limit": "4KiB"}}}},
                       store={"sqlite": {"path": "data/causeway.db", "min_free": "0B"}}), files(upstream)


def test_eval(tmp_path):
    body, config = tmp_path / "order.json", tmp_path / "causeway.yaml"
    body.write_text(json.dumps(ORDER, ensure_ascii=False))
    config.write_text("listeners: [{name: public, address: '127.0.0.1:0'}]\ntelemetry: {log: {calls: {bodies: {mask: %s}}}}\n" % json.dumps(MASK))
    for program in PROGRAMS:
        for text in (on(program, "."), f". as $all | {on(program, '$all')}"):
            code, out, error = command("eval", text, str(body), "-c", str(config))
            assert code == 1 and error.startswith("40094: "), (text, code, out, error)
            assert not CANARY.search(out + error), (text, out, error)
    code, _, error = command("eval", "$request.phone + 1", str(body), "--var", "request=" + json.dumps(ORDER))
    assert (code, error) == (1, "40094: string at $request.phone and number (1) cannot be added\n")


@pytest.fixture(scope="module")
def gateway(upstream, tmp_path_factory):
    config, routes = configuration(upstream)
    with Gateway(config, routes, tmp_path_factory.mktemp("gateway")) as running:
        yield running


# Where an expression that fails is told to the operators alone: the system has done what was asked.
HARMLESS = {"event-key", "event-data", "outcome"}


def places():
    return list(files(type("Nobody", (), {"address": "127.0.0.1:1"})))


@pytest.mark.parametrize("place", places())
def test_a_call(gateway, upstream, place):
    body = json.dumps(ORDER, ensure_ascii=False).encode()
    upstream.on("/x", reply(body))
    for number, program in enumerate(PROGRAMS):
        answer = gateway.call("POST", f"/{place}/{number}", HEADERS, body)
        said = answer.body.decode() + repr(answer.headers)
        assert answer.status >= 400 or place in HARMLESS, (program, said)
        assert answer.status < 400 or not CANARY.search(said), (program, said)
    gateway.settle()
    assert_quiet(gateway)


def assert_quiet(gateway):
    admin = Admin(gateway)
    shown = {"log": gateway.log(), "stderr": gateway.stderr(),
             "metrics": http.call(gateway.admin, "GET", "/metrics", host=f"127.0.0.1:{gateway.admin}").body.decode()}
    for path in ("/alerts", "/audit", "/clusters", "/config", "/config/history", "/dead-letters?limit=500", "/refused-events", "/routes",
                 "/subscriptions", "/topics", "/transactions", "/versions", "/versions/usage"):
        shown[path] = json.dumps(admin.get(path), ensure_ascii=False)
    for where, text in shown.items():
        lines = [line for line in text.split("\n") if CANARY.search(line)]
        assert not lines, (where, lines[0][:2000])
