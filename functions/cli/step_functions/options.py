"""The options of `export --to step-functions` and of `import --from step-functions`, and what was given."""

from __future__ import annotations

from typing import Any

import click

from engine.records import dataclass
from functions.cli.options import adding

STEP_FUNCTIONS = "step-functions"


@dataclass(frozen=True, slots=True)
class WayOut:
    """Where to: the connector function by its ARN, or an account to ask and a stage in it."""

    to: str | None
    connector_function: str | None = None
    stage: str | None = None
    profile: str | None = None
    region: str | None = None


@dataclass(frozen=True, slots=True)
class WayIn:
    """From where, and which: every machine or the one of a name."""

    origin: str | None
    every: bool = False
    alias: str | None = None
    dry_run: bool = False
    profile: str | None = None
    region: str | None = None


_PROFILE = click.option(
    "--profile", metavar="NAME", help="Of your AWS configuration, to ask that account; by default the environment's."
)
_REGION = click.option("--region", metavar="REGION", help="By default the profile's or the environment's.")


way_out = adding(
    click.option("--to", type=click.Choice([STEP_FUNCTIONS]), help="As a state machine for AWS, with a CDK app."),
    click.option("--connector-function", metavar="ARN", help="What connector Tasks invoke: ConnectorFunctionArn."),
    click.option("--stage", metavar="STAGE", help="Without the ARN: the stage that has the function."),
    _PROFILE, _REGION,
)
"""Adds the options to `export`. They come as `WayOut` (`taken_out`)."""

way_in = adding(
    click.option("--from", "origin", type=click.Choice([STEP_FUNCTIONS]), help="State machines of an AWS account."),
    click.option("--all", "every", is_flag=True, help="With --from: every state machine; else the one of --name."),
    click.option("--alias", metavar="ALIAS", help="With --from: make the version of this alias the active one."),
    click.option("--dry-run", is_flag=True, help="With --from: only say what would be done."),
    _PROFILE, _REGION,
)
"""Adds the options to `import`. They come as `WayIn` (`taken_in`)."""


def taken_out(given: dict[str, Any]) -> WayOut:
    """Raises a usage error for options that need ``--to``."""
    return WayOut(**_checked(given, "to", "--to"))


def taken_in(given: dict[str, Any], *, path: str | None, name: str | None, publish: bool) -> WayIn:
    """Raises a usage error for options that do not go together."""
    way = WayIn(**_checked(given, "origin", "--from"))
    if (path is None) == (way.origin is None):
        raise click.UsageError("Give --file FILE, or --from step-functions.")
    if way.origin is not None:
        if publish:
            raise click.UsageError("--publish is for --file: what comes from Step Functions is published as it was.")
        if (name is None) != way.every:
            raise click.UsageError("With --from give --name MACHINE, or --all.")
    return way


def _checked(given: dict[str, Any], needed: str, option: str) -> dict[str, Any]:
    if given[needed] is None:
        others = [name for name, value in given.items() if value]
        if others:
            raise click.UsageError(f"--{others[0].replace('_', '-').replace('every', 'all')} is for {option}.")
    return given
