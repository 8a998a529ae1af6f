"""Workflows, drafts and versions in DynamoDB. A change of several items is one transaction under its conditions.

Nothing here is on the path of an execution but `definition`, whose answers callers keep: a version never changes.
"""

from __future__ import annotations

import math
import zlib
from urllib.parse import quote

from engine.adapters import catalog_conflicts
from engine.adapters.aws.bodies import body_of, with_body
from engine.adapters.aws.dynamo import ABSENT, Expression, Item, Key, Put, Table, Update
from engine.ports.blobs import BlobStore
from engine.ports.catalog_store import DraftRecord, VersionRecord, WorkflowRecord

_WORKFLOWS, _DRAFTS, _VERSIONS, _DEFINITIONS = "W#", "D#", "N#", "P#"
PARTITIONS = "V#"
"""What the partition keys of versions begin with: who only runs workflows may write none."""

_USES = "VU#"
"""What those of their uses begin with, which whoever starts a version by its number writes."""

USED_AT, GONE = "used_at", "gone"
"""Attributes of what is kept of a version's uses: when it was of use last, otherwise than as the newest, and that
retention has deleted it."""

_MARKED_SECONDS = 600.0
"""One process says no sooner again that a version is used."""
_MOST_MARKED = 256

_DIGITS = 10
"""Of a version's number in its key: so many sort as numbers do."""


_MOST_PINS_BYTES = 64 * 1024
"""Of pins, deflated, in a version's item, beside a document of up to 300 KB; longer ones are a blob."""


