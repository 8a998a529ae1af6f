"""What every audit log does with the records it is to append: sort them by chain."""

from __future__ import annotations

from collections.abc import Sequence

from engine.ports.audit_log import AuditRecord


def runs_of(records: Sequence[AuditRecord]) -> dict[int, list[AuditRecord]]:
    """The records of each chain, in the order in which they were given."""
    runs: dict[int, list[AuditRecord]] = {}
    for record in records:
        runs.setdefault(record.chain, []).append(record)
    return runs
