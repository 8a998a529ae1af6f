"""What the routes of workflows and their drafts take and give."""

from __future__ import annotations

from pydantic import Field

from functions.app.shapes.base import Given, Json, Taken, Time
from functions.app.shapes.definitions import WithSource
from functions.app.shapes.versions import Version


class ImportRequest(WithSource):
    """Make a document the draft of its workflow."""

    publish: bool = Field(False, description="Publish it at once.")
    force: bool = Field(False, description="Overwrite a draft that was edited since the last import.")
    note: str = Field("", max_length=1000, description="What is new, for the list of versions.")
    accept_failing_cases: bool = Field(False, description="With publish: also when some of its cases fail.")


class SaveDraftRequest(Taken):
    """The whole document; If-Match names the draft that was read."""

    document: dict[str, Json]


class ExportQuery(Taken):
    """Which version; the draft by default."""

    version: int | None = Field(None, ge=1)


class Draft(Given):
    """A draft; the ETag is what a save of it names in If-Match."""

    workflow: str
    document: dict[str, Json]
    etag: str
    updated_at: Time
    updated_by: str
    edited: bool = Field(description="Whether it is another than the last import wrote: an import over it is refused.")
    based_on_version: int | None = Field(description="The version that was last published from it.")
    cases: list[dict[str, Json]] = Field(description="The document's test cases.")


class ImportAnswer(Given):
    """What an import did. `version` is there when it was published."""

    workflow: str
    changed: bool
    created: bool
    etag: str
    diff: str = Field(description="From the draft before to the file; empty when nothing changed.")
    version: Version | None = None
    published: bool = Field(False, description="Whether it became a new active version.")


class WorkflowsQuery(Taken):
    """Which workflows are listed. Filters combine with AND."""

    archived: bool = Field(False, description="Archived workflows, instead of the others.")
    q: str | None = Field(None, max_length=200, description="Only those with this text in their name or description.")
    tag: str | None = Field(None, max_length=200, description="Only those with this tag: NAME, or NAME:VALUE.")


class LastRun(Given):
    """One of a workflow's latest executions."""

    id: str
    status: str
    started_at: Time


class WorkflowPause(Given):
    """How a workflow is paused, by whom and since when."""

    starts: str
    running: str
    by: str
    at: Time


class Workflow(Given):
    """One workflow. Versions are null before the first publish."""

    name: str
    description: str
    kind: str
    tags: dict[str, str]
    active_version: int | None
    latest_version: int | None
    updated_at: Time
    updated_by: str
    has_unpublished_changes: bool = Field(description="Whether the draft is another than the active version.")
    paused: WorkflowPause | None
    archived: bool
    last_runs: list[LastRun] = Field(description="The newest first, at most five.")


class WorkflowList(Given):
    """The workflows, by name."""

    workflows: list[Workflow]


class DuplicateRequest(Taken):
    """What the copy is called."""

    name: str = Field(description="A new workflow's name.")
