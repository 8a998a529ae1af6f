"""The worker: load → step → commit → perform → park, for many executions in one loop.

    wake ──► load: whose lease? ──► step: inbox, answers, timers → intents ──► commit ──► perform: calls ──► blocked?
                │ foreign, alive: drop      ▲                                    │ fenced: leave                │
                ▼                           └── calls under way, every 2 s ──────┼──────────────────────────────┤
           acknowledge ◄────────────────────────── park (due_at, delayed wake) or close ◄───────────────────────┘

    load      worker.admission     whose lease, whose turn           engine.durable.loading
    step      worker.stepping      what happened, as stimuli (worker.incoming); intents
    commit    worker.committing    one write for all executions; the same bytes at each try
    perform   worker.performing    calls (worker.calls); what was read is deleted
    park      worker.settling      as the table of worker.blocked says: worker.parking, worker.outbox
    leave     worker.ownership     what became of each wake, and who is to blame

One thread steps every execution it owns and makes one commit a round for all of them (a CPU-bound neighbour thread
costs a Python loop most of its speed); connector calls run on the threads of a CallPool. `run` drives a batch to its
end (a Lambda invocation); worker.serving drives a worker process on its queue, round by round.

An execution that has cost its workers before (engine.durable.poison) runs alone: the rest of its batch is sent again.

The order of writes is the protocol: nothing is called before its intent is durable; a wake is acknowledged only after
commit and effects; closing writes the header last, because its due_at is what brings the next worker if this one dies
before it.

A store that fails for a moment must not cost the calls that are under way (an at-most-once one would be reported as
interrupted though its result was here): while calls run, side requests are put off, and a commit is tried again with
the very same bytes.
"""

from __future__ import annotations

import logging
import os
import secrets
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from collections.abc import Set as AbstractSet
from concurrent.futures import Executor
from typing import TypeVar

from engine.clock import Clock
from engine.durable.lifecycle.answers import NoMasks
from engine.durable.lifecycle.budgets import Budgets
from engine.durable.lifecycle.call_limits import CallLimits, LimitedTasks
from engine.durable.lifecycle.pausing import Holds
from engine.durable.lifecycle.redrives import Redrives
from engine.durable.lifecycle.starts import Starts
from engine.durable.loading import Activator
from engine.durable.poison import ALONE_FROM, Poison
from engine.durable.retention import Retention
from engine.durable.worker.activity_offers import ActivityOffers
from engine.durable.worker.admission import Admission
from engine.durable.worker.beginning import Beginning
from engine.durable.worker.calls import CallPool
from engine.durable.worker.committing import Beside, Committing
from engine.durable.worker.incoming import Incoming
from engine.durable.worker.late_answers import LateAnswers
from engine.durable.worker.map_run_driver import LOCAL_WINDOW, WINDOW, MapRuns
from engine.durable.worker.map_run_results import WritesResults
from engine.durable.worker.orphaned_jobs import OrphanedJobs
from engine.durable.worker.outbox import Outbox
from engine.durable.worker.owned import RESERVE_SECONDS
from engine.durable.worker.ownership import Outcome, Ownership
from engine.durable.worker.parking import Parking
from engine.durable.worker.performing import Performing
from engine.durable.worker.policies import Policies
from engine.durable.worker.settling import Settling
from engine.durable.worker.start_execution import StartsExecutions
from engine.durable.worker.stepping import Stepping
from engine.durable.worker.turns import turns
from engine.errors import StorageError
from engine.ports.activities import ActivityStore
from engine.ports.journal import Journal, Loaded, Segment
from engine.ports.keys import ExecutionKey
from engine.ports.pauses import Pauses
from engine.ports.published import Published
from engine.ports.queue import Wake, WakeQueue
from engine.ports.secrets import SecretMasks
from engine.ports.tasks import Tasks
from engine.ports.transactions import Together
from engine.settings import Settings

_LOG = logging.getLogger(__name__)

IDLE_SECONDS = 0.02
"""How long the loop waits for an answer before it looks at the queue again."""

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")


