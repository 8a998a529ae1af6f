"""What is wrong with a document that is to be published, beyond the definition's own grammar.

`asl.validate` knows the language. Here is what the product adds: tasks that exist and end in time, SecretRefs
that are written out, names in the document that the definition has. Everything is listed, nothing is raised.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from engine.catalog.comparisons import comparison_problems
from engine.catalog.document import WorkflowDocument
from engine.catalog.given_inputs import input_problems
from engine.catalog.input_schema import SchemaFault, check_schema
from engine.catalog.marking import sensitive_problems
from engine.catalog.states import StateText, is_distributed, states_of
from engine.catalog.triggers import WorkflowEndTrigger
from engine.catalog.uncallable import resource_problems
from engine.errors import Diagnostic, InvalidExpression, json_pointer, location
from engine.language.asl.file_paths import FILE_READ
from engine.language.asl.validate.credentials import written_credentials
from engine.language.expr.jsonata import compile_jsonata
from engine.language.expr.jsonpath import compile_path
from engine.ports.tasks import Tasks
from engine.triggers.ends import EVERY
from engine.values import is_number, walk

if TYPE_CHECKING:
    from engine.catalog.alerts import AlertTargets
    from engine.catalog.heard import Heard

Json = Any

_ASYNCHRONOUS = re.compile(r"\.waitForTaskToken$|\.sync(:2)?$|^arn:[^:]+:states:[^:]*:[^:]*:activity:")
_UNREAD = ("MANIFEST", "PARQUET")
_QUOTED_SECRET = re.compile(r"""["']\$secret["']""")


def document_problems(
    document: WorkflowDocument, *, tasks: Tasks | None, task_max_seconds: float, now: float,
    heard: Heard | None = None, alert_targets: AlertTargets | None = None,
) -> list[Diagnostic]:
    """All of it, in the order of the definition. `task_max_seconds` is the longest that a synchronous call may take,
    `now` the time in epoch seconds, `heard` what triggers hear here (None: everything), `alert_targets` whom alerts may
    tell here (None: that is not looked at)."""
    found: list[Diagnostic] = []
    states = list(states_of(document.definition))
    for state in states:
        if tasks is not None:
            found += resource_problems(state, tasks)
            found += input_problems(state, tasks)
        if state.is_task:
            found += _timeout_problems(state, task_max_seconds)
        found += _item_reader_problems(state)
        found += _secret_problems(state)
    found += comparison_problems(document.definition, document.input_schema)
    found += _at_most_once_problems(document, {state.name for state in states if state.is_task})
    found += _business_key_problems(document.business_key)
    found += _input_schema_problems(document.input_schema)
    found += sensitive_problems(
        document.as_written.get("sensitive"), document.input_schema, document.business_key, document.definition,
        document.triggers,
    )
    found += problems_of_triggers(document, tasks=tasks, now=now, heard=heard)
    found += problems_of_alerts(document, tasks=tasks, heard=heard, targets=alert_targets)
    found += credentials_written(document)
    return found


def problems_of_alerts(
    document: WorkflowDocument, *, tasks: Tasks | None, heard: Heard | None = None, targets: AlertTargets | None = None
) -> list[Diagnostic]:
    """Those of the alerts alone, as document_problems has them."""
    if not document.alerts:
        return []
    from engine.catalog.alert_checks import alert_problems  # noqa: PLC0415 - of those that have some alone

    return list(alert_problems(document.alerts, document.name, heard=heard, targets=targets, tasks=tasks))


def problems_of_triggers(
    document: WorkflowDocument, *, tasks: Tasks | None, now: float, heard: Heard | None = None
) -> list[Diagnostic]:
    """Those of the triggers alone, as document_problems has them."""
    if not document.triggers:
        return []
    from engine.catalog.trigger_checks import trigger_problems  # noqa: PLC0415 - of those that have some alone

    return [
        *trigger_problems(
            document.triggers, now, kind=document.kind, input_schema=document.input_schema, workflow=document.name,
            heard=heard,
        ),
        *_folder_problems(document, tasks),
    ]


def _folder_problems(document: WorkflowDocument, tasks: Tasks | None) -> Iterator[Diagnostic]:
    """A folder is watched where files may be read: on a machine that names its folders, and on no stage."""
    for index, trigger in enumerate(document.triggers):
        if trigger.type == "folder" and trigger.enabled and tasks is not None:
            policy, place = tasks.policy(FILE_READ), json_pointer(("triggers", index, "folder"))
            found = policy.path_problem(trigger.folder) if policy.problem is None else (policy.problem, True)
            if found is not None and found[1]:
                yield Diagnostic("FOLDER_NOT_OPEN", f"{trigger} cannot be watched here: {found[0]}", place)
            elif found is not None:
                yield Diagnostic(
                    "FOLDER_NOT_THERE", f"{trigger} cannot be watched yet: {found[0]}. Until it can, this trigger "
                    "hears nothing", place, "WARNING",
                )


def workflows_missing(document: WorkflowDocument, starts: Callable[[str], bool]) -> Iterator[Diagnostic]:
    """A warning for each workflow that an alert would start, or whose end a trigger hears, and that is not there yet:
    `starts` says whether one of that name can be started."""
    for index, alert in enumerate(document.alerts or ()):
        target = alert.workflow
        if target is not None and target != document.name and not starts(target):
            yield Diagnostic(
                "ALERT_WORKFLOW_MISSING", f"the alert {alert.name!r} would start {target!r}, and no workflow "
                "of that name is published here: until one is, what it tells is only in the log",
                json_pointer(("alerts", index, "workflow")), "WARNING",
            )
    for index, trigger in enumerate(document.triggers):
        if not isinstance(trigger, WorkflowEndTrigger) or trigger.workflow in (EVERY, document.name):
            continue
        if not starts(trigger.workflow):
            yield Diagnostic(
                "TRIGGER_WORKFLOW_MISSING", f"no workflow called {trigger.workflow!r} is published here: until one is, "
                "this trigger hears nothing", json_pointer(("triggers", index, "workflow")), "WARNING",
            )


def credentials_written(document: WorkflowDocument) -> list[Diagnostic]:
    """A warning for each credential that the definition, or a case, writes out."""
    return [
        *written_credentials(document.definition),
        *written_credentials(document.as_written.get("cases"), at=("cases",)),
    ]


def _timeout_problems(state: StateText, most: float) -> Iterator[Diagnostic]:
    """A synchronous call is cut off at the call budget: a longer time-out would promise what does not happen."""
    resource, seconds = state.own.get("Resource"), state.own.get("TimeoutSeconds", 0)
    if not is_number(seconds) or not isinstance(resource, str):
        return
    if seconds > most and not _ASYNCHRONOUS.search(resource):
        yield Diagnostic(
            "TASK_TIMEOUT_TOO_LONG",
            f"state {state.name!r}: a synchronous task takes at most {most:g} s, its TimeoutSeconds is {seconds:g}. "
            "Longer work is for .waitForTaskToken, .sync or an activity",
            f"{state.place}/TimeoutSeconds",
        )


def _item_reader_problems(state: StateText) -> Iterator[Diagnostic]:
    """What a distributed Map reads must be of a kind that can be read."""
    reader = state.own.get("ItemReader") if is_distributed(state.state) else None
    config = reader.get("ReaderConfig") if isinstance(reader, dict) else None
    kind = config.get("InputType") if isinstance(config, dict) else None
    if kind in _UNREAD:
        yield Diagnostic(
            "ITEM_READER_NOT_AVAILABLE", f"state {state.name!r}: items of the InputType {kind} cannot be read yet",
            f"{state.place}/ItemReader/ReaderConfig/InputType",
        )


def _secret_problems(state: StateText) -> Iterator[Diagnostic]:
    """An expression cannot make a SecretRef: its result is data. (`asl.validate` checks those written out.)"""
    for path, text in walk(state.own):
        if isinstance(text, str) and text.startswith("{%") and _QUOTED_SECRET.search(text):
            yield Diagnostic(
                "INVALID_SECRET_REF",
                f"state {state.name!r}: a SecretRef made by an expression stays data. Write it out in the arguments, "
                'as {"$secret": "KEY"}',
                f"{state.place}{location(path)}",
            )


def _at_most_once_problems(document: WorkflowDocument, tasks: set[str]) -> Iterator[Diagnostic]:
    for index, name in enumerate(document.at_most_once):
        if name not in tasks:
            yield Diagnostic("UNKNOWN_STATE", f"no Task state is called {name!r}", f"/at_most_once/{index}")


def _business_key_problems(expression: str | None) -> Iterator[Diagnostic]:
    if expression is None:
        return
    try:
        if expression.startswith("{%"):
            compile_jsonata(expression.removeprefix("{%").removesuffix("%}").strip(), "business_key")
        else:
            compile_path(expression)
    except InvalidExpression as fault:
        yield Diagnostic("INVALID_EXPRESSION", f"the business key {expression!r}: {fault.message}", "/business_key")


def _input_schema_problems(schema: dict[str, Json] | None) -> Iterator[Diagnostic]:
    """A draft of an earlier release may have one that is refused now."""
    if schema is None:
        return
    try:
        check_schema(schema)
    except SchemaFault as fault:
        yield Diagnostic("INVALID_INPUT_SCHEMA", str(fault), json_pointer(("input_schema", *fault.path)))
