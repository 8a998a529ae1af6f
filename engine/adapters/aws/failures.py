"""AWS's errors in the project's terms: asked too fast is Throttled, all else that failed is StoreUnavailable."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError

from engine.errors import StorageError, StoreUnavailable, Throttled

THROTTLES = frozenset({
    "ProvisionedThroughputExceeded", "ProvisionedThroughputExceededException", "RequestLimitExceeded",
    "RequestThrottled", "RequestThrottledException", "SlowDown", "ThrottledException", "Throttling", "ThrottlingError",
    "ThrottlingException", "TooManyRequestsException", "TransactionConflict", "TransactionConflictException",
    "TransactionInProgressException",
})
"""Codes of DynamoDB, SQS and S3 that say: later may work. A transaction in conflict with another is one of them."""


@contextmanager
def storage_errors() -> Iterator[None]:
    """Whatever botocore raises inside becomes a StorageError."""
    try:
        yield
    except ClientError as error:
        raise translated(error) from error
    except (BotoCoreError, HTTPClientError) as error:
        raise unreachable(error) from error


def translated(error: ClientError) -> StorageError:
    """The StorageError of an answer of AWS."""
    code, operation = code_of(error), error.operation_name
    message = f"{operation} answered {code}: {error.response.get('Error', {}).get('Message', '')}"
    return Throttled(message) if code in THROTTLES else StoreUnavailable(message)


def unreachable(error: Exception) -> StoreUnavailable:
    """The StorageError of a call that got no answer."""
    return StoreUnavailable(f"AWS did not answer: {error}")


def code_of(error: ClientError) -> str:
    """AWS's code of an error."""
    return str(error.response.get("Error", {}).get("Code", "Unknown"))
