"""Commands of Map Runs: how a distributed Map stands, its limits, its child executions."""

from __future__ import annotations

import click

from functions.cli.client.client import part
from functions.cli.commands.executions import STATUSES
from functions.cli.files import Json
from functions.cli.groups import Grouped
from functions.cli.ranges import FiniteRange, WholeRange
from functions.cli.session import session

_COUNTS = ("total", "succeeded", "failed", "running", "pending")


@click.group("map-run", cls=Grouped)
def map_run() -> None:
    """Distributed Maps: how a run stands, its limits, its child executions."""


@map_run.command("list")
@click.argument("execution", metavar="ID")
def list_runs(*, execution: str) -> None:
    """List the Map Runs that an execution has begun."""
    with session().client() as api:
        found = api.get(f"/executions/{part(execution)}/map-runs")
    headers = ("RUN", "STATUS", *(name.upper() for name in _COUNTS))
    rows = [(_name(run), run["status"], *(str(run["counts"][name]) for name in _COUNTS)) for run in found["map_runs"]]
    session().screen.show_table(found, headers, rows, empty="It has begun no Map Run.")


@map_run.command()
@click.argument("execution", metavar="ID")
@click.argument("run")
def describe(*, execution: str, run: str) -> None:
    """Show a Map Run: its counts and limits."""
    with session().client() as api:
        found = api.get(_at(execution, run))
    session().screen.show(found, lambda: _tell(found))


@map_run.command()
@click.argument("execution", metavar="ID")
@click.argument("run")
@click.option("--max-concurrency", type=WholeRange(0), help="0: no limit.")
@click.option("--tolerated-failure-count", type=FiniteRange(0), help="So many items may fail.")
@click.option(
    "--tolerated-failure-percentage", type=FiniteRange(0, 100), help="So large a part of the items may fail.",
)
def update(*, execution: str, run: str, **limits: float | None) -> None:
    """Change the limits of a Map Run that is under way."""
    with session().client() as api:
        found = api.put(_at(execution, run), limits)
    session().screen.show(found, lambda: click.echo(
        f"{_name(found)}: the new limits hold from its worker's next step on"
    ))


@map_run.command()
@click.argument("execution", metavar="ID")
@click.argument("run")
@click.option("--first", type=WholeRange(0), default=0, show_default=True, help="The item to begin with.")
@click.option("--limit", type=WholeRange(1, 1000), default=100, show_default=True, help="How many at most.")
@click.option("--status", type=click.Choice(STATUSES, case_sensitive=False), help="In this status.")
def executions(*, execution: str, run: str, first: int, limit: int, status: str | None) -> None:
    """List a run's child executions, in the order of their items."""
    with session().client() as api:
        found = api.get(f"{_at(execution, run)}/executions", first=first, limit=limit, status=status)
    rows = [(item["id"], item["status"], item["started_at"] or "") for item in found["executions"]]
    session().screen.show_table(found, ("ID", "STATUS", "STARTED"), rows, empty="No child executions there.")


def _at(execution: str, run: str) -> str:
    """A run's address; its ARN's last part names it within the execution."""
    return f"/executions/{part(execution)}/map-runs/{part(run.rpartition('/')[2])}"


def _name(run: Json) -> str:
    return str(run["arn"]).rpartition(":")[2]


def _tell(run: Json) -> None:
    counts = ", ".join(f"{count} {name}" for name, count in run["counts"].items())
    click.echo(f"{run['arn']}\n{run['status']}  {counts}")
    limits = {
        "max concurrency": run["max_concurrency"], "tolerated failures": run["tolerated_failure_count"],
        "tolerated percentage": run["tolerated_failure_percentage"],
    }
    known = [f"{name} {value:g}" for name, value in limits.items() if value is not None]
    if known:
        click.echo(", ".join(known))


COMMANDS = (map_run,)
