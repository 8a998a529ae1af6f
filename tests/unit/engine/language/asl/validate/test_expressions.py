"""Paths, templates, JSONata, variables and SecretRefs."""

from __future__ import annotations

import pytest

from engine.governance.secret_refs import is_key
from engine.language.asl.validate import validate, variable_references


def definition(state, **fields):
    return {"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True, **state}}, **fields}


def findings(state, **options):
    return validate(definition(state), **options)


def places(state, **options):
    return [(d.severity, d.location.removeprefix("/States/A")) for d in findings(state, **options)]


@pytest.mark.parametrize("field", ["InputPath", "OutputPath", "ResultPath"])
@pytest.mark.parametrize("value", ["$", "$.a.b[0]", None])
def test_paths_and_null(field, value):
    assert findings({field: value}) == []


@pytest.mark.parametrize(("field", "value", "message"), [
    ("InputPath", "a.b", "Value must be a valid JSONPath."), ("OutputPath", "$.a[", "Value must be a valid JSONPath."),
    ("ResultPath", "$.a[*]", "Value is not a Reference Path"), ("ResultPath", "$$.a", "Value is not a Reference Path"),
    ("ResultPath", "$variable", "Value is not a Reference Path"), ("InputPath", 7, "Expected value of type String"),
    ("ResultPath", [], "Expected value of type String"),
])
def test_what_is_no_path(field, value, message):
    (finding,) = findings({field: value})
    assert finding.location == f"/States/A/{field}"
    assert finding.message.startswith(message)


def test_context_and_variables_may_be_read_by_paths():
    assert findings({"InputPath": "$$.Execution.Input", "OutputPath": "$answer.part"}) == []


@pytest.mark.parametrize("text", [
    "States.Format('He said, \\\"Hello\\\"')", "States.Nope($.a)", "States.UUID(", "a.b", "", "$.a[",
])
def test_a_payload_is_a_path_or_an_intrinsic(text):
    (finding,) = findings({"Parameters": {"outer": {"parsed.$": text}}})
    assert (finding.location, finding.message) == (
        "/States/A/Parameters/outer",
        "The value for the field 'parsed.$' must be a valid JSONPath or a valid intrinsic function call",
    )


@pytest.mark.parametrize(("value", "kind"), [
    (None, "NULL"), ({}, "an OBJECT"), ([], "an ARRAY"), (True, "a BOOLEAN"), (1.5, "a NUMBER"),
])
def test_a_payload_is_text(value, kind):
    (finding,) = findings({"Parameters": {"a.$": value}})
    assert finding.location == "/States/A/Parameters"
    assert finding.message.endswith(f"but was {kind}")


def test_a_value_that_looks_like_a_path_is_a_warning():
    state = {"Parameters": {"a": "$.a", "b": ["States.UUID()"], "c": "$5 a piece", "d": "$name"}}
    assert places(state) == [("WARNING", f"/Parameters/{name}") for name in ("a", "b[0]", "d")]
    assert {d.code for d in findings(state)} == {"NO_DOLLAR"}


@pytest.mark.parametrize("source", ["$states.input.a", "$x := 1; $x", "[1..3].($ * 2)", "$map($states.input, $string)"])
def test_jsonata(source):
    assert findings({"QueryLanguage": "JSONata", "Output": {"a": [f"{{% ({source}) %}}"]}}) == []


@pytest.mark.parametrize(("source", "message"), [
    ("1 +", "Unexpected end of expression"), ("a[1,2)", 'Expected "]", got ","'),
    ('"unterminated', "String literal must be terminated by a matching quote"),
    ('{"a":}', 'The symbol "}" cannot be used as a unary operator'), ("$x :=", "Unexpected end of expression"),
    ('$match("a", /abc', "No terminating / in regular expression"), ("", "Unexpected end of expression"),
])
def test_jsonata_that_does_not_parse(source, message):
    """AWS's words for each: JSONata's own without its code."""
    (finding,) = findings({"QueryLanguage": "JSONata", "Output": {"a": [f"{{% {source} %}}"]}})
    assert (finding.code, finding.message) == ("INVALID_JSONATA_EXPRESSION", message)
    assert finding.location == "/States/A/Output/a[0]"


@pytest.mark.parametrize("text", ["{% 1", "1 %}", "x {% 1 %}", "{% 1 %} x", "{%}", "{%", "%}"])
@pytest.mark.parametrize("state", [
    lambda text: {"Output": {"a": [text]}}, lambda text: {"Assign": {"a": text}},
    lambda text: {"Type": "Wait", "Timestamp": text},
])
def test_an_expression_is_opened_and_closed(state, text):
    """Developer guide, "Transforming data with JSONata"."""
    codes = [d.code for d in findings({"QueryLanguage": "JSONata", **state(text)})]
    assert codes[:1] == ["INVALID_JSONATA_EXPRESSION"]


def test_jsonpath_has_no_expressions_to_open():
    assert findings({"Result": "{% 1"}) == []


@pytest.mark.parametrize(("source", "names"), [
    ("$", "$"), ("$$", "$$"), ("name", "name"), ("$.a", "a"), ("a.b", "a"), ("phone & fax", "phone fax"),
    ("$sum(lines.price)", "lines"), ("($c := $trim; $c($))", "$"), ("$trim(?)(name)", "name"),
    ("($f := function($x) { $x & $ }; $f(1))", "$"),
])
def test_jsonata_that_reads_what_has_no_value(source, names):
    found = findings({"QueryLanguage": "JSONata", "Output": {"a": f"{{% {source} %}}"}})
    assert [(d.code, d.message) for d in found] == [
        ("UNSUPPORTED_JSONATA_EXPRESSION", f"Reference to '{name}' at the top level is not supported.")
        for name in names.split()]


@pytest.mark.parametrize("source", [
    '($first := $substring(?, 0, 2); $first("hello"))', '($shout := $trim ~> $uppercase; $shout(" a "))',
    '($twice := function($f) { function($x) { $f($f($x)) } }; $twice($trim)(" a "))', '$trim(?)(" a ")',
    '($k := $trim; $states.input.lines[$k(name) = "x"])',
])
def test_a_call_of_what_a_variable_or_a_call_gives_reads_its_arguments_alone(source):
    """docs.jsonata.org, "Programming": partial application, chaining and functions that give functions."""
    assert findings({"QueryLanguage": "JSONata", "Output": {"a": f"{{% {source} %}}"}}) == []


CATCH = {"ErrorEquals": ["States.ALL"], "Next": "A"}
WORK = {"Type": "Task", "Resource": "arn:aws:states:::aws-sdk:s3:listBuckets", "QueryLanguage": "JSONata"}


@pytest.mark.parametrize(("state", "place"), [
    ({**WORK, "Output": "{% $states.errorOutput %}"}, "/Output"),
    ({**WORK, "Arguments": {"a": "{% $states.result.x %}"}}, "/Arguments/a"),
    ({**WORK, "TimeoutSeconds": "{% $states.result %}"}, "/TimeoutSeconds"),
    ({**WORK, "Catch": [{**CATCH, "Output": "{% $states.result %}"}]}, "/Catch[0]/Output"),
    ({"QueryLanguage": "JSONata", "Output": "{% $states.result %}"}, "/Output"),
    ({"QueryLanguage": "JSONata", "Assign": {"x": "{% $states.errorOutput.Error %}"}}, "/Assign"),
])
def test_results_and_errors_exist_only_where_there_are_any(state, place):
    """Developer Guide, "Transforming data with JSONata": other accesses are "caught at creation"; AWS's words."""
    (finding,) = findings(state)
    name = "errorOutput" if "errorOutput" in str(state) else "result"
    assert (finding.code, finding.message) == (
        "UNSUPPORTED_JSONATA_EXPRESSION", f"Field '$states.{name}' does not exist.")
    assert finding.location.startswith(f"/States/A{place}")


def test_results_and_errors_where_there_are_some():
    reads = {"x": "{% $states.result.x %}"}
    caught = {**CATCH, "Output": "{% $states.errorOutput %}", "Assign": {"e": "{% $states.errorOutput.Error %}"}}
    assert findings({**WORK, "Output": reads, "Assign": reads, "Catch": [caught]}) == []
    assert findings({"QueryLanguage": "JSONata", "Output": "{% $lookup($states, 'result') %}"}) == []


def test_text_that_is_not_all_an_expression_is_text():
    state = {"QueryLanguage": "JSONata", "Output": [" {% 1 + %} ", "{ %%", "$.a", {"x.$": "no path"}]}
    assert findings(state) == []


def test_no_depth_of_an_expression_is_too_much():
    nested = "States.Array(" * 700 + "1" + ")" * 700
    assert places({"Parameters": {"a.$": nested}}) in ([], [("ERROR", "/Parameters")])
    state = {"QueryLanguage": "JSONata", "Output": "{% " + "(" * 3_000 + "1" + ")" * 3_000 + " %}"}
    assert places(state) in ([], [("ERROR", "/Output")])


@pytest.mark.parametrize("name", ["a", "zähler", "snake_case2", "x" * 80])
def test_variable_names(name):
    assert findings({"Assign": {name: 1}}) == []
    assert findings({"Assign": {f"{name}.$": "$.a"}}) == []


@pytest.mark.parametrize("name", ["", "1a", "_a", "a-b", "a b", "a.b", "x" * 81])
def test_names_that_no_variable_has(name):
    (finding,) = findings({"QueryLanguage": "JSONata", "Assign": {name: 1}})
    assert finding.location == "/States/A/Assign"
    assert finding.message.startswith(f"'{name}' is not a valid variable name")


def test_assign_rules():
    assert [d.message for d in findings({"Assign": {"states": 1}})] == ["The variable name 'states' is reserved"]
    assert [d.message for d in findings({"Assign": {"a": 1, "a.$": "$.a"}})] == [
        "The field 'a' is given twice: with and without '.$'"]
    assert [d.message for d in findings({"Assign": [1]})] == ["Expected value of type Object"]
    assert places({"Assign": {"a": {"b.$": "$["}}}) == [("ERROR", "/Assign/a")]


def task(field, value, **fields):
    return {"Type": "Task", "Resource": "connector:http:request", field: value, **fields}


def test_a_secret_ref_is_literal_and_alone():
    assert findings(task("Parameters", {"headers": [{"$secret": "STRIPE_KEY"}]})) == []
    assert findings(task("Arguments", {"key": {"$secret": "a.b-c_D"}}, QueryLanguage="JSONata")) == []
    for wrong in ({"$secret": 7}, {"$secret": ""}, {"$secret": "A", "b": 1}, {"$secret": "{% 'A' %}"},
                  {"$secret.$": "$.key"}):
        (finding,) = findings(task("Parameters", {"key": wrong}))
        assert (finding.code, finding.location) == ("INVALID_SECRET_REF", "/States/A/Parameters/key")
        only_aws = task("Parameters", {"key": wrong}, Resource="arn:aws:states:::aws-sdk:s3:getObject")
        assert findings(only_aws, extensions=False) == []


@pytest.mark.parametrize("key", ["A", "a.b-c_1", "x" * 128, "x" * 129, "", "a b", "a/b", "ä", "A\n"])
def test_a_secrets_key_is_what_governance_takes_for_one(key):
    assert (findings(task("Parameters", {"key": {"$secret": key}})) == []) == is_key(key)


def test_a_secret_ref_outside_of_task_arguments_is_advised_against():
    (finding,) = findings({"Assign": {"key": {"$secret": "STRIPE_KEY"}}})
    assert (finding.code, finding.severity) == ("SECRET_NOT_RESOLVED", "WARNING")
    (finding,) = findings({"Parameters": {"key": {"$secret": "STRIPE_KEY"}}})
    assert finding.code == "SECRET_NOT_RESOLVED"
    assert findings({"Parameters": {"key": {"$secret": "STRIPE_KEY"}}}, extensions=False) == []


def test_variables_that_states_read():
    machine = {
        "QueryLanguage": "JSONata", "StartAt": "A", "States": {
            "A": {"Type": "Pass", "Assign": {"x": 1, "y": "{% $z + $x %}"}, "Next": "B"},
            "B": {"Type": "Pass", "Output": "{% ($local := $y; $map([1], function($v) { $v + $local })) %}",
                  "Next": "C"},
            "C": {"Type": "Choice", "Choices": [{"Condition": "{% $x = $states.input.a %}", "Next": "D"}],
                  "Default": "D"},
            "D": {"Type": "Succeed"},
        },
    }
    assert variable_references(machine) == {"A": ["x", "z"], "B": ["y"], "C": ["x"]}
    assert variable_references(None) == {}


@pytest.mark.parametrize("source", ["$states.input.a ?? 1", "$states.input.a ?: 1"])
def test_operators_that_aws_does_not_have_are_ours(source):
    """AWS: "implements JSONata based on the 2.0.6 specification"; both operators came with JSONata 2.1.0."""
    state = {"QueryLanguage": "JSONata", "Output": f"{{% {source} %}}"}
    assert findings(state) == []
    (finding,) = findings(state, extensions=False)
    assert finding.location == "/States/A/Output"
    assert finding.message.endswith("'??' and '?:' are operators of JSONata 2.1; Step Functions has 2.0.6")


@pytest.mark.parametrize(("expression", "called", "meant"), [
    ("$nofunc(1)", "$nofunc", ""), ("$states.input.a ~> $unknownOne", "$unknownOne", ""),
    ("$upperCase($states.input.a)", "$upperCase", "Did you mean $uppercase?"),
    ("($f := function($x) { $x }; $f(1) + $g (2))", "$g", ""),
])
def test_a_function_that_there_is_none_of(expression, called, meant):
    (finding,) = findings({"QueryLanguage": "JSONata", "Output": f"{{% {expression} %}}"})
    assert (finding.code, finding.severity, finding.location) == ("UNKNOWN_FUNCTION", "WARNING", "/States/A/Output")
    assert finding.message.startswith(f"There is no function {called}:")
    assert meant in finding.message


@pytest.mark.parametrize("expression", [
    "$uuid() & $random(1) & $parse('1') & $partition([1], 1) & $hash('a', 'MD5') & $range(1, 2, 1)",
    "$map([1], function($v, $i) { $v + $i })", "($twice := function($x) { 2 * $x }; [1] ~> $map($twice))",
    "$total + (1)", "'$nofunc(1)'", "/* $nofunc(1) */ 1",
])
def test_functions_that_there_are(expression):
    assert findings({"QueryLanguage": "JSONata", "Output": f"{{% {expression} %}}"}) == []
