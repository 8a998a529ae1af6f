"""The command that lets go on what did not succeed: one execution, or many of a workflow."""

from __future__ import annotations

from collections import Counter

import click

from engine.errors import InvalidDocument
from functions.app.shapes.base import ExecutionFilters
from functions.cli.client.client import Client, part
from functions.cli.commands.executions import ended, warn_without_a_worker
from functions.cli.commands.many import confirm, is_of_one
from functions.cli.files import Json, read_value
from functions.cli.options import filters
from functions.cli.screen import status_mark
from functions.cli.session import session

ACTIVE = "active"
"""Instead of a number: the version that is active now."""

UNSUCCESSFUL = ("FAILED", "TIMED_OUT", "ABORTED")


@click.command()
@click.argument("id", required=False)
@click.option("--wait", is_flag=True, help="With ID: wait for its end; without a worker on the data folder, be one.")
@click.option("--workflow", "workflows", metavar="NAME", multiple=True,
              help="Instead of one: all of this workflow that did not succeed; again for each further one.")
@click.option("--status", type=click.Choice(UNSUCCESSFUL, case_sensitive=False),
              help="With --workflow: those in this status; by default FAILED.")
@filters(
    ExecutionFilters, without=("started_after", "started_before"),
    says=lambda words: f"With --workflow: those {words[:1].lower()}{words[1:]}",
)
@click.option("--yes", is_flag=True, help="With --workflow: do not ask.")
@click.option("--version", metavar="N|active", help="Go on by another version, where it fits: N, or the active one.")
@click.option("--from", "from_state", metavar="STATE",
              help="With --version: at this state of its top level, entered anew; all that waits is dropped.")
@click.option("--input", "text", metavar="JSON|@FILE", help="With ID and --from: the state's input.")
@click.option("--dry-run", is_flag=True, help="With --version: only say what fits, and what does not.")
@click.option("--accept", is_flag=True, help="With --version: also where the plan has doubts.")
def redrive(
    *, id: str | None, wait: bool, workflows: tuple[str, ...], yes: bool,  # noqa: A002
    version: str | None, from_state: str | None, text: str | None, dry_run: bool, accept: bool, **which: str | None,
) -> None:
    """Let an execution that FAILED, TIMED_OUT or was ABORTED go on where it stood; with --workflow many.

    What succeeded is kept and not done again; its input and id stay, and without --version so does that. With --version
    it is planned first: what does not fit is named, with its place in the new definition, and stays as it is. With
    --wait, exit status 1 unless it SUCCEEDED; with --dry-run, 1 where something does not fit."""
    one = is_of_one(id, workflows[0] if workflows else None, which)
    if wait and not one:
        raise InvalidDocument("--wait goes with one execution, not with --workflow", where="--wait")
    onto = _onto(version, from_state, text, dry_run=dry_run, accept=accept, one=one)
    with session().client() as api:
        if dry_run:
            subjects = [(str(id), str(id).partition(":")[0])] if one else [(None, name) for name in workflows]
            _show_plans([
                plan for execution_id, name in subjects
                for plan in _plans(api, execution_id, name, which, _numbered(api, name, onto))
            ])
        elif one:
            onto = _numbered(api, str(id).partition(":")[0], onto)
            _redrive_one(api, str(id), {**onto, **({"accept": True} if accept else {})}, wait=wait)
        else:
            _redrive_many(api, workflows, which, onto, accept=accept, yes=yes)


def _numbered(api: Client, workflow: str, onto: dict[str, Json]) -> dict[str, Json]:
    """`onto` with the number of the active version, where that is asked for."""
    if onto.get("version") != ACTIVE:
        return onto
    found = api.get(f"/workflows/{part(workflow)}")
    if not found["active_version"]:
        raise InvalidDocument(
            f"the workflow {workflow!r} has no active version", where="--version",
            advice=f"Publish it: automate publish {workflow}.",
        )
    return {**onto, "version": found["active_version"]}


def numbered(api: Client, workflow: str, version: str) -> dict[str, Json]:
    """What a request says of --version: a number, or that of the active one. Raises InvalidDocument."""
    return _numbered(api, workflow, {"version": _version(version)})


def _version(version: str) -> str | int:
    if version != ACTIVE and not (version.isascii() and version.isdigit() and int(version)):
        raise InvalidDocument(f"--version is a number from 1 on, or {ACTIVE}: not {version!r}", where="--version")
    return version if version == ACTIVE else int(version)


def _onto(
    version: str | None, from_state: str | None, text: str | None, *, dry_run: bool, accept: bool, one: bool
) -> dict[str, Json]:
    """What a request says of the version. Raises InvalidDocument for options that go with others."""
    with_version = {"--from": from_state is not None, "--dry-run": dry_run, "--accept": accept}
    for option, given in with_version.items():
        if given and version is None:
            raise InvalidDocument(f"{option} goes with --version", where=option)
    if text is not None and (from_state is None or not one):
        raise InvalidDocument("--input goes with ID and --from: name the state that it is for", where="--input")
    onto: dict[str, Json] = {}
    if version is not None:
        onto["version"] = _version(version)
    if from_state is not None:
        onto["from_state"] = from_state
    if text is not None:
        onto["input"] = read_value(text, "--input")
    return onto


