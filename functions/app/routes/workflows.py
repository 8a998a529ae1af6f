"""Routes of workflows: drafts, import and export."""

from __future__ import annotations

from engine.catalog.catalog import Catalog
from engine.catalog.catalog import Draft as CatalogDraft
from engine.catalog.diff import unified
from engine.catalog.document import WorkflowDocument, document_digest, parse_document
from engine.catalog.files import place_of
from engine.errors import Conflict, InvalidDocument, NotFound, UserError
from engine.governance.audit.entry import WORKFLOW, Subject
from engine.governance.roles import Right
from engine.language.asl.source import Source
from engine.ports.catalog_store import VersionRecord
from functions.app import etags
from functions.app.acts import Act, Acts, Doing
from functions.app.documents import read_document, read_source
from functions.app.routes.versions import published, version_shape, workflow_of
from functions.app.routing import Also, Answer, Call, RouteTable
from functions.app.shapes import base
from functions.app.shapes import workflows as shapes
from functions.app.warnings import warn

table = RouteTable("Workflows")

_MOST_WARNED = 5
"""Problems of an imported draft that are told; the others are counted."""

_DOCUMENT = {
    "name": "hello",
    "definition": {"StartAt": "Greet", "States": {"Greet": {"Type": "Pass", "End": True}}},
}


@table.route(
    "POST", "/workflows/import", right=Right.EDIT,
    also=(Also(Right.PUBLISH, "with publish", lambda given: given.publish),),
    act=Acts(("workflow.import", "workflow.publish")),
    example={"document": _DOCUMENT, "publish": True},
)
def import_workflow(call: Call[shapes.ImportRequest]) -> Answer[shapes.ImportAnswer]:
    """Import a document or a bare definition as the draft.

    An unchanged document changes nothing. If the draft was edited since the last import, the import is refused with the
    difference, unless forced. A draft may be unfinished: `warnings` say what publishing it would refuse. With
    `publish` its cases are run first, as publishing does. If that is refused, the draft is kept."""
    given, catalog = call.given, call.services.catalog
    document, source = read_document(given)
    subject = Subject(WORKFLOW, document.name)
    before = _draft_before(catalog, call.workspace, document.name)
    with call.acts.doing("workflow.import", subject) as act:
        done = catalog.import_document(
            call.workspace, document, actor=call.actor, force=given.force, source_bytes=source
        )
        after = {**draft_after(done.etag, document, before), "forced": given.force}
        act.done(before=_etag(before), after=after, changed=done.changed)
    version, active = None, 0
    if given.publish:
        active = catalog.workflow(call.workspace, document.name).active_version
        with call.acts.doing("workflow.publish", subject) as act:
            version = _publish_imported(call, act, document.name, done.etag)
    else:
        text = None if given.source is None else read_source(given.source, given.format)
        _warn_of_problems(catalog, document, text)
    return Answer(
        shapes.ImportAnswer.of(
            done, version=None if version is None else version_shape(version, version.number),
            published=version is not None and version.number != active,
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


def _publish_imported(call: Call[shapes.ImportRequest], act: Doing, name: str, etag: str) -> VersionRecord:
    """Publish what was imported. A refusal says that the draft is kept."""
    try:
        return published(call, act, name, etag)
    except UserError as error:
        error.advice = " ".join(filter(None, ["It is imported as the draft, and not published.", error.advice]))
        raise


@table.route("GET", "/workflows/{name}/draft", right=Right.LOOK)
def get_draft(call: Call[base.Nothing]) -> Answer[shapes.Draft]:
    """The draft; its ETag is what a save names."""
    catalog = call.services.catalog
    return draft_answer(catalog, call.workspace, catalog.draft(call.workspace, call.path["name"]))


@table.route(
    "PUT", "/workflows/{name}/draft", right=Right.EDIT, conditional=True, act=Act("workflow.save_draft", workflow_of),
    example={"document": _DOCUMENT},
)
def put_draft(call: Call[shapes.SaveDraftRequest]) -> Answer[shapes.Draft]:
    """Save the draft that If-Match names; without If-Match, create a workflow.

    412 when the draft was changed meanwhile: the answer's details hold the difference. The same document again is no
    edit: the draft keeps its ETag, and who edited it last."""
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
    changed = before is None or saved.etag != before.etag
    call.act.done(before=_etag(before), after=draft_after(saved.etag, document, before), changed=changed)
    return draft_answer(catalog, call.workspace, saved)


@table.route("GET", "/workflows/{name}/export", right=Right.LOOK, example="version=1")
def export_workflow(call: Call[shapes.ExportQuery]) -> str:
    """The draft's file, or that of a version, as it was written."""
    data = call.services.catalog.export(call.workspace, call.path["name"], call.given.version)
    return data.decode()


def draft_answer(catalog: Catalog, workspace: str, draft: CatalogDraft) -> Answer[shapes.Draft]:
    """The draft, with the ETag that a save of it names."""
    written = draft.document.as_written
    answer = shapes.Draft.of(
        draft, document=written, cases=written.get("cases", []),
        based_on_version=catalog.workflow(workspace, draft.workflow).latest_version or None,
    )
    return Answer(answer, etag=draft.etag)


def draft_after(etag: str, document: WorkflowDocument, before: CatalogDraft | None) -> dict[str, base.Json]:
    """What an entry has of a new draft: its etag and digest, and what is different; the whole document is the
    version's to keep."""
    shape: dict[str, base.Json] = {"etag": etag, "digest": document_digest(document)}
    if before is not None:
        shape["diff"] = unified(before.document, document, "before", "after")
    return shape


def _draft_before(catalog: Catalog, workspace: str, name: str) -> CatalogDraft | None:
    try:
        return catalog.draft(workspace, name)
    except NotFound:
        return None


def _etag(draft: CatalogDraft | None) -> base.Json:
    return None if draft is None else {"etag": draft.etag, "updated_by": draft.updated_by}
