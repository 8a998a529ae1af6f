"""How a state machine of AWS calls a connector: the Task that invokes the connector function, and what it hands over.

    Task connector:http:request        ◄──►        Task arn:aws:lambda:…:function:automate-<stage>-connector
      Parameters {…}                                  Parameters {connector, action, arguments: {…}, secrets, …}

The function is named by its own ARN and not through ``lambda:invoke``: its answer is then the Task's result as it is,
and ResultSelector, ResultPath, Output and Assign stay as they are. (``lambda:invoke`` wraps it in Payload, and a
ResultSelector can only make objects: none could take the wrapping off a list or a text.) Only a Task that waits for its
token goes through ``lambda:invoke.waitForTaskToken``: its result is what the token is answered with, never the
function's.

The function sees data and no definition, so the SecretRefs that are written out travel as a list of their own, outside
the arguments: one that arrives as data stays data there as it does here.
"""

from __future__ import annotations

import re
from typing import Any

from engine.errors import InvalidExpression
from engine.language.expr.template import compile_jsonata_template, compile_payload_template
from engine.records import dataclass

Json = Any

LAMBDA_WITH_TOKEN = "arn:aws:states:::lambda:invoke.waitForTaskToken"  # noqa: S105  a resource
TASK_TOKEN = ".waitForTaskToken"  # noqa: S105  the suffix of a resource

CALL_SECONDS = 240
"""As AUTOMATE_TASK_MAX_SECONDS: a Task without TimeoutSeconds is given up after so long, there as here."""

FUNCTION = re.compile(r"arn:[^:]+:lambda:[^:]*:[^:]*:function:automate-[a-z][a-z0-9-]*-connector")
"""The connector function of a stage."""

_CONNECTOR = re.compile(r"connector:(?P<code>[^:.]+):(?P<action>[^:.]+)(?P<token>\.waitForTaskToken)?")
_FIELDS = {True: "Arguments", False: "Parameters"}
_CONTEXT = {
    "workflow": "StateMachine.Name", "execution": "Execution.Id", "state": "State.Name",
    "entered": "State.EnteredTime", "attempt": "State.RetryCount",
}
_TOKEN = "Task.Token"  # noqa: S105  a path in the context object
_PLAIN = frozenset({"connector", "action", "arguments", "secrets", "timeout_seconds", "in_map"})


@dataclass(frozen=True, slots=True)
class ConnectorCall:
    """The connector, its action, and whether the Task waits for its token."""

    code: str
    action: str
    waits: bool

    @property
    def resource(self) -> str:
        """As a workflow of ours writes it."""
        return f"connector:{self.code}:{self.action}{TASK_TOKEN if self.waits else ''}"


def connector_call(resource: Json) -> ConnectorCall | None:
    """What a Resource of ours calls; None for any other."""
    found = _CONNECTOR.fullmatch(resource) if isinstance(resource, str) else None
    return None if found is None else ConnectorCall(found["code"], found["action"], bool(found["token"]))


def literal_secrets(state: dict[str, Json], *, jsonata: bool) -> dict[str, str]:
    """The SecretRefs written out in a Task's arguments: JSON pointer into them to KEY."""
    field = _FIELDS[jsonata]
    compiled = compile_jsonata_template if jsonata else compile_payload_template
    return dict(compiled(state[field], field).secret_refs) if field in state else {}


def invocation(
    state: dict[str, Json], call: ConnectorCall, function: str, *, jsonata: bool, in_map: bool
) -> dict[str, Json]:
    """The Task `state`, a call of a connector, as the invocation of `function` (its ARN). `in_map`: an inline Map is
    around it, so that several visits of the state may begin at once."""
    field = _FIELDS[jsonata]
    payload = _payload(state, call, jsonata=jsonata, in_map=in_map)
    wrapped = {"Resource": LAMBDA_WITH_TOKEN, field: {"FunctionName": function, "Payload": payload}}
    made = _calling(state, field, wrapped if call.waits else {"Resource": function, field: payload})
    if not call.waits and _needs_timeout(state):
        made["TimeoutSeconds"] = CALL_SECONDS
    return made


