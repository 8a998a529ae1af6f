"""A probe in a compiled state: it writes down the values that pass through the state's fields.

Each field is a closure that the pipeline (engine.kernel.flow) calls; the probe puts one around it that calls the
same and keeps what it gave. A field that the definition leaves out hands its input on, so that the step is seen too.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any

from engine.language.asl.model import (
    Batcher,
    Catcher,
    Choice,
    Distributed,
    Evaluate,
    Fallible,
    Map,
    Parallel,
    Pass,
    Pattern,
    Place,
    Reader,
    Resource,
    State,
    Task,
)
from engine.language.expr.scope import Scope

Json = Any


class Probe:
    """What was seen, by the names of AWS's inspectionData; besides those ``assigned``, the variables of an Assign.

    With `context` the expressions see it as the context object.
    """

    def __init__(self, context: Mapping[str, Json] | None) -> None:
        self._context = context
        self.seen: dict[str, Json] = {}

    def watched(self, state: State) -> State:
        """`state` with the probe in it; it does what `state` does. A Map or Parallel waits for its mock."""
        if isinstance(state, Parallel):
            state = _as_task(state)
        changes: dict[str, Any] = self._flow(state)
        if isinstance(state, Fallible):
            changes["catch"] = tuple(self._catcher(catcher) for catcher in state.catch)
        if isinstance(state, Task):
            for name in ("timeout", "heartbeat", "credentials"):
                changes[name] = self._told(getattr(state, name))
        elif isinstance(state, Choice):
            changes["rules"] = tuple(replace(rule, assign=self._seen("assigned", rule.assign)) for rule in state.rules)
        elif isinstance(state, Map):
            changes |= self._map(state)
        return replace(state, **changes)

    def _flow(self, state: State) -> dict[str, Any]:
        """The fields of the data flow. Fields in which nothing can happen stay away: Fail has none."""
        changes: dict[str, Any] = {"assign": self._seen("assigned", state.assign)}
        if state.jsonata:
            changes["output"] = self._told(state.output)
            if isinstance(state, Task):
                changes["parameters"] = self._step("afterArguments", state.parameters)
            return changes
        changes["input_path"] = self._step("afterInputPath", state.input_path)
        changes["output_path"] = self._told(state.output_path)
        if isinstance(state, Fallible | Pass):
            changes["result_selector"] = self._step("afterResultSelector", state.result_selector)
            changes["place"] = self._placed(state.place)
        if isinstance(state, Task | Pass):
            changes["parameters"] = self._step("afterParameters", state.parameters)
        return changes

    def _map(self, state: Map) -> dict[str, Any]:
        """A Map's own fields. An inline one becomes a distributed one without limits: its run waits for the mock."""
        distributed = state.distributed
        return {
            "items": self._items(state.items),
            # The context is read as an input of its own: AWS names the path within it (recorded).
            "items_path": state.items_path[1:] if state.items_path.startswith("$$") else state.items_path,
            "selector": self._told(state.selector),
            "max_concurrency": self._seen("maxConcurrency", state.max_concurrency or (lambda _scope: 0)),
            "distributed": Distributed() if distributed is None else self._distributed(distributed),
        }

    def _distributed(self, distributed: Distributed) -> Distributed:
        reader, batcher = distributed.reader, distributed.batcher
        return replace(
            distributed,
            tolerated_count=self._seen("toleratedFailureCount", distributed.tolerated_count),
            tolerated_percentage=self._seen("toleratedFailurePercentage", distributed.tolerated_percentage),
            writer=self._told(distributed.writer),
            reader=None if reader is None else self._reader(reader),
            batcher=None if batcher is None else self._batcher(batcher),
        )

    def _reader(self, reader: Reader) -> Reader:
        return replace(reader, arguments=self._told(reader.arguments), max_items=self._told(reader.max_items))

    def _batcher(self, batcher: Batcher) -> Batcher:
        return Batcher(
            self._told(batcher.max_items), self._told(batcher.max_bytes), self._told(batcher.batch_input)
        )

    def _catcher(self, catcher: Catcher) -> Catcher:
        return replace(catcher, output=self._told(catcher.output), assign=self._seen("assigned", catcher.assign))

    def _items(self, evaluate: Evaluate | None) -> Evaluate:
        """ItemsPath and Items; what is no array is not seen, as the Map refuses it."""

        def items(scope: Scope) -> Json:
            value = scope.input if evaluate is None else self._tell(evaluate, scope)
            if isinstance(value, list):
                self.seen["items"] = value
            return value

        return items

    def _placed(self, place: Place | None) -> Place:
        """ResultPath."""

        def placed(raw_input: Json, result: Json) -> Json:
            value = result if place is None else place(raw_input, result)
            self.seen["afterResultPath"] = value
            return value

        return placed

    def _step(self, name: str, evaluate: Evaluate | None) -> Evaluate:
        """A step of the flow: one that is left out hands on what it gets."""

        def step(scope: Scope) -> Json:
            value = scope.input if evaluate is None else self._tell(evaluate, scope)
            self.seen[name] = value
            return value

        return step

    def _seen(self, name: str, evaluate: Evaluate | None) -> Evaluate | None:
        """A field whose value is kept, where the definition has it."""
        return None if evaluate is None else self._step(name, evaluate)

    def _told(self, evaluate: Evaluate | None) -> Evaluate | None:
        """A field whose value is not kept, but which sees the context."""
        if evaluate is None or self._context is None:
            return evaluate
        return lambda scope: self._tell(evaluate, scope)

    def _tell(self, evaluate: Evaluate, scope: Scope) -> Json:
        """Evaluate under the made-up context; the item of a Map's iteration stays in it."""
        if self._context is not None:
            item = scope.context.get("Map")
            scope.context = self._context if item is None else {**self._context, "Map": item}
        return evaluate(scope)


def _as_task(state: Parallel) -> Task:
    """A Parallel whose branches never run: a call that its mock answers, with the same data flow, Retry and Catch."""
    common = {field.name: getattr(state, field.name) for field in fields(Fallible) if field.init}
    return Task(**common, resource=Resource("parallel", Pattern.REQUEST_RESPONSE, "parallel", "branches"))
