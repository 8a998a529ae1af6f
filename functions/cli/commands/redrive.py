"""The command that lets go on what did not succeed: one execution, or many of a workflow."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from engine.errors import InvalidDocument, UserError
from engine.ports.executions_index import ExecutionQuery
from functions.cli.commands.executions import wait_for, warn_without_a_worker
from functions.cli.commands.operating import confirm, is_of_one
from functions.cli.screen import status_mark
from functions.cli.session import session
from functions.server.product import Product

UNSUCCESSFUL = ("FAILED", "TIMED_OUT", "ABORTED")
_PAGE = 500
_WHICH = (("--error", "ERROR", "error"), ("--name", "NAME", "name"), ("--business-key", "KEY", "business key"))


def which_of_many(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options that say which of a workflow's executions are meant."""
    for option, metavar, what in reversed(_WHICH):
        words = f"With --workflow: those with this {what}, or a prefix that ends with *."
        command = click.option(option, metavar=metavar, help=words)(command)
    kinds = click.Choice(UNSUCCESSFUL, case_sensitive=False)
    words = "With --workflow: those in this status; by default FAILED."
    return click.option("--status", type=kinds, help=words)(command)


@click.command()
@click.argument("id", required=False)
@click.option("--wait", is_flag=True, help="With ID: wait for its end; without a worker on the folder, be one.")
@click.option("--workflow", metavar="NAME", help="Instead of one: all of this workflow that did not succeed.")
@which_of_many
@click.option("--yes", is_flag=True, help="With --workflow: do not ask.")
def redrive(
    *, id: str | None, wait: bool, workflow: str | None, yes: bool, **which: str | None,  # noqa: A002
) -> None:
    """Let an execution that FAILED, TIMED_OUT or was ABORTED go on where it stood; with --workflow many.

    What succeeded is kept and not done again; its version, input and id stay. With --wait, exit status 1 unless it
    SUCCEEDED."""
    with session().product("redrive") as product:
        if is_of_one(id, workflow, which):
            _redrive_one(product, str(id), wait=wait)
            return
        if wait:
            raise InvalidDocument("--wait goes with one execution, not with --workflow", where="--wait")
        _redrive_many(product, str(workflow), which, yes=yes)


def _redrive_one(product: Product, execution_id: str, *, wait: bool) -> None:
    executions = product.services.executions
    redriven = executions.redrive(product.key(execution_id), actor=product.actor)
    if wait:
        wait_for(product, redriven.key)
        redriven = executions.describe(redriven.key)
    session().screen.show(redriven.as_dict(), lambda: click.echo(
        f"{redriven.key.id}: redriven, {status_mark(redriven.status)}"
    ))
    if not wait:
        warn_without_a_worker(product, f"automate redrive {execution_id} --wait")
    elif redriven.status != "SUCCEEDED":
        click.get_current_context().exit(1)


def _redrive_many(product: Product, workflow: str, which: dict[str, str | None], *, yes: bool) -> None:
    product.services.catalog.workflow(product.settings.workspace, workflow)
    status = (which["status"] or "FAILED").upper()
    if not yes:
        confirm(f"Redrive every {status} execution of {workflow}?")
    executions, token = product.services.executions, None
    done: list[str] = []
    refused: list[dict[str, str]] = []
    while True:
        page = executions.page(ExecutionQuery(
            product.settings.workspace, workflow=workflow, status=status, error=which["error"], name=which["name"],
            business_key=which["business_key"], limit=_PAGE, next_token=token,
        ))
        for row in page.rows:
            try:
                executions.redrive(row.key, actor=product.actor)
                done.append(row.key.id)
            except UserError as problem:
                refused.append({"id": row.key.id, "message": problem.message})
        token = page.next_token
        if token is None:
            break
    session().screen.show({"redriven": done, "refused": refused}, lambda: say(workflow, done, refused))
    if done:
        warn_without_a_worker(product)


def say(workflow: str, done: list[str], refused: list[dict[str, str]]) -> None:
    """What became of many, for people."""
    count = "1 execution goes on where it stood" if len(done) == 1 else f"{len(done)} executions go on where they stood"
    click.echo(f"{workflow}: {count}")
    for item in refused:
        click.echo(f"not redriven: {item['message']}")


COMMANDS = (redrive,)
