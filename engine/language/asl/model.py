"""The compiled definition: a Plan of frozen states, made once per version by engine.language.asl.compile.

    Plan ── machines by JSON pointer ("" is the definition itself)
      └── Machine ── states by name
            └── Pass · Task · Choice · Wait · Succeed · Fail · Parallel · Map      (eight classes, one each)

Every expression is a closure already: a field of the type `Evaluate` takes a Scope and gives a JSON value, or raises
engine.errors.StateFailure. A field that a definition leaves out is None, so the runtime skips it without a call.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import field
from enum import StrEnum
from typing import Any, ClassVar

from engine.language.expr.scope import Scope
from engine.records import dataclass

Json = Any
Evaluate = Callable[[Scope], Json]
Place = Callable[[Json, Json], Json]
"""ResultPath: (raw input, result) to their combination; the input is not changed."""


class Pattern(StrEnum):
    """How a Task's resource is integrated: what ends the task."""

    REQUEST_RESPONSE = "request-response"
    SYNC = ".sync"
    CALLBACK = ".waitForTaskToken"
    ACTIVITY = "activity"


@dataclass(frozen=True, slots=True)
class Resource:
    """A Task's Resource. `text` is as written.

    `service` and `action` are AWS's ``resourceType`` and ``resource`` of history events (``lambda`` and ``invoke``,
    ``connector:http`` and ``request``, ``states`` and ``startExecution.sync:2``). `function` marks a plain Lambda
    function's ARN, which AWS gives events of their own.
    """

    text: str
    pattern: Pattern
    service: str
    action: str
    function: bool = False


@dataclass(frozen=True, slots=True)
class Retrier:
    """One entry of Retry. `max_delay` is None without MaxDelaySeconds; all times are seconds."""

    errors: tuple[str, ...]
    interval: float = 1.0
    max_attempts: int = 3
    rate: float = 2.0
    max_delay: float | None = None
    jitter: bool = False


@dataclass(frozen=True, slots=True)
class Catcher:
    """One entry of Catch; `place` is its ResultPath (None replaces the input), `output` and `assign` its templates."""

    errors: tuple[str, ...]
    next: str
    place: Place | None = None
    output: Evaluate | None = None
    assign: Evaluate | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """What all states have. `next` is None where the state ends its machine.

    JSONPath states use `input_path`, `parameters`, `result_selector`, `place` (ResultPath) and `output_path`; JSONata
    ones `arguments` (kept in `parameters`) and `output`. `fixed`: the `parameters` hold no expression. `entered` and
    `exited` are the types of its history events.
    """

    TYPE: ClassVar[str] = ""

    name: str
    pointer: str
    jsonata: bool = False
    next: str | None = None
    input_path: Evaluate | None = None
    parameters: Evaluate | None = None
    fixed: bool = False
    result_selector: Evaluate | None = None
    place: Place | None = None
    output_path: Evaluate | None = None
    output: Evaluate | None = None
    assign: Evaluate | None = None
    entered: str = field(init=False)
    exited: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "entered", f"{self.TYPE}StateEntered")
        object.__setattr__(self, "exited", f"{self.TYPE}StateExited")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fallible(State):
    """What Task, Parallel and Map have besides."""

    retry: tuple[Retrier, ...] = ()
    catch: tuple[Catcher, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Pass(State):
    """Hands its input on, or `result` (a constant) where `has_result`."""

    TYPE: ClassVar[str] = "Pass"

    has_result: bool = False
    result: Json = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Task(Fallible):
    """Calls a resource.

    `secret_refs` are the SecretRefs that stand literally in Parameters or Arguments: pairs of a JSON pointer into the
    arguments and the secret's KEY. `timeout` and `heartbeat` give seconds; `credentials` gives the role to assume.
    """

    TYPE: ClassVar[str] = "Task"

    resource: Resource
    secret_refs: tuple[tuple[str, str], ...] = ()
    timeout: Evaluate | None = None
    heartbeat: Evaluate | None = None
    credentials: Evaluate | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """One Choice rule at the top level: when `holds`, go to `next`."""

    holds: Callable[[Scope], bool]
    next: str
    output: Evaluate | None = None
    assign: Evaluate | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice(State):
    """Goes to the first rule that holds, else to `default` (None: States.NoChoiceMatched)."""

    TYPE: ClassVar[str] = "Choice"

    rules: tuple[Rule, ...] = ()
    default: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait(State):
    """Waits. One of the two is set: `seconds` gives a number, `until` epoch seconds."""

    TYPE: ClassVar[str] = "Wait"

    seconds: Evaluate | None = None
    until: Evaluate | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Succeed(State):
    """Ends its machine with its output."""

    TYPE: ClassVar[str] = "Succeed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fail(State):
    """Ends its machine with an error; `error` and `cause` are None where the definition names none."""

    TYPE: ClassVar[str] = "Fail"

    error: Evaluate | None = None
    cause: Evaluate | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Parallel(Fallible):
    """Runs its `branches` (machine pointers) on the same input; their outputs make a list."""

    TYPE: ClassVar[str] = "Parallel"

    branches: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Batcher:
    """A distributed Map's ItemBatcher; either limit may be None."""

    max_items: Evaluate | None = None
    max_bytes: Evaluate | None = None
    batch_input: Evaluate | None = None


@dataclass(frozen=True, slots=True)
class Reader:
    """A distributed Map's ItemReader: `resource` is called with `arguments`; `config` is its ReaderConfig."""

    resource: str
    arguments: Evaluate | None
    config: Mapping[str, Json]
    max_items: Evaluate | None = None


@dataclass(frozen=True, slots=True)
class Distributed:
    """What a distributed Map has besides. A tolerance is None where the definition names none.

    `writer` gives the arguments of its ResultWriter, where results are exported, and `writer_resource` what is called
    with them; `writer_config` is its WriterConfig.
    """

    kind: str = "STANDARD"
    label: str | None = None
    reader: Reader | None = None
    batcher: Batcher | None = None
    tolerated_count: Evaluate | None = None
    tolerated_percentage: Evaluate | None = None
    writer: Evaluate | None = None
    writer_resource: str = ""
    writer_config: Mapping[str, Json] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Map(Fallible):
    """Runs `processor` (a machine pointer) for each item; the outputs make a list.

    `items` gives the items (`items_path` is ItemsPath as written, or Items; None: the input itself), `selector` each
    iteration's input, `max_concurrency` a number (0 and None: no limit of the definition's). `distributed` is None for
    an inline Map.
    """

    TYPE: ClassVar[str] = "Map"

    processor: str
    items: Evaluate | None = None
    items_path: str = "$"
    selector: Evaluate | None = None
    max_concurrency: Evaluate | None = None
    distributed: Distributed | None = None


@dataclass(frozen=True, slots=True)
class Machine:
    """A state machine: the definition, a branch or an item processor. `states` compiles each state at its first use."""

    pointer: str
    start_at: str
    states: Mapping[str, State]


@dataclass(frozen=True, slots=True)
class Plan:
    """A definition, compiled. `machines` are found by JSON pointer; `timeout_seconds` is the execution's, or None.
    `pins` are what its published version keeps of the connectors that it names, by resource."""

    machines: Mapping[str, Machine]
    timeout_seconds: float | None = None
    comment: str | None = None
    digest: str = field(default="", compare=False)
    pins: Mapping[str, Any] = field(default_factory=dict, compare=False, repr=False)

    def state(self, machine: str, name: str) -> State:
        """The state `name` of the machine at the pointer `machine`."""
        return self.machines[machine].states[name]
