"""Every example of the documentation is right: YAML blocks pass `causeway check`, links lead somewhere.

A block is a file, a part of one or a piece of one (a route, a consumer, plugins ...); what is missing around it is put
there by what keys it has. A block that shows mistakes says ```yaml wrong and begins with the name of its file in a
comment; a ```text block behind it is, to the letter, what `check` says of it.
"""
import base64
import hashlib
import pathlib
import re
import shutil

import pytest
import yaml

from harness import certificates, documents
from harness.gateway import ROOT, Gateway, command, main_config
from harness.http import call

PAGES = sorted([ROOT / "README.md", ROOT / "ARCHITECTURE.md", ROOT / "demo" / "README.md", *ROOT.glob("docs/*.md"), *ROOT.glob("docs/adr/*.md")])
BLOCKS = [(page, *block) for page in PAGES for block in documents.blocks(page, "yaml")]

MAIN_KEYS = set(documents.load((ROOT / "config" / "causeway.yaml").read_text())) | {
    "secrets", "consumers", "clusters", "topics", "subscriptions", "reload"}
ROUTE_KEYS = {"name", "match", "versions", "from", "plugins", "without", "adapter", "publish", "auth", "access", "limits", "reply", "fallback"}
CONSUMER_KEYS = {"roles", "contact", "keys", "api_tokens", "scopes", "oauth", "webhook", "certificates"}
FILES = {"api", "base", "defaults", "routes", "default_version"}
SECRETS = {"PAY_SECRET": "whsec_" + base64.b64encode(b"a-secret-of-the-documentation").decode()}
SECRET = "0123456789abcdef" * 4  # long enough for HS512, and the SHA-256 of something


def secret_of(variable):
    """Another for each: what a system is shown must not be what a consumer shows."""
    return hashlib.sha256(variable.encode()).hexdigest()


def name(block):
    page, line, info, *_ = block
    return f"{page.relative_to(ROOT)}:{line}{' ' + info if info else ''}"


