"""Connectors: how a Task reaches a system. What a connector's author needs comes from here; see docs/connectors.md.

The names load at their first use: a worker whose executions call no connector pays neither for pydantic nor urllib3.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from connectors.errors import ConnectorError
    from connectors.registry import register, register_connector
    from connectors.sdk import ActionSpec, ConnectorAdapter, Field

__all__ = ["ActionSpec", "ConnectorAdapter", "ConnectorError", "Field", "register", "register_connector"]

_HOME = {
    "ActionSpec": "connectors.sdk",
    "ConnectorAdapter": "connectors.sdk",
    "ConnectorError": "connectors.errors",
    "Field": "connectors.sdk",
    "register": "connectors.registry",
    "register_connector": "connectors.registry",
}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(_HOME[name]), name)
