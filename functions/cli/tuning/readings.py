"""What the periods of a stage add up to, and when a quarter of an hour of them is bad."""

from __future__ import annotations

from collections.abc import Iterable
from statistics import fmean

from functions.cli.tuning.figures import Period, Stage

LAG_SECONDS = 60.0
BAD_PERIODS = 3
"""A quarter of an hour: once is a burst, which a queue is there for."""


def lagging_periods(stage: Stage) -> list[Period]:
    """Where wakes waited for a worker. The oldest wake's age alone says little, it counts wakes that a worker holds: so
    others must have waited beside it."""
    return [period for period in stage.periods if period.queue_age >= LAG_SECONDS and period.visible >= 1]


def throttled_periods(stage: Stage) -> list[Period]:
    """Where the worker was refused concurrency."""
    return [period for period in stage.periods if period.throttles >= 1]


def keeps_up(stage: Stage) -> bool:
    """Neither lagging nor throttled for a quarter of an hour."""
    return max(len(lagging_periods(stage)), len(throttled_periods(stage))) < BAD_PERIODS


def invocations(periods: Iterable[Period]) -> float:
    """Of the worker."""
    return sum(period.invocations for period in periods)


def fill(periods: Iterable[Period]) -> float:
    """Messages for each invocation; 0 without any."""
    periods = list(periods)
    calls = invocations(periods)
    return sum(period.received for period in periods) / calls if calls else 0.0


def median_seconds(periods: Iterable[Period]) -> float:
    """How long the middle invocation took: the periods' medians, each as heavy as its invocations."""
    weighed = [(period.p50, period.invocations) for period in periods if period.invocations]
    return fmean([value for value, _ in weighed], [weight for _, weight in weighed]) if weighed else 0.0


def most_concurrent(periods: Iterable[Period]) -> float:
    """Workers at once."""
    return max((period.concurrent for period in periods), default=0.0)
