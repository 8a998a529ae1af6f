"""What the route of an execution's cost gives."""

from __future__ import annotations

from pydantic import Field

from functions.app.shapes.base import Given


class ExecutionCost(Given):
    """What it came to on AWS so far, by what it did. `automate cost --execution ID` has it line by line."""

    usd: float
    map_runs: int = Field(description="Its distributed Maps. Their child executions are priced by themselves.")
    partial: bool = Field(description="Whether only the first of its events were priced: it has very many.")
