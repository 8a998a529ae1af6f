"""Addresses of what the API shows."""

from __future__ import annotations

from urllib.parse import quote


def execution_address(execution_id: str) -> str:
    """The path of an execution, its colon written %3A."""
    return f"/executions/{quote(execution_id, safe='')}"