class Whole:
    """A configuration around a block."""

    def __init__(self, text, right=True):
        self.routes = self.main = None
        self.right = right
        block = documents.load(text)
        if isinstance(block, list):
            key = "routes" if "match" in block[0] else "subscriptions" if "deliver" in block[0] else "consumers"
            block = {key: block}
        if block.keys() & FILES:
            self.routes = block
        elif block.keys() <= MAIN_KEYS:
            self.main = block
        elif block.keys() <= ROUTE_KEYS | {"headers"}:
            self.routes = {"routes": [block]}
        else:
            assert block.keys() <= CONSUMER_KEYS | {"name"}, f"what is this a part of? {sorted(block)}"
            self.main = {"consumers": [block]}
        self.main = self.main or {}
        if self.routes:
            self._complete_routes()
        self._complete_main()

    def _complete_routes(self):
        file = {"api": "docs", "base": "/docs", **self.routes}
        if "versions" in file and "{version}" not in file["base"]:
            file["base"] = "/api/{version}/docs"
        defaults = file.setdefault("defaults", {})
        defaults.setdefault("auth", {"any": ["signature"]})
        for index, route in enumerate(file.setdefault("routes", [{}])):
            route.setdefault("name", f"route-{index}")
            route.setdefault("match", {"method": "POST", "path": "/{id}"})
            route.setdefault("adapter", {"http": {}})
            adapter = route["adapter"]
            if "http" in adapter and "cluster" not in (adapter["http"] or {}):
                defaults.setdefault("http", {}).setdefault("cluster", "oms")
            for version in route.get("from", {}):
                file.setdefault("versions", {}).setdefault(version, {"released": "2024-01-29"})
        if "versions" in file and "{version}" not in file["base"]:
            file["base"] = "/api/{version}/docs"
        self.routes = file

    def _complete_main(self):
        main = self.main
        main.pop("include", None)
        main.setdefault("listeners", [{"name": "public", "address": "127.0.0.1:0"}])
        consumers = main.setdefault("consumers", [])
        known = {consumer.setdefault("name", "somebody") for consumer in consumers}
        everybody = {"roles": ["internal", "reader", "partner"], "scopes": ["orders:read", "orders:write"],
                     "keys": [{"id": "everybody-key", "secrets": [SECRET]}], "api_tokens": [{"sha256": SECRET}]}
        for consumer in {"everybody", *self._values("consumers")} - known:
            consumers.append({"name": consumer, **(everybody if consumer == "everybody" else {})})
        providers = main.setdefault("oauth", {}).setdefault("providers", [])
        for provider in {"own", *self._values("provider")} - {each["name"] for each in providers}:
            providers.append({"name": provider, "issuer": f"https://{provider}.example.com", "audiences": ["causeway"],
                              "keys": [{"kid": "k", "algorithm": "HS256", "secret": SECRET}]})
        clusters = main.setdefault("clusters", [])
        for cluster in self._values("cluster") - {each["name"] for each in clusters}:
            clusters.append({"name": cluster, "endpoints": ["127.0.0.1:9"]})
        topics = main.setdefault("topics", [])
        for topic in self._values("topic") - {each["name"] for each in topics} - set(self._kafka_names()):
            topics.append({"name": topic})
        for secret in re.findall(r"\{\{ *secret:(\w+) *\}\}", yaml.safe_dump([self.routes, main.get("clusters")])):
            main.setdefault("secrets", {}).setdefault(secret, f"${{env:{secret}}}")
        main["include"] = ["../routes/*.yaml"] if self.routes else []

    def _kafka_names(self):
        return (topic.get("kafka", {}).get("topic") for topic in self.main.get("topics", []))

    def _values(self, key):
        """All that stands under this key, anywhere. Of what is wrong nothing is made right."""
        found = {"oms"} if key == "cluster" else set()
        if not self.right:
            return found

        def walk(node):
            if isinstance(node, dict):
                for each, value in node.items():
                    if each == key and isinstance(value, str):
                        found.add(value)
                    elif each == key and isinstance(value, list):
                        found.update(item for item in value if isinstance(item, str))
                    walk(value)
            elif isinstance(node, list):
                for item in node:
                    walk(item)
        walk([self.main, self.routes])
        return found

    def write(self, folder):
        for path, content in (("config/causeway.yaml", self.main), ("routes/docs.yaml", self.routes)):
            (folder / path).parent.mkdir(exist_ok=True)
            if content:
                (folder / path).write_text(yaml.safe_dump(content, sort_keys=False))
        shutil.copytree(ROOT / "routes" / "schemas", folder / "routes" / "schemas", dirs_exist_ok=True)
        text = (folder / "config/causeway.yaml").read_text()
        (folder / "config" / "tls").mkdir(exist_ok=True)
        for path in set(re.findall(r"tls/[\w-]+\.pem|tls/[\w-]+\.key", text)):
            stem = pathlib.Path(path).stem
            if not (folder / "config" / path).exists():
                certificates.make(folder / "config" / "tls", stem)
        return {variable: SECRETS.get(variable.removesuffix("_OLD"), secret_of(variable)) for variable in re.findall(r"\$\{env:(\w+)", text)}


@pytest.mark.parametrize("block", BLOCKS, ids=name)
def test_a_yaml_block_is_what_it_says(block, tmp_path):
    _, _, info, text, behind = block
    assert info in ("", "wrong"), f"```yaml {info}: only `wrong` may stand there"
    if "tests" in documents.load(text):
        return run_route_tests(block[0], text, tmp_path)
    environment = Whole(text, right=not info).write(tmp_path)
    if info:
        file = re.match(r"# (\S+)\n", text)[1]
        for path in tmp_path.glob("routes/*.yaml"):
            path.unlink()
        (tmp_path / file).write_text(text)
    code, said, errors = command("check", "-c", "config/causeway.yaml", folder=tmp_path, environment=environment)
    assert code == (2 if info else 0), said + errors
    if info and behind:
        assert said == behind


