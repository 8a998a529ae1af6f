"""What the routes of task tokens take."""

from __future__ import annotations

from pydantic import Field

from functions.app.shapes.base import Json, Taken


class TaskSuccessRequest(Taken):
    """Answer a task that waits for its token."""

    token: str
    output: Json = None


class TaskFailureRequest(Taken):
    """Fail a task that waits for its token."""

    token: str
    error: str | None = Field(None, max_length=256)
    cause: str | None = Field(None, max_length=32768)


class TaskHeartbeatRequest(Taken):
    """Say that the work behind a task token goes on."""

    token: str
