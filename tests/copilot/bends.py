"""Right drafts, bent: one thing of the flow is moved, dropped or turned round. The account has to name each.

``python -m tests.copilot.bends`` prints how many bends of each kind the account names. A bend is named where it gives a
to-do, or a step that nothing asks for, that the right draft does not have.
"""

from __future__ import annotations

import copy
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

from connectors.registry import Registry
from engine.catalog.states import targets_of
from engine.copilot.accounting.account import account
from engine.copilot.accounting.facts import reached
from engine.language.asl.validate import validate
from functions.app.copilot.catalogue import catalogue_of
from tests.copilot.evaluate import ASKED, COPILOT, FIFTH, SECOND, STRANGER, THIRD, sentences
from tests.copilot.scoring import nested
from tests.copilot.verdict import RIGHT, verdict

Json = Any
Bends = Callable[[Json], Iterator[Callable[[], None]]]
"""A kind: what each bend of it does to a machine, in place."""

OPEN = (ASKED, STRANGER, SECOND, THIRD, FIFTH)
CATALOGUE = catalogue_of(Registry(installed=list))


def _ends(machine: Json, name: str) -> Json:
    """How the state goes on."""
    return {key: machine["States"][name].pop(key) for key in ("Next", "End") if key in machine["States"][name]}


def _plain(machine: Json) -> list[str]:
    return [name for name, state in machine["States"].items() if state["Type"] in ("Task", "Map", "Wait", "Parallel")]


def _led_to(machine: Json, old: str, new: str) -> None:
    """Whoever led to `old` leads to `new`."""
    for state in machine["States"].values():
        for holder in (state, *state.get("Choices", ()), *state.get("Catch", ())):
            for key in ("Next", "Default"):
                if holder.get(key) == old:
                    holder[key] = new
    if machine["StartAt"] == old:
        machine["StartAt"] = new


def _circle(machine: Json, name: str) -> set[str]:
    """The states that `name` leads to and that lead back to it."""
    return {one for one in reached(machine, *targets_of(machine["States"][name]))
            if name in reached(machine, *targets_of(machine["States"][one]))}


def out_of_each(machine: Json) -> Iterator[Callable[[], None]]:
    """The last step of what is done for each comes behind the Map."""
    for name, state in [*machine["States"].items()]:
        body = state.get("ItemProcessor")
        last = [one for one in _plain(body) if body["States"][one].get("End")] if body else []
        if body and len(_plain(body)) > 1 and len(last) == 1 and last[0] != body["StartAt"]:
            def bend(name: str = name, body: Json = body, last: str = last[0]) -> None:
                for other in body["States"].values():
                    if other.get("Next") == last:
                        other.pop("Next")
                        other["End"] = True
                taken = body["States"].pop(last)
                taken.pop("End")
                machine["States"][last] = {**taken, **_ends(machine, name)}
                machine["States"][name]["Next"] = last
            yield bend


def into_each(machine: Json) -> Iterator[Callable[[], None]]:
    """What comes behind a Map is done for each."""
    for name, state in [*machine["States"].items()]:
        after = state.get("Next")
        body = state.get("ItemProcessor")
        if not body or after is None or machine["States"][after]["Type"] != "Task":
            continue
        last = [one for one in _plain(body) if body["States"][one].get("End")]
        if last:
            def bend(name: str = name, body: Json = body, after: str = after, last: str = last[0]) -> None:
                machine["States"][name].pop("Next")
                machine["States"][name].update(_ends(machine, after))
                body["States"][last].pop("End")
                body["States"][last]["Next"] = after
                body["States"][after] = {**machine["States"].pop(after), "End": True}
            yield bend


def into_loop(machine: Json) -> Iterator[Callable[[], None]]:
    """What is done once before a circle is done in it."""
    for name in _plain(machine):
        state = machine["States"][name]
        after = state.get("Next")
        if state["Type"] == "Task" and after and not _circle(machine, name):
            first = after if _circle(machine, after) else machine["States"][after].get("Next")
            back = [one for one in _circle(machine, first) if machine["States"][one].get("Next") == first] if (
                first) else []
            if back:
                def bend(name: str = name, back: str = back[0]) -> None:
                    machine["States"][back]["Next"] = name
                yield bend


def out_of_loop(machine: Json) -> Iterator[Callable[[], None]]:
    """Nothing is done again: the circle is cut."""
    for name, state in machine["States"].items():
        if state["Type"] == "Choice" and name in _circle(machine, name):
            inner = _circle(machine, name)
            away = [one for one in targets_of(state) if one not in inner]
            if away:
                def bend(name: str = name, away: str = away[0]) -> None:
                    machine["States"][name] = {"Type": "Pass", "Next": away}
                yield bend


