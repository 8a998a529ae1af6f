"""Commands about workflows: files in and out, versions."""

from __future__ import annotations

import codecs
import re
import sys
from typing import Any

import click

from connectors.aws.tasks import LOCAL_ADVICE
from engine.catalog.document import NAME_PATTERN, WorkflowDocument
from engine.catalog.files import place_of, read_document
from engine.catalog.publishing import document_problems
from engine.durable.execution import iso_time
from engine.errors import Diagnostic, InvalidDefinition, InvalidDocument
from engine.language.asl import validate as asl_validate
from engine.language.asl.source import Source
from engine.ports.catalog_store import VersionRecord
from functions.cli.screen import styled_diff
from functions.cli.session import Json, Session, read_file, session, write_file
from functions.cli.step_functions.into import IntoCatalog
from functions.cli.step_functions.options import WayIn, taken_in, taken_out, way_in, way_out
from functions.cli.step_functions.out import write_out
from functions.cli.step_functions.within import bring_in
from functions.server.product import Product
from functions.server.resources import callable_tasks

_NAME_ADVICE = "Use 1 to 80 letters A to Z, digits, _ and -; without a name in the file, its own counts: --name NAME."


@click.command("workflows")
def list_workflows() -> None:
    """List the workflows."""
    with session().product("workflows") as product:
        screen = session().screen
        rows = product.services.catalog.workflows(product.settings.workspace)
        shapes = [
            {
                "name": row.workflow, "description": row.description, "active_version": row.active_version,
                "latest_version": row.latest_version, "updated_at": iso_time(row.updated_at),
            }
            for row in rows
        ]
        cells = [
            (row.workflow, str(row.active_version or "none"), str(row.latest_version or "none"),
             screen.ago(row.updated_at), row.description)
            for row in rows
        ]
        screen.show({"workflows": shapes}, lambda: screen.table(
            ("WORKFLOW", "ACTIVE", "LATEST", "CHANGED", "DESCRIPTION"), cells,
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
    with session().product("import") as product:
        if path is None:
            _bring_in(product, way, name, force=force)
            return
        shape = import_into(product, path, name=name, publish=publish, note=note, force=force)
        session().screen.show(shape, lambda: _print_import(shape))


def _bring_in(product: Product, way: WayIn, name: str | None, *, force: bool) -> None:
    """From Step Functions; exit status 1 unless all of it came in and was published."""
    profile = product.settings.aws_profile or product.settings.aws_region
    advice = (
        f"Workflows here call AWS with {profile!r} (AUTOMATE_AWS_PROFILE, AUTOMATE_AWS_REGION)." if profile
        else f"Some call AWS, and {LOCAL_ADVICE} Then repeat the import."
    )
    into = IntoCatalog(product.services.catalog, product.settings.workspace, product.actor)
    if not bring_in(way, name, into, force=force, advice=advice, screen=session().screen):
        click.get_current_context().exit(1)


def import_into(
    product: Product, path: str, *, name: str | None = None, publish: bool = False, note: str = "",
    force: bool = False,
) -> dict[str, Json]:
    """Import the file and publish it if asked; what happened, as JSON. A definition's problems name their line."""
    data = read_file(path)
    document, source = document_in(data, path, name)
    catalog, workspace = product.services.catalog, product.settings.workspace
    done = catalog.import_document(workspace, document, actor=product.actor, force=force, source_bytes=data)
    shape: dict[str, Json] = {
        "workflow": done.workflow, "changed": done.changed, "created": done.created, "diff": done.diff, "version": None,
    }
    if publish:
        before = catalog.workflow(workspace, document.name).active_version
        try:
            version = catalog.publish(workspace, document.name, note=note, actor=product.actor)
        except InvalidDefinition as error:
            raise placed(
                error, source, advice="The file is imported as the draft, and not published. Mend it and repeat."
            ) from None
        shape |= {"version": version.number, "published": version.number != before}
    return shape


def document_in(data: bytes, path: str, name: str | None = None) -> tuple[WorkflowDocument, Source]:
    """A file as a document, with the place of everything in it. Raises InvalidDocument naming the file and the line.

    Standard input has no name that tells YAML from JSON: what begins as a JSON object is JSON.
    """
    if path == "-":
        begin = data.removeprefix(codecs.BOM_UTF8).lstrip()[:1]
        path = "stdin.json" if begin in (b"{", b"[", b"") else "stdin.yaml"
    if name is not None and not re.fullmatch(NAME_PATTERN, name):
        raise InvalidDocument(f"{name!r} cannot name a workflow", where="--name", advice=_NAME_ADVICE)
    try:
        return read_document(data, path, name=name)
    except InvalidDocument as error:
        places = [item["place"] for item in error.details or () if "place" in item]
        unnamed = any(item.get("where") == "/name" for item in error.details or ())
        raise InvalidDocument(
            error.message, where=places[0] if places else f"{path}: {error.where}" if error.where else path,
            advice=error.advice or (_NAME_ADVICE if unnamed else None), details=error.details,
        ) from None


@click.command()
@click.argument("name")
@click.option("--version", type=int, metavar="N", help="A version; by default the draft.")
@click.option("--output", metavar="FILE", help="Write there instead of to standard output; with --to a folder.")
@way_out
def export(*, name: str, version: int | None, output: str | None, **given: Any) -> None:
    """Write a workflow's document, as it was imported; or as a state machine of AWS Step Functions."""
    way = taken_out(given)
    with session().product("export") as product:
        data = product.services.catalog.export(product.settings.workspace, name, version)
    if way.to is not None:
        current = session()
        write_out(
            data, way, stage=current.settings.stage, output=output, tasks=callable_tasks(current.settings),
            screen=current.screen,
        )
        return
    if output is None:
        sys.stdout.buffer.write(data)
        return
    write_file(output, [data], option="--output")
    session().screen.show({"workflow": name, "file": output}, lambda: click.echo(f"{name} is in {output}"))


@click.command()
@click.argument("file")
def validate(*, file: str) -> None:
    """List every problem of a file with its line; exit status 1 when there is an error."""
    document, source = document_in(read_file(file), file)
    findings = _problems(document)
    failed = any(finding.severity == "ERROR" for finding in findings)
    shapes = []
    for finding in findings:
        _, line, column = place_of(source, finding).rsplit(":", 2)
        shapes.append({**finding.as_dict(), "file": file, "line": int(line), "column": int(column)})
    shape = {"result": "FAIL" if failed else "OK", "diagnostics": shapes}
    session().screen.show(shape, lambda: _print_findings(file, shapes))
    if failed:
        click.get_current_context().exit(1)


@click.command()
@click.argument("name")
@click.option("--note", default="", metavar="TEXT", help="What is new, for the list of versions.")
def publish(*, name: str, note: str) -> None:
    """Make the draft the new active version."""
    with session().product("publish") as product:
        version = product.services.catalog.publish(
            product.settings.workspace, name, note=note, actor=product.actor
        )
        session().screen.show(
            _version(version, version.number), lambda: click.echo(f"{name} version {version.number} is active")
        )


@click.command()
@click.argument("name")
def versions(*, name: str) -> None:
    """List the published versions, newest first."""
    with session().product("versions") as product:
        screen, catalog, workspace = session().screen, product.services.catalog, product.settings.workspace
        active = catalog.workflow(workspace, name).active_version
        found = catalog.versions(workspace, name)
        cells = [
            (f"{item.number}{' (active)' if item.number == active else ''}", screen.ago(item.published_at),
             item.published_by, item.digest[:12], item.note)
            for item in found
        ]
        screen.show({"versions": [_version(item, active) for item in found]}, lambda: screen.table(
            ("VERSION", "PUBLISHED", "BY", "DIGEST", "NOTE"), cells,
            empty=f"None yet. Publish the draft: automate publish {name}",
        ))


@click.command()
@click.argument("name")
@click.argument("old", type=int, required=False)
@click.argument("new", type=int, required=False)
def diff(*, name: str, old: int | None, new: int | None) -> None:
    """Show what differs between versions OLD and NEW; without NEW the draft, without OLD the active version."""
    with session().product("diff") as product:
        catalog, workspace = product.services.catalog, product.settings.workspace
        if old is None:
            old = catalog.workflow(workspace, name).active_version or None
        found = catalog.diff(workspace, name, old, new)
        states = [{"state": item.state, "change": item.change} for item in found.states]
        text = styled_diff(found.text) if found.text else "No difference."
        session().screen.show({"text": found.text, "states": states}, lambda: click.echo(text))


@click.command()
@click.argument("name")
@click.argument("version", type=int)
def rollback(*, name: str, version: int) -> None:
    """Make an older version the active one again; running executions keep theirs."""
    with session().product("rollback") as product:
        record = product.services.catalog.rollback(
            product.settings.workspace, name, version, actor=product.actor
        )
        session().screen.show(
            _version(record, record.number), lambda: click.echo(f"{name} version {record.number} is active")
        )


def _problems(document: WorkflowDocument) -> list[Diagnostic]:
    """What publishing would find. Needs no data folder, only the connectors."""
    current: Session = session()
    return asl_validate.validate(document.definition, kind=document.kind) + document_problems(
        document, tasks=callable_tasks(current.settings), task_max_seconds=current.settings.task_max_seconds
    )


def placed(error: InvalidDefinition, source: Source, *, advice: str) -> InvalidDefinition:
    """The same error, its place a line of the file."""
    found = [
        Diagnostic(item.code, item.message, place_of(source, item), item.severity) for item in error.diagnostics
    ]
    return InvalidDefinition(found, advice=advice)


def _print_import(shape: dict[str, Json]) -> None:
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
    click.echo(f"{file}: {errors} error(s), {len(shapes) - errors} warning(s)" if shapes else f"{file}: no problems")


def _version(record: VersionRecord, active: int) -> dict[str, Json]:
    return {
        "workflow": record.workflow, "version": record.number, "digest": record.digest, "note": record.note,
        "published_at": iso_time(record.published_at), "published_by": record.published_by,
        "active": record.number == active,
    }


COMMANDS = (import_file, export, validate, publish, versions, diff, rollback, list_workflows)
