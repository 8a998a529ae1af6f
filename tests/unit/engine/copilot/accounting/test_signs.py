"""A rule that leads where the sentence does not say: a condition that says the opposite, sides that are swapped."""

from __future__ import annotations

import pytest

from connectors.registry import Registry
from engine.copilot.accounting.account import account
from functions.app.copilot.catalogue import catalogue_of

CATALOGUE = catalogue_of(Registry(installed=tuple))
POST = {"Type": "Task", "Resource": "connector:slack:post_message", "Arguments": {"channel": "#p1", "text": "x"},
        "Next": "Done"}
MAIL = {"Type": "Task", "Resource": "connector:email:send", "Arguments": {"to": "a@b.io"}, "Next": "Done"}
CALL = {"Type": "Task", "Resource": "connector:http:request", "Arguments": {"url": "https://a.io/x"}}


def to_dos(sentence, states):
    document = {"name": "w", "definition": {"StartAt": next(iter(states)), "States": states}}
    return [use.text for use in account(sentence, document, CATALOGUE).to_dos]


def chosen(condition, then, otherwise):
    return {"Which?": {"Type": "Choice", "Choices": [{"Condition": f"{{% {condition} %}}", "Next": then}],
                       "Default": otherwise},
            "Post To #p1 On Slack": POST, "Email": MAIL, "Done": {"Type": "Succeed"}}


@pytest.mark.parametrize(("sentence", "condition"), [
    ("If the priority is high, post to #p1 on Slack.", '$states.input.priority = "high"'),
    ("Priority high: post to #p1 on Slack.", '$states.input.priority = "high"'),
    ("Post to #p1 on Slack unless the order is paid.", "$not($states.input.order.paid = true)"),
    ("If the order is unpaid, post to #p1 on Slack.", "$not($states.input.order.paid = true)"),
    ("If the invoice is closed, post to #p1 on Slack.", "$states.input.invoice.closed = true"),
    ("If the amount is not more than 5, post to #p1 on Slack.", "$states.input.amount <= 5"),
    ("If there are none, post to #p1 on Slack.", "$count($states.input.rows) = 0"),
    ("Post to #p1 on Slack, except when the total is zero.", "$not($states.input.total = 0)"),
])
def test_a_condition_holds_with_its_clause_and_a_negated_or_swapped_one_does_not(sentence, condition):
    post = "Post To #p1 On Slack"
    assert to_dos(sentence, chosen(condition, post, "Done")) == []
    assert to_dos(sentence, chosen(f"$not({condition})", post, "Done")) != []
    assert to_dos(sentence, chosen(condition, "Done", post)) != []
    assert to_dos(sentence, chosen(f"$not({condition})", "Done", post)) == []


def circle(done='$answer.body.status = "done"', count="$tries >= 9"):
    return {
        "Begin": {"Type": "Pass", "Assign": {"tries": 0}, "Next": "Call"},
        "Call": {**CALL, "Assign": {"tries": "{% $tries + 1 %}", "answer": "{% $states.result %}"}, "Next": "Status?"},
        "Status?": {"Type": "Choice", "Default": "Wait", "Choices": [
            {"Condition": f"{{% {done} %}}", "Next": "Done"}, {"Condition": f"{{% {count} %}}", "Next": "Done"}]},
        "Wait": {"Type": "Wait", "Seconds": 60, "Next": "Call"},
        "Done": {"Type": "Succeed"},
    }


def test_a_circle_ends_where_it_is_done_or_was_tried_so_often():
    said = "Call https://a.io/x every minute until the status is done, at most 9 times."
    assert to_dos(said, circle()) == []
    assert to_dos(said, circle(count="$not($tries >= 9)")) == ["most 9 times"]
    assert "until" in to_dos(said, circle(done='$not($answer.body.status = "done")'))
