"""An identity provider whose JWKS can be told to be slow, away, huge, redirecting or new."""
import ssl
import threading

from . import jwt
from .upstream import Upstream, reply


class Provider:
    """Serves `keys` at /keys; `answer` replaces what it says. Not started, or stopped: nobody listens at its port."""

    def __init__(self, *keys, tls=None):
        self.keys, self.tls, self.server, self.port = list(keys), tls, None, 0
        self.start()

    def start(self):
        self.server = Upstream(self._serve, self.port) if self.tls is None else _Tls(self._serve, self.port, self.tls)
        self.port = self.server.port
        self.answer = None
        return self

    def stop(self):
        self.server.stop()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}/keys" if self.tls is None else f"https://localhost:{self.port}/keys"

    def _serve(self, request, peer):
        (self.answer or reply(jwt.jwks(*self.keys)))(request, peer)

    def asked(self):
        return len(self.server.seen("/keys"))


class _Tls(Upstream):
    """The same behind a certificate: (PEM, key)."""

    def __init__(self, answer, port, pair):
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(*map(str, pair))
        super().__init__(answer, port)

    def _serve(self, peer):
        try:
            peer.socket = self.context.wrap_socket(peer.socket, server_side=True)
        except (OSError, ssl.SSLError):
            with self.changed:
                self.peers.remove(peer)
            peer.close()
            return
        super()._serve(peer)


def trickle(piece, every, times):
    """An answer that never seems to end: `piece` every so many seconds."""
    def answer(_, peer):
        peer.send(b"HTTP/1.1 200 X\r\nContent-Type: application/json\r\n\r\n")
        stop = threading.Event()
        for _ in range(times):
            peer.send(piece)
            stop.wait(every)
        peer.close()
    return answer
