"""What the API takes and gives, as pydantic models: they check, and OpenAPI is made from them.

Times are ISO 8601 in UTC. Unknown fields in a request are refused: a misspelt one would be ignored in silence.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from functions.api.models_base import ConsoleAddresses

Json = Any


class _In(BaseModel):
    """A request."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class _Out(BaseModel):
    """An answer."""

    model_config = ConfigDict(frozen=True, populate_by_name=True)


# Requests


class Nothing(_In):
    """No parameters."""


class WithSource(_In):
    """A document as a JSON value, or as the text of a file (JSON or YAML)."""

    document: dict[str, Json] | None = Field(
        None, description="A workflow document, or a bare definition in the Amazon States Language."
    )
    source: str | None = Field(None, description="The same as text: JSON, or YAML. Kept as it is, for export.")
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


class ValidateRequest(WithSource):
    """Check a document without storing it."""


class SaveDraftRequest(_In):
    """The whole document; If-Match names the draft that was read."""

    document: dict[str, Json]


class PublishRequest(_In):
    """Make the draft the new active version."""

    note: str = Field("", max_length=1000, description="What is new, for the list of versions.")


class RollbackRequest(_In):
    """Make an older version the active one."""

    version: int = Field(ge=1)


class StartRequest(_In):
    """Start an execution."""

    input: Json = Field(default_factory=dict, description="Any JSON value.")
    name: str | None = Field(None, description="Unique within the workflow; by default a UUID.")
    version: int | None = Field(None, ge=1, description="By default the active one.")
    sync: bool = Field(
        False, description="Run an EXPRESS workflow here and answer with its outcome; 504 after 25 s. Or ?sync=true."
    )


class StopRequest(_In):
    """Stop an execution; error and cause are shown with it."""

    error: str | None = Field(None, max_length=256)
    cause: str | None = Field(None, max_length=32768)


class PauseRequest(_In):
    """How a workflow is paused."""

    starts: Literal["queue", "refuse"] = Field(
        "queue", description="queue: accepted, and begun once it is resumed. refuse: 409."
    )
    running: Literal["finish", "hold"] = Field(
        "finish", description="finish: what has begun runs on. hold: after the calls under way, until it is resumed."
    )


class StopManyRequest(_In):
    """Which of a workflow's executions to stop; error and cause are shown with each."""

    status: Literal["RUNNING", "PAUSED"] = "RUNNING"
    error: str | None = Field(None, max_length=256)
    cause: str | None = Field(None, max_length=32768)
    limit: int = Field(100, ge=1, le=1000)
    next_token: str | None = None


class RedriveManyRequest(_In):
    """Which of a workflow's executions to redrive. Filters combine with AND."""

    status: Literal["FAILED", "TIMED_OUT", "ABORTED"] = "FAILED"
    error: str | None = Field(None, description="With this error; with * at its end, a prefix.")
    started_after: str | None = Field(None, description="Not before this time: ISO 8601, UTC without a zone.")
    started_before: str | None = Field(None, description="Before this time.")
    limit: int = Field(100, ge=1, le=1000)
    next_token: str | None = None


class TaskSuccessRequest(_In):
    """Answer a task that waits for its token."""

    token: str
    output: Json = None


class TaskFailureRequest(_In):
    """Fail a task that waits for its token."""

    token: str
    error: str | None = Field(None, max_length=256)
    cause: str | None = Field(None, max_length=32768)


class TaskHeartbeatRequest(_In):
    """Say that the work behind a task token goes on."""

    token: str


class SecretRequest(_In):
    """A secret's value. It is never shown again."""

    value: str = Field(min_length=1, repr=False)


# Query strings


class DeleteSecretQuery(_In):
    """Whether it is deleted although it is used."""

    force: bool = Field(False, description="Delete it although workflows name it.")


class ExportQuery(_In):
    """Which version; the draft by default."""

    version: int | None = Field(None, ge=1)


class DiffQuery(_In):
    """From which version to which; leave one out for the draft."""

    old: int | None = Field(None, alias="from", ge=1)
    new: int | None = Field(None, alias="to", ge=1)


_STATUSES = "RUNNING|SUCCEEDED|FAILED|TIMED_OUT|ABORTED|PAUSED"


