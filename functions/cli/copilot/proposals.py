"""A proposal of the copilot as people read it, on standard error: the document itself goes to standard output."""

from __future__ import annotations

from typing import Any

import click

Json = Any


def print_proposal(proposal: Json) -> None:
    """Print the plan, the to-dos, how the cases ran, and the notes."""
    click.echo("Plan", err=True)
    for number, line in enumerate(proposal["plan"], 1):
        done = f"  → {', '.join(line['states'])}" if proposal["clauses"] else ""
        click.echo(f"  {number}. {line['text']}{done}", err=True)
    if proposal["to_dos"]:
        click.echo("To do", err=True)
    for to_do in proposal["to_dos"]:
        place = f"{to_do['state']}{to_do['pointer']}: " if to_do["state"] else ""
        click.echo(f"  - {place}{to_do['text']}", err=True)
    if proposal["cases"]:
        click.echo("Cases", err=True)
    for case in proposal["cases"]:
        click.echo(f"  ✓ {case['name']}" if case["passed"] else f"  ✗ {case['name']}: {case['problem']}", err=True)
    for note in proposal["notes"]:
        click.echo(f"Note: {note}", err=True)
    if proposal["forward"] is not None:
        click.echo(f"{proposal['forward']['execution']}: {proposal['forward']['text']}", err=True)
