"""What the route of forks takes."""

from __future__ import annotations

from pydantic import Field

from functions.app.shapes.base import Json, Taken


class ForkRequest(Taken):
    """Where an execution is forked, and what is to be different."""

    event: int = Field(description="The event of its history that it is forked before.")
    version: int | None = Field(None, ge=1, description="Another version of the workflow to go on by, where it fits.")
    input: Json = Field(
        None, description="Instead of the input of the state that the event enters; at event 1 of the execution."
    )
    use_reads: bool = Field(False, description="Whether calls that only read are really made.")
    allow: list[str] = Field(
        default_factory=list, description="States whose calls are really made where the record does not have them."
    )
