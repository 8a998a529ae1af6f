"""What starts a workflow, where no "when" stands before it."""

from __future__ import annotations

import pytest

from engine.copilot.offline.wording.starting import started


@pytest.mark.parametrize(("said", "meant"), [
    ("Orders land in the orders queue. Charge it.", "When a order arrives in the orders queue. Charge it."),
    ("GitHub issues reach us by webhook. Charge it.", "When a issue arrives by the webhook from GitHub. Charge it."),
    ("A prospect fills in the form: charge it.", "When a prospect comes by the form. charge it."),
    ("Take each message from the orders queue and charge it.",
     "When a message arrives in the orders queue. charge it."),
    ("For every message on the orders queue, charge it.", "When a message arrives in the orders queue. charge it."),
    ("Every booking that comes in by webhook is charged.",
     "When a booking arrives by the webhook. the booking is charged."),
    ("Whatever comes in by webhook gets logged.", "When the webhook is called. it gets logged."),
    ("The webhook /pay triggers this: charge it.", "When the webhook /pay is called. charge it."),
    ("Started by webhook: charge it.", "When the webhook is called. charge it."),
    ("Watch the folder inbox: charge it for each new file.", "When a file arrives in the folder inbox. charge it ."),
    ("A csv was uploaded to the S3 bucket raw: load it.", "When a csv file lands in the raw bucket. load it."),
    ("On an OrderPaid event charge the card.", "When the OrderPaid event comes on the event bus. charge the card."),
    ("Write down each call of the webhook /m in the calls table.",
     "When the webhook /m is called. write it in the calls table."),
    ("Leads come from the leads queue or from the form; save each lead.",
     "When a lead arrives in the leads queue or when the form is submitted. save it."),
    ("Answers from the canteen form: charge it.", "When a answer comes by the form. charge it."),
    ("Failed payments on the dunning queue: charge it.", "When a payment arrives in the dunning queue. charge it."),
    ("Scans in the folder inbox: charge it.", "When a file arrives in the folder inbox. charge it."),
    ("If more than 20 alerts arrive within 5 minutes on the alarms queue, charge it.",
     "When a message arrives in the alarms queue. If more than 20 alerts arrive within 5 minutes, charge it."),
    ("If 3 or more parcels appear on the sorting queue within an hour, charge it.",
     "When a message arrives in the sorting queue. If 3 or more parcels arrive within an hour, charge it."),
])
def test_it_stands_before_what_is_done(said, meant):
    assert started(said).strip() == meant.strip()


@pytest.mark.parametrize("said", [
    "Put it on the orders queue.", "Charge the card, then send it to the webhook.", "Save the form to the forms table.",
    "If the form is incomplete, stop.", "Upload it to the raw bucket and stop.", "Read the file in the folder inbox.",
])
def test_what_is_done_with_a_source_is_no_start(said):
    assert started(said) == said
