"""Commands about connectors: list what a Task can call; make and check connector files."""

from __future__ import annotations

import hashlib
from pathlib import Path

import click

from engine.errors import Conflict
from functions.cli.files import Json, read_text, unwritable
from functions.cli.groups import Grouped
from functions.cli.session import session

_SHOWN = 20

_INPUTS = 8
"""Of an action that the list names; more make its lines longer than any terminal."""


class Connectors(Grouped):
    """`import mcp` is a command of its own, with options of its own."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command of two words before that of one."""
        return super().resolve_command(ctx, ["import mcp", *args[2:]] if args[:2] == ["import", "mcp"] else args)


@click.group(cls=Connectors, invoke_without_command=True)
@click.pass_context
def connectors(ctx: click.Context) -> None:
    """List the connectors, their actions and inputs. Needs no data folder."""
    if ctx.invoked_subcommand is not None:
        return
    with session().client(folder=False) as api:
        found = api.get("/connectors")
    rows = [row for connector in found["connectors"] for row in _rows(connector)]
    headers = ("RESOURCE", "INPUTS (* required)", "DESCRIPTION")
    session().screen.show_table(found, headers, rows, empty="No connectors.")


@connectors.command("limits")
def show_limits() -> None:
    """Say how the services stand that have a rate limit or were in trouble: which are left alone, and until when."""
    with session().client() as api:
        found = api.get("/connectors/limits")
    session().screen.show_table(
        found, ("SERVICE", "SECRETS", "LIMIT", "NEXT CALL"),
        [(one["service"], ", ".join(one["secrets"]), _limit(one), one["next_at"] or "now")
         for one in found["limits"]],
        empty="No service with a rate limit was called yet, and none was in trouble.",
    )


@connectors.command("import")
@click.argument("document", type=click.Path(path_type=Path))
@click.option("--name", "code", metavar="CODE", help="The connector's code; by default the document's name.")
@click.option("--tag", "tags", multiple=True, metavar="TAG", help="Operations under this tag alone; may be repeated.")
@click.option("--base-url", default="", metavar="URL", help="The service's address, over the document's own.")
@click.option("--into", metavar="FOLDER", type=click.Path(path_type=Path),
              help="Where the file goes; by default the first folder of AUTOMATE_CONNECTOR_FILES, or this one.")
@click.option("--check", is_flag=True, help="Say too what is wrong with the document itself; slow for a large one.")
@click.option("--dry-run", is_flag=True, help="Say what would change, and write nothing.")
def import_openapi(*, document: Path, code: str | None, tags: tuple[str, ...], base_url: str, into: Path | None,
                   check: bool, dry_run: bool) -> None:
    """Make a connector file of an OpenAPI document (3.0, 3.1), or make it anew and keep its overlays. `automate
    connectors import mcp` makes one of a remote MCP server."""
    from connectors.declared import reading
    from connectors.openapi.difference import changes
    from connectors.openapi.document import read_document
    from connectors.openapi.importing import imported
    from connectors.registry import check_code

    read = read_document(document)
    code = code or document.name.partition(".")[0]
    check_code(code)
    folder = into or Path(next(iter(session().settings.connector_files), "."))
    before, there = _before(folder, code)
    made = imported(read, code, tags=tags, base_url=base_url, before=before)
    path, text = _written(folder, code, made.value, there)
    file = reading.read_file(text, path.name)
    changed = None if before is None else changes(before, made.value)
    if not dry_run:
        _write(path, text)
    once = [name for name, action in file.actions.items() if action.at_most_once]
    told: dict[str, Json] = {
        "file": str(path), "written": not dry_run, "actions": len(file.actions), "at_most_once": once,
        "authenticated": any(map(file.auth_of, file.actions.values())),
        "without_overlay": list(made.without_overlay),
        "left_out": [{"operation": place, "why": why} for place, why in made.left_out],
        "changes": None if changed is None else [change.as_dict() for change in changed],
        "faults": read.faults() if check else None,
    }
    session().screen.show(told, lambda: _tell(told))


@connectors.command("import mcp")
@click.argument("url")
@click.option("--name", "code", metavar="CODE", help="The connector's code; by default the server's own name.")
@click.option("--header", "headers", multiple=True, metavar="'NAME: TEXT'",
              help="A header to send with each call, which everybody may read; may be repeated.")
@click.option("--secret", "secrets", multiple=True, metavar="[NAME=]KEY",
              help="The secret KEY is sent as a bearer token, or as the header NAME; may be repeated.")
