"""Fixes for the linter's findings that are safe to make, each as a proposal to look at.

A fix changes as little as it can, and is kept only where the finding is gone and no new error came: the linter decides,
not the rule. What has no safe fix is refused with a sentence about what to do by hand.
"""

from __future__ import annotations

import copy
import difflib
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from engine.catalog.states import targets_of, unused_name
from engine.copilot.proposal import PlanStep, Proposal, ToDo, changes_between
from engine.copilot.shapes import definition_of
from engine.errors import Diagnostic, Refused
from engine.language.asl.validate import validate
from engine.language.asl.validate.states import FIELDS
from engine.records import dataclass

Json = Any


@dataclass(frozen=True, slots=True)
class _Site:
    """Where a finding points: the machine, the state's name, the path within the state."""

    machine: dict[str, Json]
    name: str | None
    path: tuple[str | int, ...]

    @property
    def state(self) -> dict[str, Json]:
        return self.machine["States"][self.name] if self.name is not None else self.machine


@dataclass(frozen=True, slots=True)
class _Fix:
    """What was done, to which states, and what a person should look at."""

    text: str
    states: tuple[str, ...]
    to_do: ToDo | None = None


_Rule = Callable[[Diagnostic, _Site], "_Fix | None"]


def fix(document: Mapping[str, Json], diagnostic: Mapping[str, Json]) -> Proposal:
    """The document with one finding of the linter fixed. Raises Refused where no safe fix is known, InvalidDocument."""
    definition_of(document)
    wanted = Diagnostic(
        str(diagnostic.get("code", "")), str(diagnostic.get("message", "")), str(diagnostic.get("location", "")),
        str(diagnostic.get("severity", "ERROR")),
    )
    kind = str(document.get("kind", "STANDARD"))
    before = validate(document.get("definition"), kind=kind)
    for rule in _RULES:
        changed = copy.deepcopy(dict(document))
        site = _site(changed.get("definition"), wanted.location)
        done = None if site is None else rule(wanted, site)
        if done is None:
            continue
        after = validate(changed["definition"], kind=kind)
        if _is_better(wanted, before, after):
            return Proposal(
                changed, (PlanStep(done.text, done.states),), () if done.to_do is None else (done.to_do,),
                tuple(after), changes_between(document, changed),
            )
    raise Refused(
        f"no safe fix is known for: {wanted.message}", where=wanted.location or None,
        advice="Correct it by hand; the message says what is expected.",
    )


def _is_better(wanted: Diagnostic, before: list[Diagnostic], after: list[Diagnostic]) -> bool:
    if wanted in after:
        return False
    errors = [item for item in after if item.severity == "ERROR" and item not in before]
    return not errors


def _site(definition: Json, location: str) -> _Site | None:
    """Follow the linter's pointer (``/States/Charge/Choices[0]/Next``) to the innermost state."""
    if not isinstance(definition, dict):
        return None
    names = list(_tokens(location))
    machine, state, rest = definition, None, list(names)
    current: Json = definition
    holder = definition
    index = 0
    while index < len(names):
        name = names[index]
        if name == "States" and isinstance(current, dict) and isinstance(current.get("States"), dict):
            # A state's name may hold slashes: take the longest that there is.
            for end in range(len(names), index + 1, -1):
                candidate = "/".join(str(part) for part in names[index + 1:end])
                if candidate in current["States"]:
                    holder, state = current, candidate
                    current = current["States"][candidate]
                    machine, index, rest = holder, end, names[end:]
                    break
            else:
                return None
            continue
        try:
            current = current[name]
        except (KeyError, IndexError, TypeError):
            break
        index += 1
    return _Site(machine, state, tuple(rest))


def _tokens(location: str) -> Iterator[str | int]:
    for part in location.split("/"):
        if not part:
            continue
        name, *indexes = re.split(r"\[(\d+)\]", part)
        if name:
            yield name
        yield from (int(index) for index in indexes if index)


def _missing_next(found: Diagnostic, site: _Site) -> _Fix | None:
    """A state without Next or End: on to the next one that nothing leads to, else the end."""
    if site.name is None or "Next" in site.state or site.state.get("End") is True:
        return None
    if site.state.get("Type") not in ("Task", "Pass", "Wait", "Map", "Parallel") or "Next" not in found.message:
        return None
    names = list(site.machine["States"])
    led_to = {site.machine.get("StartAt"), *_targets(site.machine)}
    later = [name for name in names[names.index(site.name) + 1:] if name not in led_to]
    if later:
        site.state.pop("End", None)
        site.state["Next"] = later[0]
        return _Fix(f"{site.name} leads on to {later[0]}", (site.name,),
                    ToDo(site.name, "/Next", f"Is {later[0]} what follows?"))
    site.state["End"] = True
    return _Fix(f"{site.name} ends this path", (site.name,))