def no_catch(machine: Json) -> Iterator[Callable[[], None]]:
    """A failure is not caught."""
    for state in machine["States"].values():
        if state.get("Catch") and "TimeoutSeconds" not in state:
            yield lambda state=state: state.pop("Catch")


def other_catch(machine: Json) -> Iterator[Callable[[], None]]:
    """Another step's failure is caught."""
    for name, state in machine["States"].items():
        for catcher in state.get("Catch", ())[:1]:
            others = [one for one in _plain(machine) if machine["States"][one]["Type"] == "Task" and one != name
                      and not machine["States"][one].get("Catch") and one != catcher["Next"]
                      and catcher["Next"] in targets_of(state) and name not in reached(machine, catcher["Next"])
                      and one not in reached(machine, catcher["Next"])]
            if others and "TimeoutSeconds" not in state:
                def bend(state: Json = state, other: str = others[0]) -> None:
                    machine["States"][other]["Catch"] = state.pop("Catch")
                yield bend


def swapped(machine: Json) -> Iterator[Callable[[], None]]:
    """What is done if it holds is done if it does not."""
    for name, state in machine["States"].items():
        if state["Type"] == "Choice" and len(state["Choices"]) == 1 and name not in _circle(machine, name):
            def bend(state: Json = state) -> None:
                rule = state["Choices"][0]
                rule["Next"], state["Default"] = state["Default"], rule["Next"]
            yield bend


def out_of_branch(machine: Json) -> Iterator[Callable[[], None]]:
    """The last step of what is done if something holds is done anyway."""
    for name, state in machine["States"].items():
        if state["Type"] != "Choice" or len(state["Choices"]) != 1 or name in _circle(machine, name):
            continue
        beside = reached(machine, state["Default"])
        inner = [one for one in reached(machine, state["Choices"][0]["Next"]) - beside if one in _plain(machine)]
        last = [one for one in inner if not {*targets_of(machine["States"][one])} & {*inner}]
        if machine["States"][state["Default"]]["Type"] == "Succeed" and last:
            def bend(state: Json = state, last: str = last[0]) -> None:
                state["Default"] = last
            yield bend


def into_branch(machine: Json) -> Iterator[Callable[[], None]]:
    """What is done anyway, behind a decision, is done on one side alone."""
    for name, state in machine["States"].items():
        if state["Type"] != "Choice" or len(state["Choices"]) != 1 or name in _circle(machine, name):
            continue
        after = state.get("Default")
        both = reached(machine, state["Choices"][0]["Next"])
        if after in both and machine["States"][after]["Type"] == "Task":
            def bend(state: Json = state) -> None:
                machine["States"]["Nothing"] = {"Type": "Succeed"}
                state["Default"] = "Nothing"
            yield bend


def one_by_one(machine: Json) -> Iterator[Callable[[], None]]:
    """What runs at the same time runs one after the other."""
    for name, state in [*machine["States"].items()]:
        if state["Type"] == "Parallel" and not state.get("Catch"):
            def bend(name: str = name) -> None:
                state = machine["States"][name]
                firsts = [branch["StartAt"] for branch in state["Branches"]]
                onward = _ends(machine, name)
                for index, branch in enumerate(state["Branches"]):
                    following = {"Next": firsts[index + 1]} if index + 1 < len(firsts) else onward
                    for inner in branch["States"].values():
                        if inner.pop("End", None):
                            inner.update(following)
                    machine["States"].update(branch["States"])
                _led_to(machine, name, firsts[0])
                machine["States"].pop(name)
            yield bend


def at_once(machine: Json) -> Iterator[Callable[[], None]]:
    """Two steps that follow each other run at the same time."""
    for name, after in _pairs(machine):
        def bend(name: str = name, after: str = after) -> None:
            onward = _ends(machine, after)
            _ends(machine, name)
            branches = [{"StartAt": one, "States": {one: {**machine["States"].pop(one), "End": True}}}
                        for one in (name, after)]
            machine["States"]["Both"] = {"Type": "Parallel", "Branches": branches, **onward}
            _led_to(machine, name, "Both")
        yield bend


def turned(machine: Json) -> Iterator[Callable[[], None]]:
    """Two steps that follow each other come the other way round."""
    for name, after in _pairs(machine):
        def bend(name: str = name, after: str = after) -> None:
            first, second = machine["States"][name], machine["States"][after]
            _ends(machine, name)
            onward = _ends(machine, after)
            _led_to(machine, name, after)
            second["Next"] = name
            first.update(onward)
        yield bend


