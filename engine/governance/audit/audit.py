"""The audit log, whole: recorded (engine.governance.audit.recorder says how), read and verified. The worker on AWS only
records, and imports only that.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from engine.clock import Clock
from engine.governance.audit.actors import Actors
from engine.governance.audit.beside import Beside
from engine.governance.audit.entry import AuditEntry
from engine.governance.audit.query import AuditPage, AuditQuery, page
from engine.governance.audit.recorder import AuditRecorder
from engine.governance.log_masking import KNOWN, KnownSecrets
from engine.ports.audit_log import AuditLog, AuditNotes

if TYPE_CHECKING:
    from engine.governance.audit.verify import Verification


class Audit(AuditRecorder):
    """The log of all workspaces in one store, `beside` the executions that it tells of. Who acts is recorded by a
    pseudonym, and read by name: `actors`. Safe to share."""

    def __init__(
        self, log: AuditLog, clock: Clock, *, known: KnownSecrets = KNOWN, beside: Beside | None = None,
        notes: AuditNotes | None = None,
    ) -> None:
        super().__init__(log, clock, known=known, notes=notes)
        self.actors = Actors(log, clock)
        self._beside = beside

    def _presentable(self, entry: AuditEntry) -> AuditEntry:
        return self.actors.concealed(super()._presentable(entry))

    def page(self, query: AuditQuery) -> AuditPage:
        """Entries, the newest first. Raises InvalidDocument for a limit or next_token that does not fit."""
        return page(self.log, query, self.actors)

    def verify(self, workspace: str, *, against: Sequence[str] = ()) -> Verification:
        """Walk all chains and look for the executions' entries; `against` are the lines of an earlier export. See
        engine.governance.audit.verify."""
        from engine.governance.audit.verify import verify  # noqa: PLC0415  few commands verify

        return verify(self.log, workspace, against=against, beside=self._beside)
