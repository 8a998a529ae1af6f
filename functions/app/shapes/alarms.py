"""What the route of alarms gives."""

from __future__ import annotations

from pydantic import Field

from functions.app.shapes.base import Given


class Alarm(Given):
    """One alarm of the stage. `silent`: it tells no topic."""

    name: str
    state: str = Field(description="CloudWatch's word: OK, ALARM, INSUFFICIENT_DATA.")
    says: str
    silent: bool


class AlarmTopic(Given):
    """Where alarms go. Both numbers are null where the topic cannot be looked at: `problem` says why."""

    arn: str
    confirmed: int | None = Field(description="Subscriptions that hear them.")
    pending: int | None = Field(description="Subscriptions whose mail has not been answered: they hear nothing.")
    problem: str | None


class Watch(Given):
    """What watches the deployment. `watched` is false on one machine."""

    watched: bool
    alarms: list[Alarm]
    topics: list[AlarmTopic]
