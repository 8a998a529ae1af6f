"""What the Studio keeps beside a definition: notes, places, pinned outputs.

It is for the people who edit: no execution reads it, and it counts neither as a change nor as a version.
"""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field


class Note(BaseModel):
    """A sticky note on the canvas. Places and sizes are in the canvas's pixels."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, defer_build=True)

    id: str = Field(min_length=1, max_length=80)
    text: str = Field(max_length=4000)
    x: float
    y: float
    width: float
    height: float


class Place(BaseModel):
    """Where a state's card was put."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, defer_build=True)

    x: float
    y: float


class ToDo(BaseModel):
    """What a person has still to look at, as the copilot's guesses. `pointer` leads into the state; `state` is None for
    the workflow as a whole."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, defer_build=True)

    state: str | None = None
    pointer: str = ""
    text: str = Field(min_length=1, max_length=1000)


class Studio(BaseModel):
    """The whole of it."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, defer_build=True)

    notes: list[Note] = Field(default_factory=list, max_length=200, description="Sticky notes on the canvas.")
    positions: dict[str, Place] = Field(default_factory=dict, description="By state, where its card was put.")
    pins: dict[str, Any] = Field(default_factory=dict, description="By state, the output that tests take for its own.")
    to_dos: list[ToDo] = Field(default_factory=list, max_length=500, description="What is still to be looked at.")
