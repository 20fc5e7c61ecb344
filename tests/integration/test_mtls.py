"""Client certificates: which handshakes succeed, who calls by which certificate, and what a connection may ask for."""
import socket
import ssl
import subprocess

import pytest

from harness import certificates
from harness.envelope import assert_error, assert_success
from harness.gateway import API_TOKEN, API_TOKEN_SHA256, Gateway, command, main_config
from harness.http import call, head_of, message, until
from harness.signing import signed

OK = b'{"ok":true}'
HOST = "localhost"


class Pki:
    """A root with an intermediate authority, a stranger's root, and certificates of all kinds."""

    def __init__(self, folder):
        self.folder = folder
        self.root = certificates.Authority(folder, "root")
        self.between = certificates.Authority(folder, "between", self.root)
        self.stranger = certificates.Authority(folder, "stranger")
        self.server = certificates.make(folder)
        self.oms = self.root.issue("oms", "DNS:OMS.internal")
        self.wms = self.between.issue("wms", "URI:spiffe://example.com/wms,DNS:other.internal")
        self.mail = self.root.issue("mail", "email:Mail@example.com")
        self.both = self.root.issue("both", "DNS:oms.internal,URI:spiffe://example.com/wms")
        self.nobody = self.root.issue("nobody", "DNS:nobody.internal")
        self.nameless = self.root.issue("nameless", None)
        self.expired = self.root.issue("expired", starts=-3, ends=-1)
        self.early = self.root.issue("early", starts=1, ends=3)
        self.for_servers = self.root.issue("for_servers", usage="serverAuth")
        self.for_anything = self.root.issue("for_anything", usage=None)
        self.foreign = self.stranger.issue("foreign")
        self.own = certificates.make(folder, "own", "oms.internal")

    def client(self, own=None, version=None):
        return certificates.client(self.server[0], own, version)


def configuration(upstream, pki, mode="optional"):
    config = main_config({"oms": upstream.address})
    tls = {"certificate": str(pki.server[0]), "private_key": str(pki.server[1]), "client_ca": str(pki.root.certificate)}
    if mode:
        tls["client_certificate"] = mode
    config["listeners"] = [{"name": "public", "address": "127.0.0.1:0", "tls": tls}]
    config["consumers"][0]["certificates"] = ["dns:oms.internal"]
    config["consumers"] += [
        {"name": "wms", "roles": ["internal"], "certificates": ["uri:spiffe://example.com/wms"]},
        {"name": "mail", "roles": ["partner"], "certificates": ["email:Mail@example.com"]},
        {"name": "reporting", "roles": ["internal"], "api_tokens": [{"sha256": API_TOKEN_SHA256}]}]
    return config, {"x": {"api": "x", "base": "/", "defaults": {"auth": {"any": ["mtls"]}, "http": {"cluster": "oms"}}, "routes": [
        {"name": "x", "match": {"methods": ["GET", "POST"], "path": "/x"}, "adapter": {"http": {"path": "/x"}}},
        {"name": "inside", "match": {"methods": ["GET", "POST"], "path": "/inside"}, "access": {"roles": ["internal"]},
         "adapter": {"http": {"path": "/inside"}}},
        {"name": "mixed", "match": {"methods": ["GET", "POST"], "path": "/mixed"}, "auth": {"any": ["mtls", "signature", "api_key"]},
         "adapter": {"http": {"path": "/mixed"}}},
        {"name": "open", "match": {"methods": ["GET", "POST"], "path": "/open"}, "auth": "none", "adapter": {"http": {"path": "/open"}}}]}}


@pytest.fixture(scope="module")
def pki(tmp_path_factory):
    return Pki(tmp_path_factory.mktemp("pki"))


@pytest.fixture(scope="module")
def gateway(upstream, pki, tmp_path_factory):
    with Gateway(*configuration(upstream, pki), tmp_path_factory.mktemp("optional")) as running:
        yield running


@pytest.fixture(scope="module")
def strict(upstream, pki, tmp_path_factory):
    with Gateway(*configuration(upstream, pki, None), tmp_path_factory.mktemp("required")) as running:
        yield running


def get(gateway, tls, target="/x", headers=(), body=None):
    return call(gateway.port, "POST" if body is not None else "GET", target, headers, body, tls=tls, host=HOST)


def handshake(gateway, tls):
    """Why no answer comes, in OpenSSL's words. With TLS 1.3 the client learns it only when it reads."""
    with pytest.raises(ssl.SSLError) as failure:
        with gateway.connect(tls=tls) as connection:
            connection.send(message("GET", "/open", host=HOST))
            connection.read()
    return failure.value.reason


