"""The command that prices: a workflow before it is published, a run after it, or both beside Step Functions."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource

from engine.catalog.document import NAME_PATTERN, WorkflowDocument
from engine.cost import comparison, prices
from engine.cost.comparison import MILLION, money
from engine.cost.estimate import Estimate, estimate
from engine.cost.pricing import Assumptions, Pricing
from engine.cost.run import RunCost, run_cost
from engine.errors import InvalidDocument
from engine.ports.keys import DEFAULT_WORKSPACE, ExecutionKey
from functions.cli.client.client import part
from functions.cli.files import Json, document_in, read_file, read_text
from functions.cli.ranges import FiniteRange, WholeRange
from functions.cli.session import session

NOT_INCLUDED = (
    "data transfer", "storage (DynamoDB, S3, logs)", "what the tasks call", "API reads", "Lambda start-up",
    "the stage's fixed costs: alarms, metrics, key, polling, sweeper",
)
_LINES = {
    "write_units": "DynamoDB writes", "read_units": "DynamoDB reads", "sqs_requests": "SQS", "cpu": "Lambda, computing",
    "waiting": "Lambda, waiting", "lambda_requests": "Lambda requests", "s3_puts": "S3 writes", "s3_gets": "S3 reads",
    "log_bytes": "logs", "api_requests": "API Gateway",
}
_ASSUMED = {
    "batch": "batches of {}", "memory_mb": "{} MB", "payload_kb": "results of {:g} KB", "items": "{} items a Map",
    "store_ms": "DynamoDB answers in {:g} ms", "task_ms": "tasks in {:g} ms",
}

_NOT_FOR = {
    "WORKFLOW": ("as_markdown",),
    "--execution": ("as_markdown", "visits", "items", "payload_kb"),
    "--compare": ("visits", "items", "payload_kb", "batch"),
}
"""What is priced, and the options that do not enter: a run has its own states and sizes, the samples were counted."""


@click.command()
@click.argument("workflow", required=False)
@click.option("--execution", metavar="ID", help="Price this run instead, from its history.")
@click.option("--compare", is_flag=True, help="Compare the counted samples with AWS Step Functions instead.")
@click.option("--markdown", "as_markdown", is_flag=True, help="With --compare: the tables as README.md has them.")
@click.option("--visits", multiple=True, metavar="STATE=N", help="How often a state is entered; 0 leaves it out.")
@click.option("--items", type=WholeRange(0), default=10, show_default=True, help="Items of each Map.")
@click.option("--payload-kb", type=FiniteRange(0), default=0.0, show_default=True,
              help="KB of the input and of each result, as JSON.")
@click.option("--batch", type=WholeRange(1, 1000), default=10, show_default=True,
              help="Executions that share an invocation.")
@click.option("--memory-mb", type=WholeRange(128, 10240), default=512, show_default=True,
              help="The worker function's memory.")
@click.option("--store-ms", type=FiniteRange(0), default=5.0, show_default=True,
              help="How long DynamoDB takes to answer.")
@click.option("--task-ms", type=FiniteRange(0), default=0.0, show_default=True,
              help="How long a task takes; 0 leaves the waiting for it out.")
@click.option("--api", is_flag=True, help="Starts and answers come through API Gateway.")
@click.option("--prices", "price_file", metavar="FILE", help="Another price table, of the same shape.")
@click.pass_context
def cost(
    context: click.Context, /, *, workflow: str | None, execution: str | None, compare: bool, as_markdown: bool,
    visits: tuple[str, ...], price_file: str | None, **assumed: Any,
) -> None:
    """Price a workflow on AWS: WORKFLOW is a file or a name; or a run, or samples beside Step Functions.

    Units were counted through the AWS adapters, prices are dated. docs/costs.md tells how, and what is left out."""
    pricing = _pricing(Assumptions(**assumed), price_file)
    if sum((workflow is not None, execution is not None, compare)) != 1:
        raise InvalidDocument(
            "name one thing that is to be priced", where="WORKFLOW",
            advice="Name a workflow or its file, or a run by --execution ID, or give --compare; one of the three.",
        )
    _check_options(context, "--compare" if compare else "WORKFLOW" if execution is None else "--execution")
    try:
        if compare:
            _show_comparison(pricing, as_markdown=as_markdown)
        elif execution is not None:
            kind, events = _history(execution)
            _show_run(execution, run_cost(events, kind, pricing), pricing)
        else:
            document = _document(str(workflow))
            found = estimate(document.definition, document.kind, _visits(visits), pricing)
            _warn_of_unknown(found)
            _show_estimate(document.name, found, pricing)
    except ArithmeticError as error:
        raise InvalidDocument(
            f"these options and prices give no finite price: {error}", where="automate cost",
            advice="Give options, and prices above 0, of a size that is usual.",
        ) from None


def _check_options(context: click.Context, priced: str) -> None:
    """Raises a usage error for an option that would be without effect."""
    for option in context.command.params:
        given = context.get_parameter_source(str(option.name)) is not ParameterSource.DEFAULT
        if given and option.name in _NOT_FOR[priced]:
            others = [name for name, without in _NOT_FOR.items() if option.name not in without]
            raise click.UsageError(f"{option.opts[0]} does not go with {priced}: it is for {' and '.join(others)}.")


def _pricing(assumed: Assumptions, price_file: str | None) -> Pricing:
    pricing = Pricing(assumed)
    return pricing if price_file is None else replace(
        pricing, prices=prices.parse(read_text(price_file), where=price_file)
    )


def _document(workflow: str) -> WorkflowDocument:
    """A file's, or by its name the draft of the data folder or the deployment."""
    if workflow == "-" or Path(workflow).exists() or not re.fullmatch(NAME_PATTERN, workflow):
        return document_in(read_file(workflow), workflow)[0]
    with session().client() as api:
        data = api.file(f"/workflows/{part(workflow)}/export")
    return document_in(data, workflow, workflow)[0]


