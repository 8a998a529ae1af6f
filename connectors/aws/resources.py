"""What an ``arn:…`` Resource names: a Lambda function, an operation of a service in one of two dialects, an API, or a
job to wait for.

`find_target` answers with one of them, or with the words of what is wrong and what to do instead.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable

from connectors.aws.dialects import OPTIMISED, Dialect, OfAMap, Sdk
from connectors.aws.jobs import TABLE, Job
from connectors.aws.refusals import refused_call
from engine.adapters.aws.integration_names import action_name, resource_name
from engine.adapters.aws.service_models import actions, service_model, services
from engine.language.asl.integrations import OPTIMISED as ACTIONS
from engine.language.asl.resources import plain_resource, unfilled
from engine.records import dataclass

TASK_TOKEN = ".waitForTaskToken"  # noqa: S105  the suffix of a resource

_INTEGRATION = re.compile(
    r"arn:[^:]+:states:::(?P<sdk>aws-sdk:)?(?P<service>[A-Za-z0-9-]+):(?P<action>[A-Za-z0-9]+)(?P<pattern>\..+)?"
)
_FUNCTION = re.compile(r"arn:[^:]+:lambda:[^:]*:[^:]*:function:[A-Za-z0-9_-]+(:[A-Za-z0-9_$-]+)?")

_WAITING = (".sync", ".sync:2")

_OPERATIONS = {
    "elasticmapreduce:addStep": "AddJobFlowSteps",
    "elasticmapreduce:cancelStep": "CancelSteps",
    "elasticmapreduce:createCluster": "RunJobFlow",
    "elasticmapreduce:setClusterTerminationProtection": "SetTerminationProtection",
    "elasticmapreduce:terminateCluster": "TerminateJobFlows",
}
"""Actions that are not called as their API's operation is; connectors.aws.emr shapes their arguments."""

_NOT_HERE = frozenset({
    "bedrock:invokeModel", "eks:call", "eks:runJob", "elasticmapreduce:modifyInstanceFleetByName",
    "elasticmapreduce:modifyInstanceGroupByName",
})
"""Optimised integrations that do more than call one operation."""

_OF_A_MAP = {"s3": {"getObject": "GetObject", "listObjectsV2": "ListObjectsV2", "putObject": "PutObject"}}
"""The optimised forms that only a Map's ItemReader and ResultWriter have; they answer as the SDK does, except a
listing's entries."""


@dataclass(frozen=True, slots=True)
class Function:
    """A Lambda function, named by its ARN: arguments and result are the function's own."""

    arn: str


@dataclass(frozen=True, slots=True)
class Operation:
    """An operation of an AWS API. `service` is botocore's name, `operation` the API's."""

    service: str
    operation: str
    dialect: Dialect


@dataclass(frozen=True, slots=True)
class Api:
    """A call of an API Gateway endpoint."""


@dataclass(frozen=True, slots=True)
class StartedJob:
    """A job: how it is started, and how it is asked about and stopped."""

    start: Operation
    job: Job


Target = Function | Operation | Api | StartedJob


def find_target(resource: str) -> Target | str:
    """What `resource` names, or why it cannot be called and what to do."""
    if _FUNCTION.fullmatch(resource):
        return Function(resource)
    found = _INTEGRATION.fullmatch(plain_resource(resource))
    if found is None:
        return _unknown(resource)
    pattern = found["pattern"]
    if pattern in _WAITING:
        return _started(resource, found["service"], found["action"], pattern, sdk=bool(found["sdk"]))
    if pattern not in (None, TASK_TOKEN):
        return f"{resource}: there is no {pattern}. Only {TASK_TOKEN} may follow the action."
    service, action = found["service"], found["action"]
    return _sdk(resource, service, action) if found["sdk"] else _optimised(resource, service, action)


def _started(resource: str, service: str, action: str, pattern: str, *, sdk: bool) -> StartedJob | str:
    """A job that is started and waited for."""
    if sdk:
        return (
            f"{resource}: an AWS SDK call cannot wait for what it starts ({pattern}), in Step Functions neither. "
            f"Poll in a loop, or use {TASK_TOKEN} where the work can answer."
        )
    job = TABLE.get(f"{service}:{action}")
    if job is None or pattern not in ACTIONS[service][action]:
        waits = sorted(name for name in TABLE if name.startswith(f"{service}:"))
        return f"{resource}: there is no {pattern} of it.{_nearest(f'{service}:{action}', waits or TABLE)}"
    start = _optimised(resource, service, action)
    return StartedJob(start, job) if isinstance(start, Operation) else f"{resource} cannot be called here."


def _sdk(resource: str, service: str, action: str) -> Operation | str:
    """An operation by botocore's own models."""
    name = services().get(service)
    if name is None:
        return f"{resource}: there is no AWS service {service}.{_nearest(service, services())}"
    operation = actions(name).get(action)
    if operation is None:
        return f"{resource}: the service {service} has no action {action}.{_nearest(action, actions(name))}"
    model = service_model(name)
    shape = model.operation_model(operation)
    if shape.has_event_stream_input or shape.has_event_stream_output:
        return f"{resource} streams events, which a Task cannot do."
    return _permitted(resource, Operation(name, operation, Sdk.of(str(model.metadata["serviceId"]))))


def _permitted(resource: str, operation: Operation) -> Operation | str:
    refusal = refused_call(operation.service, operation.operation)
    return operation if refusal is None else f"{resource}: {refusal}"


def _optimised(resource: str, service: str, action: str) -> Target | str:
    """One of the integrations that Step Functions offers besides the SDK's."""
    if action in _OF_A_MAP.get(service, {}):
        return Operation(service, _OF_A_MAP[service][action], OfAMap.of(service))
    if service == "http":
        return f"{resource} is not available here. Use connector:http:request."
    offered, dialect = ACTIONS.get(service), OPTIMISED.get(service)
    if offered is None:
        problem = f"there is no integration {service}.{_nearest(service, ACTIONS)}"
    elif action not in offered:
        problem = f"{service} has no action {action}.{_nearest(action, offered)}"
    elif service == "apigateway":
        return Api()
    elif dialect is not None and f"{service}:{action}" not in _NOT_HERE:
        operation = _OPERATIONS.get(f"{service}:{action}") or actions(dialect.service)[action]
        return _permitted(resource, Operation(dialect.service, operation, dialect))
    else:
        problem = "this optimised integration is not available."
    return f"{resource}: {problem}{_as_sdk(service, action)}"


def _as_sdk(service: str, action: str) -> str:
    """The same call as an SDK integration, where there is one."""
    spelled = service.replace("-", "").lower()
    name = services().get(spelled) or services().get(resource_name(service))
    if name is None or action not in actions(name):
        return ""
    return f" Use arn:aws:states:::aws-sdk:{resource_name(name)}:{action_name(actions(name)[action])}."


def _unknown(resource: str) -> str:
    return unfilled(resource) or (
        f"{resource} is not a resource that can be called. Write arn:aws:states:::aws-sdk:SERVICE:ACTION, "
        "arn:aws:states:::SERVICE:ACTION or the ARN of a Lambda function."
    )


def _nearest(name: str, known: Iterable[str]) -> str:
    """`` Did you mean a, b?`` or nothing."""
    by_lower = {each.lower(): each for each in known}
    near = difflib.get_close_matches(name.lower(), by_lower, n=3, cutoff=0.6)
    return f" Did you mean {', '.join(by_lower[each] for each in near)}?" if near else ""
