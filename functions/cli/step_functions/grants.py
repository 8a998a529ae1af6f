"""What a state machine's role must be allowed: read off its definition, one grant for each thing that it calls.

Where the definition names the thing (a function's ARN, a table) the grant is for it alone. Where an expression names
it, or it is not known here how, the grant is for ``*`` and says so: somebody narrows it.

Source: "IAM policies for integrated services" of the Step Functions Developer Guide.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from connectors.aws.resources import Api, Function, Operation, StartedJob, find_target
from engine.adapters.aws.service_models import service_model
from engine.catalog.states import StateText, is_distributed, states_of
from engine.records import dataclass

Json = Any

ANYTHING = '"*"'
_QUEUE_URL = re.compile(r"https://sqs\.(?P<region>[a-z0-9-]+)\.amazonaws\.com(\.cn)?/(?P<account>\d{12})/(?P<name>[^/]+)")
_FUNCTION = re.compile(
    r"((?P<region>[a-z]+(-[a-z]+)+-\d):)?((?P<account>\d{12}):)?(function:)?(?P<name>[A-Za-z0-9_-]+(:[A-Za-z0-9_$-]+)?)"
)
"""A FunctionName that is no whole ARN: a name or a partial ARN, each with a version or an alias or without."""
_API_HOST = re.compile(r"(?P<api>[a-z0-9]+)\.execute-api\.")
_ACTIVITY = ":activity:"
_CHILDREN = ("states:StartExecution", "states:DescribeExecution", "states:StopExecution")
_OTHERWISE = {
    "lambda:Invoke": "lambda:InvokeFunction", "s3:ListObjectsV2": "s3:ListBucket", "s3:ListObjects": "s3:ListBucket",
    "s3:HeadObject": "s3:GetObject", "s3:HeadBucket": "s3:ListBucket", "s3:ListBuckets": "s3:ListAllMyBuckets",
}
"""Operations whose permission has another name."""

_FOR_ALL = frozenset({"s3:ListAllMyBuckets"})
"""Actions that are granted on everything or not at all."""

_INDEXED = frozenset({"dynamodb:Query", "dynamodb:Scan"})
"""Actions that may read an index, a resource of its own beside the table."""

_BY_ARGUMENT = (
    ("dynamodb:", "TableName", "table"),
    ("sns:Publish", "TopicArn", None),
    ("states:StartExecution", "StateMachineArn", None),
)
"""The beginning of an action, the argument that names its resource by ARN, and what it is by name alone."""


@dataclass(frozen=True, slots=True)
class Grant:
    """`actions` on `resources`, each a Python expression in the stack's class. `to_do`: what is left to somebody."""

    actions: tuple[str, ...]
    resources: tuple[str, ...]
    to_do: str | None = None


def grants_of(definition: Json, machine: str) -> list[Grant]:
    """Each grant once, in the order of the definition. `machine` is the state machine's name."""
    found: list[Grant] = []
    for state in states_of(definition):
        found += _of_state(state, machine)
    return list(dict.fromkeys(found))


def quoted(text: str) -> str:
    """`text` as Python writes it, in double quotes."""
    return json.dumps(text)


def _of_state(state: StateText, machine: str) -> Iterator[Grant]:
    resource = state.own.get("Resource")
    if state.is_task and isinstance(resource, str) and _ACTIVITY not in resource:
        yield from _of_resource(resource, _arguments(state.own), state.name)
    credentials = state.own.get("Credentials")
    if isinstance(credentials, dict):
        role = _literal(credentials, "RoleArn")
        yield Grant(("sts:AssumeRole",), (quoted(role) if role else ANYTHING,), None if role else _narrow(state.name))
    if is_distributed(state.state):
        yield from _of_children(machine)
        yield from _of_files(state)


def _of_resource(resource: str, arguments: dict[str, Json], state: str) -> Iterator[Grant]:
    target = find_target(resource)
    match target:
        case Function(arn):
            yield Grant(("lambda:InvokeFunction",), (quoted(arn),))
        case Api():
            host = _API_HOST.match(_literal(arguments, "ApiEndpoint") or "")
            named = _format("execute-api", host["api"], "*") if host else ANYTHING
            yield Grant(("execute-api:Invoke",), (named,), None if host else _narrow(state))
        case Operation():
            yield _of_operation(target, arguments, state)
        case StartedJob(start, _):
            yield _of_operation(start, arguments, state)
            yield from _of_waiting(resource, state)
        case _:
            yield Grant((), (), f"{state} calls {resource}: grant what it needs")


def _of_operation(target: Operation, arguments: dict[str, Json], state: str) -> Grant:
    service = service_model(target.service).signing_name
    action = f"{service}:{target.operation}"
    action = _OTHERWISE.get(action, action)
    if action in _FOR_ALL:
        return Grant((action,), (ANYTHING,))
    if action == "events:PutEvents":
        buses = _buses(arguments)
        return Grant((action,), buses or (_bus("*"),), None if buses else _narrow(state))
    resource = _named(action, arguments)
    if resource is None:
        return Grant((action,), (ANYTHING,), _narrow(state))
    if action in _INDEXED and ("IndexName" in arguments or "IndexName.$" in arguments):
        return Grant((action,), (resource, str(_named(action, arguments, below="/index/*"))))
    return Grant((action,), (resource,))


