"""What the routes of activities take and give."""

from __future__ import annotations

from pydantic import Field

from functions.app.shapes.base import Given, Json, Taken, Time


class CreateActivityRequest(Taken):
    """A place where work waits for workers that poll for it."""

    name: str = Field(description="1 to 80 characters, as AWS allows them.")


class ActivityTaskRequest(Taken):
    """Ask for the oldest task that waits."""

    worker_name: str | None = Field(None, max_length=80, description="Shown in the history's ActivityStarted.")
    wait_seconds: float = Field(
        60.0, ge=0, le=60, description="How long to wait for one; on AWS a request is answered within 25 s."
    )


class Activity(Given):
    """`arn` is what a Task names as its Resource; one of any region and account with the same name is this one too."""

    name: str
    arn: str
    created_at: Time


class ActivityList(Given):
    """All of a workspace, by name."""

    activities: list[Activity]


class ActivityTask(Given):
    """`token` null: nothing came within the time; ask again. Else answer under /tasks/ with it."""

    token: str | None = None
    input: Json = None


class Deleted(Given):
    """Whether there was one."""

    deleted: bool
