"""One factory for the clients of AWS services: each is made at its first use, once, and shared by all threads.

botocore's own session makes the same clients as boto3's and costs a cold start 80 ms less. Making a client is not
thread-safe, using one is.
"""

from __future__ import annotations

from functools import cache
from threading import Lock
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import botocore.session
from botocore.config import Config

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_secretsmanager import SecretsManagerClient
    from mypy_boto3_sqs import SQSClient

C = TypeVar("C")

CONNECT_TIMEOUT_SECONDS = 2.0
READ_TIMEOUT_SECONDS = 10.0
ATTEMPTS = 4
"""In all, with botocore's standard backoff: every call made here may safely be repeated."""


@cache
def _session() -> botocore.session.Session:
    return botocore.session.get_session()


class _Client(Generic[C]):
    """An attribute of Clients: the client of one service, `more` beside its configuration."""

    def __init__(self, service: str, more: Config | None = None) -> None:
        self._place = service, more or Config()

    def __get__(self, clients: Clients, _: type[Clients]) -> C:
        client: C = clients.made(*self._place)
        return client


class Clients:
    """`connections` is how many threads may call one service at once."""

    dynamodb: _Client[DynamoDBClient] = _Client("dynamodb")
    sqs: _Client[SQSClient] = _Client("sqs")
    s3: _Client[S3Client] = _Client("s3")
    signing_s3: _Client[S3Client] = _Client("s3", Config(
        signature_version="s3v4", s3={"us_east_1_regional_endpoint": "regional", "addressing_style": "virtual"}
    ))
    """S3 for presigned addresses: version 4 of the signature, and the region in the host everywhere."""
    secretsmanager: _Client[SecretsManagerClient] = _Client("secretsmanager")
    logs: _Client[Any] = _Client("logs")
    cloudwatch: _Client[Any] = _Client("cloudwatch")
    sns: _Client[Any] = _Client("sns")
    function_calls: _Client[Any] = _Client("lambda")

    def __init__(self, connections: int) -> None:
        self._lock = Lock()
        self._made: dict[tuple[str, Config], Any] = {}
        self._config = Config(
            connect_timeout=CONNECT_TIMEOUT_SECONDS, read_timeout=READ_TIMEOUT_SECONDS,
            retries={"mode": "standard", "total_max_attempts": ATTEMPTS}, max_pool_connections=connections,
        )

    def close(self) -> None:
        """Close the connections of every client that was made."""
        with self._lock:
            for client in self._made.values():
                client.close()
            self._made.clear()

    def made(self, service: str, more: Config) -> Any:
        """The client of `service` with a configuration of `more`, made where there is none yet."""
        with self._lock:
            if (service, more) not in self._made:
                self._made[service, more] = _session().create_client(service, config=self._config.merge(more))
            return self._made[service, more]
