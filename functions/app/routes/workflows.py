"""Routes of workflows: drafts, import and export, versions."""

from __future__ import annotations

import json
from typing import Any

from engine.catalog.catalog import Catalog
from engine.catalog.catalog import Draft as CatalogDraft
from engine.catalog.diff import unified
from engine.catalog.document import WorkflowDocument, document_digest, parse_document
from engine.catalog.files import place_of
from engine.catalog.publishing import credentials_written
from engine.catalog.triggers import never_firing
from engine.errors import Conflict, InvalidDocument, NotFound, UserError
from engine.governance.audit_entry import WORKFLOW, Subject
from engine.language.asl.source import Source
from engine.ports.catalog_store import VersionRecord
from functions.app import etags
from functions.app.acts import Act, Acts, Doing
from functions.app.case_check import CaseCheck
from functions.app.notices import warn
from functions.app.routing import Answer, Call, RouteTable
from functions.app.shapes import models
from functions.app.sources import read_document, read_source

table = RouteTable("Workflows")
route = table.add

_LONGEST_NUMBER = 4_000
"""Python reads no integers over 4,300 digits."""

_MOST_WARNED = 5
"""Problems of an imported draft that are told; the others are counted."""

_DOCUMENT = {
    "name": "hello",
    "definition": {"StartAt": "Greet", "States": {"Greet": {"Type": "Pass", "End": True}}},
}


def workflow_of(call: Call[Any]) -> Subject:
    """The workflow that the address names."""
    return Subject(WORKFLOW, call.path["name"])


@route(
    "POST", "/workflows/import", models.ImportRequest, answers=models.ImportAnswer,
    act=Acts(("workflow.import", "workflow.publish")),
    example={"document": _DOCUMENT, "publish": True},
)
def import_workflow(call: Call[models.ImportRequest]) -> Answer:
    """Import a document or a bare definition as the draft.

    An unchanged one changes nothing. Over newer edits of the draft it is refused with the difference, unless forced.
    A draft may be unfinished: `warnings` say what publishing it would refuse. With `publish`, its cases are run first,
    as publishing does; where that is refused the draft is kept."""
    given, catalog = call.given, call.services.catalog
    document, source = read_document(given)
    subject = Subject(WORKFLOW, document.name)
    before = _draft_before(catalog, call.workspace, document.name)
    with call.acts.doing("workflow.import", subject) as act:
        done = catalog.import_document(
            call.workspace, document, actor=call.actor, force=given.force, source_bytes=source
        )
        if done.changed:
            after = {**draft_after(done.etag, document, before), "forced": given.force}
            act.done(before=_etag(before), after=after)
        else:
            act.unchanged()
    version = None
    if given.publish:
        with call.acts.doing("workflow.publish", subject) as act:
            version = _publish_imported(call, act, document.name, done.etag)
    else:
        _warn_of_problems(catalog, document, None if given.source is None else read_source(given.source))
    return Answer(
        models.ImportAnswer.of(done, version=None if version is None else _version(version, version.number)),
        etag=done.etag,
    )


def _warn_of_problems(catalog: Catalog, document: WorkflowDocument, source: Source | None) -> None:
    """What stands in the way of publishing a draft, in warnings: how much, and the first of it with its line."""
    errors = [problem for problem in catalog.problems(document) if problem.severity == "ERROR"]
    if not errors:
        return
    count = "1 problem" if len(errors) == 1 else f"{len(errors)} problems"
    warn(f"the draft is stored, and cannot be published before it is mended: {count}")
    for problem in errors[:_MOST_WARNED]:
        line = "" if source is None else f", line {place_of(source, problem).rsplit(':', 2)[1]}"
        warn(f"{problem}{line}")
    if len(errors) > _MOST_WARNED:
        warn(f"and {len(errors) - _MOST_WARNED} more: automate validate FILE, or POST /definitions/validate, lists all")


