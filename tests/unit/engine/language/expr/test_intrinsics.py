"""Intrinsic functions: results, failures, grammar."""

from __future__ import annotations

import pytest

from engine.errors import InvalidExpression, StateFailure
from engine.language.expr.intrinsic_functions import FUNCTIONS
from engine.language.expr.intrinsics import compile_intrinsic
from engine.language.expr.scope import Scope

DATA = {
    "list": [3, 1, 3, True, 1, {"a": 1, "b": 2}, {"b": 2, "a": 1}],
    "name": "Ada",
    "template": "Dear {}",
    "escaped": "\\{\\} {}",
    "object": {"a": [1, None], "b": 1.5},
    "other": {"a": {"z": 1}},
    "long": "x" * 10_001,
    "pi": 3.0,
}
SCOPE = Scope(DATA, {"Execution": {"Name": "run"}}, {"n": 4}, seed=1)


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("States.Array()", []),
        ("States.Array('a', 1, -2.5, true, false, null, $n)", ["a", 1, -2.5, True, False, None, 4]),
        ("States.ArrayPartition(States.Array(1,2,3), 2)", [[1, 2], [3]]),
        ("States.ArrayContains($.list, 3)", True),
        ("States.ArrayContains($.list, false)", False),
        ("States.ArrayContains(States.Array(true), 1)", False),
        ("States.ArrayRange(1, 9, 3)", [1, 4, 7]),
        ("States.ArrayRange(1, 10, 3)", [1, 4, 7, 10]),
        ("States.ArrayRange(3, 1, -1)", [3, 2, 1]),
        ("States.ArrayRange(1, 0, 1)", []),
        ("States.ArrayGetItem($.list, 1)", 1),
        ("States.ArrayLength($.list)", 7),
        ("States.ArrayUnique($.list)", [3, 1, True, {"a": 1, "b": 2}]),
        ("States.Base64Encode('é{}')", "w6l7fQ=="),
        ("States.Base64Decode('w6l7fQ==')", "é{}"),
        ("States.Hash('automate', 'MD5')", "e7fdc80c0728d856260f92fde10af019"),
        ("States.JsonMerge($.object, $.other, false)", {"a": {"z": 1}, "b": 1.5}),
        ("States.StringToJson('{\"a\": [1, null]}')", {"a": [1, None]}),
        ("States.StringToJson(' ')", None),
        ("States.JsonToString($.object)", '{"a":[1,null],"b":1.5}'),
        ("States.MathAdd(0.5, 0)", 1),
        ("States.MathAdd(-0.5, 0)", 0),
        ("States.MathAdd(-2.5, 1.49)", -1),
        ("States.MathRandom(5, 6)", 5),
        ("States.StringSplit('a,b;;c', ',;')", ["a", "b", "c"]),
        ("States.StringSplit('a^b]c', '^]')", ["a", "b", "c"]),
        ("States.StringSplit('', ',')", []),
        ("States.Format('{} is {} of {}', $.name, $n, $$.Execution.Name)", "Ada is 4 of run"),
        ("States.Format('no hole')", "no hole"),
        ("States.Format('\\{\\} \\'{}\\' \\\\', null)", "{} 'null' \\"),
        ("States.Format('{\"a\": {}}', true)", '{"a": true}'),
        ("States.Format($.template, $.name)", "Dear Ada"),
        ("States.Format($.escaped, 1)", "{} 1"),
        ("States.Format('{} {}', $.object, $.pi)", "{a=[1, null], b=1.5} 3.0"),
        ("  States.Array( 1 ,States.Array( ) )  ", [1, []]),
        ("States.ArrayLength($.list[?(@ == 3)])", 2),
        ("States.Array($['list'][0], ')')", [3, ")"]),
    ],
)
def test_results(text, result):
    found = compile_intrinsic(text).evaluate(SCOPE)
    assert found == result
    assert type(found) is type(result)


@pytest.mark.parametrize(("algorithm", "digits"), [("MD5", 32), ("SHA-1", 40), ("SHA-256", 64), ("SHA-384", 96),
                                                    ("SHA-512", 128)])
def test_hash_lengths(algorithm, digits):
    assert len(compile_intrinsic(f"States.Hash($.name, '{algorithm}')").evaluate(SCOPE)) == digits


