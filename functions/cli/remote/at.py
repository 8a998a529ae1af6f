"""Where the commands of a deployment ask, and where they print."""

from __future__ import annotations

from engine.governance.audit_entry import parse_time
from functions.cli.remote.client import Api
from functions.cli.screen import Screen
from functions.cli.session import session


def api() -> Api:
    """The API of the endpoint at hand."""
    return session().remote()


def screen() -> Screen:
    """Where to print."""
    return session().screen


def ago(text: str | None) -> str:
    """How long ago a time of the API was; nothing for none."""
    return "" if text is None else screen().ago(parse_time(text, where="time"))
