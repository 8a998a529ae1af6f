"""Where marked values are while an execution goes through its states.

    marks of the input ──► first state ─ arguments, result ─► output ─► next state …        until nothing is added
    marks of variables ──► every Assign and every reader                                     (a fixed point)
    marks of results ────► the state's result

Places are followed as `engine.language.sensitive.expressions` says. What is unknown hides more, never less. Nothing is
evaluated and nothing is raised: what has not the shape of a state machine is passed over.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from dataclasses import field, replace
from typing import Any

from engine.errors import UserError
from engine.language.asl.assigned import assigned_by, objects_of
from engine.language.expr.reference import compile_reference
from engine.language.sensitive import places
from engine.language.sensitive.expressions import Env, jsonata_marks, path_marks, template_marks
from engine.language.sensitive.places import ANY, NONE, WHOLE, Marks
from engine.records import dataclass

Json = Any

_MOST_ROUNDS = 200
_MAPS = ("ItemProcessor", "Iterator")


@dataclass(frozen=True, slots=True)
class Declared:
    """What a workflow marks: places of its input, of its variables (by their names), of its output, and of the results
    of states."""

    input: Marks = NONE
    variables: Marks = NONE
    output: Marks = NONE
    results: Mapping[str, Marks] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.input or self.variables or self.output or any(self.results.values()))

    @property
    def key(self) -> Hashable:
        """The same for the same marks."""
        return self.input, self.variables, self.output, frozenset(self.results.items())

    def joined(self, other: Declared) -> Declared:
        """What either marks."""
        return Declared(
            self.input | other.input, self.variables | other.variables, self.output | other.output,
            {
                name: self.results.get(name, NONE) | other.results.get(name, NONE)
                for name in {*self.results, *other.results}
            },
        )


@dataclass(frozen=True, slots=True)
class StateMarks:
    """The marks of what a state shows; `assigned` of an object with the variables that it assigns."""

    input: Marks = NONE
    arguments: Marks = NONE
    result: Marks = NONE
    output: Marks = NONE
    assigned: Marks = NONE

    def joined(self, other: StateMarks) -> StateMarks:
        """What either marks."""
        return StateMarks(
            self.input | other.input, self.arguments | other.arguments, self.result | other.result,
            self.output | other.output, self.assigned | other.assigned,
        )


@dataclass(frozen=True, slots=True)
class Flow:
    """The marks of a whole definition. `machines` are the input and the output of each machine in it, by its JSON
    pointer: that of the definition itself is "". `errors` and `causes` are the Fail states that read the error's name,
    or the cause, from a marked place."""

    machines: Mapping[str, tuple[Marks, Marks]]
    states: Mapping[str, StateMarks]
    variables: Marks
    errors: tuple[str, ...] = ()
    causes: frozenset[str] = frozenset()

    def state(self, name: str) -> StateMarks:
        """Of the state of that name."""
        return self.states.get(name, _UNMARKED)

    def __bool__(self) -> bool:
        """Whether anything is marked."""
        ends = any(given or output for given, output in self.machines.values())
        return ends or bool(self.variables) or any(state != _UNMARKED for state in self.states.values())

    @property
    def key(self) -> Hashable:
        """The same for the same marks."""
        return frozenset(self.machines.items()), frozenset(self.states.items()), self.variables, self.causes

    def joined(self, other: Flow) -> Flow:
        """What either marks: of an execution that has run by both definitions."""
        machines = {
            pointer: (given | more, output | less)
            for pointer in {*self.machines, *other.machines}
            for (given, output), (more, less) in [
                (self.machines.get(pointer, (NONE, NONE)), other.machines.get(pointer, (NONE, NONE)))
            ]
        }
        states = {
            name: self.state(name).joined(other.state(name)) for name in {*self.states, *other.states}
        }
        return Flow(
            machines, states, self.variables | other.variables, tuple(dict.fromkeys((*self.errors, *other.errors))),
            self.causes | other.causes,
        )

    def names(self) -> frozenset[str]:
        """What marked members are called, anywhere in it."""
        every = [self.variables, *(marks for pair in self.machines.values() for marks in pair)]
        for state in self.states.values():
            every += [state.input, state.arguments, state.result, state.output, state.assigned]
        return frozenset(name for marks in every for name in places.names(marks))

    @property
    def hides_whole(self) -> bool:
        """Whether a whole value is marked somewhere: it has no name by which to find it in a text."""
        return any(places.is_whole(marks) for pair in self.machines.values() for marks in pair) or any(
            places.is_whole(marks) for state in self.states.values()
            for marks in (state.input, state.arguments, state.result, state.output)
        )


_UNMARKED = StateMarks()


def flow_of(definition: Json, declared: Declared) -> Flow:
    """Follow what is `declared` through `definition`."""
    return _Follower(declared).follow(definition)


class _Follower:
    def __init__(self, declared: Declared) -> None:
        self._declared = declared
        self._entering: dict[str, Marks] = {}
        self._variables = declared.variables
        self._states: dict[str, StateMarks] = {}
        self._machines: dict[str, tuple[Marks, Marks]] = {}
        self._outputs: dict[str, Marks] = {}
        self._errors: dict[str, None] = {}
        self._causes: set[str] = set()

    def follow(self, definition: Json) -> Flow:
        for _ in range(_MOST_ROUNDS):
            before = (dict(self._entering), self._variables, dict(self._outputs), set(self._causes))
            output = self._machine(definition, "", self._declared.input, NONE, jsonata=False)
            if before == (self._entering, self._variables, self._outputs, self._causes):
                break
        else:  # a definition that is written against the grain and very long
            self._states = dict.fromkeys(self._states, StateMarks(WHOLE, WHOLE, WHOLE, WHOLE, WHOLE))
            output = WHOLE
        self._machines[""] = (self._declared.input, places.bounded(output | self._declared.output))
        return Flow(self._machines, self._states, self._variables, tuple(self._errors), frozenset(self._causes))

    def _machine(self, machine: Json, pointer: str, given: Marks, item: Marks, *, jsonata: bool) -> Marks:
        """Go once through the states of `machine`, whose input has the marks `given`; the marks of its output."""
        states = machine.get("States") if isinstance(machine, dict) else None
        if not isinstance(states, dict):
            return NONE
        jsonata = machine.get("QueryLanguage", "JSONata" if jsonata else "JSONPath") == "JSONata"
        self._enter(machine.get("StartAt"), given)
        for name, state in states.items():
            if isinstance(state, dict):
                self._state(name, state, f"{pointer}/States/{_escaped(name)}", pointer, item, jsonata=jsonata)
        output = self._outputs.get(pointer, NONE)
        self._machines[pointer] = (given, output)
        return output

    def _enter(self, name: Json, marks: Marks) -> None:
        if isinstance(name, str):
            self._entering[name] = places.bounded(self._entering.get(name, NONE) | marks)

    def _leave(self, pointer: str, marks: Marks) -> None:
        self._outputs[pointer] = places.bounded(self._outputs.get(pointer, NONE) | marks)

    def _state(
        self, name: str, state: dict[str, Json], here: str, machine: str, item: Marks, *, jsonata: bool
    ) -> None:
        jsonata = state.get("QueryLanguage", "JSONata" if jsonata else "JSONPath") == "JSONata"
        one = _State(state, self._entering.get(name, NONE), self._context(item), self._variables, jsonata=jsonata)
        result = self._result(state, here, one, item, jsonata=jsonata)
        result = places.bounded(result | self._declared.results.get(name, NONE))
        output, assigned = one.leaving(result)
        shown = output
        for holder in (*objects_of(state.get("Choices")), *objects_of(state.get("Catch"))):
            caught = places.under(WHOLE, "Cause") if self._causes else NONE
            out, also = one.by_rule(holder, output, caught if "ErrorEquals" in holder else None)
            assigned = places.bounded(assigned | also)
            shown = places.bounded(shown | out)
            self._enter(holder.get("Next"), out)
        self._enter(state.get("Next"), output)
        self._enter(state.get("Default"), output)
        if state.get("End") is True or state.get("Type") == "Succeed":
            self._leave(machine, output)
        if state.get("Type") == "Fail":
            self._errors |= {name: None} if one.words("Error") else {}
            self._causes |= {name} if one.words("Cause") else set()
        self._variables = places.bounded(self._variables | assigned)
        self._states[name] = StateMarks(one.input, one.arguments, result, shown, assigned)

    def _context(self, item: Marks, source: Marks = NONE) -> Marks:
        return places.bounded({
            *places.under(self._declared.input, "Execution", "Input"), *places.under(item, "Map", "Item", "Value"),
            *places.under(source, "Map", "Item", "Source"),
        })

    def _result(self, state: dict[str, Json], here: str, one: _State, item: Marks, *, jsonata: bool) -> Marks:
        kind = state.get("Type")
        if kind == "Pass":
            return NONE if "Result" in state and not jsonata else one.arguments
        if kind == "Parallel":
            branches = state.get("Branches")
            return places.bounded(
                place for index, branch in enumerate(branches if isinstance(branches, list) else ())
                for place in places.under(
                    self._machine(branch, f"{here}/Branches/{index}", one.arguments, item, jsonata=jsonata), str(index)
                )
            )
        if kind == "Map":
            found = NONE
            for name in _MAPS:
                if name in state:
                    inner = one.item()
                    given = one.item_input(inner, self._context(inner, one.item_source()))
                    found = places.under(
                        self._machine(state[name], f"{here}/{name}", given, inner, jsonata=jsonata), ANY
                    )
            return found
        return one.arguments if kind in ("Choice", "Wait", "Succeed") else NONE


class _State:
    """One state with the marks of its input."""

    def __init__(
        self, state: dict[str, Json], given: Marks, context: Marks, variables: Marks, *, jsonata: bool
    ) -> None:
        self._state = state
        self._jsonata = jsonata
        self._context, self._variables = context, variables
        self.input = given
        self.effective = given if jsonata else self._path("InputPath", given)
        field = "Arguments" if jsonata else "Parameters"
        is_map = state.get("Type") == "Map"
        if field in state and not is_map:
            self.arguments = template_marks(state[field], self._env(self.effective), jsonata=jsonata)
        else:
            self.arguments = self.effective

    def _env(self, given: Marks, result: Marks = NONE) -> Env:
        return Env(given, result, self._context, self._variables)

    def _path(self, field: str, marks: Marks) -> Marks:
        text = self._state.get(field, "$")
        return NONE if text is None else path_marks(text, self._env(marks))

    def item_source(self) -> Marks:
        """The marks of a Map's ``Map.Item.Source``, which the arguments of its ItemReader make."""
        reader = self._state.get("ItemReader")
        given = reader.get("Arguments" if self._jsonata else "Parameters") if isinstance(reader, dict) else None
        return WHOLE if template_marks(given, self._env(self.effective), jsonata=self._jsonata) else NONE

    def leaving(self, result: Marks) -> tuple[Marks, Marks]:
        """The marks of the output, and of what is assigned."""
        state = self._state
        if self._jsonata:
            env = self._env(self.input, result)
            output = template_marks(state["Output"], env, jsonata=True) if "Output" in state else result
            return output, template_marks(state.get("Assign"), env, jsonata=True)
        assigned = template_marks(state.get("Assign"), self._env(result), jsonata=False)
        if state.get("Type") in ("Choice", "Wait", "Succeed"):
            return self._path("OutputPath", self.effective), assigned
        if "ResultSelector" in state:
            result = template_marks(state["ResultSelector"], self._env(result), jsonata=False)
        return self._path("OutputPath", self._placed(state, result)), assigned

    def _placed(self, holder: Mapping[str, Json], result: Marks) -> Marks:
        text = holder.get("ResultPath", "$")
        if text is None:
            return self.input
        if text == "$":
            return result
        try:
            keys = compile_reference(text).keys if isinstance(text, str) else ()
        except UserError:
            return places.bounded(self.input | places.anywhere(result))
        return places.bounded(self.input | places.under(result, *map(str, keys)))

    def by_rule(self, holder: Mapping[str, Json], output: Marks, caught: Marks | None) -> tuple[Marks, Marks]:
        """Output and assigned variables of a rule that held, or of a Catcher; `caught` are the marks of its error."""
        if self._jsonata:
            env = replace(self._env(self.input), error=caught or NONE)
            by_default = self.input if caught is None else caught  # the state's Output is that of its Default
            out = template_marks(holder["Output"], env, jsonata=True) if "Output" in holder else by_default
            return out, template_marks(holder.get("Assign"), env, jsonata=True)
        given = self.effective if caught is None else caught
        assigned = template_marks(holder.get("Assign"), self._env(given), jsonata=False)
        return (output if caught is None else self._placed(holder, caught)), assigned

    def item(self) -> Marks:
        """Of one item of a Map."""
        if "ItemReader" in self._state:
            return NONE
        if self._jsonata:
            items = self._state.get("Items")
            marks = template_marks(items, self._env(self.input), jsonata=True) if items is not None else self.input
            return places.at(marks, None)
        return places.at(self._path("ItemsPath", self.effective), None)

    def item_input(self, item: Marks, context: Marks) -> Marks:
        """Of what an iteration gets."""
        selector = self._state.get("ItemSelector", self._state.get("Parameters"))
        env = Env(self.effective, NONE, context, self._variables)
        if selector is not None:
            item = template_marks(selector, env, jsonata=self._jsonata)
        batcher = self._state.get("ItemBatcher")
        if not isinstance(batcher, dict):
            return item
        shared = template_marks(batcher.get("BatchInput"), env, jsonata=self._jsonata)
        return places.bounded({*places.under(item, "Items", ANY), *places.under(shared, "BatchInput")})

    def words(self, field: str) -> Marks:
        """Of the Error or the Cause that a Fail state fails with."""
        env = self._env(self.effective)
        if self._jsonata:
            return template_marks(self._state.get(field), env, jsonata=True)
        return path_marks(self._state.get(f"{field}Path"), env)


def key_marks(expression: str | None, declared: Declared) -> Marks:
    """The marks of a business key: of what `expression` makes of the input."""
    if expression is None:
        return NONE
    if expression.startswith("{%"):
        return jsonata_marks(expression.removeprefix("{%").removesuffix("%}"), Env(input=declared.input))
    return path_marks(expression, Env(input=declared.input))


def assigned_names(definition: Json) -> frozenset[str]:
    """The variables that some state assigns."""
    return frozenset(_assigned(definition))


def _assigned(machine: Json) -> Iterator[str]:
    states = machine.get("States") if isinstance(machine, dict) else None
    for state in states.values() if isinstance(states, dict) else ():
        if not isinstance(state, dict):
            continue
        yield from assigned_by(state)
        branches = state.get("Branches")
        for inner in (*(branches if isinstance(branches, list) else ()), *(state.get(name) for name in _MAPS)):
            yield from _assigned(inner)


def _escaped(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")
