"""What comes when a loop is over: behind the Map, once, or it is a to-do."""

from __future__ import annotations

import pytest

from connectors.registry import Registry
from engine.copilot.accounting.account import account
from functions.app.copilot.catalogue import catalogue_of
from tests.copilot.evaluate import COPILOT

CATALOGUE = catalogue_of(Registry(installed=tuple))
EMAIL = {"Type": "Task", "Resource": "connector:email:send", "Arguments": {"to": "a@b.pt"}, "End": True}
PUT = {"Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage", "Arguments": {"QueueUrl": "https://q/purchase"}}
OVER = (
    "when you're through the list", "once all are done", "after the last one", "when that's finished", "at the end",
    "when the list is through", "and finally", "once every wine is done", "when we're done", "as a last step",
    "when you've reached the end of the list", "when no wines are left", "once they have all been checked",
    "after all of that", "when the loop is over", "once done", "with everything done",
)


def to_dos(sentence, *, inside, condition=None):
    """Those of a draft with the mail in the Map or behind it, and there behind a condition."""
    name = "Email a@b.pt"
    rule = {"Type": "Choice", "Choices": [{"Condition": f"{{% {condition} %}}", "Next": name}], "Default": "Done"}
    asks = {} if condition is None else {"Asks": rule, "Done": {"Type": "Succeed"}}
    mail = {**asks, name: EMAIL}
    put = {"Put it on the purchase queue": {**PUT, **({"Next": next(iter(mail))} if inside else {"End": True})}}
    each = {"StartAt": next(iter(put)), "States": {**put, **(mail if inside else {})}}
    loop = {"Type": "Map", "Items": "{% $states.input.wines %}", "ItemProcessor": each,
            **({"End": True} if inside else {"Next": next(iter(mail))})}
    states = {"For Each Wine": loop, **({} if inside else mail)}
    used = account(sentence, {"definition": {"StartAt": "For Each Wine", "States": states}}, CATALOGUE)
    return " | ".join(use.text for use in used.to_dos)


def said(over):
    return f"For each wine, put it on the purchase queue; {over}, email a@b.pt."


@pytest.mark.parametrize("over", OVER)
def test_what_comes_when_it_is_over_is_a_to_do_within_each(over):
    assert over.removeprefix("and ") in to_dos(said(over), inside=True)


@pytest.mark.parametrize("over", OVER)
def test_behind_the_map_it_is_used(over):
    assert over.removeprefix("and ") not in to_dos(said(over), inside=False)


@pytest.mark.parametrize(("over", "condition"), [
    ("when you're through the list", "$states.input.you.throughList = true"),
    ("once every wine is done", "$states.input.wine.done = true"),
    ("when no wines are left", "$count($states.input.results) = 0"),
])
def test_a_field_of_the_input_tells_nothing_of_a_loop(over, condition):
    assert over in to_dos(said(over), inside=False, condition=condition)


def test_behind_what_is_done_it_is_held_too():
    sentence = "For each wine, put it on the purchase queue, and email a@b.pt once all are done."
    assert "once all are done" in to_dos(sentence, inside=True)
    assert to_dos(sentence, inside=False) == ""


@pytest.mark.parametrize("sentence", [
    "Go through the loans. For each loan email the parents. When all loans are done, email lib@a.io.",
    "For each order post in #orders. Once all orders are done, post in #done.",
    "Call https://a.io/x for each pump. When the list is through, call https://a.io/done.",
    "Email each tenant, three at a time. After the last one email office@a.io.",
])
def test_the_same_action_behind_the_loop_is_known_by_whom_it_reaches(sentence):
    assert not [word.text for word in COPILOT.draft(sentence).words if word.pointer is None and word.kind == "order"]
