"""Routes of a workflow's versions: publish and what that would do, list, difference, rollback."""

from __future__ import annotations

import json
from typing import Any

from engine.catalog.catalog import Catalog, Draft, check_four_eyes, is_version
from engine.catalog.published import read_pins
from engine.catalog.publishing import credentials_written
from engine.errors import InvalidDocument, Refused
from engine.governance.audit.entry import WORKFLOW, Subject
from engine.governance.roles import Right, check
from engine.ports.catalog_store import VersionRecord
from functions.app import etags
from functions.app.acts import Act, Doing
from functions.app.case_check import CaseCheck
from functions.app.routes.definitions import finding_shape, schedule_times
from functions.app.routes.testing import cases_run
from functions.app.routing import Call, RouteTable
from functions.app.runs.pinned import pinned
from functions.app.runs.pricing import estimated
from functions.app.secret_uses import needed
from functions.app.shapes import base
from functions.app.shapes import versions as shapes
from functions.app.shapes import workflows as workflows_shapes
from functions.app.shapes.secrets import GrantNeeded
from functions.app.warnings import warn

table = RouteTable("Workflows")

_LONGEST_NUMBER = 4_000
"""Python reads no integers over 4,300 digits."""


def workflow_of(call: Call[Any]) -> Subject:
    """The workflow that the address names."""
    return Subject(WORKFLOW, call.path["name"])


@table.route(
    "POST", "/workflows/{name}/publish", right=Right.PUBLISH,
    conditional=True, act=Act("workflow.publish", workflow_of),
    example={"note": "Refunds over 500 need an approval"},
)
def publish_workflow(call: Call[shapes.PublishRequest]) -> shapes.Version:
    """Make the draft the new active version.

    If-Match names the draft that was tested. 422 lists everything that is wrong with it. Its cases are run first, each
    with its stubs: nothing is called. If some fail, 422 CasesFail lists them, unless they are accepted."""
    version = published(call, call.act, call.path["name"], call.expected)
    return version_shape(version, version.number)


@table.route("GET", "/workflows/{name}/publish", right=Right.EDIT)
def preview_publish(call: Call[base.Nothing]) -> shapes.PublishPreview:
    """Say what publishing the draft would change, what is wrong with it, and which of its cases fail.

    The cases are run for it, each with its stubs: nothing is called. Each schedule has its next ten times."""
    name, services = call.path["name"], call.services
    catalog, workspace = services.catalog, call.workspace
    draft, row = catalog.draft(workspace, name), catalog.workflow(workspace, name)
    active = catalog.version(workspace, name, row.active_version) if row.active_version else None
    problems = catalog.problems(draft.document, workspace)
    is_sound = all(problem.severity != "ERROR" for problem in problems)
    pins = catalog.pins(draft.document)
    is_new = active is None or not is_version(active, draft.document, pins)
    return shapes.PublishPreview(
        workflow=name, etag=draft.etag, active_version=row.active_version or None,
        next_version=row.latest_version + 1 if is_new else None,
        diff=None if active is None else diff_shape(catalog, workspace, name, active.number, None),
        connectors=[] if active is None else [
            one for one in pinned(read_pins(active.pins), services.tasks)
            if one.resource in pins and one.pinned != one.now
        ],
        problems=[finding_shape(problem, None) for problem in problems],
        schedules=schedule_times(draft.document, services.clock),
        cases=cases_run(draft.document, draft.document.cases, services.clock) if is_sound else None,
        grants_needed=_grants_needed(call, draft),
        publishable=is_sound, barred=_barred(call, draft) if is_new else None,
        usd=estimated(draft.document.definition, draft.document.kind).run,
        active_usd=None if active is None else _active_usd(active),
    )


def _active_usd(active: VersionRecord) -> float | None:
    said: Any = json.loads(active.document)
    return estimated(said["definition"], str(said.get("kind", "STANDARD"))).run


def _grants_needed(call: Call[Any], draft: Draft) -> list[GrantNeeded]:
    """Each grant once that publishing the draft waits for."""
    found = needed(draft.document, call.services.secret_backends, call.workspace)
    wanted = dict.fromkeys((use.key, backend, use.grant) for use, backend in found)
    return [GrantNeeded.of(grant, key=key, backend=backend) for key, backend, grant in wanted]


def _barred(call: Call[Any], draft: Draft) -> str | None:
    """Why who asks may not publish the draft; None where they may."""
    try:
        check(call.caller, Right.PUBLISH, call.workspace, what="publishing")
        if call.services.settings.four_eyes:
            check_four_eyes(draft, call.actor)
    except Refused as error:
        return f"{error.message}. {error.advice}"
    return None


