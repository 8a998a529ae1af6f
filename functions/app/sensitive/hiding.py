"""Which veil an answer needs: what the workflow marks, who asks, and whether they reveal.

    execution ──► its version's marks, and those of the active one       a mark counts for what ran before it, too
         └──────► its parent's marks and values, and so on up            what a parent hides, its child hides
    values   ──► in the input; where variables, results or outputs are marked, in the whole history

`functions.app.sensitive.gate` asks here only where something may be hidden.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import replace
from threading import Lock
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from engine.durable.execution import Execution
from engine.durable.views.steps import steps_of
from engine.errors import Conflict, InvalidDocument, NotFound, StoreCorrupt, json_pointer
from engine.kernel.children.child_ids import own_target
from engine.language.asl.resources import START_EXECUTION
from engine.language.sensitive.declaring import declared_of
from engine.language.sensitive.flow import Declared, Flow, flow_of, key_marks
from engine.language.sensitive.places import NONE, WHOLE, Marks, at, bounded, marked, under, written
from engine.ports.journal import Header
from engine.ports.keys import ExecutionKey
from engine.ports.published import PublishedVersion
from engine.records import dataclass
from functions.app.sensitive.clear import CLEAR
from functions.app.sensitive.veil import Veil, known_values, masked_places, values_of_steps

if TYPE_CHECKING:
    from engine.catalog.published import CatalogPublished
    from engine.durable.lifecycle.executions import Executions
    from engine.testing.trial import Tried
    from functions.app.sensitive.clear import Hides

Json = Any
_Made = TypeVar("_Made")

MOST_EVENTS = 100_000
"""So much of a history is looked at for values."""
MOST_ANCESTORS = 10
MOST_CHILDREN = 3
"""Levels of executions that start others, up and down."""
_ROUNDS = 5
_KEPT = 256


class HiddenInput(InvalidDocument):
    """A value that was hidden is sent back as if it were one."""

    code = "HiddenInput"


class WouldReveal(Conflict):
    """What is asked for would show what is hidden."""

    code = "WouldReveal"


@dataclass(frozen=True, slots=True)
class _Subject:
    """An execution, with all that is marked in it, and the values that came to it from its ancestors. `by_input`: what
    it marks stands in its input, and nothing else is to be read to know it."""

    key: ExecutionKey
    version: PublishedVersion
    flow: Flow
    machine: str
    values: frozenset[str]
    by_input: bool


class Hiding:
    """Safe to share between threads."""

    def __init__(self, published: CatalogPublished, executions: Executions) -> None:
        self._published = published
        self._executions = executions
        self._flows: _Kept[Flow] = _Kept()
        self._declared: _Kept[Declared] = _Kept()
        self._values: _Kept[frozenset[str]] = _Kept()

    def veil(self, key: ExecutionKey, execution: Execution | None = None) -> Hides:
        """What hides the sensitive values of the execution; `execution` where it was read already. Raises NotFound."""
        header = self._executions.header(key) if execution is None or execution.parent is not None else None
        try:
            if header is None and execution is not None:
                earlier = tuple(change.from_version for change in execution.changeovers)
                found = self._of_none(key, execution.workflow, execution.version, earlier)
            else:
                found = self._subject(header or self._executions.header(key))
        except (NotFound, StoreCorrupt):
            return _ALL  # its version cannot be read: who knows what it marks?
        values = found.values | self._values_of(found, execution)
        return Veil(found.flow, found.machine, values) if found.flow or values else CLEAR

    def veil_of_test(self, document: Mapping[str, Json], workspace: str, tried: Tried) -> Hides:
        """What hides the sensitive values of a test: by the marks of its document, and of the workflow's active
        version. A test of a part begins, and ends, with any state."""
        declared = declared_of(document.get("sensitive"), document.get("input_schema"))
        declared = declared.joined(self._active(workspace, str(document.get("name"))))
        if not declared:
            return CLEAR
        flow = flow_of(document["definition"], declared)
        outer = [flow.state(step.name) for step in tried.steps.steps if step.parent is None]
        given, output = flow.machines.get("", (NONE, NONE))
        if outer:
            ends = (bounded(given | outer[0].input), bounded(output | outer[-1].output))
            flow = replace(flow, machines={**flow.machines, "": ends})
        found = [*values_of_steps(flow, tried.steps), *marked(tried.output, flow.machines[""][1])]
        return Veil(flow, "", known_values(found))

    def key_is_hidden(self, workspace: str, workflow: str, version: int) -> bool:
        """Whether the business keys of a version are made of what is marked, by now."""
        try:
            found = self._published.numbered(workspace, workflow, version)
        except NotFound:
            return False
        return found.business_key is not None and bool(
            key_marks(found.business_key, self._of_version(workspace, workflow, version))
        )

    def error_is_hidden(self, workspace: str, workflow: str, version: int) -> bool:
        """Whether a Fail state of a version names its error by what is marked, by now."""
        try:
            found = self._published.numbered(workspace, workflow, version)
        except NotFound:
            return False
        return bool(self._flow(found, self._of_version(workspace, workflow, version)).errors)

    def check_start(self, started: PublishedVersion, value: Json, name: str | None) -> None:
        """Raises HiddenInput for an input that has MASK in a marked place, and InvalidDocument for a name that has a
        marked value in it: names are shown to all."""
        declared = self._own(started)
        if not declared.input:
            return
        for place in sorted(declared.input):
            if masked_places(value, frozenset({place})):
                raise HiddenInput(
                    f"{written(place) or 'the input'} holds ********, which stands for a value that you were not shown",
                    where=json_pointer(("input", *place)),
                    advice="Give the value itself, or run the execution again (rerun): that keeps the input as it was.",
                )
        if name is not None and any(text in name for text in known_values(marked(value, declared.input))):
            raise InvalidDocument(
                "the name holds the value of a sensitive field, and names are shown to all", where="name",
                advice="Leave it out to get a UUID, or take a field that is not sensitive.",
            )

    def check_rerun(self, was: Execution, version: int | None) -> None:
        """Raises WouldReveal where the version that is to run with the same input shows what is hidden in that of the
        execution."""
        workspace = was.key.workspace
        hidden = self._of_version(workspace, was.workflow, was.version).input
        if not hidden:
            return
        try:
            started = self._published.version(workspace, was.workflow, version)
        except (NotFound, Conflict):
            return
        shown = sorted(place for place in hidden if not _covers(self._own(started).input, place))
        if shown:
            raise WouldReveal(
                f"version {started.number} does not mark {', '.join(map(written, shown))}, which is hidden in "
                f"{was.key.id}: its input would be shown", where="version",
                advice="Run the same version again, give another input, or ask who may reveal.",
            )

    def check_onto(self, was: Execution, version: int) -> None:
        """Raises WouldReveal where the version by which the execution is to go on does not mark all that its own marks:
        what it has done would be shown."""
        workspace = was.key.workspace
        try:
            onto = self._published.version(workspace, was.workflow, version)
        except (NotFound, Conflict):
            return
        hidden, own = self._of_version(workspace, was.workflow, was.version), self._own(onto)
        parts = [
            ("input", hidden.input, own.input), ("variables", hidden.variables, own.variables),
            ("output", hidden.output, own.output),
            *((f"the result of {name}", marks, own.results.get(name, NONE)) for name, marks in hidden.results.items()),
        ]
        shown = [
            f"{written(place) or 'all'} of {part}"
            for part, marks, covering in parts for place in sorted(marks) if not _covers(covering, place)
        ]
        if shown:
            raise WouldReveal(
                f"version {version} does not mark {', '.join(shown)}, which is hidden in {was.key.id}: what it did "
                "would be shown", where="version", advice="Publish a version that marks it too.",
            )

    # ---------------------------------------------------------------- what is marked

    def _own(self, version: PublishedVersion) -> Declared:
        key = (version.workspace, version.workflow, version.number)
        return self._declared.get(key, lambda: declared_of(version.sensitive, version.input_schema))

    def _active(self, workspace: str, workflow: str) -> Declared:
        active = self._published.active(workspace, workflow)
        return Declared() if active is None else self._own(active)

    def _of_version(self, workspace: str, workflow: str, number: int) -> Declared:
        try:
            own = self._own(self._published.numbered(workspace, workflow, number))
        except NotFound:
            own = Declared()
        return own.joined(self._active(workspace, workflow))

    def _of_none(self, key: ExecutionKey, workflow: str, number: int, earlier: Sequence[int]) -> _Subject:
        """An execution that no other one has started; it ran by the `earlier` versions too."""
        version = self._published.numbered(key.workspace, workflow, number)
        declared = self._of_version(key.workspace, workflow, number)
        by_input = _is_of_input(declared) and not starting(version)
        flow = self._flow(version, declared)
        for before in dict.fromkeys(earlier):
            was = self._published.numbered(key.workspace, workflow, before)
            declared_then = declared.joined(self._own(was))
            by_input = by_input and _is_of_input(declared_then) and not starting(was)
            flow = flow.joined(self._flow(was, declared_then))
        return _Subject(key, version, flow, "", frozenset(), by_input)

    def _subject(self, header: Header, ancestors: int = MOST_ANCESTORS) -> _Subject:
        parent = None if header.parent is None or not ancestors else self._parent(header)
        earlier = self._executions.earlier_versions(header.key)
        found = self._of_none(header.key, header.workflow, header.version, earlier)
        if parent is None or header.parent is None:
            return found
        above = self._subject(parent, ancestors - 1)
        values = above.values | self._values_of(above, None)
        if header.is_item:
            return _Subject(header.key, above.version, above.flow, header.parent.machine, values, by_input=False)
        given = _handed_on(above)
        if given:
            declared = self._of_version(header.key.workspace, header.workflow, header.version)
            declared = declared.joined(Declared(input=given))
            found = replace(found, flow=self._flow(found.version, declared))
        return replace(found, values=values)

    def _parent(self, header: Header) -> Header | None:
        if header.parent is None:
            return None
        try:
            return self._executions.header(ExecutionKey(header.key.workspace, header.parent.execution_id))
        except NotFound:  # it is gone
            return None

    def _flow(self, version: PublishedVersion, declared: Declared, depth: int = MOST_CHILDREN) -> Flow:
        """The flow of what is `declared`, and of what comes back from executions that the states start."""
        started = starting(version)
        for _ in range(_ROUNDS if started else 0):
            flow = self._kept_flow(version, declared)
            back = {name: self._coming_back(version.workspace, flow, name, state, depth) for name, state in started}
            joined = declared.joined(Declared(results={name: marks for name, marks in back.items() if marks}))
            if joined.key == declared.key:
                break
            declared = joined
        return self._kept_flow(version, declared)

    def _kept_flow(self, version: PublishedVersion, declared: Declared) -> Flow:
        key = (version.workspace, version.workflow, version.number, declared.key)
        return self._flows.get(key, lambda: flow_of(version.definition, declared))

    def _coming_back(
        self, workspace: str, flow: Flow, name: str, state: Mapping[str, Json], depth: int
    ) -> Marks:
        """The marks of what a state that starts an execution gets back: that one's input, and its output."""
        given = at(flow.state(name).arguments, "Input")
        resource = str(state.get("Resource"))
        if ".sync" not in resource:
            return NONE
        target = own_target(resource, state.get("Arguments", state.get("Parameters")), workspace)
        child = None if target is None or not depth else self._published.active(workspace, target.workflow)
        if child is None:
            output = WHOLE if given else NONE
        else:
            own = self._of_version(workspace, child.workflow, child.number).joined(Declared(input=given))
            output = self._flow(child, own, depth - 1).machines.get("", (NONE, NONE))[1]
        if not resource.endswith(":2"):  # both are JSON in a text
            given, output = (WHOLE if given else NONE), (WHOLE if output else NONE)
        return bounded({*under(given, "Input"), *under(output, "Output")})

    # ---------------------------------------------------------------- and what stands there

    def _values_of(self, subject: _Subject, execution: Execution | None) -> frozenset[str]:
        if not subject.flow:
            return frozenset()
        key, executions = subject.key, self._executions
        if subject.by_input:
            given = executions.input_of(key) if execution is None else execution.input
            return frozenset(known_values(marked(given, subject.flow.machines[""][0])))
        return self._values.get(
            (key, subject.flow.key, executions.written(key)), lambda: frozenset(self._in_history(subject))
        )

    def _in_history(self, subject: _Subject) -> set[str]:
        flow, executions = subject.flow, self._executions
        given, output = flow.machines.get(subject.machine, (NONE, NONE))
        found: list[Json] = [*marked(executions.input_of(subject.key), given)]
        events = executions.events(subject.key, most=MOST_EVENTS)
        for event in events:
            if event.type == "ExecutionSucceeded":
                found += marked((event.details or {}).get("output"), output)
        found += values_of_steps(flow, steps_of(events))
        return known_values(found)