class ExecutionsQuery(_In):
    """Filters combine with AND. A name, error or business key ending with ``*`` is a prefix."""

    workflow: str | None = None
    status: str | None = Field(
        None, pattern=f"^({_STATUSES})(,({_STATUSES}))*$",
        description="One, or several with commas between: any of them.",
    )
    name: str | None = None
    error: str | None = None
    business_key: str | None = None
    started_after: str | None = Field(None, description="Not before this time: ISO 8601, UTC without a zone.")
    started_before: str | None = Field(None, description="Before this time.")
    limit: int = Field(100, ge=1, le=1000)
    next_token: str | None = None


class HistoryQuery(_In):
    """Only what is new: a live view polls with the id of the last event it has."""

    after: int = Field(0, ge=0, description="Events with an id over this one.")
    limit: int = Field(1000, ge=1, le=1000)


class AuditQuery(_In):
    """Filters combine with AND. `action`, `from` and `to` are other words for `act`, `since` and `until`."""

    workflow: str | None = Field(None, description="Of this workflow and its executions.")
    execution: str | None = Field(None, description="Of the execution with this id.")
    actor: str | None = Field(None, description="By this actor; the engine's own are by `engine`.")
    act: str | None = Field(None, description="This act; with * at its end, a prefix.")
    action: str | None = Field(None, description="The same as act.")
    state: str | None = Field(None, description="Of this state: the engine's entries of its failures.")
    since: str | None = Field(None, description="Not before this time: ISO 8601, UTC without a zone.")
    until: str | None = Field(None, description="Before this time.")
    from_: str | None = Field(None, alias="from", description="The same as since.")
    to: str | None = Field(None, description="The same as until.")
    limit: int = Field(100, ge=1, le=1000)
    next_token: str | None = None

    @model_validator(mode="after")
    def _one_word_each(self) -> AuditQuery:
        for one, other in (("act", "action"), ("since", "from_"), ("until", "to")):
            if getattr(self, one) is not None and getattr(self, other) is not None:
                raise ValueError(f"{one!r} and {other.strip('_')!r} are the same: give one of them")
        return self


# Answers


class ErrorDetail(_Out):
    """What is wrong, where, and what to do."""

    code: str
    message: str
    where: str | None = Field(None, description="A JSON pointer, a line, a header or a field.")
    advice: str | None = None
    details: Json = None


class ErrorAnswer(_Out):
    """The one shape of every error."""

    error: ErrorDetail


class Done(_Out):
    """It is done."""

    ok: bool = True


class Health(_Out):
    """The server answers."""

    product: str = "automate"
    status: str = "ok"


class Draft(_Out):
    """A draft; the ETag is what a save of it names in If-Match."""

    workflow: str
    document: dict[str, Json]
    etag: str
    updated_at: str | None
    updated_by: str
    edited: bool = Field(description="Whether it is another than the last import wrote: an import over it is refused.")
    based_on_version: int | None = Field(description="The version that was last published from it.")
    cases: list[dict[str, Json]] = Field(description="The document's test cases.")


class Version(_Out):
    """A published version."""

    workflow: str
    version: int
    digest: str
    note: str
    published_at: str | None
    published_by: str
    active: bool


class VersionWithDocument(Version):
    """A published version with its document."""

    document: dict[str, Json]


class VersionList(_Out):
    """All versions, newest first."""

    versions: list[Version]


class ImportAnswer(_Out):
    """What an import did. `version` is there when it was published."""

    workflow: str
    changed: bool
    created: bool
    etag: str
    diff: str = Field(description="From the draft before to the file; empty when nothing changed.")
    version: Version | None = None


class StateChange(_Out):
    """A state that differs: added, removed or changed."""

    state: str
    change: str


class Diff(_Out):
    """A unified diff, the states that differ, and both documents. What the Studio keeps beside a definition makes no
    difference."""

    text: str
    states: list[StateChange]
    old_document: dict[str, Json]
    new_document: dict[str, Json]


class Finding(_Out):
    """One finding about a definition, in the shape of AWS's ValidateStateMachineDefinition."""

    code: str
    message: str
    location: str
    severity: str
    line: int | None = None
    column: int | None = None


class Validation(_Out):
    """OK or FAIL, and every finding."""

    result: str
    diagnostics: list[Finding]


class Execution(_Out):
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
    started_at: str | None
    ended_at: str | None
    business_key: str | None
    definition_digest: str = Field(description="Of what it runs by: the definition, the kind and at_most_once.")
    duration_seconds: float | None = Field(description="Until it ended; null while it runs.")
    started_by: str | None = Field(None, description="Who started it, as the audit log has it.")
    redrives: int = Field(description="How often it was redriven.")
    links: ConsoleAddresses = Field(default_factory=ConsoleAddresses)


