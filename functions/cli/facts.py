"""What the engine knows and the Studio needs, as TypeScript: ``studio_static/src/facts.ts``.

Nothing is written here that the engine has not: which integrations can be called, fields, names, functions, limits. Run
by ``python -m functions.cli.reference``; a test holds the file current.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import fields
from typing import Any, get_args

from connectors.aws.resources import find_target
from connectors.aws.secret_calls import REFUSED
from engine.adapters.aws.integration_names import action_name, resource_name
from engine.catalog.document import NAME_PATTERN
from engine.catalog.triggers import Trigger
from engine.governance.audit.engine import ENGINE_ACTS
from engine.governance.roles import Right, roles_with
from engine.kernel.context import PATHS
from engine.kernel.fanout import MOST_OPEN
from engine.kernel.snapshot import Status
from engine.language.asl.integrations import OPTIMISED, REQUIRED_ARGUMENTS, SYNC, SYNC_2, TOKEN
from engine.language.asl.model import Retrier
from engine.language.asl.validate.choices import OPERATORS, RULE
from engine.language.asl.validate.failures import CATCHER, RESERVED_ERRORS, RETRIER
from engine.language.asl.validate.inspection import JSONATA, JSONPATH
from engine.language.asl.validate.machine import DEFINITION, LONGEST_STATE_NAME
from engine.language.asl.validate.maps import (
    BATCHER,
    LONGEST_LABEL,
    MAX_BATCH_BYTES,
    PROCESSOR_CONFIG,
    READER,
    READER_CONFIG,
    WRITER,
    WRITER_CONFIG,
)
from engine.language.asl.validate.shapes import OneOf, Table
from engine.language.asl.validate.states import FIELDS, STATE_TYPES
from engine.language.expr.intrinsic_functions import FUNCTIONS
from engine.language.expr.jsonata import STATES
from engine.language.expr.jsonata_functions import ARGUMENTS
from engine.testing.resource_kinds import READING
from functions.app.acts import REFUSED as REFUSED_ACT
from functions.app.sensitive.reveals import ACTS as REVEALS
from functions.app.shapes.steps import Step
from functions.app.table import every_route

Json = Any

_OPENING = "// Made by python -m functions.cli.reference from the engine: edit it there, not here.\n"
_LANGUAGES = (JSONPATH, JSONATA)

_PARTS: Mapping[str, Table] = {
    "Retry": RETRIER, "Catch": CATCHER, "Choices": RULE, "ProcessorConfig": PROCESSOR_CONFIG, "ItemReader": READER,
    "ReaderConfig": READER_CONFIG, "ItemBatcher": BATCHER, "ResultWriter": WRITER, "WriterConfig": WRITER_CONFIG,
}
"""The objects in a state that have fields of their own, by the field that holds them."""


def facts() -> str:
    """studio_static/src/facts.ts."""
    return _OPENING + "".join((
        constant("STATE_TYPES", STATE_TYPES, "The types that a state can have."),
        _type("StateType", "STATE_TYPES"),
        constant("QUERY_LANGUAGES", _LANGUAGES, "JSONPath is what holds where nothing is said."),
        _type("QueryLanguage", "QUERY_LANGUAGES"),
        constant("DEFINITION_FIELDS", _names(DEFINITION), "The fields of a definition."),
        constant("STATE_FIELDS", _by_language(FIELDS), "The fields of a state, by its type and query language."),
        constant("PART_FIELDS", _by_language(_PARTS), "The same of the objects in a state, by the field they are in."),
        constant("VALUES", _values(), "The values that a field can have, where they are few."),
        constant("CHOICE_OPERATORS", tuple(OPERATORS), "The comparisons of a Choice rule under JSONPath."),
        constant("RETRY_DEFAULTS", _retry_defaults(), "What a Retrier has where it says nothing."),
        constant("ERROR_NAMES", sorted(RESERVED_ERRORS), "The language's own errors."),
        _type("ErrorName", "ERROR_NAMES"),
        constant("INTRINSICS", {f"States.{name}": each.example for name, each in FUNCTIONS.items()},
                  "JSONPath's functions, each with an example of its arguments."),
        constant("JSONATA_FUNCTIONS", ARGUMENTS, "JSONata's functions, each with its arguments in words."),
        constant("STATES_FIELDS", STATES, "What $states holds."),
        constant("CONTEXT_PATHS", PATHS, "What the context object holds."),
        constant("PATTERNS", (TOKEN, SYNC_2, SYNC), "What may end a Task's Resource."),
        constant("OPTIMISED", _optimised(), "The optimised integrations that can be called, each with its patterns."),
        _type("OptimisedName", "OPTIMISED", keys=True),
        constant("REQUIRED_ARGUMENTS", REQUIRED_ARGUMENTS, "What an optimised integration cannot do without."),
        constant("SDK_REFUSED", sorted(_refused()), "SDK calls that answer with a secret, which no Task may make."),
        constant("READING_VERBS", READING, "An AWS action that begins with one of these only reads."),
        constant("AUDIT_ACTS", sorted(_acts()), "What the audit log records."),
        _type("AuditAct", "AUDIT_ACTS"),
        constant("EXECUTION_STATUSES", tuple(Status), "The statuses of an execution."),
        _type("ExecutionStatus", "EXECUTION_STATUSES"),
        constant("STEP_STATUSES", get_args(Step.model_fields["status"].annotation), "The statuses of a step."),
        _type("StepStatus", "STEP_STATUSES"),
        constant(
            "ROLE_OF_RIGHT", {str(right): str(roles_with(right)[0]) for right in Right}, "The least role that holds it."
        ),
        constant("TRIGGER_TYPES", _trigger_types(), "What may start a workflow besides a person."),
        _type("TriggerType", "TRIGGER_TYPES"),
        constant("NAME_PATTERN", NAME_PATTERN, "The name of a workflow, or of a case."),
        constant("LONGEST_STATE_NAME", LONGEST_STATE_NAME, "Characters."),
        constant("LONGEST_LABEL", LONGEST_LABEL, "Characters of a distributed Map's label."),
        constant("MAX_BATCH_BYTES", MAX_BATCH_BYTES, "Of an ItemBatcher."),
        constant("MOST_OPEN", MOST_OPEN, "Items of an inline Map that are under way at once."),
    ))


def constant(name: str, value: Json, says: str) -> str:
    """A constant of TypeScript, with what is said of it."""
    text = json.dumps(value, indent=2, ensure_ascii=False)
    return f"\n/** {says} */\nexport const {name} = {text}{'' if isinstance(value, (str, int)) else ' as const'};\n"


def _names(table: Table, language: str | None = None) -> list[str]:
    return [name for name, field in table.items() if language is None or field.language in (None, language)]


def _by_language(tables: Mapping[str, Table]) -> dict[str, dict[str, list[str]]]:
    return {name: {language: _names(table, language) for language in _LANGUAGES} for name, table in tables.items()}


def _values() -> dict[str, list[str]]:
    """Of a name that has other values elsewhere (Transformation), those of both."""
    found: dict[str, dict[str, None]] = {"Type": dict.fromkeys(STATE_TYPES)}
    for table in (DEFINITION, *_PARTS.values()):
        for name, field in table.items():
            if isinstance(field.check, OneOf):
                found.setdefault(name, {}).update(dict.fromkeys(field.check.allowed))
    return {name: list(values) for name, values in found.items()}


def _retry_defaults() -> dict[str, Json]:
    by_field = {field.name: field.default for field in fields(Retrier)}
    return {
        "IntervalSeconds": by_field["interval"], "MaxAttempts": by_field["max_attempts"],
        "BackoffRate": by_field["rate"],
    }


def _optimised() -> dict[str, list[str]]:
    offered = {
        f"{service}:{action}": [
            pattern for pattern in patterns
            if not isinstance(find_target(f"arn:aws:states:::{service}:{action}{pattern}"), str)
        ]
        for service, actions in OPTIMISED.items() for action, patterns in actions.items()
    }
    return {name: patterns for name, patterns in offered.items() if patterns}


def _trigger_types() -> list[str]:
    triggers = get_args(get_args(Trigger)[0])
    return [kind for trigger in triggers for kind in get_args(trigger.model_fields["type"].annotation)]


def _acts() -> set[str]:
    declared = {name for route in every_route() if route.act is not None for name in route.act.names}
    return declared | ENGINE_ACTS | {REFUSED_ACT, *REVEALS}


def _refused() -> Iterator[str]:
    for service, operations in REFUSED.items():
        yield from (f"{resource_name(service)}:{action_name(operation)}" for operation in operations.split())


def _type(name: str, of: str, *, keys: bool = False) -> str:
    return f"export type {name} = {f'keyof typeof {of}' if keys else f'(typeof {of})[number]'};\n"
