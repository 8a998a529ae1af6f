"""What watches a deployment, and whether anybody hears it: read, never changed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from engine.records import dataclass


@dataclass(frozen=True, slots=True)
class Alarm:
    """One alarm. `state` is CloudWatch's word (OK, ALARM, INSUFFICIENT_DATA), `says` its description's first line,
    `silent` whether it tells no topic."""

    name: str
    state: str
    says: str
    silent: bool = False


@dataclass(frozen=True, slots=True)
class AlarmTopic:
    """Where alarms go. `confirmed` subscriptions hear them, `pending` ones have not followed the link in their mail;
    both are None where the topic cannot be looked at, which `problem` tells."""

    arn: str
    confirmed: int | None
    pending: int | None
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class Watch:
    """All alarms of the stage, and the topics that they go to."""

    alarms: Sequence[Alarm]
    topics: Sequence[AlarmTopic]


class Alarms(Protocol):
    """Looks at the stage's alarms. Raises engine.errors.StorageError when they cannot be read."""

    def watch(self) -> Watch:
        """What there is now."""
        ...
