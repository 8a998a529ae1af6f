"""Routes of one execution's inside: its definition, steps, values and logs; and past inputs to test with."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any

from engine.durable.execution import Execution
from engine.durable.views import step_facts as facts
from engine.durable.views.causes import plain_cause, stack_trace
from engine.durable.views.steps import nothing_collected, steps_of, steps_where
from engine.errors import NotFound, StorageError
from engine.governance.roles import Right
from engine.language.asl.times import iso_timestamp
from engine.ports.executions_index import ExecutionQuery
from engine.ports.keys import ExecutionKey
from engine.ports.logs import LogLine, LogQuery
from engine.ports.people.approvals import approval_id
from functions.app import etags, large_values
from functions.app.console_links import Moment
from functions.app.identity import COMMAND_LINE
from functions.app.release import release
from functions.app.routes.executions import key_of, seen
from functions.app.routing import Answer, Call, RouteTable
from functions.app.sensitive.clear import CLEAR
from functions.app.sensitive.revealing import veil_for
from functions.app.services import Services
from functions.app.shapes import base
from functions.app.shapes import steps as shapes
from functions.app.shapes.base import ConsoleAddresses
from functions.app.shapes.shown_steps import MOST_STEPS, edges_of, resources_of, rests_of, shape_of
from functions.app.strict_json import read_json

if TYPE_CHECKING:
    from functions.app.sensitive.clear import Hides

Json = Any

table = RouteTable("Executions")

MOST_EVENTS = 100_000
"""So much of a history is read at once; a longer one says that it is not all."""

MOST_EVENTS_OF_A_STEP = 200
MOST_LOGS_OF_A_STEP = 200
LOG_MARGIN_SECONDS = 0.5
"""A line may be written a moment before its step's event, or after it."""

MOST_LOOKED_AT, MOST_EVENTS_LOOKED_AT = 100, 200_000
"""Executions whose histories are read for a state's past inputs, and events of them all: an answer comes in seconds."""

_LOG = logging.getLogger(__name__)


@table.route("GET", "/executions/{id}/definition", right=Right.LOOK)
def get_definition(call: Call[shapes.DefinitionQuery]) -> shapes.DefinitionAnswer:
    """The workflow document that the execution runs by, whatever was published since; `at` an event of its history,
    the one that it ran by then."""
    execution, at = seen(call)[0], call.given.at
    digest = execution.definition_digest if at is None else execution.digest_at(at)
    return shapes.DefinitionAnswer(document=document_of(call.services, execution, digest))


@table.route("GET", "/executions/{id}/steps", right=Right.LOOK, reads="steps", reveals=True, example="newest=1000")
def list_steps(call: Call[shapes.StepsQuery]) -> Answer[shapes.StepsAnswer]:
    """The execution's steps, derived from its history: each visit of each state, its attempts and waits.

    A live view polls with the ETag: while nothing happened the history is not read. `edges` are the transitions really
    taken."""
    seq, status = call.services.executions.written(key_of(call))
    tag = etags.of(f"{release()} {seq} {status} {call.reveal is not None}")
    if call.holds(tag):
        return Answer(None, etag=tag)
    execution, veil = seen(call)
    with nothing_collected():
        return Answer(_listed(call, execution, veil), etag=tag)


def _listed(call: Call[shapes.StepsQuery], execution: Execution, veil: Hides) -> shapes.StepsAnswer:
    newest, before = call.given.newest, 0
    if newest is not None:
        before = max(0, call.services.executions.standing(execution.key).last_event - newest)
    steps, to_the_end = _steps(call.services, execution.key, veil, after=before, most=newest or MOST_EVENTS)
    shown = veil.steps(steps).steps
    resources = _Resources(call.services, execution)
    return shapes.StepsAnswer(
        steps=[shape_of(step, resources.at(step)) for step in shown], edges=edges_of(steps, shown),
        rests=rests_of(steps),
        last_event=steps.last_event, status=execution.status,
        complete=not steps.left_out and (to_the_end if newest is None else not before),
        events_left_out=before,
        causes={step.id: step.cause for step in shown if step.cause is not None} if call.given.causes else {},
    )


@table.route("GET", "/executions/{id}/waiting", right=Right.LOOK)
def list_waiting(call: Call[base.Nothing]) -> shapes.WaitingTasks:
    """The tasks that wait for an answer from outside.

    Who has a task's token may answer it, so the token itself is given to nobody over HTTP: a workflow hands it to whom
    it means. An approval is answered as one."""
    key, approvals = key_of(call), call.services.open_answering()
    tells = call.actor.origin == COMMAND_LINE and call.may(Right.RUN)
    waiting = []
    for task in call.services.executions.standing(key).waiting:
        asked = approval_id(key.id, task.token, task.entered_at)
        approval = asked if approvals.execution_of(asked) is not None else None
        token = task.token if tells and approval is None else None
        waiting.append(shapes.WaitingTask(state=task.state, token=token, approval=approval))
    return shapes.WaitingTasks(waiting=waiting)


