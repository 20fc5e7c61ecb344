"""`causeway explain` and `causeway routes` against the running gateway: what they say is what it does."""
import json
import random
import re
import shlex
import urllib.parse

import pytest

from harness import calls
from harness.gateway import API_TOKEN, API_TOKEN_SHA256, ROOT, Gateway, command, main_config
from harness.http import Connection, call, head_of
from harness.signing import KEY

ROUTES = calls.routes()
TOLD = ("Allow", "Deprecation", "Sunset")
ADMIN_TOKEN = "viewer-0123456789abcdef"


def configuration(upstream):
    config = main_config({"oms": upstream.address}, admin={"address": "127.0.0.1:0", "users": [{"name": "v", "role": "viewer", "token": ADMIN_TOKEN}]})
    config["secrets"] = {"OMS_TOKEN": "${env:OMS_SECRET}"}
    config["consumers"].append({"name": "reporting", "roles": ["reader"], "api_tokens": [{"sha256": API_TOKEN_SHA256}]})
    return config, {**ROUTES, "shapes": SHAPES}


SHAPES = {
    "api": "shapes", "base": "/shapes/{version}", "versions": {"v1": {"released": "2020-01-01"}, "v2": {"released": "2021-01-01"}},
    "defaults": {"auth": "none", "http": {"cluster": "oms"}, "plugins": [{"headers": {"request": {"set": {"X-Shop": "{{ $params.shop }}"}, "remove": ["X-Debug"]}}}]},
    "routes": [
        {"name": "shape-create", "match": {"method": "POST", "path": "/{shop}/orders"},
         "from": {"v1": {"request": ".items = .goods | del(.goods)"}},
         "plugins": [{"validate": {"schema": {"type": "object", "required": ["items"]}}}, {"transform": {"request": "{lines: .items, n: .price}"}}],
         "adapter": {"http": {"path": "/internal/{shop}/orders", "query": {"shop": "{shop}", "n": "{{ $request.no }}"}}}},
        {"name": "shape-read", "match": {"method": "GET", "path": "/{shop}/{rest...}"}, "adapter": {"http": {"path": "/read/{rest...}"}}},
        {"name": "shape-as-called", "match": {"methods": ["PUT", "DELETE"], "path": "/{shop}/{id}"}, "adapter": {"http": {}}, "reply": "as_is"},
        {"name": "shape-as-post", "match": {"method": "PATCH", "path": "/{shop}/{id}"},
         "adapter": {"http": {"method": "POST", "path": "/x/{id}", "headers": {"X-Id": "{{ $params.id }}"}, "body": {"id": "{{ $params.id }}", "was": "{{ . }}"}}}},
    ],
}


def explain(gateway, requests, *more):
    """What the command says about each, in order."""
    file = gateway.folder / "requests.jsonl"
    file.write_text("".join(json.dumps(each) + "\n" for each in requests))
    code, out, err = command("explain", "--requests", file, "-c", gateway.config_file, *more, folder=gateway.folder, timeout=120)
    assert code == 0, err
    said = [json.loads(line) for line in out.splitlines()]
    assert len(said) == len(requests)
    return said


def answered(gateway, request):
    """The running gateway's answer to the same bytes."""
    body = request["body"].encode() if "body" in request else None
    with Connection(gateway.port) as connection:
        connection.send(head_of(request["method"], request["target"], [tuple(pair) for pair in request["headers"]], body, host=None) + (body or b""))
        return connection.read(request["method"])


def assert_agree(request, said, response):
    context = f"{request}\nexplain: {said}\nserver: {response}"
    for name in TOLD:
        assert response.header(name) == said["headers"].get(name), context
    assert ", ".join(response.values("Link")) == said["headers"].get("Link", ""), context
    if said["answer"] is None:
        assert response.status == 200, context
        assert response.header("X-Route") == said["route"]["name"], context
        assert response.header("X-Version", "") == said["version"], context
        params = json.loads((response.header("X-Params") or "null").encode("latin-1"))
        assert params == {name: urllib.parse.unquote(value) for name, value in said["parameters"].items()}, context
        return "taken"
    assert response.header("X-Route") is None, context
    assert response.status == said["answer"]["status"], context
    if response.body and b'"code"' in response.body:
        code = json.loads(response.body)["code"]
        assert code == said["answer"]["code"], context
    assert bool(said["taken"]) == (said["answer"]["code"] not in (40490, 40590, 40690, 41090) and said["path"] != ""), context
    if said["answer"]["code"] in (40590, 40690) and said["path"]:
        assert said["others"], f"no near route for a path that fits\n{context}"
    return said["answer"]["code"]


def test_a_thousand_calls_are_explained_as_they_are_answered(gateway):
    requests = calls.calls(20261126, 1000, ROUTES)
    for request in requests:
        request["headers"] = [[name, value.replace("{token}", API_TOKEN)] for name, value in request["headers"]]
    seen = {}
    for request, said in zip(requests, explain(gateway, requests)):
        outcome = assert_agree(request, said, answered(gateway, request))
        seen[outcome] = seen.get(outcome, 0) + 1
    print(seen)
    # Every kind of outcome has occurred often enough to mean something.
    assert seen.get("taken", 0) > 200, seen
    for code in (0, 40090, 40190, 40191, 40490, 40590, 40690, 41090):
        assert seen.get(code, 0) >= 5, (code, seen)


