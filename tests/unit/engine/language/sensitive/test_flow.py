"""Where marked values are: through each field and kind of state, in both query languages."""

from __future__ import annotations

import pytest

from engine.language.sensitive.expressions import Env, jsonata_marks, path_marks
from engine.language.sensitive.flow import Declared, flow_of, key_marks
from engine.language.sensitive.places import parse_pointer, written


def of(*pointers):
    return frozenset(map(parse_pointer, pointers))


MARKED = of("/card/cvv", "/people/*/ssn")


def texts(marks):
    return sorted(map(written, marks))


@pytest.mark.parametrize(("path", "places"), [
    ("$", ["/card/cvv", "/people/*/ssn"]), ("$.card", ["/cvv"]), ("$.card.cvv", [""]), ("$.card.name", []),
    ("$.people[0]", ["/ssn"]), ("$.people[0].ssn", [""]), ("$.people[*].ssn", ["/*"]), ("$.people[*]", ["/*/ssn"]),
    ("$.people[?(@.age > 3)]", ["/*/ssn"]), ("$.people[1:]", ["/*/ssn"]), ("$['card','order']", ["/card/cvv"]),
    ("$..ssn", ["/*", "/*/**/card/cvv", "/*/**/people/*/ssn"]), ("$$.Execution.Input.card", ["/cvv"]),
    ("$held.cvv", [""]), ("$other", []), ("$.people.length()", [""]),
    ("States.Format('{}', $.card.cvv)", [""]), ("States.JsonToString($.card)", [""]), ("States.UUID()", []),
    ("$.people[?(@.ssn == '1')]", [""]), ("$.people[?(@.age == $.card.cvv)].age", [""]),
    ("$.people[?(@.age > 3)].age", []), ("States.ArrayLength($.people)", []),
    ("States.ArrayLength($.card.cvv)", [""]), ("$.[", []),
])
def test_what_a_path_takes(path, places):
    env = Env(
        input=MARKED, variables=of("/held/cvv"), context=frozenset(("Execution", "Input", *one) for one in MARKED)
    )
    found = texts(path_marks(path, env))
    assert found == places or (path == "$..ssn" and "/*" in found)


@pytest.mark.parametrize(("text", "places"), [
    ("$states.input", ["/card/cvv", "/people/*/ssn"]), ("$states.input.card", ["/cvv"]),
    ("$states.input.card.cvv", [""]), ('$states.input.`card`."cvv"', [""]), ("$states.input.order", []),
    ("$states.input.people.ssn", [""]), ("$states.input.people[0].ssn", [""]), ("$states.result.x", [""]),
    ("$held", ["/cvv"]), ("$held.cvv", [""]), ("$states.context.Execution.Input.card.cvv", [""]),
    ("'card ' & $states.input.card.cvv", [""]), ("$states.input.card.cvv > 5", [""]),
    ("$string($states.input)", [""]), ("$states.input.people.{'n': ssn}", [""]),
    ("( $c := $states.input.card; $c.cvv )", [""]), ("$lookup($states.input.card, 'cvv')", [""]),
    ("$merge([$states.input.card, {'a': 1}])", ["/**/cvv"]), ("$count($states.input.order)", []),
    ("$states.input.*", [""]), ("$states.input.**", [""]), ("$states.input.order.%.card", [""]),
    ("$each($states.input, function($v) {$v})", [""]), ("$lookup($states.input, 'ca' & 'rd')", [""]),
    ("function($x){$x.card}($states.input)", [""]), ("[$states.input, $states.input.card]", [
        "/**/card/cvv", "/**/cvv", "/**/people/**/ssn",
    ]), ("$states.input.order * 2", []),
    ("$now()", []), ("/* $states.input.card.cvv */ 1", []),
])
def test_what_a_jsonata_expression_takes(text, places):
    env = Env(
        input=MARKED, result=of("/x"), variables=of("/held/cvv"),
        context=frozenset(("Execution", "Input", *one) for one in MARKED),
    )
    assert texts(jsonata_marks(text, env)) == places


