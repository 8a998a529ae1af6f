"""The route of the dashboard: how many executions started and how they stand, what fails, what waits, what it costs.

It reads counts that a job keeps (engine.durable.lifecycle.tallying), and looks at no execution but the oldest that are
open.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from functools import cache, lru_cache
from typing import Any

from engine.durable.lifecycle.pieces import PIECE, Piece
from engine.errors import NotFound
from engine.governance.masking import MASK
from engine.governance.roles import Right
from engine.language.asl.times import iso_timestamp
from engine.ports.executions_index import Count
from engine.ports.journal import OPEN_STATUSES
from functions.app.routing import Call, RouteTable
from functions.app.runs.pricing import Dollars, estimated
from functions.app.services import Services
from functions.app.shapes.overview import dashboard as shapes

table = RouteTable("Operations")

STEPS: Mapping[int, int] = {1: PIECE, 24: 3600, 168: 6 * 3600}
"""Seconds of a bar, by the hours that are shown."""

MOST_FAILURES, MOST_WORKFLOWS, MOST_WAITING = 20, 50, 5

_ENDS = {"SUCCEEDED": "succeeded", "ABORTED": "stopped"}
"""How an execution ended; by any other status it failed."""

_WAYS = ("succeeded", "failed", "stopped")

PRICES_KEPT = 500


@table.route("GET", "/dashboard", right=Right.LOOK, example="hours=24")
def get_dashboard(call: Call[shapes.DashboardQuery]) -> shapes.Dashboard:
    """How many executions started in the last hour, day or week and how they stand; how many ended; what fails; what is
    open longest; how old the queue is; what it costs. From counts that are kept."""
    services, hours = call.services, call.given.hours
    step, now = STEPS[hours], services.clock.now()
    end = (int(now) // step + 1) * step
    first = end - hours * 3600
    pieces = services.tallying.read(first, end)
    counts = [count for piece in pieces for count in piece.counts]
    ended, since = services.tallying.ends.read(first, end), services.tallying.ends.since() or now
    price = _prices(services, call.workspace, {count.workflow for count in counts})
    standing = services.queue.standing()
    reached = None if services.tallying.live else services.tallying.reached()
    return shapes.Dashboard(
        hours=hours, step_seconds=step,
        bars=[_bar(at, at + step, pieces, price) for at in range(first, end, step)],
        usd_deletion=sum(price(count.workflow).deletion * count.number for count in counts),
        ends=[_ends(at, at + step, ended) for at in range(first, end, step)],
        ends_since=None if since <= first else iso_timestamp(since),
        workflows=_by_workflow(counts, [count for piece in ended for count in piece.counts], price),
        failures=_failures(pieces, _hiding_errors(services, call.workspace)),
        oldest=[
            shapes.Waiting.of(row, execution=row.key.id)
            for row in services.executions.oldest(call.workspace, MOST_WAITING)
        ],
        queue=shapes.QueueNow(
            waiting=standing.waiting,
            oldest_seconds=None if standing.since is None else max(0.0, now - standing.since),
        ),
        counted_until=None if reached is None else iso_timestamp(reached),
    )


Price = Callable[[str], Dollars]


def _bar(at: int, until: int, pieces: Iterable[Piece], price: Price) -> shapes.Bar:
    counts = [count for piece in pieces if at <= piece.at < until for count in piece.counts]
    dollars = sum((price(count.workflow).run or 0.0) * count.number for count in counts)
    return shapes.Bar(at=iso_timestamp(at), until=iso_timestamp(until), usd=dollars, **_standing(counts))


def _ends(at: int, until: int, pieces: Iterable[Piece]) -> shapes.EndBar:
    ways = _ways(count for piece in pieces if at <= piece.at < until for count in piece.counts)
    return shapes.EndBar(at=iso_timestamp(at), until=iso_timestamp(until), **{name: ways[name] for name in _WAYS})


def _ways(counts: Iterable[Count]) -> Counter[str]:
    """How many in each of _WAYS, or open."""
    found: Counter[str] = Counter()
    for count in counts:
        found["open" if count.status in OPEN_STATUSES else _ENDS.get(count.status, "failed")] += count.number
    return found


def _standing(counts: Iterable[Count]) -> dict[str, int]:
    ways = _ways(counts)
    return {"started": ways.total(), **{name: ways[name] for name in (*_WAYS, "open")}}


def _by_workflow(started: Iterable[Count], ended: Iterable[Count], price: Price) -> list[shapes.WorkflowCounts]:
    by_name: dict[str, list[Count]] = {}
    for count in started:
        by_name.setdefault(count.workflow, []).append(count)
    ends: Counter[str] = Counter()
    for count in ended:
        ends[count.workflow] += count.number
    found = []
    for name in {**by_name, **ends}:
        standing, each = _standing(by_name.get(name, ())), price(name).run
        dollars = None if each is None else each * standing["started"]
        found.append(shapes.WorkflowCounts(workflow=name, ended=ends[name], usd=dollars, **standing))
    return sorted(found, key=lambda row: (-row.started, -row.ended, row.workflow))[:MOST_WORKFLOWS]


def _hiding_errors(services: Services, workspace: str) -> Callable[[str], bool]:
    """Whether the names of errors of a workflow are hidden: those of one version are, and counts know no versions."""
    hiding = services.hiding

    @cache
    def hides(workflow: str) -> bool:
        try:
            row = services.catalog.workflow(workspace, workflow)
            if not row.active_version or not hiding.marks(workspace, workflow, row.active_version):
                return False
            versions = services.catalog.versions(workspace, workflow)
        except NotFound:  # it was deleted
            return False
        return any(hiding.error_is_hidden(workspace, workflow, version.number) for version in versions)

    return hides


def _failures(pieces: Iterable[Piece], hides_errors: Callable[[str], bool]) -> list[shapes.FailureCounts]:
    found: Counter[tuple[str, str, str | None]] = Counter()
    for piece in pieces:
        for count in piece.failures:
            if _ENDS.get(count.status) == "stopped":
                continue
            hidden = count.error is not None and hides_errors(count.workflow)
            found[count.workflow, count.status, MASK if hidden else count.error] += count.number
    ordered = sorted(found.items(), key=lambda row: (-row[1], row[0][0], row[0][1], row[0][2] or ""))
    return [
        shapes.FailureCounts(workflow=workflow, status=status, error=error, number=number)
        for (workflow, status, error), number in ordered[:MOST_FAILURES]
    ]


def _prices(services: Services, workspace: str, names: Iterable[str]) -> Price:
    """What an execution of each workflow costs on AWS, by its active version as it is now."""
    def priced(name: str) -> Dollars:
        try:
            row = services.catalog.workflow(workspace, name)
            if not row.active_version:
                return Dollars()
            record = services.catalog.version(workspace, name, row.active_version)
            return _dollars(record.document)
        except NotFound:  # it was deleted
            return Dollars()

    wanted = sorted(filter(None, names))
    found = dict(zip(wanted, services.each(priced, wanted), strict=True))
    return lambda name: found.get(name, Dollars())


@lru_cache(maxsize=PRICES_KEPT)
def _dollars(document: bytes) -> Dollars:
    """By the document alone, which never changes: every state visited once, no call fails."""
    said: Any = json.loads(document)
    return estimated(said["definition"], str(said.get("kind", "STANDARD")))
