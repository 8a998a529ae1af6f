"""The command that explains why a step of a run went as it did."""

from __future__ import annotations

import click

from functions.cli.client.client import part
from functions.cli.commands.rules import print_node, print_report
from functions.cli.files import Json
from functions.cli.ranges import WholeRange
from functions.cli.screen import duration
from functions.cli.session import session


@click.command()
@click.argument("id", metavar="ID")
@click.argument("state", required=False)
@click.option("--event", type=WholeRange(1), metavar="N", help="Instead of a state: the step of this event.")
@click.option("--step", metavar="STEP", help="Instead of a state: this visit of one, as Charge#2.")
@click.option("--attempt", type=WholeRange(1), metavar="N", help="Of its timetable only this attempt.")
def explain(
    *, id: str, state: str | None, event: int | None, step: str | None, attempt: int | None,  # noqa: A002
) -> None:
    """Say why a step went as it did, with the values of then; of a STATE its last visit.

    Of a Choice each part of its rules with its value, and the smallest change that flips it; of an expression that
    failed the part at fault; of attempts which Retrier took each failure, and what came next."""
    with session().client() as api:
        found = api.get(
            f"/executions/{part(id)}/explanation", state=state, event=event, step=step, attempt=attempt,
        )
    session().screen.show(found, lambda: _print(found))


def _print(found: Json) -> None:
    step = found["step"]
    click.echo(f"{step['id']}  {step['type']}  {step['status']}")
    if found["choice"] is not None:
        print_report(found["choice"])
        if not found["agrees"]:
            click.echo("The run went another way: its rules read what is not kept, as random values.")
    else:
        click.echo(found["sentence"])
    if found["expression"] is not None:
        print_node(found["expression"]["tree"], 1)
        if found["expression"]["known"] is not None:
            click.echo(f"    {found['expression']['known']}")
    if found["retry"] is not None:
        _print_timetable(found["retry"], said=found["sentence"])


def _print_timetable(table: Json, *, said: str) -> None:
    rows = []
    for tried in table["tried"]:
        taken = "" if tried["use"] is None else f"Retrier {tried['rule'] + 1}, its attempt {tried['use']}"
        waits = "" if tried["delay"] is None else _waits(tried, jitter=table["rules"][tried["rule"]]["jitter"])
        rows.append((
            str(tried["number"]), tried["started_at"] or "", tried["status"], tried["error"] or "", taken, waits,
        ))
    session().screen.table(
        ("ATTEMPT", "STARTED", "STATUS", "ERROR", "TAKEN BY", "THEN"), rows, empty="It made no attempt."
    )
    for number, rule in enumerate(table["rules"], start=1):
        left = ", ".join(map(duration, rule["left"])) or "none"
        named = f"Retrier {number} ({', '.join(rule['errors'])})"
        most = " at the most" if rule["jitter"] and rule["left"] else ""
        click.echo(f"{named}: {rule['used']} of {rule['max_attempts']} used; waits left: {left}{most}")
    due = "" if table["next_at"] is None else f" It is due at {table['next_at']}."
    if table["coming"] != said or due:
        click.echo(f"{table['coming']}{due}")


def _waits(tried: Json, *, jitter: bool) -> str:
    planned = f"{duration(tried['delay'])}{' at the most' if jitter else ''}"
    return f"wait {planned}" if tried["waited"] is None else f"waited {duration(tried['waited'])}, planned {planned}"


COMMANDS = (explain,)
