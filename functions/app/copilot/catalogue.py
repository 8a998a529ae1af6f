"""The catalogue a draft may use: the installed connectors' actions, and the known ones whose code is absent."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from connectors.known import KNOWN, sentences
from connectors.registry import Registry
from connectors.sdk import ActionSpec
from engine.copilot.catalogue import WAITING, ActionFact, Catalogue, Input
from engine.errors import UserError


def catalogue_of(registry: Registry) -> Catalogue:
    """Facts only: no connector is called. One that cannot be loaded is left out."""
    return Catalogue(
        _actions(registry), named_rules=sentences.NAMED, implied_rules=sentences.IMPLIED, everyday=sentences.EVERYDAY,
        meanings=sentences.MEANINGS, doings=sentences.DOINGS, foreign=sentences.FOREIGN,
    )


def _actions(registry: Registry) -> Iterator[ActionFact]:
    for connector in KNOWN:  # an action that is there comes after it, and is the one of that name
        yield from _facts(connector.code, connector.name, connector.actions, installed=False)
    for code in registry.codes():
        try:
            adapter = registry.get(code)
        except UserError:
            continue
        if adapter is not None:
            yield from _facts(code, adapter.name, adapter.actions, installed=True)


def _facts(code: str, name: str, actions: Mapping[str, ActionSpec], *, installed: bool) -> Iterator[ActionFact]:
    for action, spec in actions.items():
        inputs = {
            key: Input(key, _type(field.types), field.required, field.secret, field.description, field.enum or ())
            for key, field in spec.inputs.items()
        }
        suffix = WAITING if spec.waits else ""
        yield ActionFact(
            f"connector:{code}:{action}{suffix}", f"{name} · {action.replace('_', ' ')}", spec.description, inputs,
            spec.waits, installed,
        )


def _type(types: tuple[str, ...]) -> str:
    return types[0] if types else ""
