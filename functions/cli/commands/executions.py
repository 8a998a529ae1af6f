"""Commands about executions: start, list, look, stop."""

from __future__ import annotations

from typing import Any

import click

from engine.errors import InvalidDocument, NotFound, UserError
from engine.governance.audit.engine import STARTED
from engine.governance.roles import Right
from engine.language.asl.times import iso_timestamp
from functions.app.shapes.base import ExecutionFilters
from functions.cli.account import account
from functions.cli.account_text import MOST_SHOWN, print_account, print_outcome, print_without_states
from functions.cli.client.client import Client, part
from functions.cli.commands.many import PENDING, confirm, confirm_erasing, is_of_one
from functions.cli.files import Json, read_value
from functions.cli.groups import Grouped
from functions.cli.options import adding, filters
from functions.cli.ranges import WholeRange
from functions.cli.screen import counted, duration, status_mark
from functions.cli.session import session

MOST_EVENTS = 25_000
"""Read at once, as many as AWS keeps of an execution: one that loops has millions, and makes them faster than they are
read."""
MOST_WAITING = 5
LASTS = ("1h", "24h", "7d", "30d")
STATUSES = ("RUNNING", "SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED", "PAUSED")


@click.command()
@click.argument("workflow")
@click.option("--input", "text", default="{}", metavar="JSON|@FILE", help="The input; by default {}.")
@click.option("--name", metavar="NAME", help="Unique within the workflow; by default a UUID.")
@click.option("--version", type=int, metavar="N", help="A version; by default the active one.")
@click.option("--wait", is_flag=True, help="Wait for its end; without a worker on the data folder, be one.")
@click.option("--sync", is_flag=True, help="Run an EXPRESS workflow while you wait, for at most 25 s.")
def start(*, workflow: str, text: str, name: str | None, version: int | None, wait: bool, sync: bool) -> int:
    """Start an execution. With --wait or --sync, exit status 1 unless it SUCCEEDED."""
    given = {"input": read_value(text, "--input"), "name": name, "version": version, "sync": sync}
    with session().client() as api:
        started = api.post(f"/workflows/{part(workflow)}/executions", given)
        if wait and not sync:
            started = ended(api, started["id"])
        elif not sync:
            warn_without_a_worker(api, "automate start --wait")
        started = _whole(api, started)
    session().screen.show(started, lambda: print_outcome(started))
    return 1 if (wait or sync) and started["status"] != "SUCCEEDED" else 0


def _whole(api: Client, execution: Json) -> Json:
    """With the input and output that were left out as too large. IAM roles have no route to these."""
    return execution if session().iam else api.whole(execution)


def ended(api: Client, execution_id: str) -> Json:
    """The execution, once it has ended or is PAUSED; Ctrl-C ends the waiting and not the execution, and says so."""
    try:
        return api.ended(execution_id)
    except KeyboardInterrupt:
        click.echo(err=True)  # off the line with ^C
        session().screen.notice(
            f"{execution_id} goes on wherever a worker runs; automate stop {execution_id} ends it"
        )
        raise


def warn_without_a_worker(api: Client, waiting: str | None = None) -> None:
    """Say that nobody is there to go on with it, where that is so. `waiting` is the command that would have been a
    worker itself. Not for IAM roles: a stage has workers, and their door has no /me."""
    if not session().iam and api.get("/me")["workers"] == 0:
        ways = "automate up or automate worker"
        if waiting is not None:
            ways = f"automate up, automate worker, or next time {waiting}"
        session().screen.notice(f"No worker runs on this folder: {ways}.")


_filtered = adding(
    click.option("--workflow", metavar="NAME", help="Of this workflow."),
    click.option("--status", type=click.Choice(STATUSES, case_sensitive=False), help="In this status."),
    filters(ExecutionFilters),
    click.option("--text", metavar="TEXT", help="Look for it in business keys, error names and causes; on AWS, for "
                 "keys and names that begin with it."),
    click.option("--order", type=click.Choice(("newest", "oldest"), case_sensitive=False),
                 help="Whose start comes first; by default the newest."),
)
"""Which executions, and in which order: of a list, and of a view that is saved."""


