"""No secret comes to light in what `check` says, whatever is wrong around it: a canary in every place that takes one."""
import json
import re

import pytest

from harness import canaries, every_key
from harness.gateway import command


def check(folder, laid, *more):
    canaries.lay(laid, folder)
    return command("check", "-c", "config/causeway.yaml", *more, folder=folder, environment=laid.environment)


@pytest.mark.parametrize("form", canaries.FORMS)
@pytest.mark.parametrize("kafka", [False, True], ids=["", "kafka"])
def test_a_secret_may_be_written_in_every_form(tmp_path, form, kafka):
    laid = canaries.right(form, kafka)
    assert len(laid.values) >= (13 if kafka else 11)
    code, out, err = check(tmp_path, laid)
    assert code == 0, out + err
    assert not canaries.found(out + err)


def test_the_canaries_sit_in_every_place_that_the_description_calls_secret():
    code, page, err = command("reference")
    assert code == 0, err
    described = set(re.findall(r"^\| `([^`]+)` \| (?:list of |mapping of names to )?secret \|", page, re.M))
    assert described, "the reference names no secret"
    placed = set(re.findall(r'^ *(?:- )?([\w.]+): (?:"|\n +- ")(?:whsec_)?@@', canaries.MAIN + canaries.KAFKA, re.M)) | {"secrets"}
    elsewhere = {"ssl.key.pem", "ssl.keystore.password"}  # need a key of their own; as ssl.key.password
    assert described - elsewhere <= placed, described - placed


def test_no_mistake_brings_a_secret_to_light(tmp_path):
    told, fine = [], []
    for number, (name, laid) in enumerate(canaries.mistakes()):
        folder = tmp_path / str(number)
        # Both forms come from one list of problems: some of the second are enough.
        for more in ((), ("--json",)) if number % 5 == 0 else ((),):
            code, out, err = check(folder, laid, *more)
            assert code in (0, 2), f"{name}: {code}\n{out}{err}"
            leaked = canaries.found(out + err) or [line for line in canaries.private_lines() if line in out + err]
            if leaked:
                told.append(f"{name}:\n{out}{err}")
            if code == 0:
                fine.append(name)
            if more:
                json.loads(out)
    assert not told, f"{len(told)} leaks:\n" + "\n".join(told[:40])
    assert number > 500 and len(fine) < number / 4, (number, fine)


@pytest.mark.parametrize("written, value", [
    ("${env:SWEPT}", f"/{canaries.canary(1)}/"),
    ("x{{ .${env:SWEPT} | }}", f"{canaries.canary(1)}\n \x01 {{{{ | .. 0123456789"),
], ids=["path", "within an expression"])
def test_what_comes_from_the_environment_is_in_no_message_whatever_key_it_stands_at(tmp_path, written, value):
    (tmp_path / "routes").mkdir()
    (tmp_path / "routes" / "a.yaml").write_text(canaries.ROUTES.replace("secret:PARTNER", "secret:A"))
    (tmp_path / "config").mkdir()
    told, places = [], 0
    for place, text in every_key.replaced_by(written):
        (tmp_path / "config" / "causeway.yaml").write_text(text)
        code, out, err = command("check", "-c", "config/causeway.yaml", folder=tmp_path, environment={"SWEPT": value})
        assert code == 2, f"{place}: {code}\n{out}{err}"
        places += 1
        if canaries.found(out + err):
            told.append(f"{place}:\n{out}{err}")
    assert not told, f"{len(told)} leaks:\n" + "\n".join(told[:40])
    assert places > 150


def test_what_comes_from_the_environment_is_starred_also_in_json(tmp_path):
    (tmp_path / "main.yaml").write_text(
        'listeners: [{name: public, address: "127.0.0.1:0"}]\ntopics: [{name: "${env:SWEPT} x"}]\n')
    environment = {"SWEPT": canaries.canary(1)}
    code, out, _ = command("check", "-c", "main.yaml", folder=tmp_path, environment=environment)
    assert (code, out) == (2, "main.yaml:2:17: topics[0].name: a topic's name is 1 to 249 letters, digits and ._- (not only dots), got \"*** x\"\n")
    code, out, _ = command("check", "-c", "main.yaml", "--json", folder=tmp_path, environment=environment)
    assert code == 2
    assert json.loads(out)[0]["message"].endswith('got "*** x"')
