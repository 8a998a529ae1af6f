"""What hangs on what: alternatives, the other side of a condition in a condition, the items of a list, ellipsis. A
draft has it where the sentence says, or asks."""

from __future__ import annotations

import pytest

from tests.copilot.evaluate import COPILOT
from tests.copilot.scoring import faults
from tests.copilot.verdict import RIGHT, verdict

KINDS = {
    "what helps where the help fails": tuple(
        (sentence, {"tasks": ["charge", "http", "email"],
                    "caught": [{"of": "charge", "then": ["http"]}, {"of": "http", "then": ["email"]}]})
        for sentence in (
            "Charge the card. If that does not work, call https://b.firm.lt. As a last resort, email ann@firm.lt.",
            "Charge the card; failing that, call https://b.firm.lt; if all else fails, email ann@firm.lt.",
            "Charge the card. If it fails, call https://b.firm.lt. If that fails too, email ann@firm.lt.",
            "Charge the card. If this fails, call https://b.firm.lt. If even that fails, email ann@firm.lt.",
            "Charge the card, failing which call https://b.firm.lt. If nothing works, email ann@firm.lt.",
        )
    ),
    "what is said behind another and comes first": tuple(
        (sentence, {"tasks": ["http", "email"], "before": [["http", "email"]]})
        for sentence in (
            "Email ann@firm.lt. Before that, call https://b.firm.lt.",
            "Email ann@firm.lt, but first call https://b.firm.lt.",
            "Email ann@firm.lt; but before this, call https://b.firm.lt.",
        )
    ),
    "an amount within another is another case": (
        ("If the total is over 1000, email ann@firm.lt, if it is over 500 call https://b.firm.lt, otherwise log it.",
         {"tasks": ["email", "http", "log"],
          "choices": [{"when": "> 1000", "then": ["email"]},
                      {"when": "> 500", "then": ["http"], "otherwise": ["log"]}]}),
        ("If it is under 10, charge the card, if it is under 20 ask ann@firm.lt to approve it, otherwise log it.",
         {"tasks": ["charge", "approval", "log"],
          "choices": [{"when": "< 10", "then": ["charge"]}, {"when": "< 20", "then": ["approval"],
                                                             "otherwise": ["log"]}]}),
    ),
    "what is done for each goes on": (
        ("For each order: call https://b.firm.lt. If it is not over 500, charge the card.",
         {"tasks": ["http", "charge"], "map": {"items": "orders", "tasks": ["http", "charge"]}}),
        ("For each order, call https://b.firm.lt. If the answer is empty, log it. Otherwise charge the card.",
         {"tasks": ["http", "log", "charge"], "map": {"items": "orders", "tasks": ["http", "log", "charge"]}}),
        ("Call https://b.firm.lt for each order. If it is late, log it.",
         {"tasks": ["http", "log"], "map": {"items": "orders", "tasks": ["http", "log"]}}),
        ("For each order: call https://b.firm.lt. Charge the card. When all are done, email ann@firm.lt.",
         {"tasks": ["http", "charge", "email"], "map": {"items": "orders", "tasks": ["http", "charge"]}}),
    ),
    "what is left out of it": tuple(
        (sentence, {"tasks": ["email", "log"],
                    "choices": [{"when": "not.*vip", "then": ["email"], "otherwise": ["log"]}]})
        for sentence in (
            "Email ann@firm.lt unless the guest is a VIP, in which case log it.",
            "Email ann@firm.lt unless the guest is a VIP; in that case log it.",
            "If the room is free, email ann@firm.lt; unless the guest is a VIP, in which case log it.",
        )
    ),
    "the others": (
        ("For each order under 50, email the customer, and for the others post to #vip on Slack.",
         {"tasks": ["email", "slack.post"], "map": {"items": "orders", "tasks": ["email", "slack.post"]},
          "choices": [{"when": "< 50", "then": ["email"], "otherwise": ["slack.post"]}]}),
        ("If the order is under 50, email the customer; for all others log it.",
         {"tasks": ["email", "log"], "choices": [{"when": "< 50", "then": ["email"], "otherwise": ["log"]}]}),
    ),
    "neither of two": (
        ("If the card is neither expired nor blocked, charge it.",
         {"tasks": ["charge"], "choices": [{"when": "not.*expired.* and .*not.*blocked", "then": ["charge"]}]}),
    ),
    "a channel that is called like an answer": (
        ("If the total is over 100, post it to #big on Slack, otherwise the same to #ok.",
         {"tasks": ["slack.post", "slack.post"], "choices": [{"when": "> 100", "then": ["slack.post"]}]}),
    ),
    "the same for another": (
        ("Email the customer; the same for the manager.", {"tasks": ["email", "email"]}),
        ("Email ann@firm.lt, likewise bo@firm.lt.",
         {"tasks": ["email", "email"], "arguments": [{"task": "email", "has": "bo@firm.lt"}]}),
        ("If the sample is old, email the doctor; if it is new, ditto for the nurse.",
         {"tasks": ["email", "email"], "choices": [{"when": "new", "then": ["email"]}]}),
    ),
    "otherwise behind a refusal": (
        ("Ask ann@firm.lt to approve it; if she refuses, log it, otherwise charge the card.",
         {"tasks": ["approval", "log", "charge"],
          "approved": {"task": "approval", "then": ["charge"], "otherwise": ["log"]}}),
        ("If the total is over 100, ask ann@firm.lt; if she declines, log it, else charge the card.",
         {"tasks": ["approval", "log", "charge"],
          "approved": {"task": "approval", "then": ["charge"], "otherwise": ["log"]}}),
    ),
}
EVERY = [(kind, *one) for kind, sentences in KINDS.items() for one in sentences]


