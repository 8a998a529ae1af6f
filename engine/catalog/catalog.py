"""The catalog: each workflow has one draft that is edited and a row of versions that never change.

    file ──import──► draft ──publish──► version n, active
                     │  ▲                   │
      save (etag) ───┘  └── export ◄────────┘        rollback: an older version is active again

Nothing is overwritten unseen. A save names the etag it read; an import compares the draft with what the last import
wrote, and where somebody edited it since, refuses with the difference. Publishing validates everything first.

The stored bytes of a draft are the document as it was written: the file itself where it was JSON, so that export gives
the same file back.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Protocol

from engine.catalog.diff import DocumentDiff, compare, unified
from engine.catalog.document import (
    WorkflowDocument,
    canonical,
    definition_digest,
    document_digest,
    parse_document,
    rendered,
)
from engine.catalog.published import no_version, written_pins
from engine.catalog.uncallable import pins_of
from engine.clock import Clock
from engine.errors import Conflict, Diagnostic, InvalidDefinition, InvalidDocument, NotFound, Refused, StoreCorrupt
from engine.language.asl.times import iso_timestamp
from engine.ports.catalog_store import CatalogStore, DraftRecord, VersionRecord, WorkflowRecord
from engine.ports.keys import Actor
from engine.ports.tasks import ConnectorPin, Tasks
from engine.records import dataclass

if TYPE_CHECKING:
    from engine.catalog.alerts import AlertTargets
    from engine.catalog.heard import Heard

Json = Any

TASK_MAX_SECONDS = 240.0


Check = Callable[[WorkflowDocument], Sequence[str]]
"""Asked of a document that is to be published: raises to refuse it, and names what is accepted of it all the same."""


def unchecked(_document: WorkflowDocument) -> Sequence[str]:
    """A Check that looks at nothing."""
    return ()


class Validate(Protocol):
    """engine.language.asl.validate.validate, as the catalog uses it."""

    def __call__(self, definition: Json, /, *, kind: str) -> Sequence[Diagnostic]:
        """Every problem of a definition."""
        ...


@dataclass(frozen=True, slots=True)
class Draft:
    """A workflow's draft. `source` is its file, `etag` what a save of it must name, `edited` whether it is another than
    the last import wrote."""

    workflow: str
    document: WorkflowDocument
    source: bytes
    etag: str
    updated_at: float
    updated_by: str
    edited: bool = False
    updated_by_id: str = ""


@dataclass(frozen=True, slots=True)
class ImportResult:
    """What an import did. `diff` is from the draft before to the file, empty when nothing changed or it was created."""

    workflow: str
    changed: bool
    created: bool
    etag: str
    diff: str = ""


class Catalog:
    """Wired in functions; safe to share between threads. `heard` is what triggers hear there, None: everything;
    `alert_targets` whom alerts may tell there, None: that is not looked at; `secrets` names the secrets of a document
    that are not granted to it, `secrets_missing` those that are not there."""

    def __init__(
        self, store: CatalogStore, clock: Clock, *, validate: Validate | None = None,
        tasks: Tasks | None = None, task_max_seconds: float = TASK_MAX_SECONDS, heard: Heard | None = None,
        alert_targets: AlertTargets | None = None,
        secrets: Callable[[WorkflowDocument], list[Diagnostic]] | None = None,
        secrets_missing: Callable[[WorkflowDocument], list[Diagnostic]] | None = None,
    ) -> None:
        self._store = store
        self._clock = clock
        self._validate = validate
        self._tasks = tasks
        self._task_max_seconds = task_max_seconds
        self._heard = heard
        self._alert_targets = alert_targets
        self._secrets = secrets
        self._secrets_missing = secrets_missing

    # Drafts

    def import_document(
        self, workspace: str, document: WorkflowDocument, *, actor: Actor, force: bool = False,
        source_bytes: bytes | None = None,
    ) -> ImportResult:
        """Make `document` the draft. `source_bytes` is the file it was read from: export gives it back as it is.

        An unchanged document changes nothing. Raises Conflict when the draft was edited since the last import, its
        `details` hold the ``diff`` from the draft to the file; `force` overwrites the edits.
        """
        digest = document_digest(document)
        stored = self._store.draft(workspace, document.name)
        source = _source(document, source_bytes)
        if stored is None:
            record = self._record(workspace, document, source, None, actor, imported=digest)
            self._store.put_draft(record, expect_etag=None, description=document.summary)
            return ImportResult(document.name, changed=True, created=True, etag=record.etag)
        draft = _opened(stored)
        if canonical(draft.document) == canonical(document):
            if draft.edited:  # the edits have come back as a file: the next import is no longer over them
                agreed = replace(stored, imported_digest=digest)
                self._store.put_draft(agreed, expect_etag=stored.etag, description=document.summary)
            return ImportResult(document.name, changed=False, created=False, etag=stored.etag)
        diff = unified(draft.document, document, "draft", "file")
        if draft.edited and not force:
            raise over_edits(document.name, stored.updated_by, diff, stored.etag)
        record = self._record(workspace, document, source, stored.etag, actor, imported=digest)
        record = _still_whose_it_is(stored, record, document)
        self._store.put_draft(record, expect_etag=stored.etag, description=document.summary)
        return ImportResult(document.name, changed=True, created=False, etag=record.etag, diff=diff)

    def draft(self, workspace: str, name: str) -> Draft:
        """The draft. Raises NotFound."""
        return _opened(self._draft_record(workspace, name))

    def save_draft(
        self, workspace: str, document: WorkflowDocument, *, actor: Actor, expect_etag: str | None
    ) -> Draft:
        """Write the draft over the one with `expect_etag`; None creates it. The same document again is no edit: the
        draft stays as it is, and whose it is. What only the Studio reads is no edit either: it is written, and the
        draft stays whose it is.

        Raises Conflict when the draft is another by now. `details` hold what a merge needs of it: its ``document`` and
        ``etag``, ``updated_by`` and ``updated_at``, and the ``diff`` from it to `document`.
        """
        stored = self._store.draft(workspace, document.name)
        if expect_etag != (stored.etag if stored else None):
            raise self._stale(document, stored)
        if stored is not None and rendered(_opened(stored).document) == rendered(document):
            return _opened(stored)
        imported = stored.imported_digest if stored else None
        record = self._record(workspace, document, rendered(document), expect_etag, actor, imported=imported)
        if stored is not None:
            record = _still_whose_it_is(stored, record, document)
        try:
            self._store.put_draft(record, expect_etag=expect_etag, description=document.summary)
        except Conflict:  # saved by somebody else since the read above
            raise self._stale(document, self._store.draft(workspace, document.name)) from None
        return _opened(record)

    def export(self, workspace: str, name: str, version: int | None = None) -> bytes:
        """The draft's file, or that of a version. Raises NotFound."""
        if version is None:
            return self._draft_record(workspace, name).document
        return self.version(workspace, name, version).document

    def workflows(self, workspace: str) -> list[WorkflowRecord]:
        """All workflows, by name."""
        return self._store.workflows(workspace)

    def duplicate(self, workspace: str, name: str, copy: str, *, actor: Actor) -> Draft:
        """Make the draft of `name` the draft of a new workflow, `copy`. Raises NotFound, InvalidDocument, Conflict."""
        document = parse_document(self.draft(workspace, name).document.as_written, name=copy, stored=True)
        try:
            return self.save_draft(workspace, document, actor=actor, expect_etag=None)
        except Conflict:
            raise Conflict(
                f"there is a workflow {copy!r} already", where="name", advice="Choose another name."
            ) from None

    def set_archived(self, workspace: str, name: str, *, archived: bool) -> WorkflowRecord:
        """Put a workflow away, or back: while it is away nothing starts, and nothing of it is lost. Raises NotFound,
        Conflict when the workflow changed meanwhile."""
        row = self.workflow(workspace, name)
        if row.archived != archived:
            self._store.set_archived(workspace, name, archived=archived, expect_etag=row.etag)
        return self.workflow(workspace, name)

    def workflow(self, workspace: str, name: str) -> WorkflowRecord:
        """One workflow's row. Raises NotFound."""
        row = self._store.workflow(workspace, name)
        if row is None:
            raise _unknown(name)
        return row

    # Versions

    def problems(
        self, document: WorkflowDocument, workspace: str | None = None, *, secrets: bool = True
    ) -> list[Diagnostic]:
        """Everything that publishing `document` would refuse (severity ERROR) or warn of, each with its place. With a
        `workspace` also which workflows and secrets it names are missing there. Without `secrets` nothing is said
        of them: who may not see secrets' names is told nothing of them."""
        from engine.catalog.publishing import document_problems  # noqa: PLC0415  a third of what a command imports
        from engine.catalog.unwritten import unwritten_problems  # noqa: PLC0415
        from engine.language.asl.validate import validate  # noqa: PLC0415

        found = list((self._validate or validate)(document.definition, kind=document.kind))
        if all(problem.severity != "ERROR" for problem in found):
            found += unwritten_problems(document.definition)
        found += document_problems(
            document, tasks=self._tasks, task_max_seconds=self._task_max_seconds, now=self._clock.now(),
            heard=self._heard, alert_targets=self._alert_targets,
        )
        if secrets and self._secrets is not None:
            found += self._secrets(document)
        return found if workspace is None else found + self.missing(workspace, document, secrets=secrets)

    def remarks(self, document: WorkflowDocument) -> list[Diagnostic]:
        """What publishing warns of in the document's triggers and alerts: what is over, what hardly starts anything,
        who could not be told."""
        from engine.catalog.publishing import problems_of_alerts, problems_of_triggers  # noqa: PLC0415  likewise

        found = [
            *problems_of_triggers(document, tasks=self._tasks, now=self._clock.now(), heard=self._heard),
            *problems_of_alerts(document, tasks=self._tasks, heard=self._heard, targets=self._alert_targets),
        ]
        return [each for each in found if each.severity == "WARNING"]

    def missing(self, workspace: str, document: WorkflowDocument, *, secrets: bool = True) -> list[Diagnostic]:
        """A warning for each workflow that the document's alerts and triggers name, and that cannot be started, and
        for each of its secrets that is not there. None in an empty workspace: there a file alone is looked at."""
        from engine.catalog.publishing import workflows_missing  # noqa: PLC0415  likewise

        def starts(name: str) -> bool:
            row = self._store.workflow(workspace, name)
            return row is not None and row.active_version > 0 and not row.archived

        found = list(workflows_missing(document, starts))
        if secrets and self._secrets_missing is not None:
            found += self._secrets_missing(document)
        return found if found and self._store.workflows(workspace) else []

    def publish(
        self, workspace: str, name: str, *, note: str = "", actor: Actor, expect_etag: str | None = None,
        check: Check = unchecked, four_eyes: bool = False,
    ) -> VersionRecord:
        """Make the draft the new active version, with the connectors that it names as they are here now. A draft that
        is the active version already, with the same connectors, changes nothing.

        `expect_etag` names the draft that was meant; `check` is asked of it last, and may refuse. With `four_eyes` it
        is refused to whoever edited the draft last. Raises NotFound, InvalidDefinition with everything that is wrong,
        Conflict when the draft is another by now or somebody else published something else meanwhile, Refused.
        """
        draft = self.draft(workspace, name)
        if expect_etag not in (None, draft.etag):
            raise _changed(f"the draft of {name!r}", draft.etag)
        row = self.workflow(workspace, name)
        active = self._store.version(workspace, name, row.active_version) if row.active_version else None
        pins = self.pins(draft.document)
        if active is not None and is_version(active, draft.document, pins):
            return active
        if four_eyes:
            check_four_eyes(draft, actor)
        problems = self.problems(draft.document)
        if any(problem.severity == "ERROR" for problem in problems):
            raise InvalidDefinition(problems)
        check(draft.document)
        version = VersionRecord(
            workspace=workspace, workflow=name, number=row.latest_version + 1, document=draft.source,
            digest=document_digest(draft.document), definition_digest=definition_digest(draft.document, pins),
            note=note, published_at=self._clock.now(), published_by=actor.name, pins=written_pins(pins),
        )
        self._store.put_version(version)
        return version

    def pins(self, document: WorkflowDocument) -> dict[str, ConnectorPin]:
        """The connectors that `document` names as they are here now: what publishing it keeps of them, by resource."""
        return {} if self._tasks is None else pins_of(document.definition, self._tasks)

    def digest(self, document: WorkflowDocument) -> str:
        """The definition's digest that a version of `document` would have, were it published now."""
        return definition_digest(document, self.pins(document))

    def versions(self, workspace: str, name: str) -> list[VersionRecord]:
        """All versions, newest first. Raises NotFound for an unknown workflow."""
        self.workflow(workspace, name)
        return self._store.versions(workspace, name)

    def version(self, workspace: str, name: str, number: int) -> VersionRecord:
        """One version. Raises NotFound."""
        record = self._store.version(workspace, name, number)
        if record is None:
            raise no_version(name, number, self.workflow(workspace, name).latest_version)
        return record

    def pinned(self, workspace: str, name: str, definition_digest: str) -> VersionRecord:
        """The newest version with the definition that an execution pinned. Raises NotFound."""
        record = self._store.definition(workspace, name, definition_digest)
        if record is None:
            raise NotFound(f"workflow {name!r} has no version with the definition {definition_digest[:12]}")
        return record

    def documents(
        self, workspace: str, name: str, old: int | None, new: int | None
    ) -> tuple[WorkflowDocument, WorkflowDocument]:
        """Version `old` and version `new`; None is the draft. Raises NotFound."""
        return self._document(workspace, name, old), self._document(workspace, name, new)

    def diff(self, workspace: str, name: str, old: int | None, new: int | None) -> DocumentDiff:
        """From version `old` to version `new`; None is the draft. Raises NotFound."""
        return compare(
            self._document(workspace, name, old), self._document(workspace, name, new), _label(name, old),
            _label(name, new),
        )

    def rollback(
        self, workspace: str, name: str, number: int, *, expect_etag: str | None = None
    ) -> VersionRecord:
        """Make version `number` the active one again; the numbered history stays. `expect_etag` names the workflow's
        row that was seen.

        Raises NotFound, Conflict when the workflow changed meanwhile.
        """
        row = self.workflow(workspace, name)
        if expect_etag not in (None, row.etag):
            raise _changed(f"the workflow {name!r}", row.etag)
        version = self.version(workspace, name, number)
        if row.active_version != number:
            self._store.set_active(workspace, name, number, expect_etag=row.etag)
        return version

    # Parts

    def _record(
        self, workspace: str, document: WorkflowDocument, source: bytes, previous_etag: str | None, actor: Actor, *,
        imported: str | None,
    ) -> DraftRecord:
        """The next draft. Its etag follows from the one before and the document: it changes with each write, and a
        write that is repeated after a lost reply is the same write."""
        etag = hashlib.sha256((previous_etag or "").encode() + b"\0" + source).hexdigest()[:16]
        return DraftRecord(
            workspace=workspace, workflow=document.name, document=source, etag=etag, updated_at=self._clock.now(),
            updated_by=actor.name, imported_digest=imported, updated_by_id=actor.id,
        )

    def _draft_record(self, workspace: str, name: str) -> DraftRecord:
        record = self._store.draft(workspace, name)
        if record is None:
            raise _unknown(name)
        return record

    def _document(self, workspace: str, name: str, number: int | None) -> WorkflowDocument:
        if number is None:
            return self.draft(workspace, name).document
        return _parsed(self.version(workspace, name, number).document, _label(name, number))

    def _stale(self, document: WorkflowDocument, stored: DraftRecord | None) -> Conflict:
        if stored is None:
            return Conflict(f"there is no draft of {document.name!r} any more", advice="Save it as a new one.")
        theirs = _opened(stored).document
        return Conflict(
            f"the draft of {document.name!r} was changed by {stored.updated_by} meanwhile",
            advice="Merge the two, and save the result over the draft's ETag as it is now.",
            details={
                "etag": stored.etag, "document": theirs.as_written, "updated_by": stored.updated_by,
                "updated_at": iso_timestamp(stored.updated_at), "diff": unified(theirs, document, "draft", "yours"),
            },
        )


