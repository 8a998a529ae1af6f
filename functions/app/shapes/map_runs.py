"""What the routes of Map Runs take and give."""

from __future__ import annotations

from pydantic import Field

from functions.app.shapes.base import Given, Taken, Time
from functions.app.shapes.executions import STATUSES


class MapRunChildrenQuery(Taken):
    """From which item on, and how many."""

    first: int = Field(0, ge=0)
    limit: int = Field(100, ge=1, le=1000)
    status: str | None = Field(
        None, pattern=f"^({STATUSES})(,({STATUSES}))*$",
        description="One, or several with commas between: any of them. A page may come short: `next_first` goes on.",
    )


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
