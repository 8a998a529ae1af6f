"""The tools that the model may call. All of them only read; the draft is handed in by `propose`.

    search_actions · describe_action          which actions there are, and their inputs, outputs and errors
    list_workflows · list_connections         what the workspace has; secrets by their names alone
    validate · simulate · run_cases           trying a draft, with stubs in the place of every call
    read_execution                            an execution that the person named, its hidden fields masked
    propose · ask                             how a turn ends (engine.copilot.conversation.answers)

What a tool answers is data for the model, cut at MOST_CHARACTERS. A call that cannot be answered gets a text that says
why.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from typing import Any

from engine.copilot.catalogue import ActionFact, Input
from engine.copilot.conversation.drafts import case_of, document_of
from engine.copilot.conversation.sources import Ran, Sources
from engine.errors import AutomateError, InvalidDocument, NotFound
from engine.ports.language_model import Tool, ToolCall
from engine.records import dataclass
from engine.values import no_constant

Json = Any

MOST_CHARACTERS = 12_000
FEW_FOUND = 4
"""A search that found fewer actions is answered with the names of others too."""
MOST_NAMED = 80
_TEXT: Json = {"type": "string"}
_OBJECT: Json = {"type": "object"}
_NAMES: Json = {"type": "array", "items": {"type": "string"}}


def _takes(required: list[str], **properties: Json) -> dict[str, Json]:
    return {"type": "object", "properties": properties, "required": required}


CASES: Json = {"type": "array", "items": _takes(
    ["name", "input", "expect"], name=_TEXT, input={}, stubs=_OBJECT, expect=_OBJECT,
)}
CLAUSES: Json = {"type": "array", "items": _takes(
    ["number"], number={"type": "integer"}, done_in=_NAMES, open=_TEXT, no_step=_TEXT,
)}
ASSUMPTIONS: Json = {"type": "array", "items": _takes(["place", "text"], place=_TEXT, text=_TEXT)}

PROPOSE = Tool("propose", "Hand in the whole draft. It is checked; where findings come back, hand in a corrected one.",
               _takes(["reply", "clauses", "document", "cases"], reply=_TEXT, clauses=CLAUSES, assumptions=ASSUMPTIONS,
                      document=_OBJECT, cases=CASES))
ASK = Tool("ask", "Ask the person one question whose answer changes the draft, with two to five choices.",
           _takes(["question", "choices"], question=_TEXT, choices=_NAMES))
LOOKING = (
    Tool("search_actions", "Find actions of connectors and of all AWS services by words.",
         _takes(["words"], words=_TEXT)),
    Tool("describe_action", "Inputs, outputs and errors of one action, with an example Task.",
         _takes(["resource"], resource=_TEXT)),
    Tool("list_workflows", "Workflows here, with their input schemas; words narrow the list.", _takes([], words=_TEXT)),
    Tool("list_connections", "Names of connections and of secrets.", _takes([])),
    Tool("validate", "Findings about a document.", _takes(["document"], document=_OBJECT)),
    Tool("simulate", "Run a document on an input. Stubs answer every call.",
         _takes(["document", "input"], document=_OBJECT, input={}, stubs=_OBJECT)),
    Tool("run_cases", "Run test cases of a document.", _takes(["document", "cases"], document=_OBJECT, cases=CASES)),
    Tool("read_execution", "Read an execution that the person named.", _takes(["id"], id=_TEXT)),
)
TOOLS = (*LOOKING, PROPOSE, ASK)
ENDING = frozenset({PROPOSE.name, ASK.name})


@dataclass(frozen=True, slots=True)
class Answer:
    """A tool's answer. `text` goes to the model; `about` and `outcome` are shown to the person."""

    text: str
    about: str
    outcome: str
    failed: bool = False


def arguments_of(call: ToolCall) -> dict[str, Json]:
    """The arguments of a call. Raises InvalidDocument where they are not a JSON object."""
    try:
        value = json.loads(call.arguments or "{}", parse_constant=no_constant, strict=False)
    except (ValueError, RecursionError) as problem:
        raise InvalidDocument(f"the arguments of {call.name} are not JSON: {problem}") from None
    if not isinstance(value, dict):
        raise InvalidDocument(f"the arguments of {call.name} are not a JSON object")
    return value


