"""Random valid definitions, with an input and the answers of their Tasks.

A machine is a row of states: each leads to the next, a Choice and a Catch lead to a later one too, and a loop counts a
variable up to its bound. So every state can be reached and every execution ends. Data mostly keep one shape
(`document`), so that executions get far; a part of the expressions is risky and leads nowhere, or to a value of the
wrong type. States have names of their own throughout, variables one scope each.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from engine.ports.tasks import ConnectorPin, TaskCall, TaskFailed, TaskOutcome, TaskPolicy, TaskSucceeded

Json = Any
Draw = Callable[[st.SearchStrategy[Any]], Any]

ERRORS = ["Odd", "Even", "States.Timeout", "States.TaskFailed", "States.HeartbeatTimeout", "States.Permissions"]
LISTED = [*ERRORS, "States.ALL", "States.NoChoiceMatched", "States.QueryEvaluationError", "States.Runtime",
          "States.ResultPathMatchFailure", "States.IntrinsicFailure"]
RESOURCES = ["connector:erp:order", "arn:aws:lambda:us-east-1:123456789012:function:f",
             "connector:mail:send"]

scalars = st.none() | st.booleans() | st.integers(-3, 9) | st.sampled_from(["", "x", "y z", "é"])
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("nsab"), inner, max_size=3),
    max_leaves=5,
)


@st.composite
def documents(draw: Draw) -> Json:
    """The shape that most states keep: a number, a text, a list of items, an object."""
    return {
        "n": draw(st.integers(0, 5)), "s": draw(st.sampled_from(["x", "y z", "é"])),
        "items": draw(st.lists(st.fixed_dictionaries({"n": st.integers(0, 5)}) | scalars, max_size=3)),
        "o": {"a": draw(scalars)},
    }


@dataclass(frozen=True)
class Answers:
    """The world: what a call answers depends on the state, the attempt and the arguments alone."""

    outcomes: tuple[Json, ...]

    def answer(self, state: str, attempt: int, arguments: Json) -> Json:
        """``{"output": …}`` or ``{"error": …, "cause": …}``."""
        text = json.dumps([state, without_causes(arguments)], sort_keys=True)
        return self.outcomes[(zlib.crc32(text.encode()) + attempt) % len(self.outcomes)]

    def policy(self, resource: str, _pin: ConnectorPin | None = None) -> TaskPolicy:
        """As engine.ports.tasks.Tasks."""
        return TaskPolicy()

    def call(self, call: TaskCall) -> TaskOutcome:
        """As engine.ports.tasks.Tasks."""
        answer = self.answer(call.state, call.attempt, call.arguments)
        if "error" in answer:
            return TaskFailed(answer["error"], answer.get("cause"))
        return TaskSucceeded(answer["output"])


def without_causes(value: Json) -> Json:
    """`value` with the causes of failed evaluations cut to their beginning: they count events. The words for a Choice
    without a way out are the engine's own."""
    if isinstance(value, str):
        start = "An error occurred while executing the state"
        return start if value.startswith((start, "No choice rule matched")) else value
    if isinstance(value, list):
        return [without_causes(part) for part in value]
    if isinstance(value, dict):
        return {key: without_causes(part) for key, part in value.items()}
    return value


@dataclass(frozen=True)
class Case:
    """A definition, an input, and the world's answers."""

    definition: Json
    input: Json
    answers: Answers

    @property
    def fans_out(self) -> bool:
        """Whether anything in it may happen at the same time."""
        text = json.dumps(self.definition)
        return '"Parallel"' in text or '"Map"' in text


@st.composite
def cases(draw: Draw, *, depth: int = 2, most: int = 4, clock: bool = True, timeout: bool = True) -> Case:
    """`depth` of Parallel and Map in each other; rows of up to `most`; `clock`: whether expressions see the time."""
    language = draw(st.sampled_from(["JSONPath", "JSONata"]))
    made = _Machine(draw, language, clock).machine(depth, most)
    if language == "JSONata" or draw(st.booleans()):
        made["QueryLanguage"] = language
    if timeout and draw(st.integers(0, 9)) == 9:
        made["TimeoutSeconds"] = draw(st.integers(1, 6))
    outcome = st.fixed_dictionaries({"output": documents() | values}) | st.fixed_dictionaries(
        {"error": st.sampled_from(ERRORS), "cause": st.sampled_from(["why", ""])})
    answers = draw(st.lists(outcome, min_size=1, max_size=5))
    return Case(made, draw(documents()), Answers(tuple(answers)))


