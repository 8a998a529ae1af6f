"""The commands that pause a deployment's workflows, resume them, and let go on what did not succeed."""

from __future__ import annotations

from typing import Any

import click

from engine.errors import InvalidDocument
from functions.cli.commands.operating import confirm, is_of_one
from functions.cli.commands.redrive import say, which_of_many
from functions.cli.remote.at import ago, api, screen
from functions.cli.remote.client import part
from functions.cli.screen import status_mark


@click.command()
@click.argument("id", required=False)
@click.option("--workflow", metavar="NAME", help="Instead of one: all of this workflow that did not succeed.")
@which_of_many
@click.option("--yes", is_flag=True, help="With --workflow: do not ask.")
def redrive(
    *, id: str | None, workflow: str | None, yes: bool, **which: str | None,  # noqa: A002
) -> None:
    """Let an execution that did not succeed go on where it stood; with --workflow many."""
    if is_of_one(id, workflow, which):
        found = api().post(f"/executions/{part(str(id))}/redrive")
        screen().show(found, lambda: click.echo(f"{found['id']}: redriven, {status_mark(found['status'])}"))
        return
    status = (which["status"] or "FAILED").upper()
    if not yes:
        confirm(f"Redrive every {status} execution of {workflow}?")
    done: list[str] = []
    refused: list[dict[str, str]] = []
    given: dict[str, Any] = {**which, "status": status, "next_token": None}
    while True:
        page = api().post(f"/workflows/{part(str(workflow))}/redrive", given)
        done, refused = done + page["redriven"], refused + page["refused"]
        given["next_token"] = page["next_token"]
        if page["next_token"] is None:
            break
    screen().show({"redriven": done, "refused": refused}, lambda: say(str(workflow), done, refused))


@click.command()
@click.argument("name", required=False)
@click.option("--all", "every", is_flag=True, help="Every workflow.")
@click.option("--starts", type=click.Choice(("queue", "refuse")), default="queue", show_default=True)
@click.option("--running", type=click.Choice(("finish", "hold")), default="finish", show_default=True)
def pause(*, name: str | None, every: bool, starts: str, running: str) -> None:
    """Pause a workflow, or with --all every one; with neither, list what is paused."""
    if name is None and not every:
        found = api().get("/pauses")
        screen().show(found, lambda: screen().table(
            ("WORKFLOW", "STARTS", "RUNNING", "SINCE", "BY"),
            [(item["workflow"], item["starts"], item["running"], ago(item["paused_at"]), item["paused_by"])
             for item in found["pauses"]], empty="Nothing is paused.",
        ))
        return
    path = "/pause" if _every(name, every=every) else f"/workflows/{part(str(name))}/pause"
    done = api().post(path, {"starts": starts, "running": running})
    screen().show(done, lambda: click.echo(f"{name or 'every workflow'} is paused"))


@click.command()
@click.argument("what", metavar="ID|NAME", required=False)
@click.option("--all", "every", is_flag=True, help="What was paused by pause --all.")
def resume(*, what: str | None, every: bool) -> None:
    """Let a paused workflow go on, or a PAUSED execution."""
    if what is not None and ":" in what and not every:
        found = api().post(f"/executions/{part(what)}/resume")
        screen().show(found, lambda: click.echo(f"{what}: {status_mark(found['status'])} again"))
        return
    path = "/resume" if _every(what, every=every) else f"/workflows/{part(str(what))}/resume"
    done = api().post(path)
    screen().show(done, lambda: click.echo(f"{what or 'every workflow'} goes on: {done['woken']} executions woken"))


def _every(name: str | None, *, every: bool) -> bool:
    if (name is None) != every:
        raise InvalidDocument("name a workflow, or say --all", where="--all")
    return every


COMMANDS = (redrive, pause, resume)
