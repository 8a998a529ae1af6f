"""What hides the sensitive values of one execution, wherever an answer shows them.

    data     marked places, by the flow of the definition  ──► ********      whatever stands there, also true and ""
             then every copy of a known value, by value    ──► ********      texts of 6 characters on, in any form
    causes   JSON that has a marked name in it is cut away ──► "Invalid path ********"; what the engine says that an
             expression made, too; then by value

Known are the values in marked places. `engine.language.sensitive` has the places, `engine.governance.masking` the forms
in which a value is found again.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from engine.durable.execution import Execution
from engine.durable.views import step_facts as facts
from engine.governance.masking import MASK, Scrubber
from engine.kernel.history import HistoryEvent
from engine.language.sensitive.flow import Flow
from engine.language.sensitive.places import Marks, hide, hide_members, is_whole, marked
from engine.values import is_number, walk

Json = Any

_QUOTES = re.compile(
    r"threw an error during evaluation\. (?:[A-Z]\d{4}: )?|for value: |refers to value |no workflow is called |"
    r"could not be found in the input |does not reference a valid [^=]* == "
)
"""What stands before a value in the engine's own words of what an expression or a path made: it may be a short one."""

SHORTEST = 6
"""A shorter value is hidden in marked places alone: found by value, ordinary text would tell which one it is."""

MOST_KNOWN = 1_000
"""So many values of an execution are looked for by value, the longest."""

_STRUCTURE = frozenset({"name", "state", "resource", "resourceType", "region", "mapRunArn", "index", "length"})
"""Details of events that say what happened where, and hold no data."""


def known_values(found: Iterable[Json]) -> set[str]:
    """What is looked for by value of what stands in marked places."""
    texts = set()
    for value in found:
        for _, leaf in walk(value):
            text = leaf if isinstance(leaf, str) else str(leaf) if is_number(leaf) else ""
            if len(text) >= SHORTEST and text != MASK:
                texts.add(text)
    return texts if len(texts) <= MOST_KNOWN else set(sorted(texts, key=len, reverse=True)[:MOST_KNOWN])


def values_of_steps(flow: Flow, steps: facts.Steps) -> Iterator[Json]:
    """What stands in the marked places of all that the steps show."""
    for step in steps.steps:
        marks = flow.state(step.name)
        for value, where in (
            (step.input, marks.input), (step.arguments, marks.arguments), (step.result, marks.result),
            (step.output, marks.output), (dict(step.assigned), marks.assigned),
            (dict(step.variables), flow.variables),
        ):
            yield from marked(value, where)


