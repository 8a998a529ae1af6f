"""Workflows, drafts and versions in a process's memory."""

from __future__ import annotations

from dataclasses import replace
from threading import Lock

from engine.adapters import catalog_conflicts
from engine.ports.catalog_store import DraftRecord, VersionRecord, WorkflowRecord


class MemoryCatalogStore:
    """engine.ports.catalog_store.CatalogStore. A workflow's etag counts the changes of its versions."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._workflows: dict[tuple[str, str], WorkflowRecord] = {}
        self._drafts: dict[tuple[str, str], DraftRecord] = {}
        self._versions: dict[tuple[str, str], list[VersionRecord]] = {}

    def workflows(self, workspace: str) -> list[WorkflowRecord]:
        """All workflows, by name."""
        with self._lock:
            return [row for (owner, _), row in sorted(self._workflows.items()) if owner == workspace]

    def workflow(self, workspace: str, workflow: str) -> WorkflowRecord | None:
        """One row."""
        with self._lock:
            return self._workflows.get((workspace, workflow))

    def draft(self, workspace: str, workflow: str) -> DraftRecord | None:
        """The draft; None for an unknown workflow."""
        with self._lock:
            return self._drafts.get((workspace, workflow))

    def put_draft(self, draft: DraftRecord, *, expect_etag: str | None, description: str) -> None:
        """Write the draft if the stored one's etag is `expect_etag` (None: there must be none)."""
        key = (draft.workspace, draft.workflow)
        with self._lock:
            present = self._drafts.get(key)
            if (present.etag if present else None) != expect_etag:
                raise catalog_conflicts.draft_changed(draft.workflow, expected=expect_etag)
            row = self._workflows.get(key) or WorkflowRecord(*key, active_version=0, latest_version=0, etag="0")
            self._workflows[key] = replace(row, description=description, updated_at=draft.updated_at)
            self._drafts[key] = draft

    def versions(self, workspace: str, workflow: str) -> list[VersionRecord]:
        """All versions, newest first."""
        with self._lock:
            return self._versions.get((workspace, workflow), [])[::-1]

    def version(self, workspace: str, workflow: str, number: int) -> VersionRecord | None:
        """One version."""
        return next((v for v in self.versions(workspace, workflow) if v.number == number), None)

    def definition(self, workspace: str, workflow: str, definition_digest: str) -> VersionRecord | None:
        """The newest version with this definition digest."""
        return next(
            (v for v in self.versions(workspace, workflow) if v.definition_digest == definition_digest), None
        )

    def put_version(self, version: VersionRecord) -> None:
        """Write the next version and make it the active one."""
        key = (version.workspace, version.workflow)
        with self._lock:
            row = self._workflows.get(key)
            if row is None or row.latest_version != version.number - 1:
                raise catalog_conflicts.published_meanwhile(version.workflow, version.number)
            self._versions.setdefault(key, []).append(version)
            self._workflows[key] = replace(
                row, active_version=version.number, latest_version=version.number, etag=_next(row.etag),
                updated_at=version.published_at,
            )

    def set_active(self, workspace: str, workflow: str, number: int, *, expect_etag: str) -> None:
        """Point the workflow at another version. Raises NotFound for one that was never published."""
        with self._lock:
            row = self._workflows.get((workspace, workflow))
            if row is None or not 1 <= number <= row.latest_version:
                raise catalog_conflicts.no_such_version(workflow, number)
            if row.etag != expect_etag:
                raise catalog_conflicts.activated_meanwhile(workflow)
            self._workflows[workspace, workflow] = replace(row, active_version=number, etag=_next(row.etag))

    def mark_used(self, workspace: str, workflow: str, number: int) -> None:
        """Raises NotFound for one that was never published: none goes."""
        if self.version(workspace, workflow, number) is None:
            raise catalog_conflicts.no_such_version(workflow, number)

    def rename(self, workspace: str, was: str, now: str) -> None:
        """Put `now` in the place of `was`."""
        with self._lock:
            for key, draft in self._drafts.items():
                if (draft.workspace, draft.updated_by) == (workspace, was):
                    self._drafts[key] = replace(draft, updated_by=now, updated_by_id="")
            for versions in self._versions.values():
                versions[:] = [
                    replace(version, published_by=now)
                    if (version.workspace, version.published_by) == (workspace, was) else version
                    for version in versions
                ]

    def set_archived(self, workspace: str, workflow: str, *, archived: bool, expect_etag: str) -> None:
        """Put the workflow away, or back."""
        with self._lock:
            row = self._workflows.get((workspace, workflow))
            if row is None or row.etag != expect_etag:
                raise catalog_conflicts.activated_meanwhile(workflow)
            self._workflows[workspace, workflow] = replace(row, archived=archived, etag=_next(row.etag))


def _next(etag: str) -> str:
    return str(int(etag) + 1)