@click.group("executions", cls=Grouped, invoke_without_command=True)
@_filtered
@click.option("--view", metavar="NAME", help="The filters of a saved view, where no option says another.")
@click.option("--limit", type=WholeRange(1, 1000), default=20, show_default=True, help="How many at most.")
@click.option("--next-token", metavar="TOKEN", help="Go on where the last page ended.")
@click.pass_context
def list_executions(ctx: click.Context, /, *, limit: int, view: str | None, **given: str | None) -> None:
    """List executions by their starts; `automate executions delete` erases them."""
    if ctx.invoked_subcommand is not None:
        return
    with session().client() as api:
        given |= {} if view is None else _of_view(api, view, given)
        workflow = given["workflow"]
        rows, following = api.pages("/executions", "executions", limit=limit, **given)
        if workflow is not None and not rows:
            api.get(f"/workflows/{part(workflow)}")  # there may be no such workflow
        of = _of_all(api, given) if following is not None else ""
    screen = session().screen
    cells = [
        (row["id"], row["status"] + (" (fork)" if row["fork_of"] else ""), str(row["version"]),
         screen.ago(row["started_at"]), _took(row), row["trigger"] or "", str(row["redrives"] or ""),
         row["business_key"] or "", row["error"] or "")
        for row in rows
    ]

    def for_people() -> None:
        screen.table(
            ("ID", "STATUS", "VERSION", "STARTED", "TOOK", "TRIGGER", "REDRIVES", "BUSINESS KEY", "ERROR"), cells,
            empty="No executions. Start one: automate start WORKFLOW --input JSON --wait",
        )
        if following is not None:
            click.echo(f"{len(rows)}{of}. More: --next-token {following}")

    screen.show({"executions": rows, "next_token": following}, for_people)


def _of_view(api: Client, name: str, given: dict[str, str | None]) -> dict[str, str]:
    """What a saved view adds to the filters that were given."""
    found = {view["name"]: view["filters"] for view in api.get("/views")["views"]}
    if name not in found:
        raise NotFound(f"no view is called {name!r}", where="--view", advice="automate executions views lists them.")
    filters = dict(found[name])
    last = filters.pop("last", None)
    if last is not None:
        back = int(last[:-1]) * {"h": 3600.0, "d": 86_400.0}[last[-1]]
        filters["started_after"] = iso_timestamp(session().screen.clock.now() - back)
    return {name: value for name, value in filters.items() if given.get(name) is None}


@list_executions.command("views")
def list_views() -> None:
    """List the saved views; `automate executions --view NAME` looks by one."""
    with session().client() as api:
        saved = api.get("/views")["views"]
    session().screen.show({"views": saved}, lambda: session().screen.table(
        ("VIEW", "FILTERS"), [(view["name"], _filters_of(view)) for view in saved],
        empty="No view is saved. Save one: automate executions save-view NAME --status FAILED --last 24h",
    ))


def _filters_of(view: Json) -> str:
    return ", ".join(f"{name}={value}" for name, value in view["filters"].items())


@list_executions.command("save-view")
@click.argument("view")
@_filtered
@click.option("--last", type=click.Choice(LASTS), help="Started so long ago, or later, when it is looked at.")
def save_view(*, view: str, **given: str | None) -> None:
    """Save filters under VIEW, for everybody who may look, over what was saved under it. The Studio shows it too."""
    said = {field: value for field, value in given.items() if value is not None}
    with session().client() as api:
        saved = api.put(f"/views/{part(view)}", {"filters": said})
    session().screen.show(saved, lambda: click.echo(
        f"The view {saved['name']} is saved: {_filters_of(saved) or 'every execution'}"
    ))


@list_executions.command("delete-view")
@click.argument("view")
def delete_view(*, view: str) -> None:
    """Delete a saved view, for everybody. No execution is touched."""
    with session().client() as api:
        api.delete(f"/views/{part(view)}")
    session().screen.show({"deleted": view}, lambda: click.echo(f"The view {view} is deleted"))