def _publish_imported(call: Call[models.ImportRequest], act: Doing, name: str, etag: str) -> VersionRecord:
    """Publish what was imported. A refusal says that the draft is kept."""
    try:
        return _published(call, act, name, etag)
    except UserError as error:
        error.advice = " ".join(filter(None, ["It is imported as the draft, and not published.", error.advice]))
        raise


@route("GET", "/workflows/{name}/draft", models.Nothing, answers=models.Draft)
def get_draft(call: Call[models.Nothing]) -> Answer:
    """The draft; its ETag is what a save names."""
    catalog = call.services.catalog
    return draft_answer(catalog, call.workspace, catalog.draft(call.workspace, call.path["name"]))


@route(
    "PUT", "/workflows/{name}/draft", models.SaveDraftRequest, answers=models.Draft, conditional=True,
    act=Act("workflow.save_draft", workflow_of), example={"document": _DOCUMENT},
)
def put_draft(call: Call[models.SaveDraftRequest]) -> Answer:
    """Save the draft that If-Match names; without If-Match, create a workflow.

    412 when the draft was changed meanwhile: the answer's details hold the difference."""
    name, catalog = call.path["name"], call.services.catalog
    document = parse_document(call.given.document)
    if document.name != name:
        raise InvalidDocument(
            f"the document's name is {document.name!r}, the address says {name!r}", where="/name",
            advice="Import it under the new name; a workflow is not renamed by saving.",
        )
    before = _draft_before(catalog, call.workspace, name)
    expected = catalog.draft(call.workspace, name).etag if call.if_match == "*" else call.if_match
    try:
        saved = catalog.save_draft(call.workspace, document, actor=call.actor, expect_etag=expected)
    except Conflict as error:
        if call.if_match is not None:
            raise
        call.act.refused(error)
        raise etags.PreconditionRequired(
            f"there is a draft of {name!r} already", where="If-Match", details=error.details,
            advice="Read it, and name its ETag in If-Match.",
        ) from None
    call.act.done(before=_etag(before), after=draft_after(saved.etag, document, before))
    return draft_answer(catalog, call.workspace, saved)


@route("GET", "/workflows/{name}/export", models.ExportQuery, answers=None, example="version=1")
def export_workflow(call: Call[models.ExportQuery]) -> Answer:
    """The draft's file, or that of a version, as it was written."""
    data = call.services.catalog.export(call.workspace, call.path["name"], call.given.version)
    return Answer(data.decode())


@route(
    "POST", "/workflows/{name}/publish", models.PublishRequest, answers=models.Version, conditional=True,
    act=Act("workflow.publish", workflow_of), example={"note": "Refunds over 500 need an approval"},
)
def publish_workflow(call: Call[models.PublishRequest]) -> Answer:
    """Make the draft the new active version.

    If-Match names the draft that was tested. 422 lists everything that is wrong with it. Its cases are run first, each
    with its stubs: nothing is called. Where some fail, 422 CasesFail lists them, unless they are accepted."""
    version = _published(call, call.act, call.path["name"], call.expected)
    return Answer(_version(version, version.number))


@route("GET", "/workflows/{name}/versions", models.Nothing, answers=models.VersionList)
def list_versions(call: Call[models.Nothing]) -> Answer:
    """The published versions, newest first."""
    name, catalog = call.path["name"], call.services.catalog
    active = catalog.workflow(call.workspace, name).active_version
    found = catalog.versions(call.workspace, name)
    return Answer(models.VersionList(versions=[_version(item, active) for item in found]))


@route("GET", "/workflows/{name}/versions/{number}", models.Nothing, answers=models.VersionWithDocument)
def get_version(call: Call[models.Nothing]) -> Answer:
    """One version with its document."""
    name, catalog = call.path["name"], call.services.catalog
    active = catalog.workflow(call.workspace, name).active_version
    record = catalog.version(call.workspace, name, _number(call.path["number"]))
    return Answer(models.VersionWithDocument.of(_version(record, active), document=json.loads(record.document)))


@route("GET", "/workflows/{name}/diff", models.DiffQuery, answers=models.Diff, example="from=1&to=2")
def diff_workflow(call: Call[models.DiffQuery]) -> Answer:
    """What differs between two versions, or a version and the draft."""
    given = call.given
    return Answer(diff_shape(call.services.catalog, call.workspace, call.path["name"], given.old, given.new))


