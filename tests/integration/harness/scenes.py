"""A small API in front of the cluster `oms`, for suites that are not about routes."""
from .gateway import main_config

OK = b'{"ok":true}'
ROUTES = {"open": {"api": "open", "base": "/open", "defaults": {"auth": "none", "http": {"cluster": "oms"}}, "routes": [
    {"name": "x", "match": {"methods": "any", "path": "/x"}, "adapter": {"http": {"path": "/x"}}},
    {"name": "raw", "match": {"methods": "any", "path": "/raw/{rest...}"}, "reply": "as_is", "adapter": {"http": {"path": "/{rest...}"}}},
    {"name": "static", "match": {"method": "GET", "path": "/static"}, "adapter": {"static": {"status": 200, "body": {"hello": "world"}}}},
]}}


def settings(upstream, limits=None, **more):
    config = main_config({"oms": {"endpoints": [upstream.address], "timeout": "20s"}}, **more)
    config["listeners"][0]["limits"] = limits or {}
    return config, ROUTES
