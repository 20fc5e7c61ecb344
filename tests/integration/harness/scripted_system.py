"""A system that misbehaves by a script: the n-th request gets the n-th turn, the last one again and again.

A turn is an answer as in upstream.py, `(request, peer)`; here are those that break connections rather than rules.
"""
import socket
import threading
import time

from .http import TIMEOUT
from .upstream import Upstream, reply

FINE = reply(b'{"ok":true}')


def steps(*turns):
    """One after the other."""
    def turn(request, peer):
        for step in turns:
            step(request, peer)
    return turn


def drip(data, every):
    """A byte at a time, each in a segment of its own, as long as somebody listens."""
    def turn(_, peer):
        for at in range(len(data)):
            peer.send(data[at:at + 1])
            time.sleep(every)
    return turn


def fin(_, peer):
    """Says that nothing more will come, and goes on reading."""
    peer.socket.shutdown(socket.SHUT_WR)


def unread(turn):
    """Plays when the request has arrived at the machine, of which the system reads nothing."""
    def play(_, peer):
        peer.socket.recv(1, socket.MSG_PEEK)
        turn(None, peer)
    play.unread = True
    return play


def interim(count, status=103):
    """So many answers that are none yet."""
    return (b"HTTP/1.1 %d Wait\r\nX-Hint: 1\r\n\r\n" % status) * count


class ScriptedSystem(Upstream):
    def __init__(self, *turns):
        self.turns, self.played = turns or (FINE,), 0
        super().__init__(self._play)

    def play(self, *turns):
        """From here on this is the script. Forgets what was seen; nothing that is open can be used again."""
        with self.changed:
            self.turns, self.played = turns or (FINE,), 0
            self.requests, self.broken, self.bytes, self.connections = [], [], 0, 0
            peers = list(self.peers)
        for peer in peers:
            peer.close()
        with self.changed:
            assert self.changed.wait_for(lambda: not set(peers) & set(self.peers), TIMEOUT), "a turn does not end"

    def refuse(self):
        """Nobody listens any more; connections are refused until `listen`."""
        self.listener.shutdown(socket.SHUT_RDWR)

    def listen(self):
        self.listener.listen(1024)
        threading.Thread(target=self._accept, daemon=True).start()

    def idle(self):
        """The connections that are open."""
        with self.changed:
            return list(self.peers)

    def reset_idle(self, peer):
        """Resets a connection that waits for a request."""
        peer.open = False
        peer.socket.shutdown(socket.SHUT_RD)  # unnoticed outside; wakes the thread that reads, whose end `close` would wait for
        with self.changed:
            assert self.changed.wait_for(lambda: peer not in self.peers, TIMEOUT)
        peer.reset()

    def _next(self, only_unread=False):
        with self.changed:
            turn = self.turns[min(self.played, len(self.turns) - 1)]
            if only_unread and not hasattr(turn, "unread"):
                return None
            self.played += 1
            return turn

    def _play(self, request, peer):
        self._next()(request, peer)

    def _serve(self, peer):
        turn = self._next(only_unread=True)
        if turn:
            try:
                turn(None, peer)
            except OSError:
                pass
        super()._serve(peer)
        with self.changed:
            self.changed.notify_all()
