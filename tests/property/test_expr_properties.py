"""Laws of the expression languages, on generated documents."""

from __future__ import annotations

import copy

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import InvalidExpression, StateFailure
from engine.language.expr.intrinsics import compile_intrinsic
from engine.language.expr.jsonata import compile_jsonata
from engine.language.expr.jsonpath import compile_path
from engine.language.expr.jsonpath_functions import Missing
from engine.language.expr.jsonpath_select import Selection
from engine.language.expr.reference import compile_reference
from engine.language.expr.scope import ABSENT, Scope
from engine.language.expr.template import compile_payload_template

NAMES = st.sampled_from(["a", "b", "c", "long name", "it's", "é"])
LEAVES = st.none() | st.booleans() | st.integers(-(2**40), 2**40) | st.floats(-1e6, 1e6) | st.text(max_size=5)
DOCUMENTS = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=20,
)
STEPS = st.lists(NAMES | st.integers(0, 3), max_size=5)


def path_of(steps):
    parts = []
    for step in steps:
        if isinstance(step, int):
            parts.append(f"[{step}]")
        else:
            parts.append("['" + step.replace("'", "\\'") + "']")
    return "$" + "".join(parts)


def walk(document, steps):
    """The obvious meaning of a plain path."""
    for step in steps:
        if isinstance(step, int):
            if not isinstance(document, list) or step >= len(document):
                return ABSENT
        elif not isinstance(document, dict) or step not in document:
            return ABSENT
        document = document[step]
    return document


def outcome(act):
    """What `act` gives, and the name of the error it fails with."""
    try:
        return act(), None
    except StateFailure as failure:
        return None, failure.error


@settings(deadline=None)
@given(DOCUMENTS, STEPS)
def test_the_short_way_and_the_general_evaluator_agree(document, steps):
    path = compile_path(path_of(steps))
    try:
        general = Selection(document).read(path.tokens, document)
    except Missing:
        general = ABSENT
    found = path.find(Scope(document))
    assert found is general
    assert found is walk(document, steps)


@settings(deadline=None)
@given(DOCUMENTS, STEPS, DOCUMENTS)
def test_what_was_put_is_read_and_nothing_else_changed(document, steps, value):
    before = copy.deepcopy(document)
    text = path_of(steps)
    made, error = outcome(lambda: compile_reference(text).put(document, value))
    assert document == before
    if error is not None:
        assert error == "States.ResultPathMatchFailure"
        return
    assert compile_path(text).read(Scope(made)) is value
    if steps and isinstance(document, dict):
        for name in document.keys() - {steps[0]}:
            assert made[name] is document[name]


@settings(deadline=None)
@given(DOCUMENTS)
def test_a_scan_finds_every_container_and_leaf_once(document):
    def below(value):
        children = list(value.values()) if isinstance(value, dict) else value if isinstance(value, list) else []
        return len(children) + sum(below(child) for child in children)

    assert len(compile_path("$..*").read(Scope(document))) == below(document)


@settings(deadline=None)
@given(DOCUMENTS)
def test_a_filter_and_its_negation_split_a_list(document):
    items = [document, {"a": document}, {"a": 1}, {"b": 2}]
    scope = Scope({"items": items})
    yes = compile_path("$.items[?(@.a)]").read(scope)
    no = compile_path("$.items[?(!@.a)]").read(scope)
    assert len(yes) + len(no) == len(items)


@settings(deadline=None)
@given(st.text(alphabet="$@.[]?()'\"*:,!=<>&|~/0123abc \\-", max_size=30))
def test_any_text_is_a_path_or_an_invalid_expression(text):
    try:
        path = compile_path("$" + text)
    except InvalidExpression as error:
        position = error.position
    else:
        position = None
        found, _ = outcome(lambda: path.find(Scope({"a": [1, {"b": "c"}]})))
        assert path.definite or isinstance(found, list)
    assert position is None or 0 <= position <= len(text) + 1


@settings(deadline=None)
@given(st.text(alphabet="States.Format()ArrayUID'{}\\,$ab01- ", max_size=40))
def test_any_text_is_an_intrinsic_or_an_invalid_expression(text):
    for source in (text, f"States.Array({text})", f"States.Format('{text}')"):
        try:
            compiled = compile_intrinsic(source)
        except InvalidExpression:
            continue
        _, error = outcome(lambda compiled=compiled: compiled.evaluate(Scope({"a": 1})))
        assert error in {None, "States.Runtime"}


@settings(deadline=None)
@given(DOCUMENTS)
def test_json_text_and_back(document):
    scope = Scope({"v": document})
    assert compile_intrinsic("States.StringToJson(States.JsonToString($.v))").evaluate(scope) == document


@settings(deadline=None)
@given(DOCUMENTS, STEPS)
def test_jsonatas_own_lookup_gives_what_the_engine_gives(document, steps):
    names = [step for step in steps if isinstance(step, str) and step.isalpha() and step.isascii()]
    source = ".".join(["$states.input", *names])
    scope = Scope(document)
    own = outcome(lambda: compile_jsonata(source, "Output").evaluate(scope))
    engine = outcome(lambda: compile_jsonata(f"({source})", "Output").evaluate(scope))  # no lookup: parentheses
    assert own == engine


@settings(deadline=None)
@given(DOCUMENTS)
def test_a_rendered_template_holds_the_value_itself(document):
    template = compile_payload_template({"x": {"y.$": "$.v"}, "z": [1]}, "Parameters")
    assert template.render(Scope({"v": document}))["x"]["y"] is document