def starting(version: PublishedVersion) -> list[tuple[str, Mapping[str, Json]]]:
    """The states of a version that start other executions."""
    found: list[tuple[str, Mapping[str, Json]]] = []
    machines: list[Json] = [version.definition]
    while machines:
        machine = machines.pop()
        states = machine.get("States") if isinstance(machine, dict) else None
        for name, state in (states or {}).items():
            machines += [*state.get("Branches", ()), state.get("ItemProcessor"), state.get("Iterator")]
            if str(state.get("Resource", "")).startswith(START_EXECUTION):
                found.append((name, state))
    return found


def _handed_on(above: _Subject) -> Marks:
    """The marks of the inputs of executions that a state starts: whichever state it was."""
    return bounded(
        place for name, _ in starting(above.version) for place in at(above.flow.state(name).arguments, "Input")
    )


_ALL = Veil(Flow({"": (WHOLE, WHOLE)}, {}, WHOLE))


def _is_of_input(declared: Declared) -> bool:
    return not (declared.variables or declared.output or any(declared.results.values()))


def _covers(marks: Marks, place: tuple[str, ...]) -> bool:
    """Whether a mark lies at `place`, or around it."""
    return any(place[:length] in marks for length in range(len(place) + 1))


class _Kept(Generic[_Made]):
    """The latest of what is costly to make. Safe to share between threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._made: OrderedDict[Hashable, _Made] = OrderedDict()

    def get(self, key: Hashable, make: Callable[[], _Made]) -> _Made:
        """What is kept under `key`, else what `make` makes."""
        with self._lock:
            if key in self._made:
                self._made.move_to_end(key)
                return self._made[key]
        made = make()
        with self._lock:
            self._made[key] = made
            while len(self._made) > _KEPT:
                self._made.popitem(last=False)
        return made
