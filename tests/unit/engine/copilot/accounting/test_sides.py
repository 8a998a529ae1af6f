"""The other side of a condition: what the draft has on the first one is a to-do."""

from __future__ import annotations

import pytest

from connectors.registry import Registry
from engine.copilot.accounting.account import account
from functions.app.copilot.catalogue import catalogue_of
from tests.copilot.evaluate import COPILOT

CATALOGUE = catalogue_of(Registry(installed=tuple))
ANN = {"Type": "Task", "Resource": "connector:email:send", "Arguments": {"to": "ann@a.io"}}
OPS = {"Type": "Task", "Resource": "connector:slack:post_message", "Arguments": {"channel": "#ops"}}
TOGETHER = (
    "If the order is late, email ann@a.io, and post to #ops on Slack otherwise.",
    "If the order is late, email ann@a.io, post to #ops on Slack otherwise.",
    "If the order is late, email ann@a.io, otherwise post to #ops on Slack.",
    "If the order is late, email ann@a.io, else post to #ops on Slack.",
    "If the order is late email ann@a.io; otherwise post to #ops on Slack.",
    "If the order is late, email ann@a.io. Otherwise, post to #ops on Slack.",
    "If the order is late, email ann@a.io, or else post to #ops on Slack.",
    "If the order is late, email ann@a.io; else post to #ops on Slack.",
    "Email ann@a.io if the order is late, otherwise post to #ops on Slack.",
    "Email ann@a.io if the order is late, else post to #ops on Slack.",
)


def to_dos(sentence, *, together):
    """Those of a draft that posts behind the mail, or on the other side."""
    rule = {"Type": "Choice", "Choices": [{"Condition": "{% $states.input.order.late = true %}", "Next": "Email Ann"}],
            "Default": "Done" if together else "Post To #ops On Slack"}
    states = {"Order Late?": rule, "Email Ann": {**ANN, **({"Next": "Post To #ops On Slack"} if together else
                                                          {"Next": "Done"})},
              "Post To #ops On Slack": {**OPS, "Next": "Done"}, "Done": {"Type": "Succeed"}}
    found = account(sentence, {"definition": {"StartAt": "Order Late?", "States": states}}, CATALOGUE)
    return " | ".join(use.text for use in found.to_dos).lower()


@pytest.mark.parametrize("sentence", TOGETHER)
def test_what_is_done_otherwise_is_on_no_side_of_what_is_done(sentence):
    found = to_dos(sentence, together=True)
    assert any(word in found for word in ("otherwise", "else"))
    found = to_dos(sentence, together=False)
    assert not any(word in found for word in ("otherwise", "else"))


@pytest.mark.parametrize("lead", [
    "Email the customer and post to #late on Slack", "Email ann@a.io and post to #late on Slack",
    "Post to #late on Slack and email the driver", "Tell #ops on Slack and log it",
    "Email ann@a.io and run the ship function", "Email the customer and log it",
    "Tell #late on Slack and email the customer", "Post to #late on Slack and run the ship function",
    "Email the driver and put it on the late queue", "Email bob@a.io and call https://a.io/x",
])
def test_the_first_of_two_hangs_on_the_condition_too_where_it_has_another_side(lead):
    found = COPILOT.draft(f"{lead} if the order is late, otherwise email the manager.")
    assert [word.text for word in found.words if word.pointer is None]


def test_what_is_run_first_is_for_the_condition():
    found = COPILOT.draft("Run the ship function and email the customer if it is late, otherwise email the boss.")
    assert not [word.text for word in found.words if word.pointer is None and word.text == "if"]


@pytest.mark.parametrize("no", ["it isn't", "it is not", "it's not", "it hasn't", "they aren't"])
def test_one_of_two_people_is_a_choice(no):
    found = COPILOT.draft(f"When the order is late, email the customer, or the manager if {no}.")
    assert [word.text for word in found.words if word.pointer is None]


@pytest.mark.parametrize(("no", "other"), [
    ("he rejects it", "otherwise"), ("she declines", "otherwise"), ("it is refused", "else"),
    ("it is not approved", "otherwise"), ("she says no", "otherwise"), ("they refuse", "or else"),
    ("he declines it", "else"), ("it is rejected", "otherwise"), ("he does not approve", "otherwise"),
    ("she turns it down", "otherwise"),
])
def test_what_is_done_otherwise_than_at_a_refusal_is_done_where_it_was_approved(no, other):
    draft = COPILOT.draft(f"Ask the boss for approval. If {no}, email ann@a.io, {other} run the pay function.")
    states = draft.document["definition"]["States"]
    choice = next(state for state in states.values() if state["Type"] == "Choice")
    paid = str(states[choice["Choices"][0]["Next"]]).find("'pay'") >= 0
    assert paid or [word.text for word in draft.words if word.pointer is None]
