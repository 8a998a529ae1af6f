"""A definition (JSON) to a Plan: every expression a closure, every path a lookup, once per version.

    definition ── machines (the definition, branches, item processors), found by walking Parallel and Map
                    └── states, each compiled by the function of its Type

Compiling refuses what cannot run at all and stops at the first such place; the list of everything that is wrong with
a definition is asl.validate's. A Plan made with `lazy` compiles each state when it is first reached: a worker
does so, since what was published has been validated.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from engine.errors import Diagnostic, InvalidDefinition, InvalidExpression, json_pointer
from engine.language.asl import model
from engine.language.asl.choice import UnknownRule, compile_rule
from engine.language.asl.fields import LONGEST_SECONDS, constant, expression, number, text_at, wait_seconds, wait_until
from engine.language.asl.flow_fields import compile_flow, jsonpath_path, rendered, result_path
from engine.language.asl.resources import parse_resource, plain_resource
from engine.language.expr.scope import Scope
from engine.records import dataclass

Json = Any
Definition = Mapping[str, Json]


def compile_definition(definition: Json, *, lazy: bool = False) -> model.Plan:
    """The plan of `definition`. Raises InvalidDefinition at the first place that cannot be compiled."""
    if not isinstance(definition, dict):
        raise _invalid("The definition must be a JSON object", "")
    machines: dict[str, model.Machine] = {}
    language = definition.get("QueryLanguage", "JSONPath")
    for pointer, machine in list(_machines(definition, "")):  # every machine's shape is checked before any is compiled
        machines[pointer] = _machine(machine, pointer, language, lazy=lazy)
    return model.Plan(machines, _timeout(definition.get("TimeoutSeconds")), definition.get("Comment"))


def _timeout(seconds: Json) -> float | None:
    """The execution's TimeoutSeconds."""
    try:
        return None if seconds is None else float(seconds)
    except (TypeError, ValueError, OverflowError):
        raise _invalid("'TimeoutSeconds' must be a number", "/TimeoutSeconds") from None


def _machines(definition: Json, pointer: str) -> Iterator[tuple[str, Definition]]:
    """The machine at `pointer` and all those inside it."""
    if not isinstance(definition, dict):
        raise _invalid("A state machine must be a JSON object", pointer)
    yield pointer, definition
    states = definition.get("States")
    if not isinstance(states, dict) or not states:
        raise _invalid("A state machine needs 'States'", pointer)
    for name, state in states.items():
        where = pointer + json_pointer(("States", name))
        if not isinstance(state, dict):
            raise _invalid("A state must be a JSON object", where)
        if state.get("Type") == "Parallel":
            branches = state.get("Branches", [])
            if not isinstance(branches, list):
                raise _invalid("'Branches' must be an array", f"{where}/Branches")
            for index, branch in enumerate(branches):
                yield from _machines(branch, f"{where}/Branches/{index}")
        elif state.get("Type") == "Map":
            field = _processor_field(state)
            yield from _machines(state.get(field), f"{where}/{field}")


def _processor_field(state: Definition) -> str:
    """ItemProcessor, or Iterator as it was called before."""
    return "Iterator" if "Iterator" in state else "ItemProcessor"


def _machine(definition: Definition, pointer: str, language: str, *, lazy: bool) -> model.Machine:
    start_at = definition.get("StartAt")
    if not isinstance(start_at, str) or start_at not in definition["States"]:
        raise _invalid("'StartAt' must name a state", f"{pointer}/StartAt")
    states = _States(definition["States"], pointer, language)
    if not lazy:
        for name in definition["States"]:
            states[name]
    return model.Machine(pointer, start_at, states)


class _States(dict[str, model.State]):
    """States by name, each compiled when it is first asked for (two threads may both do so: the results are alike)."""

    def __init__(self, definitions: Mapping[str, Definition], machine: str, language: str) -> None:
        super().__init__()
        self._definitions = definitions
        self._machine = machine
        self._language = language

    def __missing__(self, name: str) -> model.State:
        definition = self._definitions[name]
        site = _Site(
            name, definition, self._machine + json_pointer(("States", name)),
            definition.get("QueryLanguage", self._language) == "JSONata", self._definitions,
        )
        compiled = self[name] = _state(site)
        return compiled


@dataclass(frozen=True, slots=True)
class _Site:
    """The state being compiled and its surroundings."""

    name: str
    definition: Definition
    pointer: str
    jsonata: bool
    siblings: Mapping[str, Definition]

    def target(self, holder: Definition, where: str) -> str | None:
        """`holder`'s Next, or None for End."""
        if "Next" not in holder:
            if holder.get("End") is not True:
                raise _invalid("A state needs 'Next' or 'End'", where)
            return None
        return self.named(holder["Next"], f"{where}/Next")

    def named(self, name: Json, where: str) -> str:
        """The name of a state of the same machine."""
        if name not in self.siblings:
            raise _invalid(f"There is no state called {name!r}", where)
        return str(name)