def _named(action: str, arguments: dict[str, Json], below: str = "") -> str | None:
    """The resource that the arguments name, as an expression; `below` is appended to its name."""
    if action == "sqs:SendMessage":
        queue = _QUEUE_URL.fullmatch(_literal(arguments, "QueueUrl") or "")
        return None if queue is None else _elsewhere("sqs", queue["region"], queue["account"], queue["name"])
    if action == "lambda:InvokeFunction":
        return _function(_literal(arguments, "FunctionName") or "")
    for prefix, argument, kind in _BY_ARGUMENT:
        if action.startswith(prefix):
            value = _literal(arguments, argument)
            if value is None or value.startswith("arn:"):
                return None if value is None else quoted(value + below)
            return None if kind is None else _format(action.partition(":")[0], kind, value + below)
    return None


def _function(name: str) -> str | None:
    if name.startswith("arn:"):
        return quoted(name)
    found = _FUNCTION.fullmatch(name)
    if found is None:
        return None
    if found["region"] is None and found["account"] is None:
        return _format("lambda", "function", found["name"], colon=True)
    return _elsewhere("lambda", found["region"], found["account"], f"function:{found['name']}")


def _buses(arguments: dict[str, Json]) -> tuple[str, ...]:
    """The event buses that all entries name or leave to the default; none where one of them is not known here."""
    entries = arguments.get("Entries")
    found: list[str] = []
    for entry in entries if isinstance(entries, list) else ():
        if not isinstance(entry, dict) or "EventBusName.$" in entry:
            return ()
        name = _literal({"EventBusName": "default", **entry}, "EventBusName")
        if name is None:
            return ()
        found.append(quoted(name) if name.startswith("arn:") else _bus(name))
    return tuple(dict.fromkeys(found))


def _bus(name: str) -> str:
    return _format("events", "event-bus", name)


def _of_waiting(resource: str, state: str) -> Iterator[Grant]:
    """What ``.sync`` needs besides the start."""
    if ":states:startExecution.sync" in resource:
        yield Grant(("states:DescribeExecution", "states:StopExecution"), (ANYTHING,), _narrow(state))
        rule = _format("events", "rule", "StepFunctionsGetEventsForStepFunctionsExecutionRule")
        yield Grant(("events:PutTargets", "events:PutRule", "events:DescribeRule"), (rule,))
    else:
        yield Grant((), (), f"{state} waits for a job ({resource}): grant what asking about it and stopping it need")


def _of_children(machine: str) -> Iterator[Grant]:
    own = _format("states", "stateMachine", machine, colon=True)
    runs = _format("states", "execution", f"{machine}/*", colon=True)
    yield Grant(_CHILDREN, (own, runs))


def _of_files(state: StateText) -> Iterator[Grant]:
    """What a distributed Map reads its items from and writes its results to."""
    reads, writes = state.own.get("ItemReader"), state.own.get("ResultWriter")
    for part, actions in (
        (reads, ("s3:GetObject", "s3:ListBucket")),
        (writes, ("s3:PutObject", "s3:GetObject", "s3:ListMultipartUploadParts", "s3:AbortMultipartUpload")),
    ):
        if isinstance(part, dict) and "Resource" in part:
            bucket = _literal(_arguments(part), "Bucket")
            resources = (_bucket(bucket), _bucket(f"{bucket}/*")) if bucket else (ANYTHING,)
            yield Grant(actions, resources, None if bucket else _narrow(state.name))


def _arguments(state: dict[str, Json]) -> dict[str, Json]:
    found = state.get("Arguments", state.get("Parameters"))
    return found if isinstance(found, dict) else {}


def _literal(arguments: dict[str, Json], name: str) -> str | None:
    """The argument, where it is written out."""
    value = arguments.get(name)
    return value if isinstance(value, str) and value and not value.startswith("{%") else None


def _format(service: str, resource: str, name: str, *, colon: bool = False) -> str:
    """An ARN of the stack's own account and region, as the CDK writes it."""
    form = ", arn_format=ArnFormat.COLON_RESOURCE_NAME" if colon else ""
    return f'self.format_arn(service="{service}", resource={quoted(resource)}, resource_name={quoted(name)}{form})'


def _elsewhere(service: str, region: str | None, account: str | None, resource: str) -> str:
    """An ARN of the stack's partition; without a region or an account the stack's."""
    where = "".join(f"{part}={quoted(value)}, " for part, value in (("region", region), ("account", account)) if value)
    return f'self.format_arn(service="{service}", {where}resource={quoted(resource)})'


def _bucket(name: str) -> str:
    return f'self.format_arn(service="s3", region="", account="", resource={quoted(name)})'


def _narrow(state: str) -> str:
    return f"{state}: name the resource instead of *"
