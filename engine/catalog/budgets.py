"""The field `budgets` of a workflow document: how many executions begin, and what becomes of a start beyond that."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

MOST_PER_MINUTE = 1_000_000
MOST_OPEN = 10_000


class Budgets(BaseModel):
    """How many executions a workflow begins."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, defer_build=True)

    executions_per_minute: int | None = Field(
        None, ge=1, le=MOST_PER_MINUTE, description="No minute of the clock is given to more executions than this."
    )
    open_executions: int | None = Field(
        None, ge=1, le=MOST_OPEN, description="No more executions than this have begun and not ended."
    )
    when_exceeded: Literal["wait", "refuse"] = Field(
        "wait", description="A start beyond that waits until it may begin, or is refused (429)."
    )

    @model_validator(mode="after")
    def _bounds_something(self) -> Self:
        if self.executions_per_minute is None and self.open_executions is None:
            raise ValueError("a budget has executions_per_minute, open_executions, or both")
        return self