def _state(site: _Site) -> model.State:
    kind = site.definition.get("Type")
    compiler = _COMPILERS.get(kind) if isinstance(kind, str) else None
    if compiler is None:
        raise _invalid(f"{kind!r} is no type of state", f"{site.pointer}/Type")
    try:
        return compiler(site)
    except InvalidExpression as error:
        raise _invalid(error.message, site.pointer) from error
    except (TypeError, ValueError, AttributeError) as error:
        raise _invalid(f"A field is not of the form it must have ({error})", site.pointer) from error


def _invalid(message: str, pointer: str) -> InvalidDefinition:
    return InvalidDefinition([Diagnostic("SCHEMA_VALIDATION_FAILED", message, pointer or "/")])


def _pass(site: _Site) -> model.Pass:
    definition = site.definition
    return model.Pass(
        **_common(site), next=site.target(definition, site.pointer),
        has_result="Result" in definition, result=definition.get("Result"),
    )


def _task(site: _Site) -> model.Task:
    definition, jsonata = site.definition, site.jsonata
    if not isinstance(definition.get("Resource"), str):
        raise _invalid("A Task needs a 'Resource'", f"{site.pointer}/Resource")
    flow, secret_refs = compile_flow(definition, jsonata=jsonata)
    return model.Task(
        **_identity(site), **flow, **_fallible(site), next=site.target(definition, site.pointer),
        resource=parse_resource(definition["Resource"]), secret_refs=secret_refs,
        timeout=number(definition, "TimeoutSeconds", jsonata=jsonata, least=1, most=LONGEST_SECONDS),
        heartbeat=number(definition, "HeartbeatSeconds", jsonata=jsonata, least=1, most=LONGEST_SECONDS),
        credentials=rendered(definition, "Credentials", jsonata=jsonata),
    )


def _choice(site: _Site) -> model.Choice:
    definition = site.definition
    rules = definition.get("Choices")
    if not isinstance(rules, list) or not rules:
        raise _invalid("A Choice needs 'Choices'", f"{site.pointer}/Choices")
    default = definition.get("Default")
    return model.Choice(
        **_common(site),
        rules=tuple(_rule(site, rule, f"{site.pointer}/Choices/{index}") for index, rule in enumerate(rules)),
        default=None if default is None else site.named(default, f"{site.pointer}/Default"),
    )


def _rule(site: _Site, rule: Definition, where: str) -> model.Rule:
    following = site.named(rule.get("Next"), f"{where}/Next")
    within = f"Choices[{where.rpartition('/')[2]}]/"
    return model.Rule(
        _condition(rule, where) if site.jsonata else _data_test(rule, where), following, **_leaving(site, rule, within)
    )


def _leaving(site: _Site, holder: Definition, within: str) -> dict[str, model.Evaluate | None]:
    """Output and Assign of a rule or a catcher."""
    return {
        "output": rendered(holder, "Output", jsonata=True, within=within) if site.jsonata else None,
        "assign": rendered(holder, "Assign", jsonata=site.jsonata, within=within),
    }


def _data_test(rule: Definition, where: str) -> Callable[[Scope], bool]:
    try:
        return compile_rule(rule)
    except UnknownRule as error:
        raise _invalid(error.message, where + error.pointer) from error


def _condition(rule: Definition, where: str) -> Callable[[Scope], bool]:
    value = rule.get("Condition")
    compiled = expression(value, f"Choices[{where.rpartition('/')[2]}]/Condition")
    if compiled is not None:
        return lambda scope: bool(compiled.evaluate_as(scope, "boolean"))
    if not isinstance(value, bool):
        raise _invalid("A rule needs a 'Condition'", f"{where}/Condition")
    return constant(value)


def _wait(site: _Site) -> model.Wait:
    seconds = wait_seconds(site.definition, jsonata=site.jsonata)
    until = wait_until(site.definition, jsonata=site.jsonata)
    if (seconds is None) == (until is None):
        raise _invalid("A Wait needs exactly one of Seconds, SecondsPath, Timestamp, TimestampPath", site.pointer)
    return model.Wait(**_common(site), next=site.target(site.definition, site.pointer), seconds=seconds, until=until)


def _succeed(site: _Site) -> model.Succeed:
    return model.Succeed(**_common(site))


def _fail(site: _Site) -> model.Fail:
    return model.Fail(**_identity(site), error=_fail_text(site, "Error"), cause=_fail_text(site, "Cause"))


def _fail_text(site: _Site, field: str) -> model.Evaluate | None:
    """Error or Cause: literal, path, intrinsic (JSONPath) or expression."""
    value = site.definition.get(field)
    if value is not None:
        compiled = expression(value, field) if site.jsonata else None
        return constant(value) if compiled is None else lambda scope: compiled.evaluate_as(scope, "string")
    return text_at(site.definition, f"{field}Path")


def _parallel(site: _Site) -> model.Parallel:
    definition = site.definition
    branches = definition.get("Branches")
    if not isinstance(branches, list) or not branches:
        raise _invalid("A Parallel needs 'Branches'", f"{site.pointer}/Branches")
    return model.Parallel(
        **_common(site), **_fallible(site), next=site.target(definition, site.pointer),
        branches=tuple(f"{site.pointer}/Branches/{index}" for index in range(len(branches))),
    )


