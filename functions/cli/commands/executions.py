"""Commands about executions: start, list, look, stop."""

from __future__ import annotations

import time
from typing import Any

import click

from engine.durable.codec import decode_events
from engine.durable.execution import Execution
from engine.governance.audit_engine import STARTED
from engine.governance.audit_entry import Recorded, written_time
from engine.governance.audit_query import AuditQuery
from engine.kernel.history import HistoryEvent
from engine.ports.executions_index import ExecutionQuery
from engine.ports.keys import ENGINE, ExecutionKey
from functions.app.routes.executions import summary
from functions.cli.account import Account, account_of
from functions.cli.account_text import MOST_SHOWN, print_account, print_outcome
from functions.cli.commands.audit import found_by, told
from functions.cli.commands.operating import is_of_one, stop_many
from functions.cli.screen import duration, status_mark
from functions.cli.session import read_value, session
from functions.cli.standing import WaitingTask, standing
from functions.server.product import Product

POLL_SECONDS = 0.1
MOST_EVENTS = 25_000
"""Read at once, as many as AWS keeps of an execution: one that loops has millions, and makes them faster than they are
read."""
MOST_WAITING = 5
STATUSES = ("RUNNING", "SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED", "PAUSED")


@click.command()
@click.argument("workflow")
@click.option("--input", "text", default="{}", metavar="JSON|@FILE", help="The input; by default {}.")
@click.option("--name", metavar="NAME", help="Unique within the workflow; by default a UUID.")
@click.option("--version", type=int, metavar="N", help="A version; by default the active one.")
@click.option("--wait", is_flag=True, help="Wait for its end; without a worker on the folder, be one.")
@click.option("--sync", is_flag=True, help="Run an EXPRESS workflow in this process, for at most 25 s.")
def start(*, workflow: str, text: str, name: str | None, version: int | None, wait: bool, sync: bool) -> None:
    """Start an execution. With --wait or --sync, exit status 1 unless it SUCCEEDED."""
    given = read_value(text, "--input")
    with session().product("start") as product:
        executions = product.services.executions
        starts = product.services.sync_starts if sync else executions
        started = starts.start(
            product.settings.workspace, workflow, given, name=name, version=version, actor=product.actor
        )
        if wait and not sync:
            _wait_for_the_end(product, started.key)
            started = executions.describe(started.key)
        elif not sync:
            warn_without_a_worker(product, "automate start --wait")
        session().screen.show(started.as_dict(), lambda: print_outcome(started.as_dict()))
    if (wait or sync) and started.status != "SUCCEEDED":
        click.get_current_context().exit(1)


def _wait_for_the_end(product: Product, key: ExecutionKey) -> None:
    """`wait_for`; Ctrl-C ends the waiting and not the execution, and says so."""
    try:
        wait_for(product, key)
    except KeyboardInterrupt:
        click.echo(err=True)  # off the line with ^C
        session().screen.notice(f"{key.id} goes on wherever a worker runs; automate stop {key.id} ends it")
        raise


def warn_without_a_worker(product: Product, waiting: str | None = None) -> None:
    """Say that nobody is there to go on with it, where that is so. `waiting` is the command that would have been a
    worker itself."""
    if not product.worker_lives():
        ways = "automate up or automate worker"
        if waiting is not None:
            ways = f"automate up, automate worker, or next time {waiting}"
        session().screen.notice(f"No worker runs on this folder: {ways}.")


def wait_for(product: Product, key: ExecutionKey, *, patience: float = 0.0) -> None:
    """Return once it has ended or is PAUSED, working on it here while no worker lives; `patience` is how many
    seconds one may take to appear."""
    look, began = _Every(POLL_SECONDS), time.monotonic()
    while product.runs(key):
        if product.worker_lives() or time.monotonic() - began < patience:
            product.clock.sleep(POLL_SECONDS)
        else:
            product.work(lambda: look.due() and not product.runs(key))


