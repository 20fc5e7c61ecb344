"""Canaries: a text of its own in every place that takes a secret, and the mistakes by which it could come to light.

`right(folder)` lays out a configuration that is fine; whatever the gateway then says, dumps, compares or logs must not
hold one of `values`. `mistakes()` are broken variants of the same files: `check` must refuse them without a word of
the secret. A canary is `canary` and three digits, so that `found(text)` sees it even when it is cut.
"""
import collections
import functools
import itertools
import os
import pathlib
import re
import tempfile

from . import certificates

_STEM = re.compile(r"canary\d{3}", re.IGNORECASE)


def canary(number):
    """48 letters and digits: long enough for HS256, and base64 of some 36 bytes."""
    return f"canary{number:03}" + f"Zk{number:03}" * 7 + "Zk9x"


def found(text):
    """The canaries that a text gives away."""
    return _STEM.findall(text if isinstance(text, str) else text.decode("utf-8", "replace"))


# One place a line: `@@` stands for the canary.
MAIN = """\
node: {id: canaries}
listeners:
  - name: public
    address: 127.0.0.1:0
    tls: {certificate: server.pem, private_key: server.key}
admin:
  address: 127.0.0.1:0
  users:
    - name: ops
      role: admin
      token: "@@"
secrets:
  PARTNER: "@@"
consumers:
  - name: oms
    roles: [internal]
    keys:
      - id: oms-key
        secrets:
          - "@@"
          - "@@"
  - name: own
    roles: [internal]
    oauth:
      - provider: own
        client: own-client
        secret: "@@"
  - name: shop-a
    webhook:
      hmac_sha256:
        header: X-Shop-Hmac
        encoding: base64
        secret: "@@"
  - name: shop-b
    webhook:
      github:
        secrets:
          - "@@"
  - name: shop-c
    webhook:
      stripe:
        secret: "@@"
  - name: shop-d
    webhook:
      standard_webhooks:
        secret: "whsec_@@"
oauth:
  providers:
    - name: own
      issuer: http://127.0.0.1:1
      audiences: [causeway]
      token_endpoint:
        key: oauth.key
    - name: erp
      issuer: https://erp.internal
      audiences: [causeway]
      keys:
        - kid: k1
          algorithm: HS256
          secret: "@@"
        - kid: k2
          algorithm: HS256
          secret_base64url: "@@"
clusters:
  - name: shows-bearer
    endpoints: ["127.0.0.1:19"]
    credentials:
      bearer: "@@"
  - name: shows-basic
    endpoints: ["127.0.0.1:19"]
    credentials:
      basic:
        user: causeway
        password: "@@"
  - name: shows-header
    endpoints: ["127.0.0.1:19"]
    credentials:
      header:
        name: X-Api-Key
        value: "@@"
  - name: shows-signature
    endpoints: ["127.0.0.1:19"]
    credentials:
      signature:
        key: gateway-a
        secret: "@@"
  - name: shows-token
    endpoints: ["127.0.0.1:19"]
    credentials:
      oauth:
        token_url: http://127.0.0.1:1/token
        client: causeway
        secret: "@@"
  - name: oms
    endpoints: ["127.0.0.1:9"]
topics:
  - name: orders
include: [../routes/*.yaml]
"""
KAFKA = """\
bus:
  kafka:
    brokers: ["127.0.0.1:9"]
    properties:
      security.protocol: SASL_SSL
      sasl.mechanism: PLAIN
      sasl.username: causeway
      sasl.password: "@@"
      ssl.key.password: "@@"
"""
ROUTES = """\
api: canaries
base: /canaries
defaults:
  auth: {any: [signature]}
  http: {cluster: oms}
routes:
  - name: forward
    match: {method: GET, path: /}
    adapter: {http: {path: /, headers: {X-Partner-Token: "{{ secret:PARTNER }}"}}}
"""
# Literals that `check` takes, under names that tell; a route file has no references to the machine.
LITERALS = """\
  - name: literals
    match: {method: POST, path: /literals}
    adapter:
      http:
        path: /
        headers: {X-Internal-Auth: "@@", X-Auth: "@@", X-Signing-Key: "@@", X-Pwd: "@@"}
        query: {key: "@@", sig: "@@"}
        body: {pin: "@@", order: {session: "@@"}}
"""

