"""Payload templates of both query languages."""

from __future__ import annotations

import pytest

from engine.errors import InvalidExpression, StateFailure
from engine.language.expr.scope import Scope
from engine.language.expr.template import compile_jsonata_template, compile_payload_template

SCOPE = Scope({"id": 7, "name": "Ada"}, {"Execution": {"Id": "e"}}, {"n": [1]})


def test_a_payload_template_renders_paths_variables_and_intrinsics_anywhere():
    template = compile_payload_template(
        {"id.$": "$.id", "plain": "$.id", "deep": {"run.$": "$$.Execution.Id", "list": [1, {"n.$": "$n"}]},
         "text.$": "States.Format('{}!', $.name)"},
        "Parameters",
    )
    assert not template.constant
    made = template.render(SCOPE)
    assert made == {"id": 7, "plain": "$.id", "deep": {"run": "e", "list": [1, {"n": [1]}]}, "text": "Ada!"}
    assert list(made) == ["id", "plain", "deep", "text"]
    assert template.references == {"n"}


def test_a_jsonata_template_renders_texts_in_braces_anywhere():
    template = compile_jsonata_template(
        {"id": "{% $states.input.id %}", "plain": "{% no", "list": ["{%$n%}", {"x.$": "$.id"}]}, "Arguments"
    )
    assert template.render(SCOPE) == {"id": 7, "plain": "{% no", "list": [[1], {"x.$": "$.id"}]}
    assert template.references == {"n"}
    assert compile_jsonata_template("{% 1 + 1 %}", "Output").render(SCOPE) == 2


@pytest.mark.parametrize("compiled", [compile_payload_template, compile_jsonata_template])
@pytest.mark.parametrize("value", [{"a": [1, {"b": None}]}, [], "text", 1.5, None, True])
def test_without_expressions_a_template_is_a_constant(compiled, value):
    template = compiled(value, "Output")
    assert template.constant
    assert template.render(SCOPE) is value


def test_rendering_changes_neither_the_template_nor_an_earlier_value():
    definition = {"a.$": "$.id", "kept": {"x": 1}}
    template = compile_payload_template(definition, "Parameters")
    first = template.render(SCOPE)
    second = template.render(Scope({"id": 8}))
    assert (first["a"], second["a"]) == (7, 8)
    assert definition == {"a.$": "$.id", "kept": {"x": 1}}
    assert first["kept"] is second["kept"]


def test_causes_name_the_key_in_jsonpath_and_the_way_to_it_in_jsonata():
    with pytest.raises(StateFailure) as failure:
        compile_payload_template({"a": {"b.$": "$.no"}}, "Parameters").render(SCOPE)
    assert "specified for the field 'b.$' could not" in failure.value.cause
    with pytest.raises(StateFailure) as failure:
        compile_jsonata_template({"a": [{"b": "{% $no %}"}]}, "Arguments").render(SCOPE)
    assert "specified for the field 'Arguments/a[0]/b' returned" in failure.value.cause


def test_only_literal_secrets_are_recorded_and_render_as_themselves():
    value = {"auth": {"$secret": "KEY"}, "list": [{"$secret": "K/2"}], "a/b": {"~": {"$secret": "K3"}},
             "not": {"$secret": "X", "more": 1}, "nor": {"$secret": 1}}
    for compiled in (compile_payload_template, compile_jsonata_template):
        template = compiled(value, "Arguments")
        assert template.secret_refs == (("/auth", "KEY"), ("/list/0", "K/2"), ("/a~1b/~0", "K3"))
        assert template.render(SCOPE) == value


def test_a_secret_that_an_expression_brings_in_is_data():
    scope = Scope({"s": {"$secret": "KEY"}})
    for template in (
        compile_payload_template({"a.$": "$.s"}, "Parameters"),
        compile_jsonata_template({"a": "{% $states.input.s %}"}, "Arguments"),
        compile_jsonata_template({"a": {"$secret": "{% 'KEY' %}"}}, "Arguments"),
        compile_payload_template({"a": {"$secret.$": "$.s['$secret']"}}, "Parameters"),
    ):
        assert template.secret_refs == ()
        assert template.render(scope) == {"a": {"$secret": "KEY"}}


@pytest.mark.parametrize(
    ("compiled", "value", "where"),
    [
        (compile_payload_template, {"a": [{"b.$": "plain"}]}, "/a/0/b.$"),
        (compile_payload_template, {"a.$": 5}, "/a.$"),
        (compile_payload_template, {"a.$": "$.["}, "/a.$"),
        (compile_payload_template, {"a.$": "States.Nope()"}, "/a.$"),
        (compile_jsonata_template, {"a/b": ["{% 1 + %}"]}, "/a~1b/0"),
        (compile_payload_template, {"a": 1, "a.$": "$"}, None),
    ],
)
def test_faults_name_their_place(compiled, value, where):
    with pytest.raises(InvalidExpression) as error:
        compiled(value, "Parameters")
    assert error.value.where == where


def test_a_template_deeper_than_the_stack_is_refused():
    value = 1
    for _ in range(5_000):
        value = [value]
    with pytest.raises(InvalidExpression, match="nests deeper"):
        compile_jsonata_template(value, "Output")