@table.route("GET", "/executions/{id}/steps/{step}", right=Right.LOOK, reads="step", reveals=True)
def get_step(call: Call[base.Nothing]) -> Answer[shapes.StepDetail]:
    """One step with its values, its error in plain words and with its stack trace, its events and its log.

    `audit` is the query of GET /audit that lists what the audit log has of it."""
    execution, veil = seen(call)
    step = veil.step(_step(call.services, execution.key, call.path["step"], veil))
    resources = _Resources(call.services, execution).at(step)
    execution_id = execution.key.id
    filled = call.services.executions.filling(execution.key)
    values = {
        part: _value(filled, getattr(step, part), execution_id, part=part, step=step.id)
        for part in ("input", "output", "arguments", "result", "assigned", "variables")
    }
    lines = _lines_of(call.services, _query_of(execution_id, step, MOST_LOGS_OF_A_STEP))
    return Answer(shapes.StepDetail(
        step=shape_of(step, resources), **values, error=step.error,
        cause=plain_cause(step.cause), stack_trace=stack_trace(step.cause),
        events=[
            large_values.shown_event(event, filled, lambda name: large_values.payload_address(
                execution_id, part=_PART.get(name, "input"), step=step.id
            )) for event in step.events[:MOST_EVENTS_OF_A_STEP]
        ],
        logs=[_line(line, veil) for line in lines], audit=_audit_query(execution_id, step),
        links=_links(call.services, execution_id, step, lines),
    ))


@table.route("GET", "/executions/{id}/logs", right=Right.LOOK, reads="log", reveals=True, example="step=Charge%231")
def get_logs(call: Call[shapes.LogsQuery]) -> shapes.LogLines:
    """What the workers wrote while they worked for this execution, oldest first."""
    key, given = key_of(call), call.given
    started_at = call.services.executions.header(key).started_at
    query = LogQuery(key.id, since=started_at - LOG_MARGIN_SECONDS, limit=given.limit)
    if given.step is not None:
        query = _query_of(key.id, _step(call.services, key, given.step, CLEAR), given.limit)
    found = call.services.logs.lines(query)
    veil = veil_for(call, key)
    return shapes.LogLines(lines=[_line(line, veil) for line in found.lines], complete=found.complete)


@table.route(
    "GET", "/executions/{id}/payload", right=Right.LOOK, reads="payload", reveals=True, example="part=input"
)
def get_payload(call: Call[shapes.PayloadQuery]) -> Answer[str]:
    """One value as a file, however large: of the execution, or of a step."""
    given, key = call.given, key_of(call)
    if given.step is None:
        if given.part not in ("input", "output"):
            raise NotFound(f"an execution has no {given.part}", where="part", advice="Name a step.")
        execution = call.services.executions.describe(key)
        value = getattr(veil_for(call, key, execution).execution(execution), given.part)
    else:
        veil = veil_for(call, key)
        step = _step(call.services, key, given.step, veil)
        value = call.services.executions.filling(key)(getattr(veil.step(step), given.part))
    headers = {"Content-Disposition": f'attachment; filename="{given.part}.json"'}
    return Answer(large_values.json_text(value), headers=headers)


@table.route("GET", "/workflows/{name}/inputs", right=Right.LOOK, reads="inputs", example="state=Charge&limit=20")
def list_inputs(call: Call[shapes.InputsQuery]) -> shapes.PastInputs:
    """The last real inputs of a workflow, or of one of its states: to test with."""
    given, services = call.given, call.services
    services.catalog.workflow(call.workspace, call.path["name"])
    rows = services.executions.page(ExecutionQuery(
        call.workspace, workflow=call.path["name"], limit=given.limit if given.state is None else MOST_LOOKED_AT
    )).rows
    found: list[shapes.PastInput] = []
    left = MOST_EVENTS_LOOKED_AT
    for row in rows:
        veil = services.hiding.veil(row.key)
        if given.state is None:
            most = None if veil else large_values.MOST_SHOWN_BYTES
            execution = veil.execution(services.executions.describe(row.key, most=most))
            found.append(_past_input(services, row.key, execution.started_at, execution, {}))
            call.reads_of(row.key.id)
        else:
            events = services.executions.events(row.key, most=left, outlined=not veil)
            left -= len(events)
            those = steps_where(events, lambda step: step.name == given.state)
            steps = [veil.step(step) for step in islice(those, given.limit)]
            if steps:
                call.reads_of(row.key.id)
            found += [
                _past_input(services, row.key, step.entered_at, step, step.variables, step=step.id) for step in steps
            ]
        if len(found) >= given.limit or left <= 0:
            break
    return shapes.PastInputs(inputs=found[:given.limit])


