"""An execution in the hands of the loop: its activation, and what the loop keeps beside it."""

from __future__ import annotations

import logging

from engine.durable.activation import LEASE_MARGIN_SECONDS, Activation
from engine.durable.worker.calls import Answer
from engine.errors import StorageError
from engine.ports.journal import Segment

_LOG = logging.getLogger(__name__)

RESERVE_SECONDS = 5.0
"""So long before its deadline a worker stops stepping: what remains is for the last commit, parking and the
acknowledgement. Half of it before the deadline it leaves calls that should have ended."""

FRESH_SHARE = 0.8
"""No call gets more than this share of an invocation: a longer one would fit into no worker, and never be made."""

LEAST_CALL_SECONDS = 1.0
"""An invocation that has less than this for its longest call makes none: its tasks fail, and say so."""


def longest_call(invocation: float) -> float:
    """How long a call may take, in seconds, so that a worker that is given `invocation` seconds can make it: what is
    left has room for the call's lease, for letting go, and in a long one for what comes before the call."""
    return min(invocation * FRESH_SHARE, invocation - LEASE_MARGIN_SECONDS - RESERVE_SECONDS)


def put_off(activation: Activation, error: StorageError, what: str) -> None:
    """A store that fails costs no call that is under way: `what` is done later. Raises `error` where none is."""
    if not activation.in_flight:
        raise error
    _LOG.warning("%s later: %s", what, error, extra={"execution": activation.key.id})


class Owned:
    """What the loop keeps beside an activation. Its attributes are for all to read, and change by its own methods only.

    `deadline` is when it must be let go of, `invocation` how long its worker was given in all, in seconds. `fresh`: it
    was not stepped since it was loaded. `woken`: a wake came, or a reason to read the inbox before anything else;
    `inbox_at` and `outbox_at` are when the inbox is read and the outbox seen to at the latest and the earliest.
    `answers` are what came of calls. `segment` is a commit under way, `failures` how often it failed.

    `workflow` is its workflow's name, `last_turn` the number of the round in which it had its last turn.

    `turns` are the accounts whose tokens it waits for (lifecycle.call_limits), each with when it asks again;
    `waits_until` is the first of these times, where all calls that it owes wait for one.

    `held`: it is not to go on. Calls under way are waited for and stops are read, but nothing new begins. `paused`: and
    that because it is PAUSED itself. `abandoned`: whoever ran it is gone, and it is not to be run again.
    """

    __slots__ = (
        "abandoned", "activation", "answers", "deadline", "failures", "fresh", "held", "inbox_at", "invocation",
        "last_turn", "outbox_at", "paused", "segment", "turns", "waits_until", "woken", "workflow",
    )

    def __init__(
        self, activation: Activation, deadline: float, *, invocation: float, paused: bool = False,
        abandoned: bool = False,
    ) -> None:
        self.activation = activation
        self.workflow = activation.key.workflow
        self.last_turn = 0
        self.deadline = deadline
        self.invocation = invocation
        self.paused = paused
        self.abandoned = abandoned
        self.fresh = True
        self.held = False
        self.woken = False
        self.inbox_at = 0.0
        self.outbox_at = 0.0
        self.turns: dict[str, float] = {}
        self.waits_until: float | None = None
        self.answers: list[Answer] = []
        self.segment: Segment | None = None
        self.failures = 0

    # ---------------------------------------------------------------- what it is asked

    @property
    def longest_call(self) -> float:
        """How long a call may take, in seconds, that any worker like this one can make."""
        return longest_call(self.invocation)

    @property
    def too_short(self) -> bool:
        """Whether no worker like this one, fresh as it may be, can make any call."""
        return self.longest_call < LEAST_CALL_SECONDS

    @property
    def runnable(self) -> bool:
        """Whether the next round has work for it without any answer."""
        if self.segment is not None:
            return False
        activation = self.activation
        goes_on = not self.held and activation.owed.ready
        waits_to_be_written = activation.dirty and not activation.express
        return self.fresh or self.woken or bool(self.answers) or waits_to_be_written or goes_on

    @property
    def look_at(self) -> float | None:
        """When somebody must look at it again: at its next timer, or when a call that waits for its turn may begin."""
        owed = self.activation.owed
        times = [at for at in (owed.look_at, self.waits_until if owed.scheduled else None) if at is not None]
        return min(times, default=None)

    def near(self, now: float) -> bool:
        """Whether what is left of its time is for the last commit, parking and the acknowledgement."""
        return now >= self.deadline - RESERVE_SECONDS

    # ---------------------------------------------------------------- what happens to it

    def has_turn(self, number: int) -> None:
        """It is stepped in the round of that number."""
        self.last_turn = number

    def wake(self) -> None:
        """Somebody may have said something: its inbox is read before it is let go of."""
        self.woken = True

    def answer(self, answer: Answer) -> None:
        """A call of it was answered."""
        self.answers.append(answer)

    def take_answers(self) -> list[Answer]:
        """The answers that came since the last round."""
        taken, self.answers = self.answers, []
        return taken

    def opened(self) -> None:
        """Its first round has begun: what was to be done once after loading is done."""
        self.fresh = False

    def hold(self, *, held: bool) -> None:
        """Whether it is not to go on, for this round."""
        self.held = held

    def inbox_read(self, *, again_at: float) -> None:
        """What woke it is known. The inbox is read again by `again_at`, or at the next wake."""
        self.woken = False
        self.inbox_at = again_at

    def inbox_empty_until(self, at: float) -> None:
        """It is too young for anybody to have said something."""
        self.inbox_at = at

    def outbox_later(self, at: float) -> None:
        """The store failed: what is owed to others is tried again then."""
        self.outbox_at = at

    def turn_at(self, account: str, at: float | None) -> None:
        """When it asks for a token of `account` again; None: it has one."""
        if at is None:
            self.turns.pop(account, None)
        else:
            self.turns[account] = at

    def waits(self, until: float | None) -> None:
        """No call that it owes may begin before `until`; None: one may, or has other reasons."""
        self.waits_until = until

    def commit_begun(self, segment: Segment) -> None:
        """`segment` is to be written; nothing may change before it is."""
        self.segment = segment

    def commit_failed(self) -> int:
        """How often it has failed by now."""
        self.failures += 1
        return self.failures

    def commit_done(self) -> None:
        """The segment is durable."""
        self.segment, self.failures = None, 0

    def leave_by(self, deadline: float) -> None:
        """It is to be let go of by then, if not earlier."""
        self.deadline = min(self.deadline, deadline)
