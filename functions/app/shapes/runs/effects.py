"""What the route of the ledger of effects takes and gives."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from functions.app.shapes.base import Given, Paged, Time


class EffectsQuery(Paged):
    """A page of the ledger."""


class Effect(Given):
    """One call that the execution may have made."""

    state: str
    step: int = Field(description="The step's first event: GET /executions/{id}/steps has it as first_event.")
    items: list[int] = Field(description="The numbers of the Map items around it, the outermost first.")
    attempt: int = Field(description="From 1.")
    resource: str | None = Field(description="As the definition names it; null of a Map Run.")
    connector: str | None
    action: str | None
    arguments_digest: str | None = Field(
        description="SHA-256 of its arguments as they may be shown: hidden fields count as the mask."
    )
    idempotency_key: str
    at_most_once: bool
    intended_at: Time = Field(description="When it was decided on.")
    began_at: Time = Field(
        description="When its intent was durable. It was not made before. Null: it is owed, and not made yet."
    )
    ended_at: Time = Field(description="When its answer came.")
    lease_until: Time = Field(description="When it is over at the latest.")
    outcome: Literal["DONE", "NOT_DONE", "UNKNOWN", "REPEATED", "UNDER_WAY", "IN_CHILDREN", "RECORDED"] = Field(
        description="DONE: the service says so. NOT_DONE: certainly not, and no call with this key was. UNKNOWN: nobody"
        " knows. REPEATED: nobody knew, and a later row has the same key. UNDER_WAY: its time is not over. IN_CHILDREN:"
        " a Map Run, whose items have ledgers of their own. RECORDED: of a fork, answered from the record; nothing was"
        " called."
    )
    error: str | None
    service_id: str | None = Field(description="What the service calls what it did, where the connector says which.")
    child: str | None = Field(description="The execution that it starts.")
    map_run: str | None = Field(description="GET /executions/{id}/map-runs/{run}/executions lists its items.")


class Effects(Given):
    """Calls in the order of their intents. `keeps_intents` false: an EXPRESS execution, which is run again from its
    beginning if its worker dies. What an earlier run of it called is not known, nor what an open one calls."""

    effects: list[Effect]
    next_token: str | None
    keeps_intents: bool
