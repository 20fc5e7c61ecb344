"""No secret comes to light in what `check` says, whatever is wrong around it: a canary in every place that takes one."""
import json
import re

import pytest

from harness import canaries
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
