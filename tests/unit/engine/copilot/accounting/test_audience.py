"""Whom a message reaches: each of several people has a step on the side of the condition, or is a to-do."""

from __future__ import annotations

import pytest

from connectors.registry import Registry
from engine.copilot.accounting.account import account
from functions.app.copilot.catalogue import catalogue_of
from tests.copilot.evaluate import COPILOT

CATALOGUE = catalogue_of(Registry(installed=tuple))
PEOPLE = ("the manager", "our warehouse", "their manager", "the foreman", "support", "the driver", "the accountant",
          "his boss", "the agent", "procurement")
SEVERAL = (
    "email the customer and {}", "mail the customer and {}", "tell the customer and {}", "notify the customer and {}",
    "inform {} and the customer", "remind the customer and {}", "warn {} and the customer",
    "email the customer, the parents and {}", "alert the customer, and {}", "email the customer a note and {} a list",
    "email the customer as well as {}", "email the customer plus {}", "email the customer or {}",
    "email the customer & {}", "email the customer, {}, and log it", "send the customer and {} an email",
    "send an email to the customer and {}", "write an email to the customer and to {}",
    "give the customer and {} an email", "send a short note to the customer and {}",
)


def to_dos(sentence, first, *other):
    """Those of a draft whose first side sends to `first`, and whose other side to each of `other`."""
    def sends(side, people):
        names = [f"Email {person.title()} {side}" for person in people]
        return {name: {"Type": "Task", "Resource": ("connector:slack:post_message" if person.startswith("#")
                                                    else "connector:email:send"),
                       "Arguments": ({"channel": person} if person.startswith("#")
                                     else {"to": f"{{% $states.input.{person}.email %}}"}),
                       **({"Next": after} if after else {"End": True})}
                for name, person, after in zip(names, people, [*names[1:], None], strict=True)}

    one, two = sends("1", [first]), sends("2", other)
    rule = {"Type": "Choice", "Default": next(iter(two)),
            "Choices": [{"Condition": "{% $states.input.order.late = true %}", "Next": next(iter(one))}]}
    states = {"Order Late?": rule, **one, **two}
    found = account(sentence, {"definition": {"StartAt": "Order Late?", "States": states}}, CATALOGUE)
    return " | ".join(use.text for use in found.to_dos)


def key(person):
    return person.split()[1] if " " in person else person


@pytest.mark.parametrize("several", SEVERAL)
def test_the_second_of_two_people_is_a_to_do_where_one_step_reaches_the_first(several):
    sentence = f"If the order is late, email the boss, otherwise {several.format('the manager')}."
    assert "manager" in to_dos(sentence, "boss", "customer", "parents")
    assert "manager" not in to_dos(sentence, "boss", "customer", "parents", "manager")


@pytest.mark.parametrize("person", PEOPLE)
def test_whoever_it_is(person):
    sentence = f"If the order is late, email the planner, otherwise email the customer and {person}."
    assert person in to_dos(sentence, "planner", "customer")
    assert to_dos(sentence, "planner", "customer", key(person)) == ""


def test_one_who_is_reached_on_the_first_side_is_not_on_the_other():
    sentence = "If the order is late, email the manager, otherwise email the customer and the manager."
    assert "the manager" in to_dos(sentence, "manager", "customer")


@pytest.mark.parametrize("said", [
    "email the customer and log it", "email the customer and close the ticket", "email the customer and then stop",
    "email the customer and wait", "email the customer and the driver gets a call",
])
def test_what_is_done_next_is_no_person(said):
    found = to_dos(f"If the order is late, email the boss, otherwise {said}.", "boss", "customer")
    assert not {"log it", "ticket", "the driver"} & {*found.split(" | ")}


@pytest.mark.parametrize("said", [
    "send an email and a Slack message", "write it by email and on Slack",
    "tell the customer by email and #done on Slack", "send it by email and to #done by Slack",
    "notify the customer by email and #done via Slack", "send a Slack message and an email",
    "tell #done on Slack and the customer by email", "send an email to the customer and a Slack message to #done",
    "send a Slack message to #done and an email to the customer", "reach them by email and through Slack",
])
def test_two_ways_are_two_steps(said):
    sentence = f"If the order is late, email the boss, otherwise {said}."
    assert "mail" in to_dos(sentence, "boss", "#done").lower()
    assert "an email" not in to_dos(sentence, "boss", "#done", "customer")
    assert "by email" not in to_dos(sentence, "boss", "#done", "customer")


def test_one_who_is_told_in_place_of_another_is_a_to_do():
    assert "instead of the manager" in to_dos(
        "If the order is late, email the customer instead of the manager.", "customer", "boss")


@pytest.mark.parametrize("said", ["with the manager in cc", "with bo@a.io in copy", "with their manager in bcc"])
def test_one_in_copy_is_a_to_do_where_no_argument_has_them(said):
    assert said in to_dos(f"If the order is late, email the customer {said}.", "customer", "boss")


@pytest.mark.parametrize("sentence", [
    "Email the order and the invoice to ann@a.io.", "Send the report and the summary to ann@a.io by email.",
    "Email ann@a.io and log it.",
])
def test_what_is_sent_is_nobody(sentence):
    assert not [word.text for word in COPILOT.draft(sentence).words if word.pointer is None]


@pytest.mark.parametrize("whom", ["each of the members and the board", "every member and the board",
                                  "all members and the board"])
def test_one_who_is_told_beside_many_is_a_to_do(whom):
    assert "the board" in [word.text for word in COPILOT.draft(f"Email {whom}.").words if word.pointer is None]
