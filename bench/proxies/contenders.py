"""Who is measured: how each is started in front of the same system, and what it does. One worker or thread each."""
import dataclasses
import importlib
import os
import pathlib
import re
import shutil
import subprocess
import sys
import typing

from . import causeway
from .processes import Process, free_port

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
TOOLS = ROOT / "build" / "bench"  # what scripts/install-deps bench brings, and scratch
LIBRARIES = "usr/lib/x86_64-linux-gnu"


@dataclasses.dataclass(frozen=True)
class Contender:
    name: str
    does: str
    start: typing.Callable = None  # (Place, Contender, port) -> Process; None: the load goes straight to the system
    checks: bool = False           # refuses callers without credentials
    wraps: bool = False            # puts the envelope around answers
    shapes: bool = False           # and changes their shape
    token: bool = False            # callers show a token instead of a signature
    loads: tuple = ("post",)
    asked: bool = True             # False: only when --only names it


class Place:
    """The folder of one run, the programs, and the port of the system behind."""

    def __init__(self, folder, build, gateway):
        self.folder, self.upstream = folder, free_port()
        self.relay = build / "bench" / "bench_relay"
        self.gateway = gateway
        self.nginx = shutil.which("nginx") or "/usr/sbin/nginx"
        self.haproxy = shutil.which("haproxy") or "/usr/sbin/haproxy"
        self.lua = TOOLS / "root"
        self.envoy = next(TOOLS.glob("venv/lib/python3*/site-packages/envoy/_bin/envoy"), None)
        sys.path.insert(0, str(ROOT / "tests" / "integration"))
        jwt = importlib.import_module("harness.jwt")
        self.provider = jwt.Key("ES256")
        self.token = jwt.mint(self.provider, exp=4102444800)

    def fill(self, template, name, port, **more):
        """The file of conf/ with its @WORDS@ replaced."""
        text = (HERE / "conf" / template).read_text()
        kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        temporary = " ".join(f"{kind}_temp_path {self.folder}/{name}.{kind};" for kind in kinds)
        words = {**more, "RUN": self.folder, "CONF": HERE / "conf", "NAME": name, "PORT": port, "UPSTREAM": self.upstream, "LUA": self.lua,
                 "KEY": causeway.KEY, "SECRET": causeway.SECRET, "TEMPORARY": temporary}
        for word, value in words.items():
            text = text.replace(f"@{word}@", str(value))
        return text

    def write(self, template, name, port, **more):
        path = self.folder / f"{name}{pathlib.Path(template).suffix}"
        path.write_text(self.fill(template, name, port, **more))
        return path


def upstream(place):
    """The system behind everybody."""
    (place.folder / "www" / "files").mkdir(parents=True, exist_ok=True)
    (place.folder / "www" / "files" / "64k").write_text('{"text":"' + "x" * ((64 << 10) - 11) + '"}')
    return _nginx("upstream.conf")(place, Contender("upstream", ""), place.upstream)


def _relay(place, contender, port):
    return Process(contender.name, [place.relay, port, place.upstream], place.folder)


def _nginx(template, **words):
    def start(place, contender, port):
        path = place.write(template, contender.name, port, **words)
        environment = {}
        if template == "nginx-lua.conf":  # unpacked, not installed: its LuaJIT replaces the one that wrk uses
            environment["LD_LIBRARY_PATH"] = f"{place.lua}/{LIBRARIES}:{place.lua}/lib/x86_64-linux-gnu"
        return Process(contender.name, [place.nginx, "-c", path, "-e", place.folder / f"{contender.name}.error"], place.folder, environment)
    return start


def _haproxy(place, contender, port):
    return Process(contender.name, [place.haproxy, "-db", "-f", place.write("haproxy.cfg", contender.name, port)], place.folder)


def _envoy(full):
    def start(place, contender, port):
        if not place.envoy:
            raise FileNotFoundError("no envoy: run scripts/install-deps bench")
        log = place.fill("envoy-access-log.yaml", contender.name, port).strip() if full else ""
        filters = place.fill("envoy-key.yaml", contender.name, port).rstrip() if full else ""
        path = place.write("envoy.yaml", contender.name, port, ACCESS_LOG=log, FILTERS=filters)
        return Process(contender.name, [place.envoy, "-c", path, "--concurrency", 1, "--disable-hot-restart", "-l", "error"], place.folder)
    return start


