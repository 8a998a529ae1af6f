"""One operation of an AWS API: arguments in, the result or the failure out.

Theory of operation:

    arguments ─► parameters ─► refusals ─► idempotency tokens ─► client ─► streams read ─► secrets withheld ─► result
"""

from __future__ import annotations

import json
import uuid
from typing import TYPE_CHECKING, Any

from connectors.aws import emr
from connectors.aws.clients import HEADERS, Clients
from connectors.aws.dialects import LAMBDA, OPTIMISED, OfAMap
from connectors.aws.failures import (
    client_failure,
    failed_entries,
    function_failure,
    refused,
    service_failure,
    too_large,
    unfit,
)
from connectors.aws.refusals import refused_arguments, without_secrets
from connectors.aws.resources import Function, Operation
from connectors.aws.shapes import Misfit, json_or_text, parameters, result, text_of
from engine.adapters.aws.service_models import service_model
from engine.clock import Clock
from engine.errors import StateFailure
from engine.governance.secret_refs import in_place
from engine.ports.tasks import TaskCall, TaskFailed, TaskOutcome, TaskSucceeded

if TYPE_CHECKING:
    from botocore.model import OperationModel

Json = Any

MAX_BODY_BYTES = 8 * 1024 * 1024
"""The largest body a call brings home; larger objects stay where they are and their address travels."""

CHUNK_BYTES = 64 * 1024

_TOKENS = uuid.UUID("6f1c6a4e-6a0b-5b0e-9f60-2f6f7a7f1a55")
"""The name space of the idempotency tokens made here."""


def call_operation(target: Operation, call: TaskCall, clients: Clients, clock: Clock) -> TaskOutcome:
    """Perform `call`. Never raises for what AWS did."""
    model = service_model(target.service)
    operation = model.operation_model(target.operation)
    arguments = in_place(call.arguments, call.secret_refs, call.secrets)
    if target.dialect is OPTIMISED["elasticmapreduce"]:
        arguments = emr.api_arguments(target.operation, arguments)
    try:
        params = parameters(operation.input_shape, arguments, target.dialect)
    except Misfit as misfit:
        return unfit(call, misfit.problems)
    reason = refused_arguments(target.service, target.operation, params)
    if reason is not None:
        return refused(f"{call.resource}: {reason}")
    for member in _idempotent_members(target, operation):
        params.setdefault(member, _token(call))
    if (target.service, target.operation) == ("stepfunctions", "StartExecution"):
        # Without a name AWS makes one up, and a repetition of this call would start a second execution.
        params.setdefault("name", _token(call))
    response = _send(target, params, call, clients, clock)
    if isinstance(response, TaskFailed):
        return response
    return _finished(target, result(operation.output_shape, response, target.dialect), response)


def call_function(target: Function, call: TaskCall, clients: Clients, clock: Clock) -> TaskOutcome:
    """Invoke a Lambda function by its ARN: its event is the arguments, its answer is the result."""
    event = json.dumps(in_place(call.arguments, call.secret_refs, call.secrets), separators=(",", ":"))
    invoke = Operation(LAMBDA.service, "Invoke", LAMBDA)
    response = _send(invoke, {"FunctionName": target.arn, "Payload": event.encode()}, call, clients, clock)
    if isinstance(response, TaskFailed):
        return response
    if response.get("FunctionError"):
        return _raised(response)
    return TaskSucceeded(_parsed(response))


def _send(
    target: Operation, params: dict[str, Any], call: TaskCall, clients: Clients, clock: Clock
) -> dict[str, Any] | TaskFailed:
    """The response with its streams read, or the failure."""
    from botocore import xform_name  # noqa: PLC0415  botocore only for those who use it
    from botocore.exceptions import ClientError  # noqa: PLC0415

    deadline = clock.now() + call.budget_seconds
    try:
        client = clients.client(target.service, call.budget_seconds)
        response: dict[str, Any] = getattr(client, xform_name(target.operation))(**params)
        whole = {
            name: read_body(item, call, clock, deadline) if hasattr(item, "read") else item
            for name, item in response.items()
        }
        return without_secrets(target.service, target.operation, whole)
    except ClientError as error:
        return service_failure(error, service_model(target.service), target.dialect)
    except StateFailure as failure:
        return TaskFailed(failure.error, failure.cause, definite=False)
    except Exception as error:  # noqa: BLE001  whatever a client raises is its call's outcome
        return client_failure(error, target.dialect.prefix)


def read_body(stream: Any, call: TaskCall, clock: Clock, deadline: float) -> bytes:
    """A streaming body's bytes. Raises StateFailure past the size, TimeoutError past the deadline."""
    data = bytearray()
    while chunk := stream.read(CHUNK_BYTES):
        data += chunk
        if len(data) > MAX_BODY_BYTES:
            stream.close()
            raise too_large(call.resource)
        if clock.now() > deadline:
            stream.close()
            raise TimeoutError(f"the body did not arrive within {call.budget_seconds:g} s")
    return bytes(data)


def _finished(target: Operation, shown: dict[str, Json], response: dict[str, Any]) -> TaskOutcome:
    """The result, with what single integrations make of it."""
    if target.dialect is LAMBDA:
        if response.get("FunctionError"):
            return _raised(response)
        shown["Payload"] = _parsed(response)
    elif isinstance(target.dialect, OfAMap) and "Contents" in shown:
        shown["Contents"] = target.dialect.items(response["Contents"])
    elif target.dialect is OPTIMISED["events"] and shown.get("FailedEntryCount"):
        return failed_entries(shown)
    if target.dialect is OPTIMISED["elasticmapreduce"]:
        shown = emr.integration_answer(target.operation, shown)
    if target.dialect.has_metadata:
        shown |= _metadata(response.get("ResponseMetadata", {}))
    return TaskSucceeded(shown)


def _raised(response: dict[str, Any]) -> TaskFailed:
    """The function's own error. It did run: what it did before it raised is for its Retrier to know."""
    payload = response.get("Payload", b"")
    found = _parsed(response)
    error_type = found.get("errorType") if isinstance(found, dict) else None
    return function_failure(text_of(payload), error_type if isinstance(error_type, str) and error_type else None)


def _parsed(response: dict[str, Any]) -> Json:
    """A function's answer as JSON; its text where it is none. An event that was only taken in has the answer {}."""
    text = text_of(response.get("Payload", b""))
    return json_or_text(text) if text else {}


def _metadata(metadata: dict[str, Any]) -> dict[str, Json]:
    """SdkHttpMetadata and SdkResponseMetadata."""
    sent = metadata.get(HEADERS) or metadata.get("HTTPHeaders", {})
    headers = {str(name): str(value) for name, value in sent.items()}
    return {
        "SdkHttpMetadata": {
            "AllHttpHeaders": {name: [value] for name, value in headers.items()},
            "HttpHeaders": headers,
            "HttpStatusCode": metadata.get("HTTPStatusCode"),
        },
        "SdkResponseMetadata": {"RequestId": metadata.get("RequestId")},
    }


def _idempotent_members(target: Operation, operation: OperationModel) -> list[str]:
    """The members that make a repeated call the same one. CodeBuild's model does not mark its own."""
    members = list(operation.idempotent_members)
    shape = operation.input_shape
    if target.service == "codebuild" and shape is not None and "idempotencyToken" in shape.members:
        members.append("idempotencyToken")
    return members


def _token(call: TaskCall) -> str:
    """The same for every repetition of a call that may have worked: services do the work once."""
    return str(uuid.uuid5(_TOKENS, call.idempotency_key))
