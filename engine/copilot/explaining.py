"""A definition in words, read off it: what each state does, and in which order. No model is asked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.catalog.states import states_of
from engine.copilot.catalogue import WAITING, Catalogue
from engine.copilot.shapes import definition_of
from engine.errors import NotFound
from engine.language.expr.template import jsonata_source
from engine.language.rules.data_tests import written
from engine.records import dataclass

Json = Any


@dataclass(frozen=True, slots=True)
class Explanation:
    """`text` is the whole in a few sentences; `steps` are (state, text), in the order of the flow."""

    text: str
    steps: tuple[tuple[str, str], ...]


def explain(document: Mapping[str, Json], catalogue: Catalogue, state: str | None = None) -> Explanation:
    """Explain the whole document, or one state of it. Raises NotFound for a state it has not,
    InvalidDocument."""
    definition = definition_of(document)
    found = {item.name: item.state for item in states_of(definition)}
    if state is not None:
        if state not in found:
            raise NotFound(f"there is no state called {state!r}", where="state")
        text = _state(state, found[state], catalogue)
        return Explanation(text, ((state, text),))
    steps = tuple((name, _state(name, found[name], catalogue)) for name in found)
    return Explanation(_overview(document, found), steps)


def _overview(document: Mapping[str, Json], states: Mapping[str, Mapping[str, Json]]) -> str:
    start = document.get("definition", {}).get("StartAt")
    kinds = [state.get("Type") for state in states.values()]
    tasks = kinds.count("Task")
    parts = [f"{document.get('description') or 'A workflow'}".rstrip(".") + "."]
    started = [_trigger(trigger) for trigger in document.get("triggers") or () if isinstance(trigger, dict)]
    if started:
        parts.append(f"It is started {' and '.join(started)}.")
    parts.append(f"It begins with {start} and has {_count(len(states), 'state')}, {_count(tasks, 'task')} among them.")
    asked = [name for name, state in states.items() if str(state.get("Resource", "")).endswith(WAITING)]
    if asked:
        parts.append(f"It waits for an answer in {', '.join(asked)}.")
    bare = [name for name, state in states.items() if state.get("Type") == "Task" and "Catch" not in state]
    if bare and tasks:
        parts.append(f"A failure of {', '.join(bare[:5])}{' and others' if len(bare) > 5 else ''} fails the execution.")
    return " ".join(parts)


def _trigger(trigger: Mapping[str, Json]) -> str:
    match trigger.get("type"):
        case "schedule":
            return f"by the schedule {trigger.get('expression')}"
        case "webhook":
            return f"by the webhook {trigger.get('path')}"
        case "queue":
            return f"by messages in the queue {trigger.get('queue')}"
        case _:
            return "by events"


def _state(name: str, state: Mapping[str, Json], catalogue: Catalogue) -> str:
    return f"{_does(state, catalogue)}{_failures(state)}{_onward(state)}" if name else ""


def _does(state: Mapping[str, Json], catalogue: Catalogue) -> str:  # noqa: PLR0911 - one sentence for each type
    match state.get("Type"):
        case "Task":
            resource = str(state.get("Resource", ""))
            fact = catalogue.get(resource)
            what = f"{fact.title}: {fact.description.rstrip('.').lower()}" if fact is not None else f"Calls {resource}"
            waits = " It waits until somebody answers with the task token." if resource.endswith(WAITING) else ""
            return f"{what}.{waits}"
        case "Choice":
            rules = [f"{_rule(rule)}, to {rule.get('Next')}" for rule in state.get("Choices") or ()]
            default = f"; otherwise to {state['Default']}" if "Default" in state else "; otherwise it fails"
            return f"Decides: if {'; if '.join(rules)}{default}."
        case "Wait":
            return f"Waits {_timing(state)}."
        case "Map":
            items = state.get("Items", state.get("ItemsPath", "its input"))
            limit = f", at most {state['MaxConcurrency']} at a time" if state.get("MaxConcurrency") else ""
            return f"Does the same for each item of {_bare(items)}{limit}."
        case "Parallel":
            return f"Runs {_count(len(state.get('Branches') or ()), 'branch', 'branches')} at the same time."
        case "Succeed":
            return "Ends this path; it succeeded."
        case "Fail":
            return f"Fails the execution with {_bare(state.get('Error', 'no error name'))}."
        case "Pass":
            return _passes(state)
        case _:
            return "Has no type yet."


def _passes(state: Mapping[str, Json]) -> str:
    if state.get("Comment"):
        return f"{state['Comment']}".rstrip(".") + "."
    assigned = state.get("Assign")
    if isinstance(assigned, dict) and assigned:
        return f"Sets {', '.join(assigned)}."
    made = any(field in state for field in ("Output", "Result", "Parameters"))
    return "Makes a value." if made else "Hands its input on."


def _rule(rule: Mapping[str, Json]) -> str:
    return _bare(rule["Condition"]) if "Condition" in rule else written(rule).text


def _timing(state: Mapping[str, Json]) -> str:
    if "Seconds" in state:
        seconds = state["Seconds"]
        return f"{seconds} seconds" if isinstance(seconds, int) else f"the seconds of {_bare(seconds)}"
    return f"until {_bare(state.get('Timestamp', state.get('TimestampPath', state.get('SecondsPath', 'a moment'))))}"


def _failures(state: Mapping[str, Json]) -> str:
    text = ""
    for retrier in state.get("Retry") or ():
        names = _names(retrier.get("ErrorEquals"))
        text += f" On {names} it is tried again, {retrier.get('MaxAttempts', 3)} times at most."
    for catcher in state.get("Catch") or ():
        text += f" On {_names(catcher.get('ErrorEquals'))} it goes to {catcher.get('Next')}."
    return text


def _names(errors: Json) -> str:
    names = errors if isinstance(errors, list) else []
    return "any error" if "States.ALL" in names else ", ".join(map(str, names)) or "an error"


def _onward(state: Mapping[str, Json]) -> str:
    if state.get("Next"):
        return f" Then: {state['Next']}."
    return " Then it ends." if state.get("End") is True else ""


def _bare(value: Json) -> str:
    """An expression without its delimiters."""
    source = jsonata_source(str(value))
    return str(value) if source is None else source.strip()


def _count(number: int, one: str, many: str | None = None) -> str:
    return f"{number} {one if number == 1 else many or one + 's'}"
