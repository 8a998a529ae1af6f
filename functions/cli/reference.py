"""The reference pages docs/api.md, docs/cli.md and docs/settings.md, the matrix of docs/access.md, and what the Studio
knows of the API and of the engine, made from what they describe; and the indexes of commands and routes
(functions.cli.indexes).

``python -m functions.cli.reference`` writes them; tests hold them in step.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from itertools import groupby
from pathlib import Path
from typing import Any

import click

from engine.governance.roles import ROLES, Right, roles_with
from engine.settings import Settings
from functions.app.docs_page import example, fields_of, needs
from functions.app.large_values import MOST_ANSWERED_BYTES
from functions.app.routes import openapi
from functions.app.routing import Anyone, Needed, Route
from functions.app.table import every_route
from functions.cli.facts import constant, facts
from functions.cli.groups import ENDPOINT_ALONE, FOLDER_ALONE, PARTLY
from functions.cli.indexes import indexes, sections
from functions.cli.typescript import typescript

SCHEMA = Path("studio_static/src/api/schema.ts")
FACTS = Path("studio_static/src/facts.ts")
ACCESS = Path("docs/access.md")
_MATRIX, _END = "<!-- matrix -->\n", "<!-- end of the matrix -->"
_MADE = "<!-- Made by python -m functions.cli.reference: edit the source, not this page. -->\n\n"

_API = """# The API

