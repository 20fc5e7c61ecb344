"""A change of whatever file the configuration was read from is taken by itself."""
import json
import os
import ssl
import time

import pytest

from harness import certificates
from harness.envelope import assert_error, assert_success
from harness.gateway import SLOW, Gateway
from harness.http import until
from harness.reloads import OK, QUICK, changes, config, data, reloads, route, routes, start, taken_by, text, version

TRIGGERS = {}  # what writes for a while returns how long
SETTLED = 0.25  # seconds without a change after which a file is read


def trigger(do):
    TRIGGERS[do.__name__] = do
    return do


@trigger
def a_file_renamed_into_place(folder):
    (folder / "routes/new").write_text(text(routes("x", "y")))
    (folder / "routes/new").rename(folder / "routes/open.yaml")


@trigger
def a_file_written_in_place(folder):
    began = time.monotonic()
    with open(folder / "routes/open.yaml", "r+b", buffering=0) as file:  # first half, then the rest
        file.truncate()
        whole = text(routes("x", "y")).encode()
        file.write(whole[:40])
        time.sleep(0.15)
        file.write(whole[40:])
    return time.monotonic() - began


@trigger
def a_file_removed_and_made_anew(folder):
    began = time.monotonic()
    (folder / "routes/open.yaml").unlink()
    time.sleep(0.02)
    (folder / "routes/open.yaml").write_text(text(routes("x", "y")))
    return time.monotonic() - began


@trigger
def a_new_file_where_a_pattern_looks(folder):
    (folder / "routes/more.yaml").write_text(text({"open": {**routes("y")["open"], "api": "more", "base": "/"}}))


@trigger
def a_link_that_leads_elsewhere(folder):
    os.symlink("..new", folder / "routes/..data_tmp")
    os.rename(folder / "routes/..data_tmp", folder / "routes/..data")


@pytest.mark.parametrize("name", TRIGGERS)
def test_a_change_of_the_files_is_taken_by_itself(start, upstream, tmp_path, name):
    linked = TRIGGERS[name] is a_link_that_leads_elsewhere
    if linked:  # as Kubernetes mounts a ConfigMap
        for folder, files in (("..old", routes("x")), ("..new", routes("x", "y"))):
            (tmp_path / "routes" / folder).mkdir(parents=True)
            (tmp_path / "routes" / folder / "open.yaml").write_text(text(files))
        os.symlink("..old", tmp_path / "routes/..data")
        os.symlink("..data/open.yaml", tmp_path / "routes/open.yaml")
    gateway = start(config(upstream, reload=QUICK), {"unused": {"api": "u", "base": "/u", "routes": []}} if linked else None)
    assert_success(gateway.call("GET", "/open/x"), OK)
    took = TRIGGERS[name](tmp_path) or 0
    assert taken_by(gateway, 2) == "file"
    assert_success(gateway.call("GET", "/y" if name == "a_new_file_where_a_pattern_looks" else "/open/y"), OK)
    assert_success(gateway.call("GET", "/open/x"), OK)
    assert reloads(gateway)["refused"] == 0 or took >= SETTLED, gateway.log()


def looks_go_by(upstream, folder):
    """Until a neighbour that looks as often has seen a change: whoever watches has looked by then, too."""
    with Gateway(config(upstream, reload=QUICK), routes("x"), folder) as neighbour:
        neighbour.write(routes=routes("x", "y"))
        assert taken_by(neighbour, 2) == "file"


def test_a_file_that_goes_takes_its_routes_along(start, upstream, tmp_path):
    gateway = start(config(upstream, reload=QUICK), {**routes("x"), "more": {**routes("y")["open"], "api": "more", "base": "/m"}})
    (tmp_path / "routes/more.yaml").unlink()
    assert taken_by(gateway, 2) == "file"
    assert changes(data(gateway, "/config/history/2")["diff"]) == ["-api more", "-route more/y"]
    assert_error(gateway.call("GET", "/m/y"), 40490)


