"""A signature works once, also over the death of the process, its orderly end, and a clock that was set back (correctness.md, "Edges")."""
import os
import signal
import sqlite3
import subprocess
import time

import pytest

from harness import http
from harness.envelope import assert_error, assert_success
from harness.gateway import SLOW, Gateway, main_config
from harness.signing import now, signed, signed_v2

BODY = b'{"externalNo":"E-1"}'
ROUTES = {"orders": {
    "api": "orders", "base": "/", "defaults": {"auth": {"any": ["signature"]}, "http": {"cluster": "oms"}},
    "routes": [{"name": "kept", "match": {"method": "POST", "path": "/kept"}, "plugins": [{"idempotency": {"key": "{{ $request.externalNo }}"}}],
                "adapter": {"http": {"path": "/orders"}}},
               {"name": "list", "match": {"method": "GET", "path": "/orders"}, "adapter": {"http": {"path": "/orders"}}},
               {"name": "create", "match": {"method": "POST", "path": "/orders"}, "adapter": {"http": {"path": "/orders"}}}]}}
SAVED = "data/causeway.db.replays"


class Processes:
    """One data folder, and the processes that serve on it, one after the other."""

    def __init__(self, upstream, folder, **more):
        self.upstream = upstream
        self.config = main_config({"oms": upstream.address},
                                  **{"store": {"sqlite": {"path": "data/causeway.db", "min_free": "0B"}}, **more})
        self.gateway = Gateway(self.config, ROUTES, folder)

    @property
    def folder(self):
        return self.gateway.folder

    def kill(self):
        self.gateway.process.kill()
        self.gateway.process.wait()

    def stop(self):
        self.gateway.signal(signal.SIGTERM)
        assert self.gateway.wait() == 0

    def start(self):
        self.gateway.lines.clear()
        self.gateway.start()

    def post(self, headers, body=BODY, target="/orders"):
        return self.gateway.call("POST", target, headers, body)

    def database(self, *statement):
        """What a statement gives on the store of a process that has ended."""
        with sqlite3.connect(self.folder / "data" / "causeway.db") as store:
            rows = store.execute(*statement).fetchall()
        store.close()
        return rows


@pytest.fixture
def processes(upstream, tmp_path):
    made = Processes(upstream, tmp_path)
    yield made
    made.gateway.stop()


def v1(timestamp, body=BODY):
    return [*signed(body, timestamp=timestamp), ("Content-Type", "application/json")]


def v2(timestamp, nonce=None, method="POST", body=BODY):
    return signed_v2(method, "/orders", body, timestamp=timestamp, nonce=nonce)


def pass_start():
    """A millisecond later than any start before."""
    time.sleep(0.003)


def assert_called(upstream, times):
    assert len(upstream.requests) == times, upstream.requests


@pytest.mark.parametrize("sign", [v1, v2])
def test_one_dated_ahead_is_refused_by_the_process_after_a_kill(processes, upstream, sign):
    headers = sign(now() + 50_000)
    assert_success(processes.post(headers), b'{"ok":true}')
    assert_error(processes.post(headers), 40194)
    for _ in range(2):
        processes.kill()
        processes.start()
        assert_error(processes.post(headers), 40194)
    assert_called(upstream, 1)
    assert_success(processes.post(sign(now() + 50_000)), b'{"ok":true}')  # others work


def test_a_nonce_dated_ahead_is_refused_on_every_method_and_with_every_timestamp(processes, upstream):
    assert_success(processes.gateway.call("GET", "/orders", v2(now() + 50_000, "a-nonce-0123456789", "GET", b"")), b'{"ok":true}')
    processes.kill()
    processes.start()
    pass_start()
    assert_error(processes.post(v2(now() + 30_000, "a-nonce-0123456789")), 40194)
    assert_error(processes.post(v2(now(), "a-nonce-0123456789")), 40194)
    assert_called(upstream, 1)


def test_killed_while_they_come_none_reaches_the_system_twice(processes, upstream):
    sent, heads = [], now() + 40_000
    for round in range(5):
        before = len(upstream.requests)
        with processes.gateway.connect() as connection:
            for number in range(40):
                body = b'{"externalNo":"%d-%d"}' % (round, number)
                sent.append((v1(heads + len(sent), body), body))
                connection.send(http.message("POST", "/orders", *sent[-1]))
            http.until(lambda: len(upstream.requests) > before + 7 * round, what="some of the calls")
            processes.kill()
        processes.start()
    for headers, body in sent + sent:
        processes.post(headers, body)
    bodies = [request.body for request in upstream.requests]
    assert len(bodies) == len(set(bodies)) and len(bodies) <= len(sent)