def is_version(version: VersionRecord, document: WorkflowDocument, pins: Mapping[str, ConnectorPin]) -> bool:
    """Whether publishing `document` with `pins` would make what `version` is."""
    return version.digest == document_digest(document) and version.pins == written_pins(pins)


def check_four_eyes(draft: Draft, actor: Actor) -> None:
    """Raises Refused where `actor` edited the draft last."""
    if actor.is_one_with(draft.updated_by, draft.updated_by_id):
        raise Refused(
            f"{actor.name} edited the draft of {draft.workflow!r} last: somebody else publishes it (four eyes)",
            advice="Ask another publisher to look at it and publish it.",
        )


def _still_whose_it_is(stored: DraftRecord, record: DraftRecord, document: WorkflowDocument) -> DraftRecord:
    """`record`, which is to follow `stored`, by whom `stored` is where `document` would make the same version."""
    if document_digest(_opened(stored).document) != document_digest(document):
        return record
    return replace(record, updated_by=stored.updated_by, updated_by_id=stored.updated_by_id)


def over_edits(workflow: str, editor: str, diff: str, etag: str) -> Conflict:
    """The refusal of an import over a draft that `editor` edited; `diff` is from the draft to the file."""
    return Conflict(
        f"the draft of {workflow!r} was edited by {editor} since the last import",
        advice="Export it and merge the difference into the file, or import with --force to overwrite it.",
        details={"diff": diff, "etag": etag},
    )


