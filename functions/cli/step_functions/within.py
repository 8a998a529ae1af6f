"""`automate import --from step-functions`: which machines, each brought in, and what came of it."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from typing import Any

import click

from engine.catalog.states import states_of
from engine.errors import InvalidDocument, NotFound, UserError
from functions.cli.screen import Screen
from functions.cli.session import session
from functions.cli.step_functions.bringing import Bringing, Brought, carry_out, check, plan
from functions.cli.step_functions.into import Into
from functions.cli.step_functions.machines import Listed, Machine, Machines
from functions.cli.step_functions.names import workflow_names
from functions.cli.step_functions.options import WayIn
from functions.cli.tuning.account import Account

Json = Any

REFUSALS = frozenset({"Conflict", "InvalidDocument", "InvalidDefinition"})
"""Codes of what concerns one machine: the others are brought in nevertheless."""


def bring_in(way: WayIn, name: str | None, into: Into, *, force: bool, screen: Screen) -> bool:
    """Bring in the machine `name`, or all. Whether all went well.

    Everything is read before anything is written. Raises NotFound, AccountRefused, InvalidDocument.
    """
    machines = Machines(Account(way.profile, way.region).client("stepfunctions"))
    listed = machines.listed()
    names = workflow_names(item.name for item in listed)
    chosen = listed if way.every else [_named(str(name), listed)]
    read = [machines.read(item) for item in chosen]
    _check_alias(way, read)
    workflows = {item.arn: names[item.name] for item in listed}
    coming = {item.arn for item in chosen}

    def workflow_of(arn: str) -> str | None:
        """The workflow that starts instead of the machine: one that comes along or is here already."""
        workflow = workflows.get(arn)
        known = workflow is not None and (arn in coming or into.draft(workflow) is not None)
        return workflow if known else None

    done: list[dict[str, Json]] = []
    for machine in read:
        workflow = names[machine.name]
        try:
            bringing = plan(machine, workflow, into, workflow_of=workflow_of, alias=way.alias)
            if way.dry_run:
                check(bringing, into, force=force)
            else:
                carry_out(bringing, into, force=force, asked=way.alias is not None and bringing.counts is not None)
            done.append(_shape(bringing))
        except UserError as error:
            if error.as_dict()["code"] not in REFUSALS:
                raise
            done.append(_refused(machine, workflow, error))
    calls_aws = any(item["calls_aws"] for item in done)
    shape = {"dry_run": way.dry_run, "machines": done, "advice": into.advice(session().settings) if calls_aws else None}
    screen.show(shape, lambda: _print(shape))
    return all(item["error"] is None and not _unpublished(item) for item in done)


def _named(name: str, listed: Sequence[Listed]) -> Listed:
    found = next((item for item in listed if name in (item.name, item.arn)), None)
    if found is None:
        close = difflib.get_close_matches(name, [item.name for item in listed], n=3)
        raise NotFound(
            f"there is no state machine {name!r} among the {len(listed)} of this account and region", where="--name",
            advice=f"Did you mean {', '.join(close)}?" if close else "--profile and --region name another.",
        )
    return found


def _check_alias(way: WayIn, read: Sequence[Machine]) -> None:
    known = sorted({alias.name for machine in read for alias in machine.aliases})
    if way.alias is not None and way.alias not in known:
        raise InvalidDocument(
            f"no alias is called {way.alias!r}", where="--alias",
            advice=f"There are: {', '.join(known)}." if known else "There are none.",
        )


def _shape(bringing: Bringing) -> dict[str, Json]:
    machine, current = bringing.machine, bringing.current
    return {
        **_named_by(machine, bringing.workflow), "draft": bringing.draft,
        "versions": [_of_revision(item) for item in bringing.versions],
        "current": _of_revision(current),
        "aliases": [
            {"name": alias.name, "counts": alias is bringing.counts, "routes": [
                {"there": number, "weight": weight, "here": bringing.here(number)} for number, weight in alias.routes
            ]}
            for alias in machine.aliases
        ],
        "active": bringing.active, "moves_to": bringing.moves_to,
        "remarks": [item.as_dict() for item in current.remarks],
        "calls_aws": _calls_aws(current.document["definition"]),
        "error": None,
    }


def _named_by(machine: Machine, workflow: str) -> dict[str, Json]:
    return {"machine": machine.name, "arn": machine.arn, "workflow": workflow, "kind": machine.kind}


def _of_revision(item: Brought) -> dict[str, Json]:
    return {
        "there": item.revision.number, "here": item.here, "published": item.publishes,
        "findings": [found.as_dict() for found in item.errors],
    }


def _refused(machine: Machine, workflow: str, error: UserError) -> dict[str, Json]:
    """Nothing of it was written."""
    return {
        **_named_by(machine, workflow), "draft": "refused",
        "versions": [], "current": {"there": None, "here": None, "published": False, "findings": []}, "aliases": [],
        "active": None, "moves_to": None, "remarks": [], "calls_aws": False, "error": error.as_dict(),
    }


def _calls_aws(definition: Json) -> bool:
    """Whether a Task of it is a call of AWS's: no activity, no workflow of ours."""
    resources = [str(state.own.get("Resource")) for state in states_of(definition) if state.is_task]
    return any(text.startswith("arn:") and ":activity:" not in text for text in resources)


