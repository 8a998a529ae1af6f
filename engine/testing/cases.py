"""Running a workflow's cases: each a simulation with its stubs, or one Choice, compared with what it expects."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from engine.catalog.cases import Case, Expectation, Stub
from engine.catalog.document import WorkflowDocument
from engine.catalog.states import states_of
from engine.catalog.wording import in_words, named
from engine.clock import Clock
from engine.errors import InvalidDocument, NotFound, json_pointer
from engine.language.asl.source import parse_text
from engine.language.rules.verdict import Outcome, Payload, choice_of_state
from engine.records import dataclass
from engine.testing.simulate import MISSING_STUB, simulate
from engine.testing.trial import SECONDS, TOOK_TOO_LONG, why_open
from engine.values import canonical

Json = Any

NO_SUCH_CHOICE = "Automate.NoSuchChoice"
"""The error of a case whose Choice is no longer in the workflow."""


@dataclass(frozen=True, slots=True)
class Difference:
    """What came out otherwise: `what` is a field of the case's expectation."""

    what: str
    expected: Json
    actual: Json


@dataclass(frozen=True, slots=True)
class CaseResult:
    """One case. `ms` is how long it took; `states` are the names of the states entered, in order: of a case of one
    Choice it and where it leads. `unanswered` says which call had no stub, where the workflow caught that."""

    name: str
    ms: float
    differences: tuple[Difference, ...]
    status: str
    error: str | None
    cause: str | None
    states: tuple[str, ...]
    unanswered: str | None = None

    @property
    def passed(self) -> bool:
        """Whether everything is as expected."""
        return not self.differences


def run_cases(
    document: WorkflowDocument, cases: Sequence[Case], *, clock: Clock, seconds: float = SECONDS
) -> list[CaseResult]:
    """Run `cases` of `document`, one after the other, within `seconds` in all: what is not over by then has failed, and
    what has not begun is not run. Raises InvalidDefinition."""
    until = clock.now() + seconds
    results = list[CaseResult]()
    for case in cases:
        left = until - clock.now()
        results.append(run_case(document, case, clock=clock, seconds=left) if left > 0 else _not_run(case, seconds))
    return results


def run_case(document: WorkflowDocument, case: Case, *, clock: Clock, seconds: float = SECONDS) -> CaseResult:
    """Run one case of `document`: it has failed when it is not over within `seconds`. Raises InvalidDefinition."""
    if case.state is not None:
        return _run_choice(document, case, case.state, clock)
    stubs = {
        resource: [stub.model_dump(exclude_unset=True) for stub in answers] for resource, answers in case.stubs.items()
    }
    began = clock.now()
    ended = simulate(
        document.definition, case.input, stubs=stubs, type=document.kind, limits="aws",
        give_up=lambda: clock.now() - began >= seconds,
    )
    took = clock.now() - began
    states = tuple(entered(ended.events))
    error, cause = ended.error, ended.cause
    if ended.status == "RUNNING":
        error, cause = why_open(states[-1] if states else None, seconds, late=took >= seconds)
    actual: dict[str, Json] = {
        "status": ended.status, "output": ended.output, "error": ended.error, "states": list(states)
    }
    return CaseResult(
        case.name, round(took * 1000, 1), tuple(_differences(case, actual)), ended.status, error, cause, states,
        None if error == MISSING_STUB else next(_unanswered(ended.events), None),
    )


def _not_run(case: Case, seconds: float) -> CaseResult:
    what = next(name for name in ("status", "next", "error") if name in case.expect.model_fields_set)
    never = Difference(what, getattr(case.expect, what), None)
    cause = f"It was not run: the cases before it took the {seconds:g} s that all have together."
    return CaseResult(case.name, 0.0, (never,), "NOT_RUN", TOOK_TOO_LONG, cause, ())


