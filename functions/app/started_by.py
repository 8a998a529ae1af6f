"""Who started an execution: the audit log has it, and it never changes, so what was found is kept."""

from __future__ import annotations

from collections import OrderedDict

from engine.governance.audit.audit import Audit
from engine.governance.audit.query import AuditQuery
from engine.ports.keys import Actor, ExecutionKey

MOST_KEPT = 10_000
RECORDED_SECONDS = 60.0
"""An entry is written after the start; one that is missing so long after was never written."""


class StartedBy:
    """Safe to share between threads."""

    def __init__(self, audit: Audit) -> None:
        self._audit = audit
        self._known: OrderedDict[ExecutionKey, Actor | None] = OrderedDict()

    def of(self, key: ExecutionKey, named: Actor | None, *, started_at: float, now: float) -> str | None:
        """Who started it, `named` by the journal or else found in the log; None where the log does not say: a child of
        another execution, or a start by its trigger."""
        actor = named or self._found(key, started_at, now)
        return None if actor is None else self._audit.actors.shown_actor(key.workspace, actor).name

    def _found(self, key: ExecutionKey, started_at: float, now: float) -> Actor | None:
        if key in self._known:
            return self._known[key]
        entries = self._audit.page(AuditQuery(
            key.workspace, execution=key.id, act="execution.start", since=started_at - 1.0, limit=1
        )).entries
        found = Actor(entries[0].actor) if entries else None  # as the chain has them: the name may be erased
        if found is not None or now - started_at > RECORDED_SECONDS:
            self._known[key] = found
            while len(self._known) > MOST_KEPT:
                self._known.popitem(last=False)
        return found
