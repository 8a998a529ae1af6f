"""What the routes of definitions and connectors take and give."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from functions.app.shapes.base import Given, Json, Taken, Time


class WithSource(Taken):
    """A document as a JSON value, or as the text of a file (JSON or YAML)."""

    document: dict[str, Json] | None = Field(
        None, description="A workflow document, or a bare definition in the Amazon States Language."
    )
    source: str | None = Field(None, description="The same as text: JSON, or YAML. Kept as it is, for export.")
    format: Literal["json", "yaml"] | None = Field(
        None, description="What `source` is; by default JSON where it begins as JSON does."
    )
    name: str | None = Field(None, description="The workflow's name, over the document's own.")

    @model_validator(mode="after")
    def _one_of_them(self) -> WithSource:
        if (self.document is None) == (self.source is None):
            raise ValueError("give either 'document' or 'source'")
        return self


class ValidateRequest(WithSource):
    """Check a document without storing it."""


class ProposalFinding(Given):
    """A finding of the linter about the proposed definition."""

    code: str
    message: str
    location: str
    severity: str


class Finding(ProposalFinding):
    """One finding about a definition, in the shape of AWS's ValidateStateMachineDefinition."""

    line: int | None = None
    column: int | None = None


class ScheduleTime(Given):
    """A time of a schedule: in UTC, and what the clocks of its zone show."""

    at: Time
    local: str
    twice: bool = Field(description="Whether the clocks show it twice that day: this is the first.")


class ScheduleTimes(Given):
    """When a schedule of the document comes next; a rate is counted from now."""

    location: str = Field(description="The JSON pointer of the trigger.")
    expression: str
    timezone: str
    enabled: bool
    times: list[ScheduleTime]
    skipped: list[str] = Field(description="What the clocks leave out before the last of them.")


class Listens(Given):
    """What a trigger of the document will listen to once it is published."""

    location: str = Field(description="The JSON pointer of the trigger.")
    name: str
    type: str
    enabled: bool
    says: str = Field(description="In words.")
    url: str | None = Field(None, description="Of a webhook, where AUTOMATE_PUBLIC_URL says what it begins with.")


class Validation(Given):
    """OK or FAIL, every finding, what will listen to what, and when each schedule comes next."""

    result: str
    diagnostics: list[Finding]
    schedules: list[ScheduleTimes]
    listens: list[Listens]


class Action(Given):
    """One action of a connector. Inputs and outputs are in the words of JSON Schema."""

    name: str
    resource: str = Field(description="How a Task names it.")
    title: str = Field(default="", description="What people call it; empty where its name says it.")
    description: str
    kind: str
    waits: bool = Field(description="Whether it is called with .waitForTaskToken: somebody answers.")
    at_most_once: bool
    inputs: dict[str, Json]
    one_of: list[list[str]] = Field(default=[], description="Of each group of inputs a call gives one or more.")
    outputs: dict[str, Json]


class _WithActions(Given):
    code: str
    name: str
    description: str
    actions: list[Action]


class Connector(_WithActions):
    """A connector; `problem` says why one cannot be loaded."""

    icon: str = Field(default="", description="The path of an SVG of 24 by 24; empty for the Studio's own.")
    problem: str | None = None


class CallLimit(Given):
    """How an account of a service stands, a connector with the secrets that steps name: its limit, if it has one, which
    all workers share, and until when nobody calls it."""

    service: str = Field(description="The connector's code.")
    secrets: list[str] = Field(description="The keys of the secrets; none for who may not see them.")
    requests: int | None = Field(description="null: it has no limit, and was left alone once.")
    per_seconds: float | None
    next_at: Time = Field(
        description="Until then its tokens are leased, or it is closed by Retry-After or by failures in a row; null: "
        "calls may begin."
    )


class CallLimits(Given):
    """The accounts with a limit that were called, and those without that were closed once; by service."""

    limits: list[CallLimit]


class ConnectorList(Given):
    """All connectors, by code."""

    connectors: list[Connector]


class DescribedService(Taken):
    """An OpenAPI document of a service."""

    source: str = Field(min_length=1, max_length=4 * 1024 * 1024, description="Its text: JSON or YAML.")
    filename: str = Field("openapi.yaml", min_length=1, max_length=200, description="JSON where it ends in .json.")
    name: str | None = Field(None, description="The connector's code; by default the filename up to its first dot.")


class ImportedAction(Given):
    """An action that an import gives."""

    name: str
    request: str = Field(description="Method and path.")
    description: str
    kind: Literal["read", "write"]
    at_most_once: bool = Field(description="The document does not say how a call is repeated safely.")


class LeftOut(Given):
    """An operation that a connector file cannot say."""

    operation: str
    why: str


class ConnectorFile(Given):
    """The connector file that `automate connectors import` would write for the first time. Nothing is stored."""

    code: str
    name: str
    base_url: str
    authenticated: bool = Field(description="Whether the document says how the service knows who calls.")
    known: bool = Field(description="Whether there is a connector of this code already.")
    actions: list[ImportedAction]
    left_out: list[LeftOut]
    filename: str
    text: str
