"""A second interpreter of the Amazon States Language: plain, recursive, slow, and written for the tests alone.

It shares no code with the engine: it reads a definition as the JSON it is, state by state, from the text of the ASL
specification (and, where that is silent, from what AWS answered in recorded cases). Paths are plain ones and looked up
here; a few intrinsics are computed here; JSONata is asked of `jlens` with ordinary bindings.

Time is a number that a Wait or a Retrier's interval makes larger. Nothing runs at the same time: each branch and
iteration is run to its end by itself, with the time at which it ends, and then the earliest failure wins. Several
that fail at the same moment may win each; so may a time-out that comes at the moment of the end. `endings` therefore
gives every ending that the specification allows. That is right as long as a Task's answer depends on nothing but the
state, the attempt and the arguments.

    machine ─► state ─► perform (Task, Parallel, Map) ─► leave ─► next state …        an error is a Failed, thrown
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import jlens

Json = Any
Answer = Callable[[str, int, Json], dict[str, Json]]
"""(state name, attempt, arguments) to ``{"output": …}`` or ``{"error": …, "cause": …}``."""

START = 1_700_000_000.0
MOST_OPEN = 40
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


class _Undefined(Exception):
    """A path that leads nowhere."""


@dataclass(frozen=True)
class Ending:
    """One way in which an execution may end. `entered` lists, for each machine by its JSON pointer, the states entered.

    `cut` holds the machines that may have been stopped before their end: of those `entered` says nothing certain.
    """

    status: str
    output: Json
    error: str | None
    cause: str | None
    at: float
    entered: dict[str, list[str]]
    cut: frozenset[str]


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


def endings(definition: Json, given: Json, answer: Answer, *, most: int = 64) -> list[Ending]:
    """Every ending allowed, at most `most` of them. Raises Unsupported, at once where more are in sight."""
    found: list[Ending] = []
    waiting: list[list[int]] = [[]]
    while waiting:
        run = _Run(definition, given, answer, waiting.pop())
        found += run.endings()
        left = range(len(run.decided), len(run.taken))
        if len(found) + len(waiting) + sum(run.taken[position] - 1 for position in left) > most:
            raise Unsupported("too many endings are allowed")
        for position in left:
            before = [*run.decided, *([0] * (position - len(run.decided)))]
            waiting += [[*before, other] for other in range(1, run.taken[position])]
    return found


class _Run:
    """One run. `decided` says which of several candidates is taken, decision by decision; after those, the first."""

    def __init__(self, definition: Json, given: Json, answer: Answer, decided: list[int]) -> None:
        self.definition = definition
        self.given = given
        self.answer = answer
        self.decided = decided
        self.taken: list[int] = []
        self.entered: dict[str, list[str]] = defaultdict(list)
        self.cut: set[str] = set()
        self.steps = 2_000

    def endings(self) -> list[Ending]:
        try:
            at, output = self.machine("", self.definition, self.given, {}, START, None)
            made = self.ending("SUCCEEDED", at, output=output)
        except Failed as failed:
            made = self.ending("FAILED", failed.at, error=failed.error, cause=failed.cause)
        limit = self.definition.get("TimeoutSeconds")
        if limit is None or made.at < START + limit:
            return [made]
        self.cut |= set(self.entered)
        late = self.ending("TIMED_OUT", START + limit)
        return [late] if made.at > START + limit else [made, late]

    def ending(self, status: str, at: float, *, output: Json = None, error: str | None = None,
               cause: str | None = None) -> Ending:
        return Ending(status, output, error, cause, at, dict(self.entered), frozenset(self.cut))

    def choose(self, candidates: list[Any]) -> Any:
        """One of those that are equally right."""
        if len(candidates) == 1:
            return candidates[0]
        position = len(self.taken)
        self.taken.append(len(candidates))
        return candidates[self.decided[position] if position < len(self.decided) else 0]

    # ---------------------------------------------------------------- machines and states

    def machine(self, pointer: str, machine: Json, given: Json, outer: dict[str, Json], at: float,
                item: Json) -> tuple[float, Json]:
        """(when it ends, its output)"""
        own: dict[str, Json] = {}
        name = machine["StartAt"]
        while name is not None:
            self.steps -= 1
            if self.steps < 0:
                raise Unsupported("it takes too long")
            self.entered[pointer].append(name)
            state = machine["States"][name]
            language = state.get("QueryLanguage", self.definition.get("QueryLanguage", "JSONPath"))
            visit = _Visit(self, f"{pointer}/States/{name}", name, state, language == "JSONata")
            at, given, name = visit.run(given, {**outer, **own}, own, at, item)
        return at, given

    def together(self, parts: list[tuple[str, Callable[[float], tuple[float, Json]]]], at: float,
                 most: int) -> tuple[float, list[Json]]:
        """Run `parts` (machine pointer, run), at most `most` at a time, each from when there is room for it."""
        free = [at] * most
        outputs: list[Json] = []
        ends = [at]
        failures: list[Failed] = []
        for _pointer, run in parts:
            start = min(free, default=float("inf"))
            if failures and start > min(failed.at for failed in failures):
                break
            if start == float("inf"):
                break
            free.remove(start)
            try:
                end, output = run(start)
                outputs.append(output)
                ends.append(end)
                free.append(end)
            except Failed as failed:
                failures.append(failed)
        if failures:
            self.cut |= {known for known in self.entered for pointer, _ in parts if known.startswith(pointer)}
            first = min(failed.at for failed in failures)
            raise self.choose([failed for failed in failures if failed.at == first])
        return max(ends), outputs


class _Visit:
    """One visit of one state."""

    def __init__(self, run: _Run, pointer: str, name: str, state: Json, jsonata: bool) -> None:
        self.all = run
        self.pointer = pointer
        self.name = name
        self.state = state
        self.jsonata = jsonata
        self.attempt = 0

    def run(self, given: Json, variables: dict[str, Json], own: dict[str, Json], at: float,
            item: Json) -> tuple[float, Json, str | None]:
        """(when it is left, its output, the next state)"""
        self.variables, self.own, self.item, self.since = variables, own, item, at
        kind = self.state["Type"]
        act = getattr(self, f"on_{kind.lower()}")
        try:
            if kind in ("Task", "Parallel", "Map"):
                return self.fallible(act, given, at)
            return act(given, at)  # type: ignore[no-any-return]
        except Failed as failed:
            failed.at = max(failed.at, at)
            raise

    def place(self, given: Json) -> Place:
        context: dict[str, Json] = {
            "Execution": {"Input": self.all.given, "Name": "simulation"},
            "State": {"Name": self.name, "EnteredTime": _iso(self.since)},
        }
        if self.state["Type"] in ("Task", "Parallel", "Map"):
            context["State"]["RetryCount"] = self.attempt
        if self.item is not None:
            context["Map"] = {"Item": self.item}
        return Place(given, self.variables, context)

    def fallible(self, act: Callable[[Json, float], tuple[float, Json]], given: Json,
                 at: float) -> tuple[float, Json, str | None]:
        """Task, Parallel and Map: Retry, then Catch ("Errors" in the specification)."""
        uses = [0] * len(self.state.get("Retry", []))
        while True:
            try:
                at, result = act(given, at)
                output = self.leave(given, result)
                return at, output, self.state.get("Next")
            except Failed as failed:
                failed.at = at = max(failed.at, at)
                if failed.error == "States.Runtime":
                    raise  # neither retried nor caught, whatever a list says
                delay = self.retry_after(failed.error, uses)
                if delay is None:
                    return self.catch(given, failed)
                at += delay
                self.attempt += 1

    def retry_after(self, error: str | None, uses: list[int]) -> float | None:
        for index, retrier in enumerate(self.state.get("Retry", [])):
            if _takes(retrier["ErrorEquals"], error):
                if uses[index] >= retrier.get("MaxAttempts", 3):
                    return None
                delay = retrier.get("IntervalSeconds", 1) * retrier.get("BackoffRate", 2.0) ** uses[index]
                uses[index] += 1
                return float(min(delay, retrier.get("MaxDelaySeconds", delay)))
        return None

    def catch(self, given: Json, failed: Failed) -> tuple[float, Json, str | None]:
        for catcher in self.state.get("Catch", []):
            if not _takes(catcher["ErrorEquals"], failed.error):
                continue
            told = {"Error": failed.error, "Cause": failed.cause}
            try:
                return failed.at, self.caught(given, catcher, told), catcher["Next"]
            except Failed as worse:
                worse.at = failed.at
                raise
        raise failed

    def caught(self, given: Json, catcher: Json, told: Json) -> Json:
        place = self.place(given if self.jsonata else told)
        if self.jsonata:
            place.result, place.has = told, frozenset({"errorOutput"})
        assigned = self.template(catcher.get("Assign", {}), place)
        if self.jsonata:
            output = self.template(catcher["Output"], place) if "Output" in catcher else told
        else:
            output = _put(given, catcher.get("ResultPath", "$"), told)
        self.own.update(assigned)
        return output

    # ---------------------------------------------------------------- data flow

    def arguments(self, given: Json) -> Json:
        place = self.place(given)
        if self.jsonata:
            return self.template(self.state["Arguments"], place) if "Arguments" in self.state else given
        place.input = self.input_path(place)
        return self.template(self.state["Parameters"], place) if "Parameters" in self.state else place.input

    def input_path(self, place: Place) -> Json:
        return self.whole_path("InputPath", place)

    def whole_path(self, name: str, place: Place) -> Json:
        path = self.state.get(name, "$")
        return {} if path is None else self.path(path, place)

    def leave(self, given: Json, result: Json) -> Json:
        """ResultSelector, ResultPath, OutputPath and Assign, or Output and Assign, of a state with a result."""
        if self.jsonata:
            place = self.place(given)
            place.result, place.has = result, frozenset({"result"})
            output = self.template(self.state["Output"], place) if "Output" in self.state else result
            self.own.update(self.template(self.state.get("Assign", {}), place))
            return output
        seen = self.place(result)
        assigned = self.template(self.state.get("Assign", {}), seen)
        if "ResultSelector" in self.state:
            result = self.template(self.state["ResultSelector"], seen)
        combined = _put(given, self.state.get("ResultPath", "$"), result)
        output = self.whole_path("OutputPath", self.place(combined))
        self.own.update(assigned)
        return output

    def hand_on(self, given: Json, fields: Json) -> Json:
        """Output and Assign of a state without a result; `fields` is the state, or the Choice rule that held."""
        place = self.place(given)
        if self.jsonata:
            output = self.template(fields["Output"], place) if "Output" in fields else given
            self.own.update(self.template(fields.get("Assign", {}), place))
            return output
        place.input = self.input_path(place)
        assigned = self.template(fields.get("Assign", {}), place)
        output = self.whole_path("OutputPath", place)
        self.own.update(assigned)
        return output

    # ---------------------------------------------------------------- the eight states

    def on_task(self, given: Json, at: float) -> tuple[float, Json]:
        answer = self.all.answer(self.name, self.attempt, self.arguments(given))
        if "error" in answer:
            raise Failed(answer["error"], answer.get("cause"), at)
        return at, answer["output"]

    def on_parallel(self, given: Json, at: float) -> tuple[float, Json]:
        arguments = self.arguments(given)

        def one(pointer: str, branch: Json) -> tuple[str, Callable[[float], tuple[float, Json]]]:
            return pointer, lambda start: self.all.machine(
                pointer, branch, arguments, self.variables, start, self.item)

        branches = self.state["Branches"]
        parts = [one(f"{self.pointer}/Branches/{index}", branch) for index, branch in enumerate(branches)]
        return self.all.together(parts, at, len(branches))

    def on_map(self, given: Json, at: float) -> tuple[float, Json]:
        place = self.place(given)
        if not self.jsonata:
            place.input = self.input_path(place)
            items = self.path(self.state.get("ItemsPath", "$"), place)
        else:
            items = self.template(self.state["Items"], place) if "Items" in self.state else given
        if not isinstance(items, list):
            raise Failed("States.QueryEvaluationError" if self.jsonata else "States.Runtime", CAUSE, at)
        if len(items) > MOST_OPEN:
            raise Unsupported("so many iterations")
        pointer = f"{self.pointer}/ItemProcessor"

        def one(index: int, value: Json) -> tuple[str, Callable[[float], tuple[float, Json]]]:
            item = {"Index": index, "Value": value}

            def run(start: float) -> tuple[float, Json]:
                shaped = value
                if "ItemSelector" in self.state:
                    seen = self.place(place.input)
                    seen.context["Map"] = {"Item": item}
                    try:
                        shaped = self.template(self.state["ItemSelector"], seen)
                    except Failed as failed:
                        failed.at = start
                        raise
                return self.all.machine(pointer, self.state["ItemProcessor"], shaped, self.variables, start, item)

            return pointer, run

        parts = [one(index, value) for index, value in enumerate(items)]
        return self.all.together(parts, at, self.state.get("MaxConcurrency", 0) or MOST_OPEN)

    def on_succeed(self, given: Json, at: float) -> tuple[float, Json, str | None]:
        return at, self.hand_on(given, self.state), None

    def on_fail(self, given: Json, at: float) -> tuple[float, Json, str | None]:
        place = self.place(given)
        told = [self.template(self.state.get(name), place) if self.jsonata else
                self.path(self.state[f"{name}Path"], place) if f"{name}Path" in self.state else self.state.get(name)
                for name in ("Error", "Cause")]
        if any(text is not None and not isinstance(text, str) for text in told):
            raise Unsupported("an error that is no text")
        raise Failed(told[0], told[1], at)

    def on_wait(self, given: Json, at: float) -> tuple[float, Json, str | None]:
        place = self.place(given)
        state = self.state
        if not self.jsonata:
            place.input = self.input_path(place)
        if "Seconds" in state or "SecondsPath" in state:
            value = self.path(state["SecondsPath"], place) if "SecondsPath" in state else (
                self.template(state["Seconds"], place) if self.jsonata else state["Seconds"])
            if isinstance(value, bool) or not isinstance(value, int | float) or (value < 0 and not self.jsonata):
                raise Failed("States.QueryEvaluationError" if self.jsonata else "States.Runtime", CAUSE, at)
            due = at + value
        else:
            due = datetime.fromisoformat(state["Timestamp"]).timestamp()
        due = max(at, due)
        try:
            return due, self.hand_on(given, state), state.get("Next")
        except Failed as failed:
            failed.at = due
            raise

    def on_choice(self, given: Json, at: float) -> tuple[float, Json, str | None]:
        place = self.place(given)
        if not self.jsonata:
            place.input = self.input_path(place)
        for rule in self.state["Choices"]:
            if self.condition(rule["Condition"], place) if self.jsonata else self.holds(rule, place):
                return at, self.hand_on(given, rule), rule["Next"]
        if "Default" not in self.state:
            raise Failed("States.NoChoiceMatched", CAUSE, at)
        return at, self.hand_on(given, self.state), self.state["Default"]

    def condition(self, text: Json, place: Place) -> bool:
        value = self.template(text, place)
        if not isinstance(value, bool):
            raise Failed("States.QueryEvaluationError", CAUSE)
        return value

    def holds(self, rule: Json, place: Place) -> bool:
        """A Choice rule in JSONPath ("Choice State" in the specification)."""
        if "And" in rule:
            return all(self.holds(part, place) for part in rule["And"])
        if "Or" in rule:
            return any(self.holds(part, place) for part in rule["Or"])
        if "Not" in rule:
            return not self.holds(rule["Not"], place)
        operator = next(name for name in rule if name not in ("Variable", "Next", "Assign", "Comment"))
        operand = rule[operator]
        if operator == "IsPresent":
            return self.present(rule["Variable"], place) is operand
        if operator.endswith("Path"):
            operator, operand = operator[:-4], self.path(operand, place)
        return _test(operator, self.path(rule["Variable"], place), operand)

    def present(self, path: str, place: Place) -> bool:
        try:
            _look_up(path, place)
        except _Undefined:
            return False
        return True

    def on_pass(self, given: Json, at: float) -> tuple[float, Json, str | None]:
        if self.jsonata:
            return at, self.hand_on(given, self.state), self.state.get("Next")
        result = self.arguments(given)
        if "Result" in self.state:
            result = self.state["Result"]
        return at, self.leave(given, result), self.state.get("Next")

    # ---------------------------------------------------------------- expressions

    def path(self, path: str, place: Place) -> Json:
        try:
            return _look_up(path, place)
        except _Undefined:
            raise Failed("States.Runtime", CAUSE) from None

    def template(self, value: Json, place: Place) -> Json:
        if isinstance(value, list):
            return [self.template(part, place) for part in value]
        if isinstance(value, str):
            if self.jsonata and value.startswith("{%"):
                return _jsonata(value[2:-2], place)
            return value
        if not isinstance(value, dict):
            return value
        made = {}
        for key, part in value.items():
            if not self.jsonata and key.endswith(".$"):
                made[key[:-2]] = self.intrinsic(part, place)
            else:
                made[key] = self.template(part, place)
        return made

    def intrinsic(self, text: str, place: Place) -> Json:
        """A path, or a call of one of the intrinsics that the tests use."""
        call = re.fullmatch(r"States\.(\w+)\((.*)\)", text)
        if call is None:
            return self.path(text, place)
        values = [self.argument(part.strip(), place) for part in _split(call[2]) if part.strip()]
        match call[1], values:
            case "Array", _:
                return values
            case "MathAdd", [a, b] if _is_integer(a) and _is_integer(b):
                return a + b
            case "ArrayLength", [list(array)]:
                return len(array)
            case "Format", [str(form), *shown] if form.count("{}") == len(shown):
                if not all(isinstance(each, str) or _is_integer(each) for each in shown):
                    raise Unsupported("how Java prints a value")
                return re.sub(r"\{\}", lambda _hole: str(shown.pop(0)), form)
            case "MathAdd", [a, b] if any(isinstance(each, float) for each in (a, b)):
                raise Unsupported("rounding")
        raise Failed("States.Runtime", CAUSE)

    def argument(self, text: str, place: Place) -> Json:
        if text.startswith("'"):
            return text[1:-1]
        return self.intrinsic(text, place) if text.startswith(("$", "States.")) else json.loads(text)



# ---------------------------------------------------------------- values

_STEP = re.compile(r"\.(\w+)|\[(\d+)\]")
_OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "Equals": lambda a, b: a == b, "LessThan": lambda a, b: a < b, "GreaterThan": lambda a, b: a > b,
    "LessThanEquals": lambda a, b: a <= b, "GreaterThanEquals": lambda a, b: a >= b,
}


def _look_up(path: str, place: Place) -> Json:
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
        raise _Undefined
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
            raise _Undefined
    return node


def _put(document: Json, path: str | None, value: Json) -> Json:
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


def _takes(names: list[str], error: str | None) -> bool:
    """Whether ErrorEquals takes the error ("Error names", and AWS's "Handling errors")."""
    if error == "States.Runtime":
        return False
    if error in names or (error == "States.HeartbeatTimeout" and "States.Timeout" in names) or "States.ALL" in names:
        return True
    aside = ("States.Timeout", "States.HeartbeatTimeout", "States.DataLimitExceeded")
    return "States.TaskFailed" in names and error not in aside


def _test(operator: str, value: Json, operand: Json) -> bool:
    """A comparison of JSONPath Choice rules; what is of another type is simply not so."""
    match operator:
        case "IsNull":
            return (value is None) is operand
        case "IsString":
            return isinstance(value, str) is operand
        case "IsBoolean":
            return isinstance(value, bool) is operand
        case "IsNumeric":
            return _is_number(value) is operand
        case "StringMatches":
            pattern = ".*".join(map(re.escape, operand.split("*")))
            return isinstance(value, str) and re.fullmatch(pattern, value, re.DOTALL) is not None
    for kind, fits in (("Numeric", _is_number), ("String", lambda v: isinstance(v, str)),
                       ("Boolean", lambda v: isinstance(v, bool))):
        if operator.startswith(kind):
            return fits(value) and fits(operand) and _OPERATORS[operator.removeprefix(kind)](value, operand)
    raise Unsupported(operator)


def _is_number(value: Json) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_integer(value: Json) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _split(text: str) -> list[str]:
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


def _jsonata(text: str, place: Place) -> Json:
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


def _iso(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
