#!/usr/bin/env python3
"""SECRET=… sign.py KEY_ID METHOD TARGET [BODY_FILE] prints the headers of a signed call, as `curl -H @-` reads them."""
import hashlib
import hmac
import os
import secrets
import sys
import time


def sign(secret: str, key_id: str, method: str, target: str, body: bytes = b"", *, audience="causeway", content_type="",
         content_encoding="", idempotency_key="", accept="*/*", timestamp=None, nonce=None) -> dict[str, str]:
    """`target` as it is sent: path and query. Send the returned headers as they are, and no others of their names."""
    path, mark, query = target.partition("?")
    timestamp = timestamp or str(time.time_ns() // 1_000_000)
    nonce = nonce or secrets.token_urlsafe(16)
    lines = ["v2", method, audience, key_id, path, mark + query, timestamp, nonce, hashlib.sha256(body).hexdigest(),
             content_type, content_encoding, idempotency_key, accept]
    mac = hmac.new(secret.encode(), "\n".join(lines).encode(), hashlib.sha256)
    return {"Authorization": f"ApiKey {key_id}", "X-Timestamp": timestamp, "X-Nonce": nonce,
            "X-Signature": "v2=" + mac.hexdigest(), "Content-Type": content_type, "Accept": accept,
            "Content-Encoding": content_encoding, "Idempotency-Key": idempotency_key}


if __name__ == "__main__":
    key_id, method, target, *file = sys.argv[1:]
    body = open(file[0], "rb").read() if file else b""
    given = {name: os.environ[name.upper()] for name in ("audience", "content_type", "content_encoding", "idempotency_key",
                                                         "accept", "timestamp", "nonce") if name.upper() in os.environ}
    for name, value in sign(os.environ["SECRET"], key_id, method, target, body, **given).items():
        if value or name in ("Content-Type", "Accept"):  # empty: curl sends none of its own
            print(f"{name}: {value}".rstrip())