def _redrive_one(api: Client, execution_id: str, onto: dict[str, Json], *, wait: bool) -> None:
    redriven = api.post(f"/executions/{part(execution_id)}/redrive", onto or None)
    if wait:
        redriven = ended(api, redriven["id"])
    redriven = api.whole(redriven)
    by = f" by version {redriven['version']}" if onto else ""
    session().screen.show(redriven, lambda: click.echo(
        f"{redriven['id']}: redriven{by}, {status_mark(redriven['status'])}"
    ))
    if not wait:
        warn_without_a_worker(api, f"automate redrive {execution_id} --wait")
    elif redriven["status"] != "SUCCEEDED":
        click.get_current_context().exit(1)


# -------------------------------------------------------------------- by another version


def _plans(
    api: Client, execution_id: str | None, workflow: str, which: dict[str, str | None], onto: dict[str, Json]
) -> list[Json]:
    if execution_id is not None:
        return [api.post(f"/executions/{part(execution_id)}/redrive/plan", onto)]
    pages = api.every(f"/workflows/{part(workflow)}/redrive/plan", {**_filters(which), **onto})
    return [plan for page in pages for plan in page["plans"]]


def _filters(which: dict[str, str | None]) -> dict[str, str | None]:
    return {**which, "status": (which["status"] or "FAILED").upper()}


def _show_plans(plans: list[Json]) -> None:
    session().screen.show({"plans": plans}, lambda: _tell(plans))
    if not all(plan["fits"] for plan in plans):
        click.get_current_context().exit(1)


def _tell(plans: list[Json]) -> None:
    """Each plan's reasons; those of many that are alike once, and of those that do not fit who they are."""
    if not plans:
        click.echo("no execution has that status, of those that the options name")
        return
    alike: dict[tuple[str, ...], list[str]] = {}
    for plan in plans:
        alike.setdefault(tuple(_lines(plan)), []).append(plan["id"])
    for lines, ids in alike.items():
        click.echo(f"{_who(ids)}: {lines[0]}")
        for line in lines[1:]:
            click.echo(f"  {line}")
        if len(ids) > 1 and any(plan["id"] == ids[0] and not plan["fits"] for plan in plans):
            click.echo(f"  these are: {', '.join(ids)}")
    fitting = sum(plan["fits"] for plan in plans)
    doubtful = sum(plan["fits"] and bool(plan["doubts"]) for plan in plans)
    if any(one["place"] for plan in plans for one in plan["refusals"]):
        click.echo("--from STATE enters a state of that version anew.")
    click.echo(f"{fitting} of {len(plans)} fit" + (f", {doubtful} of them with doubts (--accept)" if doubtful else ""))


def _who(ids: list[str]) -> str:
    return ids[0] if len(ids) == 1 else f"{ids[0]} and {len(ids) - 1} more"


def _lines(plan: Json) -> list[str]:
    if plan["message"] is not None:
        return ["cannot be redriven", plan["message"]]
    head = "fits" if plan["fits"] and not plan["doubts"] else "fits, with doubts" if plan["fits"] else "does not fit"
    words = (("refusals", "against it"), ("doubts", "in doubt"), ("changed", "changed"), ("notes", "note"))
    said = Counter(f"{word}: {one['place'] or '/'}: {one['message']}" for name, word in words for one in plan[name])
    return [f"{head} version {plan['version']}", *(
        line if times == 1 else f"{line} ({times} times)" for line, times in said.items()
    )]


# -------------------------------------------------------------------- many


def _redrive_many(
    api: Client, workflows: tuple[str, ...], which: dict[str, str | None], onto: dict[str, Json], *, accept: bool,
    yes: bool,
) -> None:
    """Of each workflow the plan first, where they go on by another version; then all that fit."""
    which = _filters(which)
    bodies = {name: {**which, **_numbered(api, name, onto)} for name in workflows}
    if onto and not session().screen.as_json:
        _tell([plan for name, body in bodies.items() for plan in _plans(api, None, name, which, {
            key: body[key] for key in onto
        })])
    by = f" that fits by version {onto['version']}" if onto else ""
    for name in workflows:
        confirm(api, name, f"Redrive every {which['status']} execution of {name}{by}?", yes=yes)
    done: dict[str, list[str]] = {}
    refused: list[Json] = []
    for name, body in bodies.items():
        pages = api.every(f"/workflows/{part(name)}/redrive", {**body, **({"accept": True} if accept else {})})
        done[name] = [execution_id for page in pages for execution_id in page["redriven"]]
        refused += [item for page in pages for item in page["refused"]]

    def for_people() -> None:
        for name, ids in done.items():
            way = f"by version {bodies[name]['version']}" if onto else "where it stood" if len(ids) == 1 else (
                "where they stood")
            click.echo(f"{name}: {'1 execution goes' if len(ids) == 1 else f'{len(ids)} executions go'} on {way}")
        alike: dict[str, list[str]] = {}
        for item in refused:
            alike.setdefault(item["message"].replace(f"the execution {item['id']}", "it"), []).append(item["id"])
        for message, ids in alike.items():
            click.echo(f"not redriven: {_who(ids)}: {message}")

    redriven = [execution_id for ids in done.values() for execution_id in ids]
    session().screen.show({"redriven": redriven, "refused": refused}, for_people)
    if redriven:
        warn_without_a_worker(api)


COMMANDS = (redrive,)
