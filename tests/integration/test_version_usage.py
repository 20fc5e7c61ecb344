"""Who still calls v1, what becomes of it, and who is told: the record over restarts and kills, retirement, notice."""
import datetime
import json
import signal

import pytest

from harness import http
from harness.envelope import assert_error
from harness.gateway import PARTNER_KEY, PARTNER_SECRET, SLOW, Gateway, command, main_config
from harness.signing import signed

TODAY = datetime.datetime.now(datetime.timezone.utc).replace(hour=0, minute=0, second=0, microsecond=0)
V2 = {"released": "2021-01-01"}


def day(offset):
    return (TODAY + datetime.timedelta(days=offset)).strftime("%Y-%m-%d")


def routes(v1, auth=None, name="list"):
    return {"orders": {"api": "orders", "base": "/api/{version}/orders", "defaults": {"auth": auth or {"any": ["signature"]}},
                       "versions": {"v1": {"released": "2020-01-01", "successor": "v2", **v1}, "v2": V2},
                       "routes": [{"name": name, "match": {"method": "GET", "path": "/"}, "adapter": {"static": {"body": "{}"}}}]}}


def settings(folder, **more):
    config = main_config({}, store={"sqlite": {"path": str(folder / "data" / "causeway.db"), "min_free": "1MiB"}}, **more)
    config["consumers"][0]["contact"] = "oms-team@example.com"
    return config


DEPRECATED = {"deprecated": day(-30), "sunset": day(200)}
NEAR = {"deprecated": day(-200), "sunset": day(10)}
PAST = {"deprecated": day(-400), "sunset": day(-1), "retire": "when_unused", "unused_for": "1s"}


@pytest.fixture
def begin(tmp_path):
    running = []

    def start(v1, auth=None, **more):
        running.append(Gateway(settings(tmp_path, **more), routes(v1, auth), tmp_path))
        return running[-1]
    yield start
    for gateway in running:
        gateway.stop()


def call(gateway, version="v1", headers=None):
    return gateway.call("GET", f"/api/{version}/orders", signed() if headers is None else headers)


def partner():
    return signed(key=PARTNER_KEY, secret=PARTNER_SECRET)


def ask(gateway, target):
    token = (gateway.folder / "data" / "admin.token").read_text().strip()
    response = http.call(gateway.admin, "GET", target, {"Authorization": f"Bearer {token}", "Host": f"127.0.0.1:{gateway.admin}"})
    assert response.status == 200, response
    return response.json["data"]


def usage(gateway, query=""):
    return [(row["version"], row["route"], row["consumer"], row["day"], row["calls"], row["refused"])
            for row in ask(gateway, "/versions/usage" + query)["items"]]


def version(gateway, name="v1"):
    return next(item for item in ask(gateway, "/versions")["items"] if item["version"] == name)


def until(condition, what):
    http.until(condition, 30 * SLOW, 0.1, what=what)


def operate(gateway, *arguments):
    code, out, err = command(*arguments, "--admin", f"http://127.0.0.1:{gateway.admin}", "-c", gateway.config_file, folder=gateway.folder)
    assert code == 0, err
    return out


def recorded(gateway, rows):
    """Waits until the record is these rows, in any order; what was called about midnight may stand on two days."""
    wanted = sorted((version, "list", consumer, calls, refused) for version, consumer, calls, refused in rows)
    found = []

    def is_there():
        now = datetime.datetime.now(datetime.timezone.utc)
        days = {(now + datetime.timedelta(days=offset)).strftime("%Y-%m-%d") for offset in (-1, 0, 1)}
        sums = {}
        for version, route, consumer, day, calls, refused in usage(gateway):
            assert day in days
            before = sums.get((version, route, consumer), (0, 0))
            sums[version, route, consumer] = (before[0] + calls, before[1] + refused)
        found[:] = sorted((*who, *counts) for who, counts in sums.items())
        return found == wanted
    try:
        until(is_there, "the record")
    except AssertionError:
        assert found == wanted


