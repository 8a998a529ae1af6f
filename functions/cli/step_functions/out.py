"""`automate export NAME --to step-functions`: the definition, a CDK app, and what will behave otherwise."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from engine.catalog.document import WorkflowDocument
from engine.catalog.files import read_document
from engine.conversion.step_functions.destination import Destination
from engine.conversion.step_functions.leaving import Exported, needs_destination, to_step_functions
from engine.errors import InvalidDocument
from engine.ports.tasks import Tasks
from functions.cli.files import unwritable
from functions.cli.screen import Screen
from functions.cli.step_functions.options import WayOut
from functions.cli.step_functions.snippet import snippet
from functions.cli.tuning.account import Account, AccountRefused, in_plain_words

Json = Any


def write_out(data: bytes, way: WayOut, *, stage: str, output: str | None, tasks: Tasks | None, screen: Screen) -> None:
    """Write the workflow in `data` into the folder `output`; without one its definition goes to standard output.

    `stage` is the one that is meant where the options name none. Raises InvalidDefinition and InvalidDocument for what
    cannot leave, AccountRefused.
    """
    document, _ = read_document(data, "workflow.json")
    destination = _destination(document, way, stage)
    exported = to_step_functions(document, destination=destination, tasks=tasks)
    files = {} if output is None else _written(exported, destination, document, Path(output))
    shape = {
        "workflow": exported.name, "kind": exported.kind, "files": list(files.values()),
        "connector_function": None if destination is None else destination.function,
        "secrets": list(exported.secrets), "remarks": [item.as_dict() for item in exported.remarks],
        **({} if files else {"definition": exported.definition}),
    }
    screen.show(shape, lambda: _print(exported, files))


def _destination(document: WorkflowDocument, way: WayOut, stage: str) -> Destination | None:
    """The account that is named or asked for; None where the definition needs none and none is named."""
    if way.connector_function is not None:
        return Destination.of_function(way.connector_function)
    asked = way.profile is not None or way.region is not None or way.stage is not None
    if not asked and not needs_destination(document):
        return None
    account = Account(way.profile, way.region)
    try:
        with in_plain_words("whose account it is"):
            client = account.client("sts")
            identity, region = client.get_caller_identity(), account.client("lambda").meta.region_name
    except AccountRefused as error:
        raise AccountRefused(
            error.message, where="--connector-function",
            advice="Give the ARN of the connector function itself (--connector-function, the output "
                   "ConnectorFunctionArn of the engine's stack), or --profile and --region of its account.",
        ) from None
    return Destination(str(identity["Arn"]).split(":")[1], str(region), str(identity["Account"]), way.stage or stage)


def _written(
    exported: Exported, destination: Destination | None, document: WorkflowDocument, folder: Path
) -> dict[str, str]:
    """Write both files; their names by what they are."""
    definition, app = folder / f"{exported.name}.asl.json", folder / f"{exported.name}_stack.py"
    text = snippet(exported, destination, definition=definition.name, file=app.name, tags=document.tags)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        definition.write_text(exported.text, encoding="utf-8")
        app.write_text(text, encoding="utf-8")
    except (FileExistsError, NotADirectoryError):
        raise InvalidDocument(
            f"{folder} is not a folder, and two files are to be written", where="--output",
            advice="With --to, --output names a folder: a new one is made.",
        ) from None
    except OSError as error:
        raise unwritable(str(folder), error, option="--output") from None
    return {"definition": str(definition), "app": str(app)}


def _print(exported: Exported, files: dict[str, str]) -> None:
    """The definition alone goes to standard output: a program may read it there."""
    if files:
        click.echo(f"{exported.name} as a state machine of AWS Step Functions:")
        click.echo(f"  {files['definition']}\n  {files['app']}   (cdk deploy --app \"python {files['app']}\")")
    else:
        sys.stdout.buffer.write(exported.text.encode())
    click.echo("\nWhat will be otherwise there:", err=not files)
    for item in exported.remarks:
        click.echo(f"  {item.location}: {item.message}", err=not files)
