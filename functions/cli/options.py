"""Options that several commands have; those that come from what a route takes: one for each filter of a list, in the
route's own words; and which option a field of a request came from."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from pydantic import BaseModel

_Command = TypeVar("_Command", bound=Callable[..., Any])

_METAVARS = {
    "workflow": "NAME", "execution": "ID", "actor": "NAME", "since": "TIME", "until": "TIME", "started_after": "TIME",
    "started_before": "TIME",
}
"""What stands for a value, where it is not the last word of the filter's name."""


def adding(*options: Callable[[Any], Any]) -> Callable[[_Command], _Command]:
    """A decorator that adds several options, which are shown in this order."""

    def add(command: _Command) -> _Command:
        for option in reversed(options):
            command = option(command)
        return command

    return add


def filters(
    model: type[BaseModel], *, without: Collection[str] = (), says: Callable[[str], str] = str
) -> Callable[[_Command], _Command]:
    """Add an option for each field of `model` but those `without`. `says` makes the help of a field's description."""
    return adding(*(
        click.option(
            _spelled(name), name, metavar=_METAVARS.get(name, name.rpartition("_")[2].upper()),
            help=says(field.description or ""),
        )
        for name, field in model.model_fields.items() if name not in without
    ))


def option_of(field: str) -> str | None:
    """The option, or the argument, of the running command that gives a request's `field`; None where none does."""
    context = click.get_current_context(silent=True)
    for parameter in context.command.params if context is not None else ():
        if field == parameter.name or _spelled(field) in parameter.opts:
            return parameter.opts[0] if isinstance(parameter, click.Option) else parameter.human_readable_name
    return None


def _spelled(name: str) -> str:
    return f"--{name.replace('_', '-')}"
