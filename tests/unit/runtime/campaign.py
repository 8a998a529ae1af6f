"""The crash campaign's machinery: number every port call of worker, API and sweeper, and let one of them go wrong.

    before, after     the process dies there; SQS shows its messages again once their visibility time-out is over
    lost reply        the store acts, and answers StoreUnavailable
    throttled         the store does not act, and answers Throttled
    paused            the process freezes before the call, past its lease; others finish the work; then it goes on
    rival             at that very moment another worker looks at the same execution
    lost wake         the queue takes the wake and loses it
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import cycle
from typing import Any

from durable import TESTER, Product, ScriptedTasks
from test_worker import CALLBACK, ONE_TASK, THREE_TASKS, WAIT, WORK, Died, flow, task

from engine.asl.compile import compile_definition
from engine.errors import StorageError, StoreUnavailable, Throttled
from engine.ports.executions_index import ExecutionQuery
from engine.ports.keys import ExecutionKey
from engine.ports.queue import Wake
from engine.ports.tasks import TaskCall, TaskFailed
from engine.runtime import codec, effects, snapshot_codec
from engine.runtime.executions import Execution, ExecutionAlreadyExists, TaskTimedOut
from engine.runtime.opening import facts_of
from engine.runtime.snapshot import Phase, Snapshot
from engine.runtime.step import step

KEY = ExecutionKey.of("default", "flow", "one")
FRAGILE = "connector:demo:fragile"
VISIBILITY_SECONDS = 330.0

DEATHS = ("before", "after")
BENIGN = ("lost reply", "throttled", "rival", "lost wake")
MODES = (*DEATHS, *BENIGN, "paused")

_READS = {"header", "load", "inbox", "due", "history", "execution_input", "query"}
_NO_CALLS = {"policy", "next_due_in", "changed"}


@dataclass(frozen=True)
class Case:
    """A definition, and what its tasks answer. `stops`: its first call is when somebody stops the execution. `child`
    is the definition of another workflow, which it starts."""

    definition: dict[str, Any]
    answers: Callable[[], dict[str, list[Any]]] = dict
    at_most_once: tuple[str, ...] = ()
    stops: bool = False
    child: dict[str, Any] | None = None


def _fragile() -> dict[str, list[Any]]:
    """Busy at the first attempt, broken at the second, however often each is called."""
    return {FRAGILE: [lambda call: TaskFailed("Broken" if call.attempt else "Busy", retryable=not call.attempt)]}


_FAN = flow({
    "Fan": {
        "Type": "Parallel", "Branches": [flow({f"T{i}": task(End=True)}) for i in range(2)],
        "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "End"}], "Next": "Pause",
    },
    "Pause": {"Type": "Wait", "Seconds": 5, "Next": "End"},
    "End": {"Type": "Succeed"},
})
_MAP = flow({
    "Each": {"Type": "Map", "ItemsPath": "$.lines", "MaxConcurrency": 2, "Next": "Sum",
             "ItemProcessor": flow({"Line": task(Next="Mark"), "Mark": {"Type": "Pass", "End": True}})},
    "Sum": task(End=True),
})
_RETRY = flow({
    "Try": {"Type": "Task", "Resource": FRAGILE, "End": True,
            "Retry": [{"ErrorEquals": ["Busy"], "IntervalSeconds": 3}],
            "Catch": [{"ErrorEquals": ["Broken"], "Next": "Mend"}]},
    "Mend": task(End=True),
})
_ONCE = flow({
    "Pay": task(Catch=[{"ErrorEquals": ["Automate.TaskInterrupted"], "Next": "Look"}], Next="Ship"),
    "Ship": task(Catch=[{"ErrorEquals": ["Automate.TaskInterrupted"], "Next": "Look"}], End=True),
    "Look": {"Type": "Succeed"},
})
_STOPPED = flow({"Fan": {
    "Type": "Parallel",
    "Branches": [flow({"Work": task(Next="Again"), "Again": task(End=True)}),
                 flow({"Rest": {"Type": "Wait", "Seconds": 600, "End": True}})],
    "End": True,
}})
_EACH = {
    "Type": "Map", "ItemsPath": "$.lines", "MaxConcurrency": 2,
    "ItemProcessor": {
        "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}, **flow({"Line": task(End=True)}),
    },
}
_CHILDREN = flow({"Each": {**_EACH, "Next": "Sum"}, "Sum": task(End=True)})
_CHILDREN_STOPPED = flow({"Both": {
    "Type": "Parallel", "End": True,
    "Branches": [
        flow({"Pause": {"Type": "Wait", "Seconds": 10, "Next": "Work"}, "Work": task(End=True)}),
        flow({"Each": {**_EACH, "End": True, "ItemProcessor": {
            **_EACH["ItemProcessor"], **flow({"Rest": {"Type": "Wait", "Seconds": 3000, "End": True}}),
        }}}),
    ],
}})
_STARTED = flow({
    "Start": {"Type": "Task", "Resource": "arn:aws:states:::states:startExecution.sync:2",
              "Parameters": {"StateMachineArn": "child", "Input.$": "$"}, "OutputPath": "$.Output", "Next": "Sum"},
    "Sum": task(End=True),
})

CASES: Mapping[str, Case] = {
    "task": Case(ONE_TASK), "tasks": Case(THREE_TASKS), "wait": Case(WAIT), "fan": Case(_FAN), "map": Case(_MAP),
    "callback": Case(CALLBACK), "retry and catch": Case(_RETRY, _fragile),
    "at most once": Case(_ONCE, at_most_once=(WORK,)), "stop": Case(_STOPPED, stops=True),
    "children": Case(_CHILDREN), "children stopped": Case(_CHILDREN_STOPPED, stops=True),
    "started child": Case(_STARTED, child=ONE_TASK),
}


@dataclass
class Faults:
    """What goes wrong: the mode of each port call by its number. `duplicates`: the queue delivers each wake twice."""

    at: dict[int, str] = field(default_factory=dict)
    duplicates: bool = False
    skews: tuple[float, ...] = (0.0,)
    sweeps: bool = True
    acknowledges_early: bool = False
    calls: list[str] = field(default_factory=list)

    def possible(self, mode: str) -> Iterator[int]:
        """The numbers of the calls that can go wrong like this."""
        return (number for number, name in enumerate(self.calls) if _can(mode, name))


def _can(mode: str, name: str) -> bool:
    """Whether the port call `name` can go wrong like this: a task port raises nothing, a read changes nothing."""
    match mode:
        case "lost wake":
            return name == "send"
        case "after":
            return name not in _READS
        case "lost reply":
            return name not in _READS and name != "call"
        case "throttled":
            return name != "call"
    return True


class _Port:
    def __init__(self, port: Any, campaign: Run) -> None:
        self._port = port
        self._run = campaign

    def __getattr__(self, name: str) -> Any:
        act = getattr(self._port, name)
        if name in _NO_CALLS or not callable(act):
            return act
        return lambda *args, **kwargs: self._run.port_call(name, act, *args, **kwargs)


class _SkewedClock:
    def __init__(self, clock: Any, skew: float) -> None:
        self._clock, self._skew = clock, skew

    def now(self) -> float:
        return float(self._clock.now() + self._skew)

    def sleep(self, seconds: float) -> None:
        self._clock.sleep(seconds)


class Run(Product):
    """One run of a case over its faults, on workers whose clocks differ by `skews`."""

    def __init__(self, case: Case, faults: Faults) -> None:
        self.case = case
        self.faults = faults
        self.broken: list[str] = []
        self._skews = cycle(faults.skews)
        self._nested = False
        self._answered = False
        tasks = ScriptedTasks(case.answers(), at_most_once=case.at_most_once)
        if case.stops:
            tasks.answers[WORK] = [self._stop]
        super().__init__(case.definition, tasks, wrap=lambda _name, port: _Port(port, self))
        if case.child is not None:
            self.published.publish(case.child, "child")

    # ---------------------------------------------------------------- what goes wrong

    def port_call(self, name: str, act: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        if self._nested:
            return self._watched(name, act, *args, **kwargs)
        number = len(self.faults.calls)
        self.faults.calls.append(name)
        mode = self.faults.at.get(number, "")
        if not _can(mode, name):
            mode = ""
        if mode == "before":
            raise Died
        if mode == "throttled":
            raise Throttled("too fast")
        if mode == "lost wake":
            return None
        if mode in ("paused", "rival"):
            self._meanwhile(mode)
        answer = self._watched(name, act, *args, **kwargs)
        if name == "send" and self.faults.duplicates:
            act(*args)
        if mode == "after":
            raise Died
        if mode == "lost reply":
            raise StoreUnavailable("no reply")
        return answer

    def _meanwhile(self, mode: str) -> None:
        self._nested = True
        if mode == "paused":
            self.clock.sleep(VISIBILITY_SECONDS)
            self.stores.queue.abandon_claims()
            self.drain()
        elif self.stores.journal.header(KEY) is not None:
            self.stores.queue.send([Wake(KEY)])
            self.run(KEY)
        self._nested = False

    def _watched(self, name: str, act: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        if name == "call":
            self._check_call(args[0])
        return act(*args, **kwargs)

    def _check_call(self, call: TaskCall) -> None:
        """I9: no call without a durable intent. And none once a stop was accepted, but the one under way."""
        loaded = self.stores.journal.load(ExecutionKey("default", call.execution_id))
        bodies = [segment.body for segment in loaded.segments] if loaded else []
        snapshot = codec.decode_snapshot(bodies) if bodies else None
        modes = self.faults.at.values()
        paused = "paused" in modes  # not curable: it may call after all is over
        intents = [] if snapshot is None else [
            effects.idempotency_key(snapshot, frame) for frame in snapshot.frames.values()
            if frame.phase is Phase.RUNNING
        ]
        if call.idempotency_key.partition("?")[0] not in [key.partition("?")[0] for key in intents] and not paused:
            self.broken.append(f"I9: {call.state} was called without a durable intent")
        late = paused or "throttled" in modes  # an inbox that could not be read is read 2 s later
        if self.stores.journal.inbox(KEY) and self.case.stops and not late:
            self.broken.append(f"{call.state} was called though a stop was accepted")

    def _stop(self, _call: TaskCall) -> dict[str, Any]:
        for _ in range(3):
            try:
                self.executions.stop(KEY, cause="enough", actor=TESTER)
            except StorageError:
                continue  # the client asks again
            break
        return {}

    # ---------------------------------------------------------------- workers

    def worker(self, *_args: Any, **_more: Any) -> Any:
        skew = next(self._skews)
        worker = super().worker(clock=_SkewedClock(self.clock, skew))
        if not skew:
            return worker
        run, worker_run = worker.run, lambda keys, *, deadline: run(keys, deadline=deadline + skew)
        worker.run = worker_run  # type: ignore[method-assign]
        return worker

    def drain(self, limit: int = 300) -> None:
        """As Product's, but a StorageError of the sweeper is for its next tick, and there may be no sweeper."""
        queue = self.stores.queue
        next_sweep = self.clock.now() + 60
        for _ in range(limit):
            received = queue.claim(10)
            if received:
                if self.faults.acknowledges_early:
                    queue.acknowledge([r.receipt for r in received])
                outcomes = self.worker().run([r.key for r in received], deadline=self.clock.now() + 300)
                queue.acknowledge([r.receipt for r in received if outcomes[r.key] is None])
                queue.release([r.receipt for r in received if outcomes[r.key] is not None], delay=VISIBILITY_SECONDS)
                continue
            due = queue.next_due_in()
            if due is None and (not self.faults.sweeps or not self.stores.journal.due(float("inf"))):
                return
            until_sweep = next_sweep - self.clock.now()
            if due is not None and (due <= until_sweep or not self.faults.sweeps):
                self.clock.sleep(max(due, 0.001))
                continue
            self.clock.sleep(max(until_sweep, 0.0))
            next_sweep = self.clock.now() + 60
            with suppress(StorageError):
                self.sweeper.sweep()
        raise AssertionError("the product does not come to rest")

    def complete(self) -> Run:
        """Start it, answer its callback, over as many deaths as there are faults."""
        started = False
        for _ in range(len(self.faults.at) + 1):
            try:
                while not started:
                    started = self._start()
                self.drain()
                self._answer_callback()
            except Died:
                self.clock.sleep(VISIBILITY_SECONDS)
                self.stores.queue.abandon_claims()
            else:
                self._nested = True  # from here on nothing goes wrong
                return self
        raise AssertionError("more deaths than faults")

    def _start(self) -> bool:
        try:
            self.start({"order": 7, "lines": [1, 2, 3]})
        except ExecutionAlreadyExists:  # the client whose answer was lost asks again
            return True
        except StorageError:
            return False
        return True

    def _answer_callback(self) -> None:
        """Until an answer is accepted: then it is the product's to act on."""
        token = next((call.task_token for call in reversed(self.tasks.calls) if call.task_token), None)
        while token and not self._answered:
            with suppress(StorageError):
                with suppress(TaskTimedOut):  # accepted before, and the reply was lost
                    self.executions.send_task_success(token, {"order": 7})
                self._answered = True
        self.drain()

    # ---------------------------------------------------------------- what must hold

    def check(self, reference: Run) -> list[str]:
        """What is broken, by the names of docs/reliability.md's invariants."""
        execution, expected = self.describe(KEY), reference.describe(KEY)
        self._check_journal(execution)
        self._check_calls(reference)
        benign = all(mode in BENIGN for mode in self.faults.at.values())
        same = (execution.status, execution.output, execution.error) == (
            expected.status, expected.output, expected.error)
        interrupted = self.case.at_most_once and "Automate.TaskInterrupted" in str(execution.output)
        if not same and (benign or not interrupted):
            self.broken.append(f"I4: {execution.status} {execution.output}, not {expected.status} {expected.output}")
        if same and sorted(self.events(KEY)) != sorted(reference.events(KEY)) and not self.case.stops:
            self.broken.append(f"I4: other events: {self.events(KEY)}")
        return self.broken

    def _check_journal(self, execution: Execution) -> None:
        journal = self.stores.journal
        header, segments = journal.header(KEY), list(journal.history(KEY))
        assert header is not None
        if execution.status == "RUNNING" or (header.status, header.due_at) != (execution.status, None):
            self.broken.append(f"I2, I3: {execution.status}, the header says {header.status}, due {header.due_at}")
        if execution.status == "RUNNING":
            return
        rows = self.stores.index.query(ExecutionQuery("default", workflow="flow")).rows
        if [(row.status, row.ended_at) for row in rows] != [(execution.status, execution.ended_at)]:
            self.broken.append(f"I3: the index says {rows}")
        if self.faults.sweeps and journal.inbox(KEY):
            self.broken.append("I12: the inbox is not empty")
        self._check_children(execution)
        events = [event for segment in segments for event in codec.decode_events(segment.body)]
        if [event.id for event in events] != list(range(1, len(events) + 1)):
            self.broken.append("I1: the events are not contiguous")
        ends = [e.type for e in events if e.type.startswith("Execution") and e.type != "ExecutionStarted"]
        if len(ends) != 1 or events[-1].type != ends[0]:
            self.broken.append(f"I5: {ends}")
        times = {event.type: event.at for event in events}
        if self.case is CASES["wait"] and times["WaitStateExited"] - times["WaitStateEntered"] < 90:
            self.broken.append("I10: the timer was early")
        self._check_restepping()

    def _check_children(self, execution: Execution) -> None:
        for child in self.stores.journal._headers.values():
            if child.status == "RUNNING" or child.due_at is not None or self.stores.journal.inbox(child.key):
                self.broken.append(f"I2, I12: {child.key.id} is {child.status}, due {child.due_at}")
            if child.is_item and execution.status == "ABORTED" and child.status != "ABORTED":
                self.broken.append(f"{child.key.id} has outlived its parent: {child.status}")

    def _check_restepping(self) -> None:
        journal = self.stores.journal
        header, loaded = journal.header(KEY), journal.load(KEY)
        assert header is not None
        assert loaded is not None
        again = Snapshot(facts=facts_of(header), input={"order": 7, "lines": [1, 2, 3]}, last_at=header.started_at)
        plan = compile_definition(self.case.definition)
        for _, segment in sorted(journal._segments[KEY].items()):  # history passes over those without events
            again = step(plan, again, codec.decode_stimuli(segment.body)).snapshot
        stored = codec.decode_snapshot(segment.body for segment in loaded.segments)
        if snapshot_codec.encode(again) != snapshot_codec.encode(stored):
            self.broken.append("I11: stepping the recorded stimuli again gives another snapshot")

    def _check_calls(self, reference: Run) -> None:
        calls = self.tasks.calls
        if self.case.stops and "throttled" in self.faults.at.values():
            return  # see _check_call
        attempts = [(call.idempotency_key, call.attempt) for call in calls]
        if self.case.at_most_once and len(set(attempts)) != len(attempts):
            self.broken.append(f"I8: {attempts}")
        if not self.case.at_most_once and len(set(self.tasks.keys)) != len(set(reference.tasks.keys)):
            self.broken.append(f"I7: {self.tasks.keys}")
        modes = set(self.faults.at.values())
        if modes <= set(BENIGN) and len(modes) <= 1 and len(calls) != len(reference.tasks.calls):
            self.broken.append(f"I14: {len(calls)} calls, not {len(reference.tasks.calls)}")


def fault_free(case: Case) -> Run:
    """The run that all others are measured by."""
    return Run(case, Faults()).complete()


def breaks(case: Case, faults: Faults, reference: Run) -> list[str]:
    """What a run over `faults` breaks; nothing, if the protocol holds."""
    run = Run(case, faults)
    try:
        run.complete()
    except AssertionError as error:
        return [f"I2: {error}"]
    return run.check(reference)
