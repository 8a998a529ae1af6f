"""A trigger of a published version, ready for what arrives: whether it matches, under which key, and with which input.

    arrival ──► when (a JSONata condition or a rule of a Choice) ──► dedupe_key ──► input ──► the execution

Expressions see what arrived as the input (``$states.input``, ``$``) and how it came as the context
(``$states.context.Trigger``, ``$$.Trigger``): Type, Name and Time, and what each kind adds.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from engine.errors import Diagnostic, InvalidDefinition, InvalidExpression, StateFailure
from engine.language.asl.times import iso_timestamp
from engine.language.expr.jsonata import compile_jsonata
from engine.language.expr.jsonpath import compile_path
from engine.language.expr.scope import ABSENT, Scope
from engine.language.expr.template import (
    Template,
    compile_jsonata_template,
    compile_payload_template,
    jsonata_source,
)
from engine.language.rules.tester import examine
from engine.language.rules.verdict import ChoiceUnderTest, Payload, choice_of_condition, choice_of_rule
from engine.records import dataclass
from engine.triggers.faults import Fault, Path, TriggerFault
from engine.values import walk

Json = Any

MARK_CHARACTERS = 32
"""Of a digest of a dedupe key: 128 bits, in the name of its execution."""

MOST_KEY_CHARACTERS = 512

_NO_SECRETS = "the input of a trigger is data: a SecretRef is one in the arguments of a Task and in auth alone"


@dataclass(frozen=True, slots=True)
class Arrival:
    """What arrived. `value` is the thing itself, `facts` how it came (names in the context object); `dedupe_key` is the
    source's own name for it, None where it has none; `source` is where it came from; `at` is when, in epoch seconds.
    `mark` is for who names its deliveries itself (a schedule by its times)."""

    value: Json
    at: float
    facts: Mapping[str, Json] | None = None
    dedupe_key: str | None = None
    source: str = ""
    mark: str | None = None


@dataclass(frozen=True, slots=True)
class Weighed:
    """What a trigger makes of an arrival. `fault` says why it can start nothing, `why_not` why it does not match; both
    are None where it matches: then `input` is the execution's."""

    dedupe_key: str
    input: Json = None
    why_not: str | None = None
    fault: str | None = None


class Listener:
    """Made of a trigger as it is stored; it was checked when it was published. Expressions are compiled when they are
    first needed. Safe to share between threads."""

    def __init__(self, workflow: str, version: int, name: str, spec: Mapping[str, Json], published_at: float) -> None:
        self.workflow = workflow
        self.version = version
        self.name = name
        self.spec = spec
        self.published_at = published_at
        self._when: ChoiceUnderTest | None = None
        self._key: Callable[[Scope], Json] | None = None
        self._input: Template | None = None

    @property
    def kind(self) -> str:
        """The trigger's type."""
        return str(self.spec["type"])

    @property
    def enabled(self) -> bool:
        """Whether the document lets it listen."""
        return bool(self.spec.get("enabled", True))

    @property
    def label(self) -> str:
        """How it is called: ``order_flow/nightly``."""
        return f"{self.workflow}/{self.name}"

    def weigh(self, arrival: Arrival, unnamed: str, *, is_replay: bool = False) -> Weighed:
        """Whether `arrival` starts something, and what. `unnamed` is its key where neither the trigger nor its source
        names it; a replay keeps the key that it has, whatever the trigger's own expression finds. The same arrival
        under the same key gives the same input. Never raises for what arrived."""
        payload = Payload(arrival.value, context=self.context(arrival), at=arrival.at)
        key = unnamed if arrival.dedupe_key is None else arrival.dedupe_key
        try:
            if self.spec.get("dedupe_key") is not None and not is_replay:
                key = self._key_of(payload)
            why_not = self._why_not(payload)
            if why_not is not None:
                return Weighed(key, why_not=why_not)
            return Weighed(key, self._input_of(payload, key))
        except _CannotStart as reason:
            return Weighed(key, fault=str(reason))
        except (TriggerFault, InvalidDefinition, InvalidExpression) as error:  # a document of an earlier release
            return Weighed(key, fault=f"the trigger cannot be read: {error}")

    def context(self, arrival: Arrival) -> dict[str, Json]:
        """The context object of its expressions."""
        return {"Trigger": {
            "Type": self.kind, "Name": self.name, "Time": iso_timestamp(arrival.at), **(arrival.facts or {}),
        }}

    def _why_not(self, payload: Payload) -> str | None:
        written = self.spec.get("when")
        if written is None:
            return None
        if self._when is None:
            self._when = compiled_when(written)
        outcome = self._when.decide(payload)
        if outcome.error is not None:
            cause = (outcome.error[1] or outcome.error[0]).replace("Choices[0]/Condition", "when")
            raise _CannotStart(f"`when` fails: {cause}")
        if outcome.rule is not None:
            return None
        return examine(self._when, payload).rules[0].why_not or "`when` does not hold"

    def _key_of(self, payload: Payload) -> str:
        if self._key is None:
            self._key = compiled_key(str(self.spec["dedupe_key"]))
        try:
            found = self._key(payload.scope())
        except StateFailure as failure:
            raise _CannotStart(f"`dedupe_key` fails: {failure.cause or failure.error}") from None
        if found is ABSENT or found is None or isinstance(found, dict | list) or found == "":
            raise _CannotStart("`dedupe_key` finds no text or number in what arrived: without it the same event could "
                               "start the workflow twice")
        text = found if isinstance(found, str) else json.dumps(found)
        if len(text) > MOST_KEY_CHARACTERS:
            raise _CannotStart(f"`dedupe_key` is {len(text):,} characters; at most {MOST_KEY_CHARACTERS} are taken")
        return text

    def _input_of(self, payload: Payload, key: str) -> Json:
        if self.spec.get("input") is None:
            return payload.input
        if self._input is None:
            self._input = compiled_input(self.spec["input"])
        try:
            seed = int(mark_of(f"{self.label}\0{key}")[:15], 16)
            return self._input.render(Scope(payload.input, payload.context or {}, at=payload.at, seed=seed))
        except StateFailure as failure:
            raise _CannotStart(f"`input` fails: {failure.cause or failure.error}") from None


