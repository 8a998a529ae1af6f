"""The queue: messages wait out the longest batch, and what cannot be handled is kept aside."""

import pytest

pytestmark = pytest.mark.full


@pytest.fixture
def queues(templates):
    """The (wake, dead-letter) queues' properties and the dead-letter queue's logical id."""
    resources = templates["engine"].find_resources("AWS::SQS::Queue")
    assert len(resources) == 2
    wakes = next(r["Properties"] for r in resources.values() if "RedrivePolicy" in r["Properties"])
    dead_id, dead = next((i, r["Properties"]) for i, r in resources.items() if "RedrivePolicy" not in r["Properties"])
    return wakes, dead, dead_id


def test_a_message_stays_invisible_for_the_worker_and_its_window(queues):
    assert queues[0]["VisibilityTimeout"] == 300 + 30


def test_a_message_that_nobody_can_handle_goes_aside_after_the_engines_own_verdict(queues):
    wakes, dead, dead_id = queues
    assert wakes["RedrivePolicy"] == {"deadLetterTargetArn": {"Fn::GetAtt": [dead_id, "Arn"]}, "maxReceiveCount": 10}
    assert dead["MessageRetentionPeriod"] == 14 * 24 * 3600


def test_both_are_encrypted_and_refuse_plain_connections(templates, queues):
    assert all(queue["SqsManagedSseEnabled"] is True for queue in queues[:2])
    policies = templates["engine"].find_resources("AWS::SQS::QueuePolicy").values()
    statements = [s for policy in policies for s in policy["Properties"]["PolicyDocument"]["Statement"]]
    plain = [s for s in statements if s["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}]
    assert [s["Effect"] for s in plain] == ["Deny", "Deny"]


def test_the_worker_learns_the_queue(templates):
    outputs = templates["engine"].find_outputs("QueueUrl")
    assert outputs["QueueUrl"]["Description"] == "AUTOMATE_QUEUE_URL"
