"""Secrets in AWS Secrets Manager: the key ``STRIPE_KEY`` is the secret ``automate/<stage>/STRIPE_KEY``.

Another workspace than the default one has a folder of its own: ``automate/<stage>/<workspace>/STRIPE_KEY`` (a key holds
no slash, so the two cannot meet). Values are cached for MAX_AGE_SECONDS per process: a call of GetSecretValue costs
money and time, a rotation is seen after that age, or at once by `fresh`. What is missing is not cached.

Who may use a secret stands in its tags: they are made with it, kept with it and gone with it, and are read without its
value. Each grant is a tag of its own, so that two who grant at once take nothing from each other. A secret without the
tag GRANTS_TAG is of before, or made by AWS's own tools: everybody may use it.

    automate:grants = kept        automate:for:<digest of the grant> = orders/http@api.example.org      + stands for *
"""

from __future__ import annotations

import hashlib
import re
import threading
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from botocore.exceptions import BotoCoreError, ClientError

from engine.clock import Clock
from engine.errors import InvalidDocument, Refused, StorageError, StoreUnavailable, Throttled
from engine.governance.secret_grants import parse_grant
from engine.governance.secret_refs import check_key, check_value
from engine.ports.keys import DEFAULT_WORKSPACE
from engine.ports.secrets import Grants, SecretGrant, SecretInfo

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

Kept = TypeVar("Kept")

MAX_AGE_SECONDS = 60.0
RECOVERY_DAYS = 7
"""A deleted secret can be brought back for so long (the least that Secrets Manager allows)."""

CURRENT, PENDING, PREVIOUS = "AWSCURRENT", "AWSPENDING", "AWSPREVIOUS"
BY_TAG = "automate:updated-by"
GRANTS_TAG = "automate:grants"
FOR_TAG = "automate:for:"
MOST_GRANTS = 40
"""A secret has at most 50 tags (AWS Secrets Manager quotas); some are its owner's."""

MOST_TAG = 255
"""Characters of a tag's value (TagResource, API reference)."""

_THROTTLES = frozenset({"ThrottlingException", "TooManyRequestsException", "LimitExceededException"})


