"""One caller's bad manners: they cost no other caller anything."""
import contextlib
import signal

from harness.envelope import assert_error, assert_success
from harness.gateway import Gateway, main_config
from harness.http import head_of, until
from harness.signing import KEY, now, signed

OK = b'{"ok":true}'


def settings(upstream, limits=None, **more):
    config = main_config({"oms": {"endpoints": [upstream.address], "timeout": "10s"}}, **more)
    config["listeners"][0]["limits"] = limits or {}
    return config, {"orders": {"api": "orders", "base": "/orders", "defaults": {"auth": {"any": ["signature"]}}, "routes": [
        {"name": "create", "match": {"method": "POST", "path": "/"}, "adapter": {"http": {"cluster": "oms", "path": "/orders"}}}]}}


def test_bodies_that_are_only_announced_take_no_room(upstream, tmp_path):
    config, routes = settings(upstream, {"buffered_bytes": "1MiB", "request_body": "1MiB"})
    with Gateway(config, routes, tmp_path) as gateway, contextlib.ExitStack() as stack:
        stranger = [("Authorization", f"ApiKey {KEY}"), ("X-Timestamp", str(now())), ("X-Signature", "0" * 64)]
        for _ in range(30):
            connection = stack.enter_context(gateway.connect())
            connection.send(head_of("POST", "/orders", [*stranger, ("Content-Length", "900000")]) + b"x")
        until(lambda: sum(gateway.metric("causeway_active_requests").values()) >= 30, what="30 strangers")
        body = b"x" * 100_000
        assert_success(gateway.call("POST", "/orders", signed(body), body), OK)


def test_a_chunked_body_as_long_as_the_limit_is_not_whole_before_its_end(upstream, tmp_path):
    config, routes = settings(upstream, {"request_body": "40KiB", "body_timeout": "300ms"})
    body = b"x" * 40960
    with Gateway(config, routes, tmp_path) as gateway, gateway.connect() as connection:
        head = head_of("POST", "/orders", [*signed(body), ("Transfer-Encoding", "chunked")])
        connection.send(head + b"a000\r\n" + body + b"\r\n")
        assert_error(connection.read(), 40890)
        assert upstream.requests == []


def test_a_refused_reload_opens_no_window_for_a_replay(upstream, tmp_path):
    config, routes = settings(upstream)
    with Gateway(config, routes, tmp_path) as gateway:
        wider = {**config, "signing": {"window": "10m"}}
        gateway.write({**wider, "drain_timout": "1s"}, routes)
        gateway.signal(signal.SIGHUP)
        gateway.wait_log("configuration refused")
        body = b'{"n":1}'
        headers = signed(body, timestamp=now() + 50_000)
        assert_success(gateway.call("POST", "/orders", headers, body), OK)
        gateway.reload(wider, routes)
        assert_error(gateway.call("POST", "/orders", headers, body), 40194)
        assert len(upstream.requests) == 1
