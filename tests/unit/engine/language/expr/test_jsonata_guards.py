"""Guards in the place of what jlens measures too late: they change no answer, and refuse before memory is taken."""

from __future__ import annotations

import jlens
import pytest

from engine.errors import StateFailure
from engine.language.expr.jsonata import MOST_RESULT, compile_jsonata
from engine.language.expr.jsonata_guards import guarded
from engine.language.expr.limits import Limits
from engine.language.expr.scope import Scope
from engine.settings import Settings

pytestmark = pytest.mark.usefixtures("unhurried")
DEFAULTS = Limits.of(Settings())
MOST_RANGE, MOST_TEXT = DEFAULTS.items, DEFAULTS.text_bytes
MOST_RANGED = 2 * MOST_RANGE
INPUT = {"a": 1, "dots": "a..b", "list": [3, 1, 2], "text": "aXbXc"}

SAME = [
    # ranges
    "[1..3]", "[1..3, 5, 7..9]", "[a ? 1 : 2..3]", "[[1..2], [3..4]]", "[$x := 1..3]", "[1..1]", "[3..1]", "[none..3]",
    "[1..none]", "[1.5..3]", "['a'..3]", "[1..'b']", "[true..false]", "[1..3].{'x': $}", "$sum([1..3].([1..$]))",
    "[1..3][1]", "[a..$count(list)]", "[(1;2)..3]", "list[[0..1]]", "{'a': [1..2], 'b': [f(1,2)..3]}", "[-2..2]",
    "['..', \"a..b\", `x..y`, 1..2]", "[/* 1..3 */ 1 .. 2 /* ] */]", "[$match(dots, /a..b/).match, 1..2]",
    "[$contains(dots, /[.]{2}/), 1..2]", "[4/2..6/2]", "[list[0]..5]", "[$f := function($n) { [1..$n] }, 1..2]",
    "[1..3] ~> $sum", "[a * /[..]/ .. 3]", "[a in /x/, 1..2]",
    "[a ~> /x,/, 1..2]", "[a/2..a*3]", "[1.0..2e0]", "{'n': [and..3], 'o': [1../r/]}",
    # replace
    "$replace(text, 'X', 'y')", "$replace(text, 'X', 'y', 1)", "$replace(text, 'X', 'y', 0)",
    "$replace(text, /X/, '[$0$0]')", "$replace(text, /(b)X/, '$1$$')",
    "$replace(text, /X/, function($m) { $m.match & '!' })", "$replace(text, /X/, function($m) { 5 })",
    "$replace(1, 'a', 'b')", "$replace('a', 'a', 5)", "$replace('a', '', 'b')", "$replace('a', 'a', 'b', -1)",
    "$replace(none, 'a', 'b')", "$replace('aa', 'a', 'b', none)", "$replace('a', 'a', none)",
    "$map(['aX', 'bX'], $replace(?, 'X', 'z'))", "text ~> $replace('b', '-')", "text.$replace('b', '-')",
    "$replace('abc', /z*/, 'q')", "$replace('a', 1, 'b')", "$replace('a', 'a', 'b', 'c')", "$replace('a')",
    "$replace('a', 'a', '')", "$replace('', 'a', 'b')",
    # split
    "$split(text, 'X')", "$split(text, 'X', 2)", "$split(text, '')", "$split(text, /X/)", "$split(text, /X/, 1)",
    "$split(none, 'a')", "$split(1, 'a')", "$split(text, 1)", "$split(text, 'X', -1)", "$split(text)",
    "$split($replace(text, 'X', 'y'), 'y')",
    "text ~> $split('X')", "$map([text, 'aXX'], $split(?, 'X'))", "$split('', ',')", "$split('a', 'b')",
    # match, formatBase, round
    "$match(text, /X/)", "$match(text, /X/, 1)", "$match(text, /X/, 0)", "$match(text, /X/, -1)", "$match(text, 'X')",
    "$match(none, /X/)", "text.$match(/X/)", "text ~> $match(/X/)", "$match(text, /X/, none)", "$match(text, /z/)",
    "$match(1, /X/)", "$match(text)", "$map([text], $match(?, /X/))", "$match(text, /X/).match", "[$match('X', /X/)]",
    "$match(text, function($s) { {'match': 'a', 'start': 0, 'end': 1, 'groups': [], 'next': function() { none }} })",
    "$formatBase(255, 16)", "$formatBase(255)", "$formatBase(none, 2)", "$formatBase(5, 1)", "$formatBase(5, 37)",
    "$formatBase('5')", "a.$formatBase(2)", "$formatBase(2.5, 2)", "list.$formatBase($, 3)", "$formatBase(5, none)",
    "$round(2.345, $count([1, 2]))", "$round(none, a)", "$round('a', a)", "$round(155, -a)", "1.25 ~> $round(a)",
    "$round(2.5, none)", "list.$round($ / 7, a)", "$round(1.55, a + 0)", "$round(2.5)", "$map([1.25], $round)",
    # formatNumber
    "$formatNumber(12345.6, '#,##0.00')", "$formatNumber(none, '0')", "$formatNumber(1, none)",
    "$formatNumber('1', '0')",
    "$formatNumber(1, '0', {'zero-digit': '\u0660'})", "$formatNumber(1, '0;0;0')", "a.$formatNumber('00')",
    "list ~> $map($formatNumber(?, '0.0'))", "$formatNumber(1)",
    "$formatNumber(1, '')", "$formatNumber(1, '0', {'x': 1})",
    # distinct
    "$distinct([1, '1', 1, true, null, null])", "$distinct([])", "$distinct(none)", "$distinct(5)",
    "$distinct([[1], [1]])",
]


