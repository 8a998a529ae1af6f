"""How long an execution is kept, as arithmetic: no clock, no store.

    ended ──────────── redrivable until ──────────────────── kept until ── taken
          redrive_days                  days, or the workflow's retention_days; never less than GRACE_SECONDS after the
                                        last moment for a redrive, so that one that begins in time has ended by then

Only one that has ended has a term. A redrive ends it; the next end begins a new one.
"""

from __future__ import annotations

from engine.kernel.snapshot import Status
from engine.records import dataclass
from engine.settings import Settings

DAY = 86_400.0
"""In seconds."""

GRACE_SECONDS = 3600.0

VERSIONS_KEPT = 10
"""So many newest versions of a workflow stay, whether anything refers to them or not."""


@dataclass(frozen=True, slots=True)
class Retention:
    """The terms of a stage or a folder, in days. `days` is for workflows that name none; 0 keeps for ever.
    `redrive_days`: how long one that did not succeed can be redriven, and is kept whatever `days` says."""

    days: float = 90.0
    redrive_days: float = 14.0

    @classmethod
    def of(cls, settings: Settings) -> Retention:
        """As the settings have it."""
        return cls(settings.retention_days, settings.redrive_days)

    def redrivable_until(self, status: str, ended_at: float | None) -> float | None:
        """Until when it can be redriven (epoch seconds); None for one that is open or SUCCEEDED."""
        if ended_at is None or status == str(Status.SUCCEEDED):
            return None
        return ended_at + self.redrive_days * DAY

    def kept_until(self, status: str, ended_at: float | None, own_days: float | None = None) -> float | None:
        """When it may be taken (epoch seconds); None for one that is open, or kept for ever. `own_days` is the
        workflow's own term."""
        days = self.days if own_days is None else own_days
        if ended_at is None or days <= 0:
            return None
        redrivable = self.redrivable_until(status, ended_at)
        until = ended_at + days * DAY
        return until if redrivable is None else max(until, redrivable + GRACE_SECONDS)
