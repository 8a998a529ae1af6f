"""The command that lets go on what did not succeed: one execution, or many of a workflow."""

from __future__ import annotations

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

UNSUCCESSFUL = ("FAILED", "TIMED_OUT", "ABORTED")


@click.command()
@click.argument("id", required=False)
@click.option("--wait", is_flag=True, help="With ID: wait for its end; without a worker on the data folder, be one.")
@click.option("--workflow", metavar="NAME", help="Instead of one: all of this workflow that did not succeed.")
@click.option("--status", type=click.Choice(UNSUCCESSFUL, case_sensitive=False),
              help="With --workflow: those in this status; by default FAILED.")
@filters(
    ExecutionFilters, without=("started_after", "started_before"),
    says=lambda words: f"With --workflow: those {words[:1].lower()}{words[1:]}",
)
@click.option("--yes", is_flag=True, help="With --workflow: do not ask.")
@click.option("--version", type=click.IntRange(min=1), metavar="N", help="Go on by another version, where it fits.")
@click.option("--from", "from_state", metavar="STATE",
              help="With --version: at this state of its top level, entered anew; all that waits is dropped.")
@click.option("--input", "text", metavar="JSON|@FILE", help="With ID and --from: the state's input.")
@click.option("--dry-run", is_flag=True, help="With --version: only say what fits, and what does not.")
@click.option("--accept", is_flag=True, help="With --version: also where the plan has doubts.")
def redrive(
    *, id: str | None, wait: bool, workflow: str | None, yes: bool,  # noqa: A002
    version: int | None, from_state: str | None, text: str | None, dry_run: bool, accept: bool, **which: str | None,
) -> None:
    """Let an execution that FAILED, TIMED_OUT or was ABORTED go on where it stood; with --workflow many.

    What succeeded is kept and not done again; its input and id stay, and without --version so does that. With --version
    it is planned first: what does not fit is named, with its place in the new definition, and stays as it is. With
    --wait, exit status 1 unless it SUCCEEDED; with --dry-run, 1 where something does not fit."""
    one = is_of_one(id, workflow, which)
    if wait and not one:
        raise InvalidDocument("--wait goes with one execution, not with --workflow", where="--wait")
    onto = _onto(version, from_state, text, dry_run=dry_run, accept=accept, one=one)
    with session().client() as api:
        if dry_run:
            _show_plans(_plans(api, id, workflow, which, onto), version)
        elif one:
            _redrive_one(api, str(id), {**onto, **({"accept": True} if accept else {})}, wait=wait)
        elif version is None:
            _redrive_many(api, str(workflow), which, {}, yes=yes)
        else:
            _forward_many(api, str(workflow), which, onto, accept=accept, yes=yes)


def _onto(
    version: int | None, from_state: str | None, text: str | None, *, dry_run: bool, accept: bool, one: bool
) -> dict[str, Json]:
    """What a request says of the version. Raises InvalidDocument for options that go with others."""
    with_version = {"--from": from_state is not None, "--dry-run": dry_run, "--accept": accept}
    for option, given in with_version.items():
        if given and version is None:
            raise InvalidDocument(f"{option} goes with --version", where=option)
    if text is not None and (from_state is None or not one):
        raise InvalidDocument("--input goes with ID and --from: name the state that it is for", where="--input")
    onto: dict[str, Json] = {} if version is None else {"version": version}
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
    api: Client, execution_id: str | None, workflow: str | None, which: dict[str, str | None], onto: dict[str, Json]
) -> list[Json]:
    if execution_id is not None:
        return [api.post(f"/executions/{part(execution_id)}/redrive/plan", onto)]
    which = {**which, "status": (which["status"] or "FAILED").upper()}
    pages = api.every(f"/workflows/{part(str(workflow))}/redrive/plan", {**which, **onto})
    return [plan for page in pages for plan in page["plans"]]


def _show_plans(plans: list[Json], version: int | None) -> None:
    session().screen.show({"plans": plans}, lambda: _tell(plans, version))
    if not all(plan["fits"] for plan in plans):
        click.get_current_context().exit(1)


def _tell(plans: list[Json], version: int | None) -> None:
    """Each plan's reasons; those of many that are alike once, with how many they are."""
    alike: dict[tuple[str, ...], list[str]] = {}
    for plan in plans:
        alike.setdefault(tuple(_lines(plan)), []).append(plan["id"])
    for lines, ids in alike.items():
        who = ids[0] if len(ids) == 1 else f"{ids[0]} and {len(ids) - 1} more"
        click.echo(f"{who}: {lines[0]}")
        for line in lines[1:]:
            click.echo(f"  {line}")
    fitting = sum(plan["fits"] for plan in plans)
    doubtful = sum(plan["fits"] and bool(plan["doubts"]) for plan in plans)
    click.echo(f"version {version}: {fitting} of {len(plans)} fit" + (
        f", {doubtful} of them with doubts (--accept)" if doubtful else ""
    ))


def _lines(plan: Json) -> list[str]:
    if plan["message"] is not None:
        return ["cannot be redriven", plan["message"]]
    head = "fits" if plan["fits"] and not plan["doubts"] else "fits, with doubts" if plan["fits"] else "does not fit"
    words = (("refusals", "against it"), ("doubts", "in doubt"), ("changed", "changed"), ("notes", "note"))
    return [head, *(
        f"{word}: {one['place'] or '/'}: {one['message']}" for name, word in words for one in plan[name]
    )]


def _forward_many(
    api: Client, workflow: str, which: dict[str, str | None], onto: dict[str, Json], *, accept: bool, yes: bool
) -> None:
    """The plan first, then those that fit."""
    if not session().screen.as_json:
        _tell(_plans(api, None, workflow, which, onto), onto["version"])
    _redrive_many(api, workflow, which, {**onto, "accept": accept}, yes=yes)


def _redrive_many(
    api: Client, workflow: str, which: dict[str, str | None], onto: dict[str, Json], *, yes: bool
) -> None:
    which = {**which, "status": (which["status"] or "FAILED").upper()}
    by = f" by version {onto['version']}" if onto else ""
    fitting = " that fits" if onto else ""
    confirm(api, workflow, f"Redrive every {which['status']} execution of {workflow}{fitting}{by}?", yes=yes)
    pages = api.every(f"/workflows/{part(workflow)}/redrive", {**which, **onto})
    done = [execution_id for page in pages for execution_id in page["redriven"]]
    refused = [item for page in pages for item in page["refused"]]

    def for_people() -> None:
        goes = f"1 execution goes on{by or ' where it stood'}"
        many = f"{len(done)} executions go on{by or ' where they stood'}"
        click.echo(f"{workflow}: {goes if len(done) == 1 else many}")
        for item in refused:
            click.echo(f"not redriven: {item['message']}")

    session().screen.show({"redriven": done, "refused": refused}, for_people)
    if done:
        warn_without_a_worker(api)


COMMANDS = (redrive,)
