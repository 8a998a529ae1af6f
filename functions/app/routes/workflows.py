"""Routes of workflows: drafts, import and export, versions."""

from __future__ import annotations

import json

from engine.catalog.catalog import Catalog
from engine.catalog.catalog import Draft as CatalogDraft
from engine.catalog.document import WorkflowDocument, parse_document
from engine.catalog.files import place_of
from engine.durable.execution import iso_time
from engine.errors import Conflict, InvalidDocument, UserError
from engine.language.asl.source import Source
from engine.ports.catalog_store import VersionRecord
from functions.app import etags
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


@route(
    "POST", "/workflows/import", models.ImportRequest, answers=models.ImportAnswer,
    example={"document": _DOCUMENT, "publish": True},
)
def import_workflow(call: Call[models.ImportRequest]) -> Answer:
    """Import a document or a bare definition as the draft.

    An unchanged one changes nothing. Over newer edits of the draft it is refused with the difference, unless forced.
    A draft may be unfinished: `warnings` say what publishing it would refuse. With `publish`, its cases are run first,
    as publishing does; where that is refused the draft is kept."""
    given, catalog = call.given, call.services.catalog
    document, source = read_document(given)
    done = catalog.import_document(
        call.workspace, document, actor=call.actor, force=given.force, source_bytes=source
    )
    version = None
    if given.publish:
        version = _publish_imported(call, document.name, done.etag)
    else:
        _warn_of_problems(catalog, document, None if given.source is None else read_source(given.source))
    return Answer(
        models.ImportAnswer(
            workflow=done.workflow, changed=done.changed, created=done.created, etag=done.etag, diff=done.diff,
            version=None if version is None else models.Version(**_version(version, version.number)),
        ),
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


def _publish_imported(call: Call[models.ImportRequest], name: str, etag: str) -> VersionRecord:
    """Publish what was imported. A refusal says that the draft is kept."""
    given = call.given
    try:
        return call.services.catalog.publish(
            call.workspace, name, note=given.note, actor=call.actor, expect_etag=etag,
            check=CaseCheck(call.services.clock, accept=given.accept_failing_cases),
        )
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
    example={"document": _DOCUMENT},
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
    if call.if_match is not None:
        with etags.precondition(call.if_match) as named:
            expected = catalog.draft(call.workspace, name).etag if named is None else named
            saved = catalog.save_draft(call.workspace, document, actor=call.actor, expect_etag=expected)
            return draft_answer(catalog, call.workspace, saved)
    try:
        saved = catalog.save_draft(call.workspace, document, actor=call.actor, expect_etag=None)
    except Conflict as error:
        raise etags.PreconditionRequired(
            f"there is a draft of {name!r} already", where="If-Match", details=error.details,
            advice="Read it, and name its ETag in If-Match.",
        ) from None
    return draft_answer(catalog, call.workspace, saved)


@route("GET", "/workflows/{name}/export", models.ExportQuery, answers=None, example="version=1")
def export_workflow(call: Call[models.ExportQuery]) -> Answer:
    """The draft's file, or that of a version, as it was written."""
    data = call.services.catalog.export(call.workspace, call.path["name"], call.given.version)
    return Answer(data.decode())


@route(
    "POST", "/workflows/{name}/publish", models.PublishRequest, answers=models.Version, conditional=True,
    example={"note": "Refunds over 500 need an approval"},
)
def publish_workflow(call: Call[models.PublishRequest]) -> Answer:
    """Make the draft the new active version.

    If-Match names the draft that was tested. 422 lists everything that is wrong with it. Its cases are run first, each
    with its stubs: nothing is called. Where some fail, 422 CasesFail lists them, unless they are accepted."""
    given = call.given
    with etags.precondition(call.if_match) as expected:
        version = call.services.catalog.publish(
            call.workspace, call.path["name"], note=given.note, actor=call.actor, expect_etag=expected,
            check=CaseCheck(call.services.clock, accept=given.accept_failing_cases),
        )
    return Answer(models.Version(**_version(version, version.number)))


@route("GET", "/workflows/{name}/versions", models.Nothing, answers=models.VersionList)
def list_versions(call: Call[models.Nothing]) -> Answer:
    """The published versions, newest first."""
    name, catalog = call.path["name"], call.services.catalog
    active = catalog.workflow(call.workspace, name).active_version
    found = catalog.versions(call.workspace, name)
    return Answer(models.VersionList(versions=[models.Version(**_version(item, active)) for item in found]))


@route("GET", "/workflows/{name}/versions/{number}", models.Nothing, answers=models.VersionWithDocument)
def get_version(call: Call[models.Nothing]) -> Answer:
    """One version with its document."""
    name, catalog = call.path["name"], call.services.catalog
    active = catalog.workflow(call.workspace, name).active_version
    record = catalog.version(call.workspace, name, _number(call.path["number"]))
    return Answer(models.VersionWithDocument(**_version(record, active), document=json.loads(record.document)))


@route("GET", "/workflows/{name}/diff", models.DiffQuery, answers=models.Diff, example="from=1&to=2")
def diff_workflow(call: Call[models.DiffQuery]) -> Answer:
    """What differs between two versions, or a version and the draft."""
    given = call.given
    return Answer(diff_shape(call.services.catalog, call.workspace, call.path["name"], given.old, given.new))


@route(
    "POST", "/workflows/{name}/rollback", models.RollbackRequest, answers=models.Version, conditional=True,
    example={"version": 1},
)
def rollback_workflow(call: Call[models.RollbackRequest]) -> Answer:
    """Make an older version the active one again.

    If-Match names the workflow's ETag."""
    with etags.precondition(call.if_match) as expected:
        record = call.services.catalog.rollback(
            call.workspace, call.path["name"], call.given.version, actor=call.actor,
            expect_etag=etags.inner(expected),
        )
    return Answer(models.Version(**_version(record, record.number)))


def diff_shape(catalog: Catalog, workspace: str, name: str, old: int | None, new: int | None) -> models.Diff:
    """What differs between version `old` and version `new`; None is the draft."""
    found = catalog.diff(workspace, name, old, new)
    before, after = catalog.documents(workspace, name, old, new)
    return models.Diff(
        text=found.text,
        states=[models.StateChange(state=item.state, change=item.change) for item in found.states],
        old_document=before.as_written, new_document=after.as_written,
    )


def draft_answer(catalog: Catalog, workspace: str, draft: CatalogDraft, *, status: int = 200) -> Answer:
    """The draft, with the ETag that a save of it names."""
    written = draft.document.as_written
    answer = models.Draft(
        workflow=draft.workflow, document=written, etag=draft.etag, updated_at=iso_time(draft.updated_at),
        updated_by=draft.updated_by, edited=draft.edited, cases=written.get("cases", []),
        based_on_version=catalog.workflow(workspace, draft.workflow).latest_version or None,
    )
    return Answer(answer, status=status, etag=draft.etag)


def _version(record: VersionRecord, active: int) -> dict[str, models.Json]:
    return {
        "workflow": record.workflow, "version": record.number, "digest": record.digest, "note": record.note,
        "published_at": iso_time(record.published_at), "published_by": record.published_by,
        "active": record.number == active,
    }


def _number(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > _LONGEST_NUMBER:
        raise InvalidDocument(f"{text!r} is not a version's number", where="number")
    return int(text)
