"""The mutation proof: every bug of mutations.py has to be found by the test that it names.

Of a mutation only its one file is compiled, as the build does it, and linked in front of what the simulation was built
from; the tree stays as it is. CAUSEWAY_BUILD is the build folder.
"""

import json
import os
import pathlib
import re
import shlex
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from mutations import MUTATIONS  # noqa: E402

SOURCE = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ["CAUSEWAY_BUILD"]).resolve()
SEEDS = "2000"  # what is found is found within the first thousand
PATIENCE = 120  # seconds a step


def run(command, **more):
    return subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, **more)


def without_launcher(words):
    while "clang++" not in pathlib.Path(words[0]).name:
        words = words[1:]
    return words


class Toolchain:
    def __init__(self):
        entries = json.loads((BUILD / "compile_commands.json").read_text())
        self.entries = {os.path.realpath(os.path.join(e["directory"], e["file"])): e for e in entries}
        said = run(["ninja", "-C", str(BUILD), "-t", "commands", "-s", "tests/test_simulation"])
        line = said.stdout.strip().splitlines()[-1]
        line = line.removeprefix(": && ").removesuffix(" && :")
        self.link_words = without_launcher(shlex.split(line))

    def compile(self, file, text, folder):
        entry = self.entries[str(SOURCE / file)]
        source = folder / pathlib.Path(file).name
        source.write_text(text)
        words = without_launcher(shlex.split(entry["command"]))
        out = folder / "mutated.o"
        words[words.index("-o") + 1] = str(out)
        at = next(i for i, w in enumerate(words) if w == "-c") + 1
        words[at] = str(source)
        made = run([*words, "-Wno-error"], cwd=entry["directory"])
        assert made.returncode == 0, made.stderr
        return out

    def link(self, file, mutated, folder):
        words = list(self.link_words)
        program = folder / "test"
        words[words.index("-o") + 1] = str(program)
        own = [i for i, w in enumerate(words) if w.endswith(f"{file}.o")]
        if own:
            words[own[0]] = str(mutated)
        else:  # before the archive that has the true one
            words.insert(next(i for i, w in enumerate(words) if w.endswith(".a")), str(mutated))
        made = run(words, cwd=BUILD)
        assert made.returncode == 0, made.stderr
        return program


def play(program, test):
    return run(
        [str(program), f"--gtest_filter={test}", "--gtest_brief=1"],
        cwd=SOURCE,
        env={**os.environ, "CAUSEWAY_SIM_SEEDS": SEEDS, "CAUSEWAY_SIM_FIRST": "1", "CAUSEWAY_SIM_FAILURES": "1"},
    )


def mutated_text(mutation):
    text = (SOURCE / mutation.file).read_text()
    for old, new in [(mutation.old, mutation.new), *mutation.more]:
        assert text.count(old) == 1, f"{mutation.file} has {text.count(old)} times: {old}"
        text = text.replace(old, new)
    return text


def prove(tools, mutation):
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        try:
            mutated = tools.compile(mutation.file, mutated_text(mutation), folder)
            played = play(tools.link(mutation.file, mutated, folder), mutation.test)
        except (AssertionError, subprocess.TimeoutExpired) as problem:
            return None, str(problem)
        return played.returncode, played.stdout + played.stderr


@pytest.fixture(scope="module")
def results():
    tools = Toolchain()
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        proofs = list(pool.map(lambda mutation: prove(tools, mutation), MUTATIONS))
    return dict(zip([m.name for m in MUTATIONS], proofs))


@pytest.mark.parametrize("test", sorted({m.test for m in MUTATIONS}))
def test_passes_without_a_mutation(test):
    played = play(BUILD / "tests" / "test_simulation", test)
    assert played.returncode == 0, played.stdout
    assert "[  PASSED  ] 1 test." in played.stdout


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda m: re.sub(r"\W+", "_", m.name))
def test_is_found(mutation, results):
    code, said = results[mutation.name]
    assert code == 1, f"{mutation.test} does not find it:\n{said[-3000:]}"
    assert f"[  FAILED  ] {mutation.test}" in said, said[-3000:]
    assert mutation.says in said, f"it is found for another reason:\n{said[:3000]}"
