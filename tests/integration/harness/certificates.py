"""A certificate for localhost, made by the openssl command."""
import ssl
import subprocess


def make(folder, name="server", host="localhost"):
    """Writes NAME.pem and NAME.key into `folder`; the certificate is its own authority."""
    certificate, key = folder / f"{name}.pem", folder / f"{name}.key"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
                    "-subj", f"/CN={host}", "-addext", f"subjectAltName=DNS:{host},IP:127.0.0.1", "-keyout", key, "-out", certificate],
                   check=True, capture_output=True)
    return certificate, key


def client(certificate):
    return ssl.create_default_context(cafile=str(certificate))
