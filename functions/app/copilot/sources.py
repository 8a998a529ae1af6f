"""What the copilot may look at, from the application's services: it only reads, and secrets by their names alone."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from engine.catalog.cases import Case
from engine.catalog.document import WorkflowDocument
from engine.catalog.published import parse_version
from engine.clock import Clock
from engine.copilot.conversation.sources import ConnectionFact, Ran, Sources, WorkflowFact
from engine.durable.views.causes import plain_cause
from engine.durable.views.steps import steps_of
from engine.errors import NotFound, StorageError
from engine.governance.connections import name_of, parse
from engine.governance.masking import Scrubber
from engine.kernel.forward.verdict import Verdict
from engine.ports.catalog_store import WorkflowRecord
from engine.ports.keys import ExecutionKey
from engine.ports.secrets import SecretBackend
from engine.testing import cases as testing
from engine.testing.simulate import simulate
from engine.values import canonical
from functions.app.copilot.aws_operations import BotocoreOperations
from functions.app.copilot.catalogue import catalogue_of
from functions.app.services import Services

Json = Any

LEAST_SECRET = 4
CASE_SECONDS = 10.0
MOST_EVENTS = 20_000
MOST_STEPS = 60
MOST_VALUE = 1_500
"""Characters of a value of an execution that the model is shown."""


def sources_of(services: Services) -> Sources:
    """The sources over `services`, of their one workspace."""
    workspace = services.settings.workspace
    return Sources(
        catalogue=catalogue_of(services.connectors, BotocoreOperations()),
        problems=lambda document: services.catalog.problems(document, workspace),
        workflows=partial(_workflows, services), connections=partial(_connections, services),
        secrets=partial(_secret_names, services.secret_backends, workspace),
        run_cases=partial(_run_cases, services.clock), simulate=partial(_simulate, services.clock),
        execution=partial(_execution, services), forward=partial(_forward, services),
        known_secrets=lambda: Scrubber(secret_values(services.secret_backends, workspace)),
    )


def secret_values(backends: Sequence[SecretBackend], workspace: str) -> list[str]:
    """Every secret's value, for the one purpose of keeping it out of what is sent. One of fewer than LEAST_SECRET
    characters is left out: it stands in every text. Of a connection only what is masked is a secret, not its user and
    its addresses."""
    values: list[str] = []
    for backend in backends:
        for info in backend.list(workspace):
            value = backend.get(workspace, info.key) or ""
            connection = None if name_of(info.key) is None else parse(value)
            values += [value] if connection is None else connection.secrets()
    return [value for value in values if len(value) >= LEAST_SECRET]


def _workflows(services: Services) -> list[WorkflowFact]:
    rows = [row for row in services.catalog.workflows(services.settings.workspace) if not row.archived]
    return services.each(partial(_workflow, services), rows)


def _workflow(services: Services, row: WorkflowRecord) -> WorkflowFact:
    published = row.active_version > 0
    schema = None
    if published:
        try:
            version = services.catalog.version(row.workspace, row.workflow, row.active_version)
            schema = json.loads(version.document).get("input_schema")
        except (NotFound, ValueError, StorageError):
            published = False  # changed meanwhile, or damaged: it cannot be named as one that starts
    return WorkflowFact(row.workflow, row.description, published, schema)


def _connections(services: Services) -> list[ConnectionFact]:
    workspace, store = services.settings.workspace, services.secret_store
    infos = [info for info in store.list(workspace) if name_of(info.key) is not None]
    kept = services.each(lambda info: store.get(workspace, info.key), infos)
    parsed = [(info.key, parse(text)) for info, text in zip(infos, kept, strict=True) if text is not None]
    return [
        ConnectionFact(name_of(key) or key, connection.kind, key)
        for key, connection in parsed if connection is not None
    ]


def _secret_names(backends: Sequence[SecretBackend], workspace: str) -> list[str]:
    names = {info.key for backend in backends for info in backend.list(workspace)}
    return sorted(name for name in names if name_of(name) is None)


def _run_cases(clock: Clock, document: WorkflowDocument, cases: Sequence[Case]) -> list[Ran]:
    results = testing.run_cases(document, cases, clock=clock, seconds=CASE_SECONDS)
    return [
        Ran(each.name, each.status, None, each.error, each.cause, each.states, _problem(each)) for each in results
    ]


def _problem(result: testing.CaseResult) -> str | None:
    """The differences of a case in words; None where it passed."""
    texts = [
        f"expected {each.what} {_short(each.expected)}, got {_short(each.actual)}" for each in result.differences
    ]
    if result.unanswered is not None:
        texts.append(f"{result.unanswered} A retried call needs a stub for each attempt")
    return "; ".join(texts) or None


def _simulate(clock: Clock, document: WorkflowDocument, given: Json, stubs: Mapping[str, Json]) -> Ran:
    began = clock.now()
    ended = simulate(
        document.definition, given, stubs=stubs, type=document.kind, limits="aws",
        give_up=lambda: clock.now() - began >= CASE_SECONDS,
    )
    states = tuple(testing.entered(ended.events))
    return Ran("simulation", ended.status, ended.output, ended.error, ended.cause, states)


def _execution(services: Services, execution_id: str) -> Json:
    """An execution as the model is shown it: hidden fields stay hidden, large values are cut."""
    key = ExecutionKey(services.settings.workspace, execution_id)
    execution = services.executions.describe(key)
    veil = services.hiding.veil(key, execution)
    steps = steps_of(services.executions.events(key, most=MOST_EVENTS))
    shown = veil.execution(execution)
    return {
        "id": execution_id, "workflow": execution.workflow, "version": execution.version, "status": execution.status,
        "error": veil.text(execution.error), "cause": plain_cause(veil.text(execution.cause)),
        "input": _cut(shown.input), "output": _cut(shown.output),
        "steps": [
            {
                "state": step.name, "type": step.type, "status": str(step.status), "attempts": len(step.attempts),
                **({"next": step.next} if step.next else {}),
                **({"error": step.error, "cause": plain_cause(step.cause), "input": _cut(step.input),
                    "arguments": _cut(step.arguments)} if step.error else {}),
            }
            for step in veil.steps(steps).steps[-MOST_STEPS:]
        ],
    }


def _forward(services: Services, execution_id: str, document: WorkflowDocument) -> str:
    """How an execution that did not succeed would go on by `document`, once it is published."""
    key = ExecutionKey(services.settings.workspace, execution_id)
    row = services.catalog.workflow(key.workspace, key.workflow)
    active = parse_version(services.catalog.version(key.workspace, key.workflow, row.active_version))
    onto = replace(
        active, number=row.latest_version + 1, definition=document.definition, kind=document.kind,
        definition_digest=services.catalog.digest(document), at_most_once=tuple(document.at_most_once),
    )
    return forward_text(services.executions.forward_plan_onto(key, onto))


def forward_text(verdict: Verdict) -> str:
    """A verdict in words."""
    if not verdict.fits:
        return "It cannot go on by this version: " + "; ".join(each.message for each in verdict.refusals) + "."
    parts = ["Once this is published, it can go on by it."]
    if verdict.doubts:
        parts.append("To accept: " + "; ".join(each.message for each in verdict.doubts) + ".")
    if verdict.notes:
        parts.append(" ".join(f"{each.message[:1].upper()}{each.message[1:]}." for each in verdict.notes[:5]))
    return " ".join(parts)


def _cut(value: Json) -> Json:
    text = canonical(value) if value is not None else ""
    return value if len(text) <= MOST_VALUE else f"{text[:MOST_VALUE]} (cut)"


def _short(value: Json) -> str:
    return json.dumps(value, ensure_ascii=False)[:300]
