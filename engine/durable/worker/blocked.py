"""What to do with an execution when a round is over: a table of cases, of which the first that fits counts.

The round has fed what there was and committed what it could. So the execution is closed, or it waits: for its next
round, for a call, for somebody else, or for a time. Who waits for nothing here is parked, and its header says when
somebody must look again.

Facts are bits, so that the table is data, and asking it costs no call.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum, auto

from engine.durable.worker.calls import CallPool
from engine.durable.worker.outbox import Outbox
from engine.durable.worker.owned import RESERVE_SECONDS, Owned
from engine.durable.worker.policies import Policies
from engine.records import dataclass

NEW = 1
"""Something is to be fed or to be committed."""
STUCK = 2
"""An EXPRESS run has not ended, and its worker's time has."""
CLOSED = 4
HELD = 8
"""It is not to go on."""
NEAR = 16
"""What is left of its worker's time is for letting go."""
OWES = 32
"""Others are owed something (worker.outbox)."""
RETRY_LATER = 64
"""And the store failed at that a moment ago."""
READY = 128
"""A slice ended before its states did."""
CALLS = 256
"""Calls of it are under way."""
LATE = 512
"""Calls should have ended by now."""
SCHEDULED = 1024
"""Calls of it wait for an intent."""
THREAD = 2048
"""One of them fits the time, and a thread will be free for it."""
LACKS = 4096
"""This worker has the connector of none of them."""


class Do(Enum):
    """What is done."""

    START_OVER = auto()  # leave it unacknowledged: an EXPRESS run has nothing to go on with
    NEXT_ROUND = auto()
    CLOSE = auto()
    LET_GO_OF_HELD = auto()
    SEND_OUTBOX = auto()  # start and join children, offer work, stop jobs; then see what is blocked after that
    LEAVE_CALLS = auto()  # leave it unacknowledged: its lease says when the calls are over
    WAIT = auto()  # for an answer, or for a thread
    PAUSE = auto()  # until somebody has installed what this worker lacks
    PARK_DUE_NOW = auto()  # a continuation: for a worker with more time
    PARK = auto()  # until its next timer


@dataclass(frozen=True, slots=True)
class Case:
    """One row: it fits where one at least of the facts `any_of` holds, all of `all_of`, and none of `never`."""

    name: str
    do: Do
    all_of: int = 0
    never: int = 0
    any_of: int = 0


CASES: Sequence[Case] = (
    Case("an EXPRESS run did not end in this worker's time", Do.START_OVER, STUCK),
    Case("there is something to feed or to commit", Do.NEXT_ROUND, NEW),
    Case("it is closed", Do.CLOSE, CLOSED),
    Case("it is held, and no call of it is under way", Do.LET_GO_OF_HELD, HELD, never=CALLS),
    Case("it owes others something, and may go on", Do.SEND_OUTBOX, OWES, never=NEAR | HELD | RETRY_LATER),
    Case("a slice ended before its states did", Do.NEXT_ROUND, READY, never=NEAR),
    Case("calls are under way, and should have ended", Do.LEAVE_CALLS, CALLS | LATE),
    Case("calls are under way", Do.WAIT, CALLS),
    Case("a call waits for a thread", Do.WAIT, THREAD, never=NEAR),
    Case("its calls need what this worker does not have", Do.PAUSE, LACKS, never=NEAR | OWES | READY),
    Case("another worker could go on at once", Do.PARK_DUE_NOW, any_of=READY | SCHEDULED | OWES),
    Case("it waits for a time, or for somebody else", Do.PARK),
)

BELOW_OUTBOX = CASES[1 + next(number for number, case in enumerate(CASES) if case.do is Do.SEND_OUTBOX):]
"""The cases that are left when nothing came of what was owed to others."""


_KNOWN: dict[int, Do] = {}


def what_to_do(facts: int, cases: Sequence[Case] = CASES) -> Do:
    """What the first case that fits says; the last one always does. Of the whole table it is looked up once: few of the
    combinations come, and each after every round."""
    if cases is not CASES:
        return _looked_up(facts, cases)
    known = _KNOWN.get(facts)
    if known is None:
        known = _KNOWN[facts] = _looked_up(facts, cases)
    return known


def _looked_up(facts: int, cases: Sequence[Case]) -> Do:
    for case in cases:
        if facts & case.all_of == case.all_of and not facts & case.never and (not case.any_of or facts & case.any_of):
            return case.do
    raise AssertionError("the last case fits always")


def facts_of(owned: Owned, now: float, *, outbox: Outbox, policies: Policies, calls: CallPool) -> int:
    """What the table asks of an execution after a round. Where there is something new, nothing else matters."""
    activation = owned.activation
    near = owned.near(now)
    if activation.dirty or owned.woken or owned.answers:
        stuck = near and activation.express and activation.dirty and not activation.snapshot.closed
        return NEW | STUCK if stuck else NEW
    if activation.snapshot.closed:
        return CLOSED
    owed = activation.owed
    facts = (
        (HELD if owned.held else 0) | (NEAR if near else 0) | (RETRY_LATER if now < owned.outbox_at else 0)
        | (OWES if outbox.owes(activation) else 0) | (READY if owed.ready else 0)
    )
    if activation.in_flight:
        facts |= CALLS | LATE if now >= owned.deadline - RESERVE_SECONDS / 2 else CALLS
    elif owed.scheduled and (owned.waits_until is None or owned.waits_until <= now):
        facts |= SCHEDULED
        if calls.in_flight and any(policies.fits(owned, frame, now) for frame in owed.scheduled):
            facts |= THREAD
        elif all(policies.lacks(activation, frame) for frame in owed.scheduled):
            facts |= LACKS
    return facts
