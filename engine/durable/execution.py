"""An execution as the API and the command line show it."""

from __future__ import annotations

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
