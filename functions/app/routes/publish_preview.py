"""The route that says what publishing a draft would do."""

from __future__ import annotations

from engine.catalog.document import document_digest
from functions.app.routes.definitions import finding_shape
from functions.app.routes.testing import cases_run
from functions.app.routes.workflows import diff_shape
from functions.app.routing import Answer, Call, RouteTable
from functions.app.shapes import models
from functions.app.shapes import models_authoring as shapes

table = RouteTable("Workflows")
route = table.add


@route("GET", "/workflows/{name}/publish", models.Nothing, answers=shapes.PublishPreview)
def preview_publish(call: Call[models.Nothing]) -> Answer:
    """Say what publishing the draft would change, what is wrong with it, and which of its cases fail.

    The cases are run for it, each with its stubs: nothing is called."""
    name, services = call.path["name"], call.services
    catalog, workspace = services.catalog, call.workspace
    draft, row = catalog.draft(workspace, name), catalog.workflow(workspace, name)
    active = catalog.version(workspace, name, row.active_version) if row.active_version else None
    problems = catalog.problems(draft.document)
    is_sound = all(problem.severity != "ERROR" for problem in problems)
    is_new = active is None or active.digest != document_digest(draft.document)
    preview = shapes.PublishPreview(
        workflow=name, etag=draft.etag, active_version=row.active_version or None,
        next_version=row.latest_version + 1 if is_new else None,
        diff=None if active is None else diff_shape(catalog, workspace, name, active.number, None),
        problems=[finding_shape(problem, None) for problem in problems],
        cases=cases_run(draft.document, draft.document.cases, services.clock) if is_sound else None,
        publishable=is_sound,
    )
    return Answer(preview)
