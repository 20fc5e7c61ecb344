"""What operators see of the systems behind, and do to them: `causeway clusters`, `/clusters` of the admin API, and the log."""
import signal
import time

from harness.envelope import assert_error, assert_success, assert_upstream_error
from harness.events import Admin
from harness.gateway import ENVIRONMENT, SLOW, command
from harness.http import until
from harness.resilience import BROKEN, DATA, behind, breaker, in_background, milliseconds, scripted
from harness.scripted_system import FINE
from harness.upstream import Gate

EAGER = {"window": 4, "minimum_calls": 4, "failure_rate": "100%", "open_for": "1h", "half_open_calls": 1}


def cluster(*systems, **more):
    return {"endpoints": [system.address for system in systems], "circuit_breaker": {**EAGER, **more.pop("circuit_breaker", {})}, **more}


def get(gateway, path="/oms/x"):
    return gateway.call("GET", path)


def operate(gateway, *arguments):
    """(exit code, lines of stdout, stderr)"""
    code, out, err = command("clusters", *arguments, "--admin", f"http://127.0.0.1:{gateway.admin}", "-c", gateway.config_file, folder=gateway.folder)
    return code, out.splitlines(), err


def open_it(gateway):
    for _ in range(4):
        assert_upstream_error(get(gateway), 500)
    assert breaker(gateway) == 2


def counts(systems, gateway, calls=6):
    """How many of so many calls each system got; all succeed."""
    before = [len(system.requests) for system in systems]
    for _ in range(calls):
        assert_success(get(gateway), DATA)
    return [len(system.requests) - earlier for system, earlier in zip(systems, before)]


# ---- what is seen ------------------------------------------------------------------------------------------------------------


def test_a_cluster_is_shown_as_it_is(behind, scripted):
    system = scripted()
    gateway = behind(workers=1, oms=cluster(system, system="Orders", kind="third_party", load_balancing="least_request"))
    assert_success(get(gateway), DATA)
    view = Admin(gateway).get("/clusters/oms")
    assert view == {
        "name": "oms", "system": "Orders", "kind": "third_party", "loadBalancing": "least_request",
        "breaker": {"enabled": True, "state": "closed", "calls": 1, "failures": 0, "slow": 0, "openedAt": None, "retryAt": None},
        "active": 0, "waiting": 0, "retries": 0,
        "endpoints": [{"address": system.address, "weight": 1, "healthy": True, "ejected": False, "ejectedBy": None, "ejectedUntil": None,
                       "active": 0, "idle": view["endpoints"][0]["idle"], "addresses": [system.address]}]}
    assert view["endpoints"][0]["idle"] in (0, 1)


def test_calls_in_flight_and_those_that_wait_are_counted(behind, scripted):
    gate = Gate(FINE)
    system = scripted(gate)
    gateway = behind(oms=cluster(system, limits={"concurrent": 2, "queue_timeout": "30s"}))
    threads = [in_background(lambda: get(gateway)) for _ in range(5)]
    admin = Admin(gateway)

    def view():
        its = admin.get("/clusters/oms")
        return its["active"], its["waiting"], its["endpoints"][0]["active"]
    until(lambda: view() == (2, 3, 2), 20 * SLOW, what="two calls and three that wait")
    gate.open()
    for thread, results in threads:
        thread.join()
        assert_success(results[0], DATA)
    until(lambda: view() == (0, 0, 0), 20 * SLOW, what="the end of all")


def test_lists_page_by_name(behind, scripted):
    system = scripted()
    gateway = behind(**{name: cluster(system) for name in ("wms", "bi", "oms", "erp")})
    admin = Admin(gateway)
    names, cursor = [], ""
    while cursor is not None:
        page = admin.get(f"/clusters?limit=3&cursor={cursor}")
        names.append([item["name"] for item in page["items"]])
        cursor = page["next"]
    assert names == [["bi", "erp", "oms"], ["wms"]]
    code, out, err = operate(gateway)
    assert (code, err) == (0, "")
    assert out[0].split() == ["CLUSTER", "SYSTEM", "BREAKER", "(UTC)", "WELL", "ACTIVE", "WAITING", "RETRIES"]
    assert [line.split() for line in out[1:]] == [[name, name.upper(), "closed", "1", "of", "1", "0", "0", "0"] for name in ("bi", "erp", "oms", "wms")]


