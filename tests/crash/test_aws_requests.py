"""A death after every request that changes something in DynamoDB, SQS or S3 (moto; its calls serialised by a lock)."""

from __future__ import annotations

import pytest

from tests.crash.plans import PLANS

PLAN = PLANS["aws"]


@pytest.mark.parametrize("workflow", ["task", "callback", "big"])
def test_a_death_between_requests_loses_nothing(campaign, workflow):
    assert campaign.run_all(PLAN.specs(campaign, workflow, False))


@pytest.mark.full
@pytest.mark.parametrize("workflow", PLAN.workflows)
def test_a_death_between_requests_loses_nothing_in_full(campaign, workflow):
    assert campaign.run_all(PLAN.specs(campaign, workflow, True))


def test_requests_are_what_is_numbered(campaign):
    calls = campaign.reference("big", "aws").calls
    assert set(calls) >= {
        "PutItem", "UpdateItem", "PutObject", "GetObject", "SendMessageBatch", "DeleteMessage", "call",
    }
