"""Validation answers for every JSON value, and what it lets through compiles."""

from __future__ import annotations

import copy
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import InvalidDocument
from engine.language.asl.compile import compile_definition
from engine.language.asl.source import parse_text
from engine.language.asl.validate import validate, variable_references
from engine.language.asl.validate.choices import OPERATORS
from engine.language.asl.validate.states import FIELDS

END = {"End": True}
CATCH = [{"ErrorEquals": ["States.ALL"], "Next": "Done", "ResultPath": "$.error"}]
DEFINITION = {
    "Comment": "every state type", "StartAt": "Shape", "TimeoutSeconds": 3600,
    "States": {
        "Shape": {"Type": "Pass", "Parameters": {"id.$": "States.Format('{}-{}', $.id, $$.Execution.Name)"},
                  "Assign": {"total.$": "$.total"}, "ResultPath": "$.shaped", "Next": "High"},
        "High": {"Type": "Choice", "Default": "Charge", "Choices": [
            {"And": [{"Variable": "$total", "NumericGreaterThan": 100},
                     {"Not": {"Variable": "$.vip", "IsPresent": True}}], "Next": "Wait"}]},
        "Wait": {"Type": "Wait", "SecondsPath": "$.delay", "Next": "Charge"},
        "Charge": {"Type": "Task", "Resource": "connector:http:request", "TimeoutSeconds": 30, "HeartbeatSeconds": 5,
                   "Parameters": {"key": {"$secret": "STRIPE_KEY"}, "order.$": "$.shaped"}, "Catch": CATCH,
                   "Retry": [{"ErrorEquals": ["States.Timeout"], "MaxAttempts": 2, "BackoffRate": 1.5}],
                   "Next": "Both"},
        "Both": {"Type": "Parallel", "Next": "Lines", "Branches": [
            {"StartAt": "Mail", "States": {"Mail": {
                "Type": "Task", "QueryLanguage": "JSONata", "Resource": "arn:aws:states:::lambda:invoke",
                "Arguments": {"FunctionName": "mail", "Payload": "{% $states.input.shaped %}"},
                "Output": "{% $states.result.Payload %}", **END}}}]},
        "Lines": {"Type": "Map", "ItemsPath": "$.lines", "MaxConcurrency": 5, "Next": "Done",
                  "ItemProcessor": {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
                                    "StartAt": "Line", "States": {"Line": {"Type": "Fail", "ErrorPath": "$.e"}}}},
        "Done": {"Type": "Succeed"},
    },
}

WORDS = sorted({
    *FIELDS, *(field for table in FIELDS.values() for field in table), *OPERATORS, "And", "Or", "Not", "Variable",
    "Condition", "ErrorEquals", "States", "StartAt", "ProcessorConfig", "Mode", "DISTRIBUTED", "JSONata", "RoleArn",
    "ReaderConfig", "$secret", "a.$", "$", "$.a", "$$.a", "$x", "States.UUID()", "{% $ %}", "{% $x %}", "{%%}", "",
    "Done", "States.ALL", "arn:aws:states:::sqs:sendMessage.waitForTaskToken", "connector:a:b", "2024-01-01T00:00:00Z",
})
texts = st.sampled_from(WORDS) | st.text(max_size=12)
numbers = st.integers(-3, 200_000_000) | st.floats()
values = st.recursive(
    st.none() | st.booleans() | numbers | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=6),
    max_leaves=25,
)


def places(value, path=()):
    """The paths of everything inside `value`."""
    yield path
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, member in members:
        yield from places(member, (*path, key))


PLACES = [path for path in places(DEFINITION) if path]


@st.composite
def mutations(draw):
    """The definition with one to three parts removed, replaced, or put under another name."""
    mutant = copy.deepcopy(DEFINITION)
    for _ in range(draw(st.integers(1, 3))):
        *around, key = draw(st.sampled_from(PLACES))
        holder = mutant
        for step in around:
            try:
                holder = holder[step]
            except (KeyError, IndexError, TypeError):
                holder = None
        if not isinstance(holder, dict):
            continue
        match draw(st.sampled_from(["remove", "replace", "rename"])):
            case "remove":
                holder.pop(key, None)
            case "replace":
                holder[key] = draw(values)
            case _:
                holder[draw(texts)] = holder.pop(key, None)
    return mutant


def well_formed(findings):
    return all(
        finding.code and finding.message and finding.severity in ("ERROR", "WARNING")
        and (finding.location.startswith("/") or finding.location == "")
        for finding in findings
    )


def test_the_definition_that_is_mutated_is_valid():
    assert validate(DEFINITION) == []
    assert variable_references(DEFINITION) == {"High": ["total"]}


@given(values, st.sampled_from(["STANDARD", "EXPRESS"]), st.booleans())
def test_any_value_gets_an_answer(value, kind, extensions):
    assert well_formed(validate(value, kind=kind, extensions=extensions))
    variable_references(value)


@given(st.dictionaries(texts, values, max_size=4), st.sampled_from(sorted(FIELDS)),
       st.sampled_from(["JSONPath", "JSONata"]))
def test_any_state_gets_an_answer(fields, kind, language):
    state = {**fields, "Type": kind, "QueryLanguage": language}
    assert well_formed(validate({"StartAt": "A", "States": {"A": state}}))


@given(mutations())
def test_what_validation_lets_through_compiles(mutant):
    findings = validate(mutant)
    assert well_formed(findings)
    if not any(finding.severity == "ERROR" for finding in findings):
        compile_definition(mutant)


@given(mutations())
def test_every_finding_has_a_place_in_the_text(mutant):
    text = json.dumps(mutant, indent=1).replace("NaN", "0").replace("-Infinity", "0").replace("Infinity", "0")
    source = parse_text(text, name="mutant.json")
    assert source.value == json.loads(text)
    lines = text.split("\n")
    for finding in validate(source.value):
        line, column = source.position(finding.location)
        assert lines[line - 1][column - 1:]


def strict_json(text):
    """What `json` reads, or InvalidDocument where it, or RFC 8259 with unique keys and finite numbers, refuses."""
    def refuse(_constant):
        raise ValueError

    def unique(pairs):
        if len({key for key, _ in pairs}) < len(pairs):
            raise ValueError
        return dict(pairs)

    try:
        value = json.loads(text, parse_constant=refuse, object_pairs_hook=unique)
        json.dumps(value, allow_nan=False, ensure_ascii=False).encode()
    except ValueError:
        return InvalidDocument
    return value


@given(st.text(max_size=60) | st.text(alphabet='{}[]":,-0.1eE tfn\n\\u', max_size=40)
       | values.map(json.dumps))
def test_the_json_reader_agrees_with_json(text):
    expected = strict_json(text)
    if expected is InvalidDocument:
        with pytest.raises(InvalidDocument, match="is not valid JSON") as caught:
            parse_text(text, name="x.json")
        assert caught.value.where.startswith("line ")
    else:
        assert parse_text(text, name="x.json").value == expected