def _history(execution: str) -> tuple[str, list[dict[str, Json]]]:
    """The kind of an execution, and every event of it."""
    with session().client() as api:
        return str(api.get(f"/executions/{part(execution)}")["kind"]), api.events(execution)


def _visits(given: tuple[str, ...]) -> dict[str, float]:
    found = {}
    for text in given:
        name, _, number = text.rpartition("=")
        try:
            found[name] = float(number)
        except ValueError:
            found[name] = -1.0
        if not name or not 0 <= found[name] < float("inf"):
            raise InvalidDocument(
                f"{text!r} does not say how often a state is entered", where="--visits",
                advice="Write a state's name, = and a number: --visits 'Charge Payment=2'.",
            )
    return found


# ---------------------------------------------------------------- showing


def _show(shape: dict[str, Json], for_people: Callable[[], None]) -> None:
    """Raises OverflowError for a figure that is infinite or none: JSON has neither."""
    try:
        json.dumps(shape, allow_nan=False)
    except ValueError:
        raise OverflowError("a figure is beyond what a number can hold") from None
    session().screen.show(shape, for_people)


def _warn_of_unknown(found: Estimate) -> None:
    """A state that is half written is priced as the cheapest one: whoever reads the sum is told."""
    from engine.language.asl.validate.states import STATE_TYPES

    session().screen.warn([
        f"the Type of the state {state.name!r} is none of Amazon States Language: it is priced as a Pass"
        for state in found.states if state.type not in STATE_TYPES
    ])


def _show_estimate(name: str, found: Estimate, pricing: Pricing) -> None:
    standard = pricing.prices.standard(found.transitions)
    shape = {
        "workflow": name, "usd": found.dollars, "usd_fixed": found.fixed, "usd_deletion": found.deletion,
        "lines": dict(found.lines),
        "states": [
            {"state": state.name, "type": state.type, "visits": state.visits, "usd": state.dollars}
            for state in found.states
        ],
        "step_functions": {"transitions": found.transitions, "usd_standard": standard}, **_basis(pricing, "WORKFLOW"),
    }

    def for_people() -> None:
        click.echo(f"{name}: what a million executions cost, in dollars")
        rows = [(state.name, state.type, f"{state.visits:g}", _million(state.dollars)) for state in found.states]
        rows = [("start and close", "", "1", _million(found.fixed)), *rows, ("in all", "", "", _million(found.dollars))]
        session().screen.table(("STATE", "TYPE", "VISITS", "$ A MILLION"), rows, empty="")
        _say_lines(found.lines)
        _say_deletion(found.deletion)
        click.echo(f"Step Functions Standard: {found.transitions:g} transitions each, {_million(standard)}")
        _say_basis(pricing, "WORKFLOW", "every state is visited as shown, no call fails")

    _show(shape, for_people)


