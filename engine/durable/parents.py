"""Who started an execution as a child, and whether it or one of those marks sensitive fields."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from engine.errors import NotFound, StorageError, StoreCorrupt
from engine.ports.journal import Header, Journal
from engine.ports.keys import ExecutionKey
from engine.ports.published import PublishedVersion
from engine.ports.tasks import TaskCall

_MOST_PARENTS = 20


class Versions(Protocol):
    """What is asked of the published versions."""

    def numbered(self, workspace: str, workflow: str, number: int) -> PublishedVersion:
        """Version `number`; raises NotFound."""
        ...


def parent_of(header: Header) -> ExecutionKey | None:
    """Who started the execution of `header` as a child; None where nobody did."""
    parent = header.parent
    return None if parent is None else ExecutionKey(header.key.workspace, parent.execution_id)


def marks_fields(key: ExecutionKey, header_of: Callable[[ExecutionKey], Header], versions: Versions) -> bool:
    """Whether its version, or that of who started it, marks something; one that is not there may have. `header_of`
    raises NotFound. Raises StorageError."""
    at: ExecutionKey | None = key
    for _ in range(_MOST_PARENTS):
        if at is None:
            return False
        try:
            header = header_of(at)
            if versions.numbered(at.workspace, header.workflow, header.version).marks_fields:
                return True
        except (NotFound, StoreCorrupt):
            return True
        at = parent_of(header)
    return True


def hides_cause(call: TaskCall, journal: Journal, versions: Versions) -> bool:
    """Whether the execution that calls, or one that started it, marks sensitive fields: its causes may quote them. Who
    cannot be asked may have."""
    def header_of(key: ExecutionKey) -> Header:
        found = journal.header(key)
        if found is None:
            raise NotFound(f"there is no execution {key.id!r}")
        return found

    try:
        return marks_fields(ExecutionKey(call.workspace, call.execution_id), header_of, versions)
    except StorageError:
        return True
