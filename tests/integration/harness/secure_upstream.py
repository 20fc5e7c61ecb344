"""Systems that are reached over TLS or by a unix socket."""
import os
import socket
import ssl

from .upstream import Upstream


class TlsUpstream(Upstream):
    """Behind a certificate, `pair` = (PEM, key); `asks`: PEM of the authorities whose certificates callers must show."""

    def __init__(self, pair, asks=None, version=None, answer=None, port=0, protocols=("http/1.1",)):
        self.handshakes, self.resumed, self.names, self.shown, self.failures = 0, 0, [], [], []
        self.protocols = protocols
        self.use(pair, asks, version)
        super().__init__(answer, port)

    def use(self, pair, asks=None, version=None):
        """From the next handshake on."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*map(str, pair))
        context.set_alpn_protocols(self.protocols)
        if asks:
            context.load_verify_locations(str(asks))
            context.verify_mode = ssl.CERT_REQUIRED
        if version:
            context.minimum_version = context.maximum_version = version
        context.sni_callback = lambda _, name, __: self.names.append(name)
        self.context = context

    def _serve(self, peer):
        try:
            peer.socket = self.context.wrap_socket(peer.socket, server_side=True)
        except (OSError, ssl.SSLError) as failure:
            with self.changed:
                self.failures.append(str(failure))
                self.peers.remove(peer)
                self.changed.notify_all()
            peer.close()
            return
        with self.changed:
            self.handshakes += 1
            self.resumed += peer.socket.session_reused
            self.shown.append(peer.socket.getpeercert())
            self.protocol = peer.socket.selected_alpn_protocol()
        super()._serve(peer)


class UnixUpstream(Upstream):
    """At a path of this machine."""

    def __init__(self, path, answer=None):
        self.path = str(path)
        super().__init__(answer)

    def _listen(self, port):
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(self.path)
        self.listener.listen(64)
        self.port, self.address = 0, f"unix:{self.path}"

    def stop(self):
        super().stop()
        if os.path.exists(self.path):
            os.unlink(self.path)