def flow(states, start="A", **declared):
    declared.setdefault("input", MARKED)
    return flow_of({"StartAt": start, "States": states}, Declared(**declared))


def one(state, **declared):
    return flow({"A": {**state, "End": True}}, **declared).state("A")


@pytest.mark.parametrize(("state", "places"), [
    ({"Type": "Pass"}, ["/card/cvv", "/people/*/ssn"]), ({"Type": "Pass", "Result": 1}, []),
    ({"Type": "Pass", "InputPath": "$.card"}, ["/cvv"]), ({"Type": "Pass", "InputPath": None}, []),
    ({"Type": "Pass", "OutputPath": "$.card"}, ["/cvv"]),
    ({"Type": "Pass", "Parameters": {"c.$": "$.card.cvv", "d": "x"}}, ["/c"]),
    ({"Type": "Pass", "Result": 1, "ResultPath": "$.r"}, ["/card/cvv", "/people/*/ssn"]),
    ({"Type": "Pass", "InputPath": "$.card", "ResultPath": "$.r"}, ["/card/cvv", "/people/*/ssn", "/r/cvv"]),
    ({"Type": "Task", "Resource": "r"}, []), ({"Type": "Task", "Resource": "r", "ResultPath": None},
                                              ["/card/cvv", "/people/*/ssn"]),
    ({"Type": "Wait", "Seconds": 1}, ["/card/cvv", "/people/*/ssn"]),
    ({"Type": "Succeed", "InputPath": "$.card"}, ["/cvv"]),
    ({"Type": "Pass", "QueryLanguage": "JSONata", "Output": {"c": "{% $states.input.card %}"}}, ["/c/cvv"]),
    ({"Type": "Pass", "QueryLanguage": "JSONata"}, ["/card/cvv", "/people/*/ssn"]),
])
def test_what_a_state_gives_on(state, places):
    assert texts(one(state).output) == places


def test_a_result_that_is_marked():
    found = one({"Type": "Task", "Resource": "r", "ResultSelector": {"s.$": "$.ssn"}, "ResultPath": "$.r"},
                input=frozenset(), results={"A": of("/ssn")})
    assert (texts(found.result), texts(found.output)) == (["/ssn"], ["/r/s"])


def test_variables_are_known_to_all_states():
    states = {
        "A": {"Type": "Pass", "Assign": {"held.$": "$.card"}, "Next": "B"},
        "B": {"Type": "Pass", "Parameters": {"c.$": "$held.cvv"}, "End": True},
    }
    found = flow(states)
    assert (texts(found.variables), texts(found.state("B").output)) == (["/held/cvv"], ["/c"])
    assert texts(found.state("A").assigned) == ["/held/cvv"]
    assert texts(flow(states, input=frozenset(), variables=of("/held/cvv")).state("B").output) == ["/c"]


