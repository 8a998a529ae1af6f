"""Checking what the Tasks of a draft call: actions that exist, with the inputs that they need.

Only what the definition writes out is looked at: what an expression gives is known when it runs. Publishing looks at a
connector's inputs as well (engine.catalog.given_inputs); what it finds is not found again here.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from engine.catalog.cases import Case
from engine.catalog.document import WorkflowDocument
from engine.catalog.states import StateText, language_of, states_of
from engine.copilot.catalogue import ActionFact
from engine.copilot.conversation.sources import Sources, WorkflowFact
from engine.language.asl.resources import START_EXECUTION, plain_resource

Json = Any

_CALLED_BY_ARN = re.compile(r"arn:aws[a-z-]*:(?:lambda:[^:]*:[^:]*:function|states:[^:]*:[^:]*:activity):.+")
"""A function or an activity of one's own, as Amazon's language names it in a Resource."""
_OTHER_LANGUAGE = re.compile(r"\$\$?\.[A-Za-z_].*|.*\{\{.+\}\}.*|\$\{\w+\}", re.DOTALL)
"""A path or a template of another language, which JSONata takes as plain text."""
_TEXT_ALONE = re.compile(r"\{%\s*(?:'[^']*'|\"[^\"]*\")\s*%\}")
"""An expression that is nothing but a text."""
_PLACEHOLDER = re.compile(r"<[a-z ]+>")
_HTTP_TASK = "arn:aws:states:::http:invoke"
_EVERY_TASK = ("States.", "Automate.")
"""Names that begin so are the engine's own: any Task can have them."""
_TIMEOUTS = ("TimeoutSeconds", "TimeoutSecondsPath", "HeartbeatSeconds", "HeartbeatSecondsPath")


class TaskChecks:
    """The checks of one draft's Tasks."""

    def __init__(self, document: WorkflowDocument, sources: Sources, looked_at: set[str]) -> None:
        """`looked_at` are the names of the states to check: those that the draft adds or changes."""
        self._document = document
        self._sources = sources
        self._tasks = [
            state for state in states_of(document.definition)
            if state.is_task and state.name in looked_at and isinstance(state.state.get("Resource"), str)
        ]
        self._known: dict[str, WorkflowFact] | None = None

    def findings(self, refused: Sequence[str]) -> Iterator[str]:
        """Actions that do not exist, and inputs that are missing or cannot be right. `refused` are the places at which
        the definition is refused already."""
        for state in self._tasks:
            resource = str(state.state["Resource"])
            if _CALLED_BY_ARN.fullmatch(resource):
                continue
            if plain_resource(resource).startswith(START_EXECUTION):
                yield from self._started(state)
                continue
            fact = self._sources.catalogue.get(resource)
            if fact is None:
                yield f"{state.place}/Resource: there is no action {resource}. {self._instead(resource)}"
                continue
            yield from _waiting(state, fact)
            if not {"/QueryLanguage", f"{state.place}/Arguments", f"{state.place}/Parameters"} & set(refused):
                yield from _inputs(state, fact, self._sources.secrets)
            if fact.errors and not resource.endswith(".waitForTaskToken"):
                yield from _caught(state, fact)

    def stub_findings(self, cases: Sequence[Case]) -> Iterator[str]:
        """Stubs that answer as the action never does."""
        facts = {str(state.state["Resource"]): self._sources.catalogue.get(str(state.state["Resource"]))
                 for state in self._tasks}
        for case in cases:
            for resource, stubs in case.stubs.items():
                fact = facts.get(resource)
                for stub in stubs if fact is not None else ():
                    yield from _stub(case.name, resource, fact, stub.error, stub.output)

    def _instead(self, resource: str) -> str:
        near = self._sources.catalogue.closest(resource)
        return f"search_actions finds those that there are{f', such as {near[0]}' if near else ''}."

    def _started(self, state: StateText) -> Iterator[str]:
        """The workflow that a Task starts: there, and given what its schema needs."""
        given = state.own.get("Arguments", state.own.get("Parameters"))
        if not isinstance(given, dict):
            if given is None:
                yield f"{state.place}/Arguments: StateMachineArn is missing: the name of the workflow that is started."
            return
        started = given.get("StateMachineArn", given.get("StateMachineArn.$"))
        if started is None:
            yield f"{state.place}/Arguments: StateMachineArn is missing: the name of the workflow that is started."
            return
        if not isinstance(started, str) or started.startswith(("arn:", "{%", "$")) or started == self._document.name:
            return
        fact = self._workflows().get(started)
        if fact is None:
            yield (f"{state.place}/Arguments/StateMachineArn: there is no workflow {started}. list_workflows lists "
                   "those that there are.")
            return
        needed = fact.input_schema.get("required") if isinstance(fact.input_schema, dict) else None
        inner = given.get("Input")
        if isinstance(needed, list) and isinstance(inner, dict):
            lacking = [name for name in needed if name not in inner and f"{name}.$" not in inner]
            if lacking:
                yield (f"{state.place}/Arguments/Input: {started} needs {', '.join(map(str, lacking))}, by its input "
                       "schema.")

    def _workflows(self) -> dict[str, WorkflowFact]:
        if self._known is None:
            self._known = {each.name: each for each in self._sources.workflows()}
        return self._known


