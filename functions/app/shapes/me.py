"""What the route that tells who asks gives."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from functions.app.shapes.base import Given


class Copilot(Given):
    """What drafts workflows from sentences here."""

    configured: bool = Field(description="Whether a model is configured; without one, an offline grammar drafts.")
    provider: Literal["offline", "bedrock", "openai"]
    model: str | None


Right = Literal["look", "edit", "publish", "run", "secrets", "operate"]


class Me(Given):
    """Who asks, what they may do, and what answers."""

    actor: str
    actor_kind: str = Field(description="user, or token where a program asks.")
    rights: list[Right] = Field(description="Whoever is signed in may do all of it: there are no roles yet.")
    workspace: str
    stage: str = Field(description="local, or the deployment's stage.")
    product_version: str
    commit: str | None = Field(description="What the release was built from; null where nothing tells it.")
    region: str | None
    links: dict[str, str]
    copilot: Copilot
    workers: int | None = Field(description="Processes that serve the queue; null on AWS, where they come as needed.")
