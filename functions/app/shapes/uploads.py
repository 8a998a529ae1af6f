"""What the route of uploads takes and gives."""

from __future__ import annotations

from pydantic import Field

from functions.app.shapes.base import Given, Taken


class UploadRequest(Taken):
    """How much is to be put."""

    bytes: int = Field(ge=1)


class Upload(Given):
    """Where to put it, with these headers, for so many seconds. `href` is null where requests may be that large."""

    id: str | None
    href: str | None
    headers: dict[str, str]
    expires_in: int
