"""What the commands print: aligned tables and short texts for people, JSON with ``--json``.

Colours only on a terminal that wants them (NO_COLOR is honoured, https://no-color.org); a status always has its word.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Sequence
from typing import Any

import click

from engine.clock import Clock
from engine.governance.audit.entry import parse_time
from engine.records import dataclass

Json = Any

_COLOURS = {
    "SUCCEEDED": "green", "RUNNING": "blue", "PAUSED": "yellow", "FAILED": "red", "TIMED_OUT": "red",
    "ABORTED": "yellow", "ok": "green", "running": "blue", "waiting": "blue", "retrying": "yellow", "failed": "red",
    "timed out": "red", "caught": "yellow",
    "✓ passed": "green", "✗ failed": "red",
}
_UNITS = (("d", 86400.0), ("h", 3600.0), ("min", 60.0))


@dataclass(frozen=True, slots=True)
class Screen:
    """Standard output, for people or for programs."""

    as_json: bool
    clock: Clock

    def show(self, value: Json, for_people: Callable[[], None]) -> None:
        """`value` as JSON with --json, else whatever `for_people` prints."""
        if self.as_json:
            click.echo(json.dumps(value, indent=2, ensure_ascii=not _speaks_utf8()))
        else:
            for_people()

    def show_table(
        self, value: Json, headers: Sequence[str], rows: Sequence[Sequence[str]], *, empty: str
    ) -> None:
        """`value` as JSON with --json, else a table of `rows`."""
        self.show(value, lambda: self.table(headers, rows, empty=empty))

    def say(self, text: str = "") -> None:
        """A line for people; nothing with --json, so that standard output holds one JSON value."""
        if not self.as_json:
            click.echo(text)

    def warn(self, warnings: Sequence[str]) -> None:
        """What was done and did not go quite well, to standard error."""
        if warnings and self.as_json:
            click.echo(json.dumps({"warnings": list(warnings)}), err=True)
        elif warnings:
            for warning in warnings:
                click.echo(f"automate: warning: {warning}", err=True)

    def notice(self, text: str) -> None:
        """What whoever asked should know beside the answer, to standard error; with --json a warning."""
        if self.as_json:
            self.warn([text])
        else:
            click.echo(text, err=True)

    def table(self, headers: Sequence[str], rows: Sequence[Sequence[str]], *, empty: str) -> None:
        """Aligned columns; `empty` where there are no rows."""
        if not rows:
            click.echo(empty)
            return
        widths = [max(len(headers[n]), *(len(row[n]) for row in rows)) for n in range(len(headers))]
        click.echo(_bold("  ".join(text.ljust(width) for text, width in zip(headers, widths, strict=True)).rstrip()))
        for row in rows:
            cells = [
                _coloured(text) + " " * (width - len(text)) for text, width in zip(row, widths, strict=True)
            ]
            click.echo("  ".join(cells).rstrip())

    def ago(self, at: float | str | None) -> str:
        """How long ago `at` (epoch seconds, or a time in the API's shape) was: ``12 s ago``."""
        if at is None:
            return ""
        seconds = self.clock.now() - (parse_time(at) if isinstance(at, str) else at)
        return "now" if seconds < 1 else f"{duration(seconds)} ago"


def counted(number: int, noun: str) -> str:
    """A number with its noun: ``1 error``, ``2 errors``."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def duration(seconds: float) -> str:
    """``0.25 s``, ``42 s``, ``5 min``, ``3 h``, ``2 d``."""
    for unit, length in _UNITS:
        if seconds >= length:
            return f"{seconds / length:.0f} {unit}"
    return f"{seconds:.2f} s" if seconds < 10 else f"{seconds:.0f} s"


def indented(value: Json) -> str:
    """JSON on several lines."""
    return json.dumps(value, indent=2, ensure_ascii=not _speaks_utf8())


def status_mark(status: str) -> str:
    """The status in its colour."""
    return _coloured(status)


def styled_diff(text: str) -> str:
    """A unified diff with its added and removed lines coloured."""
    colours = {"+": "green", "-": "red", "@": "cyan"}
    lines = text.splitlines()
    if not wants_colour():
        return "\n".join(lines)
    return "\n".join(click.style(line, fg=colours[line[0]]) if line[:1] in colours else line for line in lines)


def wants_colour() -> bool:
    """Whether standard output is a terminal that shows colours."""
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def _coloured(text: str) -> str:
    colour = _COLOURS.get(text)
    return click.style(text, fg=colour) if colour and wants_colour() else text


def _bold(text: str) -> str:
    return click.style(text, bold=True) if wants_colour() else text


def _speaks_utf8() -> bool:
    return (sys.stdout.encoding or "").lower().replace("-", "") == "utf8"
