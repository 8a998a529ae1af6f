"""Commands about workflows: files in and out, versions."""

from __future__ import annotations

import json
import sys
from datetime import datetime
from typing import Any

import click

from engine.errors import NotFound, UserError
from functions.cli.client.client import Client, part
from functions.cli.files import Json, OtherFile, document_in, finding_of, placed, read_file, write_file
from functions.cli.screen import counted, styled_diff
from functions.cli.session import session
from functions.cli.step_functions.options import taken_in, taken_out, way_in, way_out

_ACCEPT = click.option("--accept-failing-cases", is_flag=True, help="Publish although cases of the document fail.")


@click.command("workflows")
def list_workflows() -> None:
    """List the workflows."""
    with session().client() as api:
        found = api.get("/workflows")
    screen = session().screen
    cells = [
        (item["name"], str(item["active_version"] or "none"), str(item["latest_version"] or "none"),
         screen.ago(item["updated_at"]), item["description"].partition("\n")[0])
        for item in found["workflows"]
    ]
    screen.show_table(
        found, ("WORKFLOW", "ACTIVE", "LATEST", "CHANGED", "DESCRIPTION"), cells,
        empty="No workflows yet. Import one: automate import --file FILE --publish",
    )


@click.command("new")
@click.argument("words", nargs=-1)
@click.option("--template", "chosen", metavar="NAME", help="The template to begin with; by default they are listed.")
@click.option("--name", metavar="WORKFLOW", help="The workflow's name; by default the template's.")
@click.option("--output", metavar="FILE", help="Write the document there; by default to standard output.")
def new(*, words: tuple[str, ...], chosen: str | None, name: str | None, output: str | None) -> None:
    """Begin a workflow: list the templates that fit WORDS, or write one out with --template."""
    from functions.cli.templates import print_template, print_templates

    with session().client(folder=False) as api:
        found = api.get("/templates", words=" ".join(words))["templates"]
    if chosen is None:
        session().screen.show({"templates": found}, lambda: print_templates(found, words))
        return
    template = next((each for each in found if each["name"] == chosen), None)
    if template is None:
        near = ", ".join(each["name"] for each in found[:8])
        raise NotFound(f"there is no template {chosen}", where="--template", advice=f"There are {near}, and others.")
    document = {**template["document"], **({} if name is None else {"name": name})}
    text = json.dumps(document, indent=2, ensure_ascii=False) + "\n"
    if output is not None:
        write_file(output, [text.encode()], option="--output")
    session().screen.show({**template, "document": document}, lambda: print_template(template, text, output))


@click.command("import")
@click.option("--file", "path", metavar="FILE", help="A workflow document, a definition, a template or an n8n export.")
@click.option("--name", metavar="NAME", help="The workflow's name, over the document's own; with --from the machine's.")
@click.option("--publish", is_flag=True, help="Publish it at once.")
@click.option("--note", default="", metavar="TEXT", help="What is new, for the list of versions.")
@click.option("--force", is_flag=True, help="Overwrite a draft that was edited since the last import.")
@_ACCEPT
@way_in
def import_file(
    *, path: str | None, name: str | None, publish: bool, note: str, force: bool, accept_failing_cases: bool,
    **given: Any,
) -> int:
    """Make a file the draft of its workflow (JSON or YAML), or bring state machines in from AWS Step Functions.

    An n8n export, and each state machine of a SAM or CloudFormation template, is converted; what is left to do by hand
    is listed.
    """
    way = taken_in(given, path=path, name=name, publish=publish)
    with session().client() as api:
        if path is None:
            from functions.cli.step_functions.into import Into
            from functions.cli.step_functions.within import bring_in

            all_came_in = bring_in(way, name, Into(api), force=force, screen=session().screen)
            return 0 if all_came_in else 1
        shape = import_into(
            api, path, name=name, publish=publish, note=note, force=force, accept_failing_cases=accept_failing_cases
        )
    session().screen.show(shape, lambda: _print_import(shape))
    return 0


