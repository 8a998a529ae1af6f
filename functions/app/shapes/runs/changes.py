"""What the route of changes takes and gives."""

from __future__ import annotations

from typing import Self

from pydantic import Field, model_validator

from functions.app.runs.watching import MOST_SECONDS
from functions.app.shapes.base import Given
from functions.app.shapes.executions import ExecutionsQuery


class ChangesQuery(ExecutionsQuery):
    """Of one execution, of one approval, or of the page of the list that filters, `limit` and `next_token` name."""

    execution: str | None = Field(None, description="The id of the one execution that is watched.")
    approval: str | None = Field(None, description="The id of the one approval that is watched.")
    after: str | None = Field(None, max_length=200, description="The `tag` of the answer before.")
    wait: int = Field(0, ge=0, le=MOST_SECONDS, description="Seconds to wait for another tag than `after`.")


    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if self.execution is not None and self.approval is not None:
            raise ValueError("give execution or approval, not both")
        return self


class Changes(Given):
    """How it stands."""

    tag: str = Field(description="Another one than before: something happened, and what is shown is to be read anew.")
    held: bool = Field(
        description="Whether the request may wait here. If not (on AWS, and where too many do), ask again by yourself."
    )
