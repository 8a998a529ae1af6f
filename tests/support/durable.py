"""A whole durable product on virtual time, for tests of the worker: stores (memory's by default), scripted tasks."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Callable
from itertools import count
from typing import Any

from engine.clock import SkipClock
from engine.durable.execution import Execution
from engine.durable.lifecycle.activities import Activities
from engine.durable.lifecycle.budgets import Budgets
from engine.durable.lifecycle.executions import Executions
from engine.durable.lifecycle.pausing import Pausing
from engine.durable.lifecycle.sweeper import Sweeper
from engine.durable.worker.calls import CallPool
from engine.durable.worker.worker import Outcome, Worker
from engine.errors import NotFound
from engine.ports.keys import Actor, ExecutionKey
from engine.ports.published import PublishedVersion
from engine.ports.tasks import ConnectorPin, TaskCall, TaskFailed, TaskGoesOn, TaskOutcome, TaskPolicy, TaskSucceeded
from engine.settings import Settings
from tests.support.memory.stores import MemoryStores

TESTER = Actor("tester")
START = 1_700_000_000.0


class ScriptedTasks:
    """Answers per resource, in order; the last one stays. An answer may be a function of the call."""

    def __init__(self, answers: dict[str, list[Any]] | None = None, *, at_most_once: tuple[str, ...] = ()) -> None:
        self.answers = defaultdict(list, answers or {})
        self.calls: list[TaskCall] = []
        self._at_most_once = at_most_once

    def policy(self, resource: str, _pin: ConnectorPin | None = None) -> TaskPolicy:
        return TaskPolicy(at_most_once=resource in self._at_most_once)

    def call(self, call: TaskCall) -> TaskOutcome:
        self.calls.append(call)
        answers = self.answers[call.resource]
        answer = (answers.pop(0) if len(answers) > 1 else answers[0]) if answers else call.arguments
        if callable(answer):
            answer = answer(call)
        return answer if isinstance(answer, (TaskSucceeded, TaskFailed, TaskGoesOn)) else TaskSucceeded(answer)

    @property
    def keys(self) -> list[str]:
        return [call.idempotency_key for call in self.calls]


class Ticking(SkipClock):
    """Time passes while somebody works: what fires, fires late, and a loop comes to its time-out."""

    def now(self) -> float:
        self.sleep(0.2)
        return super().now()


def ticking() -> MemoryStores:
    """Stores in memory by such a clock."""
    clock = Ticking(START)
    stores = MemoryStores(clock)
    stores.clock = clock
    return stores


class OneWorkflow:
    """A catalog of the definitions a test publishes."""

    def __init__(self, workspace: str = "default") -> None:
        self.workspace = workspace
        self.versions: dict[str, PublishedVersion] = {}

    def publish(self, definition: dict[str, Any], workflow: str = "flow", **more: Any) -> PublishedVersion:
        digest = hashlib.sha256(json.dumps(definition).encode()).hexdigest()
        number = len({version.number for version in self.versions.values()}) + 1
        version = PublishedVersion(self.workspace, workflow, number, definition, digest, **more)
        self.versions[workflow] = self.versions[f"{workflow}:{number}"] = version
        return version

    def version(self, workspace: str, workflow: str, number: int | None = None) -> PublishedVersion:
        if workflow not in self.versions:
            raise NotFound(f"no workflow is called {workflow}")
        if number is None:
            return self.versions[workflow]
        for version in self.versions.values():
            if (version.workflow, version.number) == (workflow, number):
                return version
        raise NotFound(f"workflow {workflow!r} has no version {number}")

    def numbered(self, workspace: str, workflow: str, number: int) -> PublishedVersion:
        return self.version(workspace, workflow, number)

    def active(self, _workspace: str, workflow: str) -> PublishedVersion | None:
        return self.versions.get(workflow)


class LateLoads:
    """A journal whose loads take `seconds`: who reads it has that much less time for all else."""

    def __init__(self, journal: Any, clock: SkipClock, seconds: float) -> None:
        self._journal = journal
        self._clock = clock
        self._seconds = seconds

    def __getattr__(self, name: str) -> Any:
        return getattr(self._journal, name)

    def load(self, key: ExecutionKey, **more: Any) -> Any:
        self._clock.sleep(self._seconds)
        return self._journal.load(key, **more)


class Product:
    """Memory stores, one workflow, scripted tasks; `worker()` is a fresh process on the same stores."""

    def __init__(
        self, definition: dict[str, Any], tasks: ScriptedTasks | None = None,
        wrap: Callable[[str, Any], Any] = lambda _name, port: port, backend: Any = None, masks: Any = None,
        room: Callable[[], None] = lambda: None, **version: Any,
    ) -> None:
        self.clock = SkipClock(START) if backend is None else backend.clock
        self.stores = MemoryStores(self.clock) if backend is None else backend
        self.tasks = tasks or ScriptedTasks()
        self.published = OneWorkflow(version.pop("workspace", "default"))
        self.workspace = self.published.workspace
        self.published.publish(definition, **version)
        self.settings = Settings()
        self._seeds = count(1)
        self._nonces = count(1)
        self.wrap = wrap
        self.masks = masks
        self.room = room
        self.budgets = self.new_budgets()

    @property
    def executions(self) -> Executions:
        return Executions(
            journal=self.wrap("journal", self.stores.journal), index=self.wrap("index", self.stores.index),
            queue=self.wrap("queue", self.stores.queue), published=self.published, clock=self.clock,
            settings=self.settings, pauses=getattr(self.stores, "pauses", None),
            new_seed=lambda: next(self._seeds), new_nonce=lambda: f"nonce-{next(self._nonces)}",
            masks=self.masks, budgets=self.budgets, is_alive=getattr(self.stores, "is_alive", lambda _owner: True),
            policy=self.tasks.policy, room=self.room,
        )

    def new_budgets(self) -> Budgets | None:
        """Those of another process, which has leased nothing."""
        states = getattr(self.stores, "trigger_states", None)
        return None if states is None else Budgets(
            self.wrap("trigger_states", states), self.wrap("index", self.stores.index), self.clock)

    @property
    def activities(self) -> Activities:
        return Activities(
            store=self.wrap("activities", self.stores.activities), journal=self.wrap("journal", self.stores.journal),
            queue=self.wrap("queue", self.stores.queue), clock=self.clock,
        )

    @property
    def pausing(self) -> Pausing:
        return Pausing(self.stores.pauses, self.stores.index, self.stores.queue, self.clock)

    @property
    def sweeper(self) -> Sweeper:
        return Sweeper(self.wrap("journal", self.stores.journal), self.wrap("queue", self.stores.queue), self.clock)

    def worker(
        self, owner: str = "", is_alive: Callable[[str], bool] | None = None, *, clock: Any = None,
        call_threads: int = 0, runs_sync: bool = False, on_committed: Any = lambda _segments: None,
        on_paused: Any = lambda _key: None, new_pool: Any = CallPool, limits: Any = None,
    ) -> Worker:
        return Worker(
            journal=self.wrap("journal", self.stores.journal),
            queue=self.wrap("queue", self.stores.queue), published=self.published,
            tasks=self.wrap("tasks", self.tasks), clock=clock or self.clock, settings=self.settings, owner=owner,
            is_alive=is_alive, new_seed=lambda: next(self._seeds), new_nonce=lambda: f"nonce-{next(self._nonces)}",
            call_threads=call_threads, pauses=getattr(self.stores, "pauses", None),
            activities=self.wrap("activities", self.stores.activities) if hasattr(self.stores, "activities") else None,
            limits=limits, together=getattr(self.stores, "together", None),
            runs_sync=runs_sync, on_committed=on_committed, on_paused=on_paused, masks=self.masks,
            new_pool=new_pool, budgets=self.budgets,
        )

    def start(self, execution_input: Any = None, name: str = "one", workflow: str = "flow") -> ExecutionKey:
        return self.executions.start(self.workspace, workflow, execution_input, name=name).key

    def run(self, key: ExecutionKey, worker: Worker | None = None, seconds: float = 300.0) -> Outcome:
        """One Lambda invocation for one record."""
        return (worker or self.worker()).run([key], deadline=self.clock.now() + seconds)[key]

    def run_late(self, key: ExecutionKey, left: float) -> Outcome:
        """An invocation of 300 s that has only `left` of them once it has loaded the execution."""
        wrap = self.wrap
        self.wrap = lambda name, port: LateLoads(port, self.clock, 300 - left) if name == "journal" else port
        try:
            return self.run(key)
        finally:
            self.wrap = wrap

    def drain(self, limit: int = 200) -> None:
        """Poll the queue as Lambda does, sweep each minute, until nothing is left to do."""
        next_sweep = self.clock.now() + 60
        for _ in range(limit):
            received = self.stores.queue.claim(10)
            if received:
                outcomes = self.worker().run([r.key for r in received], deadline=self.clock.now() + 300)
                good = [r.receipt for r in received if outcomes[r.key] is None]
                self.stores.queue.acknowledge(good)
                self.stores.queue.release([r.receipt for r in received if r.receipt not in good], delay=30)
                continue
            due = self.stores.queue.next_due_in()
            if due is None and not self.stores.journal.due(float("inf")):
                return
            until_sweep = next_sweep - self.clock.now()
            if due is not None and due <= until_sweep:
                self.clock.sleep(max(due, 0.001))
            else:
                self.clock.sleep(max(until_sweep, 0.0))
                next_sweep = self.clock.now() + 60
                self.sweeper.sweep()
        raise AssertionError("the product does not come to rest")

    def describe(self, key: ExecutionKey) -> Execution:
        return Executions(
            journal=self.stores.journal, index=self.stores.index, queue=self.stores.queue, published=self.published,
            clock=self.clock, settings=self.settings,
        ).describe(key)

    def events(self, key: ExecutionKey) -> list[str]:
        return [event["type"] for event in self.executions.history(key)]
