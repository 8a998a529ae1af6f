"""What the routes of erasures take and give."""

from __future__ import annotations

from pydantic import Field

from functions.app.shapes.base import Given, Taken, Time


class EraseRequest(Taken):
    """Whose executions."""

    business_key: str = Field(min_length=1, description="Exactly this business key.")
    workflow: str | None = Field(None, description="Of this workflow alone.")
    dry_run: bool = Field(False, description="Only list what is found.")
    next_token: str | None = Field(None, description="Of the answer before, where it had one.")


class Erasable(Given):
    """An execution that was found."""

    id: str
    status: str
    started_at: Time
    because_of: str | None = Field(
        None, description="The execution with the business key, where this one waits for it and has its input; or the "
        "one that this one goes with, as its fork or because it has waited for it."
    )
    refusal: str | None = Field(None, description="Why it stays: it has not ended, or what it has waited for.")


class Erased(Given):
    """What came of it. `pending`: the executions are gone for every reader, and their data is being deleted; GET
    /erasures names the erasure until that is over."""

    erasure: str | None = Field(description="Its id; the audit log has it as erasure/ID.")
    executions: list[str]
    pending: bool


class ErasedByKey(Erased):
    """What a business key led to, and what came of it. While next_token is not null there are more: ask again with
    it."""

    found: list[Erasable]
    views: list[str] = Field(description="Saved views that are filtered by this key: deleted, with dry_run to be so.")
    next_token: str | None


class EraseActorRequest(Taken):
    """Whom."""

    actor: str = Field(min_length=1, description="Whoever the audit log names exactly so.")
    dry_run: bool = Field(False, description="Only list what is found.")


class ErasedActors(Given):
    """Whom the audit log named so. `erasure` is null where nothing was erased; `pending`: the disk still has to be
    cleared of it, which goes on by itself."""

    erasure: str | None = Field(description="Its id; the audit log has it as erasure/ID.")
    actors: list[str] = Field(description="As KIND/NAME.")
    pending: bool
    conversations: int = Field(description="Conversations with the copilot that were deleted, or would be.")


class Erasure(Given):
    """One that is not over. Who may not erase is not told whom it is about, nor who asked."""

    id: str
    at: Time
    by: str | None = Field(description="Null without the right to erase.")
    executions: list[str] | None = Field(description="Their ids; null without the right to erase.")
    count: int = Field(description="How many executions.")


class ErasureList(Given):
    """Those that are not over, the oldest first."""

    erasures: list[Erasure]