class Worker:
    """Owns executions and moves them on. Not to be shared between threads; `parallel` spreads store access on AWS.

    `on_committed` is told every segment once it is committed, at least once: again with the last one of an execution
    that is loaded. `together`: the stores share a transaction (one data folder); then it is told within the commit's
    own, which fails if it raises StorageError, and `on_committing` before it, so that it does there what needs no lock.
    `on_paused` is told each execution that cost too many workers. Neither
    may raise anything else. `pauses` says what
    is not to go on (engine.durable.lifecycle.pausing). `runs_sync`: it is there for one synchronous start
    (worker.sync_start); others only end those whose runner is gone. `masks` knows the secrets that answers to
    waiting tasks may repeat (engine.durable.lifecycle.answers). `budgets` are the workflows', `limits` those of the
    services that are called.
    """

    def __init__(
        self, *, journal: Journal, queue: WakeQueue, published: Published, tasks: Tasks,
        clock: Clock, settings: Settings, owner: str = "", is_alive: Callable[[str], bool] | None = None,
        new_seed: Callable[[], int] = lambda: int.from_bytes(os.urandom(8)) >> 1,
        new_nonce: Callable[[], str] = lambda: secrets.token_hex(8), call_threads: int | None = None,
        parallel: Executor | None = None, on_committed: Callable[[Sequence[Segment]], None] = lambda _: None,
        on_committing: Callable[[Sequence[Segment]], None] = lambda _: None,
        pauses: Pauses | None = None, activities: ActivityStore | None = None, runs_sync: bool = False,
        masks: SecretMasks | None = None, on_paused: Callable[[ExecutionKey], None] = lambda _key: None,
        new_pool: Callable[[Tasks, Clock, int], CallPool] = CallPool, together: Together | None = None,
        budgets: Budgets | None = None, limits: CallLimits | None = None,
    ) -> None:
        self._journal = journal
        self._queue = queue
        self._clock = clock
        self._parallel = parallel
        self._tell_after = on_committed if together is None else None
        if limits is not None:
            tasks = LimitedTasks(tasks, limits)
        tasks = WritesResults(StartsExecutions(tasks, Starts(
            journal=journal, queue=queue, published=published, clock=clock, settings=settings, budgets=budgets,
        )), journal)
        retention = Retention.of(settings)
        activator = Activator(
            journal, published, new_nonce, confirmed_schema=settings.snapshot_schema, retention=retention
        )
        self._calls = new_pool(tasks, clock, settings.task_threads if call_threads is None else call_threads)
        policies = Policies(tasks, settings, self._calls.slow, self._calls.quick, limits)
        poison = Poison(journal, clock, on_paused)
        holds = Holds(pauses, clock)
        beginning = Beginning(
            journal=journal, queue=queue, published=published, clock=clock, holds=holds, budgets=budgets,
        )
        self._admission = Admission(
            journal=journal, queue=queue, clock=clock, activator=activator,
            poison=poison, beginning=beginning, calls=self._calls, owner=owner, is_alive=is_alive, runs_sync=runs_sync,
            on_committed=on_committed,
        )
        self._ownership = Ownership(self._admission, poison)
        map_runs = MapRuns(
            journal, queue, clock, new_seed, self._each,
            Redrives(journal, queue, clock, activator, new_seed, retention),
            window=LOCAL_WINDOW if owner else WINDOW,
        )
        outbox = Outbox(map_runs, ActivityOffers(activities, new_seed), tasks)
        self._jobs = OrphanedJobs(journal, outbox, clock)
        self._late = LateAnswers(journal, queue, clock)
        incoming = Incoming(journal, policies, clock, new_seed, outbox, masks or NoMasks())
        parking = Parking(journal, queue, clock, incoming, outbox)
        self._committing = Committing(
            journal, clock, parking, owner=owner, each=None if parallel is None else self._each,
            leave=lambda owned, error: self._ownership.leave(owned.activation.key, error),
            tell=on_committed, ready=on_committing, together=together,
        )
        self._performing = Performing(
            calls=self._calls, policies=policies, jobs=self._jobs, late=self._late, parking=parking, poison=poison,
            admission=self._admission, clock=clock,
        )
        self._stepping = Stepping(
            incoming=incoming, policies=policies, committing=self._committing, calls=self._calls,
            holds=holds, clock=clock, make=self._performing.make,
        )
        self._settling = Settling(
            ownership=self._ownership, parking=parking, outbox=outbox, policies=policies, calls=self._calls,
            late=self._late, admission=self._admission, poison=poison, beginning=beginning,
            is_held=lambda activation: self._stepping.is_held(activation, look=True), clock=clock, owner=owner,
        )
        self._alone_later: dict[ExecutionKey, tuple[float, bool]] = {}
        self._invocation_seconds = 0.0
        self._rounds = 0

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
            while self._ownership.owned:
                self.round()
                if self._ownership.owned:
                    self.gather(IDLE_SECONDS)
            self._await_orphaned_calls(deadline)
            return {key: self._ownership.outcome(key) for key in wanted}
        finally:  # a Lambda's next invocation finds this very object
            self._invocation_seconds = 0.0
            self._alone_later.clear()
            self._ownership.forget()

    def _await_orphaned_calls(self, deadline: float) -> None:
        """Wait for the calls of what is owned no longer, while there is time: a job that one began may be nobody's."""
        self.gather(0.0)
        while self._calls.in_flight and self._clock.now() < deadline - RESERVE_SECONDS / 2:
            self.gather(IDLE_SECONDS)
            self._settle_late()
        self._settle_late()

    @property
    def owned(self) -> int:
        """How many executions it owns."""
        return len(self._ownership.owned)

    def workflows(self) -> Counter[str]:
        """How many executions of each workflow it owns."""
        return Counter(owned.workflow for owned in self._ownership.owned.values())

    @property
    def alone(self) -> bool:
        """Whether an execution runs alone, or waits for that: nothing else is to be admitted meanwhile."""
        return bool(self._alone_later) or any(
            owned.activation.header.strikes >= ALONE_FROM for owned in self._ownership.owned.values()
        )

    def wake(self, key: ExecutionKey) -> bool:
        """Whether it owns `key`; then it reads the inbox again before it lets go."""
        owned = self._ownership.owned.get(key)
        if owned is not None:
            owned.wake()
        return owned is not None

    def interrupt(self) -> None:
        """End the wait of `gather`, from any thread: there are new wakes."""
        self._calls.interrupt()

    def commit_beside(self, beside: Beside) -> None:
        """Have `beside` write within each commit from now on, where the stores share it (worker.committing)."""
        self._committing.write_beside(beside)

    def take_outcomes(self) -> dict[ExecutionKey, Outcome]:
        """What came, since the last call, of executions that it owns no longer."""
        return self._ownership.take_outcomes()

    def stop_by(self, deadline: float) -> None:
        """Let go of everything until `deadline`."""
        for owned in self._ownership.owned.values():
            owned.leave_by(deadline)

    # ---------------------------------------------------------------- loading

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
                self._ownership.leave(key, loaded)
            elif loaded is None:
                _LOG.warning("a wake for an unknown execution", extra={"execution": key.id})
                self._ownership.finish(key)
            else:
                found[key] = loaded
        alone = self._admission.must_run_alone(found, redelivered)
        if alone is not None:
            self._send_again([key for key in found if key != alone])
            found = {alone: found[alone]}
            if self._ownership.owned:
                self._alone_later[alone] = (deadline, alone in redelivered)
                return
        for key, loaded in found.items():
            again = key in redelivered
            self._ownership.guard(key, self._admit, loaded, deadline, invocation=invocation, redelivered=again)

    def _admit(self, loaded: Loaded, deadline: float, *, invocation: float, redelivered: bool) -> None:
        owned = self._admission.admit(loaded, deadline, invocation=invocation, redelivered=redelivered)
        if owned is None:
            self._ownership.finish(loaded.header.key)
        else:
            self._ownership.own(owned)

    def _send_again(self, keys: Sequence[ExecutionKey]) -> None:
        """Fresh wakes instead of these: their receives are not to count against them."""
        try:
            self._queue.send([Wake(key) for key in keys])
        except StorageError as error:
            for key in keys:
                self._ownership.leave(key, error)
        else:
            self._ownership.finish_all(keys)

    def _guarded_load(self, key: ExecutionKey) -> Loaded | Exception | None:
        try:
            return self._journal.load(key)
        except Exception as error:  # noqa: BLE001  (whatever a store raises is this execution's outcome alone)
            return error

    # ---------------------------------------------------------------- one round

    def round(self) -> None:
        """Give every owned execution whose turn it is one slice (worker.turns), commit all that changed at once, and
        perform what is owed."""
        if self._alone_later and not self._ownership.owned:
            key = next(iter(self._alone_later))
            deadline, redelivered = self._alone_later.pop(key)
            self.admit([key], deadline, {key} if redelivered else frozenset())
        self._stepping.begin_round()
        limited = self._invocation_seconds != 0  # outside `run` a deadline passes, and no worker is fresher
        self._rounds += 1
        for owned in turns(self._ownership.owned.values(), self._clock.now(), self._rounds):
            owned.has_turn(self._rounds)
            self._ownership.guard(owned.activation.key, self._stepping.step, owned, limited=limited)
        self._commit_all()
        self._settle_late()
        for owned in [owned for owned in self._ownership.owned.values() if owned.last_turn == self._rounds]:
            self._ownership.guard(owned.activation.key, self._settling.settle, owned)

    def gather(self, wait: float) -> None:
        """Take the answers that are there; waits up to `wait` seconds for one when nothing else is to be done."""
        busy = self._calls.made_here or any(owned.runnable for owned in self._ownership.owned.values())
        if not busy and not self._calls.in_flight and any(o.activation.express for o in self._ownership.owned.values()):
            self._clock.sleep(wait)  # its timers are nobody else's
            return
        for answer in self._calls.answers(0.0 if busy else wait):
            self._jobs.note(answer)
            self._late.note(answer)
            owned_by = self._ownership.owned.get(answer.ticket.key)
            if owned_by is not None and owned_by.activation.nonce == answer.ticket.nonce:
                owned_by.answer(answer)

    def _settle_late(self) -> None:
        """Answers that came too late for whom they were meant: their jobs are stopped, redrives are told."""
        self._jobs.settle(self._ownership.owned)
        self._late.settle(self._ownership.owned)

    def _commit_all(self) -> None:
        now = self._clock.now()
        encoded = [
            owned for owned in list(self._ownership.owned.values())
            if self._ownership.guard(owned.activation.key, self._committing.encode, owned, now)
        ]
        durable = self._committing.commit(encoded)
        for owned, segment in durable:
            self._ownership.guard(owned.activation.key, self._performing.perform, owned, segment)
        if durable and self._tell_after is not None:
            self._tell_after([segment for _, segment in durable])

    def _each(self, act: Callable[[_Item], _Result], items: Sequence[_Item]) -> list[_Result]:
        """`act` on each item, side by side where a pool was given."""
        if self._parallel is None or len(items) < 2:
            return [act(item) for item in items]
        return list(self._parallel.map(act, items))
