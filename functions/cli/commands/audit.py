"""Commands about the audit log: look, check that nothing was changed, take a copy away."""

from __future__ import annotations

import dataclasses

import click

from engine.governance.audit_entry import Recorded, parse_time, written_time
from engine.governance.audit_query import AuditQuery
from engine.governance.audit_verify import Finding, Verification, export
from functions.cli.screen import Screen
from functions.cli.session import Json, read_text, session, write_file
from functions.server.product import Product


@click.group()
def audit() -> None:
    """The audit log: who did what, when and from where, in chains that show whether it was changed."""


@audit.command("list")
@click.option("--workflow", metavar="NAME", help="Of this workflow and its executions.")
@click.option("--execution", metavar="ID", help="Of this execution.")
@click.option("--actor", metavar="NAME", help="By this actor; the engine's own are by `engine`.")
@click.option("--act", metavar="ACT", help="This act, as workflow.publish; with * at its end, a prefix.")
@click.option("--since", metavar="TIME", help="Not before this time: ISO 8601, UTC without a zone.")
@click.option("--until", metavar="TIME", help="Before this time.")
@click.option("--limit", type=click.IntRange(1, 1000), default=50, show_default=True, help="How many at most.")
def list_entries(
    *, workflow: str | None, execution: str | None, actor: str | None, act: str | None, since: str | None,
    until: str | None, limit: int,
) -> None:
    """List entries, newest first."""
    with session().product("audit") as product:
        query = AuditQuery(
            product.settings.workspace, workflow=workflow, execution=execution, actor=actor, act=act,
            since=None if since is None else parse_time(since, where="--since"),
            until=None if until is None else parse_time(until, where="--until"),
        )
        found = found_by(product, query, limit)
        screen = session().screen
        screen.show({"entries": [entry.as_dict() for entry in found]}, lambda: print_entries(screen, found))


@audit.command()
@click.option("--against", metavar="FILE", help="An earlier export: what it holds must still be there.")
def verify(*, against: str | None) -> None:
    """Walk every chain; exit status 1 when an entry was changed, dropped, moved or replaced, or is missing beside an
    execution."""
    lines = [] if against is None else read_text(against).splitlines()
    with session().product("audit") as product:
        found = product.services.audit.verify(product.settings.workspace, against=lines)
        session().screen.show(found.as_dict(), lambda: _print_verification(found))
    if not found.ok:
        click.get_current_context().exit(1)


@audit.command("export")
@click.option("--output", metavar="FILE", help="Write there instead of to standard output.")
def export_entries(*, output: str | None) -> None:
    """Write every entry as a line of JSON, for `verify --against` and for keeping elsewhere."""
    with session().product("audit") as product:
        lines = export(product.services.audit.log, product.settings.workspace)
        if output is None:
            for line in lines:
                click.echo(line)
            return
        count = write_file(output, (f"{line}\n".encode("ascii") for line in lines), option="--output")
        session().screen.show(
            {"file": output, "entries": count}, lambda: click.echo(f"{count} entries are in {output}")
        )


def found_by(product: Product, query: AuditQuery, limit: int) -> list[Recorded]:
    """Up to `limit` entries, from as many pages as it takes."""
    found: list[Recorded] = []
    while len(found) < limit:
        page = product.services.audit.page(dataclasses.replace(query, limit=limit - len(found)))
        found += page.entries
        if page.next_token is None:
            break
        query = dataclasses.replace(query, next_token=page.next_token)
    return found


def print_entries(screen: Screen, found: list[Recorded]) -> None:
    """A table of entries, and where each of them stands in the log."""
    screen.table(("WHEN", "ACTOR", "FROM", "ACT", "SUBJECT", "WHAT", "ENTRY"), [
        (written_time(item.entry.at), item.entry.actor.name, item.entry.actor.origin, item.entry.act,
         str(item.entry.subject), told(item), f"{item.chain}/{item.number}")
        for item in found
    ], empty="No entries.")


def told(recorded: Recorded) -> str:
    """What an entry says, in one line."""
    entry = recorded.entry
    shown: dict[str, Json] = {**dict(entry.details), **(entry.after if isinstance(entry.after, dict) else {})}
    parts = [
        f"{name} {shown[name]}" for name in ("version", "state", "attempt", "error", "act", "code", "answer", "backend")
        if shown.get(name) is not None
    ]
    reason = entry.reason or shown.get("cause")
    if reason:
        parts.append(str(reason).partition("\n")[0])
    text = ", ".join(parts)
    return text if len(text) <= 100 else text[:99] + "…"


def _print_verification(found: Verification) -> None:
    for finding in found.findings:
        click.echo(_line(finding))
    click.echo(found.says)


def _line(finding: Finding) -> str:
    return f"chain {finding.chain}, entry {finding.number}: {finding.problem}: {finding.message}"


COMMANDS = (audit,)