def _of_all(api: Client, given: dict[str, str | None]) -> str:
    """Of how many these are, in words; nothing where that is not counted."""
    found = api.get("/executions/count", **{
        name: value for name, value in given.items() if name not in ("order", "next_token")
    })
    if found["number"] is None:
        return ""
    return f" of {'' if found['relation'] == 'exact' else found['relation'].replace('_', ' ') + ' '}{found['number']:,}"


def _took(row: Json) -> str:
    if row.get("waits_for_budget") is not None:
        return "waits for its budget"
    return "" if row["duration_seconds"] is None else duration(row["duration_seconds"])


@list_executions.command("delete")
@click.argument("ids", nargs=-1, required=True, metavar="ID...")
@click.option("--yes", is_flag=True, help="Do it without being asked.")
def delete_executions(*, ids: tuple[str, ...], yes: bool) -> int:
    """Erase executions that have ended: their data, log lines and place in the lists. It cannot be undone.

    A child goes with the execution that waited for it. What is refused is named, and the exit status is 1 then."""
    confirm_erasing(f"Erase {counted(len(ids), 'execution')} for good?", yes=yes)
    done: list[Json] = []
    refused: list[Json] = []
    with session().client() as api:
        for execution_id in ids:
            try:
                done.append({"id": execution_id, **api.delete(f"/executions/{part(execution_id)}")})
            except UserError as error:
                refused.append({"id": execution_id, **error.as_dict()})

    def for_people() -> None:
        for one in done:
            click.echo(f"{one['id']} is erased{PENDING if one['pending'] else ''}")
        for one in refused:
            click.echo(f"{one['id']} stays: {one['message']}{'. ' + one['advice'] if one.get('advice') else ''}")

    session().screen.show({"erased": done, "refused": refused}, for_people)
    return 1 if refused else 0


_reveal = click.option(
    "--reveal", metavar="REASON", help="Show sensitive fields too; recorded in the audit log with the reason."
)


@click.command()
@click.argument("id")
@_reveal
def show(*, id: str, reveal: str | None) -> None:  # noqa: A002  the word of the API
    """Show an execution: its states, how long each took, and what went wrong. With --iam its states are left out."""
    at, screen = f"/executions/{part(id)}", session().screen
    with session().client() as api:
        revealing = api.revealing(reveal)
        execution = _whole(revealing, revealing.get(at))
        if session().iam:
            screen.show(execution, lambda: print_without_states(screen, execution))
            return
        found = revealing.get(f"{at}/steps", newest=MOST_EVENTS, causes=True)
        is_open = execution["status"] in ("RUNNING", "PAUSED")
        waiting = api.get(f"{at}/waiting")["waiting"] if is_open else []
        failures = [] if is_open or execution["status"] == "SUCCEEDED" else _audited_failures(api, execution["id"])
    made = account(found["steps"], found["rests"], now=screen.clock.now(), causes=found["causes"])
    left_out = found["events_left_out"]
    shape = {
        **execution, "states": [run.as_dict() for run in made.runs], "complete": found["complete"],
        "events_left_out": left_out, "waiting": waiting, "audit": failures,
    }

    def for_people() -> None:
        note = f"The newest {MOST_EVENTS:,} events; automate history has the {left_out:,} before them."
        print_account(screen, execution, made, note=note if left_out else None)
        _print_waiting(waiting)
        _print_failures(failures)
        if execution["links"]["insights"]:
            click.echo(f"\nIts log lines: {execution['links']['insights']}")

    screen.show(shape, for_people)


@click.command()
@click.argument("id")
@click.option("--after", type=WholeRange(0), default=0, metavar="EVENT", help="Only events after this id.")
@click.option("--limit", type=WholeRange(1), default=MOST_EVENTS, show_default=True, help="How many at most.")
@_reveal
def history(*, id: str, after: int, limit: int, reveal: str | None) -> None:  # noqa: A002
    """Show an execution's events, as AWS's GetExecutionHistory gives them. IAM roles (--iam) may not read them."""
    if session().iam:
        raise InvalidDocument(
            "the door for IAM roles has no histories", where="--iam",
            advice="Ask without --iam: after automate --endpoint URL login, or with a named token (--token-file FILE).",
        )
    with session().client() as client:
        events = client.revealing(reveal).events(id, after=after, most=limit)
    last = events[-1]["id"] if events else after
    began = events[0]["timestamp"] if events else 0.0

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
    *, id: str | None, workflow: str | None, status: str | None, yes: bool, **why: str | None,  # noqa: A002
) -> None:
    """Ask an execution to stop, or with --workflow many."""
    one = is_of_one(id, workflow, {"status": status})
    with session().client() as api:
        if one:
            _stop_one(api, str(id), why)
        else:
            _stop_many(api, str(workflow), (status or "RUNNING").upper(), why, yes=yes)


