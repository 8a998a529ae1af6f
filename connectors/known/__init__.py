"""Connectors that are known and not installed: what their actions would take and give.

The copilot and the Studio's palette can offer "ask finance on Slack" although no code here asks there: a
definition may name these actions, and publishing it is refused until a connector of that code is registered
(`connectors.tasks`). Data only; nothing here calls anything.
"""

from __future__ import annotations

from connectors.known.specs import KNOWN, KnownConnector

__all__ = ["KNOWN", "KnownConnector"]
