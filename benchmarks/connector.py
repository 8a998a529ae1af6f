"""The connector of the durable workloads, as a module that AUTOMATE_CONNECTORS names."""

from __future__ import annotations

from typing import Any

from benchmarks import workloads
from connectors import ActionSpec, ConnectorAdapter

Json = Any

TASK = {"Resource": "connector:bench:fibonacci", "Parameters": {}}


class BenchConnector(ConnectorAdapter):
    """A task that takes 10 microseconds."""

    code = "bench"
    name = "Benchmark"
    description = "Computes a small number."
    actions = {"fibonacci": ActionSpec(inputs={}, computes=True)}  # noqa: RUF012  the form that connectors have

    def execute(self, action: str, params: dict[str, Json], context: dict[str, Json]) -> Json:
        """55."""
        del action, params, context
        return workloads.fibonacci(workloads.FIBONACCI)