# How a secret can be written; each gives the text for the file, and may fill the environment or a file.
FORMS = ("literal", "environment", "file", "default")

Laid = collections.namedtuple("Laid", "files environment values")  # path -> text or bytes; name -> text; canaries


def _fill(text, form="literal", first=1):
    """The text with a canary in every `@@`."""
    environment, files, values = {}, {}, []

    def put(match):
        number = len(values) + first
        value = match[0].replace("@@", canary(number))
        values.append(canary(number))
        if form == "environment":
            environment[f"HIDDEN_{number}"] = value
            return f"${{env:HIDDEN_{number}}}"
        if form == "file":
            files[f"config/hidden-{number}"] = value + "\n"
            return f"${{file:hidden-{number}}}"
        return f"${{env:HIDDEN_UNSET_{number}:-{value}}}" if form == "default" else value
    return re.sub(r"(?:whsec_)?@@", put, text), environment, files, values


def right(form="literal", kafka=False):
    """A configuration that `check` takes."""
    main, environment, files, values = _fill(MAIN + (KAFKA if kafka else ""), form)
    routes, _, _, literals = _fill(ROUTES + LITERALS, first=len(values) + 1)
    return Laid({"config/causeway.yaml": main, "routes/canaries.yaml": routes, **files}, environment, values + literals)


def lay(laid, folder):
    """Writes the files, and the keys that they name; returns the main file."""
    folder = pathlib.Path(folder)
    for name, content in laid.files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    for name, content in key_files().items():
        path = folder / "config" / name
        path.write_text(content)
        os.chmod(path, 0o600)
    return folder / "config" / "causeway.yaml"


@functools.cache
def key_files():
    """Private keys and the certificate, as PEM, by the names that MAIN gives them."""
    with tempfile.TemporaryDirectory() as made:
        made = pathlib.Path(made)
        certificates.make(made)
        certificates.make(made, "oauth")
        return {name: (made / name).read_text() for name in ("server.pem", "server.key", "oauth.key")}


def private_lines():
    """What of the private keys must not be shown: the lines between BEGIN and END."""
    return [line for name, text in key_files().items() if name.endswith(".key")
            for line in text.splitlines() if not line.startswith("-----") and len(line) > 20]


# --- mistakes ---

def _at(line):
    """Indentation, dash, key and value of a line of MAIN: `      - key: "@@"`."""
    indent, dash, key, value = re.fullmatch(r"( *)(- )?(?:([\w.]+): )?(.*)", line).groups()
    return indent, dash or "", key, value


def _variants(line):
    """The mistakes that one line with a secret can hold: (name, lines)."""
    indent, dash, key, value = _at(line)
    bare = value.strip('"')
    front = indent + dash
    head = front + (f"{key}: " if key else "")
    yield "quote left open", head + '"' + bare
    yield "single quote left open", head + "'" + bare
    yield "a quote within", head + f'"{bare}"{bare}"'
    yield "bad escape", head + f'"\\q{bare}"'
    yield "closing bracket", head + bare + "]"
    yield "bracket left open", head + "[" + bare
    yield "brace left open", head + "{" + bare
    yield "list for a text", head + f'["{bare}"]'
    yield "list of lists", head + f'[["{bare}"]]'
    yield "mapping for a text", head + f'{{value: "{bare}"}}'
    yield "secret as a key", head + f"{{{bare}: yes}}"
    yield "secret as a key with nothing behind", head + f"{{{bare}}}"
    yield "secret as two keys", head + f"{{{bare}: 1, {bare}: 2}}"
    yield "a colon too many", head + f"a: {bare}"
    yield "tag", head + f"!{bare}"
    yield "tag with a text", head + f"!{bare} x"
    yield "verbatim tag", head + f"!<{bare}> x"
    yield "known tag", head + f"!!binary {bare}"
    yield "alias", head + f"*{bare}"
    yield "anchor", head + f"&{bare}"
    yield "at sign", head + f"@{bare}"
    yield "backquote", head + f"`{bare}"
    yield "per cent", head + f"%{bare}"
    yield "question mark", head + f"? {bare}"
    yield "tab", "\t" + head + bare
    yield "control character", head + f'"{bare}\x01"'
    yield "block", head + f"|\n{indent}    {bare}\n{indent}  {bare}"
    yield "bad block header", head + f"|9{bare}"
    yield "second document", head + f"{bare}\n--- {bare}"
    yield "too short", head + f'"{bare.replace("@@", "@short")}"'
    yield "reference left open", head + f'"${{env:UNSET:-{bare}"'
    yield "unknown reference", head + f'"${{nev:{bare}}}"'
    yield "too short by default", head + f'"${{env:UNSET:-{bare.replace("@@", "@short")}}}"'
    yield "URL", head + f'"https://user:{bare}@[host"'
    if key:
        yield "no colon", front + f"{key} {bare}"
        yield "no blank behind the colon", front + f"{key}:{bare}"
        yield "only the secret", front + bare
        yield "twice", line + "\n" + indent + " " * len(dash) + f'{key}: "{bare}"'
        for typo in (key[:-1], key + "s", key[0] + key[2] + key[1] + key[3:], key.upper()):
            yield f"typo {typo}", front + f'{typo}: "{bare}"'
            yield f"typo {typo} with a list", front + f'{typo}: ["{bare}"]'
            yield f"typo {typo} with a mapping", front + f"{typo}: {{{bare}}}"
        yield "further in", "  " + line
        yield "further out", line[2:] if line.startswith("  ") else " " + line
    else:
        yield "item without a dash", indent + bare
        yield "item as a mapping", front + f"secret: {bare}"


