"""One state machine made a workflow: its versions in their order, then its current definition.

    everything read, converted and checked ──► draft ──► version by version ──► draft again ──► the active version

The draft is written first, as it is to be in the end: where the catalog refuses (somebody edited it since), nothing was
done. A version that is here already, in the same order, is not published again, so a second run changes nothing and one
that was cut off is finished by the next.

A workflow has one active version, a state machine a current definition and aliases. So the active version is the one
that a start would have run: of the one alias, or of the alias that was asked for; with no alias or several, the current
definition, as a start without an alias takes it. An alias of two versions counts as the heavier of them. A machine that
has aliases, and not the one asked for, is refused: neither what nobody released nor an alias nobody named is activated.
"""

from __future__ import annotations

import json
from dataclasses import field
from typing import Any

from engine.conversion.step_functions.arriving import WorkflowOf, from_step_functions
from engine.errors import Diagnostic, InvalidDocument
from engine.records import dataclass
from functions.cli.step_functions.into import Document, Into
from functions.cli.step_functions.machines import Alias, Machine, Revision

Json = Any

LONGEST_NOTE = 500


@dataclass(slots=True)
class Brought:
    """A revision on its way: `number` is the one it has in the catalog, `publishes` says that it is to get one. What
    says the same as another one (`twin`) has that one's number."""

    revision: Revision
    document: Document
    findings: list[Diagnostic]
    remarks: tuple[Diagnostic, ...]
    number: int | None = None
    publishes: bool = False
    twin: Brought | None = None

    @property
    def here(self) -> int | None:
        """Its version in the catalog."""
        return self.number if self.twin is None else self.twin.here

    @property
    def errors(self) -> list[Diagnostic]:
        """What keeps it from being published."""
        return [item for item in self.findings if item.severity == "ERROR"]


@dataclass(slots=True)
class Bringing:
    """What is to be done for a machine, and what was done. `counts` is the alias that decides about the active version;
    `draft` is created, changed or unchanged."""

    machine: Machine
    workflow: str
    versions: list[Brought]
    current: Brought
    counts: Alias | None
    draft: str
    active: int | None = None
    moves_to: int | None = None
    refusal: dict[str, Json] | None = None
    calls_aws: list[str] = field(default_factory=list)

    @property
    def changes(self) -> bool:
        """Whether anything is to be written."""
        return self.draft != "unchanged" or any(item.publishes for item in (*self.versions, self.current))

    def here(self, number: int) -> int | None:
        """The number in the catalog of the machine's version `number`."""
        return next((item.here for item in self.versions if item.revision.number == number), None)


def plan(machine: Machine, workflow: str, into: Into, *, workflow_of: WorkflowOf, alias: str | None) -> Bringing:
    """What bringing `machine` in would do. Nothing is written.

    Raises InvalidDocument for a machine whose aliases lack `alias`.
    """
    counts = _counting(machine, alias)
    before = into.draft(workflow)
    brought = [
        _converted(revision, machine, before or {"name": workflow}, into, workflow_of)
        for revision in (*machine.versions, machine.current)
    ]
    _match(brought if counts is None else brought[:-1], into.versions(workflow))
    current = brought[-1]
    if counts is not None:  # it may be one of the versions
        current.twin = next((b for b in reversed(brought[:-1]) if _same(b.document, current.document)), None)
    draft = "created" if before is None else "unchanged" if _same(before, current.document) else "changed"
    return Bringing(machine, workflow, brought[:-1], current, counts, draft, active=into.active(workflow))


def check(bringing: Bringing, into: Into, *, force: bool) -> None:
    """Raise the Conflict that `carry_out` would raise over an edited draft. Nothing is written."""
    if bringing.changes and not force:
        into.check(bringing.current.document)


def carry_out(bringing: Bringing, into: Into, *, force: bool, asked: bool) -> None:
    """Do it. `asked`: an alias was named that the machine has, so the active version moves even where nothing is new.

    Raises what the catalog raises; a refusal comes before anything is written.
    """
    current = bringing.current
    if bringing.changes:
        last = current.document
        into.save(last, force=force)
        for item in (*bringing.versions, current):
            if item.publishes:
                if not _same(item.document, last):
                    into.save(item.document, force=False)
                last = item.document
                item.number = into.publish(bringing.workflow, _note(item.revision, bringing.machine))
                bringing.active = item.number
        if not _same(last, current.document):
            into.save(current.document, force=False)
    wanted = _wanted(bringing)
    if wanted is not None and wanted != bringing.active:
        if asked or any(item.publishes for item in (*bringing.versions, current)):
            into.activate(bringing.workflow, wanted)
            bringing.active = wanted
        else:
            bringing.moves_to = wanted


def _converted(
    revision: Revision, machine: Machine, base: Document, into: Into, workflow_of: WorkflowOf
) -> Brought:
    """What a workflow here has besides its definition stays: its input schema, cases and so on."""
    definition, remarks = from_step_functions(revision.definition, workflow_of)
    kind = {"kind": machine.kind} if machine.kind != base.get("kind", "STANDARD") else {}
    document = {**base, **kind, "definition": definition}
    return Brought(revision, document, into.problems(document), remarks)


def _counting(machine: Machine, alias: str | None) -> Alias | None:
    if alias is None:
        return machine.aliases[0] if len(machine.aliases) == 1 else None
    found = next((item for item in machine.aliases if item.name == alias), None)
    if found is None and machine.aliases:
        known = ", ".join(item.name for item in machine.aliases)
        raise InvalidDocument(
            f"{machine.name} has no alias {alias!r}: which of its versions is to be active is not known",
            where="--alias",
            advice=f"It has {known}: give --name {machine.name} --alias NAME, or leave --alias out.",
        )
    return found


def _match(brought: list[Brought], known: list[tuple[int, Document]]) -> None:
    """Find each revision among the versions that are here, in the same order; what is not there is to be published."""
    reached = 0
    last: Brought | None = None
    for item in brought:
        if last is not None and _same(last.document, item.document):
            item.twin = last
            continue
        found = next((n for n, document in known if n > reached and _same(document, item.document)), None)
        if found is not None:
            item.number = reached = found
        elif not item.errors:
            item.publishes = True
            known = []  # what follows comes after it
        else:
            continue
        last = item


def _same(one: Document, other: Document) -> bool:
    """Whether they run alike: definition and kind."""
    return _running(one) == _running(other)


def _running(document: Document) -> str:
    return json.dumps([document["definition"], document.get("kind", "STANDARD")], sort_keys=True)


def _wanted(bringing: Bringing) -> int | None:
    """The version to be active."""
    if bringing.counts is None:
        return bringing.current.here
    return bringing.here(bringing.counts.routes[0][0])


def _note(revision: Revision, machine: Machine) -> str:
    what = "the current definition" if revision.number is None else f"version {revision.number}"
    routed = ", ".join(
        f"{alias.name} {weight} %" for alias in machine.aliases for number, weight in alias.routes
        if number == revision.number
    )
    text = f"Step Functions: {what} of {machine.name}" + (f", aliases: {routed}" if routed else "")
    return (f"{text}. {revision.description}" if revision.description else text)[:LONGEST_NOTE]