def _past_input(
    services: Services, key: ExecutionKey, at: float, ran: Execution | facts.Step, variables: Mapping[str, Json],
    **step: str,
) -> shapes.PastInput:
    values = {"input": ran.input, "output": ran.output, "variables": dict(variables)}
    filled = services.executions.filling(key)
    shown = {part: _value(filled, value, key.id, part=part, **step) for part, value in values.items()}
    return shapes.PastInput(execution=key.id, at=iso_timestamp(at), status=ran.status, **shown)


def _value(filled: Callable[[Json], Json], value: Json, execution_id: str, **part: str) -> Json:
    """A value as it is shown: what was left out of it is read where it is small enough."""
    if not large_values.is_too_large_to_show(value):
        value = filled(value)
    return large_values.shown(value, execution_id, **part)


def document_of(services: Services, execution: Execution, digest: str | None = None) -> dict[str, Json]:
    """The document of the version of this definition; by default of the one that it runs by now."""
    digest = digest or execution.definition_digest
    record = services.catalog.pinned(execution.key.workspace, execution.workflow, digest)
    document: dict[str, Json] = read_json(record.document)
    return document


class _Resources:
    """What the states of an execution call, by the definition that each step ran by last."""

    def __init__(self, services: Services, execution: Execution) -> None:
        self._services, self._execution = services, execution
        self._of: dict[str, Mapping[str, str]] = {}

    def at(self, step: facts.Step) -> Mapping[str, str]:
        """The resources by the names of the states."""
        digest = self._execution.digest_at(step.events[-1].id) if step.events else self._execution.definition_digest
        if digest not in self._of:
            self._of[digest] = resources_of(document_of(self._services, self._execution, digest)["definition"])
        return self._of[digest]


def _steps(
    services: Services, key: ExecutionKey, veil: Hides, *, after: int = 0, most: int = MOST_EVENTS
) -> tuple[facts.Steps, bool]:
    """The steps that `most` events after the one called `after` tell, and whether those are the last ones. Large values
    are read only where a veil looks for hidden ones in them."""
    events = services.executions.each_event(key, after=after, outlined=not veil)
    steps = steps_of(islice(events, most), most=MOST_STEPS)
    return steps, steps.last_event - after < most


def _step(services: Services, key: ExecutionKey, step_id: str, veil: Hides) -> facts.Step:
    events = services.executions.each_event(key, outlined=not veil)
    found = next(steps_where(islice(events, MOST_EVENTS), lambda step: step.id == step_id), None)
    if found is None:
        raise NotFound(
            f"the execution {key.id} has no step {step_id!r}", where="step",
            advice="GET /executions/{id}/steps lists them, each with its id.",
        )
    return found


def _query_of(execution_id: str, step: facts.Step, limit: int) -> LogQuery:
    until = None if step.exited_at is None else step.exited_at + LOG_MARGIN_SECONDS
    return LogQuery(execution_id, step.name, step.entered_at - LOG_MARGIN_SECONDS, until, limit)


def _lines_of(services: Services, query: LogQuery) -> Sequence[LogLine]:
    """The step's lines; none where the logs cannot be read now: its other facts are shown all the same."""
    try:
        return services.logs.lines(query).lines
    except StorageError as error:
        _LOG.warning("a step is shown without its log: %s", error, extra={"execution": query.execution_id})
        return ()


def _links(
    services: Services, execution_id: str, step: facts.Step, lines: Sequence[LogLine]
) -> ConsoleAddresses:
    """Into the AWS console, to the stream and trace that the step's last line names."""
    console, now = services.place.console, services.clock.now()
    if console is None:
        return ConsoleAddresses()
    last = lines[-1] if lines else None
    return console.of(Moment(
        execution_id, step.name, step.entered_at, step.exited_at if step.exited_at is not None else now,
        stream=last.stream if last is not None else None, trace=last.trace if last is not None else None,
    ))


def _line(line: LogLine, veil: Hides) -> shapes.LogLine:
    attempt = None if line.attempt is None else line.attempt + 1
    return shapes.LogLine.of(line, message=veil.text(line.message), attempt=attempt)


def _audit_query(execution_id: str, step: facts.Step) -> dict[str, str]:
    """The step's own time: a state that is visited again has entries of its own then."""
    query = {"execution": execution_id, "state": step.name, "from": iso_timestamp(step.entered_at)}
    if step.exited_at is not None:
        query["to"] = iso_timestamp(step.exited_at + 0.002)  # it is cut to the millisecond, and `to` is exclusive
    return query


_PART = {"output": "output", "parameters": "arguments", "assignedVariables": "assigned"}
