"""What a failed call of AWS is: its name and cause in Step Functions' words, and what is known of its effect.

    the service refused (3xx, 4xx)                 definite: nothing was done
    it was throttled (429, a throttling code)      definite
    the service failed (5xx)                       unknown
    no connection, no credentials, no region       definite: nothing was sent
    a read time-out, a broken connection           unknown: it may have been done
    anything else                                  unknown

Retriers see every one of them: on AWS too an error's name alone decides.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from connectors.aws.dialects import Dialect, Refusal
from engine.errors import StateFailure
from engine.language.expr.java_text import json_text, quoted_json
from engine.ports.tasks import TaskCall, TaskFailed

if TYPE_CHECKING:
    from botocore.exceptions import ClientError
    from botocore.model import ServiceModel

REFUSED = "Automate.Refused"
RUNTIME = "States.Runtime"
DATA_LIMIT = "States.DataLimitExceeded"

THROTTLED = frozenset({
    "BandwidthLimitExceeded", "EC2ThrottledException", "LimitExceededException", "PriorRequestNotComplete",
    "ProvisionedThroughputExceededException", "RequestLimitExceeded", "RequestThrottled", "RequestThrottledException",
    "SlowDown", "ThrottledException", "Throttling", "ThrottlingException", "TooManyRequestsException",
    "TransactionInProgressException",
})
"""The SDKs' list of codes that say: too fast, nothing was done."""


def refused(reason: str) -> TaskFailed:
    """A call that is understood and not allowed here. No Retrier helps."""
    return TaskFailed(REFUSED, reason, retryable=False)


def unfit(call: TaskCall, problems: list[str]) -> TaskFailed:
    """Arguments that the integration cannot take: AWS ends the execution so, without a call."""
    return TaskFailed(
        RUNTIME,
        f"An error occurred while executing the state '{call.state}'. The Parameters "
        f"'{quoted_json(call.arguments)}' could not be used to start the Task: [{', '.join(problems)}]",
        retryable=False,
    )


def too_large(resource: str) -> StateFailure:
    """A result past what a call may bring home; the words are AWS's."""
    return StateFailure(
        DATA_LIMIT,
        f"The state/task '{resource}' returned a result with a size exceeding the maximum number of bytes service "
        "limit.",
    )


def service_failure(error: ClientError, model: ServiceModel, dialect: Dialect) -> TaskFailed:
    """The service answered, with an error."""
    details = error.response.get("Error", {})
    metadata = error.response.get("ResponseMetadata", {})
    code = str(details.get("Code", "Unknown"))
    # Services that once spoke the query protocol send that one's code; the model's name is beside it then.
    shapes = {each.error_code: each.name for each in model.error_shapes}  # type: ignore[attr-defined]  # not in stubs
    shape = shapes.get(code) or shapes.get(str(details.get("QueryErrorCode")))
    status = int(metadata.get("HTTPStatusCode", 0))
    refusal = Refusal(
        message=str(details.get("Message", "")) or "null", code=code, shape=shape, status=status,
        request_id=str(metadata.get("RequestId", "null")), extended_request_id=metadata.get("HostId") or None,
    )
    definite = code in THROTTLED or status == 429 or 300 <= status < 500
    return TaskFailed(dialect.error(refusal), dialect.cause(refusal), definite=definite)


def client_failure(error: Exception, prefix: str) -> TaskFailed:
    """The call failed on this side of the service: ``<prefix>.SdkClientException``."""
    sent = not _before_sending(error)
    words = "Unable to execute HTTP request: " if _is_http(error) else ""
    return TaskFailed(f"{prefix}.SdkClientException", f"{words}{error}", definite=not sent)


def function_failure(payload: str, error_type: str | None) -> TaskFailed:
    """A Lambda function raised: the class names the error, the payload as it is, is the cause."""
    if error_type is None:
        return TaskFailed(
            "Lambda.Unknown",
            "The cause could not be determined because Lambda did not return an error type. "
            f"Returned payload: {payload}",
        )
    return TaskFailed(error_type, payload)


def failed_entries(answer: dict[str, object]) -> TaskFailed:
    """EventBridge took some entries at most; the cause is its whole answer."""
    return TaskFailed("EventBridge.FailedEntry", json_text(answer))


def _before_sending(error: Exception) -> bool:
    """Whether `error` is one that comes before the request leaves."""
    from botocore import exceptions as e  # noqa: PLC0415  botocore only for those who use it

    return isinstance(error, (
        e.EndpointConnectionError, e.ConnectTimeoutError, e.ProxyConnectionError, e.NoCredentialsError,
        e.PartialCredentialsError, e.CredentialRetrievalError, e.TokenRetrievalError, e.NoAuthTokenError, e.SSOError,
        e.LoginError, e.ProfileNotFound, e.ConfigNotFound, e.ConfigParseError, e.BaseEndpointResolverError,
        e.EndpointProviderError, e.InvalidRegionError, e.UnknownServiceError, e.ParamValidationError,
        e.MissingParametersError, e.InvalidConfigError, e.MissingDependencyException, e.UnsupportedS3ArnError,
        e.InvalidHostLabelError, e.InvalidEndpointConfigurationError,
    ))


def _is_http(error: Exception) -> bool:
    from botocore import exceptions as e  # noqa: PLC0415

    return isinstance(error, (e.HTTPClientError, e.ConnectionError))
