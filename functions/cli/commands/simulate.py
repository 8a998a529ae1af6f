"""The command that runs a file in memory on virtual time: no data folder, no worker, no waiting."""

from __future__ import annotations

import json
from typing import Any, Literal

import click

from connectors.registry import default_registry, load_files, load_modules
from engine.clock import SystemClock
from engine.durable.lifecycle.start_checks import UnfitInput, check_input
from engine.errors import InvalidDefinition, InvalidDocument, UserError
from engine.testing import examples
from engine.testing.simulate import SimulationResult, simulate
from engine.testing.stubs import Stub, checked_stubs
from functions.cli.account import readable_cause
from functions.cli.files import Json, document_in, placed, read_file, read_value
from functions.cli.ranges import FiniteRange
from functions.cli.screen import indented, status_mark
from functions.cli.session import session

MOST_EVENTS = 100_000
"""Of a history that is printed. What loops for ever makes millions before it is given up."""


class SimulationUnfinished(UserError):
    """The simulation was given up before its end."""

    code = "SimulationUnfinished"


class _History:
    """The events as they happen: counted, and the first `most` of them kept."""

    def __init__(self, most: int) -> None:
        self.events = list[dict[str, Json]]()
        self.count = 0
        self._most = most

    def add(self, event: dict[str, Json]) -> None:
        """One more."""
        self.count += 1
        if self.count <= self._most:
            self.events.append(event)

    @property
    def left_out(self) -> int:
        """So many were not kept."""
        return self.count - len(self.events)


@click.command("simulate")
@click.argument("file")
@click.option("--input", "text", default="{}", metavar="JSON|@FILE", help="The input; by default {}.")
@click.option("--stubs", "stubs_file", metavar="FILE", help="Recorded answers: by resource, a list used up in order.")
@click.option("--example-stubs", is_flag=True, help="Run nothing: print stubs of the right shapes, to fill in.")
@click.option("--events", is_flag=True, help="Print the history too.")
@click.option("--limits", type=click.Choice(["aws"]), help="End it where AWS does: 256 KiB of output, 25,000 events.")
@click.option("--seconds", type=FiniteRange(0, min_open=True), default=60.0, show_default=True,
              help="Give up after so long: nothing is waited for, so it loops.")
def simulate_file(
    *, file: str, text: str, stubs_file: str | None, example_stubs: bool, events: bool, limits: Literal["aws"] | None,
    seconds: float,
) -> int:
    """Run a workflow file in memory on virtual time. Exit status 1 unless it SUCCEEDED.

    Tasks are answered by stubs; a task without one fails with Automate.StubMissing. One that loops for ever ends after
    --seconds, or with --limits aws.
    """
    document, source = document_in(read_file(file), file)
    if example_stubs:
        load_modules(session().settings.connectors)
        load_files(session().settings.connector_files)
        click.echo(indented(examples.example_stubs(document.definition, _outputs)))
        return 0
    given = read_value(text, "--input")
    if document.input_schema is not None:
        try:
            check_input(document.input_schema, given)
        except UnfitInput as error:
            raise error.at("--input", ": ") from None
    stubs = _stubs(stubs_file)
    history = _History(MOST_EVENTS if events else 0)
    clock = SystemClock()
    end = clock.now() + seconds
    try:
        result = simulate(
            document.definition, given, stubs=stubs, type=document.kind, limits=limits,
            give_up=lambda: clock.now() >= end, on_event=history.add,
        )
    except InvalidDefinition as error:
        raise placed(error, source, advice="Mend the file: automate validate lists every problem of it.") from None
    if result.status == "RUNNING" and clock.now() >= end:
        raise SimulationUnfinished(
            f"after {seconds:g} s and {history.count} events it is not over: it seems to loop for ever",
            where=file,
            advice="--limits aws ends it after 25,000 events, and --events shows them; --seconds gives it longer.",
        )
    shape: dict[str, Json] = {
        "status": result.status, "output": result.output, "error": result.error, "cause": result.cause,
    }
    if events:
        shape["events"] = history.events
        shape["events_left_out"] = history.left_out
    session().screen.show(shape, lambda: _print(result, history))
    return 0 if result.status == "SUCCEEDED" else 1


def _outputs(resource: str) -> dict[str, str]:
    """The JSON types of what a connector's action gives, as far as it says; none of one that is not there."""
    code, _, action = resource.removeprefix("connector:").partition(":")
    adapter = default_registry.get(code)
    spec = None if adapter is None else adapter.actions.get(action.partition(".")[0])
    return {} if spec is None else {name: (field.types or ("object",))[0] for name, field in spec.outputs.items()}


def _stubs(path: str | None) -> dict[str, list[Stub]] | None:
    if path is None:
        return None
    stubs = read_value(f"@{path}", "--stubs")
    try:
        return checked_stubs(stubs)
    except InvalidDocument as error:
        raise InvalidDocument(
            f"{path}: {error.message}", where=f"{path}: {error.where}", advice=error.advice,
            details=error.details,
        ) from None


def _print(result: SimulationResult, history: _History) -> None:
    if history.events:
        began = history.events[0]["timestamp"]
        session().screen.table(("EVENT", "AFTER", "TYPE", "DETAILS"), [
            (str(event["id"]), f"+{event['timestamp'] - began:g} s", event["type"], _details(event))
            for event in history.events
        ], empty="No events.")
        if history.left_out:
            click.echo(f"{history.left_out} more events are not shown.")
    click.echo(status_mark(result.status))
    if result.status == "SUCCEEDED":
        click.echo(indented(result.output))
    elif result.error is not None or result.cause is not None:
        click.echo(f"{result.error or 'no error name'}: {readable_cause(result.cause)}")


def _details(event: dict[str, Any]) -> str:
    found: list[dict[str, Json]] = [value for name, value in event.items() if name.endswith("EventDetails")]
    details = found[0] if found else {}
    text = json.dumps(
        {name: value for name, value in details.items() if not name.endswith("Details")}, ensure_ascii=False
    )
    return text if len(text) <= 80 else text[:79] + "…"


COMMANDS = (simulate_file,)