def test_calls_are_recorded_by_consumer_over_a_stop_and_a_kill(begin):
    gateway = begin(DEPRECATED)
    for _ in range(3):
        assert call(gateway).status == 200
    assert call(gateway, "v2", partner()).status == 200
    assert_error(call(gateway, headers={}), 40190)  # nobody's use
    assert_error(call(gateway, headers=signed(signature="0" * 64)), 40191)
    gateway.stop()  # writes down what the last look had not seen
    gateway.start()
    recorded(gateway, [("v1", "oms", 3, 0), ("v2", "partner", 1, 0)])

    assert call(gateway, headers=partner()).status == 200
    recorded(gateway, [("v1", "oms", 3, 0), ("v1", "partner", 1, 0), ("v2", "partner", 1, 0)])
    gateway.signal(signal.SIGKILL)
    gateway.process.wait()
    gateway.start()
    assert call(gateway).status == 200
    recorded(gateway, [("v1", "oms", 4, 0), ("v1", "partner", 1, 0), ("v2", "partner", 1, 0)])

    v1 = version(gateway)
    assert (v1["state"], v1["successor"], v1["retire"], v1["calls"], v1["refused"]) == ("deprecated", "v2", "at_sunset", 5, 0)
    assert [(who["name"], who["contact"], who["calls"]) for who in v1["consumers"]] == \
        [("oms", "oms-team@example.com", 4), ("partner", None, 1)]
    assert v1["lastCalledAt"] == v1["consumers"][0]["lastCalledAt"]
    assert version(gateway, "v2")["state"] == "current"


def test_the_record_is_paged_and_filtered(begin):
    gateway = begin(DEPRECATED)
    assert call(gateway).status == 200
    assert call(gateway, headers=partner()).status == 200
    assert call(gateway, "v2").status == 200
    recorded(gateway, [("v1", "oms", 1, 0), ("v1", "partner", 1, 0), ("v2", "oms", 1, 0)])
    first = ask(gateway, "/versions/usage?limit=2")
    second = ask(gateway, f"/versions/usage?limit=2&cursor={first['next']}")
    assert [len(first["items"]), len(second["items"]), second["next"]] == [2, 1, None]
    assert len(usage(gateway, "?version=v1")) == 2 and len(usage(gateway, "?consumer=oms")) == 2
    assert usage(gateway, f"?to={day(-1)}") == [] and len(usage(gateway, f"?from={day(0)}")) == 3


def test_callers_who_need_no_name_are_recorded_without_one(begin):
    gateway = begin(DEPRECATED, "none")
    assert call(gateway, headers={}).status == 200
    recorded(gateway, [("v1", "", 1, 0)])


def test_one_past_its_sunset_is_served_while_it_is_called_and_then_retired_for_good(begin):
    gateway = begin({**PAST, "unused_for": "1h"})
    for calls in (1, 2):
        response = call(gateway)
        assert response.status == 200 and response.header("Sunset") and response.header("Deprecation")
        assert '</api/v2/orders>; rel="successor-version"' in response.header("Link")
        assert version(gateway)["state"] == "sunset"
        recorded(gateway, [("v1", "oms", calls, 0)])

    gateway.reload(routes=routes(PAST))  # nobody has called for a second
    until(lambda: version(gateway)["state"] == "retired", "the retirement")
    response = call(gateway)
    assert_error(response, 41090, successor="v2")
    assert response.header("Sunset") and '</api/v2/orders>; rel="successor-version"' in response.header("Link")
    assert call(gateway, "v2").status == 200
    gateway.wait_log(f"version retired \\| api=orders \\| version=v1 \\| sunset={day(-1)} \\| unused_for=1s")

    gateway.signal(signal.SIGKILL)
    gateway.process.wait()
    gateway.start()
    assert_error(call(gateway), 41090, successor="v2")
    until(lambda: version(gateway)["refused"] >= 1, "the refused calls")
    assert version(gateway)["state"] == "retired" and version(gateway)["retiredAt"]
    assert "retired (" in operate(gateway, "versions")

    gateway.reload(routes=routes({**PAST, "sunset": day(30)}))  # who needs it after all moves the sunset
    assert call(gateway).status == 200
    assert version(gateway)["state"] == "deprecated"


def test_retiring_by_use_needs_a_store(tmp_path):
    gateway = Gateway(settings(tmp_path) | {"store": "none"}, routes(PAST), tmp_path, start=False)
    code, out, err = command("check", "-c", gateway.config_file, folder=tmp_path)
    assert code == 2
    problem = ": versions.v1.retire: `when_unused` needs a record of who calls, and there is none: `store: none`\n"
    assert problem in out + err


def test_the_command_says_how_long_one_past_its_sunset_is_unused_beside_what_was_refused(begin):
    gateway = begin({key: value for key, value in PAST.items() if key not in ("retire", "unused_for")})
    assert_error(call(gateway), 41090, successor="v2")
    recorded(gateway, [("v1", "", 0, 1)])
    gateway.reload(routes=routes({**PAST, "unused_for": "14d"}))
    assert call(gateway).status == 200
    assert "sunset (1 refused) (unused 0 of 14 days)" in operate(gateway, "versions")


