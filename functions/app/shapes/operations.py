"""What the routes that hold, stop and redrive take and give."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

from functions.app.shapes.base import ExecutionFilters, Given, Json, Paged, Taken, Time


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


class ForwardRequest(Taken):
    """By which version it goes on, and where. Without `from_state` it goes on where it stood."""

    version: int = Field(ge=1, description="The version of the same workflow to go on by.")
    from_state: str | None = Field(
        None, description="A state of the version's top level, which is entered anew; all that waits is dropped."
    )
    input: Json = Field(None, description="With from_state: the state's input, instead of the one that waits.")

    @model_validator(mode="after")
    def _goes_with_a_state(self) -> Self:
        if "input" in self.model_fields_set and self.from_state is None:
            raise ValueError("input goes with from_state: name the state that it is for")
        return self


class RedriveRequest(Taken):
    """Empty: as AWS's RedriveExecution. With a version: go on by that one."""

    version: int | None = Field(None, ge=1, description="Another version of the same workflow to go on by.")
    from_state: str | None = Field(
        None, description="With version: a state of its top level, which is entered anew; all that waits is dropped."
    )
    input: Json = Field(None, description="With from_state: the state's input, instead of the one that waits.")
    accept: bool = Field(False, description="With version: also where the plan has doubts.")

    @model_validator(mode="after")
    def _goes_with_a_version(self) -> Self:
        given = self.model_fields_set - {"version"}
        if self.version is None and given:
            raise ValueError(f"{min(given)} goes with version")
        if "input" in given and self.from_state is None:
            raise ValueError("input goes with from_state: name the state that it is for")
        return self


class RedriveManyRequest(Paged, ExecutionFilters):
    """Which of a workflow's executions to redrive. Filters combine with AND."""

    status: Literal["FAILED", "TIMED_OUT", "ABORTED"] = "FAILED"
    version: int | None = Field(None, ge=1, description="Another version to go on by: those that do not fit stay.")
    from_state: str | None = Field(None, description="With version: at this state of its top level, entered anew.")
    accept: bool = Field(False, description="With version: also those whose plan has doubts.")

    @model_validator(mode="after")
    def _goes_with_a_version(self) -> Self:
        if self.version is None and (self.from_state is not None or self.accept):
            raise ValueError("from_state and accept go with version")
        return self


class ForwardManyRequest(Paged, ExecutionFilters):
    """Which of a workflow's executions to plan for. Filters combine with AND."""

    status: Literal["FAILED", "TIMED_OUT", "ABORTED"] = "FAILED"
    version: int = Field(ge=1, description="The version to go on by.")
    from_state: str | None = Field(None, description="At this state of its top level, entered anew.")


class ForwardFinding(Given):
    """Something of a plan: `place` is a JSON pointer into the new definition, `frame` which branch or iteration it is
    about, `execution` the item of a Map Run."""

    place: str
    message: str
    frame: str | None
    execution: str


class ForwardPlan(Given):
    """Whether an execution can go on by `version`. It does not fit where there are refusals; where there are doubts,
    whoever lets it go on accepts them. Notes say what is kept, begins anew or is dropped; `changed` what differs in
    states that have run, whose effects stand as they were. `message`: why it cannot be redriven at all."""

    id: str
    from_version: int
    version: int
    fits: bool
    refusals: list[ForwardFinding] = Field(default_factory=list)
    doubts: list[ForwardFinding] = Field(default_factory=list)
    notes: list[ForwardFinding] = Field(default_factory=list)
    changed: list[ForwardFinding] = Field(default_factory=list)
    message: str | None = None


class ForwardPlans(Given):
    """A page of plans. `next_token` is null on the last page."""

    plans: list[ForwardPlan]
    next_token: str | None


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
