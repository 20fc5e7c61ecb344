"""Route files and calls by the dozen, drawn from a seed: hits, near misses, hostile paths. Each route tells its name."""
import datetime
import random

TODAY = datetime.datetime.now(datetime.timezone.utc).replace(hour=0, minute=0, second=0, microsecond=0)
METHODS = ["GET", "GET", "GET", "HEAD", "POST", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND", "get", "TRACE", "CONNECT"]
VENDOR = "application/vnd.company.{}+json"
ACCEPTS = [None, None, None, None, "*/*", "application/json", "text/html", VENDOR.format("v1"), VENDOR.format("v2"), VENDOR.format("v3"),
           VENDOR.format("V2"), VENDOR.format("v9"), VENDOR.format("v1") + ";q=0", VENDOR.format("v1") + ", " + VENDOR.format("v2") + ";q=0.5",
           VENDOR.format("v9") + ", */*;q=0.1", "application/vnd.other.v1+json", ";;,q=x", "application/problem+json"]


def day(offset):
    return (TODAY + datetime.timedelta(days=offset)).strftime("%Y-%m-%d")


def route(name, methods, path, **more):
    """Answers with its name, the version and the parameters of the call."""
    told = {"X-Route": name, "X-Version": "{{ $version }}", "X-Params": "{{ $params | tojson }}"}
    return {"name": name, "match": {"methods": methods, "path": path},
            "adapter": {"static": {"status": 200, "headers": told, "body": {"route": name}}}, **more}


def routes():
    """Route files in which everything that decides about a call occurs."""
    old = {"released": "2020-01-01", "deprecated": day(-400), "sunset": day(-1), "successor": "v2"}
    aging = {"released": "2020-01-01", "deprecated": day(-30), "sunset": day(200), "successor": "v3", "guide": "https://docs.example.com/v3"}
    files = {
        "orders": {"base": "/api/{version}/orders", "versions": {"v1": old, "v2": aging, "v3": {"released": day(-60)}}, "routes": [
            route("list", ["GET"], "/"), route("create", ["POST"], "/"), route("one", ["GET"], "/{id}"), route("newest", ["GET"], "/newest"),
            route("replace", ["PUT", "PATCH"], "/{id}"), route("cancel", ["POST"], "/{id}/cancel", versions=["v3"]),
            route("line", ["GET", "DELETE"], "/{id}/lines/{line}"), route("lines", ["GET"], "/{id}/lines/"),
            route("first-line", ["GET"], "/{id}/lines/first", versions=["v1", "v2"]), route("export", "any", "/export/{rest...}")]},
        "stock": {"base": "/api/{version}/stock", "default_version": "v2", "versions": {"v1": aging, "v2": {"released": "2021-01-01"}, "v3": {"released": day(-9)}},
                  "routes": [route("sku", ["GET"], "/{sku}"), route("feed", ["GET"], "/feed", versions=["v1"]), route("put-sku", ["PUT"], "/{sku}", versions=["v3"]),
                             route("all-stock", ["GET"], "/")]},
        "media": {"base": "/media", "versions": {"v1": {**aging, "successor": "v2"}, "v2": {"released": "2021-01-01"}},
                  "routes": [route("media-v1", ["GET"], "/{name}", versions=["v1"]), route("media-v2", ["GET", "POST"], "/{name}", versions=["v2"])]},
        "plain": {"base": "/", "routes": [
            route("root", ["GET"], "/"), route("echo", "any", "/tools/echo"), route("tool", ["GET"], "/tools/{tool}"), route("post-tool", ["POST"], "/tools/{tool}"),
            route("raw", ["GET", "PUT"], "/raw/{rest...}"), route("folder", ["GET"], "/folder/"), route("head", ["HEAD", "GET"], "/heads/{h}"),
            route("options", ["OPTIONS", "POST"], "/asked"), route("odd", ["GET"], "/a~b/%C3%A9/{x}"), route("deep", ["GET"], "/a/{b}/c/{d}/e/{f}")]},
        "safe": {"base": "/safe", "defaults": {"auth": {"any": ["signature", "api_key"]}, "access": {"roles": ["internal", "reader"]}}, "routes": [
            route("signed", ["GET", "POST"], "/{x}"), route("oms-only", ["GET"], "/only/oms", access={"consumers": ["oms"]}),
            route("elsewhere", ["GET"], "/far/away", access={"addresses": ["10.0.0.0/8"]})]},
    }
    return {name: {"api": name, "defaults": {"auth": "none"}, **file} for name, file in files.items()}


def all_patterns(files):
    return [(file["base"].rstrip("/") + each["match"]["path"], file, each) for file in files.values() for each in file["routes"]]


def filled(draw, pattern):
    words = ["7", "abc", "feed", "first", "newest", "a.b", "%41bc", "a%20b", "x~y", "%C3%A9", "(1)", "a:b@c", "v1", "lines", "export", "..%2e", "%E2%82%AC"]
    path = pattern
    while "{" in path:
        name = path[path.index("{") + 1:path.index("}")]
        if name == "version":
            value = draw.choice(["v1", "v2", "v3", "v2", "v3", "v9", "V2", "v02", ""])
        elif name.endswith("..."):
            value = "/".join(draw.choice(words[:13]) for _ in range(draw.randrange(4)))
        else:
            value = draw.choice(words)
        path = path.replace("{" + name + "}", value, 1)
    if draw.random() < 0.15:
        path = path.replace("//", "/")
    return path


def spoiled(draw, path):
    """One thing is not as it should be."""
    at = draw.randrange(len(path))
    return draw.choice([
        lambda: path + "/", lambda: path.rstrip("/"), lambda: path + "x", lambda: path[:at] + path[at + 1:] or "/", lambda: path + "/more", lambda: path.rsplit("/", 1)[0] or "/",
        lambda: path[:at] + "%2f" + path[at:], lambda: path[:at] + "//" + path[at:], lambda: path[:at] + ";" + path[at:], lambda: path[:at] + "%zz" + path[at:],
        lambda: path + "/../x", lambda: path + "/.", lambda: path + "/%2e%2e", lambda: path[:at] + "%00" + path[at:], lambda: path[:at] + "\\" + path[at:],
        lambda: path.upper(), lambda: path.replace("e", "%65"), lambda: path[:at] + " " + path[at:], lambda: path + "#here", lambda: "http://gateway.test" + path,
        lambda: "http://other.test" + path, lambda: path[1:] or "x", lambda: path + "?" + "q" * 9000, lambda: "*", lambda: path[:at] + "{" + path[at:],
    ])()


def calls(seed, count, files):
    """Dictionaries {method, target, headers, body}, as `causeway explain --requests` reads them."""
    draw = random.Random(seed)
    patterns = all_patterns(files)
    made = []
    while len(made) < count:
        pattern, file, each = draw.choice(patterns)
        target = filled(draw, pattern)
        if "{version}" in pattern and draw.random() < 0.25:  # Accept says it, or nobody
            target = filled(draw, pattern.replace("/{version}", ""))
        if draw.random() < 0.3:
            target = spoiled(draw, target or "/")
        if draw.random() < 0.2 and "?" not in target:
            target += draw.choice(["?a=1", "?", "?a=%zz&b", "?x=y?z", "?%00"])
        own = each["match"]["methods"]
        method = draw.choice(own) if own != "any" and draw.random() < 0.6 else draw.choice(METHODS)
        headers = [["Host", "gateway.test"]]
        accept = draw.choice(ACCEPTS)
        if accept is not None:
            headers.append(["Accept", accept])
            if draw.random() < 0.1:
                headers.append(["accept", draw.choice(ACCEPTS[5:])])
        if file["base"] == "/safe":
            headers += draw.choice([[], [["X-API-Key", "{token}"]], [["X-API-Key", "{token}"]], [["X-API-Key", "wrong-token-0123456789"]],
                                    [["Authorization", "ApiKey oms-key"]], [["Authorization", "Bearer x"]], [["Authorization", "ApiKey a"], ["X-API-Key", "{token}"]]])
        if draw.random() < 0.04:
            headers.append(draw.choice([["Bad Name", "x"], ["X-Long", "y" * 20000], ["Host", "gateway.test"], ["Content-Length", "x"], ["Expect", "a miracle"],
                                        ["Transfer-Encoding", "gzip"], ["Connection", "Host"], ["X-Forwarded-For", "10.1.2.3"]]))
        made.append({"method": method, "target": target, "headers": headers})
        if method in ("POST", "PUT", "PATCH") or draw.random() < 0.03:
            made[-1]["body"] = draw.choice(["", "{}", "no JSON", '{"a":1}'])
    return made