def test_a_breaker_that_opens_says_why(behind, scripted):
    gateway = behind(oms=cluster(scripted(BROKEN)))
    before = time.time() * 1000
    open_it(gateway)
    its = Admin(gateway).get("/clusters/oms")["breaker"]
    assert (its["state"], its["calls"], its["failures"], its["slow"]) == ("open", 4, 4, 0)
    assert before - 50 <= its["openedAt"] <= time.time() * 1000 + 50
    assert its["retryAt"] - its["openedAt"] == 3_600_000
    [line] = gateway.wait_log(r"breaker open \| cluster=oms")
    assert line.endswith("breaker open | cluster=oms | calls=4 | failures=4 | slow=0 | for=1h")
    code, out, err = operate(gateway, "oms")
    assert code == 0, err
    assert out[0].startswith("oms (OMS, internal, round_robin): breaker open (4 of 4 failed, 0 slow) until ")


def test_probes_and_the_end_of_a_failure_are_logged(behind, scripted):
    gate = Gate(FINE)
    system = scripted(*[BROKEN] * 4, gate)
    gateway = behind(oms=cluster(system, circuit_breaker={"open_for": milliseconds(50)}))
    open_it(gateway)
    gateway.wait_log(r"breaker open \| cluster=oms")

    def probe():
        while (response := get(gateway)).status == 503:
            time.sleep(0.01)
        return response
    thread, results = in_background(probe)
    gateway.wait_log(r"breaker half-open \| cluster=oms")
    its = Admin(gateway).get("/clusters/oms")["breaker"]
    assert (its["state"], its["calls"], its["openedAt"], its["retryAt"]) == ("half_open", 1, None, None)
    gate.open()
    thread.join()
    assert_success(results[0], DATA)
    gateway.wait_log(r"breaker closed \| cluster=oms")


# ---- what is done ------------------------------------------------------------------------------------------------------------


def test_an_operator_closes_a_breaker(behind, scripted):
    system = scripted(*[BROKEN] * 4, FINE)
    gateway = behind(oms=cluster(system))
    open_it(gateway)
    gateway.wait_log(r"breaker open \| cluster=oms")  # it is looked at five times a second
    assert_error(get(gateway), 50390)
    code, out, err = operate(gateway, "reset", "oms", "--reason", "repaired")
    assert (code, out[0], err) == (0, "oms (OMS, internal, round_robin): breaker closed", "")
    assert_success(get(gateway), DATA)
    assert breaker(gateway) == 0
    gateway.wait_log(r"breaker closed \| cluster=oms")
    [row] = Admin(gateway).get("/audit")["items"]
    assert (row["actor"], row["action"], row["reason"], row["code"]) == ("admin", "POST /clusters/oms/reset", "repaired", 0)
    assert (row["before"]["breaker"]["state"], row["after"]["breaker"]["state"]) == ("open", "closed")


def test_an_ejected_endpoint_gets_no_calls_until_it_is_restored(behind, scripted):
    one, two = scripted(), scripted()
    gateway = behind(workers=1, oms=cluster(one, two))
    assert counts((one, two), gateway) == [3, 3]
    code, out, err = operate(gateway, "eject", "oms", one.address, "--reason", "new release")
    assert code == 0, err
    assert [line.split()[:5] for line in out if line.startswith(one.address)] == [[one.address, "ejected", "by", "operator", "until"]]
    assert counts((one, two), gateway) == [0, 6]
    gateway.wait_log(rf"endpoint ejected \| cluster=oms \| endpoint={one.address} \| by=operator \| for=until restored")
    gateway.reload(gateway.config_file.read_text().replace("timeout: 10s", "timeout: 9s"))
    assert counts((one, two), gateway) == [0, 6], "an ejection lasts over a reload"
    assert operate(gateway, "restore", "oms", one.address)[0] == 0
    assert counts((one, two), gateway) == [3, 3]
    gateway.wait_log(rf"endpoint back \| cluster=oms \| endpoint={one.address}")


def test_an_ejection_for_a_time_ends_by_itself(behind, scripted):
    one, two = scripted(), scripted()
    gateway = behind(workers=1, oms=cluster(one, two))
    admin = Admin(gateway)
    view = admin.post("/clusters/oms/eject", {"endpoint": one.address, "for": milliseconds(300)})
    [its, _] = view["endpoints"]
    assert (its["ejected"], its["ejectedBy"]) == (True, "operator") and its["ejectedUntil"] <= time.time() * 1000 + 300 * SLOW + 50
    until(lambda: not admin.get("/clusters/oms")["endpoints"][0]["ejected"], 20 * SLOW, what="its end")
    assert counts((one, two), gateway) == [3, 3]


def test_reset_ends_ejections_too(behind, scripted):
    one, two = scripted(), scripted()
    gateway = behind(workers=1, oms=cluster(one, two))
    admin = Admin(gateway)
    for system in (one, two):
        admin.post("/clusters/oms/eject", {"endpoint": system.address})
    assert sum(counts((one, two), gateway)) == 6, "where nobody is left, anybody is asked"
    admin.post("/clusters/oms/reset", {"reason": "done"})
    assert counts((one, two), gateway) == [3, 3]


