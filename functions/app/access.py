"""The one check of rights, at the door that API, Studio and command line go through (functions.app.routing.answer).

A route declares the right that it needs. Who lacks it is told which right is missing, which role has it and who can
give it, and is recorded: `act.refused` of what was asked about, by who asked (sparingly, functions.app.sparing).
"""

from __future__ import annotations

from collections.abc import Mapping
from threading import Lock
from typing import TYPE_CHECKING

from engine.clock import Clock
from engine.governance.audit import Audit
from engine.governance.audit_entry import ACTIVITY, EXECUTION, SECRET, SERVER, TOKEN, WORKFLOW, Subject
from engine.governance.roles import Caller, NotAllowed, Right, check
from functions.app.acts import REFUSED, Recorder

if TYPE_CHECKING:
    from functions.app.sparing import Sparing

_SUBJECTS = {"id": EXECUTION, "name": WORKFLOW, "key": SECRET, "activity": ACTIVITY, "token": TOKEN}
"""What a parameter of a path names."""


class Admission:
    """Lets callers in, or records an attempt on a right that they do not hold. Safe to share between threads."""

    def __init__(self, audit: Audit, clock: Clock) -> None:
        self._recorder = Recorder(audit, clock)
        self._clock = clock
        self._lock = Lock()
        self._sparing: Sparing | None = None

    def admit(
        self, caller: Caller, right: Right, workspace: str, *, what: str, parameters: Mapping[str, str]
    ) -> None:
        """Raises NotAllowed, after recording it, unless `caller` holds `right` in `workspace`. `what` is the route that
        was asked for, `parameters` those of its path."""
        try:
            check(caller, right, workspace, what=what)
        except NotAllowed as error:
            self._record(caller, workspace, what, parameters, error)
            raise

    def _record(
        self, caller: Caller, workspace: str, what: str, parameters: Mapping[str, str], error: NotAllowed
    ) -> None:
        left_out = self._admitted(caller.subject)
        if left_out is not None:
            self._recorder.done(
                REFUSED, workspace, _subject(parameters), caller.actor, reason=error.message,
                details={"act": what, "code": error.code, **error.details, "left_out_before": left_out},
            )


    def _admitted(self, subject: str) -> int | None:
        from functions.app.sparing import Sparing  # noqa: PLC0415  most processes refuse nobody

        with self._lock:
            self._sparing = self._sparing or Sparing(self._clock)
        return self._sparing.admit(subject)


def _subject(parameters: Mapping[str, str]) -> Subject:
    for name, kind in _SUBJECTS.items():
        if name in parameters:
            return Subject(kind, parameters[name])
    return Subject(SERVER, "api")
