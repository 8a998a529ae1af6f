"""The route of what tuning rests on: how long executions waited and ran on this machine, and how much went on at once.

Read off the histories of the newest executions, so that looking costs the same in a large folder as in a small one. A
stage's figures are CloudWatch's, and the API has no right to read them.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from itertools import accumulate
from statistics import median

from engine.errors import NotFound
from engine.governance.roles import Right
from engine.ports.executions_index import ExecutionQuery, ExecutionRow
from engine.records import dataclass
from functions.app.routing import Call, RouteTable
from functions.app.services import Services
from functions.app.shapes import operations as shapes

table = RouteTable("Operations")

MOST_EXECUTIONS = 200
MOST_EVENTS = 1000
"""The first of each execution: enough for its start, and for its calls unless it is a long one."""

_CALLED = frozenset({"TaskScheduled", "LambdaFunctionScheduled"})
_HANDED_OVER = frozenset({"TaskSubmitted"})
_ANSWERED = frozenset({
    "TaskSucceeded", "TaskFailed", "TaskTimedOut", "TaskStartFailed", "TaskSubmitFailed", "LambdaFunctionSucceeded",
    "LambdaFunctionFailed", "LambdaFunctionTimedOut",
})

Span = tuple[float, float]
"""From, until: epoch seconds."""


@dataclass(frozen=True, slots=True)
class _Seen:
    """One execution. `delay` is how long it waited for a worker."""

    delay: float
    open: Span
    calls: tuple[Span, ...]


@table.route("GET", "/figures", right=Right.LOOK, example="hours=24")
def get_figures(call: Call[shapes.FiguresQuery]) -> shapes.Figures:
    """What the executions of the last hours show of this machine: medians of the newest 200.

    404 on AWS, where CloudWatch has a stage's figures."""
    services = call.services
    if services.workers is None:
        raise NotFound("a stage's figures are in CloudWatch", advice="automate --endpoint URL tune reads them there.")
    now = services.clock.now()
    rows = services.executions.page(ExecutionQuery(
        call.workspace, started_after=now - call.given.hours * 3600, limit=MOST_EXECUTIONS
    )).rows
    began = [seen for row in rows if row.key.fork_of is None and (seen := _seen(services, row, now)) is not None]
    return shapes.Figures(
        hours=call.given.hours, cpus=os.cpu_count() or 1, workers=services.workers(), executions=len(began),
        delay=median(item.delay for item in began) if began else 0.0,
        took=median(item.open[1] - item.open[0] for item in began) if began else 0.0,
        calls=most_at_once(span for item in began for span in item.calls),
        open=most_at_once(item.open for item in began),
        task_threads=services.settings.task_threads, batch_size=services.settings.batch_size,
    )


def most_at_once(spans: Iterable[Span]) -> int:
    """How many of the spans, at most, share a moment. One that ends as another begins does not share it."""
    edges = sorted((at, step) for start, end in spans for at, step in ((start, 1), (max(start, end), -1)))
    return max(accumulate(step for _, step in edges), default=0)


def _seen(services: Services, row: ExecutionRow, now: float) -> _Seen | None:
    """None where no worker has begun it. A history begins with the worker's first step: the row knows the start."""
    events = services.executions.history(row.key, limit=MOST_EVENTS)
    entered = next((event["timestamp"] for event in events if event["type"].endswith("StateEntered")), None)
    if entered is None:
        return None
    ended_at = max(entered, row.ended_at or now)
    return _Seen(max(0.0, entered - row.started_at), (entered, ended_at), tuple(_calls(events, ended_at)))


def _calls(events: list[dict[str, object]], ended_at: float) -> Iterable[Span]:
    """From each call's event to its answer's, or to where it was handed over: an event names the one before it."""
    called: dict[object, float] = {}
    for event in events:
        kind, at = str(event["type"]), float(str(event["timestamp"]))
        if kind in _CALLED:
            called[event["id"]] = at
        elif (began := called.pop(event["previousEventId"], None)) is not None:
            if kind in _ANSWERED or kind in _HANDED_OVER:
                yield began, at
            else:  # TaskStarted: the answer names this one
                called[event["id"]] = began
    for began in called.values():
        yield began, ended_at