class SecretsManager:
    """The secrets of one stage, through a boto3 client. Safe to share between threads.

    What is set is encrypted with `kms_key`, unless an admin chose another; an empty one means Secrets Manager's own.
    """

    name = "AWS Secrets Manager"

    def __init__(self, client: SecretsManagerClient, stage: str, clock: Clock, *, kms_key: str = "") -> None:
        self._client = client
        self._stage = stage
        self._clock = clock
        self._kms_key = kms_key
        self._lock = threading.Lock()
        self._cache: dict[str, tuple[float, str]] = {}
        self._granted: dict[str, tuple[float, Grants]] = {}

    def get(self, workspace: str, key: str, *, fresh: bool = False) -> str | None:
        """The current value; None when there is none or it is marked for deletion.

        Raises Throttled or StoreUnavailable, InvalidDocument for a binary secret.
        """
        name = self._prefix(workspace) + check_key(key)
        now = self._clock.now()
        kept = self._kept(self._cache, name, now)
        if kept is not None and not fresh:
            return kept[1]
        try:
            answer = self._client.get_secret_value(SecretId=name, VersionStage=CURRENT)
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

    def grants(self, workspace: str, key: str, *, fresh: bool = False) -> Grants:
        """See SecretBackend. Raises Throttled or StoreUnavailable."""
        name = self._prefix(workspace) + check_key(key)
        now = self._clock.now()
        kept = self._kept(self._granted, name, now)
        if kept is not None and not fresh:
            return kept[1]
        found = self._tags(name)
        if found is None:
            self._forget(name)
            return ()
        with self._lock:
            self._granted[name] = (now, grants := _grants_of(found))
        return grants

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
                        tags = _tags_of(entry)
                        changed = entry.get("LastChangedDate")
                        at = None if changed is None else changed.timestamp()
                        found.append(SecretInfo(key, self.name, at, tags.get(BY_TAG), _grants_of(tags)))
        except (ClientError, BotoCoreError) as error:
            raise _storage_error("ListSecrets", prefix, error) from error
        return sorted(found, key=lambda info: info.key)

    def set(self, workspace: str, key: str, value: str, *, by: str) -> SecretInfo:
        """Create or rotate `key`; one that is marked for deletion is brought back. Raises InvalidDocument, Throttled or
        StoreUnavailable."""
        name = self._prefix(workspace) + check_key(key)
        check_value(value)
        tag = _by(by)
        try:
            self._write(name, value)
            self._client.tag_resource(SecretId=name, Tags=_tags({BY_TAG: tag}))
        except (ClientError, BotoCoreError) as error:
            raise _storage_error("PutSecretValue", name, error) from error
        finally:
            self._forget(name)
        return SecretInfo(key, self.name, self._clock.now(), tag)

    def stage(self, workspace: str, key: str, value: str) -> bool:
        """See WritableSecrets: it has the stage AWSPENDING. Raises InvalidDocument, Throttled or StoreUnavailable."""
        name = self._prefix(workspace) + check_key(key)
        check_value(value)
        if self._tags(name) is None:
            return False
        try:
            self._client.put_secret_value(SecretId=name, SecretString=value, VersionStages=[PENDING])
        except (ClientError, BotoCoreError) as error:
            raise _storage_error("PutSecretValue", name, error) from error
        return True

    def promote(self, workspace: str, key: str, *, by: str) -> SecretInfo | None:
        """See WritableSecrets. The value of before is kept until another one follows. Raises Throttled or
        StoreUnavailable."""
        return self._turn(workspace, key, PENDING, by)

    def go_back(self, workspace: str, key: str, *, by: str) -> SecretInfo | None:
        """See WritableSecrets. Raises as `promote` does."""
        return self._turn(workspace, key, PREVIOUS, by)

    def _turn(self, workspace: str, key: str, stage: str, by: str) -> SecretInfo | None:
        """Make the version of `stage` the current one; Secrets Manager makes the current one the previous."""
        name = self._prefix(workspace) + check_key(key)
        try:
            found = self._client.describe_secret(SecretId=name)
            stages = {label: version for version, labels in found.get("VersionIdsToStages", {}).items()
                      for label in labels}
            if stage not in stages or "DeletedDate" in found:
                return None
            if stages[stage] != stages[CURRENT]:
                self._client.update_secret_version_stage(
                    SecretId=name, VersionStage=CURRENT, MoveToVersionId=stages[stage],
                    RemoveFromVersionId=stages[CURRENT],
                )
            if stage == PENDING:
                self._client.update_secret_version_stage(
                    SecretId=name, VersionStage=PENDING, RemoveFromVersionId=stages[PENDING]
                )
            tag = _by(by)
            self._client.tag_resource(SecretId=name, Tags=_tags({BY_TAG: tag}))
        except (ClientError, BotoCoreError) as error:
            if _code(error) == "ResourceNotFoundException":
                return None
            raise _storage_error("UpdateSecretVersionStage", name, error) from error
        finally:
            self._forget(name)
        return SecretInfo(key, self.name, self._clock.now(), tag, _grants_of(_tags_of(found)))

    def renew(self, workspace: str, key: str, value: str) -> bool:
        """See WritableSecrets. One that is marked for deletion is none. Raises InvalidDocument, Throttled or
        StoreUnavailable."""
        name = self._prefix(workspace) + check_key(key)
        check_value(value)
        try:
            self._client.put_secret_value(SecretId=name, SecretString=value)
        except (ClientError, BotoCoreError) as error:
            if _code(error) in ("ResourceNotFoundException", "InvalidRequestException"):
                return False
            raise _storage_error("PutSecretValue", name, error) from error
        finally:
            self._forget(name)
        return True

    def grant(self, workspace: str, key: str, grant: SecretGrant) -> bool:
        """See WritableSecrets. Raises Refused for a grant that no tag holds, and for one too many; Throttled or
        StoreUnavailable."""
        value = str(grant).replace("*", "+")
        if len(value) > MOST_TAG:
            raise Refused(
                f"the grant {grant} is longer than the {MOST_TAG} characters of a tag, where a stage keeps grants",
                where=key, advice="Grant it for a shorter host, or for any host: leave --host out.",
            )

        def granted(name: str, tags: Mapping[str, str]) -> None:
            if sum(tag.startswith(FOR_TAG) for tag in tags) >= MOST_GRANTS and _tag_of(grant) not in tags:
                raise Refused(
                    f"the secret {key!r} has {MOST_GRANTS} grants, as many as a stage keeps for one", where=key,
                    advice="Revoke some, or grant it to a workflow for any connector and host.",
                )
            self._client.tag_resource(SecretId=name, Tags=_tags({GRANTS_TAG: "kept", _tag_of(grant): value}))

        return self._regrant(workspace, key, granted)

    def revoke(self, workspace: str, key: str, grant: SecretGrant | None) -> bool:
        """See WritableSecrets. Raises Throttled or StoreUnavailable."""
        def revoked(name: str, tags: Mapping[str, str]) -> None:
            gone = [
                tag for tag, value in tags.items()
                if tag.startswith(FOR_TAG) and (grant is None or value.replace("+", "*") == str(grant))
            ]
            if GRANTS_TAG not in tags:
                self._client.tag_resource(SecretId=name, Tags=_tags({GRANTS_TAG: "kept"}))
            if gone:
                self._client.untag_resource(SecretId=name, TagKeys=gone)

        return self._regrant(workspace, key, revoked)

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

    def rename(self, workspace: str, was: str, now: str) -> None:
        """See WritableSecrets. Raises Throttled or StoreUnavailable."""
        for info in self.list(workspace):
            if info.updated_by == _by(was):
                name = self._prefix(workspace) + info.key
                try:
                    self._client.tag_resource(SecretId=name, Tags=_tags({BY_TAG: _by(now)}))
                except (ClientError, BotoCoreError) as error:
                    raise _storage_error("TagResource", name, error) from error

    def _prefix(self, workspace: str) -> str:
        folder = "" if workspace == DEFAULT_WORKSPACE else f"{workspace}/"
        return f"automate/{self._stage}/{folder}"

    def _kept(self, cache: Mapping[str, tuple[float, Kept]], name: str, now: float) -> tuple[float, Kept] | None:
        """What is cached and young enough."""
        with self._lock:
            kept = cache.get(name)
        return kept if kept is not None and 0 <= now - kept[0] < MAX_AGE_SECONDS else None

    def _tags(self, name: str) -> dict[str, str] | None:
        """The tags of a secret; None where there is none, or it is marked for deletion."""
        try:
            found = self._client.describe_secret(SecretId=name)
        except (ClientError, BotoCoreError) as error:
            if _code(error) == "ResourceNotFoundException":
                return None
            raise _storage_error("DescribeSecret", name, error) from error
        return None if "DeletedDate" in found else _tags_of(found)

    def _regrant(self, workspace: str, key: str, change: Callable[[str, Mapping[str, str]], None]) -> bool:
        name = self._prefix(workspace) + check_key(key)
        tags = self._tags(name)
        if tags is None:
            return False
        try:
            change(name, tags)
        except (ClientError, BotoCoreError) as error:
            raise _storage_error("TagResource", name, error) from error
        finally:
            self._forget(name)
        return True

    def _write(self, name: str, value: str) -> None:
        own_key = False
        try:
            found = self._client.describe_secret(SecretId=name)
            own_key = not found.get("KmsKeyId")
            if "DeletedDate" in found:  # a new one under the key: what the deleted one granted is not granted again
                self._client.restore_secret(SecretId=name)
                self._client.tag_resource(SecretId=name, Tags=_tags({GRANTS_TAG: "kept"}))
                if held := [tag for tag in _tags_of(found) if tag.startswith(FOR_TAG)]:
                    self._client.untag_resource(SecretId=name, TagKeys=held)
        except ClientError as error:
            if _code(error) != "ResourceNotFoundException":
                raise
            try:
                kept = _tags({GRANTS_TAG: "kept"})
                if self._kms_key:
                    self._client.create_secret(Name=name, SecretString=value, KmsKeyId=self._kms_key, Tags=kept)
                else:
                    self._client.create_secret(Name=name, SecretString=value, Tags=kept)
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
            self._granted.pop(name, None)


