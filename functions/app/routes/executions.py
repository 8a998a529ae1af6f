"""Routes of executions: start, list, look, stop, run again."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import TYPE_CHECKING, Any

from engine.durable.execution import Execution
from engine.durable.lifecycle.budgets import wait_of
from engine.durable.lifecycle.start_checks import UnfitInput
from engine.durable.outline import left_out
from engine.errors import InvalidDocument
from engine.governance.audit.entry import WORKFLOW, Subject, parse_time
from engine.governance.roles import Right
from engine.kernel.history import HistoryEvent, render
from engine.ports.executions_index import ExecutionQuery
from engine.ports.keys import ExecutionKey
from engine.ports.published import PublishedVersion
from functions.app import large_values
from functions.app.acts import Act, Acts, Doing, Target, digest
from functions.app.addresses import execution_address
from functions.app.console_links import Moment
from functions.app.routing import Answer, Call, RouteTable
from functions.app.sensitive.revealing import veil_for
from functions.app.sensitive.searching import Searching
from functions.app.shapes import base
from functions.app.shapes import executions as shapes
from functions.app.shapes.base import ConsoleAddresses

if TYPE_CHECKING:
    from functions.app.sensitive.clear import Hides

table = RouteTable("Executions")
_NOWHERE = ConsoleAddresses()

MOST_HISTORY_CHARACTERS = 1_000_000
"""Of the events of one page of a history, as JSON; an event that has more is a page of its own."""


def key_of(call: Call[Any]) -> ExecutionKey:
    """The execution that the address names."""
    return ExecutionKey(call.workspace, call.path["id"])


def _tried(call: Call[Any], workflow: str, name: str | None) -> Target:
    """What a start is of before there is one: the workflow, or the execution that is to have the name."""
    return Subject(WORKFLOW, workflow) if name is None else ExecutionKey.of(call.workspace, workflow, name)


@table.route(
    "POST", "/workflows/{name}/executions", right=Right.RUN, reads="input, output", status=201, flags=("sync",),
    by_iam=True,
    act=Act("execution.start", lambda call: _tried(call, call.path["name"], call.given.name)),
    example={"input": {"order": 1}, "name": "order-1"},
)
def start_execution(call: Call[shapes.StartRequest]) -> Answer[shapes.Execution]:
    """Start an execution of the active version.

    The same name with the same input while it runs answers that execution: a repeated request starts nothing twice.
    409 ResourceNotAvailable: the version names a connector that is not installed here. Nothing was started.
    429 BudgetExceeded: the workflow's budget is used up, and it refuses what exceeds it; Retry-After says for how long.
    With ?sync=true an EXPRESS workflow is run at once, and the answer is the execution as it ended; 504 names one that
    took longer than 25 s.
    With `wait` the answer has the output of an execution that ends so soon: one request in the place of several."""
    given = call.given
    started, is_active = started_as(
        call, call.act, call.path["name"], given.input, name=given.name, version=given.version, sync=given.sync
    )
    started = call.services.sync_starts.run(started) if given.sync else started
    call.reads_of(started.key.id)
    if given.wait and not given.sync:
        return _answer_of(started.key, _ended(call, started.key, given.wait))
    return _started_answer(call, started, is_active=is_active)


@table.route("GET", "/executions", right=Right.LOOK, example="workflow=order_flow&limit=10")
def list_executions(call: Call[shapes.ExecutionsQuery]) -> shapes.ExecutionList:
    """List executions by their starts, the newest or the oldest first."""
    return listed(call)


@table.route("GET", "/executions/count", right=Right.LOOK, example="workflow=order_flow")
def count_executions(call: Call[shapes.ExecutionsCounted]) -> shapes.ExecutionCount:
    """How many executions the list has under these filters, as far as they are counted: none of them is read for it."""
    total = call.services.tallying.total(query_of(call))
    if total is None:
        return shapes.ExecutionCount(number=None, relation=None)
    return shapes.ExecutionCount(number=total.number, relation=total.relation)


def listed(call: Call[Any], *, without: Collection[str] = ()) -> shapes.ExecutionList:
    """The page of the list that a request asks for, as it is shown; `without` its fields of these names."""
    searching = Searching(call.services.executions, call.services.hiding)
    page, rows, now = searching.page(query_of(call, without=without)), [], call.services.clock.now()
    for row in page.rows:
        seconds = _seconds(row.started_at, row.ended_at)
        waits = wait_of(row.cause, row.started_at)
        rows.append(shapes.ExecutionSummary.of(
            row, id=row.key.id, duration_seconds=seconds, business_key=searching.key_of(row),
            error=searching.error_of(row), fork_of=row.key.fork_of,
            waits_for_budget=waits if waits is not None and (waits.until is None or waits.until > now) else None,
        ))
    return shapes.ExecutionList(
        executions=rows, next_token=page.next_token, searches=call.services.executions.searches
    )


@table.route("GET", "/executions/{id}", right=Right.LOOK, reads="input, output", reveals=True, by_iam=True)
def get_execution(call: Call[base.Nothing]) -> shapes.Execution:
    """One execution as it stands.

    In the address the id's colon is written %3A, as in order_flow%3Aorder-1."""
    execution, veil = seen(call)
    return _shown(call, execution, veil)


