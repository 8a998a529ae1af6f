"""What the API takes and gives, as pydantic models: they check, and OpenAPI is made from them.

Times are ISO 8601 in UTC. Unknown fields in a request are refused: a misspelt one would be ignored in silence.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field, model_validator

from functions.app.shapes.models_base import ConsoleAddresses, ExecutionFilters, Given, Paged, Taken, Time

Json = Any


# Requests


class Nothing(Taken):
    """No parameters."""


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


class ImportRequest(WithSource):
    """Make a document the draft of its workflow."""

    publish: bool = Field(False, description="Publish it at once.")
    force: bool = Field(False, description="Overwrite a draft that was edited since the last import.")
    note: str = Field("", max_length=1000, description="What is new, for the list of versions.")
    accept_failing_cases: bool = Field(False, description="With publish: also when some of its cases fail.")


class ValidateRequest(WithSource):
    """Check a document without storing it."""


class SaveDraftRequest(Taken):
    """The whole document; If-Match names the draft that was read."""

    document: dict[str, Json]


class PublishRequest(Taken):
    """Make the draft the new active version."""

    note: str = Field("", max_length=1000, description="What is new, for the list of versions.")
    accept_failing_cases: bool = Field(False, description="Publish also when some of its cases fail.")


class RollbackRequest(Taken):
    """Make an older version the active one."""

    version: int = Field(ge=1)


class StartRequest(Taken):
    """Start an execution."""

    input: Json = Field(default_factory=dict, description="Any JSON value.")
    name: str | None = Field(None, description="Unique within the workflow; by default a UUID.")
    version: int | None = Field(None, ge=1, description="By default the active one.")
    sync: bool = Field(
        False, description="Run an EXPRESS workflow here and answer with its outcome; 504 after 25 s. Or ?sync=true."
    )


class StopRequest(Taken):
    """Stop an execution; error and cause are shown with it."""

    error: str | None = Field(None, max_length=256)
    cause: str | None = Field(None, max_length=32768)


class TaskSuccessRequest(Taken):
    """Answer a task that waits for its token."""

    token: str
    output: Json = None


class TaskFailureRequest(Taken):
    """Fail a task that waits for its token."""

    token: str
    error: str | None = Field(None, max_length=256)
    cause: str | None = Field(None, max_length=32768)


class TaskHeartbeatRequest(Taken):
    """Say that the work behind a task token goes on."""

    token: str


class SecretRequest(Taken):
    """A secret's value. It is never shown again."""

    value: str = Field(min_length=1, repr=False)
    allow_short: bool = Field(
        False, description="Take a value of fewer than 8 characters, which masking cannot tell from ordinary text."
    )


# Query strings


class DeleteSecretQuery(Taken):
    """Whether it is deleted although it is used."""

    force: bool = Field(False, description="Delete it although workflows name it.")


class ExportQuery(Taken):
    """Which version; the draft by default."""

    version: int | None = Field(None, ge=1)


class DiffQuery(Taken):
    """From which version to which; leave one out for the draft."""

    old: int | None = Field(None, alias="from", ge=1)
    new: int | None = Field(None, alias="to", ge=1)


_STATUSES = "RUNNING|SUCCEEDED|FAILED|TIMED_OUT|ABORTED|PAUSED"


class ExecutionsQuery(Paged, ExecutionFilters):
    """Filters combine with AND. A name, error or business key ending with ``*`` is a prefix."""

    workflow: str | None = None
    status: str | None = Field(
        None, pattern=f"^({_STATUSES})(,({_STATUSES}))*$",
        description="One, or several with commas between: any of them.",
    )


class HistoryQuery(Taken):
    """Only what is new: a live view polls with the id of the last event it has."""

    after: int = Field(0, ge=0, description="Events with an id over this one.")
    limit: int = Field(1000, ge=1, le=1000)


# Answers


class ErrorDetail(Given):
    """What is wrong, where, and what to do."""

    code: str
    message: str
    where: str | None = Field(None, description="A JSON pointer, a line, a header or a field.")
    advice: str | None = None
    details: Json = None