@click.option("--accept", is_flag=True, help="Take what changed since the last import; without it nothing is written.")
@click.option("--into", metavar="FOLDER", type=click.Path(path_type=Path),
              help="Where the file goes; by default the first folder of AUTOMATE_CONNECTOR_FILES, or this one.")
@click.option("--dry-run", is_flag=True, help="Say what would be written, and write nothing.")
def import_mcp(*, url: str, code: str | None, headers: tuple[str, ...], secrets: tuple[str, ...], accept: bool,
               into: Path | None, dry_run: bool) -> int:
    """Make a connector file of the tools of a remote MCP server, each pinned as it is now; or say what changed.

    Every tool counts as a write that is made at most once, whatever the server claims, until the file says otherwise.
    """
    from connectors.declared import reading
    from connectors.mcp.importing import imported
    from connectors.registry import check_code
    from functions.cli.mcp_import import asked, code_of, tell

    if code is not None:
        check_code(code)
    listing, auth, sent = asked(url, code, headers, secrets)
    code = code or code_of(listing)
    folder = into or Path(next(iter(session().settings.connector_files), "."))
    before, there = _before(folder, code)
    if before is not None and "mcp" not in before:
        raise Conflict(f"{there} is the file of another kind of connector", where="--name",
                       advice="Choose another --name or --into.")
    made = imported(listing, code, url, auth=auth or (before or {}).get("auth", []), headers=sent, before=before)
    path, text = _written(folder, code, made.value, there)
    file = reading.read_file(text, path.name)
    refused = bool(made.changes) and not accept
    writes = not (dry_run or refused) and (before is None or bool(made.changes))
    if writes:
        _write(path, text)
    told: dict[str, Json] = {
        "file": str(path), "written": writes, "protocol": listing.protocol, "actions": len(file.actions),
        "at_most_once": [name for name, action in file.actions.items() if action.at_most_once],
        "tools": [
            {"action": name, "tool": action["tool"]["definition"]["name"], "digest": action["tool"]["digest"],
             "description": action.get("description", "")} for name, action in made.value["actions"].items()
        ],
        "left_out": [{"tool": name, "why": why} for name, why in made.left_out],
        "changes": None if before is None else [
            {"action": name, "what": what, "difference": difference} for name, what, difference in made.changes
        ],
    }
    session().screen.show(told, lambda: tell(told, accept=accept, some=_some))
    return 1 if refused and not dry_run else 0


@connectors.command()
@click.argument("code")
@click.option("--openapi", "document", metavar="FILE", type=click.Path(path_type=Path),
              help="The service's OpenAPI document (3.0, 3.1); by default a small one to begin with.")
@click.option("--tag", "tags", multiple=True, metavar="TAG", help="Operations under this tag alone; may be repeated.")
@click.option("--base-url", default="", metavar="URL", help="The service's address, over the document's own.")
@click.option("--into", metavar="FOLDER", type=click.Path(path_type=Path), help="The new folder; by default CODE.")
def new(*, code: str, document: Path | None, tags: tuple[str, ...], base_url: str, into: Path | None) -> None:
    """Make a package of a connector: its file, an entry point, and tests that pass."""
    from connectors.declared import reading, writing
    from connectors.openapi.document import document_of, read_document
    from connectors.openapi.importing import imported
    from connectors.openapi.package import files_of, starter
    from connectors.registry import check_code

    check_code(code)
    folder = into or Path(code)
    if folder.exists():
        raise Conflict(f"{folder} is there already", where="--into", advice="Name a folder that is not.")
    if document is None:
        value = starter(code)
        name, text = "openapi.yaml", writing.as_yaml(value)
        read = document_of(value, name, hashlib.sha256(text.encode()).hexdigest())
    else:
        read, name, text = read_document(document), f"openapi{document.suffix}", read_text(str(document))
    made = imported(read, code, tags=tags, base_url=base_url)
    path, written = _written(folder, code, made.value, None)
    reading.read_file(written, path.name)
    files = files_of(code, path.name, written, name, text)
    try:
        for place, content in files.items():
            (folder / place).parent.mkdir(parents=True, exist_ok=True)
            (folder / place).write_text(content, encoding="utf-8")
    except OSError as error:
        raise unwritable(str(folder), error, option="--into") from None
    told: dict[str, Json] = {"folder": str(folder), "files": list(files), "actions": len(made.value["actions"])}
    session().screen.show(told, lambda: click.echo(
        f"{folder}: {told['actions']} actions in {len(files)} files; {folder / 'README.md'} says how it goes on"
    ))