def connector_task(state: dict[str, Json], *, jsonata: bool) -> dict[str, Json] | None:
    """The Task of ours that `state`, a Task of a state machine, is the invocation of; None where it is none."""
    field = _FIELDS[jsonata]
    waits = state.get("Resource") == LAMBDA_WITH_TOKEN
    payload = state.get(field)
    if waits:
        if not isinstance(payload, dict) or set(payload) != {"FunctionName", "Payload"}:
            return None
        function, payload = payload["FunctionName"], payload["Payload"]
    else:
        function = state.get("Resource")
    if not (isinstance(function, str) and FUNCTION.fullmatch(function) and isinstance(payload, dict)):
        return None
    found = _read_payload(payload, waits=waits, jsonata=jsonata)
    if found is None:
        return None
    call, arguments = found
    made = _calling(state, field, {"Resource": call.resource} | ({} if arguments is None else {field: arguments}))
    if not waits and made.get("TimeoutSeconds") == CALL_SECONDS and "timeout_seconds" not in payload:
        del made["TimeoutSeconds"]
    return made


def _calling(state: dict[str, Json], field: str, call: dict[str, Json]) -> dict[str, Json]:
    """`state` with `call` in the place of its Resource and of its arguments, which `field` holds."""
    made: dict[str, Json] = {}
    for name, value in state.items():
        if name == "Resource":
            made |= call
        elif name != field:
            made[name] = value
    return made


def _payload(state: dict[str, Json], call: ConnectorCall, *, jsonata: bool, in_map: bool) -> dict[str, Json]:
    field = _FIELDS[jsonata]
    payload: dict[str, Json] = {"connector": call.code, "action": call.action}
    payload |= {"arguments": state[field]} if field in state else _whole_input(jsonata=jsonata)
    secrets = literal_secrets(state, jsonata=jsonata)
    if secrets:
        payload["secrets"] = secrets
    if not call.waits and "TimeoutSeconds" in state:
        payload["timeout_seconds"] = state["TimeoutSeconds"]
    if in_map:
        payload["in_map"] = True
    return payload | _context(waits=call.waits, jsonata=jsonata)


def _context(*, waits: bool, jsonata: bool) -> dict[str, Json]:
    """What tells the function which call it is, read from the context object."""
    paths = _CONTEXT | ({"task_token": _TOKEN} if waits else {})
    if jsonata:
        return {name: f"{{% $states.context.{path} %}}" for name, path in paths.items()}
    return {f"{name}.$": f"$$.{path}" for name, path in paths.items()}


def _whole_input(*, jsonata: bool) -> dict[str, Json]:
    return {"arguments": "{% $states.input %}"} if jsonata else {"arguments.$": "$"}


def _needs_timeout(state: dict[str, Json]) -> bool:
    return not any(name.startswith(("TimeoutSeconds", "HeartbeatSeconds")) for name in state)


def _read_payload(payload: dict[str, Json], *, waits: bool, jsonata: bool) -> tuple[ConnectorCall, Json] | None:
    """The call and the arguments as written, None for the whole input; None where the payload is not as we write it."""
    rest = dict(payload)
    for name, value in _context(waits=waits, jsonata=jsonata).items():
        if rest.pop(name, None) != value:
            return None
    whole = _whole_input(jsonata=jsonata)
    takes_all = all(rest.get(name) == value for name, value in whole.items())
    if takes_all:
        for name in whole:
            del rest[name]
    elif "arguments" not in rest:
        return None
    code, action = rest.get("connector"), rest.get("action")
    call = connector_call(f"connector:{code}:{action}{TASK_TOKEN if waits else ''}")
    if call is None or not set(rest) <= _PLAIN:
        return None
    arguments = rest.get("arguments")
    state = {} if takes_all else {_FIELDS[jsonata]: arguments}
    try:
        written = literal_secrets(state, jsonata=jsonata)
    except InvalidExpression:
        return None
    if rest.get("secrets", {}) != written:
        return None  # it lists other references than those written out: such a Task stays as it is
    return call, None if takes_all else arguments