@table.route("GET", "/executions/{id}/history", right=Right.LOOK, reads="history", reveals=True, example="after=12")
def get_history(call: Call[shapes.HistoryQuery]) -> shapes.History:
    """The execution's events, as AWS's GetExecutionHistory gives them.

    A page ends after `limit` events, or with the one before that which would make it longer than 1 MB. A live view
    polls with after= the last event it has."""
    key, given, services = key_of(call), call.given, call.services
    after = given.after if given.next_token is None else int(given.next_token)
    found, events, size, more = list[HistoryEvent](), list[base.Json](), 0, False
    filled, veil = services.executions.filling(key), veil_for(call, key)
    is_whole = given.large_values or bool(veil)  # a veil looks into all that it may show
    for event in services.executions.each_event(key, after=after, outlined=True):
        least = size + left_out(event.details) // 4 if is_whole else size  # a character is four bytes at the most
        more = len(found) == given.limit or (bool(found) and least > MOST_HISTORY_CHARACTERS)
        if more:  # it is not read
            break
        event = event._replace(details=filled(event.details)) if is_whole else event  # noqa: PLW2901
        shape = render(event) if is_whole else _folded(event, key, filled)
        size += len(large_values.json_text(shape))
        more = bool(found) and size > MOST_HISTORY_CHARACTERS
        if more:
            break
        found.append(event)
        events.append(shape)
    if veil:
        shown = services.hiding.shown_events(veil, key, found, after=after)
        events = [render(event) if given.large_values else _folded(event, key, filled) for event in shown]
    last = found[-1].id if found else after
    return shapes.History(events=events, last_event=last, next_token=str(last) if more else None)


def _folded(event: HistoryEvent, key: ExecutionKey, filled: Callable[[base.Json], base.Json]) -> dict[str, base.Json]:
    whole = f"{execution_address(key.id)}/history?after={event.id - 1}&limit=1"
    return large_values.shown_event(event, filled, lambda _name: whole)


@table.route(
    "POST", "/executions/{id}/stop", right=Right.RUN, reads="input, output", act=Act("execution.stop", key_of),
    by_iam=True,
    example={"error": "Mistake", "cause": "Started by mistake"},
)
def stop_execution(call: Call[shapes.StopRequest]) -> shapes.Execution:
    """Ask an execution to stop; it is ABORTED once its worker reads it, unless it ends before that."""
    return shown(call, stopped(call, call.act, key_of(call)))


@table.route(
    "POST", "/executions/{id}/resume", right=Right.RUN, reads="input, output", act=Act("execution.resume", key_of),
)
def resume_execution(call: Call[base.Nothing]) -> shapes.Execution:
    """Let a PAUSED execution run again. It had killed its workers, or they lack a connector; its `cause` says which.

    409 for one that is not PAUSED."""
    resumed = call.services.executions.resume(key_of(call))
    call.act.done(before={"status": "PAUSED"}, after={"status": resumed.status})
    return shown(call, resumed)


@table.route(
    "POST", "/executions/{id}/rerun", right=Right.RUN, reads="input, output", status=201,
    act=Acts(("execution.start", "execution.rerun")),
    example={"version": "active"},
)
def rerun_execution(call: Call[shapes.RerunRequest]) -> Answer[shapes.Execution]:
    """Start the workflow again with the same input, or with another.

    With the version that the execution ran, unless `version` is active."""
    given, key = call.given, key_of(call)
    was, has_input = call.services.executions.describe(key), "input" in call.given.model_fields_set
    if not has_input and not call.may(Right.REVEAL):
        call.services.hiding.check_rerun(was, was.version if given.version == "same" else None)
    with call.acts.doing("execution.start", _tried(call, was.workflow, given.name)) as act:
        started, is_active = started_as(
            call, act, was.workflow, given.input if has_input else was.input, name=given.name,
            version=was.version if given.version == "same" else None,
        )
    with call.acts.doing("execution.rerun", key) as act:
        act.done(after={
            "started": started.key.id, "version": started.version, "input": "another" if has_input else "same",
        })
    return _started_answer(call, started, is_active=is_active)


