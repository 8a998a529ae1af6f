"""What the runtime asks of the catalog: the active version to start, and the version that an execution runs by."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import field
from typing import Any, Protocol

from engine.ports.tasks import ConnectorPin
from engine.records import dataclass

Json = Any


@dataclass(frozen=True, slots=True)
class PublishedVersion:
    """One published version, parsed. `kind` is STANDARD or EXPRESS. `business_key` is the expression (JSONata between
    ``{% %}`` or a JSONPath) that names a run by its input; `input_schema` is a JSON Schema. `at_most_once` overrides
    the connectors' own declaration: state names whose task is called at most once per attempt. `retention_days` is how
    long its executions are kept after their end; None: as long as the stage's or folder's setting says. `sensitive`,
    `triggers`, `alerts` and `budgets` are the document's fields of these names, as written; None: there was none.
    `published_at` is in epoch seconds. `pins` are what it keeps of the connectors that it names, by resource."""

    workspace: str
    workflow: str
    number: int
    definition: dict[str, Json]
    definition_digest: str
    kind: str = "STANDARD"
    business_key: str | None = None
    input_schema: dict[str, Json] | None = None
    at_most_once: tuple[str, ...] = ()
    retention_days: int | None = None
    sensitive: Json = None
    triggers: tuple[dict[str, Json], ...] = ()
    published_at: float = 0.0
    alerts: tuple[dict[str, Json], ...] | None = None
    budgets: dict[str, Json] | None = None
    pins: Mapping[str, ConnectorPin] = field(default_factory=dict, repr=False)

    @property
    def marks_fields(self) -> bool:
        """Whether it marks sensitive fields, in whatever way."""
        schema = self.input_schema
        return self.sensitive is not None or (schema is not None and '"x-sensitive"' in json.dumps(schema))


class Published(Protocol):
    """Raises engine.errors.NotFound for an unknown workflow or version."""

    def version(self, workspace: str, workflow: str, number: int | None = None) -> PublishedVersion:
        """Version `number`, the active one by default. NotFound (with advice to publish) when none is active."""
        ...

    def numbered(self, workspace: str, workflow: str, number: int) -> PublishedVersion:
        """Version `number`, also of a workflow that is archived."""
        ...

    def active(self, workspace: str, workflow: str) -> PublishedVersion | None:
        """The active version, also of a workflow that is archived; None where there is none."""
        ...