def test_without_a_store_alerts_are_those_in_memory_and_the_record_is_empty(tmp_path):
    gateway = Gateway(settings(tmp_path) | {"store": "none"}, routes(NEAR), tmp_path)
    try:
        assert ask(gateway, "/alerts") == {"items": [], "next": None}
        assert call(gateway).status == 200
        assert call(gateway, headers=partner()).status == 200
        until(lambda: len(ask(gateway, "/alerts?state=firing")["items"]) == 2, "the alerts")
        first = ask(gateway, "/alerts?limit=1")
        second = ask(gateway, f"/alerts?limit=1&cursor={first['next']}")
        assert {page["items"][0]["labels"]["consumer"] for page in (first, second)} == {"oms", "partner"}
        assert second["next"] is None
        assert "oms calls orders v1" in operate(gateway, "alerts")
        assert ask(gateway, "/versions/usage") == {"items": [], "next": None}
        assert version(gateway)["calls"] == 2
    finally:
        gateway.stop()


def test_callers_of_a_version_that_ends_soon_are_an_alert_that_is_told_once(begin):
    gateway = begin(NEAR, versioning={"notice": "90d"})
    assert ask(gateway, "/alerts") == {"items": [], "next": None}
    assert operate(gateway, "alerts") == "nothing fires\n"
    for _ in range(3):
        assert call(gateway).status == 200
    assert call(gateway, headers=partner()).status == 200
    until(lambda: len(ask(gateway, "/alerts?state=firing")["items"]) == 2, "the alerts")
    alerts = {alert["labels"]["consumer"]: alert for alert in ask(gateway, "/alerts")["items"]}
    assert alerts["oms"]["name"] == "version_sunset" and alerts["oms"]["state"] == "firing" and alerts["oms"]["notifiedAt"] is None
    assert alerts["oms"]["labels"] == {"api": "orders", "consumer": "oms", "version": "v1"}
    assert alerts["oms"]["message"] == f"oms calls orders v1, whose sunset is {day(10)}; successor: v2; contact: oms-team@example.com"
    assert alerts["partner"]["message"].endswith("; contact: none is configured")
    assert gateway.metrics()["causeway_alerts_firing"] == {frozenset({("name", "version_sunset")}): 2}
    sunset = gateway.metric("causeway_version_sunset_timestamp_seconds", api="orders", version="v1")
    assert list(sunset.values()) == [(TODAY + datetime.timedelta(days=10)).timestamp()]
    gateway.wait_log(r"WARN alert \| name=version_sunset .*consumer.*oms.* \| message=oms calls orders v1", count=1)

    gateway.stop()
    gateway.start()
    assert call(gateway).status == 200
    recorded(gateway, [("v1", "oms", 4, 0), ("v1", "partner", 1, 0)])
    again = {alert["labels"]["consumer"]: alert for alert in ask(gateway, "/alerts")["items"]}
    assert again["oms"] == alerts["oms"]  # the same, raised then
    assert len([line for line in gateway.lines if "WARN alert |" in line]) == 2

    gateway.reload(routes=routes({"deprecated": day(-200)}))  # the sunset is taken back
    until(lambda: ask(gateway, "/alerts?state=firing")["items"] == [], "the end of the alerts")
    assert len(ask(gateway, "/alerts?state=resolved")["items"]) == 2
    assert operate(gateway, "alerts") == "nothing fires\n"
    assert operate(gateway, "alerts", "--all").count("resolved") == 2


def test_the_commands_tell_people(begin):
    gateway = begin(NEAR)
    assert call(gateway).status == 200
    recorded(gateway, [("v1", "oms", 1, 0)])
    lines = operate(gateway, "versions").splitlines()
    assert lines[0].split() == "API VERSION STATE SUNSET CALLS 30d LAST CALL (UTC) WHO".split()
    assert lines[1].startswith("orders  v1") and "oms (oms-team@example.com) 1" in lines[1]
    assert any(f"{day(10)}, in {left} days" in lines[1] for left in (10, 9))  # 9: it is past midnight
    assert lines[2].split()[:3] == ["orders", "v2", "current"] and lines[2].split()[-1] == "-"
    assert operate(gateway, "versions", "--api", "other") == "no versions\n"
    data = json.loads(operate(gateway, "versions", "--json", "--days", "1"))
    assert data["items"][0]["consumers"][0]["calls"] == 1
    until(lambda: ask(gateway, "/alerts")["items"], "the alert")
    assert "oms calls orders v1" in operate(gateway, "alerts")
