"""The copilot's routes, with no model set."""

from __future__ import annotations

from typing import Any

import pytest

from engine.catalog.states import states_of
from engine.language.asl.validate import validate
from functions.app.routes.copilot import table

_SENTENCE = "When a high value order comes in, ask finance on Slack and charge the card"


def _errors(answer: Any) -> list[Any]:
    return [item for item in answer["diagnostics"] if item["severity"] == "ERROR"]


def test_an_outline_has_a_step_for_each_clause_and_guesses_nothing(api: Any) -> None:
    answer = api("POST", "/copilot/outline", {"sentence": _SENTENCE}).json
    assert (answer["provider"], answer["attempts"], _errors(answer), answer["cases"]) == ("none", 0, [], [])
    states = answer["document"]["definition"]["States"]
    assert {state["Type"] for state in states.values()} == {"Pass"}
    comments = [state["Comment"] for state in states.values()]
    assert comments == ["TODO: When a high value order comes in", "TODO: ask finance on Slack", "TODO: charge the card"]
    assert [to_do["state"] for to_do in answer["to_dos"]] == list(states)
    assert {change["change"] for change in answer["changes"]} == {"added"}


def test_an_outline_is_stored_nowhere_and_can_be_published(api: Any) -> None:
    document = api("POST", "/copilot/outline", {"sentence": _SENTENCE}).json["document"]
    assert api("GET", "/workflows").json["workflows"] == []
    saved = api("PUT", f"/workflows/{document['name']}/draft", {"document": document}, if_none_match="*")
    published = api("POST", f"/workflows/{document['name']}/publish", {}, if_match=saved.headers["ETag"])
    assert published.status == 200, published.text


@pytest.mark.parametrize(("sentence", "status"), [("", 422), ("  \n", 422), ("a" * 4001, 422)])
def test_a_sentence_that_says_nothing_or_too_much_is_refused(api: Any, sentence: str, status: int) -> None:
    reply = api("POST", "/copilot/outline", {"sentence": sentence})
    assert (reply.status, reply.error["where"]) == (status, "sentence")


def test_an_outline_in_place_of_a_document_keeps_its_name(api: Any) -> None:
    document = {"name": "mine", "tags": {"team": "a"}, "definition": {
        "StartAt": "Old", "States": {"Old": {"Type": "Pass", "End": True}}}}
    answer = api("POST", "/copilot/outline", {"sentence": "Charge the card", "document": document}).json
    assert (answer["document"]["name"], answer["document"]["tags"]) == ("mine", {"team": "a"})
    assert {"state": "Old", "change": "removed"} in answer["changes"]


_FLOW = {"name": "flow", "triggers": [{"type": "schedule", "expression": "rate(1 hour)"}], "definition": {
    "StartAt": "Call", "States": {
        "Call": {"Type": "Task", "Resource": "connector:http:request", "Parameters": {"url": "https://x.example"},
                 "Next": "Big?"},
        "Big?": {"Type": "Choice", "Default": "Small",
                 "Choices": [{"Variable": "$.total", "NumericGreaterThan": 10, "Next": "Each"}]},
        "Each": {"Type": "Map", "ItemsPath": "$.items", "End": True, "ItemProcessor": {
            "StartAt": "Pause", "States": {"Pause": {"Type": "Wait", "Seconds": 5, "End": True}}}},
        "Small": {"Type": "Fail", "Error": "TooSmall"},
    }}}


def test_a_workflow_is_explained_state_by_state(api: Any) -> None:
    answer = api("POST", "/copilot/explain", {"document": _FLOW}).json
    assert "by the schedule rate(1 hour)" in answer["text"]
    assert "begins with Call" in answer["text"]
    texts = {step["state"]: step["text"] for step in answer["steps"]}
    assert list(texts) == ["Call", "Big?", "Each", "Pause", "Small"]
    assert "HTTP" in texts["Call"]
    assert "Then: Big?" in texts["Call"]
    assert "$.total NumericGreaterThan 10" in texts["Big?"]
    assert "otherwise to Small" in texts["Big?"]
    assert "each item of $.items" in texts["Each"]
    assert "5 seconds" in texts["Pause"]
    assert "TooSmall" in texts["Small"]


def test_one_state_is_explained_or_is_not_there(api: Any) -> None:
    answer = api("POST", "/copilot/explain", {"document": _FLOW, "state": "Pause"}).json
    assert [step["state"] for step in answer["steps"]] == ["Pause"]
    assert api("POST", "/copilot/explain", {"document": _FLOW, "state": "Nope"}).status == 404