class DynamoCatalogStore:
    """engine.ports.catalog_store.CatalogStore. A workflow's etag counts the changes of its versions; documents of
    more than 300 KB lie in `blobs`, each that of one item alone."""

    def __init__(self, table: Table, blobs: BlobStore) -> None:
        self._table = table
        self._blobs = blobs
        self._marked: dict[Key, float] = {}

    def workflows(self, workspace: str) -> list[WorkflowRecord]:
        """All workflows, by name."""
        pk, prefix = _workflow_key(workspace, "")
        keys = Expression("pk = :pk AND begins_with(sk, :prefix)", {":pk": pk, ":prefix": prefix})
        return [_workflow_of(workspace, item) for item in self._table.query(keys)]

    def workflow(self, workspace: str, workflow: str) -> WorkflowRecord | None:
        """One row, read consistently."""
        item = self._table.get(_workflow_key(workspace, workflow))
        return _workflow_of(workspace, item) if item else None

    def draft(self, workspace: str, workflow: str) -> DraftRecord | None:
        """The draft; None for an unknown workflow."""
        item = self._table.get(_draft_key(workspace, workflow))
        if item is None:
            return None
        return DraftRecord(
            workspace=workspace, workflow=workflow, document=body_of(self._blobs, workspace, item), etag=item["etag"],
            updated_at=item["updated_at"], updated_by=item["updated_by"], imported_digest=item.get("imported_digest"),
            updated_by_id=item.get("updated_by_id", ""),
        )

    def put_draft(self, draft: DraftRecord, *, expect_etag: str | None, description: str) -> None:
        """Write the draft if the stored one's etag is `expect_etag` (None: there must be none)."""
        pk, sk = _draft_key(draft.workspace, draft.workflow)
        item: Item = {
            "pk": pk, "sk": sk, "etag": draft.etag, "updated_at": draft.updated_at, "updated_by": draft.updated_by,
            "imported_digest": draft.imported_digest,
            **({"updated_by_id": draft.updated_by_id} if draft.updated_by_id else {}),
        }
        stored = with_body(self._blobs, draft.workspace, item, draft.document, own=True)
        unchanged = ABSENT if expect_etag is None else Expression("etag = :etag", {":etag": expect_etag})
        row = Update(
            _workflow_key(draft.workspace, draft.workflow),
            "SET description = :description, updated_at = :at, active_version = if_not_exists(active_version, :zero),"
            " latest_version = if_not_exists(latest_version, :zero), revision = if_not_exists(revision, :zero)",
            Expression("", {":description": description, ":at": draft.updated_at, ":zero": 0}),
        )
        if not self._table.holds(Put(stored, unchanged), row):
            raise catalog_conflicts.draft_changed(draft.workflow, expected=expect_etag)

    def versions(self, workspace: str, workflow: str) -> list[VersionRecord]:
        """All versions, newest first."""
        found = self._table.query(keys_of_versions(workspace, workflow), newest_first=True)
        return [self._version_of(workspace, workflow, item) for item in found]

    def version(self, workspace: str, workflow: str, number: int) -> VersionRecord | None:
        """One version; a number that no key can hold is none's."""
        if number >= 10**_DIGITS:
            return None
        item = self._table.get(version_key(workspace, workflow, number))
        return self._version_of(workspace, workflow, item) if item else None

    def definition(self, workspace: str, workflow: str, definition_digest: str) -> VersionRecord | None:
        """The newest version with this definition digest."""
        pointer = self._table.get(definition_key(workspace, workflow, definition_digest))
        return self.version(workspace, workflow, int(pointer["number"])) if pointer else None

    def put_version(self, version: VersionRecord) -> None:
        """Write the next version and make it the active one."""
        workspace, workflow = version.workspace, version.workflow
        pk, sk = version_key(workspace, workflow, version.number)
        item: Item = {
            "pk": pk, "sk": sk, "digest": version.digest, "definition_digest": version.definition_digest,
            "note": version.note, "published_at": version.published_at, "published_by": version.published_by,
            **self._pinning(workspace, version.pins),
        }
        stored = with_body(self._blobs, workspace, item, version.document, own=True)
        pointer_pk, pointer_sk = definition_key(workspace, workflow, version.definition_digest)
        # ada    -- reads latest 4 -- publishes 5: latest is still 4, written
        # grace  -- reads latest 4 --------------------------- publishes 5: latest is 5, nothing of hers is written
        row = Update(
            _workflow_key(workspace, workflow),
            "SET latest_version = :number, active_version = :number, updated_at = :at, revision = revision + :one",
            Expression(
                "latest_version = :before",
                {":number": version.number, ":before": version.number - 1, ":at": version.published_at, ":one": 1},
            ),
        )
        pointer = Put({"pk": pointer_pk, "sk": pointer_sk, "number": version.number})
        if not self._table.holds(row, Put(stored, ABSENT), pointer):
            raise catalog_conflicts.published_meanwhile(workflow, version.number)

    def set_active(self, workspace: str, workflow: str, number: int, *, expect_etag: str) -> None:
        """Point the workflow at another version. Raises NotFound for one that was never published, or is gone."""
        row = self.workflow(workspace, workflow)
        if row is None or not 1 <= number <= row.latest_version or self._is_gone(workspace, workflow, number):
            raise catalog_conflicts.no_such_version(workflow, number)
        if row.etag != expect_etag:
            raise catalog_conflicts.activated_meanwhile(workflow)
        uses = (self._used(workspace, workflow, used) for used in {number, row.active_version})
        self._revise(workspace, workflow, "active_version = :value", number, expect_etag, *uses)

    def mark_used(self, workspace: str, workflow: str, number: int) -> None:
        """Say so, where this process has not said it a moment ago. A version is not looked at: its item is long."""
        if not 1 <= number < 10**_DIGITS:
            raise catalog_conflicts.no_such_version(workflow, number)
        key, now = use_key(workspace, workflow, number), self._table.now()
        if 0 <= now - self._marked.get(key, -math.inf) < _MARKED_SECONDS:
            return
        if not self._table.holds(self._used(workspace, workflow, number)):
            raise catalog_conflicts.no_such_version(workflow, number)
        if len(self._marked) >= _MOST_MARKED:
            self._marked.clear()
        self._marked[key] = now

    def set_archived(self, workspace: str, workflow: str, *, archived: bool, expect_etag: str) -> None:
        """Put the workflow away, or back."""
        self._revise(workspace, workflow, "archived = :value", archived, expect_etag)

    def rename(self, workspace: str, was: str, now: str) -> None:
        """Put `now` in the place of `was`."""
        pk, prefix = _draft_key(workspace, "")
        drafts = Expression("pk = :pk AND begins_with(sk, :prefix)", {":pk": pk, ":prefix": prefix})
        self._table.rename(self._table.query(drafts), "updated_by", was, now, without="updated_by_id")
        for row in self.workflows(workspace):
            found = self._table.query(keys_of_versions(workspace, row.workflow))
            self._table.rename(found, "published_by", was, now)

    def _is_gone(self, workspace: str, workflow: str, number: int) -> bool:
        return GONE in (self._table.get(use_key(workspace, workflow, number)) or {})

    def _used(self, workspace: str, workflow: str, number: int) -> Update:
        """The version is of use now; it does not hold for one that is gone."""
        there = Expression(f"attribute_not_exists({GONE})", {":at": self._table.now()})
        return Update(use_key(workspace, workflow, number), f"SET {USED_AT} = :at", there)

    def _revise(
        self, workspace: str, workflow: str, change: str, value: object, expect_etag: str, *beside: Update
    ) -> None:
        """Change a row that still is what was read."""
        values = {":value": value, ":revision": int(expect_etag), ":one": 1}
        same = Expression("revision = :revision", values)
        change = f"SET {change}, revision = revision + :one"
        if not self._table.holds(Update(_workflow_key(workspace, workflow), change, same), *beside):
            raise catalog_conflicts.activated_meanwhile(workflow)

    def _version_of(self, workspace: str, workflow: str, item: Item) -> VersionRecord:
        return VersionRecord(
            workspace=workspace, workflow=workflow, number=number_of(item["sk"]),
            document=body_of(self._blobs, workspace, item), digest=item["digest"],
            definition_digest=item["definition_digest"], note=item["note"], published_at=item["published_at"],
            published_by=item["published_by"], pins=self._pins_of(workspace, item),
        )

    def _pinning(self, workspace: str, pins: bytes) -> Item:
        if not pins:
            return {}
        deflated = zlib.compress(pins)
        if len(deflated) <= _MOST_PINS_BYTES:
            return {"pins": deflated}
        return {"pins_ref": self._blobs.put(workspace, deflated)}

    def _pins_of(self, workspace: str, item: Item) -> bytes:
        if "pins_ref" in item:
            return zlib.decompress(self._blobs.get(workspace, item["pins_ref"]))
        return zlib.decompress(item["pins"]) if "pins" in item else b""


