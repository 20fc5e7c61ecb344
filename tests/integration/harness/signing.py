"""Signatures of calls: v1, the handbook's sha256(timestamp + apiKey + body + secret), and v2 (docs/signing.md)."""
import hashlib
import hmac
import secrets
import threading
import time

KEY = "oms-key"
SECRET = "oms-secret-0123456789abcdef"


def now():
    return int(time.time() * 1000)


def digest(timestamp, key, body, secret):
    return hashlib.sha256(str(timestamp).encode() + key.encode() + body + secret.encode()).hexdigest()


_last = 0
_lock = threading.Lock()


def fresh():
    """A timestamp that no other call of this process has used: two equal calls of one millisecond would be a replay."""
    global _last
    with _lock:
        _last = max(_last + 1, now())
        return _last


def signed(body=b"", key=KEY, secret=SECRET, timestamp=None, signature=None):
    """The three headers of a signed call."""
    timestamp = fresh() if timestamp is None else timestamp
    return [("Authorization", f"ApiKey {key}"), ("X-Timestamp", str(timestamp)),
            ("X-Signature", signature or digest(timestamp, key, body or b"", secret))]


def signed_v2(method, target, body=b"", key=KEY, secret=SECRET, *, audience="causeway", timestamp=None, nonce=None,
              content_type="application/json", content_encoding="", idempotency_key="", accept="", announce=False):
    """All headers of a call signed in version 2; what is empty is signed as such and not sent."""
    timestamp = str(now() if timestamp is None else timestamp)
    nonce = secrets.token_urlsafe(16) if nonce is None else nonce
    path, mark, query = target.partition("?")
    digest = hashlib.sha256(body or b"").hexdigest()
    lines = ["v2", method, audience, key, path, mark + query, timestamp, nonce, digest, content_type, content_encoding,
             idempotency_key, accept]
    mac = hmac.new(secret.encode(), "\n".join(lines).encode(), hashlib.sha256).hexdigest()
    headers = [("Authorization", f"ApiKey {key}"), ("X-Timestamp", timestamp), ("X-Nonce", nonce), ("X-Signature", "v2=" + mac),
               ("X-Content-SHA256", digest if announce else ""), ("Content-Type", content_type),
               ("Content-Encoding", content_encoding), ("Idempotency-Key", idempotency_key), ("Accept", accept)]
    return [(name, value) for name, value in headers if value]
