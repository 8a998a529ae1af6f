"""The judge of the evaluation: what it takes as the same, and wrong drafts that it must refuse."""

from __future__ import annotations

import pytest

from engine.copilot.proposal import Proposal, WordUse
from tests.copilot.scoring import faults, is_negated, same_start
from tests.copilot.verdict import lost


def at(expression, zone="UTC"):
    return {"type": "schedule", "expression": expression, "timezone": zone}


@pytest.mark.parametrize(("drafted", "wanted"), [
    (at("cron(0 2 ? * MON,TUE,WED,THU,FRI *)"), at("cron(0 2 ? * MON-FRI *)")),
    (at("cron(0 2 ? * 2-6 *)"), at("cron(0 2 ? * MON-FRI *)")),
    (at("rate(60 minutes)"), at("rate(1 hour)")),
    (at("cron(0 * * * ? *)"), at("rate(1 hour)")),
    (at("cron(0 9,17 * * ? *)"), at("cron(0 17,9 ? * * *)")),
    (at("cron(0 9 ? * MON#1 *)"), at("cron(0 9 ? * 2#1 *)")),
    ({"type": "s3", "bucket": "in", "suffix": ".csv"}, {"type": "s3", "bucket": "in"}),
    ({"type": "s3", "bucket": "in"}, {"type": "event"}),
    ({"type": "event", "pattern": {"source": ["aws.s3"], "detail-type": ["Object Created"],
                                   "detail": {"bucket": {"name": ["in"]}}}}, {"type": "s3", "bucket": "in"}),
])
def test_what_starts_at_the_same_times_is_the_same(drafted, wanted):
    assert same_start(drafted, wanted)


@pytest.mark.parametrize(("drafted", "wanted"), [
    (at("cron(0 2 ? * MON-SAT *)"), at("cron(0 2 ? * MON-FRI *)")),
    (at("cron(0 2 ? * MON-FRI *)"), at("cron(0 2 * * ? *)")),
    (at("cron(15,45 8,16 * * ? *)"), at("cron(15 8 * * ? *)")),
    (at("cron(0 2 ? * MON-FRI *)", "Europe/Paris"), at("cron(0 2 ? * MON-FRI *)")),
    (at("rate(2 hours)"), at("rate(1 hour)")),
    (at("cron(0 9 ? * MON *)"), at("rate(14 days)")),
    (at("cron(0 9 1 * ? *)"), at("cron(0 9 ? * MON#1 *)")),
    (at("every day"), at("cron(0 0 * * ? *)")),
    ({"type": "s3", "bucket": "out"}, {"type": "s3", "bucket": "in"}),
    ({"type": "event", "pattern": {"source": ["aws.s3"]}}, {"type": "s3", "bucket": "in"}),
    ({"type": "event", "pattern": {"source": ["aws.s3"], "detail-type": ["Object Created"],
                                   "detail": {"bucket": {"name": ["in", "out"]}}}}, {"type": "s3", "bucket": "in"}),
    ({"type": "webhook", "path": "s3"}, {"type": "event"}),
])
def test_what_starts_at_others_is_not(drafted, wanted):
    assert not same_start(drafted, wanted)


@pytest.mark.parametrize(("condition", "when", "said"), [
    ('{% $not($states.input.tier = "gold") %}', "gold", True),
    ('{% $states.input.tier != "gold" %}', "gold", True),
    ("{% $states.input.member = false %}", "member", True),
    ('{% $not($not($states.input.tier = "gold")) %}', "gold", False),
    ('{% $not($states.input.tier != "gold") %}', "gold", False),
    ('{% $not($states.input.paid = true) and $states.input.tier = "gold" %}', "gold", False),
    ('{% $states.input.paid != true and $states.input.tier = "gold" %}', "gold", False),
    ('{% $states.input.tier = "gold" %}', "gold", False),
])
def test_what_must_not_hold_is_told_from_what_must(condition, when, said):
    assert is_negated(condition, when) is said


def drafted(document, sentence):
    return Proposal(document, (), (), (), (), "offline", 0, (), words=())


def test_a_choice_that_negates_something_else_is_refused():
    states = {
        "Gold?": {"Type": "Choice", "Default": "Done", "Choices": [
            {"Condition": '{% $not($states.input.paid = true) and $states.input.tier = "gold" %}', "Next": "Ask"}]},
        "Ask": {"Type": "Task", "Resource": "connector:email:send", "Arguments": {
            "host": "h", "from": "a@b.c", "to": "a@b.c", "subject": "s"}, "End": True},
        "Done": {"Type": "Succeed"},
    }
    proposal = drafted({"definition": {"QueryLanguage": "JSONata", "StartAt": "Gold?", "States": states}}, "")
    wanted = {"choices": [{"when": "gold", "negated": True, "then": ["email"]}]}
    assert [text.partition(":")[0] for text in faults(proposal, wanted)] == ["not negated"]
    assert faults(proposal, {"choices": [{"when": "paid", "negated": True, "then": ["email"]}]}) == []


def test_the_number_of_an_item_is_no_amount_and_one_within_it_is():
    empty = drafted({"definition": {"States": {}}}, "")
    assert not any('"1"' in text or '"2"' in text for text in lost(empty, "1) call it 2) wait"))
    assert any('"2"' in text for text in lost(empty, "1) call it 2 times"))
    assert any('"3"' in text for text in lost(empty, "1) call it 3) wait"))


def used(document, sentence, text, pointer):
    start = sentence.index(text)
    word = WordUse(start, start + len(text), text, "time", pointer)
    return Proposal(document, (), (), (), (), "offline", 0, (), words=(word,))


@pytest.mark.parametrize(("document", "sentence", "pointer", "holds"), [
    ({"triggers": [at("rate(14 days)")]}, "every 2 weeks", "/triggers/0/expression", True),
    ({"triggers": [at("rate(7 days)")]}, "every 2 weeks", "/triggers/0/expression", False),
    ({"triggers": [at("rate(21 days)")]}, "every 3 months", "/triggers/0/expression", False),
    ({"a": {"Type": "Wait", "Seconds": 600}, "b": "{% $count >= 18 %}"}, "for 3 hours", "/b", True),
    ({"a": {"Type": "Wait", "Seconds": 600}, "b": "{% $count >= 17 %}"}, "for 3 hours", "/b", False),
    ({"a": {"Type": "Wait", "Seconds": 600}, "b": "{% $x.y > 18 %}"}, "for 3 hours", "/b", False),
])
def test_a_number_in_another_unit_is_held_where_it_is_as_much(document, sentence, pointer, holds):
    found = lost(used(document, sentence, sentence.split(" ", maxsplit=1)[1], pointer), sentence)
    assert any("is not in" in text for text in found) is not holds
