"""The programs of docs/signing.md: they reproduce the published vectors, and the gateway takes what they sign."""
import json
import os
import pathlib
import shutil
import subprocess

import pytest

from harness.envelope import assert_error, assert_success
from harness.gateway import ROOT, Gateway, main_config
from harness.signing import KEY, SECRET

SNIPPETS = ROOT / "docs" / "signing"
VECTORS = json.loads((ROOT / "tests" / "conformance" / "signing" / "vectors.json").read_text("utf-8"))["vectors"]
PROGRAMS = {"bash": ["bash", "sign.sh"], "python": ["python3", "sign.py"], "java": ["java", "Sign.java"],
            "node": ["node", "sign.mjs"], "go": ["go", "run", "sign.go"]}
LANGUAGES = {".sh": "bash", ".py": "python", ".java": "java", ".mjs": "javascript", ".go": "go"}
BODY = '{"externalNo":"E-1","goods":"苹果","price":19.90}'.encode()
ROUTES = {"orders": {"api": "orders", "base": "/orders",
                     "defaults": {"auth": {"any": ["signature"]}, "access": {"roles": ["internal"]}, "http": {"cluster": "oms"}},
                     "routes": [{"name": "any", "match": {"methods": "any", "path": "/{rest...}"}, "adapter": "http"}]}}


def run(language, version, arguments, environment, body, tmp_path):
    """The header lines that the snippet prints, as pairs."""
    program = PROGRAMS[language]
    if shutil.which(program[0]) is None:
        pytest.skip(f"{program[0]} is not on this machine")
    file = tmp_path / "body"
    file.write_bytes(body)
    command = [*program[:-1], str(SNIPPETS / version / program[-1]), *arguments, str(file)]
    if version == "v1":
        command = [*program[:-1], str(SNIPPETS / program[-1]), arguments[0], str(file), *arguments[1:]]
    go = {"GOCACHE": os.environ.get("GOCACHE", str(tmp_path.parent / "go"))}  # one for all cases
    done = subprocess.run(command, env={**os.environ, **go, **environment}, capture_output=True, timeout=120, cwd=tmp_path)
    assert done.returncode == 0, done.stderr.decode()
    pairs = [line.split(":", 1) for line in done.stdout.decode().splitlines()]
    return [(name, value.strip()) for name, value in pairs]


def named(vector):
    return vector["name"].replace(" ", "-")


@pytest.mark.parametrize("vector", [v for v in VECTORS if v["version"] == "v2"], ids=named)
@pytest.mark.parametrize("language", PROGRAMS)
def test_the_vectors_of_v2_are_reproduced(language, vector, tmp_path):
    environment = {name.upper(): vector[name] for name in ("secret", "audience", "timestamp", "nonce", "content_type",
                                                           "content_encoding", "idempotency_key", "accept")}
    headers = dict(run(language, "v2", [vector["key_id"], vector["method"], vector["path"] + vector["query"]], environment,
                       vector["body"].encode(), tmp_path))
    optional = {name: vector[key] for name, key in (("Content-Encoding", "content_encoding"),
                                                    ("Idempotency-Key", "idempotency_key")) if vector[key]}
    assert headers == {"Authorization": f"ApiKey {vector['key_id']}", "X-Timestamp": vector["timestamp"],
                       "X-Nonce": vector["nonce"], "X-Signature": vector["signature"],
                       "Content-Type": vector["content_type"], "Accept": vector["accept"], **optional}


@pytest.mark.parametrize("vector", [v for v in VECTORS if v["version"] == "v1"], ids=named)
@pytest.mark.parametrize("language", PROGRAMS)
def test_the_vectors_of_v1_are_reproduced(language, vector, tmp_path):
    headers = run(language, "v1", [vector["key_id"], vector["timestamp"]], {"SECRET": vector["secret"]},
                  vector["body"].encode(), tmp_path)
    assert headers == [("Authorization", f"ApiKey {vector['key_id']}"), ("X-Timestamp", vector["timestamp"]),
                       ("X-Signature", vector["signature"])]


@pytest.fixture(scope="module")
def gateway(upstream, tmp_path_factory):
    config = main_config({"oms": upstream.address})
    config["consumers"][0]["keys"][0]["versions"] = ["v2"]
    with Gateway(config, ROUTES, tmp_path_factory.mktemp("gateway")) as running:
        yield running


@pytest.mark.parametrize("language", PROGRAMS)
def test_the_gateway_takes_a_signed_post(gateway, upstream, language, tmp_path):
    target = "/orders/new?shop=%E5%BA%93&n=1"
    headers = run(language, "v2", [KEY, "POST", target],
                  {"SECRET": SECRET, "CONTENT_TYPE": "application/json", "IDEMPOTENCY_KEY": "order-E-1"}, BODY, tmp_path)
    assert_success(gateway.call("POST", target, headers, BODY), b'{"ok":true}')
    assert upstream.one().body == BODY
    assert_error(gateway.call("POST", target, headers, BODY), 40194)
    assert len(upstream.requests) == 1


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not on this machine")
def test_curl_sends_what_the_page_says(gateway, upstream, tmp_path):
    headers = run("bash", "v2", [KEY, "POST", "/orders"], {"SECRET": SECRET, "CONTENT_TYPE": "application/json"}, BODY, tmp_path)
    lines = "".join(f"{name}: {value}\n" for name, value in headers)
    done = subprocess.run(["curl", "-sS", "-H", "@-", "--data-binary", f"@{tmp_path / 'body'}",
                           f"http://127.0.0.1:{gateway.port}/orders"], input=lines.encode(), capture_output=True, timeout=30)
    assert b'"code":0' in done.stdout, done


def test_the_page_shows_the_programs_as_they_are():
    page = (ROOT / "docs" / "signing.md").read_text("utf-8")
    for program in PROGRAMS.values():
        file = pathlib.Path(SNIPPETS / "v2" / program[-1])
        assert f"```{LANGUAGES[file.suffix]}\n{file.read_text('utf-8')}```\n" in page, f"docs/signing.md does not show {file.name} as it is"


def test_the_page_shows_the_vectors():
    page = (ROOT / "docs" / "signing.md").read_text("utf-8")
    for vector in VECTORS:
        assert vector["signature"] in page, vector["name"]
        if vector["version"] == "v2":
            assert "```text\n" + "\n".join(vector["string_to_sign"]).rstrip("\n") in page, vector["name"]
