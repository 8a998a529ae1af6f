"""Is a workflow's `input_schema` a JSON Schema that stands on its own? (`engine.runtime.input_schema` applies it.)"""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from engine.errors import json_pointer

Json = Any


CHECKED_KEPT = 512
"""Schemas known to be good: a stored document is read far more often than it is written, and a check takes 20 ms."""


def check_schema(schema: dict[str, Json]) -> None:
    """Raise ValueError unless `schema` is valid by the draft its ``$schema`` names (2020-12 by default) and refers to
    nothing outside itself: starting an execution must not fetch an address."""
    _check(json.dumps(schema))


@lru_cache(maxsize=CHECKED_KEPT)
def _check(text: str) -> None:
    """The check of a schema written as JSON; a fault is found anew each time."""
    from jsonschema.exceptions import best_match  # noqa: PLC0415  40 ms that documents without a schema do not pay
    from jsonschema.validators import Draft202012Validator, validator_for  # noqa: PLC0415
    from referencing import Registry  # noqa: PLC0415
    from referencing.exceptions import Unresolvable  # noqa: PLC0415
    from referencing.jsonschema import DRAFT202012  # noqa: PLC0415

    schema: dict[str, Json] = json.loads(text)
    kind = validator_for(schema, default=Draft202012Validator)
    fault = best_match(kind(kind.META_SCHEMA).iter_errors(schema))
    if fault is not None:
        raise ValueError(f"not a JSON Schema: {fault.message} at {json_pointer(fault.absolute_path)}")
    resource = DRAFT202012.create_resource(schema)
    registry: Registry[Json] = Registry()
    resolver = registry.resolver_with_root(resource)
    for ref in _references(schema):
        if not ref.startswith("#"):
            raise ValueError(f"the schema refers to {ref!r}: only references within it (#/...) are followed")
        try:
            resolver.lookup(ref)
        except Unresolvable:
            raise ValueError(f"the schema refers to {ref!r}, which it does not have") from None


def _references(schema: Json) -> Iterator[str]:
    """Every ``$ref`` in `schema`."""
    if isinstance(schema, dict):
        ref = schema.get("$ref")
        if isinstance(ref, str):
            yield ref
        for item in schema.values():
            yield from _references(item)
    elif isinstance(schema, list):
        for item in schema:
            yield from _references(item)
