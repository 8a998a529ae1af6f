"""Erasures on AWS: the API has hidden what is to be erased, and the sweeper's tick deletes it. Once an hour a tick
looks for large values that nothing refers to (engine.adapters.aws.erasure.orphans), and for old versions
(functions.sweeper.retention).

A tick goes on with what was asked for and is not over, as far as its time goes. The event ``{"erased": {"workspace"}}``
erases again what a restored table has brought back.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import cache
from typing import Any

from engine.adapters.aws.erasure.orphans import DynamoOrphans
from engine.adapters.aws.stores import AwsStores
from engine.clock import Clock, SystemClock
from engine.durable.lifecycle.erasing import Erasing
from engine.durable.retention import Retention
from engine.durable.triggering.erased_alerts import forget_alerts
from engine.governance.audit.actors import Actors
from engine.governance.audit.erasing import LOST_SECONDS, all_sealed, erase_entries, notes_of
from engine.governance.audit.expiry import AuditExpiry
from engine.governance.audit.heads import tell_heads
from engine.governance.audit.recorder import AuditRecorder
from engine.governance.nameless import Places
from engine.ports.audit_log import CHAINS, AuditNote
from engine.ports.erasure import Erasure
from engine.ports.keys import DEFAULT_WORKSPACE, Actor, ExecutionKey
from engine.records import dataclass
from engine.settings import Settings
from functions.sweeper.retention import OldVersions

Json = Any

ORPHANS_MINUTES = 60
"""Between two looks for orphans, and between two for old versions."""

VERSIONS_MINUTE = 15
"""Of those: not the minute in which orphans are looked for."""

MINUTES = 90
"""Between two looks at a chain for what is kept no longer: of sixteen, each has its turn once a day."""

DAY_MINUTES = 1440
"""Between two looks at the heads of all chains (engine.governance.audit.heads)."""

SWEEPER = Actor("sweeper", kind="engine", origin="sweeper")
"""Who erases again what a restored table has brought back."""


class Ending:
    """What comes last of an erasure: what the audit log keeps of its executions, once all of that is sealed."""

    def __init__(self, stores: AwsStores, clock: Clock) -> None:
        self._store = stores.erasure
        self._log = stores.audit
        self._notes = stores.audit_notes
        self._recorder = AuditRecorder(stores.audit, clock, notes=stores.audit_notes)
        self._clock = clock

    def over(self, erasure: Erasure) -> bool:
        """Whether it is done."""
        now, begun = self._clock.now(), self._store.is_settled(erasure)
        if not begun and not all_sealed(self._log, erasure, now):
            return False
        ids = self._store.subjects(erasure)
        notes = notes_of(self._notes, erasure, ids)
        if not begun:
            if now < erasure.at + LOST_SECONDS and not all(self._is_sealed(note) for note in notes):
                return False
            self._store.settle(erasure)  # what is erased from here on is not found by its id any more
        erase_entries(self._recorder, erasure, ids)
        self._notes.delete(notes)
        return True

    def _is_sealed(self, note: AuditNote) -> bool:
        return bool(self._log.known(note.workspace, note.chain, [note.id], since=note.at))


def erasing_over(stores: AwsStores, clock: Clock) -> Erasing:
    """Over the stores of a stage."""
    def told(_erasure: Erasure, keys: Sequence[ExecutionKey]) -> None:
        stores.deliveries.erase(keys)
        forget_alerts(stores.trigger_states, keys)
        stores.approvals.erase(keys)

    def forget(workspace: str, pseudonyms: Sequence[str]) -> None:
        places = Places(stores.catalog, stores.pauses, stores.trigger_states, stores.approvals, None)
        places.forget(Actors(stores.audit, clock), workspace, pseudonyms)

    return Erasing(
        stores.erasure, stores.journal, stores.index, clock, told=told, forget=forget, views=lambda: stores.views,
        after=Ending(stores, clock).over, at_once=False,
    )


def again(erasing: Erasing, asked: Json) -> dict[str, Json]:
    """Erase what is on the list and there all the same; answers ``{"erased"}``: how many are hidden now. The next ticks
    delete them."""
    return {"erased": erasing.catch_up(asked.get("workspace", DEFAULT_WORKSPACE), SWEEPER)}


@dataclass(frozen=True, slots=True)
class Parts:
    """What a tick uses."""

    erasing: Erasing
    recorder: AuditRecorder
    expiry: AuditExpiry
    orphans: DynamoOrphans
    versions: OldVersions
    clock: Clock
    workspace: str

    def tick(self, deadline: float) -> int:
        """Go on with erasures; how many ended. Every MINUTES one chain of the audit log is looked at for entries
        that are kept no longer: DynamoDB deletes them, behind the checkpoint that is written here."""
        minute = int(self.clock.now() // 60)
        if minute % ORPHANS_MINUTES == ORPHANS_MINUTES // 2:
            self.orphans.look(self.workspace)
        if minute % ORPHANS_MINUTES == VERSIONS_MINUTE:
            self.versions.look(self.workspace, minute // ORPHANS_MINUTES)
        if minute % DAY_MINUTES == 0:
            tell_heads(self.recorder, self.workspace, self.clock.now())
        if minute % MINUTES == 0:
            self.expiry.check(self.workspace, minute // MINUTES % CHAINS)
        return self.erasing.go_on(self.workspace, deadline=deadline)


@cache
def parts() -> Parts:
    """Over the stores that the environment names, made when first asked."""
    clock, settings = SystemClock(), Settings.from_environment(os.environ)
    stores = AwsStores.from_settings(settings, clock)
    recorder = AuditRecorder(stores.audit, clock, notes=stores.audit_notes)
    return Parts(
        erasing_over(stores, clock), recorder, AuditExpiry(recorder, clock, settings.audit_days),
        DynamoOrphans(stores.stored, stores.blobs), OldVersions(stores, clock, Retention.of(settings)), clock,
        settings.workspace,
    )
