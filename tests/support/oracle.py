"""The reference interpreter as the judge of random cases, and how many are drawn."""

from __future__ import annotations

import json

from hypothesis import HealthCheck, Phase, assume, settings

from engine.testing import SimulationResult
from tests.support.definitions_strategy import Case, without_causes
from tests.support.draws import drawn
from tests.support.reference_interpreter import Ending, endings
from tests.support.reference_values import Unsupported

QUICK = settings(
    max_examples=drawn(100, of=250), deadline=None, database=None, print_blob=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
    phases=(Phase.explicit, Phase.generate, Phase.shrink),
)
FULL = settings(QUICK, max_examples=3_000)


def canonical(value: object) -> str:
    """JSON text that tells 1 from true and does not tell 1.0 from 1, nor causes that only count events otherwise."""
    def plain(node):
        if isinstance(node, float) and node.is_integer():
            return int(node)
        if isinstance(node, list):
            return [plain(part) for part in node]
        if isinstance(node, dict):
            return {key: plain(part) for key, part in node.items()}
        return node

    return json.dumps(plain(without_causes(value)), sort_keys=True)


def allowed(case: Case) -> list[Ending]:
    """Every ending that the reference interpreter gives."""
    try:
        return endings(case.definition, case.input, case.answers.answer)
    except Unsupported:
        assume(False)
        raise


def agrees(result: SimulationResult, ending: Ending) -> bool:
    """Whether the engine's answer is this ending. Causes are compared where they are not about evaluations."""
    if (result.status, result.error) != (ending.status, ending.error):
        return False
    if result.status == "SUCCEEDED":
        return canonical(result.output) == canonical(ending.output)
    return result.status == "TIMED_OUT" or result.error in ("States.NoChoiceMatched", "States.Runtime") or (
        canonical(result.cause) == canonical(ending.cause))
