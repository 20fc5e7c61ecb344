"""Systems over TLS and unix sockets: whom the gateway takes for the system, what it shows, and what callers see when not."""
import json
import os
import socket
import ssl

import pytest

from harness import certificates
from harness.envelope import assert_error, assert_success
from harness.gateway import SLOW, Gateway, command, main_config
from harness.http import until
from harness.secure_upstream import TlsUpstream, UnixUpstream
from harness.upstream import Upstream, reply

ROUTES = {"wms": {"api": "wms", "base": "/wms", "defaults": {"auth": "none", "http": {"cluster": "wms"}}, "routes": [
    {"name": "read", "match": {"method": "GET", "path": "/"}, "adapter": {"http": {"path": "/stock"}}},
    {"name": "write", "match": {"method": "POST", "path": "/"}, "adapter": {"http": {"path": "/stock"}}},
]}}


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return certificates.Authority(tmp_path_factory.mktemp("authority"), "root")


@pytest.fixture(scope="module")
def own(authority):
    """The system's certificate, for its name and its address."""
    return authority.issue("wms", "DNS:wms.internal,IP:127.0.0.1", usage="serverAuth")


@pytest.fixture
def system(own):
    with TlsUpstream(own, protocols=["h2", "http/1.1"]) as running:
        yield running


@pytest.fixture
def start(tmp_path):
    running = []

    def begin(address, tls=None, **more):
        cluster = {"endpoints": [address], **more}
        if tls is not None:
            cluster["tls"] = tls
        running.append(Gateway(main_config({"wms": cluster}, workers=1), ROUTES, tmp_path))
        return running[-1]
    yield begin
    for gateway in running:
        gateway.stop()


def call(gateway, method="GET", body=None):
    return gateway.call(method, "/wms", {"Content-Type": "application/json"} if body else (), body)


def passes(gateway, method="GET", body=None):
    assert_success(call(gateway, method, body), b'{"ok":true}')


def fails(gateway, why):
    """Unreachable, whatever the method: the caller is told no more, the log why."""
    for method, body in (("GET", None), ("POST", b"{}")):
        response = call(gateway, method, body)
        assert_error(response, 50290)
        assert "certificate" not in response.body.decode().lower()
    for line in gateway.wait_log("code=50290", count=2):
        assert why in line, line


def test_a_system_that_proves_its_name_is_called(start, system, authority):
    gateway = start(system.address, {"ca": str(authority.certificate), "server_name": "wms.internal"})
    passes(gateway)
    passes(gateway, "POST", b'{"sku":1}')
    assert system.names == ["wms.internal"] and system.protocol == "http/1.1"
    requests = system.seen("/stock")
    assert [request.header("Host") for request in requests] == [f"wms.internal:{system.port}"] * 2
    assert requests[1].body == b'{"sku":1}'
    assert system.connections == 1, "the connection was not used again"


def test_the_endpoints_own_host_is_the_name_unless_another_is_said(start, system, authority):
    gateway = start(system.address, {"ca": str(authority.certificate)})
    passes(gateway)
    assert system.names == [None] or system.names == [], "an address is no name to ask by"
    assert system.one("/stock").header("Host") == system.address


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_large_bodies_pass_both_ways(start, own, authority, version):
    answer = json.dumps({"rows": ["x" * 1000] * 1000}).encode()
    with TlsUpstream(own, version=version, answer=reply(answer)) as system:
        gateway = start(system.address, {"ca": str(authority.certificate)})
        sent = json.dumps({"rows": ["y" * 1000] * 1000}).encode()
        for _ in range(3):
            assert_success(call(gateway, "POST", sent), answer)
        assert [request.body for request in system.seen("/stock")] == [sent] * 3
        assert system.connections == 1


def test_an_old_protocol_is_refused(start, own, authority):
    with TlsUpstream(own, version=ssl.TLSVersion.TLSv1_1) as system:
        system.context.set_ciphers("ALL:@SECLEVEL=0")
        fails(start(system.address, {"ca": str(authority.certificate)}), "TLS: ")
        assert not system.requests


def test_another_authority_is_refused(start, system, tmp_path):
    stranger = certificates.Authority(tmp_path / "stranger", "stranger")
    fails(start(system.address, {"ca": str(stranger.certificate)}), "unable to get local issuer certificate")
    assert not system.requests


def test_the_machines_authorities_do_not_know_ours(start, system):
    fails(start(system.address, {}), "unable to get local issuer certificate")
    assert not system.requests


def test_another_name_is_refused(start, system, authority):
    fails(start(system.address, {"ca": str(authority.certificate), "server_name": "oms.internal"}), "hostname mismatch")
    assert not system.requests


