"""Prints an execution and its account for people, of a data folder and of a deployment alike."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

import click

from engine.durable.views.causes import plain_cause
from engine.governance.audit.entry import parse_time
from functions.cli.account import OK, Account, StateRun, readable_cause
from functions.cli.screen import Screen, duration, indented, status_mark

Json = Any

MOST_SHOWN = 100
"""States of a long account: so many of the first, and so many of the last among those that did not go well."""

MOST_CAUSES = 20


def print_outcome(execution: Json) -> None:
    """How it stands, and what came of it. `execution` is in the shape of API and command line."""
    _print_heading(execution)
    if execution["status"] == "SUCCEEDED":
        click.echo(indented(execution["output"]))
    elif execution["status"] == "PAUSED":
        _print_pause(execution)
    elif execution["error"] is not None or execution["cause"] is not None:
        click.echo(f"error: {execution['error'] or 'none'}")
        click.echo(f"cause: {readable_cause(execution['cause'])}")


def print_account(screen: Screen, execution: Json, told: Account, *, note: str | None = None) -> None:
    """The execution, its states and why it ended as it did. `note` says what of it is not here."""
    _print_beginning(screen, execution, told.rested)
    click.echo()
    if note is not None:
        click.echo(note)
    shown = _worth_showing(told.runs)
    _print_states(screen, shown, day=execution["started_at"][:10])
    hidden = len(told.runs) - len(shown)
    if hidden:
        click.echo(f"{hidden:,} more; --json shows all.")
    _print_awaited(execution["awaited_calls"])
    explained = _worth_explaining(shown)
    for run in explained:
        _print_cause(run)
    _print_end(execution, explained)


def print_without_states(screen: Screen, execution: Json) -> None:
    """The execution and how it ended, where its states are not known."""
    _print_beginning(screen, execution, 0.0)
    _print_end(execution, [])


def _print_beginning(screen: Screen, execution: Json, rested: float) -> None:
    _print_heading(execution)
    _print_times(screen, execution, rested)
    if execution["business_key"] is not None:
        click.echo(f"business key {execution['business_key']}")
    click.echo(f"input {_short(execution['input'])}")
    print_connectors(execution.get("connectors", ()))


def print_connectors(connectors: Iterable[Json]) -> None:
    """The connectors that a version means, and which of them is another one by now."""
    for one in connectors:
        if one["now"] == one["pinned"]:
            since = ""
        elif one["now"] is None:
            since = "; it is not here now"
        else:
            since = f"; a version that is published now has {_brief(one['now'])}"
        click.echo(f"{one['resource']} is {_brief(one['pinned'])}{since}")


def _brief(pin: str) -> str:
    """A digest by its first characters; a package and its version as they are."""
    return pin[:19] if pin.startswith("sha256:") else pin


def _print_heading(execution: Json) -> None:
    click.echo(f"{execution['id']}  {status_mark(execution['status'])}  version {execution['version']}")
    if execution.get("fork") is not None:
        fork = execution["fork"]
        click.echo(f"a fork of {fork['original']} at event {fork['event']}")


def _print_times(screen: Screen, execution: Json, rested: float) -> None:
    started, ended = parse_time(execution["started_at"]), execution["ended_at"]
    took = duration(max(0.0, (screen.clock.now() if ended is None else parse_time(ended)) - started - rested))
    rest = f", without the {duration(rested)} before it was redriven" if rested else ""
    until = "has run for" if ended is None else f"ended {_moment(ended)}, took"
    waits = execution.get("waits_for_budget")
    if waits is not None:
        until = "has waited for its workflow's budget for"
    click.echo(f"started {_moment(execution['started_at'])} ({screen.ago(started)}), {until} {took}{rest}")
    by = str(execution.get("started_by") or "")
    if by.startswith("trigger:"):
        click.echo(f"started by {by}; what arrived: automate triggers delivery {execution['id']}")
    if waits is not None and waits["until"] is not None:
        click.echo(f"begins {_moment(waits['until'])}")
    redrivable, kept = execution.get("redrivable_until"), execution.get("kept_until")  # an earlier release has neither
    if redrivable is not None and parse_time(redrivable) > screen.clock.now():
        click.echo(f"can be redriven until {_moment(redrivable)}")
    if kept is not None:
        click.echo(f"kept until {_moment(kept)}")


def _moment(time: str) -> str:
    """A time in the API's shape, to the second: ``2026-11-27 07:18:41 UTC``."""
    date, _, clock = time.partition("T")
    return f"{date} {clock[:8]} UTC"


