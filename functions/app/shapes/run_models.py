"""What the routes of activities and of Map Runs take and give."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

Json = Any


class _In(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Out(BaseModel):
    model_config = ConfigDict(frozen=True)


class CreateActivityRequest(_In):
    """A place where work waits for workers that poll for it."""

    name: str = Field(description="1 to 80 characters, as AWS allows them.")


class ActivityTaskRequest(_In):
    """Ask for the oldest task that waits."""

    worker_name: str | None = Field(None, max_length=80, description="Shown in the history's ActivityStarted.")
    wait_seconds: float = Field(
        60.0, ge=0, le=60, description="How long to wait for one; on AWS a request is answered within 25 s."
    )


class Activity(_Out):
    """`arn` is what a Task names as its Resource; one of any region and account with the same name is this one too."""

    name: str
    arn: str
    created_at: str | None


class ActivityList(_Out):
    """All of a workspace, by name."""

    activities: list[Activity]


class ActivityTask(_Out):
    """`token` null: nothing came within the time; ask again. Else answer under /tasks/ with it."""

    token: str | None = None
    input: Json = None


class Deleted(_Out):
    """Whether there was one."""

    deleted: bool


class MapRunChildrenQuery(_In):
    """From which item on, and how many."""

    first: int = Field(0, ge=0)
    limit: int = Field(100, ge=1, le=1000)


class UpdateMapRunRequest(_In):
    """New limits; what is left out stays. What is out already goes on."""

    max_concurrency: int | None = Field(None, ge=0, description="0: no limit.")
    tolerated_failure_count: float | None = Field(None, ge=0)
    tolerated_failure_percentage: float | None = Field(None, ge=0, le=100)


class MapRun(_Out):
    """`counts` are of child executions. `max_concurrency` 0: no limit. Limits are null where they are not kept any
    more: of a run that ended with its execution."""

    arn: str
    execution: str
    status: str
    counts: dict[str, int]
    started_at: str | None
    ended_at: str | None
    max_concurrency: int | None
    tolerated_failure_count: float | None
    tolerated_failure_percentage: float | None


class MapRunList(_Out):
    """In the order in which the execution began them."""

    map_runs: list[MapRun]


class MapRunChild(_Out):
    """A child execution."""

    id: str
    status: str
    started_at: str | None
    ended_at: str | None


class MapRunChildren(_Out):
    """In the order of their items; `next_first` is null on the last page."""

    executions: list[MapRunChild]
    next_first: int | None