The same routes serve one machine (`automate up`, http://127.0.0.1:8400) and AWS (API Gateway and Lambda). The API
describes itself: `/openapi.json` is OpenAPI 3.1, `/docs` a page for people.

**Who asks.** On one machine every request carries `Authorization: Bearer TOKEN` with the content of `.automate/token`.
A browser carries what a sign-in link left in it instead: a cookie, and its session's proof in `X-Automate-Session`.
Other people and programs have named tokens, with roles ([access.md](access.md)).
Only `/health`, webhooks, links of forms and the sample services are open. `/docs` and `/openapi.json` need only the
cookie. `POST /signout` ends the session, and `POST /signout?everywhere=true` ends all of them. The server answers only
to the names 127.0.0.1 and localhost, and refuses changes from pages of another origin. On AWS the gateway's authorizer
decides who may ask, and the groups of the user pool carry the roles. Whoever has a named token asks below `/token/`,
such as `/token/workflows`. Who lacks the right that a route needs is answered 403 `NotAllowed`.

**Errors** have one shape, `{"error": {"code", "message", "where", "advice", "details"}}`; absent parts are left out.
400 and 422 say what is wrong and where, a parameter of the query that is given twice among it. 404 says that there is
no such thing, 409 that someone was first, 412 that it was changed meanwhile, 413 that it is too large, and 428 that
`If-Match` is missing. 503 says that the store did not
answer and nothing was lost.

**ETags.** Every answer to a GET has an ETag. Send it back in `If-None-Match`, and an unchanged answer is 304 without a
body. A request with `If-Match` never overwrites somebody else's change. On one machine a HEAD is answered as the GET,
without its body. A stage has no HEAD: each method of each address is a resource of its gateway.

**Sensitive fields** are shown as `********` ([workflow-document.md](workflow-document.md#sensitive-fields)). Who has
the right `reveal` sends the reason in `Automate-Reveal`, percent-encoded, with a request to a route that takes it. The
answer is in clear and not to be stored, and the audit log has an entry first.

**Large bodies.** On AWS an answer over about 5 MB is left out. Its header `Automate-Too-Large` is then 1, and its body
is `{"$too_large": {"bytes", "href", "expires_in"}}`. GET `href`, without a token, within `expires_in` seconds. Put a
body over about 5 MB where `POST /uploads` says. The request then has no body, and has the header `Automate-Upload` with
its id. A client that does both has no other limit than `AUTOMATE_MAX_INPUT_BYTES`.

**Live views** poll `GET /executions/{id}/history?after=N`. N is `last_event` of the answer before. A history
comes in pages, by count and by size: while `next_token` is not null there is more already.

An execution's id is `<workflow>:<name>`. In an address its colon is written `%3A`.

**The audit log.** Every change is recorded ([audit.md](audit.md)). If recording fails after the change was made, the
change stands, and the answer says so in a list `warnings`.
"""

_CLI = """# The command line

`automate` is `.venv/bin/automate`. Every command works on the data folder (`AUTOMATE_DATA_DIR`, by default
`.automate`), whether the server runs or not. With `--endpoint URL` (`AUTOMATE_ENDPOINT`) it asks a server of this
machine, `http://127.0.0.1:8400`, or a deployment, `https://…`, instead: with the same options, output, JSON and exit
status. A deployment wants a sign-in once (`automate --endpoint URL login`); a server of this machine takes the token of
the data folder that it serves. On a data folder a command acts as its owner, and with `--token-file FILE` as a named
token ([access.md](access.md)). `--data-dir` and `--endpoint` come before the command, `--json` before or after it.

**Completion** of commands and options in the shell, in bash, zsh and fish (put the line into `~/.bashrc`, `~/.zshrc` or
`~/.config/fish/completions/automate.fish`):

```
eval "$(_AUTOMATE_COMPLETE=bash_source automate)"
eval "$(_AUTOMATE_COMPLETE=zsh_source automate)"
_AUTOMATE_COMPLETE=fish_source automate | source
```

| exit status | meaning |
| --- | --- |
| 0 | done |
| 1 | the request is at fault, or a file that an option names, or the execution did not succeed; or, without a word, \
standard output is a pipe that nobody reads any more |
| 2 | no such command or option |
| 74 | the data folder, the deployment or standard output does not work: damaged, not writable, disk full |
| 75 | another process holds the data folder, or serves it already; the message names it |
| 130 | interrupted |

Results go to standard output, everything else to standard error. With `--json` an error is
`{"error": {"code", "message", "where", "advice", "details"}}`, and a warning is `{"warnings": […]}`, each a line of
JSON. Arguments are UTF-8. A character that the terminal's encoding does not have is written as an escape.
"""

_SETTINGS = """# Settings

Environment variables, read at start. A value that does not fit is refused with the variable's name.

| variable | default | what it does |
| --- | --- | --- |
"""


def api() -> str:
    """docs/api.md."""
    parts = [_MADE, _API]
    for tag, routes in groupby(every_route(), key=lambda route: route.tag):
        parts.append(f"\n## {tag}\n")
        parts += [_route(route) for route in routes]
    return "".join(parts)


def cli() -> str:
    """docs/cli.md."""
    parts = [_MADE, _CLI, _where_commands_work()]
    for name, command in leaves():
        parts.append(_command(command, name))
    return "".join(parts)


def leaves() -> Iterator[tuple[str, click.Command]]:
    """Every command that does something, by the words that are typed."""
    for _, commands in sections():
        for command in commands:
            if not isinstance(command, click.Group) or command.invoke_without_command:
                yield str(command.name), command
            if isinstance(command, click.Group):
                yield from ((f"{command.name} {child.name}", child) for child in command.commands.values())


def _where_commands_work() -> str:
    """The table of commands and transports."""
    rows = []
    for title, commands in sections():
        for command in commands:
            name = str(command.name)
            folder = f"no: {ENDPOINT_ALONE[name]}" if name in ENDPOINT_ALONE else "yes"
            endpoint = f"no: {FOLDER_ALONE[name]}" if name in FOLDER_ALONE else PARTLY.get(name, "yes")
            rows.append(f"| {title} | `{name}` | {folder} | {endpoint} |\n")
    return (
        "\n## Where commands work\n\n| | command | on a data folder | with `--endpoint` |\n| --- | --- | --- | --- |\n"
        + "".join(rows)
    )


def settings() -> str:
    """docs/settings.md."""
    rows = []
    for item in fields(Settings):
        default = ",".join(item.default) if isinstance(item.default, tuple) else str(item.default)
        bounds = _bounds(item.metadata["least"], item.metadata["most"])
        shown = f"`{default}`" if default else ""
        rows.append(f"| `{item.metadata['env']}` | {shown} | {item.metadata['doc']}{bounds} |\n")
    return _MADE + _SETTINGS + "".join(rows)


def write(folder: Path) -> None:
    """Write the three pages."""
    for name, text in pages().items():
        (folder / name).write_text(text, encoding="utf-8")


def pages() -> dict[str, str]:
    """The three pages by file name."""
    return {"api.md": api(), "cli.md": cli(), "settings.md": settings()}


def matrix() -> str:
    """The matrix of docs/access.md: each role, and the routes of which it is the least that may call them."""
    groups: dict[str, list[str]] = {}
    for route in every_route():
        groups.setdefault(_least(route.right), []).append(f"`{route.name}`")
        for also in route.also:
            groups.setdefault(_least(also.right), []).append(f"`{route.name}` {also.when}")
        if route.reveals:
            groups.setdefault(_least(Right.REVEAL), []).append(f"`{route.name}` with a reveal")
    order = ["not signed in", "signed in, without a role", *ROLES]
    rows = "".join(f"| {name} | {', '.join(groups[name])} |\n" for name in order)
    return f"| least role | routes |\n| --- | --- |\n{rows}"


def with_matrix(page: str) -> str:
    """The page, with the matrix as it is."""
    before, _, rest = page.partition(_MATRIX)
    return f"{before}{_MATRIX}\n{matrix()}\n{_END}{rest.partition(_END)[2]}"


def _least(right: Needed) -> str:
    if isinstance(right, Right):
        return str(roles_with(right)[0])
    return "not signed in" if right is Anyone.AT_ALL else "signed in, without a role"


def schema() -> str:
    """studio_static/src/api/schema.ts."""
    says = "Of a body as a text in the JSON that goes through Lambda."
    return typescript(openapi.document(every_route())) + constant("MOST_SENT_BYTES", MOST_ANSWERED_BYTES, says)


def _route(route: Route) -> str:
    lines = [f"\n### {route.method} {route.path}\n\n{route.description}\n"]
    lines += [f"\n{needs(route)}\n"]
    if route.conditional:
        lines.append("\nTakes `If-Match`.\n")
    if route.reveals:
        lines.append("\nTakes `Automate-Reveal`.\n")
    rows = fields_of(route)
    if rows:
        lines.append(f"\n| {'body' if route.has_body else 'query'} | type | meaning |\n| --- | --- | --- |\n")
        lines += [f"| `{name}` | {kind} | {text} |\n" for name, kind, text in rows]
    lines.append(f"\n```\n{example(route)}\n```\n")
    return "".join(lines)


def _command(command: click.Command, name: str) -> str:
    shown = [parameter for parameter in command.params if not getattr(parameter, "hidden", False)]
    usage = " ".join(
        ["automate", name] + ([] if all(isinstance(item, click.Argument) for item in shown) else ["[OPTIONS]"])
        + [item.make_metavar(click.Context(command)) for item in shown if isinstance(item, click.Argument)]
    )
    lines = [f"\n## {name}\n\n```\n{usage}\n```\n\n{_help(command)}\n"]
    options = [item for item in shown if isinstance(item, click.Option)]
    if options:
        lines.append("\n| option | meaning |\n| --- | --- |\n")
        lines += [f"| `{_option(item)}` | {_meaning(item)} |\n" for item in options]
    return "".join(lines)


def _help(command: click.Command) -> str:
    return "\n".join(line.strip() for line in (command.help or "").splitlines()).strip()


def _option(option: click.Option) -> str:
    names = ", ".join(option.opts)
    if option.is_flag:
        return names
    return f"{names} {option.make_metavar(click.Context(click.Command('')))}".replace("|", "\\|")


def _meaning(option: click.Option) -> str:
    default: Any = option.default
    text = option.help or ""
    return f"{text} (default {default})".strip() if option.show_default else text


def _bounds(least: float | None, most: float | None) -> str:
    if least is None:
        return ""
    return f" At least {least:g}." if most is None else f" From {least:g} to {most:g}."


if __name__ == "__main__":
    write(Path("docs"))
    ACCESS.write_text(with_matrix(ACCESS.read_text(encoding="utf-8")), encoding="utf-8")
    SCHEMA.write_text(schema(), encoding="utf-8")
    FACTS.write_text(facts(), encoding="utf-8")
    for file, text in indexes().items():
        file.write_text(text, encoding="utf-8")