def test_what_cannot_be_done_is_said(behind, scripted):
    gateway = behind(oms=cluster(scripted()))
    for arguments, words in ((("pim",), "40491"), (("reset", "pim"), "40491"), (("eject", "oms", "10.0.0.1:80"), "/endpoint must be an endpoint of the cluster"),
                             (("eject", "oms", "10.0.0.1:80", "--for", "soon"), "/for")):
        code, out, err = operate(gateway, *arguments)
        assert (code, out) == (1, []) and words in err, (arguments, err)
    for arguments in (("eject", "oms"), ("reset",), ("eject", "oms", "10.0.0.1:80", "more"), ("reset", "oms", "more"), ("stop", "oms")):
        code, out, err = operate(gateway, *arguments)
        assert (code, out) == (2, []) and err, arguments
    for arguments in ((), ("eject",), ("restore",), ("reset",)):
        code, out, _ = operate(gateway, *arguments, "--help")
        assert code == 0 and any("Example: causeway clusters" in line for line in out)
    assert all(row["code"] for row in Admin(gateway).get("/audit")["items"]), "nothing was changed"


def test_a_viewer_looks_and_an_operator_acts(behind, scripted):
    system = scripted()
    gateway = behind(oms=cluster(system))
    users = "".join(f"    - {{name: {name}, role: {role}, token: '${{env:{secret}}}'}}\n"
                    for name, role, secret in (("vera", "viewer", "OMS_SECRET"), ("olga", "operator", "PARTNER_SECRET")))
    text = gateway.config_file.read_text()
    assert "admin:\n  address: 127.0.0.1:0\n" in text
    gateway.reload(text.replace("admin:\n  address: 127.0.0.1:0\n", "admin:\n  address: 127.0.0.1:0\n  users:\n" + users))
    viewer, operator = ENVIRONMENT["OMS_SECRET"], ENVIRONMENT["PARTNER_SECRET"]
    admin = Admin(gateway)
    assert [item["name"] for item in admin.get("/clusters", token=viewer)["items"]] == ["oms"]
    for verb in ("eject", "restore", "reset"):
        body = {} if verb == "reset" else {"endpoint": system.address}
        assert admin.call("POST", f"/clusters/oms/{verb}", body, status=403, token=viewer)["code"] == 40390
        admin.call("POST", f"/clusters/oms/{verb}", body, token=operator)
    rows = admin.get("/audit", token=operator)["items"]
    assert [(row["actor"], row["action"]) for row in rows if row["actor"] != "signal"] == [("olga", f"POST /clusters/oms/{verb}") for verb in ("reset", "restore", "eject")]


def test_clusters_come_and_go_with_a_reload(behind, scripted):
    system = scripted()
    gateway = behind(oms=cluster(system), wms=cluster(system))
    admin = Admin(gateway)
    text = gateway.config_file.read_text()
    gateway.reload(text.replace("name: wms", "name: pim").replace("cluster: wms", "cluster: pim"), {"open": routes_without_wms(gateway)})
    assert [item["name"] for item in admin.get("/clusters")["items"]] == ["oms", "pim"]
    assert {dict(labels)["cluster"] for labels in gateway.metric("causeway_circuit_breaker_state")} == {"oms", "pim"}
    admin.get("/clusters/wms", status=404)


def routes_without_wms(gateway):
    return (gateway.folder / "routes" / "open.yaml").read_text().replace("cluster: wms", "cluster: pim")


def test_an_idle_cluster_is_shared_by_weight(behind, scripted):
    heavy, light = scripted(), scripted()
    endpoints = [{"address": heavy.address, "weight": 3}, light.address]
    gateway = behind(workers=1, oms={"endpoints": endpoints, "load_balancing": "least_request"})
    assert counts([heavy, light], gateway, 12) == [9, 3]


def test_an_alert_of_a_process_before_is_over_when_calls_work(behind, scripted):
    system = scripted(BROKEN, FINE)
    deliveries = {"name": "none", "topic": "orders", "deliver": {"http": {"cluster": "oms"}}}  # with a store
    gateway = behind(subscriptions=[deliveries], oms=cluster(system, circuit_breaker={"enabled": False}))
    assert_upstream_error(get(gateway), 500)

    def firing():
        return sum(gateway.metric("causeway_alerts_firing", name="calls_failing").values())
    until(lambda: firing() == 1, 20 * SLOW, what="the alert")
    Admin(gateway).get("/alerts")
    gateway.signal(signal.SIGTERM)
    gateway.process.wait()
    gateway.start()
    assert firing() == 1
    assert_success(get(gateway), DATA)
    until(lambda: firing() == 0, 20 * SLOW, what="its end")
