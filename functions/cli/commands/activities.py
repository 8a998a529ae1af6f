"""Commands of activities: make them, look at them, and take a task by hand."""

from __future__ import annotations

import json

import click

from functions.cli.client.client import part
from functions.cli.files import Json
from functions.cli.groups import Grouped
from functions.cli.ranges import FiniteRange
from functions.cli.session import session


@click.group(cls=Grouped)
def activity() -> None:
    """Activities: places where work waits for workers of your own, which poll for it."""


@activity.command()
@click.argument("name")
def create(*, name: str) -> None:
    """Create an activity; one that exists is left as it is."""
    with session().client() as api:
        made = api.post("/activities", {"name": name})
    session().screen.show(made, lambda: click.echo(f'{name}: write "Resource": "{made["arn"]}"'))


@activity.command()
@click.argument("name")
def delete(*, name: str) -> None:
    """Delete an activity: tasks that a worker has taken go on, a task that begins now fails."""
    with session().client() as api:
        found = api.delete(f"/activities/{part(name)}")
    session().screen.show(found, lambda: click.echo(
        f"{name} is deleted" if found["deleted"] else f"there is no activity {name}"
    ))


@activity.command()
@click.argument("name")
def describe(*, name: str) -> None:
    """Show an activity."""
    with session().client() as api:
        found = api.get(f"/activities/{part(name)}")
    session().screen.show(found, lambda: click.echo(f"{found['arn']}  {found['created_at']}"))


@activity.command("list")
def list_activities() -> None:
    """List the activities."""
    with session().client() as api:
        found = api.get("/activities")
    rows = [(item["name"], item["arn"], item["created_at"] or "") for item in found["activities"]]
    empty = "No activities. Make one: automate activity create NAME"
    session().screen.show_table(found, ("NAME", "ARN", "CREATED"), rows, empty=empty)


@activity.command()
@click.argument("name")
@click.option("--worker", "worker_name", metavar="NAME", help="Shown in the history's ActivityStarted.")
@click.option("--wait", "wait_seconds", type=FiniteRange(0, 60), default=0.0, show_default=True, metavar="SECONDS",
              help="How long to wait for a task.")
def poll(*, name: str, **given: Json) -> None:
    """Take the oldest task that waits. Answer it with automate task success TOKEN."""
    with session().client() as api:
        task = api.post(f"/activities/{part(name)}/task", given)
    session().screen.show(task, lambda: click.echo(
        "nothing waits" if task["token"] is None else f"token {task['token']}\ninput {json.dumps(task['input'])}"
    ))


COMMANDS = (activity,)
