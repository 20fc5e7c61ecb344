"""Files that are huge, broken or made to hurt: a clear word about them, soon, and within bounded memory."""
import base64
import json
import os
import pathlib
import random
import subprocess
import threading

import pytest

from harness.gateway import BINARY, SLOW

MIB = 1 << 20
MAIN = 'listeners: [{name: public, address: "127.0.0.1:0"}]\ninclude: [hostile.yaml]\n'
OK = "ok: 0 routes, 0 clusters, 0 consumers\n"
SAYS_NOTHING = "hostile.yaml: warning: the file says nothing: it is empty, or all of it is a comment\n"
NODE = "node: {id: x}\n"
SUITE = pathlib.Path(__file__).resolve().parents[1] / "conformance" / "yaml_test_suite.json"


def check(folder, *config):
    """(exit code, output) of `check`, which must neither crash nor hang nor eat the machine."""
    named = [part for file in config or ("main.yaml",) for part in ("-c", file)]
    with open(folder / "output", "w+b") as output:
        process = subprocess.Popen([BINARY, "check", *named], cwd=folder, stdout=output, stderr=subprocess.STDOUT)
        hung = threading.Timer(60 * SLOW, process.kill)  # whoever waits uses no CPU
        hung.start()
        _, status, used = os.wait4(process.pid, 0)
        hung.cancel()
        process.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        said = output.read().decode()
    assert process.returncode in (0, 2), (process.returncode, said[-4000:])
    # Some 0.1 s on a quiet machine, 2 s for what fills 8 MiB: the guards are wide, docs/benchmarks.md has figures.
    assert used.ru_utime + used.ru_stime < 10 * SLOW, said[:1000]
    assert SLOW > 1 or used.ru_maxrss < 512 * 1024, used.ru_maxrss
    assert len(said) < 2 * MIB
    return process.returncode, said


def lines(count, text):
    return "".join(text % {"i": i} for i in range(count))


def bomb():
    text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
    for i in range(1, 10):
        text += f"a{i}: &a{i} [" + ", ".join([f"*a{i - 1}"] * 10) + "]\n"
    return text


def deep(levels):
    return "".join("  " * i + "a:\n" for i in range(levels))