@route(
    "POST", "/workflows/{name}/rollback", models.RollbackRequest, answers=models.Version, conditional=True,
    act=Act("workflow.rollback", workflow_of), example={"version": 1},
)
def rollback_workflow(call: Call[models.RollbackRequest]) -> Answer:
    """Make an older version the active one again.

    If-Match names the workflow's ETag."""
    catalog, name = call.services.catalog, call.path["name"]
    before = catalog.workflow(call.workspace, name).active_version
    record = catalog.rollback(
        call.workspace, name, call.given.version, actor=call.actor, expect_etag=etags.inner(call.expected)
    )
    _tell_active(call.act, before, record)
    return Answer(_version(record, record.number))


def diff_shape(catalog: Catalog, workspace: str, name: str, old: int | None, new: int | None) -> models.Diff:
    """What differs between version `old` and version `new`; None is the draft."""
    found = catalog.diff(workspace, name, old, new)
    before, after = catalog.documents(workspace, name, old, new)
    return models.Diff.of(found, old_document=before.as_written, new_document=after.as_written)


def draft_answer(catalog: Catalog, workspace: str, draft: CatalogDraft, *, status: int = 200) -> Answer:
    """The draft, with the ETag that a save of it names."""
    written = draft.document.as_written
    answer = models.Draft.of(
        draft, document=written, cases=written.get("cases", []),
        based_on_version=catalog.workflow(workspace, draft.workflow).latest_version or None,
    )
    return Answer(answer, status=status, etag=draft.etag)


def draft_after(etag: str, document: WorkflowDocument, before: CatalogDraft | None) -> dict[str, models.Json]:
    """What an entry has of a new draft: its etag and digest, and what is different; the whole document is the
    version's to keep."""
    shape: dict[str, models.Json] = {"etag": etag, "digest": document_digest(document)}
    if before is not None:
        shape["diff"] = unified(before.document, document, "before", "after")
    return shape


def _draft_before(catalog: Catalog, workspace: str, name: str) -> CatalogDraft | None:
    try:
        return catalog.draft(workspace, name)
    except NotFound:
        return None


def _etag(draft: CatalogDraft | None) -> models.Json:
    return None if draft is None else {"etag": draft.etag, "updated_by": draft.updated_by}


def _published(
    call: Call[models.ImportRequest] | Call[models.PublishRequest], act: Doing, name: str, expect_etag: str | None,
) -> VersionRecord:
    """Publish the draft; warn of triggers that never fire, and of what looks like a credential."""
    catalog, given = call.services.catalog, call.given
    check = CaseCheck(call.services.clock, accept=given.accept_failing_cases)
    before = catalog.workflow(call.workspace, name).active_version
    version = catalog.publish(
        call.workspace, name, note=given.note, actor=call.actor, expect_etag=expect_etag, check=check
    )
    accepted = {"accepted_failing_cases": check.accepted} if check.accepted else {}
    _tell_active(act, before, version, reason=given.note, **accepted)
    document, _ = catalog.documents(call.workspace, name, version.number, version.number)
    for remark in never_firing(document.triggers):
        warn(remark.message)
    for remark in credentials_written(document):
        warn(f"{remark.location}: {remark.message}")
    return version


def _tell_active(
    act: Doing, before: int, active: VersionRecord, *, reason: str | None = None, **more: models.Json
) -> None:
    """`active` is the active version now; before it was the one of that number."""
    if active.number == before:
        act.unchanged()
        return
    digests = {"digest": active.digest, "definition_digest": active.definition_digest}
    act.done(before={"version": before}, after={"version": active.number, **digests, **more}, reason=reason)


def _version(record: VersionRecord, active: int) -> models.Version:
    return models.Version.of(record, version=record.number, active=record.number == active)


def _number(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > _LONGEST_NUMBER:
        raise InvalidDocument(f"{text!r} is not a version's number", where="number")
    return int(text)
