"""A stage's alarms and who hears them, on moto; what moto cannot say, by hand with SNS's own error codes."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from botocore.exceptions import ClientError

from engine.adapters.aws.alarms import CloudWatchAlarms
from engine.errors import StoreUnavailable
from engine.ports.alarms import Alarm, AlarmTopic, Watch
from tests.support.aws_answers import Service

TOPIC = "arn:aws:sns:eu-central-1:111122223333:automate-dev-observability-Topic-1"


def an_alarm(clients, name, actions, **more):
    clients.cloudwatch.put_metric_alarm(
        AlarmName=name, AlarmDescription="Too old.\nRunbook: docs/runbooks.md#x", MetricName="m", Namespace="n",
        Statistic="Sum", Period=300, EvaluationPeriods=1, Threshold=1,
        ComparisonOperator="GreaterThanOrEqualToThreshold", AlarmActions=actions, **more,
    )


def test_alarms_of_the_stage_and_the_subscriptions_of_their_topic(aws_stores):
    clients = aws_stores.clients
    topic = clients.sns.create_topic(Name="automate-dev-alarms")["TopicArn"]
    an_alarm(clients, "automate-dev-queue-age", [topic])
    an_alarm(clients, "automate-dev-paused", [topic], ActionsEnabled=False)
    an_alarm(clients, "automate-prod-queue-age", [])
    seen = CloudWatchAlarms(clients, "automate-dev-").watch()
    assert [(each.name, each.says, each.silent) for each in seen.alarms] == [
        ("automate-dev-paused", "Too old.", True), ("automate-dev-queue-age", "Too old.", False),
    ]
    assert seen.topics == [AlarmTopic(topic, 0, 0)]


def over(*answers):
    service = Service(*answers)
    return CloudWatchAlarms(SimpleNamespace(cloudwatch=service, sns=service), "automate-dev-"), service


def a_page(name, **more):
    alarm = {"AlarmName": name, "StateValue": "OK", "ActionsEnabled": True, "AlarmActions": [TOPIC]}
    return {"MetricAlarms": [alarm], **more}


@pytest.mark.parametrize(("code", "problem"), [
    ("AuthorizationError", "the API may not look at it"), ("NotFound", "it is not there"),
])
def test_a_topic_that_cannot_be_looked_at_is_said(code, problem):
    refused = ClientError({"Error": {"Code": code, "Message": "no"}}, "GetTopicAttributes")
    alarms, _ = over(a_page("automate-dev-a"), refused)
    assert alarms.watch() == Watch([Alarm("automate-dev-a", "OK", "")], [AlarmTopic(TOPIC, None, None, problem)])


def test_every_page_is_read_and_a_topic_is_asked_once():
    attributes = {"Attributes": {"SubscriptionsConfirmed": "2", "SubscriptionsPending": "1"}}
    alarms, service = over(a_page("automate-dev-b", NextToken="more"), a_page("automate-dev-a"), attributes)
    seen = alarms.watch()
    assert [each.name for each in seen.alarms] == ["automate-dev-a", "automate-dev-b"]
    assert seen.topics == [AlarmTopic(TOPIC, 2, 1)]
    assert service.requests[1] == ("describe_alarms", {"AlarmNamePrefix": "automate-dev-", "NextToken": "more"})


def test_alarms_that_cannot_be_read_are_a_store_that_does_not_serve():
    alarms, _ = over(ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, "DescribeAlarms"))
    with pytest.raises(StoreUnavailable):
        alarms.watch()
