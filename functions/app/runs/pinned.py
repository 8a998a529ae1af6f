"""The connectors that a published version means, beside those that are here now."""

from __future__ import annotations

from collections.abc import Mapping

from engine.ports.tasks import ConnectorPin, Tasks
from functions.app.shapes.base import PinnedConnector


def pinned(pins: Mapping[str, ConnectorPin], tasks: Tasks) -> list[PinnedConnector]:
    """Each that a version keeps, in order of the resources."""
    return [
        PinnedConnector(resource=resource, pinned=pin.name, now=_now(resource, tasks))
        for resource, pin in sorted(pins.items())
    ]


def _now(resource: str, tasks: Tasks) -> str | None:
    pin = tasks.policy(resource).pin()
    return None if pin is None else pin.name