def test_a_main_file_that_goes_is_refused_once_and_taken_when_it_is_back(start, upstream, tmp_path):
    gateway = start(config(upstream, reload=QUICK))
    whole = gateway.config_file.read_text()
    gateway.config_file.unlink()
    until(lambda: reloads(gateway)["refused"] == 1, 30 * SLOW, what="the refusal")
    looks_go_by(upstream, tmp_path / "neighbour")
    assert reloads(gateway) == {"taken": 0, "refused": 1}
    assert_success(gateway.call("GET", "/open/x"), OK)
    assert sum(gateway.metric("causeway_config_last_reload_successful").values()) == 0
    gateway.config_file.write_text(whole)
    until(lambda: reloads(gateway)["taken"] == 1, 30 * SLOW, what="the reload")
    assert version(gateway) == 1
    assert sum(gateway.metric("causeway_config_last_reload_successful").values()) == 1


def test_a_watch_that_is_off_waits_for_a_signal(start, upstream, tmp_path):
    gateway = start(config(upstream, reload={"watch": False, **QUICK}))
    gateway.write(routes=routes("x", "y"))
    looks_go_by(upstream, tmp_path / "neighbour")
    assert (version(gateway), reloads(gateway)) == (1, {"taken": 0, "refused": 0})
    gateway.reload()
    assert version(gateway) == 2


def test_whatever_the_configuration_names_is_watched(start, upstream, tmp_path):
    """A schema, a secret in a file: each a change of whoever refers to it."""
    (tmp_path / "schemas").mkdir()
    (tmp_path / "schemas/x.json").write_text('{"type": "object"}')
    (tmp_path / "secret").write_text("first-secret-0123456789abcdef\n")
    made = config(upstream, reload=QUICK, secrets={"S": "${file:../secret}"})
    made["consumers"][0]["keys"][0]["secrets"] = ["${file:../secret}"]
    files = routes(route("x", plugins=[{"validate": {"schema": "../schemas/x.json"}}], match={"method": "POST", "path": "/x"}))
    gateway = start(made, files)
    (tmp_path / "schemas/x.json").write_text('{"type": "array"}')
    assert taken_by(gateway, 2) == "file"
    assert changes(data(gateway, "/config/history/2")["diff"]) == ["~route open/x: plugins.validate.schema"]
    assert_success(gateway.call("POST", "/open/x", {"Content-Type": "application/json"}, b"[]"), OK)
    hash_before = data(gateway, "/config")["hash"]
    (tmp_path / "new").write_text("other-secret-0123456789abcdef\n")
    (tmp_path / "new").rename(tmp_path / "secret")
    assert taken_by(gateway, 3) == "file"
    assert changes(data(gateway, "/config/history/3")["diff"]) == ["~consumer oms: keys[0].secrets", "~secret S: value"]
    assert data(gateway, "/config")["hash"] == hash_before  # nothing that could be guessed by
    whole = json.dumps([data(gateway, "/config"), data(gateway, "/config/history/3"), gateway.log()])
    assert "other-secret" not in whole and "first-secret" not in whole


def test_a_certificate_that_is_renewed_in_place_is_shown_to_new_connections(start, upstream, tmp_path):
    (tmp_path / "config").mkdir()
    certificate, key = certificates.make(tmp_path / "config")
    made = config(upstream, reload=QUICK)
    made["listeners"][0]["tls"] = {"certificate": "server.pem", "private_key": "server.key"}
    gateway = start(made)

    def shown():
        return ssl.get_server_certificate(("127.0.0.1", gateway.port)).strip()
    assert shown() == certificate.read_text().strip()
    (tmp_path / "made").mkdir()
    fresh, fresh_key = certificates.make(tmp_path / "made")
    key.write_text(fresh_key.read_text())  # for a moment the pair does not fit: refused, if it is looked at
    certificate.write_text(fresh.read_text())
    assert taken_by(gateway, 2) == "file"
    assert shown() == fresh.read_text().strip()
    assert changes(data(gateway, "/config/history/2")["diff"]) == ["~listener public: tls.certificate, tls.private_key"]
