"""The worker: load → step → commit → perform, for many executions in one loop.

    wake ──► open: load, whose lease? ──► advance: inbox, answers, timers → step → intents ──► commit ──► perform
                  │ foreign, alive: drop       ▲                                             │ fenced: leave
                  ▼                            └───────── calls running, every 2 s ──────────┤
             acknowledge ◄──────────────────────────── park (due_at, delayed wake) or close ◄┘

One thread steps every execution it owns and makes one commit a round for all of them (a CPU-bound neighbour thread
costs a Python loop most of its speed); connector calls run on the threads of a CallPool. `run` drives a batch to its
end (a Lambda invocation, a command), `serve` a queue until it is told to stop (a worker process).

The order of writes is the protocol: nothing is called before its intent is durable; a wake is acknowledged only after
commit and effects; closing writes the index row before the header, because the header's due_at is what brings the next
worker if this one dies between them.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Executor
from dataclasses import replace
from typing import TypeVar

from engine.clock import Clock
from engine.errors import AutomateError, Fenced, StoreCorrupt
from engine.ports.executions_index import ExecutionsIndex
from engine.ports.journal import OPEN_STATUSES, RUNNING, HeaderChange, InboxItem, Journal, Loaded, Segment
from engine.ports.keys import ExecutionKey
from engine.ports.published import Published
from engine.ports.queue import MAX_DELAY_SECONDS, ClaimableQueue, Wake, WakeQueue
from engine.ports.tasks import TaskPolicy, Tasks, TaskSucceeded
from engine.runtime import effects, inbox
from engine.runtime.activation import LEASE_MARGIN_SECONDS, Activation, StartedCall
from engine.runtime.calls import Answer, CallPool, Ticket
from engine.runtime.opening import Opener, execution_row
from engine.runtime.snapshot import Frame
from engine.runtime.stimulus import Continued, Started, Stimulus, TaskErred, TaskReturned, TaskTakenOver, TimePassed
from engine.settings import Settings

_LOG = logging.getLogger(__name__)

INBOX_SECONDS = 2.0
"""How often the owner of running calls reads its inbox."""

REARM_SECONDS = 60.0
"""A wake that comes this much too early at the most is armed again; earlier ones are duplicates, and dropped."""

RESEND_SECONDS = 30.0
"""How long a wake waits at most for a live owner when the inbox is not empty."""

IDLE_SECONDS = 0.02
"""How long the loop waits for an answer before it looks at the queue again."""

RECLAIM_SECONDS = 1.0
"""How often it claims though the queue reports no change: wakes that a dead process held have become free."""

Outcome = Exception | None
"""None: acknowledge the wake. An exception: leave it, it comes again."""

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")


class OutOfTime(AutomateError):
    """The worker had to stop while calls were running: the wake comes again, and the lease says when they are over."""


class Worker:
    """Owns executions and moves them on. Not to be shared between threads; `parallel` spreads store access on AWS."""

    def __init__(
        self, *, journal: Journal, index: ExecutionsIndex, queue: WakeQueue, published: Published, tasks: Tasks,
        clock: Clock, settings: Settings, owner: str = "", is_alive: Callable[[str], bool] | None = None,
        new_seed: Callable[[], int] = lambda: secrets.randbits(63),
        new_nonce: Callable[[], str] = lambda: secrets.token_hex(8), call_threads: int | None = None,
        parallel: Executor | None = None,
    ) -> None:
        self._journal = journal
        self._index = index
        self._queue = queue
        self._tasks = tasks
        self._clock = clock
        self._settings = settings
        self._owner = owner
        self._is_alive = is_alive
        self._seed = new_seed
        self._parallel = parallel
        self._opener = Opener(journal, published, new_nonce)
        self._calls = CallPool(tasks, clock, settings.task_threads if call_threads is None else call_threads)
        self._owned: dict[ExecutionKey, _Owned] = {}
        self._claim_at = 0.0
        self._planned = 0
        self._outcomes: dict[ExecutionKey, Outcome] = {}

    # ---------------------------------------------------------------- the two ways to run

    def run(self, keys: Iterable[ExecutionKey], *, deadline: float) -> dict[ExecutionKey, Outcome]:
        """Work until each execution is parked or closed, or `deadline` (epoch seconds, hard) nears.

        Answers for each key whether its wake may be acknowledged (None) or has to come again (the exception).
        """
        wanted = list(dict.fromkeys(keys))
        self._admit(wanted, deadline)
        while self._owned:
            self._round(wait=IDLE_SECONDS)
        return {key: self._outcomes.pop(key, None) for key in wanted}

    def serve(self, queue: ClaimableQueue, stop: Callable[[], bool]) -> None:
        """Claim wakes, work and acknowledge, until `stop` says so; then finish what is at hand and return.

        Calls still running 5 s after the stop are left: their leases end with this process.
        """
        receipts: dict[ExecutionKey, list[str]] = {}
        stopping_since: float | None = None
        while True:
            if stopping_since is None and stop():
                stopping_since = self._clock.now()
                self._stop_soon(stopping_since + 5.0)
            if stopping_since is None:
                self._claim(queue, receipts)
            elif not self._owned:
                return
            self._round(wait=IDLE_SECONDS)
            self._settle(queue, receipts)

    def _claim(self, queue: ClaimableQueue, receipts: dict[ExecutionKey, list[str]]) -> None:
        now = self._clock.now()
        room = max(self._settings.batch_size, self._settings.task_threads) - len(self._owned)
        if room <= 0 or not (queue.changed() or now >= self._claim_at):
            return
        limit = min(room, self._settings.batch_size)
        claimed = queue.claim(limit)
        due_in = queue.next_due_in()
        more = 0.0 if len(claimed) == limit else RECLAIM_SECONDS
        self._claim_at = now + (more if due_in is None else min(due_in, more))
        fresh: list[ExecutionKey] = []
        for received in claimed:
            receipts.setdefault(received.key, []).append(received.receipt)
            owned = self._owned.get(received.key)
            if owned is not None:
                owned.poked = True
            else:
                fresh.append(received.key)
        self._admit(list(dict.fromkeys(fresh)), deadline=float("inf"))

    def _settle(self, queue: ClaimableQueue, receipts: dict[ExecutionKey, list[str]]) -> None:
        done: list[str] = []
        for key, outcome in self._outcomes.items():
            if outcome is None:
                done += receipts.pop(key, [])
            else:
                queue.release(receipts.pop(key, []), delay=1.0)
        self._outcomes.clear()
        if done:
            queue.acknowledge(done)

    def _stop_soon(self, deadline: float) -> None:
        for owned in self._owned.values():
            owned.deadline = min(owned.deadline, deadline)

    # ---------------------------------------------------------------- opening

    def _admit(self, keys: Sequence[ExecutionKey], deadline: float) -> None:
        for key, loaded in zip(keys, self._each(self._guarded_load, keys), strict=True):
            if isinstance(loaded, Exception):
                self._leave(key, loaded)
            elif loaded is None:
                _LOG.warning("a wake for an unknown execution", extra={"execution": key.id})
                self._outcomes[key] = None
            else:
                self._guard(key, lambda key=key, loaded=loaded: self._open(key, loaded, deadline))  # type: ignore[misc]

    def _guarded_load(self, key: ExecutionKey) -> Loaded | Exception | None:
        try:
            return self._journal.load(key)
        except AutomateError as error:
            return error

    def _open(self, key: ExecutionKey, loaded: Loaded, deadline: float) -> None:
        if loaded.header.status not in OPEN_STATUSES:
            self._delete_inbox(key, [item.id for item in self._journal.inbox(key)])
            self._outcomes[key] = None
            return
        now = self._clock.now()
        last = loaded.segments[-1] if loaded.segments else None
        if last is not None and self._lease_lives(last, now):
            if self._journal.inbox(key):
                self._queue.send([Wake(key, min(max(last.lease_until - now, 1.0), RESEND_SECONDS))])
            self._outcomes[key] = None
            return
        activation = self._opener.open(loaded)
        if last is None and now - loaded.header.started_at > REARM_SECONDS / 2:
            self._index.put(execution_row(activation))  # the start that died before it wrote the row
        self._owned[key] = _Owned(activation, deadline)

    def _lease_lives(self, last: Segment, now: float) -> bool:
        if last.lease_until <= now:
            return False
        if not last.owner or last.owner == self._owner or self._is_alive is None:
            return True
        return self._is_alive(last.owner)

    # ---------------------------------------------------------------- one round

    def _round(self, wait: float) -> None:
        """Give every owned execution one slice, commit all that changed at once, perform what is owed."""
        self._planned = 0  # intents live from _advance to the commit of the same round
        for owned in list(self._owned.values()):
            self._guard(owned.activation.key, lambda owned=owned: self._advance(owned))  # type: ignore[misc]
        self._commit_all()
        for owned in list(self._owned.values()):
            self._guard(owned.activation.key, lambda owned=owned: self._rest(owned))  # type: ignore[misc]
        busy = any(owned.runnable for owned in self._owned.values())
        for answer in self._calls.answers(0.0 if busy else wait):
            owned_by = self._owned.get(answer.ticket.key)
            if owned_by is not None and owned_by.activation.nonce == answer.ticket.nonce:
                owned_by.answers.append(answer)

    def _advance(self, owned: _Owned) -> None:
        activation, now = owned.activation, self._clock.now()
        stimuli = self._news(owned, now)
        if stimuli:
            activation.feed(stimuli)
        if not activation.owed().ready:
            self._start_calls(owned, now)

    def _news(self, owned: _Owned, now: float) -> list[Stimulus]:
        activation = owned.activation
        at = max(now, activation.snapshot.last_at)
        stimuli: list[Stimulus] = []
        if owned.fresh:
            stimuli += self._first_news(owned, at)
        elif owned.poked or (activation.in_flight and now >= owned.inbox_at):
            stimuli += self._read_inbox(owned, at)
        for answer in owned.answers:
            stimuli += self._answer(activation, answer, at)
        owned.answers.clear()
        stimuli += self._overdue_calls(activation, at)
        owed = activation.owed()
        if owed.due_at is not None and owed.due_at <= now:
            stimuli.append(TimePassed(at=at, seed=self._seed()))
        if owed.ready and not stimuli:
            stimuli.append(Continued(at=at, seed=self._seed()))
        return stimuli

    def _first_news(self, owned: _Owned, at: float) -> list[Stimulus]:
        """After opening: the start, else the inbox and then the calls whose owner is gone."""
        activation = owned.activation
        owned.fresh = False
        if activation.seq < 0:
            return [Started(at=at, seed=self._seed())]
        stimuli = self._read_inbox(owned, at)
        for frame in activation.owed().running:
            stimuli.append(self._take_over(activation, frame, at))
        return stimuli

    def _take_over(self, activation: Activation, frame: Frame, at: float) -> Stimulus:
        """At least once: call again with the same key. At most once: the outcome is unknown, and stays so."""
        place = {"at": at, "frame": frame.path, "visit": frame.visit, "attempt": frame.attempt}
        if self._at_most_once(activation, frame):
            return TaskErred(
                **place, seed=self._seed(), error="Automate.TaskInterrupted", definite=False,  # type: ignore[arg-type]
                cause="The worker ended while the call was on its way; whether it took effect is unknown.",
            )
        return TaskTakenOver(**place)  # type: ignore[arg-type]

    def _read_inbox(self, owned: _Owned, at: float) -> list[Stimulus]:
        activation = owned.activation
        owned.poked = False
        owned.inbox_at = self._clock.now() + INBOX_SECONDS
        stimuli: list[Stimulus] = []
        for item in self._journal.inbox(activation.key):
            if item.id in activation.consumed:
                continue
            stimulus = self._consume(item, activation, at)
            if stimulus is not None:
                stimuli.append(stimulus)
        return stimuli

    def _consume(self, item: InboxItem, activation: Activation, at: float) -> Stimulus | None:
        try:
            if not inbox.ready_to_consume(item, activation.snapshot):
                return None
            stimulus = inbox.stimulus_of(item, at=at, seed=self._seed())
        except StoreCorrupt as error:
            _LOG.error("an inbox item is dropped: %s", error, extra={"execution": activation.key.id})
            activation.consumed.append(item.id)
            return None
        activation.consumed.append(item.id)
        return stimulus

    def _answer(self, activation: Activation, answer: Answer, at: float) -> list[Stimulus]:
        ticket, outcome = answer.ticket, answer.outcome
        call = (ticket.frame, ticket.visit, ticket.attempt)
        if call not in activation.in_flight:
            return []  # it was given up already
        activation.in_flight.discard(call)
        place = {"at": at, "frame": ticket.frame, "visit": ticket.visit, "attempt": ticket.attempt}
        if outcome is None:  # not made: its lease was over
            return [TaskTakenOver(**place)]  # type: ignore[arg-type]
        place["seed"] = self._seed()
        if isinstance(outcome, TaskSucceeded):
            return [TaskReturned(**place, output=outcome.output)]  # type: ignore[arg-type]
        frame = activation.snapshot.frames.get(ticket.frame)
        if not outcome.definite and frame is not None and self._at_most_once(activation, frame):
            cause = f"Whether the call took effect is unknown. {outcome.error}: {outcome.cause}"
            return [TaskErred(**place, error="Automate.TaskInterrupted", cause=cause, definite=False)]  # type: ignore[arg-type]
        return [
            TaskErred(
                **place, error=outcome.error, cause=outcome.cause, definite=outcome.definite,  # type: ignore[arg-type]
                retryable=outcome.retryable,
            )
        ]

    def _overdue_calls(self, activation: Activation, at: float) -> list[Stimulus]:
        """Calls that hang past their budget: given up, their outcome unknown."""
        stimuli: list[Stimulus] = []
        for frame in activation.owed().running:
            call = (frame.path, frame.visit, frame.attempt)
            if call in activation.in_flight and at >= frame.lease_until - LEASE_MARGIN_SECONDS / 2:
                activation.in_flight.discard(call)
                stimuli.append(
                    TaskErred(
                        at=at, seed=self._seed(), frame=frame.path, visit=frame.visit, attempt=frame.attempt,
                        error="States.Timeout", cause="The call did not end within its time.", definite=False,
                    )
                )
        return stimuli

    # ---------------------------------------------------------------- intents and commits

    def _start_calls(self, owned: _Owned, now: float) -> None:
        activation = owned.activation
        free = self._calls.free - self._planned
        chosen: list[Frame] = []
        for frame in activation.owed().scheduled:
            if len(chosen) >= free or now + self._budget(activation, frame) + LEASE_MARGIN_SECONDS > owned.deadline:
                break
            chosen.append(frame)
        self._planned += len(chosen)
        activation.start(chosen, now, lambda frame: self._budget(activation, frame))

    def _budget(self, activation: Activation, frame: Frame) -> float:
        """min(TimeoutSeconds, the action's time-out, AUTOMATE_TASK_MAX_SECONDS), in seconds."""
        limits = [self._settings.task_max_seconds]
        action = self._policy(activation, frame).timeout_seconds
        if action is not None:
            limits.append(action)
        timeout = effects.timeout_seconds(frame)
        if timeout is not None:
            limits.append(timeout)
        return min(limits)

    def _policy(self, activation: Activation, frame: Frame) -> TaskPolicy:
        return self._tasks.policy(effects.resource(activation.plan, frame))

    def _at_most_once(self, activation: Activation, frame: Frame) -> bool:
        return frame.state in activation.version.at_most_once or self._policy(activation, frame).at_most_once

    def _commit_all(self) -> None:
        now = self._clock.now()
        writes: list[tuple[_Owned, Segment]] = []
        for owned in list(self._owned.values()):
            activation = owned.activation
            if activation.dirty and (not activation.owed().ready or activation.must_commit(now)):
                segment = activation.segment(now, owner=self._owner, hard_deadline=owned.deadline)
                if self._guard(activation.key, lambda a=activation, s=segment: self._cover_lease(a, s)):  # type: ignore[misc]
                    writes.append((owned, segment))
        for (owned, segment), written in zip(writes, self._write([s for _, s in writes]), strict=True):
            if isinstance(written, Exception):
                self._leave(owned.activation.key, written)
            elif not written:
                self._leave(owned.activation.key, Fenced(f"segment {segment.seq} was written by another owner"))
            else:
                self._guard(owned.activation.key, lambda o=owned, s=segment: self._perform(o, s))  # type: ignore[misc]

    def _write(self, segments: list[Segment]) -> list[bool | Exception]:
        """One commit for all, or one each in parallel where the store takes them one by one."""
        if not segments:
            return []
        if self._parallel is not None:
            return [answer for group in self._each(self._guarded_commit, [[s] for s in segments]) for answer in group]
        return self._guarded_commit(segments)

    def _guarded_commit(self, segments: list[Segment]) -> list[bool | Exception]:
        try:
            return list(self._journal.commit(segments))
        except AutomateError as error:
            return [error] * len(segments)

    def _cover_lease(self, activation: Activation, segment: Segment) -> None:
        """A lease that opens while the header is due later than its end needs the header first.

        header due in a year ── intent ── crash ··························· (nobody looks for a year)
        header due at the lease's end ── intent ── crash ── sweeper wakes the next owner
        """
        due = activation.header.due_at
        if segment.lease_until and (due is None or due > segment.lease_until):
            self._change_header(activation, due_at=segment.lease_until, seq=activation.seq)

    def _perform(self, owned: _Owned, segment: Segment) -> None:
        """After the commit: delete what was read, make the calls."""
        activation = owned.activation
        calls = activation.committed(segment)
        self._delete_inbox(activation.key, activation.consumed)
        activation.consumed = []
        owned.poked = owned.poked or bool(activation.in_flight)
        for call in calls:
            self._call(activation, call)

    def _call(self, activation: Activation, call: StartedCall) -> None:
        frame = activation.snapshot.frames[call.frame.path]
        ticket = Ticket(activation.key, activation.nonce, frame.path, frame.visit, frame.attempt)
        task = effects.task_call(activation.plan, activation.snapshot, frame, budget_seconds=call.budget_seconds)
        self._calls.submit(ticket, task, call.lease_until)

    # ---------------------------------------------------------------- parking and closing

    def _rest(self, owned: _Owned) -> None:
        """Close, park, or leave it owned because calls run or there is more to step."""
        activation, now = owned.activation, self._clock.now()
        if activation.dirty or owned.poked or owned.answers:
            return
        if activation.snapshot.closed:
            self._close(activation)
            return
        owed = activation.owed()
        near = now >= owned.deadline - 1.0
        if owed.ready and not near:
            return
        if activation.in_flight:
            if now >= owned.deadline:
                raise OutOfTime("stopped while calls were running")
            return
        if owed.scheduled and not near and self._calls.in_flight:
            return  # a thread will be free
        self._park(owned, now if owed.ready or owed.scheduled else owed.due_at, now)

    def _park(self, owned: _Owned, due_at: float | None, now: float) -> None:
        """Say when somebody must look again, arm the wake, read the inbox once more, let go."""
        activation = owned.activation
        header = activation.header
        changed = (header.due_at, header.seq) != (due_at, activation.seq)
        if changed:
            self._change_header(activation, due_at=due_at, seq=activation.seq)
        if due_at is not None:
            delay = max(0.0, due_at - now)
            if delay <= (MAX_DELAY_SECONDS if changed else REARM_SECONDS):
                self._queue.send([Wake(activation.key, delay)])
        stimuli = self._read_inbox(owned, max(now, activation.snapshot.last_at))
        if stimuli:
            activation.feed(stimuli)
        if activation.dirty:
            return
        self._delete_inbox(activation.key, activation.consumed)
        self._finish(activation.key)

    def _close(self, activation: Activation) -> None:
        self._index.put(execution_row(activation))
        snapshot = activation.snapshot
        change = HeaderChange(activation.key, activation.seq, str(snapshot.status), None, ended_at=snapshot.last_at)
        self._journal.update_headers([change])
        self._delete_inbox(activation.key, [item.id for item in self._journal.inbox(activation.key)])
        self._finish(activation.key)

    def _change_header(self, activation: Activation, *, due_at: float | None, seq: int) -> None:
        change = HeaderChange(activation.key, seq, RUNNING, due_at)
        if not self._journal.update_headers([change])[0]:
            raise Fenced(f"the header of {activation.key.id} is ahead of segment {seq}")
        activation.header = replace(activation.header, due_at=due_at, seq=seq)

    def _delete_inbox(self, key: ExecutionKey, ids: Sequence[str]) -> None:
        if ids:
            self._journal.delete_inbox(key, ids)

    # ---------------------------------------------------------------- letting go

    def _finish(self, key: ExecutionKey) -> None:
        del self._owned[key]
        self._outcomes[key] = None

    def _leave(self, key: ExecutionKey, error: Exception) -> None:
        """Do not acknowledge: whoever is fenced or cannot write leaves the execution to the next wake."""
        self._owned.pop(key, None)
        self._outcomes[key] = error
        if isinstance(error, Fenced):
            _LOG.info("fenced: %s", error, extra={"execution": key.id})
        elif isinstance(error, AutomateError):
            _LOG.warning("left for the next wake: %s", error, extra={"execution": key.id})
        else:
            _LOG.error("left for the next wake", exc_info=error, extra={"execution": key.id})

    def _guard(self, key: ExecutionKey, act: Callable[[], None]) -> bool:
        """One bad execution never costs its neighbours: whatever `act` raises is that execution's outcome alone."""
        try:
            act()
        except Exception as error:  # noqa: BLE001  (a defect in one execution must not stop the loop)
            self._leave(key, error)
            return False
        return True

    def _each(self, act: Callable[[_Item], _Result], items: Sequence[_Item]) -> list[_Result]:
        """`act` on each item, side by side where a pool was given."""
        if self._parallel is None or len(items) < 2:
            return [act(item) for item in items]
        return list(self._parallel.map(act, items))


class _Owned:
    """What the loop keeps beside an activation."""

    __slots__ = ("activation", "answers", "deadline", "fresh", "inbox_at", "poked")

    def __init__(self, activation: Activation, deadline: float) -> None:
        self.activation = activation
        self.deadline = deadline
        self.fresh = True
        self.poked = False
        self.inbox_at = 0.0
        self.answers: list[Answer] = []

    @property
    def runnable(self) -> bool:
        """Whether the next round has work for it without any answer."""
        return self.fresh or self.poked or bool(self.answers) or self.activation.owed().ready
