"""What the routes of task tokens take."""

from __future__ import annotations

from pydantic import Field

from functions.app.shapes.base import Json, Taken


class TaskHeartbeatRequest(Taken):
    """Say that the work behind a task token goes on."""

    token: str


class TaskSuccessRequest(TaskHeartbeatRequest):
    """Answer a task that waits for its token."""

    output: Json = None


class TaskFailureRequest(TaskHeartbeatRequest):
    """Fail a task that waits for its token."""

    error: str | None = Field(None, max_length=256)
    cause: str | None = Field(None, max_length=32768)