@table.route("GET", "/workflows/{name}/versions", right=Right.LOOK)
def list_versions(call: Call[base.Nothing]) -> shapes.VersionList:
    """The published versions, newest first."""
    name, catalog = call.path["name"], call.services.catalog
    active = catalog.workflow(call.workspace, name).active_version
    found = catalog.versions(call.workspace, name)
    return shapes.VersionList(versions=[version_shape(item, active) for item in found])


@table.route("GET", "/workflows/{name}/versions/{number}", right=Right.LOOK)
def get_version(call: Call[base.Nothing]) -> shapes.VersionWithDocument:
    """One version with its document."""
    name, catalog = call.path["name"], call.services.catalog
    active = catalog.workflow(call.workspace, name).active_version
    record = catalog.version(call.workspace, name, _number(call.path["number"]))
    return shapes.VersionWithDocument.of(
        version_shape(record, active), document=json.loads(record.document),
        connectors=pinned(read_pins(record.pins), call.services.tasks),
    )


@table.route("GET", "/workflows/{name}/diff", right=Right.LOOK, example="from=1&to=2")
def diff_workflow(call: Call[shapes.DiffQuery]) -> shapes.Diff:
    """What differs between two versions, or a version and the draft."""
    given = call.given
    return diff_shape(call.services.catalog, call.workspace, call.path["name"], given.old, given.new)


@table.route(
    "POST", "/workflows/{name}/rollback", right=Right.PUBLISH,
    conditional=True, act=Act("workflow.rollback", workflow_of),
    example={"version": 1},
)
def rollback_workflow(call: Call[shapes.RollbackRequest]) -> shapes.Version:
    """Make an older version the active one again.

    If-Match names the workflow's ETag."""
    catalog, name = call.services.catalog, call.path["name"]
    before = catalog.workflow(call.workspace, name).active_version
    record = catalog.rollback(
        call.workspace, name, call.given.version, expect_etag=etags.inner(call.expected)
    )
    _tell_active(call.act, before, record)
    return version_shape(record, record.number)


def diff_shape(catalog: Catalog, workspace: str, name: str, old: int | None, new: int | None) -> shapes.Diff:
    """What differs between version `old` and version `new`; None is the draft."""
    found = catalog.diff(workspace, name, old, new)
    before, after = catalog.documents(workspace, name, old, new)
    return shapes.Diff.of(found, old_document=before.as_written, new_document=after.as_written)


def published(
    call: Call[workflows_shapes.ImportRequest] | Call[shapes.PublishRequest], act: Doing, name: str,
    expect_etag: str | None,
) -> VersionRecord:
    """Publish the draft; warn of what looks like a credential, of triggers that hardly start anything, of alerts that
    could not be sent, and of workflows that it names and that are missing."""
    catalog, given = call.services.catalog, call.given
    check = CaseCheck(call.services.clock, accept=given.accept_failing_cases)
    before = catalog.workflow(call.workspace, name).active_version
    version = catalog.publish(
        call.workspace, name, note=given.note, actor=call.actor, expect_etag=expect_etag, check=check,
        four_eyes=bool(call.services.settings.four_eyes),
    )
    accepted = {"accepted_failing_cases": check.accepted} if check.accepted else {}
    _tell_active(act, before, version, reason=given.note, **accepted)
    document, _ = catalog.documents(call.workspace, name, version.number, version.number)
    remarks = (
        *credentials_written(document), *catalog.remarks(document), *catalog.missing(call.workspace, document)
    )
    for remark in remarks:
        warn(f"{remark.location}: {remark.message}")
    return version


def version_shape(record: VersionRecord, active: int) -> shapes.Version:
    """A version; `active` is the number of the active one."""
    return shapes.Version.of(record, version=record.number, active=record.number == active)


def _tell_active(
    act: Doing, before: int, active: VersionRecord, *, reason: str | None = None, **more: base.Json
) -> None:
    """`active` is the active version now; before it was the one of that number."""
    digests = {"digest": active.digest, "definition_digest": active.definition_digest}
    act.done(
        before={"version": before}, after={"version": active.number, **digests, **more}, reason=reason,
        changed=active.number != before,
    )


def _number(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > _LONGEST_NUMBER:
        raise InvalidDocument(f"{text!r} is not the number of a version", where="number")
    return int(text)