FAILED = "threw an error during evaluation. "


def told(evaluate):
    """The answer, or the error's words; None for undefined, which jlens does not tell from null."""
    try:
        return evaluate()
    except jlens.JlensError as error:
        return f"{error.code}: {error}"
    except StateFailure as failure:
        return failure.cause.split(FAILED)[1] if FAILED in failure.cause else None


@pytest.mark.parametrize("source", SAME)
def test_a_guard_changes_no_answer(source):
    within = f"$states.input.({source})"
    expected = told(lambda: jlens.Expression(f"({within})").evaluate({"states": {"input": INPUT}}, {
        "states": {"input": INPUT}}))
    assert told(lambda: compile_jsonata(within, "Output").evaluate(Scope(INPUT))) == expected


@pytest.mark.parametrize(("source", "read"), [
    ("$states.input.a", "$states.input.a"),
    ("[1..3,5]", "[$automate__range(1,3),5]"),
    ("['a..b', 1 .. $f([2..3], 4)]", "['a..b',$automate__range( 1 , $f([$automate__range(2,3)], 4))]"),
    ("[/x,/ ~> $f, 1..2]", "[/x,/ ~> $f, 1..2]"),
    ("[-/2, */2..3, a ~> /b..,]/]", "[-/2,$automate__range( */2,3), a ~> /b..,]/]"),
    ("/a..b/", "/a..b/"),
    ("$x /* a..b */", "$x /* a..b */"),
])
def test_ranges_are_read_as_calls(source, read):
    assert guarded(source)[0] == read


def test_an_expression_may_begin_with_a_regular_expression():
    assert compile_jsonata("/X/($states.input.text).match", "Output").evaluate(Scope(INPUT)) == "X"


def test_the_longest_picture_is_taken():
    made = compile_jsonata("$formatNumber(0.5, $pad('0.', 65535, '0'))", "Output").evaluate(Scope())
    assert made == "0.5" + "0" * 65_532


def test_a_variable_hides_a_guarded_function():
    scope = Scope({}, None, {"replace": 1, "split": 2})
    assert compile_jsonata("[$replace..$split]", "Output").evaluate(scope) == [1, 2]


