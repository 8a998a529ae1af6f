"""What the alarms see: what must be told trips one, and what heals by itself trips none.

An alarm is asked by CloudWatch's rule (the User Guide's "Using Amazon CloudWatch alarms"): it goes off when the last
`EvaluationPeriods` datapoints all breach; missing ones count as `TreatMissingData` says.
"""

import pytest

from engine.ports.queue import MAX_DELAY_SECONDS
from tests.support.iam.templates import ACCOUNT, REGION

pytestmark = pytest.mark.full

PERIOD = 300
CALM = {"WakesSent": [5] * 12}
"""How often the sweeper counts, each minute, an hour long."""


@pytest.fixture
def alarms(templates):
    """Alarm by its name without the stage."""
    found = templates["observability"].find_resources("AWS::CloudWatch::Alarm").values()
    return {each["Properties"]["AlarmName"].removeprefix("automate-test-"): each["Properties"] for each in found}


def goes_off(alarm, series):
    """Whether it does at any time, `series` being metric name to datapoints of five minutes, None where none is."""
    assert alarm["Period"] == PERIOD
    compare = {
        "GreaterThanOrEqualToThreshold": lambda value: value >= alarm["Threshold"],
        "LessThanThreshold": lambda value: value < alarm["Threshold"],
    }[alarm["ComparisonOperator"]]
    missing = alarm["TreatMissingData"] == "breaching"
    breaches = [
        missing if value is None else compare(value)
        for value in series.get(alarm["MetricName"], [None] * 12)
    ]
    needed = alarm["EvaluationPeriods"]
    return any(all(breaches[at : at + needed]) for at in range(len(breaches) - needed + 1))


def tripped(alarms, series):
    return {name for name, alarm in alarms.items() if goes_off(alarm, {**CALM, **series})}


def test_an_hour_in_which_nothing_happens_trips_none(alarms):
    assert tripped(alarms, {}) == set()


def test_one_crashed_worker_trips_none(alarms, templates):
    """Its message was delayed by as much as there is, is invisible for its visibility, and its next worker takes all of
    its time: so old the message is, and nothing is wrong."""
    queues = templates["engine"].find_resources("AWS::SQS::Queue").values()
    [visibility] = [q["Properties"]["VisibilityTimeout"] for q in queues if "RedrivePolicy" in q["Properties"]]
    functions = templates["engine"].find_resources("AWS::Lambda::Function").values()
    [timeout] = [f["Properties"]["Timeout"] for f in functions if f["Properties"]["FunctionName"].endswith("-worker")]
    oldest = MAX_DELAY_SECONDS + visibility + timeout
    ends = range(PERIOD, 12 * PERIOD + 1, PERIOD)
    ages = [min(end, oldest) if end - PERIOD < oldest else None for end in ends]
    assert tripped(alarms, {"ApproximateAgeOfOldestMessage": ages, "Errors": [None, 1, *[None] * 10]}) == set()


@pytest.mark.parametrize(("series", "expected"), [
    ({"ApproximateAgeOfOldestMessage": [300 * n for n in range(1, 13)]}, {"queue-age"}),
    ({"ExecutionsPaused": [None, 1]}, {"paused"}),
    ({"UnreadableMessages": [1]}, {"unreadable"}),
    ({"5XXError": [5]}, {"api-5xx"}),
    ({"WriteThrottleEvents": [1, 1, 1]}, {"table-write-throttles"}),
    ({"ReadThrottleEvents": [1, 1, 1]}, {"table-read-throttles"}),
    ({"NumberOfMessagesReceived": [1]}, {"dead-letters"}),
    ({"ExecutionsFailed": [10]}, {"failures"}),
    ({"Throttles": [1, 1, 1]}, {f"{name}-throttles" for name in ("worker", "api", "sweeper", "deadletter", "sealer")}),
    ({"Errors": [1, 1, 1]}, {f"{name}-errors" for name in ("worker", "api", "sweeper", "deadletter", "sealer")}),
    ({"IteratorAge": [60_000]}, {"sealing-age"}), ({"IteratorAge": [5_000] * 12}, set()),
    ({"IteratorAge": [3_600_000]}, {"sealing-age", "stream-age"}),
    ({"ApproximateNumberOfMessagesVisible": [1]}, {"sealing-given-up"}),
    ({"EntriesUnreadable": [1]}, {"sealing-unreadable"}),
    ({"WakesSent": [5, None, None, 5]}, {"sweeper"}),
])
def test_what_must_be_told_trips_its_alarm(alarms, series, expected):
    assert tripped(alarms, series) == expected


