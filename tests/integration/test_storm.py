"""Everything at once: odd callers, failing systems, reloads. Nothing may crash, leak, hang or mix up two answers."""
import json
import os
import random
import signal
import threading
import time

from harness.envelope import assert_success
from harness.gateway import SLOW, Gateway, main_config
from harness.http import Broken, chunked, head_of, message, until
from harness.scenes import OK
from harness.signing import signed
from harness.upstream import Upstream, close, raw, reply, reset

SECONDS = 8
SEED = int(os.environ.get("CAUSEWAY_SEED", time.time()))


def echo(request, peer):
    """Says which call it answers, so that an answer given to somebody else is noticed."""
    reply(json.dumps({"id": request.target.rsplit("=", 1)[-1], "pad": "x" * (len(request.body) % 5000)}).encode())(request, peer)


def slow(request, peer):
    time.sleep(random.random() * 0.3)
    echo(request, peer)


def large(request, peer):
    peer.send(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n" + chunked(*[b"y" * 20_000] * 20))


ANSWERS = [echo, echo, echo, echo, slow, large, close, reset, raw(b"HTTP/1.1 200 OK\r\nContent-Le", then="close"), raw(b"junk\r\n\r\n"),
           raw(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}junk"), raw(b"HTTP/1.1 204 No\r\n\r\n", then="close"),
           raw(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel", then="reset"), reply(b'{"e":1}', status=404),
           reply(b'{"e":1}', status=500, then="close"), raw(b"HTTP/1.1 302 F\r\nLocation: /\r\nContent-Length: 0\r\n\r\n")]


def settings(upstream, generation=0):
    config = main_config({"oms": {"endpoints": [upstream.address], "timeout": "400ms", "circuit_breaker": {"enabled": False}}}, drain_timeout="20s",
                         telemetry={"log": {"format": ["text", "json"][generation % 2], "language": ["en", "zh"][generation // 2 % 2]}})
    config["listeners"][0]["limits"] = {"header_timeout": "500ms", "body_timeout": "500ms", "connections": 200, "request_body": "100KiB"}
    routes = [{"name": "wrapped", "match": {"methods": "any", "path": "/x"}, "adapter": {"http": {"path": "/x"}}},
              {"name": "raw", "match": {"methods": "any", "path": "/raw"}, "reply": "as_is", "adapter": {"http": {"path": "/x"}}},
              {"name": "signed", "match": {"methods": "any", "path": "/signed"}, "auth": {"any": ["signature"]}, "adapter": {"http": {"path": "/x"}}},
              {"name": "limited", "match": {"method": "GET", "path": "/limited"}, "adapter": {"http": {"path": "/x"}},
               "plugins": [{"rate_limit": {"rate": "50/s", "per": "address"}}]}]
    return config, {"all": {"api": "all", "base": "/", "defaults": {"auth": "none", "http": {"cluster": "oms"}}, "routes": routes[:4 - generation % 2]}}


def odd_call(generator, connection, number):
    """One call of a careless or hostile caller; True when the connection can go on."""
    ident = f"{number}-{generator.randrange(1 << 30)}"
    target = generator.choice(["/x", "/x", "/raw", "/signed", "/limited", "/nowhere"]) + f"?id={ident}"
    method = generator.choice(["GET", "GET", "POST", "PUT", "HEAD", "DELETE", "FOO"])
    body = bytes(generator.randrange(256) for _ in range(generator.choice([0, 1, 10, 300]))) * generator.choice([1, 1, 200])
    body = body if method in ("POST", "PUT") else None
    headers = signed(body or b"") if "/signed" in target else []
    data = message(method, target, headers, body)
    if body is not None and generator.random() < 0.3:
        data = head_of(method, target, [*headers, ("Transfer-Encoding", "chunked")]) + chunked(body[:7], body[7:])
    kind = generator.random()
    if kind < 0.12:  # a byte changed
        at = generator.randrange(len(data))
        data = data[:at] + bytes([generator.randrange(256)]) + data[at + 1:]
    if kind < 0.2:   # leaves in the middle
        connection.send(data[:generator.randrange(len(data) + 1)])
        return False
    if kind < 0.3:
        connection.send_split(data[:400], generator.choice([1, 3, 50])).send(data[400:])
    else:
        connection.send(data)
    if 0.3 < kind < 0.4:
        return False  # does not wait for the answer
    response = connection.read(method)
    if kind > 0.2 and response.status == 200 and response.body.startswith(b'{"code":0,"message":"success","data":{"id"'):
        assert response.json["data"]["id"] == ident, f"somebody else's answer: {ident} got {response}"
    return response.header("Connection", "").lower() != "close"


def test_a_storm_leaves_no_trace(tmp_path):
    print(f"\nCAUSEWAY_SEED={SEED}")
    end, faults, calls = time.monotonic() + SECONDS, [], [0]

    def caller(gateway, number):
        generator = random.Random(SEED * 100 + number)
        while time.monotonic() < end:
            try:
                with gateway.connect(timeout=20 * SLOW) as connection:
                    while odd_call(generator, connection, number) and time.monotonic() < end:
                        calls[0] += 1
            except TimeoutError as hang:
                faults.append(hang)
                return
            except (Broken, OSError):
                pass  # an answer that was cut because the system's was
            except AssertionError as fault:
                faults.append(fault)
                return

    print(f"CAUSEWAY_SEED={SEED}")
    with Upstream(lambda request, peer: random.choice(ANSWERS)(request, peer)) as system:
        with Gateway(*settings(system), tmp_path) as gateway:
            threads = [threading.Thread(target=caller, args=(gateway, number)) for number in range(24)]
            for thread in threads:
                thread.start()
            generation = 0
            while time.monotonic() < end:
                generation += 1
                gateway.write(*(settings(system, generation) if generation % 5 else (": :", None)))
                gateway.signal(signal.SIGHUP)
                time.sleep(0.1)
            for thread in threads:
                thread.join()
            assert not faults, faults[0]
            assert calls[0] > 100
            ambiguous = [fault for fault in system.broken if "cut" not in fault]
            assert not ambiguous, ambiguous[0]
            gateway.reload(*settings(system))
            until(lambda: sum(gateway.metric("causeway_active_requests").values()) == 0, 30, what="the end of every call")
            until(lambda: sum(gateway.metric("causeway_connections").values()) <= 2, 30, what="the end of every connection")
            system.default = reply()
            assert_success(gateway.call("GET", "/x"), OK)
            print(f"{calls[0]} calls, {generation} reloads, {gateway.resident() >> 20} MiB resident")
