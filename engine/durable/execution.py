"""An execution as the API and the command line show it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Any

from engine.ports.journal import Parent
from engine.ports.keys import Actor, ExecutionKey
from engine.ports.tasks import ConnectorPin
from engine.records import dataclass

Json = Any


@dataclass(frozen=True, slots=True)
class AwaitedCall:
    """A call of before a redrive that may still be under way: the state makes it again once it is answered, and at
    `until` (epoch seconds) at the latest."""

    state: str
    until: float


@dataclass(frozen=True, slots=True)
class BudgetWait:
    """That an execution waits for its budget, `since` when; it begins at `until`, None where that is not known yet.
    Both in epoch seconds."""

    since: float
    until: float | None


@dataclass(frozen=True, slots=True)
class Changeover:
    """From the history's event `event` on (at `at`, epoch seconds) it runs by version `to_version`; `by` whom. Each
    digest is that of the version's definition."""

    from_version: int
    from_digest: str
    to_version: int
    to_digest: str
    event: int
    at: float
    by: str

    @classmethod
    def of(cls, record: Mapping[str, Any]) -> Changeover:
        """As a snapshot records it."""
        return cls(
            record["was"], record["was_digest"], record["version"], record["digest"], record["event"], record["at"],
            record["by"],
        )


@dataclass(frozen=True, slots=True)
class Fork:
    """That an execution is a fork of `original`, from before its event `event` on: with another input there (`given`),
    with reads really called, with calls of the states `allow` really made where they were not on record."""

    original: str
    event: int
    given: bool
    reads: bool
    allow: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Execution:
    """An execution as it is shown. `output` is None until it SUCCEEDED; times are epoch seconds; `redrives` counts
    those so far, `awaited_calls` are what a redriven one waits for; `actor` is who started it, where the journal keeps
    that; `parent` the execution that did. `redrivable_until`: when one that did not succeed can no longer be redriven;
    `kept_until`: when retention may take it. `waits_for_budget`: since when and until when it waits to begin. `version`
    and `definition_digest` are those that it runs by now; `changeovers` are the changes of them, in order. `fork`: it
    is one. `pins` are the connectors that it keeps to, by resource."""

    key: ExecutionKey
    workflow: str
    version: int
    status: str
    kind: str
    input: Json
    started_at: float
    output: Json = None
    error: str | None = None
    cause: str | None = None
    ended_at: float | None = None
    business_key: str | None = None
    definition_digest: str = ""
    redrives: int = 0
    awaited_calls: tuple[AwaitedCall, ...] = ()
    actor: Actor | None = None
    redrivable_until: float | None = None
    kept_until: float | None = None
    parent: Parent | None = None
    waits_for_budget: BudgetWait | None = None
    changeovers: tuple[Changeover, ...] = ()
    fork: Fork | None = None
    pins: Mapping[str, ConnectorPin] = field(default_factory=dict, repr=False)

    def digest_at(self, event: int) -> str:
        """The digest of the definition that it ran by at the history's event `event`."""
        earlier = (change.from_digest for change in self.changeovers if event < change.event)
        return next(earlier, self.definition_digest)