def started_as(
    call: Call[Any], act: Doing, workflow: str, value: base.Json, *, name: str | None, version: int | None,
    sync: bool = False,
) -> tuple[Execution, bool]:
    """Start an execution; and whether it is of the active version, as far as that is known without a look. The same
    start, repeated, is recorded once, by whoever it was first."""
    given, executions = digest(value), call.services.executions
    found: list[int] = []
    record: dict[tuple[ExecutionKey, float], Callable[[], None]] = {}

    def check(published: PublishedVersion) -> None:
        found.append(published.number)
        call.services.hiding.check_start(published, value, name)

    def told(started: Execution) -> dict[str, Any]:
        return {
            "target": started.key, "entry_id": f"{started.key.id}#start", "at": started.started_at,
            "after": {"version": started.version, "kind": started.kind, "input_digest": given},
        }

    def ready(started: Execution) -> None:
        record[started.key, started.started_at] = act.ready(**told(started))

    def then(started: Execution) -> None:
        made = record.get((started.key, started.started_at))
        if made is not None:
            made()
        else:  # another start's execution is there, or the stores share no transaction
            act.done(**told(started), kept=started.actor is not None, whole=executions.starts_whole)

    try:
        started = executions.start(
            call.workspace, workflow, value, name=name, version=version, sync=sync, actor=act.actor, then=then,
            ready=ready if executions.starts_whole else None, check=check,
        )
    except UnfitInput as error:
        raise error.at("/input") from None
    return started, version is None and [started.version] == found


def stopped(call: Call[Any], act: Doing, key: ExecutionKey) -> Execution:
    """Ask an execution to stop, with the request's error and cause; one that has ended stays as it is."""
    error, cause = call.given.error, call.given.cause
    found = call.services.executions.stop(key, error=error, cause=cause, actor=call.actor)
    act.done(
        before={"status": found.status}, after={"stop_requested": True, "error": error}, reason=cause,
        changed=found.ended_at is None,
    )
    return found


def _started_answer(call: Call[Any], started: Execution, *, is_active: bool) -> Answer[shapes.Execution]:
    """A new execution, and where it is found."""
    return _answer_of(started.key, shown(call, started, is_active=is_active))


def _answer_of(key: ExecutionKey, execution: shapes.Execution) -> Answer[shapes.Execution]:
    return Answer(execution, headers={"Location": execution_address(key.id)})


def _ended(call: Call[Any], key: ExecutionKey, seconds: float) -> shapes.Execution:
    """The execution once it runs no more, or as it stands after so many seconds; at once where no request is held."""
    written = call.services.executions.written
    call.services.watching.until(lambda: written(key)[1], "RUNNING", seconds, call.check_still)
    execution, veil = _seen(call, key)
    return _shown(call, execution, veil)


def seen(call: Call[Any]) -> tuple[Execution, Hides]:
    """The execution that the address names, and what hides its values: where that is nothing, values that are too large
    to be shown are not read. Raises NotFound."""
    return _seen(call, key_of(call))


def _seen(call: Call[Any], key: ExecutionKey) -> tuple[Execution, Hides]:
    execution = call.services.executions.describe(key, most=large_values.MOST_SHOWN_BYTES)
    veil = veil_for(call, key, execution)
    return (call.services.executions.describe(key) if veil else execution), veil


def shown(call: Call[Any], execution: Execution, *, is_active: bool = False) -> shapes.Execution:
    """The execution as the API shows it: large values left out, and who started it. `is_active`: it was started just
    now, as the active version."""
    return _shown(call, execution, veil_for(call, execution.key, execution, is_active=is_active))


def _shown(call: Call[Any], execution: Execution, veil: Hides) -> shapes.Execution:
    key, services, actor = execution.key, call.services, execution.actor
    execution = veil.execution(execution)
    return shapes.Execution.of(
        execution, id=key.id, name=key.name, input=large_values.shown(execution.input, key.id, part="input"),
        output=large_values.shown(execution.output, key.id, part="output"),
        duration_seconds=_seconds(execution.started_at, execution.ended_at),
        started_by=services.started_by.of(key, actor, started_at=execution.started_at, now=services.clock.now()),
        links=_links(call, execution), hidden=bool(veil), connectors=_connectors(call, execution),
    )


def _connectors(call: Call[Any], execution: Execution) -> list[base.PinnedConnector]:
    if not execution.pins:
        return []
    from functions.app.runs.pinned import pinned  # noqa: PLC0415  most executions keep none

    return pinned(execution.pins, call.services.tasks)


def _links(call: Call[Any], execution: Execution) -> ConsoleAddresses:
    console, ended = call.services.place.console, execution.ended_at
    if console is None:
        return _NOWHERE
    until = ended if ended is not None else call.services.clock.now()
    return console.of(Moment(execution.key.id, None, execution.started_at, until))


def _seconds(started_at: float, ended_at: float | None) -> float | None:
    return None if ended_at is None else round(ended_at - started_at, 3)


def query_of(call: Call[Any], *, without: Collection[str] = (), **more: base.Json) -> ExecutionQuery:
    """The page of executions that a request with ExecutionFilters asks for, `without` its fields of these names. Raises
    InvalidDocument for a time, and for a name that none can have."""
    filters = {**call.given.model_dump(exclude=set(without)), **more}
    if "*" in (filters["name"] or "")[:-1]:
        raise InvalidDocument(
            f"{filters['name']!r} names no execution: a * stands for what follows at the end alone", where="name",
            advice="Give the beginning of the name and a *, such as order-*.",
        )
    for name in ("started_after", "started_before"):
        if filters[name] is not None:
            filters[name] = parse_time(filters[name], where=name)
    return ExecutionQuery(call.workspace, **filters)
