"""What the route of changes takes and gives."""

from __future__ import annotations

from pydantic import Field

from functions.app.runs.watching import MOST_SECONDS
from functions.app.shapes.base import Given
from functions.app.shapes.executions import ExecutionsQuery


class ChangesQuery(ExecutionsQuery):
    """Of one execution, or of the page of the list that filters, `limit` and `next_token` name."""

    execution: str | None = Field(None, description="The id of the one execution that is watched.")
    after: str | None = Field(None, max_length=200, description="The `tag` of the answer before.")
    wait: int = Field(0, ge=0, le=MOST_SECONDS, description="Seconds to wait for another tag than `after`.")


class Changes(Given):
    """How it stands."""

    tag: str = Field(description="Another one than before: something happened, and what is shown is to be read anew.")
    held: bool = Field(
        description="Whether the request may wait here. If not (on AWS, and where too many do), ask again by yourself."
    )
