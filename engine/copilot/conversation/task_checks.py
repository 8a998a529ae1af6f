"""Checking what the Tasks of a draft call: actions that exist, with the inputs that they need.

Only what the definition writes out is looked at: what an expression gives is known when it runs. Publishing looks at a
connector's inputs as well (engine.catalog.given_inputs); what it finds is not found again here.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import Any

from engine.catalog.cases import Case
from engine.catalog.document import WorkflowDocument
from engine.catalog.states import StateText, language_of, states_of
from engine.copilot.catalogue import ActionFact, Input
from engine.copilot.conversation.sources import Sources, WorkflowFact
from engine.copilot.proposal import ToDo
from engine.durable.lifecycle.start_checks import check_input
from engine.errors import InvalidDocument
from engine.language.asl.resources import START_EXECUTION, plain_resource
from engine.values import is_number, json_type, with_article

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
            if fact.waits and fact.outputs and not self._reads(state, fact):
                yield (f"{state.place}: nothing reads the answer. It gives {', '.join(fact.outputs)}: let a Choice "
                       "decide by it what happens next.")
            if not {"/QueryLanguage", f"{state.place}/Arguments", f"{state.place}/Parameters"} & set(refused):
                yield from _inputs(state, fact, self._sources.secrets)
            if fact.errors and not resource.endswith(".waitForTaskToken"):
                yield from _caught(state, fact)

    def to_dos(self) -> Iterator[ToDo]:
        """Secrets at the place of a text, which the call would hand on as it hands on any text."""
        for state in self._tasks:
            fact = self._sources.catalogue.get(str(state.state["Resource"]))
            given = state.own.get("Arguments", state.own.get("Parameters"))
            for name, value in given.items() if fact is not None and isinstance(given, dict) else ():
                known = fact.inputs.get(name) if fact is not None else None
                if isinstance(value, dict) and "$secret" in value and known is not None and (
                    known.type == "string" and not known.secret and name != "connection"
                ):
                    yield ToDo(state.name, f"/Arguments/{name}", f"{name} is no secret's place: the value of "
                               f"{value['$secret']} would be handed on in it.")

    def stub_findings(self, cases: Sequence[Case]) -> Iterator[str]:
        """Stubs that answer as the action never does."""
        facts = {str(state.state["Resource"]): self._sources.catalogue.get(str(state.state["Resource"]))
                 for state in self._tasks}
        for case in cases:
            for resource, stubs in case.stubs.items():
                fact = facts.get(resource)
                for stub in stubs if fact is not None else ():
                    yield from _stub(case.name, resource, fact, stub.error, stub.output)

    def _reads(self, asks: StateText, fact: ActionFact) -> bool:
        """Whether another state reads a member of the answer, or a variable that keeps it."""
        member = rf"\.(?:{'|'.join(map(re.escape, fact.outputs))})\b"
        kept = "|".join(map(re.escape, asks.own.get("Assign") or ()))
        read = re.compile(rf"{member}|\$(?:{kept})\b" if kept else member)
        handed_on = json.dumps([asks.own.get(field) for field in ("Output", "ResultSelector")])
        others = (json.dumps(state.own) for state in states_of(self._document.definition) if state.name != asks.name)
        return re.search(member, handed_on) is not None or any(map(read.search, others))

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
        if isinstance(fact.input_schema, dict) and "Input.$" not in given:
            yield from _started_with(f"{state.place}/Arguments/Input", given.get("Input", {}), fact)

    def _workflows(self) -> dict[str, WorkflowFact]:
        if self._known is None:
            self._known = {each.name: each for each in self._sources.workflows()}
        return self._known


def _started_with(place: str, given: Json, fact: WorkflowFact) -> Iterator[str]:
    """The input of a started workflow, as far as it is written out, held against the workflow's schema."""
    if not _is_expression(given):
        try:
            check_input(fact.input_schema, given)
        except InvalidDocument as problem:
            yield f"{place}: it does not fit the input schema of {fact.name}: {problem.message}."
    elif isinstance(given, dict):
        known = fact.input_schema.get("properties", {})
        names = {name.removesuffix(".$") for name in given}
        lacking = [str(name) for name in fact.input_schema.get("required", ()) if name not in names]
        strange = sorted(names - known.keys()) if fact.input_schema.get("additionalProperties") is False else []
        if lacking:
            yield f"{place}: {fact.name} needs {', '.join(lacking)}, by its input schema."
        if strange:
            yield f"{place}: {fact.name} takes no {', '.join(strange)}, by its input schema."


