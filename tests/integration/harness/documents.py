"""YAML as editors read it (YAML 1.2, core schema: dates and `yes` are texts), and the fenced blocks of Markdown."""
import re

import yaml


class _Loader(yaml.SafeLoader):
    pass


_Loader.yaml_implicit_resolvers = {}
for _tag, _form, _first in (
        ("bool", r"true|True|TRUE|false|False|FALSE", "tTfF"),
        ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
        ("int", r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+", "-+0123456789"),
        ("float", r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)", "-+.0123456789"),
        ("merge", r"<<", "<")):
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(f"^(?:{_form})$"), list(_first))


def load(text):
    """The document, with merge keys applied."""
    return yaml.load(text, _Loader)


FENCE = re.compile(r"^( *)```(\S*) *(.*)$")


def blocks(path, language):
    """(line of the first, info behind the language, text, text of a ```text block right behind it) of every fenced block."""
    found, begin, last = [], None, None
    lines = path.read_text().splitlines()
    for number, line in enumerate(lines, 1):
        fence = FENCE.match(line)
        if not fence:
            continue
        if begin is None:
            begin = (number, fence[2], fence[3].strip(), len(fence[1]))
        else:
            start, name, info, indent = begin
            begin = None
            text = "\n".join(each[indent:] for each in lines[start:number - 1]) + "\n"
            if name == language:
                found.append((start + 1, info, text, ""))
            elif name == "text" and last == (language, start - 1):
                found[-1] = (*found[-1][:3], text)
            last = (name, number)
    return found
