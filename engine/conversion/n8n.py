"""An n8n export made into a definition: each node a state, each connection a transition.

n8n hands lists of items from node to node and a state hands on one value, so this is a beginning and says so: nodes
that are not known here become Pass states with a note, expressions are turned into JSONata where they are plain paths.

    trigger                    no state: a note               if, switch      Choice
    httpRequest, slack, …      Task, as the caller says       wait            Wait
    stopAndError               Fail
    one output to many nodes   Parallel, joined where its branches meet
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import field
from typing import Any

from engine.catalog.states import unused_name
from engine.conversion.found import Candidate, Note, name_of
from engine.errors import InvalidDocument
from engine.records import dataclass

Json = Any
_State = dict[str, Json]

_IN_TEXT = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)
_PATH = re.compile(r"\s*\$json((?:\.[A-Za-z_]\w*|\[['\"][^'\"]+['\"]\])+)\s*")
_MEMBER = re.compile(r"\.([A-Za-z_]\w*)|\[['\"]([^'\"]+)['\"]\]")
_TRIGGERS = ("trigger", "webhook", "cron", ".start", "interval")
_SECONDS = {"seconds": 1, "minutes": 60, "hours": 3600, "days": 86400}
_COMPARISONS = {
    "equal": "=", "equals": "=", "notEqual": "!=", "notEquals": "!=", "larger": ">", "gt": ">", "largerEqual": ">=",
    "gte": ">=", "smaller": "<", "lt": "<", "smallerEqual": "<=", "lte": "<=",
}
_MOST_NODES = 1000
_DEEPEST = 20
"""So many Parallels within one another are made."""
_MOST_LINES = 10_000_000
"""Lines that are followed to see where branches meet. What a hand has drawn takes a thousandth."""

_OUTPUTS = {"if": 2, "filter": 1}
"""How many outputs a node has; a switch has one for each rule."""

_LONGEST_WAIT = 99_999_999
"""AWS's longest Seconds of a Wait."""

_EMPTY: tuple[Json, ...] = (None, "", {}, [])
"""What says nothing where a parameter of a node stands."""

Task = Callable[[Mapping[str, Json]], tuple[str, dict[str, Json]]]
"""What a kind of node is here: the resource of a Task, and its arguments, made of the node's parameters."""


def is_n8n(value: Json) -> bool:
    """Whether `value` is an export: of one workflow, or a list of them."""
    first = value[0] if isinstance(value, list) and value else value
    return isinstance(first, dict) and isinstance(first.get("nodes"), list) and isinstance(
        first.get("connections"), dict
    )


def from_n8n(value: Json, name: str, tasks: Mapping[str, Task]) -> list[Candidate]:
    """A candidate for each workflow of the export. `tasks` are the kinds of node that become a Task.

    Raises InvalidDocument for one without nodes."""
    return [_Reading(flow, name, tasks).candidate() for flow in (value if isinstance(value, list) else [value])]


@dataclass(slots=True, eq=False)
class _Machine:
    """A machine being put together: the whole, or a branch. `stop` are the nodes that end it, `left` those to come."""

    stop: frozenset[str] = frozenset()
    depth: int = 0
    states: dict[str, _State] = field(default_factory=dict)
    left: list[str] = field(default_factory=list)
    end: str | None = None