@pytest.mark.parametrize(
    "text",
    [
        "States.ArrayPartition($.list, 0)",
        "States.ArrayPartition($.name, 1)",
        "States.ArrayRange(1, 9, 0)",
        "States.ArrayRange(1, 1001, 1)",
        "States.ArrayGetItem($.list, 7)",
        "States.ArrayGetItem($.list, -1)",
        "States.Base64Encode($.long)",
        "States.Base64Decode('%')",
        "States.Hash('a', 'CRC')",
        "States.JsonMerge($.object, $.other, true)",
        "States.JsonMerge($.object, 1, false)",
        "States.StringToJson('{')",
        "States.StringToJson('NaN')",
        "States.StringToJson('1e999')",
        "States.MathAdd('1', 1)",
        "States.MathAdd(true, 1)",
        "States.MathAdd(1e300, 1)",
        "States.MathRandom(5, 5)",
        "States.StringSplit(1, ',')",
        "States.Format($.template)",
    ],
)
def test_refused_arguments(text):
    """The service names the function, says no more, and its error is States.Runtime (public reports of real runs)."""
    name = text[7:].split("(")[0]
    with pytest.raises(StateFailure) as failure:
        compile_intrinsic(text).evaluate(SCOPE)
    assert failure.value.error == "States.Runtime"
    assert failure.value.cause == f"The function '{text}' had the following error: Invalid arguments in States.{name}"


def test_a_missing_path_is_a_runtime_failure_that_names_the_whole_expression():
    text = "States.Array(States.Format('{}', $.no))"
    with pytest.raises(StateFailure) as failure:
        compile_intrinsic(text).evaluate(Scope({"a": 1}))
    assert failure.value.error == "States.Runtime"
    assert failure.value.cause == (
        f"The function '{text}' had the following error: The JsonPath argument for the field '$.no' "
        "could not be found in the input '{\"a\":1}'"
    )


def test_an_index_into_no_array_keeps_the_path_librarys_words():
    with pytest.raises(StateFailure, match=r"error: Filter: \[0\] can only be applied to arrays"):
        compile_intrinsic("States.Array($.name[0])").evaluate(SCOPE)


def test_random_values_repeat_on_replay_and_differ_between_calls():
    def draw():
        scope = Scope(seed=3, place=((), 1))
        call = compile_intrinsic("States.Array(States.UUID(), States.UUID(), States.MathRandom(0, 1000000))", "a.$")
        return call.evaluate(scope), call.evaluate(scope)

    first, second = draw()
    assert draw() == (first, second)
    assert len({first[0], first[1], second[0], second[1]}) == 4
    assert first[2] != second[2]


def test_a_seed_of_its_own_makes_a_number_repeatable():
    call = compile_intrinsic("States.MathRandom(0, 1000000, 42)")
    assert call.evaluate(Scope(seed=1)) == call.evaluate(Scope(seed=2))


def test_references():
    assert compile_intrinsic("States.Format('{}{}', $a, States.Array($b.c, $.x, $$.y))").references == {"a", "b"}


@pytest.mark.parametrize(
    ("text", "position"),
    [
        ("Nope()", 0), ("States.Nope()", 0), ("States.UUID(1)", 0), ("States.Array", 0), ("States.Array(1", 14),
        ("States.Array(1,)", 15), ("States.Array(,1)", 13), ("States.Array('a)", 13), ("States.Array(1) x", 16),
        ("States.Format('\\\"')", 15), ("States.Format('{}')", 0),
        ("States.Format('', 1)", 0),
        ("States.Array($.a[)", 17), ("States.Array(truely)", 13), ('States.Array("a")', 13),
        ("States.Array(1e999)", 13),
        ("States.Array(" * 11, 130), ("States.Array('" + "a" * 10_000, 10_000),
    ],
)
def test_syntax_errors_name_their_position(text, position):
    with pytest.raises(InvalidExpression) as error:
        compile_intrinsic(text)
    assert error.value.position == position


@pytest.mark.parametrize("text", [
    "States.JsonToString(States.Array(" + ",".join(["$"] * 3000) + "))",
    "States.ArrayUnique(States.Array(" + ",".join(["$"] * 3000) + "))",
    "States.Format('" + "{}" * 1000 + "'," + ",".join(["$"] * 1000) + ")",
    "States.StringToJson('" + "[" * 9_000 + "')",
])
def test_bombs_end_with_a_failure(text):
    with pytest.raises(StateFailure, match=r"Invalid arguments in States\.|nested too deeply"):
        compile_intrinsic(text).evaluate(Scope(list(range(10_000))))


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_the_example_of_a_function_is_a_call_of_it(name):
    given = {"value": 1, "text": '{"a": 1}', "a": {"x": 1}, "b": {"y": 2}, "items": [3, 4], "item": 3, "number": 5}
    if name == "Base64Decode":
        given["text"] = "aGVsbG8="
    compile_intrinsic(f"States.{name}({FUNCTIONS[name].example})").evaluate(Scope(given, {}, {}, seed=1))
