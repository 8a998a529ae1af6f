"""A workflow as a state machine of AWS Step Functions, with a list of what will be otherwise there.

    connector:CODE:ACTION               ──► the stage's connector function (`invocation`)
    startExecution of a workflow        ──► the state machine of its name in that account
    an activity of ours                 ──► the activity of its name in that account
    everything else                     ──► as it is: it is AWS's own language

What AWS would refuse, and what would silently do something else there, is refused here; the rest is remarked upon.
"""

from __future__ import annotations

import json
from dataclasses import field
from typing import Any

from engine.catalog.document import WorkflowDocument
from engine.conversion.step_functions.destination import Destination, own_name
from engine.conversion.step_functions.invocation import ConnectorCall, connector_call, invocation, literal_secrets
from engine.conversion.step_functions.mapping import Around, mapped
from engine.conversion.step_functions.remarks import of_connector_task, of_document, of_start, remark
from engine.errors import Diagnostic, InvalidDefinition, InvalidDocument
from engine.language.asl.resources import START_EXECUTION, plain_resource
from engine.language.asl.validate import validate
from engine.ports.tasks import Tasks
from engine.records import dataclass

Json = Any

MOST_BYTES = 1_048_576
"""AWS's quota of a definition: "Service quotas" of the developer guide."""


@dataclass(frozen=True, slots=True)
class Exported:
    """A state machine. `remarks` say what will behave otherwise, each with its place in the document; `secrets` are the
    KEYs that the stage must have."""

    name: str
    kind: str
    definition: dict[str, Json]
    remarks: tuple[Diagnostic, ...]
    secrets: tuple[str, ...]

    @property
    def text(self) -> str:
        """The definition as AWS is given it."""
        return json.dumps(self.definition, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def needs_destination(document: WorkflowDocument) -> bool:
    """Whether the state machine names things of one account: the connector function, other machines, activities."""
    leaving = _Leaving(document, None, None)
    leaving.definition()
    return leaving.lost


def to_step_functions(
    document: WorkflowDocument, *, destination: Destination | None, tasks: Tasks | None = None
) -> Exported:
    """The state machine that `document` becomes. `tasks` knows which actions are to be called at most once.

    Raises InvalidDefinition, listing everything that cannot leave; InvalidDocument where a `destination` is needed and
    there is none.
    """
    broken = [item for item in validate(document.definition, kind=document.kind) if item.severity == "ERROR"]
    if broken:
        raise InvalidDefinition(broken, advice="Mend the workflow first: automate validate lists all of it.")
    leaving = _Leaving(document, destination, tasks)
    definition = leaving.definition()
    if leaving.lost:
        raise InvalidDocument(
            f"{document.name} needs the address of its connector function in AWS", where="--connector-function",
            advice="Give the output ConnectorFunctionArn of the stack automate-STAGE-engine; or credentials of that "
                   "account (--profile, --region), and --stage.",
        )
    errors = leaving.errors or _refused_there(document, definition)
    if errors:
        raise InvalidDefinition(errors, advice="Change the workflow; nothing was written.")
    secrets = tuple(dict.fromkeys(leaving.secrets))
    remarks = (*of_document(document, connectors=leaving.connectors, secrets=secrets), *leaving.remarks)
    return Exported(document.name, document.kind, definition, remarks, secrets)


def _refused_there(document: WorkflowDocument, definition: dict[str, Json]) -> list[Diagnostic]:
    """What AWS itself would refuse."""
    size = len(json.dumps(definition, ensure_ascii=False).encode())
    if size > MOST_BYTES:
        return [Diagnostic("DEFINITION_TOO_LARGE", f"it has {size} bytes; AWS takes {MOST_BYTES}", "/")]
    found = validate(definition, kind=document.kind, extensions=False)
    return [item for item in found if item.severity == "ERROR"]


@dataclass(slots=True)
class _Leaving:
    """One walk over a definition. `lost`: something needed a destination, and there was none."""

    document: WorkflowDocument
    destination: Destination | None
    tasks: Tasks | None
    remarks: list[Diagnostic] = field(default_factory=list)
    errors: list[Diagnostic] = field(default_factory=list)
    secrets: list[str] = field(default_factory=list)
    connectors: int = 0
    lost: bool = False

    def definition(self) -> dict[str, Json]:
        """The definition, changed."""
        return mapped(self.document.definition, self._state)

    def _state(self, state: dict[str, Json], around: Around) -> dict[str, Json]:
        resource = state.get("Resource")
        if state.get("Type") != "Task" or not isinstance(resource, str):
            return state
        call = connector_call(resource)
        if call is not None:
            return self._connector(state, call, around)
        self._no_secrets(state, around)
        if plain_resource(resource).startswith(START_EXECUTION):
            return self._start(state, around)
        activity = own_name("activity", resource)
        if activity is None:
            return state
        self.lost = self.lost or self.destination is None
        self.remarks.append(remark(
            "ACTIVITY_THERE", f"the activity {activity} must be created in that account, and its workers poll AWS",
            f"{around.place}/Resource",
        ))
        return {**state, "Resource": self.destination.activity(activity)} if self.destination else state

    def _connector(self, state: dict[str, Json], call: ConnectorCall, around: Around) -> dict[str, Json]:
        self.connectors += 1
        self.secrets += literal_secrets(state, jsonata=around.jsonata).values()
        once = self.tasks is not None and self.tasks.policy(call.resource).at_most_once
        once = once or around.place.rpartition("/States/")[2] in self.document.at_most_once
        self.remarks += of_connector_task(state, call, around, kind=self.document.kind, once=once)
        if self.destination is None:
            self.lost = True
            return state
        function = self.destination.function
        return invocation(state, call, function, jsonata=around.jsonata, in_map=around.in_map)

    def _no_secrets(self, state: dict[str, Json], around: Around) -> None:
        """A service of AWS would be sent the reference itself."""
        for pointer, key in literal_secrets(state, jsonata=around.jsonata).items():
            self.errors.append(Diagnostic(
                "SECRET_NOT_RESOLVED",
                f"Step Functions would send the SecretRef of {key} as it is: only connectors resolve secrets there",
                f"{around.place}/{around.arguments_field}{pointer}",
            ))

    def _start(self, state: dict[str, Json], around: Around) -> dict[str, Json]:
        """The workflow that is started is a state machine of that account."""
        field_name = around.arguments_field
        arguments = state.get(field_name)
        if not isinstance(arguments, dict):
            return state
        place = f"{around.place}/{field_name}/StateMachineArn"
        named = arguments.get("StateMachineArn")
        if not isinstance(named, str) or named.startswith("{%"):
            self.remarks.append(of_start(None, place))
            return state
        own = own_name("stateMachine", named)
        if named.startswith("arn:") and own is None:
            return state
        workflow = own or named.partition(":")[0]
        self.remarks.append(of_start(workflow, place))
        if self.destination is None:
            self.lost = True
            return state
        return {**state, field_name: {**arguments, "StateMachineArn": self.destination.machine(workflow)}}
