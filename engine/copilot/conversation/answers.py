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
from engine.catalog.states import StateText, language_of, states_of
from engine.copilot.conversation.case_checks import check_cases
from engine.copilot.conversation.drafts import case_of, document_of
from engine.copilot.conversation.sources import Sources
from engine.copilot.conversation.written_secrets import with_own_texts, written_secrets
from engine.copilot.proposal import ClauseAnswer, PlanStep, Proposal, ToDo, changes_between
from engine.copilot.scrubbing import Scrub
from engine.errors import Diagnostic, InvalidDocument
from engine.language.asl.resources import START_EXECUTION, plain_resource
from engine.records import dataclass

Json = Any

MOST_FINDINGS = 20
_NEVER_FOUND = frozenset({"VARIABLE_NOT_ASSIGNED", "VALUE_NOT_WRITTEN"})
"""Warnings about a read that can find nothing. A draft that reads so is wrong."""
_NOT_HERE = "UNKNOWN_RESOURCE"
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
    given = with_own_texts(given, request.current, scrub)
    read = _read(given, request.current)
    read.findings += written_secrets(given, request.current, scrub)
    if read.document is None or read.findings:
        return Checked(None, tuple(read.findings))
    problems = sources.problems(read.document)
    wrong = [*map(str, filter(_refuses, problems)), *_action_findings(read.document, sources)]
    if wrong:
        return Checked(None, tuple(dict.fromkeys(wrong)))
    clauses, flaws = _clauses(given.get("clauses"), request.clauses, read.document)
    tested = check_cases(read.document, read.cases, request.current, request.own_cases, sources)
    document = {**read.document.as_written}
    document.pop("cases", None)
    if tested.cases:
        document["cases"] = tested.cases
    names = {state.name for state in states_of(read.document.definition)}
    to_dos = [
        *_open_clauses(clauses), *_assumptions(given.get("assumptions"), names), *_blanks(read.document.definition),
        *_not_here(problems), *_not_asked_for(read.document, request.current, clauses),
    ]
    remarks = [each for each in problems if each.severity == "WARNING"]
    return Checked(
        Proposal(
            document, _plan(clauses, read.document), tuple(dict.fromkeys(to_dos)), tuple(remarks),
            changes_between(request.current, document), clauses=clauses, cases=tested.runs,
        ),
        flaws=(*flaws, *tested.flaws),
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
            read.findings.append(f"{problem.where}: {problem.message}. {problem.advice}")
    names = [case.name for case in read.cases]
    read.findings += [f"/cases: two cases are called {name}." for name in sorted(set(names)) if names.count(name) > 1]
    return read


def _refuses(found: Diagnostic) -> bool:
    """Whether a draft with this finding is wrong. A resource that is only not callable here is a to-do instead."""
    return found.code in _NEVER_FOUND or (found.severity == "ERROR" and found.code != _NOT_HERE)


def _action_findings(document: WorkflowDocument, sources: Sources) -> Iterator[str]:
    """Actions that do not exist, and their inputs that are missing or not theirs."""
    startable: frozenset[str] | None = None
    for state in states_of(document.definition):
        resource = state.state.get("Resource")
        if not state.is_task or not isinstance(resource, str):
            continue
        if plain_resource(resource).startswith(START_EXECUTION):
            if startable is None:
                startable = frozenset(each.name for each in sources.workflows())
            yield from _started_findings(state, startable)
            continue
        fact = sources.catalogue.get(resource)
        if fact is None:
            near = sources.catalogue.closest(resource)
            yield (f"{state.place}/Resource: there is no action {resource}. search_actions finds those that there are"
                   f"{f', such as {near[0]}' if near else ''}.")
            continue
        if fact.waits and resource != fact.resource:
            yield f"{state.place}/Resource: this action waits for an answer: write {fact.resource}."
        yield from _input_findings(state, fact.required, None if fact.open_inputs else list(fact.inputs))


def _input_findings(state: StateText, required: Sequence[str], known: Sequence[str] | None) -> Iterator[str]:
    """Inputs that are missing, and for an AWS operation those that it does not have (publishing finds a
    connector's)."""
    jsonata = language_of(state) == "JSONata"
    given = state.own.get("Arguments" if jsonata else "Parameters")
    if given is not None and not isinstance(given, dict):
        return
    resource = str(state.own["Resource"])
    names = {name if jsonata else name.removesuffix(".$") for name in given or ()}
    if given is not None and resource.startswith("connector:"):
        return  # publishing looks at them
    for name in required:
        if name not in names:
            yield (f"{state.place}/Arguments: the input {name} of {resource} is missing. describe_action lists the "
                   "inputs.")
    if known is not None and resource.startswith("arn:"):
        for name in sorted(names - set(known)):
            yield f"{state.place}/Arguments/{name}: {resource} has no input {name}. It takes {', '.join(known[:20])}."


def _started_findings(state: StateText, names: frozenset[str]) -> Iterator[str]:
    given = state.own.get("Arguments", state.own.get("Parameters"))
    started = given.get("StateMachineArn") if isinstance(given, dict) else None
    if started is None:
        yield f"{state.place}/Arguments: StateMachineArn is missing: the name of the workflow that is started."
    elif isinstance(started, str) and not started.startswith(("arn:", "{%")) and started not in names:
        yield (f"{state.place}/Arguments/StateMachineArn: there is no workflow {started}. list_workflows lists those "
               "that there are.")


def _clauses(
    given: Json, clauses: Sequence[str], document: WorkflowDocument
) -> tuple[tuple[ClauseAnswer, ...], list[str]]:
    """The answer to each clause, and what is wrong with them."""
    names = {state.name for state in states_of(document.definition)}
    by_number: dict[int, list[Mapping[str, Json]]] = {}
    for item in given if isinstance(given, list) else ():
        if isinstance(item, dict) and isinstance(item.get("number"), int):
            by_number.setdefault(item["number"], []).append(item)
    answers: list[ClauseAnswer] = []
    flaws: list[str] = []
    for number, text in enumerate(clauses, 1):
        items = by_number.get(number, [])
        done = [str(place) for item in items for place in _list(item.get("done_in"))]
        left = next((str(item["open"]).strip() for item in items if item.get("open")), None)
        nothing = next((str(item["no_step"]).strip() for item in items if item.get("no_step")), None)
        unknown = [place for place in done if not _is_there(place, names, document.as_written)]
        flaws += [f'/clauses: clause {number}, "{text}", is done in {place!r}, which is not in the draft. Add the '
                  "state, or name the one that does it." for place in unknown]
        there = tuple(place for place in done if place not in unknown)
        if not done and left is None and nothing is None:
            flaws.append(f'/clauses: nothing answers for clause {number}, "{text}". Do it in the draft and name the '
                         "states in done_in, or say in open why it is not done.")
            left = "The draft does not say where it does this."
        answers.append(ClauseAnswer(
            text, there, None if there or (nothing and left is None) else left or "The state that does it is missing.",
            None if there or left else nothing,
        ))
    return tuple(answers), flaws


def _is_there(place: str, names: set[str], document: Mapping[str, Json]) -> bool:
    """Whether `place` is the name of a state, or a JSON pointer into the document."""
    if place in names:
        return True
    if not place.startswith("/"):
        return False
    value: Json = document
    for part in [each.replace("~1", "/").replace("~0", "~") for each in place.split("/")[1:]]:
        if isinstance(value, dict) and part in value:
            value = value[part]
        elif isinstance(value, list) and part.isdigit() and int(part) < len(value):
            value = value[int(part)]
        else:
            return False
    return True


def _plan(clauses: Sequence[ClauseAnswer], document: WorkflowDocument) -> tuple[PlanStep, ...]:
    """A line for each clause that the draft does; where there is none, one for each state."""
    lines = tuple(PlanStep(clause.text, clause.done_in) for clause in clauses if clause.done_in)
    return lines or tuple(
        PlanStep(str(state.state.get("Comment") or state.name), (state.name,))
        for state in states_of(document.definition)
    )


def _open_clauses(clauses: Sequence[ClauseAnswer]) -> Iterator[ToDo]:
    for clause in clauses:
        if clause.open is not None:
            yield ToDo(None, "", f'Not in the draft: "{clause.text}". {clause.open}'[:1000])


def _assumptions(given: Json, names: set[str]) -> Iterator[ToDo]:
    for item in _list(given):
        text = item.get("text") if isinstance(item, dict) else item
        place = item.get("place") if isinstance(item, dict) else None
        if isinstance(text, str) and text.strip():
            known = isinstance(place, str) and place in names
            pointer = place if isinstance(place, str) and place.startswith("/") and not known else ""
            yield ToDo(str(place) if known else None, str(pointer), f"Assumed: {text.strip()}"[:1000])


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


def _not_here(problems: Sequence[Diagnostic]) -> Iterator[ToDo]:
    for found in problems:
        if found.code == _NOT_HERE:
            yield ToDo(None, "", f"Before it can be published: {found.message}"[:1000])


def _not_asked_for(
    document: WorkflowDocument, current: Mapping[str, Json], clauses: Sequence[ClauseAnswer]
) -> Iterator[ToDo]:
    """Tasks that the draft adds and that no clause names."""
    named = {place for clause in clauses for place in clause.done_in}
    before = {state.name for state in states_of(current.get("definition"))}
    for state in states_of(document.definition):
        if state.is_task and state.name not in named | before:
            yield ToDo(state.name, "", "No part of the request asks for this step.")


def _list(value: Json) -> list[Json]:
    return value if isinstance(value, list) else []
