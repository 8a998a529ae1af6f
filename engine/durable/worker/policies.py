"""What a call may take, and whether it may be made again: of the action, the state, the settings and the time left."""

from __future__ import annotations

from collections.abc import Set as AbstractSet

from engine.durable.activation import LEASE_MARGIN_SECONDS, Activation
from engine.durable.lifecycle.call_limits import CallLimits, account_of
from engine.durable.worker.owned import Owned
from engine.kernel import effects
from engine.kernel.open_frame import AnyFrame
from engine.language.asl.resources import START_EXECUTION
from engine.ports.tasks import ConnectorPin, TaskCall, TaskPolicy, Tasks
from engine.settings import Settings

MOST_KNOWN = 1000
"""Resources whose policies are kept. A resource may be computed, so that there is no end of them."""


class Policies:
    """Asked by the worker for each call. `slow` and `quick` are the resources that took long in the loop, and those
    that did not (worker.calls)."""

    def __init__(
        self, tasks: Tasks, settings: Settings, slow: AbstractSet[str] = frozenset(),
        quick: AbstractSet[str] = frozenset(), limits: CallLimits | None = None,
    ) -> None:
        self._tasks = tasks
        self._slow = slow
        self._quick = quick
        self._settings = settings
        self._limits = limits
        self._known: dict[tuple[str, str], TaskPolicy] = {}
        self._last: tuple[AnyFrame | None, str, TaskPolicy] = None, "", TaskPolicy()

    def fits(self, owned: Owned, frame: AnyFrame, now: float) -> bool:
        """Whether a call that begins now is over in time, even at its longest. An EXPRESS one is cut
        to the time left."""
        return self.budget_in_time(owned, frame, now) is not None

    def budget_in_time(self, owned: Owned, frame: AnyFrame, now: float) -> float | None:
        """The budget of a call that begins now; None where it does not fit."""
        budget = self.budget(owned, frame, now)
        return budget if owned.activation.express or now + budget + LEASE_MARGIN_SECONDS <= owned.deadline else None

    def budget(self, owned: Owned, frame: AnyFrame, now: float) -> float:
        """min(TimeoutSeconds, the action's time-out, AUTOMATE_TASK_MAX_SECONDS), in seconds, and no more than a fresh
        worker has, nor, of an EXPRESS execution, than is left of its own time and of its worker's."""
        seconds = min(self._settings.task_max_seconds, owned.longest_call)
        for limit in (self.policy(owned.activation, frame).timeout_seconds, frame.timeout_seconds):
            if limit is not None and limit < seconds:
                seconds = limit
        if owned.activation.express:
            ends = min(owned.activation.snapshot.deadline or now, owned.deadline - LEASE_MARGIN_SECONDS)
            seconds = min(seconds, max(ends - now, 0.001))
        return seconds

    def policy(self, activation: Activation, frame: AnyFrame) -> TaskPolicy:
        """What is known of what the frame calls."""
        return self._called(activation, frame)[1]

    def _called(self, activation: Activation, frame: AnyFrame) -> tuple[str, TaskPolicy]:
        """What the frame calls, and what is known of it. It is asked for several times a call. What cannot be called is
        looked for again: somebody may install it."""
        known_of, resource, policy = self._last
        if known_of is frame:
            return resource, policy
        resource = effects.resource(activation.plan, frame)
        pin: ConnectorPin | None = activation.plan.pins.get(resource)
        known = resource, "" if pin is None else pin.name
        found = self._known.get(known)
        if found is None:
            found = self._tasks.policy(resource, pin)
            if found.problem is not None:
                return resource, found
            if len(self._known) < MOST_KNOWN:
                self._known[known] = found
        self._last = frame, resource, found
        return resource, found

    def turn(self, owned: Owned, frame: AnyFrame, now: float) -> float | None:
        """None: the call may begin now, as far as its service's limit goes, and its token is taken; else when to ask
        again. An EXPRESS execution cannot wait."""
        activation = owned.activation
        limit = self.policy(activation, frame).limit
        if limit is None or self._limits is None or activation.express:
            return None
        refs = effects.secret_refs(activation.plan, frame)
        account = account_of(refs, limit)
        at: float | None = owned.turns.get(account, 0.0)
        if at is None or at <= now:
            at = self._limits.turn(activation.key.workspace, account, limit)
            owned.turn_at(account, at)
        return at

    def lacks(self, activation: Activation, frame: AnyFrame) -> str | None:
        """Why this worker cannot make the call that the frame owes: a connector, or a service, that it does not have.

        None of an EXPRESS execution, which cannot wait: its call is made, and fails."""
        resource, policy = self._called(activation, frame)
        if policy.problem is None or activation.express:
            return None
        return None if resource.startswith(START_EXECUTION) else policy.problem  # most often one of ours: not called

    def computes(self, call: TaskCall) -> bool:
        """Whether a call that was chosen waits for nothing, and is made without a thread."""
        policy = self._known.get((call.resource, "" if call.pin is None else call.pin.name))
        if policy is None:
            policy = self._tasks.policy(call.resource, call.pin)
        return policy.computes and call.resource not in self._slow

    def known_quick(self, activation: Activation, frame: AnyFrame) -> bool:
        """Whether it computes, and such a call was quick here: until then no more are begun than threads can make."""
        return self._called(activation, frame)[0] in self._quick

    def at_most_once(self, activation: Activation, frame: AnyFrame) -> bool:
        """Whether the call may be made once an attempt at the most: the workflow document or the connector says so."""
        if frame.job is not None:
            return False  # it asks how a job stands
        return frame.state in activation.version.at_most_once or self.policy(activation, frame).at_most_once
