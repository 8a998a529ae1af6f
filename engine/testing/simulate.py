"""Run a definition in memory on virtual time: to test workflows, to try things out, for the conformance driver.

The same core as the durable worker runs it (`step`); what differs is the edge. Task calls are answered by recorded
stubs, or by a `Tasks` object such as a registry of real connectors; waits and time-outs take no time.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import field, replace
from types import MappingProxyType
from typing import Any, Literal, cast

from engine.errors import InvalidDocument, StateFailure
from engine.kernel import effects
from engine.kernel.children.destinations import Destination, destination
from engine.kernel.children.item_reader import READER_FAILED, no_items, read_items
from engine.kernel.children.map_run import child_inputs, within_tolerance
from engine.kernel.children.result_writer import WRITER_FAILED, ChildResult, files_of, inline
from engine.kernel.history import HistoryEvent, render
from engine.kernel.snapshot import Facts, Frame, Phase, Snapshot
from engine.kernel.step import step
from engine.kernel.stimulus import (
    Continued,
    Started,
    Stimulus,
    TaskReturned,
    TaskStarted,
    TimePassed,
)
from engine.kernel.tasks import HANDED_OVER
from engine.kernel.tokens import idempotency_key
from engine.language.asl.compile import compile_definition
from engine.language.asl.model import Map, Plan, Task
from engine.language.expr.bounds import excess
from engine.ports.tasks import TaskCall, TaskFailed, TaskOutcome, Tasks, TaskSucceeded
from engine.records import dataclass
from engine.testing.stubs import Stub, Stubs, checked_stubs, failed, outcome_of
from engine.testing.telling import TOO_MANY_FAILED, told, whose

Json = Any
OnEvent = Callable[[dict[str, Json]], None]

START = 1_700_000_000.0
"""When a simulated execution starts, in epoch seconds."""

_SLICE, _WATCHED_SLICE = 1000, 20
"""States entered before the events so far are handed on, or before it is asked whether to go on."""


def never() -> bool:
    """Not given up."""
    return False


MISSING_STUB = "Automate.StubMissing"

AWS_PAYLOAD_BYTES = 262_144
AWS_EVENTS = 25_000
"""AWS's quotas: "Service quotas" of the developer guide."""


@dataclass(frozen=True, slots=True)
class SimulationResult:
    """How the execution ended. `status` is RUNNING where it waits for an answer that nobody gives.

    `events` are in the shape of GetExecutionHistory, with timestamps in epoch seconds; empty where they were streamed.
    """

    status: str
    output: Json = None
    error: str | None = None
    cause: str | None = None
    events: list[dict[str, Json]] = field(default_factory=list)


def simulate(
    definition: dict[str, Json], input: Json, *,  # noqa: A002 - the word of StartExecution
    stubs: Mapping[str, Sequence[Stub]] | None = None, type: str = "STANDARD",  # noqa: A002 - AWS's word
    context: Mapping[str, Json] | None = None, on_event: OnEvent | None = None, tasks: Tasks | None = None,
    limits: Literal["aws"] | None = None, give_up: Callable[[], bool] = never,
) -> SimulationResult:
    """Run `definition` on `input` to its end.

    `stubs` answer the Tasks (see engine.testing.stubs); a resource without stubs is asked of `tasks`. `context`
    overlays the context object's Execution and StateMachine (``{"Execution": {"Name": "…"}}``). `on_event` gets each
    history event as it happens, and none is kept. `limits` are none by default; "aws" are AWS's: 262,144 bytes for a
    state's output, 25,000 events in the history of a STANDARD execution. `give_up` is asked every few states whether
    to leave it where it is: then it is RUNNING. Raises InvalidDefinition, and InvalidDocument for an input that is too
    large or too deep.
    """
    plan = compile_definition(definition)
    problem = excess(input)
    if problem is not None:
        raise InvalidDocument(f"the input {problem}", where="input", advice="Pass large or deep data by reference.")
    facts = facts_of(context or {}, type)
    if limits == "aws":
        longest = None if type == "EXPRESS" else AWS_EVENTS
        facts = replace(facts, max_payload_bytes=AWS_PAYLOAD_BYTES, max_events=longest)
    recorded = Stubs(None if stubs is None else checked_stubs(stubs))
    return Simulation(plan, facts, input, recorded, tasks, on_event, give_up=give_up).run()


