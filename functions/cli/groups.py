"""How commands are grouped and shown: sections in ``--help``, whole lines, --json wherever it is written; and which
commands are of a data folder or of a deployment alone. A command's module is imported when the command is named."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, MutableMapping, Sequence
from dataclasses import replace
from importlib import import_module
from typing import TYPE_CHECKING, Any, cast

import click

from engine.errors import InvalidDocument
from functions.cli.session import Session

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

FOLDER_ALONE: Mapping[str, str] = {
    "up": "it serves a data folder", "worker": "it works on a data folder", "demo": "it serves a data folder",
    "signin": "a link is made in a data folder", "backup": "it copies a data folder",
    "compact": "it writes a data folder's database anew",
}
"""The commands that work on a data folder alone, and why."""

ENDPOINT_ALONE: Mapping[str, str] = {
    "login": "a data folder has no users", "logout": "a data folder has no users",
}
"""The commands that work with --endpoint alone, and why."""


PARTLY: Mapping[str, str] = {
    "show": "yes; tokens of waiting tasks are left out: who has one may answer",
    "simulate": "yes; a file is run in memory, here",
    "copilot": "yes; `setup` is for a data folder alone",
    "signout": "yes, of a server of this machine; `--new-token` is refused: the folder has the token",
    "grants": "yes, of a stage; a data folder has none",
    "people": "the same: it asks Cognito, with credentials of the account",
    "secrets": "yes; `get --reveal` is refused: the API gives nobody a value",
    "doctor": "yes; it looks at what the API tells: alarms, secrets, executions, the audit log",
    "tune": "yes; of a deployment by its CloudWatch metrics, with credentials of the account",
}
"""What is otherwise with --endpoint, and why."""


class Grouped(click.Group):
    """A group whose list cuts no line off, and whose commands understand --json."""

    def add_command(self, cmd: click.Command, name: str | None = None) -> None:
        """Take a command in."""
        super().add_command(_understanding_json(cmd), name)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Sections of names with the first sentence of each command's help."""
        for title, rows in self.sections(ctx):
            with formatter.section(title):
                formatter.write_dl(rows)

    def sections(self, ctx: click.Context) -> Iterator[tuple[str, list[tuple[str, str]]]]:
        """All in one."""
        del ctx
        yield "Commands", [(str(item.name), summary(item)) for item in self.commands.values()]


class Named(Mapping[str, click.Command]):
    """The commands of functions.cli.index. Each is imported when it is asked for by its name."""

    def __init__(self, modules: Mapping[str, str]) -> None:
        self._modules = modules
        self._imported: dict[str, click.Command] = {}

    def __getitem__(self, name: str) -> click.Command:
        """Raises KeyError where there is no such command."""
        if name not in self._imported:
            module = import_module(f"functions.cli.commands.{self._modules[name]}")
            (command,) = (command for command in module.COMMANDS if command.name == name)
            self._imported[name] = _understanding_json(command)
        return self._imported[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._modules)

    def __len__(self) -> int:
        return len(self._modules)


class Commands(Grouped):
    """The command line itself, over an index. Some commands are of a data folder or of a deployment alone."""

    def __init__(self, *arguments: Any, index: Mapping[str, Sequence[tuple[str, str, str]]], **more: Any) -> None:
        super().__init__(*arguments, **more)
        self._index = index
        named = Named({name: module for rows in index.values() for name, module, _ in rows})
        self.commands = cast("MutableMapping[str, click.Command]", named)  # which nothing changes

    def sections(self, ctx: click.Context) -> Iterator[tuple[str, list[tuple[str, str]]]]:
        """As the index has them: nothing is imported."""
        del ctx
        for title, rows in self._index.items():
            yield title, [(name, says) for name, _, says in rows]

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Names from the index, and options."""
        from click.shell_completion import CompletionItem

        rows = [row for _, rows in self.sections(ctx) for row in rows]
        names = [CompletionItem(name, help=says) for name, says in sorted(rows) if name.startswith(incomplete)]
        return [*names, *click.Command.shell_complete(self, ctx, incomplete)]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of this name. Raises InvalidDocument where it is not for what is asked."""
        if ctx.params.get("endpoint") and cmd_name in FOLDER_ALONE:
            raise InvalidDocument(
                f"{cmd_name} is for a data folder alone: {FOLDER_ALONE[cmd_name]}", where="--endpoint",
                advice="Leave --endpoint and AUTOMATE_ENDPOINT out.",
            )
        if ctx.params.get("token_file") and cmd_name in (*FOLDER_ALONE, *ENDPOINT_ALONE):
            raise InvalidDocument(
                f"{cmd_name} asks with no named token", where="--token-file",
                advice="Leave --token-file and AUTOMATE_TOKEN_FILE out.",
            )
        if not ctx.params.get("endpoint") and cmd_name in ENDPOINT_ALONE and not ctx.resilient_parsing:
            raise InvalidDocument(
                f"{cmd_name} is for a deployment alone: {ENDPOINT_ALONE[cmd_name]}", where="--endpoint",
                advice=f"automate --endpoint URL {cmd_name}",
            )
        return super().get_command(ctx, cmd_name)


def summary(command: click.Command) -> str:
    """The first line of a command's help, to the end of its sentence."""
    return " ".join((command.help or "").partition("\n\n")[0].split())


def _understanding_json(command: click.Command) -> click.Command:
    command.params.append(click.Option(
        ["--json"], is_flag=True, expose_value=False, is_eager=True, callback=_in_json, hidden=True,
        help="Answer in JSON, for programs.",
    ))
    return command


def _in_json(context: click.Context, parameter: click.Parameter, given: bool) -> None:
    """--json after the command is --json before it."""
    del parameter
    found = context.find_object(Session)
    if given and found is not None:
        context.obj = replace(found, screen=replace(found.screen, as_json=True))
