"""What expressions of the reference interpreter give: plain paths, ResultPath, comparisons, error names, JSONata.

As reference_interpreter, it shares no code with the engine.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import jlens

Json = Any

CAUSE = "An error occurred while executing the state"
"""How AWS's causes of failed evaluations begin. The rest, with event numbers, is not this interpreter's business."""


class Unsupported(Exception):
    """This interpreter is too plain for the definition: nothing can be compared."""


class Failed(Exception):
    """A state reports an error, at a moment."""

    def __init__(self, error: str | None, cause: str | None, at: float = 0.0) -> None:
        super().__init__(error, cause)
        self.error = error
        self.cause = cause
        self.at = at


class Undefined(Exception):
    """A path that leads nowhere."""


@dataclass
class Place:
    """What expressions of one state see."""

    input: Json
    variables: dict[str, Json]
    context: dict[str, Json]
    result: Json = None
    has: frozenset[str] = field(default_factory=frozenset)

    def states(self) -> dict[str, Json]:
        known = {"input": self.input, "context": self.context}
        return known | dict.fromkeys(self.has, self.result)


_STEP = re.compile(r"\.(\w+)|\[(\d+)\]")
_OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "Equals": lambda a, b: a == b, "LessThan": lambda a, b: a < b, "GreaterThan": lambda a, b: a > b,
    "LessThanEquals": lambda a, b: a <= b, "GreaterThanEquals": lambda a, b: a >= b,
}


def look_up(path: str, place: Place) -> Json:
    """A plain path: names and indexes below ``$``, ``$$`` or ``$variable``."""
    root = re.match(r"\$\$|\$\w*", path)
    if root is None:
        raise Unsupported(path)
    if root[0] == "$$":
        node: Json = place.context
    elif root[0] == "$":
        node = place.input
    elif root[0][1:] in place.variables:
        node = place.variables[root[0][1:]]
    else:
        raise Undefined
    at = root.end()
    while at < len(path):
        step = _STEP.match(path, at)
        if step is None:
            raise Unsupported(path)
        at = step.end()
        if step[1] is not None and isinstance(node, dict) and step[1] in node:
            node = node[step[1]]
        elif step[2] is not None and isinstance(node, list) and int(step[2]) < len(node):
            node = node[int(step[2])]
        else:
            raise Undefined
    return node


def put_at(document: Json, path: str | None, value: Json) -> Json:
    """ResultPath: names only; missing objects on the way are made."""
    if path is None:
        return document
    steps = path.split(".")[1:]

    def put(node: Json, left: list[str]) -> Json:
        if not left:
            return value
        if not isinstance(node, dict):
            raise Failed("States.ResultPathMatchFailure", CAUSE)
        return {**node, left[0]: put(node.get(left[0], {}), left[1:])}

    return put(document, steps)


def takes(names: list[str], error: str | None) -> bool:
    """Whether ErrorEquals takes the error ("Error names", and AWS's "Handling errors")."""
    if error == "States.Runtime":
        return False
    if error in names or (error == "States.HeartbeatTimeout" and "States.Timeout" in names) or "States.ALL" in names:
        return True
    aside = ("States.Timeout", "States.HeartbeatTimeout", "States.DataLimitExceeded")
    return "States.TaskFailed" in names and error not in aside


def compare(operator: str, value: Json, operand: Json) -> bool:
    """A comparison of JSONPath Choice rules; what is of another type is simply not so."""
    match operator:
        case "IsNull":
            return (value is None) is operand
        case "IsString":
            return isinstance(value, str) is operand
        case "IsBoolean":
            return isinstance(value, bool) is operand
        case "IsNumeric":
            return is_number(value) is operand
        case "StringMatches":
            pattern = ".*".join(map(re.escape, operand.split("*")))
            return isinstance(value, str) and re.fullmatch(pattern, value, re.DOTALL) is not None
    for kind, fits in (("Numeric", is_number), ("String", lambda v: isinstance(v, str)),
                       ("Boolean", lambda v: isinstance(v, bool))):
        if operator.startswith(kind):
            return fits(value) and fits(operand) and _OPERATORS[operator.removeprefix(kind)](value, operand)
    raise Unsupported(operator)


def is_number(value: Json) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def is_integer(value: Json) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def arguments_of(text: str) -> list[str]:
    """The arguments of an intrinsic call: at commas that stand neither in quotes nor in parentheses."""
    parts, depth, quoted = [""], 0, False
    for character in text:
        quoted ^= character == "'"
        depth += 0 if quoted else (character == "(") - (character == ")")
        if character == "," and depth == 0 and not quoted:
            parts.append("")
        else:
            parts[-1] += character
    return parts


def evaluate(text: str, place: Place) -> Json:
    expression = jlens.Expression('{"v": (' + text + ")}")
    try:
        answer = expression.evaluate({}, {"states": place.states(), **place.variables})
    except jlens.JlensError:
        raise Failed("States.QueryEvaluationError", CAUSE) from None
    except ValueError as error:  # values nested more than 1000 levels deep, of which the engine makes 500 at most
        raise Unsupported(str(error)) from error
    if "v" not in answer:
        raise Failed("States.QueryEvaluationError", CAUSE)
    return answer["v"]


def iso(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
