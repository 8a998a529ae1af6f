"""What the routes of the Studio's workflow list, of conversion and of "who am I" take and give."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from functions.app.shapes.models import Diff, Finding
from functions.app.shapes.models_base import Given, Json, Taken, Time
from functions.app.shapes.models_testing import CasesRun


class WorkflowsQuery(Taken):
    """Which workflows are listed. Filters combine with AND."""

    archived: bool = Field(False, description="Those put away, instead of the others.")
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


class PublishPreview(Given):
    """What publishing the draft would do. Nothing is stored."""

    workflow: str
    etag: str = Field(description="The draft's: name it in If-Match, so that what was looked at is what is published.")
    active_version: int | None
    next_version: int | None = Field(description="The number it would get; null where the draft is the active version.")
    diff: Diff | None = Field(description="From the active version; null before the first.")
    problems: list[Finding]
    cases: CasesRun | None = Field(description="The draft's cases, run; null where the definition does not compile.")
    publishable: bool = Field(description="Whether nothing is wrong with it. Failing cases have to be accepted.")


class Sample(Given):
    """A workflow to begin with."""

    name: str
    description: str
    document: dict[str, Json]
    input: Json


class SampleList(Given):
    """The samples, by name."""

    samples: list[Sample]


class ConvertRequest(Taken):
    """A file of another kind."""

    source: str = Field(min_length=1, max_length=4 * 1024 * 1024, description="Its text: JSON or YAML.")
    filename: str | None = Field(None, max_length=200, description="What it is called; a workflow is named after it.")


class Candidate(Given):
    """One workflow that was found in it. `notes` say what was guessed, and what is to be done by hand."""

    name: str
    document: dict[str, Json]
    notes: list[str]


class Conversion(Given):
    """What was recognised. Nothing is stored."""

    format: Literal["workflow", "asl", "sam", "cloudformation", "n8n"]
    candidates: list[Candidate]


class Copilot(Given):
    """What drafts workflows from sentences here."""

    configured: bool = Field(description="Whether a model is configured; without one, an offline grammar drafts.")
    provider: Literal["offline", "bedrock", "openai"]
    model: str | None


Right = Literal["look", "edit", "publish", "run", "secrets", "operate"]


class Me(Given):
    """Who asks, what they may do, and what answers."""

    actor: str
    actor_kind: str = Field(description="user, or token where a program asks.")
    rights: list[Right] = Field(description="Whoever is signed in may do all of it: there are no roles yet.")
    workspace: str
    stage: str = Field(description="local, or the deployment's stage.")
    product_version: str
    commit: str | None = Field(description="What the release was built from; null where nothing tells it.")
    region: str | None
    links: dict[str, str]
    copilot: Copilot
    workers: int | None = Field(description="The processes that serve the queue here; null on AWS, where they come.")
