"""What is said of an execution's change of status: the detail of Step Functions' "Execution Status Change" events."""

from __future__ import annotations

import json
from typing import Any, Protocol

from engine.durable.execution import Execution
from engine.durable.parents import Versions, marks_fields
from engine.errors import NotFound, StoreCorrupt
from engine.kernel.snapshot import Status
from engine.language.asl.resources import OWN_ARN
from engine.language.expr.java_text import json_text
from engine.ports.ends import End
from engine.ports.journal import RUNNING, Header
from engine.ports.keys import ExecutionKey

Json = Any

MOST_INLINE = 16 * 1024
"""Characters: a longer input or output stays with its execution, for a trigger."""

MOST_ESCAPED = 248 * 1024
"""Bytes of the escaped output, and of it and the escaped input together (Step Functions Developer Guide, "Automating
Step Functions event delivery with EventBridge")."""


class Executions(Protocol):
    """What is asked of executions."""

    def describe(self, key: ExecutionKey) -> Execution:
        """The execution as it stands; raises NotFound."""
        ...

    def header(self, key: ExecutionKey) -> Header:
        """Its header; raises NotFound."""
        ...


class Details:
    """Safe to share between threads. All methods raise StorageError."""

    def __init__(self, executions: Executions, published: Versions) -> None:
        self._executions = executions
        self._published = published

    def short(self, end: End) -> dict[str, Json]:
        """For a trigger. Where its version, or that of who started it, marks sensitive fields it has no input, no
        output and no cause; of an execution that has gone on since, likewise."""
        said, texts = self._of(end)
        for name, text in texts.items():
            included = text is not None and len(text) <= MOST_INLINE
            said |= {name: text if included else None, f"{name}Details": {"included": included}}
        return said

    def whole(self, end: End) -> dict[str, Json]:
        """For EventBridge, with what AWS includes. What is hidden is not included either."""
        said, texts = self._of(end)
        sizes = {name: 0 if text is None else len(json.dumps(text)) for name, text in texts.items()}
        fits = {"output": sizes["output"] <= MOST_ESCAPED, "input": sum(sizes.values()) <= MOST_ESCAPED}
        for name, text in texts.items():
            included = text is not None and fits[name]
            details = {"included": included} if name == "input" or end.status == str(Status.SUCCEEDED) else None
            said |= {name: text if included else None, f"{name}Details": details}
        return said

    def described(self, end: End) -> Execution | None:
        """The execution, if this end is still its last; one that is RUNNING may have ended since."""
        try:
            shown = self._executions.describe(end.key)
        except (NotFound, StoreCorrupt):
            return None
        same = shown.status == end.status and _same_time(shown.ended_at, end.ended_at)
        return shown if same or end.status == RUNNING else None

    def marks_fields(self, key: ExecutionKey) -> bool:
        """One that is not there may have."""
        return marks_fields(key, self._executions.header, self._published)

    def _of(self, end: End) -> tuple[dict[str, Json], dict[str, str | None]]:
        shown = self.described(end)
        hidden = shown is None or self.marks_fields(end.key)
        arn = f"{OWN_ARN}{end.key.workspace}"
        ended = end.status == str(Status.SUCCEEDED)
        said: dict[str, Json] = {
            "executionArn": f"{arn}:execution:{end.workflow}:{end.key.name}",
            "stateMachineArn": f"{arn}:stateMachine:{end.workflow}", "name": end.key.name,
            "status": end.status, "startDate": int(end.started_at * 1000),
            "stopDate": None if end.ended_at is None else int(end.ended_at * 1000),
            "error": end.error, "cause": None if shown is None or hidden or end.status == RUNNING else shown.cause,
            "redriveCount": 0 if shown is None else shown.redrives,
        }
        return said, {
            "input": None if shown is None or hidden else json_text(shown.input),
            "output": json_text(shown.output) if shown is not None and not hidden and ended else None,
        }


def _same_time(one: float | None, other: float | None) -> bool:
    return one == other or (one is not None and other is not None and abs(one - other) < 0.001)