def _run_choice(document: WorkflowDocument, case: Case, name: str, clock: Clock) -> CaseResult:
    """A case of the Choice called `name`. One that is gone fails the case, and says so."""
    began = clock.now()
    found = next((state.own for state in states_of(document.definition) if state.name == name), None)
    if found is None or found.get("Type") != "Choice":
        outcome = Outcome(error=(NO_SUCH_CHOICE, f"The workflow has no Choice state called {name!r}."))
    else:
        choice = choice_of_state(found, str(document.definition.get("QueryLanguage", "JSONPath")))
        outcome = choice.decide(Payload(case.input, case.variables, {}, began))
    error, cause = outcome.error or (None, None)
    return CaseResult(
        case.name, round((clock.now() - began) * 1000, 1),
        tuple(_differences(case, {"next": outcome.next, "error": error})),
        "SUCCEEDED" if error is None else "FAILED", error, cause, (name, *filter(None, [outcome.next])),
    )


def first_difference(expected: Json, actual: Json) -> tuple[str | int, ...]:
    """The path to the first place where two values differ; () where they are different altogether."""
    if isinstance(expected, dict) and isinstance(actual, dict) and expected.keys() == actual.keys():
        parts: list[tuple[str | int, Json, Json]] = [(key, item, actual[key]) for key, item in expected.items()]
    elif isinstance(expected, list) and isinstance(actual, list) and len(expected) == len(actual):
        parts = [(index, item, actual[index]) for index, item in enumerate(expected)]
    else:
        return ()
    key, one, other = next(part for part in parts if canonical(part[1]) != canonical(part[2]))
    return (key, *first_difference(one, other))


def chosen_cases(cases: Sequence[Case], names: Sequence[str] | None) -> list[Case]:
    """The cases called `names`, all where that is None. Raises NotFound, naming those there are."""
    if names is None:
        return list(cases)
    known = {case.name: case for case in cases}
    for name in names:
        if name not in known:
            raise NotFound(
                f"no case is called {name!r}", where="cases", advice=f"There are: {', '.join(known) or 'none'}."
            )
    return [known[name] for name in names]


def cases_beside(path: Path, document: WorkflowDocument) -> list[Case]:
    """The document's own cases, then those in the folder ``<name>/cases`` beside its file, one a file.

    Raises InvalidDocument naming the file.
    """
    files = sorted((path.parent / document.name / "cases").glob("*.json"))
    return [*document.cases, *map(_read_case, files)]


def _read_case(file: Path) -> Case:
    value = parse_text(file.read_text(encoding="utf-8"), name=str(file)).value
    try:
        return Case.model_validate(value)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        unknown = first["type"] == "extra_forbidden"
        raise InvalidDocument(
            f"{file} is no case: {in_words(first, named(first['loc']))}",
            where=f"{file}: {json_pointer(first['loc'])}",
            advice=_known(first["loc"]) if unknown else "docs/workflow-document.md shows one.",
        ) from None


def _known(path: Sequence[str | int]) -> str:
    """The field that was probably meant by the unknown one at `path`, or those that there are."""
    model = Case if len(path) == 1 else Stub if path[0] == "stubs" else Expectation
    close = difflib.get_close_matches(str(path[-1]), model.model_fields, n=1)
    return f"Did you mean {close[0]!r}?" if close else f"Known fields: {', '.join(model.model_fields)}."


def _differences(case: Case, actual: dict[str, Json]) -> Iterator[Difference]:
    expected = case.expect
    for what, value in actual.items():
        wanted = getattr(expected, what)
        if what in expected.model_fields_set and canonical(wanted) != canonical(value):
            yield Difference(what, wanted, value)


def _unanswered(events: Sequence[dict[str, Json]]) -> Iterator[str]:
    """The causes of calls without a stub."""
    for event in events:
        for details in event.values():
            if isinstance(details, dict) and details.get("error") == MISSING_STUB:
                yield details["cause"]


def entered(events: Sequence[dict[str, Json]]) -> Iterator[str]:
    """The names of the states that a history enters, in order."""
    for event in events:
        details = event.get("stateEnteredEventDetails")
        if details is not None:
            yield details["name"]
