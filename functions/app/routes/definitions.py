"""The route that checks a document without storing it, and the list of what its Tasks may call."""

from __future__ import annotations

import hashlib
from pathlib import PurePath
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from connectors.known import resource_of
from connectors.registry import Registry
from connectors.sdk import ActionSpec
from engine.catalog.document import WorkflowDocument, parse_document
from engine.catalog.files import place_of
from engine.clock import Clock
from engine.errors import Diagnostic, UserError, json_pointer
from engine.governance.roles import Right
from engine.language.asl.source import Source
from engine.settings import Settings
from functions.app.acts import NoAct
from functions.app.documents import read_source
from functions.app.routing import Call, RouteTable
from functions.app.shapes import base
from functions.app.shapes import definitions as shapes

if TYPE_CHECKING:
    from engine.catalog.trigger_checks import NextTimes

table = RouteTable("Definitions")


@table.route(
    "POST", "/definitions/validate", right=Right.LOOK, act=NoAct("nothing is stored"),
    example={"name": "hello", "document": {"StartAt": "Greet", "States": {"Greet": {"Type": "Pass", "End": True}}}},
)
def validate_definition(call: Call[shapes.ValidateRequest]) -> shapes.Validation:
    """List every problem of a document or a bare definition, what its triggers will listen to, and the next ten times
    of each of its schedules.

    The answer is 200 with result FAIL for one that publishing would refuse. Given as text, findings have a line."""
    given = call.given
    source = None if given.source is None else read_source(given.source, given.format)
    document = parse_document(given.document if source is None else source.value, name=given.name, stem="definition")
    knows_secrets = call.caller.may(Right.EDIT, call.workspace)
    findings = call.services.catalog.problems(document, call.workspace, secrets=knows_secrets)
    failed = any(finding.severity == "ERROR" for finding in findings)
    return shapes.Validation(
        result="FAIL" if failed else "OK", diagnostics=[finding_shape(item, source) for item in findings],
        schedules=schedule_times(document, call.services.clock), listens=_listens(document, call.services.settings),
    )


@table.route("GET", "/connectors", right=Right.LOOK)
def list_connectors(call: Call[base.Nothing]) -> shapes.ConnectorList:
    """List the connectors, their actions and what these take."""
    return shapes.ConnectorList(connectors=connectors(call.services.connectors))


@table.route(
    "POST", "/connectors/convert", right=Right.LOOK, act=NoAct("nothing is stored"),
    example={"filename": "crm.yaml", "source": "openapi: 3.1.0\ninfo: {title: CRM, version: '1'}\n"
             "servers: [{url: https://crm.example.com}]\npaths:\n  /contacts: {get: {operationId: list_contacts}}\n"},
)
def convert_service(call: Call[shapes.DescribedService]) -> shapes.ConnectorFile:
    """Make a connector file of an OpenAPI document (3.0, 3.1), to look at and to keep.

    Nothing is stored, and no connector is added: connectors are part of the deployment."""
    from connectors.declared import reading, writing  # noqa: PLC0415 - of who imports alone
    from connectors.openapi.document import document_of  # noqa: PLC0415 - likewise
    from connectors.openapi.importing import imported  # noqa: PLC0415 - likewise
    from connectors.openapi.text import value_of  # noqa: PLC0415 - likewise
    from connectors.registry import check_code  # noqa: PLC0415 - likewise

    given, data = call.given, call.given.source.encode()
    filename = PurePath(given.filename).name
    code = given.name or filename.partition(".")[0]
    check_code(code)
    made = imported(document_of(value_of(data, filename), filename, hashlib.sha256(data).hexdigest()), code)
    name, text = writing.file_of(code, made.value)
    file = reading.read_file(text, name)
    return shapes.ConnectorFile(
        code=code, name=file.name, base_url=file.base_url,
        authenticated=any(map(file.auth_of, file.actions.values())), known=code in call.services.connectors.codes(),
        actions=[
            shapes.ImportedAction(
                name=action, request=f"{spec.method} {spec.path}", description=spec.description or spec.title,
                kind="read" if spec.reads else "write", at_most_once=spec.at_most_once,
            ) for action, spec in file.actions.items()
        ],
        left_out=[shapes.LeftOut(operation=operation, why=why) for operation, why in made.left_out],
        filename=name, text=text,
    )


