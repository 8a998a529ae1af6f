"""Running the cases of a draft, and finding the states and the ways that none of them takes.

The cases that the person had before are kept and run too. Where one of them fails now, the person sees it. The model
is not told, because their inputs may be somebody's data.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from engine.catalog.cases import Case
from engine.catalog.document import WorkflowDocument
from engine.catalog.states import StateText, is_distributed, states_of
from engine.copilot.conversation.sources import Ran, Sources
from engine.copilot.proposal import CaseRun
from engine.durable.lifecycle.start_checks import check_input
from engine.errors import InvalidDocument
from engine.records import dataclass

Json = Any

MOST_NAMED = 20
"""Names that a finding lists."""
_BRINGS = {"event": "detail", "s3": "detail", "folder": "path"}
"""A member of what each kind of trigger brings, where there is one."""
_MARK = "\N{RIGHTWARDS ARROW} way "


@dataclass(frozen=True, slots=True)
class Tested:
    """The cases that the document is to have, how they ran, and what the model has to correct."""

    cases: list[Json]
    runs: tuple[CaseRun, ...]
    flaws: tuple[str, ...]


def check_cases(
    document: WorkflowDocument, made: Sequence[Case], current: Mapping[str, Json], own: frozenset[str],
    changed: set[str], sources: Sources,
) -> Tested:
    """Run `made`, the model's cases, and those of `current` that neither they nor earlier proposals (`own`) replace.
    `changed` are the states that are new or changed: each of them, and each way out of them, needs a case."""
    replaced = own | {case.name for case in made}
    kept = [case for case in _cases_of(current) if case.name not in replaced]
    runs = sources.run_cases(document, [*made, *kept])
    flaws = [*_misfits(document, made), *_failures(runs[:len(made)])]
    if not flaws:
        whole = [run for run, case in zip(runs, [*made, *kept], strict=False) if case.state is None]
        flaws += _not_entered(document, changed, whole)
    if not flaws:
        flaws += [f"/cases: no case goes from {way}. Add a case that does, or remove it where none can: an earlier "
                  "rule takes its inputs, or the error never comes."
                  for way in ways_not_taken(document, changed, [*made, *kept], sources.run_cases)]
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
    """Inputs with which the workflow would not start, and such as its triggers never bring."""
    brought = {None if trigger.input is not None else _BRINGS.get(trigger.type) for trigger in document.triggers}
    known = {name for name in brought if name is not None} if None not in brought else set()
    for case in cases:
        if case.state is not None:
            continue
        if known and not (isinstance(case.input, dict) and known & case.input.keys()):
            yield (f"/cases: the input of {case.name} is none that a trigger brings: what arrives has "
                   f"{' or '.join(sorted(known))}.")
        if document.input_schema is None:
            continue
        try:
            check_input(document.input_schema, case.input)
        except InvalidDocument as problem:
            yield f"/cases: the input of {case.name} does not fit input_schema: {problem.message}."


def _failures(runs: Sequence[Ran]) -> Iterator[str]:
    for run in runs:
        if run.problem is not None:
            yield (f"/cases: the case {run.name} fails: {run.problem}. It ended {run.status}"
                   f"{f' ({run.error}: {run.cause})' if run.error else ''} after {shortened(run.states)}. "
                   "Correct the draft, or the case.")


def shortened(names: Sequence[str]) -> str:
    """The names in one line; of many the first and the last."""
    most = MOST_NAMED // 2
    shown = [*names[:most], f"… ({len(names) - 2 * most} more)", *names[-most:]] if len(names) > MOST_NAMED else names
    return ", ".join(shown)


def _runs_in_cases(document: WorkflowDocument) -> Iterator[StateText]:
    """The states that a case can enter: the items of a distributed Map run as executions of their own."""
    for state in states_of(document.definition):
        if not any(is_distributed(machine["States"][name]) for machine, name in state.way[:-1]):
            yield state


def _not_entered(document: WorkflowDocument, changed: set[str], runs: Sequence[Ran]) -> Iterator[str]:
    """States that are new or changed and that no case enters."""
    entered = {name for run in runs for name in run.states}
    missing = [state.name for state in _runs_in_cases(document) if state.name in changed - entered]
    if missing:
        yield (f"/cases: no case enters {shortened(missing)}. Add a case for each path of the request that leads "
               "there, failures too.")


def ways_not_taken(
    document: WorkflowDocument, changed: set[str], cases: Sequence[Case], run: Any
) -> list[str]:
    """The rules and Defaults of the Choices, and the Catches, of the `changed` states that no case takes, in words:
    "Size? to Small (rule 2 of its Choices)".

    Two ways may lead to one state, so a copy of the definition is run in which each way leads through a Pass of its
    own. `run` is Sources.run_cases."""
    definition = copy.deepcopy(document.definition)
    ways: dict[str, str] = {}
    for state in list(_runs_in_cases(document.model_copy(update={"definition": definition}))):
        if state.name in changed:
            for holder, field, how in _ways_out(state.state):
                mark = f"{_MARK}{len(ways) + 1}"
                ways[mark] = f"{state.name} to {holder[field]} ({how})"
                state.machine["States"][mark] = {"Type": "Pass", "Next": holder[field]}
                holder[field] = mark
    if not ways:
        return []
    taken = {name for ran in run(document.model_copy(update={"definition": definition}), cases) for name in ran.states}
    return [words for mark, words in ways.items() if mark not in taken]


def _ways_out(state: dict[str, Json]) -> Iterator[tuple[dict[str, Json], str, str]]:
    """The places of the state that name where it goes on, beside its Next: their holder, its field, and what it is."""
    for number, rule in enumerate(state.get("Choices") or (), 1):
        yield rule, "Next", f"rule {number} of its Choices"
    if "Default" in state:
        yield state, "Default", "the Default of its Choices"
    for catcher in state.get("Catch") or ():
        yield catcher, "Next", f"the Catch of {', '.join(map(str, catcher.get('ErrorEquals') or ()))}"