def test_after_a_kill_everything_signed_before_is_refused(processes, upstream):
    pass_start()
    used, unused = v1(now()), v1(now(), b"")
    assert_success(processes.post(used), b'{"ok":true}')
    processes.kill()
    processes.start()
    assert_error(processes.post(used), 40193)
    assert_error(processes.post(unused, b""), 40193)
    assert_error(processes.post(v2(now() - 1000)), 40193)
    pass_start()
    assert_success(processes.post(v1(now())), b'{"ok":true}')
    assert_called(upstream, 2)


def test_an_orderly_stop_refuses_nobody(processes, upstream):
    pass_start()
    early, used, nonce = v1(now()), v1(now(), BODY + b" "), v2(now())
    assert_success(processes.post(used, BODY + b" "), b'{"ok":true}')
    assert_success(processes.post(nonce), b'{"ok":true}')
    processes.stop()
    assert (processes.folder / SAVED).exists()
    processes.start()
    assert not (processes.folder / SAVED).exists()
    assert_error(processes.post(used, BODY + b" "), 40194)
    assert_error(processes.post(nonce), 40194)
    assert_success(processes.post(early), b'{"ok":true}')
    assert_error(processes.post(early), 40194)
    assert_called(upstream, 3)


def test_a_saved_table_is_used_once(processes, upstream):
    pass_start()
    early = v1(now())
    processes.stop()
    saved = (processes.folder / SAVED).read_bytes()
    processes.start()
    processes.kill()
    assert not (processes.folder / SAVED).exists()
    processes.start()
    assert_error(processes.post(early), 40193)
    processes.stop()
    assert (processes.folder / SAVED).read_bytes() != saved


@pytest.mark.parametrize("damage", [
    lambda saved: saved[:-1], lambda saved: b"", lambda saved: saved[:80] + bytes([saved[80] ^ 1]) + saved[81:]], ids=["short", "empty", "a bit"])
def test_a_damaged_table_is_as_good_as_none(processes, damage):
    pass_start()
    early = v1(now())
    processes.stop()
    saved = processes.folder / SAVED
    saved.write_bytes(damage(saved.read_bytes()))
    processes.start()
    assert not saved.exists()
    processes.gateway.wait_log("saved signatures are not used")
    assert_error(processes.post(early), 40193)
    pass_start()
    assert_success(processes.post(v1(now())), b'{"ok":true}')


def test_a_table_of_other_settings_is_not_used(processes):
    pass_start()
    early = v1(now())
    processes.stop()
    processes.gateway.write({**processes.config, "signing": {"window": "10m"}})
    processes.start()
    assert_error(processes.post(early), 40193)


@pytest.mark.parametrize("ahead", [0, 50_000])
def test_a_route_that_keeps_answers_gives_the_same_bytes_theirs(processes, upstream, ahead):
    """A client of version 1 that resends what it has sent, because it did not get to see an answer."""
    pass_start()
    headers = v1(now() + ahead)
    first = processes.post(headers, target="/kept")
    assert_success(first, b'{"ok":true}')
    refused = 40194 if ahead else 40193
    for end in (lambda: None, processes.kill, processes.stop):
        end()
        if end.__name__ != "<lambda>":
            processes.start()
        again = processes.post(headers, target="/kept")
        assert (again.status, again.body, again.header("Idempotency-Replayed")) == (200, first.body, "true")
        assert processes.post(headers).code in (40194, refused)  # nowhere else
    other = b'{"externalNo":"E-2"}'
    unused = v1(now() - 60_000, other)
    assert_error(processes.post(unused, other, target="/kept"), 40193)  # it may have been used elsewhere, and nothing is known of it
    assert_called(upstream, 1)


def test_a_nonce_is_strict_also_where_answers_are_kept(processes, upstream):
    pass_start()
    headers = signed_v2("POST", "/kept", BODY)
    assert_success(processes.post(headers, target="/kept"), b'{"ok":true}')
    assert_error(processes.post(headers, target="/kept"), 40194)
    processes.kill()
    processes.start()
    assert_error(processes.post(headers, target="/kept"), 40193)
    pass_start()
    again = processes.post(signed_v2("POST", "/kept", BODY), target="/kept")  # signed anew, it is the same call
    assert again.header("Idempotency-Replayed") == "true"
    assert_called(upstream, 1)