def test_an_expired_certificate_is_refused(start, authority):
    with TlsUpstream(authority.issue("old", "IP:127.0.0.1", usage="serverAuth", starts=-3, ends=-1)) as system:
        fails(start(system.address, {"ca": str(authority.certificate)}), "certificate has expired")
        assert not system.requests


def test_a_certificate_for_clients_is_no_systems(start, authority):
    with TlsUpstream(authority.issue("client", "IP:127.0.0.1", usage="clientAuth")) as system:
        fails(start(system.address, {"ca": str(authority.certificate)}), "unsuitable certificate purpose")


def test_a_system_in_plain_text_is_no_system(start, authority):
    with Upstream() as system:
        fails(start(system.address, {"ca": str(authority.certificate)}), "TLS: ")
        assert not system.requests


def test_tls_where_plain_text_is_expected_is_nonsense_or_the_end(start, system):
    gateway = start(system.address)
    response = call(gateway)
    assert response.status == 502, response
    assert not system.requests


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_a_certificate_is_shown_to_a_system_that_asks(start, own, authority, version):
    certificate, key = authority.issue("gateway", "DNS:gateway.internal", usage="clientAuth")
    with TlsUpstream(own, asks=authority.certificate, version=version) as system:
        gateway = start(system.address, {"ca": str(authority.certificate), "certificate": str(certificate), "private_key": str(key)})
        passes(gateway)
        assert (("DNS", "gateway.internal"),) == system.shown[0]["subjectAltName"]


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_without_one_such_a_system_sees_no_request(start, own, authority, version):
    with TlsUpstream(own, asks=authority.certificate, version=version) as system:
        gateway = start(system.address, {"ca": str(authority.certificate)})
        for _ in range(4):  # in TLS 1.3 the refusal comes behind our handshake, before or after our request
            assert_error(call(gateway), 50290)
            assert_error(call(gateway, "POST", b"{}"), 50290)
        until(lambda: len(system.failures) == 8, 20 * SLOW, what="the failures, as the system sees them")
        assert not system.requests


def test_a_new_connection_resumes_the_session(start, own, authority):
    with TlsUpstream(own, answer=reply(then="close")) as system:
        gateway = start(system.address, {"ca": str(authority.certificate)})
        for _ in range(4):
            passes(gateway)
        assert system.handshakes == 4 and system.resumed == 3, (system.handshakes, system.resumed)


@pytest.mark.parametrize("in_order", [True, False])
def test_an_answer_that_ends_with_its_connection_is_whole_only_if_the_system_says_so(start, own, authority, in_order):
    def answer(_, peer):
        peer.send(b'HTTP/1.1 200 X\r\nContent-Type: application/json\r\n\r\n{"ok":true}')
        if in_order:
            try:
                peer.socket.unwrap()
            except OSError:
                pass  # the gateway just closes
        peer.close()
    with TlsUpstream(own, answer=answer) as system:
        gateway = start(system.address, {"ca": str(authority.certificate)})
        if in_order:
            passes(gateway)
        else:
            assert_error(call(gateway), 50291)


def test_a_reload_takes_a_changed_authority_and_leaves_old_connections(start, system, authority, tmp_path):
    ca = tmp_path / "ca.pem"
    ca.write_bytes(authority.certificate.read_bytes())
    gateway = start(system.address, {"ca": str(ca)})
    passes(gateway)
    gateway.reload()
    passes(gateway)
    assert system.connections == 1, "the same files are the same connections"
    stranger = certificates.Authority(tmp_path / "stranger", "stranger")
    ca.write_bytes(stranger.certificate.read_bytes())
    gateway.reload()
    fails(gateway, "unable to get local issuer certificate")
    system.use(stranger.issue("wms", "IP:127.0.0.1", usage="serverAuth"))
    passes(gateway)


def test_health_is_asked_over_tls_too(start, own, authority, tmp_path):
    check = {"path": "/health", "interval": "100ms", "timeout": "2s", "healthy": 1, "unhealthy": 1}
    with TlsUpstream(own) as system:
        gateway = start(system.address, {"ca": str(authority.certificate), "server_name": "wms.internal"}, health_check=check)
        assert system.wait(2, "/health")[0].header("Host") == f"wms.internal:{system.port}"

        def well():
            return sum(gateway.metric("causeway_upstream_endpoints", cluster="wms", state="well").values())
        until(lambda: well() == 1, 20 * SLOW, what="a well endpoint")
        system.use(certificates.Authority(tmp_path / "stranger", "stranger").issue("wms", "DNS:wms.internal", usage="serverAuth"))
        until(lambda: well() == 0, 20 * SLOW, what="a check that fails")