@pytest.mark.parametrize("definition", [
    {"StartAt": "A", "States": {"A": {"Type": "Pass"}}},
    {"StartAt": "A", "States": {"A": {"Type": "Pass"}, "B": {"Type": "Succeed"}}},
    {"StartAt": "Start", "States": {"A": {"Type": "Pass", "Next": "Chrage"}, "Charge": {"Type": "Succeed"}}},
    {"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "Chrage"}, "Charge": {"Type": "Succeed"}}},
    {"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "B", "End": True}, "B": {"Type": "Succeed"}}},
    {"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}, "B": {"Type": "Pass", "End": True}}},
    {"States": {"A": {"Type": "Pass", "Next": "B"}, "B": {"Type": "Succeed"}}},
    {"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True, "Coment": "x"}}},
    {"StartAt": "A", "States": {"A": {"Type": "Map", "End": True, "ItemProcessor": {
        "StartAt": "I", "States": {"I": {"Type": "Pass", "Next": "J/K"}, "J/k": {"Type": "Pass", "End": True}}}}}},
])
def test_every_fix_removes_its_finding_and_makes_no_new_error(api: Any, definition: Any) -> None:
    document = {"name": "w", "definition": definition}
    before = [item for item in validate(definition) if item.severity == "ERROR"] or validate(definition)
    assert before
    fixed = 0
    for finding in before:
        reply = api("POST", "/copilot/fix", {"document": document, "diagnostic": finding.as_dict()})
        if reply.status == 403:
            assert "no safe fix" in reply.error["message"]
            continue
        after = validate(reply.json["document"]["definition"])
        assert finding not in after
        assert [item for item in after if item.severity == "ERROR" and item not in before] == []
        assert reply.json["plan"]
        fixed += 1
    assert fixed


def test_what_has_no_safe_fix_is_refused(api: Any) -> None:
    definition = {"StartAt": "A", "States": {"A": {"Type": "Wait", "Seconds": -5, "End": True}}}
    [finding] = validate(definition)
    reply = api("POST", "/copilot/fix", {
        "document": {"name": "w", "definition": definition}, "diagnostic": finding.as_dict()})
    assert (reply.status, reply.error["where"]) == (403, "/States/A/Seconds")


@pytest.mark.parametrize("document", [
    {}, {"definition": None}, {"definition": []}, {"definition": {"States": []}}, {"definition": {"States": {"A": 1}}},
    {"definition": {"StartAt": 1, "States": {"A": {"Type": [], "Next": {}, "Catch": 1, "Retry": 2, "Choices": 3}}}},
    {"definition": {"States": {"A": {"Type": "Choice", "Choices": [1, {"Next": 2}, {"And": [1]}]}}}},
    {"definition": {"States": {"A": {"Type": "Task", "Retry": [1], "Catch": [1, {"ErrorEquals": 1}]}}}},
    {"definition": {"States": {"A": {"Type": "Parallel", "Branches": {"x": 1}}}}, "triggers": [1, {"type": []}]},
])
@pytest.mark.parametrize(("route", "more"), [
    ("explain", {}), ("error-handling", {}), ("outline", {"sentence": "Charge the card"}),
    ("fix", {"diagnostic": {"code": "X", "message": "Missing 'Next' target: B", "location": "/States/A/Next"}}),
    ("fix", {"diagnostic": {"location": "/States/A[99999]/x"}}),
    ("fix", {"diagnostic": {"message": "StartAt", "location": "/"}}),
])
def test_a_document_of_any_shape_is_no_defect(api: Any, document: Any, route: str, more: Any) -> None:
    reply = api("POST", f"/copilot/{route}", {"document": document, **more})
    assert reply.status < 500, reply.text


@pytest.mark.parametrize("language", ["JSONata", "JSONPath"])
def test_error_handling_is_added_to_what_has_none(api: Any, language: str) -> None:
    task = {"Type": "Task", "Resource": "connector:log:write"}
    definition = {"QueryLanguage": language, "StartAt": "A", "States": {
        "A": {**task, "Next": "B"}, "B": {**task, "Next": "C", "Retry": [{"ErrorEquals": ["E"], "MaxAttempts": 1}],
                                          "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "C"}]},
        "C": {"Type": "Map", "End": True, "ItemProcessor": {"StartAt": "I", "States": {"I": {**task, "End": True}}}},
    }}
    answer = api("POST", "/copilot/error-handling", {"document": {"name": "w", "definition": definition}}).json
    assert _errors(answer) == []
    states = {item.name: item.state for item in states_of(answer["document"]["definition"])}
    for name in ("A", "I", "C"):
        assert states[name]["Catch"][-1]["ErrorEquals"] == ["States.ALL"]
        assert states[states[name]["Catch"][-1]["Next"]]["Type"] == "Fail"
    assert states["A"]["Retry"][0]["MaxAttempts"] == 3
    assert states["B"] == definition["States"]["B"]
    again = api("POST", "/copilot/error-handling", {"document": answer["document"]})
    assert again.status == 403


def test_error_handling_of_one_state(api: Any) -> None:
    answer = api("POST", "/copilot/error-handling", {"document": _FLOW, "states": ["Call"]}).json
    assert {change["state"] for change in answer["changes"]} == {"Call", "Call Failed"}
    assert api("POST", "/copilot/error-handling", {"document": _FLOW, "states": ["Nope"]}).status == 404
    assert api("POST", "/copilot/error-handling", {"document": _FLOW, "states": ["Small"]}).status == 403


@pytest.mark.parametrize(
    "route", [each for each in table.routes if each.path.startswith("/copilot/")], ids=lambda route: route.path
)
def test_each_route_s_example_is_answered(api: Any, route: Any) -> None:
    answer = api(route.method, route.path, route.example)
    assert answer.status == 200, answer.text