@click.command("executions")
@click.option("--workflow", metavar="NAME", help="Of this workflow.")
@click.option("--status", type=click.Choice(STATUSES, case_sensitive=False), help="In this status.")
@click.option("--name", metavar="NAME", help="With this name; with * at its end, a prefix.")
@click.option("--error", metavar="ERROR", help="Failed with this error, or a prefix that ends with *.")
@click.option("--business-key", metavar="KEY", help="With this business key, or a prefix that ends with *.")
@click.option("--limit", type=click.IntRange(1, 1000), default=20, show_default=True, help="How many at most.")
@click.option("--next-token", metavar="TOKEN", help="Go on where the last page ended.")
def list_executions(
    *, workflow: str | None, status: str | None, name: str | None, error: str | None, business_key: str | None,
    limit: int, next_token: str | None,
) -> None:
    """List executions, newest first."""
    with session().product("executions") as product:
        screen = session().screen
        page = product.services.executions.page(ExecutionQuery(
            product.settings.workspace, workflow=workflow, status=status, name=name, error=error,
            business_key=business_key, limit=limit, next_token=next_token,
        ))
        cells = [
            (row.key.id, row.status, str(row.version), screen.ago(row.started_at),
             "" if row.ended_at is None else duration(row.ended_at - row.started_at), row.business_key or "",
             row.error or "")
            for row in page.rows
        ]
        shape = {"executions": [summary(row) for row in page.rows], "next_token": page.next_token}

        def for_people() -> None:
            screen.table(
                ("ID", "STATUS", "VERSION", "STARTED", "TOOK", "BUSINESS KEY", "ERROR"), cells,
                empty="No executions. Start one: automate start WORKFLOW --input JSON --wait",
            )
            if page.next_token is not None:
                click.echo(f"More: --next-token {page.next_token}")

        screen.show(shape, for_people)


@click.command()
@click.argument("id")
def show(*, id: str) -> None:  # noqa: A002  the word of the API
    """Show an execution: its states, how long each took, and what went wrong."""
    with session().product("show") as product:
        executions = product.services.executions
        execution = executions.describe(product.key(id))
        now = standing(product, execution.key)
        left_out = max(0, now.last_event - MOST_EVENTS)
        made = _account(product, execution.key, left_out)
        failures = _audited_failures(product, execution)
        shape = {
            **execution.as_dict(), "states": [run.as_dict() for run in made.runs], "events_left_out": left_out,
            "waiting": [task.as_dict() for task in now.waiting], "audit": [entry.as_dict() for entry in failures],
        }

        def for_people() -> None:
            note = f"The newest {MOST_EVENTS:,} events; automate history has the {left_out:,} before them."
            print_account(session().screen, execution.as_dict(), made, note=note if left_out else None)
            _print_waiting(now.waiting)
            _print_failures(failures)

        session().screen.show(shape, for_people)


def _account(product: Product, key: ExecutionKey, left_out: int) -> Account:
    """The account that its events after the first `left_out` give."""
    events: list[HistoryEvent] = []
    for segment in product.stores.journal.history(key, left_out):
        events += [event for event in decode_events(segment.body) if event.id > left_out]
        if len(events) >= MOST_EVENTS:
            break
    return account_of(events[:MOST_EVENTS], now=product.clock.now())


@click.command()
@click.argument("id")
@click.option("--after", type=click.IntRange(0), default=0, metavar="EVENT", help="Only events after this id.")
@click.option("--limit", type=click.IntRange(1), default=MOST_EVENTS, show_default=True, help="How many at most.")
def history(*, id: str, after: int, limit: int) -> None:  # noqa: A002
    """Show an execution's events, as AWS's GetExecutionHistory gives them."""
    with session().product("history") as product:
        events = product.services.executions.history(product.key(id), after=after, limit=limit)
        began = events[0]["timestamp"] if events else 0.0
        last = events[-1]["id"] if events else after

        def for_people() -> None:
            session().screen.table(("EVENT", "AFTER", "TYPE", "DETAILS"), [
                (str(event["id"]), f"+{event['timestamp'] - began:.3f} s", event["type"], _details(event))
                for event in events
            ], empty="No events yet.")
            if len(events) == limit:
                click.echo(f"More, if there are: --after {last}")

        session().screen.show({"events": events, "last_event": last}, for_people)


