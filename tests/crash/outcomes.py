"""What must hold of calls with a key, a check and an event, after any number of crashes (correctness.md, "How it is proved").

Judged from what was recorded outside the gateway (callers, the system's ledger), and the store that it left.
"""
import collections
import json
import sqlite3


def check(known, ledger, events):
    """`known`: externalNo → (path, status, body) as its caller knows it. `ledger`: what the system did, in order.
    `events`: all that were stored. Returns the figures."""
    orders = collections.defaultdict(list)
    for entry in ledger:
        orders[entry["externalNo"]].append(entry)
    doubled = {key: found for key, found in orders.items() if len(found) > 1}
    assert not doubled, f"{len(doubled)} orders were carried out twice, such as {next(iter(doubled.items()))}"
    strangers = set(orders) - set(known)
    assert not strangers, f"nobody knows of the orders {sorted(strangers)[:5]}"

    by_id = {}
    for event in events:
        assert event["eventId"] not in by_id, f"two events {event['eventId']}"
        by_id[event["eventId"]] = event
    refused = 0
    for key, (_, status, body) in known.items():
        if status == 422:
            refused += 1
            assert key not in orders, f"{key} was refused, says its caller, and was carried out"
            continue
        assert key in orders, f"{key} is done, says its caller, and the ledger does not know it"
        [entry] = orders[key]
        data = json.loads(body)["data"]
        assert data == {"orderNo": entry["orderNo"]}, f"{key} is {data}, says its caller, and {entry} says the ledger"
        event = by_id.pop(entry["done"], None)
        assert event is not None, f"{key} ({entry['done']}) is done and no event"
        assert (event["eventType"], event["data"]) == ("ORDER_CREATED", {"orderNo": entry["orderNo"], "externalNo": key}), (event, entry)
        assert event["resolvedBy"] in ("response", "check"), event
    assert not by_id, f"{len(by_id)} events of what was not done, such as {next(iter(by_id.values()))}"
    resolved = collections.Counter(event["resolvedBy"] for event in events)
    return {"orders": len(known), "refused": refused, "events": len(events), "resolved_by": dict(resolved)}


def check_store(database, known):
    """The store after the last, clean end: sound, and with nothing left to settle. Returns its events."""
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as store:
        assert store.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        left = store.execute("SELECT txid, state, reason FROM half WHERE state IN (0, 3)").fetchall()
        assert not left, f"{len(left)} half messages are open, such as {left[0]}"
        records = dict(store.execute("SELECT key, state FROM idem"))
        assert set(records) == set(known) and set(records.values()) <= {3}, "a record is missing, too many, or not done"
        doubled = store.execute("SELECT key FROM idem GROUP BY key HAVING count(*) > 1").fetchall()
        assert not doubled, doubled
        events = [json.loads(data) for data, in store.execute("SELECT data FROM event")]
    store.close()
    return events
