"""What a data folder shows of the last hours: how long executions waited and ran, and how much went on at once.

Read off the histories of the newest executions, so that looking costs the same in a large folder as in a small one.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from itertools import accumulate
from statistics import median

from engine.ports.executions_index import ExecutionQuery, ExecutionRow
from engine.records import dataclass
from functions.cli.tuning.figures import Folder
from functions.server.product import WORKER, Product

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


def read_folder(product: Product, *, hours: float) -> Folder:
    """The figures of the executions that began in the last `hours`, the newest of them."""
    now = product.clock.now()
    query = ExecutionQuery(product.settings.workspace, started_after=now - hours * 3600, limit=MOST_EXECUTIONS)
    seen = [_seen(product, row, now) for row in product.services.executions.page(query).rows]
    began = [item for item in seen if item is not None]
    return Folder(
        hours=hours, cpus=os.cpu_count() or 1,
        workers=sum(process.command.startswith(WORKER) for process in product.stores.processes.others()),
        executions=len(began),
        delay=median(item.delay for item in began) if began else 0.0,
        took=median(item.open[1] - item.open[0] for item in began) if began else 0.0,
        calls=most_at_once(span for item in began for span in item.calls),
        open=most_at_once(item.open for item in began),
    )


def most_at_once(spans: Iterable[Span]) -> int:
    """How many of the spans, at most, share a moment. One that ends as another begins does not share it."""
    edges = sorted((at, step) for start, end in spans for at, step in ((start, 1), (max(start, end), -1)))
    return max(accumulate(step for _, step in edges), default=0)


def _seen(product: Product, row: ExecutionRow, now: float) -> _Seen | None:
    """None where no worker has begun it. A history begins with the worker's first step: the row knows the start."""
    events = product.services.executions.history(row.key, limit=MOST_EVENTS)
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
