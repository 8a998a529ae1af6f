"""A wake's message: ``{"workspace", "id"}``. Nothing else in it would be believed."""

from __future__ import annotations

import json

from engine.errors import AutomateError
from engine.ports.keys import ExecutionKey


class MessageUnreadable(AutomateError):
    """Nobody of ours wrote this message: it goes to the dead-letter queue."""


def key_of(body: str) -> ExecutionKey | MessageUnreadable:
    """The execution that a message names, or why it names none."""
    try:
        message = json.loads(body)
    except (ValueError, RecursionError):
        return MessageUnreadable("the message is not JSON")
    if not isinstance(message, dict):
        return MessageUnreadable("the message is not a JSON object")
    workspace, execution_id = message.get("workspace"), message.get("id")
    if not isinstance(workspace, str) or not isinstance(execution_id, str) or not workspace or not execution_id:
        return MessageUnreadable("the message names no workspace and id")
    return ExecutionKey(workspace, execution_id)
