"""`causeway eval`: what a person sees who tries an expression."""
import os
import pathlib
import subprocess

CAUSEWAY = pathlib.Path(os.environ.get("CAUSEWAY_BUILD", pathlib.Path(__file__).parents[2] / "build/release")) / "causeway"
ORDER = '{"externalNo": "E1", "id": 4781320682406083640, "items": [{"skuId": "A", "price": 19.90}]}'


def evaluate(*arguments, stdin=ORDER):
    done = subprocess.run([CAUSEWAY, "eval", *arguments], input=stdin, capture_output=True, text=True, timeout=60)
    return done.returncode, done.stdout, done.stderr


def test_prints_each_result_on_a_line_with_its_digits():
    assert evaluate("{externalNo, id}, .items[].price") == (
        0, '{"externalNo":"E1","id":4781320682406083640}\n19.90\n', "")


def test_reads_a_file(tmp_path):
    file = tmp_path / "order.json"
    file.write_text(ORDER)
    assert evaluate(".externalNo", str(file), stdin="") == (0, '"E1"\n', "")


def test_prints_strings_as_they_are_when_asked():
    assert evaluate("--raw", ".externalNo, .items") == (0, 'E1\n[{"skuId":"A","price":19.90}]\n', "")


def test_sets_variables(tmp_path):
    file = tmp_path / "order.json"
    file.write_text("{}")
    assert evaluate("--arg", "status", "404", "--arg", "request", '{"a":1}', "$status, $request.a", str(file)) == (
        0, "404\n1\n", "")
    assert evaluate("[$status, $request.a, $limit]", "--var", "status=404", "--var", 'request={"a":1.50}',
                    "--var", "$limit=[1, 2]") == (0, "[404,1.50,[1,2]]\n", "")
    assert evaluate('"\\($name): \\(.externalNo)"', "--var", 'name="order = no"') == (0, '"order = no: E1"\n', "")


def test_a_program_may_begin_with_a_minus():
    assert evaluate("-.items[0].price", "--var", "status=-1") == (0, "-19.90\n", "")
    assert evaluate("-(1, $status)", "--arg", "status", "-1") == (0, "-1\n1\n", "")
    assert evaluate("-$a") == (2, "", '1:2: unknown variable "$a"\n  -$a\n   ^\n')


def test_says_what_is_wrong_with_a_variable():
    assert evaluate(".", "--var", "name=text") == (
        2, "", """--var name: a value was expected at byte 0 (a text stands in quotes: --var 'name="text"')\n""")
    assert evaluate(".", "--var", "name") == (2, "", '--var "name": expected a name, =, and JSON\n')
    assert evaluate(".", "--var", "a-b=1") == (2, "", '--var "a-b": expected a name of letters, digits and _\n')
    assert evaluate(".", "--var", 'a={"x":1,"x":2}') == (
        2, "", """--var a: a name comes twice in one object at byte 7 (a text stands in quotes: --var 'a="text"')\n""")
    code, _, error = evaluate("--arg", "status", "{", ".")
    assert code == 2 and error.startswith("--arg status: ")
    assert evaluate("$limt", "--var", "limit=1", "--var", 'text="a\\nb"') == (
        2, "", '1:1: unknown variable "$limt"; did you mean "$limit"?\n  $limt\n  ^\n')


LIMITED = """
server: {limits: {expressions: {steps: 1000}}}
listeners: [{name: public, address: "127.0.0.1:0"}]
clusters: [{name: oms, endpoints: ["127.0.0.1:1"]}]
"""


def test_takes_the_limits_of_a_configuration(tmp_path):
    file = tmp_path / "gateway.yaml"
    file.write_text(LIMITED)
    assert evaluate("-c", str(file), "[range(10)] | length", stdin="null") == (0, "10\n", "")
    assert evaluate("-c", str(file), "[range(10000)] | length", stdin="null") == (
        1, "", "40094: the program needs more than 1000 steps\n")
    file.write_text(LIMITED.replace("steps", "stepps"))
    code, _, error = evaluate("-c", str(file), "1")
    assert code == 2 and "stepps" in error


def test_shows_where_a_program_is_wrong():
    assert evaluate(".items\n  | lenght") == (
        2, "", '2:5: unknown function "lenght"; did you mean "length"?\n    | lenght\n      ^\n')


def test_says_which_file_cannot_be_read(tmp_path):
    assert evaluate(".", str(tmp_path)) == (2, "", f'cannot read "{tmp_path}"\n')
    assert evaluate(".", str(tmp_path / "none")) == (2, "", f'cannot read "{tmp_path}/none"\n')


def test_nothing_that_a_terminal_acts_on_is_printed():
    assert evaluate(r'error("a\u001b[2J\u0000b")') == (1, "", "40094: a\\u001b[2J\\u0000b\n")
    assert "\x1b" not in evaluate("lenght\x1b")[2]


def test_a_program_that_fails_says_why():
    assert evaluate(".items + 1") == (
        1, "", '40094: array at .items and number (1) cannot be added\n')
    assert evaluate(".", stdin='{"a":1,"a":2}')[:2] == (1, "")


def test_hostile_programs_end():
    for program in ("[range(1e12)]", "def f: f; f", '"x" * 1e9', "[recurse]", "[" * 100000):
        code, out, error = evaluate(program, stdin="[]")
        assert (program, code, out) == (program, 0 if program == "[recurse]" else 2 if program[1] == "[" else 1,
                                        "[[]]\n" if program == "[recurse]" else ""), error


def test_dates_are_those_of_utc():
    assert evaluate('.at | strptime("%d.%m.%Y %H:%M") | mktime | todate', stdin='{"at": "27.11.2026 08:30"}') == (
        0, '"2026-11-27T08:30:00Z"\n', "")
    code, out, _ = evaluate("now > 1700000000")
    assert (code, out) == (0, "true\n")
    code, _, error = evaluate("1e18 | todate")
    assert (code, error) == (1, "40094: error converting number of seconds since epoch to datetime\n")
