"""The commands that author and publish on a deployment."""

from __future__ import annotations

import sys
from typing import Any

import click

from functions.cli.commands.workflows import document_in
from functions.cli.remote.at import ago, api, screen
from functions.cli.remote.client import part
from functions.cli.remote.into import IntoDeployment
from functions.cli.screen import styled_diff
from functions.cli.session import read_file, session, write_file
from functions.cli.step_functions.options import WayIn, taken_in, taken_out, way_in, way_out
from functions.cli.step_functions.out import write_out
from functions.cli.step_functions.within import bring_in
from functions.server.resources import callable_tasks


@click.command("workflows")
def list_workflows() -> None:
    """List the workflows."""
    found = api().get("/workflows")
    rows = [
        (item["name"], str(item["active_version"] or "none"), str(item["latest_version"] or "none"),
         ago(item["updated_at"]), item["description"].partition("\n")[0])
        for item in found["workflows"]
    ]
    screen().show(found, lambda: screen().table(
        ("WORKFLOW", "ACTIVE", "LATEST", "CHANGED", "DESCRIPTION"), rows,
        empty="No workflows yet. Import one: automate import --file FILE --publish",
    ))


@click.command("import")
@click.option("--file", "path", metavar="FILE", help="A workflow document or a bare definition.")
@click.option("--name", metavar="NAME", help="The workflow's name, over the document's own; with --from the machine's.")
@click.option("--publish", is_flag=True, help="Publish it at once.")
@click.option("--note", default="", metavar="TEXT", help="What is new, for the list of versions.")
@click.option("--force", is_flag=True, help="Overwrite a draft that was edited since the last import.")
@way_in
def import_file(*, path: str | None, name: str | None, publish: bool, note: str, force: bool, **given: Any) -> None:
    """Make a file the draft of its workflow (JSON or YAML), or bring state machines in from AWS Step Functions."""
    way = taken_in(given, path=path, name=name, publish=publish)
    if path is None:
        _bring_in(way, name, force=force)
        return
    data = read_file(path)
    document, _ = document_in(data, path, name)
    found = api().post("/workflows/import", {
        "source": data.decode("utf-8-sig"), "name": document.name, "publish": publish, "note": note, "force": force,
    })

    def for_people() -> None:
        what = "created" if found["created"] else "changed" if found["changed"] else "unchanged"
        click.echo(f"{found['workflow']}: draft {what}")
        if found["diff"]:
            click.echo(styled_diff(found["diff"]))
        if found.get("version") is not None:
            click.echo(f"{found['workflow']}: version {found['version']['version']} is active")

    screen().show(found, for_people)


def _bring_in(way: WayIn, name: str | None, *, force: bool) -> None:
    """From Step Functions; exit status 1 unless all of it came in and was published."""
    stage = api().get("/me")["stage"]
    advice = (
        f"Some call AWS: each runs under the role automate-{stage}-task-WORKFLOW, which an admin makes "
        "(docs/deployment.md)."
    )
    if not bring_in(way, name, IntoDeployment(api()), force=force, advice=advice, screen=screen()):
        click.get_current_context().exit(1)


@click.command()
@click.argument("name")
@click.option("--version", type=int, metavar="N", help="A version; by default the draft.")
@click.option("--output", metavar="FILE", help="Write there instead of to standard output; with --to a folder.")
@way_out
def export(*, name: str, version: int | None, output: str | None, **given: Any) -> None:
    """Write a workflow's document, as it was imported; or as a state machine of AWS Step Functions."""
    way = taken_out(given)
    data = api().file(f"/workflows/{part(name)}/export" + (f"?version={version}" if version is not None else ""))
    if way.to is not None:
        stage = str(api().get("/me")["stage"])
        write_out(
            data, way, stage=stage, output=output, tasks=callable_tasks(session().settings), screen=screen()
        )
        return
    if output is None:
        sys.stdout.buffer.write(data)
        return
    write_file(output, [data], option="--output")
    screen().show({"workflow": name, "file": output}, lambda: click.echo(f"{name} is in {output}"))


@click.command()
@click.argument("name")
@click.option("--note", default="", metavar="TEXT", help="What is new, for the list of versions.")
def publish(*, name: str, note: str) -> None:
    """Make the draft the new active version."""
    found = api().post(f"/workflows/{part(name)}/publish", {"note": note})
    screen().show(found, lambda: click.echo(f"{name} version {found['version']} is active"))


@click.command()
@click.argument("name")
def versions(*, name: str) -> None:
    """List the published versions, newest first."""
    found = api().get(f"/workflows/{part(name)}/versions")
    rows = [
        (f"{item['version']}{' (active)' if item['active'] else ''}", ago(item["published_at"]),
         item["published_by"], item["digest"][:12], item["note"])
        for item in found["versions"]
    ]
    screen().show(found, lambda: screen().table(
        ("VERSION", "PUBLISHED", "BY", "DIGEST", "NOTE"), rows,
        empty=f"None yet. Publish the draft: automate publish {name}",
    ))


@click.command()
@click.argument("name")
@click.argument("old", type=int, required=False)
@click.argument("new", type=int, required=False)
def diff(*, name: str, old: int | None, new: int | None) -> None:
    """Show what differs between versions OLD and NEW; without NEW the draft, without OLD the active version."""
    if old is None:
        old = api().get(f"/workflows/{part(name)}")["active_version"]
    found = api().get(f"/workflows/{part(name)}/diff", **{"from": old, "to": new})
    shape = {"text": found["text"], "states": found["states"]}
    screen().show(shape, lambda: click.echo(styled_diff(found["text"]) if found["text"] else "No difference."))


@click.command()
@click.argument("name")
@click.argument("version", type=int)
def rollback(*, name: str, version: int) -> None:
    """Make an older version the active one again; running executions keep theirs."""
    found = api().post(f"/workflows/{part(name)}/rollback", {"version": version})
    screen().show(found, lambda: click.echo(f"{name} version {found['version']} is active"))


COMMANDS = (list_workflows, import_file, export, publish, versions, diff, rollback)
