"""What a question says, and when it is decided."""

from __future__ import annotations

import pytest

from connectors import asking
from connectors.asking import terms_of
from engine.governance import roles


def answers(*decisions):
    return [{"decision": decision} for decision in decisions]


def test_the_roles_are_those_that_there_are():
    assert roles.ROLES == asking.ROLES


@pytest.mark.parametrize(("asked", "given", "decided"), [
    ({}, [], None), ({}, ["approved"], "approved"), ({}, ["refused"], "refused"),
    ({"needed": 2}, ["approved"], None), ({"needed": 2}, ["approved", "approved"], "approved"),
    ({"needed": 2}, ["approved", "refused"], "refused"),
    ({"needed": "all", "approvers": ["a", "b", "a"]}, ["approved", "approved"], "approved"),
    ({"needed": 3, "approvers": ["a", "role:admin"]}, ["approved"] * 2, None),
])
def test_so_many_approvals_approve_and_one_refusal_refuses(asked, given, decided):
    assert terms_of({"question": "?", **asked}).decision(answers(*given)) == decided


@pytest.mark.parametrize("asked", [
    {"approvers": [" "]}, {"approvers": ["role:Admin"]}, {"needed": True}, {"needed": 21}, {"needed": 1.5},
    {"needed": 3, "approvers": ["a", "b"]},
    {"form": {"properties": []}}, {"form": {"type": 7}},
])
def test_what_nobody_could_answer_is_none(asked):
    with pytest.raises(ValueError, match=r"approvers|needed|form"):
        terms_of({"question": "?", **asked})
