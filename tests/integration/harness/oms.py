"""A system that takes orders and keeps a ledger of what it has really done, whatever it says about it.

    POST /orders                    {"externalNo": …, …}: one order; how, says the script of its externalNo
    GET  /orders/by-external/{no}   what it has done: 200 {"order_no", "status", "externalNo"}, or 404
    GET  /tx/{txid}                 the same by X-Causeway-Transaction

A turn is what it does with one POST; the last one of a script is played again and again.
"""
import itertools
import json
import urllib.parse

from .gateway import SLOW
from .http import TIMEOUT, until
from .upstream import Gate, Upstream, reply


class Oms(Upstream):
    """`honours`: the header by which it does nothing twice. `barrier`: what it has said it does not know, it refuses
    later. `duplicates`: what it does with an externalNo or txid that it has: "refuse" (409) or "execute" once more."""

    def __init__(self, honours=None, barrier=False, duplicates="refuse", port=0):
        self.numbers = itertools.count(1)
        self.usual = {"honours": honours, "barrier": barrier, "duplicates": duplicates}
        super().__init__(self._play, port)

    def reset(self):
        with self.changed:
            super().reset()
            vars(self).update(self.usual)
            self.ledger, self.scripts, self.checking, self.kept, self.denied = [], {}, None, {}, set()

    # What a test says

    def script(self, external_no, *turns):
        """How it takes the POSTs of this externalNo, one after the other. Without: `answer`."""
        with self.changed:
            self.scripts[external_no] = list(turns)

    def check_says(self, answer):
        """How it answers checks from now on; None: with the truth."""
        self.checking = answer

    # What a test sees

    def done(self, external_no=None):
        """The orders of the ledger."""
        with self.changed:
            return [order for order in self.ledger if external_no in (None, order["externalNo"])]

    def number(self, external_no):
        """Of the one order that it has done."""
        [found] = self.done(external_no)
        return found["order_no"]

    def calls(self, external_no):
        """The POSTs that came for it."""
        return [request for request in self.seen("/orders") if request.method == "POST" and external_no == _external_no(request)]

    def checks(self, part=""):
        """The checks that came."""
        with self.changed:
            return [request for request in self.requests if request.method == "GET" and part in request.target]

    def wait_calls(self, external_no, count):
        until(lambda: len(self.calls(external_no)) >= count, TIMEOUT * SLOW, what=f"{count} calls of {external_no}")
        return self.calls(external_no)

    def wait_checks(self, count, part=""):
        until(lambda: len(self.checks(part)) >= count, TIMEOUT * SLOW, what=f"{count} checks")
        return self.checks(part)

    # What it does

    def execute(self, request):
        """The order, new or found again; None: refused as a duplicate or behind the barrier."""
        txid, body = request.header("X-Causeway-Transaction"), json.loads(request.body)
        key = request.header(self.honours) if self.honours else None
        with self.changed:
            if key is not None and key in self.kept:
                return self.kept[key]
            if self.barrier and txid in self.denied:
                return None
            if self.duplicates == "refuse" and any(order["externalNo"] == body["externalNo"] or order["txid"] == txid is not None
                                                   for order in self.ledger):
                return None
            order = {"order_no": f"O-{next(self.numbers)}", "externalNo": body["externalNo"], "txid": txid, "body": body}
            self.ledger.append(order)
            if key is not None:
                self.kept[key] = order
            self.changed.notify_all()
            return order

    def find(self, txid=None, external_no=None):
        with self.changed:
            return next((order for order in self.ledger if txid == order["txid"] is not None or external_no == order["externalNo"]), None)

    def _play(self, request, peer):
        path = request.target.partition("?")[0]
        if request.method == "POST" and path == "/orders":
            self._turn(_external_no(request))(self, request, peer)
        elif request.method == "GET" and path.count("/") > 1:
            (self.checking or Oms._truth)(self, request, peer)
        else:
            reply(b'{"message":"what?"}', 404)(request, peer)

    def _turn(self, external_no):
        with self.changed:
            turns = self.scripts.get(external_no) or [answer]
            return turns.pop(0) if len(turns) > 1 else turns[0]

    @staticmethod
    def _truth(self, request, peer):
        _, kind, *_, last = request.target.partition("?")[0].split("/")
        name = urllib.parse.unquote(last)
        txid = name if kind == "tx" else request.header("X-Causeway-Transaction")
        with self.changed:
            order = self.find(txid=name) if kind == "tx" else self.find(external_no=name)
            if order is None and txid is not None:
                self.denied.add(txid)
                self.changed.notify_all()
        says_done(order)(self, request, peer) if order else says_absent(self, request, peer)


def _external_no(request):
    return json.loads(request.body)["externalNo"] if request.body else ""


def _said(order):
    return json.dumps({"order_no": order["order_no"], "status": "CREATED", "externalNo": order["externalNo"]}, separators=(",", ":")).encode()


DUPLICATE = reply(b'{"message":"duplicate"}', 409)

# Turns


def answer(oms, request, peer):
    """Does it and says so."""
    order = oms.execute(request)
    (reply(_said(order), 201) if order else DUPLICATE)(request, peer)


def execute_then_hang(oms, request, peer):
    oms.execute(request)
    peer.wait_closed()
    peer.close()


def hang(_, __, peer):
    """Neither does it nor says anything."""
    peer.wait_closed()
    peer.close()


def execute_too_late(oms, request, peer):
    """Sets about it only when the gateway has given up, and it has told a check that it knows nothing of it."""
    peer.wait_closed()
    peer.close()
    with oms.changed:
        oms.changed.wait_for(lambda: request.header("X-Causeway-Transaction") in oms.denied, TIMEOUT * SLOW)
    oms.execute(request)


def execute_then_reset(oms, request, peer):
    oms.execute(request)
    peer.reset()


def execute_then_half(oms, request, peer):
    """The connection ends in the middle of the answer."""
    order = oms.execute(request)
    peer.hold()
    peer.send(b"HTTP/1.1 201 Created\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n" + _said(order))
    peer.close()


def execute_then_nonsense(oms, request, peer):
    oms.execute(request)
    reply(b'{"order_no":', 200)(request, peer)


def execute_then_fail(oms, request, peer):
    oms.execute(request)
    fail(oms, request, peer)


def reset(_, __, peer):
    peer.reset()


def fail(_, request, peer):
    reply(b'{"message":"broken"}', 500)(request, peer)


def refuse(_, request, peer):
    reply(b'{"message":"no such sku"}', 422)(request, peer)


class Held:
    """Does it at once, or (`late`) when it is let go, and answers then."""

    def __init__(self, turn=answer, late=False):
        self.turn, self.late, self.gate = turn, late, Gate()
        self.entered, self.open = self.gate.entered, self.gate.open

    def __call__(self, oms, request, peer):
        order = None if self.late else oms.execute(request)
        self.entered.set()
        self.gate.opened.wait(TIMEOUT * SLOW)
        if self.late:
            self.turn(oms, request, peer)
        else:
            (reply(_said(order), 201) if order else DUPLICATE)(request, peer)


# Answers to checks


def says_done(order):
    return lambda oms, request, peer: reply(_said(order))(request, peer)


def says_absent(_, request, peer):
    reply(b'{"message":"not found"}', 404)(request, peer)


def says(made):
    """Any answer as in upstream.py."""
    return lambda oms, request, peer: made(request, peer)
