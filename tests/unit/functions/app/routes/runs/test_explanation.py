"""The route that explains a step of a run. What it says is held against what the run did, and against further runs."""

from __future__ import annotations

import json
from urllib.parse import quote

import pytest

JSONATA = {"QueryLanguage": "JSONata"}
ENDS = {name: {"Type": "Succeed"} for name in ("Gold", "Silver", "Rest")}
BY_RULE = {"StartAt": "Tier?", "States": {"Tier?": {"Type": "Choice", "Choices": [
    {"And": [{"Variable": "$.total", "NumericGreaterThan": 1000}, {"Variable": "$.vip", "BooleanEquals": True}],
     "Next": "Gold"},
    {"Variable": "$.total", "NumericGreaterThan": 100, "Next": "Silver"},
], "Default": "Rest"}, **ENDS}}
BY_CONDITION = {**JSONATA, "StartAt": "Limit", "States": {
    "Limit": {"Type": "Pass", "Assign": {"limit": "{% $states.input.limit %}"}, "Next": "Tier?"},
    "Tier?": {"Type": "Choice", "Choices": [
        {"Condition": "{% $states.input.total > $limit and $states.input.vip %}", "Next": "Gold"},
        {"Condition": "{% $states.input.total > 100 %}", "Next": "Silver"},
    ], "Default": "Rest"}, **ENDS}}
INPUTS = [
    {"total": total, "vip": vip, "limit": 1000} for total in (50, 500, 5000) for vip in (True, False)
]


def run(api, definition, given, name, workflow="flow"):
    api.publish(workflow, definition)
    assert api("POST", f"/workflows/{workflow}/executions", {"input": given, "name": name}).status == 201
    api.work()
    return f"/executions/{workflow}%3A{name}"


def explained(api, address, query="state=Tier%3F"):
    answer = api("GET", f"{address}/explanation?{query}")
    assert answer.status == 200, answer.text
    return answer.json


def entered(api, address):
    return [step["name"] for step in api("GET", f"{address}/steps").json["steps"]]


@pytest.mark.parametrize("definition", [BY_RULE, BY_CONDITION], ids=["rules", "conditions"])
def test_a_choice_is_explained_as_it_went_and_each_flip_is_true(api, definition):
    for number, given in enumerate(INPUTS):
        address = run(api, definition, given, f"run-{number}")
        found = explained(api, address)
        assert found["agrees"] is True
        assert found["choice"]["outcome"]["next"] == entered(api, address)[-1]
        for turn, flip in enumerate(found["choice"]["flips"]):
            if not all(change["path"].startswith("$.") for change in flip["changes"]):
                continue  # of a variable: no input of the run
            other = json.loads(json.dumps(given))
            for change in flip["changes"]:
                name = change["path"].removeprefix("$.")
                other.pop(name, None) if change["removed"] else other.update({name: change["to"]})
            elsewhere = run(api, definition, other, f"flip-{number}-{turn}")
            assert entered(api, elsewhere)[-1] == flip["leads_to"]


def test_the_values_are_those_of_the_visit_and_not_the_last_ones(api):
    definition = {**JSONATA, "StartAt": "Enough?", "States": {
        "Enough?": {"Type": "Choice", "Choices": [{"Condition": "{% $states.input.n >= 2 %}", "Next": "Rest"}],
                    "Default": "More"},
        "More": {"Type": "Pass", "Output": {"n": "{% $states.input.n + 1 %}"}, "Next": "Enough?"},
        "Rest": {"Type": "Succeed"}}}
    address = run(api, definition, {"n": 0}, "one")
    for visit, leads in ((1, "More"), (2, "More"), (3, "Rest")):
        found = explained(api, address, f"step={quote(f'Enough?#{visit}')}")
        assert (found["choice"]["outcome"]["next"], found["agrees"]) == (leads, True)
    assert explained(api, address, "state=Enough%3F")["step"]["visit"] == 3


def test_the_version_that_ran_explains_whatever_was_published_since(api):
    address = run(api, BY_RULE, INPUTS[0], "one")
    api.publish("flow", {"StartAt": "Tier?", "States": {"Tier?": {"Type": "Succeed"}}})
    assert explained(api, address)["choice"]["outcome"]["next"] == "Rest"


def test_the_context_and_the_item_are_those_of_then(api):
    choice = {"Type": "Choice", "Choices": [
        {"Condition": "{% $states.context.Map.Item.Index = 1 and $states.context.Execution.Name = 'one' %}",
         "Next": "Odd"}], "Default": "Even"}
    definition = {**JSONATA, "StartAt": "Each", "States": {"Each": {"Type": "Map", "End": True, "ItemProcessor": {
        "StartAt": "Which?", "States": {"Which?": choice, "Odd": {"Type": "Succeed"}, "Even": {"Type": "Succeed"}}}}}}
    address = run(api, definition, [5, 6], "one")
    steps = api("GET", f"{address}/steps").json["steps"]
    for step in [step for step in steps if step["name"] == "Which?"]:
        found = explained(api, address, f"step={quote(step['id'], safe='')}")
        assert found["agrees"] is True
        assert found["choice"]["outcome"]["next"] == ("Odd" if step["item"] == 1 else "Even")


