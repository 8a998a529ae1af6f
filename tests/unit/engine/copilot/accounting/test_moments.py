"""When something is done: a Wait, a schedule, a time limit or a condition holds it, or it is a to-do."""

from __future__ import annotations

import pytest

from connectors.registry import Registry
from engine.copilot.accounting.account import account
from functions.app.copilot.catalogue import catalogue_of

CATALOGUE = catalogue_of(Registry(installed=tuple))


def to_dos(sentence, *, wait=None, schedule=None):
    """Those of a draft that posts the whole sentence as a TODO, behind a Wait or by a schedule."""
    post = {"Type": "Task", "Resource": "connector:slack:post_message", "End": True,
            "Arguments": {"channel": "#p1", "text": f"TODO: {sentence}"}}
    states = {} if wait is None else {"Wait": {"Type": "Wait", "Timestamp": f"{{% {wait} %}}", "Next": sentence[:40]}}
    states[sentence[:40]] = post
    document = {"definition": {"StartAt": next(iter(states)), "States": states}}
    if schedule is not None:
        document["triggers"] = [{"type": "schedule", "expression": schedule, "timezone": "UTC"}]
    return " | ".join(use.text for use in account(sentence, document, CATALOGUE).to_dos)


@pytest.mark.parametrize("moment", [
    "on the hearing date itself", "on the day of arrival", "on the exam date", "at closing time", "on moving day",
    "by the deadline", "on her birthday", "on the due date", "at the end of the shift", "on the morning of the talk",
    "on the expiry date", "at the start of the season", "by the end of the week", "on the day itself",
    "on the appointment day", "by the closing date",
])
def test_a_moment_that_only_a_text_repeats_is_a_to_do(moment):
    assert moment in to_dos(f"Post the plan in #p1 on Slack {moment}.")


@pytest.mark.parametrize(("sentence", "held"), [
    ("On the hearing date post the plan in #p1 on Slack.", {"wait": "$states.input.hearingDate"}),
    ("On the 15th day of each month post the plan in #p1 on Slack.", {"schedule": "cron(0 8 15 * ? *)"}),
    ("Post the plan in #p1 on Slack at the same time.", {}),
    ("Post the plan in #p1 on Slack on the date column.", {}),
    ('Post "on the hearing date" in #p1 on Slack.', {}),
])
def test_one_that_the_draft_holds_or_that_is_none_is_no_time(sentence, held):
    found = to_dos(sentence, **held)
    assert not any(word in found for word in ("hearing date", "day of", "date column")) or '"' in found


def test_days_before_a_date_are_not_the_date():
    before = "$fromMillis($toMillis($states.input.hearingDate) - 172800000)"
    assert "on the hearing date" in to_dos("On the hearing date post the plan in #p1 on Slack.", wait=before).lower()


def test_a_schedule_has_no_date_of_the_input():
    assert "on the due date" in to_dos("Post the plan in #p1 on Slack on the due date.", schedule="rate(1 day)")
