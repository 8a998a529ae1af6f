"""An execution as the API and the command line show it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from engine.ports.keys import ExecutionKey
from engine.records import dataclass

Json = Any


@dataclass(frozen=True, slots=True)
class Execution:
    """An execution as it is shown. `output` is None until it SUCCEEDED; times are epoch seconds; `redrives` counts
    those so far."""

    key: ExecutionKey
    workflow: str
    version: int
    status: str
    kind: str
    input: Json
    started_at: float
    output: Json = None
    error: str | None = None
    cause: str | None = None
    ended_at: float | None = None
    business_key: str | None = None
    definition_digest: str = ""
    redrives: int = 0

    def as_dict(self) -> dict[str, Json]:
        """The JSON shape of API and command line; times in ISO 8601, UTC."""
        return {
            "id": self.key.id, "name": self.key.name, "workflow": self.workflow, "version": self.version,
            "status": self.status, "kind": self.kind, "input": self.input, "output": self.output,
            "error": self.error, "cause": self.cause, "started_at": iso_time(self.started_at),
            "ended_at": iso_time(self.ended_at), "business_key": self.business_key,
            "definition_digest": self.definition_digest, "redrives": self.redrives,
        }


def iso_time(at: float | None) -> str | None:
    """Epoch seconds as ISO 8601 in UTC with milliseconds; None stays None."""
    if at is None:
        return None
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
