"""One run: the whole product over some stores on virtual time, its clients, and the faults that befall it.

    drive: clients ask ── wakes are received, worked on, acknowledged ── time passes ── sweeps ── … till nothing is owed

Every port call of worker, API, sweeper and dead-letter handler is numbered in the order in which it happens, from the
start's first on, over restarts too: `calls` is their list. What the harness itself reads is not (`quietly`).
"""

from __future__ import annotations

import json
import logging
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from itertools import count
from typing import Any

from engine.adapters.aws.failures import storage_errors
from engine.durable.lifecycle.activities import ActivityTask
from engine.durable.lifecycle.dead_letters import DeadLetters
from engine.durable.lifecycle.executions import Executions
from engine.durable.lifecycle.pausing import Pausing
from engine.durable.lifecycle.starts import ExecutionAlreadyExists
from engine.durable.lifecycle.sweeper import Sweeper
from engine.durable.worker.serving import Serving
from engine.durable.worker.sync_start import SyncStarts, SyncTimedOut
from engine.durable.worker.worker import Worker
from engine.errors import StorageError, StoreUnavailable, Throttled
from engine.governance.audit.recorder import AuditRecorder
from engine.kernel.snapshot import SCHEMA
from engine.ports.activities import Activity
from engine.ports.keys import ExecutionKey
from engine.ports.queue import Received, Wake
from engine.ports.tasks import ConnectorPin, TaskCall, TaskFailed, TaskGoesOn, TaskOutcome, TaskPolicy, TaskSucceeded
from functions.engine_audit import EngineRecorder
from tests.crash.aws_requests import no_reply, throttled
from tests.crash.clients import ACTIVITY, Client
from tests.crash.families import VISIBILITY_SECONDS, Stores
from tests.crash.faults import AWS_ALONE, Faults, can
from tests.crash.invariants_at_calls import Watch
from tests.crash.ledger import DONE, REFUSED, Ledger
from tests.crash.releases import confirmed_schema, release
from tests.crash.scenarios import RECEIVES_BEFORE_DEAD, Workflow
from tests.crash.timing import STEP_SECONDS, SkewedClock, VirtualCalls
from tests.support.durable import TESTER, Product
from tests.support.flows import Died

NAME = "simulation"
"""As the reference interpreter calls its execution: a definition may ask."""
REPLY_SECONDS = 1.5
"""How long somebody waits for a reply that does not come."""
THROTTLED_SECONDS = 0.4
"""How long a client of AWS tries by itself before it says that it was throttled."""

MOST_STEPS = 1_500
UNDUE = 1e18
"""Where an inbox item is due that no sweep is to see."""

_NO_CALLS = {"policy", "next_due_in", "changed", "listen"}


class NoRest(Exception):
    """The product does not come to rest."""


class _Port:
    """A port whose calls are numbered."""

    def __init__(self, port: Any, world: World) -> None:
        self._port, self._world = port, world

    def __getattr__(self, name: str) -> Any:
        act = getattr(self._port, name)
        if name in _NO_CALLS or not callable(act):
            return act
        return lambda *args, **kwargs: self._world.port_call(name, act, *args, **kwargs)


class _Undue:
    """A journal whose inbox items no sweep sees."""

    def __init__(self, journal: Any) -> None:
        self._journal = journal

    def __getattr__(self, name: str) -> Any:
        return getattr(self._journal, name)

    def put_inbox(self, item: Any) -> bool:
        return self._journal.put_inbox(replace(item, due_at=UNDUE))


class _Tasks:
    """The outside world: records each call, answers as the workflow says."""

    def __init__(self, world: World) -> None:
        self._world = world

    def policy(self, resource: str, _pin: ConnectorPin | None = None) -> TaskPolicy:
        workflow = self._world.workflow
        return TaskPolicy(
            at_most_once=workflow.at_most_once and resource != "", timeout_seconds=workflow.call_seconds,
            computes=workflow.computes,
        )

    def call(self, call: TaskCall) -> TaskOutcome:
        world = self._world
        number = len(world.ledger.calls)
        if call.job is None:  # asking how a job stands, or stopping it, starts nothing
            world.ledger.made(call, world.clock.now())
        answer = world.workflow.answer(world, call)
        outcome = answer if isinstance(answer, (TaskSucceeded, TaskFailed, TaskGoesOn)) else TaskSucceeded(answer)
        if call.job is None and not (isinstance(outcome, TaskFailed) and not outcome.definite):
            world.ledger.answer(number, REFUSED if isinstance(outcome, TaskFailed) else DONE)
        return outcome