@table.route("GET", "/connectors/limits", right=Right.LOOK)
def list_call_limits(call: Call[base.Nothing]) -> shapes.CallLimits:
    """Say how the services stand that have a rate limit or were in trouble: which are left alone, and until when."""
    from engine.durable.lifecycle.call_limits import standings  # noqa: PLC0415 - of who asks for them alone

    services = call.services
    found = standings(services.open_triggers().states, call.workspace, services.clock.now())
    shows = call.caller.may(Right.EDIT, call.workspace)
    return shapes.CallLimits(limits=[
        shapes.CallLimit.of(each, secrets=list(each.secrets) if shows else []) for each in found
    ])


def connectors(registry: Registry) -> list[shapes.Connector]:
    """Every connector; one that cannot be loaded says why and hides no other."""
    return [_connector(registry, code) for code in registry.codes()]


def _connector(registry: Registry, code: str) -> shapes.Connector:
    try:
        adapter = registry.get(code)
    except UserError as error:
        problem = error.message if error.advice is None else f"{error.message.rstrip('.')}. {error.advice}"
        return shapes.Connector(code=code, name=code, description="", actions=[], problem=problem)
    if adapter is None:
        return shapes.Connector(code=code, name=code, description="", actions=[], problem="no longer there")
    actions = [_action(resource_of(code, name, spec), name, spec) for name, spec in adapter.actions.items()]
    return shapes.Connector.of(adapter, code=code, actions=actions)


def _action(resource: str, name: str, spec: ActionSpec) -> shapes.Action:
    return shapes.Action.of(
        spec, name=name, resource=resource,
        inputs={key: item.model_dump(exclude_unset=True) for key, item in spec.inputs.items()},
        outputs={key: item.model_dump(exclude_unset=True) for key, item in spec.outputs.items()},
        one_of=[list(group) for group in spec.one_of],
    )


def _listens(document: WorkflowDocument, settings: Settings) -> list[shapes.Listens]:
    if not document.triggers:
        return []
    from engine.triggers.listener import Listener, named  # noqa: PLC0415 - of those that have some alone
    from functions.app.triggers.said import address_of, says, url_of  # noqa: PLC0415 - likewise

    found = [
        Listener(document.name, 0, name, spec, 0.0) for name, spec in named(document.as_written["triggers"])
    ]
    return [
        shapes.Listens(
            location=json_pointer(("triggers", index)), name=each.name, type=each.kind, enabled=each.enabled,
            says=says(each), url=url_of(settings, address_of(each)),
        ) for index, each in enumerate(found)
    ]


def schedule_times(document: WorkflowDocument, clock: Clock) -> list[shapes.ScheduleTimes]:
    """When each of its schedules comes next, as the API shows it."""
    if not document.triggers:
        return []
    from engine.catalog.trigger_checks import next_times  # noqa: PLC0415 - of those that have some alone

    return [_schedule_times(item) for item in next_times(document.triggers, clock.now())]


def _schedule_times(item: NextTimes) -> shapes.ScheduleTimes:
    zone = ZoneInfo(item.trigger.timezone)
    times = [
        shapes.ScheduleTime.of(moment, local=moment.wall.replace(tzinfo=zone).isoformat()) for moment in item.times
    ]
    return shapes.ScheduleTimes.of(
        item.trigger, location=item.location, times=times, skipped=[wall.isoformat() for wall in item.skipped]
    )


def finding_shape(finding: Diagnostic, source: Source | None) -> shapes.Finding:
    """A finding as the API shows it, with its line where the source is known."""
    if source is None:
        return shapes.Finding.of(finding)
    _, line, column = place_of(source, finding).rsplit(":", 2)
    return shapes.Finding.of(finding, line=int(line), column=int(column))