def _causeway(settings, token=False):
    def start(place, contender, port):
        folder = place.folder / contender.name
        folder.mkdir(exist_ok=True)
        path = causeway.write(folder, port, place.upstream, *settings, public_key=place.provider.public_pem() if token else None)
        return Process(contender.name, [place.gateway, "run", "-c", path], folder)
    return start


BOTH = ("post", "get64k")
ALL = [
    Contender("direct", "nobody between: the system's own CPU", loads=BOTH),
    Contender("relay", "blind TCP relay, reads nothing", _relay, loads=BOTH),
    Contender("nginx", "bare proxy", _nginx("nginx.conf", BUFFERS=""), loads=BOTH),
    Contender("nginx-buffers", "bare proxy, buffers for 64 KB", _nginx("nginx.conf", BUFFERS="proxy_buffer_size 32k; proxy_buffers 4 32k; "
                                                                  "proxy_busy_buffers_size 64k;"), loads=("get64k",)),
    Contender("haproxy", "bare proxy", _haproxy, loads=BOTH),
    Contender("envoy", "bare proxy", _envoy(full=False), loads=BOTH),
    Contender("causeway-bare", "bare proxy", _causeway(causeway.bare()), loads=BOTH),
    Contender("nginx-lua", "signature, envelope, a JSON line a call", _nginx("nginx-lua.conf", TRANSFORM="false"), checks=True, wraps=True),
    Contender("causeway-envelope", "signature accepted once, envelope, metrics, a JSON line a call", _causeway(causeway.signed(transform=False)),
              checks=True, wraps=True),
    Contender("nginx-lua-transform", "nginx-lua, request and answer in another shape (cjson)", _nginx("nginx-lua.conf", TRANSFORM="true"),
              checks=True, wraps=True, shapes=True),
    Contender("causeway-signed", "causeway-envelope, request and answer in another shape", _causeway(causeway.signed()), checks=True,
              wraps=True, shapes=True),
    Contender("causeway-jwt", "causeway-signed with a token (ES256, remembered) instead of a signature", _causeway(causeway.token(), token=True),
              checks=True, wraps=True, shapes=True, token=True),
    Contender("causeway-publish", "causeway-signed, and the answer stored as an event", _causeway(causeway.signed(publish=True)), checks=True,
              wraps=True, shapes=True),
    Contender("causeway-bodies", "causeway-signed, its lines with masked bodies", _causeway(causeway.signed(log=causeway.LINES_WITH_BODIES)),
              checks=True, wraps=True, shapes=True, asked=False),
    Contender("envoy-key", "key (not a signature), envelope by Lua, a JSON line a call", _envoy(full=True), checks=True, wraps=True),
]


def chosen(only, workloads):
    """Those that --only names, or all that are measured unasked; and for each of the loads at least one."""
    names = [name for name in only.split(",") if name] if only else None
    if names and (unknown := set(names) - {contender.name for contender in ALL}):
        raise SystemExit(f"no such contender: {', '.join(sorted(unknown))}; there are {', '.join(contender.name for contender in ALL)}")
    return [contender for contender in ALL if (contender.name in names if names else contender.asked) and set(contender.loads) & set(workloads)]


def versions(place):
    """Of every program that takes part, one text."""
    commands = {"wrk": ["wrk", "-v"], "nginx": [place.nginx, "-v"], "HAProxy": [place.haproxy, "-v"], "Envoy": [place.envoy, "--version"],
                "Causeway": [place.gateway, "--version"]}
    found = []
    for name, command in commands.items():
        if command[0]:
            done = subprocess.run(command, capture_output=True, text=True)
            number = re.search(r"\d+\.\d+\.\d+[\w.+~-]*", done.stdout + done.stderr)
            found.append(f"{name} {number[0] if number else '?'}")
    modules = [path.name.split("_")[1].replace("%3a", ":") for path in (TOOLS / "packages").glob("libnginx-mod-http-lua_*")]
    return ", ".join(found + [f"nginx's Lua module {version}" for version in modules])


def cut_logs(folder):
    """What lines the contenders have written: only that they wrote them matters."""
    for path in [*folder.glob("*.log"), *folder.glob("*.calls")]:
        os.truncate(path, 0)
    for path in folder.glob("*/*.log"):
        os.truncate(path, 0)