def import_into(api: Client, path: str, *, name: str | None = None, publish: bool, **more: Json) -> dict[str, Json]:
    """Import the file and publish it if asked; what happened, as JSON. Problems name their line, and so do cases that
    fail. `more` are other fields of POST /workflows/import."""
    data = read_file(path)
    try:
        document, source = document_in(data, path, name)
    except OtherFile:
        from functions.cli.conversion import import_converted

        return import_converted(api, data, path, name=name, publish=publish, **more)
    try:
        done = api.post("/workflows/import", {
            "source": data.decode(), "format": source.kind, "name": document.name, "publish": publish, **more,
        })
    except UserError as error:
        raise placed(
            error, source, advice="The file is imported as the draft, and not published. Mend it and repeat."
        ) from None
    version = done["version"] and done["version"]["version"]
    shape = {name: done[name] for name in ("workflow", "changed", "created", "diff")} | {"version": version}
    return shape | ({"published": done["published"]} if publish else {})


@click.command()
@click.argument("name")
@click.option("--version", type=int, metavar="N", help="A version; by default the draft.")
@click.option("--output", metavar="FILE", help="Write there instead of to standard output; with --to a folder.")
@way_out
def export(*, name: str, version: int | None, output: str | None, **given: Any) -> None:
    """Write a workflow's document, as it was imported; or as a state machine of AWS Step Functions."""
    way = taken_out(given)
    with session().client() as api:
        data = api.file(f"/workflows/{part(name)}/export", version=version)
        stage = "" if way.to is None else str(api.get("/me")["stage"])
    if way.to is not None:
        from functions.cli.step_functions.out import write_out
        from functions.server.resources import callable_tasks

        settings = session().settings
        write_out(
            data, way, stage=settings.stage if stage == "local" else stage, output=output,
            tasks=callable_tasks(settings), screen=session().screen,
        )
        return
    if output is None:
        sys.stdout.buffer.write(data)
        return
    write_file(output, [data], option="--output")
    session().screen.show({"workflow": name, "file": output}, lambda: click.echo(f"{name} is in {output}"))


@click.command()
@click.argument("file")
def validate(*, file: str) -> int:
    """List every problem of a file with its line; exit status 1 when there is an error. Needs no data folder.

    What its triggers will listen to follows, and of each schedule the next ten times, as the clocks of its zone show
    them.
    """
    from engine.catalog.files import place_of

    document, source = document_in(read_file(file), file)
    with session().client(folder=False) as api:
        found = api.post("/definitions/validate", {"document": dict(document.as_written)})
    shapes = []
    for item in found["diagnostics"]:
        _, line, column = place_of(source, finding_of(item)).rsplit(":", 2)
        shapes.append({**item, "file": file, "line": int(line), "column": int(column)})

    def for_people() -> None:
        _print_findings(file, shapes)
        for item in found.get("listens", ()):
            if item["type"] != "schedule":
                says = item["says"] if item["url"] is None else f"{item['says']}, at {item['url']}"
                click.echo(f"{item['location']}: {says}{'' if item['enabled'] else ', switched off'}")
        for schedule in found.get("schedules", ()):
            _print_schedule(schedule)

    session().screen.show({**found, "diagnostics": shapes}, for_people)
    return 1 if found["result"] == "FAIL" else 0


@click.command()
@click.argument("name")
@click.option("--note", default="", metavar="TEXT", help="What is new, for the list of versions.")
@_ACCEPT
def publish(*, name: str, **given: Json) -> None:
    """Make the draft the new active version. Its cases are run first: where one fails, nothing is published."""
    with session().client() as api:
        found = api.post(f"/workflows/{part(name)}/publish", given)
    session().screen.show(found, lambda: click.echo(f"{name} version {found['version']} is active"))