def _print_states(screen: Screen, shown: list[StateRun], *, day: str) -> None:
    """What was entered on the `day` of the start has the time of day alone."""
    headers = ["STATE", "TYPE", "STATUS", "ENTERED (UTC)", "TOOK", "ATTEMPTS"]
    rows = [
        ["  " * run.depth + run.label, run.type, run.status,
         run.entered_at.removeprefix(day).strip("TZ").replace("T", " "), duration(run.seconds),
         str(run.attempts) if run.attempts > 1 else ""]
        for run in shown
    ]
    if any(run.waits_for for run in shown):
        headers.append("WAITS FOR")
        rows = [[*row, run.waits_for or ""] for row, run in zip(rows, shown, strict=True)]
    screen.table(headers, rows, empty="No state was entered yet.")


def _print_awaited(calls: list[Json]) -> None:
    """What a redriven execution waits for."""
    for call in calls[:MOST_CAUSES]:
        click.echo(
            f"{call['state']} waits for its call of before the redrive, which may still be under way. It is made again "
            f"once that is answered, at {_moment(call['until'])} at the latest."
        )
    if len(calls) > MOST_CAUSES:
        click.echo(f"{len(calls) - MOST_CAUSES} more wait so; --json shows them.")


def _print_cause(run: StateRun) -> None:
    """What went wrong in it, or in its last attempt that failed where that was not the end of it."""
    attempt = "" if run.failed or run.failed_attempt is None else f", attempt {run.failed_attempt} failed"
    click.echo()
    click.echo(f"{run.label} {run.status}{attempt}: {run.error or 'no error name'}")
    if run.cause is not None:
        click.echo(readable_cause(run.cause))


def _print_end(execution: Json, explained: list[StateRun]) -> None:
    if execution["status"] == "SUCCEEDED":
        click.echo()
        click.echo(f"output {indented(execution['output'])}")
    elif execution["status"] == "PAUSED":
        click.echo()
        _print_pause(execution)
    elif (execution["error"] is not None or execution["cause"] is not None) and not _told(execution, explained):
        click.echo()
        click.echo(f"{execution['error'] or execution['status']}: {readable_cause(execution['cause'])}")


def _told(execution: Json, explained: list[StateRun]) -> bool:
    """Whether a state has said already what the execution failed with."""
    return any(
        run.error == execution["error"] and (run.error is not None or run.cause == execution["cause"])
        for run in explained
    )


def _print_pause(execution: Json) -> None:
    at = execution["id"]
    click.echo(f"paused: {execution['cause']}")
    click.echo(f"Let it run again: automate resume {at}   or end it: automate stop {at}")


def _worth_showing(runs: list[StateRun]) -> list[StateRun]:
    """All of a short account; of a long one its first part, and the last that did not go well, with what they are
    in."""
    by_step = {run.step: run for run in runs}
    wanted = {run.step for run in runs[:MOST_SHOWN]}
    for run in [run for run in runs[MOST_SHOWN:] if run.status != OK][-MOST_SHOWN:]:
        around: StateRun | None = run
        while around is not None and around.step not in wanted:
            wanted.add(around.step)
            around = None if around.parent is None else by_step.get(around.parent)
    return [run for run in runs if run.step in wanted]


def _worth_explaining(shown: list[StateRun]) -> list[StateRun]:
    """The last of those where something went wrong: of a state that failed again and again in the same way, the last
    visit."""
    last: dict[tuple[str, str, str | None, str | None], StateRun] = {}
    for run in shown:
        if (run.error is not None or run.cause is not None) and not run.by_inner:
            same = (run.label, run.status, run.error, plain_cause(run.cause))
            last.pop(same, None)
            last[same] = run
    return list(last.values())[-MOST_CAUSES:]


def _short(value: Json) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 100 else text[:99] + "…"
