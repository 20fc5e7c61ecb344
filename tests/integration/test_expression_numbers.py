"""Numbers of expressions against Python's integers and decimals: exact or an error, and digits that are passed on stay."""
import json
import os
import pathlib
import random
import subprocess
from decimal import Context, Decimal, ROUND_HALF_EVEN
from fractions import Fraction

CAUSEWAY = pathlib.Path(os.environ.get("CAUSEWAY_BUILD", pathlib.Path(__file__).parents[2] / "build/release")) / "causeway"
SEED = int(os.environ.get("CAUSEWAY_NUMBERS_SEED", "20261127"))
PAIRS = int(os.environ.get("CAUSEWAY_NUMBERS", "1500"))
WHOLE_128 = range(-2**127, 2**127)


def evaluate(program, text):
    done = subprocess.run([CAUSEWAY, "eval", program], input=text, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout, parse_float=Decimal, parse_int=Decimal)


def number(dice):
    """A token as JSON writes numbers: whole or not, short or long, with zeros at its end or an exponent."""
    sign = dice.choice(["", "", "-"])
    whole = str(dice.choice([0, 1, 7, 10, dice.randrange(1000), dice.randrange(10**9), dice.randrange(10**18),
                             2**63 - 1, 2**63, 2**53 + 1, dice.randrange(10**30), 2**127 - 1, dice.randrange(2**127)]))
    form = dice.randrange(6)
    if form < 3:
        return sign + whole
    fraction = "." + "".join(dice.choice("0123456789") for _ in range(dice.choice([1, 2, 2, 4, 12, 20])))
    if form < 5:
        return sign + whole + fraction
    return sign + whole[:6] + dice.choice(["", fraction[:4]]) + dice.choice(["e", "E"]) + dice.choice(
        ["0", "2", "+3", "-2", "-15", "20"])


def pairs():
    dice = random.Random(SEED)
    made = [(number(dice), number(dice)) for _ in range(PAIRS)]
    return made + [(a, a) for a, _ in made[:50]] + [(a, a + "0" if "." in a and "e" not in a.lower() else a)
                                                    for a, _ in made[50:100]]


def exact(token):
    return Fraction(Decimal(token))


def digits_of(value):
    """How many significant digits the exact decimal has; None when it does not end."""
    below = value.denominator
    for factor in (2, 5):
        while below % factor == 0:
            below //= factor
    if below != 1:
        return None
    places = 0
    while value.denominator != 1:
        value *= 10
        places += 1
    return len(str(abs(value.numerator)).rstrip("0")) or 1


def representable(value):
    if value.denominator == 1 and value.numerator in WHOLE_128:
        return True
    return digits_of(value) <= 34


def too_long(token):
    """An operand of more than 39 digits, or with a large exponent, is an error whatever is done with it."""
    sign, digits, exponent = Decimal(token).as_tuple()
    return len("".join(map(str, digits)).strip("0")) > 39 or abs(exponent) > 18


def test_sums_differences_and_products_are_exact_or_errors():
    given = pairs()
    got = evaluate("[.[] as [$a, $b] | [(try ($a + $b) catch {error: .}), (try ($a - $b) catch {error: .}), "
                   "(try ($a * $b) catch {error: .})]]", "[%s]" % ",".join("[%s,%s]" % pair for pair in given))
    errors = 0
    for (a, b), results in zip(given, got, strict=True):
        x, y = exact(a), exact(b)
        for sign, true, result in zip("+-*", (x + y, x - y, x * y), results, strict=True):
            shown = f"{a} {sign} {b} of seed {SEED}"
            if isinstance(result, dict):
                errors += 1
                assert "needs more than 34 digits" in result["error"], shown
                assert not representable(true) or too_long(a) or too_long(b), shown
            else:
                assert Fraction(result) == true, shown
    assert errors < 1.5 * len(given), "most of them have a result"


def test_a_quotient_is_exact_within_17_digits_or_the_nearest_of_17():
    given = [pair for pair in pairs() if exact(pair[1]) != 0]
    got = evaluate("[.[] as [$a, $b] | try ($a / $b) catch {error: .}]", "[%s]" % ",".join("[%s,%s]" % p for p in given))
    nearest = Context(prec=17, rounding=ROUND_HALF_EVEN)
    for (a, b), result in zip(given, got, strict=True):
        shown = f"{a} / {b} of seed {SEED}"
        if too_long(a) or too_long(b):
            continue
        assert isinstance(result, Decimal), shown
        true = exact(a) / exact(b)
        if true.denominator == 1 and true.numerator in WHOLE_128:
            assert Fraction(result) == true, shown
        else:
            # Rounded once: numerator and denominator are whole, so the division is the only rounding.
            assert result == nearest.divide(Decimal(true.numerator), Decimal(true.denominator)), shown


