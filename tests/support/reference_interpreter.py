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
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tests.support.reference_values import (
    CAUSE,
    Failed,
    Place,
    Undefined,
    Unsupported,
    arguments_of,
    compare,
    evaluate,
    is_integer,
    iso,
    look_up,
    put_at,
    takes,
)

Json = Any
Answer = Callable[[str, int, Json], dict[str, Json]]
"""(state name, attempt, arguments) to ``{"output": …}`` or ``{"error": …, "cause": …}``."""

START = 1_700_000_000.0
MOST_OPEN = 40


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
            "State": {"Name": self.name, "EnteredTime": iso(self.since).replace(".000Z", "Z")},
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
            if takes(retrier["ErrorEquals"], error):
                if uses[index] >= retrier.get("MaxAttempts", 3):
                    return None
                delay = retrier.get("IntervalSeconds", 1) * retrier.get("BackoffRate", 2.0) ** uses[index]
                uses[index] += 1
                return float(min(delay, retrier.get("MaxDelaySeconds", delay)))
        return None

    def catch(self, given: Json, failed: Failed) -> tuple[float, Json, str | None]:
        for catcher in self.state.get("Catch", []):
            if not takes(catcher["ErrorEquals"], failed.error):
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
            output = put_at(given, catcher.get("ResultPath", "$"), told)
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
        combined = put_at(given, self.state.get("ResultPath", "$"), result)
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
            item = {"Index": index, "Value": value, "Source": "STATE_DATA"}

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
            raise Failed("States.QueryEvaluationError" if self.jsonata else "States.Runtime", CAUSE, at)
        raise Failed(told[0], told[1], at)

    def on_wait(self, given: Json, at: float) -> tuple[float, Json, str | None]:
        place = self.place(given)
        state = self.state
        if not self.jsonata:
            place.input = self.input_path(place)
        if "Seconds" in state or "SecondsPath" in state:
            value = self.path(state["SecondsPath"], place) if "SecondsPath" in state else (
                self.template(state["Seconds"], place) if self.jsonata else state["Seconds"])
            if isinstance(value, bool) or not isinstance(value, int | float) or value < 0 or value != int(value):
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
        return compare(operator, self.path(rule["Variable"], place), operand)

    def present(self, path: str, place: Place) -> bool:
        try:
            look_up(path, place)
        except Undefined:
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
            return look_up(path, place)
        except Undefined:
            raise Failed("States.Runtime", CAUSE) from None

    def template(self, value: Json, place: Place) -> Json:
        if isinstance(value, list):
            return [self.template(part, place) for part in value]
        if isinstance(value, str):
            if self.jsonata and value.startswith("{%"):
                return evaluate(value[2:-2], place)
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
        values = [self.argument(part.strip(), place) for part in arguments_of(call[2]) if part.strip()]
        match call[1], values:
            case "Array", _:
                return values
            case "MathAdd", [a, b] if is_integer(a) and is_integer(b):
                return a + b
            case "ArrayLength", [list(array)]:
                return len(array)
            case "Format", [str(form), *shown] if form.count("{}") == len(shown):
                if not all(isinstance(each, str) or is_integer(each) for each in shown):
                    raise Unsupported("how Java prints a value")
                return re.sub(r"\{\}", lambda _hole: str(shown.pop(0)), form)
            case "MathAdd", [a, b] if any(isinstance(each, float) for each in (a, b)):
                raise Unsupported("rounding")
        raise Failed("States.Runtime", CAUSE)

    def argument(self, text: str, place: Place) -> Json:
        if text.startswith("'"):
            return text[1:-1]
        return self.intrinsic(text, place) if text.startswith(("$", "States.")) else json.loads(text)
