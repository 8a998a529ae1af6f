"""What the routes that hold, stop and redrive take and give."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from functions.app.shapes.base import ExecutionFilters, Given, Paged, Taken, Time


class PauseRequest(Taken):
    """How a workflow is paused."""

    starts: Literal["queue", "refuse"] = Field(
        "queue", description="queue: accepted, and begun once it is resumed. refuse: 409."
    )
    running: Literal["finish", "hold"] = Field(
        "finish", description="finish: what has begun runs on. hold: after the calls under way, until it is resumed."
    )


class StopManyRequest(Paged):
    """Which of a workflow's executions to stop; error and cause are shown with each."""

    status: Literal["RUNNING", "PAUSED"] = "RUNNING"
    error: str | None = Field(None, max_length=256)
    cause: str | None = Field(None, max_length=32768)


class RedriveManyRequest(Paged, ExecutionFilters):
    """Which of a workflow's executions to redrive. Filters combine with AND."""

    status: Literal["FAILED", "TIMED_OUT", "ABORTED"] = "FAILED"


class Pause(Given):
    """A workflow that is paused; `*` is all of them."""

    workflow: str
    starts: str
    running: str
    paused_at: Time
    paused_by: str


class PauseList(Given):
    """What is paused."""

    pauses: list[Pause]


class Resumed(Given):
    """How many open executions were woken; `complete` false: there are more, which are found within 16 minutes."""

    woken: int
    complete: bool


class StoppedMany(Given):
    """The executions that were asked to stop. `next_token` is null on the last page."""

    stopped: list[str]
    next_token: str | None


class NotRedriven(Given):
    """An execution that could not be redriven, and why."""

    id: str
    message: str


class RedrivenMany(Given):
    """The executions of a page that go on, and those that cannot. `next_token` is null on the last page."""

    redriven: list[str]
    refused: list[NotRedriven]
    next_token: str | None


class FiguresQuery(Taken):
    """Of which time."""

    hours: float = Field(24.0, ge=1, le=336, description="The last so many hours.")


class Figures(Given):
    """What executions of a data folder show. Times are seconds; `delay` is the median of how long they waited for a
    worker, `took` of how long they ran; `calls` and `open` are the most that went on at once."""

    hours: float
    cpus: int
    workers: int
    executions: int
    delay: float
    took: float
    calls: int
    open: int
    task_threads: int
    batch_size: int
