"""Counters of a limit outlive every reload that leaves the limit in the route, wherever it stands."""
import pytest

from harness.gateway import Gateway, main_config

LIMIT = {"rate_limit": {"rate": "1/h", "burst": 3, "per": "route"}}
HEADERS = {"headers": {"response": {"set": {"X-A": "b"}}}}
LENIENT = {"rate_limit": {"rate": "1/h", "burst": 9, "per": "route"}}


def routes(own=(), defaults=(), **more):
    return {"open": {"api": "open", "base": "/open", "defaults": {"auth": "none", "plugins": list(defaults)},
                     "routes": [{"name": "x", "match": {"method": "GET", "path": "/x"}, "plugins": list(own),
                                 "adapter": {"static": {"body": {"ok": True}}}, **more}]}}


@pytest.fixture
def start(upstream, tmp_path):
    running = []

    def begin(files):
        running.append(Gateway(main_config({"oms": upstream.address}, reload={"watch": False}), files, tmp_path))
        return running[-1]
    yield begin
    for gateway in running:
        gateway.stop()


def take(gateway, files):
    gateway.write(routes=files)
    gateway.reload()


def spend(gateway, calls=4):
    return [gateway.call("GET", "/open/x").status for _ in range(calls)]


MOVES = {
    "a_step_before_it": (routes([LIMIT]), routes([HEADERS, LIMIT])),
    "a_step_before_it_that_goes": (routes([HEADERS, LIMIT]), routes([LIMIT])),
    "a_step_of_the_defaults": (routes([LIMIT]), routes([LIMIT], [HEADERS])),
    "into_the_defaults": (routes([HEADERS, LIMIT]), routes([HEADERS], [LIMIT])),
    "out_of_the_defaults": (routes([], [LIMIT]), routes([LIMIT])),
    "another_of_the_defaults_left_out": (routes([LIMIT], [LENIENT], without=["rate_limit"]), routes([LIMIT])),
}


@pytest.mark.parametrize("name", MOVES)
def test_a_limit_that_is_used_up_stays_so(start, name):
    before, after = MOVES[name]
    gateway = start(before)
    assert spend(gateway) == [200, 200, 200, 429]
    take(gateway, after)
    assert spend(gateway, 2) == [429, 429]
    take(gateway, before)
    assert spend(gateway, 2) == [429, 429]


def test_two_limits_of_a_route_have_counters_of_their_own(start):
    gateway = start(routes([LIMIT], [LENIENT]))
    assert spend(gateway) == [200, 200, 200, 429]
    take(gateway, routes([HEADERS, LIMIT], [LENIENT]))
    assert spend(gateway, 1) == [429]


def test_a_limit_that_left_begins_anew_when_it_is_back(start):
    gateway = start(routes([LIMIT]))
    assert spend(gateway) == [200, 200, 200, 429]
    take(gateway, routes([HEADERS]))
    assert spend(gateway) == [200] * 4
    take(gateway, routes([LIMIT]))
    assert spend(gateway) == [200, 200, 200, 429]