class Toolbox:
    """The reading tools of one turn. `current` is the draft on the canvas, which gives a document its name;
    `executions` are the ids that the person named: no other is read."""

    def __init__(self, sources: Sources, current: Mapping[str, Json], executions: Collection[str]) -> None:
        self._sources = sources
        self._current = current
        self._executions = executions
        self._tools: Mapping[str, Callable[[dict[str, Json]], Answer]] = {
            "search_actions": self._search, "describe_action": self._describe, "list_workflows": self._workflows,
            "list_connections": self._connections, "validate": self._validate, "simulate": self._simulate,
            "run_cases": self._run_cases, "read_execution": self._read_execution,
        }

    def answer(self, call: ToolCall) -> Answer:
        """The answer of a call; never raises for what the model asked wrongly."""
        tool = self._tools.get(call.name)
        if tool is None:
            known = ", ".join(each.name for each in TOOLS)
            return Answer(f"There is no tool called {call.name}. There are {known}.", "", "no such tool", failed=True)
        try:
            found = tool(arguments_of(call))
        except AutomateError as problem:
            return Answer(_problem_text(problem)[:MOST_CHARACTERS], "", "failed", failed=True)
        except RecursionError:
            return Answer("It is nested too deeply.", "", "failed", failed=True)
        if len(found.text) <= MOST_CHARACTERS:
            return found
        return Answer(f"{found.text[:MOST_CHARACTERS]}\n(cut; ask for less)", found.about, found.outcome, found.failed)

    def _search(self, given: dict[str, Json]) -> Answer:
        words = _text(given, "words")
        found = self._sources.catalogue.search(words)
        lines = [action_line(fact) for fact in found] or ["No action fits these words. Search in English words."]
        if len(found) < FEW_FOUND:
            lines.append(self._others())
        return Answer("\n".join(lines), words, _count(len(found), "action") if found else "no action")

    def _others(self) -> str:
        """The names of the actions here, for a search that found few."""
        catalogue = self._sources.catalogue
        named = ", ".join(fact.resource for fact in catalogue.some(MOST_NAMED))
        return (f"Actions here: {named}. {catalogue.any_service} calls any HTTP API. An operation of AWS is found by "
                "its service and its name: dynamodb put item.")

    def _describe(self, given: dict[str, Json]) -> Answer:
        resource = _text(given, "resource")
        fact = self._sources.catalogue.get(resource)
        if fact is None:
            near = ", ".join(self._sources.catalogue.closest(resource))
            raise NotFound(f"there is no action {resource}", advice=f"Like it are: {near}." if near else None)
        pattern = next((each for each in fact.patterns if resource == f"{fact.resource}{each}"), "")
        shown = replace(fact, resource=f"{fact.resource}{pattern}")
        return Answer(description(shown), fact.title or resource, "described")

    def _workflows(self, given: dict[str, Json]) -> Answer:
        words = str(given.get("words", "")).lower().split()
        found = [
            each for each in self._sources.workflows()
            if all(word in f"{each.name} {each.description}".lower() for word in words)
        ][:30]
        lines = [
            f"{each.name}{'' if each.startable else ' (not published)'}: {each.description}"
            + (f"\n  input: {json.dumps(each.input_schema)[:1500]}" if each.input_schema else "")
            for each in found
        ]
        return Answer("\n".join(lines) or "There is none.", " ".join(words), _count(len(found), "workflow"))

    def _connections(self, given: dict[str, Json]) -> Answer:  # noqa: ARG002 - every tool takes arguments
        connections, secrets = self._sources.connections(), self._sources.secrets()
        named = "\n".join(
            f'- {each.name} ({each.kind}), as an input: {{"$secret": "{each.key}"}}' for each in connections) or "none"
        keys = ", ".join(secrets) or "none"
        return Answer(f"Connections:\n{named}\nSecrets by name: {keys}", "", _count(len(connections), "connection"))

    def _validate(self, given: dict[str, Json]) -> Answer:
        document = document_of(_object(given, "document"), self._current)
        found = self._sources.problems(document)
        return Answer("\n".join(map(str, found)) or "No findings.", "", _count(len(found), "finding"))

    def _simulate(self, given: dict[str, Json]) -> Answer:
        document = document_of(_object(given, "document"), self._current)
        ran = self._sources.simulate(document, given.get("input"), given.get("stubs") or {})
        return Answer(_ran_text(ran), "", ran.status.lower(), failed=False)

    def _run_cases(self, given: dict[str, Json]) -> Answer:
        document = document_of(_object(given, "document"), self._current)
        given_cases = given.get("cases")
        if not isinstance(given_cases, list) or not given_cases:
            raise InvalidDocument("'cases' is missing or empty", where="/cases")
        runs = self._sources.run_cases(document, [case_of(case, index) for index, case in enumerate(given_cases)])
        passed = sum(run.problem is None for run in runs)
        text = "\n".join(f"{run.name}: {run.problem or 'passes'}\n{_ran_text(run)}" for run in runs)
        return Answer(text, "", f"{passed} of {len(runs)} pass")

    def _read_execution(self, given: dict[str, Json]) -> Answer:
        wanted = _text(given, "id")
        if wanted not in self._executions:
            return Answer(
                "The person has not named this execution, so it is not read. Ask for its id.", wanted, "not read",
                failed=True,
            )
        return Answer(json.dumps(self._sources.execution(wanted), ensure_ascii=False), wanted, "read")


