"""What publishing asks of a draft's cases: all pass, or whoever publishes accepts those that fail.

    draft without problems ──► its cases, run with their stubs ──► all pass ────────────► published
                                                               └─► some fail ─► accepted ─► published; the audit entry
                                                                             └─► CasesFail     names them

A case calls nothing: a call without a stub fails, and so does its case unless the workflow catches that. All of them
together have engine.testing.trial.SECONDS.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from engine.catalog.document import WorkflowDocument
from engine.clock import Clock
from engine.errors import Refused, json_pointer
from functions.app import large_values
from functions.app.warnings import warn

if TYPE_CHECKING:
    from engine.testing.cases import CaseResult, Difference

Json = Any

MOST_LISTED = 50
"""Failing cases in one refusal, and names in one audit entry; the others are counted."""

_MOST_SHOWN = 300
"""Characters of a value in a message."""


class CasesFail(Refused):
    """Cases of a draft fail, and nobody accepted that."""

    code = "CasesFail"
    status = 422


class CaseCheck:
    """Asked by the catalog before it publishes; `accept` lets failing cases through, whose names are `accepted`."""

    def __init__(self, clock: Clock, *, accept: bool) -> None:
        self._clock = clock
        self._accept = accept
        self.accepted: list[str] = []

    def __call__(self, document: WorkflowDocument) -> list[str]:
        """The names of the cases that fail and are accepted. Raises CasesFail where they are not. Warns of those that
        pass although a call had no stub."""
        from engine.testing.cases import run_cases  # noqa: PLC0415  who reads workflows runs none

        results = run_cases(document, document.cases, clock=self._clock)
        failing = [(index, result) for index, result in enumerate(results) if not result.passed]
        if failing and not self._accept:
            raise _refusal(document.name, len(results), failing)
        for index, result in enumerate(results):
            if result.passed and result.unanswered is not None:
                warn(f"{json_pointer(('cases', index))}: {passes_unanswered(result.name, result.unanswered)}")
        names = [result.name for _, result in failing]
        more = len(names) - MOST_LISTED
        self.accepted = [*names[:MOST_LISTED], f"and {more} more"] if more > 0 else names
        return self.accepted


def told(difference: Difference) -> str:
    """A difference in words."""
    return f"{difference.what}: expected {_brief(difference.expected)}, was {_brief(difference.actual)}"


def passes_unanswered(name: str, unanswered: str) -> str:
    """What to warn of where the case `name` passes although the workflow caught a call without a stub."""
    return f"the case {name!r} passes, but a call in it had no stub, and the workflow caught that: {unanswered}"


def _refusal(workflow: str, count: int, failing: Sequence[tuple[int, CaseResult]]) -> CasesFail:
    details = [detail for index, result in failing[:MOST_LISTED] for detail in _details(index, result)]
    names = ", ".join(result.name for _, result in failing[:MOST_LISTED])
    if len(details) == 1:
        names = details[0]["message"]
    more = f" and {len(failing) - MOST_LISTED} more" if len(failing) > MOST_LISTED else ""
    return CasesFail(
        f"{len(failing)} of {count} case{'s' if count > 1 else ''} of {workflow!r} "
        f"{'fail' if len(failing) > 1 else 'fails'}: {names}{more}",
        where=details[0]["where"], details=details,
        advice="Mend the workflow or the case. To publish all the same: --accept-failing-cases, in a request "
        '"accept_failing_cases": true.',
    )


def _details(index: int, result: CaseResult) -> Iterator[dict[str, Json]]:
    """One for each difference of a case: its place in the document, what was expected and what came."""
    from engine.testing.cases import first_difference  # noqa: PLC0415  as above

    ended = f"; it ended with {result.error}: {result.cause}" if result.error is not None else ""
    if result.unanswered is not None:
        ended += f"; {result.unanswered} The workflow caught that."
    for item in result.differences:
        path = ("cases", index, "expect", item.what, *first_difference(item.expected, item.actual))
        yield {
            "where": json_pointer(path), "message": f"{result.name}: {told(item)}{ended}", "case": result.name,
            "expected": large_values.cut(item.expected), "actual": large_values.cut(item.actual),
        }


def _brief(value: Json) -> str:
    text = large_values.json_text(value)
    return text if len(text) <= _MOST_SHOWN else text[:_MOST_SHOWN - 1] + "…"
