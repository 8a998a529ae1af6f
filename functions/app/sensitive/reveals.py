"""What was revealed, in the audit log.

A page that is looked at live asks again and again: what the same person reveals again within EVERY_SECONDS, with the
same reason and in the same process, is one entry.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from threading import Lock
from typing import Any

from engine.clock import Clock
from engine.governance.audit.audit import Audit
from engine.governance.audit.entry import AuditEntry, Subject
from engine.governance.audit.recorder import new_id
from engine.governance.roles import Caller

Json = Any

EXECUTION_REVEALED = "execution.reveal"
TEST_REVEALED = "workflow.reveal"
ACTS = (EXECUTION_REVEALED, TEST_REVEALED)
"""What the entries of reveals are called: routes do not declare them, for they are done at the door of many."""

EVERY_SECONDS = 60.0
_MOST_KNOWN = 10_000


class Reveals:
    """Records them. Safe to share between threads."""

    def __init__(self, audit: Audit, clock: Clock) -> None:
        self._audit = audit
        self._clock = clock
        self._lock = Lock()
        self._known: OrderedDict[tuple[str, ...], float] = OrderedDict()

    def record(
        self, act: str, workspace: str, subject: Subject, caller: Caller, reason: str, details: Mapping[str, Json]
    ) -> None:
        """`caller` is about to be shown what is hidden in `subject`. Raises StorageError: then nothing is shown."""
        key = (act, caller.subject, caller.actor.origin, str(subject), reason, *map(str, details.values()))
        now = self._clock.now()
        with self._lock:
            known = 0 <= now - self._known.get(key, -EVERY_SECONDS) < EVERY_SECONDS
        if known:
            return
        self._audit.record([
            AuditEntry(new_id(), workspace, now, caller.actor, act, subject, reason=reason, details=dict(details))
        ])
        with self._lock:
            self._known[key] = now
            while len(self._known) > _MOST_KNOWN:
                self._known.popitem(last=False)