class _Machine:
    """Draws one definition. Names are numbered through, so that each is used once."""

    def __init__(self, draw: Draw, language: str, clock: bool) -> None:
        self.draw = draw
        self.language = language
        self.clock = clock
        self.number = 0
        self.scopes: list[list[str]] = []

    def chance(self, percent: int) -> bool:
        return bool(self.draw(st.integers(1, 100)) > 100 - percent)

    def one(self, *of: Any) -> Any:
        return self.draw(st.sampled_from(of))

    def fresh(self, letter: str) -> str:
        self.number += 1
        return f"{letter}{self.number}"

    def machine(self, depth: int, most: int) -> Json:
        self.scopes.append([])
        row: list[tuple[str, Json]] = []
        for _ in range(self.draw(st.integers(1, most))):
            row += self.segment(depth)
        self.scopes.pop()
        return _joined(row, self.draw)

    def segment(self, depth: int) -> list[tuple[str, Json]]:
        kinds = ["pass", "task", "choice", "exit", "wait", "loop", "pass", "task"]
        if depth:
            kinds += ["parallel", "map", "parallel", "map"]
        kind = self.one(*kinds)
        if kind == "loop":
            return self.loop(depth)
        jsonata = self.language == "JSONata" or self.chance(25)
        state = getattr(self, "pass_" if kind == "pass" else kind)(jsonata, depth)
        if jsonata and (self.language != "JSONata" or self.chance(10)):
            state["QueryLanguage"] = "JSONata"
        name = self.fresh("S")
        if kind != "exit":
            return [(name, state)]
        guard = self.choice(jsonata, depth)
        guard |= {"QueryLanguage": "JSONata"} if jsonata and self.language != "JSONata" else {}
        return [(self.fresh("S"), guard | {"_exit": True}), (name, state)]

    # ---------------------------------------------------------------- expressions

    def path(self) -> str:
        """A JSONPath that is mostly there."""
        known = [f"${name}" for scope in self.scopes for name in scope]
        context = ["$$.State.Name", "$$.Execution.Name", "$$.Execution.Input.n"]
        context += ["$$.State.EnteredTime"] if self.clock else []
        risky = ["$.o.a", "$.items[0]", "$.items[1].n", "$.nothing", "$.o.a.b", "$$.Map.Item.Index",
                 "$$.Map.Item.Value", "$$.State.RetryCount", "$.r", "$.err.Error", "$unknown"]
        if self.chance(4):
            return str(self.one(*risky))
        if known and self.chance(30):
            return self.one(*known)
        return str(self.one("$.n", "$.s", "$.items", "$.o", "$", *context))

    def query(self) -> str:
        """The value of a ``.$`` key."""
        if self.chance(70):
            return self.path()
        return str(self.one(
            "States.Format('{}-{}', $.s, $.n)", "States.MathAdd($.n, 1)", "States.ArrayLength($.items)",
            f"States.Array($.n, {self.path()})", "States.Array()", "States.MathAdd($.n, States.ArrayLength($.items))",
            "States.Format('<{}>', $$.State.Name)", *(["States.MathAdd($.s, 1)"] if self.chance(15) else []),
        ))

    def jsonata(self, *fields: str) -> str:
        """A JSONata expression for an input (or result) of the usual shape; `fields` of ``$states`` are there too."""
        known = [f"${name}" for scope in self.scopes for name in scope]
        base = "$states.input"
        good = [
            base, f"{base}.n", f"{base}.s", f"{base}.items", f"{base}.o", f"{base}.n + 1", f"{base}.s & '!'",
            f"$count({base}.items)", f"{base}.n > 2", f"{base}.n > 2 ? 'many' : 'few'", f"[{base}.n, {base}.s]",
            f"$merge([{base}.o, {{'b': {base}.n}}])", "$states.context.State.Name", "$states.context.Execution.Input.n",
            f"$append({base}.items, [{base}.n])", "1 + 2 * 3", f"$string({base}.n)",
            *(f"$states.{name}" for name in fields), *(["$states.context.State.EnteredTime"] if self.clock else []),
        ]
        risky = [f"{base}.nothing", f"{base}.items.n", f"{base}.items[0]", f"{base}.s + 1", "$unknown", "$error('no')",
                 f"{base}.o.a", "function($x){$x}", "$states.context.Map.Item.Index", "$states.context.Map.Item.Value",
                 f"{base}.items[n>2]", *(f"$states.{name}.n" for name in fields), "null", f"{base}.*"]
        text = self.one(*risky) if self.chance(4) else self.one(*(known if known and self.chance(30) else good))
        return f"{{% {text} %}}"

    def expression(self, jsonata: bool, name: str, *fields: str) -> dict[str, str]:
        return {name: self.jsonata(*fields)} if jsonata else {f"{name}.$": self.query()}

    def template(self, jsonata: bool, *fields: str) -> Json:
        """An object of the usual shape, or (a few) of any."""
        made: Json = {}
        if self.chance(80):
            root = "$states.input" if jsonata else "$"
            for name in ("n", "s", "items", "o"):
                path = f"{root}.{name}"
                made |= {name: f"{{% {path} %}}"} if jsonata else {f"{name}.$": path}
        if self.chance(50):
            made |= self.expression(jsonata, self.one("a", "b", "r"), *fields)
        if self.chance(20):
            made["c"] = {"d": [self.expression(jsonata, "e", *fields)], "f": self.draw(values)}
        return made

    # ---------------------------------------------------------------- fields

    def assign(self, jsonata: bool, *fields: str) -> dict[str, Json]:
        if not self.chance(30):
            return {}
        name = self.one(*(known for known in self.scopes[-1] if known[0] == "v"), self.fresh("v"))
        made = self.expression(jsonata, name, *fields) if self.chance(80) else {name: self.draw(values)}
        self.scopes[-1].append(name)
        return {"Assign": made}

    def flow(self, jsonata: bool, *, arguments: str | None, result: bool, paths: bool = True) -> Json:
        """The data-flow fields of a state; `arguments` is the name of what shapes its input, `result`: it has one."""
        made: Json = {}
        fields = ("result",) if result else ()
        if jsonata:
            if arguments and self.chance(40):
                made["Arguments"] = self.template(True) if self.chance(80) else self.jsonata()
            if self.chance(70):
                made["Output"] = self.template(True, *fields) if self.chance(85) else self.jsonata(*fields)
            return made | self.assign(True, *fields)
        if paths and self.chance(10):
            made["InputPath"] = self.one("$", None, "$.o", self.path())
        if paths and self.chance(10):
            made["OutputPath"] = self.one("$", None, "$.o", self.path())
        if result:
            if arguments and self.chance(40):
                made[arguments] = self.template(False)
            if self.chance(85):
                made["ResultPath"] = self.one("$.r", "$.r", "$.o.b", None, "$.n.x", "$")
        return made | self.assign(False)

    def errors(self, jsonata: bool) -> Json:
        """Retry and Catch."""
        made: Json = {}
        if self.chance(40):
            made["Retry"] = [self.retrier() for _ in range(self.draw(st.integers(1, 2)))]
        if self.chance(50):
            made["Catch"] = [self.catcher(jsonata) for _ in range(self.draw(st.integers(1, 2)))]
        for entries in made.values():
            for entry in entries:
                likely = st.sampled_from(ERRORS + LISTED[7:] if self.chance(40) else [*ERRORS[:2], "States.TaskFailed"])
                entry["ErrorEquals"] = self.draw(st.lists(likely, min_size=1, max_size=2, unique=True))
            if self.chance(60):
                entries[-1]["ErrorEquals"] = ["States.ALL"]
        return made

    def retrier(self) -> Json:
        made: Json = {}
        if self.chance(50):
            made["IntervalSeconds"] = self.one(1, 2)
        if self.chance(50):
            made["MaxAttempts"] = self.one(0, 1, 2)
        if self.chance(50):
            made["BackoffRate"] = self.one(1, 1.5, 2.0, 3)
        if self.chance(20):
            made["MaxDelaySeconds"] = 3
        return made

    def catcher(self, jsonata: bool) -> Json:
        made: Json = {}
        if jsonata:
            if self.chance(80):
                made["Output"] = self.template(True, "errorOutput")
        elif self.chance(90):
            made["ResultPath"] = self.one("$.err", "$.err", None, "$.o.err")
        if self.chance(20):
            name = self.fresh("v")
            made["Assign"] = {name: "{% $states.errorOutput.Error %}"} if jsonata else {f"{name}.$": "$.Error"}
            self.scopes[-1].append(name)
        return made

    # ---------------------------------------------------------------- states

    def pass_(self, jsonata: bool, depth: int) -> Json:
        made = {"Type": "Pass", **self.flow(jsonata, arguments=None if jsonata else "Parameters", result=not jsonata)}
        if not jsonata and "Parameters" not in made and self.chance(30):
            made["Result"] = self.draw(values)
        return made

    def task(self, jsonata: bool, depth: int) -> Json:
        made = {"Type": "Task", "Resource": self.one(*RESOURCES),
                **self.flow(jsonata, arguments="Arguments" if jsonata else "Parameters", result=True),
                **self.errors(jsonata)}
        if not jsonata and self.chance(15):
            made["ResultSelector"] = {"x.$": self.one("$", "$.n", "States.Array($)"), "y": self.draw(scalars)}
        return made

    def wait(self, jsonata: bool, depth: int) -> Json:
        made = {"Type": "Wait", **self.flow(jsonata, arguments=None, result=False)}
        how = self.one("Seconds", "Seconds", "Timestamp", "data")
        if how == "Timestamp":
            return made | {"Timestamp": f"2023-11-14T22:13:{self.one(10, 22, 25)}Z"}  # the start: 22:13:20
        if how == "Seconds":
            return made | {"Seconds": self.one(0, 1, 2, 3)}
        return made | ({"Seconds": "{% $states.input.n %}"} if jsonata else {"SecondsPath": self.one("$.n", "$.o.a")})

    def choice(self, jsonata: bool, depth: int) -> Json:
        made = {"Type": "Choice", **self.flow(jsonata, arguments=None, result=False)}
        made["Choices"] = [self.rule(jsonata) for _ in range(self.draw(st.integers(1, 3)))]
        return made

    def rule(self, jsonata: bool) -> Json:
        if jsonata:
            made: Json = {"Condition": self.one(
                "{% $states.input.n > 2 %}", "{% $states.input.n < 3 %}",
                "{% $states.input.s = 'x' %}", "{% $count($states.input.items) > 1 %}",
                "{% $exists($states.input.r) %}", "{% $states.input.n in [1, 2] and true %}",
                *(["{% $states.input.n %}", "{% $states.input.nothing %}"] if self.chance(10) else []))}
            if self.chance(30):
                made["Output"] = self.template(True)
            return made | self.assign(True)
        return self.test(2) | self.assign(False)

    def test(self, depth: int) -> Json:
        if depth and self.chance(35):
            how = self.one("And", "Or", "Not")
            if how == "Not":
                return {"Not": self.test(depth - 1)}
            return {how: [self.test(depth - 1) for _ in range(self.draw(st.integers(1, 3)))]}
        operator, operand = self.one(
            ("NumericEquals", 2), ("NumericLessThan", 3), ("NumericGreaterThan", 1), ("NumericLessThanEquals", 2),
            ("NumericGreaterThanEquals", 4), ("StringEquals", "x"), ("StringLessThan", "y"), ("StringMatches", "*z"),
            ("StringGreaterThanEquals", "x"), ("BooleanEquals", True), ("IsPresent", True), ("IsPresent", False),
            ("IsNull", True), ("IsNull", False), ("IsString", True), ("IsNumeric", False), ("IsBoolean", True),
            ("NumericEqualsPath", "$.n"), ("StringEqualsPath", "$.s"), ("NumericLessThanPath", self.path()),
        )
        usual = {"Numeric": "$.n", "String": "$.s"}.get(operator[:7 if operator[0] == "N" else 6])
        return {"Variable": usual if usual and self.chance(70) else self.path(), operator: operand}

    def exit(self, jsonata: bool, depth: int) -> Json:
        if self.chance(50):
            flow = self.flow(jsonata, arguments=None, result=False)
            return {"Type": "Succeed", **{name: flow[name] for name in flow if name != "Assign"}}
        made: Json = {"Type": "Fail", "Error": self.one("Odd", "Even", "Own"), "Cause": "told"}
        if jsonata and self.chance(40):
            made["Error"] = "{% 'E' & $string($states.input.n) %}"
        elif not jsonata and self.chance(40):
            del made["Error"]
            made["ErrorPath"] = "$.s"
        return made

    def parallel(self, jsonata: bool, depth: int) -> Json:
        branches = [self.machine(depth - 1, 3) for _ in range(self.draw(st.integers(1, 3)))]
        flow = self.flow(jsonata, arguments="Arguments" if jsonata else "Parameters", result=True)
        return {"Type": "Parallel", "Branches": branches, **flow, **self.errors(jsonata)}

    def map(self, jsonata: bool, depth: int) -> Json:
        made: Json = {"Type": "Map", "ItemProcessor": self.machine(depth - 1, 3),
                      **self.flow(jsonata, arguments=None, result=True), **self.errors(jsonata)}
        if jsonata:
            made["Items"] = "{% $states.input.items %}" if self.chance(85) else self.one(
                "{% [1, 2] %}", "{% $states.input.n %}", [1, "{% $states.input.n %}"])
        else:
            made["ItemsPath"] = "$.items" if self.chance(90) else self.path()
        if self.chance(70):
            base = self.template(jsonata)
            value = "States.Array($$.Map.Item.Index, $$.Map.Item.Value)"
            base |= ({"b": "{% [$states.context.Map.Item.Index, $states.context.Map.Item.Value] %}"} if jsonata
                     else {"b.$": value})
            base.pop("b" if not jsonata else "b.$", None)
            made["ItemSelector"] = base
        if self.chance(50):
            made["MaxConcurrency"] = self.one(0, 1, 2)
        return made

    def loop(self, depth: int) -> list[tuple[str, Json]]:
        """begin: counter = 0 ─► body ─► counter + 1 ─► counter < bound? back to the body"""
        counter, bound = self.fresh("k"), self.draw(st.integers(1, 3))
        self.scopes[-1].append(counter)
        body = self.segment(min(depth, 1))
        head = [] if body[0][1]["Type"] != "Choice" else [(self.fresh("S"), {"Type": "Pass"})]
        first = (head or body)[0][0]
        if self.language == "JSONata":
            rule = {"Condition": f"{{% ${counter} < {bound} %}}", "Next": first}
            more: Json = {counter: f"{{% ${counter} + 1 %}}"}
        else:
            rule = {"Variable": f"${counter}", "NumericLessThan": bound, "Next": first}
            more = {f"{counter}.$": f"States.MathAdd(${counter}, 1)"}
        return [
            (self.fresh("S"), {"Type": "Pass", "Assign": {counter: 0}}), *head, *body,
            (self.fresh("S"), {"Type": "Pass", "Assign": more}),
            (self.fresh("S"), {"Type": "Choice", "Choices": [rule], "_loop": True}),
        ]