class _Reading:
    """One workflow being read. Every node gets its place once: in the whole, or in one branch of a Parallel."""

    def __init__(self, flow: Mapping[str, Json], name: str, tasks: Mapping[str, Task]) -> None:
        self.tasks = tasks
        self.name = name_of(str(flow.get("name") or name))
        nodes = [node for node in flow["nodes"] if isinstance(node, dict) and isinstance(node.get("name"), str)]
        self.nodes = {node["name"]: node for node in nodes if not str(node.get("type")).endswith("stickyNote")}
        if not self.nodes or len(self.nodes) > _MOST_NODES:
            raise InvalidDocument(
                f"the export has {len(self.nodes)} nodes; 1 to {_MOST_NODES} are read", where="/nodes"
            )
        self.outputs = {
            node: [_targets(output, self.nodes) for output in _main(flow["connections"].get(node))]
            for node in self.nodes
        }
        for node, outputs in self.outputs.items():
            if len(outputs) > _MOST_NODES:
                raise InvalidDocument(
                    f"{node!r} has {len(outputs)} outputs; at most {_MOST_NODES} are read", where="/connections"
                )
        self.notes: list[Note] = []
        self.place: dict[str, _Machine] = {}
        self.lines = 0
        self.taken: set[str] = set()
        self.names = {node: self._unused(node) for node in self.nodes}

    def candidate(self) -> Candidate:
        """The workflow."""
        starts = [node for node in self.nodes if _is_trigger(self.nodes[node])]
        targets = {target for outputs in self.outputs.values() for output in outputs for target in output}
        begin = starts or [node for node in self.nodes if node not in targets] or [next(iter(self.nodes))]
        for node in starts:
            self._note(f"the trigger {node!r} was not taken over: give the workflow a trigger")
        if len(begin) > 1:
            self._note(f"it begins in {len(begin)} places: only what follows {begin[0]!r} was taken over")
        whole = _Machine()
        first = self._follow(begin[0], 0, whole) if starts else self._lead(begin[0], begin[0], whole)
        start_at = first or self._end(whole)
        self._build(whole)
        definition = {
            "Comment": "Made from an n8n export: compare it with the original.", "QueryLanguage": "JSONata",
            "StartAt": start_at, "States": whole.states,
        }
        return Candidate.noted(self.name, {"name": self.name, "definition": definition}, self.notes)

    def _note(self, text: str, node: str | None = None) -> None:
        self.notes.append(Note(text, None if node is None else self.names.get(node, node)))

    def _unused(self, name: str) -> str:
        """`name` as a state's, and no other's."""
        found = unused_name(name or "Node", self.taken)
        self.taken.add(found)
        return found

    # ---------------------------------------------------------------- the lines

    def _build(self, machine: _Machine) -> None:
        """Make a state of every node that the machine leads to."""
        while machine.left:
            node = machine.left.pop(0)
            machine.states[self.names[node]] = self._state(node, machine)

    def _follow(self, node: str, output: int, machine: _Machine) -> str | None:
        """What follows an output of `node`: a state, or None at the end. Several targets run side by side."""
        outputs = self.outputs[node]
        targets = outputs[output] if output < len(outputs) else []
        if len(targets) > 1:
            return self._side_by_side(node, targets, machine)
        return self._lead(node, targets[0], machine) if targets else None

    def _lead(self, node: str, target: str, machine: _Machine) -> str | None:
        """The state of `target`, which gets its place in `machine` unless it has one."""
        if target in machine.stop:
            return None
        place = self.place.setdefault(target, machine)
        if place is not machine:
            self._note(f"the line from {node!r} to {target!r} leads into another branch: it was not taken over", node)
            return None
        if self.names[target] not in machine.states and target not in machine.left:
            machine.left.append(target)
        return self.names[target]

    def _side_by_side(self, node: str, targets: Sequence[str], machine: _Machine) -> str | None:
        """A Parallel, where each target begins a branch of its own and they meet at most in one place."""
        reached = [self._reached(target, machine.stop) for target in targets]
        common = set(reached[0]).intersection(*reached[1:]).difference(targets)
        join = next((found for found in reached[0] if found in common), None)
        after = set() if join is None else set(self._reached(join, machine.stop))
        inner = [set(found) - after for found in reached]
        together = set.union(*inner)
        if (
            machine.depth >= _DEEPEST or sum(map(len, inner)) != len(together) or not together.issuperset(targets)
            or node in together or not together.isdisjoint(self.place)
        ):
            others = ", ".join(map(repr, targets[1:]))
            self._note(f"{node!r} leads to {others} too, by ways that cross: only {targets[0]!r} was taken over", node)
            return self._lead(node, targets[0], machine)
        name = self._unused(f"After {node}")
        self._note("what follows runs side by side, and gives a list; n8n runs it one after the other", name)
        branches = []
        for target in targets:
            branch = _Machine(machine.stop if join is None else machine.stop | {join}, machine.depth + 1)
            start_at = self._lead(node, target, branch)
            self._build(branch)
            branches.append({"StartAt": start_at, "States": branch.states})
        following = _next(None if join is None else self._lead(node, join, machine))
        machine.states[name] = {"Type": "Parallel", "Branches": branches, **following}
        return name

    def _reached(self, node: str, stop: frozenset[str]) -> list[str]:
        """`node` and all that follows, up to `stop`, each before what it leads to: of some, the one that leads to all
        others is the first. Raises InvalidDocument where that takes too long."""
        ended: list[str] = []
        seen = {node}
        left = [] if node in stop else [(node, iter(self._after(node)))]
        while left:
            at, targets = left[-1]
            target = next((target for target in targets if target not in seen and target not in stop), None)
            if target is None:
                ended.append(at)
                left.pop()
            else:
                seen.add(target)
                left.append((target, iter(self._after(target))))
        return ended[::-1]

    def _after(self, node: str) -> list[str]:
        """Where the lines of `node` lead."""
        targets = [target for output in self.outputs[node] for target in output]
        self.lines += len(targets) + 1
        if self.lines > _MOST_LINES:
            raise InvalidDocument(
                "the lines between the nodes cross too often to find the branches that run side by side",
                where="/connections", advice="Bring the workflow in in parts, or draw it with fewer lines.",
            )
        return targets

    def _end(self, machine: _Machine) -> str:
        """The machine's Succeed state, for rules that lead to the end."""
        if machine.end is None:
            machine.end = self._unused("Done")
            machine.states[machine.end] = {"Type": "Succeed"}
        return machine.end

    # ---------------------------------------------------------------- the nodes

    def _state(self, node: str, machine: _Machine) -> _State:
        kind = str(self.nodes[node].get("type", "")).rpartition(".")[2]
        parameters = _object(self.nodes[node].get("parameters"))
        if kind in ("if", "switch", "filter"):
            return self._choice(node, kind, parameters, machine)
        if kind == "stopAndError":
            cause = self._value(node, parameters.get("errorMessage", ""))
            return {"Type": "Fail", "Error": "Stopped", "Cause": str(cause)}
        following = _next(self._follow(node, 0, machine))
        if kind == "wait":
            return {"Type": "Wait", "Seconds": self._seconds(node, parameters), **following}
        make = self.tasks.get(kind)
        if make is not None:
            taken = _Taken(parameters)
            resource, arguments = make(taken)
            given = {key: self._value(node, item) for key, item in arguments.items() if item not in _EMPTY}
            if taken.left:
                self._note(f"{node!r} has more than was taken over: {', '.join(taken.left)}", node)
            if self.nodes[node].get("credentials"):
                self._note(f"{node!r} had credentials: name a secret in its arguments", node)
            return {"Type": "Task", "Resource": resource, "Arguments": given, **following}
        if kind != "noOp":
            self._note(f"{node!r} ({kind}) is not known here: it hands its input on; say what it is to do", node)
        return {"Type": "Pass", "Comment": f"n8n: {kind}", **following}

    def _seconds(self, node: str, parameters: Mapping[str, Json]) -> Json:
        amount = self._value(node, parameters.get("amount", 1))
        unit = _SECONDS.get(str(parameters.get("unit", "hours")), 3600)
        if isinstance(amount, str) and amount.startswith("{%"):
            return f"{{% {amount.removeprefix('{%').removesuffix('%}').strip()} * {unit} %}}"
        if isinstance(amount, int | float) and 0 <= amount * unit <= _LONGEST_WAIT:
            return int(amount * unit)
        self._note(f"how long {node!r} waits was not understood: say it", node)
        return 0

    def _choice(self, node: str, kind: str, parameters: Mapping[str, Json], machine: _Machine) -> _State:
        count = max(len(self.outputs[node]), 1)
        count = min(count, _OUTPUTS.get(kind, count))  # it has no more, whatever an export says
        names = [self._follow(node, index, machine) or self._end(machine) for index in range(count)]
        conditions = _conditions(kind, parameters)
        rules = []
        for index, name in enumerate(names if kind == "switch" else names[:1]):
            condition = conditions[index] if index < len(conditions) else None
            if condition is None:
                self._note(f"the condition of output {index} of {node!r} was not understood: write it", node)
            rules.append({"Condition": f"{{% {condition or 'false'} %}}", "Next": name})
        otherwise = names[1] if kind == "if" and len(names) > 1 else self._end(machine)
        return {"Type": "Choice", "Choices": rules, "Default": otherwise}

    def _value(self, node: str, value: Json) -> Json:
        """n8n's expressions in it as JSONata, where they are of plain paths."""
        if isinstance(value, dict):
            return {key: self._value(node, item) for key, item in value.items()}
        if isinstance(value, list):
            return [self._value(node, item) for item in value]
        if not isinstance(value, str) or not value.startswith("="):
            return value
        path = _jsonata(value)
        if path is None:
            self._note(f"an expression of {node!r} was not understood: {value[:80]}", node)
            return value[1:]
        return f"{{% {path} %}}"