class ExecutionSummary(_Out):
    """One row of the list."""

    id: str
    name: str
    workflow: str
    version: int
    status: str
    started_at: str | None
    ended_at: str | None
    duration_seconds: float | None
    error: str | None
    business_key: str | None


class ExecutionList(_Out):
    """Newest first. `next_token` is null on the last page."""

    executions: list[ExecutionSummary]
    next_token: str | None


class Pause(_Out):
    """A workflow that is paused; `*` is all of them."""

    workflow: str
    starts: str
    running: str
    paused_at: str | None
    paused_by: str


class PauseList(_Out):
    """What is paused."""

    pauses: list[Pause]


class Resumed(_Out):
    """How many open executions were woken; `complete` false: there are more, which are found within 16 minutes."""

    woken: int
    complete: bool


class StoppedMany(_Out):
    """The executions that were asked to stop. `next_token` is null on the last page."""

    stopped: list[str]
    next_token: str | None


class NotRedriven(_Out):
    """An execution that could not be redriven, and why."""

    id: str
    message: str


class RedrivenMany(_Out):
    """The executions of a page that go on, and those that cannot. `next_token` is null on the last page."""

    redriven: list[str]
    refused: list[NotRedriven]
    next_token: str | None


class History(_Out):
    """Events as AWS's GetExecutionHistory gives them. `last_event` is the `after` of the next poll."""

    events: list[dict[str, Json]]
    last_event: int


class Secret(_Out):
    """What may be shown of a secret: never its value."""

    key: str
    backend: str
    updated_at: str | None
    updated_by: str | None


class SecretUse(_Out):
    """A workflow that names the secret: its active version, or its draft."""

    workflow: str
    version: int | Literal["draft"]
    states: list[str]


class SecretWithUse(Secret):
    """A secret and who uses it. `writable` says whether it can be rotated and deleted here."""

    writable: bool
    used_by: list[SecretUse]


class SecretList(_Out):
    """All secrets, by backend in the order in which they are asked."""

    secrets: list[SecretWithUse]


class Action(_Out):
    """One action of a connector. Inputs and outputs are in the words of JSON Schema."""

    name: str
    resource: str = Field(description="How a Task names it.")
    description: str
    kind: str
    waits: bool = Field(description="Whether it is called with .waitForTaskToken: somebody answers.")
    at_most_once: bool
    inputs: dict[str, Json]
    outputs: dict[str, Json]


class Connector(_Out):
    """A connector; `problem` says why one cannot be loaded."""

    code: str
    name: str
    description: str
    actions: list[Action]
    problem: str | None = None


class KnownConnector(_Out):
    """A connector that is known and not installed: a draft may name its actions, and publishing it is refused."""

    code: str
    name: str
    description: str
    actions: list[Action]
    installed: bool
    package_hint: str = Field(description="What to do to have it.")


class ConnectorList(_Out):
    """All connectors, by code, and the known ones that are not installed."""

    connectors: list[Connector]
    known: list[KnownConnector]


class AuditEntry(_Out):
    """One entry: all of it but `digest` is what the digest is of. Times are ISO 8601 with microseconds."""

    workspace: str
    chain: int
    number: int = Field(description="From 1, within its chain.")
    id: str
    at: str = Field(description="When it happened.")
    recorded_at: str
    actor: str
    actor_kind: str
    origin: str = Field(description="Where from: an address, the command line, a worker.")
    act: str
    subject: str = Field(description="workflow/NAME, execution/ID or secret/KEY.")
    before: Json
    after: Json
    reason: str | None
    details: dict[str, Json] = Field(
        description="Of the engine's entries: version, event, state, attempt, error, cause; of a refusal: act and code."
    )
    previous: str = Field(description="The digest of the entry before it in the chain.")
    digest: str = Field(description="SHA-256.")


class AuditList(_Out):
    """Newest first. `next_token` is null on the last page."""

    entries: list[AuditEntry]
    next_token: str | None


class AuditFinding(_Out):
    """The first thing that is wrong with a chain."""

    chain: int
    number: int
    problem: str
    message: str


class AuditHead(_Out):
    """The last entry of a chain."""

    chain: int
    number: int
    digest: str


class AuditVerification(_Out):
    """What a walk along all chains found."""

    ok: bool
    entries: int
    findings: list[AuditFinding]
    heads: list[AuditHead]
