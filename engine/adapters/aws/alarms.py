"""A stage's alarms: CloudWatch's, by the beginning of their names, and the SNS topics that they go to."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from botocore.exceptions import ClientError

from engine.adapters.aws.clients import Clients
from engine.adapters.aws.failures import code_of, storage_errors
from engine.ports.alarms import Alarm, AlarmTopic, Watch


class CloudWatchAlarms:
    """engine.ports.alarms.Alarms over the alarms whose names begin with `prefix`."""

    def __init__(self, clients: Clients, prefix: str) -> None:
        self._clients = clients
        self._prefix = prefix

    def watch(self) -> Watch:
        """The alarms by name, their topics in the order in which they are named first."""
        alarms: list[Alarm] = []
        topics: dict[str, None] = {}
        for found in self._alarms():
            told = list(found.get("AlarmActions", ())) if found.get("ActionsEnabled", True) else []
            says = str(found.get("AlarmDescription") or "").partition("\n")[0]
            alarms.append(Alarm(found["AlarmName"], found["StateValue"], says, silent=not told))
            topics.update((each, None) for each in told if ":sns:" in each)
        return Watch(sorted(alarms, key=lambda alarm: alarm.name), [self._topic(arn) for arn in topics])

    def _alarms(self) -> Iterator[Any]:
        request = {"AlarmNamePrefix": self._prefix}
        while True:
            with storage_errors():
                page = self._clients.cloudwatch.describe_alarms(**request)
            yield from page.get("MetricAlarms", ())
            if not page.get("NextToken"):
                return
            request["NextToken"] = page["NextToken"]

    def _topic(self, arn: str) -> AlarmTopic:
        """A topic of another account, or of one's own choice, may not be for the API's eyes: that is no failure."""
        with storage_errors():
            try:
                found = self._clients.sns.get_topic_attributes(TopicArn=arn)["Attributes"]
            except ClientError as error:
                if code_of(error) not in ("AuthorizationError", "AccessDenied", "NotFound"):
                    raise
                gone = code_of(error) == "NotFound"
                return AlarmTopic(arn, None, None, "it is not there" if gone else "the API may not look at it")
        return AlarmTopic(arn, int(found["SubscriptionsConfirmed"]), int(found["SubscriptionsPending"]))
