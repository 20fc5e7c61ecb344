"""Certificates made by the openssl command: a server's own, and authorities with what they sign."""
import datetime
import ssl
import subprocess


def make(folder, name="server", host="localhost"):
    """Writes NAME.pem and NAME.key into `folder`; the certificate is its own authority."""
    certificate, key = folder / f"{name}.pem", folder / f"{name}.key"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
                    "-subj", f"/CN={host}", "-addext", f"subjectAltName=DNS:{host},IP:127.0.0.1", "-keyout", key, "-out", certificate],
                   check=True, capture_output=True)
    return certificate, key


def client(certificate, own=None, version=None):
    """A client that trusts `certificate` and shows `own` (PEM, key), if any."""
    context = ssl.create_default_context(cafile=str(certificate))
    if own:
        context.load_cert_chain(str(own[0]), str(own[1]))
    if version:
        context.minimum_version = context.maximum_version = version
    return context


class Authority:
    """Signs with NAME.pem and NAME.key in `folder`; by `issuer` it is an intermediate one."""

    def __init__(self, folder, name, issuer=None):
        self.folder, self.name, self.issuer = folder, name, issuer
        self.certificate = folder / f"{name}.pem"
        folder.mkdir(parents=True, exist_ok=True)
        extensions = "basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign\nsubjectKeyIdentifier=hash\n"
        _sign(folder, name, f"/CN={name}", extensions, issuer)

    def issue(self, name, names="DNS:oms.internal", usage="clientAuth", starts=-1, ends=2, more=""):
        """(PEM with the chain below the root, key) of a certificate with these alternative names, valid from `starts` to
        `ends` days from now."""
        extensions = "basicConstraints=critical,CA:FALSE\nkeyUsage=critical,digitalSignature\n" + more
        if usage:
            extensions += f"extendedKeyUsage={usage}\n"
        if names:
            extensions += f"subjectAltName={names}\n"
        _sign(self.folder, name, f"/CN={name}", extensions, self, starts, ends)
        certificate = self.folder / f"{name}.pem"
        above = self
        with certificate.open("a") as chain:
            while above.issuer:
                chain.write(above.certificate.read_text())
                above = above.issuer
        return certificate, self.folder / f"{name}.key"


def _time(days, hours=0):
    moment = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=days, hours=hours)
    return moment.strftime("%Y%m%d%H%M%SZ")


def _sign(folder, name, subject, extensions, issuer=None, starts=-1, ends=2):
    """`openssl ca`, because it alone sets both ends of a certificate's time."""
    key, request, certificate = folder / f"{name}.key", folder / f"{name}.csr", folder / f"{name}.pem"
    signer = issuer.name if issuer else name
    subprocess.run(["openssl", "req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-subj", subject,
                    "-keyout", key, "-out", request], check=True, capture_output=True)
    work = folder / f"{name}.work"
    work.mkdir(exist_ok=True)
    (work / "index").write_text("")
    (work / "index.attr").write_text("unique_subject = no\n")
    (work / "ca.cnf").write_text(f"""[ca]
default_ca = it
[it]
database = {work}/index
new_certs_dir = {work}
rand_serial = yes
default_md = sha256
policy = any
[any]
commonName = supplied
[extensions]
{extensions}
""")
    arguments = ["-selfsign"] if not issuer else ["-cert", folder / f"{signer}.pem"]
    subprocess.run(["openssl", "ca", "-batch", "-notext", "-config", work / "ca.cnf", "-extensions", "extensions", "-in", request,
                    "-out", certificate, "-keyfile", folder / f"{signer}.key", "-startdate", _time(starts), "-enddate", _time(ends),
                    *arguments], check=True, capture_output=True)
