"""What the routes of versions take and give: publish, rollback, differences."""

from __future__ import annotations

from pydantic import Field

from functions.app.shapes.base import Given, Json, PinnedConnector, Taken, Time
from functions.app.shapes.definitions import Finding, ScheduleTimes
from functions.app.shapes.secrets import GrantNeeded
from functions.app.shapes.testing import CasesRun


class PublishRequest(Taken):
    """Make the draft the new active version."""

    note: str = Field("", max_length=1000, description="What is new, for the list of versions.")
    accept_failing_cases: bool = Field(False, description="Publish also when some of its cases fail.")


class RollbackRequest(Taken):
    """Make an older version the active one."""

    version: int = Field(ge=1)


class DiffQuery(Taken):
    """From which version to which; leave one out for the draft."""

    old: int | None = Field(None, alias="from", ge=1)
    new: int | None = Field(None, alias="to", ge=1)


class Version(Given):
    """A published version."""

    workflow: str
    version: int
    digest: str
    note: str
    published_at: Time
    published_by: str
    active: bool


class VersionWithDocument(Version):
    """A published version with its document."""

    document: dict[str, Json]
    connectors: list[PinnedConnector]


class VersionList(Given):
    """All versions, newest first."""

    versions: list[Version]


class StateChange(Given):
    """A state that differs: added, removed or changed."""

    state: str
    change: str


class Diff(Given):
    """A unified diff, the states that differ, and both documents. What the Studio keeps beside a definition makes no
    difference."""

    text: str
    states: list[StateChange]
    old_document: dict[str, Json]
    new_document: dict[str, Json]


class PublishPreview(Given):
    """What publishing the draft would do. Nothing is stored."""

    workflow: str
    etag: str = Field(description="The draft's: name it in If-Match, so that what was looked at is what is published.")
    active_version: int | None
    next_version: int | None = Field(description="The number it would get; null where the draft is the active version.")
    diff: Diff | None = Field(description="From the active version; null before the first.")
    connectors: list[PinnedConnector] = Field(
        description="Those that the active version means otherwise than what would be published."
    )
    problems: list[Finding]
    schedules: list[ScheduleTimes] = Field(description="When each schedule comes next.")
    cases: CasesRun | None = Field(description="The draft's cases, run; null where the definition does not compile.")
    grants_needed: list[GrantNeeded] = Field(description="The secrets that have to be granted to it first.")
    publishable: bool = Field(description="Whether nothing is wrong with it. Failing cases have to be accepted.")
    barred: str | None = Field(description="Why whoever asks may not publish it: no right to, or four eyes.")
    usd: float | None = Field(
        description="What an execution costs on AWS by estimate, each state visited once; null for what has no price."
    )
    active_usd: float | None = Field(description="The same of the active version.")