@pytest.mark.parametrize("seed", range(3))
def test_what_is_sent_on_is_what_explain_shows(gateway, upstream, seed):
    draw = random.Random(seed)
    requests = []
    for _ in range(40):
        shop = draw.choice(["a", "a%20b", "caf%C3%A9", "x~y", "1"])
        version = draw.choice(["v1", "v2"])
        method, path = draw.choice([("POST", "orders"), ("GET", "a/b/c"), ("GET", ""), ("PUT", "7"), ("DELETE", "7"), ("PATCH", "8")])
        target = f"/shapes/{version}/{shop}/{path}".rstrip("/") + draw.choice(["", "?a=1&b=%20", "?"])
        headers = [["Host", "gateway.test"], ["X-Debug", "1"], ["X-Own", draw.choice(["x", "a b"])], ["Accept-Language", "de"]]
        request = {"method": method, "target": target, "headers": headers}
        if method in ("POST", "PUT", "PATCH"):
            items = "goods" if version == "v1" else "items"
            request["body"] = draw.choice(['{"%s":[{"sku":"A"}],"no":"E 1","price":19.90}' % items, '{"%s":[],"no":7}' % items, "{}", "[1", ""])
            headers.append(["Content-Type", "application/json"])
        requests.append(request)
    for request, said in zip(requests, explain(gateway, requests)):
        upstream.reset()
        response = answered(gateway, request)
        context = f"{request}\nexplain: {said}\nserver: {response}"
        if said["answer"] is not None:
            assert not upstream.requests and response.code == said["answer"]["code"], context
            continue
        sent, shown = upstream.one(), said["call"]
        assert (sent.method, sent.target) == (shown["method"], shown["target"]), context
        assert sent.body.decode() == (shown["body"] or ""), context
        varying = {"x-request-id", "traceparent", "host", "content-length", "x-request-timeout-ms"}
        pairs = lambda fields: sorted((name.lower(), value) for name, value in fields if name.lower() not in varying)
        assert pairs((name, value.encode("latin-1").decode()) for name, value in sent.headers) == pairs((each["name"], each["value"]) for each in shown["headers"]), context


def test_one_call_for_people(gateway):
    code, out, err = command("explain", "POST", "/api/v3/orders/7/cancell", "-c", "config/causeway.yaml", folder=gateway.folder)
    assert code == 1 and err == ""
    lines = out.splitlines()
    assert lines[:3] == ["POST /api/v3/orders/7/cancell", "answer: 40490 no such route", "near, and why not"]
    assert lines[3].split("  ")[1] == "cancel" and 'segment 5 is "cancell", not "cancel"' in lines[3]
    assert "routes/orders.yaml:" in lines[3]
    code, out, err = command("explain", "GET", "/api/v3/orders/7", "-c", "config/causeway.yaml", folder=gateway.folder)
    assert code == 0 and out.splitlines()[1].startswith("route one, routes/orders.yaml:")


def test_exit_codes(gateway, tmp_path):
    run = lambda *arguments: command("explain", *arguments, "-c", gateway.config_file, folder=gateway.folder)
    assert run("GET", "/tools/echo")[0] == 0
    assert run("GET", "/nowhere/at/all")[0] == 1
    for arguments in (["GET"], ["GET", "/", "-H", "no colon"], ["GET", "/", "--as", "oms2"], ["GET", "/", "--from", "x"], ["GET", "/", "--at", "soon"],
                      ["GET", "/\r\nX: y"], ["GET", "/", "--body", "@nowhere"], ["--requests", "nowhere"]):
        code, out, err = run(*arguments)
        assert code == 2 and err and not out, arguments
    assert run("GET", "/", "--as", "oms2")[2] == 'causeway: --as: no consumer is called "oms2" (did you mean "oms"?)\n'
    wrong = tmp_path / "causeway.yaml"
    wrong.write_text("listeners: []\n")
    code, out, err = command("explain", "GET", "/", "-c", wrong)
    assert code == 2 and "causeway.yaml:1:12: listeners: at least one is needed" in err
    assert command("routes", "-c", wrong)[0] == 2


def test_a_consumer_and_a_time_may_be_assumed(gateway):
    request = [{"method": "GET", "target": "/safe/x"}, {"method": "GET", "target": "/safe/only/oms"}, {"method": "GET", "target": "/api/v2/orders"}]
    assert [said["answer"] and said["answer"]["code"] for said in explain(gateway, request, "--as", "oms")] == [None, None, None]
    assert [said["answer"] and said["answer"]["code"] for said in explain(gateway, request, "--as", "partner")] == [40390, 40390, None]
    later = explain(gateway, request, "--at", calls.day(300))
    assert later[2]["answer"]["code"] == 41090 and later[2]["answer"]["details"] == {"successor": "v3"}
    far = [{"method": "GET", "target": "/safe/far/away"}]
    assert explain(gateway, far, "--as", "oms")[0]["answer"]["code"] == 40391
    assert explain(gateway, far, "--as", "oms", "--from", "10.1.2.3")[0]["answer"] is None


