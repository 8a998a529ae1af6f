"""Commands of events: test a pattern against one, put some on a bus, put messages in a queue."""

from __future__ import annotations

import uuid
from contextlib import suppress

import click

from engine.errors import InvalidDocument, UserError
from functions.cli.files import Json, read_value
from functions.cli.groups import Grouped
from functions.cli.session import session


@click.group(cls=Grouped)
def events() -> None:
    """Put events and messages, and test the patterns of event triggers."""


@events.command("test")
@click.option("--pattern", required=True, metavar="FILE|JSON", help="An event pattern.")
@click.option("--event", required=True, metavar="FILE|JSON", help="An event.")
def test_event(*, pattern: str, event: str) -> int:
    """Say whether a pattern matches an event, and if not, each field at fault and what it was.

    Exit status 1 unless it matches.
    """
    from engine.triggers.events.pattern import compile_pattern
    from engine.triggers.events.reasons import reasons
    from engine.triggers.faults import TriggerFault

    written, arrived = _value(pattern, "--pattern"), _value(event, "--event")
    place = "--pattern" if _is_json(pattern) else pattern
    try:
        compiled = compile_pattern(written)
    except TriggerFault as error:
        raise InvalidDocument.listing(
            [(fault.path, f"{place}: {fault.message}") for fault in error.faults],
            advice="docs/workflow-document.md has the comparisons.",
        ) from None
    found = reasons(compiled, arrived)
    shape = {
        "matched": not found,
        "reasons": [{"pattern": each.pattern, "field": each.field, "message": each.message} for each in found],
    }
    session().screen.show(shape, lambda: _print(shape))
    return 1 if found else 0


@events.command("put")
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option("--bus", metavar="NAME", help="The bus of the events.  [default: default]")
@click.option("--queue", metavar="NAME", help="They are messages of this queue, not events.")
@click.option("--id", "message_id", metavar="ID", help="The id of the one message: put twice, it starts nothing again.")
def put_events(*, files: tuple[str, ...], bus: str | None, queue: str | None, message_id: str | None) -> None:
    """Put events on a bus, or messages in a queue, each a JSON file or JSON itself; say what each started.

    An event needs source, detail-type and detail; its id and time are made where they are missing. A file may hold an
    array of events."""
    values = [_value(name, "FILE") for name in files]
    if queue is None:
        if message_id is not None:
            raise InvalidDocument("an event says its id itself", where="--id", advice='Give it as "id" in the event.')
        written = [each for value in values for each in (value if isinstance(value, list) else [value])]
        asked = {"events": [_named(value) for value in written], **({"bus": bus} if bus else {})}
    else:
        if bus is not None:
            raise InvalidDocument("a message has a queue or an event a bus", where="--bus", advice="Give one of them.")
        ids = [message_id] if message_id is not None else [str(uuid.uuid4()) for _ in values]
        asked = {"queue": queue, "messages": values, "message_ids": ids}
    with session().client() as api:
        found = api.post("/events", asked)
        hints: list[str] = []
        if any(not each["deliveries"] for each in found["results"]):
            with suppress(UserError):  # who may put events may perhaps not list triggers
                hints = _hints(api.get("/triggers")["triggers"], queue)
    session().screen.show(found, lambda: _print_put(found, hints))


def _value(text: str, option: str) -> Json:
    """JSON itself, or what a file holds."""
    return read_value(text if _is_json(text) else f"@{text}", option)


def _is_json(text: str) -> bool:
    return text.lstrip().startswith(("{", "[", '"'))


def _named(event: Json) -> Json:
    """The event with an id: a request that is repeated for want of an answer starts nothing twice."""
    return {"id": str(uuid.uuid4()), **event} if isinstance(event, dict) else event


def _hints(triggers: list[Json], queue: str | None) -> list[str]:
    """What may explain why nothing heard it: what listens to events, or to which queues."""
    listen = [item for item in triggers if item["listens"]]
    if queue is not None:
        queues = [item["says"] for item in listen if item["type"] == "queue"]
        return [f"What listens: {'; '.join(queues)}."] if queues else []
    names = [f"{item['workflow']}/{item['name']}" for item in listen if item["type"] in ("event", "s3")]
    more = f" (and {len(names) - 1} more listen to events)" if len(names) > 1 else ""
    return [f"Why not: automate triggers test {names[0]} --value @FILE{more}"] if names else []


def _print_put(found: Json, hints: list[str]) -> None:
    for each in found["results"]:
        if not each["deliveries"]:
            click.echo(f"{each['id']}: no trigger listens to it")
            for hint in hints:
                click.echo(f"  {hint}")
        for one in each["deliveries"]:
            says = one["execution"] or f"nothing at {one['delivery']}: {one['why']}"
            click.echo(f"{each['id']}: {'had started' if one['repeated'] else 'started'} {says}")


def _print(shape: Json) -> None:
    click.echo("matched" if shape["matched"] else "not matched")
    for reason in shape["reasons"]:
        click.echo(f"  {reason['pattern']}: {reason['message']}")


COMMANDS = (events,)
