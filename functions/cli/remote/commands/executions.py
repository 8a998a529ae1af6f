"""The commands that start, follow and stop executions on a deployment."""

from __future__ import annotations

import time

import click

from functions.cli.account import account, causes_told
from functions.cli.account_text import print_account, print_outcome
from functions.cli.remote.at import ago, api, screen
from functions.cli.remote.client import part
from functions.cli.screen import duration, status_mark
from functions.cli.session import read_value

_POLL_SECONDS = 1.0
_OPEN = ("RUNNING",)
_NOT_ALL = "The first of it: it is longer than is read at once; automate history --after EVENT reads on."


@click.command()
@click.argument("workflow")
@click.option("--input", "text", default="{}", metavar="JSON|@FILE", help="The input; by default {}.")
@click.option("--name", metavar="NAME", help="Unique within the workflow; by default a UUID.")
@click.option("--version", type=int, metavar="N", help="A version; by default the active one.")
@click.option("--wait", is_flag=True, help="Wait for its end.")
def start(*, workflow: str, text: str, name: str | None, version: int | None, wait: bool) -> None:
    """Start an execution. With --wait, exit status 1 unless it SUCCEEDED."""
    found = api().post(f"/workflows/{part(workflow)}/executions", {
        "input": read_value(text, "--input"), "name": name, "version": version,
    })
    while wait and found["status"] in _OPEN:
        time.sleep(_POLL_SECONDS)
        found = api().get(f"/executions/{part(found['id'])}")
    screen().show(found, lambda: print_outcome(found))
    if wait and found["status"] != "SUCCEEDED":
        click.get_current_context().exit(1)


@click.command("executions")
@click.option("--workflow", metavar="NAME", help="Of this workflow.")
@click.option("--status", metavar="STATUS", help="In this status.")
@click.option("--name", metavar="NAME", help="With this name; with * at its end, a prefix.")
@click.option("--error", metavar="ERROR", help="Failed with this error, or a prefix that ends with *.")
@click.option("--business-key", metavar="KEY", help="With this business key, or a prefix that ends with *.")
@click.option("--limit", type=click.IntRange(1, 1000), default=20, show_default=True, help="How many at most.")
def list_executions(*, limit: int, status: str | None, **filters: str | None) -> None:
    """List executions, newest first."""
    found = list(api().pages(
        "/executions", "executions", limit=limit, status=None if status is None else status.upper(), **filters
    ))
    rows = [
        (item["id"], item["status"], str(item["version"]), ago(item["started_at"]),
         "" if item["duration_seconds"] is None else duration(item["duration_seconds"]), item["business_key"] or "",
         item["error"] or "")
        for item in found
    ]
    screen().show({"executions": found}, lambda: screen().table(
        ("ID", "STATUS", "VERSION", "STARTED", "TOOK", "BUSINESS KEY", "ERROR"), rows,
        empty="No executions. Start one: automate start WORKFLOW --input JSON --wait",
    ))


@click.command()
@click.argument("id")
def show(*, id: str) -> None:  # noqa: A002  the word of the API
    """Show an execution: its states, how long each took, and what went wrong."""
    at = f"/executions/{part(id)}"
    execution, found = api().get(at), api().get(f"{at}/steps")
    causes = causes_told(found["steps"], execution)
    made = account(found["steps"], found["rests"], now=screen().clock.now(), causes=causes)

    def for_people() -> None:
        print_account(screen(), execution, made, note=None if found["complete"] else _NOT_ALL)
        if execution["links"]["insights"]:
            click.echo(f"\nIts log lines: {execution['links']['insights']}")

    states = [run.as_dict() for run in made.runs]
    screen().show({**execution, "states": states, "complete": found["complete"]}, for_people)


@click.command()
@click.argument("id")
@click.option("--after", type=click.IntRange(0), default=0, metavar="EVENT", help="Only events after this id.")
@click.option("--limit", type=click.IntRange(1, 1000), default=1000, show_default=True, help="How many at most.")
def history(*, id: str, after: int, limit: int) -> None:  # noqa: A002
    """Show an execution's events, as AWS's GetExecutionHistory gives them."""
    found = api().get(f"/executions/{part(id)}/history", after=after, limit=limit)
    screen().show(found, lambda: screen().table(
        ("EVENT", "TYPE"), [(str(event["id"]), event["type"]) for event in found["events"]], empty="No events yet."
    ))


@click.command()
@click.argument("id")
@click.option("--error", metavar="ERROR", help="Shown with it.")
@click.option("--cause", metavar="TEXT", help="Shown with it.")
def stop(*, id: str, error: str | None, cause: str | None) -> None:  # noqa: A002
    """Ask an execution to stop."""
    found = api().post(f"/executions/{part(id)}/stop", {"error": error, "cause": cause})
    screen().show(found, lambda: click.echo(f"{found['id']}: {status_mark(found['status'])}, stop requested"))


COMMANDS = (start, list_executions, show, history, stop)
