"""What starts a workflow besides a person: the shapes of a workflow document's `triggers`.

They are stored with the document and checked here, so that a document written today stays valid. Nothing listens to
them in this release.
"""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

_SCHEDULE = re.compile(r"rate\([1-9]\d{0,5} (minute|minutes|hour|hours|day|days)\)|cron\(\S+( \S+){5}\)")


class _Trigger(BaseModel):
    """What every trigger has. `input` is the execution's input; by default it is what arrived."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    enabled: bool = Field(True, description="False keeps the trigger in the document and switches it off.")
    input: Any = Field(None, description="The execution's input; by default what arrived.")


class ScheduleTrigger(_Trigger):
    """At fixed times."""

    type: Literal["schedule"]
    expression: str = Field(description="rate(5 minutes) or cron(0 6 * * ? *), as EventBridge Scheduler writes them.")
    timezone: str = Field("UTC", description="An IANA time zone; cron expressions are read in it.", min_length=1)

    @field_validator("expression")
    @classmethod
    def _is_schedule(cls, value: str) -> str:
        if not _SCHEDULE.fullmatch(value):
            raise ValueError(f"{value!r} is neither rate(N minutes|hours|days) nor cron() with six fields")
        return value


class WebhookTrigger(_Trigger):
    """A POST to this product's own address."""

    type: Literal["webhook"]
    path: str = Field(description="The last part of the address: letters, digits and hyphens.",
                      pattern=r"^[A-Za-z0-9-]{1,80}$")


class QueueTrigger(_Trigger):
    """A message in a queue; its body is what arrived."""

    type: Literal["queue"]
    queue: str = Field(description="The ARN of an SQS queue, or the name of a local one.", min_length=1, max_length=256)


class EventTrigger(_Trigger):
    """An event on a bus that matches a pattern."""

    type: Literal["event"]
    pattern: dict[str, Any] = Field(description="An EventBridge event pattern.", min_length=1)
    bus: str = Field("default", description="The event bus.", min_length=1, max_length=256)


Trigger = Annotated[
    ScheduleTrigger | WebhookTrigger | QueueTrigger | EventTrigger, Field(discriminator="type")
]
