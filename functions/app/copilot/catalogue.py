"""The catalogue that a draft may use: the actions of the connectors that are here, and AWS's operations."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from connectors.known import loaded, resource_of
from connectors.registry import Registry
from connectors.sdk import ActionSpec, Field
from engine.copilot.catalogue import ActionFact, AwsOperations, Catalogue, Input


def catalogue_of(registry: Registry, aws: AwsOperations | None = None) -> Catalogue:
    """The catalogue of `registry`, whose connectors are not called. One that cannot be loaded is left out."""
    return Catalogue(
        (fact for code, adapter in loaded(registry) for fact in _facts(code, adapter.name, adapter.actions)), aws,
        any_service="connector:http:request",
    )


def _facts(code: str, name: str, actions: Mapping[str, ActionSpec]) -> Iterator[ActionFact]:
    for action, spec in actions.items():
        yield ActionFact(
            resource_of(code, action, spec), f"{name} · {spec.title or action.replace('_', ' ')}", spec.description,
            {key: _input(key, field) for key, field in spec.inputs.items()},
            {key: _input(key, field) for key, field in spec.outputs.items()}, spec.waits,
            errors=("States.TaskFailed", "States.Timeout", f"{code}.ConnectorError"),
            connections=tuple(spec.connections), one_of=spec.one_of,
        )


def _input(name: str, field: Field) -> Input:
    kind = field.types[0] if field.types else ""
    return Input(name, kind, field.required, field.secret, field.description, field.enum or ())
