"""`validate`: bodies that their schema does not allow never reach the system; the caller gets all that is wrong."""
import json
import signal

import pytest

from harness.envelope import assert_error, assert_success
from harness.gateway import Gateway, command
from harness.scenes import settings
from harness.upstream import Upstream, reply

ORDER = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "required": ["externalNo", "items"],
    "additionalProperties": False,
    "properties": {
        "externalNo": {"type": "string", "pattern": "^EXT-[0-9]+$"},
        "total": {"type": "number", "minimum": 0},
        "id": {"type": "integer"},
        "items": {"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/line"}},
    },
    "$defs": {"line": {"type": "object", "required": ["skuId", "qty"],
                       "properties": {"skuId": {"type": "string"}, "qty": {"type": "integer", "minimum": 1}}}},
}
ROUTES = {"shop": {"api": "shop", "base": "/", "defaults": {"auth": "none", "http": {"cluster": "oms"}}, "routes": [
    {"name": "order", "match": {"method": "POST", "path": "/orders"}, "plugins": [{"validate": {"schema": "schemas/order.json"}}],
     "adapter": {"http": {"path": "/x"}}},
    {"name": "inline", "match": {"method": "POST", "path": "/inline"},
     "plugins": [{"validate": {"schema": {"type": "object", "required": ["qty"]}}}], "adapter": {"http": {"path": "/x"}}},
]}}
VALID = b'{"externalNo": "EXT-1", "total": 19.90, "id": 4781320682406083640, "items": [{"skuId": "A", "qty": 2.0}]}'


def write_schema(folder, schema):
    (folder / "routes" / "schemas").mkdir(parents=True, exist_ok=True)
    (folder / "routes" / "schemas" / "order.json").write_text(schema if isinstance(schema, str) else json.dumps(schema))


@pytest.fixture(scope="module")
def upstream():
    with Upstream() as system:
        system.on("/x", reply(b'{"ok":true}'))
        yield system


@pytest.fixture(scope="module")
def gateway(upstream, tmp_path_factory):
    folder = tmp_path_factory.mktemp("gateway")
    write_schema(folder, ORDER)
    with Gateway(settings(upstream)[0], ROUTES, folder) as running:
        yield running


def test_a_valid_body_goes_on_byte_for_byte(gateway, upstream):
    upstream.on("/x", reply(b'{"ok":true}'))
    assert_success(gateway.call("POST", "/orders", (), VALID), {"ok": True})
    assert upstream.requests[-1].body == VALID


def test_all_violations_are_told_and_the_system_is_not_called(gateway, upstream):
    response = gateway.call("POST", "/orders", (), b'{"externalNo":4711,"total":-0.01,"items":[{"skuId":"A","qty":"3"},{}],"x":1}')
    assert_error(response, 40092, message="the body is not valid", violations=[
        {"path": "/externalNo", "keyword": "type", "message": "expected a string, got 4711"},
        {"path": "/total", "keyword": "minimum", "message": "expected at least 0, got -0.01"},
        {"path": "/items/0/qty", "keyword": "type", "message": 'expected a whole number, got "3"'},
        {"path": "/items/1", "keyword": "required", "message": '"qty" is missing'},
        {"path": "/items/1", "keyword": "required", "message": '"skuId" is missing'},
        {"path": "/x", "keyword": "additionalProperties", "message": '"x" is not known here'},
    ])
    assert not upstream.requests


@pytest.mark.parametrize("body, message", [
    (b"", "the body is empty: JSON was expected"),
    (b"qty=1", "the body is not JSON: a value was expected at byte 0"),
    (b'{"qty":1}}', "the body is not JSON: text after the value at byte 9"),
    (b'{"qty":1,"\\u0071ty":2}', "the body is not JSON: a name comes twice in one object at byte 9"),
    (b"[" * 100_000, "the body is not JSON: nested too deep at byte 64"),
    (b'{"qty":"\xff"}', "the body is not JSON: a string is not UTF-8 at byte 8"),
])
def test_what_is_not_json_is_refused_with_its_place(gateway, upstream, body, message):
    assert_error(gateway.call("POST", "/inline", (), body), 40091, message=message)
    assert not upstream.requests


def test_the_log_does_not_show_the_body(gateway):
    assert gateway.call("POST", "/orders", (), b'{"externalNo":"a-secret-of-the-caller","items":[]}').json["code"] == 40092
    gateway.wait_log("code=40092 .*reason=invalid")
    assert "a-secret-of-the-caller" not in gateway.log()


def test_a_reload_takes_a_changed_schema_and_refuses_a_broken_one(upstream, tmp_path):
    write_schema(tmp_path, ORDER)
    with Gateway(settings(upstream)[0], ROUTES, tmp_path) as gateway:
        upstream.on("/x", reply(b"{}"))
        assert_success(gateway.call("POST", "/orders", (), VALID), {})
        write_schema(tmp_path, {**ORDER, "required": ["externalNo", "items", "shop"]})
        gateway.reload()
        assert_error(gateway.call("POST", "/orders", (), VALID), 40092,
                     violations=[{"path": "", "keyword": "required", "message": '"shop" is missing'}])
        write_schema(tmp_path, '{"type": "object",\n "propertys": {}}')
        gateway.signal(signal.SIGHUP)
        gateway.wait_log("did you mean")
        assert_error(gateway.call("POST", "/orders", (), VALID), 40092,
                     violations=[{"path": "", "keyword": "required", "message": '"shop" is missing'}])


def test_a_schema_that_is_wrong_is_a_configuration_error_at_its_key(upstream, tmp_path):
    gateway = Gateway(settings(upstream)[0], ROUTES, tmp_path, start=False)
    write_schema(tmp_path, '{\n  "type": "object",\n  "properties": {"qty": {"type": "int"}},\n  "maxlength": 3\n}\n')
    code, out, err = command("check", "-c", "config/causeway.yaml", folder=gateway.folder)
    assert code == 2
    lines = [line for line in (out + err).splitlines() if "schema" in line]
    assert len(lines) == 2, out + err
    assert all(line.startswith("routes/shop.yaml:") for line in lines)
    assert 'routes/schemas/order.json:3:34: /properties/qty/type: expected null, boolean, object' in lines[0]
    assert lines[1].endswith('routes/schemas/order.json:4:16: /maxlength: unknown keyword "maxlength" (did you mean "maxLength"?)')
