"""I27: the ledger of effects agrees with the world, which knows the calls that it received and what it did with each.

Judged by the idempotency key, as a service would: whatever the ledger calls DONE was done, whatever it calls NOT_DONE
was not, and each call that reached the world has a row. Read in pages of three, and whole: both say the same.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import TYPE_CHECKING

from engine.durable.views.ledger_facts import BEGINNING, Effect, Outcome, Reading
from engine.ports.journal import OPEN_STATUSES
from engine.ports.keys import ExecutionKey
from tests.crash.ledger import DONE, REFUSED

if TYPE_CHECKING:
    from engine.durable.lifecycle.executions import Executions
    from tests.crash.world import World

PAGE = 3


def check_effects(world: World) -> Iterator[str]:
    """What the ledgers of all executions say, against the world's own."""
    received: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for made, answer in zip(world.ledger.calls, world.ledger.answers, strict=True):
        received[made.execution_id][_bare(made.key)].add(answer)
    with world.quietly():
        executions = world.executions  # once, for it keeps what it has compiled
    for header in world.stores.every_header():
        rows = effects_of(world, executions, header.key, PAGE)
        if len(rows) > PAGE and rows != effects_of(world, executions, header.key, 1000):
            yield "I27: pages of the ledger differ from the whole"
        yield from _check(world, rows, received[header.key.id], closed=header.status not in OPEN_STATUSES)
        told = {_bare(row.key) for row in rows}
        if header.kind == "STANDARD":
            yield from (
                f"I27: no row of {key}, which reached the world" for key in received[header.key.id] if key not in told
            )


def _check(world: World, rows: list[Effect], received: dict[str, set[str]], *, closed: bool) -> Iterator[str]:
    for row in rows:
        answers = received.get(_bare(row.key), set())
        began = world.stores.journal.header(ExecutionKey(world.workspace, row.child)) if row.child else None
        done = DONE in answers or began is not None
        if row.outcome is Outcome.DONE and not done and not row.handed_out:
            yield f"I27: {row.key} is {row.outcome}, and the world did {answers or 'nothing'}"
        if row.outcome is Outcome.NOT_DONE and (answers - {REFUSED} or began is not None):
            yield f"I27: {row.key} is {row.outcome}, and the world did {answers}"
        if row.outcome is Outcome.REPEATED and row.key not in [other.key for other in rows if other.place > row.place]:
            yield f"I27: {row.key} is {row.outcome}, and nothing repeats it"
        if closed and row.outcome is Outcome.UNDER_WAY:
            yield f"I27: {row.key} is {row.outcome} of a closed execution"


def effects_of(world: World, executions: Executions, key: ExecutionKey, most: int) -> list[Effect]:
    """The whole ledger, read in pages of `most`."""
    reading = Reading(world.tasks.policy, lambda _state, _value: "", lambda _state, value: value)
    rows: list[Effect] = []
    after = BEGINNING
    with world.quietly():
        while True:
            page = executions.effects(key, reading, after=after, most=most)
            rows += page.effects
            if page.following is None:
                return rows
            after = page.following


def _bare(key: str) -> str:
    """Without what a call of a Map Run's results puts behind its frame's key."""
    return key.partition("?")[0]
