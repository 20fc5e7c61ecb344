"""No secret is dumped, compared, logged or remembered."""
import json

import pytest

from harness import canaries
from harness.gateway import Gateway
from harness.reloads import api, data


@pytest.mark.parametrize("form", ["literal", "environment", "file", "default"])
def test_no_secret_is_dumped_compared_logged_or_remembered(tmp_path, form):
    laid = canaries.right(form)
    canaries.lay(laid, tmp_path)
    gateway = Gateway(None, None, tmp_path, environment=laid.environment, start=False)
    operator = laid.values[0]
    gateway.start()
    said = [data(gateway, "/config", operator)]
    # Every secret becomes another one; then the keys are mistyped.
    main = gateway.config_file.read_text()
    gateway.config_file.write_text(main.replace("Zk9x", "Zk9y"))
    for hidden in (tmp_path / "config").glob("hidden-*"):
        hidden.write_text(hidden.read_text().replace("Zk9x", "Zk9y"))
    operator = operator.replace("Zk9x", "Zk9y") if form != "environment" else operator
    gateway.reload()
    answer = api(gateway, "POST", "/reload", {}, operator)
    said += [data(gateway, "/config", operator), answer.body.decode(), data(gateway, "/config/history", operator)]
    latest = data(gateway, "/config", operator)["configVersion"]
    said += [data(gateway, f"/config/history/{n}", operator) for n in range(1, latest + 1)]
    assert latest == (1 if form == "environment" else 2)
    gateway.config_file.write_text(main.replace("secrets:", "secerts:").replace("token:", "tokne:"))
    refused = api(gateway, "POST", "/reload", {}, operator)
    assert refused.status == 400, refused
    said += [refused.body.decode(), data(gateway, "/audit", operator), dict(map(str, item) for item in gateway.metrics().items())]
    gateway.stop()
    said += [gateway.log(), gateway.stderr()]
    whole = json.dumps(said, default=str)
    assert canaries.found(whole) == [], sorted(set(canaries.found(whole)))
    assert not [line for line in canaries.private_lines() if line in whole]
    for file in (tmp_path / "data").iterdir():
        if file.name != "admin.token":
            content = file.read_bytes().decode("latin-1")
            assert canaries.found(content) == [], (file.name, canaries.found(content)[:5])
