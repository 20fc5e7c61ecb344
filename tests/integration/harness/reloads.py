"""A gateway whose configuration changes, and what it says about that. Suites import the fixture `start` by name."""
import json

import pytest
import yaml

from .gateway import SLOW, Gateway, main_config
from .http import call, until

OK = b'{"ok":true}'
OPERATOR, VIEWER = "operator-0123456789abcdef", "viewer-0123456789abcdef"
USERS = [{"name": "olga", "role": "operator", "token": OPERATOR}, {"name": "vera", "role": "viewer", "token": VIEWER}]
QUICK = {"interval": "50ms"}


def route(name, **more):
    return {"name": name, "match": {"method": "GET", "path": f"/{name}"}, "adapter": {"http": {"path": f"/{name}"}}, **more}


def routes(*names, **more):
    return {"open": {"api": "open", "base": "/open", "defaults": {"auth": "none", "http": {"cluster": "oms"}},
                     "routes": [one if isinstance(one, dict) else route(one) for one in names], **more}}


def config(upstream, **more):
    more.setdefault("reload", {"watch": False})
    made = main_config({"oms": upstream.address}, **more)
    made["admin"]["users"] = USERS
    return made


@pytest.fixture
def start(upstream, tmp_path):
    running = []

    def begin(made, files=None, **more):
        running.append(Gateway(made, files or routes("x"), tmp_path, **more))
        return running[-1]
    yield begin
    for gateway in running:
        gateway.stop()


def api(gateway, method, path, body=None, token=OPERATOR):
    headers = {"Authorization": f"Bearer {token}", "Host": f"127.0.0.1:{gateway.admin}"}
    if body is not None:
        headers["Content-Type"] = "application/json"
    return call(gateway.admin, method, path, headers, None if body is None else json.dumps(body).encode())


def data(gateway, path, token=OPERATOR):
    response = api(gateway, "GET", path, token=token)
    assert response.status == 200, response
    return response.json["data"]


def post_reload(gateway, reason=None):
    response = api(gateway, "POST", "/reload", {"reason": reason} if reason else {})
    assert response.status == 200, response
    return response.json["data"]


def changes(answer):
    """What was taken, one line a thing: `+route open/y`, `~consumer oms: roles`."""
    return ([f"+{one['kind']} {one['name']}" for one in answer["added"]]
            + [f"-{one['kind']} {one['name']}" for one in answer["removed"]]
            + [f"~{one['kind']} {one['name']}" + (f" was {one['was']}" if "was" in one else "")
               + (": " + ", ".join(one["keys"]) if one["keys"] else "") for one in answer["changed"]])


def version(gateway):
    return int(sum(gateway.metric("causeway_config_version").values()))


def reloads(gateway):
    return {dict(labels)["result"]: value for labels, value in gateway.metric("causeway_config_reloads_total").items()}


def taken_by(gateway, number):
    """Author of a version, once it is there."""
    until(lambda: version(gateway) >= number, 30 * SLOW, what=f"version {number}")
    assert version(gateway) == number
    return data(gateway, f"/config/history/{number}")["author"]


def text(files):
    return yaml.safe_dump(files["open"], sort_keys=False)
