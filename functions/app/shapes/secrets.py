"""What the routes of secrets take and give."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from functions.app.shapes.base import Given, Taken, Time


class SecretRequest(Taken):
    """A secret's value. It is never shown again."""

    value: str = Field(min_length=1, repr=False)
    allow_short: bool = Field(
        False, description="Take a value of fewer than 8 characters, which masking cannot tell from ordinary text."
    )


class DeleteSecretQuery(Taken):
    """Whether it is deleted although it is used."""

    force: bool = Field(False, description="Delete it although workflows name it.")


class Secret(Given):
    """What may be shown of a secret: never its value."""

    key: str
    backend: str
    updated_at: Time
    updated_by: str | None
    shadowed_by: str | None = Field(
        description="The backend that is asked before this one and has the key as well: its value is what runs."
    )


class SecretUse(Given):
    """A workflow that names the secret: its active version, or its draft."""

    workflow: str
    version: int | Literal["draft"]
    states: list[str]
    webhooks: list[str] = Field(description="The paths of its webhooks that it proves the senders of.")


class SecretWithUse(Secret):
    """A secret and who uses it. `writable` says whether it can be rotated and deleted here."""

    writable: bool
    used_by: list[SecretUse]


class SecretNeeded(Given):
    """A secret that workflows name and no backend has."""

    key: str
    used_by: list[SecretUse]


class SecretList(Given):
    """All secrets, by backend in the order in which they are asked."""

    secrets: list[SecretWithUse]
    missing: list[SecretNeeded] = Field(description="Those that workflows name and that are nowhere.")
