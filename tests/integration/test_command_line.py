"""What the command line says about itself: help with examples that are right, and completion in real shells."""
import re
import subprocess

import pytest

from harness.gateway import BINARY, ROOT, command


def help_of(*path):
    code, text, _ = command(*path, "--help")
    assert code == 0
    return text


def subcommands(text):
    """The names in the list `Subcommands:`."""
    part = re.search(r"^Subcommands:\n((?:  .*\n|\n)+)", text, re.M)
    return re.findall(r"^  (\S+)", part[1], re.M) if part else []


def tree(*path):
    text = help_of(*path)
    yield path, text
    for each in subcommands(text):
        yield from tree(*path, each)


COMMANDS = list(tree())
HELP = dict(COMMANDS)
FLAGS = re.compile(r"(?<![\w-])(--?[a-zA-Z][\w-]*)")


def test_there_are_commands():
    assert {("check",), ("run",), ("schema",), ("completion",), ("dead-letters", "show")} <= set(HELP)


def examples(text):
    """The command lines of `Example: causeway …` or `Examples: …`, without comments."""
    part = re.search(r"^Examples?:(.*)\Z", text, re.M | re.S)
    return [line.strip() for line in part[1].splitlines() if line.strip()] if part else []


@pytest.mark.parametrize("path", [path for path in HELP if path], ids=" ".join)
def test_help_ends_with_an_example_that_is_right(path):
    lines = examples(HELP[path])
    assert 1 <= len(lines) <= 3, "one or two examples at the end: command->footer(\"Example: causeway …\")"
    for line in lines:
        calls = re.findall(r"causeway ([^|>#()]*)", line.split(" #")[0])
        assert calls, f"no call of causeway in: {line}"
        for call in calls:
            words = re.sub(r"'[^']*'|\"[^\"]*\"", "quoted", call).split()
            own = ()
            while words and (*own, words[0]) in HELP:
                own = (*own, words.pop(0))
            assert own[:len(path)] == path or path == own[:1] or own == path[:len(own)], f"an example of another command: {line}"
            known = set(FLAGS.findall(HELP[own]))
            assert set(FLAGS.findall(" ".join(words))) <= known, f"{line}: of {' '.join(own)} there is only {sorted(known)}"


def test_the_first_help_names_what_one_begins_with():
    known = {path[0] for path in HELP if path}
    calls = re.findall(r"^ +causeway ([\w-]+)", HELP[()], re.M)
    assert len(calls) >= 3 and set(calls) <= known


def script(shell):
    code, text, errors = command("completion", shell)
    assert code == 0, errors
    return text


def bash(line, folder):
    """What bash offers at the end of the line."""
    program = 'source "$1"; COMP_LINE="$2" COMP_POINT=${#2}; _causeway; printf "%s\\n" "${COMPREPLY[@]}"'
    return _run(["bash", "--norc", "-c", program, "bash", folder / "completion.bash", line], folder)


def zsh(line, folder):
    """What zsh's function asks its completion system for; that needs a terminal, so its words are replaced here."""
    program = """
compdef() { }
compset() { current=${current#*=} }
_message() { }
_files() { print -rl -- *(N) }
compadd() { shift; for each in "$@"; do [[ $each == ${current}* ]] && print -r -- $each; done }
source "$1"
words=(${(z)2}); [[ $2 == *" " ]] && words+=("")
CURRENT=${#words}
_causeway
true
"""
    return [each for each in _run(["zsh", "-f", "-c", program, "zsh", folder / "completion.zsh", line], folder)
            if each.startswith(re.split(r"[ =]", line)[-1])]


def _run(arguments, folder):
    done = subprocess.run(arguments, cwd=folder, capture_output=True, text=True, timeout=30)
    assert done.returncode == 0 and done.stderr == "", done.stderr
    return sorted(filter(None, done.stdout.split("\n")))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("shell")
    (folder / "completion.bash").write_text(script("bash"))
    (folder / "completion.zsh").write_text(script("zsh"))
    (folder / "gateway one.yaml").write_text("")
    (folder / "gateway.yaml").write_text("")
    return folder


FILES = ["completion.bash", "completion.zsh", "gateway one.yaml", "gateway.yaml"]
OFFERED = {
    "causeway ": sorted(path[0] for path in HELP if len(path) == 1),
    "causeway sche": ["schema"],
    "causeway nothing ": [],
    "causeway schema ": ["operators", "routes", "tests"],
    "causeway schema r": ["routes"],
    "causeway schema routes ": [],
    "causeway completion ": ["bash", "zsh"],
    "causeway dead-letters ": subcommands(HELP["dead-letters",]),
    "causeway dead-letters sh": ["show"],
    "causeway check --j": ["--json"],
    "causeway check -c ": FILES,
    "causeway check --config gateway": ["gateway one.yaml", "gateway.yaml"],
    "causeway check --config=gateway.": ["gateway.yaml"],
    "causeway check -c a.yaml -c gateway.": ["gateway.yaml"],
    "causeway check -c gateway.yaml --j": ["--json"],
    "causeway sign --version ": ["v1", "v2"],
    "causeway sign --version=": ["v1", "v2"],
    "causeway sign --consumer ": [],
    "causeway sign --consumer oms ": ["DELETE", "GET", "HEAD", "PATCH", "POST", "PUT"],
    "causeway sign --consumer oms P": ["PATCH", "POST", "PUT"],
    "causeway sign --consumer oms POST ": [],
    "causeway eval . gateway.": ["gateway.yaml"],
    "causeway eval --arg request null . gateway.": ["gateway.yaml"],
    "causeway run --port-file ": FILES,
}


@pytest.mark.parametrize("shell", [bash, zsh], ids=["bash", "zsh"])
@pytest.mark.parametrize("line", OFFERED)
def test_a_shell_offers(line, shell, folder):
    assert shell(line, folder) == sorted(OFFERED[line])


@pytest.mark.parametrize("shell", [bash, zsh], ids=["bash", "zsh"])
@pytest.mark.parametrize("path", HELP, ids=lambda path: " ".join(path) or "causeway")
def test_a_shell_offers_every_option_of_the_help(path, shell, folder):
    part = re.search(r"^Options:\n((?:  .*\n)+)", HELP[path], re.M)
    options = {flag for line in part[1].splitlines() if re.match(r"  -", line) for flag in FLAGS.findall(line.split("  ")[1])}
    assert set(shell(" ".join(["causeway", *path, "-"]), folder)) == options


@pytest.mark.parametrize("shell", ["bash", "zsh"])
def test_the_script_is_one_of_the_shell(shell, folder):
    subprocess.run([shell, "-n", folder / f"completion.{shell}"], check=True, timeout=30)
