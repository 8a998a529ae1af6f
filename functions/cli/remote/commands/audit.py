"""The commands that read a deployment's audit log."""

from __future__ import annotations

import click

from functions.cli.remote.at import api, screen


@click.group()
def audit() -> None:
    """The audit log: who did what, when and from where."""


@audit.command("list")
@click.option("--workflow", metavar="NAME", help="Of this workflow and its executions.")
@click.option("--execution", metavar="ID", help="Of this execution.")
@click.option("--actor", metavar="NAME", help="By this actor; the engine's own are by `engine`.")
@click.option("--act", metavar="ACT", help="This act, as workflow.publish; with * at its end, a prefix.")
@click.option("--since", "from_", metavar="TIME", help="Not before this time: ISO 8601, UTC without a zone.")
@click.option("--until", "to", metavar="TIME", help="Before this time.")
@click.option("--limit", type=click.IntRange(1, 1000), default=50, show_default=True, help="How many at most.")
def list_entries(*, limit: int, from_: str | None, **filters: str | None) -> None:
    """List entries, newest first."""
    found = list(api().pages("/audit", "entries", limit=limit, **{"from": from_}, **filters))
    screen().show({"entries": found}, lambda: screen().table(
        ("WHEN", "ACTOR", "FROM", "ACT", "SUBJECT", "ENTRY"),
        [(item["at"], item["actor"], item["origin"], item["act"], item["subject"], f"{item['chain']}/{item['number']}")
         for item in found], empty="No entries.",
    ))


@audit.command()
def verify() -> None:
    """Walk every chain; exit status 1 when an entry was changed, dropped, moved or replaced, or is missing beside an
    execution."""
    found = api().get("/audit/verify")
    screen().show(found, lambda: click.echo(found.get("says") or f"{found['entries']} entries"))
    if not found["ok"]:
        click.get_current_context().exit(1)


COMMANDS = (audit,)
