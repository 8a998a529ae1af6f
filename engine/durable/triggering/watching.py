"""Whether somebody listens for an end. A store without a stream asks for every execution that closes, so it has to be
cheap: what the active versions listen for is read at most once in LOOK_SECONDS, and no expression is compiled."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Protocol

from engine.clock import Clock
from engine.errors import NotFound, StoreCorrupt
from engine.ports.catalog_store import WorkflowRecord
from engine.ports.executions_index import ExecutionRow
from engine.ports.published import PublishedVersion
from engine.records import dataclass
from engine.triggers.alerts import tells
from engine.triggers.ends import WORKFLOW_END, hears

Json = Any

LOOK_SECONDS = 2.0
"""What was published so long ago is listened for."""

@dataclass(frozen=True, slots=True)
class _Ears:
    """What one version listens for: `triggers` by its `workflow`, and `alerts` to its own ends; None: the default's."""

    workflow: str
    triggers: tuple[Mapping[str, Json], ...]
    alerts: tuple[Mapping[str, Json], ...] | None


class Workflows(Protocol):
    """What is asked of the catalog's store."""

    def workflows(self, workspace: str) -> list[WorkflowRecord]:
        """All workflows, by name."""
        ...


class Versions(Protocol):
    """What is asked of the published versions."""

    def version(self, workspace: str, workflow: str, number: int | None = None) -> PublishedVersion:
        """Version `number`, the active one by default; raises NotFound, Conflict."""
        ...

    def numbered(self, workspace: str, workflow: str, number: int) -> PublishedVersion:
        """Version `number`."""
        ...


class Watched:
    """One workspace's; an engine.ports.ends.Hears. Two threads at once may look twice, which does no harm."""

    def __init__(
        self, workflows: Workflows, published: Versions, clock: Clock, workspace: str,
        default: tuple[Mapping[str, Json], ...] = (),
    ) -> None:
        self._workflows = workflows
        self._published = published
        self._clock = clock
        self._workspace = workspace
        self._default = default
        self._read: dict[tuple[str, int], _Ears] = {}
        self._triggers: tuple[tuple[str, Mapping[str, Json]], ...] = ()
        self._alerts: dict[str, tuple[Mapping[str, Json], ...]] = {}
        self._looked_at: float | None = None

    def __call__(self, row: ExecutionRow) -> bool:
        """Raises StorageError."""
        now = self._clock.now()
        if self._looked_at is None or not 0 <= now - self._looked_at < LOOK_SECONDS:
            self.look()
        if row.key.workspace != self._workspace or row.key.fork_of is not None:
            return False
        return any(hears(spec, own, row.workflow, row.status, row.error) for own, spec in self._triggers) or any(
            tells(spec, row.status, row.error) for spec in self._alerts.get(row.workflow, self._default)
        )

    def look(self) -> None:
        """Read what is published now. Raises StorageError."""
        looked_at = self._clock.now()
        read = dict(self._found())
        self._read = read
        self._triggers = tuple((ears.workflow, spec) for ears in read.values() for spec in ears.triggers)
        self._alerts = {ears.workflow: ears.alerts for ears in read.values() if ears.alerts is not None}
        self._looked_at = looked_at

    def alerts(self) -> Mapping[str, tuple[Mapping[str, Json], ...]]:
        """The alerts of each workflow whose active version names them, read now. Raises StorageError."""
        self.look()
        return self._alerts

    def _found(self) -> Iterator[tuple[tuple[str, int], _Ears]]:
        for row in self._workflows.workflows(self._workspace):
            if not row.active_version or row.archived:
                continue
            key = (row.workflow, row.active_version)
            if key in self._read:
                yield key, self._read[key]
                continue
            try:
                yield key, _ears_of(self._published.numbered(self._workspace, *key))
            except (NotFound, StoreCorrupt):
                continue  # `automate doctor` tells of it


def _ears_of(version: PublishedVersion) -> _Ears:
    return _Ears(version.workflow, tuple(
        spec for spec in version.triggers if spec.get("type") == WORKFLOW_END and spec.get("enabled", True)
    ), version.alerts)
