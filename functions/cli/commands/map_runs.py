"""Commands of Map Runs: how a distributed Map stands, its limits, its child executions."""

from __future__ import annotations

import click

from functions.app.routes.map_runs import child, shown
from functions.app.shapes.run_models import MapRun
from functions.cli.finite import FiniteRange
from functions.cli.session import session


@click.group("map-run")
def map_run() -> None:
    """Distributed Maps: how a run stands, its limits, its child executions."""


@map_run.command("list")
@click.argument("execution", metavar="ID")
def list_runs(*, execution: str) -> None:
    """List the Map Runs that an execution has begun."""
    with session().product("map-run") as product:
        executions, key = product.services.executions, product.key(execution)
        found = [shown(executions.describe_map_run(key, arn)) for arn in executions.map_runs(key)]
        session().screen.show({"map_runs": [run.model_dump() for run in found]}, lambda: session().screen.table(
            ("RUN", "STATUS", "TOTAL", "SUCCEEDED", "FAILED", "RUNNING", "PENDING"),
            [(_name(run), run.status, *(str(run.counts[name]) for name in (
                "total", "succeeded", "failed", "running", "pending"
            ))) for run in found],
            empty="It has begun no Map Run.",
        ))


@map_run.command()
@click.argument("execution", metavar="ID")
@click.argument("run")
def describe(*, execution: str, run: str) -> None:
    """Show a Map Run: its counts and limits."""
    with session().product("map-run") as product:
        found = shown(product.services.executions.describe_map_run(product.key(execution), run))
        session().screen.show(found.model_dump(), lambda: _tell(found))


@map_run.command()
@click.argument("execution", metavar="ID")
@click.argument("run")
@click.option("--max-concurrency", type=click.IntRange(0), help="0: no limit.")
@click.option("--tolerated-failure-count", type=FiniteRange(0), help="So many items may fail.")
@click.option(
    "--tolerated-failure-percentage", type=FiniteRange(0, 100), help="So large a part of the items may fail.",
)
def update(
    *, execution: str, run: str, max_concurrency: int | None, tolerated_failure_count: float | None,
    tolerated_failure_percentage: float | None,
) -> None:
    """Change the limits of a Map Run that is under way."""
    with session().product("map-run") as product:
        executions, key = product.services.executions, product.key(execution)
        executions.update_map_run(
            key, run, max_concurrency=max_concurrency, tolerated_failure_count=tolerated_failure_count,
            tolerated_failure_percentage=tolerated_failure_percentage, actor=product.actor,
        )
        found = shown(executions.describe_map_run(key, run))
        session().screen.show(found.model_dump(), lambda: click.echo(
            f"{_name(found)}: the new limits hold from its worker's next step on"
        ))


@map_run.command()
@click.argument("execution", metavar="ID")
@click.argument("run")
@click.option("--first", type=click.IntRange(0), default=0, show_default=True, help="The item to begin with.")
@click.option("--limit", type=click.IntRange(1, 1000), default=100, show_default=True, help="How many at most.")
def executions(*, execution: str, run: str, first: int, limit: int) -> None:
    """List a run's child executions, in the order of their items."""
    with session().product("map-run") as product:
        rows = product.services.executions.map_run_children(
            product.key(execution), run, first=first, limit=limit
        )
        found = [child(row) for row in rows]
        shape = {
            "executions": [item.model_dump() for item in found],
            "next_first": first + len(found) if len(found) == limit else None,
        }
        session().screen.show(shape, lambda: session().screen.table(
            ("ID", "STATUS", "STARTED"), [(item.id, item.status, item.started_at or "") for item in found],
            empty="No child executions there.",
        ))


def _name(run: MapRun) -> str:
    return run.arn.rpartition(":")[2]


def _tell(run: MapRun) -> None:
    click.echo(f"{run.arn}\n{run.status}  " + ", ".join(f"{count} {name}" for name, count in run.counts.items()))
    limits = {
        "max concurrency": run.max_concurrency, "tolerated failures": run.tolerated_failure_count,
        "tolerated percentage": run.tolerated_failure_percentage,
    }
    known = [f"{name} {value:g}" for name, value in limits.items() if value is not None]
    if known:
        click.echo(", ".join(known))


COMMANDS = (map_run,)
