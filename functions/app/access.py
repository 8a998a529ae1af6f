"""What becomes of a caller who lacks the right that a route needs.

A route declares the right, and the one door that API, Studio and command line go through checks it
(functions.app.routing.answer). Who lacks it is told which right is missing, which role has it and who can give it, and
is recorded: `act.refused` of what was asked about, by who asked (sparingly, functions.app.sparing).
"""

from __future__ import annotations

from collections.abc import Mapping

from engine.clock import Clock
from engine.governance.audit.audit import Audit
from engine.governance.audit.entry import ACTIVITY, EXECUTION, ROLE, SECRET, SERVER, TOKEN, VIEW, WORKFLOW, Subject
from engine.governance.roles import Caller, NotAllowed, Right, check
from functions.app.acts import REFUSED, Recorder
from functions.app.sparing import Sparing

_SUBJECTS = {
    "id": EXECUTION, "name": WORKFLOW, "key": SECRET, "activity": ACTIVITY, "token": TOKEN, "grant": ROLE, "view": VIEW,
}
"""What a parameter of a path names."""


class Refusing:
    """Refuses callers, and records that. Safe to share between threads."""

    def __init__(self, audit: Audit, clock: Clock) -> None:
        self._recorder = Recorder(audit, clock)
        self._sparing = Sparing(clock)

    def check(
        self, caller: Caller, right: Right, workspace: str, *, what: str, parameters: Mapping[str, str]
    ) -> None:
        """Raises NotAllowed, after recording it, unless `caller` holds `right` in `workspace`. `what` is the route that
        was asked for, `parameters` those of its path."""
        try:
            check(caller, right, workspace, what=what)
        except NotAllowed as error:
            left_out = self._sparing.admit(caller.subject)
            if left_out is not None:
                self._recorder.done(
                    REFUSED, workspace, _subject(parameters), caller.actor, reason=error.message,
                    details={"act": what, "code": error.code, **error.details, "left_out_before": left_out},
                )
            raise


def _subject(parameters: Mapping[str, str]) -> Subject:
    for name, kind in _SUBJECTS.items():
        if name in parameters:
            return Subject(kind, parameters[name])
    return Subject(SERVER, "api")