KEYS_1000 = "a: &a {" + lines(1000, "k%(i)d: 1, ") + "}\n"
HOSTILE = {  # name: (the file, what is said about it)
    "alias bomb": (bomb(), "hostile.yaml:6:25: aliases stand for more than 500000 values\n"),
    "merge bomb": (KEYS_1000 + lines(1000, "b%(i)d: {<<: *a}\n"), "hostile.yaml:251:12: aliases stand for more than 500000 values\n"),
    "one merge of thousands": (KEYS_1000 + "b: {<<: [" + "*a, " * 10000 + "]}\n", "hostile.yaml:2:1006: aliases stand for more than 500000 values\n"),
    "an alias of itself": ("node: &a {b: *a}\n", 'hostile.yaml:1:11: node.b: unknown key "b"\n'
                                                "hostile.yaml:1:14: node.b: an alias stands within its own anchor\n"),
    "10 MB": (NODE + "#" + "x" * 10_000_000, "hostile.yaml: larger than 8 MiB\n"),
    "8 MiB of comment": (NODE + "#" + "x" * (8 * MIB - len(NODE) - 1), OK),
    "8 MiB of comments": (NODE + "#\n" * (4 * MIB - 10), OK),
    "8 MiB of empty lines": (NODE + "\n" * (8 * MIB - 20), OK),
    "a text of 1 MB": ('node: {id: "' + "x" * MIB + '"}\n', OK),
    "a block of 7 MB": ("node:\n  id: |\n" + "    abcdefghijklmnopqrstuvwxyz\n" * (7 * MIB // 31), OK),
    "a key of 1 MB": ("x" * MIB + ": 1\n", "hostile.yaml:1:1048577: a key has at most 1024 characters\n"),
    "dashes": ("-\n" * (3 * MIB), "hostile.yaml:1000000:1: more than 1000000 values\n"),
    "commas": ("a: [" + "," * (7 * MIB) + "]\n", "hostile.yaml:1:2000004: too many values\n"),
    "brackets": ("a: " + "[" * 100_000 + "\n", "hostile.yaml:1:4100: too many brackets are never closed\n"),
    "100 levels": (deep(100), "hostile.yaml:64:127: nested deeper than 64\n"),
    "100 levels in brackets": ("a: " + "[" * 100 + "]" * 100 + "\n", "hostile.yaml:1:67: nested deeper than 64\n"),
    "100 levels in braces": ("{a: " * 100 + "}" * 100 + "\n", "hostile.yaml:1:254: nested deeper than 64\n"),
    "100 levels of dashes": ("- " * 100 + "a\n", "hostile.yaml:1:129: nested deeper than 64\n"),
    "100,000 keys": (lines(100_000, "key-%(i)d: 1\n"), None),
    "100,000 keys in a known mapping": ("node:\n" + lines(100_000, "  key-%(i)d: 1\n"), None),
    "100,000 keys that are one": ("a: 1\n" * 100_000, None),
    "100,000 anchors": ("node: {id: x}\nlisteners:\n" + lines(100_000, "- &a%(i)d 1\n"), None),
    "100,000 items that are wrong": ("clusters:\n" + "- 1\n" * 100_000, None),
    "question marks": ("? " * 100_000 + "a\n", "hostile.yaml:1:129: nested deeper than 64\n"),
    "tags": ("a: " + "!x " * 100_000 + "b\n", "hostile.yaml:1:7: cannot assign multiple tags to the same node\n"),
    "bytes": (bytes(range(256)) * 1000, "hostile.yaml:1:1: a control character\n"),
    "noise": (random.Random(5).randbytes(MIB), "hostile.yaml:1:4: not UTF-8\n"),
    "NUL": (NODE + "a: \0\n", "hostile.yaml:2:4: a control character\n"),
    "NUL at the end": (NODE + "\0", "hostile.yaml:2:1: a control character\n"),
    "half a character": (NODE.encode() + b"# \xe5\x90", "hostile.yaml:2:3: not UTF-8\n"),
    "overlong character": (NODE.encode() + b"# \xc0\xaf", "hostile.yaml:2:3: not UTF-8\n"),
    "UTF-16": (NODE.encode("utf-16"), "hostile.yaml:1:1: UTF-16; a file is UTF-8\n"),
    "UTF-16, the other way": (b"\xfe\xff" + NODE.encode("utf-16-be"), "hostile.yaml:1:1: UTF-16; a file is UTF-8\n"),
    "UTF-16 without a mark": (NODE.encode("utf-16-le"), "hostile.yaml:1:2: a control character\n"),
    "byte order mark": (b"\xef\xbb\xbf" + NODE.encode(), OK),
    "CRLF": (NODE.replace("\n", "\r\n") * 1 + "# more\r\n", OK),
    "CR": ("node: {id: x}\rworkers: 1\r", "hostile.yaml:1:14: a line ends in a carriage return alone; lines end in a line feed\n"),
    "tab": ("node:\n\tid: x\n", "hostile.yaml:2:1: a tab in the indentation; YAML indents by blanks only\n"),
    "tabs between": ("node:\t{id:\tx}\t# x\n", OK),
    "a quote left open before 7 MB": ('node: {id: "x}\n' + "# x\n" * (7 * MIB // 4), None),
    "a hundred thousand quotes": ("a: '" + "'' " * 100_000 + "\n", "hostile.yaml:1:4: this quote is never closed\n"),
    "nothing": ("", SAYS_NOTHING + OK),
    "only blanks": ("  \n\n   ", SAYS_NOTHING + OK),
    "only a comment": ("# later\n", SAYS_NOTHING + OK),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_answered_soon_and_in_words(tmp_path, name):
    content, said = HOSTILE[name]
    (tmp_path / "main.yaml").write_text(MAIN)
    (tmp_path / "hostile.yaml").write_bytes(content if isinstance(content, bytes) else content.encode())
    code, out = check(tmp_path)
    if said is None:  # thousands of errors: the first thousand, and how many more
        assert code == 2 and out.count("\n") <= 1001, out[-2000:]
        assert out.startswith("hostile.yaml:"), out[:1000]
    else:
        assert (code, out) == (0 if said.endswith(OK) else 2, said)


def test_programs_and_templates_are_bounded_too(tmp_path):
    head = MAIN.replace("include: [hostile.yaml]\n", 'clusters: [{name: oms, endpoints: ["127.0.0.1:9"]}]\ntopics: [{name: t}]\n')
    for text, said in [("(" * 100_000, "nested too deeply"), ("1" + "+1" * 600_000, "a program has at most 1 MiB")]:
        (tmp_path / "main.yaml").write_text(head + "subscriptions:\n  - name: s\n    topic: t\n    deliver: {http: {cluster: oms}}\n"
                                            f"    filter: '{text}'\n")
        code, out = check(tmp_path)
        problem, *excerpt = out.splitlines()
        assert code == 2 and problem.endswith(f"subscriptions[0].filter: {said}"), out[-500:]
        assert len(excerpt) == 2 and excerpt[1].endswith("^") and max(map(len, excerpt)) < 150, out[-500:]


def cases():
    return {case["id"].replace(":", "-"): base64.b64decode(case["yaml_b64"]) for case in json.loads(SUITE.read_text())["cases"]}


def test_every_file_of_the_yaml_test_suite_is_a_configuration_or_a_clear_error(tmp_path):
    for number, (name, content) in enumerate(cases().items()):
        (tmp_path / "main.yaml").write_bytes(content)
        code, out = check(tmp_path)
        assert code == 2, (name, out)  # none of them has listeners
        for line in out.splitlines():
            assert line.startswith("main.yaml:"), (name, line)
    assert number > 400


def test_the_yaml_test_suite_included_all_at_once(tmp_path):
    (tmp_path / "main.yaml").write_text(MAIN.replace("hostile.yaml", "suite/*.yaml"))
    (tmp_path / "suite").mkdir()
    for name, content in cases().items():
        (tmp_path / "suite" / f"{name}.yaml").write_bytes(content)
    code, out = check(tmp_path)
    assert code == 2 and all(line.startswith("suite/") or line.startswith("and ") for line in out.splitlines()), out[:2000]