def facts_of(context: Mapping[str, Json], kind: str) -> Facts:
    """The facts of a simulated execution, in the names of the context object."""
    execution = context.get("Execution", {})
    machine = context.get("StateMachine", {})
    name = execution.get("Name", "simulation")
    workflow = machine.get("Name", "simulated")
    arn = "arn:aws:states:us-east-1:123456789012"
    run = f"express:{workflow}:{name}:{name}-1" if kind == "EXPRESS" else f"execution:{workflow}:{name}"
    return Facts(
        execution_id=f"{workflow}:{name}", name=name, workflow=workflow, version=0, started_at=START, kind=kind,
        role_arn=execution.get("RoleArn", "arn:aws:iam::123456789012:role/simulated"),
        execution_arn=execution.get("Id", f"{arn}:{run}"),
        state_machine_arn=machine.get("Id", f"{arn}:stateMachine:{workflow}"),
    )


class Simulation:
    """One simulated execution. It begins with `variables` assigned; `give_up` is asked every few states whether to
    leave it where it is."""

    def __init__(
        self, plan: Plan, facts: Facts, execution_input: Json, stubs: Stubs, tasks: Tasks | None,
        on_event: OnEvent | None, *, variables: Mapping[str, Json] | None = None,
        give_up: Callable[[], bool] = never,
    ) -> None:
        self.plan = plan
        self.snapshot = Snapshot(facts, execution_input, last_at=facts.started_at)
        self.stubs = stubs
        self.tasks = tasks
        self.now = facts.started_at
        self._on_event = on_event
        self._variables = variables or {}
        self._give_up = give_up
        self._slice = _SLICE if give_up is never else _WATCHED_SLICE
        self._events: list[HistoryEvent] = []
        self._seed = 0

    @property
    def history(self) -> Sequence[HistoryEvent]:
        """The events so far; none where they are streamed."""
        return self._events

    def run(self) -> SimulationResult:
        """Run to the end, or to where nothing can happen any more."""
        self._feed(Started(at=self.now, seed=self._next_seed()), room=0 if self._variables else self._slice)
        if self._variables:
            root = replace(self.snapshot.frames[""], variables=self._variables)
            self.snapshot = replace(self.snapshot, frames=MappingProxyType({"": root}))
        while not self.snapshot.closed and not self._give_up() and self._go_on():
            pass
        end = self.snapshot
        return SimulationResult(
            end.status.value, end.output, end.error, end.cause, [render(event) for event in self._events]
        )

    def _go_on(self) -> bool:
        """Do the next thing that is owed; False when nothing is."""
        owed = effects.owed(self.plan, self.snapshot)
        if owed.ready:
            self._feed(Continued(at=self.now, seed=self._next_seed()))
            return True
        frame = next(iter(owed.scheduled), None) or self._activity()
        if frame is not None:
            self._perform(frame)
            return True
        if owed.map_runs:
            self._map_run(owed.map_runs[0])
            return True
        due_at = self._due_at(owed)
        if due_at is None:
            return False
        self.now = max(self.now, due_at)
        self._feed(TimePassed(at=self.now, seed=self._next_seed()))
        return True

    def _due_at(self, owed: effects.Owed) -> float | None:
        """The earliest timer; real jobs are asked how they stand."""
        timers = [owed.due_at]
        if self.tasks is not None:
            timers += [frame.due_at for frame in self.snapshot.frames.values() if frame.job is not None]
        return min((at for at in timers if at is not None), default=None)

    def _map_run(self, frame: Frame) -> None:
        """Read the items, run each child as an execution of its own, one after the other."""
        try:
            outcome: TaskOutcome = TaskSucceeded(self._results(frame, self._children(frame)))
        except StateFailure as failure:
            outcome = TaskFailed(failure.error, failure.cause)
        self._tell(frame, outcome)

    def _results(self, frame: Frame, results: Sequence[ChildResult]) -> Json:
        """The Map's output: the children's, or where its ResultWriter has put them."""
        writer, config = frame.arguments.get("writer"), frame.arguments.get("writer_config")
        if writer is None:
            succeeded = [result for result in results if result.status == "SUCCEEDED"]
            return [result.output for result in succeeded] if config is None else inline(results, config)
        distributed = cast("Map", self.plan.state(frame.machine, frame.state)).distributed
        resource = "" if distributed is None else distributed.writer_resource
        place = destination(resource, writer, frame.arguments["map_run"])
        if resource in self.stubs or self.tasks is not None:
            self._write(frame, resource, place, results, config or {})
        return place.answer()

    def _write(
        self, frame: Frame, resource: str, place: Destination, results: Sequence[ChildResult],
        config: Mapping[str, Json],
    ) -> None:
        """A file of each kind and the manifest; without stubs and tasks a simulation writes nothing."""
        files: dict[str, list[Json]] = {}
        for kind, name, text in files_of(results, config, files):
            self._put(frame, resource, place.put(name, text, last=False))
            files[kind] = [place.listed(name, text)]
        self._put(frame, resource, place.put("manifest.json", place.manifest(files), last=True))

    def _put(self, frame: Frame, resource: str, arguments: Json) -> None:
        self._asked(frame, resource, arguments, WRITER_FAILED, "ResultWriter", recorded=resource in self.stubs)

    def _asked(
        self, frame: Frame, resource: str, arguments: Json, error: str, whose: str, *, recorded: bool
    ) -> Json:
        """The answer to a call of a Map's own: its reader's or writer's. Raises StateFailure, called `error`."""
        if recorded or self.tasks is None:
            stub = self.stubs.take(resource, frame.state, arguments)
            missing = TaskFailed(error, f"No stub is left for the {whose} of '{frame.state}'.")
            outcome: TaskOutcome = missing if stub is None else outcome_of(stub)
        else:
            facts = self.snapshot.facts
            outcome = self.tasks.call(TaskCall(
                resource=resource, arguments=arguments, workspace=facts.workspace,
                execution_id=facts.execution_id, workflow=facts.workflow, version=facts.version, state=frame.state,
                attempt=frame.attempt, idempotency_key=idempotency_key(facts, frame),
                budget_seconds=60.0,
            ))
        if isinstance(outcome, TaskSucceeded):
            return outcome.output
        raise StateFailure(error, outcome.cause if isinstance(outcome, TaskFailed) else None)

    def _children(self, frame: Frame) -> list[ChildResult]:
        items = self._items(frame)
        inputs = child_inputs(self.plan, self.snapshot, frame, items, at=self.now, seed=self._next_seed())
        state = self.plan.state(frame.machine, frame.state)
        plan = Plan({**self.plan.machines, "": self.plan.machines[cast("Map", state).processor]})
        results, failures = list[ChildResult](), 0
        for index, given in enumerate(inputs):
            began = self.now
            ended = self._child(plan, frame, index, given)
            results.append(ChildResult(
                self._child_arn(frame, index), self.snapshot.facts.state_machine_arn, f"{frame.visit}-{index}",
                ended.status, given, ended.output, ended.error, ended.cause, began, self.now,
            ))
            if ended.status == "SUCCEEDED":
                continue
            failures += 1
            if not within_tolerance(frame, failures, len(inputs)):
                raise StateFailure(TOO_MANY_FAILED.error, TOO_MANY_FAILED.cause)
        return results

    def _child_arn(self, frame: Frame, index: int) -> str:
        return f"{self.snapshot.facts.execution_arn}/{frame.state}:{frame.visit}-{index}"

    def _child(self, plan: Plan, frame: Frame, index: int, given: Json) -> SimulationResult:
        facts = self.snapshot.facts
        name = f"{frame.visit}-{index}"
        child_facts = replace(
            facts, execution_id=f"{facts.execution_id}/{frame.state}:{name}", name=name, started_at=self.now,
            execution_arn=self._child_arn(frame, index), kind=frame.arguments["kind"],
        )
        child = Simulation(
            plan, child_facts, given, self.stubs, self.tasks, lambda _event: None, give_up=self._give_up
        )
        ended = child.run()
        self.now = max(self.now, child.now)
        return ended

    def _items(self, frame: Frame) -> Sequence[Json]:
        """The Map's own items, or what its ItemReader reads."""
        reader = frame.arguments.get("reader")
        if reader is None:
            return frame.fanout.items or () if frame.fanout is not None else ()
        answer = self._read(frame, reader)
        if isinstance(answer, list):
            return answer
        if isinstance(answer, dict) and isinstance(answer.get("Contents"), list):
            return list(answer["Contents"])
        if isinstance(answer, dict) and isinstance(answer.get("Body"), str):
            return read_items(answer["Body"], reader["config"], reader["max_items"])
        raise StateFailure(READER_FAILED, no_items(frame.state, answer))

    def _read(self, frame: Frame, reader: Mapping[str, Json]) -> Json:
        """The answer to the ItemReader's call: an S3 object's ``Body``, a listing's ``Contents``, or the items."""
        resource, arguments = reader["resource"], reader["arguments"]
        recorded = self.stubs.answers(resource, frame.state)
        return self._asked(frame, resource, arguments, READER_FAILED, "ItemReader", recorded=recorded)

    def _activity(self) -> Frame | None:
        """An activity, which a stub answers as its worker would; beside real tasks, one without stubs waits."""
        for frame in self.snapshot.frames.values():
            if frame.phase is Phase.SCHEDULED and (
                self.tasks is None or self.stubs.answers(effects.resource(self.plan, frame), frame.state)
            ):
                return frame
        return None

    def _perform(self, frame: Frame) -> None:
        """Call, or take the next stub, and feed what comes of it."""
        resource = effects.resource(self.plan, frame)
        if self.stubs.answers(resource, frame.state) or self.tasks is None:
            stub = self.stubs.take(resource, frame.state, frame.arguments)
            self._start(frame, None if stub is None else stub.get("worker"))
            self._answer(frame, resource, stub)
            return
        self._start(frame, None)
        running = self.snapshot.frames.get(frame.path)
        if running is None:  # its start was one event too many: the execution has failed
            return
        budget = running.timeout_seconds or 60.0
        call = effects.task_call(self.plan, self.snapshot, running, budget_seconds=budget)
        self._tell(running, self.tasks.call(call))

    def _start(self, frame: Frame, worker: str | None) -> None:
        self._feed(TaskStarted(**self._common(frame), worker=worker))

    def _answer(self, frame: Frame, resource: str, stub: Stub | None) -> None:
        if stub is None:
            others = "" if resource in self.stubs else self.stubs.known
            cause = f"No stub is left for the resource '{resource}' in the state '{frame.state}'.{others}"
            self._tell(frame, TaskFailed(MISSING_STUB, cause, retryable=False))
            return
        state = self.plan.state(frame.machine, frame.state)
        handed_over = isinstance(state, Task) and state.resource.pattern in HANDED_OVER
        if handed_over and (not failed(stub) or "submitted" in stub):
            self._feed(TaskReturned(**self._common(frame), output=stub.get("submitted")))
        if not stub.get("timed_out"):
            self._tell(frame, outcome_of(stub))
            return
        # Without a time limit of its own nothing would end the state: then it fails with AWS's default one.
        waits = self.snapshot.frames.get(frame.path)
        if waits is not None and waits.deadline is None and waits.heartbeat_at is None:
            self._tell(frame, TaskFailed("States.Timeout"))

    def _tell(self, frame: Frame, outcome: TaskOutcome) -> None:
        """Feed what came of the work of this visit, in whichever phase the frame waits for it by now."""
        waits = self.snapshot.frames.get(frame.path, frame)
        self._feed(told(frame, outcome, at=self.now, seed=self._next_seed(), phase=waits.phase))

    def _common(self, frame: Frame) -> dict[str, Json]:
        return whose(frame, at=self.now, seed=self._next_seed())

    def _next_seed(self) -> int:
        self._seed += 1
        return self._seed

    def _feed(self, stimulus: Stimulus, *, room: int | None = None) -> None:
        stepped = step(
            self.plan, self.snapshot, [stimulus], max_transitions=self._slice if room is None else room
        )
        self.snapshot = stepped.snapshot
        if self._on_event is None:
            self._events += stepped.events
        else:
            for event in stepped.events:
                self._on_event(render(event))