def _by(name: str) -> str:
    """Who set it, as a tag's value may say it."""
    return re.sub(r"[^\w.:/=+@ -]", "_", name)[:256]


def _tags_of(described: Mapping[str, Any]) -> dict[str, str]:
    return {tag["Key"]: tag["Value"] for tag in described.get("Tags", ())}


def _tags(tags: Mapping[str, str]) -> list[Any]:
    """As AWS takes them."""
    return [{"Key": key, "Value": value} for key, value in tags.items()]


def _tag_of(grant: SecretGrant) -> str:
    """The key of a grant's tag."""
    return FOR_TAG + hashlib.sha256(str(grant).encode()).hexdigest()[:16]


def _grants_of(tags: Mapping[str, str]) -> Grants:
    """Who may use the secret with these tags. A tag that somebody wrote by hand and that is no grant grants nothing."""
    held = [parse_grant(value.replace("+", "*")) for tag, value in sorted(tags.items()) if tag.startswith(FOR_TAG)]
    return tuple(grant for grant in held if grant is not None) if GRANTS_TAG in tags or held else None


def _code(error: Exception) -> str:
    """The error code that AWS answered; empty when it did not answer."""
    return error.response["Error"].get("Code", "") if isinstance(error, ClientError) else ""


def _storage_error(operation: str, name: str, error: Exception) -> StorageError:
    """The failure in the product's words. AWS's messages hold names, never values."""
    message = f"Secrets Manager, {operation} of {name}: {error}"
    return Throttled(message) if _code(error) in _THROTTLES else StoreUnavailable(message)