@click.command()
@click.argument("name")
def versions(*, name: str) -> None:
    """List the published versions, newest first."""
    with session().client() as api:
        found = api.get(f"/workflows/{part(name)}/versions")
    screen = session().screen
    cells = [
        (f"{item['version']}{' (active)' if item['active'] else ''}", screen.ago(item["published_at"]),
         item["published_by"], item["digest"][:12], item["note"])
        for item in found["versions"]
    ]
    empty = f"None yet. Publish the draft: automate publish {name}"
    screen.show_table(found, ("VERSION", "PUBLISHED", "BY", "DIGEST", "NOTE"), cells, empty=empty)


@click.command()
@click.argument("name")
@click.argument("old", type=int, required=False)
@click.argument("new", type=int, required=False)
def diff(*, name: str, old: int | None, new: int | None) -> None:
    """Show what differs between versions OLD and NEW; without NEW the draft, without OLD the active version."""
    with session().client() as api:
        if old is None:
            old = api.get(f"/workflows/{part(name)}")["active_version"]
        found = api.get(f"/workflows/{part(name)}/diff", **{"from": old, "to": new})
    shape = {"text": found["text"], "states": found["states"]}
    session().screen.show(shape, lambda: click.echo(styled_diff(found["text"]) if found["text"] else "No difference."))


@click.command()
@click.argument("name")
@click.argument("version", type=int)
def rollback(*, name: str, version: int) -> None:
    """Make an older version the active one again; running executions keep theirs."""
    with session().client() as api:
        found = api.post(f"/workflows/{part(name)}/rollback", {"version": version})
    session().screen.show(found, lambda: click.echo(f"{name} version {found['version']} is active"))


def _print_import(shape: dict[str, Json]) -> None:
    for item in shape.get("imported", ()):
        _print_import(item)
        if item["notes"]:
            click.echo("To do by hand (the Studio lists it too):")
        for note in item["notes"]:
            click.echo(f"  {note}")
    if "imported" in shape:
        return
    what = "created" if shape["created"] else "changed" if shape["changed"] else "unchanged"
    click.echo(f"{shape['workflow']}: draft {what}")
    if shape["diff"]:
        click.echo(styled_diff(shape["diff"]))
    if shape["version"] is not None:
        how = "published and active" if shape["published"] else "active already"
        click.echo(f"{shape['workflow']}: version {shape['version']} {how}")


def _print_findings(file: str, shapes: list[dict[str, Json]]) -> None:
    for item in shapes:
        click.echo(
            f"{file}:{item['line']}:{item['column']}: {item['severity'].lower()}: {item['message']} "
            f"({item['code']} at {item['location']})"
        )
    errors = sum(item["severity"] == "ERROR" for item in shapes)
    found = f"{counted(errors, 'error')}, {counted(len(shapes) - errors, 'warning')}"
    click.echo(f"{file}: {found if shapes else 'no problems'}")


def _print_schedule(schedule: Json) -> None:
    """Its next times by the clocks of its zone, and by those here where they show something else."""
    off = "" if schedule["enabled"] else ", switched off"
    click.echo(f"\n{schedule['location']}: {schedule['expression']}, {schedule['timezone']}{off}, comes next at")
    for item in schedule["times"]:
        there = datetime.fromisoformat(item["local"])
        here = there.astimezone()
        beside = "" if here.utcoffset() == there.utcoffset() else f"   here {here:%a %Y-%m-%d %H:%M}"
        seconds = f":{there:%S}" if there.second else ""
        twice = "   the first of two such times" if item["twice"] else ""
        click.echo(f"  {there:%a %Y-%m-%d %H:%M}{seconds}{beside}{twice}")
    if not schedule["times"]:
        click.echo("  no time: it is over")
    if schedule["skipped"]:
        first, *others = [wall.replace("T", " ").removesuffix(":00") for wall in schedule["skipped"]]
        more = f" and {len(others)} more" if others else ""
        click.echo(f"  left out, the clocks are put forward over it: {first}{more}")


COMMANDS = (new, import_file, export, validate, publish, versions, diff, rollback, list_workflows)
