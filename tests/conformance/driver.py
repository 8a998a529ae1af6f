"""The engine's answer to a recorded case: ``answer(case) -> dict``, in the form of the case's ``expected``."""

from __future__ import annotations

from typing import Any

from engine import testing
from engine.errors import InvalidDefinition

Case = dict[str, Any]


def answer(case: Case) -> Case:
    """Answer one case (handed in without its ``expected``). A kind that the engine does not offer yet gives ``{}``."""
    kind = case["kind"]
    if kind == "execution":
        return _execution(case)
    if kind == "create":
        refusal = testing.create_error(case["definition"], kind=case["type"])
        return {} if refusal is None else {"create_error": refusal}
    if kind == "validate_definition":
        return testing.validation_result(case["definition"], kind=case["type"])
    if kind == "variable_references":
        return testing.variable_references(case["definition"])
    return {}


def _execution(case: Case) -> Case:
    try:
        result = testing.simulate(
            case["definition"], case.get("input"), stubs=case.get("stubs"), type=case["type"],
        )
    except InvalidDefinition as refusal:
        return {"create_error": {"code": refusal.code, "message": refusal.message}}
    answered: Case = {"status": result.status, "events": result.events}
    for name in ("output", "error", "cause"):
        value = getattr(result, name)
        if value is not None or (name == "output" and result.status == "SUCCEEDED"):
            answered[name] = value
    return answered
