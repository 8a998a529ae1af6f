"""What comes first though it is said behind: an order that a draft has turned round is a to-do, so is an open one."""

from __future__ import annotations

import pytest

from connectors.registry import Registry
from engine.copilot.accounting.account import account
from functions.app.copilot.catalogue import catalogue_of

CATALOGUE = catalogue_of(Registry(installed=tuple))
MAIL = {"Type": "Task", "Resource": "connector:email:send", "Arguments": {"to": "ann@a.io"}}
CALL = {"Type": "Task", "Resource": "connector:http:request", "Arguments": {"url": "https://a.io/x"}}


def to_dos(sentence, *, first):
    """Those of a draft that mails and calls, the one that is named first."""
    one, other = ("Email Ann", "Call") if first == "mail" else ("Call", "Email Ann")
    states = {"Email Ann": dict(MAIL), "Call": dict(CALL)}
    states[one]["Next"] = other
    states[other]["End"] = True
    return " | ".join(use.text for use in account(
        sentence, {"definition": {"StartAt": one, "States": states}}, CATALOGUE).to_dos).lower()


@pytest.mark.parametrize(("sentence", "said"), [
    ("Email ann@a.io. Before that, call https://a.io/x.", "before that"),
    ("Email ann@a.io. Before this, call https://a.io/x.", "before this"),
    ("Email ann@a.io, but first call https://a.io/x.", "first"),
    ("Email ann@a.io; but before that, call https://a.io/x.", "before that"),
    ("Email ann@a.io. But first, call https://a.io/x.", "first"),
    ("Before you email ann@a.io, call https://a.io/x.", "before"),
])
def test_an_order_that_is_turned_round_is_a_to_do(sentence, said):
    assert said in to_dos(sentence, first="mail")
    assert to_dos(sentence, first="call") == ""


@pytest.mark.parametrize("sentence", [
    "If it is late, email ann@a.io. Before that, call https://a.io/x.",
    "For each order, email ann@a.io. Before that, call https://a.io/x.",
    "Run the a function, then email ann@a.io. Before that, call https://a.io/x.",
])
def test_what_leaves_open_before_which_step_is_asked(sentence):
    assert "before that" in to_dos(sentence, first="call")
