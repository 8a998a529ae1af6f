"""What the audit log's routes take and give."""

from __future__ import annotations

from pydantic import Field, model_validator

from engine.ports.audit_log import CHAINS
from functions.app.shapes.base import Given, Json, Paged, Taken, Time


class AuditQuery(Paged):
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

    @model_validator(mode="after")
    def _one_word_each(self) -> AuditQuery:
        for one, other in (("act", "action"), ("since", "from_"), ("until", "to")):
            if getattr(self, one) is not None and getattr(self, other) is not None:
                raise ValueError(f"{one!r} and {other.strip('_')!r} are the same: give one of them")
        return self


class AuditEntry(Given):
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
    subject: str = Field(description="workflow/NAME, execution/ID, secret/KEY, token/NAME …")
    before: Json
    after: Json
    reason: str | None
    details: dict[str, Json] = Field(
        description="Of the engine's entries: version, event, state, attempt, error, cause; of a refusal: act and code."
    )
    previous: str = Field(description="The digest of the entry before it in the chain.")
    digest: str = Field(description="SHA-256.")


class AuditList(Given):
    """Newest first. `next_token` is null on the last page."""

    entries: list[AuditEntry]
    next_token: str | None


class AuditFinding(Given):
    """The first thing that is wrong with a chain."""

    chain: int
    number: int
    problem: str
    message: str


class AuditHead(Given):
    """The last entry of a chain."""

    chain: int
    number: int
    digest: str


class AuditVerification(Given):
    """What a walk along all chains found."""

    ok: bool
    entries: int
    findings: list[AuditFinding]
    heads: list[AuditHead]
    executions: int = Field(description="How many of the newest were compared with the log.")
    waiting: list[str] = Field(description="The ids of entries that are not sealed yet: on AWS, for a second or so.")
    says: str = Field(description="The same in a sentence, with what cannot be seen from within the store.")


class ReadsQuery(Taken):
    """Filters combine with AND."""

    actor: str | None = Field(None, description="By this actor.")
    execution: str | None = Field(None, description="Of the execution with this id.")
    workflow: str | None = Field(None, description="Of this workflow and its executions.")
    since: str | None = Field(None, description="Not before this time: ISO 8601, UTC without a zone.")
    until: str | None = Field(None, description="Before this time.")
    limit: int = Field(100, ge=1, le=1000)


class Read(Given):
    """One reading. `execution`, `workflow` and `step` are empty where the route's path names none."""

    at: Time
    actor: str
    kind: str
    origin: str
    route: str
    data: str = Field(description="What of an execution the answer had.")
    execution: str
    workflow: str
    step: str


class ReadList(Given):
    """Newest first."""

    reads: list[Read]


class VerifyRequest(Taken):
    """What the log is compared with."""

    against: list[str] = Field(description="The lines of an earlier export, each as it was written.")


class ExportQuery(Taken):
    """Which entries."""

    chain: int = Field(0, ge=0, lt=CHAINS)
    after: int = Field(0, ge=0, description="Entries with a number over this one.")
    limit: int = Field(1000, ge=1, le=1000)


class AuditExport(Given):
    """Entries of a chain; fewer than asked for: it has no more. `chains` is how many there are, from 0."""

    lines: list[str]
    chains: int
