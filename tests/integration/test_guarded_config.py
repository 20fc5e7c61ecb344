"""What `causeway check` says about `idempotency`, `on_unknown` and `publish.when: transaction`: path and words."""
import json

import pytest

from harness import guarded
from harness.gateway import Gateway, command
from harness.guarded import PUBLISH, SHAPE, main, route, routes


def on_unknown(**more):
    return guarded.on_unknown(**{"absent_after": "10s", **more})


class Nobody:
    address = "127.0.0.1:9"


def check(folder, made, **more):
    """(path, message, severity) of all that is said."""
    gateway = Gateway(main(Nobody, cluster={"timeout": "5s"}, **more), made, folder, start=False)
    code, out, err = command("check", "-c", "config/causeway.yaml", "--json", folder=gateway.folder)
    assert err == "", err
    said = [(row["path"], row["message"], row["severity"]) for row in json.loads(out)]
    assert code == (2 if any(severity == "error" for *_, severity in said) else 0), out
    return said


def one(**more):
    return routes(route("orders", **more))


def without(settings, *keys):
    return {key: value for key, value in settings.items() if key not in keys}


def test_what_is_right(tmp_path):
    made = routes(route("full", SHAPE, on_unknown=on_unknown(), publish=PUBLISH), route("barrier", on_unknown=on_unknown(barrier=True, absent_after=None)),
                  route("only-done", on_unknown=without(on_unknown(), "absent_when", "absent_after", "result")),
                  route("key", idempotency={"key": "{{ $request.externalNo }}", "retention": "30d"}),
                  route("no-key", idempotency=None, on_unknown=on_unknown()))
    assert check(tmp_path, made) == []


STORE = ("idempotency, on_unknown and `publish.when: transaction` need a store, and `store: none` says that there is none")
FINAL = ("absent_when needs `absent_after` (how long an attempt may take) or `barrier: true` (the system refuses what it has once called absent): "
         "else a no may come too early")
ASKED = ("missing \"result\": the event is made of the answer ($result), and after a check there is only what the check says")
OPEN = ("without `on_unknown` nobody can be asked what became of a call without an answer: it stays unresolved until a person decides")

