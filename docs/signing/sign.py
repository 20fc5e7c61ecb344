#!/usr/bin/env python3
"""SECRET=… sign.py KEY_ID BODY_FILE [TIMESTAMP] prints the three headers of a signed call."""
import hashlib
import os
import sys
import time


def sign(key_id: str, secret: str, body: bytes, timestamp: str) -> dict[str, str]:
    digest = hashlib.sha256(timestamp.encode() + key_id.encode() + body + secret.encode())
    return {"Authorization": f"ApiKey {key_id}", "X-Timestamp": timestamp, "X-Signature": digest.hexdigest()}


if __name__ == "__main__":
    now = str(time.time_ns() // 1_000_000)
    with open(sys.argv[2], "rb") as body:
        headers = sign(sys.argv[1], os.environ["SECRET"], body.read(), sys.argv[3] if len(sys.argv) > 3 else now)
    for name, value in headers.items():
        print(f"{name}: {value}")