class _Taken(Mapping[str, Json]):
    """A node's parameters as a Task is made of them; `left` are those that say something
    and were not looked at."""

    def __init__(self, parameters: Mapping[str, Json]) -> None:
        self._parameters = parameters
        self.left = dict.fromkeys(
            name for name, value in parameters.items() if value not in _EMPTY and value is not False
        )

    def __getitem__(self, name: str) -> Json:
        self.left.pop(name, None)
        return self._parameters[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._parameters)

    def __len__(self) -> int:
        return len(self._parameters)


def _object(value: Json) -> dict[str, Json]:
    """An object as it is, anything else as an empty one: what is no n8n export is no reason to fall over."""
    return value if isinstance(value, dict) else {}


def _list(value: Json) -> list[Json]:
    return value if isinstance(value, list) else []


def _main(connections: Json) -> list[Json]:
    return _list(_object(connections).get("main"))


def _targets(output: Json, nodes: Mapping[str, Json]) -> list[str]:
    found = [str(item.get("node")) for item in map(_object, _list(output))]
    return list(dict.fromkeys(node for node in found if node in nodes))


def _is_trigger(node: Mapping[str, Json]) -> bool:
    kind = str(node.get("type", "")).lower()
    return kind.endswith(_TRIGGERS)


def _next(name: str | None) -> _State:
    return {"End": True} if name is None else {"Next": name}