class _CannotStart(Exception):
    """Why an arrival starts nothing, in a sentence."""


def scheduled(at: float, now: float, expression: str, source: str) -> Arrival:
    """What arrives when a schedule comes at `at`."""
    time = iso_timestamp(at)
    return Arrival(
        {"scheduled_time": time}, now, {"ScheduledTime": time, "Expression": expression}, time, source,
        mark=time.partition(".")[0].replace("-", "").replace(":", "") + "Z",
    )


def mark_of(dedupe_key: str) -> str:
    """The part of an execution's name that follows from a dedupe key."""
    return hashlib.sha256(dedupe_key.encode("utf-8", "surrogatepass")).hexdigest()[:MARK_CHARACTERS]


def named(triggers: Sequence[Mapping[str, Json]]) -> Iterator[tuple[str, Mapping[str, Json]]]:
    """The triggers of a document with their names: its own, or its type; a further one without a name has its number
    behind it."""
    unnamed: dict[str, int] = {}
    for trigger in triggers:
        name = trigger.get("name")
        if name is None:
            kind = str(trigger.get("type"))
            unnamed[kind] = number = unnamed.get(kind, 0) + 1
            name = kind if number == 1 else f"{kind}-{number}"
        yield str(name), trigger


def expression_faults(spec: Mapping[str, Json]) -> list[Fault]:
    """What is wrong with the expressions of a trigger; each with its path in it."""
    found: list[Fault] = []
    for field, compiled in (("when", compiled_when), ("dedupe_key", compiled_key), ("input", compiled_input)):
        written = spec.get(field)
        if written is None:
            continue
        try:
            compiled(written)
        except TriggerFault as error:
            found += [Fault((field, *fault.path), fault.message) for fault in error.faults]
    return found


def compiled_when(written: Json) -> ChoiceUnderTest:
    """A condition: a text in ``{% %}``, or a rule of a Choice state as an object. Raises TriggerFault."""
    try:
        if isinstance(written, dict):
            return choice_of_rule(written)
        if isinstance(written, str) and jsonata_source(written.strip()) is not None:
            return choice_of_condition(written)
    except InvalidDefinition as error:
        raise TriggerFault([
            Fault(_within(found) if isinstance(written, dict) else (), found.message) for found in error.diagnostics
        ]) from None
    raise TriggerFault.one(
        'it is neither a JSONata condition, as "{% $states.input.total > 100 %}", nor a rule of a Choice state, as '
        '{"Variable": "$.total", "NumericGreaterThan": 100}'
    )


def compiled_key(written: str) -> Callable[[Scope], Json]:
    """Where the dedupe key is found: JSONata in ``{% %}`` or a JSONPath. Raises TriggerFault."""
    source = jsonata_source(written.strip())
    try:
        if source is not None:
            return compile_jsonata(source.strip(), "dedupe_key").find
        if written.startswith("$"):
            return compile_path(written).find
    except InvalidExpression as error:
        raise TriggerFault.one(error.message) from None
    raise TriggerFault.one("it is neither JSONata between {% and %} nor a JSONPath that begins with $")


def compiled_input(written: Json) -> Template:
    """The input's template: of JSONata where a text is in ``{% %}``, of JSONPath where a key ends in ``.$``. Raises
    TriggerFault."""
    places = list(walk(written))
    jsonata = [path for path, value in places if isinstance(value, str) and jsonata_source(value) is not None]
    paths = [path for path, _ in places if path and str(path[-1]).endswith(".$")]
    if jsonata and paths:
        raise TriggerFault.one("it mixes JSONata, {% %}, with JSONPath, keys that end in .$: take one", paths[0])
    try:
        compiled = (compile_payload_template if paths else compile_jsonata_template)(written, "input")
    except InvalidExpression as error:
        raise TriggerFault.one(error.message, _path_of(error.where)) from None
    if compiled.secret_refs:
        raise TriggerFault.one(_NO_SECRETS, _path_of(compiled.secret_refs[0][0]))
    return compiled


def _within(found: Diagnostic) -> Path:
    """The place of a finding about the one rule of a made-up state."""
    return tuple(
        part for part in found.location.strip("/").split("/") if part and not part.startswith("Choices[")
    )


def _path_of(pointer: str | None) -> Path:
    return tuple(part.replace("~1", "/").replace("~0", "~") for part in (pointer or "").split("/") if part)