class ErrorAnswer(Given):
    """The one shape of every error."""

    error: ErrorDetail


class Done(Given):
    """It is done."""

    ok: bool = True


class Health(Given):
    """The server answers."""

    product: str = "automate"
    status: str = "ok"


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


class VersionList(Given):
    """All versions, newest first."""

    versions: list[Version]


class ImportAnswer(Given):
    """What an import did. `version` is there when it was published."""

    workflow: str
    changed: bool
    created: bool
    etag: str
    diff: str = Field(description="From the draft before to the file; empty when nothing changed.")
    version: Version | None = None
    published: bool = Field(False, description="Whether it became a new active version.")


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


class Finding(Given):
    """One finding about a definition, in the shape of AWS's ValidateStateMachineDefinition."""

    code: str
    message: str
    location: str
    severity: str
    line: int | None = None
    column: int | None = None


class Validation(Given):
    """OK or FAIL, and every finding."""

    result: str
    diagnostics: list[Finding]


class Execution(Given):
    """An execution as it stands. `output` is null until it SUCCEEDED. An input or output over 256 KiB is left out:
    ``{"$too_large": {"bytes", "href"}}`` says where it is downloaded."""

    id: str
    name: str
    workflow: str
    version: int
    status: str
    kind: str
    input: Json
    output: Json
    error: str | None
    cause: str | None
    started_at: Time
    ended_at: Time
    business_key: str | None
    definition_digest: str = Field(description="Of what it runs by: the definition, the kind and at_most_once.")
    duration_seconds: float | None = Field(description="Until it ended; null while it runs.")
    started_by: str | None = Field(None, description="Who started it, as the audit log has it.")
    redrives: int = Field(description="How often it was redriven.")
    links: ConsoleAddresses = Field(default_factory=ConsoleAddresses)


class ExecutionSummary(Given):
    """One row of the list."""

    id: str
    name: str
    workflow: str
    version: int
    status: str
    started_at: Time
    ended_at: Time
    duration_seconds: float | None
    error: str | None
    business_key: str | None


class ExecutionList(Given):
    """Newest first. `next_token` is null on the last page."""

    executions: list[ExecutionSummary]
    next_token: str | None


class History(Given):
    """Events as AWS's GetExecutionHistory gives them. `last_event` is the `after` of the next poll."""

    events: list[dict[str, Json]]
    last_event: int


class Secret(Given):
    """What may be shown of a secret: never its value."""

    key: str
    backend: str
    updated_at: Time
    updated_by: str | None
    shadowed_by: str | None = Field(
        description="The backend that is asked before this one and has the key as well: its value is what runs."
    )


class SecretUse(Given):
    """A workflow that names the secret: its active version, or its draft."""

    workflow: str
    version: int | Literal["draft"]
    states: list[str]


class SecretWithUse(Secret):
    """A secret and who uses it. `writable` says whether it can be rotated and deleted here."""

    writable: bool
    used_by: list[SecretUse]


class SecretList(Given):
    """All secrets, by backend in the order in which they are asked."""

    secrets: list[SecretWithUse]


class Action(Given):
    """One action of a connector. Inputs and outputs are in the words of JSON Schema."""

    name: str
    resource: str = Field(description="How a Task names it.")
    description: str
    kind: str
    waits: bool = Field(description="Whether it is called with .waitForTaskToken: somebody answers.")
    at_most_once: bool
    inputs: dict[str, Json]
    outputs: dict[str, Json]


class Connector(Given):
    """A connector; `problem` says why one cannot be loaded."""

    code: str
    name: str
    description: str
    actions: list[Action]
    problem: str | None = None


class KnownConnector(Given):
    """A connector that is known and not installed: a draft may name its actions, and publishing it is refused."""

    code: str
    name: str
    description: str
    actions: list[Action]
    installed: bool
    package_hint: str = Field(description="What to do to have it.")


class ConnectorList(Given):
    """All connectors, by code, and the known ones that are not installed."""

    connectors: list[Connector]
    known: list[KnownConnector]
