"""How TestState refuses a request."""

from __future__ import annotations

from typing import Any

from engine.errors import UserError

VALIDATION = "ValidationException"
INVALID_DEFINITION = "InvalidDefinition"
INVALID_INPUT = "InvalidExecutionInput"


class Refusal(UserError):
    """The request is refused before the state runs.

    `exception` is the name of AWS's exception, None for what an SDK refuses before it sends anything.
    """

    def __init__(self, message: str, exception: str | None = VALIDATION) -> None:
        super().__init__(message)
        self.exception = exception

    def error_response(self) -> dict[str, Any]:
        """``{"code", "message"}``."""
        return {"code": self.exception, "message": self.message}
