"""The connector ``transform``: a JSONata expression over given data, for definitions in JSONPath and for expressions
that are data themselves.

The expressions are those of definitions, with the same functions and limits (engine.language.expr.jsonata). The time is
that of the call; $uuid and $random follow from its idempotency key, so a repetition gives the same.
"""

from __future__ import annotations

import hashlib
from functools import lru_cache
from typing import Any

from connectors.egress import in_force
from connectors.errors import ConnectorError
from connectors.sdk import ActionSpec, ConnectorAdapter
from engine.errors import InvalidExpression, StateFailure
from engine.language.expr.jsonata import JsonataExpression, compile_jsonata
from engine.language.expr.scope import Scope

_JSONATA = ActionSpec(
    title="Transform data",
    description="Evaluate a JSONata expression over data.",
    kind="read",
    computes=True,
    timeout_seconds=10,
    inputs={
        "expression": {
            "type": "string", "required": True, "minLength": 1,
            "description": "JSONata without {% %}, such as $sum($data.lines.(price * quantity)).",
        },
        "data": {"description": "What the expression calls $data."},
        "variables": {"type": "object", "description": "Further values by name: rate is $rate."},
    },
    outputs={"value": {"description": "What the expression gives."}},
)


class TransformConnector(ConnectorAdapter):
    """One action, `jsonata`."""

    code = "transform"
    name = "Transform"
    description = "Shapes data by a JSONata expression."
    icon = "M4 6h6l4 12h6M4 18h6M14 6h6"
    actions = {"jsonata": _JSONATA}  # noqa: RUF012 - the guide's form

    def execute(self, action: str, params: dict[str, Any], context: dict[str, Any]) -> dict[str, Any]:  # noqa: ARG002
        """Evaluate ``params["expression"]``. Raises ConnectorError for one that gives no value."""
        seed = int.from_bytes(hashlib.sha256(context["idempotency_key"].encode()).digest()[:8], "big")
        scope = Scope(
            variables={**params.get("variables", {}), "data": params.get("data")}, at=in_force.current().clock.now(),
            seed=seed,
        )
        try:
            return {"value": _compiled(params["expression"]).evaluate(scope)}
        except InvalidExpression as error:
            raise ConnectorError(f"no expression: {error.message}", definite=True, code=error.code) from None
        except StateFailure as failure:
            raise ConnectorError(str(failure.cause), definite=True, code=failure.error) from None


@lru_cache(maxsize=256)
def _compiled(text: str) -> JsonataExpression:
    return compile_jsonata(text, "expression")
