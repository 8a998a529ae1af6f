"""Trying a workflow out: a part of it on an input, with pins, mocks and real calls where they are allowed.

    definition ──► the part (engine.testing.parts) ──► compiled, pinned states put in ──► simulated on virtual time
                                                        calls: mock ─► guard (engine.testing.guarded_tasks) ─► real

A pinned state is not run: it has its output at once, and assigns nothing. A trial is over in `seconds`, whatever the
workflow does; waits take no time.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import field, replace
from typing import Any, Literal, cast

from engine.clock import Clock
from engine.durable.views.step_facts import Step, Steps
from engine.durable.views.steps import steps_of
from engine.errors import InvalidDocument
from engine.kernel.history import HistoryEvent
from engine.language.asl.compile import compile_definition
from engine.language.asl.model import Machine, Pass, Plan
from engine.ports.tasks import TaskCall, Tasks
from engine.records import dataclass
from engine.testing.guarded_tasks import CallRefused, GuardedTasks, Touched
from engine.testing.parts import STOP, Mode, find, part
from engine.testing.simulate import AWS_EVENTS, Simulation, SimulationResult, facts_of
from engine.testing.stubs import Stub, Stubs

Json = Any

SECONDS = 25.0
"""Within what API Gateway waits."""

TOOK_TOO_LONG = "Automate.TestTookTooLong"
NO_ANSWER = "Automate.NoAnswer"

Ending = Literal["SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED", "RUNNING", "TIMED_OUT_TEST"]

_PINNABLE = ("Task", "Pass", "Wait", "Parallel", "Map")


@dataclass(frozen=True, slots=True)
class Asked:
    """What is tried. `pins` and `mocks` are by a state's path or name; a mock is a Stub (engine.testing.stubs)."""

    definition: Mapping[str, Json]
    input: Json
    kind: str = "STANDARD"
    mode: Mode = "all"
    state: str | None = None
    variables: Mapping[str, Json] = field(default_factory=dict)
    pins: Mapping[str, Json] = field(default_factory=dict)
    mocks: Mapping[str, Stub] = field(default_factory=dict)
    allow: Sequence[str] = ()
    use_reads: bool = False


@dataclass(frozen=True, slots=True)
class Tried:
    """How it ended. `status` is an execution's, or TIMED_OUT_TEST where the trial's own time was over."""

    status: Ending
    output: Json
    error: str | None
    cause: str | None
    steps: Steps
    history: Sequence[HistoryEvent]
    unmocked: Sequence[Touched]
    called: Sequence[TaskCall]


class Mocks(Stubs):
    """Answers by state, as often as they are asked for."""

    def __init__(self, by_state: Mapping[str, Stub]) -> None:
        super().__init__(None)
        self._by_state = dict(by_state)

    def answers(self, resource: str, state: str) -> bool:  # noqa: ARG002 - whatever the state calls
        """Whether the state is mocked."""
        return state in self._by_state

    def take(self, resource: str, state: str, arguments: Json) -> Stub | None:  # noqa: ARG002 - see answers
        """The state's mock."""
        return self._by_state.get(state)


def try_out(
    asked: Asked, tasks: Tasks, *, reads: Callable[[str], bool], clock: Clock, seconds: float = SECONDS,
    made: list[TaskCall] | None = None,
) -> Tried:
    """Run it. `made` takes the calls that are really made, also where this raises.

    Raises InvalidDefinition, InvalidDocument, and NotFound for a state that there is not."""
    deadline = clock.now() + seconds
    guard = GuardedTasks(
        tasks, allow=asked.allow, use_reads=asked.use_reads, reads=reads, clock=clock, deadline=deadline,
        made=made,
    )
    plan = _pinned(compile_definition(part(asked.definition, asked.mode, asked.state)), asked)
    simulation = Simulation(
        plan, replace(facts_of({}, asked.kind), max_events=AWS_EVENTS), asked.input, Mocks(_mocks(asked)), guard, None,
        variables=asked.variables, give_up=lambda: clock.now() >= deadline,
    )
    try:
        ended = simulation.run()
    except CallRefused as refused:
        return _refused(simulation, guard, refused)
    return _tried(asked, ended, simulation, guard, late=clock.now() >= deadline, seconds=seconds)


