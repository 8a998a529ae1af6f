"""The command that lists what a Task can call."""

from __future__ import annotations

import click

from connectors.registry import default_registry, load_modules
from functions.app.routes import definitions
from functions.app.shapes import models
from functions.cli.session import session


@click.command()
def connectors() -> None:
    """List the connectors, their actions and inputs. Needs no data folder."""
    load_modules(session().settings.connectors)
    found, known = definitions.connectors(default_registry), definitions.known_connectors(default_registry)
    shape = models.ConnectorList(connectors=found, known=known).model_dump()
    cells = [row for connector in found for row in _rows(connector)]
    session().screen.show(shape, lambda: session().screen.table(
        ("RESOURCE", "INPUTS (* required)", "DESCRIPTION"), cells, empty="No connectors."
    ))


def _rows(connector: models.Connector) -> list[tuple[str, str, str]]:
    if connector.problem is not None:
        return [(f"connector:{connector.code}", "", f"cannot be loaded: {connector.problem}")]
    return [
        (
            action.resource,
            ", ".join(f"{name}{'*' if item.get('required') else ''}" for name, item in action.inputs.items()),
            action.description or connector.description,
        )
        for action in connector.actions
    ]


COMMANDS = (connectors,)
