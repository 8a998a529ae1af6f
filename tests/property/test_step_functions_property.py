"""Out to Step Functions and back, over random definitions: it behaves the same there, and comes back as it was."""

from __future__ import annotations

import copy
import json
from unittest import mock

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.catalog.document import parse_document
from engine.conversion.step_functions.arriving import from_step_functions
from engine.conversion.step_functions.destination import Destination
from engine.conversion.step_functions.invocation import FUNCTION
from engine.conversion.step_functions.leaving import to_step_functions
from engine.conversion.step_functions.mapping import mapped
from engine.language.asl.validate import validate
from engine.testing.simulate import simulate
from functions.connector import app, wiring
from tests.support.broken_definitions import Counted, Enough
from tests.support.connector_function import ARN, StepFunctionsSide
from tests.support.definitions_strategy import cases, without_causes
from tests.support.draws import drawn

THERE = Destination.of_function(ARN)
SLOW = settings(
    max_examples=drawn(40, of=100), suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


@st.composite
def definitions(draw):
    """Definitions whose connector Tasks have SecretRefs and wait for tokens, now and then."""
    definition = copy.deepcopy(draw(cases()).definition)

    def change(state, around):
        if not str(state.get("Resource")).startswith("connector:"):
            return state
        field = "Arguments" if around.jsonata else "Parameters"
        if isinstance(state.get(field), dict) and draw(st.booleans()):
            key = draw(st.sampled_from(["KEY", "OTHER.KEY"]))
            state = {**state, field: {**state[field], "a/b": [{"key": {"$secret": key}}]}}
        if draw(st.integers(0, 4)) == 4:
            state = {**state, "Resource": f"{state['Resource']}.waitForTaskToken"}
        if draw(st.integers(0, 4)) == 4:
            state = {**state, "TimeoutSeconds": draw(st.sampled_from([30, 240]))}
        return state

    return mapped(definition, change)


def as_exported(definition):
    return to_step_functions(parse_document({"name": "w", "definition": definition}), destination=THERE)


def same(definition):
    """`definition` without what says nothing: Arguments that are the whole input."""

    def change(state, around):
        whole = around.jsonata and state.get("Arguments") == "{% $states.input %}"
        return {name: value for name, value in state.items() if not (whole and name == "Arguments")}

    return mapped(definition, change)


@SLOW
@given(definitions())
def test_what_leaves_is_valid_for_aws_and_comes_back_as_it_was(definition):
    exported = as_exported(definition)
    assert validate(exported.definition, extensions=False) == validate(json.loads(exported.text), extensions=False)
    assert [item for item in validate(exported.definition, extensions=False) if item.severity == "ERROR"] == []
    assert "connector:" not in exported.text
    back, remarks = from_step_functions(json.loads(exported.text), {}.get)
    assert same(back) == same(definition)
    assert remarks == ()


class Plainly(StepFunctionsSide):
    """Tells a failure's cause as the connector gave it, so that outcomes can be compared whole."""

    def call(self, call):
        outcome = super().call(call)
        if not FUNCTION.fullmatch(call.resource) or not hasattr(outcome, "cause"):
            return outcome
        return type(outcome)(outcome.error, json.loads(outcome.cause)["errorMessage"])


@SLOW
@given(cases())
def test_it_behaves_the_same_there(case):
    try:
        here = simulate(case.definition, case.input, tasks=case.answers, on_event=Counted())
    except Enough:  # a Retrier may try for ever
        return
    parts = wiring.Parts(case.answers, "default", "INFO", 240.0)
    with mock.patch.object(app, "_parts", return_value=parts):
        there = simulate(as_exported(case.definition).definition, case.input, tasks=Plainly(case.answers))
    assert (there.status, there.error) == (here.status, here.error)
    assert without_causes(there.output) == without_causes(here.output)
