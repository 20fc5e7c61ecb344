"""The JSON Schema that editors get: valid itself, never stricter than `causeway check`, and current where it is committed."""
import copy
import json
import os
import random

import jsonschema
import pytest
import yaml

from harness import documents
from harness.gateway import ROOT, command

SHIPPED = sorted([*ROOT.glob("config/*.yaml"), *ROOT.glob("routes/*.yaml")])
SECRET = "a-secret-of-the-tests-0123456789abcdef"
ENVIRONMENT = {"OMS_SECRET": SECRET, "SECRET": SECRET}


def schema(*kind):
    code, text, errors = command("schema", *kind, folder=ROOT)
    assert code == 0, errors
    return json.loads(text)


@pytest.fixture(scope="module")
def validator():
    return jsonschema.Draft7Validator(schema())


def problems(validator, document):
    return [f"{'/'.join(map(str, error.absolute_path))}: {error.message[:200]}" for error in validator.iter_errors(document)]


@pytest.mark.parametrize("kind", [(), ("operators",), ("routes",), ("tests",)])
def test_the_schema_is_one(kind):
    document = schema(*kind)
    assert document["$schema"] == "http://json-schema.org/draft-07/schema#"
    jsonschema.Draft7Validator.check_schema(document)


def test_every_reference_of_the_schema_has_a_target_and_every_key_a_description():
    document = schema()
    targets, used, bare = document["definitions"], set(), []

    def walk(node, path):
        if isinstance(node, dict):
            if "$ref" in node:
                name = node["$ref"].removeprefix("#/definitions/")
                assert name in targets, node["$ref"]
                assert set(node) == {"$ref"}, f"{path}: what stands beside a $ref is ignored"
                used.add(name)
            if "additionalProperties" in node:
                bare.extend(f"{path}/{name}" for name, each in node.get("properties", {}).items() if not each.get("description"))
            for name, value in node.items():
                walk(value, f"{path}/{name}")
        elif isinstance(node, list):
            for item in node:
                walk(item, path)
    walk(document, "")
    assert used == set(targets)
    assert bare == []


def test_a_kind_that_there_is_not():
    code, _, errors = command("schema", "jobs", folder=ROOT)
    assert code == 2
    assert "jobs not in {operators,routes,tests}" in errors


@pytest.mark.parametrize("path, arguments", [("config/schema.json", ["schema"]), ("docs/reference.md", ["reference"])])
def test_what_is_made_from_the_descriptions_is_current(path, arguments):
    _, made, _ = command(*arguments)
    assert (ROOT / path).read_text() == made, f"{path} is behind: causeway {' '.join(arguments)} > {path}"


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: str(path.relative_to(ROOT)))
def test_shipped_files_validate_and_tell_editors_their_schema(path, validator):
    text = path.read_text()
    relative = os.path.relpath(ROOT / "config" / "schema.json", path.parent)
    assert text.startswith(f"# yaml-language-server: $schema={relative}\n")
    document = documents.load(text)
    assert problems(validator, document) == []
    kind = "tests" if "tests" in document else "routes" if "api" in document or "routes" in document else "operators"
    assert problems(jsonschema.Draft7Validator(schema(kind)), document) == []


MAIN = """\
node: {id: causeway-1}
listeners:
  - name: public
    address: 127.0.0.1:0
    limits: {connections: 100, header_timeout: 10s}
admin: {address: "127.0.0.1:0"}
workers: 1
consumers:
  - name: oms
    roles: [internal]
    keys: [{id: oms-key, secrets: ["${env:OMS_SECRET}"]}]
oauth:
  providers:
    - {name: own, issuer: "http://127.0.0.1", audiences: [causeway], keys: [{kid: k1, algorithm: HS256, secret: "${env:SECRET}"}]}
clusters:
  - {name: oms, endpoints: ["127.0.0.1:9", {address: "127.0.0.1:10", weight: 2}], timeout: 3s}
topics:
  - {name: orders, retention: 7d}
subscriptions:
  - name: oms-orders
    topic: orders
    deliver: {http: {cluster: oms, path: /events, timeout: 5s}}
    retry: {max_attempts: 8, delay: 1s, multiplier: 2}
telemetry: {log: {format: json, calls: {successes: 50%, bodies: {limit: 1KiB, mask: [password]}}}}
include: [../routes/*.yaml]
"""
ROUTES = """\
api: orders
base: /api/{version}/orders
versions:
  v1: {released: 2024-01-29, deprecated: 2026-09-01, sunset: 2030-03-01, successor: v2}
  v2: {released: 2026-09-01}
defaults:
  auth: {any: [signature]}
  http: {cluster: oms}
  plugins: [{rate_limit: {rate: 100/s}}]
routes:
  - {name: list, match: {method: GET, path: /}, adapter: {http: {path: /orders}}}
  - name: create
    match: {methods: [POST, PUT], path: "/{id}"}
    access: {roles: [internal]}
    limits: {request_body: 1MiB}
    from: {v1: {request: '.items = .goods'}}
    plugins: [{transform: {request: .}}, envelope]
    without: [rate_limit]
    adapter: {http: {path: "/orders/{id}", query: {a: "{{ .b }}"}, timeout: 1s}}
    publish: {topic: orders, type: CREATED, data: "{{ $result }}"}
"""