class _Nobody:
    """A world that is not to be called."""

    def policy(self, _resource: str, _pin: ConnectorPin | None = None) -> TaskPolicy:
        return TaskPolicy()

    def call(self, call: TaskCall) -> TaskOutcome:
        raise AssertionError(f"a fork calls {call.resource}")


class World(Product):
    """`die` is what a death is: raising Died in process, os._exit in a process of its own. `first` is the number of the
    first call: not 0 in a process that goes on where another died."""

    def __init__(
        self, workflow: Workflow, faults: Faults, stores: Stores, *, ledger: Ledger | None = None,
        die: Callable[[], None] | None = None, first: int = 0,
    ) -> None:
        self.workflow = workflow
        self.faults = faults
        self.ledger = ledger or Ledger()
        self.nobody = _Nobody()
        self.calls: list[str] = [""] * first
        self.deaths = 0
        self.paused_since: float | None = None
        self.log: list[str] = []
        self._die = die or _raise_died
        self._quiet = 0
        self._polling = False
        self.asking: set[str] = set()
        self._held: list[str] = []
        self._last_sweep = stores.clock.now()
        self._chance = random.Random(faults.seed)  # noqa: S311  the same each time
        super().__init__(workflow.definition, backend=stores, workspace=stores.workspace, kind=workflow.kind)
        self.tasks = workflow.around(self, _Tasks(self))
        if workflow.mended is not None:
            active = self.published.versions["flow"]
            self.published.publish(workflow.mended)
            self.published.versions["flow"] = active
        if workflow.child is not None:
            self.published.publish(workflow.child, "child")
        if workflow.activity:
            stores.activities.create(Activity(self.workspace, ACTIVITY, stores.clock.now()))
        self._tokens: set[str] = set()
        self.key = ExecutionKey.of(self.workspace, "flow", NAME)
        self.wrap = self._wrapped
        self.watched = Watch(self)
        stores.clock.on_sleep = self._poll
        stores.watch(self._request if stores.family == "aws" else None)
        stores.behave(lag=faults.lag, chance=self._chance if faults.seed else None)
        self._skew = 0
        self._clients = [Client("start", lambda _world: True, _start), *workflow.clients]
        self._nonces = count(first * 1000 + 1)

    def _wrapped(self, name: str, port: Any) -> Any:
        if name == "journal" and not self.faults.inbox_due:
            port = _Undue(port)
        if name == "journal":
            port = self.watched.over(port)
        if self.stores.family == "aws" and name != "tasks":
            return port
        return _Port(port, self)

    # ---------------------------------------------------------------- what goes wrong

    @contextmanager
    def quietly(self) -> Iterator[None]:
        """What happens meanwhile is not numbered, and nothing goes wrong with it."""
        self._quiet += 1
        try:
            yield
        finally:
            self._quiet -= 1

    def _request(self, name: str, request: Callable[..., Any], operation: str, parameters: Any) -> Any:
        """A request of AWS's stores is a call; what goes wrong with it looks as botocore has it."""
        requests = self.stores.requests
        mode = self.faults.at.get(len(self.calls), "") if not self._quiet else ""
        if mode in AWS_ALONE and can(mode, name):
            self.calls.append(name)
            return requests.wrongly(mode, request, operation, parameters)

        def act() -> Any:
            return requests.send(request, operation, parameters)

        def by_chance() -> Any:
            left = requests.by_chance(parameters, self._chance, self.faults.loss, self.faults.double)
            return requests.lost() if left is None else requests.send(request, operation, left)

        chancy = operation == "SendMessageBatch" and (self.faults.loss or self.faults.double)
        try:
            answer = self.port_call(name, by_chance if chancy else act)
        except StoreUnavailable as error:
            raise no_reply(name) from error
        except Throttled as error:
            raise throttled(name) from error
        return requests.lost() if answer is None else answer

    def port_call(self, name: str, act: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """Perform call number `len(calls)`, or let it go wrong."""
        if self._quiet:
            return self._performed(name, act, *args, **kwargs)
        number = len(self.calls)
        self.calls.append(name)
        mode = self.faults.at.get(number, "")
        if not can(mode, name):
            mode = ""
        if mode == "lost-wake":
            return None
        self._goes_wrong_before(mode)
        answer = self._performed(name, act, *args, **kwargs)
        match mode:
            case "after":
                self._dies()
            case "lost-reply":
                self.clock.sleep(REPLY_SECONDS)
                raise StoreUnavailable("no reply")
            case "paused-after":
                self._freeze()
        return answer

    def _goes_wrong_before(self, mode: str) -> None:
        match mode:
            case "before":
                self._dies()
            case "throttled":
                self.clock.sleep(THROTTLED_SECONDS)
                raise Throttled("too fast")
            case "paused-before":
                self._freeze()
            case "rival":
                self._rival()
            case "news":
                with self.quietly():
                    self._poll()

    def _performed(self, name: str, act: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        if name == "call":
            self.watched.call(args[0])
        if name == "send" and (self.faults.loss or self.faults.double):
            return act(self._by_chance(args[0]))
        return act(*args, **kwargs)

    def _by_chance(self, wakes: list[Wake]) -> list[Wake]:
        """Some are lost, some come twice."""
        sent = [wake for wake in wakes if self._chance.random() * 100 >= self.faults.loss]
        return sent + [wake for wake in sent if self._chance.random() * 100 < self.faults.double]

    def _dies(self) -> None:
        self._die()

    def _freeze(self) -> None:
        """Past lease and visibility; others finish the work, if they can without this one."""
        with self.quietly():
            self.stores.freed(self._held)
            self.clock.sleep(VISIBILITY_SECONDS)
            with suppress(NoRest):
                self._until_rest(patient=False)

    def _rival(self) -> None:
        with self.quietly():
            if self.stores.journal.header(self.key) is not None:
                self._run([Received(self.key, "rival")])

    # ---------------------------------------------------------------- the processes

    _rolled = True
    """Whether the latest worker was of the next release."""
    _working = False
    """Whether a worker is at work right now."""
    _beneath = False
    """Whether it is while somebody else acts: its clock went on, and gave the others their turn."""

    @property
    def pausing(self) -> Pausing:
        return Pausing(
            self.wrap("pauses", self.stores.pauses), self.wrap("index", self.stores.index),
            self.wrap("queue", self.stores.queue), self.clock,
        )

    @property
    def sweeper(self) -> Sweeper:
        return Sweeper(self.wrap("journal", self.stores.journal), self.wrap("queue", self.stores.queue), self.clock)

    def together(self, act: Callable[[], Any]) -> Any:
        """One transaction is one call: what it reads and writes is done with it, or not at all."""
        def whole() -> Any:
            with self.quietly(), self.watched.whole():
                return self.stores.together(act)

        return self.port_call("together", whole)

    @property
    def executions(self) -> Executions:
        found = super().executions
        if self.stores.together is not None:
            found._starts._together = self.together
        return found

    def worker(self, *_args: Any, runs_sync: bool = False, **_more: Any) -> Worker:
        """A fresh process. Its clock is the next one of the skewed ones."""
        skew = self.faults.skews[self._skew % len(self.faults.skews)]
        self._skew += 1
        clock = SkewedClock(self.clock, skew) if skew else self.clock
        tasks = self.wrap("tasks", self.tasks)
        owner = self.stores.owner
        return Worker(
            journal=self.wrap("journal", self.stores.journal),
            queue=self.wrap("queue", self.stores.queue), published=self.published, tasks=tasks, clock=clock,
            settings=self.settings, owner=owner, is_alive=self.stores.is_alive if owner else None,
            new_seed=lambda: next(self._seeds), new_nonce=lambda: f"nonce-{next(self._nonces)}", call_threads=0,
            pauses=self.wrap("pauses", self.stores.pauses),
            activities=self.wrap("activities", self.stores.activities), runs_sync=runs_sync,
            parallel=self.stores.parallel,
            new_pool=lambda chain, at, _threads: VirtualCalls(
                chain, at, self.workflow.takes or (lambda _call: self.workflow.seconds)),
            together=None if self.stores.together is None else self.together, on_committed=self._recorder(),
            budgets=self.budgets,
        )

    def _recorder(self) -> Callable[[Any], None]:
        """Who writes the engine's entries of the audit log, where they are part of the commit."""
        if self.stores.together is None:
            return lambda _segments: None
        audit = AuditRecorder(self.stores.audit, self.clock)
        return EngineRecorder(audit, self.stores.journal, origin="worker", within=True)

    def _run(self, received: list[Received]) -> dict[ExecutionKey, Any]:
        """One Lambda invocation."""
        with self._release():
            worker = self.worker()
            beneath, self._working = self._working, True
            try:
                return worker.run(
                    [r.key for r in received], deadline=worker._clock.now() + 300,
                    redelivered={r.key for r in received if r.receives > 1},
                )
            finally:
                self._working = beneath

    @contextmanager
    def _release(self) -> Iterator[None]:
        """The release of the next worker: of two in turn, where there are two."""
        roll, was = self.faults.roll, self.settings
        if not roll:
            yield
            return
        self._rolled = following = not self._rolled
        self.settings = replace(was, snapshot_schema=confirmed_schema(roll, following=following))
        try:
            with release(following=following):
                yield
        finally:
            self.settings = was

    def _deliver(self) -> bool:
        """Receive messages, work, acknowledge. False when there are none."""
        if self.stores.serves:
            return self._serve()
        queue = self.stores.queue
        with self.quietly():
            if self.faults.seed:
                self.stores.disorder(self._chance)
            received = self.stores.claimed()
        if not received:
            return False
        if self.faults.seed:
            self._chance.shuffle(received)
        receipts = [r.receipt for r in received]
        self._held += receipts
        try:
            if self.faults.early:
                queue.acknowledge(receipts)
            most = RECEIVES_BEFORE_DEAD if self.faults.roll else self.workflow.most_receives
            dead = [r for r in received if r.receives > most]
            for letter in dead:
                self._bury(letter)
            live = [r for r in received if r not in dead]
            outcomes = self._run(live) if live else {}
            good = [r.receipt for r in live if outcomes[r.key] is None] + [r.receipt for r in dead]
            try:
                self._acknowledge(good)
            except StorageError:
                with self.quietly():
                    self.stores.unacknowledged(good)
            with self.quietly():  # those that are not acknowledged are shown again when their time-out is over
                queue.release([r.receipt for r in live if outcomes[r.key] is not None], delay=VISIBILITY_SECONDS)
        except Died:
            self._died(receipts)
        finally:
            self._held = [receipt for receipt in self._held if receipt not in receipts]
        return True

    def _serve(self) -> bool:
        """One process on its queue, until it owns nothing and nothing waits. False where nothing waits at all."""
        with self.quietly():
            if self.stores.queue.next_due_in() != 0.0:
                return False
        worker = self.worker()
        serving = Serving(
            worker, self.wrap("queue", self.stores.queue), self.wrap("journal", self.stores.journal), worker._clock,
            self.settings,
        )

        def stop() -> bool:
            if worker.owned:
                return False
            with self.quietly():
                waits = self.stores.queue.next_due_in() == 0.0
            if waits:
                self.clock.sleep(STEP_SECONDS)  # it waits for the time to claim again
            return not waits

        beneath, self._working = self._working, True
        try:
            serving.run(stop)
        except StorageError:
            pass  # the process gives up; the next one is started
        except Died:
            self._died([])
            return True
        finally:
            self._working = beneath
        if not (self._quiet or beneath or self._beneath):
            self.stores.died([])  # what it still claims is claimed no more
        return True

    def _acknowledge(self, receipts: list[str]) -> None:
        acknowledge = self.stores.queue.acknowledge
        if self.stores.family == "aws":
            with storage_errors():
                acknowledge(receipts)
        elif receipts:
            self.port_call("acknowledge", acknowledge, receipts)

    def _bury(self, letter: Received) -> None:
        buries = DeadLetters(self.wrap("journal", self.stores.journal), self.clock)
        with suppress(StorageError):
            buries.bury(letter.key, str(letter.receives))

    def _died(self, receipts: list[str]) -> None:
        self.deaths += 1
        if self.deaths > len(self.faults.at) + self.workflow.own_deaths:
            raise NoRest("more deaths than faults")
        if self._beneath and self.stores.family == "sqlite" and not self._quiet:
            self.deaths -= 1
            raise Died  # one folder, one machine: whoever works beneath dies as well
        frozen = bool(self._quiet)  # somebody holds these very stores, and will go on
        with self.quietly():
            if frozen:
                self.stores.queue.release(receipts, delay=VISIBILITY_SECONDS)
            else:
                self.stores.died(receipts)

    def _sweep(self) -> None:
        self._last_sweep = self.clock.now()
        try:
            self.sweeper.sweep()
        except StorageError:
            pass  # its next tick is a minute away
        except Died:
            self._died([])

    # ---------------------------------------------------------------- clients

    def _poll(self) -> None:
        """Each client that has reason to ask, asks; beside a worker at work, another one takes the wake."""
        if self._polling:
            return
        self._polling, self._beneath, self._working = True, self._working, False
        try:
            for client in self._clients:
                if self._wants(client) and self._ask(client) and self._beneath:
                    self._deliver()
        finally:
            self._working, self._beneath, self._polling = self._beneath, False, False

    def _wants(self, client: Client) -> bool:
        if client.name in self.asking:
            return False
        with self.quietly():
            return self._is_unheard(client) and client.when(self)

    def _is_unheard(self, client: Client) -> bool:
        """Whether it has still to be heard, or again."""
        return client.name not in self.ledger.accepted or client.again(self)

    def _ask(self, client: Client) -> bool:
        self.asking.add(client.name)
        self.ledger.ask(client.name, self.clock.now())
        try:
            try:
                client.act(self)
            except (StorageError, ExecutionAlreadyExists) as error:
                if isinstance(error, StorageError) or client.name != "start":
                    return False  # asks again
            self.ledger.accept(client.name, self.clock.now())
            self.watched.accepted(client)
        except Died:
            self._died([])
            return False
        else:
            return True
        finally:
            self.asking.discard(client.name)

    def handed(self, task: ActivityTask) -> None:
        """An activity's task was given to somebody: to one only."""
        if task.token in self._tokens:
            self.watched.broken.append("I14: an activity's task was handed out twice")
        self._tokens.add(task.token)
        self.ledger.hand_over(task.token)

    # ---------------------------------------------------------------- until nothing is owed

    def _until_rest(self, *, patient: bool) -> None:
        """Until no message, no timer and (`patient`) no client is left."""
        for _ in range(MOST_STEPS):
            self._poll()
            if self._deliver():
                continue
            with self.quietly():
                due = self.stores.next_due_in()
                owed = self.faults.sweeps and self.stores.owes()
            if due is None and not owed:
                if not patient or not self._waits_for_clients():
                    return
                self.clock.sleep(5.0)
                continue
            until_sweep = max(self._last_sweep + 60 - self.clock.now(), 0.0)
            if due is not None and (due <= until_sweep or not self.faults.sweeps):
                self.clock.sleep(max(due, 0.001))
            else:
                self.clock.sleep(until_sweep)
                self._sweep()
        raise NoRest("the product does not come to rest")

    def _waits_for_clients(self) -> bool:
        with self.quietly():
            return any(self._is_unheard(client) for client in self._clients)

    def complete(self) -> World:
        """From the start to rest. Raises NoRest."""
        if self.faults.roll == "confirmed":
            self.settings = replace(self.settings, snapshot_schema=SCHEMA + 1)
        handler = _Collecting(self.log)
        logger = logging.getLogger("engine")
        logger.addHandler(handler)
        propagate, logger.propagate = logger.propagate, False
        try:
            self._until_rest(patient=True)
        finally:
            logger.removeHandler(handler)
            logger.propagate = propagate
            self._quiet += 1  # from here on nothing goes wrong
            self.stores.behave(lag=0.0, chance=None)
        return self


class _Collecting(logging.Handler):
    def __init__(self, lines: list[str]) -> None:
        super().__init__()
        self._lines = lines

    def emit(self, record: logging.LogRecord) -> None:
        self._lines.append(self.format(record))


def _raise_died() -> None:
    raise Died


def _start(world: World) -> None:
    """A client whose answer was lost asks again, and may be told that the name is taken."""
    given = json.loads(json.dumps(world.workflow.input))
    if not world.workflow.sync:
        world.executions.start(world.workspace, "flow", given, name=NAME, actor=TESTER)
        return
    with suppress(SyncTimedOut):
        SyncStarts(world.executions, lambda: world.worker(runs_sync=True), world.clock).run(
            world.executions.start(world.workspace, "flow", given, name=NAME, sync=True)
        )