def test_comparison_is_exact():
    given = pairs()
    got = evaluate("[.[] as [$a, $b] | [$a < $b, $a <= $b, $a == $b, $a != $b, $a > $b, $a >= $b]]",
                   "[%s]" % ",".join("[%s,%s]" % pair for pair in given))
    for (a, b), result in zip(given, got, strict=True):
        x, y = exact(a), exact(b)
        assert result == [x < y, x <= y, x == y, x != y, x > y, x >= y], f"{a} and {b} of seed {SEED}"


def test_sorting_grouping_and_extremes_are_exact():
    tokens = [token for pair in pairs() for token in pair][:800]
    text = "[%s]" % ",".join(tokens)
    result = evaluate("[sort, unique, min, max, (group_by(.) | map(length))]", text)
    values = sorted(exact(token) for token in tokens)
    assert [Fraction(value) for value in result[0]] == values
    assert [Fraction(value) for value in result[1]] == sorted(set(values))
    assert (Fraction(result[2]), Fraction(result[3])) == (values[0], values[-1])
    assert result[4] == [values.count(value) for value in sorted(set(values))]


def test_remainders_have_the_sign_of_the_left():
    dice = random.Random(SEED)
    given = [(dice.choice(["", "-"]) + str(dice.randrange(10**dice.choice([1, 5, 18, 30]))),
              dice.choice(["", "-"]) + str(dice.randrange(1, 10**dice.choice([1, 5, 18]))))
             for _ in range(PAIRS)]
    got = evaluate("[.[] as [$a, $b] | $a % $b]", "[%s]" % ",".join("[%s,%s]" % pair for pair in given))
    for (a, b), result in zip(given, got, strict=True):
        true = abs(int(a)) % abs(int(b)) * (-1 if int(a) < 0 else 1)
        assert result == true, f"{a} % {b}"


def test_rounding_is_exact():
    tokens = [token for pair in pairs() for token in pair][:1000]
    got = evaluate("[.[] | [floor, ceil, (try round catch null), trunc, -., (try fabs catch null)]]", "[%s]" % ",".join(tokens))
    for token, result in zip(tokens, got, strict=True):
        x = exact(token)
        down = x.numerator // x.denominator
        up = -(-x.numerator // x.denominator)
        away = (abs(x) + Fraction(1, 2)).numerator // (abs(x) + Fraction(1, 2)).denominator * (1 if x >= 0 else -1)
        assert Fraction(result[0]) == down, f"floor of {token}"
        assert Fraction(result[1]) == up, f"ceil of {token}"
        assert result[2] is None or Fraction(result[2]) == away, f"round of {token}"
        assert Fraction(result[3]) == (down if x >= 0 else up), f"trunc of {token}"
        assert Fraction(result[4]) == -x and Fraction(result[5]) == abs(x), token


PASSING = [
    ".", "map(.)", "[.[]]", "[.[0:][]]", "reverse | reverse", "to_entries | map(.value)", "[to_entries[] | .value]",
    "[limit(length; .[])]", "[foreach .[] as $x (null; $x)]", "reduce .[] as $x ([]; . + [$x])", "[.[] | select(true)]",
    "[first(.)] | .[0]", "{a: .} | .a", "{a: .} | tojson | fromjson | .a", "tostring | fromjson", "[.[] | tojson | fromjson]",
    "[.[] | tostring | tonumber]", "walk(.)", "map_values(.)", "[paths as $p | getpath($p)]", "flatten", "[.[:5], .[5:]] | add",
    "(.[0] = .[0])", ". as [$a] | .[0] |= $a", ". as $all | [range(length)] | map($all[.])",     "fromstream(tostream)", "map({v: .}) | map(.v)", "[recurse(empty) | .[]]",
    "[.[] | if . > 0 then . else . end]", "[.[] | . as $x | $x]", "[.[] | try . catch 0]", "[.[] | [.] | .[0]]",
    "map([., 1] | min_by(0))", "group_by(0) | .[0]", "sort_by(0)", "[.[] | {(\"k\"): .}] | map(.k)",
    "[[.], [.]] | transpose | .[0][0]", "[.[] | \"\\(.)\" | tonumber]", "pick(.[])", "del(.[300])",
    "setpath([0]; .[0])", "[.[] | @json | fromjson]", "[.[] | @text | tonumber]", "[getpath([0]), .[1:][]]",
]


def test_digits_stay_through_everything_that_only_passes_numbers_on():
    tokens = list(dict.fromkeys(token for pair in pairs() for token in pair))[:200]
    tokens += ["1e400", "-1E-400", "0.10", "100", "1e2", "123456789012345678901234567890123456789012345.50"]
    text = "[%s]" % ",".join(tokens)
    for program in PASSING:
        done = subprocess.run([CAUSEWAY, "eval", program], input=text, capture_output=True, text=True, timeout=60)
        assert (done.returncode, done.stdout.strip()) == (0, text), program
