"""What cannot be about the adapter `transaction` is an error of `causeway check`, at its place."""
import json

import pytest

from harness.gateway import Gateway, command
from harness.half_messages import SECRETS, settings


def problems(tmp_path, transaction=None, main=None, route=None):
    config, routes = settings("127.0.0.1:9", transaction, **(main or {}))
    routes["events"]["routes"] = [{**routes["events"]["routes"][0], **(route or {})}]
    gateway = Gateway(config, routes, tmp_path, environment=SECRETS, start=False)
    code, out, err = command("check", "-c", gateway.config_file, "--json", folder=tmp_path, environment=SECRETS)
    return [(row["path"].removeprefix("routes[0].adapter."), row["message"], row["severity"]) for row in json.loads(out or err)]


@pytest.mark.parametrize("change, found", [
    ({"route": {"auth": "none"}}, "half messages belong to the consumer that prepares them, and `auth: none` lets nobody say who it is"),
    ({"route": {"match": {"methods": ["GET", "POST"], "path": "/transactions/{id}"}}},
     'transaction needs a path that ends in a rest such as {rest...}, for …/{messageId}/commit; the route\'s is "/events/transactions/{id}"'),
    ({"route": {"match": {"methods": ["GET"], "path": "/transactions/{rest...}"}}}, "transaction needs POST among the route's methods"),
    ({"route": {"match": {"methods": ["POST"], "path": "/transactions/{rest...}"}}}, "without GET among the route's methods nobody can ask for a message's state"),
    ({"transaction": {"webhook": None}}, "the system cannot know the checks as ours: say `webhook`, or give the cluster `credentials`"),
    ({"transaction": {"webhook": {"secret": "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODk="}}}, "expected a secret that operators gave out, as {{ secret:NAME }}"),
    ({"transaction": {"webhook": {"secret": "{{ secret:NONE }}"}}}, 'no secret is called "NONE"'),
    ({"main": {"consumers": [{"name": "oms", "webhook": {"standard_webhooks": {"secret": "${env:TX_SECRET}"}}}]}},
     "callers of the gateway prove themselves with this secret: a system is shown one of its own"),
    ({"transaction": {"check": {"http": {"cluster": "omss", "path": "/c"}}}}, 'unknown cluster "omss" (did you mean "oms"?)'),
    ({"transaction": {"check": {"http": {"path": "/c"}}}}, 'http: missing "cluster" (the system that prepared the message)'),
    ({"transaction": {"topic": "order"}}, 'unknown topic "order" (did you mean "orders"?)'),
    ({"main": {"store": "none"}}, "topics need a store, and `store: none` says that there is none"),
    ({"main": {"store": "none", "topics": []}}, 'unknown topic "orders"'),
])
def test_what_cannot_be_is_an_error_at_its_place(tmp_path, change, found):
    assert found in [message for _, message, _ in problems(tmp_path, **change)]


def test_nothing_is_wrong_with_these_settings(tmp_path):
    assert problems(tmp_path) == []