class Veil:
    """Over one execution. `machine` is the one that it walks, by its pointer."""

    __slots__ = ("_flow", "_machine", "_named", "_scrubber")

    def __init__(self, flow: Flow, machine: str = "", values: Iterable[str] = ()) -> None:
        self._flow = flow
        self._machine = machine
        self._scrubber = Scrubber(values)
        names = sorted(flow.names())
        found = "|".join(re.escape(name) for name in names)
        self._named = re.compile(rf'\\*["\'](?:{found})\\*["\']\s*:') if names else None

    def execution(self, execution: Execution) -> Execution:
        """The execution as it may be shown."""
        given, output = self._flow.machines.get(self._machine, (frozenset(), frozenset()))
        cause = MASK if self._flow.causes and execution.cause is not None else self.text(execution.cause)
        return replace(
            execution, input=self._value(execution.input, given), output=self._value(execution.output, output),
            error=self._plain(execution.error), cause=cause, business_key=self._plain(execution.business_key),
        )

    def output(self, value: Json) -> Json:
        """The execution's output as it may be shown."""
        return self._value(value, self._flow.machines[self._machine][1])

    def steps(self, steps: facts.Steps) -> facts.Steps:
        """The steps as they may be shown."""
        return replace(steps, steps=tuple(map(self.step, steps.steps)))

    def step(self, step: facts.Step) -> facts.Step:
        """A step as it may be shown: its values, its errors and its events."""
        marks = self._flow.state(step.name)
        attempts = tuple(
            replace(item, error=self._plain(item.error), cause=self._cause(step.name, item.cause))
            for item in step.attempts
        )
        caught = step.caught and replace(step.caught, error=self._plain(step.caught.error))
        return replace(
            step, input=self._value(step.input, marks.input), arguments=self._value(step.arguments, marks.arguments),
            result=self._value(step.result, marks.result), output=self._value(step.output, marks.output),
            assigned=self._members(step.assigned, marks.assigned),
            variables=self._members(step.variables, self._flow.variables), attempts=attempts, caught=caught,
            error=self._plain(step.error), cause=self._cause(step.name, step.cause),
            events=tuple(self._event(event, step.name) for event in step.events),
        )

    def arguments(self, state: str, value: Json) -> Json:
        """What a state calls with, as it may be shown."""
        return self._value(value, self._flow.state(state).arguments)

    def result(self, state: str, value: Json) -> Json:
        """What a state's call gave, as it may be shown."""
        return self._value(value, self._flow.state(state).result)

    def events(self, events: Sequence[HistoryEvent], steps: facts.Steps) -> list[HistoryEvent]:
        """Events as they may be shown; `steps` are what the history tells as far as these."""
        names = {event.id: step.name for step in steps.steps for event in step.events}
        return [self._event(event, names.get(event.id, "")) for event in events]

    def text(self, text: str | None) -> str | None:
        """A cause, or a line of a log."""
        if text is None:
            return None
        text = self._unquoted(text)
        begins = min((at for at in (text.find("{"), text.find("[")) if at >= 0), default=-1)
        if begins >= 0 and (self._flow.hides_whole or (self._named is not None and self._named.search(text))):
            text = text[:begins] + MASK
        return self._scrubber.text(text)

    def _cause(self, state: str, cause: str | None) -> str | None:
        return MASK if cause is not None and state in self._flow.causes else self.text(cause)

    def _plain(self, text: str | None) -> str | None:
        return None if text is None else self._scrubber.text(text)

    def _value(self, value: Json, marks: Marks) -> Json:
        if value is None:
            return None  # there is none, and were there one, its mark hid nothing
        return self._scrubber.json(self._without_quotes(hide(value, marks, _mask)))

    def _without_quotes(self, value: Json) -> Json:
        """The same of data: a Catcher puts the cause there."""
        if isinstance(value, str):
            return self._unquoted(value)
        if isinstance(value, dict):
            return {key: self._without_quotes(item) for key, item in value.items()}
        return [self._without_quotes(item) for item in value] if isinstance(value, list) else value

    def _unquoted(self, text: str) -> str:
        """Without what the engine's own words quote."""
        found = _QUOTES.search(text) if self._flow else None
        return text if found is None else text[:found.end()] + MASK

    def _members(self, members: Mapping[str, Json], marks: Marks) -> dict[str, Json]:
        shown = hide_members(members, marks, _mask)
        return {name: self._scrubber.json(self._without_quotes(value)) for name, value in shown.items()}

    def _event(self, event: HistoryEvent, name: str) -> HistoryEvent:
        if not event.details:
            return event
        details = event.details
        state = str(details.get("name", name)) if event.type.endswith(("StateEntered", "StateExited")) else name
        return event._replace(details={
            key: value if key in _STRUCTURE else self._detail(event.type, key, value, state)
            for key, value in details.items()
        })

    def _detail(self, kind: str, key: str, value: Json, state: str) -> Json:
        if key == "assignedVariables" and isinstance(value, dict):
            return self._members(value, self._flow.state(state).assigned)
        if key == "cause" and isinstance(value, str):
            return MASK if kind.startswith("Execution") and self._flow.causes else self._cause(state, value)
        if key in ("input", "output", "parameters"):
            return self._value(value, self._marks(kind, key, state))
        return self._scrubber.json(value)

    def _marks(self, kind: str, key: str, state: str) -> Marks:
        flow = self._flow
        given, output = flow.machines.get(self._machine, (frozenset(), frozenset()))
        marks = flow.state(state)
        if kind.startswith("Execution"):
            return given if key == "input" else output
        if kind.endswith("StateEntered"):
            return marks.input
        if kind.endswith("StateExited"):
            return marks.output
        return marks.result if key == "output" else marks.arguments


def _mask(value: Json) -> Json:
    del value
    return MASK


def masked_places(value: Json, marks: Marks) -> bool:
    """Whether MASK stands in a marked place: somebody sends back what was shown to them."""
    return any(found == MASK for found in marked(value, marks)) or (is_whole(marks) and value == MASK)
