"""Calls that a workflow may not make, and what of an answer it is not told: secrets and credentials.

What a Task returns becomes state and history, kept and shown for as long as the execution is. A secret belongs in
neither: a step names it as a SecretRef, which resolves in the call alone. connectors.aws.secret_calls has the lists.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from connectors.aws.secret_calls import ALL, REFUSED, REFUSED_WITH, WITHHELD
from engine.governance.masking import MASK
from engine.values import mapped

Json = Any

_ADVICE = 'Results are kept in the execution\'s history. Name the secret in the step that needs it: {"$secret": "KEY"}'


def refused_call(service: str, operation: str) -> str | None:
    """Why `operation` (as the API names it) of botocore's `service` is never called; None when it may be."""
    if operation in REFUSED.get(service, "").split():
        return f"{service}:{operation} answers with a secret. {_ADVICE}"
    return None


def refused_arguments(service: str, operation: str, params: dict[str, Json]) -> str | None:
    """Why `operation` is not called with `params`, the API's; None when it may be."""
    argument = REFUSED_WITH.get(service, {}).get(operation)
    if argument is not None and params.get(argument):
        return f"{service}:{operation} with {argument} answers with a secret. {_ADVICE}"
    return None


def without_secrets(service: str, operation: str, answer: dict[str, Json]) -> dict[str, Json]:
    """`answer`, the API's, with MASK for what is withheld of it. The answer itself where nothing is."""
    names = withheld(service, operation)
    return _without(answer, names) if names else answer


@lru_cache(maxsize=256)
def withheld(service: str, operation: str) -> frozenset[str]:
    """The members of the operation's answer that no workflow is told."""
    found = WITHHELD.get(service, {})
    return frozenset(f"{found.get(ALL, '')} {found.get(operation, '')}".split())


def _without(value: Json, names: frozenset[str]) -> Json:
    if isinstance(value, dict):
        return {
            name: mapped(item, _masked) if name in names else _without(item, names) for name, item in value.items()
        }
    return [_without(item, names) for item in value] if isinstance(value, list) else value


def _masked(value: Json) -> Json:
    """MASK in the place of what holds anything: the shape around it stays the model's."""
    if isinstance(value, bytes):
        return MASK.encode()
    return MASK if isinstance(value, str) and value else value
