"""What the routes of named tokens take and give."""

from __future__ import annotations

from pydantic import Field

from functions.app.shapes.base import Given, Taken, Time


class AddTokenRequest(Taken):
    """A new token."""

    name: str = Field(description="How the audit log names who uses it: of a person, or of a program.")
    role: str = Field(description="viewer, operator, editor, publisher or admin.")
    expires: str | None = Field(
        None, description="When it ends: a span (12h, 90d, 4w), a day or a time. Without it, when it is revoked."
    )


class RotateTokenRequest(Taken):
    """A token's new secret."""

    expires: str | None = Field(None, description="The end of the new one; without it that of the one before.")
    at_once: bool = Field(False, description="End the one before now. Without it both are good until it is retired.")


class AccessToken(Given):
    """What may be shown of a token: never the token."""

    name: str
    role: str
    created_at: Time
    created_by: str
    expires_at: Time
    rotated_at: Time
    last_used_at: Time = Field(description="To the hour; null where it was never used.")
    expired: bool
    has_older: bool = Field(description="Whether the secret of before the last rotation is good too.")


class NewAccessToken(AccessToken):
    """A token that was just made, with its text: this answer alone has it."""

    token: str


class AccessTokenList(Given):
    """Those that are not revoked, by name. The owner's own is not among them."""

    tokens: list[AccessToken]