def _map(site: _Site) -> model.Map:
    definition, jsonata = site.definition, site.jsonata
    field = _processor_field(definition)
    config = definition[field].get("ProcessorConfig") or {}
    flow, _ = compile_flow(definition, jsonata=jsonata)
    # Before ItemSelector there was Parameters: in a Map it shapes each item, not the state's input.
    selector = rendered(definition, "ItemSelector", jsonata=jsonata) or flow["parameters"]
    return model.Map(
        **_identity(site), **{**flow, "parameters": None, "fixed": False}, **_fallible(site),
        next=site.target(definition, site.pointer), processor=f"{site.pointer}/{field}",
        items=_items(site), items_path=definition.get("ItemsPath", "$"), selector=selector,
        max_concurrency=number(definition, "MaxConcurrency", jsonata=jsonata),
        distributed=_distributed(site, config) if config.get("Mode") == "DISTRIBUTED" else None,
    )


def _items(site: _Site) -> model.Evaluate | None:
    definition = site.definition
    if not site.jsonata:
        return jsonpath_path(definition["ItemsPath"]) if "ItemsPath" in definition else None
    if "Items" not in definition:
        return None
    compiled = expression(definition["Items"], "Items")
    if compiled is not None:
        return lambda scope: compiled.evaluate_as(scope, "array")
    return rendered(definition, "Items", jsonata=True)


def _distributed(site: _Site, config: Definition) -> model.Distributed:
    definition, jsonata = site.definition, site.jsonata
    writer = definition.get("ResultWriter") or {}
    return model.Distributed(
        kind=config.get("ExecutionType", "STANDARD"), label=definition.get("Label"),
        reader=_reader(site), batcher=_batcher(site),
        tolerated_count=number(definition, "ToleratedFailureCount", jsonata=jsonata),
        tolerated_percentage=number(definition, "ToleratedFailurePercentage", jsonata=jsonata, kind="float", most=100),
        writer=_arguments(site, writer, "ResultWriter/"), writer_resource=plain_resource(writer.get("Resource", "")),
        writer_config=writer.get("WriterConfig"),
    )


def _reader(site: _Site) -> model.Reader | None:
    reader = site.definition.get("ItemReader")
    if reader is None:
        return None
    config = reader.get("ReaderConfig") or {}
    return model.Reader(
        plain_resource(reader["Resource"]), _arguments(site, reader, "ItemReader/"), config,
        number(config, "MaxItems", jsonata=site.jsonata, within="ItemReader/ReaderConfig/"),
    )


def _arguments(site: _Site, holder: Definition, within: str) -> model.Evaluate | None:
    return rendered(holder, "Arguments" if site.jsonata else "Parameters", jsonata=site.jsonata, within=within)


def _batcher(site: _Site) -> model.Batcher | None:
    batcher = site.definition.get("ItemBatcher")
    if batcher is None:
        return None
    within = "ItemBatcher/"
    return model.Batcher(
        number(batcher, "MaxItemsPerBatch", jsonata=site.jsonata, within=within, least=1),
        number(batcher, "MaxInputBytesPerBatch", jsonata=site.jsonata, within=within, least=1),
        rendered(batcher, "BatchInput", jsonata=site.jsonata, within=within),
    )


def _identity(site: _Site) -> dict[str, Json]:
    return {"name": site.name, "pointer": site.pointer, "jsonata": site.jsonata}


def _common(site: _Site) -> dict[str, Json]:
    return {**_identity(site), **compile_flow(site.definition, jsonata=site.jsonata)[0]}


def _fallible(site: _Site) -> dict[str, Json]:
    retriers = site.definition.get("Retry") or ()
    catchers = site.definition.get("Catch") or ()
    return {
        "retry": tuple(_retrier(retrier) for retrier in retriers),
        "catch": tuple(
            _catcher(site, catcher, f"{site.pointer}/Catch/{index}") for index, catcher in enumerate(catchers)
        ),
    }


def _retrier(retrier: Definition) -> model.Retrier:
    max_delay = retrier.get("MaxDelaySeconds")
    return model.Retrier(
        tuple(retrier["ErrorEquals"]) if "ErrorEquals" in retrier else (),
        float(retrier.get("IntervalSeconds", 1)), int(retrier.get("MaxAttempts", 3)),
        float(retrier.get("BackoffRate", 2.0)), None if max_delay is None else float(max_delay),
        retrier.get("JitterStrategy") == "FULL",
    )


def _catcher(site: _Site, catcher: Definition, where: str) -> model.Catcher:
    within = f"Catch[{where.rpartition('/')[2]}]/"
    return model.Catcher(
        tuple(catcher.get("ErrorEquals") or ()), site.named(catcher.get("Next"), f"{where}/Next"),
        None if site.jsonata else result_path(catcher), **_leaving(site, catcher, within),
    )


_COMPILERS: dict[str, Callable[[_Site], model.State]] = {
    "Pass": _pass, "Task": _task, "Choice": _choice, "Wait": _wait, "Succeed": _succeed, "Fail": _fail,
    "Parallel": _parallel, "Map": _map,
}