def _both_next_and_end(_found: Diagnostic, site: _Site) -> _Fix | None:
    if site.name is None or "Next" not in site.state or "End" not in site.state:
        return None
    del site.state["End"]
    return _Fix(f"{site.name} has a Next, so End is taken out", (site.name,))


def _unknown_target(found: Diagnostic, site: _Site) -> _Fix | None:
    """A transition to a state that there is not: the nearest name."""
    match = re.match(r"Missing '(\w+)' target: (.*)$", found.message, re.DOTALL)
    if match is None:
        return None
    states = list(site.machine.get("States", {}))
    lowered = {name.lower(): name for name in states}
    close = difflib.get_close_matches(match[2].lower(), lowered, n=1, cutoff=0.6)
    if not close or lowered[close[0]] == site.name:
        return None
    target = lowered[close[0]]
    holder: Json = site.state if site.name is not None else site.machine
    for part in site.path[:-1] if site.path else ():
        holder = holder[part]
    field = site.path[-1] if site.path else match[1]
    holder[field] = target
    return _Fix(f"{match[2]} is not there; {target} is the nearest name", (site.name or str(target),),
                ToDo(site.name, "/" + "/".join(map(str, site.path)), f"Was {target} meant?"))


def _unreachable(found: Diagnostic, site: _Site) -> _Fix | None:
    """A state that nothing leads to: connect it to the one written before it, else take it out."""
    if site.name is None or "is not reachable" not in found.message:
        return None
    states = site.machine["States"]
    names = list(states)
    before = names[names.index(site.name) - 1] if names.index(site.name) else None
    if before is not None and states[before].get("End") is True:
        del states[before]["End"]
        states[before]["Next"] = site.name
        return _Fix(f"{before} leads on to {site.name}", (before,),
                    ToDo(before, "/Next", f"Is {site.name} what follows?"))
    if any(site.name in targets_of(state) for name, state in states.items() if name != site.name):
        return None
    del states[site.name]
    return _Fix(f"{site.name} is taken out: nothing leads to it", (site.name,))


def _missing_default(found: Diagnostic, site: _Site) -> _Fix | None:
    """A Choice without a Default: a Fail that says so."""
    if site.name is None or site.state.get("Type") != "Choice" or "Default" in site.state:
        return None
    if "Default" not in found.message:
        return None
    target = unused_name(f"{site.name} Not Matched", site.machine["States"])
    site.machine["States"][target] = {
        "Type": "Fail", "Error": "NoRuleMatched", "Cause": f"No rule of {site.name} held.",
    }
    site.state["Default"] = target
    return _Fix(f"{site.name} gets an otherwise: it fails with a cause of its own", (site.name, target),
                ToDo(target, "/Cause", "What should happen when no rule holds?"))


def _no_end(found: Diagnostic, site: _Site) -> _Fix | None:
    if found.code != "MISSING_END_STATE":
        return None
    names = [name for name, state in site.machine["States"].items()
             if state.get("Type") in ("Task", "Pass", "Wait", "Map", "Parallel")]
    if not names:
        return None
    last = site.machine["States"][names[-1]]
    last.pop("Next", None)
    last["End"] = True
    return _Fix(f"{names[-1]} ends the workflow", (names[-1],), ToDo(names[-1], "/End", "Is this where it ends?"))


def _start(found: Diagnostic, site: _Site) -> _Fix | None:
    if "StartAt" not in found.message or site.name is not None or not site.machine.get("States"):
        return None
    led_to = set(_targets(site.machine))
    first = next((name for name in site.machine["States"] if name not in led_to), next(iter(site.machine["States"])))
    site.machine["StartAt"] = first
    return _Fix(f"It starts at {first}", (first,), ToDo(first, "", "Is this the first step?"))


def _unknown_field(found: Diagnostic, site: _Site) -> _Fix | None:
    """A field that is not known: a slip of the pen is corrected to the field that was probably meant."""
    match = re.search(r"[Ff]ield[^']*'(\w+)'|(?:not supported|unknown)[^\[]*\[(\w+)\]", found.message)
    name = (match[1] or match[2]) if match is not None else None
    if site.name is None or name is None or name not in site.state:
        return None
    known = [field for field in FIELDS.get(str(site.state.get("Type")), ()) if field not in site.state]
    close = difflib.get_close_matches(name, known, n=1, cutoff=0.75)
    if not close:
        return None
    changed = {close[0] if key == name else key: value for key, value in site.state.items()}
    site.state.clear()
    site.state.update(changed)
    return _Fix(f"{name} is written {close[0]}", (site.name,))


_RULES: tuple[_Rule, ...] = (
    _unknown_target, _start, _both_next_and_end, _missing_next, _missing_default, _unreachable, _no_end, _unknown_field,
)


def _targets(machine: Mapping[str, Json]) -> Iterator[str]:
    """Every name that a transition of the machine leads to."""
    for state in machine.get("States", {}).values():
        yield from targets_of(state) if isinstance(state, dict) else ()
