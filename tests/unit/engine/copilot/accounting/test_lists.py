"""A list that is worked through one by one: a Map over it, and of those alone that are meant, or a to-do."""

from __future__ import annotations

import pytest

from connectors.registry import Registry
from engine.copilot.accounting.account import account
from functions.app.copilot.catalogue import catalogue_of
from tests.copilot.evaluate import COPILOT

CATALOGUE = catalogue_of(Registry(installed=tuple))
EMAIL = {"Type": "Task", "Resource": "connector:email:send", "End": True,
         "Arguments": {"to": "{% $states.input.email %}"}}


def to_dos(sentence, *, items=None, condition=None, behind=False):
    """Those of a draft that emails once, or in a Map over `items` behind a `condition`, or `behind` the Map."""
    each = {"Email Them": EMAIL}
    if condition is not None:
        rule = {"Type": "Choice", "Choices": [{"Condition": f"{{% {condition} %}}", "Next": "Email Them"}],
                "Default": "Done"}
        each = {"Asks": rule, **each, "Done": {"Type": "Succeed"}}
    loop = {"For Each": {"Type": "Map", "Items": f"{{% {items} %}}", "End": True,
                         "ItemProcessor": {"StartAt": next(iter(each)), "States": each}}}
    if behind:
        checks = {"StartAt": "Check", "States": {"Check": {"Type": "Pass", "End": True}}}
        loop = {"For Each": {**loop["For Each"], "ItemProcessor": checks, "Next": next(iter(each))}, **each}
        del loop["For Each"]["End"]
    states = each if items is None else loop
    found = account(sentence, {"definition": {"StartAt": next(iter(states)), "States": states}}, CATALOGUE)
    return " | ".join(use.text for use in found.to_dos)


@pytest.mark.parametrize(("sentence", "lost"), [
    ("Get the open invoices from https://a.io/x and send a reminder by email for each.", "for each"),
    ("Get the open invoices from https://a.io/x and send an email for each one.", "for each one"),
    ("Get the members from https://a.io/x, then send an email to each.", "to each"),
    ("Get the members from https://a.io/x, then send an email for every one.", "for every one"),
    ("Get the guests from https://a.io/x and write an email for all of them.", "for all of them"),
    ("Get the clients from https://a.io/x and email them.", "them"),
    ("Fetch the late payers from https://a.io/x and remind them by email.", "them"),
    ("Load the tenants from https://a.io/x, then mail them.", "them"),
    ("Query the subscribers from https://a.io/x and notify them by email.", "them"),
    ("Download the drivers from https://a.io/x and warn them by email.", "them"),
])
def test_many_who_are_mailed_once_are_a_to_do(sentence, lost):
    assert lost in to_dos(sentence)
    assert lost not in to_dos(sentence, items="$answer.body.members")


@pytest.mark.parametrize(("sentence", "said", "field"), [
    ("For each guest, check the room. If it is free, email her.", "If it is free", "free"),
    ("Check each guest. If she is new, email her.", "If she is new", "new"),
    ("For each guest: check the room. If the room is free, email her.", "If the room is free", "room.free"),
])
def test_what_goes_on_for_each_and_is_done_once_is_a_to_do(sentence, said, field):
    condition = f"$states.input.{field} = true"
    assert said in to_dos(sentence, items="$states.input.guests", condition=condition, behind=True)
    assert said not in to_dos(sentence, items="$states.input.guests", condition=condition)


SOME = (
    ("each of the clients with an open invoice", "clients", "openInvoice"),
    ("every guest who has a dog", "guests", "dog"),
    ("each member whose fee is overdue", "members", "fee.overdue"),
    ("all tenants with a garage", "tenants", "garage"),
    ("every driver with a licence", "drivers", "licence"),
    ("each supplier that missed a delivery", "suppliers", "delivery.missed"),
    ("all patients who need a referral", "patients", "referral"),
    ("every student whose thesis is late", "students", "thesis.late"),
    ("each of our customers with unpaid bills", "customers", "unpaidBills"),
    ("every employee who booked leave", "employees", "leave.booked"),
)


@pytest.mark.parametrize(("whom", "items", "field"), SOME)
def test_some_of_them_are_a_to_do_where_all_are_mailed(whom, items, field):
    last = whom.split()[-1]
    assert last in to_dos(f"Email {whom}.", items=f"$states.input.{items}")
    assert last not in to_dos(f"Email {whom}.", items=f"$states.input.{items}",
                              condition=f"$exists($states.input.{field})")


@pytest.mark.parametrize("said", ["with a note", "with an email", "with a short message", "with the summary"])
def test_what_each_is_given_is_no_choice_of_some(said):
    assert "with" not in to_dos(f"Email every guest {said}.", items="$states.input.guests")


@pytest.mark.parametrize(("sentence", "items"), [
    ("Clients with a late invoice each get an email.", "emails"), ("Guests each receive a message.", "messages"),
    ("Post the news to #all on Slack.", "onSlacks"), ("Members each get a voucher.", "vouchers"),
    ("Tenants each get a letter.", "letters"), ("Drivers are each sent an email.", "emails"),
    ("The parents each get a reminder.", "reminders"), ("Bidders each receive an email.", "emails"),
    ("The winners each get a prize.", "prizes"), ("Staff each get a note.", "notes"),
])
def test_what_each_is_given_is_no_list(sentence, items):
    assert {"each", "#all", "all"} & {word for part in to_dos(sentence, items=f"$states.input.{items}").split(" | ")
                                      for word in part.split()}


def test_each_of_what_was_fetched_is_not_in_the_input():
    found = COPILOT.draft("Get the list of clients from https://a.io/x and email each of them.")
    assert "each of them" in [word.text for word in found.words if word.pointer is None]
