"""Commands about the audit log: look, check that nothing was changed, take a copy away."""

from __future__ import annotations

import json
from collections.abc import Iterator

import click

from functions.app.shapes.audit import AuditQuery, ReadsQuery
from functions.app.shapes.base import Paged
from functions.cli.client.client import Client
from functions.cli.files import Json, read_text, write_file
from functions.cli.groups import Grouped
from functions.cli.options import filters
from functions.cli.ranges import WholeRange
from functions.cli.session import session

_PAGE = 1000


@click.group(cls=Grouped)
def audit() -> None:
    """The audit log: who did what, when and from where, in chains that show whether it was changed."""


@audit.command("list")
@filters(AuditQuery, without=("act", "action", "state", "from_", "to", *Paged.model_fields))
@click.option("--act", metavar="ACT", help="This act, as workflow.publish; with * at its end, a prefix.")
@click.option("--limit", type=WholeRange(1, 1000), default=50, show_default=True, help="How many at most.")
def list_entries(*, limit: int, **given: str | None) -> None:
    """List entries, newest first."""
    with session().client() as api:
        found, _ = api.pages("/audit", "entries", limit=limit, **given)
    session().screen.show_table(
        {"entries": found}, ("WHEN", "ACTOR", "FROM", "ACT", "SUBJECT", "WHAT", "ENTRY"),
        [(item["at"], item["actor"], item["origin"], item["act"], item["subject"], told(item),
          f"{item['chain']}/{item['number']}") for item in found],
        empty="No entries.",
    )


@audit.command()
@click.option("--against", metavar="FILE", help="An earlier export: what it holds must still be there.")
def verify(*, against: str | None) -> int:
    """Walk every chain; exit status 1 when an entry was changed, dropped, moved or replaced, or is missing beside an
    execution."""
    lines = None if against is None else read_text(against).splitlines()
    with session().client() as api:
        found = api.get("/audit/verify") if lines is None else api.post("/audit/verify", {"against": lines})
    session().screen.show(found, lambda: _print_verification(found))
    return 0 if found["ok"] else 1


@audit.command("export")
@click.option("--output", metavar="FILE", help="Write there instead of to standard output.")
def export_entries(*, output: str | None) -> None:
    """Write every entry as a line of JSON, for `verify --against` and for keeping elsewhere."""
    with session().client() as api:
        if output is None:
            for line in _every_line(api):
                click.echo(line)
            return
        count = write_file(output, (f"{line}\n".encode("ascii") for line in _every_line(api)), option="--output")
    session().screen.show({"file": output, "entries": count}, lambda: click.echo(f"{count} entries are in {output}"))


@audit.command("reads")
@filters(ReadsQuery, without=("limit",))
@click.option("--limit", type=WholeRange(1, 1000), default=50, show_default=True, help="How many at most.")
def list_reads(*, limit: int, **given: str | None) -> None:
    """List who read inputs, outputs, histories and logs of executions, newest first. On AWS its access log has that."""
    with session().client() as api:
        found = api.get("/audit/reads", limit=limit, **given)
    session().screen.show_table(
        found, ("WHEN", "ACTOR", "FROM", "DATA", "OF", "ROUTE"),
        [(item["at"], item["actor"], item["origin"], item["data"],
          " ".join(filter(None, (item["execution"] or item["workflow"], item["step"]))), item["route"])
         for item in found["reads"]],
        empty="Nobody read anything that is recorded.",
    )


def told(entry: Json) -> str:
    """What an entry says, in one line."""
    shown: dict[str, Json] = {**entry["details"], **(entry["after"] if isinstance(entry["after"], dict) else {})}
    parts = [
        f"{name} {shown[name]}" for name in (
            "version", "state", "attempt", "error", "act", "code", "answer", "backend", "role", "executions",
        ) if shown.get(name) is not None
    ]
    if shown.get("actors"):
        parts.append(f"no name any more: {', '.join(shown['actors'])}")
    if shown.get("accepted_failing_cases"):
        parts.append(f"failing cases accepted: {', '.join(shown['accepted_failing_cases'])}")
    reason = entry["reason"] or shown.get("cause")
    if reason:
        parts.append(str(reason).partition("\n")[0])
    text = ", ".join(parts)
    return text if len(text) <= 100 else text[:99] + "…"


def _every_line(api: Client) -> Iterator[str]:
    """Chain after chain, a page at a time."""
    chain, chains = 0, 1
    while chain < chains:
        after, lines = 0, [""] * _PAGE
        while len(lines) == _PAGE:
            page = api.get("/audit/export", chain=chain, after=after, limit=_PAGE)
            lines, chains = page["lines"], page["chains"]
            yield from lines
            after = json.loads(lines[-1])["number"] if lines else after
        chain += 1


def _print_verification(found: Json) -> None:
    for item in found["findings"]:
        click.echo(f"chain {item['chain']}, entry {item['number']}: {item['problem']}: {item['message']}")
    click.echo(found["says"])


COMMANDS = (audit,)
