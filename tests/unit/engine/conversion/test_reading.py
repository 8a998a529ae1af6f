"""Files of other kinds made into workflow documents: what is recognised, what becomes of it, what is left to do."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.known.n8n import tasks_of
from connectors.registry import Registry
from engine.catalog.document import parse_document
from engine.conversion import n8n as n8n_module
from engine.conversion import reading
from engine.errors import InvalidDocument
from engine.language.asl.validate import validate
from engine.testing.simulate import simulate
from tests.support.draws import drawn

N8N_TASKS = tasks_of(Registry(installed=tuple))
HELLO = {"StartAt": "Greet", "States": {"Greet": {"Type": "Pass", "End": True}}}


def convert(source, **options):
    return reading.convert(source, n8n_tasks=N8N_TASKS, **options)


def only(conversion):
    (candidate,) = conversion.candidates
    return candidate


def texts(candidate):
    return [note.text for note in candidate.notes]


# ---------------------------------------------------------------- what is already ours


def test_a_workflow_document_is_taken_as_it_is():
    document = {"name": "hello", "description": "says it", "definition": HELLO}
    found = convert(json.dumps(document), stem="file")
    assert (found.format, only(found).document, only(found).notes) == ("workflow", document, ())


def test_a_bare_definition_is_named_after_its_file():
    for source in (json.dumps(HELLO), "StartAt: Greet\nStates:\n  Greet: {Type: Pass, End: true}\n"):
        found = convert(source, stem="my greeting.v2")
        assert (found.format, only(found).name) == ("asl", "my_greeting_v2")
        assert only(found).document == {"name": "my_greeting_v2", "definition": HELLO}


@pytest.mark.parametrize(("source", "word"), [
    ("[1, 2]", "no workflow that is known here"), ('{"a": 1}', "no workflow that is known here"),
    ("{", "not"), ("a: [", "YAML"), ("Resources: {}", "no state machine"),
])
def test_what_is_no_workflow_is_refused_with_what_to_do(source, word):
    with pytest.raises(InvalidDocument) as caught:
        convert(source)
    assert word in caught.value.message
    assert caught.value.where


# ---------------------------------------------------------------- templates

SAM = """
Transform: AWS::Serverless-2016-10-31
Parameters:
  Stage: {Type: String, Default: test}
  Owner: {Type: String}
Resources:
  Charge:
    Type: AWS::Serverless::Function
    Properties: {FunctionName: charge-card}
  Orders:
    Type: AWS::Serverless::StateMachine
    Properties:
      Name: !Sub orders-${Stage}
      Type: EXPRESS
      Tags: {team: payments}
      Events:
        Nightly: {Type: Schedule}
      DefinitionSubstitutions:
        ChargeArn: !GetAtt Charge.Arn
        Retries: 3
      Definition:
        StartAt: Charge
        States:
          Charge:
            Type: Task
            Resource: ${ChargeArn}
            Retry: [{ErrorEquals: [States.ALL], MaxAttempts: "${Retries}"}]
            Parameters: {owner: !Ref Owner, literal: "${ChargeArn} it"}
            End: true
