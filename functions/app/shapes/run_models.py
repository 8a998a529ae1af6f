"""What the routes of activities and of Map Runs take and give."""

from __future__ import annotations

from pydantic import Field

from functions.app.shapes.models_base import Given, Json, Taken, Time


class CreateActivityRequest(Taken):
    """A place where work waits for workers that poll for it."""

    name: str = Field(description="1 to 80 characters, as AWS allows them.")


class ActivityTaskRequest(Taken):
    """Ask for the oldest task that waits."""

    worker_name: str | None = Field(None, max_length=80, description="Shown in the history's ActivityStarted.")
    wait_seconds: float = Field(
        60.0, ge=0, le=60, description="How long to wait for one; on AWS a request is answered within 25 s."
    )


class Activity(Given):
    """`arn` is what a Task names as its Resource; one of any region and account with the same name is this one too."""

    name: str
    arn: str
    created_at: Time


class ActivityList(Given):
    """All of a workspace, by name."""

    activities: list[Activity]


class ActivityTask(Given):
    """`token` null: nothing came within the time; ask again. Else answer under /tasks/ with it."""

    token: str | None = None
    input: Json = None


class Deleted(Given):
    """Whether there was one."""

    deleted: bool


class MapRunChildrenQuery(Taken):
    """From which item on, and how many."""

    first: int = Field(0, ge=0)
    limit: int = Field(100, ge=1, le=1000)


class UpdateMapRunRequest(Taken):
    """New limits; what is left out stays. What is out already goes on."""

    max_concurrency: int | None = Field(None, ge=0, description="0: no limit.")
    tolerated_failure_count: float | None = Field(None, ge=0)
    tolerated_failure_percentage: float | None = Field(None, ge=0, le=100)


class MapRun(Given):
    """`counts` are of child executions. `max_concurrency` 0: no limit. Limits are null where they are not kept any
    more: of a run that ended with its execution."""

    arn: str
    execution: str
    status: str
    counts: dict[str, int]
    started_at: Time
    ended_at: Time
    max_concurrency: int | None
    tolerated_failure_count: float | None
    tolerated_failure_percentage: float | None


class MapRunList(Given):
    """In the order in which the execution began them."""

    map_runs: list[MapRun]


class MapRunChild(Given):
    """A child execution."""

    id: str
    status: str
    started_at: Time
    ended_at: Time


class MapRunChildren(Given):
    """In the order of their items; `next_first` is null on the last page."""

    executions: list[MapRunChild]
    next_first: int | None
