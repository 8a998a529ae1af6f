"""Checking a draft that the model hands in: a proposal, or findings that lead to its repair.

Nothing that a model says is believed. The order of the checks is that of a repair:

    shape ─► document ─► what publishing refuses ─► actions and their inputs ─► secrets ─► clauses ─► cases

A draft with findings before the clauses is never shown. The findings about clauses and cases (`flaws`) send a draft
back too; when the model's attempts are used up, it is shown with them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field, replace
from typing import Any

from engine.catalog.cases import Case
from engine.catalog.document import WorkflowDocument
from engine.catalog.states import states_of
from engine.copilot.conversation.case_checks import check_cases
from engine.copilot.conversation.clause_answers import answered_clauses
from engine.copilot.conversation.drafts import case_of, document_of, taken_away, unwrapped
from engine.copilot.conversation.places import Places
from engine.copilot.conversation.sources import Sources
from engine.copilot.conversation.task_checks import TaskChecks
from engine.copilot.conversation.written_secrets import with_own_texts, written_secrets
from engine.copilot.proposal import ClauseAnswer, PlanStep, Proposal, ToDo, changes_between, has_states
from engine.copilot.scrubbing import Scrub
from engine.errors import Diagnostic, InvalidDocument
from engine.records import dataclass

Json = Any

MOST_FINDINGS = 20
MOST_ASSUMPTIONS = 50
_WRONG = frozenset({
    "VARIABLE_NOT_ASSIGNED", "VALUE_NOT_WRITTEN", "CREDENTIAL_IN_DEFINITION", "UNKNOWN_ERROR_NAME",
    "TRIGGER_WORKFLOW_MISSING", "UNKNOWN_FUNCTION", "SCHEDULE_IS_OVER",
})
"""Warnings with which a draft is wrong: a read that finds nothing, a credential that is written out, names that are
not there, a schedule that is over."""
ASKED_OF_A_PERSON = frozenset({
    "UNKNOWN_RESOURCE", "WEBHOOK_WITHOUT_AUTH", "SECRET_NOT_GRANTED", "FOLDER_NOT_OPEN", "NOT_HEARD",
})
"""What publishing refuses and a person decides: what may be called, read and heard here, and who may call."""
_HINTS = {"CONNECTION_NOT_FOUND": " list_connections lists those that there are; without one give the secret inputs."}
"""What a model can do about a finding whose advice is for a person."""
_EMPTY_PASS = frozenset({"Type", "Next", "End", "QueryLanguage"})
_GIVES = ("Arguments", "Parameters")


@dataclass(frozen=True, slots=True)
class Request:
    """The request that a draft answers: its clauses, the draft on the canvas, and the names of the cases that earlier
    proposals of the conversation came with: these may be replaced."""

    clauses: tuple[str, ...]
    current: Mapping[str, Json]
    own_cases: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Checked:
    """`proposal` is None for a draft that cannot be shown: then `findings` say why. `flaws` are about clauses and
    cases."""

    proposal: Proposal | None
    findings: tuple[str, ...] = ()
    flaws: tuple[str, ...] = ()

    @property
    def faults(self) -> tuple[str, ...]:
        """All that the model has to correct."""
        return (*self.findings, *self.flaws)[:MOST_FINDINGS]


@dataclass(slots=True)
class _Read:
    """The parts of an answer, as far as they have their shape."""

    document: WorkflowDocument | None = None
    cases: list[Case] = field(default_factory=list)
    findings: list[str] = field(default_factory=list)


def check_draft(given: Mapping[str, Json], request: Request, sources: Sources, scrub: Scrub) -> Checked:
    """The proposal that the arguments of `propose` make, or the findings about them. `scrub` masked what the model was
    sent: the texts of the draft on the canvas that it masked come back as they were."""
    given, own = with_own_texts(unwrapped(given), request.current, scrub)
    read = _read(given, request.current)
    read.findings += written_secrets(given, own, scrub)
    if read.document is None or read.findings:
        return Checked(None, tuple(read.findings))
    document, changes = read.document, changes_between(request.current, read.document.as_written)
    changed = {change.state for change in changes if change.change != "removed"}
    problems = sources.problems(document)
    refused, left = _judged(problems, request.current, sources)
    tasks = TaskChecks(document, sources, changed)
    wrong = [f"{each}{_HINTS.get(each.code, '')}" for each in refused]
    wrong += tasks.findings([each.location or "" for each in refused])
    if any(trigger.type == "form" for trigger in document.triggers) and document.input_schema is None:
        wrong.append("/document/input_schema: a form has a field for each property of input_schema. Give one.")
    if wrong:
        return Checked(None, tuple(dict.fromkeys(wrong)))
    places = Places(document.as_written, request.current)
    adds = any(change.change == "added" for change in changes)
    answered = answered_clauses(given.get("clauses"), request.clauses, places, adds=adds)
    tested = check_cases(document, read.cases, request.current, request.own_cases, changed, sources)
    shown = {key: value for key, value in document.as_written.items() if key != "cases"}
    if tested.cases:
        shown["cases"] = tested.cases
    to_dos = [
        *answered.to_dos, *_assumptions(given.get("assumptions"), places), *_blanks(document.definition),
        *_before_publishing(left), *_not_asked_for(document, request.current, changed, places, answered.places),
        *taken_away(request.current, shown, answered.places), *tasks.to_dos(),
    ]
    return Checked(
        Proposal(
            shown, _plan(answered.clauses, document), tuple(dict.fromkeys(to_dos)),
            tuple(each for each in problems if each.severity == "WARNING"), changes,
            clauses=answered.clauses, cases=tested.runs,
        ),
        flaws=(*answered.flaws, *tasks.stub_findings(read.cases), *tested.flaws),
    )


def shown_with_flaws(checked: Checked) -> Proposal | None:
    """The proposal whose flaws the model did not correct, with a to-do for each; None for one that cannot be shown."""
    if checked.proposal is None:
        return None
    left = tuple(ToDo(None, "", flaw[:500]) for flaw in checked.flaws)
    return replace(checked.proposal, to_dos=tuple(dict.fromkeys((*left, *checked.proposal.to_dos))))


def _read(given: Mapping[str, Json], current: Mapping[str, Json]) -> _Read:
    read = _Read()
    try:
        read.document = document_of(given.get("document"), current)
    except InvalidDocument as problem:
        listed = [f"{item['where']}: {item['message']}" for item in problem.details or () if isinstance(item, dict)]
        whole = f"{problem.where or '/document'}: {problem.message}. {problem.advice or ''}"
        read.findings += listed or [whole.strip()]
    cases = given.get("cases")
    written = (given.get("document") or {}).get("cases") if isinstance(given.get("document"), dict) else None
    for index, case in enumerate(cases if isinstance(cases, list) and cases else written or ()):
        try:
            read.cases.append(case_of(case, index))
        except InvalidDocument as problem:
            read.findings.append(f"{problem.where}: {problem.message}. {problem.advice or ''}".strip())
    names = [case.name for case in read.cases]
    read.findings += [f"/cases: two cases are called {name}." for name in sorted(set(names)) if names.count(name) > 1]
    return read


def _judged(
    problems: Sequence[Diagnostic], current: Mapping[str, Json], sources: Sources
) -> tuple[list[Diagnostic], list[Diagnostic]]:
    """The findings with which a draft is wrong, and the errors that are left to the person: those that only a person
    can decide, and those that the draft on the canvas had already at the same place."""
    refused: list[Diagnostic] = []
    left: list[Diagnostic] = []
    before: set[tuple[str, str]] | None = None
    for found in problems:
        is_error = found.severity == "ERROR"
        if is_error and found.code in ASKED_OF_A_PERSON:
            left.append(found)
        elif is_error or found.code in _WRONG:
            if before is None:
                before = _found_in(current, sources)
            if (found.code, found.location or "") not in before:
                refused.append(found)
            elif is_error:
                left.append(found)
    return refused, left


def _found_in(current: Mapping[str, Json], sources: Sources) -> set[tuple[str, str]]:
    if not has_states(current):
        return set()
    try:
        document = document_of({"definition": current["definition"]}, current)
    except InvalidDocument:
        return set()
    return {(found.code, found.location or "") for found in sources.problems(document)}


def _plan(clauses: Sequence[ClauseAnswer], document: WorkflowDocument) -> tuple[PlanStep, ...]:
    """A line for each clause that the draft does; where there is none, one for each state."""
    lines = tuple(PlanStep(clause.text, clause.done_in) for clause in clauses if clause.done_in)
    return lines or tuple(
        PlanStep(str(state.state.get("Comment") or state.name), (state.name,))
        for state in states_of(document.definition)
    )


def _without_links(value: Json, moved: set[str]) -> Json:
    """The state, or a part of it, without its Next, and without what leads to a state that is new or gone."""
    if isinstance(value, dict):
        return {key: _without_links(item, moved) for key, item in value.items()
                if key not in ("Next", "End") and not (key == "Default" and item in moved)}
    return [_without_links(item, moved) for item in value] if isinstance(value, list) else value


def _assumptions(given: Json, places: Places) -> Iterator[ToDo]:
    for item in given[:MOST_ASSUMPTIONS] if isinstance(given, list) else ():
        text = item.get("text") if isinstance(item, dict) else item
        place = item.get("place") if isinstance(item, dict) else None
        if isinstance(text, str) and text.strip():
            found = places.find(place) if isinstance(place, str) else None
            state = found if found in places.names else None
            yield ToDo(state, "" if state or found is None else found, f"Assumed: {text.strip()}"[:1000])


def _blanks(definition: Json) -> Iterator[ToDo]:
    """Texts with TODO in comments and arguments."""
    for state in states_of(definition):
        comment = state.own.get("Comment")
        if isinstance(comment, str) and "TODO" in comment:
            yield ToDo(state.name, "/Comment", comment[:1000])
        for part in _GIVES:
            given = state.own.get(part)
            for key, value in given.items() if isinstance(given, dict) else ():
                if isinstance(value, str) and "TODO" in value:
                    yield ToDo(state.name, f"/{part}/{key}", value[:1000])


def _before_publishing(left: Sequence[Diagnostic]) -> Iterator[ToDo]:
    """What stands between the draft and its publishing: one to-do of each kind."""
    by_code: dict[str, list[Diagnostic]] = {}
    for found in left:
        by_code.setdefault(found.code, []).append(found)
    for first, *others in by_code.values():
        places = f" So it is at {', '.join(each.location or '/' for each in others)}." if others else ""
        yield ToDo(None, "", f"Before it can be published: {first.message}{places}"[:1000])


def _not_asked_for(
    document: WorkflowDocument, current: Mapping[str, Json], changed: set[str], places: Places, named: set[str]
) -> Iterator[ToDo]:
    """Tasks that the draft adds and steps that it changes and no clause names, and steps that do nothing yet. A step
    that only leads to a new one is not meant."""
    before = {state.name: state.own for state in states_of(current.get("definition"))}
    names = {state.name for state in states_of(document.definition)}
    moved = (names - before.keys()) | (before.keys() - names)
    relinked = {state.name for state in states_of(document.definition)
                if _without_links(state.own, moved) == _without_links(before.get(state.name, {}), moved)}
    for state in states_of(document.definition):
        if state.name not in changed:
            continue
        asked = state.name in relinked or named & {state.name, *places.around(state.name)}
        if not asked and state.name not in before and state.is_task:
            yield ToDo(state.name, "", "No part of the request asks for this step.")
        elif not asked and state.name in before:
            yield ToDo(state.name, "", "No part of the request asks for the change of this step.")
        if state.name in named and state.state.get("Type") == "Pass" and not state.own.keys() - _EMPTY_PASS:
            yield ToDo(state.name, "", "This step does nothing.")