"""


def test_a_sam_template_is_filled_in_and_says_what_was_guessed():
    found = convert(SAM)
    candidate = only(found)
    arn = "arn:aws:lambda:us-east-1:123456789012:function:charge-card"
    assert (found.format, candidate.name) == ("sam", "orders-test")
    assert candidate.document.items() >= {"kind": "EXPRESS", "tags": {"team": "payments"}}.items()
    state = candidate.document["definition"]["States"]["Charge"]
    assert state["Resource"] == arn
    assert state["Retry"][0]["MaxAttempts"] == 3
    assert state["Parameters"] == {"owner": "TODO-Owner", "literal": f"{arn} it"}
    assert set(texts(candidate)) == {
        "the parameter Owner has no default: a placeholder stands for it",
        "the parameter Stage was taken to be its default, test",
        f"Charge.Arn was taken to be {arn}",
        "the event Nightly was not taken over: give the workflow a trigger",
    }
    to_dos = [item["text"] for item in candidate.document["studio"]["to_dos"]]
    assert to_dos == texts(candidate)
    assert parse_document(candidate.document).studio.to_dos[0].text == to_dos[0]


def cloudformation(properties, **more):
    resources = {"Machine": {"Type": "AWS::StepFunctions::StateMachine", "Properties": properties}, **more}
    return json.dumps({"AWSTemplateFormatVersion": "2010-09-09", "Resources": resources})


def test_a_definition_string_may_be_text_sub_or_join():
    text = json.dumps({"StartAt": "A", "States": {"A": {"Type": "Pass", "Result": "${AWS::Region}", "End": True}}})
    before, after = text.split("${AWS::Region}")
    for given_string, result in (
        (text, "${AWS::Region}"), ({"Fn::Sub": text}, "us-east-1"),
        ({"Fn::Sub": [text.replace("AWS::Region", "Where"), {"Where": {"Ref": "AWS::Region"}}]}, "us-east-1"),
        ({"Fn::Join": ["", [before, {"Ref": "AWS::Region"}, after]]}, "us-east-1"),
    ):
        found = convert(cloudformation({"DefinitionString": given_string}))
        assert found.format == "cloudformation"
        assert only(found).document["definition"]["States"]["A"]["Result"] == result
        assert only(found).name == "Machine"


@pytest.mark.parametrize(("function", "comes_to"), [
    ({"Fn::Select": [1, ["a", "b"]]}, "b"), ({"Fn::Split": [",", "a,b"]}, ["a", "b"]),
    ({"Fn::If": ["IsProd", "yes", "no"]}, "yes"), ({"Fn::GetAtt": ["Queue", "QueueName"]}, "jobs"),
    ({"Fn::GetAtt": ["Queue", "Arn"]}, "arn:aws:sqs:us-east-1:123456789012:jobs"),
    ({"Ref": "Queue"}, "https://sqs.us-east-1.amazonaws.com/123456789012/jobs"),
    ({"Fn::Sub": "${!kept} ${Queue.QueueName}"}, "${kept} jobs"), ({"Fn::ToJsonString": {"a": 1}}, '{"a": 1}'),
    ({"Fn::ImportValue": "other"}, "TODO-ImportValue"), ({"Fn::FindInMap": ["No", "such", "map"]}, "TODO-FindInMap"),
])
def test_the_functions_come_to_what_the_template_says(function, comes_to):
    definition = {"StartAt": "A", "States": {"A": {"Type": "Pass", "Result": function, "End": True}}}
    queue = {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "jobs"}}
    candidate = only(convert(cloudformation({"Definition": definition}, Queue=queue)))
    assert candidate.document["definition"]["States"]["A"]["Result"] == comes_to


def test_a_definition_in_another_file_is_asked_for_by_its_name():
    with pytest.raises(InvalidDocument, match=r"other files \(Machine: flow\.asl\.json\)") as caught:
        convert(cloudformation({"DefinitionUri": "flow.asl.json"}))
    assert "that file itself" in caught.value.advice


def test_a_definition_string_that_is_no_json_says_where():
    with pytest.raises(InvalidDocument, match="definition of Machine cannot be read") as caught:
        convert(cloudformation({"DefinitionString": '{"StartAt": '}))
    assert caught.value.where == "/Resources/Machine/Properties/DefinitionString"


# ---------------------------------------------------------------- n8n


def node(name, kind, **more):
    return {"name": name, "type": f"n8n-nodes-base.{kind}", **more}


def to(*outputs):
    return {"main": [[{"node": target, "type": "main", "index": 0} for target in output] for output in outputs]}


def n8n(nodes, connections, **more):
    return json.dumps({"name": "Big orders", "nodes": nodes, "connections": connections, **more})


ORDERS = n8n([
    node("Hook", "webhook"),
    node("Big?", "if", parameters={"conditions": {"combinator": "and", "conditions": [{
        "leftValue": "={{ $json.total }}", "rightValue": 500, "operator": {"type": "number", "operation": "gt"},
    }]}}),
    node("Tell", "slack", parameters={"channelId": {"value": "#big"}, "text": "=Order {{ $json.id }} is big"},
         credentials={"slackApi": {"id": "1"}}),
    node("Rest", "wait", parameters={"amount": 2, "unit": "minutes"}),
    node("Magic", "code", parameters={"jsCode": "return 1"}),
], {"Hook": to(["Big?"]), "Big?": to(["Tell"], ["Rest"]), "Tell": to(["Magic"]), "Rest": to(["Magic"])})


def test_an_n8n_export_becomes_a_workflow_with_honest_to_dos():
    found = convert(ORDERS)
    candidate = only(found)
    definition = candidate.document["definition"]
    assert (found.format, candidate.name, definition["StartAt"]) == ("n8n", "Big_orders", "Big?")
    assert definition["States"]["Big?"] == {
        "Type": "Choice", "Choices": [{"Condition": "{% $states.input.total > 500 %}", "Next": "Tell"}],
        "Default": "Rest",
    }
    assert definition["States"]["Tell"]["Resource"] == "connector:slack:post_message"
    assert definition["States"]["Tell"]["Arguments"] == {
        "channel": "#big", "text": '{% "Order " & $states.input.id & " is big" %}',
    }
    assert definition["States"]["Rest"] == {"Type": "Wait", "Seconds": 120, "Next": "Magic"}
    assert definition["States"]["Magic"] == {"Type": "Pass", "Comment": "n8n: code", "End": True}
    assert [(item.get("state"), item["text"].partition(":")[0]) for item in candidate.document["studio"]["to_dos"]] == [
        (None, "the trigger 'Hook' was not taken over"),
        ("Tell", "'Tell' had credentials"),
        ("Magic", "'Magic' (code) is not known here"),
    ]
    assert validate(parse_document(candidate.document).definition) == []


def test_an_n8n_branch_is_run_as_n8n_would():
    definition = only(convert(ORDERS)).document["definition"]
    stubs = {"connector:slack:post_message": [{"output": {"ts": "1"}}]}
    big = simulate(definition, {"id": 7, "total": 501}, stubs=stubs)
    small = simulate(definition, {"id": 7, "total": 500}, stubs=stubs)
    assert (big.status, small.status) == ("SUCCEEDED", "SUCCEEDED")
    assert "Tell" in json.dumps(big.events)
    assert "Tell" not in json.dumps(small.events)


def test_nodes_side_by_side_are_joined_where_they_meet():
    source = n8n(
        [node("Start", "manualTrigger"), node("A", "noOp"), node("B", "noOp"), node("C", "noOp"), node("End", "noOp")],
        {"Start": to(["A"]), "A": to(["B", "C"]), "B": to(["End"]), "C": to(["End"])},
    )
    candidate = only(convert(source))
    states = candidate.document["definition"]["States"]
    assert states["A"]["Next"] == "After A"
    assert [branch["StartAt"] for branch in states["After A"]["Branches"]] == ["B", "C"]
    assert states["After A"]["Next"] == "End"
    assert "side by side" in " ".join(texts(candidate))
    assert validate(candidate.document["definition"]) == []


def test_a_switch_has_a_rule_for_each_output_and_what_is_not_understood_is_a_to_do():
    rules = [{"conditions": {"conditions": [
        {"leftValue": "={{ $json.kind }}", "rightValue": "a", "operator": {"operation": "equals"}},
    ]}}, {"conditions": {"conditions": [
        {"leftValue": "={{ $now.plus(1) }}", "rightValue": "b", "operator": {"operation": "equals"}},
    ]}}]
    source = n8n(
        [node("S", "switch", parameters={"rules": {"values": rules}}), node("A", "noOp"), node("B", "noOp")],
        {"S": to(["A"], ["B"])},
    )
    candidate = only(convert(source))
    assert candidate.document["definition"]["States"]["S"]["Choices"] == [
        {"Condition": '{% $states.input.kind = "a" %}', "Next": "A"}, {"Condition": "{% false %}", "Next": "B"},
    ]
    assert texts(candidate) == ["the condition of output 1 of 'S' was not understood: write it"]


def test_an_empty_export_is_refused():
    with pytest.raises(InvalidDocument, match="has 0 nodes"):
        convert(n8n([], {}))


_NAMES = st.sampled_from(["A", "B", "C", "D", "E", "F"])
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.sampled_from(["", "x", "={{ $json.a }}", "={{ $x }}", "="]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([
        "conditions", "rules", "values", "amount", "unit", "leftValue", "rightValue", "operator", "operation", "url",
        "channelId", "value", "combinator",
    ]), inner, max_size=4), max_leaves=8,
)
_KINDS = st.sampled_from([
    "if", "switch", "filter", "wait", "stopAndError", "httpRequest", "slack", "gmail", "stripe", "noOp", "code",
    "webhook", "merge", "stickyNote",
])


@given(
    st.lists(st.tuples(_NAMES, _KINDS, _JSON), min_size=1, max_size=6, unique_by=lambda item: item[0]),
    st.dictionaries(_NAMES, st.lists(st.lists(_NAMES, max_size=3), max_size=3), max_size=6),
)
@settings(max_examples=drawn(60, of=200), deadline=None)
def test_whatever_an_export_holds_it_becomes_a_document_that_can_be_opened_or_is_refused(nodes, connections):
    source = n8n(
        [node(name, kind, parameters=parameters) for name, kind, parameters in nodes],
        {name: to(*outputs) for name, outputs in connections.items()},
    )
    try:
        candidate = only(convert(source))
    except InvalidDocument:
        return
    document = parse_document(candidate.document)
    codes = {problem.code for problem in validate(document.definition) if problem.severity == "ERROR"}
    assert codes <= {"MISSING_END_STATE"}, document.definition  # an endless loop stays one, and is found


@pytest.mark.parametrize(("kind", "outputs"), [("if", ([], [], ["A"])), ("filter", ([], ["A"]))])
def test_one_more_output_than_an_n8n_node_has_leads_nowhere(kind, outputs):
    source = n8n([node("C", kind), node("A", "if")], {"C": to(*outputs)})
    definition = parse_document(only(convert(source)).document).definition
    assert set(definition["States"]) == {"C", "Done"}
    assert [problem.code for problem in validate(definition) if problem.severity == "ERROR"] == []


def test_branches_that_meet_again_and_again_are_found_without_following_lines_too_often(monkeypatch):
    monkeypatch.setattr(n8n_module, "_MOST_LINES", 500_000)
    nodes, lines = [node("0", "noOp")], {}
    for number in range(200):
        here, left, right, there = str(number), f"L{number}", f"R{number}", str(number + 1)
        nodes += [node(name, "noOp") for name in (left, right, there)]
        lines |= {here: to([left, right]), left: to([there]), right: to([there])}
    states = only(convert(n8n(nodes, lines))).document["definition"]["States"]
    assert sum(state["Type"] == "Parallel" for state in states.values()) == 200


def test_lines_that_cross_everywhere_are_refused():
    names = [str(number) for number in range(300)]
    with pytest.raises(InvalidDocument, match="cross too often") as refused:
        convert(n8n([node(name, "noOp") for name in names], {name: to(names) for name in names}))
    assert (refused.value.where, bool(refused.value.advice)) == ("/connections", True)


def test_a_node_of_too_many_outputs_is_refused():
    with pytest.raises(InvalidDocument, match="'S' has 1001 outputs; at most 1000 are read"):
        convert(n8n([node("S", "switch")], {"S": to(*[[]] * 1001)}))
