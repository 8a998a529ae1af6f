"""The audit log in a process's memory: a list for each chain."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from threading import Lock

from engine.adapters.audit_runs import runs_of
from engine.ports.audit_log import ActorRow, AuditHead, AuditRecord


class MemoryAuditLog:
    """engine.ports.audit_log.AuditLog. A chain's head is kept apart from its records, as a store does."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._chains: dict[tuple[str, int], list[AuditRecord]] = {}
        self._heads: dict[tuple[str, int], AuditHead] = {}
        self._ids: dict[tuple[str, int], set[str]] = {}
        self._expired: dict[tuple[str, int], int] = {}
        self._actors: dict[tuple[str, str], ActorRow] = {}

    def heads(self, workspace: str, chains: Sequence[int]) -> dict[int, AuditHead]:
        """The heads of `chains`."""
        with self._lock:
            return {chain: self._heads[workspace, chain] for chain in chains if (workspace, chain) in self._heads}

    def append(
        self, records: Sequence[AuditRecord], *, since: float = 0.0,
    ) -> frozenset[int]:
        """Write each chain's records if they follow on its head. Answers the chains that were not written."""
        with self._lock:
            return frozenset(chain for chain, run in runs_of(records).items() if not self._append(run))

    def _append(self, run: list[AuditRecord]) -> bool:
        key = (run[0].workspace, run[0].chain)
        head, ids = self._heads.get(key), self._ids.setdefault(key, set())
        if run[0].number != (head.number if head else 0) + 1 or any(record.id in ids for record in run):
            return False
        self._chains.setdefault(key, []).extend(run)
        ids.update(record.id for record in run)
        self._heads[key] = AuditHead(run[-1].number, run[-1].digest, run[-1].recorded_at)
        return True

    def known(
        self, workspace: str, chain: int, ids: Sequence[str], *, since: float = 0.0,
    ) -> set[str]:
        """Those of `ids` that the chain holds."""
        with self._lock:
            return self._ids.get((workspace, chain), set()) & set(ids)

    def erase(self, workspace: str, chain: int, ids: Mapping[int, str]) -> None:
        """Destroy what is kept of these records."""
        with self._lock:
            records = self._chains.get((workspace, chain), [])
            for at, record in enumerate(records):
                if record.number in ids and record.kept:
                    records[at] = replace(record, id=ids[record.number], kept="")
                    self._ids[workspace, chain].discard(record.id)
                    self._ids[workspace, chain].add(ids[record.number])

    def expire(self, workspace: str, chain: int, through: AuditHead, limit: int) -> int:
        """Delete up to `limit` records of the beginning of a chain."""
        with self._lock:
            records = self._chains.get((workspace, chain), [])
            old = [record for record in records if record.number <= through.number][:limit]
            self._expired[workspace, chain] = through.number
            del records[: len(old)]
            return len(old)

    def expired(self, workspace: str) -> dict[int, int]:
        """Up to which number records were deleted."""
        return {chain: number for (owner, chain), number in self._expired.items() if owner == workspace}

    def shorter(self, workspace: str, chain: int) -> tuple[int, float] | None:
        """None: records are deleted from a chain's beginning alone."""
        return None

    def witnessed(self, workspace: str) -> dict[int, int]:
        """Nothing: heads lie where the records lie."""
        return {}

    def oldest(self, workspace: str, chain: int, *, after: int, limit: int) -> list[AuditRecord]:
        """Up to `limit` records with a number over `after`, oldest first."""
        with self._lock:
            return [record for record in self._chains.get((workspace, chain), ()) if record.number > after][:limit]

    def newest(self, workspace: str, chain: int, *, before: int | None, limit: int) -> list[AuditRecord]:
        """Up to `limit` records with a number under `before`, newest first."""
        with self._lock:
            found = self._chains.get((workspace, chain), [])[::-1]
        return [record for record in found if before is None or record.number < before][:limit]

    def actors(self, workspace: str) -> list[ActorRow]:
        """Those who have a pseudonym."""
        return [row for row in self._actors.values() if row.workspace == workspace]

    def put_actor(self, row: ActorRow) -> None:
        """Write a row where there is none."""
        self._actors.setdefault((row.workspace, row.pseudonym), row)

    def forget_actors(self, workspace: str, pseudonyms: Sequence[str]) -> None:
        """Delete these rows."""
        for one in pseudonyms:
            self._actors.pop((workspace, one), None)
