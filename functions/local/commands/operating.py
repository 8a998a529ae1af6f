"""Commands that hold and let go."""

from __future__ import annotations

import click

from functions.local.screen import status_mark
from functions.local.session import session


@click.command()
@click.argument("id")
def resume(*, id: str) -> None:  # noqa: A002  the word of the API
    """Let an execution run again that was PAUSED because it had cost its workers."""
    with session().product("resume") as product:
        resumed = product.services.executions.resume(product.key(id), actor=product.actor)
        session().screen.show(
            resumed.as_dict(), lambda: click.echo(f"{resumed.key.id}: {status_mark(resumed.status)} again")
        )


COMMANDS = (resume,)
