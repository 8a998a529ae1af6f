"""What AWS bills, in its own units. A plain sum type: an execution's, an act's, or a part of either."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields

from engine.records import dataclass


@dataclass(frozen=True, slots=True)
class Units:
    """Every field is a number of the unit that AWS bills; fractions come from shares of a batch.

    `write_units` and `read_units` are DynamoDB's request units, indexes and transactions included. `log_bytes` is what
    CloudWatch Logs takes in. `cpu_seconds` is the worker's own computing, on one whole CPU; `wait_seconds` the time
    that it stands still in an invocation, `store_calls` the requests that it waits for in a row; `api_requests` are
    those that came through API Gateway. `entries` are those of the audit log, which are sealed later, many at once,
    and `ends` those that are noted then: what that takes is added when they are priced.
    """

    write_units: float = 0.0
    read_units: float = 0.0
    sqs_requests: float = 0.0
    lambda_requests: float = 0.0
    s3_puts: float = 0.0
    s3_gets: float = 0.0
    log_bytes: float = 0.0
    cpu_seconds: float = 0.0
    wait_seconds: float = 0.0
    api_requests: float = 0.0
    store_calls: float = 0.0
    entries: float = 0.0
    ends: float = 0.0

    def __add__(self, other: Units) -> Units:
        return Units(*(mine + theirs for mine, theirs in zip(self.values(), other.values(), strict=True)))

    def __sub__(self, other: Units) -> Units:
        return self + other * -1.0

    def __mul__(self, times: float) -> Units:
        return Units(*(value * times for value in self.values()))

    def values(self) -> tuple[float, ...]:
        """The numbers, in the order of the fields."""
        return tuple(getattr(self, name) for name in NAMES)

    def as_dict(self) -> dict[str, float]:
        """The units that are not 0, rounded to a billionth."""
        return {name: round(value, 9) for name, value in zip(NAMES, self.values(), strict=True) if value}

    @classmethod
    def of(cls, shape: Mapping[str, float]) -> Units:
        """What `as_dict` gave."""
        return cls(**shape)


NAMES = tuple(item.name for item in fields(Units))
NONE = Units()


def total(parts: Iterable[Units]) -> Units:
    """Their sum."""
    found = NONE
    for part in parts:
        found = found + part
    return found
