"""The protections of retention, each switched off on purpose: the runs of `ageing` that need it must fail."""

from __future__ import annotations

from typing import Any

import pytest

from engine.adapters.aws.journal import DynamoJournal
from engine.adapters.aws.retention import DynamoRetention
from tests.crash.faults import Faults, Spec
from tests.crash.mutants import Mutant, Patch
from tests.crash.ruled import calls_of
from tests.support.memory.journal import MemoryJournal
from tests.support.memory.retention import MemoryRetention


def _each_request(workflow: str, mode: str) -> Any:
    """Every request on AWS, whichever it is with the protection off; the last ones, which take, come first."""
    return lambda campaign: (
        Spec(workflow, "aws", Faults({number: mode}))
        for number in reversed(range(len(campaign.reference(workflow, "aws").calls)))
    )


def _whatever_it_is_now(patch: Patch) -> None:
    """What was read of an execution counts, not what it is when it is taken."""
    patch.setattr(MemoryRetention, "_stands", lambda *_: True)


def _segments_of_nobody(patch: Patch) -> None:
    """A segment is written whether its execution is there or not."""
    commit = MemoryJournal.commit

    def lenient(self: Any, segments: Any, headers: Any = ()) -> Any:
        with pytest.MonkeyPatch.context() as inner:
            inner.setattr(self, "_taken", {})
            return commit(self, segments, headers)

    patch.setattr(MemoryJournal, "commit", lenient)


def _pieces_forgotten(patch: Patch) -> None:
    """What was too much for one transaction is remembered by its process alone."""
    patch.setattr(MemoryRetention, "clear", lambda *_: 0)


def _items_left(patch: Patch) -> None:
    patch.setattr(MemoryRetention, "_items", lambda *_: [])


def _nobody_is_waited_for(patch: Patch) -> None:
    patch.setattr(MemoryRetention, "_is_held", lambda *_: False)


def _a_term_from_the_start(patch: Patch) -> None:
    """The term is taken to begin with the execution, not with its end: what runs has one."""
    ended = MemoryRetention.ended

    def any_of_them(self: Any, *given: Any) -> Any:
        found, after = ended(self, *given)
        rows = [row for row in self._journal.rows() if row.key not in {one.key for one in found}]
        from engine.ports.retention import Ended  # noqa: PLC0415

        return [*found, *(Ended(row.key, "SUCCEEDED", row.started_at, row.started_at) for row in rows)], after

    patch.setattr(MemoryRetention, "ended", any_of_them)
    _whatever_it_is_now(patch)


def _the_term_stays(patch: Patch) -> None:
    """A redrive leaves the term on the segment that closed its execution."""
    patch.setattr(DynamoJournal, "keep", lambda *_: True)


def _the_mark_first(patch: Patch) -> None:
    """The header says that it was taken before the rest is deleted."""
    let_go = DynamoRetention._let_go

    def marked(self: Any, key: Any, header: Any, at: float, deadline: float) -> int:
        self._mark(key, header, at)
        return let_go(self, key, header, at, deadline)

    patch.setattr(DynamoRetention, "_let_go", marked)


def _children_of_the_taken_left(patch: Patch) -> None:
    patch.setattr("functions.sweeper.retention.awaited", lambda *_: iter(()))
    let_go = DynamoRetention._let_go

    def alone(self: Any, key: Any, header: Any, at: float, deadline: float) -> int:
        self._rest._awaited = lambda _key: iter(())
        return let_go(self, key, header, at, deadline)

    patch.setattr(DynamoRetention, "_let_go", alone)


AGEING_MUTANTS: dict[str, Mutant] = {
    "taken as it was read": Mutant(
        "what is taken is looked at in the transaction that takes it", _whatever_it_is_now,
        calls_of("aged-overtaken", "news"), says="I17: flow:simulation was taken while it was RUNNING"),
    "segments of nobody": Mutant(
        "nothing is written to what was taken", _segments_of_nobody,
        calls_of("aged-redriven", "paused-before"), says="I19: 1 segments is left"),
    "pieces forgotten": Mutant("what is left of one is known to all", _pieces_forgotten, calls_of("aged"),
        says="I2: the product does not come to rest"),
    "items left": Mutant("a Map Run goes with its execution", _items_left, calls_of("aged-items"),
        says="I2: the product does not come to rest"),
    "a child before its parent": Mutant("who is waited for stays", _nobody_is_waited_for, calls_of("aged-child"),
        says="I17: child"),
    "a term from the start": Mutant("what is open has no term", _a_term_from_the_start, calls_of("aged-long"),
        says="I17: flow:simulation was taken while it was RUNNING"),
    "the term of a redriven one": Mutant(
        "a redrive ends a term", _the_term_stays,
        calls_of("aged-redriven", family="aws"), says="I17: of one that is there"),
    "the mark first": Mutant(
        "the header is marked when all else is gone", _the_mark_first,
        _each_request("aged", "after"), says="I2: the product does not come to rest"),
    "children of the taken left": Mutant(
        "who was waited for goes with its parent", _children_of_the_taken_left,
        calls_of("aged-items", family="aws"), says="I2: the product does not come to rest"),
}
"""By name, as MUTANTS."""
