"""The command that checks a data folder, or with --endpoint a deployment."""

from __future__ import annotations

from collections.abc import Iterable

import click

from functions.cli.checkup import Check, of_deployment, of_folder
from functions.cli.session import session

_MARKS = {"well": ("✓", "green"), "note": ("·", "yellow"), "ill": ("✗", "red")}


@click.command()
def doctor() -> int:
    """Say what is wrong here, or with a deployment, and how to mend it; exit status 1 when something is."""
    current = session()
    if current.endpoint is not None:
        with current.client() as api:
            return _show(of_deployment(api, current.screen.clock.now()))
    with current.product() as product:
        return _show(of_folder(product, current.local(product, token=current.named_token())))


def _show(checks: Iterable[Check]) -> int:
    """The exit status."""
    checks = list(checks)
    ill = sum(check.verdict == "ill" for check in checks)

    def for_people() -> None:
        for check in checks:
            mark, colour = _MARKS[check.verdict]
            click.echo(f"{click.style(mark, fg=colour)} {check.name}: {check.says}")
            if check.mend is not None:
                click.echo(f"    {check.mend}")
        click.echo("Nothing is wrong." if not ill else f"{ill} to mend.")

    session().screen.show({"well": not ill, "checks": [check.as_dict() for check in checks]}, for_people)
    return 1 if ill else 0


COMMANDS = (doctor,)
