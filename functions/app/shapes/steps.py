"""What the routes of one execution's inside take and give: steps, their values, their logs. Times are ISO 8601."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from functions.app.shapes.base import ConsoleAddresses, Given, Json, Taken, Time

_LARGE = 'Over 256 KiB it is left out: {"$too_large": {"bytes", "href"}}, href being where it is downloaded.'


class DefinitionQuery(Taken):
    """By which definition: it may have changed."""

    at: int | None = Field(None, ge=1, description="An event of the history: the definition that it ran by then.")


class DefinitionAnswer(Given):
    """The workflow document that the execution runs by."""

    document: dict[str, Json]


class Attempt(Given):
    """One try, numbered from 1."""

    number: int
    started_at: Time
    ended_at: Time
    status: str
    error: str | None
    cause: str | None


class Wait(Given):
    """A time in which nothing was done: for a timer, a Retrier's interval, or an answer from outside."""

    since: Time = Field(alias="from")
    to: Time
    why: Literal["wait", "retry", "callback"]


class Caught(Given):
    """The error that a Catcher took, and where it led."""

    error: str | None
    next: str | None


class Step(Given):
    """One visit of one state."""

    id: str = Field(description="Stable: the states on the way to it with their visits, branches and items.")
    path: str = Field(description="The same without visits and items: how a test names the state.")
    name: str
    type: str
    resource: str | None
    parent: str | None = Field(description="The id of the Parallel or Map it is in.")
    branch: int | None
    item: int | None
    visit: int
    status: Literal[
        "RUNNING", "WAITING", "RETRYING", "SUCCEEDED", "CAUGHT", "FAILED", "TIMED_OUT", "ABORTED"
    ]
    entered_at: Time
    exited_at: Time
    attempts: list[Attempt]
    waits: list[Wait]
    next: str | None
    caught: Caught | None
    error: str | None
    first_event: int
    last_event: int
    map_run: str | None = Field(description="A distributed Map's run.")


class Edge(Given):
    """A transition that was taken."""

    from_step: str
    to_step: str


class Rest(Given):
    """A time in which the execution had ended and was not redriven yet."""

    since: str = Field(alias="from")
    to: str


class StepsQuery(Taken):
    """How much of them."""

    newest: int | None = Field(
        None, ge=1, le=100_000, description="Only what the newest so many events tell; by default the first 100,000."
    )
    causes: bool = Field(False, description="With the whole cause of each step that failed.")


class WaitingTask(Given):
    """A task that waits for its answer."""

    state: str
    token: str | None = Field(
        description="What answers it: given to the owner of a data folder on its own command line, null elsewhere, and "
        "of an approval."
    )
    approval: str | None = Field(description="What people are asked there (/approvals/{approval}).")


class WaitingTasks(Given):
    """The tasks that wait for an answer from outside."""

    waiting: list[WaitingTask]


class StepsAnswer(Given):
    """All steps, in the order in which they were entered. `complete` false: the history is longer than is read."""

    steps: list[Step]
    edges: list[Edge]
    rests: list[Rest]
    last_event: int
    status: str
    complete: bool
    events_left_out: int = Field(0, description="So many events lie before the `newest`.")
    causes: dict[str, str] = Field(default_factory=dict, description="By step id, where `causes` asks for them.")


class LogLine(Given):
    """One record of a worker's log."""

    at: Time
    level: str
    message: str
    state: str | None
    attempt: int | None = Field(description="From 1.")


class LogLines(Given):
    """Records, oldest first. `complete` false: there are older ones that were not looked at."""

    lines: list[LogLine]
    complete: bool


class StepDetail(Given):
    """A step with its values. Secrets are in none of them: they never were."""

    step: Step
    input: Json = Field(description=_LARGE)
    output: Json = Field(description=_LARGE)
    arguments: Json = Field(description=f"What the Task was called with. {_LARGE}")
    result: Json = Field(description=f"What the Task's call returned. {_LARGE}")
    assigned: dict[str, Json]
    variables: dict[str, Json] = Field(description="What the state could see as it was entered.")
    error: str | None
    cause: str | None = Field(description="In plain words: a connector's message without its JSON.")
    stack_trace: str | None
    events: list[dict[str, Json]]
    logs: list[LogLine]
    audit: dict[str, str] = Field(description="The query of GET /audit that lists this step's entries.")
    links: ConsoleAddresses


class LogsQuery(Taken):
    """Which lines."""

    step: str | None = Field(None, description="Only those of this step, by its id.")
    limit: int = Field(500, ge=1, le=5000)


class PayloadQuery(Taken):
    """Which value."""

    part: Literal["input", "output", "arguments", "result", "variables", "assigned"] = "input"
    step: str | None = Field(None, description="Of this step, by its id; by default the execution's own.")


class InputsQuery(Taken):
    """Whose inputs."""

    state: str | None = Field(None, description="Of this state; by default the workflow's own.")
    limit: int = Field(20, ge=1, le=100)


class PastInput(Given):
    """A real input, and what came of it."""

    execution: str
    at: Time
    status: str
    input: Json = Field(description=_LARGE)
    output: Json = Field(description=f"What came of it; null until it succeeded. {_LARGE}")
    variables: dict[str, Json]


class PastInputs(Given):
    """The newest first."""

    inputs: list[PastInput]
