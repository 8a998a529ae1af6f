"""The catalogue a draft may use: the actions of the connectors that are here, and how sentences ask for them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from connectors.known import loaded, resource_of, sentences
from connectors.registry import Registry
from connectors.sdk import ActionSpec
from engine.copilot.catalogue import ActionFact, Catalogue, Input


def catalogue_of(registry: Registry) -> Catalogue:
    """Facts only: no connector is called. One that cannot be loaded is left out."""
    return Catalogue(
        (fact for code, adapter in loaded(registry) for fact in _facts(code, adapter.name, adapter.actions)),
        named_rules=sentences.NAMED, implied_rules=sentences.IMPLIED, everyday=sentences.EVERYDAY,
        meanings=sentences.MEANINGS, doings=sentences.DOINGS, foreign=sentences.FOREIGN,
    )


def _facts(code: str, name: str, actions: Mapping[str, ActionSpec]) -> Iterator[ActionFact]:
    for action, spec in actions.items():
        inputs = {
            key: Input(key, _type(field.types), field.required, field.secret, field.description, field.enum or ())
            for key, field in spec.inputs.items()
        }
        yield ActionFact(
            resource_of(code, action, spec), f"{name} · {action.replace('_', ' ')}", spec.description, inputs,
            spec.waits, spec.means or "",
        )


def _type(types: tuple[str, ...]) -> str:
    return types[0] if types else ""