def _pairs(machine: Json) -> Iterator[tuple[str, str]]:
    """Two Tasks, of which the second follows the first alone."""
    for name, state in [*machine["States"].items()]:
        after = state.get("Next")
        if state["Type"] == "Task" and after and machine["States"][after]["Type"] == "Task":
            leading = [one for one, other in machine["States"].items() if after in targets_of(other)]
            plain = not any(machine["States"][one].get("Catch") for one in (name, after))
            if leading == [name] and plain and not _circle(machine, name):
                yield name, after


def no_task(machine: Json) -> Iterator[Callable[[], None]]:
    """A step is not there."""
    for name in _plain(machine):
        state = machine["States"][name]
        if state.get("Next") and state["Type"] in ("Task", "Wait") and not state.get("Catch") and state["Next"] != name:
            def bend(name: str = name) -> None:
                _led_to(machine, name, machine["States"].pop(name)["Next"])
            yield bend


def other_number(machine: Json) -> Iterator[Callable[[], None]]:
    """A time, a limit or a count is another one."""
    for state in machine["States"].values():
        for key in ("Seconds", "TimeoutSeconds", "MaxConcurrency"):
            if isinstance(state.get(key), int):
                yield lambda state=state, key=key: state.update({key: state[key] * 3 + 1})
        for retry in state.get("Retry", ()):
            yield lambda retry=retry: retry.update({"MaxAttempts": retry["MaxAttempts"] + 2})


def no_limit(machine: Json) -> Iterator[Callable[[], None]]:
    """A limit is not there."""
    for state in machine["States"].values():
        for key in ("TimeoutSeconds", "MaxConcurrency", "Retry", "ItemBatcher"):
            if key in state:
                yield lambda state=state, key=key: state.pop(key)


def negated(machine: Json) -> Iterator[Callable[[], None]]:
    """A condition says the opposite."""
    for state in machine["States"].values():
        for rule in state.get("Choices", ()):
            bare = re.fullmatch(r"\{% (.*) %\}", rule["Condition"])
            if bare is not None:
                yield lambda rule=rule, bare=bare[1]: rule.update({"Condition": f"{{% $not({bare}) %}}"})


BENDS = (out_of_each, into_each, into_loop, out_of_loop, no_catch, other_catch, swapped, out_of_branch, into_branch,
         one_by_one, at_once, turned, no_task, other_number, no_limit, negated)


def _machines(definition: Json) -> Iterator[Json]:
    yield definition
    for state in definition["States"].values():
        for inner in nested(state):
            yield from _machines(inner)


def bent(document: Json, kind: Bends) -> Iterator[Json]:
    """The document with each bend of the kind, where it is still one that the linter takes."""
    place = 0
    while True:
        other = copy.deepcopy(document)
        every = [bend for machine in _machines(other["definition"]) for bend in kind(machine)]
        if place >= len(every):
            return
        every[place]()
        place += 1
        _leave_out(other["definition"])
        if not any(item.severity == "ERROR" for item in validate(other["definition"])):
            yield other


def _leave_out(definition: Json) -> None:
    """The states that nothing leads to any more."""
    for machine in _machines(definition):
        kept = reached(machine, machine["StartAt"])
        machine["States"] = {name: state for name, state in machine["States"].items() if name in kept}


def rights(*files: str) -> Iterator[tuple[str, str, Json]]:
    """The sentences whose drafts are right: id, sentence, document."""
    for file in files:
        for entry in sentences(file):
            proposal = COPILOT.draft(entry["sentence"])
            if verdict(proposal, entry["sentence"], entry["expect"])[0] == RIGHT:
                yield entry["id"], entry["sentence"], proposal.document


def said_of(sentence: str, document: Json) -> set[object]:
    found = account(sentence, document, CATALOGUE)
    return {*(place for word in found.to_dos for place in range(word.start, word.end)), *found.added}


def named(*files: str) -> tuple[Counter[str], Counter[str], list[tuple[str, str, str]]]:
    """How many bends of each kind there are and how many are named, and those that are not."""
    every, found = Counter[str](), Counter[str]()
    missed = []
    for name, sentence, document in rights(*files):
        before = said_of(sentence, document)
        for kind in BENDS:
            for other in bent(document, kind):
                every[kind.__name__] += 1
                if said_of(sentence, other) - before:
                    found[kind.__name__] += 1
                else:
                    missed.append((kind.__name__, name, sentence))
    return every, found, missed


def main() -> None:
    every, found, missed = named(*OPEN)
    for kind in BENDS:
        print(f"| {kind.__name__} | {found[kind.__name__]} | {every[kind.__name__]} |")
    print(f"| all | {found.total()} | {every.total()} |")
    for one in missed if "-v" in sys.argv else ():
        print(*one, sep=": ")


if __name__ == "__main__":
    main()
