"""Entries that the stream has lost, made once more from what lies in the table: it forgets after 24 hours."""

from __future__ import annotations

from typing import Any

from engine.clock import Clock
from engine.governance.audit.entry import AuditEntry, noted, parse_time, written_time
from engine.governance.audit.recorder import AuditRecorder
from engine.ports.audit_log import CHAINS, AuditNotes
from engine.ports.executions_index import ExecutionQuery, ExecutionsIndex
from engine.ports.keys import DEFAULT_WORKSPACE
from functions.sealer.reading import StreamReader

Json = Any

_PAGE = 100


class Refill:
    """Records again what the executions that started within a time, and the notes of that time, say. What is recorded
    already is left out."""

    def __init__(
        self, reader: StreamReader, recorder: AuditRecorder, index: ExecutionsIndex, notes: AuditNotes, clock: Clock
    ) -> None:
        self._reader = reader
        self._recorder = recorder
        self._index = index
        self._notes = notes
        self._clock = clock

    def run(self, asked: Json, *, deadline: float) -> dict[str, Json]:
        """Answers ``{"executions", "notes", "next"}``; `next`, where there is more to do, is the refill to ask for
        next. Raises InvalidDocument for a time that is none, KeyError for one that is missing."""
        workspace = asked.get("workspace", DEFAULT_WORKSPACE)
        since, until = (parse_time(asked[name], where=name) for name in ("since", "until"))
        notes = 0
        for chain in range(CHAINS):
            told = [noted(note.body) for note in self._notes.notes(workspace, chain, since=since) if note.at < until]
            self._record(told)
            notes += len(told)
        executions, last, token = 0, until, asked.get("next_token")
        while self._clock.now() < deadline:
            page = self._index.query(ExecutionQuery(
                workspace, started_after=since, started_before=until, limit=_PAGE, next_token=token
            ))
            for row in page.rows:
                if row.key.fork_of is None:  # it has no entries of its own
                    self._record(list(self._reader.refilled(row.key)))
                last = row.started_at
            executions, token = executions + len(page.rows), page.next_token
            if token is None:
                return {"executions": executions, "notes": notes, "next": None}
        following = {"workspace": workspace, "since": asked["since"], "until": asked["until"], "next_token": token}
        return {"executions": executions, "notes": notes, "reached": written_time(last), "next": following}

    def _record(self, entries: list[AuditEntry]) -> None:
        if entries:
            self._recorder.record(entries)