@pytest.mark.parametrize(("state", "given", "part", "known"), [
    ({"Type": "Pass", "Output": "{% $states.input.a + $number($states.input.b) %}"}, {"a": 1, "b": "zz"},
     "$number($states.input.b)", '$states.input.b is "zz"'),
    ({"Type": "Pass", "Output": {"x": [1, {"y": "{% $states.input.a.b.c %}"}]}}, {"a": {"b": {}}},
     "$states.input.a.b.c", "$states.input.a.b is {}, and has no c"),
    ({"Type": "Pass", "Assign": {"v": "{% $error('no') %}"}}, {}, "$error('no')", None),
    ({"Type": "Pass", "QueryLanguage": "JSONPath", "Parameters": {"o": {"x.$": "$.a.b.c"}}}, {"a": {"b": {}}},
     "$.a.b.c", "$.a.b is {}, and has no c"),
    ({"Type": "Pass", "QueryLanguage": "JSONPath", "InputPath": "$.q"}, {"a": 1}, "$.q",
     '$ is {"a": 1}, and has no q'),
    ({"Type": "Pass", "QueryLanguage": "JSONPath", "Parameters": {"x.$": "States.MathAdd($.a, 1)"}}, {"a": "t"},
     "States.MathAdd($.a, 1)", '$.a is "t"'),
    ({"Type": "Wait", "QueryLanguage": "JSONPath", "SecondsPath": "$.n"}, {"z": 1}, "$.n",
     '$ is {"z": 1}, and has no n'),
])
def test_of_a_failed_expression_the_part_at_fault(api, state, given, part, known):
    language = state.get("QueryLanguage", "JSONata")
    definition = {"QueryLanguage": language, "StartAt": "A", "States": {
        "A": {**state, "Next": "B"}, "B": {"Type": "Succeed"}}}
    address = run(api, definition, given, "one")
    found = explained(api, address, "state=A")
    assert (found["expression"]["part"], found["expression"]["known"]) == (part, known)
    assert found["expression"]["field"] in found["sentence"]


def test_a_choice_that_failed_says_where(api):
    choice = {"Type": "Choice", "Choices": [{"Condition": "{% $states.input.t > 1 %}", "Next": "B"}], "Default": "B"}
    definition = {**JSONATA, "StartAt": "A", "States": {"A": choice, "B": {"Type": "Succeed"}}}
    address = run(api, definition, {"t": "x"}, "one")
    found = explained(api, address, "state=A")
    assert (found["agrees"], found["expression"]["field"]) == (True, "Choices[0]/Condition")


@pytest.mark.parametrize(("query", "status", "says"), [
    ("", 422, "the step is not given"), ("state=A&event=1", 422, "state and event are given, and one of"),
    ("state=Nope", 404, "has not entered a state 'Nope'"), ("event=999", 404, "to which the event 999 belongs"),
    ("event=0", 422, "at least 1"), ("step=Tier%3F%239", 404, "has no step 'Tier?#9'"),
    ("state=Tier%3F&attempt=1", 404, "Tier?#1 has no attempt 1: it has 0"),
])
def test_what_cannot_be_explained_is_said(api, query, status, says):
    address = run(api, BY_RULE, INPUTS[0], "one")
    answer = api("GET", f"{address}/explanation?{query}")
    assert (answer.status, says in answer.json["error"]["message"]) == (status, True), answer.text
    assert api("GET", "/executions/flow%3Anope/explanation?state=A").status == 404


def test_an_event_names_its_step(api):
    address = run(api, BY_RULE, INPUTS[0], "one")
    assert explained(api, address, "event=2")["step"]["name"] == "Tier?"


def test_hidden_fields_stay_hidden(api):
    document = {"name": "flow", "definition": BY_RULE, "sensitive": {"input": ["/total"]}}
    assert api("POST", "/workflows/import", {"document": document, "publish": True}).status == 200
    given = {"total": 987654, "vip": True}
    assert api("POST", "/workflows/flow/executions", {"input": given, "name": "one"}).status == 201
    api.work()
    answer = api("GET", "/executions/flow%3Aone/explanation?state=Tier%3F")
    assert "987654" not in answer.text
    assert (answer.json["choice"], answer.json["hidden"], answer.json["context"]) == (None, True, None)