def action_line(fact: ActionFact) -> str:
    """An action in one line: its resource, title, description and required inputs."""
    needed = f"; needs {', '.join(fact.required)}" if fact.required else ""
    return f"{fact.resource} — {fact.title}: {' '.join(fact.description.split())[:160]}{needed}"


def description(fact: ActionFact) -> str:
    """An action in full, with an example of a Task that calls it."""
    parts = [action_line(fact)]
    if fact.inputs:
        heading = "Inputs (* required; it may take others)" if fact.open_inputs else "Inputs (* required)"
        parts.append(f"{heading}:\n" + "\n".join(map(_input_line, fact.inputs.values())))
    else:
        parts.append("Its inputs are not listed here." if fact.open_inputs else "It takes no inputs.")
    parts += [f"It needs one of {', '.join(group)}." for group in fact.one_of]
    if fact.patterns:
        parts.append(f"Behind the resource may stand {' or '.join(fact.patterns)}: .sync waits until the job has "
                     "ended, and gives what describes it then; .waitForTaskToken waits until somebody answers with the "
                     "token.")
    if fact.resource.endswith((".sync", ".sync:2")):
        parts.append("Output: what describes the job once it has ended, as the service's own describing call gives it.")
    elif fact.resource.endswith(".waitForTaskToken") and not fact.waits:
        parts.append("Output: what is answered with the token, which {% $states.context.Task.Token %} hands on.")
    elif fact.outputs:
        parts.append("Output, its main fields: " + ", ".join(
            f"{each.name}{f' ({each.type})' if each.type else ''}" for each in fact.outputs.values()))
    if fact.connections:
        parts.append("Its secret inputs may be left out where connection names a connection of the kind "
                     f"{' or '.join(fact.connections)} (list_connections).")
    if fact.waits:
        parts.append("It waits until somebody answers: give the Task a TimeoutSeconds and catch States.Timeout.")
    parts.append(f"Errors to catch: {', '.join(fact.errors or ('States.TaskFailed', 'States.Timeout'))}.")
    example = {"Type": "Task", "Resource": fact.resource, "Arguments": {
        name: {"$secret": "KEY"} if given.secret else (given.enum[0] if given.enum else f"<{given.type or 'value'}>")
        for name, given in fact.inputs.items() if given.required
    }, **({"TimeoutSeconds": 86400, "Catch": [{"ErrorEquals": ["States.Timeout"], "Next": "…"}]} if fact.waits else {}),
        "End": True}
    return "\n".join([*parts, f"Example: {json.dumps(example)}"])


def _input_line(given: Input) -> str:
    kind = 'SecretRef {"$secret": "KEY"}' if given.secret else given.type
    enum = f", one of {', '.join(map(str, given.enum[:12]))}" if given.enum else ""
    what = " ".join(given.description.split())[:200]
    return f"- {given.name}{'*' if given.required else ''}: {kind or 'any value'}{enum}{f'. {what}' if what else ''}"


def _ran_text(ran: Ran) -> str:
    failure = f", error {ran.error}: {ran.cause}" if ran.error else ""
    output = json.dumps(ran.output, ensure_ascii=False)[:1500]
    return f"  {ran.status}{failure}; states {', '.join(ran.states)}; output {output}"


def _problem_text(problem: AutomateError) -> str:
    message, where, advice = str(problem), getattr(problem, "where", None), getattr(problem, "advice", None)
    details = getattr(problem, "details", None)
    listed = "".join(
        f"\n- {item.get('where') or item.get('location') or ''}: {item.get('message')}"
        for item in details if isinstance(item, dict)
    ) if isinstance(details, (list, tuple)) else ""
    return f"{f'{where}: ' if where else ''}{message}.{f' {advice}' if advice else ''}{listed}"


def _text(given: Mapping[str, Json], name: str) -> str:
    value = given.get(name)
    if not isinstance(value, str) or not value.strip():
        raise InvalidDocument(f"'{name}' is missing", where=f"/{name}", advice="Give it as text.")
    return value.strip()


def _object(given: Mapping[str, Json], name: str) -> dict[str, Json]:
    value = given.get(name)
    if not isinstance(value, dict):
        raise InvalidDocument(f"'{name}' is missing or no object", where=f"/{name}")
    return value


def _count(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"