def _jsonata(expression: str) -> str | None:
    """``={{ $json.order.id }}`` as ``$states.input.order.id``, and a text around such as a concatenation; None for
    anything beyond plain paths."""
    pieces = _IN_TEXT.split(expression.strip()[1:])
    paths = [_path(inner) for inner in pieces[1::2]]
    if not paths or None in paths:
        return None
    texts = [_quoted(text) if text else None for text in pieces[::2]]
    parts = [part for pair in zip(texts, [*paths, None], strict=True) for part in pair if part is not None]
    return " & ".join(parts)


def _path(inner: str) -> str | None:
    found = _PATH.fullmatch(inner)
    if found is None or "`" in inner:
        return None
    names = [plain or f"`{quoted}`" for plain, quoted in _MEMBER.findall(found[1])]
    return "$states.input." + ".".join(names)


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _conditions(kind: str, parameters: Mapping[str, Json]) -> list[str | None]:
    """The conditions of the outputs, in JSONata; None for one that was not understood."""
    if kind == "switch":
        rules = _object(parameters.get("rules"))
        found = rules.get("values") or rules.get("rules")
        return [_group(_object(_object(rule).get("conditions"))) for rule in _list(found)]
    return [_group(_object(parameters.get("conditions")))]


def _group(group: Mapping[str, Json]) -> str | None:
    listed = group.get("conditions")
    if not isinstance(listed, list):  # before n8n 1.0: by type, {"number": [{"value1", "operation", "value2"}]}
        listed = [
            {"leftValue": item.get("value1"), "rightValue": item.get("value2"),
             "operator": {"operation": item.get("operation", "equal")}}
            for items in group.values() for item in map(_object, _list(items))
        ]
    parts = [_comparison(item) for item in listed if isinstance(item, dict)]
    if not parts or None in parts:
        return None
    return (" or " if group.get("combinator") == "or" else " and ").join(str(part) for part in parts)


def _comparison(item: Mapping[str, Json]) -> str | None:
    operation = str(_object(item.get("operator")).get("operation"))
    left, right = _operand(item.get("leftValue")), _operand(item.get("rightValue"))
    if operation == "true" and left is not None:
        return left
    if operation not in _COMPARISONS or left is None or right is None:
        return None
    return f"{left} {_COMPARISONS[operation]} {right}"


def _operand(value: Json) -> str | None:
    if isinstance(value, str):
        if value.startswith("="):
            return _jsonata(value)
        return _quoted(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int | float) else None