@pytest.mark.parametrize(("source", "words"), [
    (f"$count([1..{MOST_RANGE + 1}])", f"U1001: An array would exceed the size limit of {MOST_RANGE} items"),
    ("$count([1..9].([1..900000]))", f"U1001: The ranges would exceed the size limit of {MOST_RANGED} items together"),
    ("$length($replace($states.input.long, 'a', $states.input.long))",
     f"U1001: A string would exceed the size limit of {MOST_TEXT} bytes"),
    ("$length($replace($states.input.long, /a+/, '$0$0$0' & $pad('', 1000, '$0')))",
     f"U1001: A string would exceed the size limit of {MOST_TEXT} bytes"),
    ("$length($replace($states.input.long, /a/, function($m) { $states.input.long }))",
     f"U1001: A string would exceed the size limit of {MOST_TEXT} bytes"),
    ("$count($split($states.input.commas, ','))", f"U1001: An array would exceed the size limit of {MOST_RANGE} items"),
    ("$count($split($states.input.commas, ''))", f"U1001: An array would exceed the size limit of {MOST_RANGE} items"),
    ("$formatNumber(1, $pad('0.', 65536, '0'))", "U1001: A picture would exceed the size limit of 65535 characters"),
    ("$parse($states.input.lists)", 'D3030: Argument 1 of function "parse" is too large'),
])
def test_what_is_too_much_is_refused(source, words):
    given = {"long": "a" * 20_000, "commas": "," * 1_100_000, "lists": "[" * 600_000}
    with pytest.raises(StateFailure) as failure:
        compile_jsonata(source, "Output").evaluate(Scope(given))
    assert failure.value.error == "States.QueryEvaluationError"
    assert failure.value.cause.endswith(words)


def test_the_longest_range_is_made_and_each_evaluation_counts_anew():
    whole = compile_jsonata(f"$count([1..{MOST_RANGE}])", "Output")
    assert [whole.evaluate(Scope({})) for _ in range(6)] == [MOST_RANGE] * 6


# ---------------------------------------------------------------- large inputs

ORDERS = {"orders": [{"id": number, "qty": number % 7, "price": 1.5, "sku": f"sku-{number % 50}"}
                     for number in range(100_000)]}


@pytest.mark.parametrize(("source", "check"), [
    ("$sum($states.input.orders.(qty * price))", lambda made: made == sum(o["qty"] * 1.5 for o in ORDERS["orders"])),
    ("$count($states.input.orders[qty > 3])", lambda made: made == sum(o["qty"] > 3 for o in ORDERS["orders"])),
    ("$states.input.orders.{'id': id, 'total': qty * price}", lambda made: (len(made), made[-1]) == (
        100_000, {"id": 99_999, "total": ORDERS["orders"][-1]["qty"] * 1.5})),
    ("$states.input.orders[qty = 6]", lambda made: made == [o for o in ORDERS["orders"] if o["qty"] == 6]),
    ("$distinct($states.input.orders.sku)", lambda made: len(made) == 50),
    ("$states.input.orders{sku: $sum(qty)}", lambda made: sum(made.values()) == sum(
        o["qty"] for o in ORDERS["orders"])),
    ("$count($distinct($states.input.orders))", lambda made: made == 100_000),
    ("$count($partition($states.input.orders, 40))", lambda made: made == 2_500),
    ("$map($states.input.orders, function($o) { $o.id })", lambda made: made == list(range(100_000))),
])
def test_a_hundred_thousand_objects_are_real_work(source, check):
    assert check(compile_jsonata(source, "Output").evaluate(Scope(ORDERS)))


def test_a_result_is_a_mebibyte_or_a_quarter_more_than_what_was_given():
    text = "x" * 700_000
    twice = compile_jsonata("[$states.input, $states.input]", "Output")
    with pytest.raises(StateFailure, match="The result would exceed the size limit of 1048576 bytes"):
        twice.evaluate(Scope(text))
    assert compile_jsonata("[$states.input & 'y']", "Output").evaluate(Scope(text * 4)) == [text * 4 + "y"]
    with pytest.raises(StateFailure, match="The result would exceed the size limit"):
        twice.evaluate(Scope(text * 4))
    assert MOST_RESULT > 4 * MOST_TEXT - 1
