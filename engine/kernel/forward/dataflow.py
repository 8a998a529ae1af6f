"""Which data each state of a definition gets from here on, and what of them its expressions may not find.

    a frame's state, input, variables ──► its state's exits ──► the next states …         until nothing is added
                                            │ a Parallel, a Map: the machines inside, with what they are given
                                            └ a Choice that asks whether something is there tells the two ways apart

The second time round, with all that can come to each state, it is noted what a read may not find. It never runs
anything. `certain` is a read that fails whenever the execution gets there, in a state that it gets to unless it fails
before, and whose failure nothing catches.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from engine.errors import UserError
from engine.kernel.forward.definitions import inner_machines, pointer_to, processor_field
from engine.kernel.forward.exits import Exit, on_every_way
from engine.kernel.forward.expressions import Env, Expressions, guard
from engine.kernel.forward.shapes import (
    BLUR,
    EMPTY,
    FRESH,
    IS_BLUR,
    IS_FRESH,
    Alts,
    Key,
    bounded,
    one_of,
    put,
    shape_of,
)
from engine.kernel.forward.ways import (
    Entry,
    Variables,
    elements_of,
    has_items,
    joined_envs,
    outputs_of,
    plain_path,
    possible,
    split_at,
)
from engine.language.asl.assigned import assigned_in
from engine.language.expr.reference import compile_reference
from engine.records import dataclass

Json = Any

MOST_WORK = 20_000_000
"""How much is looked at: each time at a state, as much as STATE and its variables. Loops in machines that are nested in
each other multiply."""
STATE = 50
"""Looking at a state without variables takes about as long as at so many variables."""


class TooManyWays(Exception):
    """The definition has more ways than are looked at."""

_OPERATORS_OF_PATHS = "Path"

_OTHERWISE = frozenset({
    "ItemReader", "ItemBatcher", "ResultWriter", "ToleratedFailureCount", "ToleratedFailureCountPath",
    "ToleratedFailurePercentage", "ToleratedFailurePercentagePath",
})
"""Fields of a distributed Map with which its result is another than an output for each of the items."""


@dataclass(frozen=True, slots=True)
class Unfound:
    """A read that may find nothing: its pointer, the state, the whole expression, what of it is missing. `never`: it
    finds nothing whenever the state is entered."""

    pointer: str
    state: str
    text: str
    missing: str
    never: bool
    certain: bool


class Machines:
    """The state machines of one definition. `unfound` is what was noted, by pointer and what is missing. What walks
    them raises TooManyWays once it has done `most` of work."""

    def __init__(self, definition: Json, execution_input: Alts = IS_FRESH, *, most: int = MOST_WORK) -> None:
        self.execution_input = execution_input
        self._left = most
        self._of: dict[str, tuple[Json, bool]] = {}
        self._index(definition, "", jsonata=False)
        self.unfound: dict[tuple[str, str], Unfound] = {}
        self._notes = False
        self._sure = True

    def _index(self, machine: Json, pointer: str, *, jsonata: bool) -> None:
        jsonata = machine.get("QueryLanguage", "JSONata" if jsonata else "JSONPath") == "JSONata"
        self._of[pointer] = (machine, jsonata)
        for name, state in machine["States"].items():
            for inner, below in inner_machines(state):
                self._index(below, pointer_to(pointer, name, *inner), jsonata=jsonata)

    def start_at(self, pointer: str) -> str:
        """The first state of the machine at `pointer`."""
        return str(self._of[pointer][0]["StartAt"])

    def state(self, pointer: str, name: str) -> Json:
        """The state `name` of the machine at `pointer`."""
        return self._of[pointer][0]["States"][name]

    @contextmanager
    def item_of_its_own(self, given: Alts) -> Iterator[None]:
        """While it is open an item of a Map Run is looked at: an execution of its own, with the input `given`."""
        around, self.execution_input = self.execution_input, given
        try:
            yield
        finally:
            self.execution_input = around

    # ---------------------------------------------------------------- a machine

    def run(self, pointer: str, entries: Mapping[str, Entry], *, start: str | None) -> Alts:
        """What the machine gives that is entered at `entries`. `start`: the one at which it is, unless it fails."""
        machine, jsonata = self._of[pointer]
        known = dict(entries)
        notes, self._notes = self._notes, False
        pending = deque(known)
        exits: dict[str, list[Exit]] = {}
        while pending:
            name = pending.popleft()
            exits[name] = list(self._exits(pointer, name, machine["States"][name], known[name], jsonata=jsonata))
            for way in exits[name]:
                if way.to is None:
                    continue
                was = known.get(way.to)
                known[way.to] = way.entry if was is None else was.joined(way.entry)
                if known[way.to] != was and way.to not in pending:
                    pending.append(way.to)
        self._notes = notes
        if notes:
            surely = frozenset() if start is None or not self._sure else on_every_way(start, exits)
            for name, entry in known.items():
                was_sure, self._sure = self._sure, self._sure and name in surely
                list(self._exits(pointer, name, machine["States"][name], entry, jsonata=jsonata))
                self._sure = was_sure
        return bounded(
            shape for ways in exits.values() for way in ways if way.to is None for shape in way.entry.input
        )

    def noting(self, pointer: str, entries: Mapping[str, Entry], *, start: str | None) -> Alts:
        """As `run`, and what may not be found is noted."""
        self._notes, self._sure = True, True
        try:
            return self.run(pointer, entries, start=start)
        finally:
            self._notes = False

    # ---------------------------------------------------------------- a state

    def left(self, pointer: str, name: str, entry: Entry, result: Alts) -> list[Exit]:
        """The ways out of a state that has its result already; what may not be found is noted."""
        self._notes, self._sure = True, True
        try:
            one = self._one(pointer, name, entry)
            return [*one.leaving(result), *one.catching()]
        finally:
            self._notes = False

    def anywhere(self, pointer: str) -> Alts:
        """What the machine gives that stands at one of its states, on data that cannot be told. It keeps results of
        branches and iterations, where it has any: then that cannot be told either."""
        states = self._of[pointer][0]["States"]
        if any(True for state in states.values() for _ in inner_machines(state)):
            return IS_BLUR
        names = assigned_in(self._of[pointer][0])
        entry = Entry(IS_BLUR, dict.fromkeys(names, IS_BLUR))
        return self.run(pointer, dict.fromkeys(states, entry), start=None)

    def iterations(self, pointer: str, name: str, entry: Entry, items: Sequence[Json]) -> Alts:
        """What the iterations of a Map that is under way get, on `items` that were read before."""
        self._notes, self._sure = True, True
        try:
            return self._one(pointer, name, entry).item_inputs(bounded(map(shape_of, items)))
        finally:
            self._notes = False

    def _one(self, pointer: str, name: str, entry: Entry) -> _State:
        return _State(self, pointer, name, self.state(pointer, name), entry, jsonata=self._of[pointer][1])

    def _exits(self, pointer: str, name: str, state: Json, entry: Entry, *, jsonata: bool) -> Iterator[Exit]:
        self._left -= STATE + len(entry.variables)
        if self._left < 0:
            raise TooManyWays
        return _State(self, pointer, name, state, entry, jsonata=jsonata).exits()

    def note(self, found: Unfound) -> None:
        """Keep a read that may find nothing."""
        if self._notes:
            key = (found.pointer, found.missing)
            before = self.unfound.get(key)
            certain = found.certain and self._sure and (before is None or before.certain)
            never = found.never and (before is None or before.never)
            self.unfound[key] = replace(found, never=never, certain=certain)


class _State:
    """One state and what comes to it."""

    def __init__(
        self, machines: Machines, machine: str, name: str, state: Json, entry: Entry, *, jsonata: bool
    ) -> None:
        self._machines, self._machine, self._name, self._state = machines, machine, name, state
        self._jsonata = state.get("QueryLanguage", "JSONata" if jsonata else "JSONPath") == "JSONata"
        self._entry = entry
        self._is_caught = bool(state.get("Catch"))
        self._perhaps = False  # what is read now may be left out
        self._expressions = Expressions(self._note)
        self._raw = Env(entry.input, entry.variables, execution=machines.execution_input)
        self._env = self._raw if self._jsonata else replace(self._raw, input=self._at("InputPath", self._raw))

    def _note(self, place: Sequence[Key], text: str, missing: str, never: bool, fails: bool = True) -> None:
        pointer = pointer_to(self._machine, self._name, *place)
        certain = never and fails and not self._is_caught and not self._perhaps
        self._machines.note(Unfound(pointer, self._name, text, missing, never, certain))

    def _at(self, field: str, env: Env) -> Alts:
        text = self._state.get(field, "$")
        if text is None:
            return frozenset({EMPTY})
        return env.input if text == "$" else self._expressions.query(text, env, (field,))

    def _given(self, field: str, env: Env, *within: Key) -> Alts | None:
        """A field with a template; None where the state has none."""
        holder = self._state
        for key in within:
            holder = holder.get(key) or {}
        if field not in holder:
            return None
        return self._expressions.template(holder[field], env, (*within, field), jsonata=self._jsonata)

    def _numbers(self, *fields: str, within: tuple[Key, ...] = ()) -> None:
        """Fields with a value of their own, an expression or a path."""
        holder = self._state
        for key in within:
            holder = holder.get(key) or {}
        for field in fields:
            if self._jsonata and field in holder:
                self._expressions.template(holder[field], self._env, (*within, field), jsonata=True)
            elif not self._jsonata and f"{field}Path" in holder:
                self._expressions.query(holder[f"{field}Path"], self._env, (*within, f"{field}Path"))

    # ---------------------------------------------------------------- by its type

    def exits(self) -> Iterator[Exit]:
        """The ways out."""
        kind = self._state.get("Type")
        if kind == "Choice":
            yield from self._choice()
        elif kind == "Fail":
            self._fail()
        elif kind in ("Wait", "Succeed"):
            self._numbers("Seconds", "Timestamp")
            yield from self._passing(self._following(), self._env, self._state, ())
        else:
            yield from self.leaving(self._result(kind))
            yield from self.catching()

    def _result(self, kind: Json) -> Alts:
        if kind == "Map":
            return self._map()
        given = self._given("Arguments" if self._jsonata else "Parameters", self._env)
        given = self._env.input if given is None else given
        if kind == "Parallel":
            return self._parallel(given)
        if kind == "Pass":
            has_result = "Result" in self._state and not self._jsonata
            return frozenset({shape_of(self._state["Result"])}) if has_result else given
        self._numbers("TimeoutSeconds", "HeartbeatSeconds")
        self._given("Credentials", self._env)
        return IS_FRESH

    def _following(self) -> str | None:
        following: str | None = self._state.get("Next")
        return following

    def _fail(self) -> None:
        for field in ("Error", "Cause"):
            if self._jsonata and field in self._state:
                self._expressions.template(self._state[field], self._raw, (field,), jsonata=True)
            elif f"{field}Path" in self._state:
                self._expressions.query(self._state[f"{field}Path"], self._raw, (f"{field}Path",))

    # ---------------------------------------------------------------- leaving

    def leaving(self, result: Alts) -> Iterator[Exit]:
        """The way out of a state with a result."""
        state = self._state
        env = replace(self._raw, result=result)
        if self._jsonata:
            given = self._given("Output", env)
            output, seen = (result if given is None else given), env
        else:
            seen = replace(self._raw, input=result)
            selected = self._given("ResultSelector", seen)
            placed = self._placed(state, result if selected is None else selected, ("ResultPath",))
            output = self._at("OutputPath", replace(self._raw, input=placed))
        yield Exit(self._following(), Entry(output, self._assigned(state, seen, ())))

    def _passing(self, to: str | None, env: Env, holder: Json, place: tuple[Key, ...]) -> Iterator[Exit]:
        """The way out of a state without a result, by the state or one of its rules."""
        if not env.input:
            return
        if self._jsonata:
            output = env.input
            if "Output" in holder:
                output = self._expressions.template(holder["Output"], env, (*place, "Output"), jsonata=True)
        else:
            output = self._at("OutputPath", env)
        yield Exit(to, Entry(output, self._assigned(holder, env, place)))

    def _assigned(self, holder: Json, env: Env, place: tuple[Key, ...]) -> Variables:
        values = holder.get("Assign")
        if not isinstance(values, dict):
            return env.variables
        made: dict[str, Alts] = {}
        for key, value in values.items():
            if not self._jsonata and key.endswith(".$"):
                made[key[:-2]] = self._expressions.query(value, env, (*place, "Assign", key))
            else:
                made[key] = self._expressions.template(value, env, (*place, "Assign", key), jsonata=self._jsonata)
        return {**env.variables, **made}

    def _placed(self, holder: Json, result: Alts, place: tuple[Key, ...]) -> Alts:
        text = holder.get("ResultPath", "$")
        if text is None:
            return self._raw.input
        try:
            keys = compile_reference(text).keys
        except UserError:
            return IS_BLUR
        if not keys:
            return result
        value = one_of(result)
        put_ = [put(shape, keys, value) for shape in self._raw.input]
        if None in put_:
            self._note(place, text, text, all(one is None for one in put_))
        return bounded(one for one in put_ if one is not None) or IS_FRESH

    def catching(self) -> Iterator[Exit]:
        """The ways out by its Catchers."""
        error = frozenset({("object", (("Cause", FRESH), ("Error", FRESH)))})
        for index, catcher in enumerate(self._state.get("Catch") or ()):
            place: tuple[Key, ...] = ("Catch", index)
            if self._jsonata:
                env = replace(self._raw, error=error)
                output = error
                if "Output" in catcher:
                    output = self._expressions.template(catcher["Output"], env, (*place, "Output"), jsonata=True)
            else:
                env = replace(self._raw, input=error)
                output = self._placed(catcher, error, (*place, "ResultPath"))
            entry = Entry(output, self._assigned(catcher, env, place))
            yield Exit(catcher.get("Next"), entry, caught=True)

    # ---------------------------------------------------------------- Choice

    def _choice(self) -> Iterator[Exit]:
        rest = self._env
        for index, rule in enumerate(self._state.get("Choices") or ()):
            place: tuple[Key, ...] = ("Choices", index)
            taken, rest = self._condition(rule, rest, place) if self._jsonata else self._test(rule, rest, place)
            self._perhaps = True
            if possible(taken):
                yield from self._passing(rule.get("Next"), taken, rule, place)
        if "Default" in self._state and possible(rest):
            yield from self._passing(self._state["Default"], rest, self._state, ())

    def _condition(self, rule: Json, env: Env, place: tuple[Key, ...]) -> tuple[Env, Env]:
        text = rule.get("Condition")
        asked = guard(text)
        if asked is None:
            self._expressions.template(text, env, (*place, "Condition"), jsonata=True)
            return env, env
        root, keys, wanted = asked
        there, absent = split_at(env, root, keys, jsonata=True)
        return (there, absent) if wanted else (absent, there)

    def _test(self, rule: Json, env: Env, place: tuple[Key, ...]) -> tuple[Env, Env]:
        """What may come to a rule's yes and to its no; its parts are asked in order, as far as it takes."""
        if not possible(env):
            return env, env
        if "Not" in rule:
            yes, no = self._test(rule["Not"], env, (*place, "Not"))
            return no, yes
        for word in ("And", "Or"):
            if word in rule:
                return self._all(rule[word], env, (*place, word), turned=word == "Or")
        asks = "IsPresent" in rule
        target = plain_path(rule.get("Variable"))
        if asks and target is not None:
            there, absent = split_at(env, *target, jsonata=False)
            return (there, absent) if rule["IsPresent"] is True else (absent, there)
        if not asks:
            self._expressions.query(rule.get("Variable"), env, (*place, "Variable"))
            if target is not None:
                env = split_at(env, *target, jsonata=False)[0]
            for name, value in rule.items():
                if name.endswith(_OPERATORS_OF_PATHS) and isinstance(value, str):
                    self._expressions.query(value, env, (*place, name))
        return env, env

    def _all(self, parts: Json, env: Env, place: tuple[Key, ...], *, turned: bool) -> tuple[Env, Env]:
        """Every part of an And; `turned`, of an Or, with yes and no the other way round."""
        out: Env | None = None
        perhaps = self._perhaps
        for index, part in enumerate(parts):
            yes, no = self._test(part, env, (*place, index))
            self._perhaps = True
            on, off = (no, yes) if turned else (yes, no)
            out = off if out is None else joined_envs(out, off)
            env = on
        self._perhaps = perhaps
        out = env if out is None else out
        return (out, env) if turned else (env, out)

    # ---------------------------------------------------------------- Parallel, Map

    def _inner(self, pointer: str, given: Alts, variables: Variables, *, sure: bool) -> Alts:
        if not given:
            return frozenset()
        start = self._machines.start_at(pointer)
        surely = start if sure and not self._is_caught else None
        return self._machines.run(pointer, {start: Entry(given, variables)}, start=surely)

    def _parallel(self, given: Alts) -> Alts:
        branches = range(len(self._state.get("Branches") or ()))
        outputs = [
            self._inner(pointer_to(self._machine, self._name, "Branches", index), given, self._raw.variables, sure=True)
            for index in branches
        ]
        return frozenset({("array", tuple(map(one_of, outputs)))})

    def _map(self) -> Alts:
        state = self._state
        self._numbers("MaxConcurrency", "ToleratedFailureCount", "ToleratedFailurePercentage")
        field = processor_field(state)
        pointer = pointer_to(self._machine, self._name, field)
        distributed = (state[field].get("ProcessorConfig") or {}).get("Mode") == "DISTRIBUTED"
        for holder in ("ItemReader", "ResultWriter"):
            for name in ("Arguments", "Parameters"):
                if name in (state.get(holder) or {}):
                    self._given(name, self._env, holder)
        items = self._items()
        self._perhaps = not has_items(items)
        elements = self.item_inputs(elements_of(items))
        self._perhaps = False
        if distributed:
            with self._machines.item_of_its_own(elements):
                output = self._inner(pointer, elements, {}, sure=False)
            if _OTHERWISE & state.keys():
                return IS_FRESH if output <= IS_FRESH else IS_BLUR
            return outputs_of(items, output)
        output = self._inner(pointer, elements, self._raw.variables, sure=has_items(items))
        return outputs_of(items, output)

    def _items(self) -> Alts:
        if "ItemReader" in self._state:
            return IS_FRESH
        if not self._jsonata:
            return self._at("ItemsPath", self._env)
        given = self._given("Items", self._env)
        return self._env.input if given is None else given

    def item_inputs(self, elements: Alts) -> Alts:
        """What iterations get, on items of these shapes."""
        field = "ItemSelector" if "ItemSelector" in self._state else "Parameters"
        batcher = self._state.get("ItemBatcher")
        made: set[Any] = set()
        for element in elements:
            env = replace(self._env, item=frozenset({element}))
            selected = self._given(field, env) if field in self._state else None
            made |= frozenset({element}) if selected is None else selected
        if isinstance(batcher, dict):
            for_all = self._given("BatchInput", self._env, "ItemBatcher")
            self._numbers("MaxItemsPerBatch", "MaxInputBytesPerBatch", within=("ItemBatcher",))
            items = FRESH if made <= IS_FRESH else BLUR  # nobody knows how many
            return frozenset({("object", (
                *(() if for_all is None else (("BatchInput", one_of(for_all)),)), ("Items", items),
            ))} if made else ())
        return bounded(made)