def test_a_signed_call_is_checked(gateway):
    code, out, err = command("sign", "--consumer", "oms", "POST", "/safe/x", "--body", '{"a":1}', "-c", gateway.config_file, folder=gateway.folder)
    assert code == 0, err
    words = [line.strip().rstrip("\\").strip() for line in out.splitlines()]
    headers = [word.split("'")[1].split(": ", 1) for word in words if word.startswith("-H ")]
    assert ["Authorization", f"ApiKey {KEY}"] in headers, out
    signed = {"method": "POST", "target": "/safe/x", "headers": headers, "body": '{"a":1}'}
    right, wrong, once_more = explain(gateway, [signed, {**signed, "body": '{"a":2}'}, signed])
    assert right["answer"] is None, right
    assert {step["step"]["name"]: step["says"] for step in right["steps"]}["authentication"] == "proved to be oms"
    assert wrong["answer"]["code"] == 40191 and wrong["answer"]["reason"] in ("wrong_signature", "wrong_content_hash"), wrong
    assert once_more["answer"]["code"] == 40194, once_more


def test_the_routes_are_listed_and_the_admin_api_has_the_same(gateway):
    code, out, err = command("routes", "--json", "-c", "config/causeway.yaml", folder=gateway.folder)
    assert code == 0, err
    listed = json.loads(out)
    assert {each["name"] for each in listed} == {each["name"] for file in [*ROUTES.values(), SHAPES] for each in file["routes"]}

    ask = lambda target: call(gateway.admin, "GET", target, {"Authorization": f"Bearer {ADMIN_TOKEN}"}, host=f"127.0.0.1:{gateway.admin}")
    pages, target = [], "/routes?limit=7"
    while target:
        data = ask(target).json["data"]
        assert 0 < len(data["items"]) <= 7
        pages += data["items"]
        target = f"/routes?limit=7&cursor={data['next']}" if data["next"] else None
    assert [each["name"] for each in pages] == [each["name"] for each in listed]
    strip = lambda routes: json.loads(json.dumps(routes).replace(str(gateway.folder) + "/", ""))
    assert strip(pages) == strip(listed)

    assert [each["name"] for each in ask("/routes?api=media").json["data"]["items"]] == ["media-v1", "media-v2"]
    assert strip(ask("/routes/newest").json["data"]) == next(each for each in listed if each["name"] == "newest")
    schemas = ask("/openapi.json").json["components"]["schemas"]
    for name, value in [("Route", pages[0]), ("RouteVersion", pages[0]["versions"][0]), ("RouteStep", pages[0]["chain"][0]),
                        ("RouteKey", pages[0]["settings"][0]), ("RouteAdapter", pages[0]["adapter"])]:
        assert set(schemas[name]["properties"]) == set(value), name
    assert ask("/routes/nothing").code == 40491
    assert ask("/routes?cursor=x").code == 40092

    code, out, err = command("routes", "--api", "media", "-c", "config/causeway.yaml", folder=gateway.folder)
    assert code == 0 and out == (
        "METHOD           PATH           VERSIONS         AUTH  PLUGINS  ADAPTER  CLUSTER  ROUTE     WHERE\n"
        f"GET, HEAD        /media/{{name}}  v1 (deprecated)  none  -        static   -        media-v1  {listed_at(listed, 'media-v1')}\n"
        f"GET, HEAD, POST  /media/{{name}}  v2               none  -        static   -        media-v2  {listed_at(listed, 'media-v2')}\n"), out


def test_a_reload_brings_other_routes_into_the_list(upstream, tmp_path):
    config, files = configuration(upstream)
    with Gateway(config, files, tmp_path) as running:
        running.reload(routes={"media": {**ROUTES["media"], "routes": [calls.route("sounds", ["GET"], "/sounds/{name}")]}})
        ask = lambda target: call(running.admin, "GET", target, {"Authorization": f"Bearer {ADMIN_TOKEN}"}, host=f"127.0.0.1:{running.admin}").json
        assert [each["name"] for each in ask("/routes?api=media")["data"]["items"]] == ["sounds"]
        assert ask("/routes/media-v1")["code"] == 40491


def listed_at(listed, name):
    return next(each["at"] for each in listed if each["name"] == name)


def console_blocks(page):
    """(command line, what it prints) of each block that shows one."""
    blocks = re.findall(r"^```console\n\$ causeway (.*)\n((?:.*\n)*?)```$", (ROOT / "docs" / page).read_text(), re.M)
    assert blocks
    return blocks


@pytest.mark.parametrize("line, printed", console_blocks("explain.md"))
def test_the_page_shows_what_the_command_prints(line, printed):
    code, out, err = command(*shlex.split(line), folder=ROOT)
    assert out == printed, err