def test_the_metrics_are_of_this_stage(alarms, stage):
    """A metric without the right dimensions is another one, which has no data."""
    for name, alarm in alarms.items():
        dimensions = {
            each["Name"]: stage.resolved("observability", each["Value"]) for each in alarm.get("Dimensions", ())
        }
        if alarm["Namespace"] == "Automate":
            services = {"unreadable": "deadletter", "sealing-unreadable": "sealer", "sweeper": "sweeper"}
            assert dimensions == {"stage": "test", "service": services.get(name, "worker")}
        if alarm["Namespace"] == "AWS/ApiGateway":
            assert dimensions == {"ApiName": "automate-test", "Stage": "test"}
        if alarm["Namespace"] == "AWS/DynamoDB":
            assert set(dimensions) == {"TableName"}


def test_an_alarm_that_one_crash_would_trip_is_refused():
    from engine.errors import InvalidDocument  # noqa: PLC0415 - the tests above need it not
    from functions.tunables import Tunables  # noqa: PLC0415

    with pytest.raises(InvalidDocument, match="alarm_queue_age_seconds=300"):
        Tunables.from_context({"alarm_queue_age_seconds": "300"}.get)


class TestWhoHears:
    def test_the_address_that_was_named_is_subscribed(self, tmp_path):
        pytest.importorskip("aws_cdk", reason="the [infra] extra is not installed: make test-full")
        from aws_cdk import App, assertions  # noqa: PLC0415

        from infra_cdk.app import build  # noqa: PLC0415

        context = {"stage": "test", "cdn": "false", "alarm_email": "ops@example.com"}
        made = build(App(outdir=str(tmp_path), context=context))
        template = assertions.Template.from_stack(made.observability)
        [subscription] = template.find_resources("AWS::SNS::Subscription").values()
        assert subscription["Properties"]["Protocol"] == "email"
        assert subscription["Properties"]["Endpoint"] == "ops@example.com"

    def test_what_is_no_address_is_refused(self):
        from engine.errors import InvalidDocument  # noqa: PLC0415
        from functions.tunables import Tunables  # noqa: PLC0415

        with pytest.raises(InvalidDocument, match="alarm_email=ops will not do"):
            Tunables.from_context({"alarm_email": "ops"}.get)

    def test_cloudwatch_may_publish_to_the_topic_and_use_the_key_that_it_is_encrypted_with(self, stage, templates):
        """SNS's "Enable compatibility between event sources from AWS services and encrypted topics": without the
        key's consent the alarm goes off and nobody hears it."""
        [topic] = templates["observability"].find_resources("AWS::SNS::Topic").values()
        key = stage.arn("data", "AWS::KMS::Key")
        named = stage.resolved("observability", topic["Properties"]["KmsMasterKeyId"])
        assert key.endswith(str(named).rpartition("/")[2])
        alarm = "cloudwatch.amazonaws.com"
        own = f"arn:aws:cloudwatch:{REGION}:{ACCOUNT}:alarm:automate-test-queue-age"
        assert stage.may(alarm, "sns:Publish", stage.arn("observability", "AWS::SNS::Topic"), aws_SourceArn=own)
        here = {"aws_SourceAccount": ACCOUNT}
        assert stage.may(alarm, "kms:GenerateDataKey", key, **here)
        assert stage.may(alarm, "kms:Decrypt", key, **here)
        assert not stage.may(alarm, "kms:Decrypt", key, aws_SourceAccount="999999999999")
        assert not stage.may("events.amazonaws.com", "kms:Decrypt", key, **here)
        assert not stage.may(alarm, "kms:ScheduleKeyDeletion", key, **here)

    @pytest.mark.parametrize("other", [
        f"arn:aws:cloudwatch:{REGION}:999999999999:alarm:automate-test-queue-age",
        f"arn:aws:cloudwatch:{REGION}:{ACCOUNT}:alarm:cpu", None,
    ])
    def test_cloudwatch_may_not_publish_for_alarms_of_others(self, stage, other):
        """CloudWatch is one principal for every account: without aws:SourceArn anybody's alarm may speak here."""
        context = {"aws_SourceArn": other} if other else {}
        topic = stage.arn("observability", "AWS::SNS::Topic")
        assert not stage.may("cloudwatch.amazonaws.com", "sns:Publish", topic, **context)

    def test_the_api_may_look_whether_anybody_hears(self, stage):
        """Its topic gets the name that CloudFormation makes of the stack's and the logical id."""
        api = stage.role("api")
        assert stage.may(api, "cloudwatch:DescribeAlarms", "*")
        own = "arn:aws:sns:eu-central-1:111122223333:automate-test-observability-TopicBFC7AF6E-x1Y2"
        assert stage.may(api, "sns:GetTopicAttributes", own)
        assert not stage.may(api, "sns:GetTopicAttributes", own.replace("automate-test", "automate-prod"))
        assert not stage.may(api, "sns:Publish", own)