def test_a_clock_that_was_set_back_before_a_restart_opens_no_window(processes, upstream):
    """Where the clock cannot be set, the note of it can: the process before this one has seen a time that is half a minute ahead."""
    pass_start()
    processes.kill()
    processes.database("UPDATE clock_mark SET wall = wall + 30000")
    processes.start()
    processes.gateway.wait_log("the clock was set back")
    assert_error(processes.post(v1(now())), 40193)
    assert_error(processes.post(v1(now() + 10_000)), 40193)
    assert_success(processes.gateway.call("GET", "/orders", signed()), b'{"ok":true}')  # may repeat
    assert_success(processes.post(v1(now() + 50_000)), b'{"ok":true}')
    # It is known for as long as it lasts, over any number of ends.
    processes.kill()
    processes.start()
    assert_error(processes.post(v1(now())), 40193)
    # In another boot of the machine as well.
    processes.kill()
    processes.database("UPDATE clock_mark SET boot = 'another'")
    processes.start()
    assert_error(processes.post(v1(now())), 40193)


@pytest.fixture
def small_disk(tmp_path):
    folder = tmp_path / "gateway" / "data"
    folder.mkdir(parents=True)
    if os.geteuid() != 0 or subprocess.run(["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", folder], capture_output=True).returncode:
        pytest.skip("needs to mount a tmpfs")
    yield folder
    subprocess.run(["umount", "-l", folder], check=True)


def test_without_room_on_the_disk_one_dated_ahead_is_as_if_it_had_not_come(upstream, small_disk):
    processes = Processes(upstream, small_disk.parent)
    filler, body = small_disk / "filler", b'{"externalNo":"%d"}'

    def fill():
        with open(filler, "ab", buffering=0) as file:
            try:
                while file.write(b"x" * 4096) == 4096:
                    pass
            except OSError:
                pass
    for number in range(5000):
        fill()
        headers = v1(now() + 50_000, body % number)
        answer = processes.post(headers, body % number)
        if answer.status != 200:
            break
    assert (answer.status, answer.code) == (503, 50392), answer
    assert processes.post(headers, body % number).code == 50392
    called = len(upstream.requests)
    assert called == number
    assert_success(processes.post(v1(now())), b'{"ok":true}')  # needs no disk
    filler.unlink()
    http.until(lambda: processes.post(headers, body % number).status == 200, 30 * SLOW, what="room on the disk")
    assert_error(processes.post(headers, body % number), 40194)
    assert_called(upstream, called + 2)
    processes.stop()


def test_what_nobody_can_use_any_more_is_forgotten(processes):
    assert_success(processes.post(v1(now() + 50_000)), b'{"ok":true}')
    processes.kill()
    (row,) = processes.database("SELECT length(digest), signed_at, expires FROM used_signature")
    assert row[0] == 32 and row[2] - row[1] >= 360_000
    processes.database("UPDATE used_signature SET expires = expires - 500000")
    processes.start()
    processes.kill()
    assert processes.database("SELECT count(*) FROM used_signature") == [(0,)]
    processes.start()


def test_the_time_is_noted_again_and_again(processes):
    processes.kill()
    before, = processes.database("SELECT wall, since_boot, boot, latest FROM clock_mark")
    processes.start()
    path = processes.folder / "data" / "causeway.db"

    def noted():
        with sqlite3.connect(path) as store:
            row = store.execute("SELECT wall, since_boot, boot, latest FROM clock_mark").fetchone()
        store.close()
        return row
    started = noted()
    http.until(lambda: noted()[0] > started[0] + 2000, 30 * SLOW, what="the next mark")
    after = noted()
    assert after[2] == before[2] and after[1] > before[1] and abs(after[0] - now()) < 10_000 * SLOW


def test_without_a_store_nothing_is_promised_beyond_the_process(upstream, tmp_path):
    config = main_config({"oms": upstream.address}, store="none")
    plain = {"orders": {**ROUTES["orders"], "routes": [made for made in ROUTES["orders"]["routes"] if "plugins" not in made]}}
    with Gateway(config, plain, tmp_path) as gateway:
        gateway.wait_log("store: warning: a signature that is dated ahead works once more after a restart")
        headers = v1(now() + 50_000)
        assert_success(gateway.call("POST", "/orders", headers, BODY), b'{"ok":true}')
        assert_error(gateway.call("POST", "/orders", headers, BODY), 40194)
        gateway.reload({**config, "store": {"sqlite": {"path": "data/causeway.db", "min_free": "0B"}}})
        assert_error(gateway.call("POST", "/orders", headers, BODY), 40194)
        later = v1(now() + 50_000)
        assert_success(gateway.call("POST", "/orders", later, BODY), b'{"ok":true}')
        gateway.process.kill()
        gateway.process.wait()
        gateway.write({**config, "store": {"sqlite": {"path": "data/causeway.db", "min_free": "0B"}}})
        gateway.start()
        assert gateway.call("POST", "/orders", headers, BODY).code in (40193, 40194)
        assert gateway.call("POST", "/orders", later, BODY).code in (40193, 40194)
