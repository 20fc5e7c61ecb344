"""The handbook's signature: sha256(timestamp + apiKey + body + secret), lower-case hex."""
import hashlib
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
