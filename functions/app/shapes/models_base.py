"""What requests and answers are made of, for the modules of models beside functions.app.shapes.models."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict

Json = Any


class Taken(BaseModel):
    """A request: an unknown field is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Given(BaseModel):
    """An answer."""

    model_config = ConfigDict(frozen=True, populate_by_name=True)


class ConsoleAddresses(Given):
    """Where else to look, on AWS: pages of its console. Null where there is no such place."""

    cloudwatch: str | None = None
    insights: str | None = None
    xray: str | None = None
