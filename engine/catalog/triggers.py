"""What starts a workflow besides a person: the shapes of a workflow document's `triggers`.

They are stored with the document and checked here, so that a document written today stays valid. Nothing listens to
them in this release: whoever checks or publishes one that is enabled is warned.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from engine.errors import Diagnostic

_SCHEDULE = re.compile(r"rate\([1-9]\d{0,5} (minute|minutes|hour|hours|day|days)\)|cron\(\S+( \S+){5}\)")


class _Trigger(BaseModel):
    """What every trigger has. `input` is the execution's input; by default it is what arrived."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, defer_build=True)

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

    def __str__(self) -> str:
        return f"the schedule {self.expression}"


class WebhookTrigger(_Trigger):
    """A POST to this product's own address."""

    type: Literal["webhook"]
    path: str = Field(description="The last part of the address: letters, digits and hyphens.",
                      pattern=r"^[A-Za-z0-9-]{1,80}$")

    def __str__(self) -> str:
        return f"the webhook {self.path!r}"


class QueueTrigger(_Trigger):
    """A message in a queue; its body is what arrived."""

    type: Literal["queue"]
    queue: str = Field(description="The ARN of an SQS queue, or the name of a local one.", min_length=1, max_length=256)

    def __str__(self) -> str:
        return f"the queue {self.queue!r}"


class EventTrigger(_Trigger):
    """An event on a bus that matches a pattern."""

    type: Literal["event"]
    pattern: dict[str, Any] = Field(description="An EventBridge event pattern.", min_length=1)
    bus: str = Field("default", description="The event bus.", min_length=1, max_length=256)

    def __str__(self) -> str:
        return f"the event pattern of the bus {self.bus!r}"


Trigger = Annotated[
    ScheduleTrigger | WebhookTrigger | QueueTrigger | EventTrigger, Field(discriminator="type")
]


def never_firing(triggers: Iterable[Trigger]) -> list[Diagnostic]:
    """A warning for each enabled trigger: until there are triggers, none of them starts anything."""
    return [
        Diagnostic(
            "TRIGGER_NEVER_FIRES",
            f"{trigger} never fires: this release has no triggers. Start the workflow with `automate start` or over "
            'the API; "enabled": false says that this is known',
            f"/triggers/{index}", "WARNING",
        )
        for index, trigger in enumerate(triggers) if trigger.enabled
    ]