def _refused(simulation: Simulation, guard: GuardedTasks, refused: CallRefused) -> Tried:
    """The history as far as it came, closed as if nothing took the failure: the state that called is shown failed."""
    last, details = simulation.history[-1], {"error": refused.error, "cause": refused.cause}
    history = [
        *simulation.history, HistoryEvent(last.id + 1, last.id, "TaskFailed", last.at, details),
        HistoryEvent(last.id + 2, last.id + 1, "ExecutionFailed", last.at, details),
    ]
    steps = _without_stop(steps_of(history))
    return Tried("FAILED", None, refused.error, refused.cause, steps, history, guard.unmocked, guard.made)


def _tried(
    asked: Asked, ended: SimulationResult, simulation: Simulation, guard: GuardedTasks, *, late: bool, seconds: float
) -> Tried:
    steps = _without_stop(steps_of(simulation.history))
    status, output, error, cause = cast("Ending", ended.status), ended.output, ended.error, ended.cause
    last = steps.steps[-1].name if steps.steps else None
    if status == "RUNNING":
        status = "TIMED_OUT_TEST" if late else status
        error, cause = why_open(last, seconds, late=late)
    elif status == "SUCCEEDED" and asked.mode in ("step", "up_to"):
        output = _output_of(asked, steps, output)
    return Tried(status, output, error, cause, steps, simulation.history, guard.unmocked, guard.made)


def why_open(state: str | None, seconds: float, *, late: bool) -> tuple[str, str]:
    """Error and cause of a test that did not end: `state` is the one it was in."""
    if late:
        return TOOK_TOO_LONG, (
            f"The test took longer than {seconds:g} s, and was in the state {state!r}: mock or pin what is slow."
        )
    return NO_ANSWER, f"The state {state!r} waits for an answer that nobody gives in a test: mock it."


def _output_of(asked: Asked, steps: Steps, output: Json) -> Json:
    """What the state that it was about put out; of one inside a fan-out, the last time."""
    name = find(asked.definition, str(asked.state), where="state").name
    return next((step.output for step in reversed(steps.steps) if step.name == name and step.has_output), output)


def _without_stop(steps: Steps) -> Steps:
    """The state that a part ends in is none of the workflow's."""
    kept = tuple(replace(step, next=None) if step.next == STOP else step for step in steps.steps if step.name != STOP)
    ids = {step.id for step in kept}
    return replace(steps, steps=kept, edges=tuple(edge for edge in steps.edges if ids.issuperset(edge)))


def _mocks(asked: Asked) -> dict[str, Stub]:
    found: dict[str, Stub] = {}
    for path, stub in asked.mocks.items():
        place = find(asked.definition, path, where=f"mocks/{path}")
        if place.state.get("Type") not in ("Task", "Map"):
            raise InvalidDocument(
                f"the state {path!r} is a {place.state.get('Type')}: only what is called can be mocked",
                where=f"mocks/{path}", advice="Pin its output instead.",
            )
        found[place.name] = stub
    return found


def _pinned(plan: Plan, asked: Asked) -> Plan:
    """The plan with a constant in place of each pinned state."""
    machines: dict[str, Machine] = dict(plan.machines)
    for path, value in asked.pins.items():
        place = find(asked.definition, path, where=f"pins/{path}")
        if place.state.get("Type") not in _PINNABLE:
            raise InvalidDocument(
                f"the state {path!r} is a {place.state.get('Type')}: its output cannot be pinned",
                where=f"pins/{path}", advice=f"Pin one of the types {', '.join(_PINNABLE)}.",
            )
        for pointer, machine in machines.items():
            if place.name in machine.states:
                constant = _constant(place.name, value, machine.states[place.name].next)
                machines[pointer] = replace(machine, states={**machine.states, place.name: constant})
    return replace(plan, machines=machines)


def _constant(name: str, value: Json, following: str | None) -> Pass:
    state = {"Type": "Pass", "Result": value, "End": True}
    plan = compile_definition({"StartAt": name, "States": {name: state}})
    made = plan.state("", name)
    if not isinstance(made, Pass):
        raise TypeError(f"a Pass state was compiled to {type(made).__name__}")
    return replace(made, next=following)


def steps_values(step: Step) -> dict[str, Json]:
    """A step's values by name."""
    return {
        "input": step.input, "output": step.output, "arguments": step.arguments, "result": step.result,
        "assigned": dict(step.assigned), "variables": dict(step.variables),
    }
