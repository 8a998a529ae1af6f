"""Commands that answer a task which waits for its token."""

from __future__ import annotations

import click

from functions.cli.files import Json, read_value
from functions.cli.groups import Grouped
from functions.cli.session import session


@click.group(cls=Grouped)
def task() -> None:
    """Answer a task that waits for its token."""


@task.command()
@click.argument("token")
@click.option("--output", "text", default="{}", metavar="JSON|@FILE", help="The task's result; by default {}.")
def success(*, token: str, text: str) -> None:
    """The task is done."""
    _answer("success", {"token": token, "output": read_value(text, "--output")}, "answered")


@task.command()
@click.argument("token")
@click.option("--error", metavar="ERROR", help="The error's name, as Retry and Catch match it.")
@click.option("--cause", metavar="TEXT", help="What happened.")
def failure(*, token: str, error: str | None, cause: str | None) -> None:
    """The task failed."""
    _answer("failure", {"token": token, "error": error, "cause": cause}, "answered: failed")


@task.command()
@click.argument("token")
def heartbeat(*, token: str) -> None:
    """The task goes on."""
    _answer("heartbeat", {"token": token}, "noted")


def _answer(how: str, body: dict[str, Json], says: str) -> None:
    with session().client() as api:
        done = api.post(f"/tasks/{how}", body)
    session().screen.show(done, lambda: click.echo(says))


COMMANDS = (task,)
