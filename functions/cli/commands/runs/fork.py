"""The command that runs an execution once more from one of its events on, apart from it."""

from __future__ import annotations

import click

from functions.cli.account_text import print_outcome
from functions.cli.client.client import part
from functions.cli.commands.redrive import numbered
from functions.cli.files import Json, read_value
from functions.cli.session import session


@click.command()
@click.argument("id", metavar="ID")
@click.option("--at", "event", type=int, required=True, metavar="EVENT",
              help="The event of its history that it is forked before; `automate history ID` lists them.")
@click.option("--input", "text", metavar="JSON|@FILE",
              help="Instead of the input of the state that EVENT enters; at event 1 of the execution.")
@click.option("--version", metavar="N|active", help="By another version, where it fits: N, or the active one.")
@click.option("--reads", type=click.Choice(("record", "call")), default="record", show_default=True,
              help="Whether calls that only read are answered from the record, or really made.")
@click.option("--allow", multiple=True, metavar="STATE",
              help="Really make the calls of this state that are not on record; again for each further one.")
def fork(
    *, id: str, event: int, text: str | None, version: str | None, reads: str, allow: tuple[str, ...],  # noqa: A002
) -> int:
    """Run an execution once more from one of its events on, apart from it.

    Nothing waits, and calls are answered from the record of the original. One that is not on record, with the same
    arguments, ends the fork and is named. Nothing of the original changes. Exit status 1 unless the fork SUCCEEDED."""
    asked: dict[str, Json] = {"event": event, "use_reads": reads == "call", "allow": list(allow)}
    if text is not None:
        asked["input"] = read_value(text, "--input")
    with session().client() as api:
        if version is not None:
            asked |= numbered(api, id.partition(":")[0], version)
        made = api.whole(api.post(f"/executions/{part(id)}/fork", asked))
    session().screen.show(made, lambda: _print(made, event))
    return 0 if made["status"] == "SUCCEEDED" else 1


def _print(made: Json, event: int) -> None:
    print_outcome(made)
    if made["fork"]["event"] != event:
        click.echo(f"nothing was waited for between event {made['fork']['event']} and event {event}: it begins there")
    click.echo(f"its calls: automate effects {made['id']}")


COMMANDS = (fork,)