@pytest.mark.parametrize("own, consumer", [("oms", "oms"), ("wms", "wms"), ("mail", "mail")])
@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3], ids=["1.2", "1.3"])
def test_the_certificate_names_the_caller(gateway, strict, pki, upstream, own, consumer, version):
    for each in (gateway, strict):
        upstream.reset()
        assert_success(get(each, pki.client(getattr(pki, own), version)), OK)
        assert upstream.one().header("X-Consumer-Name") == consumer


def test_every_call_of_the_connection_is_the_same_callers(gateway, pki, upstream):
    with gateway.connect(tls=pki.client(pki.oms)) as connection:
        connection.send(b"".join(message("GET", "/x", host=HOST) for _ in range(10)))
        for _ in range(10):
            assert_success(connection.read(), OK)
    assert {request.header("X-Consumer-Name") for request in upstream.requests} == {"oms"}


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3], ids=["1.2", "1.3"])
@pytest.mark.parametrize("own, alert", [
    ("foreign", "TLSV1_ALERT_UNKNOWN_CA"), ("own", "TLSV1_ALERT_UNKNOWN_CA"), ("expired", "SSLV3_ALERT_CERTIFICATE_EXPIRED"),
    ("early", "SSLV3_ALERT_BAD_CERTIFICATE"), ("for_servers", "SSLV3_ALERT_UNSUPPORTED_CERTIFICATE"),
    ("for_anything", "SSLV3_ALERT_UNSUPPORTED_CERTIFICATE")])
def test_a_wrong_certificate_ends_the_handshake(gateway, strict, pki, upstream, own, alert, version):
    for each in (gateway, strict):
        before = sum(each.metric("causeway_tls_handshakes_failed_total").values())
        assert handshake(each, pki.client(getattr(pki, own), version)) == alert
        until(lambda: sum(each.metric("causeway_tls_handshakes_failed_total").values()) == before + 1, what="the count")
    assert upstream.bytes == 0


def test_without_a_certificate_it_depends_on_the_listener(gateway, strict, pki, upstream):
    assert handshake(strict, pki.client(version=ssl.TLSVersion.TLSv1_3)) == "TLSV13_ALERT_CERTIFICATE_REQUIRED"
    assert handshake(strict, pki.client(version=ssl.TLSVersion.TLSv1_2)) == "SSLV3_ALERT_HANDSHAKE_FAILURE"
    assert upstream.bytes == 0
    response = assert_error(get(gateway, pki.client()), 40190)
    assert response.header("WWW-Authenticate") == "ClientCertificate"
    assert upstream.bytes == 0
    assert_success(get(gateway, pki.client(), "/open"), OK)


@pytest.mark.parametrize("own", ["nobody", "nameless", "both"])
def test_a_certificate_of_nobody_or_of_several_is_wrong(gateway, pki, upstream, own):
    assert_error(get(gateway, pki.client(getattr(pki, own))), 40191)
    assert upstream.bytes == 0


def test_access_rules_hold(gateway, pki, upstream):
    assert_error(get(gateway, pki.client(pki.mail), "/inside", body=b"{}"), 40390)
    assert upstream.bytes == 0
    assert_success(get(gateway, pki.client(pki.wms), "/inside", body=b"{}"), OK)


def test_what_the_call_shows_goes_before_the_certificate(gateway, pki, upstream):
    tls = pki.client(pki.wms)
    assert_success(get(gateway, tls, "/mixed"), OK)
    assert_success(get(gateway, tls, "/mixed", signed(b"")), OK)
    assert_success(get(gateway, tls, "/mixed", [("X-API-Key", API_TOKEN)]), OK)
    assert [request.header("X-Consumer-Name") for request in upstream.requests] == ["wms", "oms", "reporting"]
    assert_error(get(gateway, tls, "/mixed", signed(b"", secret="another-secret-0123456789")), 40191)
    assert_error(get(gateway, tls, "/mixed", [("Authorization", "Bearer x")]), 40191)
    assert_error(get(gateway, tls, "/x", signed(b"")), 40191)
    assert len(upstream.requests) == 3


MISDIRECTED = "this connection does not serve that host"


def test_another_host_than_the_handshakes_is_misdirected(gateway, pki, upstream):
    for host in ("other.example", "localhost.evil", "127.0.0.1", "xlocalhost"):
        with gateway.connect(tls=pki.client(pki.oms)) as connection:
            connection.send(head_of("POST", "/x", [("Content-Length", "5"), ("X-Request-Id", "mine")], host=host))
            response = connection.read("POST")
            assert_error(response, 42190, MISDIRECTED)
            assert response.header("X-Request-Id") == "mine" and response.header("Connection").lower() == "close"
            connection.assert_closed()
    assert upstream.bytes == 0
    gateway.wait_log(r"refused POST /x .*code=42190 .*reason=misdirected")
    for host in ("localhost", f"LOCALHOST:{gateway.port}", "localhost."):
        with gateway.connect(tls=pki.client(pki.oms)) as connection:
            connection.send(message("GET", "/x", host=host))
            assert_success(connection.read(), OK)


