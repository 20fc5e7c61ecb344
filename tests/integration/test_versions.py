"""Versions by path and by Accept, their life from released to sunset."""
import datetime
from email.utils import format_datetime

import pytest

from harness.envelope import assert_error, assert_success
from harness.gateway import main_config
from harness.upstream import reply

TODAY = datetime.datetime.now(datetime.timezone.utc).replace(hour=0, minute=0, second=0, microsecond=0)


def day(offset):
    return (TODAY + datetime.timedelta(days=offset)).strftime("%Y-%m-%d")


def unix(offset):
    return int((TODAY + datetime.timedelta(days=offset)).timestamp())


def http_date(offset):
    return format_datetime(TODAY + datetime.timedelta(days=offset), usegmt=True)


def configuration(upstream):
    config = main_config({"oms": upstream.address}, versioning={"vendor": "company", "minimum_overlap": "180d"})
    get = lambda name, path="/", **more: {"name": name, "match": {"method": "GET", "path": path},
                                          "adapter": {"http": {"cluster": "oms", "path": f"/{name}"}}, **more}
    return config, {
        "orders": {"api": "orders", "base": "/api/{version}/orders", "defaults": {"auth": "none"}, "versions": {
            "v1": {"released": "2020-01-01", "deprecated": day(-30), "sunset": day(200), "successor": "v2", "guide": "https://docs.example.com/orders-v2"},
            "v2": {"released": day(-60)}},
            "routes": [get("list"), get("only-v2", "/new", versions=["v2"]), get("one", "/{id}")]},
        "old": {"api": "old", "base": "/api/{version}/old", "defaults": {"auth": "none"}, "versions": {
            "v1": {"released": "2020-01-01", "deprecated": day(-400), "sunset": day(-1), "successor": "v2"},
            "v2": {"released": "2021-01-01"}}, "routes": [get("old")]},
        "defaulted": {"api": "defaulted", "base": "/api/{version}/defaulted", "defaults": {"auth": "none"}, "default_version": "v1", "versions": {
            "v1": {"released": "2020-01-01"}, "v2": {"released": "2021-01-01"}}, "routes": [get("defaulted")]},
        "plain": {"api": "plain", "base": "/plain", "defaults": {"auth": "none"}, "routes": [get("plain")]},
    }


def vendor(version, suffix="+json"):
    return {"Accept": f"application/vnd.company.{version}{suffix}"}


@pytest.mark.parametrize("target, headers", [
    ("/api/v2/orders", {}), ("/api/orders", vendor("v2")), ("/api/v2/orders", vendor("v2")), ("/api/v2/orders", {"Accept": "*/*"}),
    ("/api/orders", {"Accept": "text/html, application/vnd.company.v2+json;q=0.9, */*;q=0.1"}), ("/api/v2/orders/7", {}), ("/api/orders/7", vendor("v2")),
])
def test_a_version_is_in_the_path_or_in_accept(gateway, upstream, target, headers):
    response = assert_success(gateway.call("GET", target, headers), b'{"ok":true}')
    assert not response.values("Deprecation") and not response.values("Sunset")
    assert len(upstream.requests) == 1


@pytest.mark.parametrize("target, headers, code", [
    ("/api/v1/orders", vendor("v2"), 40690),       # the two differ
    ("/api/v2/orders", vendor("v1"), 40690),
    ("/api/orders", {}, 40690),                    # no version, and no default
    ("/api/orders", {"Accept": "application/json"}, 40690),
    ("/api/orders", vendor("v9"), 40690),          # unknown in Accept
    ("/api/orders/7", vendor("v9"), 40690),
    ("/api/v9/orders", {}, 40490),                 # unknown in the path
    ("/api/V1/orders", {}, 40490),
    ("/api/v01/orders", {}, 40490),
    ("/api//orders", {}, 40090),
    ("/plain/v1", {}, 40490),
])
def test_a_version_that_cannot_be_served(gateway, upstream, target, headers, code):
    assert_error(gateway.call("GET", target, headers), code)
    assert upstream.bytes == 0


def test_another_vendor_is_no_version(gateway, upstream):
    assert_error(gateway.call("GET", "/api/orders", {"Accept": "application/vnd.other.v2+json"}), 40690)
    assert_success(gateway.call("GET", "/api/v2/orders", {"Accept": "application/vnd.other.v1+json"}), b'{"ok":true}')


def test_a_route_may_exist_in_one_version_only(gateway, upstream):
    assert_success(gateway.call("GET", "/api/v2/orders/new"), b'{"ok":true}')
    assert upstream.one().target == "/only-v2"
    response = gateway.call("GET", "/api/v1/orders/new")
    assert response.status in (200, 404)
    if response.status == 200:
        assert upstream.requests[-1].target == "/one"  # then "new" is an order's id


def test_the_default_version_serves_callers_without_one(gateway, upstream):
    for headers in ({}, {"Accept": "*/*"}, {"Accept": "application/json"}, vendor("v1"), vendor("v2")):
        assert_success(gateway.call("GET", "/api/defaulted", headers), b'{"ok":true}')
    assert_error(gateway.call("GET", "/api/defaulted", vendor("v3")), 40690)


def test_an_unversioned_api_has_no_version(gateway, upstream):
    assert_success(gateway.call("GET", "/plain"), b'{"ok":true}')
    assert_success(gateway.call("GET", "/plain", vendor("v7")), b'{"ok":true}')


@pytest.mark.parametrize("target, headers", [("/api/v1/orders", {}), ("/api/orders", vendor("v1")), ("/api/v1/orders/7", {})])
def test_a_deprecated_version_says_so(gateway, upstream, target, headers):
    response = assert_success(gateway.call("GET", target, headers), b'{"ok":true}')
    assert response.header("Deprecation") == f"@{unix(-30)}"
    assert response.header("Sunset") == http_date(200)
    links = ", ".join(response.values("Link"))
    successor = target.replace("v1", "v2") if "v1" in target else "/api/v2/orders"
    assert f'<{successor}>; rel="successor-version"' in links
    assert '<https://docs.example.com/orders-v2>; rel="deprecation"' in links


def test_a_deprecated_version_says_so_on_errors_too(gateway, upstream):
    upstream.on("/list", reply(b'{"e":1}', status=404))
    response = gateway.call("GET", "/api/v1/orders")
    assert response.status == 404 and response.header("Deprecation") == f"@{unix(-30)}"


def test_a_deprecated_version_keeps_the_systems_own_links(gateway, upstream):
    upstream.on("/list", reply(headers={"Link": '</api?page=2>; rel="next"'}))
    links = ", ".join(gateway.call("GET", "/api/v1/orders").values("Link"))
    assert 'rel="next"' in links and 'rel="successor-version"' in links


@pytest.mark.parametrize("target, headers", [("/api/v1/old", {}), ("/api/old", vendor("v1"))])
def test_after_its_sunset_a_version_is_gone_and_names_its_successor(gateway, upstream, target, headers):
    response = gateway.call("GET", target, headers)
    successor = response.json["details"].get("successor")
    assert_error(response, 41090, successor=successor)
    assert "v2" in successor, response
    assert response.header("Sunset") == http_date(-1)
    assert upstream.bytes == 0
    assert_success(gateway.call("GET", "/api/v2/old"), b'{"ok":true}')


def test_the_version_is_a_label(gateway, upstream):
    gateway.call("GET", "/api/v1/orders")
    gateway.call("GET", "/api/orders", vendor("v2"))
    found = {dict(labels)["version"] for labels in gateway.metric("causeway_requests_total", route="list")}
    assert {"v1", "v2"} <= found
