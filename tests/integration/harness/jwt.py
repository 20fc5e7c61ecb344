"""Bearer tokens as any identity provider could mint them, and as none should: keys, JWKs and signatures of our own making."""
import base64
import hashlib
import hmac
import json
import time

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature

HASHES = {"256": hashes.SHA256, "384": hashes.SHA384, "512": hashes.SHA512}
CURVES = {"ES256": (ec.SECP256R1, "P-256"), "ES384": (ec.SECP384R1, "P-384"), "ES512": (ec.SECP521R1, "P-521")}


def b64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unb64(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def compact(value):
    return b64(value if isinstance(value, bytes) else json.dumps(value, separators=(",", ":")).encode())


def _number(value, size):
    return b64(value.to_bytes(size, "big"))


class Key:
    """A key of one algorithm: signs, and shows its public half as JWK and PEM."""

    def __init__(self, algorithm, kid=None, secret=None, bits=2048):
        self.algorithm, self.kid, self.secret = algorithm, kid or algorithm.lower() + "-key", secret
        if algorithm[:2] in ("RS", "PS"):
            self.private = rsa.generate_private_key(65537, bits)
        elif algorithm in CURVES:
            self.private = ec.generate_private_key(CURVES[algorithm][0]())
        elif algorithm == "EdDSA":
            self.private = ed25519.Ed25519PrivateKey.generate()
        else:
            self.private, self.secret = None, secret or b"0123456789abcdef" * 4

    def sign(self, data):
        kind = self.algorithm[:2]
        if kind == "HS":
            return hmac.new(self.secret, data, getattr(hashlib, "sha" + self.algorithm[2:])).digest()
        if kind == "Ed":
            return self.private.sign(data)
        digest = HASHES[self.algorithm[2:]]()
        if kind == "RS":
            return self.private.sign(data, padding.PKCS1v15(), digest)
        if kind == "PS":
            return self.private.sign(data, padding.PSS(padding.MGF1(digest), digest.digest_size), digest)
        r, s = decode_dss_signature(self.private.sign(data, ec.ECDSA(digest)))
        size = (self.private.curve.key_size + 7) // 8
        return r.to_bytes(size, "big") + s.to_bytes(size, "big")

    def jwk(self, **more):
        jwk = {"kid": self.kid, "use": "sig", "alg": self.algorithm}
        if self.algorithm == "EdDSA":
            raw = self.private.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
            jwk.update(kty="OKP", crv="Ed25519", x=b64(raw))
        elif self.algorithm in CURVES:
            numbers, size = self.private.public_key().public_numbers(), (self.private.curve.key_size + 7) // 8
            jwk.update(kty="EC", crv=CURVES[self.algorithm][1], x=_number(numbers.x, size), y=_number(numbers.y, size))
        else:
            numbers = self.private.public_key().public_numbers()
            jwk.update(kty="RSA", n=_number(numbers.n, (numbers.n.bit_length() + 7) // 8), e=_number(numbers.e, 3))
        return {**jwk, **more}

    def public_pem(self):
        return self.private.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)

    def private_pem(self):
        return self.private.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())


def jwks(*keys):
    return json.dumps({"keys": [key.jwk() if isinstance(key, Key) else key for key in keys]}).encode()


def claims(issuer="https://idp.test", client="marketplace-app", **more):
    """What a provider says; a claim of None is left out."""
    now = int(time.time())
    said = {"iss": issuer, "sub": client, "client_id": client, "aud": "causeway", "iat": now, "exp": now + 600, **more}
    return {name: value for name, value in said.items() if value is not None}


def mint(key, payload=None, header=None, **more):
    """A token by `key`; `header` adds to typ, alg and kid or takes away (None), `more` are claims."""
    head = {"typ": "JWT", "alg": key.algorithm, "kid": key.kid, **(header or {})}
    head = {name: value for name, value in head.items() if value is not None}
    return sign(key, compact(head), compact(claims(**more) if payload is None else payload))


def sign(key, header, payload):
    """Parts that are encoded already."""
    signed = f"{header}.{payload}"
    return f"{signed}.{b64(key.sign(signed.encode()))}"


def verify_es256(jwk, token):
    """Against a P-256 JWK: the claims; raises when the signature is wrong."""
    point = ec.EllipticCurvePublicNumbers(*(int.from_bytes(unb64(jwk[name]), "big") for name in "xy"), ec.SECP256R1())
    signed, _, signature = token.rpartition(".")
    octets = unb64(signature)
    assert len(octets) == 64
    halves = (int.from_bytes(octets[:32], "big"), int.from_bytes(octets[32:], "big"))
    point.public_key().verify(encode_dss_signature(*halves), signed.encode(), ec.ECDSA(hashes.SHA256()))
    return json.loads(unb64(signed.split(".")[1]))


def bearer(token):
    return [("Authorization", f"Bearer {token}")]