def test_without_a_name_in_the_handshake_any_host_will_do(gateway, pki, upstream):
    tls = pki.client(pki.oms)
    tls.check_hostname = False
    with socket.create_connection(("127.0.0.1", gateway.port), 20) as plain:
        with tls.wrap_socket(plain) as secured:
            secured.sendall(message("GET", "/x", [("Connection", "close")], host="gateway.test"))
            received = b""
            while data := secured.recv(65536):
                received += data
    assert received.startswith(b"HTTP/1.1 200 ")


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3], ids=["1.2", "1.3"])
def test_no_session_is_resumed(gateway, pki, upstream, version):
    tls = pki.client(pki.oms, version)
    session = None
    for _ in range(3):
        with socket.create_connection(("127.0.0.1", gateway.port), 20) as plain:
            with tls.wrap_socket(plain, server_hostname=HOST, session=session) as secured:
                assert not secured.session_reused
                secured.sendall(message("GET", "/x", [("Connection", "close")], host=HOST))
                while secured.recv(65536):
                    pass
                assert not secured.session.has_ticket
                session = secured.session


def test_openssls_own_client_is_told_which_authorities_are_meant(gateway, pki):
    done = subprocess.run(["openssl", "s_client", "-connect", f"127.0.0.1:{gateway.port}", "-servername", HOST, "-CAfile",
                           pki.server[0], "-cert", pki.oms[0], "-key", pki.oms[1]], input=b"", capture_output=True, timeout=20)
    text = done.stdout.decode()
    assert "Acceptable client certificate CA names\nCN = root\n" in text, text
    assert "Verify return code: 0 (ok)" in text


def test_a_reload_brings_another_authority_to_new_connections(upstream, pki, tmp_path):
    config, routes = configuration(upstream, pki)
    with Gateway(config, routes, tmp_path) as gateway:
        with gateway.connect(tls=pki.client(pki.oms)) as old:
            old.send(message("GET", "/x", host=HOST))
            assert_success(old.read(), OK)
            config["listeners"][0]["tls"]["client_ca"] = str(pki.stranger.certificate)
            gateway.reload(config)
            assert_success(get(gateway, pki.client(pki.foreign)), OK)
            assert handshake(gateway, pki.client(pki.oms)) == "TLSV1_ALERT_UNKNOWN_CA"
            old.send(message("GET", "/x", host=HOST))
            assert_success(old.read(), OK)
            config["consumers"][0]["certificates"] = ["dns:renamed.internal"]
            gateway.reload(config)
            old.send(message("GET", "/x", host=HOST))  # the connection lives on, its caller does not
            assert_error(old.read(), 40191)


def test_an_authority_between_may_be_the_anchor(upstream, pki, tmp_path):
    config, routes = configuration(upstream, pki)
    config["listeners"][0]["tls"]["client_ca"] = str(pki.between.certificate)
    with Gateway(config, routes, tmp_path) as gateway:
        assert_success(get(gateway, pki.client(pki.wms)), OK)
        assert handshake(gateway, pki.client(pki.oms)) == "TLSV1_ALERT_UNKNOWN_CA"


def check(config, routes, folder):
    written = Gateway(config, routes, folder, start=False)
    return command("check", "-c", written.config_file)


def test_a_wrong_configuration_is_refused_where_it_is_wrong(upstream, pki, tmp_path):
    config, routes = configuration(upstream, pki)
    tls = config["listeners"][0]["tls"]
    tls["client_ca"] = str(pki.oms[1])
    code, out, _ = check(config, routes, tmp_path)
    assert code == 2 and "listeners[0].tls.client_ca: " in out and "holds no certificates in PEM\n" in out, out
    del tls["client_ca"]
    code, out, _ = check(config, routes, tmp_path)
    assert code == 2 and "listeners[0].tls.client_certificate: needs `client_ca`" in out, out
    del tls["client_certificate"]
    code, out, _ = check(config, routes, tmp_path)
    assert code == 0 and "warning: no listener asks for client certificates" in out, out
    config["consumers"][0]["certificates"] = ["oms.internal", "uri:spiffe://example.com/wms"]
    code, out, _ = check(config, routes, tmp_path)
    assert code == 2 and "consumers[0].certificates[0]: expected a name such as dns:oms.internal" in out, out
    config["consumers"][0]["certificates"] = ["uri:spiffe://example.com/wms"]
    code, out, _ = check(config, routes, tmp_path)
    assert code == 2 and 'the certificate name "uri:spiffe://example.com/wms" is used twice' in out, out
