"""Assertions on whole answers."""
import json
import re
import time
from email.utils import parsedate_to_datetime

MESSAGES = {
    40090: "malformed HTTP request",
    40091: "the body is not the JSON that it claims to be",
    40092: "the body is not valid",
    40190: "credentials required",
    40191: "wrong credentials",
    40192: "expired credentials",
    40193: "timestamp outside the window",
    40194: "this signature was used before",
    40390: "not allowed",
    40391: "not allowed from this address",
    40490: "no such route",
    40590: "method not allowed",
    40690: "version not acceptable",
    40890: "the request arrived too slowly",
    41090: "this version is no longer served",
    41390: "the body is too large",
    41490: "the request target is too long",
    41790: "expectation not supported",
    42990: "too many requests",
    43190: "the headers are too large",
    50090: "internal error",
    50290: "the system behind is unreachable",
    50291: "the system behind broke off its answer",
    50292: "the system behind answered nonsense",
    50390: "the system behind is failing and is left alone for a while",
    50391: "overloaded, try again later",
    50393: "shutting down, try again later",
    50490: "the system behind was too late",
    50491: "the system behind did not answer: the outcome is unknown",
}


def assert_common(response):
    """What every answer carries."""
    sent = parsedate_to_datetime(response.header("Date"))
    assert abs(sent.timestamp() - time.time()) < 60, response
    assert re.fullmatch(r"[A-Za-z0-9._-]{1,64}", response.header("X-Request-Id") or ""), response


def assert_timestamp(value):
    assert isinstance(value, int) and abs(value - time.time() * 1000) < 60_000, value


def assert_error(response, code, message=None, **details):
    """The whole error envelope with the code's status and message; `details` besides requestId."""
    assert_common(response)
    assert response.status == code // 100, f"expected {code}, got {response}"
    assert re.fullmatch(r"application/json(; ?charset=utf-8)?", response.header("Content-Type"), re.I), response
    envelope = json.loads(response.body)
    assert_timestamp(envelope.pop("timestamp", None))
    assert envelope == {"code": code, "message": message or MESSAGES[code], "data": None,
                        "details": {"requestId": response.header("X-Request-Id"), **details}}
    if response.status == 401 and code % 100 >= 90:
        assert response.header("WWW-Authenticate"), response
    return response


def assert_upstream_error(response, status, **details):
    """An error status of the system: kept, with code status * 100."""
    message = response.json.get("message")
    assert isinstance(message, str) and message and len(message) < 200, response
    return assert_error(response, status * 100, message=message, **details)


def assert_success(response, data, status=200):
    """The success envelope around `data`: a JSON value as bytes is compared byte for byte."""
    assert_common(response)
    assert response.status == status, response
    assert re.fullmatch(r"application/json(; ?charset=utf-8)?", response.header("Content-Type"), re.I), response
    text = data if isinstance(data, bytes) else None
    if text is not None:
        match = re.fullmatch(rb'\{"code":0,"message":"success","data":(.*),"timestamp":(\d{13})\}', response.body, re.S)
        assert match and match[1] == text, response
        assert_timestamp(int(match[2]))
        return response
    envelope = json.loads(response.body)
    assert_timestamp(envelope.pop("timestamp", None))
    assert envelope == {"code": 0, "message": "success", "data": data}
    return response
