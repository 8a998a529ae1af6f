"""Commands of activities: make them, look at them, and take a task by hand."""

from __future__ import annotations

import json

import click

from functions.app.routes.activities import shown
from functions.cli.finite import FiniteRange
from functions.cli.session import session


@click.group()
def activity() -> None:
    """Activities: places where work waits for workers of your own, which poll for it."""


@activity.command()
@click.argument("name")
def create(*, name: str) -> None:
    """Create an activity; one that exists is left as it is."""
    with session().product("activity") as product:
        made = shown(product.services.activities.create(product.settings.workspace, name, actor=product.actor))
        session().screen.show(made.model_dump(), lambda: click.echo(f'{name}: write "Resource": "{made.arn}"'))


@activity.command()
@click.argument("name")
def delete(*, name: str) -> None:
    """Delete an activity: tasks that a worker has taken go on, a task that begins now fails."""
    with session().product("activity") as product:
        deleted = product.services.activities.delete(product.settings.workspace, name, actor=product.actor)
        session().screen.show({"deleted": deleted}, lambda: click.echo(
            f"{name} is deleted" if deleted else f"there is no activity {name}"
        ))


@activity.command()
@click.argument("name")
def describe(*, name: str) -> None:
    """Show an activity."""
    with session().product("activity") as product:
        found = shown(product.services.activities.describe(product.settings.workspace, name))
        session().screen.show(found.model_dump(), lambda: click.echo(f"{found.arn}  {found.created_at}"))


@activity.command("list")
def list_activities() -> None:
    """List the activities."""
    with session().product("activity") as product:
        found = [shown(item) for item in product.services.activities.list(product.settings.workspace)]
        session().screen.show({"activities": [item.model_dump() for item in found]}, lambda: session().screen.table(
            ("NAME", "ARN", "CREATED"), [(item.name, item.arn, item.created_at or "") for item in found],
            empty="No activities. Make one: automate activity create NAME",
        ))


@activity.command()
@click.argument("name")
@click.option("--worker", metavar="NAME", help="Shown in the history's ActivityStarted.")
@click.option("--wait", type=FiniteRange(0, 60), default=0.0, show_default=True, metavar="SECONDS",
              help="How long to wait for a task.")
def poll(*, name: str, worker: str | None, wait: float) -> None:
    """Take the oldest task that waits. Answer it with automate task success TOKEN."""
    with session().product("activity") as product:
        task = product.services.activities.poll(product.settings.workspace, name, worker=worker, wait=wait)
        shape = {"token": None, "input": None} if task is None else {"token": task.token, "input": task.input}
        session().screen.show(shape, lambda: click.echo(
            "nothing waits" if task is None else f"token {task.token}\ninput {json.dumps(task.input)}"
        ))


COMMANDS = (activity,)