def _opened(record: DraftRecord) -> Draft:
    document = _parsed(record.document, f"{record.workflow} draft")
    return Draft(
        workflow=record.workflow, document=document, source=record.document, etag=record.etag,
        updated_at=record.updated_at, updated_by=record.updated_by,
        edited=record.imported_digest != document_digest(document), updated_by_id=record.updated_by_id,
    )


def _parsed(stored: bytes, label: str) -> WorkflowDocument:
    """A stored document was checked before it was stored: one that cannot be read now is not its author's mistake."""
    try:
        return parse_document(json.loads(stored), stored=True)
    except (ValueError, InvalidDocument) as error:
        raise StoreCorrupt(f"the stored document of {label} cannot be read: {error}") from error


def _source(document: WorkflowDocument, source: bytes | None) -> bytes:
    """The bytes to keep: the file, where it is JSON and says just what the document says, else the document."""
    if source is not None:
        try:
            written = json.dumps(json.loads(source), separators=(",", ":"), ensure_ascii=False).encode()
        except ValueError:
            pass  # YAML
        else:
            if written == canonical(document):
                return source
    return rendered(document)


def _changed(what: str, etag: str) -> Conflict:
    return Conflict(
        f"{what} was changed meanwhile", advice="Read it again and merge the difference.", details={"etag": etag}
    )


def _unknown(name: str) -> NotFound:
    return NotFound(f"no workflow is called {name!r}", advice="See what there is: automate workflows.")


def _label(name: str, number: int | None) -> str:
    return f"{name} draft" if number is None else f"{name} version {number}"
