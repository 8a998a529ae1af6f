"""The queue: messages wait out the longest batch, and what cannot be handled is kept aside."""

import json

import pytest

from engine.adapters.aws.table import ENDED_TERM, SEALED

pytestmark = pytest.mark.full


@pytest.fixture
def queues(templates):
    """The (wake, dead-letter) queues' properties and the dead-letter queue's logical id."""
    resources = templates["engine"].find_resources("AWS::SQS::Queue")
    assert len(resources) == 3
    resources = {name: found for name, found in resources.items() if not name.startswith("SealFailures")}
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
    assert [s["Effect"] for s in plain] == ["Deny"] * 3


class TestSealing:
    """The audit log is sealed from the table's stream (Lambda Developer Guide, "Using Lambda with Amazon DynamoDB")."""

    @pytest.fixture
    def source(self, templates):
        found = templates["engine"].find_resources("AWS::Lambda::EventSourceMapping").values()
        (source,) = [each["Properties"] for each in found if "DestinationConfig" in each["Properties"]]
        return source

    def test_an_entry_is_readable_within_five_seconds(self, source):
        """Lambda polls four times a second and gathers for the window."""
        assert source["MaximumBatchingWindowInSeconds"] + 0.25 < 5 / 2
        assert source["BatchSize"] == 1000

    def test_nothing_is_given_up_before_the_stream_forgets_it_and_then_it_is_said(self, source, templates):
        assert source["StartingPosition"] == "TRIM_HORIZON"
        assert source.get("MaximumRetryAttempts", -1) == source.get("MaximumRecordAgeInSeconds", -1) == -1
        assert source["BisectBatchOnFunctionError"] is True
        assert source["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
        (queue,) = [name for name in templates["engine"].find_resources("AWS::SQS::Queue") if "SealFailures" in name]
        assert source["DestinationConfig"]["OnFailure"]["Destination"] == {"Fn::GetAtt": [queue, "Arn"]}

    def test_lambda_hands_over_what_the_sealer_reads_and_no_more(self, source):
        filters = [json.loads(each["Pattern"]) for each in source["FilterCriteria"]["Filters"]]
        assert filters == list(SEALED)


class TestRetention:
    """What DynamoDB deletes by a closing segment's term is told to the sweeper."""

    @pytest.fixture
    def source(self, templates):
        found = templates["engine"].find_resources("AWS::Lambda::EventSourceMapping").values()
        streams = [each["Properties"] for each in found if "StartingPosition" in each["Properties"]]
        (source,) = [each for each in streams if "DestinationConfig" not in each]
        return source

    def test_lambda_hands_over_the_ends_of_terms_and_no_more(self, source):
        filters = [json.loads(each["Pattern"]) for each in source["FilterCriteria"]["Filters"]]
        assert filters == [ENDED_TERM]
        assert "Sweeper" in json.dumps(source["FunctionName"])

    def test_nothing_is_given_up_before_the_stream_forgets_it(self, source):
        assert source["StartingPosition"] == "TRIM_HORIZON"
        assert source.get("MaximumRetryAttempts", -1) == source.get("MaximumRecordAgeInSeconds", -1) == -1
        assert source["BisectBatchOnFunctionError"] is True
        assert source["FunctionResponseTypes"] == ["ReportBatchItemFailures"]


def test_the_worker_learns_the_queue(templates):
    outputs = templates["engine"].find_outputs("QueueUrl")
    assert outputs["QueueUrl"]["Description"] == "AUTOMATE_QUEUE_URL"
