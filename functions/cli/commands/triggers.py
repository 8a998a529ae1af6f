"""Commands of triggers: who listens, what arrived and what came of it, pause, test and replay."""

from __future__ import annotations

import json
from pathlib import Path

import click

from engine.errors import InvalidDocument
from functions.cli.client.client import part
from functions.cli.files import Json, read_value
from functions.cli.groups import Grouped
from functions.cli.ranges import WholeRange
from functions.cli.session import session

_TRIGGER = click.argument("trigger", metavar="WORKFLOW/TRIGGER")


@click.group(cls=Grouped)
def triggers() -> None:
    """What starts workflows by itself: webhooks, schedules, events, queues."""


@triggers.command("list")
def list_triggers() -> None:
    """List the triggers of the active versions: what each listens to, and when a schedule comes next."""
    with session().client() as api:
        found = api.get("/triggers")
    rows = [
        (f"{item['workflow']}/{item['name']}", item["type"], _state(item), item["next_at"] or "", _listens_to(item))
        for item in found["triggers"]
    ]
    session().screen.show_table(
        found, ("TRIGGER", "TYPE", "STATE", "NEXT", "LISTENS TO"), rows,
        empty="No active version has a trigger. A workflow document lists its triggers: docs/workflow-document.md",
    )


@triggers.command("deliveries")
@_TRIGGER
@click.option("--limit", type=WholeRange(1, 1000), default=20, show_default=True, help="How many.")
@click.option("--next-token", metavar="TOKEN", help="Where the page before ended.")
def list_deliveries(*, trigger: str, limit: int, next_token: str | None) -> None:
    """List what arrived at a trigger, newest first, and what came of it."""
    with session().client() as api:
        found = api.get(f"{_address(trigger)}/deliveries", limit=limit, next_token=next_token)
    screen = session().screen
    rows = [
        (item["id"], screen.ago(item["arrived_at"]), item["outcome"], _repeats(item), item["why"] or "")
        for item in found["deliveries"]
    ]
    screen.show_table(
        found, ("DELIVERY", "ARRIVED", "OUTCOME", "REPEATS", "WHY"), rows, empty=f"Nothing has arrived at {trigger}."
    )


def _repeats(item: Json) -> str:
    """How often it came again, and how often with something else in it."""
    differed = f", {item['differed']} with another body" if item["differed"] else ""
    return f"{item['repeats'] or ''}{differed}"


@triggers.command("delivery")
@click.argument("delivery")
def show_delivery(*, delivery: str) -> None:
    """Show one delivery with what arrived."""
    with session().client() as api:
        found = api.get(f"/deliveries/{part(delivery)}")
    session().screen.show(found, lambda: click.echo(json.dumps(found, indent=2, ensure_ascii=False)))


@triggers.command("replay")
@click.argument("delivery")
def replay_delivery(*, delivery: str) -> None:
    """Deliver once more what arrived then, to the active version of today, under a key of its own."""
    with session().client() as api:
        found = api.post(f"/deliveries/{part(delivery)}/replay", {})
    session().screen.show(found, lambda: _say(found))


@triggers.command("test")
@_TRIGGER
@click.option("--value", required=True, metavar="JSON", help="What would arrive; @FILE reads it from a file.")
@click.option("--facts", metavar="JSON", help='How it would arrive, as {"Headers": {…}}; @FILE reads it from a file.')
def test_trigger(*, trigger: str, value: str, facts: str | None) -> int:
    """Say whether a trigger would start its workflow with what arrives, and with which input.

    Nothing is written. Exit status 1 unless it would."""
    asked = {"value": read_value(value, "--value")}
    if facts is not None:
        asked["facts"] = read_value(facts, "--facts")
    with session().client() as api:
        found = api.post(f"{_address(trigger)}/test", asked)

    def for_people() -> None:
        if found["matched"]:
            click.echo(f"It starts {trigger.partition('/')[0]} with {json.dumps(found['input'], ensure_ascii=False)}")
        else:
            click.echo(f"It starts nothing: {found['why']}")

    session().screen.show(found, for_people)
    return 0 if found["matched"] else 1


@triggers.command("pause")
@_TRIGGER
def pause_trigger(*, trigger: str) -> None:
    """Pause a trigger, until it is resumed. A webhook's sender is answered 503, so that it comes again."""
    _set(trigger, "pause")


@triggers.command("resume")
@_TRIGGER
def resume_trigger(*, trigger: str) -> None:
    """Let a paused trigger listen again. The times that a schedule missed are treated as its `missed` says."""
    _set(trigger, "resume")


@triggers.command("link")
@_TRIGGER
def make_link(*, trigger: str) -> None:
    """Make a link that opens a form. It is shown this once, and whoever has it may submit the form."""
    with session().client() as api:
        found = api.post(f"{_address(trigger)}/links", {})
    found["url"] = found.get("url") or f"{_address_of_api()}{found['path']}"
    session().screen.show(found, lambda: click.echo(
        f"{found['url']}  until {found['expires_at']}, for {found['most']} submission{'s' * (found['most'] != 1)}"
    ))


def _address_of_api() -> str:
    """Where the routes are called: of a data folder that nobody serves now, where its server would be."""
    current = session()
    if current.endpoint is not None:
        return current.endpoint.rstrip("/")
    from functions.server.server import HOST, port_in_use

    return f"http://{HOST}:{port_in_use(Path(current.settings.data_dir)) or current.settings.port}"


def _set(trigger: str, act: str) -> None:
    with session().client() as api:
        found = api.post(f"{_address(trigger)}/{act}", {})
    session().screen.show(found, lambda: click.echo(f"{trigger} is {_state(found)}"))


def _listens_to(item: Json) -> str:
    """In words; a webhook with its whole address, where a setting says what it begins with."""
    says, url = str(item["says"]), item.get("url")
    return says if url is None else says.replace(str(item["address"]), str(url))


def _state(item: Json) -> str:
    if not item["enabled"]:
        return "off"
    if item["paused_at"]:
        return f"paused by {item['paused_by']}"
    return "listening" if not item.get("over") else "over" if item["type"] == "schedule" else "links closed"


def _say(found: Json) -> None:
    match found["outcome"]:
        case "STARTED":
            click.echo(f"started {found['execution']}")
        case _:
            click.echo(f"started nothing: {found['why']}")


def _address(trigger: str) -> str:
    workflow, slash, name = trigger.partition("/")
    if not (workflow and slash and name):
        raise InvalidDocument(
            f"{trigger!r} is no WORKFLOW/TRIGGER", where="TRIGGER", advice="See what there is: automate triggers list."
        )
    return f"/triggers/{part(workflow)}/{part(name)}"


COMMANDS = (triggers,)
