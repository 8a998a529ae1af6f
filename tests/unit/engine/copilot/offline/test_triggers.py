"""Triggers that the offline drafter writes: they can be published, or say what a person has to choose first."""

from __future__ import annotations

import pytest

from connectors.registry import Registry
from engine.catalog.document import parse_document
from engine.catalog.trigger_checks import trigger_problems
from engine.copilot.offline.drafter import draft
from functions.app.copilot.catalogue import catalogue_of

CATALOGUE = catalogue_of(Registry(installed=list))


def drafted(sentence):
    proposal = draft(sentence, CATALOGUE)
    (trigger,) = proposal.document["triggers"]
    found = list(trigger_problems(parse_document(proposal.document).triggers, 0.0, kind="STANDARD"))
    return trigger, [to_do.text for to_do in proposal.to_dos if to_do.pointer == "/triggers"], found


@pytest.mark.parametrize(("sentence", "zone"), [
    ("Every day at 6am Berlin time, call GET https://x.example/y", "Europe/Berlin"),
    ("Every Monday at 7:30 in New York, call GET https://x.example/y", "America/New_York"),
    ("Every day at 6am Asia/Tokyo, call GET https://x.example/y", "Asia/Tokyo"),
    ("Every day at 6am UTC, call GET https://x.example/y", "UTC"),
])
def test_a_schedule_has_the_zone_that_is_named(sentence, zone):
    trigger, to_dos, found = drafted(sentence)
    assert (trigger["timezone"], to_dos, found) == (zone, [], [])


def test_a_schedule_without_a_place_says_whose_clocks_it_goes_by():
    trigger, (to_do,), found = drafted("Every day at 6am, call GET https://x.example/y")
    assert trigger == {"type": "schedule", "expression": "cron(0 6 * * ? *)", "timezone": "UTC"}
    assert "UTC" in to_do
    assert found == []


def test_a_rate_is_the_same_everywhere():
    trigger, to_dos, found = drafted("Every 5 minutes, call GET https://x.example/y")
    assert (trigger["expression"], to_dos, found) == ("rate(5 minutes)", [], [])


def test_a_webhook_of_a_sender_that_signs_has_its_style_and_names_the_secret():
    trigger, (to_do,), found = drafted("When GitHub calls the webhook /deploys is called, call GET https://x.example/y")
    assert trigger["auth"] == {"style": "github", "secrets": [{"$secret": "GITHUB_WEBHOOK_SECRET"}]}
    assert "GITHUB_WEBHOOK_SECRET" in to_do
    assert found == []


def test_who_may_call_a_webhook_is_left_to_a_person():
    trigger, (to_do,), found = drafted("When the webhook /checkout is called, call GET https://x.example/y")
    assert trigger == {"type": "webhook", "path": "checkout"}
    assert "who may call the webhook checkout" in to_do
    assert [each.code for each in found] == ["WEBHOOK_WITHOUT_AUTH"]


@pytest.mark.parametrize("place", ["the queue orders", "the orders queue", "an orders queue", "our queue named orders"])
def test_a_queue_is_called_what_is_said_before_or_behind_it(place):
    assert drafted(f"When a message arrives in {place}, log it")[0] == {"type": "queue", "queue": "orders"}


@pytest.mark.parametrize(("what", "place", "trigger"), [
    ("a file", "the bucket invoices", {"type": "s3", "bucket": "invoices"}),
    ("a file", "the invoices bucket", {"type": "s3", "bucket": "invoices"}),
    ("a new PDF", "the invoices bucket", {"type": "s3", "bucket": "invoices", "suffix": ".pdf"}),
    ("a file", "an S3 bucket", {"type": "event", "pattern": {
        "source": ["aws.s3"], "detail-type": ["Object Created"]}}),
])
def test_so_is_a_bucket(what, place, trigger):
    assert drafted(f"When {what} is uploaded to {place}, log it")[0] == trigger
