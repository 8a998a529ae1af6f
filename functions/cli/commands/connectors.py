"""The command that lists what a Task can call."""

from __future__ import annotations

import click

from functions.cli.files import Json
from functions.cli.session import session


@click.command()
def connectors() -> None:
    """List the connectors, their actions and inputs. Needs no data folder."""
    with session().client(folder=False) as api:
        found = api.get("/connectors")
    rows = [row for connector in found["connectors"] for row in _rows(connector)]
    headers = ("RESOURCE", "INPUTS (* required)", "DESCRIPTION")
    session().screen.show_table(found, headers, rows, empty="No connectors.")


def _rows(connector: Json) -> list[tuple[str, str, str]]:
    if connector["problem"] is not None:
        return [(f"connector:{connector['code']}", "", f"cannot be loaded: {connector['problem']}")]
    return [
        (
            action["resource"],
            ", ".join(f"{name}{'*' if item.get('required') else ''}" for name, item in action["inputs"].items()),
            action["description"] or connector["description"],
        )
        for action in connector["actions"]
    ]


COMMANDS = (connectors,)
