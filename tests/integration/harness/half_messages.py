"""A gateway that keeps half messages, and an OMS that is asked about them."""
import base64
import hashlib
import json

from .gateway import API_TOKEN, main_config
from .upstream import Upstream, reply

OTHER_TOKEN = "token-of-another-system-0123456789ab"
OWN_SECRET = "secret-of-the-gateway-0123456789abcdef"
SECRET_KEY = b"the key of the checks: secret"
SECRETS = {"TX_SECRET": "whsec_" + base64.b64encode(SECRET_KEY).decode(), "VIEWER": "viewer-0123456789abcdef"}
TRANSACTION = {"topic": "orders", "group": "oms-producer", "first": "20ms", "every": "30ms", "times": 15, "max_age": "1h",
               "check": {"http": {"cluster": "oms", "path": "/tx/check"}}, "webhook": {"secret": "{{ secret:TX_SECRET }}"}}
PATIENT = {"first": "1h", "every": "1h", "max_age": "24h"}  # never asks while a test lasts


class Oms(Upstream):
    """Answers checks by its ledger, {transactionId: COMMIT | ROLLBACK | an answer}; what it does not know is UNKNOWN."""

    def __init__(self):
        self.ledger = {}
        super().__init__(self._say)

    def _say(self, request, peer):
        word = self.ledger.get(json.loads(request.body)["transactionId"], "UNKNOWN")
        (reply(json.dumps({"state": word}).encode()) if isinstance(word, str) else word)(request, peer)

    def checks(self, transaction):
        return [request for request in self.seen("/tx/check") if json.loads(request.body)["transactionId"] == transaction]


def settings(system, transaction=None, **more):
    config = main_config({"oms": {"endpoints": [system], "connect_timeout": "500ms", "timeout": "5s", "circuit_breaker": {"enabled": False}}}, secrets={name: f"${{env:{name}}}" for name in ("TX_SECRET",)},
                         store={"sqlite": {"path": "data/causeway.db", "min_free": "0B"}},
                         topics=[{"name": "orders", "key": "{{ .orderId }}", "shards": 4}])
    config["consumers"] = [{"name": name, "roles": ["internal"], "api_tokens": [{"sha256": hashlib.sha256(token.encode()).hexdigest()}]}
                           for name, token in (("oms", API_TOKEN), ("other", OTHER_TOKEN))]
    config.update(more)
    return config, {"events": {
        "api": "events", "base": "/events", "defaults": {"auth": {"any": ["api_key"]}}, "routes": [
            {"name": "order-transactions", "match": {"methods": ["GET", "POST"], "path": "/transactions/{rest...}"},
             "adapter": {"transaction": {**TRANSACTION, **(transaction or {})}}},
            {"name": "publish", "match": {"method": "POST", "path": "/orders"}, "adapter": {"publish": {"topic": "orders"}}}]}}
