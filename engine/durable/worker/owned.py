"""An execution in the hands of the loop: its activation, and what the loop keeps beside it."""

from __future__ import annotations

from engine.durable.activation import LEASE_MARGIN_SECONDS, Activation
from engine.durable.worker.calls import Answer
from engine.ports.journal import Segment

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


class Owned:
    """What the loop keeps beside an activation. `segment` is a commit under way, `failures` how often it failed.

    `held`: it is not to go on. Calls under way are waited for and stops are read, but nothing new begins. `paused`: and
    that because it is PAUSED itself. `abandoned`: whoever ran it is gone, and it is not to be run again. `invocation`
    is how long its worker was given in all, in seconds.
    """

    __slots__ = (
        "abandoned", "activation", "answers", "children_at", "deadline", "failures", "fresh", "held", "inbox_at",
        "invocation", "paused", "poked", "segment",
    )

    def __init__(self, activation: Activation, deadline: float, *, invocation: float) -> None:
        self.activation = activation
        self.deadline = deadline
        self.invocation = invocation
        self.fresh = True
        self.held = False
        self.paused = False
        self.abandoned = False
        self.poked = False
        self.inbox_at = 0.0
        self.children_at = 0.0
        self.answers: list[Answer] = []
        self.segment: Segment | None = None
        self.failures = 0

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
        goes_on = not self.held and activation.owed().ready
        waits_to_be_written = activation.dirty and not activation.express
        return self.fresh or self.poked or bool(self.answers) or waits_to_be_written or goes_on

    def near(self, now: float) -> bool:
        """Whether what is left of its time is for the last commit, parking and the acknowledgement."""
        return now >= self.deadline - RESERVE_SECONDS
