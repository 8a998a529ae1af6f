"""The connector ``log``: write a line into the worker's log."""

from __future__ import annotations

import logging
from typing import Any

from connectors.sdk import ActionSpec, ConnectorAdapter
from engine.governance.masking import Scrubber

_LOG = logging.getLogger("automate.workflow")
_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")


class LogConnector(ConnectorAdapter):
    """One action, `write`. A secret in the message is masked."""

    code = "log"
    name = "Log"
    description = "Writes a line into the worker's log."
    one_service = False
    actions = {  # noqa: RUF012 - the guide's form
        "write": ActionSpec(
            description="Write a message.",
            kind="write",
            means="log",
            timeout_seconds=10,
            inputs={
                "message": {"type": "string", "required": True, "description": "What to write."},
                "level": {"type": "string", "enum": _LEVELS, "default": "INFO", "description": "How grave it is."},
            },
            outputs={"logged": {"type": "boolean", "description": "Always true."}},
        )
    }

    def execute(self, action: str, params: dict[str, Any], context: dict[str, Any]) -> dict[str, Any]:  # noqa: ARG002
        """Write ``params["message"]`` at ``params["level"]``, with the execution and its state as extras."""
        message = Scrubber(context["secrets"].values()).text(params["message"])
        level = logging.getLevelNamesMapping()[params["level"]]
        _LOG.log(level, "%s", message, extra={"execution": context["execution_id"], "state": context["state"]})
        return {"logged": True}
