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


def test_sets_variables_of_the_context(tmp_path):
    file = tmp_path / "order.json"
    file.write_text("{}")
    assert evaluate("--arg", "status", "404", "--arg", "request", '{"a":1}', "$status, $request.a", str(file)) == (
        0, "404\n1\n", "")
    code, _, error = evaluate("--arg", "nothing", "1", ".")
    assert (code, error) == (2, "--arg nothing: no variable has that name\n")
    code, _, error = evaluate("--arg", "status", "{", ".")
    assert code == 2 and error.startswith("--arg status: ")


def test_shows_where_a_program_is_wrong():
    assert evaluate(".items\n  | lenght") == (
        2, "", "2:5: no function is called lenght/0 (did you mean length?)\n    | lenght\n      ^\n")


def test_a_program_that_fails_says_why():
    assert evaluate(".items + 1") == (
        1, "", '40094: array ([{"skuId":"A","price":19.90}]) and number (1) cannot be added\n')
    assert evaluate(".", stdin='{"a":1,"a":2}')[:2] == (1, "")


def test_hostile_programs_end():
    for program in ("[range(1e12)]", "def f: f; f", '"x" * 1e9', "[recurse]", "[" * 100000):
        code, out, error = evaluate(program, stdin="[]")
        assert (program, code, out) == (program, 0 if program == "[recurse]" else 2 if program[1] == "[" else 1,
                                        "[[]]\n" if program == "[recurse]" else ""), error
