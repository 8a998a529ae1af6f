"""The indexes of commands and of routes: where each is, so that only what is named is imported.

    functions/cli/commands/*.py  COMMANDS ──► functions/cli/index.py  name, module and first sentence of each command
    functions/app/routes/*.py    table    ──► functions/app/index.py  method, path and module of each route

The modules declare; the indexes repeat, and are made (``python -m functions.cli.reference``). A test compares them
with what they are made from, which imports all of it: a route without its act, or two commands of one name, fail there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from types import ModuleType

import click

from functions.app.table import DESCRIBING, MODULES, every_route
from functions.cli.groups import summary

SECTIONS: Mapping[str, tuple[str, ...]] = {
    "Authoring": ("workflows", "testing", "simulate", "rules", "events", "copilot", "connectors", "cost"),
    "Running": (
        "executions", "runs.effects", "runs.explain", "redrive", "runs.fork", "runs.approvals", "map_runs", "tasks",
        "activities",
    ),
    "Operating": (
        "operating", "triggers", "secrets", "connected.connections", "tokens", "grants", "people", "audit", "doctor",
        "tune",
    ),
    "Serving and signing in": ("serving", "signing"),
}
"""The modules of functions.cli.commands, as ``--help`` groups their commands."""

COMMANDS = Path("functions/cli/index.py")
ROUTES = Path("functions/app/index.py")

_MADE = '''"""Where each {what} is. Made by python -m functions.cli.reference from {source}."""

from __future__ import annotations

'''


def sections() -> Iterator[tuple[str, Sequence[click.Command]]]:
    """Every command, as ``--help`` groups them. Imports all modules of commands."""
    for title, modules in SECTIONS.items():
        yield title, [command for module in modules for command in commands_of(module)]


def module_of(name: str) -> ModuleType:
    """A module of functions.cli.commands."""
    return import_module(f"functions.cli.commands.{name}")


def commands_of(module: str) -> Sequence[click.Command]:
    """The commands of a module of functions.cli.commands."""
    found: Sequence[click.Command] = module_of(module).COMMANDS
    return found


def indexes() -> dict[Path, str]:
    """The text of both files."""
    return {COMMANDS: _commands(), ROUTES: _routes()}


def _commands() -> str:
    lines = [_MADE.format(what="command", source="functions.cli.commands")]
    lines.append("SECTIONS: dict[str, tuple[tuple[str, str, str], ...]] = {\n")
    names: set[str] = set()
    for title, modules in SECTIONS.items():
        lines.append(f"    {_text(title)}: (\n")
        for module in modules:
            for command in commands_of(module):
                if command.name in names:
                    raise ValueError(f"two commands are called {command.name}")
                names.add(str(command.name))
                lines += _row(str(command.name), module, summary(command))
        lines.append("    ),\n")
    lines.append('}\n"""By section: a command, its module in functions.cli.commands, its help\'s first sentence."""\n')
    return "".join(lines)


def _row(name: str, module: str, says: str) -> list[str]:
    return [f"        ({_text(name)}, {_text(module)},\n", f"         {_text(says)}),\n"]


def _routes() -> str:
    lines = [_MADE.format(what="route", source="functions.app.routes")]
    lines.append("ROUTES: tuple[tuple[str, str, str], ...] = (\n")
    lines += [
        f"    ({_text(route.method)}, {_text(route.path)}, {_text(_module_of(route.handler))}),\n"
        for route in every_route()
    ]
    lines.append(')\n"""A route\'s method and path, and its module in functions.app.routes."""\n')
    return "".join(lines)


def _module_of(handler: object) -> str:
    name = handler.__module__.removeprefix("functions.app.routes.")
    if name not in (*MODULES, DESCRIBING):
        raise ValueError(f"{name} is no module of routes")
    return name


def _text(value: str) -> str:
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