def _is_expression(value: Json) -> bool:
    """Whether some part of the value is made when it runs."""
    if isinstance(value, str):
        return value.startswith("{%")
    if isinstance(value, dict):
        return any(name.endswith(".$") or _is_expression(item) for name, item in value.items())
    return isinstance(value, list) and any(map(_is_expression, value))


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
    elif fact.waits and not _catches_silence(state):
        yield (f"{state.place}: a Catch of States.Timeout is missing: what happens where nobody answers?")
    if not fact.waits and "Task.Token" not in json.dumps(state.own.get("Arguments", state.own.get("Parameters"))):
        yield (f"{state.place}/Arguments: the one that answers needs the task token: hand it on as "
               "{% $states.context.Task.Token %}.")


def _catches_silence(state: StateText) -> bool:
    """Whether the state, or a Parallel or Map around it, catches the end of its wait."""
    around = [machine["States"][name] for machine, name in state.way]
    catchers = [catcher for each in around for catcher in each.get("Catch") or ()]
    names = {name for catcher in catchers for name in catcher.get("ErrorEquals") or ()}
    return bool({"States.Timeout", "States.ALL"} & names)


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
        yield f"{place}/{name}: {resource} has no input {name}. It takes {', '.join(_nearest(name, known))}."
    if resource == _HTTP_TASK and not names.keys() & {"Authentication", "InvocationConfig"}:
        yield (f'{place}: an HTTP Task of AWS needs Authentication: {{"ConnectionArn": …}}, an EventBridge connection. '
               "Without one use the connector that calls any HTTP API.")
    for name, value in (given or {}).items():
        if not name.endswith(".$"):
            yield from _value(f"{place}/{name}", name, value, fact, secrets)
    if jsonata:
        yield from _of_another_language(given, place)


def _nearest(name: str, known: Sequence[str]) -> list[str]:
    """The inputs that are called nearly so, then the others: 20 at most."""
    folded = {each.casefold(): each for each in known}
    near = [folded[each] for each in get_close_matches(name.casefold(), folded, n=3)]
    return list(dict.fromkeys([*near, *known]))[:20]


def _value(place: str, name: str, value: Json, fact: ActionFact, secrets: Any) -> Iterator[str]:
    """A value that is written out and cannot be right."""
    known = fact.inputs.get(name)
    is_aws = fact.resource.startswith("arn:")
    if isinstance(value, dict) and value.get("$secret") == "KEY" and "KEY" not in secrets():
        yield f"{place}: KEY stands for the name of a secret: list_connections lists those that there are."
    elif isinstance(value, str):
        yield from _text(place, name, value, known, is_http=fact.resource == _HTTP_TASK)
    if is_aws and known is not None and known.type and not _has_type(value, known.type):
        yield f"{place}: it must be {with_article(known.type)}, not {with_article(json_type(value))}."


def _text(place: str, name: str, value: str, known: Input | None, *, is_http: bool) -> Iterator[str]:
    is_made = value.startswith(("{%", "$.", "$$."))
    if "TODO" in value or (is_made and not _TEXT_ALONE.fullmatch(value)):
        return
    if known is not None and known.secret:
        yield (f'{place}: it takes a secret: {{"$secret": "NAME"}} with the name of one, which may be stored later. A '
               "text is no secret.")
    elif is_made:
        return
    elif known is not None and known.enum and value not in known.enum:
        yield f"{place}: {value!r} is none of {', '.join(map(str, known.enum[:20]))}."
    elif _PLACEHOLDER.fullmatch(value):
        yield f"{place}: {value} is the placeholder of an example: write the value, or a text that begins with TODO."
    elif name == ("ApiEndpoint" if is_http else "url") and not re.match(r"https?://", value):
        yield f"{place}: {value!r} is no address: it begins with https://."


def _has_type(value: Json, kind: str) -> bool:
    """Whether a value of an AWS operation's input has its type, as far as it is written out; a number may be written
    for a text and for a time."""
    if value is None or (isinstance(value, str) and (value.startswith(("{%", "$")) or "TODO" in value)):
        return True
    return json_type(value) == kind or (is_number(value) and kind in ("number", "integer", "string"))


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
                           f"{', '.join(fact.errors[:12])}; what a connector's service says is in the cause.")


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
    """Whether the action never has an error of this name. AWS's services have others than those that they list, all
    called Service.Error."""
    if name.startswith(_EVERY_TASK) or name in fact.errors:
        return False
    services = {each.partition(".")[0] for each in fact.errors} - {"States"}
    return not (fact.resource.startswith("arn:") and name.partition(".")[0] in services)
