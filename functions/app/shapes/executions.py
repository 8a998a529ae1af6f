"""What the routes of executions take and give."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from functions.app.runs.watching import MOST_SECONDS
from functions.app.shapes.base import (
    ConsoleAddresses,
    ExecutionFilters,
    Given,
    Json,
    Paged,
    PinnedConnector,
    Taken,
    Time,
)


class StartRequest(Taken):
    """Start an execution."""

    input: Json = Field(default_factory=dict, description="Any JSON value.")
    name: str | None = Field(None, description="Unique within the workflow; by default a UUID.")
    version: int | None = Field(None, ge=1, description="By default the active one.")
    sync: bool = Field(
        False, description="Run an EXPRESS workflow here and answer with its outcome; 504 after 25 s. Or ?sync=true."
    )
    wait: int = Field(
        0, ge=0, le=MOST_SECONDS,
        description="Seconds to wait for its end; then it is answered as it stands. A stage on AWS waits for none.",
    )


class RerunRequest(Taken):
    """With what to run again."""

    input: Json = Field(None, description="By default the same.")
    version: Literal["same", "active"] = Field("same", description="The version it ran, or today's active one.")
    name: str | None = Field(None, description="Unique within the workflow; by default a UUID.")


class StopRequest(Taken):
    """Stop an execution; error and cause are shown with it."""

    error: str | None = Field(None, max_length=256)
    cause: str | None = Field(None, max_length=32768)


STATUSES = "RUNNING|SUCCEEDED|FAILED|TIMED_OUT|ABORTED|PAUSED"


class ExecutionsCounted(ExecutionFilters):
    """Filters combine with AND. A name, error or business key ending with ``*`` is a prefix."""

    workflow: str | None = None
    status: str | None = Field(
        None, pattern=f"^({STATUSES})(,({STATUSES}))*$",
        description="One, or several with commas between: any of them.",
    )
    text: str | None = Field(
        None, min_length=1, max_length=200, description="What is looked for in business keys, error names and causes. "
        "On one machine each word has to begin a word of them, and case is ignored. On AWS it is what the business key "
        "or the error name begins with. `searches` of the answer says which.",
    )


class ExecutionsQuery(Paged, ExecutionsCounted):
    """Filters combine with AND. A name, error or business key ending with ``*`` is a prefix."""

    order: Literal["newest", "oldest"] = Field("newest", description="Whose start comes first.")


class HistoryQuery(Taken):
    """Only what is new: a live view polls with the id of the last event it has."""

    after: int = Field(0, ge=0, description="Events with an id over this one.")
    limit: int = Field(1000, ge=1, le=1000)
    next_token: str | None = Field(
        None, pattern="^[0-9]{1,18}$", description="Of the answer before, where it had one; then in place of `after`."
    )
    large_values: bool = Field(True, description=(
        'False: in the place of a text of more than 256 KiB stands {"$too_large": {"bytes", "href"}}; href is the '
        "event's own."
    ))


class AwaitedCall(Given):
    """A call of before a redrive that may still be under way."""

    state: str
    until: Time = Field(description="It is made again once it is answered, and then at the latest.")


class BudgetWait(Given):
    """That an execution has not begun, for its workflow's budget is used up."""

    since: Time
    until: Time = Field(description="When it begins; null where it waits for another one to end, or for a resume.")


class Changeover(Given):
    """From the history's event `event` on, the execution runs by version `to_version`."""

    from_version: int
    to_version: int
    event: int
    at: Time
    by: str


class Fork(Given):
    """That an execution is a fork of another one, from before its event `event` on."""

    original: str
    event: int
    given: bool = Field(description="Whether its input was another one there.")
    reads: bool = Field(description="Whether calls that only read were really made.")
    allow: list[str] = Field(description="The states whose calls were made where they were not on record.")


class Execution(Given):
    """An execution as it stands. `output` is null until it SUCCEEDED. An input or output over 256 KiB is left out:
    ``{"$too_large": {"bytes", "href"}}`` says where it is downloaded."""

    id: str
    name: str
    workflow: str
    version: int
    status: str
    kind: str
    input: Json
    output: Json
    error: str | None
    cause: str | None
    started_at: Time
    ended_at: Time
    business_key: str | None
    definition_digest: str = Field(
        description="Of what it runs by: the definition, the kind, at_most_once and the connectors."
    )
    connectors: list[PinnedConnector] = Field(description="Those that it keeps to, as its version means them.")
    duration_seconds: float | None = Field(description="Until it ended; null while it runs.")
    started_by: str | None = Field(None, description="Who started it, as the audit log has it.")
    redrives: int = Field(description="How often it was redriven.")
    redrivable_until: Time = Field(description="Until when it can be redriven; null where it cannot be.")
    kept_until: Time = Field(
        description="From when on retention may take it; null while it is open, kept for ever, or goes with its parent."
    )
    awaited_calls: list[AwaitedCall] = Field(
        description="What it waits for since it was redriven: calls that had not ended."
    )
    waits_for_budget: BudgetWait | None = Field(None, description="Null once it has begun.")
    changeovers: list[Changeover] = Field(
        description="The changes of its version, in order: `version` is the one that it runs by now."
    )
    fork: Fork | None = Field(None, description="Of a fork: of what.")
    links: ConsoleAddresses = Field(default_factory=ConsoleAddresses)
    hidden: bool = Field(False, description="Whether sensitive fields are hidden: they are shown as ********.")


class ExecutionSummary(Given):
    """One row of the list."""

    id: str
    name: str
    workflow: str
    version: int
    status: str
    started_at: Time
    ended_at: Time
    duration_seconds: float | None
    error: str | None
    business_key: str | None
    waits_for_budget: BudgetWait | None = None
    fork_of: str | None = Field(None, description="The execution that it is a fork of.")
    trigger: str | None = Field(None, description="The trigger of its workflow that started it.")
    redrives: int = Field(0, description="How often it was redriven.")


class ExecutionList(Given):
    """In the order of their starts. `next_token` is null on the last page."""

    executions: list[ExecutionSummary]
    next_token: str | None
    searches: Literal["words", "beginnings"] = Field(description="How `text` is looked for here.")


class ExecutionCount(Given):
    """How many executions filters mean, by the counts that the dashboard has. Counts lag: with a status, or once a part
    of it is a day old, it is about so many. It is at least so many where not all of it was counted."""

    number: int | None = Field(description="Null under a name, error, business key or text: nothing is counted.")
    relation: Literal["exact", "about", "at_least"] | None


class History(Given):
    """Events as AWS's GetExecutionHistory gives them: up to `limit`, or about 1 MB of them. While `next_token` is not
    null there are more. `last_event` is the `after` of the next poll."""

    events: list[dict[str, Json]]
    last_event: int
    next_token: str | None
