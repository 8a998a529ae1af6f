"""What belongs to which condition: conditions that are joined, cases beside each other, what comes behind both."""

from __future__ import annotations

import pytest

from tests.copilot.evaluate import COPILOT
from tests.copilot.scoring import faults

EXPECTED = (
    # conditions that are joined
    ("If the visit is paid and if the room is free, run the book function, otherwise log it.",
     {"tasks": ["lambda", "log"],
      "choices": [{"when": "paid.* and .*free", "then": ["lambda"], "otherwise": ["log"]}]}),
    ("Email ann@firm.lt if the visit is late, and if it is not paid, otherwise log it.",
     {"tasks": ["email", "log"], "choices": [{"when": "late.* and .*not", "then": ["email"], "otherwise": ["log"]}]}),
    # cases beside each other
    ("If the visit is long, log it, if it is short, email ann@firm.lt, else post to #odd on Slack.",
     {"tasks": ["log", "email", "slack.post"], "choices": [
         {"when": "long", "then": ["log"], "otherwise": ["slack.post"]},
         {"when": "short", "then": ["email"], "otherwise": ["slack.post"]}]}),
    ("If the guest is from Oslo, log it, if he is from Rome email ann@firm.lt, else post to #odd on Slack.",
     {"tasks": ["log", "email", "slack.post"], "choices": [
         {"when": r'guest\.country = "Rome"', "then": ["email"], "otherwise": ["slack.post"]}]}),
    ("If the load is over 30, log it. If it is over 5, email ann@firm.lt. Otherwise post to #odd on Slack.",
     {"tasks": ["log", "email", "slack.post"], "choices": [
         {"when": "> 30", "then": ["log"], "otherwise": ["slack.post"]},
         {"when": "> 5", "then": ["email"], "otherwise": ["slack.post"]}]}),
    # what is done in both cases
    ("Ask the boss. If she approves, run the book function. If she declines, email ann@firm.lt. Then log it.",
     {"tasks": ["approval", "lambda", "email", "log"], "before": [["lambda", "log"], ["email", "log"]]}),
    ("If the visit is late, email ann@firm.lt, otherwise post to #ok on Slack. Log it in any case.",
     {"tasks": ["email", "slack.post", "log"], "before": [["email", "log"], ["slack.post", "log"]]}),
    ("Call https://a.firm.lt. If it fails, email ann@firm.lt. Either way, log it.",
     {"tasks": ["http", "email", "log"], "before": [["email", "log"], ["http", "log"]]}),
    # what decides
    ("Ask the boss. If she approves, charge the card, and if the card is declined, email ann@firm.lt.",
     {"tasks": ["approval", "charge", "email"], "caught": [{"of": "charge", "then": ["email"]}]}),
    ("Charge the card. Email ann@firm.lt only if the charge worked.", {"tasks": ["charge", "email"], "choices": []}),
    ("Log it, then run the tag function and the bill function in parallel; if either fails, email ann@firm.lt.",
     {"tasks": ["log", "lambda", "lambda", "email"], "caught": [{"of": "lambda", "then": ["email"]}]}),
    ("Unless the room is sold out, run the book function; sold out rooms go to the waiting table.",
     {"tasks": ["lambda", "ddb.put"], "choices": [{"when": "not.*soldOut", "then": ["lambda"]},
                                                  {"when": r"input\.room\.soldOut", "then": ["ddb.put"]}]}),
    ("Do not charge guests from Oslo; email ann@firm.lt instead.",
     {"tasks": ["charge", "email"], "choices": [{"when": "Oslo", "then": ["email"], "otherwise": ["charge"]}]}),
    ("If the visit is late email ann@firm.lt, and if the guest is new log it.",
     {"tasks": ["email", "log"], "before": [["email", "log"]], "choices": [{"when": "new", "then": ["log"]}]}),
    ("Check whether the visit is paid. If so, run the book function. If not, email ann@firm.lt.",
     {"tasks": ["lambda", "email"], "choices": [{"when": "paid", "then": ["lambda"], "otherwise": ["email"]}]}),
    ("If the stay is 3 days or less, log it. If it is longer, email ann@firm.lt.",
     {"tasks": ["log", "email"], "choices": [{"when": "<= 3", "then": ["log"], "otherwise": ["email"]}]}),
    # who is asked
    ("Get approval from legal and from finance, then log it.",
     {"tasks": ["approval", "log"],
      "arguments": [{"task": "approval", "has": '["legal", "finance"], "needed": "all"'}]}),
    ("Wait for approval from the boss or the owner, then log it.",
     {"tasks": ["approval", "log"], "arguments": [{"task": "approval", "has": '["boss", "owner"], "needed": "any"'}]}),
    ("Get approval from the boss and then from HR, then log it.",
     {"tasks": ["approval", "approval", "log"], "before": [["approval", "approval"]]}),
    ("Wait for approval from HR for up to 3 days. If nobody answers, email ann@firm.lt.",
     {"tasks": ["approval", "email"], "timeout": {"task": "approval", "seconds": 259200, "then": ["email"]}}),
)


@pytest.mark.parametrize(("sentence", "expect"), EXPECTED)
def test_it_stands_where_it_belongs(sentence, expect):
    assert faults(COPILOT.draft(sentence), expect) == []


def to_dos(sentence):
    """The to-dos in the person's words."""
    return [word.text for word in COPILOT.draft(sentence).words if word.pointer is None]


@pytest.mark.parametrize(("sentence", "asked"), [
    ("If the guest is new, call https://a.firm.lt. After another 14 days email ann@firm.lt.", "After another"),
    ("If it is paid, wait 3 days and log it. Otherwise email ann@firm.lt. After another 14 days email bo@firm.lt.",
     "After another"),
    ("Run the a-1 function; if it fails run the a-2 function; as a last resort email ann@firm.lt, then log it.",
     "then"),
    ("If the visit is late, log it, and if the guest is new, email ann@firm.lt, otherwise call https://a.firm.lt.",
     "otherwise"),
    ("Do not charge guests from Oslo. Email ann@firm.lt instead.", "instead"),
    ("Ask legal to approve the plan and finance to approve the budget, then log it.", "finance"),
    ("Get approval from legal on Slack and from finance, then log it.", "finance"),
])
def test_what_is_open_is_asked(sentence, asked):
    assert any(asked in said for said in to_dos(sentence))


def test_a_wait_that_each_way_there_has_is_not_asked():
    assert to_dos("Wait 2 days and email ann@firm.lt. After another 3 days log it.") == []


def test_what_is_waited_for_is_no_pause():
    states = COPILOT.draft("Wait for the truck for at most 6 hours, then log it.").document["definition"]["States"]
    assert "Wait" not in [state["Type"] for state in states.values()]