def test_a_unix_socket_is_an_endpoint(start, tmp_path):
    with UnixUpstream(tmp_path / "app.sock") as system:
        gateway = start(system.address)
        passes(gateway)
        passes(gateway, "POST", b"{}")
        assert {request.header("Host") for request in system.seen("/stock")} == {"localhost"}
        assert gateway.metric("causeway_upstream_requests_total", endpoint=system.address, status="200")
        system.stop()
        assert_error(call(gateway), 50290)


def test_a_unix_socket_takes_tls_under_a_name(start, own, authority, tmp_path):
    path = str(tmp_path / "app.sock")
    with TlsUpstream(own) as system:
        # The same system behind a socket: bytes are carried over.
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(path)
        listener.listen(8)
        _carry(listener, system.port)
        gateway = start(f"unix:{path}", {"ca": str(authority.certificate), "server_name": "wms.internal"})
        passes(gateway)
        assert system.one("/stock").header("Host") == "wms.internal"
        listener.close()


def _carry(listener, port):
    import threading

    def pump(source, sink):
        try:
            while data := source.recv(65536):
                sink.sendall(data)
        except OSError:
            pass
        for each in (source, sink):
            try:
                each.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def accept():
        while True:
            try:
                near, _ = listener.accept()
            except OSError:
                return
            far = socket.create_connection(("127.0.0.1", port))
            for pair in ((near, far), (far, near)):
                threading.Thread(target=pump, args=pair, daemon=True).start()
    threading.Thread(target=accept, daemon=True).start()


def problems(folder, **cluster):
    """What `check` says of a cluster with these keys, without the file's name."""
    gateway = Gateway(main_config({"wms": {"endpoints": ["127.0.0.1:9"], **cluster}}), ROUTES, folder, start=False)
    code, out, err = command("check", "--json", "-c", "config/causeway.yaml", folder=gateway.folder,
                             environment={"OMS_SECRET": "x" * 32, "PARTNER_SECRET": "y" * 32})
    return code, [(row["path"], row["message"]) for row in json.loads(out)]


@pytest.mark.parametrize("cluster, path, message", [
    ({"tls": {"ca": "none.pem"}}, "tls.ca", "config/none.pem cannot be read: No such file or directory"),
    ({"tls": {"ca": "causeway.yaml"}}, "tls.ca", "config/causeway.yaml holds no certificates in PEM"),
    ({"tls": {"certificate": "a.pem"}}, "tls.certificate", "needs `private_key` too"),
    ({"tls": {"private_key": "a.key"}}, "tls.private_key", "needs `certificate` too"),
    ({"tls": {"certificate": "a.pem", "private_key": "a.key"}}, "tls.certificate",
     "config/a.pem cannot be read: No such file or directory"),
    ({"tls": {"server_name": "*.internal"}}, "tls.server_name",
     'expected the name in the system\'s certificate, such as wms.internal, got "*.internal"'),
    ({"endpoints": ["unix:/run/app.sock"], "tls": {}}, "tls", "a unix socket has no host name: needs `server_name`"),
    ({"endpoints": ["unix:app.sock"]}, "endpoints[0]",
     'expected an address such as 10.0.0.11:8080, or unix:/run/app.sock (an absolute path of at most 107 bytes), got "unix:app.sock"'),
])
def test_what_cannot_be_is_an_error_at_its_place(tmp_path, cluster, path, message):
    code, found = problems(tmp_path, **cluster)
    assert code == 2 and (f"clusters[0].{path}", message) in found, found


def test_the_longest_path_of_a_socket_is_107_bytes(tmp_path):
    assert problems(tmp_path, endpoints=["unix:/" + "a" * 106])[0] == 0
    code, found = problems(tmp_path, endpoints=["unix:/" + "a" * 107])
    assert code == 2 and found[0][0] == "clusters[0].endpoints[0]"


def test_tls_with_nothing_behind_it_is_told_to_be_none(tmp_path):
    code, found = problems(tmp_path, tls=None)
    assert code == 0
    assert found == [("clusters[0].tls", "nothing is said, so the system is called in plain text; {} is TLS with the machine's authorities")]


def test_an_expired_certificate_of_our_own_is_told(tmp_path, authority):
    certificate, key = authority.issue("gone", "DNS:gateway.internal", starts=-3, ends=-1)
    code, found = problems(tmp_path, tls={"certificate": str(certificate), "private_key": str(key)})
    assert code == 0 and found[0][0] == "clusters[0].tls.certificate" and found[0][1].startswith("the certificate expired at "), found
    assert os.path.exists(key)
