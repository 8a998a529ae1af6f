"""The command that proposes settings from what was measured, for a data folder or with --endpoint for a deployment."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import click

from engine.errors import InvalidDocument
from functions.app.shapes.operations import Figures
from functions.cli.ranges import FiniteRange
from functions.cli.session import session
from functions.cli.tuning import folder_rules, stage_rules
from functions.cli.tuning.account import Account
from functions.cli.tuning.figures import Number, Proposal, Tuning, rounded
from functions.cli.tuning.stage_figures import read_stage
from functions.cli.tuning.stage_settings import read_settings

MOST_HOURS = 24 * 14
"""CloudWatch keeps figures of five minutes for longer, but settings change."""

_HOW = {
    folder_rules.WORKERS: "automate up --workers {}", folder_rules.THREADS: "AUTOMATE_TASK_THREADS={}",
    folder_rules.BATCH: "EXECUTION_BATCH_SIZE={}",
}


@click.command()
@click.option(
    "--hours", type=FiniteRange(1, MOST_HOURS), default=24.0, show_default=True, metavar="N",
    help="The window: the last N hours.",
)
@click.option("--profile", metavar="NAME", help="Of a stage: of your AWS configuration; by default the environment's.")
@click.option("--region", metavar="REGION", help="Of a stage: by default the profile's or the environment's.")
def tune(*, hours: float, profile: str | None, region: str | None) -> None:
    """Propose settings for this machine or a stage, each with its reason and its figures. Nothing is changed.

    Of a data folder: worker processes, threads and claims, from the histories of the newest 200 executions. Of a
    deployment: its tunables, from its CloudWatch metrics, which are read with credentials of the AWS account, as the
    API has no right to."""
    with session().client() as api:
        stage = str(api.get("/me")["stage"])
        figures = api.get("/figures", hours=hours) if stage == "local" else None
    if figures is None:
        _tune_stage(stage, Account(profile, region), hours)
        return
    if profile is not None or region is not None:
        raise InvalidDocument("--profile and --region are for a stage on AWS", where="--endpoint")
    _tune_folder(figures, hours)


def _tune_folder(figures: Mapping[str, Any], hours: float) -> None:
    now = {name: figures[name] for name in _HOW}

    def how(changes: Mapping[str, int]) -> str:
        return " ".join(_HOW[name].format(value) for name, value in changes.items())

    _show(hours, folder_rules.tune(Figures.model_validate(figures)), now, how)


def _tune_stage(stage: str, account: Account, hours: float) -> None:
    settings, queue, unread = read_settings(account, stage)
    figures = read_stage(account, settings, queue, now=session().screen.clock.now(), hours=hours)
    tuning = stage_rules.tune(replace(figures, unread=(*unread, *figures.unread)), settings)
    now = {name: getattr(settings, name) for name in stage_rules.TUNED}
    _show(hours, tuning, now, lambda changes: " ".join(f"-c {name}={value}" for name, value in changes.items()))


def _show(hours: float, tuning: Tuning, now: Mapping[str, int], how: Callable[[Mapping[str, int]], str]) -> None:
    def for_people() -> None:
        click.echo(f"The last {hours:g} h. Now: {', '.join(f'{name} {value}' for name, value in now.items())}")
        for proposal in tuning.proposals:
            click.echo(f"\n{how(proposal.changes)}    (now {_before(proposal, now)})")
            click.echo(f"  {proposal.reason}\n  {_figures(proposal.figures)}")
        for note in tuning.notes:
            click.echo(f"\n· {note.says}")
            if tuning.enough and note.figures:
                click.echo(f"  {_figures(note.figures)}")
        if tuning.enough and not tuning.proposals:
            click.echo("\nNothing to change.")

    session().screen.show({
        "hours": hours, "enough": tuning.enough, "settings": dict(now),
        "proposals": [{
            "rule": item.rule, "changes": dict(item.changes), "before": {name: now[name] for name in item.changes},
            "reason": item.reason, "figures": rounded(item.figures), "how": how(item.changes),
        } for item in tuning.proposals],
        "notes": [{"says": item.says, "figures": rounded(item.figures)} for item in tuning.notes],
    }, for_people)


def _before(proposal: Proposal, now: Mapping[str, int]) -> str:
    return ", ".join(str(now[name]) for name in proposal.changes)


def _figures(figures: Mapping[str, Number]) -> str:
    return "  ".join(f"{name.replace('_', ' ')}: {value:,g}" for name, value in rounded(figures).items())


COMMANDS = (tune,)
