"""Every error the product raises on purpose. The type decides what happens next; nobody branches on text.

    AutomateError
    ├── UserError                what was asked for is at fault: shown as it is, never retried
    │   ├── InvalidDefinition    carries every diagnostic, each with its place
    │   ├── InvalidExpression    a path, a JSONata expression or an intrinsic that is not one; says where
    │   ├── InvalidDocument      a workflow document, an input or an option that does not fit
    │   ├── PayloadTooLarge      over the configured limit
    │   ├── NotFound             no such workflow, version, execution, secret …
    │   ├── Conflict             someone was first: a name taken, a draft edited meanwhile
    │   ├── Refused              understood, and not allowed
    │   └── ConnectionFailed     a connection gives no access
    ├── StateFailure             a state failed while it ran: goes to its Retry, its Catch, else fails the execution
    └── StorageError             the store did not serve: a message is not acknowledged and comes again
        ├── Throttled            asked too fast; later may work
        ├── StoreUnavailable     not reachable, not writable, disk full
        ├── StoreBusy            locked by another process past the time we wait; names the holder
        ├── StoreCorrupt         its contents cannot be read; nothing was changed
        ├── Fenced               another owner wrote this segment first
        └── SchemaTooNew         written by a newer release: left for a worker that can read it

This module imports nothing of the project.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar

from engine.records import dataclass


class AutomateError(Exception):
    """Root of the tree."""


def json_pointer(path: Iterable[str | int]) -> str:
    """RFC 6901: ``("States", "a/b", 0)`` is ``/States/a~1b/0``; the whole value is ``/``, as AWS writes it."""
    return "/" + "/".join(str(part).replace("~", "~0").replace("/", "~1") for part in path)


def location(path: Iterable[str | int]) -> str:
    """As AWS places a finding: ``("States", "Route", "Choices", 0)`` is ``/States/Route/Choices[0]``."""
    return "".join(f"[{part}]" if isinstance(part, int) else f"/{part}" for part in path)


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One finding about a definition, in the shape of AWS's ValidateStateMachineDefinition.

    `location` is AWS's pointer: ``/States/Charge/Next``; the definition itself is ``/``, and "" is nowhere (there is
    no definition at all).
    `severity` is ``ERROR`` or ``WARNING``.
    """

    code: str
    message: str
    location: str
    severity: str = "ERROR"

    def __str__(self) -> str:
        return f"{self.location or '/'}: {self.message} ({self.code})"

    def as_dict(self) -> dict[str, str]:
        """The finding as AWS's API answers it: nowhere is left out."""
        shape = {"code": self.code, "location": self.location, "message": self.message, "severity": self.severity}
        return {key: value for key, value in shape.items() if value or key != "location"}


class UserError(AutomateError):
    """What was asked for is at fault.

    `code` is stable and machine-readable, `where` names the place (a JSON pointer, a line, an option), `advice`
    says what to do. `details` holds more for a program (a diff, a list of diagnostics). `status` is the HTTP status.
    `retry_after`: in so many seconds the same may succeed.
    """

    code: ClassVar[str] = "InvalidRequest"
    status: ClassVar[int] = 400

    def __init__(
        self, message: str, *, where: str | None = None, advice: str | None = None, details: Any = None
    ) -> None:
        super().__init__(message)
        self.message = message
        self.where = where
        self.advice = advice
        self.details = details
        self.retry_after: float | None = None

    def as_dict(self) -> dict[str, Any]:
        """The one error shape of the API and of ``--json``: absent parts are left out."""
        shape = {"code": self.code, "message": self.message, "where": self.where, "advice": self.advice,
                 "details": self.details}
        return {key: value for key, value in shape.items() if value is not None}


class InvalidDefinition(UserError):
    """A definition that is not a state machine."""

    code = "InvalidDefinition"
    status = 422

    def __init__(self, diagnostics: Sequence[Diagnostic], *, advice: str | None = None) -> None:
        errors = [d for d in diagnostics if d.severity == "ERROR"]
        first = errors[0] if errors else Diagnostic("SCHEMA_VALIDATION_FAILED", "not a definition", "/")
        more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
        super().__init__(
            f"{first.message}{more}",
            where=first.location,
            advice=advice,
            details=[d.as_dict() for d in diagnostics],
        )
        self.diagnostics = tuple(diagnostics)


class InvalidExpression(UserError):
    """A path, a JSONata expression or an intrinsic call that does not follow its grammar.

    `position` counts characters from the start of the expression's own text; None where no one place is at fault.
    """

    code = "InvalidExpression"
    status = 422

    def __init__(self, message: str, *, position: int | None = None, advice: str | None = None) -> None:
        super().__init__(message, advice=advice)
        self.position = position


class InvalidDocument(UserError):
    """A workflow document, an input or an option that does not fit its schema."""

    code = "InvalidDocument"
    status = 422

    @classmethod
    def listing(
        cls, problems: Sequence[tuple[Sequence[str | int], str]], *, advice: str | None = None
    ) -> InvalidDocument:
        """One error for all of `problems`: pairs of a path and what is wrong there. The first is shown, `details` lists
        all as ``{"where", "message"}``."""
        details = [{"where": json_pointer(path), "message": message} for path, message in problems]
        more = f" (and {len(details) - 1} more)" if len(details) > 1 else ""
        return cls(f"{details[0]['message']}{more}", where=details[0]["where"], advice=advice, details=details)


class PayloadTooLarge(UserError):
    """Over the configured limit; the message names both sizes."""

    code = "PayloadTooLarge"
    status = 413


class NotFound(UserError):
    """No such thing; `code` says of which kind."""

    code = "NotFound"
    status = 404


class Conflict(UserError):
    """Someone was first; nothing was overwritten."""

    code = "Conflict"
    status = 409


class Refused(UserError):
    """Understood, and not allowed."""

    code = "Refused"
    status = 403


class ConnectionFailed(UserError):
    """A connection gives no access: what it was obtained with is refused, or the service does not answer; then it is
    `retryable`. Its text holds no secret."""

    code = "ConnectionFailed"
    status = 422

    def __init__(
        self, message: str, *, retryable: bool = False, retry_after: float = 0.0, advice: str | None = None
    ) -> None:
        super().__init__(message, advice=advice)
        self.retryable = retryable
        self.retry_after = retry_after


class StateFailure(AutomateError):
    """A state failed while it ran, with the error name and cause a Retrier or Catcher sees.

    Raised by expressions and data flow (``States.Runtime``, ``States.QueryEvaluationError``, …). `field` names the
    definition's field at fault where AWS's wording needs it.
    """

    def __init__(self, error: str, cause: str | None = None, *, field: str | None = None) -> None:
        super().__init__(error, cause)
        self.error = error
        self.cause = cause
        self.field = field


class StorageError(AutomateError):
    """The store did not serve; whoever asked must not acknowledge its message."""


class Throttled(StorageError):
    """Asked too fast."""


class StoreUnavailable(StorageError):
    """Not reachable or not writable."""


class StoreBusy(StorageError):
    """Locked by another process for longer than the busy timeout."""

    def __init__(self, message: str, *, holder: str | None = None) -> None:
        super().__init__(message)
        self.holder = holder


class StoreCorrupt(StorageError):
    """Contents that cannot be read."""


class Fenced(StorageError):
    """Another owner committed this segment first."""


class SchemaTooNew(StorageError):
    """A snapshot of a newer schema than this release knows."""