def test_a_choice_a_loop_and_a_catcher():
    found = flow({
        "A": {"Type": "Choice", "Choices": [{"Variable": "$.x", "IsPresent": True, "Next": "B"}], "Default": "C"},
        "B": {"Type": "Pass", "ResultPath": "$.again", "Next": "A"},
        "C": {"Type": "Task", "Resource": "r", "Next": "D",
              "Catch": [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.e", "Next": "D"}]},
        "D": {"Type": "Succeed"},
    })
    assert {"/card/cvv", "/again/card/cvv"} <= set(texts(found.state("A").input))
    assert "/card/cvv" in texts(found.state("D").input)
    assert found.machines[""][1] == found.state("D").output


@pytest.mark.parametrize(("state", "places"), [
    ({"Type": "Task", "Resource": "r", "Catch": [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.e", "Next": "D"}]},
     ["/card/cvv", "/people/*/ssn"]),
    ({"Type": "Task", "Resource": "r", "QueryLanguage": "JSONata", "Output": 1, "Catch": [
        {"ErrorEquals": ["States.ALL"], "Next": "D", "Output": {"was": "{% $states.input.card %}"}},
    ]}, ["/was/cvv"]),
    ({"Type": "Choice", "QueryLanguage": "JSONata", "Output": 1, "Choices": [
        {"Condition": "{% true %}", "Next": "D", "Output": {"was": "{% $states.input.card %}"}},
    ], "Default": "D"}, ["/was/cvv"]),
    ({"Type": "Choice", "QueryLanguage": "JSONata", "Output": 1, "Choices": [
        {"Condition": "{% true %}", "Next": "D"},
    ], "Default": "D"}, ["/card/cvv", "/people/*/ssn"]),
])
def test_what_a_state_shows_has_the_marks_of_a_catcher_s_and_a_rule_s_output_too(state, places):
    found = flow({"A": {**state, "Next": "D"}, "D": {"Type": "Succeed"}})
    assert texts(found.state("A").output) == places
    assert texts(found.state("D").input) == places


@pytest.mark.parametrize("field", ["ItemProcessor", "Iterator"])
def test_the_items_of_a_map(field):
    inner = {"StartAt": "I", "States": {"I": {"Type": "Pass", "Parameters": {"n.$": "$.p.ssn"}, "End": True}}}
    found = flow({"A": {"Type": "Map", "ItemsPath": "$.people", "ItemSelector": {
        "p.$": "$$.Map.Item.Value", "c.$": "$.card.cvv",
    }, field: inner, "End": True}})
    assert texts(found.state("I").input) == ["/c", "/p/ssn"]
    assert texts(found.state("A").output) == ["/*/n"]
    assert texts(found.machines[f"/States/A/{field}"][0]) == ["/c", "/p/ssn"]


@pytest.mark.parametrize(("key", "places"), [("$.card.cvv", ["/s"]), ("$.name", [])])
def test_the_source_of_an_item_that_is_read(key, places):
    inner = {"StartAt": "I", "States": {"I": {"Type": "Pass", "End": True}}}
    reader = {"Resource": "arn:aws:states:::s3:getObject", "Parameters": {"Bucket": "b", "Key.$": key}}
    found = flow({"A": {"Type": "Map", "ItemReader": reader, "ItemSelector": {"s.$": "$$.Map.Item.Source"},
                        "ItemProcessor": inner, "End": True}})
    assert texts(found.state("I").input) == places


def test_a_batch_and_a_parallel():
    inner = {"StartAt": "I", "States": {"I": {"Type": "Pass", "End": True}}}
    batched = flow({"A": {"Type": "Map", "ItemsPath": "$.people", "ItemProcessor": inner, "End": True, "ItemBatcher": {
        "MaxItemsPerBatch": 2, "BatchInput": {"c.$": "$.card.cvv"},
    }}})
    assert texts(batched.state("I").input) == ["/BatchInput/c", "/Items/*/ssn"]
    both = flow({"A": {"Type": "Parallel", "Branches": [inner], "End": True}})
    assert texts(both.state("A").output) == ["/0/card/cvv", "/0/people/*/ssn"]


def test_words_of_a_fail_state():
    found = flow({"A": {"Type": "Fail", "ErrorPath": "$.card.cvv", "CausePath": "States.Format('{}', $.card.cvv)"}})
    assert (found.errors, found.causes) == (("A",), {"A"})
    found = flow({"A": {"Type": "Fail", "Error": "No", "Cause": "said so"}})
    assert (found.errors, found.causes) == ((), frozenset())


def test_what_is_no_machine_is_passed_over():
    assert not flow_of({"States": {"A": 1}}, Declared())
    assert not flow_of(None, Declared())
    assert flow_of({}, Declared(input=MARKED))


@pytest.mark.parametrize(("key", "reads"), [
    ("$.order", False), ("$.card.cvv", True), ("$.card", True), ("{% $states.input.order %}", False),
    ("{% $states.input.order & $states.input.card.cvv %}", True), (None, False),
])
def test_a_business_key(key, reads):
    assert bool(key_marks(key, Declared(input=MARKED))) is reads
