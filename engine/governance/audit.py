"""The audit log, whole: recorded (engine.governance.audit_recorder says how), read and verified. The worker on AWS only
records, and imports only that.
"""

from __future__ import annotations

from collections.abc import Sequence

from engine.governance.audit_query import AuditPage, AuditQuery, page
from engine.governance.audit_recorder import AuditRecorder
from engine.governance.audit_verify import Verification, verify


class Audit(AuditRecorder):
    """The log of all workspaces in one store. Safe to share between threads."""

    def page(self, query: AuditQuery) -> AuditPage:
        """Entries, the newest first. Raises InvalidDocument for a limit or next_token that does not fit."""
        return page(self.log, query)

    def verify(self, workspace: str, *, against: Sequence[str] = ()) -> Verification:
        """Walk all chains; `against` are the lines of an earlier export. See engine.governance.audit_verify."""
        return verify(self.log, workspace, against=against)
