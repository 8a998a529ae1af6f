"""JSONata: results, what the service adds and takes away, failures, limits."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import pytest

from engine.errors import InvalidExpression, StateFailure
from engine.language.expr import limits
from engine.language.expr.jsonata import compile_jsonata
from engine.language.expr.scope import Scope

INPUT = {
    "order": {"id": 2**60 + 1, "lines": [{"sku": "a", "n": 2}, {"sku": "b", "n": 3}], "note": None, "empty": []},
    "one": [{"x": 1}],
    "ratio": 2.5,
}


def scope(**facts):
    values = {"count": 3, "type": "T", "r": "R", "v": [[1]], "none": None, "states_of": 1}
    return Scope(INPUT, lambda: {"Execution": {"Id": "e"}}, values, at=1_700_000_000.123, seed=5, **facts)


def value(source, **facts):
    return compile_jsonata(source, "Output").evaluate(scope(**facts))


@pytest.mark.parametrize(
    ("source", "result"),
    [
        (" $states.input.order.id ", 2**60 + 1),
        ("$states.input.order.note", None),
        ("$states.input.order.empty", []),
        ("$states.input.order.lines.sku", ["a", "b"]),
        ("$states.input.one.x", 1),
        ("$states.input.one", [{"x": 1}]),
        ("$states.context.Execution.Id", "e"),
        ("$sum($states.input.order.lines.n)", 5),
        ("$states.input.order.lines[n > 2].sku", "b"),
        ("4 / 2", 2),
        ("$states.input.ratio * 2", 5),
        ("$count + 1", 4),
        ("$type & $r", "TR"),
        ("$v", [[1]]),
        ("$none", None),
        ("$exists($missing)", False),
        ("$x := 2", 2),
        ("($count := 9; $count)", 9),
        ("null", None),
        ("[]", []),
        ("$now()", "2023-11-14T22:13:20.123Z"),
        ("$millis()", 1_700_000_000_123),
        ("$parse('{\"a\":[1,null]}')", {"a": [1, None]}),
        ("$parse('-0')", 0),
        ("$hash('x', 'SHA-256')", hashlib.sha256(b"x").hexdigest()),
        ("$range(0, 9, 4)", [0, 4, 8]),
        ("$range(2, 9, 9)", 2),
        ("$partition([1,2,3], 2)", [[1, 2], [3]]),
        ("$partition([7], 2)", [[7]]),
        ("$random(7) = $random(7)", True),
        ("$random() = $random()", False),
        ("$uuid() = $uuid()", False),
        ("$distinct([3,1,3,true,1])", [3, 1, True]),
        ("$distinct([1,1])", [1]),
        ("$distinct($states.input.order.lines.('s'))", "s"),
        ("$distinct(5)", 5),
        ("/* a comment */ 1", 1),
        ("1 /* and one at the end */", 1),
    ],
)
def test_results(source, result):
    found = value(source)
    assert found == result
    assert type(found) is type(result)


def test_result_and_error_output_exist_only_where_the_scope_has_them():
    assert value("$states.result.x", result={"x": 1}) == 1
    assert value("$states.errorOutput.Error", error_output={"Error": "E"}) == "E"
    assert value("$exists($states.result)") is False
    assert set(value("$states", result=1)) == {"input", "context", "result"}
    assert set(value("$states")) == {"input", "context"}


def test_the_context_object_is_made_only_for_who_reads_it():
    def unwanted():
        raise AssertionError("nobody asked for the context")

    assert compile_jsonata("$states.input.a + 1", "Output").evaluate(Scope({"a": 1}, unwanted)) == 2


def test_randomness_repeats_on_replay():
    source = "[$uuid(), $random(), $shuffle([1..20])]"
    assert value(source) == value(source)


@pytest.mark.parametrize(
    ("source", "what"),
    [
        ("$missing", "returned nothing (undefined)."),
        ("$states.input.nothing", "returned nothing (undefined)."),
        ("$states.input.order.id.deeper", "returned nothing (undefined)."),
        ("$states.result", "returned nothing (undefined)."),
        ("$states.secret", "returned nothing (undefined)."),
        ("function($x){$x}", "returned an unsupported result type."),
        ("$sum", "returned an unsupported result type."),
        ("$nofunction(1)", "threw an error during evaluation. T1006: Attempted to invoke a non-function"),
        ("$eval('1')", "threw an error during evaluation. T1006: Attempted to invoke a non-function"),
        ("($e := $eval; $e('1'))", "threw an error during evaluation. T1006: Attempted to invoke a non-function"),
        ("'a' + 1",
         'threw an error during evaluation. T2001: The left side of the "+" operator must evaluate to a number'),
        ("$parse('{')", 'threw an error during evaluation. D3030: Argument 1 of function "parse" is not JSON'),
        ("$range(1, 2, 0)",
         'threw an error during evaluation. T0410: Argument 3 of function "range" does not match function signature'),
    ],
)
def test_failures(source, what):
    with pytest.raises(StateFailure) as failure:
        compile_jsonata(f" {source}\n", "Output/result").evaluate(scope())
    assert failure.value.error == "States.QueryEvaluationError"
    assert failure.value.cause == f"The JSONata expression '{source}' specified for the field 'Output/result' {what}"


@pytest.mark.parametrize(
    ("source", "expected", "found", "text"),
    [
        ("true", "array", "boolean", "true"),
        ("{'a': 1}", "array", "object", '{"a":1}'),
        ("'x'", "number", "string", '"x"'),
        ("1.5", "string", "number", "1.5"),
        ("null", "array", "null", "null"),
        ("[1]", "boolean", "array", "[1]"),
    ],
)
def test_a_wrong_type_is_named(source, expected, found, text):
    expression = compile_jsonata(source, "Items")
    with pytest.raises(StateFailure) as failure:
        expression.evaluate_as(scope(), expected)
    assert failure.value.cause == (
        f"The JSONata expression '{source}' specified for the field 'Items' returned an unexpected result type. "
        f"Expected '{expected}', but was '{found}' for value: {text}"
    )
    expression.evaluate_as(scope(), found)


@pytest.mark.parametrize(
    ("source", "references", "context_value", "states"),
    [
        ("$a.b + $c", {"a", "c"}, False, set()),
        ("$states.input.x & $states.context.y", set(), False, {"input", "context"}),
        ("$states", set(), False, {"input", "context", "result", "errorOutput"}),
        ("($x := 1; $x + $y)", {"y"}, False, set()),
        ("function($p){$p + $q}(1)", {"q"}, False, set()),
        ("$uuid() & $hash($a, 'MD5') & $random()", {"a"}, False, set()),
        ("$states.input.lines[n > 2].$.sku", set(), False, {"input"}),
        ("name", set(), True, set()),
        ("$", set(), True, set()),
        ("$$.name", set(), True, set()),
        ("$unknown(1)", {"unknown"}, False, set()),
        ("$parse($states.input.body).total", set(), False, {"input"}),
        ("$map($states.input.rows, function($row){ $parse($row.body).total })", set(), False, {"input"}),
        ("$parse($states.input.rows)[n > 1].sku", set(), False, {"input"}),
        ("$parse(body).total", set(), True, set()),
        ("$eval('1 + 1')", set(), False, {"input", "context", "result", "errorOutput"}),
    ],
)
def test_what_an_expression_reads(source, references, context_value, states):
    expression = compile_jsonata(source, "Output")
    assert expression.references == references
    assert bool(expression.context_names) is context_value
    assert expression.reads_states == states


@pytest.mark.parametrize(("source", "position"), [("1 +", 3), ("  (1", 4), ("1);(2", 1), ("'a", 0), ("a b", 2),
                                                   ("(" * 2000, None), ("1" + " " * 70_000, 65_536)])
def test_syntax_errors_name_their_position(source, position):
    with pytest.raises(InvalidExpression) as error:
        compile_jsonata(source, "Output")
    if position is not None:
        assert error.value.position == position


LARGE = Scope({"n": list(range(100_000)), "t": ["a" * 40 + "!"] * 1000})


@pytest.mark.parametrize("source", [
    "($f := function($n){$f($n)}; $f(1))",
    "($f := function($n){1 + $f($n)}; $f(1))",
    "($f := function($s, $n){$n = 0 ? $s : $f($s & $s, $n - 1)}; $f('a', 60))",
    "($f := function($s, $n){$n = 0 ? $s : $f([$s, $s], $n - 1)}; $f('a', 60))",
    "[1..9000000]",
    "$range(1, 1e12, 1)",
    "$pad('', 1e9)",
    "$parse($pad('', 100000, '['))",
    "$match($states.input.t[0], /(a|aa)+$/)",
])
def test_bombs_end_with_a_failure(source):
    limits.use(replace(limits.current(), seconds=0.02))
    with pytest.raises(StateFailure, match=r"States\.QueryEvaluationError"):
        compile_jsonata(source, "Output").evaluate(LARGE)


@pytest.mark.parametrize("picture", ["$pad('0.', 66000, '0')", "$pad('#.', 70000, '#') & '0'", "'0.' & $states.input"])
def test_a_picture_at_which_jlens_panics_is_refused_and_prints_nothing(picture, capfd):
    with pytest.raises(StateFailure) as failure:
        compile_jsonata(f"$formatNumber(1, {picture})", "Output").evaluate(Scope("0" * 66_000))
    assert failure.value.error == "States.QueryEvaluationError"
    assert capfd.readouterr() == ("", "")


def test_any_panic_of_jlens_fails_the_state(monkeypatch):
    monkeypatch.setattr("engine.language.expr.jsonata_guards.MOST_PICTURE", 100_000)
    for _ in range(2):
        with pytest.raises(StateFailure) as failure:
            compile_jsonata("$formatNumber(1, $pad('0.', 66000, '0'))", "Output").evaluate(Scope())
        assert failure.value.error == "States.QueryEvaluationError"
        assert failure.value.cause.endswith("threw an error during evaluation. The evaluator broke down at it")


def test_what_ends_the_process_passes_through_an_expression():
    class Interrupted(Scope):
        def uuid(self, field):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        compile_jsonata("$uuid()", "Output").evaluate(Interrupted())


@pytest.mark.parametrize(("source", "position"), [("'\ud83d'", 1), ("  $x\udc00", 4)])
def test_half_a_character_is_a_mistake_of_the_expression(source, position):
    with pytest.raises(InvalidExpression) as error:
        compile_jsonata(source, "Output")
    assert error.value.position == position


def test_a_panic_of_the_parser_is_a_mistake_of_the_expression(monkeypatch):
    panic = type("PanicException", (BaseException,), {"__module__": "pyo3_runtime"})

    def broken(text):
        raise panic("byte index 1 is not a char boundary")

    monkeypatch.setattr("jlens.Expression", broken)
    with pytest.raises(InvalidExpression, match="The parser broke down at the expression"):
        compile_jsonata("1 + 1", "Output")


@pytest.mark.usefixtures("unhurried")
def test_many_distinct_values_take_no_square_of_time():
    assert len(compile_jsonata("$distinct($states.input.n)", "Output").evaluate(LARGE)) == 100_000
