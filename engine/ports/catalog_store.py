"""Where workflows live: one draft each, immutable versions, and which version is active."""

from __future__ import annotations

from typing import Protocol

from engine.records import dataclass


@dataclass(frozen=True, slots=True)
class DraftRecord:
    """The editable workflow document of a workflow. `etag` changes with each write; `imported_digest` is the digest of
    the document that the last import wrote, so that an import can tell newer edits from its own. `updated_by_id` is the
    editor's `Actor.id`."""

    workspace: str
    workflow: str
    document: bytes
    etag: str
    updated_at: float
    updated_by: str
    imported_digest: str | None = None
    updated_by_id: str = ""


@dataclass(frozen=True, slots=True)
class VersionRecord:
    """A published workflow document, numbered from 1, never changed. `digest` is that of the document,
    `definition_digest` that of all a running execution depends on: the definition, its kind, `at_most_once` and the
    connectors that it names (executions pin it). `pins` are those: engine.catalog.published reads them."""

    workspace: str
    workflow: str
    number: int
    document: bytes
    digest: str
    definition_digest: str
    note: str
    published_at: float
    published_by: str
    pins: bytes = b""


@dataclass(frozen=True, slots=True)
class WorkflowRecord:
    """One row of the workflow list. `active_version` is 0 before the first publish. `archived`: put away, everything of
    it kept. `etag` guards the change of both."""

    workspace: str
    workflow: str
    active_version: int
    latest_version: int
    etag: str
    description: str = ""
    updated_at: float = 0.0
    archived: bool = False


class CatalogStore(Protocol):
    """Raises engine.errors.StorageError when the store fails, Conflict where a condition did not hold."""

    def workflows(self, workspace: str) -> list[WorkflowRecord]:
        """All workflows, by name."""
        ...

    def workflow(self, workspace: str, workflow: str) -> WorkflowRecord | None:
        """One row, read consistently."""
        ...

    def draft(self, workspace: str, workflow: str) -> DraftRecord | None:
        """The draft; None for an unknown workflow."""
        ...

    def put_draft(self, draft: DraftRecord, *, expect_etag: str | None, description: str) -> None:
        """Write the draft if the stored one's etag is `expect_etag` (None: there must be none), and keep the workflow's
        row in step. Raises Conflict otherwise."""
        ...

    def versions(self, workspace: str, workflow: str) -> list[VersionRecord]:
        """All versions, newest first."""
        ...

    def version(self, workspace: str, workflow: str, number: int) -> VersionRecord | None:
        """One version."""
        ...

    def definition(self, workspace: str, workflow: str, definition_digest: str) -> VersionRecord | None:
        """The newest version with this definition digest: what an execution pinned."""
        ...

    def put_version(self, version: VersionRecord) -> None:
        """Write a version if its number is the next one, and make it the active one in the same write. Raises Conflict
        when someone else published meanwhile."""
        ...

    def set_active(self, workspace: str, workflow: str, number: int, *, expect_etag: str) -> None:
        """Point the workflow at another version. Raises Conflict when the row changed meanwhile."""
        ...

    def mark_used(self, workspace: str, workflow: str, number: int) -> None:
        """Say that a version which is not the active one is about to run, so that it is not let go of as one that
        nothing refers to. Raises NotFound where it is gone."""
        ...

    def set_archived(self, workspace: str, workflow: str, *, archived: bool, expect_etag: str) -> None:
        """Put the workflow away, or back. Raises Conflict when the row changed meanwhile or is not there."""
        ...

    def rename(self, workspace: str, was: str, now: str) -> None:
        """Put `now` in the place of who last edited a draft and who published a version, where that is `was`. Their
        `Actor.id` is kept no longer. Nothing else changes."""
        ...