def check(folder, main, routes):
    """Whether `causeway check` takes it, and what it says."""
    for name, content in (("config/causeway.yaml", main), ("routes/orders.yaml", routes)):
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(content if isinstance(content, str) else yaml.safe_dump(content, sort_keys=False))
    code, said, errors = command("check", "-c", "config/causeway.yaml", folder=folder, environment=ENVIRONMENT)
    assert code in (0, 2), errors
    return code == 0, said


def both(folder, validator, main, routes):
    """(check takes it, the schema takes it, what they say)"""
    taken, said = check(folder, main, routes)
    found = [problem for text in (main, routes) for problem in problems(validator, documents.load(text) if isinstance(text, str) else text)]
    return taken, not found, said + "\n".join(found)


def test_the_examples_of_this_suite_are_right(tmp_path, validator):
    taken, valid, said = both(tmp_path, validator, MAIN, ROUTES)
    assert taken and valid, said


WRONG = {
    "unknown key": (MAIN.replace("workers: 1", "worker: 1"), ROUTES),
    "unknown key within": (MAIN.replace("header_timeout", "headers_timeout"), ROUTES),
    "a key of a later version": (MAIN + "jobs: []\n", ROUTES),
    "a text for a number": (MAIN.replace("connections: 100", "connections: many"), ROUTES),
    "a number that is too large": (MAIN.replace("connections: 100", "connections: 100000000"), ROUTES),
    "a negative number": (MAIN.replace("weight: 2", "weight: -2"), ROUTES),
    "a fraction": (MAIN.replace("max_attempts: 8", "max_attempts: 8.5"), ROUTES),
    "a duration without unit": (MAIN.replace("header_timeout: 10s", "header_timeout: 10"), ROUTES),
    "a duration with a blank": (MAIN.replace("header_timeout: 10s", "header_timeout: 10 s"), ROUTES),
    "a size in MB": (MAIN.replace("limit: 1KiB", "limit: 1MB"), ROUTES),
    "a percentage without its sign": (MAIN.replace("50%", "50"), ROUTES),
    "a word that is none of them": (MAIN.replace("format: json", "format: xml"), ROUTES),
    "a mapping for a list": (MAIN.replace("roles: [internal]", "roles: {internal: true}"), ROUTES),
    "a text for a list": (MAIN.replace("roles: [internal]", "roles: internal"), ROUTES),
    "a list for a mapping": (MAIN.replace("node: {id: causeway-1}", "node: [causeway-1]"), ROUTES),
    "a missing key": (MAIN.replace("name: public\n    address", "address"), ROUTES),
    "a missing key in one line": (MAIN.replace("topic: orders\n", "order: by_key\n"), ROUTES),
    "a short secret": (MAIN.replace("${env:SECRET}", "short"), ROUTES),
    "two keys of which one is to be given": (MAIN.replace("algorithm: HS256,", "algorithm: HS256, public_key: k.pem,"), ROUTES),
    "none of two keys of which one is to be given": (MAIN.replace(', secret: "${env:SECRET}"', ""), ROUTES),
    "deliver names something else": (MAIN.replace("deliver: {http:", "deliver: {smtp:"), ROUTES),
    "deliver without its settings": (MAIN.replace("deliver: {http: {cluster: oms, path: /events, timeout: 5s}}", "deliver: http"), ROUTES),
    "an included file that is a list": (MAIN, "- a\n"),
    "unknown key of a route file": (MAIN, ROUTES.replace("base:", "bases:")),
    "unknown key of a route": (MAIN, ROUTES.replace("limits:", "limit:")),
    "a date of another form": (MAIN, ROUTES.replace("2024-01-29", "29.01.2024")),
    "no routes": (MAIN, ROUTES[:ROUTES.index("routes:")]),
    "a rate per fortnight": (MAIN, ROUTES.replace("100/s", "100/w")),
    "a rate of nothing": (MAIN, ROUTES.replace("100/s", "0/s")),
    "a plugin without what it needs": (MAIN, ROUTES.replace("{rate_limit: {rate: 100/s}}", "rate_limit")),
    "a plugin that there is not": (MAIN, ROUTES.replace("envelope]", "envelop]")),
    "two plugins in one item": (MAIN, ROUTES.replace("{transform: {request: .}}", "{transform: {request: .}, envelope: {}}")),
    "an adapter that there is not": (MAIN, ROUTES.replace("adapter: {http: {path: /orders}}", "adapter: {https: {path: /orders}}")),
    "an adapter of a later version": (MAIN, ROUTES.replace("adapter: {http: {path: /orders}}", "adapter: {sql: {}}")),
    "an unknown key of an adapter": (MAIN, ROUTES.replace("{path: /orders}", "{paths: /orders}")),
    "an unknown method": (MAIN, ROUTES.replace("method: GET", "method: FETCH")),
    "method and methods": (MAIN, ROUTES.replace("method: GET", "method: GET, methods: [GET]")),
    "neither method nor methods": (MAIN, ROUTES.replace("method: GET, ", "")),
    "no methods": (MAIN, ROUTES.replace("[POST, PUT]", "[]")),
    "a path that does not begin with a slash": (MAIN, ROUTES.replace("method: GET, path: /", "method: GET, path: orders")),
    "an unknown scheme": (MAIN, ROUTES.replace("[signature]", "[signatures]")),
    "no scheme": (MAIN, ROUTES.replace("[signature]", "[]")),
    "auth as a list": (MAIN, ROUTES.replace("auth: {any: [signature]}", "auth: [signature]")),
    "publish without a topic": (MAIN, ROUTES.replace("topic: orders, ", "")),
    "programs of a version as a text": (MAIN, ROUTES.replace("v1: {request: '.items = .goods'}", "v1: '.items = .goods'")),
    "a size of a route in words": (MAIN, ROUTES.replace("1MiB", "large")),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_for_the_schema_is_wrong_for_check(name, tmp_path, validator):
    main, routes = WRONG[name]
    assert (main, routes) != (MAIN, ROUTES)
    taken, valid, said = both(tmp_path, validator, main, routes)
    assert not taken and not valid, said


RIGHT = {
    "numbers in quotes": (MAIN.replace("connections: 100", 'connections: "100"'), ROUTES),
    "a reference for a number": (MAIN.replace("connections: 100", 'connections: "${env:N:-100}"'), ROUTES),
    "a reference for a duration": (MAIN.replace("timeout: 3s", 'timeout: "${env:T:-3}s"'), ROUTES),
    "a reference for a word": (MAIN.replace("format: json", 'format: "${env:F:-json}"'), ROUTES),
    "a literal secret": (MAIN.replace("${env:SECRET}", SECRET), ROUTES),
    "names that look like numbers": (MAIN.replace("kid: k1", "kid: 1"), ROUTES),
    "names that look like truth": (MAIN.replace("id: causeway-1", "id: true"), ROUTES),
    "nothing for a mapping and for a list": (MAIN + "signing:\nstore:\nversioning: ~\n", ROUTES),
    "auto": (MAIN.replace("workers: 1", "workers: auto"), ROUTES),
    "merge keys": (MAIN.replace("limits: {connections: 100", "limits: &limits {connections: 100") +
                   "", ROUTES.replace("adapter: {http: {path: /orders}}", "adapter: &call {http: {path: /orders}}")
                   .replace('adapter: {http: {path: "/orders/{id}", query: {a: "{{ .b }}"}, timeout: 1s}}', "adapter: {<<: *call}")),
    "yes and no": (MAIN.replace("retention: 7d", "retention: 7d, kafka: {create: no}"), ROUTES),
    "a moment with its zone": (MAIN, ROUTES.replace("released: 2024-01-29", "released: 2024-01-29T08:00:00.5+02:00")),
    "methods as one word": (MAIN, ROUTES.replace("methods: [POST, PUT]", "methods: any")),
    "no authentication": (MAIN, ROUTES.replace("{any: [signature]}", "none").replace("100/s", "100/s, per: route").replace("access: {roles: [internal]}\n", "auth: {any: [signature]}\n")),
    "an adapter by its name": (MAIN, ROUTES.replace("adapter: {http: {path: /orders}}", "adapter: http")),
    "scopes by role": (MAIN, ROUTES.replace("{roles: [internal]}", "{roles: [internal], scopes: {internal: []}}").replace(", scopes: {internal: []}", "")),
    "a schema in its place": (MAIN, ROUTES.replace("{transform: {request: .}}", "{validate: {schema: {type: object}}}, {transform: {request: .}}")),
}


@pytest.mark.parametrize("name", RIGHT)
def test_what_check_takes_the_schema_takes(name, tmp_path, validator):
    taken, valid, said = both(tmp_path, validator, *RIGHT[name])
    assert taken and valid, said


TESTS = """\
tests:
  - name: an order is listed
    consumer: oms
    request: {path: /api/v2/orders}
    upstream: [{expect: {cluster: oms}, answer: {status: 200, body: []}}]
    answer: {status: 200, data: []}
    event: none
"""
WRONG_TESTS = {
    "unknown key": TESTS.replace("consumer:", "consumers:"),
    "unknown key within": TESTS.replace("{path:", "{paths:"),
    "no request": TESTS.replace("    request: {path: /api/v2/orders}\n", ""),
    "answer and fault": TESTS.replace("answer: {status: 200, body: []}", "answer: {status: 200}, fault: refused"),
    "a status that is none": TESTS.replace("answer: {status: 200, data", "answer: {status: 20, data"),
    "an event that is a text": TESTS.replace("event: none", "event: some"),
}


@pytest.mark.parametrize("name", ["right", *WRONG_TESTS])
def test_test_files_have_a_schema_too(name, tmp_path, validator):
    text = WRONG_TESTS.get(name, TESTS)
    check(tmp_path, MAIN, ROUTES)
    (tmp_path / "routes" / "orders.test.yaml").write_text(text)
    code, said, errors = command("test", "-c", "config/causeway.yaml", folder=tmp_path, environment=ENVIRONMENT)
    found = problems(validator, documents.load(text))
    assert (code, found) == (0, []) if name == "right" else code == 2 and found, f"{said}{errors}{found}"


def mutate(node, luck, names):
    """One change somewhere: a key renamed, moved or left out, a value of another kind or of another form."""
    places = []

    def collect(value):
        if isinstance(value, dict):
            places.extend((value, key) for key in value)
            for inner in value.values():
                collect(inner)
        elif isinstance(value, list):
            places.extend((value, index) for index in range(len(value)))
            for inner in value:
                collect(inner)
    collect(node)
    parent, key = luck.choice(places)
    value = parent[key]
    action = luck.randrange(4)
    if action == 0:
        del parent[key]
    elif action == 1 and isinstance(parent, dict):
        parent[luck.choice(names)] = parent.pop(key)
    elif action == 2:
        parent[key] = luck.choice([None, True, 0, 1, -1, 1.5, 10 ** 12, "", "auto", "none", "1", "10s", "1KiB", "5/m", "50%", "2027-01-01", "/a/{b}",
                                   "${env:SECRET}", "yes", [], ["a"], {}, {"a": "b"}, ["${env:SECRET}"], {"any": "none"}, {"http": None}])
    else:
        other_parent, other = luck.choice(places)
        other_value = copy.deepcopy(other_parent[other]) if other in (other_parent if isinstance(other_parent, dict) else range(len(other_parent))) else value
        parent[key] = other_value


def test_nothing_that_check_takes_is_wrong_for_the_schema(tmp_path, validator):
    """Editors must not cry wolf: whatever a change of a right configuration makes of it."""
    luck = random.Random(20261126)
    definitions = validator.schema["definitions"]
    names = sorted({name for each in definitions.values() for name in each["properties"]})
    taken_by_check = refused_by_both = 0
    for turn in range(400):
        files = [documents.load(MAIN), documents.load(ROUTES)]
        mutate(files[turn % 2], luck, names)
        taken, valid, said = both(tmp_path, validator, *files)
        assert valid or not taken, f"{yaml.safe_dump(files[turn % 2])}\n{said}"
        taken_by_check += taken
        refused_by_both += not taken and not valid
    assert taken_by_check > 40 and refused_by_both > 150, (taken_by_check, refused_by_both)