# name: (the route's keys, [(path, message, severity)])
SAID = {
    "check missing": ({"on_unknown": without(on_unknown(), "check")},
                      [("routes[0].on_unknown", "missing \"check\"", "error")]),
    "done_when missing": ({"on_unknown": without(on_unknown(), "done_when")},
                          [("routes[0].on_unknown", "missing \"done_when\"", "error")]),
    "a no that is never final": ({"on_unknown": without(on_unknown(), "absent_after")}, [("routes[0].on_unknown", FINAL, "error")]),
    "both ways": ({"on_unknown": on_unknown(barrier=True)}, [("routes[0].on_unknown", "absent_after or barrier, not both: behind a barrier one no is final", "error")]),
    "a no that may come too early": ({"on_unknown": on_unknown(absent_after="4s")}, [
        ("routes[0].on_unknown.absent_after", "4s is less than the call's own timeout of 5s: a no may come while the system is still at it", "warning")]),
    "final without a no": ({"on_unknown": without(on_unknown(), "absent_when")},
                           [("routes[0].on_unknown.absent_after", "says when a no is final, and without absent_when there is none", "error")]),
    "a program that does not compile": ({"on_unknown": on_unknown(done_when="$status ==")}, [("routes[0].on_unknown.done_when", "", "error")]),
    "a variable that the check does not know": ({"on_unknown": on_unknown(result="$result")}, [("routes[0].on_unknown.result", "$result", "error")]),
    "unknown cluster": ({"on_unknown": on_unknown(check={"http": {"cluster": "omx", "path": "/x"}})},
                        [("routes[0].on_unknown.check.http.cluster", "omx", "error")]),
    "a secret that would be kept": ({"on_unknown": on_unknown(check={"http": {"path": "/x", "headers": {"X-Token": "{{ secret:OMS }}"}}})},
                                    [("routes[0].on_unknown.check.http.headers.X-Token", "secrets have no place here", "error")]),
    "check that is no http": ({"on_unknown": on_unknown(check={"static": {"status": 200}})}, [("routes[0].on_unknown.check", 'expected one of http; got "static"', "error")]),
    "unknown key": ({"on_unknown": {**on_unknown(), "absent_afer": "1s"}}, [("routes[0].on_unknown.absent_afer", "unknown key", "error")]),
    "negative duration": ({"on_unknown": on_unknown(first="-1s")}, [("routes[0].on_unknown.first", "", "error")]),
    "multiplier below one": ({"on_unknown": on_unknown(multiplier=0.5)}, [("routes[0].on_unknown.multiplier", "", "error")]),
    "nobody can be asked": ({"publish": PUBLISH}, [("routes[0].publish", OPEN, "warning")]),
    "an event of an answer that a check cannot give": ({"on_unknown": without(on_unknown(), "result"), "publish": PUBLISH},
                                                       [("routes[0].on_unknown", ASKED, "error")]),
    "the same after a success": ({"on_unknown": without(on_unknown(), "result"), "publish": {**PUBLISH, "when": "after_success"}},
                                 [("routes[0].on_unknown", ASKED, "error")]),
    "an event that needs no answer": ({"on_unknown": without(on_unknown(), "result"),
                                       "publish": {**PUBLISH, "key": "{{ $request.externalNo }}", "data": "{{ $request }}"}}, []),
    "a key that does not compile": ({"idempotency": {"key": "{{ $request. }}"}}, [("routes[0].plugins[0].idempotency.key", "", "error")]),
    "a key of what is not known yet": ({"idempotency": {"key": "{{ $result.id }}"}}, [("routes[0].plugins[0].idempotency.key", "$result", "error")]),
    "a retention that is none": ({"idempotency": {"retention": "0s"}}, [("routes[0].plugins[0].idempotency.retention", "", "error")]),
    "twice": ({"plugins": [{"idempotency": {}}, {"idempotency": {}}]},
              [("routes[0].plugins[1]", "the same step stands at", "warning"), ("routes[0].plugins[1].idempotency", "is listed twice", "error")]),
}


@pytest.mark.parametrize("settings, said", SAID.values(), ids=SAID)
def test_what_is_said(tmp_path, settings, said):
    """The message as a whole, or where it is another room's, what it has to tell."""
    found = check(tmp_path, one(**settings))
    assert [(path, severity) for path, _, severity in found] == [(path, severity) for path, _, severity in said], found
    for (_, message, _), (_, words, _) in zip(found, said):
        assert words in message, found


@pytest.mark.parametrize("settings", [{}, {"idempotency": None, "on_unknown": on_unknown()}, {"idempotency": None, "on_unknown": on_unknown(), "publish": PUBLISH}],
                         ids=["idempotency", "on_unknown", "transaction"])
def test_without_a_store_there_is_no_promise(tmp_path, settings):
    found = check(tmp_path, one(**settings), store="none")
    assert STORE in [message for _, message, severity in found if severity == "error"], found


def test_a_key_of_nobody_is_nobodys(tmp_path):
    made = one()
    made["shop"]["defaults"]["auth"] = "none"
    assert check(tmp_path, made) == [("routes[0].plugins[0].idempotency", "a key belongs to a caller, and with `auth: none` nobody knows who calls", "error")]
    made = one(idempotency=None, on_unknown=on_unknown(), publish=PUBLISH)
    made["shop"]["defaults"]["auth"] = "none"
    assert check(tmp_path, made) == [], "a call without a key needs nobody's name"


def test_the_schema_knows_them(tmp_path):
    code, out, _ = command("schema", folder=tmp_path)
    assert code == 0
    for word in ("on_unknown", "done_when", "absent_when", "absent_after", "barrier", "idempotency", "retention", "transaction"):
        assert f'"{word}"' in out, word
