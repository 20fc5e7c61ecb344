"""What goes wrong around a reload is a reason why it was refused, and no more than that."""
import shutil
import signal
import subprocess
import threading

import pytest

from harness.gateway import BINARY, SLOW, Gateway, main_config
from harness.http import call, until
from harness.upstream import Gate

TOKEN = "operator-0123456789abcdef"


def config(upstream, **more):
    made = main_config({"oms": upstream.address}, **{"reload": {"watch": False}, **more})
    made["admin"]["users"] = [{"name": "olga", "role": "operator", "token": TOKEN}]
    return made


def routes(*names):
    return {"open": {"api": "open", "base": "/open", "defaults": {"auth": "none", "http": {"cluster": "oms"}}, "routes": [
        {"name": name, "match": {"method": "GET", "path": f"/{name}"}, "adapter": {"http": {"path": f"/{name}"}}} for name in names]}}


PUBLISH = {"e": {"api": "e", "base": "/e", "defaults": {"auth": "none"}, "routes": [
    {"name": "publish", "match": {"method": "POST", "path": "/"}, "adapter": {"publish": {"topic": "t", "type": "T"}}}]}}


@pytest.fixture
def start(upstream, tmp_path):
    running = []

    def begin(made, files=None, kind=Gateway):
        running.append(kind(made, files or routes("x"), tmp_path))
        return running[-1]
    yield begin
    for gateway in running:
        gateway.stop()


def api(gateway, method, path):
    headers = {"Authorization": f"Bearer {TOKEN}", "Host": f"127.0.0.1:{gateway.admin}"}
    if method == "POST":
        headers["Content-Type"] = "application/json"
    return call(gateway.admin, method, path, headers, b"{}" if method == "POST" else None)


def version(gateway):
    return int(sum(gateway.metric("causeway_config_version").values()))


def subscription(name, **more):
    return {"name": name, "topic": "t", "deliver": {"http": {"cluster": "oms", "path": "/in"}}, **more}


class FromElsewhere(Gateway):
    """Works in a folder that is gone once it has started."""

    def start(self):
        elsewhere, ports = self.folder / "elsewhere", self.folder / "ports"
        elsewhere.mkdir()
        self.errors = open(self.folder / "stderr", "a+b")
        self.process = subprocess.Popen([BINARY, "run", "-c", self.config_file, "--port-file", ports], cwd=elsewhere,
                                        env=self.environment, stdout=subprocess.PIPE, stderr=self.errors)
        threading.Thread(target=self._read_log, args=(self.process.stdout,), daemon=True).start()
        until(lambda: ports.exists() or self.process.poll() is not None, 30 * SLOW, what="the start")
        assert self.process.poll() is None, (self.stderr(), self.log())
        for line in ports.read_text().splitlines():
            name, address = line.split()
            self.ports[name] = int(address.rsplit(":", 1)[1])
        shutil.rmtree(elsewhere)
        return self


def test_without_its_working_directory_a_gateway_goes_on_and_takes_files(start, upstream):
    gateway = start(config(upstream, store="none", reload={"watch": True, "interval": "50ms"}), kind=FromElsewhere)
    gateway.write(routes=routes("x", "y"))
    until(lambda: version(gateway) == 2, 30 * SLOW, what="the change of a file")
    until(lambda: gateway.call("GET", "/open/y").status == 200, what="the workers")
    gateway.reload(routes=routes("x", "y", "z"))
    until(lambda: version(gateway) == 3, 30 * SLOW, what="the signal")
    assert api(gateway, "POST", "/reload").json["data"]["taken"] is True
    assert gateway.call("GET", "/open/z").status == 200


def test_a_stop_ends_what_a_reload_waits_for(start, upstream):
    """A renamed subscription waits for its attempt in flight, up to a minute; the gateway that drains does not."""
    gate = Gate()
    upstream.default = gate
    made = config(upstream, drain_timeout="30s", topics=[{"name": "t"}], subscriptions=[subscription("old")])
    gateway = start(made, {**routes("x"), **PUBLISH})
    published = gateway.call("POST", "/e", {"Content-Type": "application/json"}, b'{"eventId":"e1","eventType":"T","data":{}}')
    assert published.status == 202, published
    assert gate.entered.wait(20 * SLOW)
    made["subscriptions"] = [subscription("new", was="old")]
    gateway.write(made)
    gateway.signal(signal.SIGHUP)
    gateway.signal(signal.SIGTERM)
    gateway.wait_log("INFO draining", timeout=15)
    gate.open()
    assert gateway.wait() == 0
    for line in gateway.wait_log("configuration refused", count=0):  # none: the stop was quicker
        assert "author=signal" in line and "reason=draining" in line, line
    assert "configuration taken" not in gateway.log()


def test_versions_go_on_with_a_store_that_comes_later(start, upstream):
    made = config(upstream, store="none")
    gateway = start(made)
    gateway.reload(routes=routes("x", "y"))
    until(lambda: version(gateway) == 2, 30 * SLOW, what="the second version")
    del made["store"]
    gateway.write(made)
    answer = api(gateway, "POST", "/reload").json["data"]
    assert (answer["taken"], answer["version"], answer["restart"]) == (True, 3, [])


def test_what_a_refused_configuration_has_opened_is_what_the_next_is_compared_with(start, upstream, tmp_path):
    def offered(name, port, *subscriptions):
        return config(upstream, store={"sqlite": {"path": str(tmp_path / name / "causeway.db"), "min_free": "0B"}},
                      bus={"kafka": {"brokers": [f"127.0.0.1:{port}"]}}, topics=[{"name": "t", "bus": "embedded"}],
                      subscriptions=list(subscriptions))
    before = offered("one", 1, subscription("a"), subscription("b"))
    del before["bus"]
    start(before).stop()
    gateway = start(config(upstream, store="none"))
    gateway.write(offered("one", 1, subscription("b", was="a")))
    refused = api(gateway, "POST", "/reload").json
    assert [one["message"] for one in refused["details"]["problems"]] == ['the group "a" cannot become "b", which topic "t" already has']
    gateway.write(offered("two", 2, subscription("b")))
    answer = api(gateway, "POST", "/reload").json["data"]
    assert (answer["taken"], answer["restart"]) == (True, ["store.sqlite.path", "bus.kafka"])
