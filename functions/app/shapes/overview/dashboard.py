"""What the route of the dashboard takes and gives."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, field_validator

from engine.ports.queue import MOST_COUNTED
from functions.app.shapes.base import Given, Json, Taken, Time


class DashboardQuery(Taken):
    """Of which time."""

    hours: Literal[1, 24, 168] = Field(24, description="The last hour, day or week.")

    @field_validator("hours", mode="before")
    @classmethod
    def _as_number(cls, given: Json) -> Json:
        """A query has nothing but text."""
        return int(given) if isinstance(given, str) and given.isdecimal() else given


class Bar(Given):
    """The executions that started from `at` until `until`, and how they stand: one that still runs is `open` in the
    bar of its start."""

    at: str
    until: str
    started: int
    succeeded: int
    failed: int = Field(description="FAILED or TIMED_OUT.")
    stopped: int = Field(description="ABORTED.")
    open: int = Field(description="RUNNING or PAUSED when they were counted last.")
    usd: float = Field(description="What they cost on AWS, by estimate.")


class EndBar(Given):
    """How many executions ended from `at` until `until`, whenever they started. One that is redriven ends again."""

    at: str
    until: str
    succeeded: int
    failed: int = Field(description="FAILED or TIMED_OUT.")
    stopped: int = Field(description="ABORTED.")


class WorkflowCounts(Given):
    """Of one workflow, the same. `workflow` is empty for those that were not kept apart."""

    workflow: str
    started: int
    succeeded: int
    failed: int
    stopped: int
    open: int
    ended: int = Field(description="How many ended in this time, whenever they started.")
    usd: float | None = Field(description="By the estimate of the active version; null without one.")


class FailureCounts(Given):
    """How many failed so. `error` is null where there is none, or it was not looked at."""

    workflow: str
    status: str
    error: str | None
    number: int


class Waiting(Given):
    """An open execution that started long ago."""

    execution: str
    workflow: str
    status: str
    started_at: Time


class QueueNow(Given):
    """Wakes that are due and that no worker has taken."""

    waiting: int | None = Field(description=f"{MOST_COUNTED:,} means so many or more.")
    oldest_seconds: float | None = Field(description="How long the oldest waits; null where nothing does, and on AWS.")


class Dashboard(Given):
    """How it goes. In `bars` executions count in the piece of time in which they started, in `ends` in that of their
    end. The counts are kept by a job: on one machine seconds behind, on AWS six minutes; `counted_until` says up to
    when, null on one machine."""

    hours: int
    step_seconds: int
    bars: list[Bar] = Field(description="The oldest first.")
    usd_deletion: float = Field(description="What it will cost on AWS to delete them after their term, by estimate.")
    ends: list[EndBar] = Field(description="The same pieces of time.")
    ends_since: Time = Field(description="From when on ends were counted; null where that is all of this time.")
    workflows: list[WorkflowCounts] = Field(description="Those with the most starts first.")
    failures: list[FailureCounts] = Field(description="The most frequent first.")
    oldest: list[Waiting]
    queue: QueueNow
    counted_until: Time