def _workflow_of(workspace: str, item: Item) -> WorkflowRecord:
    return WorkflowRecord(
        workspace=workspace, workflow=item["sk"].removeprefix(_WORKFLOWS), active_version=int(item["active_version"]),
        latest_version=int(item["latest_version"]), etag=str(int(item["revision"])), description=item["description"],
        updated_at=item["updated_at"], archived=bool(item.get("archived", False)),
    )


def _workflow_key(workspace: str, workflow: str) -> Key:
    return f"C#{quote(workspace, safe='')}", _WORKFLOWS + workflow


def _draft_key(workspace: str, workflow: str) -> Key:
    return f"C#{quote(workspace, safe='')}", _DRAFTS + workflow


def _versions(workspace: str, workflow: str) -> str:
    return f"{PARTITIONS}{quote(workspace, safe='')}#{workflow}"


def number_of(sort_key: str) -> int:
    """The number of the version that the sort key of its item, or of its use, belongs to."""
    return int(sort_key.removeprefix(_VERSIONS))


def keys_of_versions(workspace: str, workflow: str) -> Expression:
    """Where all versions of a workflow lie, in the order of their numbers."""
    return Expression(
        "pk = :pk AND begins_with(sk, :prefix)", {":pk": _versions(workspace, workflow), ":prefix": _VERSIONS}
    )


def keys_of_uses(workspace: str, workflow: str) -> Expression:
    """Where their uses lie."""
    return Expression("pk = :pk", {":pk": use_key(workspace, workflow, 0)[0]})


def version_key(workspace: str, workflow: str, number: int) -> Key:
    """Where a version lies."""
    return _versions(workspace, workflow), f"{_VERSIONS}{number:0{_DIGITS}}"


def use_key(workspace: str, workflow: str, number: int) -> Key:
    """Where it lies when a version was of use last."""
    return f"{_USES}{quote(workspace, safe='')}#{workflow}", f"{number:0{_DIGITS}}"


def definition_key(workspace: str, workflow: str, digest: str) -> Key:
    """Where the number lies of the newest version with a definition."""
    return _versions(workspace, workflow), _DEFINITIONS + digest