@pytest.mark.parametrize(("kind", "sentence", "expect"), EVERY)
def test_a_kind_is_drafted(kind, sentence, expect):
    proposal = COPILOT.draft(sentence)
    assert faults(proposal, {"placeholders": 0, **expect}) == [], kind
    assert verdict(proposal, sentence, expect) == (RIGHT, [])


def to_dos(sentence):
    """The to-dos in the person's words."""
    return [word.text for word in COPILOT.draft(sentence).words if word.pointer is None]


def test_a_second_handler_of_one_step_is_a_to_do():
    said = "Charge the card. If it fails, call https://b.firm.lt. If it fails, email ann@firm.lt."
    assert "https://b.firm.lt" in " ".join(to_dos(said))


@pytest.mark.parametrize("sentence", [
    "If it is over 1000, ask the boss and if she approves charge the card; otherwise log it.",
    "If it is over 1000, ask the boss and once she approves charge the card. Otherwise log it.",
    "If the visit is new, email ann@firm.lt and, if it is long, call https://b.firm.lt; otherwise log it.",
    "If the visit is new, then if it is long email ann@firm.lt; otherwise log it.",
    "If the visit is new, email ann@firm.lt; if it is long, call https://b.firm.lt; otherwise log it.",
    "If the visit is new, email ann@firm.lt. If it is long, call https://b.firm.lt. Otherwise log it.",
    "If the visit is new, email ann@firm.lt, unless it is paid; otherwise log it.",
])
def test_of_two_conditions_it_is_asked_which_has_the_other_side(sentence):
    assert any(to_do.text.startswith("Of which condition") for to_do in COPILOT.draft(sentence).to_dos)


@pytest.mark.parametrize("sentence", [
    "If it is over 1000, ask the boss; if she approves, charge the card; otherwise log it.",
    "If it is over 1000, ask the boss and if she approves charge the card, otherwise log it.",
    "If the visit is new and it is long, email ann@firm.lt; otherwise log it.",
    "If the visit is over 9, email ann@firm.lt; if it is over 5, call https://b.firm.lt; otherwise log it.",
    'If the country is "DE", email ann@firm.lt. If the country is "FR", email bo@firm.lt. Otherwise log it.',
    "If it is over 1000, ask the boss. If she approves, charge the card. Otherwise log it.",
    "When a visit is booked, if it is long, ask ann@firm.lt to approve it and charge it; otherwise log it.",
])
def test_where_the_marks_say_so_it_is_not(sentence):
    assert "otherwise" not in " ".join(to_dos(sentence)).lower()


def test_a_condition_that_the_one_around_it_decides_is_a_to_do():
    said = "If the total is over 1000, run the score function, and if it is over 500 call https://b.firm.lt."
    assert "if it is over 500" in " ".join(to_dos(said))
    assert to_dos(said.replace("over 500", "over 5000")) == []


@pytest.mark.parametrize("sentence", [
    "For each order: call https://b.firm.lt. Then post to #done on Slack.",
    "For each order: call https://b.firm.lt. If it is late, log it. Then post to #done on Slack.",
])
def test_whether_it_is_for_each_is_asked_where_it_is_open(sentence):
    assert 'Does this stand where you meant it? "Then".' in [to_do.text for to_do in COPILOT.draft(sentence).to_dos]


def test_then_behind_what_is_left_out_is_asked():
    said = "Email ann@firm.lt, unless it is late; then log it."
    assert 'Does this stand where you meant it? "then".' in [to_do.text for to_do in COPILOT.draft(said).to_dos]
    assert "then" not in to_dos("Email ann@firm.lt unless it is late. Then log it.")


def test_what_is_done_instead_and_anyway_is_a_to_do():
    assert "instead" in to_dos("If it is over 100, don't email ann@firm.lt; post to #a on Slack instead.")


@pytest.mark.parametrize(("sentence", "said"), [
    ("If it is old, email ann@firm.lt; if it is new, likewise.", "likewise"),
    ("Post to #a on Slack, and ditto to #b.", "ditto"),
    ("Email ann@firm.lt, or rather log it.", "or rather"),
    ("If a bill isn't paid within 30 days, email ann@firm.lt.", "within 30 days"),
    ("If it is old, email ann@firm.lt and log it; if it is new, the same.", "same"),
])
def test_what_stands_for_another_and_is_not_understood_is_a_to_do(sentence, said):
    assert said in " ".join(to_dos(sentence))
