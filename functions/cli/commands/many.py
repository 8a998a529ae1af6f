"""What commands ask that may touch one execution or many of a workflow."""

from __future__ import annotations

import sys

import click

from engine.errors import InvalidDocument, UserError
from functions.cli.client.client import Client, part
from functions.cli.session import session

PENDING = "; its data is being deleted, and automate doctor names it until that is over"
"""What is added where an erasure goes on by itself."""


class NotConfirmed(UserError):
    """Whoever was asked said no."""

    code = "NotConfirmed"


def is_of_one(id: str | None, workflow: str | None, which: dict[str, str | None]) -> bool:  # noqa: A002
    """Whether one execution is meant, and not many of a workflow. Raises InvalidDocument where neither or both are."""
    if (id is None) == (workflow is None):
        raise InvalidDocument("name either an execution, or a workflow by --workflow", where="ID")
    for name, value in which.items():
        if id is not None and value is not None:
            option = f"--{name.replace('_', '-')}"
            raise InvalidDocument(f"{option} goes with --workflow: {id} is one execution", where=option)
    return id is not None


def confirm(api: Client, workflow: str, question: str, *, yes: bool) -> None:
    """Ask before many are touched, unless `yes`. Raises NotFound's error for no such workflow, InvalidDocument where
    nobody can be asked, NotConfirmed for a no."""
    api.get(f"/workflows/{part(workflow)}")
    _ask(question, yes=yes)


def confirm_erasing(question: str, *, yes: bool) -> None:
    """Ask before something is gone for good, unless `yes`. Raises InvalidDocument where nobody can be asked,
    NotConfirmed for a no."""
    _ask(question, yes=yes)


def _ask(question: str, *, yes: bool) -> None:
    if yes:
        return
    if session().screen.as_json or not sys.stdin.isatty():
        raise InvalidDocument(
            "nobody can be asked to confirm it", where="--yes", advice="Add --yes to do it without being asked."
        )
    if not click.confirm(question):
        raise NotConfirmed("nothing was done")
