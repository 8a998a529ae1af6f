"""What the routes of saved views take and give."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from functions.app.shapes.base import Given, Taken, Time
from functions.app.shapes.executions import ExecutionsCounted


class ViewFilters(ExecutionsCounted):
    """The filters of the list, and its order. `last` counts back from when it is looked at."""

    last: Literal["1h", "24h", "7d", "30d"] | None = Field(None, description="Started so long ago, or later.")
    order: Literal["newest", "oldest"] = Field("newest", description="Whose start comes first.")


class ViewRequest(Taken):
    """What is saved under the name."""

    filters: ViewFilters


class View(Given):
    """A saved view."""

    name: str
    filters: dict[str, str] = Field(description="Those that are set.")
    saved_at: Time


class ViewList(Given):
    """By name."""

    views: list[View]
