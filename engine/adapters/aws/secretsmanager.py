"""Secrets in AWS Secrets Manager: the key ``STRIPE_KEY`` is the secret ``automate/<stage>/STRIPE_KEY``.

Another workspace than the default one has a folder of its own: ``automate/<stage>/<workspace>/STRIPE_KEY`` (a key holds
no slash, so the two cannot meet). Values are cached for `max_age_seconds` per process: a call of GetSecretValue costs
money and time, a rotation is seen after that age, or at once by `fresh`. What is missing is not cached.
"""

from __future__ import annotations

import re
import threading
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from engine.clock import Clock
from engine.errors import InvalidDocument, StorageError, StoreUnavailable, Throttled
from engine.governance.secret_refs import check_key, check_value
from engine.ports.keys import DEFAULT_WORKSPACE
from engine.ports.secrets import SecretInfo

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

MAX_AGE_SECONDS = 60.0
RECOVERY_DAYS = 7
"""A deleted secret can be brought back for so long (the least that Secrets Manager allows)."""

BY_TAG = "automate:updated-by"
_THROTTLES = frozenset({"ThrottlingException", "TooManyRequestsException", "LimitExceededException"})


class SecretsManager:
    """The secrets of one stage, through a boto3 client. Safe to share between threads.

    What is set is encrypted with `kms_key`, unless an admin chose another; an empty one means Secrets Manager's own.
    """

    name = "AWS Secrets Manager"

    def __init__(
        self, client: SecretsManagerClient, stage: str, clock: Clock, *, max_age_seconds: float = MAX_AGE_SECONDS,
        kms_key: str = "",
    ) -> None:
        self._client = client
        self._stage = stage
        self._clock = clock
        self._max_age = max_age_seconds
        self._kms_key = kms_key
        self._lock = threading.Lock()
        self._cache: dict[str, tuple[float, str]] = {}

    def get(self, workspace: str, key: str, *, fresh: bool = False) -> str | None:
        """The current value; None when there is none or it is marked for deletion.

        Raises Throttled or StoreUnavailable, InvalidDocument for a binary secret.
        """
        name = self._prefix(workspace) + check_key(key)
        with self._lock:
            kept = self._cache.get(name)
        now = self._clock.now()
        if kept is not None and not fresh and 0 <= now - kept[0] < self._max_age:
            return kept[1]
        try:
            answer = self._client.get_secret_value(SecretId=name)
        except (ClientError, BotoCoreError) as error:
            if _code(error) in ("ResourceNotFoundException", "InvalidRequestException"):
                self._forget(name)
                return None
            raise _storage_error("GetSecretValue", name, error) from error
        value = answer.get("SecretString")
        if value is None:
            raise InvalidDocument(f"{name} is a binary secret", where=key, advice="Store it as text.")
        with self._lock:
            self._cache[name] = (now, value)
        return value

    def list(self, workspace: str) -> list[SecretInfo]:
        """What this stage and workspace hold, by key; no value is read."""
        prefix = self._prefix(workspace)
        found: list[SecretInfo] = []
        try:
            pages = self._client.get_paginator("list_secrets").paginate(Filters=[{"Key": "name", "Values": [prefix]}])
            for page in pages:
                for entry in page["SecretList"]:
                    key = entry["Name"].removeprefix(prefix)
                    if key != entry["Name"] and "/" not in key:
                        tags = {tag["Key"]: tag["Value"] for tag in entry.get("Tags", ())}
                        changed = entry.get("LastChangedDate")
                        at = None if changed is None else changed.timestamp()
                        found.append(SecretInfo(key, self.name, at, tags.get(BY_TAG)))
        except (ClientError, BotoCoreError) as error:
            raise _storage_error("ListSecrets", prefix, error) from error
        return sorted(found, key=lambda info: info.key)

    def set(self, workspace: str, key: str, value: str, *, by: str) -> SecretInfo:
        """Create or rotate `key`; one that is marked for deletion is brought back. Raises InvalidDocument, Throttled or
        StoreUnavailable."""
        name = self._prefix(workspace) + check_key(key)
        check_value(value)
        tag = {"Key": BY_TAG, "Value": re.sub(r"[^\w.:/=+@ -]", "_", by)[:256]}
        try:
            self._write(name, value)
            self._client.tag_resource(SecretId=name, Tags=[tag])  # type: ignore[list-item]
        except (ClientError, BotoCoreError) as error:
            raise _storage_error("PutSecretValue", name, error) from error
        finally:
            self._forget(name)
        return SecretInfo(key, self.name, self._clock.now(), tag["Value"])

    def delete(self, workspace: str, key: str) -> bool:
        """Mark `key` for deletion in RECOVERY_DAYS; False when there is none."""
        name = self._prefix(workspace) + check_key(key)
        try:
            # DeleteSecret succeeds on a secret that is marked already, so ask first.
            if "DeletedDate" in self._client.describe_secret(SecretId=name):
                return False
            self._client.delete_secret(SecretId=name, RecoveryWindowInDays=RECOVERY_DAYS)
        except (ClientError, BotoCoreError) as error:
            if _code(error) == "ResourceNotFoundException":
                return False
            raise _storage_error("DeleteSecret", name, error) from error
        finally:
            self._forget(name)
        return True

    def _prefix(self, workspace: str) -> str:
        folder = "" if workspace == DEFAULT_WORKSPACE else f"{workspace}/"
        return f"automate/{self._stage}/{folder}"

    def _write(self, name: str, value: str) -> None:
        own_key = False
        try:
            found = self._client.describe_secret(SecretId=name)
            own_key = not found.get("KmsKeyId")
            if "DeletedDate" in found:
                self._client.restore_secret(SecretId=name)
        except ClientError as error:
            if _code(error) != "ResourceNotFoundException":
                raise
            try:
                if self._kms_key:
                    self._client.create_secret(Name=name, SecretString=value, KmsKeyId=self._kms_key)
                else:
                    self._client.create_secret(Name=name, SecretString=value)
            except ClientError as second:
                if _code(second) != "ResourceExistsException":  # else another writer was first: the last one counts
                    raise
            else:
                return
        if own_key and self._kms_key:  # an earlier release made it
            self._client.update_secret(SecretId=name, SecretString=value, KmsKeyId=self._kms_key)
        else:
            self._client.put_secret_value(SecretId=name, SecretString=value)

    def _forget(self, name: str) -> None:
        with self._lock:
            self._cache.pop(name, None)


def _code(error: Exception) -> str:
    """The error code that AWS answered; empty when it did not answer."""
    return error.response["Error"].get("Code", "") if isinstance(error, ClientError) else ""


def _storage_error(operation: str, name: str, error: Exception) -> StorageError:
    """The failure in the product's words. AWS's messages hold names, never values."""
    message = f"Secrets Manager, {operation} of {name}: {error}"
    return Throttled(message) if _code(error) in _THROTTLES else StoreUnavailable(message)