# Whole files that went wrong elsewhere: what is replaced, by what.
_SWAPS = {
    "admin is a text": (r"admin:\n(  .*\n)+", "admin: @@\n"),
    "users is a text": (r"  users:\n(    .*\n)+", "  users: @@\n"),
    "users of texts": (r"  users:\n(    .*\n)+", "  users: [@@]\n"),
    "secrets is a text": (r"secrets:\n(  .*\n)", "secrets: @@\n"),
    "secrets is a list": (r"secrets:\n(  .*\n)", 'secrets: ["@@"]\n'),
    "secrets of mappings": (r"secrets:\n(  .*\n)", "secrets: {PARTNER: {value: @@}}\n"),
    "consumers is a text": (r"consumers:\n(  .*\n)+", "consumers: @@\n"),
    "consumers of texts": (r"consumers:\n(  .*\n)+", "consumers: [@@]\n"),
    "keys is a text": (r"    keys:\n(      .*\n)+", "    keys: @@\n"),
    "keys of texts": (r"    keys:\n(      .*\n)+", "    keys: [@@]\n"),
    "keys with the secret as id's neighbour": (r"    keys:\n(      .*\n)+", "    keys: [{id: oms-key, @@}]\n"),
    "api token itself": (r"    keys:\n(      .*\n)+", "    api_tokens: [@@]\n"),
    "api token for its hash": (r"    keys:\n(      .*\n)+", "    api_tokens: [{sha256: @@}]\n"),
    "webhook is a text": (r"    webhook:\n(      .*\n)+", "    webhook: @@\n"),
    "webhook of a text": (r"    webhook:\n(      .*\n)+", "    webhook: {hmac_sha256: @@}\n"),
    "oauth is a text": (r"oauth:\n(  .*\n)+", "oauth: @@\n"),
    "providers of texts": (r"oauth:\n(  .*\n)+", "oauth: {providers: [@@]}\n"),
    "oauth of a consumer is a text": (r"    oauth:\n(      .*\n)+", "    oauth: @@\n"),
    "token in another section": (r"node: .*\n", "node: {id: canaries, token: @@}\n"),
    "token at the top": (r"node: .*\n", "token: @@\n"),
    "private key in place of a path": (r"private_key: server.key", 'private_key: "-----BEGIN PRIVATE KEY-----\\\\n@@"'),
    "private key in place of a certificate": (r"certificate: server.pem", 'certificate: "-----BEGIN PRIVATE KEY-----\\\\n@@"'),
    "own private key as a text": (r"        key: oauth.key", '        key: "-----BEGIN EC PRIVATE KEY-----\\\\n@@\\\\n-----END EC PRIVATE KEY-----"'),
    "own private key as a block": (r"        key: oauth.key", "        key: |\n          -----BEGIN PRIVATE KEY-----\n          @@\n          -----END PRIVATE KEY-----"),
    "private key for a public one": (r'          secret: "@@"\n        - kid: k2', '          public_key: "-----BEGIN PRIVATE KEY-----\\\\n@@"\n        - kid: k2'),
    "password in an endpoint": (r'endpoints: \["127.0.0.1:9"\]', 'endpoints: ["http://user:@@@oms:80"]'),
    "password in an endpoint without a scheme": (r'endpoints: \["127.0.0.1:9"\]', 'endpoints: ["user:@@@oms"]'),
    "password in an issuer's keys": (r"      keys:\n(        .*\n)+", '      jwks: {url: "http://user:@@@idp.example.com/keys"}\n'),
    "password in a broken URL": (r"      keys:\n(        .*\n)+", '      jwks: {url: "ftp://user:@@@idp.example.com/keys"}\n'),
    "password in a database": (r"node: .*\n", 'store: {postgres: {url: "postgres://user:@@@db/causeway"}}\n'),
    "password in a store": (r"node: .*\n", 'store: "postgres://user:@@@db/causeway"\n'),
    "credentials of a cluster": (r"topics:\n", "    credentials: {bearer: @@}\ntopics:\n"),
}
_KAFKA_SWAPS = {
    "kafka is a text": (r"  kafka:\n(    .*\n)+", "  kafka: @@\n"),
    "properties is a text": (r"    properties:\n(      .*\n)+", "    properties: @@\n"),
    "properties is a list": (r"    properties:\n(      .*\n)+", '    properties: ["sasl.password=@@"]\n'),
    "unknown property": (r"sasl.password", "sasl.passwort"),
    "property with a password": (r"sasl.username: causeway", "client.id: [@@]"),
    "password as a list": (r'sasl.password: "@@"', 'sasl.password: ["@@"]'),
    "private key for its file": (r'ssl.key.password: "@@"', 'ssl.key.location: "-----BEGIN PRIVATE KEY-----\\\\n@@"'),
    "private key that is none": (r'ssl.key.password: "@@"', 'ssl.key.pem: "-----BEGIN PRIVATE KEY-----\\\\n@@"'),
    "password in a broker": (r'brokers: \["127.0.0.1:9"\]', 'brokers: ["user:@@@kafka:9092"]'),
}
_ROUTE_SWAPS = {
    "header of a list": (r'"{{ secret:PARTNER }}"', '["@@"]'),
    "header of a mapping": (r'"{{ secret:PARTNER }}"', "{@@}"),
    "header with a line end": (r'"{{ secret:PARTNER }}"', '"@@\\\\r\\\\n"'),
    "header with a template left open": (r'"{{ secret:PARTNER }}"', '"@@ {{ secret:PARTNER"'),
    "machine's secret": (r'"{{ secret:PARTNER }}"', '"${env:UNSET:-@@}"'),
    "quote left open": (r'"{{ secret:PARTNER }}"', '"@@'),
}