@click.command()
@click.argument("id", required=False)
@click.option("--error", metavar="ERROR", help="Shown with it.")
@click.option("--cause", metavar="TEXT", help="Shown with it.")
@click.option("--workflow", metavar="NAME", help="Instead of one: every open execution of this workflow.")
@click.option("--status", type=click.Choice(("RUNNING", "PAUSED"), case_sensitive=False),
              help="With --workflow: those in this status; by default RUNNING.")
@click.option("--yes", is_flag=True, help="With --workflow: do not ask.")
def stop(
    *, id: str | None, error: str | None, cause: str | None, workflow: str | None,  # noqa: A002
    status: str | None, yes: bool,
) -> None:
    """Ask an execution to stop, or with --workflow many."""
    with session().product("stop") as product:
        if is_of_one(id, workflow, {"status": status}):
            _stop_one(product, str(id), error, cause)
        else:
            stop_many(product, str(workflow), (status or "RUNNING").upper(), error=error, cause=cause, yes=yes)


def _stop_one(product: Product, execution_id: str, error: str | None, cause: str | None) -> None:
    stopped = product.services.executions.stop(
        product.key(execution_id), error=error, cause=cause, actor=product.actor
    )
    session().screen.show(stopped.as_dict(), lambda: click.echo(
        f"{stopped.key.id}: stop requested; it is ABORTED once a worker reads it"
        if stopped.ended_at is None else f"{stopped.key.id} has ended already: {status_mark(stopped.status)}"
    ))
    if stopped.ended_at is None:
        warn_without_a_worker(product)


def _audited_failures(product: Product, execution: Execution) -> list[Recorded]:
    """What the audit log says of a failure, the newest first: exact times, attempts, the worker."""
    if execution.status in ("RUNNING", "PAUSED", "SUCCEEDED"):
        return []
    query = AuditQuery(product.settings.workspace, execution=execution.key.id, actor=ENGINE.name)
    found = found_by(product, query, MOST_SHOWN)
    return [entry for entry in found if entry.entry.act != STARTED]


def _print_failures(failures: list[Recorded]) -> None:
    if failures:
        click.echo()
        click.echo("In the audit log, the newest first:")
    for item in failures:
        place = f"chain {item.chain}, entry {item.number}"
        click.echo(f"  {written_time(item.entry.at)}  {item.entry.act}  {told(item)}  ({place})")


class _Every:
    """True at most once in so many seconds: `Worker.serve` asks after every round."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._next = 0.0

    def due(self) -> bool:
        now = time.monotonic()
        if now < self._next:
            return False
        self._next = now + self._seconds
        return True


def _details(event: dict[str, Any]) -> str:
    """The telling part of an event, in one line."""
    found = next((value for name, value in event.items() if name.endswith("EventDetails")), None) or {}
    parts = [str(found[name]) for name in ("name", "resource", "error") if found.get(name)]
    text = found.get("cause") or found.get("output") or found.get("input") or found.get("parameters")
    if text:
        parts.append(text if len(text) <= 60 else text[:59] + "…")
    return "  ".join(parts).replace("\n", " ")


def _print_waiting(waiting: tuple[WaitingTask, ...]) -> None:
    """What a person answers, ready to be copied."""
    for task in waiting[:MOST_WAITING]:
        click.echo()
        click.echo(f"{task.state} waits for its token. Answer it with one of:")
        click.echo(f"  automate task success {task.token} --output JSON")
        click.echo(f"  automate task failure {task.token} --error ERROR --cause TEXT")
    if len(waiting) > MOST_WAITING:
        click.echo(f"{len(waiting) - MOST_WAITING} more wait; --json shows their tokens.")


COMMANDS = (start, list_executions, show, history, stop)
