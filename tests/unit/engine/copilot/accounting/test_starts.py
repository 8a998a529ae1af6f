"""What starts a workflow, wherever a sentence says it, is a trigger of the draft or a to-do."""

from __future__ import annotations

import pytest

from tests.copilot.evaluate import COPILOT


def drafted(sentence):
    """The triggers without their time zones, and the to-dos in the person's words."""
    draft = COPILOT.draft(sentence)
    found = draft.document.get("triggers", [])
    return ([{key: value for key, value in one.items() if key not in ("timezone", "path")} for one in found],
            " | ".join(word.text for word in draft.words if word.pointer is None))


@pytest.mark.parametrize(("sentence", "trigger"), [
    ("Email the parents whenever the absence form is submitted.", {"type": "form"}),
    ("Let #desk on Slack know when a tenant fills in the repair form.", {"type": "form"}),
    ("Email ann@a.io each time a tenant fills in the repair form.", {"type": "form"}),
    ("Log every submission of the contact form.", {"type": "form"}),
    ("Email hr@a.io about every application from the careers form.", {"type": "form"}),
    ("For every absence form that comes in, email the teacher.", {"type": "form"}),
    ("When a parent hands in the absence form, email the teacher.", {"type": "form"}),
    ("When the form for the school trip is filled in, email the teacher.", {"type": "form"}),
    ("When a new order is on the orders queue, run the ship function.", {"type": "queue", "queue": "orders"}),
    ("When a message comes in on the queue refunds from the shop, log it.", {"type": "queue", "queue": "refunds"}),
    ("When a file is dropped in the bank-files S3 bucket, log it.", {"type": "s3", "bucket": "bank-files"}),
    ("When a file lands in the bucket bank-files from the bank, log it.", {"type": "s3", "bucket": "bank-files"}),
    ("When an OrderPaid event arrives, log it.", {"type": "event", "pattern": {"detail-type": ["OrderPaid"]}}),
    ("Log it when an OrderPaid event arrives.", {"type": "event", "pattern": {"detail-type": ["OrderPaid"]}}),
    ("When the stock-low event is published, log it.", {"type": "event", "pattern": {"detail-type": ["stock-low"]}}),
    ("When the NightlyRun workflow has finished, log it.", {"type": "workflow_end", "workflow": "NightlyRun"}),
    ("Email books@a.io when the payroll workflow is finished.", {"type": "workflow_end", "workflow": "payroll"}),
])
def test_a_start_is_a_trigger_wherever_it_stands(sentence, trigger):
    assert drafted(sentence)[0] == [trigger]


@pytest.mark.parametrize(("sentence", "lost"), [
    ("Save form submissions in the leads table.", "form"),
    ("Send a welcome email to everyone who fills in the signup form.", "form"),
    ("Charge the card once the form is filled in. Then email the customer.", "form"),
    ("Forward webhook calls from the carrier to the tracking queue.", "webhook"),
    ("Run the ship function on every OrderPaid event.", "OrderPaid event"),
    ("Email ann@a.io once a quarter.", "once a quarter"),
    ("Email ann@a.io yearly.", "yearly"),
    ("Fortnightly on Monday email ann@a.io.", "Fortnightly"),
    ("Run the sync function every 30 minutes during office hours.", "during office hours"),
    ("When a file is uploaded to S3, run the parse function.", "S3"),
])
def test_one_that_nothing_hears_is_a_to_do(sentence, lost):
    triggers, to_dos = drafted(sentence)
    assert lost in to_dos
    assert all(one["type"] in ("schedule", "event", "queue") for one in triggers)


@pytest.mark.parametrize("sentence", [
    "When the signup form is filled in, email ann@a.io.", "When the webhook /x is called, log it.",
    "Put an OrderPaid event on the event bus.", "Start the pay-all workflow. When the pay-all workflow ends, log it.",
    "Run the sync function every hour from 9 to 17 on weekdays.", "When a file lands in the a-b bucket, log it.",
])
def test_one_that_is_heard_or_done_is_none(sentence):
    to_dos = drafted(sentence)[1].split(" | ")
    assert not {"form", "webhook", "OrderPaid event", "S3", "bucket", "ends"} & {*to_dos}


@pytest.mark.parametrize(("sentence", "lost"), [
    ("When payroll-run has finished, email hr@a.io.", "payroll-run has finished"),
    ("When payroll-run is finished, post to #hr on Slack.", "payroll-run is finished"),
    ("When nightly-import is done, run the check function.", "nightly-import is done"),
    ("Once nightly-import completes, email ann@a.io.", "nightly-import completes"),
    ("If nightly-import has finished, email ann@a.io.", "nightly-import has finished"),
    ("When nightly-import succeeds, post to #data on Slack.", "nightly-import succeeds"),
    ("When the payroll run has finished, email hr@a.io.", "the payroll run has finished"),
    ("When payroll-run finishes, run the slips function.", "payroll-run finishes"),
    ("Once the stock import is over, email ann@a.io.", "the stock import is over"),
    ("When the nightly backup is done, log it.", "backup is done"),
    ("Each April run the tax function.", "Each April"), ("Every May run the fair function.", "Every"),
    ("Each June email ann@a.io.", "Each June"), ("Every December run the gift function.", "Every December"),
    ("Each January run the close-year function.", "Each January"), ("Each March 1 log it.", "Each March"),
    ("Each January 2nd email ann@a.io.", "Each January 2nd"), ("Every July 4th log it.", "Every July 4th"),
    ("Each December 24 post to #fun on Slack.", "Each December 24"),
    ("Every October run the audit function.", "October"),
])
def test_the_end_of_what_ran_and_a_month_are_no_fields_and_no_lists(sentence, lost):
    triggers, to_dos = drafted(sentence)
    assert triggers or lost in to_dos
