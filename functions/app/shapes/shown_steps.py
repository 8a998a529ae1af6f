"""Steps in the API's shape: of an execution's history, and of a test's."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from engine.catalog.states import states_of
from engine.durable.views import step_facts as facts
from engine.durable.views.causes import plain_cause
from engine.language.asl.times import iso_timestamp
from functions.app.shapes import steps as shapes

Json = Any

MOST_STEPS = 10_000
"""So many are shown, the first; and beyond them those that did not go well, with what they are in."""

MOST_OF_A_CAUSE = 500


def resources_of(definition: Mapping[str, Json]) -> dict[str, str]:
    """What each Task state calls, by its name."""
    found = ((state.name, state.own.get("Resource")) for state in states_of(definition) if state.is_task)
    return {name: resource for name, resource in found if isinstance(resource, str)}


def chosen(steps: facts.Steps) -> Sequence[facts.Step]:
    """The steps that are shown."""
    by_id = {step.id: step for step in steps.steps}
    return facts.within(steps.steps, MOST_STEPS, lambda step: None if step.parent is None else by_id[step.parent])


def edges_of(steps: facts.Steps, shown: Iterable[facts.Step]) -> list[shapes.Edge]:
    """The transitions between the steps that are shown."""
    ids = {step.id for step in shown}
    return [shapes.Edge(from_step=one, to_step=other) for one, other in steps.edges if one in ids and other in ids]


def rests_of(steps: facts.Steps) -> list[shapes.Rest]:
    """Between an end and the redrive that followed."""
    return [
        shapes.Rest.model_validate({"from": iso_timestamp(ended), "to": iso_timestamp(again)})
        for ended, again in steps.rests
    ]


def shape_of(step: facts.Step, resources: Mapping[str, str]) -> shapes.Step:
    """One step, without its values."""
    return shapes.Step.of(
        step, resource=resources.get(step.name),
        attempts=[shapes.Attempt.of(item, cause=_short(item.cause)) for item in step.attempts],
        waits=[shapes.Wait.of(item, to=item.until) for item in step.waits],
    )


def _short(cause: str | None) -> str | None:
    text = plain_cause(cause)
    return text if text is None or len(text) <= MOST_OF_A_CAUSE else text[:MOST_OF_A_CAUSE] + "…"
