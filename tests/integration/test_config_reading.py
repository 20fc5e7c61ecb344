"""What stands where a file should, and texts that YAML takes for something else: an error at its place."""
import os
import subprocess

import pytest

from harness.gateway import BINARY

MAIN = 'listeners: [{name: public, address: "127.0.0.1:0"}]\ninclude: ["routes/*.yaml"]\n'


def check(folder):
    done = subprocess.run([BINARY, "check", "-c", "main.yaml"], cwd=folder, text=True, timeout=60,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    return done.returncode, done.stdout


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "routes").mkdir()
    (tmp_path / "main.yaml").write_text(MAIN)
    return tmp_path


@pytest.mark.parametrize("make, reason", [
    (lambda path: path.symlink_to("nowhere"), "No such file or directory"),
    (lambda path: path.symlink_to("lost.yaml"), "Too many levels of symbolic links"),
    (os.mkfifo, "it is no regular file"),
    (lambda path: path.mkdir(), "it is a folder"),
], ids=["dangling link", "link to itself", "pipe", "folder"])
def test_what_matches_a_pattern_and_is_no_file_is_an_error(folder, make, reason):
    make(folder / "routes" / "lost.yaml")
    assert check(folder) == (
        2, f'main.yaml:2:11: include[0]: "routes/lost.yaml" cannot be read: {reason}\n')


def test_a_folder_that_is_not_named_like_a_file_is_left_out(folder):
    (folder / "main.yaml").write_text(MAIN.replace("*.yaml", "*"))
    (folder / "routes" / "schemas").mkdir()
    assert check(folder)[0] == 0


def test_a_question_mark_in_flow_style_is_put_in_quotes(folder):
    (folder / "routes" / "a.yaml").write_text("api: a\nbase: /a\nroutes: [{path: /orders?x=1}]\n")
    assert check(folder) == (2, 'routes/a.yaml:3:24: in { } and [ ] a text with "?" is put in quotes\n')
