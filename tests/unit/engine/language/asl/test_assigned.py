"""Which variables a machine's states assign, whichever way they are left."""

from __future__ import annotations

import pytest

from engine.language.asl.assigned import assigned_by, assigned_in

INNER = {"States": {"I": {"Type": "Pass", "Assign": {"inner": 1}}}}


def test_a_state_assigns_by_itself_by_its_rules_and_by_its_catchers():
    state = {"Assign": {"own.$": "$", "plain": 1}, "Choices": [{"Assign": {"ruled": 1}}],
             "Catch": [{"Assign": {"caught": 1}}, {"Next": "N"}]}
    assert sorted(assigned_by(state)) == ["caught", "own", "plain", "ruled"]


def test_what_a_branch_assigns_is_the_branch_s_alone():
    assert assigned_in({"States": {"P": {"Branches": [INNER], "Assign": {"outer": 1}}}}) == {"outer"}


@pytest.mark.parametrize("state", [None, 1, [], {"Assign": 1}, {"Catch": "x", "Choices": [1, {"Assign": []}]}])
def test_what_has_not_the_shape_of_a_state_assigns_none(state):
    assert [*assigned_by(state)] == []
    assert assigned_in({"States": {"S": state}}) == assigned_in({"States": state}) == frozenset()
