"""The command that proposes settings from what was measured, for a data folder or with --endpoint for a deployment."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import click

from functions.cli.finite import FiniteRange
from functions.cli.session import session
from functions.cli.tuning import folder_rules, stage_rules
from functions.cli.tuning.account import Account
from functions.cli.tuning.figures import Number, Proposal, Tuning, rounded
from functions.cli.tuning.folder_figures import read_folder
from functions.cli.tuning.stage_figures import read_stage
from functions.cli.tuning.stage_settings import read_settings

MOST_HOURS = 24 * 14
"""CloudWatch keeps figures of five minutes for longer, but settings change."""

_HOURS = click.option(
    "--hours", type=FiniteRange(1, MOST_HOURS), default=24.0, show_default=True, metavar="N",
    help="The window: the last N hours.",
)
_HOW = {
    folder_rules.WORKERS: "automate up --workers {}", folder_rules.THREADS: "AUTOMATE_TASK_THREADS={}",
    folder_rules.BATCH: "EXECUTION_BATCH_SIZE={}",
}


@click.command()
@_HOURS
def tune(*, hours: float) -> None:
    """Propose worker processes, threads and claims for this machine, each with its reason and its figures.

    From the histories of the newest 200 executions. Nothing is changed."""
    with session().product("tune") as product:
        folder, settings = read_folder(product, hours=hours), product.settings
    now = {
        folder_rules.WORKERS: folder.workers, folder_rules.THREADS: settings.task_threads,
        folder_rules.BATCH: settings.batch_size,
    }

    def how(changes: Mapping[str, int]) -> str:
        return " ".join(_HOW[name].format(value) for name, value in changes.items())

    _show(hours, folder_rules.tune(folder, settings), now, how)


@click.command("tune")
@_HOURS
@click.option("--profile", metavar="NAME", help="The profile of your AWS configuration; by default the environment's.")
@click.option("--region", metavar="REGION", help="The stage's region; by default the profile's or the environment's.")
def remote_tune(*, hours: float, profile: str | None, region: str | None) -> None:
    """Propose settings of the deployment from its CloudWatch metrics, each with its reason and its figures.

    Reads with credentials of the AWS account, as the API has no right to. Nothing is changed."""
    stage = str(session().remote().get("/me")["stage"])
    account = Account(profile, region)
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
