"""Validation answers for every JSON value, and what it lets through compiles."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import InvalidDocument
from engine.language.asl.compile import compile_definition
from engine.language.asl.source import parse_text
from engine.language.asl.validate import validate, variable_references
from engine.language.asl.validate.states import FIELDS
from tests.support.broken_definitions import DEFINITION, mutations, texts, values


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
