"""What the route that tells who asks gives."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from engine.governance.roles import Right, Role
from functions.app.shapes.base import Given


class Copilot(Given):
    """What drafts workflows from sentences here."""

    configured: bool = Field(description="Whether a model is configured; without one there are templates and outlines.")
    provider: Literal["none", "bedrock", "openai", "anthropic"]
    model: str | None


class Me(Given):
    """Who asks, what they may do, and what answers."""

    actor: str
    actor_kind: str = Field(description="user; token or role where a program asks.")
    rights: list[Right] = Field(description="What the roles hold (docs/access.md).")
    roles: list[Role] = Field(description="Those in this workspace, the least first; none: nothing is allowed.")
    ignored_groups: list[str] = Field(description="Groups of the user pool that are no role of this stage.")
    granting: str = Field(description="How a role is given here, with {role} in its place.")
    workspace: str
    stage: str = Field(description="local, or the deployment's stage.")
    product_version: str
    commit: str | None = Field(description="What the release was built from; null where nothing tells it.")
    region: str | None
    links: dict[str, str]
    copilot: Copilot
    workers: int | None = Field(description="Processes that serve the queue; null on AWS, where they come as needed.")
