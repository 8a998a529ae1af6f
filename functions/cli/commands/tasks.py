"""Commands that answer a task which waits for its token."""

from __future__ import annotations

import click

from functions.cli.session import read_value, session


@click.group()
def task() -> None:
    """Answer a task that waits for its token."""


@task.command()
@click.argument("token")
@click.option("--output", "text", default="{}", metavar="JSON|@FILE", help="The task's result; by default {}.")
def success(*, token: str, text: str) -> None:
    """The task is done."""
    output = read_value(text, "--output")
    with session().product("task") as product:
        product.services.executions.send_task_success(token, output, actor=product.actor)
        session().screen.show({"ok": True}, lambda: click.echo("answered"))


@task.command()
@click.argument("token")
@click.option("--error", metavar="ERROR", help="The error's name, as Retry and Catch match it.")
@click.option("--cause", metavar="TEXT", help="What happened.")
def failure(*, token: str, error: str | None, cause: str | None) -> None:
    """The task failed."""
    with session().product("task") as product:
        product.services.executions.send_task_failure(token, error, cause, actor=product.actor)
        session().screen.show({"ok": True}, lambda: click.echo("answered: failed"))


@task.command()
@click.argument("token")
def heartbeat(*, token: str) -> None:
    """The task goes on."""
    with session().product("task") as product:
        product.services.executions.send_task_heartbeat(token)
        session().screen.show({"ok": True}, lambda: click.echo("noted"))


COMMANDS = (task,)