def _stop_one(api: Client, execution_id: str, why: dict[str, str | None]) -> None:
    stopped = _whole(api, api.post(f"/executions/{part(execution_id)}/stop", why))
    session().screen.show(stopped, lambda: click.echo(
        f"{stopped['id']}: stop requested; it is ABORTED once a worker reads it"
        if stopped["ended_at"] is None else f"{stopped['id']} has ended already: {status_mark(stopped['status'])}"
    ))
    if stopped["ended_at"] is None:
        warn_without_a_worker(api)


def _stop_many(api: Client, workflow: str, status: str, why: dict[str, str | None], *, yes: bool) -> None:
    confirm(api, workflow, f"Stop every {status} execution of {workflow}?", yes=yes)
    done = api.every(f"/workflows/{part(workflow)}/stop", {"status": status, **why})
    stopped = [execution_id for page in done for execution_id in page["stopped"]]
    session().screen.show({"stopped": stopped}, lambda: click.echo(
        f"{len(stopped)} executions of {workflow} were asked to stop; each is ABORTED once a worker reads it"
    ))


def _audited_failures(api: Client, execution_id: str) -> list[Json]:
    """What the audit log says of a failure, the newest first: exact times, attempts, the worker. Nothing for whom it is
    not to read."""
    if Right.AUDIT not in api.get("/me")["rights"]:
        return []
    found, _ = api.pages("/audit", "entries", limit=MOST_SHOWN, execution=execution_id, actor="engine")
    return [entry for entry in found if entry["act"] != STARTED]


def _print_failures(failures: list[Json]) -> None:
    if not failures:
        return
    from functions.cli.commands.audit import told  # with its models, of those that failed alone

    click.echo()
    click.echo("In the audit log, the newest first:")
    for entry in failures:
        place = f"chain {entry['chain']}, entry {entry['number']}"
        click.echo(f"  {entry['at']}  {entry['act']}  {told(entry)}  ({place})")


def _details(event: dict[str, Any]) -> str:
    """The telling part of an event, in one line."""
    found = next((value for name, value in event.items() if name.endswith("EventDetails")), None) or {}
    parts = [str(found[name]) for name in ("name", "resource", "error") if found.get(name)]
    if "toVersion" in found:
        parts.append(f"version {found['fromVersion']} to {found['toVersion']}, by {found['by']}")
        parts += [f"at {found['fromState']!r}"] if "fromState" in found else []
    text = found.get("cause") or found.get("output") or found.get("input") or found.get("parameters")
    if text:
        parts.append(text if len(text) <= 60 else text[:59] + "…")
    return "  ".join(parts).replace("\n", " ")


def _print_waiting(waiting: list[Json]) -> None:
    """What a person answers, ready to be copied."""
    for task in waiting[:MOST_WAITING]:
        click.echo()
        if task["approval"] is not None:
            click.echo(f"{task['state']} waits for people. automate approvals show {task['approval']} says for whom.")
            click.echo(f"  automate approvals answer {task['approval']} approve")
            click.echo(f"  automate approvals answer {task['approval']} refuse")
            continue
        if task["token"] is None:
            click.echo(f"{task['state']} waits for its token: whoever was sent it answers with automate task.")
            continue
        click.echo(f"{task['state']} waits for its token. Answer it with one of:")
        click.echo(f"  automate task success {task['token']} --output JSON")
        click.echo(f"  automate task failure {task['token']} --error ERROR --cause TEXT")
    if len(waiting) > MOST_WAITING:
        click.echo(f"{len(waiting) - MOST_WAITING} more wait; --json shows them.")


COMMANDS = (start, list_executions, show, history, stop)