def _broken(main, routes=ROUTES):
    """Both files filled; numbers go on from the one to the other, and the short form keeps its stem."""
    both, environment, files, values = _fill(main.replace("@short", "canary000") + "\0" + routes)
    main, routes = both.split("\0")
    return Laid({"config/causeway.yaml": main, "routes/canaries.yaml": routes, **files}, environment, values)


def mistakes():
    """(name, Laid) of configurations that are wrong where a secret stands, or beside it."""
    for kafka in ("", KAFKA):
        lines = (MAIN + kafka).splitlines()
        for number, line in enumerate(lines):
            if "@@" not in line or (kafka and number < MAIN.count("\n")):
                continue
            for name, variant in _variants(line):
                text = "\n".join([*lines[:number], variant, *lines[number + 1:]]) + "\n"
                yield f"line {number + 1}: {name}", _broken(text)
    for name, (pattern, after) in itertools.chain(_SWAPS.items(), _KAFKA_SWAPS.items()):
        base = MAIN + (KAFKA if name in _KAFKA_SWAPS else "")
        text, count = re.subn(pattern, after, base, count=1)
        assert count == 1, name
        yield name, _broken(text)
    for name, (pattern, after) in _ROUTE_SWAPS.items():
        text, count = re.subn(pattern, after, ROUTES, count=1)
        assert count == 1, name
        yield f"route: {name}", _broken(MAIN, text)