def _joined(row: list[tuple[str, Json]], draw: Draw) -> Json:
    """The row as a machine: every state leads to the next, the last ends; rules and catchers lead to later ones."""
    if row[-1][1]["Type"] == "Choice":
        row = [*row, (f"{row[-1][0]}x", {"Type": "Succeed"})]
    names = [name for name, _ in row]
    states = {}
    for index, (name, drawn) in enumerate(row):
        state = dict(drawn)
        later = names[index + 1:]
        leaves_out = state.pop("_exit", False)  # the exit comes next; beyond it there must be something else to reach
        if state.pop("_loop", False):
            state["Default"] = later[0]
        elif state["Type"] == "Choice":
            for rule in state["Choices"]:
                rule["Next"] = draw(st.sampled_from(later))
            state["Choices"][0]["Next"] = later[0]
            state["Default"] = later[1] if leaves_out and len(later) > 1 else draw(st.sampled_from(later))
            if len(state["Choices"]) > 1 and not leaves_out and draw(st.integers(0, 3)) == 3:
                del state["Default"]
        elif state["Type"] not in ("Succeed", "Fail"):
            state |= {"Next": later[0]} if later else {"End": True}
        if "Catch" in state:
            if later:
                state["Catch"] = [{**catcher, "Next": draw(st.sampled_from(later))} for catcher in state["Catch"]]
            else:
                del state["Catch"]
        states[name] = state
    return {"StartAt": names[0], "States": states}
