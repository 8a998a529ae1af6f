"""What the copilot and conversions are told of connectors: which actions of the registry people mean by a word.

An action says so itself (`ActionSpec.means`), so a connector of one's own is found like those that are shipped.
"""

from __future__ import annotations

from collections.abc import Iterator

from connectors.registry import BUILTIN, SHIPPED, Registry
from connectors.sdk import ActionSpec, ConnectorAdapter
from engine.errors import UserError

WAITING = ".waitForTaskToken"
_OURS = frozenset(point.name for point in (*BUILTIN, *SHIPPED))


def resource_of(code: str, action: str, spec: ActionSpec) -> str:
    """How a Task names an action: with .waitForTaskToken where it waits for an answer."""
    return f"connector:{code}:{action}{WAITING if spec.waits else ''}"


def loaded(registry: Registry) -> Iterator[tuple[str, ConnectorAdapter]]:
    """The connectors that are here, by code: those of one's own first. One that cannot be loaded is left out."""
    for code in sorted(registry.codes(), key=lambda code: (code in _OURS, code)):
        try:
            adapter = registry.get(code)
        except UserError:
            continue
        if adapter is not None:
            yield code, adapter
