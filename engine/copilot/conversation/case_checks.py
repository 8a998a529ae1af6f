"""Running the cases of a draft, and finding the states that none of them enters.

The cases that the person had before are kept and run too. Where one of them fails now, the person sees it. The model
is not told, because their inputs may be somebody's data.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

from pydantic import ValidationError

from engine.catalog.cases import Case
from engine.catalog.document import WorkflowDocument
from engine.catalog.states import states_of
from engine.copilot.conversation.sources import Ran, Sources
from engine.copilot.proposal import CaseRun, changes_between
from engine.durable.lifecycle.start_checks import check_input
from engine.errors import InvalidDocument
from engine.records import dataclass

Json = Any


@dataclass(frozen=True, slots=True)
class Tested:
    """The cases that the document is to have, how they ran, and what the model has to correct."""

    cases: list[Json]
    runs: tuple[CaseRun, ...]
    flaws: tuple[str, ...]


def check_cases(
    document: WorkflowDocument, made: Sequence[Case], current: Mapping[str, Json], own: frozenset[str], sources: Sources
) -> Tested:
    """Run `made`, the model's cases, and those of `current` that neither they nor earlier proposals (`own`) replace."""
    replaced = own | {case.name for case in made}
    kept = [case for case in _cases_of(current) if case.name not in replaced]
    runs = sources.run_cases(document, [*made, *kept])
    flaws = [*_misfits(document, made), *_failures(runs[:len(made)])]
    if not flaws:
        flaws += _not_entered(document, current, runs)
    return Tested(
        [case.model_dump(exclude_unset=True) for case in (*made, *kept)],
        tuple(CaseRun(run.name, run.states, run.problem) for run in runs), tuple(flaws),
    )


def _cases_of(current: Mapping[str, Json]) -> Iterator[Case]:
    for case in current.get("cases") or ():
        try:
            yield Case.model_validate(case)
        except ValidationError:
            continue  # a draft that is being edited may have an unfinished one: the person's to mend


def _misfits(document: WorkflowDocument, cases: Sequence[Case]) -> Iterator[str]:
    """Inputs with which the workflow would not start."""
    if document.input_schema is None:
        return
    for case in cases:
        if case.state is not None:
            continue
        try:
            check_input(document.input_schema, case.input)
        except InvalidDocument as problem:
            yield f"/cases: the input of {case.name} does not fit input_schema: {problem.message}."


def _failures(runs: Sequence[Ran]) -> Iterator[str]:
    for run in runs:
        if run.problem is not None:
            yield (f"/cases: the case {run.name} fails: {run.problem}. It ended {run.status}"
                   f"{f' ({run.error}: {run.cause})' if run.error else ''} after {', '.join(run.states)}. "
                   "Correct the draft, or the case.")


def _not_entered(document: WorkflowDocument, current: Mapping[str, Json], runs: Sequence[Ran]) -> Iterator[str]:
    """States that are new or changed and that no case enters."""
    entered = {name for run in runs for name in run.states}
    changed = {
        change.state for change in changes_between(current, document.as_written) if change.change != "removed"
    }
    missing = [state.name for state in states_of(document.definition) if state.name in changed - entered]
    if missing:
        yield (f"/cases: no case enters {', '.join(missing)}. Add a case for each path of the request that leads "
               "there, failures too.")
        return
    taken = {pair for run in runs for pair in pairwise(run.states)}
    for name, target, how in ways_out(document, changed):
        if (name, target) not in taken:
            yield f"/cases: no case goes from {name} to {target} ({how}). Add a case that does."


def ways_out(document: WorkflowDocument, changed: set[str]) -> Iterator[tuple[str, str, str]]:
    """The transitions of Choices and Catches that are new or changed, with what they are. Those inside a Parallel or a
    Map are left out: states of other branches are entered in between."""
    for state in states_of(document.definition):
        if len(state.way) > 1 or state.name not in changed:
            continue
        for rule in state.own.get("Choices") or ():
            yield state.name, rule.get("Next", ""), "a rule of the Choice"
        if "Default" in state.own:
            yield state.name, state.own["Default"], "the Default of the Choice"
        for catcher in state.own.get("Catch") or () if not state.state.keys() & {"Branches", "ItemProcessor"} else ():
            yield state.name, catcher.get("Next", ""), "a Catch"
