"""The command that lets go on what did not succeed: one execution, or many of a workflow."""

from __future__ import annotations

import click

from engine.errors import InvalidDocument
from functions.app.shapes.base import ExecutionFilters
from functions.cli.client.client import Client, part
from functions.cli.commands.executions import ended, warn_without_a_worker
from functions.cli.commands.many import confirm, is_of_one
from functions.cli.options import filters
from functions.cli.screen import status_mark
from functions.cli.session import session

UNSUCCESSFUL = ("FAILED", "TIMED_OUT", "ABORTED")


@click.command()
@click.argument("id", required=False)
@click.option("--wait", is_flag=True, help="With ID: wait for its end; without a worker on the data folder, be one.")
@click.option("--workflow", metavar="NAME", help="Instead of one: all of this workflow that did not succeed.")
@click.option("--status", type=click.Choice(UNSUCCESSFUL, case_sensitive=False),
              help="With --workflow: those in this status; by default FAILED.")
@filters(
    ExecutionFilters, without=("started_after", "started_before"),
    says=lambda words: f"With --workflow: those {words[:1].lower()}{words[1:]}",
)
@click.option("--yes", is_flag=True, help="With --workflow: do not ask.")
def redrive(
    *, id: str | None, wait: bool, workflow: str | None, yes: bool, **which: str | None,  # noqa: A002
) -> None:
    """Let an execution that FAILED, TIMED_OUT or was ABORTED go on where it stood; with --workflow many.

    What succeeded is kept and not done again; its version, input and id stay. With --wait, exit status 1 unless it
    SUCCEEDED."""
    one = is_of_one(id, workflow, which)
    if wait and not one:
        raise InvalidDocument("--wait goes with one execution, not with --workflow", where="--wait")
    with session().client() as api:
        if one:
            _redrive_one(api, str(id), wait=wait)
        else:
            _redrive_many(api, str(workflow), which, yes=yes)


def _redrive_one(api: Client, execution_id: str, *, wait: bool) -> None:
    redriven = api.post(f"/executions/{part(execution_id)}/redrive")
    if wait:
        redriven = ended(api, redriven["id"])
    redriven = api.whole(redriven)
    session().screen.show(redriven, lambda: click.echo(
        f"{redriven['id']}: redriven, {status_mark(redriven['status'])}"
    ))
    if not wait:
        warn_without_a_worker(api, f"automate redrive {execution_id} --wait")
    elif redriven["status"] != "SUCCEEDED":
        click.get_current_context().exit(1)


def _redrive_many(api: Client, workflow: str, which: dict[str, str | None], *, yes: bool) -> None:
    which = {**which, "status": (which["status"] or "FAILED").upper()}
    confirm(api, workflow, f"Redrive every {which['status']} execution of {workflow}?", yes=yes)
    pages = api.every(f"/workflows/{part(workflow)}/redrive", which)
    done = [execution_id for page in pages for execution_id in page["redriven"]]
    refused = [item for page in pages for item in page["refused"]]

    def for_people() -> None:
        goes = "1 execution goes on where it stood"
        click.echo(f"{workflow}: {goes if len(done) == 1 else f'{len(done)} executions go on where they stood'}")
        for item in refused:
            click.echo(f"not redriven: {item['message']}")

    session().screen.show({"redriven": done, "refused": refused}, for_people)
    if done:
        warn_without_a_worker(api)


COMMANDS = (redrive,)
