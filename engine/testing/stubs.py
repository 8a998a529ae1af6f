"""Recorded answers in place of the world: what `simulate` takes as `stubs`.

    {"arn:aws:states:::lambda:invoke": [{"state": "Charge", "output": {…}}, {"error": "Exception", "cause": "…"}], …}

The answers of a resource are consumed in order; one with a `state` answers only that state, and among those that fit,
one whose `input` equals the call's arguments goes first (branches and iterations may run in any order).

    output                    the result
    error, cause              the failure (an entry with `failed_at` failed, even without either)
    submitted                 what a .sync or .waitForTaskToken call handed over before `output` or `error`
    timed_out: true           never answers: the state's TimeoutSeconds or HeartbeatSeconds end it
    worker                    the name an activity's worker gives
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

Json = Any

Stub = Mapping[str, Json]


class Stubs:
    """What is left of the recorded answers of one simulation."""

    def __init__(self, stubs: Mapping[str, Sequence[Stub]] | None) -> None:
        self._left: dict[str, list[Stub]] = {name: list(answers) for name, answers in (stubs or {}).items()}

    def __contains__(self, resource: object) -> bool:
        return resource in self._left

    def answers(self, resource: str, state: str) -> bool:  # noqa: ARG002 - others answer by state
        """Whether calls of `resource` from `state` are answered here, be it that none is left."""
        return resource in self._left

    def take(self, resource: str, state: str, arguments: Json) -> Stub | None:
        """The next answer for a call from `state`; None when none is left that fits."""
        left = self._left.get(resource, [])
        fitting = [stub for stub in left if stub.get("state", state) == state]
        if not fitting:
            return None
        chosen = next((stub for stub in fitting if "input" in stub and stub["input"] == arguments), fitting[0])
        del left[next(index for index, stub in enumerate(left) if stub is chosen)]
        return chosen


def failed(stub: Stub) -> bool:
    """Whether `stub` records a failure."""
    return "failed_at" in stub or "error" in stub