def _show_run(execution: str, found: RunCost, pricing: Pricing) -> None:
    fork_of = ExecutionKey(DEFAULT_WORKSPACE, execution).fork_of
    standard = pricing.prices.standard(found.transitions)
    shape = {
        "execution": execution, "fork_of": fork_of, "usd": found.dollars, "usd_deletion": found.deletion,
        "lines": dict(found.lines), "acts": dict(found.acts),
        "map_runs": found.map_runs,
        "step_functions": {"transitions": found.transitions, "usd_standard": standard},
        **_basis(pricing, "--execution"),
    }

    def for_people() -> None:
        click.echo(f"{execution}: ${found.dollars:.8f}, a million such runs ${_million(found.dollars)}")
        if fork_of is not None:
            click.echo(f"A fork of {fork_of}: such a run costs this. The fork itself was answered from the record.")
        session().screen.table(
            ("ACT", "TIMES"), [(act, f"{times:g}") for act, times in found.acts.items()], empty="Nothing happened yet."
        )
        _say_lines(found.lines)
        _say_deletion(found.deletion)
        click.echo(f"Step Functions Standard: {found.transitions} transitions, ${standard:.8f}")
        if found.map_runs:
            click.echo("The executions of its Map Runs are priced by themselves: automate cost --execution ID of each.")
        _say_basis(pricing, "--execution", "sizes of results as in the history")

    _show(shape, for_people)


def _show_comparison(pricing: Pricing, *, as_markdown: bool) -> None:
    pricing = comparison.counted_in(pricing)
    shape = {
        "steps": [asdict(step) | {"times": step.times} for step in comparison.steps(pricing)],
        "executions": [asdict(row) | {"times": row.times} for row in comparison.compared(pricing)],
        **_basis(pricing, "--compare"),
    }

    def for_people() -> None:
        if as_markdown:
            click.echo(comparison.markdown(pricing), nl=False)
            return
        session().screen.table(("A MILLION OF", "AUTOMATE", "TARGET", "DELETED LATER", "STANDARD"), [
            (step.title, *(f"${money(dollars)}" for dollars in (
                step.automate, step.target, step.deleted, step.standard,
            )))
            for step in comparison.steps(pricing)
        ], empty="")
        for step in comparison.steps(pricing):
            parts = ", ".join(f"{_LINES[name]} ${money(dollars)}" for name, dollars in _dearest(step.lines))
            click.echo(f"{step.title}: {parts}")
        click.echo()
        session().screen.table((
            "A MILLION EXECUTIONS OF", "TRANSITIONS", "AUTOMATE", "DELETED LATER", "STANDARD", "EXPRESS",
        ), [
            (row.title, str(row.transitions), f"${money(row.automate)}", f"${money(row.deleted)}",
             f"${money(row.standard)}", comparison.express_money(row))
            for row in comparison.compared(pricing)
        ], empty="")
        _say_basis(pricing, "--compare", "an Express workflow takes no more than 64 MB")

    _show(shape, for_people)


def _basis(pricing: Pricing, priced: str) -> dict[str, Json]:
    return {
        "prices": {"date": pricing.prices.date, "region": pricing.prices.region, "currency": "USD"},
        "counted": pricing.counted.date, "cpu": {"date": pricing.cpu.date, "machine": pricing.cpu.machine},
        "assumptions": _assumed(pricing, priced), "not_included": list(_left_out(pricing)),
    }


def _assumed(pricing: Pricing, priced: str) -> dict[str, Json]:
    """Those that enter. The samples have a batch and a size too, which no option changes."""
    without = set(_NOT_FOR[priced]) - ({"batch", "payload_kb"} if priced == "--compare" else set())
    return {name: value for name, value in asdict(pricing.assumptions).items() if name not in without}


def _left_out(pricing: Pricing) -> tuple[str, ...]:
    assumed = pricing.assumptions
    api = ("the API function's computing",) if assumed.api else ("API Gateway and the API function (--api)",)
    waiting = () if assumed.task_ms else ("waiting for tasks (--task-ms)",)
    return (*api, *waiting, *NOT_INCLUDED)


def _say_lines(lines: Mapping[str, float]) -> None:
    click.echo("Of it: " + ", ".join(f"{_LINES[name]} {_million(dollars)}" for name, dollars in _dearest(lines)))


def _say_deletion(dollars: float) -> None:
    click.echo(f"Deleted after its term, on top: {_million(dollars)}")


def _dearest(lines: Mapping[str, float]) -> list[tuple[str, float]]:
    return sorted(lines.items(), key=lambda line: -line[1])


def _say_basis(pricing: Pricing, priced: str, more: str) -> None:
    click.echo(f"Prices: {pricing.prices.region}, {pricing.prices.date}. Units counted {pricing.counted.date}; CPU "
               f"measured {pricing.cpu.date} on {pricing.cpu.machine}.")
    assumed = _assumed(pricing, priced)
    said = ", ".join(_ASSUMED[name].format(assumed[name]) for name in _ASSUMED if name in assumed)
    click.echo(f"Assumed: {said}; {more}.")
    click.echo(f"Not included: {'; '.join(_left_out(pricing))}.")


def _million(dollars: float) -> str:
    return money(dollars * MILLION)


COMMANDS = (cost,)
