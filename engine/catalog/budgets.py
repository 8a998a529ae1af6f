"""The field `budgets` of a workflow document: how many executions begin, and what becomes of a start beyond that."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

MOST_PER_MINUTE = 1_000_000


class Budgets(BaseModel):
    """How many executions a workflow begins."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, defer_build=True)

    executions_per_minute: int = Field(
        ge=1, le=MOST_PER_MINUTE, description="No minute of the clock is given to more executions than this."
    )
    when_exceeded: Literal["wait", "refuse"] = Field(
        "wait", description="A start beyond that waits for the next minute that is free, or is refused (429)."
    )
