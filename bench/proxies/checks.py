"""Does a contender do what the table says? The answer, its envelope and shape, and 401 to a stranger."""
import hashlib
import json
import time
import urllib.error
import urllib.request

from . import causeway

BODY = (b'{"orderId":"ORD%012d","status":"PENDING","customer":{"id":"C10086","name":"Zhang San"},"items":[{"sku":"SKU001","qty":10},'
        b'{"sku":"SKU002","qty":3}],"total":1299.5,"currency":"CNY","ts":1706518800000}')
ANSWER = {"orderId": "ORD202401290001", "status": "PENDING", "items": [{"sku": "SKU001", "qty": 10}, {"sku": "SKU002", "qty": 3}], "total": 1299.5}
SHAPED = {"orderNo": "ORD202401290001", "status": "PENDING", "lines": [{"sku": "SKU001", "n": 10}, {"sku": "SKU002", "n": 3}], "total": 1299.5}


def _ask(port, path, body=None, headers=None):
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", data=body, headers=headers or {})
    try:
        with urllib.request.urlopen(request, timeout=5) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()
    except OSError as error:
        return 0, str(error).encode()


def _credentials(body, token):
    if token:
        return {"Authorization": f"Bearer {token}"}
    timestamp = str(time.time_ns() // 1_000_000)
    signed = timestamp.encode() + causeway.KEY.encode() + body + causeway.SECRET.encode()
    return {"Authorization": f"ApiKey {causeway.KEY}", "X-Timestamp": timestamp, "X-Signature": hashlib.sha256(signed).hexdigest()}


def post(port, token=None, known=True):
    body = BODY % (time.time_ns() // 1000 % 10**12)
    return _ask(port, "/orders", body, {"Content-Type": "application/json", **(_credentials(body, token) if known else {})})


def wait_ready(process, port, token, seconds=30):
    end = time.monotonic() + seconds
    while process.alive() and time.monotonic() < end:
        if post(port, token)[0] == 200:
            return
        time.sleep(0.05)
    raise SystemExit(f"{process.name} does not answer: {post(port, token)}; see {process.log}")


def check(contender, port, token):
    """Every reason why it is not what it says."""
    wrong = []
    status, body = post(port, token)
    expected = SHAPED if contender.shapes else ANSWER
    try:
        answer = json.loads(body)
    except ValueError:
        return [f"no JSON: {status} {body[:200]!r}"]
    if contender.wraps:
        stamp = answer.pop("timestamp", 0)
        if abs(stamp - time.time() * 1000) > 60_000:
            wrong.append(f"timestamp {stamp}")
        expected = {"code": 0, "message": "success", "data": expected}
    if status != 200 or answer != expected:
        wrong.append(f"answer {status} {body!r}")
    if contender.checks and (status := post(port, token, known=False)[0]) != 401:
        wrong.append(f"{status} to a stranger instead of 401")
    if "get64k" in contender.loads:
        status, body = _ask(port, "/files/64k")
        if status != 200 or len(body) != 64 << 10:
            wrong.append(f"GET of 64 KB: {status}, {len(body)} bytes")
    return wrong
