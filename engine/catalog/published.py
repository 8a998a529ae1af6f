"""The catalog as the runtime sees it: the active version to start, the version that an execution runs by.

A stored version was checked when it was published, so it is read as plain JSON: the worker's start does not pay for
pydantic. Versions never change; each is parsed once and kept. Which one is active is read anew each time.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from functools import lru_cache

from engine.errors import Conflict, NotFound, StoreCorrupt
from engine.ports.catalog_store import CatalogStore, VersionRecord
from engine.ports.published import PublishedVersion
from engine.ports.tasks import ConnectorPin

VERSIONS_KEPT = 256


class WorkflowArchived(Conflict):
    """The workflow was put away."""

    code = "WorkflowArchived"


class CatalogPublished:
    """Implements engine.ports.published.Published over a catalog store; safe to share between threads."""

    def __init__(self, store: CatalogStore) -> None:
        self._store = store
        self._numbered = lru_cache(maxsize=VERSIONS_KEPT)(self._load_numbered)

    def version(self, workspace: str, workflow: str, number: int | None = None) -> PublishedVersion:
        """Version `number`, the active one by default, to start it. NotFound (with advice to publish) when none is
        active, WorkflowArchived."""
        row = self._store.workflow(workspace, workflow)
        if row is not None and row.archived:
            raise WorkflowArchived(
                f"workflow {workflow!r} is archived: nothing starts, nor goes on again", where="workflow",
                advice="Take it out of the archive first: POST /workflows/{name}/unarchive, or the Studio's list.",
            )
        if number is None:
            if row is None:
                raise NotFound(
                    f"no workflow is called {workflow!r}", advice="Import it: automate import --file FILE --publish."
                )
            number = row.active_version
            if number == 0:
                raise NotFound(
                    f"workflow {workflow!r} has no published version",
                    advice=f"Publish it: automate publish {workflow}.",
                )
        found = self._numbered(workspace, workflow, number)
        if row is None or number != row.active_version:
            self._store.mark_used(workspace, workflow, number)  # what was kept here may be gone from the store
        return found

    def numbered(self, workspace: str, workflow: str, number: int) -> PublishedVersion:
        """Version `number`, also of a workflow that is archived. NotFound."""
        return self._numbered(workspace, workflow, number)

    def active(self, workspace: str, workflow: str) -> PublishedVersion | None:
        """The active version, also of a workflow that is archived; None where there is none."""
        row = self._store.workflow(workspace, workflow)
        number = 0 if row is None else row.active_version
        return None if number == 0 else self._numbered(workspace, workflow, number)

    def _load_numbered(self, workspace: str, workflow: str, number: int) -> PublishedVersion:
        record = self._store.version(workspace, workflow, number)
        if record is None:
            row = self._store.workflow(workspace, workflow)
            raise no_version(workflow, number, 0 if row is None else row.latest_version, where="version")
        return parse_version(record)


def no_version(workflow: str, number: int, latest: int, *, where: str | None = None) -> NotFound:
    """The refusal of a version that is not there; `latest` is the newest number, 0 before the first was published."""
    if latest == 0:
        known, advice = "it has none yet", f"Publish it: automate publish {workflow}."
    else:
        known = "it has version 1 alone" if latest == 1 else f"it has versions 1 to {latest}"
        if 1 <= number <= latest:
            known = f"it is not kept any more, and the newest is {latest}"
        advice = f"See what there is: automate versions {workflow}."
    return NotFound(f"workflow {workflow!r} has no version {number}: {known}", where=where, advice=advice)


def parse_version(record: VersionRecord) -> PublishedVersion:
    """The stored version, as the runtime needs it. Its definition is shared and not to be changed.

    Raises StoreCorrupt when it cannot be read.
    """
    try:
        document = json.loads(record.document)
        definition, pins = document["definition"], read_pins(record.pins)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise StoreCorrupt(f"version {record.number} of {record.workflow} cannot be read: {error}") from error
    return PublishedVersion(
        workspace=record.workspace,
        workflow=record.workflow,
        number=record.number,
        definition=definition,
        definition_digest=record.definition_digest,
        kind=document.get("kind", "STANDARD"),
        business_key=document.get("business_key"),
        input_schema=document.get("input_schema"),
        at_most_once=tuple(document.get("at_most_once", ())),
        retention_days=document.get("retention_days"),
        sensitive=document.get("sensitive"),
        triggers=tuple(document.get("triggers", ())),
        published_at=record.published_at,
        alerts=None if document.get("alerts") is None else tuple(document["alerts"]),
        budgets=document.get("budgets"),
        pins=pins,
    )


def written_pins(pins: Mapping[str, ConnectorPin]) -> bytes:
    """What a version's record keeps of them: JSON, or nothing where there are none."""
    kept = {resource: {name: text for name, text in asdict(pin).items() if text} for resource, pin in pins.items()}
    return json.dumps(kept, sort_keys=True, separators=(",", ":")).encode() if kept else b""


def read_pins(written: bytes) -> dict[str, ConnectorPin]:
    """What `written_pins` wrote. Raises ValueError, TypeError."""
    return {resource: ConnectorPin(**kept) for resource, kept in json.loads(written or b"{}").items()}
