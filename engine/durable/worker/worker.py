"""The worker: load → step → commit → perform, for many executions in one loop.

    wake ──► open: load, whose lease? ──► advance: inbox, answers, timers → step → intents ──► commit ──► perform
                  │ foreign, alive: drop       ▲                                             │ fenced: leave
                  ▼                            └───────── calls running, every 2 s ──────────┤
             acknowledge ◄──────────────────────────── park (due_at, delayed wake) or close ◄┘

One thread steps every execution it owns and makes one commit a round for all of them (a CPU-bound neighbour thread
costs a Python loop most of its speed); connector calls run on the threads of a CallPool. `run` drives a batch to its
end (a Lambda invocation); engine.durable.worker.serving drives a worker process on its queue, round by round.

An execution that has cost its workers before (engine.durable.poison) runs alone: the rest of its batch is sent again.

The order of writes is the protocol: nothing is called before its intent is durable; a wake is acknowledged only after
commit and effects; closing writes the header last, because its due_at is what brings the next worker if this one dies
before it.

A store that fails for a moment must not cost the calls that are on their way (an at-most-once one would be reported as
interrupted though its result was here): while calls run, side requests are put off, and a commit is tried again with
the very same bytes (worker.committing). Parking and closing are a room of their own (worker.parking).

Child executions are seen to where an execution would park: they are started, joined and stopped for what is committed,
and what came of it is fed and committed in the next round (engine.durable.worker.outbox).
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable, Iterable, Sequence
from collections.abc import Set as AbstractSet
from concurrent.futures import Executor
from typing import TypeVar

from engine.clock import Clock
from engine.durable.activation import LEASE_MARGIN_SECONDS, Activation, StartedCall
from engine.durable.lifecycle.answers import NoMasks
from engine.durable.lifecycle.pausing import HOLD_SECONDS, Holds
from engine.durable.lifecycle.redrives import Redrives
from engine.durable.lifecycle.starts import Starts
from engine.durable.loading import Opener
from engine.durable.poison import ALONE_FROM, OutOfTime, Poison, counts
from engine.durable.worker.activity_offers import ActivityOffers
from engine.durable.worker.admission import Admission
from engine.durable.worker.calls import CallPool, Ticket
from engine.durable.worker.child_starts import StartsExecutions
from engine.durable.worker.committing import Committing
from engine.durable.worker.incoming import INBOX_SECONDS, News
from engine.durable.worker.job_starts import JobStarts
from engine.durable.worker.map_run_driver import LOCAL_WINDOW, WINDOW, MapRuns
from engine.durable.worker.map_run_results import WritesResults
from engine.durable.worker.outbox import Errands
from engine.durable.worker.owned import RESERVE_SECONDS, Owned
from engine.durable.worker.parking import Parking
from engine.durable.worker.policies import Policies
from engine.errors import AutomateError, Fenced, StorageError
from engine.kernel import effects
from engine.kernel.snapshot import Frame
from engine.ports.activities import ActivityStore
from engine.ports.journal import Journal, Loaded, Segment
from engine.ports.keys import ExecutionKey
from engine.ports.pauses import Pauses
from engine.ports.published import Published
from engine.ports.queue import Wake, WakeQueue
from engine.ports.secrets import SecretMasks
from engine.ports.tasks import Tasks
from engine.settings import Settings

_LOG = logging.getLogger(__name__)

IDLE_SECONDS = 0.02
"""How long the loop waits for an answer before it looks at the queue again."""

Outcome = Exception | None
"""None: acknowledge the wake. An exception: leave it, it comes again."""

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")


class Worker:
    """Owns executions and moves them on. Not to be shared between threads; `parallel` spreads store access on AWS.

    `on_committed` is told every segment once it is committed, at least once: again with the last one of an execution
    that is loaded. `on_paused` is told each execution that cost too many workers. Neither may raise. `pauses` says what
    is not to go on (engine.durable.lifecycle.pausing). `runs_sync`: it is there for one synchronous start
    (worker.sync_start); others only end those whose runner is gone. `masks` knows the secrets that answers to
    waiting tasks may repeat (engine.durable.lifecycle.answers).
    """

    def __init__(
        self, *, journal: Journal, queue: WakeQueue, published: Published, tasks: Tasks,
        clock: Clock, settings: Settings, owner: str = "", is_alive: Callable[[str], bool] | None = None,
        new_seed: Callable[[], int] = lambda: secrets.randbits(63),
        new_nonce: Callable[[], str] = lambda: secrets.token_hex(8), call_threads: int | None = None,
        parallel: Executor | None = None, on_committed: Callable[[Sequence[Segment]], None] = lambda _: None,
        pauses: Pauses | None = None, activities: ActivityStore | None = None, runs_sync: bool = False,
        masks: SecretMasks | None = None, on_paused: Callable[[ExecutionKey], None] = lambda _key: None,
    ) -> None:
        self._journal = journal
        self._queue = queue
        self._clock = clock
        self._parallel = parallel
        self._on_committed = on_committed
        tasks = StartsExecutions(tasks, Starts(
            journal=journal, queue=queue, published=published, clock=clock, settings=settings,
        ))
        tasks = WritesResults(tasks, journal)
        self._policies = Policies(tasks, settings)
        opener = Opener(journal, published, new_nonce, confirmed_schema=settings.snapshot_schema)
        map_runs = MapRuns(
            journal, queue, clock, new_seed, self._each, Redrives(journal, queue, clock, opener, new_seed),
            window=LOCAL_WINDOW if owner else WINDOW,
        )
        self._errands = Errands(map_runs, ActivityOffers(activities, new_seed), tasks)
        self._job_starts = JobStarts(journal, self._errands, clock)
        self._news = News(journal, self._policies, clock, new_seed, self._errands, masks or NoMasks())
        self._parking = Parking(journal, queue, clock, self._news, self._errands)
        self._committing = Committing(
            journal, clock, self._parking, owner=owner, each=None if parallel is None else self._each,
            leave=lambda owned, error: self._leave(owned.activation.key, error),
        )
        self._holds = Holds(pauses, clock)
        self._poison = Poison(journal, clock, on_paused)
        self._suspects: dict[ExecutionKey, tuple[float, bool]] = {}
        self._calls = CallPool(tasks, clock, settings.task_threads if call_threads is None else call_threads)
        self._admission = Admission(
            journal=journal, queue=queue, clock=clock, opener=opener,
            poison=self._poison, calls=self._calls, owner=owner, is_alive=is_alive, runs_sync=runs_sync,
            on_committed=on_committed,
        )
        self._owned: dict[ExecutionKey, Owned] = {}
        self._planned = 0
        self._invocation_seconds = 0.0
        self._outcomes: dict[ExecutionKey, Outcome] = {}

    # ---------------------------------------------------------------- a batch, or round by round

    def run(
        self, keys: Iterable[ExecutionKey], *, deadline: float, redelivered: AbstractSet[ExecutionKey] = frozenset()
    ) -> dict[ExecutionKey, Outcome]:
        """Work until each execution is parked or closed, or `deadline` (epoch seconds, hard) nears.

        `redelivered` are those whose wake was received before: whoever did may have died of it. Answers for each key
        whether its wake may be acknowledged (None) or has to come again (the exception). Calls of
        cancelled branches are waited for: a thread that freezes with its Lambda thaws in somebody else's invocation.
        """
        wanted = list(dict.fromkeys(keys))
        self._invocation_seconds = deadline - self._clock.now()
        try:
            self.admit(wanted, deadline, redelivered)
            while self._owned:
                self.round()
                if self._owned:
                    self.gather(IDLE_SECONDS)
            self._settle_rest(deadline)
            return {key: self._outcomes.get(key) for key in wanted}
        finally:  # a Lambda's next invocation finds this very object
            self._invocation_seconds = 0.0
            self._owned.clear()
            self._suspects.clear()
            self._admission.charged.clear()
            self._outcomes.clear()

    def _settle_rest(self, deadline: float) -> None:
        """Wait for the calls of what is owned no longer, while there is time: a job that one began may be nobody's."""
        self.gather(0.0)
        while self._calls.in_flight and self._clock.now() < deadline - RESERVE_SECONDS / 2:
            self.gather(IDLE_SECONDS)
            self._job_starts.settle(self._owned)
        self._job_starts.settle(self._owned)

    @property
    def owned(self) -> int:
        """How many executions it owns."""
        return len(self._owned)

    @property
    def alone(self) -> bool:
        """Whether an execution runs alone, or waits for that: nothing else is to be admitted meanwhile."""
        return bool(self._suspects) or any(
            owned.activation.header.strikes >= ALONE_FROM for owned in self._owned.values()
        )

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

    def admit(
        self, keys: Sequence[ExecutionKey], deadline: float, redelivered: AbstractSet[ExecutionKey] = frozenset()
    ) -> None:
        """Load `keys` (each once, none owned yet) and own those that nobody else is at work on.

        Should one of them have to run alone, it is the only one: the others are sent again.
        """
        invocation = max(self._invocation_seconds, deadline - self._clock.now())
        found: dict[ExecutionKey, Loaded] = {}
        for key, loaded in zip(keys, self._each(self._guarded_load, keys), strict=True):
            if isinstance(loaded, Exception):
                self._leave(key, loaded)
            elif loaded is None:
                _LOG.warning("a wake for an unknown execution", extra={"execution": key.id})
                self._outcomes[key] = None
            else:
                found[key] = loaded
        now = self._clock.now()
        alone = self._admission.must_run_alone
        suspect = next((key for key in found if alone(found[key], now, redelivered=key in redelivered)), None)
        if suspect is not None:
            self._send_again([key for key in found if key != suspect])
            found = {suspect: found[suspect]}
            if self._owned:
                self._suspects[suspect] = (deadline, suspect in redelivered)
                return
        for key, loaded in found.items():
            self._guard(
                key, lambda key=key, loaded=loaded: self._own(  # type: ignore[misc]
                    key,
                    self._admission.open(loaded, deadline, invocation=invocation, redelivered=key in redelivered),
                )
            )

    def _own(self, key: ExecutionKey, owned: Owned | None) -> None:
        if owned is None:
            self._outcomes[key] = None
        else:
            self._owned[key] = owned

    def _send_again(self, keys: Sequence[ExecutionKey]) -> None:
        """Fresh wakes instead of these: their receives are not to count against them."""
        try:
            self._queue.send([Wake(key) for key in keys])
        except StorageError as error:
            for key in keys:
                self._leave(key, error)
        else:
            self._outcomes.update(dict.fromkeys(keys))

    def _guarded_load(self, key: ExecutionKey) -> Loaded | Exception | None:
        try:
            return self._journal.load(key)
        except Exception as error:  # noqa: BLE001  (whatever a store raises is this execution's outcome alone)
            return error

    # ---------------------------------------------------------------- one round

    def round(self) -> None:
        """Give every owned execution one slice, commit all that changed at once, perform what is owed.

        Who has the fewest calls under way goes first, so that a wide Map takes no more than its share of the threads.
        """
        if self._suspects and not self._owned:
            key = next(iter(self._suspects))
            deadline, redelivered = self._suspects.pop(key)
            self.admit([key], deadline, {key} if redelivered else frozenset())
        self._planned = 0  # intents live from _advance to the commit of the same round
        for owned in sorted(self._owned.values(), key=lambda owned: len(owned.activation.in_flight)):
            self._guard(owned.activation.key, lambda owned=owned: self._advance(owned))  # type: ignore[misc]
        self._commit_all()
        self._job_starts.settle(self._owned)
        for owned in list(self._owned.values()):
            self._guard(owned.activation.key, lambda owned=owned: self._rest(owned))  # type: ignore[misc]

    def gather(self, wait: float) -> None:
        """Take the answers that are there; waits up to `wait` seconds for one when nothing else is to be done."""
        busy = any(owned.runnable for owned in self._owned.values())
        if not busy and not self._calls.in_flight and any(o.activation.express for o in self._owned.values()):
            self._clock.sleep(wait)  # its timers are nobody else's
            return
        for answer in self._calls.answers(0.0 if busy else wait):
            self._job_starts.note(answer)
            owned_by = self._owned.get(answer.ticket.key)
            if owned_by is not None and owned_by.activation.nonce == answer.ticket.nonce:
                owned_by.answers.append(answer)

    def _advance(self, owned: Owned) -> None:
        if owned.segment is not None:
            return  # its commit is tried again: nothing may change before
        activation, now = owned.activation, self._clock.now()
        owned.held = owned.paused or self._is_held(activation)
        stimuli = self._news.of(owned, now)
        if stimuli:
            activation.feed(stimuli)
        if not owned.held and (self._committing.wanted(owned, now) or not activation.owed().ready):
            self._start_calls(owned, now)

    # ---------------------------------------------------------------- intents and commits

    def _start_calls(self, owned: Owned, now: float) -> None:
        activation = owned.activation
        if self._invocation_seconds and owned.too_short:  # outside `run` a deadline passes, and none is fresher
            activation.feed(self._news.too_short(owned, now))
            return
        free = self._calls.free - self._planned
        chosen: list[Frame] = []
        for frame in activation.owed().scheduled:
            if len(chosen) >= free or not self._policies.fits(owned, frame, now):
                break
            chosen.append(frame)
        self._planned += len(chosen)
        activation.start(chosen, now, lambda frame: self._policies.budget(owned, frame, now))
        if activation.express:
            for call in activation.begun():
                self._call(activation, call)

    def _commit_all(self) -> None:
        now = self._clock.now()
        encoded = [
            owned for owned in list(self._owned.values())
            if self._guard(owned.activation.key, lambda o=owned: self._committing.encode(o, now))  # type: ignore[misc]
        ]
        durable = self._committing.commit(encoded)
        for owned, segment in durable:
            self._guard(owned.activation.key, lambda o=owned, s=segment: self._perform(o, s))  # type: ignore[misc]
        if durable:
            self._on_committed([segment for _, segment in durable])

    def _perform(self, owned: Owned, segment: Segment) -> None:
        """After the commit: make the calls, delete what was read."""
        activation = owned.activation
        calls = activation.committed(segment)
        self._note_progress(activation)  # before a call that may kill this process
        for call in calls:
            self._call(activation, call)
        self._parking.delete_consumed(activation)

    def _note_progress(self, activation: Activation) -> None:
        if activation.header.strikes <= 0 or activation.suspected:
            return
        try:
            activation.header = self._poison.progressed(activation.header, activation.seq)
        except StorageError as error:
            _LOG.warning("its strikes are taken back later: %s", error, extra={"execution": activation.key.id})
        else:
            self._admission.charged.discard(activation.key)

    def _call(self, activation: Activation, call: StartedCall) -> None:
        """The intent may be older than this moment, by a commit that was tried again: the call ends when it said."""
        frame = activation.snapshot.frames[call.frame.path]
        ticket = Ticket(activation.key, activation.nonce, frame.path, frame.visit, frame.attempt)
        end = call.lease_until - LEASE_MARGIN_SECONDS / 2
        budget = min(call.budget_seconds, max(end - self._clock.now(), 0.0))
        task = effects.task_call(activation.plan, activation.snapshot, frame, budget_seconds=budget)
        self._job_starts.expect(ticket, task, activation, frame)
        self._calls.submit(ticket, task, end)

    # ---------------------------------------------------------------- parking and closing

    def _rest(self, owned: Owned) -> None:
        """Close, park, or leave it owned because calls run or there is more to step."""
        activation, now = owned.activation, self._clock.now()
        if activation.express and activation.dirty and not activation.snapshot.closed and owned.near(now):
            raise OutOfTime("an EXPRESS execution did not end in this worker's time: it begins anew")
        if activation.dirty or owned.poked or owned.answers:
            return
        if activation.snapshot.closed or (owned.held and not activation.in_flight):
            self._close_or_hold(owned, now)
            return
        owed = activation.owed()
        near = owned.near(now)
        if not near and not owned.held and self._goes_on_with_children(owned, now):
            return
        if owed.ready and not near:
            return
        if activation.in_flight:
            if now >= owned.deadline - RESERVE_SECONDS / 2:
                raise OutOfTime("stopped while calls were running")
            return
        fitting = any(self._policies.fits(owned, frame, now) for frame in owed.scheduled)
        if self._calls.in_flight and not near and fitting:
            return  # a thread will be free
        at_once = owed.ready or owed.scheduled or self._errands.owes(activation)
        self._park(owned, now if at_once else owed.look_at, now)

    def _goes_on_with_children(self, owned: Owned, now: float) -> bool:
        """Start, join and stop child executions; what came of it is committed in the next round.

        Only what is committed is acted upon. A store that fails is asked again later while calls are running.
        """
        activation = owned.activation
        if now < owned.children_at or not self._errands.owes(activation):
            return False
        try:
            activation.feed(self._errands.perform(activation, max(now, activation.snapshot.last_at)))
            owned.poked = owned.poked or now >= owned.inbox_at  # a stop is not kept waiting for a wide Map's dispatch
        except StorageError as error:
            if not activation.in_flight:
                raise
            owned.children_at = now + INBOX_SECONDS
            _LOG.warning("children are seen to later: %s", error, extra={"execution": activation.key.id})
        return activation.dirty

    def _is_held(self, activation: Activation, *, look: bool = False) -> bool:
        """Whether its workflow is paused, for all or for what is not begun."""
        if activation.express and activation.dirty:
            return False  # it cannot wait in the middle
        begun = activation.seq >= 0 or activation.dirty or activation.header.is_item  # an item is part of its parent
        return self._holds.holds(activation.key, begun=begun, look=look)

    def _close_or_hold(self, owned: Owned, now: float) -> None:
        """Let go of what is over, or not to go on; unless it was resumed just now."""
        if owned.activation.snapshot.closed:
            self._parking.close(owned.activation)
            self._finish(owned.activation.key)
        elif owned.paused:
            self._finish(owned.activation.key)
        elif self._is_held(owned.activation, look=True):
            charged = owned.activation.key in self._admission.charged
            self._park(owned, now + HOLD_SECONDS, now)
            if charged and owned.activation.key not in self._owned:  # nothing of it was run: looking is no takeover
                self._poison.forgive(owned.activation.header, owned.activation.seq)

    def _park(self, owned: Owned, due_at: float | None, now: float) -> None:
        if self._parking.park(owned, due_at, now):
            self._finish(owned.activation.key)

    # ---------------------------------------------------------------- letting go

    def _finish(self, key: ExecutionKey) -> None:
        del self._owned[key]
        self._admission.charged.discard(key)
        self._outcomes[key] = None

    def _leave(self, key: ExecutionKey, error: Exception) -> None:
        """Do not acknowledge: whoever is fenced or cannot write leaves the execution to the next wake."""
        owned = self._owned.pop(key, None)
        self._admission.left(key, None if owned is None else owned.activation.nonce)
        self._outcomes[key] = None if self._blame(key, owned, error) else error
        if isinstance(error, Fenced):
            _LOG.info("fenced: %s", error, extra={"execution": key.id})
        elif isinstance(error, AutomateError):
            _LOG.warning("left for the next wake: %s", error, extra={"execution": key.id})
        else:
            _LOG.error("left for the next wake", exc_info=error, extra={"execution": key.id})

    def _blame(self, key: ExecutionKey, owned: Owned | None, error: Exception) -> bool:
        """Count `error` where the execution is to blame for it, forgive where it was charged and is not; True when it
        need not come again."""
        charged = key in self._admission.charged
        self._admission.charged.discard(key)
        try:
            if counts(error):
                return self._poison.failed(key, error, charged=charged)
            if owned is not None and not isinstance(error, Fenced) and (charged or owned.activation.in_flight):
                self._poison.forgive(owned.activation.header, owned.activation.seq)
        except Exception as second:  # noqa: BLE001  the first error is what counts
            _LOG.warning("no strike could be written: %s", second, extra={"execution": key.id})
        return False

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