@connectors.command()
@click.argument("files", nargs=-1, required=True)
def check(*, files: tuple[str, ...]) -> None:
    """Check connector files: every fault is told with its line."""
    from connectors.declared import reading

    told: list[Json] = [
        {"file": name, "actions": len(reading.read_file(read_text(name), name).actions)} for name in files
    ]
    rows = [(one["file"], str(one["actions"])) for one in told]
    session().screen.show_table(told, ("FILE", "ACTIONS"), rows, empty="No files.")


def _before(folder: Path, code: str) -> tuple[Json, Path | None]:
    """The value of the file that is there, and its path. What is no connector file is not written over."""
    from connectors.declared import ENDINGS, reading
    from engine.language.asl.source import parse_text

    for path in (folder / f"{code}{ending}" for ending in ENDINGS):
        if path.is_file():
            text = read_text(str(path))
            value = parse_text(text, name=path.name).value
            if not isinstance(value, dict) or "connector" not in value:
                raise Conflict(
                    f"{path} is there already, and is no connector file", where="--name",
                    advice="Choose another --name or --into: the connector file would be written over it.",
                )
            reading.read_file(text, path.name)  # what is at fault is told with its line
            return value, path
    return None, None


def _written(folder: Path, code: str, value: Json, there: Path | None) -> tuple[Path, str]:
    """The file's path and its text, in the form that it has or, at first, that suits its size."""
    from connectors.declared import writing

    if there is not None and there.suffix == ".json":
        return there, writing.as_json(value)
    if there is not None:
        return there, writing.as_yaml(value)
    name, text = writing.file_of(code, value)
    return folder / name, text


def _write(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        written = path.with_name(f".{path.name}")
        written.write_text(text, encoding="utf-8")
        written.replace(path)  # a process that reads it finds the one or the other, whole
    except OSError as error:
        raise unwritable(str(path), error, option="--into") from None


def _tell(told: dict[str, Json]) -> None:
    say = click.echo
    say(f"{told['file']}: {told['actions']} actions" + ("" if told["written"] else " (nothing is written)"))
    if not told["authenticated"]:
        say("The document names no way to authenticate, so calls carry no credential. If the service asks for one, "
            "write `auth` into the file; an import anew keeps it (docs/connector-files.md).")
    if told["at_most_once"]:
        say(f"{len(told['at_most_once'])} of them write, and are made at most once: the document names no idempotency "
            "key. An action's `idempotency` or `idempotent` says otherwise.")
    _some([f"{one['operation']}: {one['why']}" for one in told["left_out"]], "operations are left out")
    _some(told["faults"] or [], "faults of the document, and it can be imported nevertheless")
    if told["changes"] is not None:
        rows = [
            f"{'BREAKS ' if change['breaks'] else ''}{change['action'] or 'the service'}: {change['what']}"
            for change in sorted(told["changes"], key=lambda change: not change["breaks"])
        ]
        _some(rows, "changes since the last import") if rows else say("Nothing changed since the last import.")


def _some(rows: list[str], what: str) -> None:
    """The first of `rows`, of which somebody else wrote parts: no terminal is to act by them."""
    from connectors.mcp.tools import plain

    if rows:
        click.echo(f"{len(rows)} {what}:")
    for row in rows[:_SHOWN]:
        click.echo(f"  {plain(row)}")
    if len(rows) > _SHOWN:
        click.echo(f"  … and {len(rows) - _SHOWN} more; --json tells all.")


def _limit(account: Json) -> str:
    return "none" if account["requests"] is None else f"{account['requests']} in {account['per_seconds']:g} s"


def _rows(connector: Json) -> list[tuple[str, str, str]]:
    if connector["problem"] is not None:
        return [(f"connector:{connector['code']}", "", f"cannot be loaded: {connector['problem']}")]
    return [
        (
            action["resource"],
            _inputs(action["inputs"]),
            action["description"] or connector["description"],
        )
        for action in connector["actions"]
    ]


def _inputs(inputs: Json) -> str:
    """The names, those that are required with a star; of many the first, what is required before all else."""
    names = [f"{name}{'*' if item.get('required') else ''}" for name, item in inputs.items()]
    if len(names) <= _INPUTS:
        return ", ".join(names)
    shown = sorted(names, key=lambda name: not name.endswith("*"))[:_INPUTS]
    return f"{', '.join(shown)}, … {len(names) - _INPUTS} more (--json)"


COMMANDS = (connectors,)
