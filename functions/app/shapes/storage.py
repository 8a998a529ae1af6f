"""What the route of storage gives."""

from __future__ import annotations

from pydantic import Field

from functions.app.shapes.base import Given, Time


class NextTaken(Given):
    """The execution that retention takes first."""

    execution: str
    workflow: str
    at: Time = Field(description="When its term is over.")


class Folder(Given):
    """The data folder's database and its disk, in bytes."""

    bytes: int = Field(description="Of the database, with its write-ahead log.")
    free_bytes: int = Field(description="Of these, what waits to be used again or given back.")
    shrinks: bool = Field(description="Whether free pages are given back to the disk; `automate compact` sees to it.")
    bytes_a_day: float | None = Field(description="How much it grew a day, of late; null before that is known.")
    disk_free_bytes: int
    reserve_bytes: int = Field(description="With less than that free, nothing new is started (503).")
    trusted_until: Time = Field(
        description="The last day with a worker, where the clock then went on by more than two days: executions are "
        "taken as on that day, until workers have run for a day or two. Else null."
    )
    days_left: float | None = Field(description="Until then, at this growth; null where it does not grow.")


class Storage(Given):
    """How long executions are kept, and what they take. `folder` is null on AWS, where nothing fills up."""

    retention_days: float = Field(description="Days after the end, where a workflow names none; 0 is for ever.")
    redrive_days: float
    next: NextTaken | None = Field(description="Null where nothing is known to be taken; on AWS always.")
    folder: Folder | None
