"""A price comes of every definition, however it is broken, and it is a number."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.cost.estimate import estimate
from engine.cost.pricing import Pricing
from tests.support.broken_definitions import broken, mutations, values
from tests.support.oracle import QUICK

PRICING = Pricing()
kinds = st.sampled_from(["STANDARD", "EXPRESS"])
inner = st.fixed_dictionaries({}, optional={"ProcessorConfig": values, "States": values, "StartAt": values}) | values
states = st.fixed_dictionaries({}, optional={
    "Type": st.sampled_from(["Map", "Parallel", "Task", "Wait", "Fail"]) | values, "Resource": values,
    "ItemProcessor": inner, "Iterator": inner, "Branches": st.lists(inner, max_size=2) | values,
})
odd = st.fixed_dictionaries({"States": st.dictionaries(st.text(max_size=2), states | values, max_size=3)})


def check_priced(definition, kind):
    """Its states cost something each, and all of it is their sum and what an execution takes anyway."""
    found = estimate(definition, kind, {}, PRICING)
    assert all(math.isfinite(state.dollars) and state.dollars >= 0 for state in found.states)
    assert found.dollars == pytest.approx(found.fixed + sum(state.dollars for state in found.states))
    assert found.transitions == pytest.approx(sum(state.visits for state in found.states))


@QUICK
@given(odd, kinds)
def test_an_odd_definition_is_priced(definition, kind):
    check_priced(definition, kind)


@QUICK
@given(broken().map(lambda made: made[0]) | mutations(), kinds)
def test_a_broken_definition_is_priced(definition, kind):
    check_priced(definition, kind)