def _waiting(state: StateText, fact: ActionFact) -> Iterator[str]:
    resource = str(state.state["Resource"])
    if fact.waits and resource != fact.resource:
        yield f"{state.place}/Resource: this action waits for an answer: write {fact.resource}."
        return
    if not resource.endswith(".waitForTaskToken"):
        return
    if not any(name in state.own for name in _TIMEOUTS):
        yield (f"{state.place}: nobody may ever answer: give it a TimeoutSeconds, and a Catch of States.Timeout for "
               "what happens then.")
    if not fact.waits and "Task.Token" not in json.dumps(state.own.get("Arguments", state.own.get("Parameters"))):
        yield (f"{state.place}/Arguments: the one that answers needs the task token: hand it on as "
               "{% $states.context.Task.Token %}.")


def _inputs(state: StateText, fact: ActionFact, secrets: Any) -> Iterator[str]:
    jsonata = language_of(state) == "JSONata"
    field = "Arguments" if jsonata else "Parameters"
    given = state.own.get(field)
    if given is not None and not isinstance(given, dict):
        return
    resource, place = str(state.own["Resource"]), f"{state.place}/{field}"
    is_aws = resource.startswith("arn:")
    names = {name if jsonata else name.removesuffix(".$"): value for name, value in (given or {}).items()}
    for name in fact.required if is_aws or given is None else ():  # publishing looks at a connector's
        if names.get(name) is None:
            yield f"{place}: the input {name} of {resource} is missing. describe_action lists the inputs."
    known = list(fact.inputs)
    for name in sorted(names.keys() - set(known)) if is_aws and not fact.open_inputs else ():
        yield f"{place}/{name}: {resource} has no input {name}. It takes {', '.join(known[:20])}."
    if resource == _HTTP_TASK and not names.keys() & {"Authentication", "InvocationConfig"}:
        yield (f'{place}: an HTTP Task of AWS needs Authentication: {{"ConnectionArn": …}}, an EventBridge connection. '
               "Without one use the connector that calls any HTTP API.")
    for name, value in (given or {}).items():
        if not name.endswith(".$"):
            yield from _value(f"{place}/{name}", name, value, fact, secrets)
    if jsonata:
        yield from _of_another_language(given, place)


def _value(place: str, name: str, value: Json, fact: ActionFact, secrets: Any) -> Iterator[str]:
    """A value that is written out and cannot be right."""
    if isinstance(value, dict) and value.get("$secret") == "KEY" and "KEY" not in secrets():
        yield f"{place}: KEY stands for the name of a secret: list_connections lists those that there are."
    if not isinstance(value, str) or "TODO" in value or (
        value.startswith(("{%", "$.", "$$.")) and not _TEXT_ALONE.fullmatch(value)
    ):
        return
    known = fact.inputs.get(name)
    if known is not None and known.secret:
        yield (f'{place}: it takes a secret: {{"$secret": "NAME"}} with the name of one, which may be stored later. A '
               "text is no secret.")
    elif value.startswith("{%"):
        return
    elif known is not None and known.enum and value not in known.enum:
        yield f"{place}: {value!r} is none of {', '.join(map(str, known.enum[:20]))}."
    elif _PLACEHOLDER.fullmatch(value):
        yield f"{place}: {value} is the placeholder of an example: write the value, or a text that begins with TODO."
    elif name == ("ApiEndpoint" if fact.resource == _HTTP_TASK else "url") and not re.match(r"https?://", value):
        yield f"{place}: {value!r} is no address: it begins with https://."


def _of_another_language(given: Json, place: str) -> Iterator[str]:
    if isinstance(given, str):
        if not given.startswith("{%") and _OTHER_LANGUAGE.fullmatch(given):
            yield f"{place}: {given!r} is plain text in JSONata: write {{% $states.input.… %}}."
    elif isinstance(given, (dict, list)):
        for name, item in given.items() if isinstance(given, dict) else enumerate(given):
            yield from _of_another_language(item, f"{place}/{name}")


def _caught(state: StateText, fact: ActionFact) -> Iterator[str]:
    """Errors that the action never has."""
    for field in ("Retry", "Catch"):
        rules = state.own.get(field)
        for index, rule in enumerate(rules if isinstance(rules, list) else ()):
            names = rule.get("ErrorEquals") if isinstance(rule, dict) else None
            for name in names if isinstance(names, list) else ():
                if isinstance(name, str) and _never(name, fact):
                    yield (f"{state.place}/{field}/{index}/ErrorEquals: {fact.bare} has no error {name}. It has "
                           f"{', '.join(fact.errors)}; what the service says is in the cause.")


def _stub(case: str, resource: str, fact: ActionFact | None, error: str | None, output: Json) -> Iterator[str]:
    if fact is None:
        return
    if error is not None and fact.errors and not fact.waits and _never(error, fact):
        yield (f"/cases: the case {case} answers {resource} with the error {error}, which it never has. It has "
               f"{', '.join(fact.errors)}.")
    if fact.waits and isinstance(output, Mapping) and fact.outputs:
        strange = sorted(output.keys() - fact.outputs.keys())
        if strange:
            yield (f"/cases: the case {case} answers {resource} with {', '.join(strange)}, which it never gives. It "
                   f"gives {', '.join(fact.outputs)}.")


def _never(name: str, fact: ActionFact) -> bool:
    return not name.startswith(_EVERY_TASK) and name not in fact.errors
