"""Commands of those who keep it running: pause, resume, stop many, backup."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from engine.adapters.local.backup import back_up
from engine.adapters.local.secret_store import LocalSecretStore
from engine.errors import InvalidDocument, UserError
from engine.ports.executions_index import ExecutionQuery
from engine.ports.pauses import ALL
from functions.app.routes.operations import shown
from functions.cli.screen import status_mark
from functions.cli.session import session
from functions.server.product import Product

_PAGE = 500


class NotConfirmed(UserError):
    """Whoever was asked said no."""

    code = "NotConfirmed"


@click.command()
@click.argument("name", required=False)
@click.option("--all", "every", is_flag=True, help="Every workflow.")
@click.option("--starts", type=click.Choice(("queue", "refuse")), default="queue", show_default=True,
              help="queue: accepted, and begun once resumed.")
@click.option("--running", type=click.Choice(("finish", "hold")), default="finish", show_default=True,
              help="hold: nothing new begins until resumed; calls under way are waited for.")
def pause(*, name: str | None, every: bool, starts: str, running: str) -> None:
    """Pause a workflow, or with --all every one; with neither, list what is paused."""
    with session().product("pause") as product:
        workspace, pausing = product.settings.workspace, product.services.pausing
        if name is None and not every:
            _list_pauses(product)
            return
        workflow = _workflow(name, every=every)
        if workflow != ALL:
            product.services.catalog.workflow(workspace, workflow)
        made = pausing.pause(workspace, workflow, starts=starts, running=running, actor=product.actor)
        what = "every workflow" if every else workflow
        then = "starts wait" if starts == "queue" else "starts are refused"
        runs = "what has begun runs on" if running == "finish" else "what runs holds within 2 s"
        session().screen.show(shown(made).model_dump(), lambda: click.echo(f"{what} is paused: {then}, {runs}"))


@click.command()
@click.argument("what", metavar="ID|NAME", required=False)
@click.option("--all", "every", is_flag=True, help="What was paused by pause --all.")
def resume(*, what: str | None, every: bool) -> None:
    """Let a paused workflow go on, or a PAUSED execution.

    An execution is PAUSED by the product itself after it has cost its workers again and again; show says how."""
    with session().product("resume") as product:
        if what is not None and ":" in what and not every:
            resumed = product.services.executions.resume(product.key(what), actor=product.actor)
            session().screen.show(
                resumed.as_dict(), lambda: click.echo(f"{resumed.key.id}: {status_mark(resumed.status)} again")
            )
            return
        workflow = _workflow(what, every=every)
        done = product.services.pausing.resume(product.settings.workspace, workflow, actor=product.actor)
        more = "" if done.complete else "; the others follow within 16 minutes"
        session().screen.show({"woken": done.woken, "complete": done.complete}, lambda: click.echo(
            f"{'every workflow' if every else workflow} goes on: {done.woken} open executions woken{more}"
        ))


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
def backup(*, folder: Path) -> None:
    """Copy the live data folder: executions, workflows, audit log and secrets of one moment.

    The copy is a data folder itself (automate --data-dir FOLDER …), holds the key of the secrets, and is checked."""
    settings = session().settings
    source = Path(settings.data_dir)
    store = LocalSecretStore(source, session().screen.clock, busy_timeout=settings.busy_timeout_seconds)
    made = back_up(source, folder, copy_secrets=store.copy_to)
    shape = {
        "folder": str(made.folder), "bytes": made.bytes, "workflows": made.workflows, "executions": made.executions,
        "unfinished": made.unfinished,
    }
    session().screen.show(shape, lambda: click.echo(
        f"{made.folder} holds {made.workflows} workflows and {made.executions} executions ({made.unfinished} "
        f"unfinished), {made.bytes:,} bytes, checked. It holds the secrets and their key: keep it as safe as them."
    ))


def stop_many(
    product: Product, workflow: str, status: str, *, error: str | None, cause: str | None, yes: bool
) -> None:
    """Ask all open executions of `workflow` to stop, after a confirmation. Raises NotFound, and InvalidDocument where
    nobody can be asked for one."""
    product.services.catalog.workflow(product.settings.workspace, workflow)
    if not yes:
        confirm(f"Stop every {status} execution of {workflow}?")
    executions, token = product.services.executions, None
    stopped: list[str] = []
    while True:
        page = executions.page(ExecutionQuery(
            product.settings.workspace, workflow=workflow, status=status, limit=_PAGE, next_token=token
        ))
        for row in page.rows:
            executions.stop(row.key, error=error, cause=cause, actor=product.actor)
            stopped.append(row.key.id)
        token = page.next_token
        if token is None:
            break
    session().screen.show({"stopped": stopped}, lambda: click.echo(
        f"{len(stopped)} executions of {workflow} were asked to stop; each is ABORTED once a worker reads it"
    ))


def is_of_one(id: str | None, workflow: str | None, which: dict[str, str | None]) -> bool:  # noqa: A002
    """Whether one execution is meant, and not many of a workflow. Raises InvalidDocument where neither or both are."""
    if (id is None) == (workflow is None):
        raise InvalidDocument("name either an execution, or a workflow by --workflow", where="ID")
    for name, value in which.items():
        if id is not None and value is not None:
            option = f"--{name.replace('_', '-')}"
            raise InvalidDocument(f"{option} goes with --workflow: {id} is one execution", where=option)
    return id is not None


def confirm(question: str) -> None:
    """Ask before many are touched. Raises InvalidDocument where nobody can be asked, NotConfirmed for a no."""
    if session().screen.as_json or not sys.stdin.isatty():
        raise InvalidDocument(
            "nobody is there to confirm it", where="--yes", advice="Add --yes to do it without being asked."
        )
    if not click.confirm(question):
        raise NotConfirmed("nothing was done")


def _workflow(name: str | None, *, every: bool) -> str:
    if (name is None) != every:
        raise InvalidDocument(
            "name a workflow, or say --all" if name is None else f"{name!r} or --all: which is meant?", where="--all"
        )
    return ALL if name is None else name


def _list_pauses(product: Product) -> None:
    screen = session().screen
    found = product.services.pausing.paused(product.settings.workspace)
    cells = [
        (item.workflow or "* (all)", item.starts, item.running, screen.ago(item.paused_at), item.paused_by)
        for item in found
    ]
    screen.show({"pauses": [shown(item).model_dump() for item in found]}, lambda: screen.table(
        ("WORKFLOW", "STARTS", "RUNNING", "SINCE", "BY"), cells, empty="Nothing is paused."
    ))


COMMANDS = (pause, resume, backup)