def _unpublished(shape: dict[str, Json]) -> list[dict[str, Json]]:
    """The revisions that publishing refuses."""
    return [item for item in (*shape["versions"], shape["current"]) if item["findings"]]


def _print(shape: dict[str, Json]) -> None:
    if not shape["machines"]:
        click.echo("There are no state machines in this account and region.")
    for item in shape["machines"]:
        _print_machine(item, dry_run=shape["dry_run"])
    if shape["advice"]:
        click.echo(f"\n{shape['advice']}")
    if shape["dry_run"]:
        click.echo("\nNothing was written: --dry-run.")


def _print_machine(item: dict[str, Json], *, dry_run: bool) -> None:
    renamed = "" if item["machine"] == item["workflow"] else f" (there {item['machine']!r}: not a workflow's name)"
    click.echo(f"{item['workflow']}{renamed}: {item['kind']}, draft {item['draft']}")
    if item["error"] is not None:
        click.echo(f"  not brought in: {item['error']['message']}")
        if item["error"].get("advice"):
            click.echo(f"  what to do: {item['error']['advice']}")
        return
    for revision in (*item["versions"], item["current"]):
        _print_revision(revision, dry_run=dry_run)
    for alias in item["aliases"]:
        _print_alias(alias)
    if item["moves_to"] is not None:
        click.echo(
            f"  version {item['moves_to']} is what a start takes there, version {item['active']} is active here: "
            f"automate rollback {item['workflow']} {item['moves_to']}"
        )
    elif item["active"] is not None:
        click.echo(f"  version {item['active']} is active")
    for remark in item["remarks"]:
        click.echo(f"  {remark.get('location', '/')}: {remark['message']}")


def _print_revision(item: dict[str, Json], *, dry_run: bool) -> None:
    what = "the current definition" if item["there"] is None else f"version {item['there']}"
    if item["findings"]:
        kept = "only the draft" if item["there"] is None else "not here"
        click.echo(f"  {what}: {kept}, as it cannot be published")
        for found in item["findings"]:
            click.echo(f"    {found.get('location', '/')}: {found['message']} ({found['code']})")
    elif item["published"]:
        click.echo(f"  {what}: {'would be published' if dry_run else 'published as version ' + str(item['here'])}")
    elif item["here"] is not None:
        click.echo(f"  {what}: is version {item['here']}")
    else:
        click.echo(f"  {what}: {'the draft' if item['there'] is None else 'with the version that says the same'}")


def _print_alias(alias: dict[str, Json]) -> None:
    routes = ", ".join(
        f"{route['weight']} % version {route['there']} (here {route['here'] or 'none'})" for route in alias["routes"]
    )
    click.echo(f"  alias {alias['name']}: {routes}{'; it counts for the active version' if alias['counts'] else ''}")
    if len(alias["routes"]) > 1:
        click.echo("    no start is shared out here: the active version takes all; automate start --version N another")
