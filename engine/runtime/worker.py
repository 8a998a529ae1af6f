"""The worker: load → step → commit → perform, for many executions in one loop.

    wake ──► open: load, whose lease? ──► advance: inbox, answers, timers → step → intents ──► commit ──► perform
                  │ foreign, alive: drop       ▲                                             │ fenced: leave
                  ▼                            └───────── calls running, every 2 s ──────────┤
             acknowledge ◄──────────────────────────── park (due_at, delayed wake) or close ◄┘

One thread steps every execution it owns and makes one commit a round for all of them (a CPU-bound neighbour thread
costs a Python loop most of its speed); connector calls run on the threads of a CallPool. `run` drives a batch to its
end (a Lambda invocation); engine.runtime.serving drives a worker process on its queue, round by round.

The order of writes is the protocol: nothing is called before its intent is durable; a wake is acknowledged only after
commit and effects; closing writes the index row before the header, because the header's due_at is what brings the next
worker if this one dies between them.

A store that fails for a moment must not cost the calls that are on their way (an at-most-once one would be reported as
interrupted though its result was here): while calls run, side requests are put off, and a commit is tried again with
the very same bytes. Its first try may have been applied and a successor may stand on it, so nothing is stepped and
nothing is re-encoded until the outcome is known.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Executor
from dataclasses import replace
from typing import TypeVar

from engine.clock import Clock
from engine.errors import (
    AutomateError,
    Fenced,
    SchemaTooNew,
    StorageError,
    StoreBusy,
    StoreCorrupt,
    StoreUnavailable,
    Throttled,
)
from engine.ports.executions_index import ExecutionsIndex
from engine.ports.journal import OPEN_STATUSES, RUNNING, Header, HeaderChange, InboxItem, Journal, Loaded, Segment
from engine.ports.keys import ExecutionKey
from engine.ports.published import Published
from engine.ports.queue import MAX_DELAY_SECONDS, Wake, WakeQueue
from engine.ports.tasks import TaskPolicy, Tasks, TaskSucceeded
from engine.runtime import effects, inbox
from engine.runtime.activation import LEASE_MARGIN_SECONDS, Activation, StartedCall
from engine.runtime.calls import Answer, CallPool, Ticket
from engine.runtime.opening import START_GRACE_SECONDS, Opener, execution_row
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

RESERVE_SECONDS = 5.0
"""So long before its deadline a worker stops stepping: what remains is for the last commit, parking and the
acknowledgement. Half of it before the deadline it leaves calls that should have ended."""

FRESH_SHARE = 0.8
"""No call gets more than this share of an invocation: a longer one would fit into no worker, and never be made."""

COMMIT_ATTEMPTS = 3
"""How often a commit is tried where the store may serve the next time."""

_TRANSIENT = (Throttled, StoreUnavailable, StoreBusy)
_MOST_LEFT = 1000

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
        self._left: dict[ExecutionKey, str] = {}
        self._planned = 0
        self._outcomes: dict[ExecutionKey, Outcome] = {}

    # ---------------------------------------------------------------- a batch, or round by round

    def run(self, keys: Iterable[ExecutionKey], *, deadline: float) -> dict[ExecutionKey, Outcome]:
        """Work until each execution is parked or closed, or `deadline` (epoch seconds, hard) nears.

        Answers for each key whether its wake may be acknowledged (None) or has to come again (the exception). Calls of
        cancelled branches are waited for: a thread that freezes with its Lambda thaws in somebody else's invocation.
        """
        wanted = list(dict.fromkeys(keys))
        try:
            self.admit(wanted, deadline)
            while self._owned:
                self.round()
                if self._owned:
                    self.gather(IDLE_SECONDS)
            while self._calls.in_flight and self._clock.now() < deadline - RESERVE_SECONDS / 2:
                self._calls.answers(IDLE_SECONDS)
            return {key: self._outcomes.get(key) for key in wanted}
        finally:  # a Lambda's next invocation finds this very object
            self._owned.clear()
            self._outcomes.clear()

    @property
    def owned(self) -> int:
        """How many executions it owns."""
        return len(self._owned)

    def poke(self, key: ExecutionKey) -> bool:
        """Whether it owns `key`; then it reads the inbox again before it lets go."""
        owned = self._owned.get(key)
        if owned is not None:
            owned.poked = True
        return owned is not None

    def take_outcomes(self) -> dict[ExecutionKey, Outcome]:
        """What came, since the last call, of executions that it owns no longer."""
        outcomes, self._outcomes = self._outcomes, {}
        return outcomes

    def stop_by(self, deadline: float) -> None:
        """Let go of everything until `deadline`."""
        for owned in self._owned.values():
            owned.deadline = min(owned.deadline, deadline)

    # ---------------------------------------------------------------- opening

    def admit(self, keys: Sequence[ExecutionKey], deadline: float) -> None:
        """Load `keys` (each once, none owned yet) and own those that nobody else is at work on."""
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
        except Exception as error:  # noqa: BLE001  (whatever a store raises is this execution's outcome alone)
            return error

    def _open(self, key: ExecutionKey, loaded: Loaded, deadline: float) -> None:
        if loaded.header.status not in OPEN_STATUSES:
            self._delete_inbox(key, [item.id for item in self._journal.inbox(key)])
            self._outcomes[key] = None
            return
        now = self._clock.now()
        last = loaded.segments[-1] if loaded.segments else None
        if last is not None and self._lease_lives(last, now):
            self._wait_for_lease(loaded.header, last, now)
            self._outcomes[key] = None
            return
        activation = self._opener.open(loaded)
        if last is None and _was_swept(loaded.header, now):
            self._index.put(execution_row(activation))  # the start that died before it wrote the row
        self._left.pop(key, None)
        self._owned[key] = _Owned(activation, deadline, longest_call=(deadline - now) * FRESH_SHARE)

    def _lease_lives(self, last: Segment, now: float) -> bool:
        if last.lease_until <= now:
            return False
        if self._left.get(last.key) == last.nonce:  # our own intent: nobody but this pool could make its calls
            if self._calls.holds(last.key, last.nonce):
                raise OutOfTime("calls of an earlier load are still on their way")
            return False
        if not last.owner or last.owner == self._owner or self._is_alive is None:
            return True
        return self._is_alive(last.owner)

    def _wait_for_lease(self, header: Header, last: Segment, now: float) -> None:
        """The owner lives, as far as one can tell: drop the wake, but see that somebody looks when its lease ends."""
        if self._journal.inbox(header.key):
            self._queue.send([Wake(header.key, min(max(last.lease_until - now, 1.0), RESEND_SECONDS))])
        if header.due_at is None or header.due_at > last.lease_until:
            self._journal.update_headers([HeaderChange(header.key, last.seq, header.status, last.lease_until)])

    # ---------------------------------------------------------------- one round

    def round(self) -> None:
        """Give every owned execution one slice, commit all that changed at once, perform what is owed.

        Who has the fewest calls under way goes first, so that a wide Map takes no more than its share of the threads.
        """
        self._planned = 0  # intents live from _advance to the commit of the same round
        for owned in sorted(self._owned.values(), key=lambda owned: len(owned.activation.in_flight)):
            self._guard(owned.activation.key, lambda owned=owned: self._advance(owned))  # type: ignore[misc]
        self._commit_all()
        for owned in list(self._owned.values()):
            self._guard(owned.activation.key, lambda owned=owned: self._rest(owned))  # type: ignore[misc]

    def gather(self, wait: float) -> None:
        """Take the answers that are there; waits up to `wait` seconds for one when nothing else is to be done."""
        busy = any(owned.runnable for owned in self._owned.values())
        for answer in self._calls.answers(0.0 if busy else wait):
            owned_by = self._owned.get(answer.ticket.key)
            if owned_by is not None and owned_by.activation.nonce == answer.ticket.nonce:
                owned_by.answers.append(answer)

    def _advance(self, owned: _Owned) -> None:
        if owned.segment is not None:
            return  # its commit is tried again: nothing may change before
        activation, now = owned.activation, self._clock.now()
        stimuli = self._news(owned, now)
        if stimuli:
            activation.feed(stimuli)
        if self._wants_commit(owned, now) or not activation.owed().ready:
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
        """After opening: the start, else the inbox and then the calls whose owner is gone.

        One that had to wait for its start may have been stopped meanwhile: then it makes no call at all.
        """
        activation = owned.activation
        owned.fresh = False
        if activation.seq < 0:
            started: list[Stimulus] = [Started(at=at, seed=self._seed())]
            waited = self._clock.now() - activation.header.started_at >= INBOX_SECONDS
            return started + self._read_inbox(owned, at) if waited else started
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
        try:
            items = self._journal.inbox(activation.key)
        except StorageError as error:
            if not activation.in_flight:
                raise
            _LOG.warning("the inbox is read later: %s", error, extra={"execution": activation.key.id})
            return []
        stimuli: list[Stimulus] = []
        for item in items:
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
        except SchemaTooNew:
            if activation.in_flight:
                return None  # for a newer worker, once these calls are over
            raise
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
            if len(chosen) >= free or not self._fits(owned, frame, now):
                break
            chosen.append(frame)
        self._planned += len(chosen)
        activation.start(chosen, now, lambda frame: self._budget(owned, frame))

    def _fits(self, owned: _Owned, frame: Frame, now: float) -> bool:
        """Whether a call that begins now is over in time, even at its longest."""
        return now + self._budget(owned, frame) + LEASE_MARGIN_SECONDS <= owned.deadline

    def _budget(self, owned: _Owned, frame: Frame) -> float:
        """min(TimeoutSeconds, the action's time-out, AUTOMATE_TASK_MAX_SECONDS), in seconds, and no more than a fresh
        worker has."""
        limits = [self._settings.task_max_seconds, owned.longest_call]
        action = self._policy(owned.activation, frame).timeout_seconds
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
            key = owned.activation.key
            if not self._guard(key, lambda owned=owned: self._encode(owned, now)):  # type: ignore[misc]
                continue
            if owned.segment is not None and self._cover_lease(owned, owned.segment):
                writes.append((owned, owned.segment))
        for (owned, segment), written in zip(writes, self._write([s for _, s in writes]), strict=True):
            if isinstance(written, Exception):
                self._commit_failed(owned, written)
            elif not written:
                self._leave(owned.activation.key, Fenced(f"segment {segment.seq} was written by another owner"))
            else:
                owned.segment, owned.failures = None, 0
                self._guard(owned.activation.key, lambda o=owned, s=segment: self._perform(o, s))  # type: ignore[misc]

    def _wants_commit(self, owned: _Owned, now: float) -> bool:
        """Whether a run of pure states has to be committed though it is not over."""
        return owned.activation.must_commit(now) or (owned.activation.dirty and _near(owned, now))

    def _encode(self, owned: _Owned, now: float) -> None:
        activation = owned.activation
        wanted = activation.dirty and (not activation.owed().ready or self._wants_commit(owned, now))
        if wanted and owned.segment is None:
            owned.segment = activation.segment(now, owner=self._owner, hard_deadline=owned.deadline)

    def _commit_failed(self, owned: _Owned, error: Exception) -> None:
        """Try again in the next round, with the same bytes; leave where that cannot help or has not helped."""
        owned.failures += 1
        again = owned.failures < COMMIT_ATTEMPTS and not _near(owned, self._clock.now())
        if not again or not isinstance(error, _TRANSIENT):
            self._leave(owned.activation.key, error)

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
        except Exception as error:  # noqa: BLE001  (whatever a store raises is the outcome of these executions alone)
            return [error] * len(segments)

    def _cover_lease(self, owned: _Owned, segment: Segment) -> bool:
        """A lease that opens while the header is due later than its end needs the header first. False: not yet.

        header due in a year ── intent ── crash ··························· (nobody looks for a year)
        header due at the lease's end ── intent ── crash ── sweeper wakes the next owner
        """
        due = owned.activation.header.due_at
        if segment.lease_until and (due is None or due > segment.lease_until):
            try:
                self._change_header(owned.activation, due_at=segment.lease_until, seq=owned.activation.seq)
            except Exception as error:  # noqa: BLE001  (as a commit's)
                self._commit_failed(owned, error)
                return False
        return True

    def _perform(self, owned: _Owned, segment: Segment) -> None:
        """After the commit: make the calls, delete what was read. Who goes on reads the inbox again."""
        activation = owned.activation
        for call in activation.committed(segment):
            self._call(activation, call)
        self._delete_consumed(activation)
        goes_on = activation.owed().ready and not _near(owned, self._clock.now())
        owned.poked = owned.poked or bool(activation.in_flight) or goes_on

    def _call(self, activation: Activation, call: StartedCall) -> None:
        """The intent may be older than this moment, by a commit that was tried again: the call ends when it said."""
        frame = activation.snapshot.frames[call.frame.path]
        ticket = Ticket(activation.key, activation.nonce, frame.path, frame.visit, frame.attempt)
        end = call.lease_until - LEASE_MARGIN_SECONDS / 2
        budget = min(call.budget_seconds, max(end - self._clock.now(), 0.0))
        task = effects.task_call(activation.plan, activation.snapshot, frame, budget_seconds=budget)
        self._calls.submit(ticket, task, end)

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
        near = _near(owned, now)
        if owed.ready and not near:
            return
        if activation.in_flight:
            if now >= owned.deadline - RESERVE_SECONDS / 2:
                raise OutOfTime("stopped while calls were running")
            return
        if self._calls.in_flight and not near and any(self._fits(owned, frame, now) for frame in owed.scheduled):
            return  # a thread will be free
        self._park(owned, now if owed.ready or owed.scheduled else owed.due_at, now)

    def _park(self, owned: _Owned, due_at: float | None, now: float) -> None:
        """Say when somebody must look again, arm the wake, read the inbox once more, let go."""
        activation = owned.activation
        header = activation.header
        moved = header.due_at != due_at  # else a wake for it was sent when it was set
        if moved or header.seq != activation.seq:
            self._change_header(activation, due_at=due_at, seq=activation.seq)
        if due_at is not None:
            delay = max(0.0, due_at - now)
            if delay <= (MAX_DELAY_SECONDS if moved else REARM_SECONDS):
                self._queue.send([Wake(activation.key, delay)])
        stimuli = self._read_inbox(owned, max(now, activation.snapshot.last_at))
        if stimuli:
            activation.feed(stimuli)
        if activation.dirty:
            return
        self._delete_consumed(activation)
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

    def _delete_consumed(self, activation: Activation) -> None:
        """What was read and recorded. Items that stay are read again some time, and ignored."""
        try:
            self._delete_inbox(activation.key, activation.consumed)
        except StorageError as error:
            _LOG.warning("the inbox is emptied later: %s", error, extra={"execution": activation.key.id})
        else:
            activation.consumed = []

    def _delete_inbox(self, key: ExecutionKey, ids: Sequence[str]) -> None:
        if ids:
            self._journal.delete_inbox(key, ids)

    # ---------------------------------------------------------------- letting go

    def _finish(self, key: ExecutionKey) -> None:
        del self._owned[key]
        self._outcomes[key] = None

    def _leave(self, key: ExecutionKey, error: Exception) -> None:
        """Do not acknowledge: whoever is fenced or cannot write leaves the execution to the next wake."""
        owned = self._owned.pop(key, None)
        if owned is not None:
            self._left[key] = owned.activation.nonce
            if len(self._left) > _MOST_LEFT:
                del self._left[next(iter(self._left))]
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
    """What the loop keeps beside an activation. `segment` is a commit under way, `failures` how often it failed."""

    __slots__ = (
        "activation", "answers", "deadline", "failures", "fresh", "inbox_at", "longest_call", "poked", "segment",
    )

    def __init__(self, activation: Activation, deadline: float, *, longest_call: float) -> None:
        self.activation = activation
        self.deadline = deadline
        self.longest_call = longest_call
        self.fresh = True
        self.poked = False
        self.inbox_at = 0.0
        self.answers: list[Answer] = []
        self.segment: Segment | None = None
        self.failures = 0

    @property
    def runnable(self) -> bool:
        """Whether the next round has work for it without any answer."""
        if self.segment is not None:
            return False
        return self.fresh or self.poked or bool(self.answers) or self.activation.owed().ready


def _near(owned: _Owned, now: float) -> bool:
    return now >= owned.deadline - RESERVE_SECONDS


def _was_swept(header: Header, now: float) -> bool:
    """Whether a start's own wake may not be what brought us: it is overdue, or a sweep has moved its due_at."""
    due_at = header.started_at + START_GRACE_SECONDS
    return now >= due_at or header.due_at != due_at
