"""What was understood of a sentence: a flow of steps, before it becomes states."""

from __future__ import annotations

from dataclasses import field
from typing import Any

from engine.records import dataclass

Json = Any

WORK = "TODO: what does"
"""How the function of a step begins whose work the catalogue has no action for."""


@dataclass(slots=True)
class Action:
    """A call of an action of the catalogue. `to_dos` are (pointer into the state, text). Its answer goes to `variable`,
    in which `content` is the path to what was asked for."""

    resource: str
    name: str
    phrase: str
    arguments: dict[str, Json] = field(default_factory=dict)
    to_dos: list[tuple[str, str]] = field(default_factory=list)
    variable: str | None = None
    content: str = ""
    retry: tuple[int, int, float] | None = None
    """(attempts, seconds, backoff)."""
    catch: list[Step] | None = None
    limit: tuple[int, list[Step]] | None = None
    """Seconds, and what happens when they are over."""
    waits: bool = False
    approved: list[Step] = field(default_factory=list)
    rejected: list[Step] | None = None
    wants_choice: bool = False
    """An answer was spoken of: approved and rejected are told apart."""
    gates: bool = False
    """What is done where it was approved is all that follows."""


@dataclass(slots=True)
class Condition:
    """A JSONata condition without its delimiters. `subject` is the path it speaks of, for "it" later on."""

    text: str
    phrase: str
    to_dos: list[str] = field(default_factory=list)
    subject: str = ""


@dataclass(slots=True)
class If:
    """A Choice."""

    condition: Condition
    then: list[Step] = field(default_factory=list)
    otherwise: list[Step] | None = None


@dataclass(slots=True)
class Wait:
    """A Wait: `seconds`, or `until` (a timestamp, or an expression in {% %})."""

    phrase: str
    seconds: int | None = None
    until: str | None = None
    to_do: str | None = None


@dataclass(slots=True)
class ForEach:
    """A Map over `items` (JSONata)."""

    items: str
    phrase: str
    body: list[Step] = field(default_factory=list)
    concurrency: int | None = None
    batch: int | None = None
    whole: bool = False
    """Whether what is done takes a batch as it is, and not item by item."""
    to_do: str | None = None


@dataclass(slots=True)
class Together:
    """A Parallel."""

    branches: list[list[Step]] = field(default_factory=list)


@dataclass(slots=True)
class End:
    """The end of this path: `failed` with a Fail state, else a Succeed."""

    phrase: str
    failed: bool = False


@dataclass(slots=True)
class Placeholder:
    """What was not understood. Where it is spoken of as something that can fail, it is a Task whose action is open."""

    phrase: str
    reason: str
    retry: tuple[int, int, float] | None = None
    catch: list[Step] | None = None


@dataclass(slots=True)
class Again:
    """Steps that are done until `until` holds, or while `stay` does; at most `times`, `seconds` apart."""

    phrase: str
    body: list[Step]
    until: Condition | None = None
    stay: Condition | None = None
    times: int | None = None
    seconds: int | None = None
    exhausted: list[Step] | None = None
    """What is done where `times` are over."""
    between: list[Step] = field(default_factory=list)
    """What is done before each further round alone."""


Step = Action | If | Wait | ForEach | Together | End | Placeholder | Again


@dataclass(slots=True)
class Reading:
    """A whole sentence. `triggers` are a workflow document's, `to_dos` what a person has to do for them."""

    steps: list[Step] = field(default_factory=list)
    triggers: list[dict[str, Json]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    to_dos: list[str] = field(default_factory=list)


def gated(steps: list[Step]) -> list[Step]:
    """What follows a question happens only when it was approved, unless it deals with the answer itself."""
    for index, step in enumerate(steps):
        if isinstance(step, Action) and step.waits and not step.approved:
            rest = steps[index + 1:]
            if step.rejected is not None and not step.wants_choice:
                break
            step.approved, step.gates = gated(rest), bool(rest)
            step.wants_choice = step.wants_choice or bool(rest)
            return steps[:index + 1]
    return steps


def merge(steps: list[Step], start: int) -> None:
    """Let the steps from `start` on run together."""
    group = steps[start:]
    if len(group) > 1:
        steps[start:] = [Together([[step] for step in group])]


def innermost(step: Step) -> Step:
    """The last `if` of a chain of otherwise-ifs."""
    while isinstance(step, If) and step.otherwise and isinstance(step.otherwise[-1], If):
        step = step.otherwise[-1]
    return step


def contains(steps: list[Step], wanted: Step) -> bool:
    """Whether `wanted` itself is among the steps."""
    return any(step is wanted for step in steps)
