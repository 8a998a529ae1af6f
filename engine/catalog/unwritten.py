"""Reads that find nothing however the workflow goes: a variable that no state before assigns, a field that the states
before do not write.

    {"StartAt": "Sum", … "Sum": Assign total … "Tell": reads $totel}  ──►  "Tell": nothing assigns $totel

What a Task answers, and the execution's input, may hold anything: of those nothing is said. The definition is a valid
one.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from typing import Any

from engine.errors import Diagnostic, location
from engine.kernel.forward.dataflow import Machines, TooManyWays, Unfound
from engine.kernel.forward.shapes import IS_FRESH
from engine.kernel.forward.ways import Entry
from engine.language.sensitive.flow import assigned_names

Json = Any

UNASSIGNED = "VARIABLE_NOT_ASSIGNED"
UNWRITTEN = "VALUE_NOT_WRITTEN"

MOST_WORK = 600_000
"""About a second of CPU, for it is asked at each edit. A chain of 2,000 states without variables takes 200,000."""


def unwritten_problems(definition: Json) -> Iterator[Diagnostic]:
    """A warning for each of them, in the order of the definition; none where it has too many ways to look at all."""
    machines = Machines(definition, most=MOST_WORK)
    try:
        machines.noting("", {machines.start_at(""): Entry(IS_FRESH, {})}, start=None)
    except TooManyWays:
        return
    for found in machines.unfound.values():
        if found.never:
            yield _problem(definition, found)


def _problem(definition: Json, found: Unfound) -> Diagnostic:
    place = location(_path(definition, found.pointer))
    name = found.missing.removeprefix("$").partition(".")[0].partition("[")[0]
    if not found.missing.startswith(("$.", "$[", "$$", "$states")):
        return Diagnostic(UNASSIGNED, (
            f"{found.state!r} reads ${name}, which no state before it assigns: {_advice(name, definition)}"
        ), place, "WARNING")
    return Diagnostic(
        UNWRITTEN, f"{found.state!r} reads {found.missing}, which no state before it writes: there is nothing",
        place, "WARNING",
    )


def _advice(name: str, definition: Json) -> str:
    assigned = assigned_names(definition)
    if name in assigned:
        return "it is assigned later, in another branch, or outside the distributed Map"
    close = difflib.get_close_matches(name, assigned, n=1)
    if close:
        return f"did you mean ${close[0]}?"
    return f"give it a value in an Assign; a field of the input is $states.input.{name}, in JSONPath $.{name}"


def _path(definition: Json, pointer: str) -> Iterator[str | int]:
    """The keys of a JSON pointer into `definition`; what is in a list is a number."""
    value = definition
    for part in pointer.split("/")[1:]:
        key = part.replace("~1", "/").replace("~0", "~")
        if isinstance(value, list):
            value = value[int(key)]
            yield int(key)
        else:
            value = value[key]
            yield key