def run_route_tests(page, text, folder):
    """They pass, through the files that the page shows where it shows any, through the shipped ones otherwise."""
    files = {}
    for _, info, content, _ in documents.blocks(page, "yaml"):
        name = re.match(r"# ((?:config|routes)/\S+)\n", content)
        if name and not info:
            files.setdefault(name[1], content)
    own = "config/causeway.yaml" in files
    if own:
        for name, content in files.items():
            (folder / name).parent.mkdir(exist_ok=True)
            (folder / name).write_text(content)
    (folder / "docs.test.yaml").write_text(text)
    where = folder if own else ROOT
    code, said, errors = command("test", "-c", "config/causeway.yaml", folder / "docs.test.yaml", folder=where)
    assert code == 0, said + errors


def anchors(page):
    """As GitHub makes them of the headings."""
    found, fenced = set(), False
    for line in page.read_text().splitlines():
        if line.lstrip().startswith("```"):
            fenced = not fenced
        if fenced or not line.startswith("#"):
            continue
        text = re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", line.lstrip("#").strip())
        found.add(re.sub(r"[^\w\- ]", "", text.lower()).replace(" ", "-"))
    return found


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page):
    broken, fenced = [], False
    for number, line in enumerate(page.read_text().splitlines(), 1):
        if line.lstrip().startswith("```"):
            fenced = not fenced
        if fenced:
            continue
        for target in re.findall(r"\]\(([^)\s]+)\)", re.sub(r"`[^`]*`", "", line)):
            if re.match(r"[a-z]+:", target):
                continue
            path, _, anchor = target.partition("#")
            other = (page.parent / path).resolve() if path else page
            if not other.exists():
                broken.append(f"{number}: {target}: there is no such file")
            elif anchor and other.suffix == ".md" and anchor not in anchors(other):
                broken.append(f"{number}: {target}: there is no such heading")
    assert broken == []


def table(page, head):
    """The rows of the table whose first column is called `head`, as lists of cells."""
    lines = (ROOT / "docs" / page).read_text().splitlines()
    begin = next(number for number, line in enumerate(lines) if line.startswith(f"| {head} |")) + 2
    end = next(number for number in range(begin, len(lines)) if not lines[number].startswith("|"))
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines[begin:end]]


def test_the_table_of_commands_has_them_all():
    listed = {word for row in table("operations.md", "command") for word in re.findall(r"`causeway ([a-z][a-z-]*)", row[0])}
    code, out, err = command("--help")
    offered = set(re.findall(r"^  ([a-z][a-z-]*) +\S", out[out.index("Subcommands:"):], re.MULTILINE))
    assert (code, listed) == (0, offered)


def addresses(cell):
    """`GET /config`, `/topics[/{name}]`; `POST /x/pause` and `resume` as (method, path)."""
    found, method, last = set(), None, None
    for text in re.findall(r"`([^`]+)`", cell):
        if " " in text:
            method, text = text.split(" ")
        if not text.startswith("/"):  # the last word of the path before it is another one
            text = last.rsplit("/", 1)[0] + "/" + text
        last = text
        found |= {(method, re.sub(r"\[.*\]", "", text)), (method, text.replace("[", "").replace("]", ""))}
    return found


def test_the_table_of_addresses_has_those_of_openapi(tmp_path):
    users = [{"name": "vera", "role": "viewer", "token": "viewer-0123456789abcdef"}]
    admin = {"address": "127.0.0.1:0", "users": users}
    with Gateway(main_config({}, admin=admin, store="none", include=[]), {}, tmp_path) as gateway:
        answer = call(gateway.admin, "GET", "/openapi.json", {"Authorization": "Bearer viewer-0123456789abcdef",
                                                              "Host": f"127.0.0.1:{gateway.admin}"})
    offered = {(method.upper(), path) for path, methods in answer.json["paths"].items() for method in methods}
    listed = {one for row in table("operations.md", "address") for one in addresses(row[0])}
    assert listed == offered
