"""The command that tests an event pattern against an event. It needs no data folder and asks nobody."""

from __future__ import annotations

import click

from engine.errors import InvalidDocument
from functions.cli.files import Json, read_value
from functions.cli.groups import Grouped
from functions.cli.session import session


@click.group(cls=Grouped)
def events() -> None:
    """Test the patterns of event triggers."""


@events.command("test")
@click.option("--pattern", required=True, metavar="FILE", help="An event pattern, JSON.")
@click.option("--event", required=True, metavar="FILE", help="An event, JSON.")
def test_event(*, pattern: str, event: str) -> int:
    """Say whether a pattern matches an event, and if not, each field at fault and what it was.

    Exit status 1 unless it matches.
    """
    from engine.triggers.events.pattern import compile_pattern
    from engine.triggers.events.reasons import reasons
    from engine.triggers.faults import TriggerFault

    written, arrived = read_value(f"@{pattern}", "--pattern"), read_value(f"@{event}", "--event")
    try:
        compiled = compile_pattern(written)
    except TriggerFault as error:
        raise InvalidDocument.listing(
            [(fault.path, f"{pattern}: {fault.message}") for fault in error.faults],
            advice="docs/workflow-document.md has the comparisons.",
        ) from None
    found = reasons(compiled, arrived)
    shape = {
        "matched": not found,
        "reasons": [{"pattern": each.pattern, "field": each.field, "message": each.message} for each in found],
    }
    session().screen.show(shape, lambda: _print(shape))
    return 1 if found else 0


def _print(shape: Json) -> None:
    click.echo("matched" if shape["matched"] else "not matched")
    for reason in shape["reasons"]:
        click.echo(f"  {reason['pattern']}: {reason['message']}")


COMMANDS = (events,)
