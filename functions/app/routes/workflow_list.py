"""Routes of the list of workflows: what there is, putting away, copying."""

from __future__ import annotations

from collections.abc import Mapping

from engine.catalog.catalog import Draft
from engine.catalog.document import document_digest
from engine.governance.audit.entry import WORKFLOW, Subject
from engine.governance.roles import Right
from engine.ports.catalog_store import WorkflowRecord
from engine.ports.executions_index import ExecutionQuery
from engine.ports.pauses import ALL, Pause
from functions.app import etags
from functions.app.acts import Act
from functions.app.routes.versions import workflow_of
from functions.app.routes.workflows import draft_after, draft_answer
from functions.app.routing import Answer, Call, RouteTable
from functions.app.services import Services
from functions.app.shapes import base
from functions.app.shapes import workflows as shapes

table = RouteTable("Workflows")

LAST_RUNS = 5


@table.route("GET", "/workflows", right=Right.LOOK, example="q=order&tag=team:payments")
def list_workflows(call: Call[shapes.WorkflowsQuery]) -> shapes.WorkflowList:
    """List the workflows, each with its latest runs.

    Archived ones are listed only with archived=true."""
    services, given = call.services, call.given
    pauses = {pause.workflow: pause for pause in services.pausing.paused(call.workspace)}

    def shown(row: WorkflowRecord) -> shapes.Workflow | None:
        draft = services.catalog.draft(call.workspace, row.workflow)
        if given.tag is not None and not _has_tag(draft.document.tags, given.tag):
            return None
        return _shown(services, call.workspace, row, draft, pauses)

    rows = [
        row for row in services.catalog.workflows(call.workspace)
        if row.archived == given.archived and _has_text(row, given.q)
    ]
    found = [workflow for workflow in services.each(shown, rows) if workflow is not None]
    return shapes.WorkflowList(workflows=found)


@table.route("GET", "/workflows/{name}", right=Right.LOOK)
def get_workflow(call: Call[base.Nothing]) -> Answer[shapes.Workflow]:
    """One workflow: its versions, its latest runs."""
    services = call.services
    return _answer(call, services.catalog.workflow(call.workspace, call.path["name"]))


@table.route("POST", "/workflows/{name}/archive", right=Right.PUBLISH, act=Act("workflow.archive", workflow_of))
def archive_workflow(call: Call[base.Nothing]) -> Answer[shapes.Workflow]:
    """Archive a workflow: it cannot be started, and lists leave it out. Nothing is deleted.

    Running executions go on; those that ended are neither redriven nor forked."""
    return _put(call, archived=True)


@table.route("POST", "/workflows/{name}/unarchive", right=Right.PUBLISH, act=Act("workflow.unarchive", workflow_of))
def unarchive_workflow(call: Call[base.Nothing]) -> Answer[shapes.Workflow]:
    """Take a workflow out of the archive."""
    return _put(call, archived=False)


@table.route(
    "POST", "/workflows/{name}/duplicate", right=Right.EDIT, status=201,
    act=Act("workflow.duplicate", lambda call: Subject(WORKFLOW, call.given.name)), example={"name": "order_flow_2"},
)
def duplicate_workflow(call: Call[shapes.DuplicateRequest]) -> Answer[shapes.Draft]:
    """Make the draft of a workflow the draft of a new one."""
    name, catalog = call.path["name"], call.services.catalog
    draft = catalog.duplicate(call.workspace, name, call.given.name, actor=call.actor)
    call.act.done(after={**draft_after(draft.etag, draft.document, None), "of": name})
    return draft_answer(catalog, call.workspace, draft)


def _put(call: Call[base.Nothing], *, archived: bool) -> Answer[shapes.Workflow]:
    """Into the archive, or out of it."""
    catalog, name = call.services.catalog, call.path["name"]
    before = catalog.workflow(call.workspace, name).archived
    row = catalog.set_archived(call.workspace, name, archived=archived)
    call.act.done(before={"archived": before}, after={"archived": archived}, changed=before != archived)
    return _answer(call, row)


def _answer(call: Call[base.Nothing], row: WorkflowRecord) -> Answer[shapes.Workflow]:
    services = call.services
    draft = services.catalog.draft(call.workspace, row.workflow)
    pauses = {pause.workflow: pause for pause in services.pausing.paused(call.workspace)}
    shown = _shown(services, call.workspace, row, draft, pauses)
    return Answer(shown, etag=etags.joined(row.etag, shown.model_dump_json()))


def _shown(
    services: Services, workspace: str, row: WorkflowRecord, draft: Draft, pauses: Mapping[str, Pause]
) -> shapes.Workflow:
    pause = pauses.get(row.workflow) or pauses.get(ALL)
    runs = services.executions.page(ExecutionQuery(workspace, workflow=row.workflow, limit=LAST_RUNS)).rows
    return shapes.Workflow.of(
        row, name=row.workflow, kind=draft.document.kind, tags=draft.document.tags,
        active_version=row.active_version or None, latest_version=row.latest_version or None,
        updated_by=draft.updated_by, has_unpublished_changes=_differs(services, workspace, row, draft),
        paused=None if pause is None else shapes.WorkflowPause.of(pause, by=pause.paused_by, at=pause.paused_at),
        last_runs=[shapes.LastRun.of(run, id=run.key.id) for run in runs if run.key.fork_of is None],
    )


def _differs(services: Services, workspace: str, row: WorkflowRecord, draft: Draft) -> bool:
    if not row.active_version:
        return True
    active = services.catalog.version(workspace, row.workflow, row.active_version)
    return active.digest != document_digest(draft.document)


def _has_text(row: WorkflowRecord, text: str | None) -> bool:
    return text is None or text.casefold() in f"{row.workflow}\n{row.description}".casefold()


def _has_tag(tags: Mapping[str, str], wanted: str) -> bool:
    name, colon, value = wanted.partition(":")
    return name in tags and (not colon or tags[name] == value)
